"""The golden cases of one indicator, run by the engine."""

from __future__ import annotations

from tests.golden.case import IndicatorCase, load_cases
from tests.transforms.engine import run_engine

ALL = load_cases().indicators


def cases_of(indicator_id: str) -> list[IndicatorCase]:
    """The cases that test an indicator."""
    return [case for case in ALL if case.tested.indicator == indicator_id]


def assert_holds(case: IndicatorCase) -> None:
    """The engine stores what the case says, in each column."""
    results = run_engine(case.data, case.policy, case.period, case.known)
    (row,) = [
        row
        for row in results.indicators.to_dicts()
        if (row["employee_id"], row["item_id"]) == (case.employee_id, case.tested.id)
    ]
    assert {column: row[column] for column in case.expected} == case.expected
