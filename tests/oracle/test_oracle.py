"""The oracle against the golden cases."""

from __future__ import annotations

import pytest

from tests.golden.case import IndicatorCase, RowCase, load_cases
from tests.oracle.oracle import score

CASES = load_cases()


@pytest.mark.parametrize("case", CASES.indicators, ids=lambda case: case.name)
def test_indicator(case: IndicatorCase) -> None:
    result = score(case.data, case.policy, case.period, case.known)
    (row,) = [
        row for row in result.indicators if row["employee_id"] == case.employee_id and row["item_id"] == case.tested.id
    ]
    assert {column: row[column] for column in case.expected} == case.expected


@pytest.mark.parametrize("case", CASES.rows, ids=lambda case: case.name)
def test_row(case: RowCase) -> None:
    result = score(case.data, case.policy, case.period, case.known)
    rows = [row for row in getattr(result, case.frame) if row["employee_id"] == case.employee_id]
    if case.expected_row is None:
        assert rows == []
    else:
        (row,) = rows
        assert {column: row[column] for column in case.expected_row} == case.expected_row
