"""The tables of insights: what is read off the scores of a period, beside them and never part of a score.

To add one: a model here, its frame's name in `INSIGHTS`, a migration. Decimals are `Exact(scale)`, never floats; days
are dates. Insights are loaded in the transaction of their run and have digests of their own, outside the result hash.
"""

from __future__ import annotations

from collections.abc import Mapping as FramesOf
from typing import Final

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.models import (
    ITEM_GROUPS,
    SECTORS,
    UNIT_RATINGS,
    Base,
    Hundredths,
    Id,
    Millionths,
    RunId,
    _counts,
    _of_an_employee,
    _one_of,
    _within_0_and_120,
)
from warehouse.outlook_models import OUTLOOK_INSIGHTS
from warehouse.person_models import PERSON_INSIGHTS
from warehouse.work_models import WORK_INSIGHTS

LEVELS_OF_PLACE: Final = ("unit", "agency", "city")
ALARMS: Final = ("poor_unit_good_people", "good_unit_poor_people")
SKM_GRADES: Final = ("A", "B", "C", "D")
GRAINS: Final = ("day", "week", "month", "quarter")
COMPONENTS: Final = ("all", "documents", "complaints", "information", "satisfaction")
DRIVERS: Final = ("speed", "friendliness")
OUTCOMES: Final = ("processing_time", "satisfaction", "queue")
DESIGNS: Final = ("compared", "own", "placebo")
VERDICTS: Final = ("better", "worse", "not_found", "doubtful", "too_little")


def _share(column: str) -> CheckConstraint:
    return CheckConstraint(f"{column} BETWEEN 0 AND 1", name=f"{column}_bounds")


