"""Measured outcomes."""

from __future__ import annotations

from collections.abc import Sequence

from great_expectations.expectations.expectation import Expectation

from expectations.suites.conditions import ExpectExactlyOneToBeGiven
from expectations.suites.periods import period_is_written_right
from expectations.suites.suite import EmployeeNumbers, Suite, refuse


def _rows(_: EmployeeNumbers | None) -> Sequence[Expectation]:
    return [
        period_is_written_right(),
        refuse(
            ExpectExactlyOneToBeGiven,
            "both_or_neither_given",
            "an outcome is an employee's or a unit's, exactly one",
            "With both or neither nobody can tell whose it is.",
            column_list=["employee_id", "unit_id"],
        ),
    ]


SUITE = Suite("outcomes", protects=("outcome",), rows=_rows)
