"""The tables of insights about people, ratings and obstacles; `warehouse.insight_models` names their frames.

Nothing here is part of a score. Rows of people are for them, their supervisors and auditors; `fairness_result` is the
one that may leave the house, and holds no small group.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping as FramesOf
from typing import Final

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.models import (
    DERIVED,
    ITEM_GROUPS,
    RATINGS,
    Base,
    Hundredths,
    Id,
    Millionths,
    RunId,
    _counts,
    _either,
    _of_an_employee,
    _one_of,
    _within_0_and_120,
)

_DERIVED: Final = {DERIVED: True}
NATURES: Final = ("measured", "citizens", "colleagues")
STANDINGS: Final = ("strength", "weakness", "even")
DATA_GRADES: Final = ("A", "B", "C", "D")
BASES: Final = ("share", "answers", "median", "mean", "raters", "record", "as_reported")
PEERS: Final = ("position", "position_group")
OUTCOMES: Final = ("proposed", "decided")
DIMENSIONS: Final = ("sex", "age_band", "employment_type", "sector", "position_group", "agency", "unit")
GAP_DIMENSIONS: Final = ("sex", "age", "employment_type")
INSTRUMENTS: Final = ("behaviour", "competency")
DOUBT_RULES: Final = (
    "batch_closing",
    "closed_at_the_last_second",
    "closed_and_reopened",
    "moved_deadline",
    "stuffed_survey",
    "identical_punches",
    "two_places",
)


def _share(column: str) -> CheckConstraint:
    return CheckConstraint(f"{column} BETWEEN 0 AND 1", name=f"{column}_bounds")


class PersonItem(Base):
    """One row an employee and scored item of a run: how it stands to target, past and peers, and how sure it is.

    What follows from indicator_result, employee_period and item_peers is joined when it is read, and stored only of
    revisions published before schema 0012.
    """

    __tablename__ = "person_item"
    __table_args__ = (
        _of_an_employee(),
        _either("item_group", ITEM_GROUPS),
        _either("nature", NATURES),
        _either("basis", BASES),
        _either("peers", PEERS),
        _either("standing", STANDINGS),
        _within_0_and_120("achievement"),
        CheckConstraint("low <= achievement AND achievement <= high", name="interval"),
        CheckConstraint("(improvement IS NULL) = (to_target >= 0)", name="improvement_is_below_target"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[RunId]
    employee_id: Mapped[Id] = mapped_column(primary_key=True, comment="Employee number")
    item_group: Mapped[Id] = mapped_column(primary_key=True, comment=f"One of {', '.join(ITEM_GROUPS)}")
    item_id: Mapped[Id] = mapped_column(primary_key=True, comment="Item of the policy")
    nature: Mapped[str | None] = mapped_column(
        info=_DERIVED,
        comment="measured: recorded; citizens: what they think; colleagues: what raters think. Derived: indicator",
    )
    achievement: Mapped[Hundredths | None] = mapped_column(
        info=_DERIVED, comment="Achievement as scored (points, 100 is the target). Derived: indicator_result"
    )
    low: Mapped[Hundredths] = mapped_column(comment="Lower end of its 95 % interval (points)")
    high: Mapped[Hundredths] = mapped_column(comment="Upper end (points)")
    basis: Mapped[str | None] = mapped_column(
        info=_DERIVED, comment=f"What the interval is made of: one of {', '.join(BASES)}. Derived: indicator"
    )
    to_target: Mapped[Hundredths | None] = mapped_column(
        info=_DERIVED, comment="Achievement less 100 (points). Derived"
    )
    previous_achievement: Mapped[Hundredths | None] = mapped_column(
        comment="Achievement of the period before (points); null: not published, or not scored"
    )
    change: Mapped[Hundredths | None] = mapped_column(
        info=_DERIVED, comment="Achievement less that before (points); null as above. Derived"
    )
    peers: Mapped[str | None] = mapped_column(
        info=_DERIVED, comment="Whom it is compared with; null: too few are scored. Derived: item_peers"
    )
    n_peers: Mapped[int | None] = mapped_column(
        info=_DERIVED, comment="How many they are, the employee among them; null: too few. Derived: item_peers"
    )
    peer_median: Mapped[Hundredths | None] = mapped_column(
        info=_DERIVED, comment="Their median achievement (points); null: too few. Derived: item_peers"
    )
    to_peers: Mapped[Hundredths | None] = mapped_column(comment="Achievement less that median (points); null: too few")
    points_to_gain: Mapped[Hundredths] = mapped_column(
        comment="What the score gains if the item reaches the most it can (points)"
    )
    standing: Mapped[str] = mapped_column(comment=f"One of {', '.join(STANDINGS)}")
    improvement: Mapped[int | None] = mapped_column(
        comment="1: the item farthest below its target, and so on; null: the target is met"
    )


class ItemPeers(Base):
    """One row an item and group of 10 people or more who are scored on it: whom a person is compared with."""

    __tablename__ = "item_peers"
    __table_args__ = (
        _one_of("peers", PEERS),
        _one_of("item_group", ITEM_GROUPS),
        CheckConstraint("n_peers >= 10", name="small_groups_are_not_told"),
        _within_0_and_120("peer_median"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[RunId]
    peers: Mapped[Id] = mapped_column(primary_key=True, comment=f"One of {', '.join(PEERS)}")
    peer_id: Mapped[Id] = mapped_column(
        primary_key=True,
        comment="Position; or sector, a slash and position group (nothing after it: none is delivered)",
    )
    item_group: Mapped[Id] = mapped_column(primary_key=True, comment=f"One of {', '.join(ITEM_GROUPS)}")
    item_id: Mapped[Id] = mapped_column(primary_key=True, comment="Item of the policy")
    n_peers: Mapped[int] = mapped_column(comment="People of it scored on the item")
    peer_median: Mapped[Hundredths] = mapped_column(comment="Their median achievement (points)")


class PersonResult(Base):
    """One row an employee with a score: how sure it is, what it is made of, what would move it.

    What follows from his row in score is joined when it is read, and stored only of revisions before schema 0012.
    """

    __tablename__ = "person_result"
    __table_args__ = (
        _of_an_employee(),
        _either("data_grade", DATA_GRADES),
        _either("rating", RATINGS),
        _either("proposed_rating", RATINGS),
        _either("next_rating", RATINGS),
        _either("attention", ("high_results_low_rating",)),
        _within_0_and_120("score"),
        CheckConstraint("low <= score AND score <= high", name="interval"),
        CheckConstraint("(step_item IS NULL) = (step_achievement IS NULL)", name="step"),
        _share("coverage"),
        _share("measured_share"),
        _share("citizens_share"),
        _share("colleagues_share"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[RunId]
    employee_id: Mapped[Id] = mapped_column(primary_key=True, comment="Employee number")
    score: Mapped[Hundredths | None] = mapped_column(info=_DERIVED, comment="Score (points). Derived: score")
    low: Mapped[Hundredths] = mapped_column(comment="Lower end of its 95 % interval (points)")
    high: Mapped[Hundredths] = mapped_column(comment="Upper end (points)")
    data_grade: Mapped[str] = mapped_column(comment="Grade of the data behind it, A to D")
    data_reasons: Mapped[str | None] = mapped_column(comment="What kept it from A, joined by `;`; null: A")
    coverage: Mapped[Millionths] = mapped_column(comment="Scored share of the applicable weight")
    previous_score: Mapped[Hundredths | None] = mapped_column(
        comment="Score of the period before (points); null: not published, or none"
    )
    score_change: Mapped[Hundredths | None] = mapped_column(
        info=_DERIVED, comment="Score less that before (points); null as above. Derived"
    )
    rating: Mapped[str | None] = mapped_column(
        info=_DERIVED, comment="Decided, or else proposed, rating. Derived: score"
    )
    measured_share: Mapped[Millionths] = mapped_column(comment="Share of the score's weight that was recorded")
    citizens_share: Mapped[Millionths] = mapped_column(comment="Share of it that citizens answered")
    colleagues_share: Mapped[Millionths] = mapped_column(comment="Share of it that raters gave")
    strongest_item: Mapped[str] = mapped_column(comment="Item farthest above its target")
    weakest_item: Mapped[str] = mapped_column(comment="Item farthest below it, or nearest above")
    most_to_gain_item: Mapped[str] = mapped_column(comment="Item that would move the score most: weight times room")
    most_to_gain: Mapped[Hundredths] = mapped_column(comment="By how much at most (points of the score)")
    proposed_rating: Mapped[str | None] = mapped_column(
        info=_DERIVED, comment="Proposed rating, which the next one betters. Derived: score"
    )
    next_rating: Mapped[str | None] = mapped_column(
        comment="Better rating that costs the fewest points; null: none can be reached"
    )
    results_needed: Mapped[Hundredths | None] = mapped_column(comment="Points its results score lacks; null as above")
    behaviour_needed: Mapped[Hundredths | None] = mapped_column(
        comment="Points its behaviour score lacks; null as above"
    )
    score_needed: Mapped[Hundredths | None] = mapped_column(comment="Both as points of the score; null as above")
    step_item: Mapped[str | None] = mapped_column(
        comment="The one item that alone would bring it with the smallest change; null: no item alone would"
    )
    step_achievement: Mapped[Hundredths | None] = mapped_column(
        comment="What it has to achieve (points); null as above"
    )
    step_value: Mapped[Millionths | None] = mapped_column(
        comment="The same on its own scale; null also where the data bring the target"
    )
    step_count: Mapped[int | None] = mapped_column(
        comment="Of an item that is a share: how many of the same cases; null: it is none"
    )
    attention: Mapped[str | None] = mapped_column(
        comment="high_results_low_rating: what was measured is high and the rating is not; null: nothing to look at"
    )
    is_provisional: Mapped[bool] = mapped_column(comment="Whether the period had not ended when it was scored")


class Reward(Base):
    """One row an employee nominated for a reward, eligible or not, and why; equal scores share a place."""

    __tablename__ = "reward"
    __table_args__ = (
        _of_an_employee(),
        _either("rating", RATINGS),
        _either("data_grade", DATA_GRADES),
        _within_0_and_120("score"),
        CheckConstraint("is_eligible = (place IS NOT NULL)", name="place_of_the_eligible"),
        CheckConstraint("is_eligible = (reason IS NULL)", name="reason_of_the_others"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[RunId]
    employee_id: Mapped[Id] = mapped_column(primary_key=True, comment="Employee number")
    place: Mapped[int | None] = mapped_column(
        comment="Place among the eligible: by score, results score, lower end of the interval; null: not eligible"
    )
    score: Mapped[Hundredths] = mapped_column(comment="Score (points)")
    results_score: Mapped[Hundredths] = mapped_column(comment="Results score (points)")
    low: Mapped[Hundredths] = mapped_column(comment="Lower end of the score's interval (points)")
    rating: Mapped[str] = mapped_column(comment="Rating the nomination is on")
    is_decided: Mapped[bool] = mapped_column(comment="Whether the appraiser decided it, or it is only proposed")
    data_grade: Mapped[str] = mapped_column(comment="Grade of the data behind the score, A to D")
    is_eligible: Mapped[bool] = mapped_column(
        comment="Whether the data is of grade A or B and no discipline level stands"
    )
    reason: Mapped[str | None] = mapped_column(comment="Why not, joined by `;`; null: eligible")


class Improvement(Base):
    """One row a home unit and item: how far its people are from the target together; fewer than 10 are not told."""

    __tablename__ = "unit_improvement"
    __table_args__ = (
        CheckConstraint("n >= 0", name="counts"),
        _one_of("item_group", ITEM_GROUPS),
        CheckConstraint("n >= 10 OR mean_achievement IS NULL", name="small_groups_are_not_told"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[RunId]
    unit_id: Mapped[Id] = mapped_column(primary_key=True, comment="Home unit")
    item_group: Mapped[Id] = mapped_column(primary_key=True, comment=f"One of {', '.join(ITEM_GROUPS)}")
    item_id: Mapped[Id] = mapped_column(primary_key=True, comment="Item of the policy")
    n: Mapped[int] = mapped_column(comment="Employees scored on it")
    mean_achievement: Mapped[Hundredths | None] = mapped_column(comment="Their mean (points); null: fewer than 10")
    to_target: Mapped[Hundredths | None] = mapped_column(comment="Mean less 100 (points); null: fewer than 10")
    place: Mapped[int | None] = mapped_column(comment="1: farthest below the target; null: met, or fewer than 10")


class FairnessResult(Base):
    """One row an outcome, dimension and group of people with a rating, compared with the group that fares best.

    Figures of fewer than 10 people are null, and those of the next smallest group where only one is that small.
    """

    __tablename__ = "fairness_result"
    __table_args__ = (
        _one_of("outcome", OUTCOMES),
        _one_of("dimension", DIMENSIONS),
        CheckConstraint("n >= 10 OR is_suppressed", name="small_groups_are_not_told"),
        CheckConstraint("is_suppressed = (n IS NULL)", name="suppressed_is_empty"),
        CheckConstraint("n_good <= n", name="counts"),
        CheckConstraint("ratio_low <= impact_ratio AND impact_ratio <= ratio_high", name="interval"),
        _share("good_share"),
        _share("p_value"),
        _share("position_p_value"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[RunId]
    outcome: Mapped[Id] = mapped_column(primary_key=True, comment="Which rating: proposed or decided")
    dimension: Mapped[Id] = mapped_column(primary_key=True, comment=f"One of {', '.join(DIMENSIONS)}")
    group_name: Mapped[Id] = mapped_column(primary_key=True, comment="Group; `not stated`: no value was delivered")
    n: Mapped[int | None] = mapped_column(comment="People with such a rating; null: suppressed")
    n_good: Mapped[int | None] = mapped_column(comment="Of them Baik or Sangat Baik; null: suppressed")
    good_share: Mapped[Millionths | None] = mapped_column(comment="Share of these; null: suppressed")
    mean_score: Mapped[Hundredths | None] = mapped_column(comment="Mean score (points); null: suppressed, or no score")
    reference: Mapped[str | None] = mapped_column(
        comment="Group with the largest share, to which it is compared; null: it is that group, or there is none"
    )
    impact_ratio: Mapped[Millionths | None] = mapped_column(comment="Its share / that of the reference; null as above")
    ratio_low: Mapped[Millionths | None] = mapped_column(comment="Lower end of the ratio's 95 % interval")
    ratio_high: Mapped[Millionths | None] = mapped_column(comment="Upper end")
    p_value: Mapped[Millionths | None] = mapped_column(
        comment="Fisher's exact test of the two shares, adjusted within the dimension (Benjamini-Hochberg)"
    )
    is_flagged: Mapped[bool | None] = mapped_column(
        comment="Ratio under 0.8, 30 people or more on both sides, p at most 0.01; null: not compared"
    )
    position_ratio: Mapped[Millionths | None] = mapped_column(
        comment="The same ratio among people of one position (Mantel-Haenszel); null: no position has both groups"
    )
    position_low: Mapped[Millionths | None] = mapped_column(comment="Lower end of its 95 % interval")
    position_high: Mapped[Millionths | None] = mapped_column(comment="Upper end")
    position_p_value: Mapped[Millionths | None] = mapped_column(comment="Whether that ratio is 1 (normal, logarithm)")
    is_flagged_in_position: Mapped[bool | None] = mapped_column(
        comment="That ratio under 0.8, 30 people or more, p at most 0.01; null: not compared"
    )
    is_suppressed: Mapped[bool] = mapped_column(comment="Whether the group is too small to be told")


class UnitGap(Base):
    """One row a unit, dimension and rated item, with 5 people or more on either side: who is rated lower."""

    __tablename__ = "unit_gap"
    __table_args__ = (
        _one_of("dimension", GAP_DIMENSIONS),
        CheckConstraint("n_lower >= 5 AND n_other >= 5", name="counts"),
        _share("p_value"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[RunId]
    unit_id: Mapped[Id] = mapped_column(primary_key=True, comment="Home unit")
    dimension: Mapped[Id] = mapped_column(primary_key=True, comment=f"One of {', '.join(GAP_DIMENSIONS)}")
    item_id: Mapped[Id] = mapped_column(primary_key=True, comment="Item made of ratings")
    lower_group: Mapped[str] = mapped_column(comment="Group that is rated lower than its measures suggest")
    n_lower: Mapped[int] = mapped_column(comment="People of that group")
    n_other: Mapped[int] = mapped_column(comment="People of the other one")
    gap: Mapped[Hundredths] = mapped_column(comment="Mean of the others less theirs (points of achievement)")
    adjusted_gap: Mapped[Hundredths] = mapped_column(comment="The same among people who measure alike (points)")
    p_value: Mapped[Millionths | None] = mapped_column(
        comment="Welch's test of the adjusted gap, adjusted over all units; null: nobody differs"
    )
    is_flagged: Mapped[bool] = mapped_column(comment="Adjusted gap of 10 points or more, p at most 0.01")


class RaterEvidence(Base):
    """One row a supervisor and instrument: how he rates, for those who calibrate ratings; no judgement of him."""

    __tablename__ = "rater_evidence"
    __table_args__ = (
        _one_of("instrument", INSTRUMENTS),
        _counts("n_owed", "n_missing", "n_ratees", "n_ratings", "n_late"),
        CheckConstraint("n_missing <= n_owed", name="missing_are_owed"),
        CheckConstraint("mean_level BETWEEN 1 AND 3", name="mean_level_bounds"),
        CheckConstraint("agreement BETWEEN -1 AND 1", name="agreement_bounds"),
        _share("top_share"),
        _share("straight_share"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[RunId]
    rater_id: Mapped[Id] = mapped_column(primary_key=True, comment="Supervisor, on the roster or not")
    instrument: Mapped[Id] = mapped_column(primary_key=True, comment=f"One of {', '.join(INSTRUMENTS)}")
    n_owed: Mapped[int] = mapped_column(comment="His people who were there long enough for a score")
    n_missing: Mapped[int] = mapped_column(comment="Of them those no supervisor rated")
    n_ratees: Mapped[int] = mapped_column(comment="People he rated as supervisor")
    n_ratings: Mapped[int] = mapped_column(comment="Levels of his that counted")
    n_late: Mapped[int] = mapped_column(comment="People he rated after the period, which did not count")
    mean_level: Mapped[Hundredths | None] = mapped_column(comment="Mean level on 1..3; null: he rated nobody")
    spread: Mapped[Hundredths | None] = mapped_column(
        comment="Standard deviation between his people (levels on 1..3); null: fewer than two"
    )
    top_share: Mapped[Millionths | None] = mapped_column(comment="Share of levels that are the highest; null: none")
    straight_share: Mapped[Millionths | None] = mapped_column(
        comment="Share of sheets of 5 or more items with one level throughout; null: no such sheet"
    )
    leniency: Mapped[Hundredths | None] = mapped_column(
        comment="How much higher he rates than others rate people who measure alike (levels on 1..3); null: nobody"
    )
    leniency_shrunk: Mapped[Hundredths | None] = mapped_column(
        comment="The same drawn towards 0, the more the fewer people he rated; null as above"
    )
    agreement: Mapped[Hundredths | None] = mapped_column(
        comment="Rank correlation of his levels with what was measured; null: fewer than 5 people, or one level"
    )
    agreement_shrunk: Mapped[Hundredths | None] = mapped_column(
        comment="The same drawn towards that of all raters; null as above"
    )
    review: Mapped[str | None] = mapped_column(
        comment="Why to look at it, joined by `;`: lenient, strict, straight_lining, against_measured; null: nothing"
    )


class OwedInput(Base):
    """One row an employee due a score and a thing that was not handed in for him."""

    __tablename__ = "owed_input"
    __table_args__ = (_of_an_employee(), {"sqlite_with_rowid": False})

    run_id: Mapped[RunId]
    employee_id: Mapped[Id] = mapped_column(primary_key=True, comment="Employee number")
    what: Mapped[Id] = mapped_column(primary_key=True, comment="work_plan, or supervisor_rating_ and the instrument")
    owed_by: Mapped[str | None] = mapped_column(comment="Who owes it: himself, or his supervisor; null: he has none")


class Doubt(Base):
    """One row a trace that wants a second look: a question, no accusation, and no part of a score."""

    __tablename__ = "doubt"
    __table_args__ = (
        _one_of("rule", DOUBT_RULES),
        _one_of("subject", ("employee", "unit")),
        CheckConstraint("0 < n_found AND n_found <= n_of", name="counts"),
        _share("p_value"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[RunId]
    number: Mapped[int] = mapped_column(primary_key=True, comment="1, 2, ... within the run")
    rule: Mapped[str] = mapped_column(comment=f"One of {', '.join(DOUBT_RULES)}")
    subject: Mapped[str] = mapped_column(comment="Whom it is about: employee or unit")
    subject_id: Mapped[Id] = mapped_column(comment="That employee or unit")
    other_employee_id: Mapped[Id | None] = mapped_column(comment="The other one of a pair; null: it is no pair")
    unit_id: Mapped[Id | None] = mapped_column(comment="Home unit of the employee, or the unit")
    n_found: Mapped[int] = mapped_column(comment="How often the rule's trace was found")
    n_of: Mapped[int] = mapped_column(comment="Of how many")
    n_expected: Mapped[Hundredths] = mapped_column(comment="How many would be found if nothing were wrong")
    p_value: Mapped[Millionths | None] = mapped_column(
        comment="Probability of as many by chance, adjusted over all the rule tested; null: the rule tests none"
    )
    first_date: Mapped[dt.date] = mapped_column(comment="First day it was found on")
    last_date: Mapped[dt.date] = mapped_column(comment="Last day")


class Obstacle(Base):
    """One row an employee and category of obstacle he reported in the period."""

    __tablename__ = "obstacle"
    __table_args__ = (
        _of_an_employee(),
        CheckConstraint("n_reports >= 1 AND n_late <= n_reports AND n_objectives <= n_reports", name="counts"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[RunId]
    employee_id: Mapped[Id] = mapped_column(primary_key=True, comment="Employee number")
    category: Mapped[Id] = mapped_column(primary_key=True, comment="Category as reported")
    n_reports: Mapped[int] = mapped_column(comment="Reports that name it")
    n_objectives: Mapped[int] = mapped_column(comment="Objectives they are on")
    n_late: Mapped[int] = mapped_column(comment="Of the reports those that were late")
    n_open: Mapped[int] = mapped_column(comment="Objectives whose last report of the period names it")
    items: Mapped[str | None] = mapped_column(comment="Items of his that it touched, joined by `;`; null: none")


class CarriedObstacle(Base):
    """One row an objective whose last report of the period names an obstacle: to be taken up in the next one."""

    __tablename__ = "carried_obstacle"
    __table_args__ = (
        _of_an_employee(),
        CheckConstraint("since <= last_date", name="since"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[RunId]
    employee_id: Mapped[Id] = mapped_column(primary_key=True, comment="Employee number")
    objective_id: Mapped[Id] = mapped_column(primary_key=True, comment="Objective")
    since: Mapped[dt.date] = mapped_column(comment="Day of its first report of the period that names one")
    category: Mapped[str] = mapped_column(comment="Category of the last one")
    last_date: Mapped[dt.date] = mapped_column(comment="Day of its last report")


class ExcusedScore(Base):
    """One row an employee whose items an obstacle touched: his score if what it held up were excused; a what-if."""

    __tablename__ = "excused_score"
    __table_args__ = (
        _of_an_employee(),
        _either("rating", RATINGS),
        _either("excused_rating", RATINGS),
        _within_0_and_120("score"),
        _counts("n_milestones", "n_objectives", "difference"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[RunId]
    employee_id: Mapped[Id] = mapped_column(primary_key=True, comment="Employee number")
    n_milestones: Mapped[int] = mapped_column(comment="Late milestones whose report names an obstacle")
    n_objectives: Mapped[int] = mapped_column(comment="Objectives that fall short and whose last report names one")
    score: Mapped[Hundredths] = mapped_column(comment="Score (points)")
    rating: Mapped[str] = mapped_column(comment="Proposed rating")
    excused_score: Mapped[Hundredths] = mapped_column(comment="Score without them (points)")
    excused_rating: Mapped[str] = mapped_column(comment="Rating it would propose")
    difference: Mapped[Hundredths] = mapped_column(comment="Excused score less score (points)")


class UnitObstacle(Base):
    """One row a home unit and category of obstacle its people reported in the period."""

    __tablename__ = "unit_obstacle"
    __table_args__ = (
        _counts("n_employees", "n_reports", "n_late", "n_open"),
        _share("share"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[RunId]
    unit_id: Mapped[Id] = mapped_column(primary_key=True, comment="Home unit")
    category: Mapped[Id] = mapped_column(primary_key=True, comment="Category as reported")
    n_employees: Mapped[int] = mapped_column(comment="Employees who reported it")
    n_reports: Mapped[int] = mapped_column(comment="Reports that name it")
    n_late: Mapped[int] = mapped_column(comment="Of them those that were late")
    n_open: Mapped[int] = mapped_column(comment="Objectives whose last report of the period names it")
    share: Mapped[Millionths] = mapped_column(comment="Share of the unit's reports with an obstacle")


PERSON_INSIGHTS: Final[FramesOf[str, type[Base]]] = {
    "person_items": PersonItem,
    "item_peers": ItemPeers,
    "persons": PersonResult,
    "rewards": Reward,
    "improvements": Improvement,
    "fairness": FairnessResult,
    "unit_gaps": UnitGap,
    "raters": RaterEvidence,
    "owed": OwedInput,
    "doubts": Doubt,
    "obstacles": Obstacle,
    "carried_obstacles": CarriedObstacle,
    "excused_scores": ExcusedScore,
    "unit_obstacles": UnitObstacle,
}
"""The frames of these insights and the table each is stored in."""