class UnitResult(Base):
    """One row a unit, agency or city of a run: what the public got of it, beside the scores of its people.

    Counts of agencies and the city are the sums of their units'. People count where their home is, requests and answers
    where they were made.
    """

    __tablename__ = "unit_result"
    __table_args__ = (
        _one_of("level", LEVELS_OF_PLACE),
        _one_of("sector", SECTORS),
        _one_of("unit_rating", UNIT_RATINGS),
        _one_of("alarm", ALARMS),
        _one_of("skm_grade", SKM_GRADES),
        _counts(
            "n_employees",
            "n_eligible",
            "n_scored",
            "n_rated",
            "n_good",
            "n_responses",
            "n_documents",
            "n_due",
            "n_on_time",
            "n_complaints",
            "n_complaints_handled",
            "n_submitted",
            "n_open_before",
            "n_left",
            "n_open",
            "n_targets_due",
            "n_targets_met",
        ),
        CheckConstraint("n_scored <= n_eligible AND n_eligible <= n_employees", name="scored_are_eligible"),
        CheckConstraint("n_good <= n_rated AND n_rated <= n_employees", name="good_are_rated"),
        CheckConstraint("n_open_before + n_submitted - n_left = n_open", name="queue"),
        CheckConstraint("n_on_time <= n_due AND n_complaints <= n_due", name="due"),
        CheckConstraint("(n_due = 0) = (on_time_share IS NULL)", name="share_of_something"),
        CheckConstraint("ikm BETWEEN 25 AND 100", name="ikm_bounds"),
        _share("coverage"),
        _share("measured_share"),
        _share("on_time_share"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[RunId]
    level: Mapped[Id] = mapped_column(primary_key=True, comment=f"One of {', '.join(LEVELS_OF_PLACE)}")
    place_id: Mapped[Id] = mapped_column(
        primary_key=True, comment="Unit; agency: what its units' ids begin with, up to the first dot; or city"
    )
    place_name: Mapped[str | None] = mapped_column(comment="Name of the unit or city; null: not delivered")
    sector: Mapped[str | None] = mapped_column(comment="Sector of the unit; null: an agency, the city, or no people")
    n_employees: Mapped[int] = mapped_column(comment="Employees whose home it is")
    n_eligible: Mapped[int] = mapped_column(comment="Of them those there long enough for a score")
    n_scored: Mapped[int] = mapped_column(comment="Of them those with a score")
    coverage: Mapped[Millionths | None] = mapped_column(comment="Scored / eligible (share); null: nobody is eligible")
    mean_score: Mapped[Hundredths | None] = mapped_column(comment="Mean score (points); null: nobody is scored")
    measured_share: Mapped[Millionths | None] = mapped_column(
        comment="Mean share of the scores' weight that was recorded rather than somebody's opinion; null: no score"
    )
    n_rated: Mapped[int] = mapped_column(comment="Employees with a decided, or else proposed, rating")
    n_good: Mapped[int] = mapped_column(comment="Of them Baik or Sangat Baik")
    unit_rating: Mapped[str | None] = mapped_column(comment="The unit's own rating as delivered; null: none")
    alarm: Mapped[str | None] = mapped_column(
        comment=f"Unit and people tell two stories: one of {', '.join(ALARMS)}; null: they do not"
    )
    n_responses: Mapped[int] = mapped_column(comment="Survey responses of the period, all audiences")
    n_responses_needed: Mapped[int | None] = mapped_column(
        comment="Responses that stand for the requests submitted (Krejcie-Morgan); null: none were submitted"
    )
    has_enough_responses: Mapped[bool | None] = mapped_column(comment="Whether there are as many; null as above")
    ikm: Mapped[Hundredths | None] = mapped_column(comment="Satisfaction index, 25-100; null: nobody answered")
    skm_grade: Mapped[str | None] = mapped_column(comment="Grade of the index (PermenPANRB 14/2017); null: no index")
    n_documents: Mapped[int] = mapped_column(comment="Documents closed in the period")
    median_hours: Mapped[Hundredths | None] = mapped_column(comment="Median time they took (hours); null: none")
    p90_hours: Mapped[Hundredths | None] = mapped_column(
        comment="Least time that nine in ten did not exceed (hours); null: none"
    )
    n_due: Mapped[int] = mapped_column(comment="Requests of all kinds due in the period")
    n_on_time: Mapped[int] = mapped_column(comment="Of them closed in time")
    on_time_share: Mapped[Millionths | None] = mapped_column(comment="On time / due (share); null: nothing was due")
    n_complaints: Mapped[int] = mapped_column(comment="Complaints due in the period")
    n_complaints_handled: Mapped[int] = mapped_column(comment="Of them closed before its end")
    complaints_handled_share: Mapped[Millionths | None] = mapped_column(comment="Handled / due (share); null: none due")
    n_submitted: Mapped[int] = mapped_column(comment="Requests submitted in the period")
    n_open_before: Mapped[int] = mapped_column(comment="Requests open when it began")
    n_left: Mapped[int] = mapped_column(comment="Requests closed, or ended otherwise, in the period")
    n_open: Mapped[int] = mapped_column(comment="Requests open when it ended: the backlog")
    mean_queue: Mapped[Hundredths | None] = mapped_column(comment="Requests open on average; null: never a request")
    n_targets_due: Mapped[int] = mapped_column(comment="Objectives of its people with a due date in the period")
    n_targets_met: Mapped[int] = mapped_column(comment="Of them those whose last report reaches the target")
    effectiveness: Mapped[Millionths | None] = mapped_column(comment="Targets met / due (share); null: none due")
    previous_period: Mapped[Id | None] = mapped_column(comment="Period the changes are against; null: none published")
    score_change: Mapped[Hundredths | None] = mapped_column(comment="Mean score less that before (points); null: none")
    ikm_change: Mapped[Hundredths | None] = mapped_column(comment="Index less that before (points); null: none")
    on_time_change: Mapped[Millionths | None] = mapped_column(comment="On-time share less that before; null: none")
    median_hours_change: Mapped[Hundredths | None] = mapped_column(
        comment="Median time less that before (hours); null: none"
    )
    score_against_service: Mapped[str | None] = mapped_column(
        comment="How score and service moved, such as `score up, service down`; null: nothing to compare"
    )
    is_publishable: Mapped[bool] = mapped_column(
        comment="Whether it has 10 people or more, so that the public may see it without seeing a person"
    )


class ServiceResult(Base):
    """One row a unit, agency or city of a run and service it closed documents of: its standard, and what it took."""

    __tablename__ = "service_result"
    __table_args__ = (
        _one_of("level", LEVELS_OF_PLACE),
        _counts("n_documents", "n_within", "n_open"),
        CheckConstraint("n_documents >= 1 AND n_within <= n_documents", name="within_the_closed"),
        CheckConstraint("median_hours <= p90_hours", name="median_before_p90"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[RunId]
    level: Mapped[Id] = mapped_column(primary_key=True, comment=f"One of {', '.join(LEVELS_OF_PLACE)}")
    place_id: Mapped[Id] = mapped_column(primary_key=True, comment="Unit, agency or city")
    service_type: Mapped[Id] = mapped_column(primary_key=True, comment="Service, as delivered; none: not delivered")
    limit_hours: Mapped[Hundredths] = mapped_column(comment="Time it may take (hours)")
    has_standard: Mapped[bool] = mapped_column(comment="Whether a service standard says so, else the policy's limit")
    n_documents: Mapped[int] = mapped_column(comment="Documents closed in the period")
    median_hours: Mapped[Hundredths] = mapped_column(comment="Median time they took, pauses left out (hours)")
    p90_hours: Mapped[Hundredths] = mapped_column(comment="Least time that nine in ten did not exceed (hours)")
    n_within: Mapped[int] = mapped_column(comment="Documents that took the limit at most")
    within_share: Mapped[Millionths] = mapped_column(comment="Within / closed (share)")
    n_open: Mapped[int] = mapped_column(comment="Documents open when the period ended")


class Productivity(Base):
    """One row an employee of a run who closed a request: how much, how fast and right, and in how much of the time.

    An analysis of load and pace; no score is made of it.
    """

    __tablename__ = "productivity"
    __table_args__ = (
        _of_an_employee(),
        _counts("n_settled", "n_fast", "n_accurate", "n_fast_and_accurate", "n_with_standard"),
        CheckConstraint("n_settled >= 1", name="somebody_settled"),
        CheckConstraint(
            "n_fast <= n_settled AND n_accurate <= n_settled AND n_fast_and_accurate <= n_fast "
            "AND n_fast_and_accurate <= n_accurate AND n_fast + n_accurate - n_fast_and_accurate <= n_settled",
            name="parts_of_the_settled",
        ),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[Id] = mapped_column(primary_key=True, comment="Run the row belongs to")
    employee_id: Mapped[Id] = mapped_column(primary_key=True, comment="Employee number. Personal data")
    n_settled: Mapped[int] = mapped_column(comment="Requests of all kinds closed in the period")
    n_fast: Mapped[int] = mapped_column(comment="Of them closed at or before due")
    n_accurate: Mapped[int] = mapped_column(comment="Of them never reopened")
    n_fast_and_accurate: Mapped[int] = mapped_column(comment="Of them both")
    fast_and_accurate_share: Mapped[Millionths] = mapped_column(comment="Both / settled (share)")
    n_with_standard: Mapped[int | None] = mapped_column(
        comment="Of the settled those whose service has standard minutes; null: the policy gives none"
    )
    standard_minutes: Mapped[Hundredths | None] = mapped_column(
        comment="Standard minutes of these (minutes); null as above"
    )
    available_minutes: Mapped[Hundredths | None] = mapped_column(
        comment="Minutes of the days worked that are there for requests (minutes); null as above"
    )
    productivity: Mapped[Millionths | None] = mapped_column(
        comment="Standard / available minutes (share); null as above, or no day worked"
    )


class ResponsiveScore(Base):
    """One row an agency or the city of a run, grain, bucket and component of the responsive-city score.

    Every bucket is counted from its own events. Without an event there is a row, and no score.
    """

    __tablename__ = "responsive_score"
    __table_args__ = (
        _one_of("level", LEVELS_OF_PLACE),
        _one_of("grain", GRAINS),
        _one_of("component", COMPONENTS),
        _counts("n_days", "n"),
        _within_0_and_120("score"),
        CheckConstraint("low <= score AND score <= high", name="interval"),
        CheckConstraint("(n = 0) = (score IS NULL)", name="no_event_no_score"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[RunId]
    level: Mapped[Id] = mapped_column(primary_key=True, comment="agency or city")
    place_id: Mapped[Id] = mapped_column(primary_key=True, comment="Agency or city")
    grain: Mapped[Id] = mapped_column(primary_key=True, comment=f"One of {', '.join(GRAINS)}")
    bucket: Mapped[Id] = mapped_column(
        primary_key=True, comment="Day (2026-07-01), week (2026-W27), month (2026-07) or quarter (2026-Q3)"
    )
    component: Mapped[Id] = mapped_column(
        primary_key=True, comment=f"One of {', '.join(COMPONENTS)}; all: the mean of those in which something happened"
    )
    n_days: Mapped[int] = mapped_column(comment="Days of the bucket within the period (days)")
    n: Mapped[int] = mapped_column(comment="Requests due, or answers given, in it")
    value: Mapped[Millionths | None] = mapped_column(
        comment="Share closed in time, or satisfaction index; null: nothing happened, or all"
    )
    score: Mapped[Hundredths | None] = mapped_column(comment="100 x value / target, 0-120; null: nothing happened")
    low: Mapped[Hundredths | None] = mapped_column(comment="Lower end of its 95 % interval; null as above")
    high: Mapped[Hundredths | None] = mapped_column(comment="Upper end of its 95 % interval; null as above")


class SatisfactionDriver(Base):
    """One row a unit, agency or city of a run, audience and driver of satisfaction: speed or friendliness."""

    __tablename__ = "satisfaction_driver"
    __table_args__ = (
        _one_of("level", LEVELS_OF_PLACE),
        _one_of("driver", DRIVERS),
        _counts("n"),
        CheckConstraint("low <= correlation AND correlation <= high", name="interval"),
        CheckConstraint("correlation BETWEEN -1 AND 1", name="correlation_bounds"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[RunId]
    level: Mapped[Id] = mapped_column(primary_key=True, comment=f"One of {', '.join(LEVELS_OF_PLACE)}")
    place_id: Mapped[Id] = mapped_column(primary_key=True, comment="Unit, agency or city")
    audience: Mapped[Id] = mapped_column(primary_key=True, comment="citizen, patient or student")
    driver: Mapped[Id] = mapped_column(
        primary_key=True, comment="speed (SKM element 3, time) or friendliness (element 7, behaviour)"
    )
    n: Mapped[int] = mapped_column(comment="Answers that hold both drivers and another element")
    level_index: Mapped[Hundredths] = mapped_column(comment="Index of the driver alone, 25-100")
    overall_index: Mapped[Hundredths] = mapped_column(comment="Index of the elements that are no driver, 25-100")
    correlation: Mapped[Millionths | None] = mapped_column(
        comment="Spearman correlation of both; null: under 10 answers, or nobody differs"
    )
    low: Mapped[Millionths | None] = mapped_column(comment="Lower end of its 95 % interval; null as above")
    high: Mapped[Millionths | None] = mapped_column(comment="Upper end of its 95 % interval; null as above")
    weight: Mapped[Millionths | None] = mapped_column(
        comment="Standardised coefficient of this driver beside the other one; null as above"
    )
    previous_period: Mapped[Id | None] = mapped_column(comment="Period the changes are against; null: none published")
    level_change: Mapped[Hundredths | None] = mapped_column(comment="Index of the driver less that before; null: none")
    overall_change: Mapped[Hundredths | None] = mapped_column(comment="The other index less that before; null: none")


class Effect(Base):
    """One row an intervention the policy names, outcome and design: what changed from its day on, with interval.

    Days of the period. The verdict is of the comparison with units that did not change.
    """

    __tablename__ = "effect"
    __table_args__ = (
        _one_of("outcome", OUTCOMES),
        _one_of("design", DESIGNS),
        _one_of("verdict", VERDICTS),
        _counts("n_days_before", "n_days_after", "n_before", "n_after"),
        CheckConstraint("(design = 'compared') = (verdict IS NOT NULL)", name="compared_has_verdict"),
        CheckConstraint("effect_low <= effect AND effect <= effect_high", name="interval"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[RunId]
    intervention_id: Mapped[Id] = mapped_column(primary_key=True, comment="Intervention, as the policy names it")
    outcome: Mapped[Id] = mapped_column(
        primary_key=True,
        comment="processing_time (multiple of the limit), satisfaction (25-100) or queue (days of submissions open)",
    )
    design: Mapped[Id] = mapped_column(
        primary_key=True, comment="compared (with other units), own (these alone) or placebo (a day before it)"
    )
    from_day: Mapped[str] = mapped_column(comment="Day from which on a change is looked for")
    n_days_before: Mapped[int] = mapped_column(comment="Days before it with events on both sides (days)")
    n_days_after: Mapped[int] = mapped_column(comment="Days from it on (days)")
    n_before: Mapped[int] = mapped_column(comment="Events before of the units that changed; of queue: days")
    n_after: Mapped[int] = mapped_column(comment="Events after; of queue: days")
    before: Mapped[Millionths | None] = mapped_column(comment="Mean before of the units that changed; null: no event")
    after: Mapped[Millionths | None] = mapped_column(comment="Mean after; null: no event")
    others_before: Mapped[Millionths | None] = mapped_column(comment="Mean before of the others; null: no event")
    others_after: Mapped[Millionths | None] = mapped_column(comment="Mean after of the others; null: no event")
    level_change: Mapped[Millionths | None] = mapped_column(comment="Change on the day; null: too little, or a queue")
    level_change_low: Mapped[Millionths | None] = mapped_column(comment="Lower end of its 95 % interval; null as above")
    level_change_high: Mapped[Millionths | None] = mapped_column(comment="Upper end of it; null as above")
    level_change_p: Mapped[Millionths | None] = mapped_column(
        comment="Probability of it or more by chance; null as above"
    )
    trend_change: Mapped[Millionths | None] = mapped_column(comment="Change of the trend, a week; null: too little")
    trend_change_low: Mapped[Millionths | None] = mapped_column(comment="Lower end of its 95 % interval; null as above")
    trend_change_high: Mapped[Millionths | None] = mapped_column(comment="Upper end of it; null as above")
    trend_change_p: Mapped[Millionths | None] = mapped_column(
        comment="Probability of it or more by chance; null as above"
    )
    effect: Mapped[Millionths | None] = mapped_column(
        comment="Both together, mean over the days after; null: too little"
    )
    effect_low: Mapped[Millionths | None] = mapped_column(comment="Lower end of its 95 % interval; null as above")
    effect_high: Mapped[Millionths | None] = mapped_column(comment="Upper end of it; null as above")
    effect_p: Mapped[Millionths | None] = mapped_column(comment="Probability of it or more by chance; null as above")
    verdict: Mapped[str | None] = mapped_column(
        comment=f"Of the comparison: one of {', '.join(VERDICTS)}; null: another design"
    )


class BenchmarkResult(Base):
    """One row a unit, agency or city of a run and measure: beside its own past, its peers and a target."""

    __tablename__ = "benchmark_result"
    __table_args__ = (
        _one_of("level", LEVELS_OF_PLACE),
        _counts("n_peers"),
        _share("peer_percentile"),
        CheckConstraint("(target IS NULL) = (is_target_met IS NULL)", name="target_is_judged"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[RunId]
    level: Mapped[Id] = mapped_column(primary_key=True, comment=f"One of {', '.join(LEVELS_OF_PLACE)}")
    place_id: Mapped[Id] = mapped_column(primary_key=True, comment="Unit, agency or city")
    measure: Mapped[Id] = mapped_column(
        primary_key=True, comment="Column of unit_result or productivity, or an outcome"
    )
    value: Mapped[Millionths] = mapped_column(comment="Its value, in the measure's own unit")
    baseline: Mapped[Millionths | None] = mapped_column(comment="Its value the period before; null: none published")
    change: Mapped[Millionths | None] = mapped_column(comment="Value less baseline; null: no baseline")
    is_better: Mapped[bool | None] = mapped_column(comment="Whether it changed for the better; null: it did not change")
    n_peers: Mapped[int | None] = mapped_column(
        comment="Units of the same sector with a value, itself included; null: no unit"
    )
    peer_percentile: Mapped[Millionths | None] = mapped_column(
        comment="Share of them that are worse, and half of those equal; null: under 5, or no unit"
    )
    target: Mapped[Millionths | None] = mapped_column(comment="Target the policy names; null: none")
    target_source: Mapped[str | None] = mapped_column(comment="Who set it; null: none")
    is_target_met: Mapped[bool | None] = mapped_column(comment="Whether it is met; null: none")


class IndicatorHealth(Base):
    """One row an item of the policy of a run: whether it tells people apart, and what hangs on its weight."""

    __tablename__ = "indicator_health"
    __table_args__ = (
        _one_of("item_group", ITEM_GROUPS),
        _counts("n_owed", "n_scored", "n_distinct"),
        CheckConstraint("n_scored <= n_owed AND n_distinct <= n_scored", name="parts_of_the_owed"),
        *(
            _share(name)
            for name in ("not_applicable_share", "missing_share", "ceiling_share", "floor_share", "moved_share")
        ),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[RunId]
    item_id: Mapped[Id] = mapped_column(primary_key=True, comment="Item of the policy")
    indicator_id: Mapped[Id] = mapped_column(comment="Indicator that measures it")
    item_group: Mapped[str] = mapped_column(comment="Group the item counts in: results or behaviour")
    n_owed: Mapped[int] = mapped_column(comment="Employees whose policy has the item")
    n_scored: Mapped[int] = mapped_column(comment="Of them those scored on it")
    not_applicable_share: Mapped[Millionths | None] = mapped_column(comment="Share to whom it does not apply")
    missing_share: Mapped[Millionths | None] = mapped_column(
        comment="Of the others the share whose data are missing; null: it applies to nobody"
    )
    median: Mapped[Hundredths | None] = mapped_column(comment="Median achievement (points); null: nobody is scored")
    iqr: Mapped[Hundredths | None] = mapped_column(comment="Interquartile range (points); null as above")
    mad: Mapped[Hundredths | None] = mapped_column(comment="Median distance from the median (points); null as above")
    n_distinct: Mapped[int] = mapped_column(comment="Different achievements")
    ceiling_share: Mapped[Millionths | None] = mapped_column(comment="Share at the most it can give; null as above")
    floor_share: Mapped[Millionths | None] = mapped_column(comment="Share at the least it can give; null as above")
    cap_cut: Mapped[Hundredths | None] = mapped_column(
        comment="Mean points that the cap took from those at it; null: nobody is, or the item has a scale"
    )
    rank_agreement: Mapped[Millionths | None] = mapped_column(
        comment="Spearman correlation of the scores with those where it weighs a tenth less or more, the lesser"
    )
    moved_share: Mapped[Millionths | None] = mapped_column(
        comment="People whom that moves by more than a twentieth of all places, the larger share; null as above"
    )
    flags: Mapped[str | None] = mapped_column(
        comment="ceiling, floor, no_spread, missing, joined by a comma; null: none of them, or under 30 scored"
    )


INSIGHTS: Final[FramesOf[str, type[Base]]] = {
    "units": UnitResult,
    "services": ServiceResult,
    "productivity": Productivity,
    "responsive": ResponsiveScore,
    "drivers": SatisfactionDriver,
    "effects": Effect,
    "benchmarks": BenchmarkResult,
    "indicator_health": IndicatorHealth,
    **PERSON_INSIGHTS,
    **OUTLOOK_INSIGHTS,
    **WORK_INSIGHTS,
}
"""The frames of insights and the table each is stored in, in the order they are loaded."""
