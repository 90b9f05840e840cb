"""Objectives of work plans."""

from __future__ import annotations

from collections.abc import Sequence

from great_expectations.expectations.expectation import Expectation

from expectations.suites.suite import EmployeeNumbers, Suite, not_before


def _rows(_: EmployeeNumbers | None) -> Sequence[Expectation]:
    return [
        not_before(
            "due_date",
            "start_date",
            "ends_before_it_starts",
            "An objective that is due before it starts cannot be reached in time.",
        )
    ]


SUITE = Suite(
    "objectives",
    protects=("work_plan_achievement", "milestones_on_time", "progress_reporting"),
    rows=_rows,
    covers_roster=True,
)
