"""Leave of every kind."""

from __future__ import annotations

from collections.abc import Sequence

from great_expectations.expectations.expectation import Expectation

from expectations.suites.suite import EmployeeNumbers, Suite, not_before


def _rows(_: EmployeeNumbers | None) -> Sequence[Expectation]:
    return [
        not_before(
            "end_date",
            "start_date",
            "ends_before_it_starts",
            "A leave that ends before it starts would excuse no day, or the wrong ones.",
        )
    ]


SUITE = Suite("leave", protects=("discipline", "attendance_rate"), rows=_rows)
