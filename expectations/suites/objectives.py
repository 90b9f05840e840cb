"""Objectives of work plans."""

from __future__ import annotations

from collections.abc import Sequence

from great_expectations.expectations import core as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.suites.suite import EmployeeNumbers, Suite, refuse


def _rows(_: EmployeeNumbers | None) -> Sequence[Expectation]:
    return [
        refuse(
            gxe.ExpectColumnPairValuesAToBeGreaterThanB,
            "ends_before_it_starts",
            "due_date is not before start_date",
            "An objective that is due before it starts cannot be reached in time.",
            column_A="due_date",
            column_B="start_date",
            or_equal=True,
            ignore_row_if="either_value_is_missing",
        )
    ]


SUITE = Suite(
    "objectives",
    protects=("work_plan_achievement", "milestones_on_time", "progress_reporting"),
    rows=_rows,
    covers_roster=True,
)
