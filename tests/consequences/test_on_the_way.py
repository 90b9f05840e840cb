"""From the results to what people read: nothing is left out on the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from importlib import resources
from pathlib import Path
from random import Random
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, inspect, text

from flows.cli import main
from flows.steps import Scored
from tests.consequences.agreement import with_follow_ups
from tests.oracle.generate import scenario
from tests.transforms.engine import run_engine
from tests.warehouse.a_run import ANI, BUDI, CITY, PERIOD, publish
from tests.warehouse.test_consequences import whole
from transforms import Results, problems_of
from warehouse import WarehouseError, open_warehouse, result_hash, upgrade
from warehouse.identity import RESULTS, checked_results

SOME = scenario(Random(1))  # noqa: S311 - data, not secrets
POLICY = with_follow_ups(SOME.policy)


@pytest.fixture(scope="module")
def found() -> Results:
    """Results with somebody tenured, somebody without a score and a decision."""
    results = run_engine(SOME.data, POLICY, SOME.period, SOME.known_as_of)
    assert not results.discipline_status.is_empty()
    assert "no_score" in results.follow_ups.get_column("action")
    assert not results.decisions.is_empty()
    return results


def test_every_frame_the_warehouse_stores_is_loaded_and_hashed(found: Results) -> None:
    frames = Scored(found, ()).frames
    assert set(frames) == set(RESULTS)
    assert all(checked_results(frames)[name].height == frame.height for name, frame in frames.items())
    assert len(result_hash(frames)) == 64


DAMAGES: dict[str, Callable[[Results], Results]] = {
    "discipline_status": lambda found: replace(found, discipline_status=found.discipline_status.head(0)),
    "follow_ups": lambda found: replace(found, follow_ups=found.follow_ups.head(0)),
    "decisions": lambda found: replace(found, decisions=found.decisions.head(0)),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_missing_rows_stop_the_publication(found: Results, name: str) -> None:
    assert problems_of(found, POLICY) == []
    (problem,) = problems_of(DAMAGES[name](found), POLICY)
    assert problem.startswith(f"{name}: rows of 0 employees where those of ")


def test_a_warehouse_of_the_first_schema_is_upgraded_with_its_revisions(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'warehouse.db'}"
    config = Config()
    config.set_main_option("script_location", str(resources.files("warehouse") / "migrations"))
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        assert "follow_up" not in inspect(connection).get_table_names()
    with pytest.raises(WarehouseError, match="has schema 0001, older than"):
        open_warehouse(url)
    before, after = upgrade(url)
    assert (before, after >= "0002") == ("0001", True)
    with open_warehouse(url) as store:
        publish(store, "run-1", whole())
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM follow_up")).scalar_one() == 3
    engine.dispose()


def read(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    assert main([*words, "--format", "json"]) == 0
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out, parse_float=str)
    return rows


def test_the_commands_write_what_is_stored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_warehouse(f"sqlite:///{tmp_path / 'warehouse.db'}") as store:
        publish(store, "run-1", whole())
    what = ("--city", CITY, "--period", PERIOD, "--home", str(tmp_path))
    rows = read(capsys, "followups", *what)
    assert [(row["employee_id"], row["action"], row["supervisor_must_act"]) for row in rows] == [
        (ANI, "counselling", True),
        (ANI, "training", False),
        (BUDI, "no_score", False),
    ]
    (row,) = read(capsys, "discipline", *what)
    assert (row["n_absent_days"], row["n_minutes"], row["n_days"], row["level"]) == (2, 451, 3, "oral_warning")
    assert [row["gap"] for row in read(capsys, "competencies", *what)] == ["0.700000", "0.000000", None]
    assert [row["is_different"] for row in read(capsys, "decisions", *what)] == [True, None]
    guided = read(capsys, "guidance", *what, "--internal")
    assert [row["is_as_guided"] for row in guided] == [False, None, True]
    kept_back = read(capsys, "guidance", *what)
    assert {row["is_as_guided"] for row in kept_back} == {None}, "few people are told of only within"
    assert [row["revision"] for row in read(capsys, "guidance", *what, "--revision", "1")] == [1, 1, 1]
