"""A world without defects holds no row that validation would refuse, and nothing that would stop a run."""

from __future__ import annotations

import datetime as dt
import itertools
import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.contracts import DATASETS, SECTORS
from sources.synth.people import employee_id, retired_id
from sources.synth.world import World
from tests.synth.refusals import refusals
from tests.synth.worlds import MadeWorld, made

PERIODS = (
    (dt.date(2026, 7, 1), dt.date(2026, 10, 1)),
    (dt.date(2026, 10, 1), dt.date(2027, 1, 1)),
    (dt.date(2026, 2, 1), dt.date(2026, 3, 1)),
    (dt.date(2028, 2, 1), dt.date(2028, 3, 1)),
    (dt.date(2026, 1, 1), dt.date(2027, 1, 1)),
)


def assert_sound(world: MadeWorld) -> None:
    reasons = {name: set().union(*found) for name, found in refusals(world).items()}
    assert reasons == {name: set() for name in DATASETS}
    spells: dict[str, list[tuple[str, str]]] = {}
    for row in world.rows("employees"):
        spells.setdefault(row["employee_id"], []).append((row["start_date"], row["end_date"] or "9999-12-31"))
        assert row["sector"] in SECTORS
    for served in spells.values():
        assert all(earlier[1] < later[0] for earlier, later in itertools.pairwise(sorted(served)))


def test_a_quarter(town: MadeWorld) -> None:
    assert_sound(town)
    assert {name: len(town.rows(name)) for name in DATASETS} == dict(town.report.rows)
    assert town.report.rows["employees"] >= 300


@settings(max_examples=8, deadline=None)
@given(
    employees=st.integers(1, 80),
    seed=st.integers(0, 2**31),
    period=st.sampled_from(PERIODS),
)
def test_any_small_world(employees: int, seed: int, period: tuple[dt.date, dt.date]) -> None:
    with made(employees, seed=seed, period_start=period[0], period_end=period[1]) as world:
        assert_sound(world)
        assert len({row["employee_id"] for row in world.rows("employees")}) == employees


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_employee_numbers_agree_with_the_columns(seed: int) -> None:
    with made(250, seed=seed) as world:
        for row in world.rows("employees"):
            number = row["employee_id"]
            assert re.fullmatch(r"\d{18}", number)
            assert dt.date.fromisoformat(row["birth_date"]).strftime("%Y%m%d") == number[:8]
            assert number[14] == {"M": "1", "F": "2"}[row["sex"]]
            assert 2000 - 12 <= int(number[8:12]) <= 2026
            if row["employment_type"] == "PNS":
                assert 1 <= int(number[12:14]) <= 12
            else:
                assert number[12:14] == "21"


@pytest.mark.parametrize("seed", [0, 1, 9496])
def test_employee_numbers_are_unique_in_a_province(seed: int) -> None:
    world = World(300_000, *PERIODS[0], seed)
    numbers = pl.select(index=pl.int_range(300_000)).select(number=employee_id(world, pl.col("index")))["number"]
    assert numbers.n_unique() == 300_000
    retired = pl.select(index=pl.int_range(300_000)).select(number=retired_id(world, pl.col("index")))["number"]
    assert not retired.is_in(numbers.implode()).any()


def test_supervisors_serve_in_the_unit_or_head_the_one_above(town: MadeWorld) -> None:
    spells = {(row["employee_id"], row["unit_id"]) for row in town.rows("employees")}
    heads = {row["supervisor_id"] for row in town.rows("employees")} - {""}
    assert heads <= {person for person, _ in spells}
    own = [row for row in town.rows("employees") if (row["supervisor_id"], row["unit_id"]) in spells]
    assert len(own) > 0.9 * town.report.rows["employees"]
    assert not any(row["supervisor_id"] == row["employee_id"] for row in town.rows("employees"))


def test_parent_objectives_exist(town: MadeWorld) -> None:
    rows = town.rows("objectives")
    known = {row["objective_id"] for row in rows}
    parents = {row["parent_objective_id"] for row in rows} - {""}
    assert parents
    assert parents <= known


def test_reports_are_by_the_objectives_owner(town: MadeWorld) -> None:
    owner = {row["objective_id"]: row["employee_id"] for row in town.rows("objectives")}
    assert all(owner[row["objective_id"]] == row["employee_id"] for row in town.rows("progress"))


def test_calendar_is_complete_for_its_year(town: MadeWorld) -> None:
    days = {row["date"]: row["kind"] for row in town.rows("calendar")}
    # SKB of three ministers on days off in 2026: 17 holidays and 8 days of joint leave.
    assert sorted(days.values()) == ["holiday"] * 17 + ["joint_leave"] * 8
    assert days["2026-08-17"] == days["2026-01-01"] == "holiday"
