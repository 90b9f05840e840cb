"""Rows on their way into SQLite: their file holds what was given, to the digit, and does not outlive its run."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.warehouse.a_run import publish, results
from tests.warehouse.test_consequences import whole
from warehouse import WarehouseError, open_warehouse
from warehouse.identity import Shape, checked, digest_of, dtypes, model_of, shape_of
from warehouse.loading import loading
from warehouse.models import Base
from warehouse.staging import STAGED_ROW, Given, Stage, stages_beside

INDICATORS = shape_of(model_of("indicators"))


def cells(shape: Shape, name: str) -> st.SearchStrategy[Any]:
    """Whatever SQLite keeps to the digit, or nothing."""
    if name in shape.scales:
        most = 10**15 - 1
        return st.none() | st.integers(-most, most).map(lambda n: Decimal(n).scaleb(-shape.scales[name]))
    if name in shape.integers:
        return st.none() | st.integers(-(2**63), 2**63 - 1)
    if name in shape.booleans:
        return st.none() | st.booleans()
    if name in shape.dates:
        return st.none() | st.dates()
    return st.none() | st.text(st.characters(exclude_categories=["Cs"]))


def rows_of(shape: Shape) -> st.SearchStrategy[pl.DataFrame]:
    rows = st.lists(st.tuples(*(cells(shape, name) for name in shape.columns)), max_size=5)
    return rows.map(lambda found: pl.DataFrame(found, schema=dtypes(shape), orient="row"))


def filled(stage: Stage, shape: Shape, frame: pl.DataFrame) -> Stage:
    stage.fill([Given(shape, frame, digest_of("indicators", frame))])
    return stage


@pytest.fixture(params=[10_000, 1], ids=["all columns", "combinations"])
def many(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """From how many rows on columns of few values are staged by their combinations."""
    monkeypatch.setattr("warehouse.staging._MANY", request.param)
    return int(request.param)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path / "0.db", "staged_0")


@pytest.mark.parametrize("frame", ["indicators", "decisions", "carried_obstacles"])  # every type of column
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_given_is_staged_to_the_digit(
    tmp_path_factory: pytest.TempPathFactory, many: int, frame: str, data: st.DataObject
) -> None:
    shape = shape_of(model_of(frame))
    given_rows = data.draw(rows_of(shape))
    stage = filled(Stage(tmp_path_factory.mktemp("stage") / "0.db", "staged_0"), shape, given_rows)
    stage.check()
    with closing(sqlite3.connect(stage.file)) as database:  # as the other SQLite sees it
        (n_rows,) = database.execute(f"SELECT count(*) FROM {shape.table.name}").fetchone()
        assert n_rows == given_rows.height
        text = next(name for name in shape.columns if given_rows.schema[name] == pl.String)
        found = database.execute(f"SELECT {text} FROM {shape.table.name} ORDER BY {STAGED_ROW}").fetchall()
        assert [cell for (cell,) in found] == given_rows[text].to_list()


@pytest.mark.parametrize("n_rows", [1, 2, 3, 4, 5])
def test_rows_of_many_batches_keep_their_order(
    stage: Stage, many: int, monkeypatch: pytest.MonkeyPatch, n_rows: int
) -> None:
    monkeypatch.setattr("warehouse.staging._ROWS", 2)
    one = results()["indicators"].head(1)
    frame = pl.concat([one] * n_rows).with_columns(item_id=pl.format("item-{}", pl.int_range(n_rows)))
    filled(stage, INDICATORS, checked("indicators", frame, INDICATORS)).check()


def refuses(stage: Stage, spoil: str) -> None:
    filled(stage, INDICATORS, checked("indicators", results()["indicators"], INDICATORS))
    with closing(sqlite3.connect(stage.file)) as database, database:
        assert database.execute(spoil).rowcount > 0
    with pytest.raises(WarehouseError, match="indicators: the staged rows differ from those given; nothing was publ"):
        stage.check()


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE {} SET item_id = 'other' WHERE rowid = 3",
        "UPDATE {} SET value = value + 0.000001 WHERE rowid = 1",
        "UPDATE {} SET n = n + 1 WHERE rowid = 4",
        "UPDATE {} SET reason = NULL",
        "UPDATE {} SET value = 0 WHERE value IS NULL",
        "UPDATE {} SET n = 'x'",
        "DELETE FROM {} WHERE rowid = 4",
        "INSERT INTO {0} SELECT * FROM {0} WHERE rowid = 1",
    ],
)
def test_a_stage_that_holds_anything_else_is_refused(stage: Stage, spoil: str) -> None:
    refuses(stage, spoil.format("indicator_result_rows"))


@pytest.mark.parametrize("many", [1], indirect=True)
@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE indicator_result_few SET weight = weight + 0.01 WHERE rowid = (SELECT min(rowid) FROM {})",
        "UPDATE indicator_result_few SET reason = 'other' WHERE reason IS NULL",
        "UPDATE indicator_result_few SET reason = NULL",
        "DELETE FROM indicator_result_few WHERE rowid = (SELECT min(rowid) FROM indicator_result_few)",
        "UPDATE indicator_result_rows SET staged_combination = (SELECT min(rowid) FROM indicator_result_few)",
        "DELETE FROM indicator_result_rows WHERE rowid = 2",
    ],
)
def test_combinations_that_are_not_those_given_are_refused(stage: Stage, many: int, spoil: str) -> None:
    refuses(stage, spoil.format("indicator_result_few"))


def test_what_is_copied_from_combinations_is_what_was_given(many: int, tmp_path: Path) -> None:
    """Hashed anew from its tables, as `kinerja warehouse check` does."""
    with open_warehouse(f"sqlite:///{tmp_path / 'warehouse.db'}") as warehouse:
        assert publish(warehouse, "run-1", whole()).revision == 1
        assert [str(problem) for problem in warehouse.check().problems if problem.rule == "published_digest"] == []


def test_no_column_of_a_table_is_called_as_one_of_a_stage() -> None:
    names = {column.name for table in Base.metadata.tables.values() for column in table.columns}
    assert names.isdisjoint({STAGED_ROW, "staged_combination"})


def test_a_stage_is_seen_by_its_user_alone_and_gone_afterwards(tmp_path: Path) -> None:
    with stages_beside(tmp_path / "warehouse.db", 2) as stages:
        (folder,) = tmp_path.iterdir()
        assert {stage.file.parent for stage in stages} == {folder}
        assert len({stage.file for stage in stages}) == 2
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(tmp_path.iterdir()) == []


def test_a_stage_at_work_is_left_alone_and_one_that_was_left_is_removed(tmp_path: Path) -> None:
    file = tmp_path / "warehouse.db"
    (tmp_path / "warehouse.db-staged-left").mkdir()
    (tmp_path / "warehouse.db-staged-left" / "0.db").touch()
    (tmp_path / "other.db-staged-left").mkdir()
    with stages_beside(file, 1) as (mine,), stages_beside(file, 1) as (other,):
        there = {path.name for path in tmp_path.iterdir()}
        assert there == {"other.db-staged-left", mine.file.parent.name, other.file.parent.name}


def test_a_folder_that_may_not_be_written_is_said(tmp_path: Path) -> None:
    missing = tmp_path / "missing" / "warehouse.db"
    with pytest.raises(WarehouseError, match="no folder can be made in"), stages_beside(missing, 1):
        pass


def test_a_stage_is_attached_only_once_it_is_filled(tmp_path: Path) -> None:
    """A transaction that writes locks every file that is attached when it begins, and may keep seeing it as it was."""
    with (
        open_warehouse(f"sqlite:///{tmp_path / 'warehouse.db'}") as warehouse,
        loading(warehouse._engine, "loading", loads=1) as loader,
    ):
        there = {row.name for row in loader.connection.exec_driver_sql("PRAGMA database_list")}
        assert there - {"temp"} == {"main"}


def test_a_publication_leaves_no_file_attached(tmp_path: Path) -> None:
    with open_warehouse(f"sqlite:///{tmp_path / 'warehouse.db'}") as warehouse:
        publish(warehouse, "run-1")
        broken = results() | {"scores": pl.concat([results()["scores"]] * 2)}
        with pytest.raises(WarehouseError):
            publish(warehouse, "run-2", broken)
        with warehouse._engine.connect() as connection:
            there = {row.name for row in connection.exec_driver_sql("PRAGMA database_list")}
            assert there - {"temp"} == {"main"}
        assert publish(warehouse, "run-3", results("1.00")).revision == 2
    assert [path.name for path in tmp_path.iterdir()] == ["warehouse.db"]
