"""The schema: models, migrations, views and dictionary say the same; other databases are refused with a remedy."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, inspect

import warehouse
from tests.warehouse.a_run import publish
from warehouse import Warehouse, WarehouseError, open_warehouse, upgrade
from warehouse.dictionary import data_dictionary
from warehouse.models import Base, is_of_employees
from warehouse.schema import CURRENT, SCHEMAS
from warehouse.views import VIEWS

REPOSITORY = Path(__file__).parents[2]


def test_migrations_build_what_the_models_say(warehouse: Warehouse) -> None:
    with warehouse._engine.connect() as connection:
        opts = {"compare_type": True, "include_object": _is_held_by_the_database}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, Base.metadata) == []


def _is_held_by_the_database(thing: Any, _name: object, kind: str, reflected: bool, _other: object) -> bool:
    return kind != "foreign_key_constraint" or reflected or not is_of_employees(thing.table)


def test_checks_of_the_models_are_in_the_database(warehouse: Warehouse, url: str) -> None:
    found = inspect(warehouse._engine)
    for table in Base.metadata.sorted_tables:
        declared = {str(c.name): str(c.sqltext) for c in table.constraints if isinstance(c, CheckConstraint)}
        stored = {str(check["name"]): check["sqltext"] for check in found.get_check_constraints(table.name)}
        if url.startswith("sqlite"):
            assert stored == declared, table.name
        else:  # PostgreSQL writes the condition anew
            assert set(stored) == set(declared), table.name


def test_views_show_what_is_declared(warehouse: Warehouse) -> None:
    found = inspect(warehouse._engine)
    assert set(found.get_view_names()) == set(VIEWS.tables)
    for view in VIEWS.sorted_tables:
        assert [column["name"] for column in found.get_columns(view.name)] == [column.name for column in view.columns]


def test_views_hold_the_latest_revision(warehouse: Warehouse, sql: Any) -> None:
    publish(warehouse, "run-1", provisional=True)
    publish(warehouse, "run-2")
    assert sql("SELECT DISTINCT run_id, revision FROM current_scores") == [("run-2", 2)]
    assert sql("SELECT count(*), max(revision) FROM current_indicators") == [(4, 2)]


def test_versions_are_those_of_the_migrations() -> None:
    scripts = ScriptDirectory(str(Path(warehouse.__file__).parent / "migrations"))
    assert tuple(script.revision for script in reversed(list(scripts.walk_revisions()))) == SCHEMAS


@pytest.mark.parametrize("table", [*Base.metadata.sorted_tables, *VIEWS.sorted_tables], ids=lambda table: table.name)
def test_every_table_and_column_is_explained(table: Any) -> None:
    assert re.match(r"One row ", table.comment), "the docstring gives the grain"
    assert [column.name for column in table.columns if not column.comment] == []


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_comments_reach_postgresql(warehouse: Warehouse, sql: Any) -> None:
    found = dict(sql("SELECT relname, obj_description(oid) FROM pg_class WHERE relname IN ('score', 'run_overview')"))
    assert found["score"] == Base.metadata.tables["score"].comment
    assert found["run_overview"] == VIEWS.tables["run_overview"].comment


def test_the_data_dictionary_is_up_to_date() -> None:
    written = (REPOSITORY / "docs" / "data_dictionary.md").read_text(encoding="utf-8")
    assert written == data_dictionary(), "run: python -m warehouse.dictionary > docs/data_dictionary.md"


def test_opening_makes_the_folder_and_the_tables_once(url: str) -> None:
    open_warehouse(url).close()
    assert upgrade(url) == (CURRENT, CURRENT)


def test_a_reader_makes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'none' / 'warehouse.db'}"
    with pytest.raises(WarehouseError, match=r"no warehouse at .* yet: `kinerja run` makes it"):
        open_warehouse(url, create=False)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_database_is_no_warehouse_to_a_reader(url: str) -> None:
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///"))
        file.parent.mkdir()
        file.touch()
    with pytest.raises(WarehouseError, match="no warehouse at"):
        open_warehouse(url, create=False)
    assert upgrade(url) == (None, CURRENT)
    open_warehouse(url, create=False).close()


def test_a_newer_schema_is_refused_with_the_remedy(warehouse: Warehouse, sql: Any, url: str) -> None:
    sql("UPDATE alembic_version SET version_num = '9999'")
    for refused in (open_warehouse, upgrade):
        with pytest.raises(WarehouseError, match=r"schema 9999.*install the newer kinerja"):
            refused(url)


def test_an_older_schema_is_refused_with_the_remedy(
    warehouse: Warehouse, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a later version of this code sees the warehouse of today."""
    monkeypatch.setattr("warehouse.schema.SCHEMAS", (*SCHEMAS, "9999"))
    monkeypatch.setattr("warehouse.schema.CURRENT", "9999")
    with pytest.raises(WarehouseError, match=r"older than 9999: run `kinerja warehouse upgrade`"):
        open_warehouse(url)


def test_a_database_of_something_else_is_left_alone(url: str, sql: Any) -> None:
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir()
    sql("CREATE TABLE invoice (number integer)")
    for refused in (open_warehouse, upgrade):
        with pytest.raises(WarehouseError, match="holds tables of something else"):
            refused(url)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "warehouse.db").write_bytes(b"employee_id,timestamp\n" * 100)
    with pytest.raises(WarehouseError, match="not an SQLite database"):
        open_warehouse(f"sqlite:///{tmp_path / 'warehouse.db'}")


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("warehouse.db", "cannot be read; write sqlite:///"),
        ("sqlite://", "in memory would be lost"),
        ("sqlite:///:memory:", "in memory would be lost"),
        ("mysql://root:secret@host/x", "no warehouse on mysql"),
        ("postgresql://root:secret@127.0.0.1:1/x", "cannot be reached"),
    ],
)
def test_an_address_that_does_not_do_is_refused_without_its_password(address: str, says: str) -> None:
    with pytest.raises(WarehouseError, match=says) as caught:
        open_warehouse(address)
    assert "secret" not in str(caught.value)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WarehouseError, match="cannot be made"):
        open_warehouse(f"sqlite:///{tmp_path / 'file' / 'warehouse.db'}")


def test_sqlite_runs_as_the_design_says(tmp_path: Path) -> None:
    with open_warehouse(f"sqlite:///{tmp_path / 'warehouse.db'}") as opened, opened._engine.connect() as connection:
        asked = ("journal_mode", "foreign_keys", "busy_timeout")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked]
    assert found == ["wal", 1, 60_000]


def test_two_processes_may_create_it_at_once(url: str) -> None:
    script = "import sys, warehouse; warehouse.open_warehouse(sys.argv[1]).close()"
    started = [subprocess.Popen([sys.executable, "-c", script, url], cwd=REPOSITORY) for _ in range(2)]
    assert [process.wait(60) for process in started] == [0, 0]
    assert upgrade(url) == (CURRENT, CURRENT)


def test_importing_is_cheap() -> None:
    """What reads the warehouse needs neither what writes it nor the tables of insights."""
    costly = {"alembic", "polars", "prefect", "psycopg", "sqlalchemy.dialects.postgresql"}
    costly |= {f"warehouse.{name}" for name in ("publishing", "checking", "lease", "insight_models")}
    script = f"import sys; from warehouse import Rows, open_warehouse; print(sorted({costly} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
