"""A warehouse of every earlier schema, with data in it, becomes one of today and keeps them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, MetaData, inspect, select

import warehouse as room
from tests.warehouse.a_run import CITY, PERIOD, publish
from tests.warehouse.test_checking import sound
from warehouse import open_warehouse, upgrade
from warehouse.connection import engine_for, parsed_url, writing
from warehouse.schema import CURRENT, SCHEMAS


def migrated(engine: Engine, schema: str) -> None:
    """Run the migrations up to a schema."""
    with writing(engine, "migrating") as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(room.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, schema)


def copied(source: Engine, target: Engine) -> dict[str, int]:
    """Put what the tables of `source` hold into the tables and columns that `target` has; rows by table."""
    ours, theirs = MetaData(), MetaData()
    ours.reflect(source)
    theirs.reflect(target)
    counts = {}
    with source.connect() as reader, writing(target, "copying") as writer:
        for table in theirs.sorted_tables:
            if table.name == "alembic_version":
                continue
            columns = [ours.tables[table.name].c[column.name] for column in table.columns]
            rows = [row._asdict() for row in reader.execute(select(*columns))]
            if rows:
                writer.execute(table.insert(), rows)
            counts[table.name] = len(rows)
    return counts


def counted(engine: Engine, tables: dict[str, int]) -> dict[str, int]:
    with engine.connect() as connection:
        return {table: connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() for table in tables}


@pytest.mark.parametrize("schema", SCHEMAS[:-1])
def test_data_of_an_earlier_schema_are_kept(url: str, tmp_path: Path, schema: str) -> None:
    with open_warehouse(f"sqlite:///{tmp_path / 'today.db'}") as today:
        publish(today, "run-1", sound())
        publish(today, "run-2", sound(), city="pauh")
        publish(today, "run-3", sound())
        expected: dict[str, Any] = {
            name: list(getattr(today, name)(CITY, PERIOD).rows) for name in ("scores", "indicators", "quarantine")
        }
        engine = engine_for(parsed_url(url), create=True)
        migrated(engine, schema)
        before = copied(today._engine, engine)
    assert before["score"] == 4
    assert upgrade(url) == (schema, CURRENT)
    with open_warehouse(url) as upgraded:
        assert counted(engine, before) == before
        assert {name: list(getattr(upgraded, name)(CITY, PERIOD).rows) for name in expected} == expected
        assert upgraded.check().problems == []
        assert publish(upgraded, "run-4", sound()).status == "unchanged"
        assert publish(upgraded, "run-5", sound() | {"scores": sound()["scores"].clear()}).revision == 2
    assert set(inspect(engine).get_table_names()) > set(before)
    engine.dispose()
