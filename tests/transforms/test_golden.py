"""Scores and employees of the golden cases, by the engine. Indicator rows: tests/indicators."""

from __future__ import annotations

import pytest

from tests.golden.case import RowCase, load_cases
from tests.transforms.engine import run_engine

# The ladder: tests/consequences.
FRAMES = ("scores", "employees")
CASES = [case for case in load_cases().rows if case.frame in FRAMES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_row(case: RowCase) -> None:
    results = run_engine(case.data, case.policy, case.period, case.known)
    rows = [row for row in getattr(results, case.frame).to_dicts() if row["employee_id"] == case.employee_id]
    if case.expected_row is None:
        assert rows == []
    else:
        (row,) = rows
        assert {column: row[column] for column in case.expected_row} == case.expected_row


def test_both_frames_have_cases() -> None:
    assert {case.frame for case in CASES} == set(FRAMES)
