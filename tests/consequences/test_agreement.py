"""Engine against oracle: the ladder and the follow-ups of the same inputs, row by row and cell by cell."""

from __future__ import annotations

import datetime as dt
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.consequences.agreement import both, disagreements, shipped, with_follow_ups
from tests.golden.case import RowCase, load_cases, read_tables
from tests.golden.cases.ladder import tables
from tests.oracle.by_hand import CITIES
from tests.oracle.generate import Scenario, scenario, scenarios
from tests.transforms.engine import run_engine

LADDER_CASES = [case for case in load_cases().rows if case.frame == "ladder"]


@pytest.mark.parametrize("case", LADDER_CASES, ids=lambda case: case.name)
def test_golden_ladder(case: RowCase) -> None:
    results = run_engine(case.data, case.policy, case.period, case.known)
    found = [row for row in results.discipline_status.to_dicts() if row["employee_id"] == case.employee_id]
    if case.expected_row is None:
        assert found == []
    else:
        (row,) = found
        assert {column: row[column] for column in case.expected_row} == case.expected_row


def test_the_ladder_has_golden_cases() -> None:
    assert len(LADDER_CASES) > 25


@settings(max_examples=15, deadline=None)
@given(scenarios())
def test_scenario(drawn: Scenario) -> None:
    assert disagreements(*both(drawn.data, with_follow_ups(drawn.policy), drawn.period, drawn.known_as_of)) == []


@pytest.mark.parametrize("seed", range(12))
def test_seeded_scenario(seed: int) -> None:
    drawn = scenario(Random(seed))  # noqa: S311 - data, not secrets
    assert disagreements(*both(drawn.data, with_follow_ups(drawn.policy), drawn.period, drawn.known_as_of)) == []


# A later period of the same year: what lies before P counts, and who left before it is still part of a unit's record.
LATER = {"2026-Q1": "2026-04", "2026-02": "2026-03", "2026-Q2": "2026-07", "2026-07": "2026-08", "2026-Q3": "2026-Q4"}


@pytest.mark.parametrize("seed", range(100, 115))
def test_the_year_before_the_period(seed: int) -> None:
    drawn = scenario(Random(seed))  # noqa: S311 - data, not secrets
    later = LATER.get(drawn.period, "2026")
    assert disagreements(*both(drawn.data, with_follow_ups(drawn.policy), later, None)) == []


MOVED = """
    employee_id | unit_id | employment_type | schedule_id | start_date | end_date
    E1          | U1      | PNS             | -           | 2026-07-01 | {last}
    E1          | {unit}  | PNS             | {schedule}  | {first}    | -
    E2          | U1      | PNS             | -           | 2026-01-01 | -
    E3          | U2      | PPPK            | -           | 2026-01-01 | 2026-08-20
"""
NIGHT = """
    schedule_id | weekday | start_time | end_time | day_starts_at
    night       | 1       | 22:00      | 06:00    | 12:00
    night       | 3       | 22:00      | 06:00    | 12:00
    night       | 4       | 22:00      | 06:00    | 12:00
"""


@settings(max_examples=15, deadline=None)
@given(
    pattern=st.text("paaal.", min_size=5, max_size=45),
    moves_on=st.integers(1, 60),
    unit=st.sampled_from(["U1", "U2"]),
    schedule=st.sampled_from(["-", "night"]),
    period=st.sampled_from(["2026-07", "2026-08", "2026-09", "2026-Q3"]),
)
def test_rows_of_absence_over_moves(pattern: str, moves_on: int, unit: str, schedule: str, period: str) -> None:
    first = dt.date(2026, 7, 1) + dt.timedelta(days=moves_on)
    roster = MOVED.format(last=first - dt.timedelta(days=1), first=first, unit=unit, schedule=schedule)
    drawn = tables(pattern) | {"employees": roster, "schedules": NIGHT}
    drawn["attendance"] += "".join(f"\nE3 | 2026-08-{day:02} 23:00" for day in range(3, 29))
    assert disagreements(*both(read_tables(drawn), CITIES["kalianda"], period, None)) == []


def test_the_shipped_policies_have_follow_ups_by_rating_and_training() -> None:
    for city in CITIES:
        policy = shipped(city)
        assert {follow_up.action for follow_up in policy.follow_ups} == {"reward_nomination", "guidance", "counselling"}
        assert policy.training is not None


def test_generated_runs_reach_what_they_are_for() -> None:
    """Rows of two days and more, minutes, levels, every action, people without a score."""
    seen: set[str] = set()
    for seed in range(20):
        drawn = scenario(Random(seed))  # noqa: S311 - data, not secrets
        results = run_engine(drawn.data, with_follow_ups(drawn.policy), drawn.period, drawn.known_as_of)
        ladder = results.discipline_status
        seen |= set(results.follow_ups.get_column("action"))
        seen |= {"rows"} if (ladder.get_column("n_days_in_a_row") > 1).any() else set()
        seen |= {"minutes"} if (ladder.get_column("n_minutes") > 0).any() else set()
        seen |= {"levels"} if ladder.get_column("level").count() else set()
    assert {"rows", "minutes", "levels", "training", "no_score", "counselling"} <= seen
