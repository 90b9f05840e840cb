"""Reading commands about places: what tells of few is kept back unless it is asked for, the tables stay whole."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.cli.reading import INTERNAL, READINGS
from tests.insights.asked import example_insights, policy_of, scored
from tests.transforms.example import example_frames
from tests.warehouse.a_run import CITY, PERIOD, publish
from warehouse import open_warehouse
from warehouse.identity import RESULTS
from warehouse.insight_models import INSIGHTS
from warehouse.withholding import COLUMN

Row = dict[str, Any]
PERSONS = {"employee_id", "subject_id", "worker_id"}
"""Columns that name a person: such rows are for him and those in charge of him as they are."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    results = scored(example_frames(), policy_of("kalianda"))
    frames = {field.name: getattr(results, field.name) for field in fields(results) if field.name in RESULTS}
    with open_warehouse(f"sqlite:///{folder / 'warehouse.db'}") as warehouse:
        publish(warehouse, "run-1", frames, insights=example_insights("kalianda"))
    return folder


def read(home: Path, command: str, *words: str) -> list[Row]:
    asked = [command, "--city", CITY, "--period", PERIOD, "--home", str(home), "--json", *words]
    ended = CliRunner().invoke(app, asked)
    assert ended.exit_code == 0, ended.output
    rows: list[Row] = json.loads(ended.stdout)
    return rows


def test_every_table_of_places_is_read_so() -> None:
    of_places = {
        reading.command
        for reading in READINGS
        if reading.types is None
        and {"place_id", "unit_id"} & set(INSIGHTS[reading.frame].__table__.columns.keys())
        and not PERSONS & set(INSIGHTS[reading.frame].__table__.columns.keys())
    }
    assert of_places <= INTERNAL


def test_small_places_keep_their_figures_and_the_others_show_theirs(home: Path) -> None:
    rows, whole = read(home, "units"), read(home, "units", "--internal")
    assert len(rows) == len(whole)
    small = {(row["level"], row["place_id"]) for row in whole if row["n_employees"] < 10}
    assert small
    for row, known in zip(rows, whole, strict=True):
        if row[COLUMN] is None:
            assert (row["level"], row["place_id"]) not in small
            assert {name: value for name, value in row.items() if name != COLUMN} == known
        else:
            assert {row[name] for name in ("n_employees", "n_scored", "mean_score", "ikm", "n_due", "alarm")} == {None}
            assert row["place_name"] == known["place_name"]
            assert row[COLUMN].startswith("small_group (n < 10)") == ((row["level"], row["place_id"]) in small)


def test_the_same_places_are_kept_back_everywhere(home: Path) -> None:
    hidden = {(row["level"], row["place_id"]) for row in read(home, "units") if row[COLUMN]}
    for command, figure in (("benchmarks", "value"), ("services", "median_hours"), ("drivers", "level_index")):
        rows = read(home, command)
        assert rows
        for row in rows:
            if (row["level"], row["place_id"]) in hidden:
                assert row[COLUMN] is not None
            assert (row[figure] is None) == (row[COLUMN] is not None)


def test_groups_of_few_are_kept_back(home: Path) -> None:
    assert any(min(row["n_lower"], row["n_other"]) < 10 for row in read(home, "unit-gaps", "--internal"))
    for row in read(home, "unit-gaps"):
        assert row["n_lower"] is None or min(row["n_lower"], row["n_other"]) >= 10
    for row in read(home, "unit-obstacles"):
        assert row["n_employees"] is None or row["n_employees"] >= 10


def test_the_table_says_why(home: Path) -> None:
    words = ["units", "--city", CITY, "--period", PERIOD, "--home", str(home), "--level", "unit"]
    shown = CliRunner().invoke(app, words).output
    assert "small_group (n < 10)" in shown
    assert "withheld" not in CliRunner().invoke(app, [*words, "--internal"]).output
