"""Leave of every kind."""

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
            "end_date is not before start_date",
            "A leave that ends before it starts would excuse no day, or the wrong ones.",
            column_A="end_date",
            column_B="start_date",
            or_equal=True,
            ignore_row_if="either_value_is_missing",
        )
    ]


SUITE = Suite("leave", protects=("discipline", "attendance_rate"), rows=_rows)
