"""Engines and transactions: SQLite in WAL mode, PostgreSQL by psycopg 3.

SQLite writers take the write lock at BEGIN, so that what a transaction read is still so when it writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from warehouse.errors import UnusableUrlError, WarehouseError, translated

BUSY_TIMEOUT_SECONDS: Final = 60
_CACHE_KIB: Final = 64 * 1024
"""Of SQLite's pages a connection may keep; the 2 MB it would keep are read again and again while a run is stored."""
_PAGE_BYTES: Final = 16 * 1024
"""Of a new SQLite file. Runs write and read many rows in the order of their key: fewer, larger pages cost less."""
_WRITE: Final = "warehouse_write"


def parsed_url(url: str) -> URL:
    """The URL with its driver; UnusableUrlError where the warehouse cannot live there."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise UnusableUrlError(
            "the warehouse URL cannot be read; write sqlite:///folder/warehouse.db or postgresql://user@host/database"
        ) from None
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise UnusableUrlError(f"no warehouse on {backend}: use sqlite:///... or postgresql://...")
    if not parsed.database or parsed.database == ":memory:":
        raise UnusableUrlError("a warehouse in memory would be lost; write sqlite:///folder/warehouse.db")
    return parsed.set(drivername="sqlite+pysqlite")


def place_of(url: URL) -> str:
    """The URL as it may be shown: as a user writes it, without the password."""
    plain = url.set(drivername=url.get_backend_name()).difference_update_query(["password"])
    return plain.render_as_string(hide_password=True)


def shown_url(url: str) -> str:
    """A URL of a user as it may be shown: without the password. UnusableUrlError where it is none."""
    return place_of(parsed_url(url))


def engine_for(url: URL, *, create: bool) -> Engine:
    """An engine on the warehouse; makes the folder of an SQLite file if `create`. Never shows bound values."""
    if url.get_backend_name() != "sqlite":
        return create_engine(url, hide_parameters=True, pool_pre_ping=True)
    file = Path(str(url.database))
    if create:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WarehouseError(f"the folder {file.parent} cannot be made: {error.strerror}") from error
    elif not file.exists():
        raise WarehouseError(f"no warehouse at {place_of(url)} yet: `kinerja run` makes it")
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT_SECONDS})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # sqlite3 must not begin transactions of its own: _on_begin does
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    if cursor.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        cursor.execute(f"PRAGMA page_size = {_PAGE_BYTES}")  # where there is no page yet
        cursor.execute("PRAGMA journal_mode = WAL")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    write = connection.get_execution_options().get(_WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def writing(engine: Engine, doing: str) -> Iterator[Connection]:
    """One transaction that writes: committed at the end, rolled back by any error."""
    with translated(doing), engine.connect() as connection, _detaching(connection):
        connection.execution_options(**{_WRITE: True})
        with connection.begin():
            yield connection


@contextmanager
def _detaching(connection: Connection) -> Iterator[None]:
    """Files that were attached within a transaction go once it is over: the connection is lent again."""
    try:
        yield
    finally:
        raw: Any = connection.connection.driver_connection
        if connection.dialect.name == "sqlite":
            for _, name, _ in raw.execute("PRAGMA database_list").fetchall():
                if name not in ("main", "temp"):
                    raw.execute(f"DETACH {name}")


@contextmanager
def reading(engine: Engine, doing: str) -> Iterator[Connection]:
    """One transaction that only reads; results are streamed from the server."""
    with translated(doing), engine.connect() as connection:
        yield connection.execution_options(stream_results=True)
