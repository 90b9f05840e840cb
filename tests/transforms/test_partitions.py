"""Scored in parts or whole: the same results, row for row, and what a part is."""

from __future__ import annotations

import datetime as dt
from random import Random

import polars as pl
import pytest

from policies.period import Period
from tests.golden.case import read_tables
from tests.oracle.by_hand import CITIES, EVERYTHING, with_parameters
from tests.transforms.engine import Row, days_off, frames_of, run_frames
from tests.transforms.example import example_frames
from tests.transforms.partitioned import run_parts, scattered, unequal
from transforms import CATALOGUE, Results, score
from transforms.partitions import DIVIDED, GIVEN_WHOLE, PART, allotted, joined, partitioning

PERIOD = "2026-Q3"
MORE_THAN_UNITS = 1_000
# E2 worked in U1 with E1 until mid August, then in U9: alone in U1, E1 would have no record but by E2's events.
MOVED = read_tables(
    {
        "employees": """
            employee_id | unit_id | start_date | end_date
            E1          | U1      | 2026-01-01 | -
            E2          | U1      | 2026-01-01 | 2026-08-14
            E2          | U9      | 2026-08-15 | -
            E3          | U9      | 2026-01-01 | -
        """,
        "attendance": """
            employee_id | timestamp        | direction
            E2          | 2026-07-01 07:20 | in
            E2          | 2026-07-02 07:20 | in
            E2          | 2026-08-18 07:20 | in
        """,
        "survey_responses": "employee_id | unit_id | submitted_at | u1\n"
        + "\n".join(f"E1 | U9 | 2026-07-{day:02} 10:00 | 4" for day in range(1, 7)),
    }
)


@pytest.fixture(scope="module")
def example() -> Results:
    """Every item, on the shipped example."""
    return run_frames(example_frames(), EVERYTHING, PERIOD, None)


@pytest.mark.parametrize("n", [1, 2, 4, 16, MORE_THAN_UNITS])
def test_the_example_in_parts(n: int, example: Results) -> None:
    results, parts = run_parts(example_frames(), EVERYTHING, PERIOD, None, n)
    assert not unequal(results, example)
    assert len(parts.n_people) == min(n, parts.units.height)


@pytest.mark.parametrize("seed", range(10))
def test_generated_runs_in_parts(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - data, not secrets
    drawn = scattered(random)
    frames = frames_of(drawn.data)
    whole = run_frames(frames, drawn.policy, drawn.period, drawn.known_as_of)
    for n in (2, random.choice((3, 4, 16))):
        results, _ = run_parts(frames, drawn.policy, drawn.period, drawn.known_as_of, n)
        assert not unequal(results, whole), n


# --- what crosses ---------------------------------------------------------------------------------------------------


def recorded(results: Results) -> dict[str, int]:
    """Recorded days of each."""
    return dict(results.employees.select("employee_id", "n_recorded_days").iter_rows())


def test_a_unit_keeps_the_record_of_who_has_left_it_for_another_part() -> None:
    policy = CITIES["kalianda"]
    frames = frames_of(MOVED)
    results, parts = run_parts(frames, policy, PERIOD, None, 2)
    assert parts.people.sort("employee_id").get_column(PART).to_list() == [0, 1, 1]
    assert parts.shared.get_column("unit_id").to_list() == ["U1"]
    assert recorded(results) == {"E1": 2, "E2": 3, "E3": 1}
    assert not unequal(results, run_frames(frames, policy, PERIOD, None))
    # Without it E1 would have no record: that is what a part must be told.
    own = {name: rows.filter(pl.col(PART) == 0).drop(PART) for name, rows in allotted(frames, parts).items()}
    alone = score(
        own | {name: frames[name] for name in GIVEN_WHOLE},
        with_parameters(policy, CATALOGUE),
        Period.parse(PERIOD),
        known_as_of=None,
        public_holidays=days_off(),
    )
    assert recorded(alone) == {"E1": 0}


def test_the_year_reaches_back_to_anybodys_first_event() -> None:
    data = dict(MOVED)
    data["attendance"] = [*data["attendance"], *_events("E2", dt.date(2026, 2, 2), 12)]
    frames = frames_of(data)
    whole = run_frames(frames, CITIES["kalianda"], PERIOD, None)
    results, parts = run_parts(frames, CITIES["kalianda"], PERIOD, None, 2)
    absent = dict(whole.discipline_status.select("employee_id", "n_absent_days").iter_rows())
    assert absent["E1"] > recorded(whole)["E1"]  # February's days, told by nobody of E1's part
    assert parts.year.start == dt.date(2026, 2, 1)
    assert not unequal(results, whole)


def _events(employee_id: str, first: dt.date, n_days: int) -> list[Row]:
    days = [first + dt.timedelta(days=number) for number in range(n_days)]
    zone = MOVED["attendance"][0]["timestamp"].tzinfo
    return [
        {
            "employee_id": employee_id,
            "timestamp": dt.datetime.combine(day, dt.time(7, 20), zone),
            "direction": "in",
            "device_id": None,
        }
        for day in days
    ]


def test_a_response_goes_to_who_is_named_and_to_the_unit() -> None:
    frames = frames_of(MOVED)
    parts = partitioning(frames, CITIES["kalianda"], Period.parse(PERIOD), 2, known_as_of=None)
    rows = allotted(frames, parts)["survey_responses"].collect()
    assert rows.group_by(PART).len().sort(PART).rows() == [(0, 6), (1, 6)]


# --- what a part is -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [2, 3, 5])
def test_parts_are_whole_units_in_their_order_and_even(n: int) -> None:
    frames = example_frames()
    parts = partitioning(frames, CITIES["kalianda"], Period.parse(PERIOD), n, known_as_of=None)
    assert parts.units.get_column("unit_id").is_unique().all()
    assert parts.units.sort("unit_id").get_column(PART).is_sorted()
    homes = run_frames(frames, CITIES["kalianda"], PERIOD, None).employees
    largest = homes.group_by("unit_id").len().get_column("len").max()
    assert sum(parts.n_people) == homes.height
    assert max(parts.n_people) - min(parts.n_people) <= 2 * largest


def test_every_row_of_a_person_goes_to_his_part_once() -> None:
    frames = example_frames()
    parts = partitioning(frames, CITIES["kalianda"], Period.parse(PERIOD), 4, known_as_of=None)
    rows = allotted(frames, parts)
    assert set(rows) == set(DIVIDED)
    for name in DIVIDED:
        own = rows[name].join(parts.people.lazy(), on=["employee_id", PART]).select(pl.len()).collect().item()
        named = frames[name].join(parts.people.lazy(), on="employee_id", how="semi").select(pl.len()).collect().item()
        assert own == named, name


def test_nobody_to_score_is_one_part() -> None:
    left = read_tables({"employees": "employee_id | start_date | end_date\nE1 | 2020-01-01 | 2020-12-31"})
    results, parts = run_parts(frames_of(left), CITIES["kalianda"], PERIOD, None, 4)
    assert parts.n_people == (0,)
    assert results.employees.is_empty()


def test_one_part_joined_is_the_part(example: Results) -> None:
    assert not unequal(joined([example]), example)
