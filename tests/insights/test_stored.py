"""Insights on their way: each has a table and a command, comes back as it was, and the next period is held to it."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from flows.cli import app
from flows.cli.reading import READINGS
from tests.insights.asked import example_insights, found_in, insights_of, policy_of, scored
from tests.transforms.example import example_frames
from tests.warehouse.a_run import CITY, publish
from tests.warehouse.test_checking import sound
from transforms import Results
from warehouse import Warehouse, open_warehouse
from warehouse.identity import RESULTS
from warehouse.insight_models import INSIGHTS
from warehouse.insight_queries import COMPARED

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def results() -> Results:
    return scored(example_frames(), policy_of("kalianda"))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, results: Results) -> Iterator[Warehouse]:
    """A warehouse with 2026-Q1 published twice and 2025 once, the latter two with insights."""
    frames = {field.name: getattr(results, field.name) for field in fields(results) if field.name in RESULTS}
    with open_warehouse(f"sqlite:///{tmp_path_factory.mktemp('home') / 'warehouse.db'}") as warehouse:
        year = {"period": "2025", "period_start": dt.date(2025, 1, 1), "period_end": dt.date(2026, 1, 1)}
        publish(warehouse, "run-0", frames, insights=example_insights("kalianda"), **year)
        publish(warehouse, "run-1", sound())
        publish(warehouse, "run-2", frames, insights=example_insights("kalianda"))
        yield warehouse


def home_of(store: Warehouse) -> Path:
    return Path(str(store._engine.url.database)).parent


def test_every_frame_has_a_table_and_every_table_a_frame() -> None:
    assert set(example_insights("kalianda")) == set(INSIGHTS)


@pytest.mark.parametrize("city", ["kalianda", "bangko"])
def test_nobody_and_nothing_has_the_same_frames(city: str) -> None:
    """Without any rows but a roster every frame is there, with the types of the others."""
    few = insights_of({}, policy_of(city))
    assert {name: frame.schema for name, frame in few.items()} == {
        name: frame.schema for name, frame in example_insights(city).items()
    }


def test_a_float_never_leaves() -> None:
    for frame in example_insights("kalianda").values():
        assert not any(dtype.is_float() for dtype in frame.schema.values())


@pytest.mark.parametrize("city", ["kalianda", "tangerang_selatan"])
def test_the_order_of_rows_changes_nothing(city: str) -> None:
    """To the last digit: equal insights make no revision."""
    turned = {name: frame.reverse() for name, frame in example_frames().items() if name not in {"ratings", "decisions"}}
    found = found_in(example_frames() | turned, policy_of(city))
    for name, frame in example_insights(city).items():
        assert found[name].equals(frame), name


def test_a_score_is_the_same_with_and_without(results: Results) -> None:
    before = {field.name: getattr(results, field.name) for field in fields(results) if field.name in RESULTS}
    copies = {name: frame.clone() for name, frame in before.items()}
    found_in(example_frames(), policy_of("kalianda"))
    assert all(before[name].equals(copy) for name, copy in copies.items())


def test_what_is_stored_is_sound(store: Warehouse) -> None:
    assert store.check().problems == []


@pytest.mark.parametrize(
    ("statement", "rules"),
    [
        ("UPDATE unit_result SET n_employees = n_employees + 1 WHERE run_id = 'run-2' AND level = 'city'",
         {"units_hold_the_people", "units_add_up", "published_digest"}),
        ("UPDATE unit_result SET n_targets_due = n_targets_due + 1 WHERE run_id = 'run-2' AND place_id = 'DKCS.0001'",
         {"units_add_up", "published_digest"}),
    ],
)  # fmt: skip
def test_a_sum_that_does_not_add_up_is_named(store: Warehouse, tmp_path: Path, statement: str, rules: set[str]) -> None:
    copy = sqlite3.connect(tmp_path / "copy.db")
    with sqlite3.connect(home_of(store) / "warehouse.db") as original:
        original.backup(copy)
    original.close()
    copy.execute(statement)
    copy.commit()
    copy.close()
    with open_warehouse(f"sqlite:///{tmp_path / 'copy.db'}", create=False) as changed:
        problems = changed.check().problems
    assert {problem.rule for problem in problems} == rules
    assert {(problem.place, problem.run_id) for problem in problems} == {("unit_result", "run-2")}


def test_the_period_before_is_the_last_of_its_length(store: Warehouse, results: Results) -> None:
    q2 = store.published_before(CITY, dt.date(2026, 4, 1), dt.date(2026, 7, 1))
    assert q2 is not None
    assert q2.period == "2026-Q1"
    named = {name for name, frame in example_insights("kalianda").items() if "employee_id" not in frame.columns}
    assert set(q2.frames) == set(COMPARED) | named
    # The second revision, not the first, typed and to the digit.
    assert q2.frames["units"].sort("level", "place_id").equals(example_insights("kalianda")["units"])
    scores = results.scores.select(COMPARED["scores"])
    assert q2.frames["scores"].sort("employee_id").equals(scores)
    q4 = store.published_before(CITY, dt.date(2026, 10, 1), dt.date(2027, 1, 1))
    assert q4 is not None
    assert q4.period == "2026-Q1", "quarters between were not published"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (dt.date(2026, 1, 1), dt.date(2026, 4, 1)),  # itself
        (dt.date(2026, 4, 1), dt.date(2026, 5, 1)),  # a month
        (dt.date(2025, 1, 1), dt.date(2026, 1, 1)),  # the first year
    ],
)
def test_nothing_to_compare_with(store: Warehouse, start: dt.date, end: dt.date) -> None:
    assert store.published_before(CITY, start, end) is None
    assert store.published_before("pauh", dt.date(2026, 4, 1), dt.date(2026, 7, 1)) is None


def test_provisional_scores_are_nothing_to_compare_with(tmp_path: Path) -> None:
    with open_warehouse(f"sqlite:///{tmp_path / 'warehouse.db'}") as warehouse:
        publish(warehouse, "run-1", provisional=True)
        assert warehouse.published_before(CITY, dt.date(2026, 4, 1), dt.date(2026, 7, 1)) is None


INSIGHT_READINGS = [reading for reading in READINGS if reading.types is None]


def test_every_insight_has_a_command() -> None:
    assert {reading.frame for reading in INSIGHT_READINGS} == set(INSIGHTS)


@pytest.mark.parametrize("reading", INSIGHT_READINGS, ids=lambda reading: reading.command)
def test_the_example_of_a_command_runs(store: Warehouse, reading: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    home = str(home_of(store))
    words = ["--city", CITY, "--period", "2026-Q1", "--home", home, *reading.example.split()]
    ended = CliRunner().invoke(app, [reading.command, *words])
    assert ended.exit_code == 0, ended.output
    columns = set(example_insights("kalianda")[reading.frame].columns) | {"name", "revision", "run_id"}
    assert set(reading.first) <= columns, "the columns it shows first are there"


@pytest.mark.parametrize("reading", INSIGHT_READINGS, ids=lambda reading: reading.command)
def test_a_command_writes_every_row_typed(store: Warehouse, reading: Any, tmp_path: Path) -> None:
    home, out = str(home_of(store)), tmp_path / "rows.parquet"
    words = ["--city", CITY, "--period", "2026-Q1", "--home", home, "--output", str(out)]
    assert CliRunner().invoke(app, [reading.command, *words]).exit_code == 0
    expected, found = example_insights("kalianda")[reading.frame], pl.read_parquet(out)
    assert found.height == expected.height
    assert found.select(expected.columns).schema == expected.schema


@pytest.mark.parametrize("reading", [one for one in INSIGHT_READINGS if one.only], ids=lambda reading: reading.command)
def test_an_option_keeps_the_rows_it_names(store: Warehouse, reading: Any, tmp_path: Path) -> None:
    home, out = str(home_of(store)), tmp_path / "rows.csv"
    column = reading.only.column
    expected = example_insights("kalianda")[reading.frame]
    shown = expected.get_column(column).drop_nulls()
    value = shown[-1] if len(shown) else (reading.only.values or ["nothing"])[0]
    option = "--" + column.removesuffix("_id").replace("_", "-")
    words = ["--city", CITY, "--period", "2026-Q1", "--home", home, "--output", str(out), option, value]
    assert CliRunner().invoke(app, [reading.command, *words]).exit_code == 0
    assert pl.read_csv(out, infer_schema=False).height == expected.filter(pl.col(column) == value).height


def test_no_command_is_known_twice() -> None:
    commands = [str(command.name) for command in typer.main.get_group(app).commands.values()]
    assert len(commands) == len(set(commands))
    assert all(re.fullmatch(r"[a-z-]+", reading.command) for reading in READINGS)
