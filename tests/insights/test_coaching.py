"""The coaching list: each cause where it belongs, overload where planted, and nobody is sent for what is missing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import create_engine, literal, select

from tests.insights.asked import example_insights, found_in, policy_of, scored
from tests.insights.test_where_planted import frames_of
from tests.synth.worlds import make
from tests.transforms.example import example_frames
from tests.warehouse.a_run import CITY, PERIOD, publish
from transforms import Results
from warehouse import Warehouse, open_warehouse
from warehouse.coaching import Weakness, cause_of, who_acts
from warehouse.identity import RESULTS

Row = dict[str, Any]
OWN = {"missing": None, "obstacle": None, "n": 20, "peers_median": 20, "unit_mean": 95, "high": 99}


@pytest.mark.parametrize(
    ("known", "cause"),
    [
        ({}, "own"),
        ({"high": 100}, "few_cases"),
        ({"high": None}, "own"),
        ({"unit_mean": 89.99, "high": 100}, "unit"),
        ({"unit_mean": 90}, "own"),
        ({"unit_mean": None}, "own"),
        ({"n": 33, "peers_median": 20}, "own"),  # half as much again is 30, and chance makes up to 33.4 of 20
        ({"n": 34, "peers_median": 20, "unit_mean": 50}, "overload"),
        ({"n": 18, "peers_median": 9}, "overload"),  # just as much
        ({"n": 10, "peers_median": 3.5}, "overload"),
        ({"n": 9, "peers_median": 3.5}, "own"),
        ({"n": 2, "peers_median": 20}, "own"),
        ({"n": 149, "peers_median": 100}, "own"),
        ({"n": 150, "peers_median": 100}, "overload"),
        ({"n": 999, "peers_median": None}, "own"),
        ({"obstacle": "budget", "n": 999}, "obstacle"),
        ({"missing": "no_work_plan", "obstacle": "budget"}, "no_work_plan"),
    ],
)
def test_the_cause_is_the_first_that_applies(known: Row, cause: str) -> None:
    facts = {name: literal(value) for name, value in (OWN | known).items()}
    with create_engine("sqlite://").connect() as connection:
        assert connection.execute(select(cause_of(Weakness(**facts)))).scalar() == cause


@pytest.mark.parametrize(
    ("cause", "missing", "must", "who"),
    [
        ("no_work_plan", True, False, "employee"),
        ("no_supervisor_rating", True, False, "supervisor"),
        ("no_outcome", True, True, "unit"),
        ("obstacle", False, False, "supervisor"),
        ("overload", False, False, "supervisor"),
        ("unit", False, True, "unit"),
        ("few_cases", False, False, "nobody yet"),
        ("few_cases", False, True, "supervisor"),
        ("own", False, False, "employee"),
        ("own", False, True, "supervisor"),
    ],
)
def test_who_acts_follows_from_the_cause(cause: str, missing: bool, must: bool, who: str) -> None:
    assert who_acts(cause, is_missing=missing, supervisor_must_act=must) == who


def stored(folder: Path, results: Results, insights: dict[str, pl.DataFrame]) -> Warehouse:
    warehouse = open_warehouse(f"sqlite:///{folder / 'warehouse.db'}")
    frames = {field.name: getattr(results, field.name) for field in fields(results) if field.name in RESULTS}
    publish(warehouse, "run-1", frames, insights=insights)
    return warehouse


def listed(warehouse: Warehouse) -> list[Row]:
    columns, rows = warehouse.coaching(CITY, PERIOD)
    return [dict(zip(columns, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[list[Row], Results]]:
    results = scored(example_frames(), policy_of("kalianda"))
    with stored(tmp_path_factory.mktemp("home"), results, example_insights("kalianda")) as warehouse:
        yield listed(warehouse), results


def test_every_follow_up_that_helps_is_on_it_once(example: tuple[list[Row], Results]) -> None:
    rows, results = example
    trainings = results.follow_ups.filter(pl.col("action") == "training")
    on_list = Counter((row["employee_id"], row["item_id"]) for row in rows if row["action"] == "training")
    assert on_list == Counter(trainings.select("employee_id", "item_id").rows())
    helped = results.follow_ups.filter(pl.col("action").is_in(["guidance", "counselling"]))["employee_id"]
    assert set(helped) <= {row["employee_id"] for row in rows}
    assert max(Counter((row["employee_id"], row["item_id"]) for row in rows).values()) == 1


def test_what_is_missing_is_handed_in_and_nobody_is_sent_for_it(example: tuple[list[Row], Results]) -> None:
    rows, results = example
    lacking = results.indicators.filter(pl.col("status") == "INSUFFICIENT_DATA")
    missing = [row for row in rows if row["action"] == "hand_in"]
    assert Counter(row["cause"] for row in missing) == Counter(lacking["reason"].to_list())
    assert {row["achievement"] for row in missing} == {row["course"] for row in missing} == {None}


def test_an_obstacle_is_named_where_it_touched_the_item(example: tuple[list[Row], Results]) -> None:
    rows, results = example
    touched = {
        (row["employee_id"], item)
        for row in example_insights("kalianda")["obstacles"].drop_nulls("items").iter_rows(named=True)
        for item in row["items"].split(";")
    }
    measured_by = dict(results.indicators.select("item_id", "indicator_id").unique().rows())
    for row in rows:
        if row["achievement"] is not None:
            is_touched = (row["employee_id"], measured_by[row["item_id"]]) in touched
            assert (row["cause"] == "obstacle") == is_touched
            assert (row["obstacle"] is not None) == is_touched


def test_overload_is_found_where_it_was_planted(tmp_path: Path) -> None:
    overloaded = {}
    for plants in ((), ("overwhelmed",)):
        folder = tmp_path / str(len(plants))
        make(folder, 400, seed=5, plants=plants, format="parquet")
        frames, policy = frames_of(folder), policy_of("kalianda")
        with stored(folder, scored(frames, policy), found_in(frames, policy)) as warehouse:
            overloaded[plants] = {row["employee_id"] for row in listed(warehouse) if row["cause"] == "overload"}
    planted = json.loads((tmp_path / "1" / "planted.json").read_text())["plants"]["overwhelmed"]["employees"]
    assert set(planted) & overloaded[()] == set()
    assert overloaded[("overwhelmed",)] - overloaded[()] == set(planted)
