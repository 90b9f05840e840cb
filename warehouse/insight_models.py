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
    SECTORS,
    UNIT_RATINGS,
    Base,
    Hundredths,
    Id,
    Millionths,
    RunId,
    _counts,
    _one_of,
)

LEVELS_OF_PLACE: Final = ("unit", "agency", "city")
ALARMS: Final = ("poor_unit_good_people", "good_unit_poor_people")
SKM_GRADES: Final = ("A", "B", "C", "D")


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


INSIGHTS: Final[FramesOf[str, type[Base]]] = {
    "units": UnitResult,
}
"""The frames of insights and the table each is stored in, in the order they are loaded."""
