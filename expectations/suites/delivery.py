"""The delivery as a whole: did every file, and everybody, and every day arrive.

Judged on one row a dataset, and on its emptiest file, because an empty file must not pass for want of a bad row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from great_expectations.expectations import core as gxe
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import Column

from expectations.suites.suite import ENOUGH_TO_JUDGE, expect, stop

REQUIRED_SUFFIX: Final = "_required"
REMARKS: Final[Mapping[str, str]] = {
    "file_has_no_row": "{name} holds no row",
    "mostly_refused": "{n_refused} of {n_rows} rows are refused",
    "not_delivered": "no file was delivered",
    "roster_not_covered": "{n_covered} of {n_roster} employees on the roster have a row; {n_wanted} are wanted",
    "ends_early": "the last row of the period is of {last_day}, {n_days_missing} days before its last working day",
}
"""What was found, in words, from the facts of the file or dataset."""


def file_expectations() -> Sequence[Expectation]:
    """On files: n_rows."""
    return [
        stop(
            gxe.ExpectColumnValuesToBeBetween,
            "file_has_no_row",
            "every file has a row",
            "A file that is there but holds nothing is a failed export, not a quiet quarter; "
            "deliver it again, or take it away.",
            column="n_rows",
            min_value=1,
        )
    ]


def dataset_expectations() -> Sequence[Expectation]:
    """On datasets: is_read, is_required, n_files, n_rows, n_refused, n_tolerated, n_covered, n_wanted, n_days_missing.

    What a policy or the operator requires of a dataset stops the run where it only warns otherwise.
    """
    found = [
        stop(
            gxe.ExpectColumnPairValuesAToBeGreaterThanB,
            "mostly_refused",
            f"of {ENOUGH_TO_JUDGE} rows or more at most half are refused",
            "A dataset that is mostly refused was exported or mapped wrongly; what is left of it is no fair sample.",
            row_condition=Column("n_rows") >= ENOUGH_TO_JUDGE,
            column_A="n_tolerated",
            column_B="n_refused",
            or_equal=True,
        )
    ]
    for is_required in (False, True):
        found.extend(_doubts(is_required=is_required))
    return found


def _doubts(*, is_required: bool) -> list[Expectation]:
    suffix = REQUIRED_SUFFIX if is_required else ""
    of_these = Column("is_required") == is_required

    def doubt(kind: type[Expectation], reason: str, expected: str, why: str, **kwargs: Any) -> Expectation:
        severity: Any = "critical" if is_required else "warning"
        return expect(kind, reason + suffix, severity, expected, why, **kwargs)

    return [
        doubt(
            gxe.ExpectColumnValuesToBeBetween,
            "not_delivered",
            "every dataset the policy reads has a file",
            "What it would say is missing from every score that reads it.",
            row_condition=of_these & (Column("is_read") == True),  # noqa: E712  # builds a condition
            column="n_files",
            min_value=1,
        ),
        doubt(
            gxe.ExpectColumnPairValuesAToBeGreaterThanB,
            "roster_not_covered",
            "enough of the roster has a row",
            "Whoever has none is not scored on it; a missing unit or device looks just like this.",
            row_condition=of_these,
            column_A="n_covered",
            column_B="n_wanted",
            or_equal=True,
            ignore_row_if="either_value_is_missing",
        ),
        doubt(
            gxe.ExpectColumnValuesToBeBetween,
            "ends_early",
            "data reach the last working day of the period",
            "The days after are gaps in the record, not absences; a late file would change scores.",
            row_condition=of_these,
            column="n_days_missing",
            max_value=0,
        ),
    ]
