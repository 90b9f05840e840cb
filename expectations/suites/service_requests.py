"""Service requests: the order of their moments decides every clock."""

from __future__ import annotations

from collections.abc import Sequence

from great_expectations.expectations import core as gxe
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import Column

from expectations.suites.suite import EmployeeNumbers, Suite, not_before, readable, refuse


def _rows(_: EmployeeNumbers | None) -> Sequence[Expectation]:
    return [
        not_before(
            "closed_at", "submitted_at", "closed_before_submitted", "Such a request would count as answered in no time."
        ),
        not_before(
            "complete_at",
            "submitted_at",
            "complete_before_submitted",
            "Papers cannot be complete before the request is there; the clock would start too early.",
        ),
        not_before(
            "closed_at",
            "complete_at",
            "complete_after_closing",
            "Papers completed after closing would leave no time on the clock.",
        ),
        refuse(
            gxe.ExpectColumnValuesToNotBeNull,
            "closed_without_closed_at",
            "a closed request says when it was closed",
            "Without the moment nobody can tell whether it was in time.",
            condition=readable & (Column("status") == "closed"),
            column="closed_at",
        ),
    ]


SUITE = Suite(
    "service_requests",
    protects=(
        "document_completion_time",
        "on_time_share",
        "complaints_handled",
        "complaint_responsiveness",
        "first_time_right",
    ),
    rows=_rows,
    ends_with_period=True,
)
