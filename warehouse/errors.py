"""What can go wrong in the warehouse, said without a stored value.

A driver's own message may hold a cell (PostgreSQL's DETAIL and COPY context do), so it is never passed on: only the
error's code, table and constraint are.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

from sqlalchemy import exc

from warehouse.column_types import RefusedValueError

_SQLITE_TRANSIENT: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_SQLITE_REMEDY: Final = {
    sqlite3.SQLITE_FULL: "the disk is full: free space, then run again",
    sqlite3.SQLITE_READONLY: "the file or its folder may not be written: correct the permissions",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened: check the path and the permissions of its folder",
    sqlite3.SQLITE_CORRUPT: "the file is damaged: restore the last copy",
    sqlite3.SQLITE_NOTADB: "the file is not an SQLite database: check the path",
    sqlite3.SQLITE_BUSY: "another process holds the write lock: try again",
    sqlite3.SQLITE_LOCKED: "another process holds the write lock: try again",
}
# Class 08 connection, 53 out of resources; then shut down, serialization, deadlock, lock not available.
_POSTGRES_TRANSIENT: Final = ("08", "53", "57P01", "57P02", "57P03", "40001", "40P01", "55P03")
_POSTGRES_DISK_FULL: Final = "53100"
_ADBC: Final = "adbc_driver_manager"
"""Its module; the driver that fills stages on SQLite."""
_POSTGRES_REMEDY: Final = {
    _POSTGRES_DISK_FULL: "the server's disk is full: free space, then run again",
    "25006": "the database may only be read, as a standby may: give the primary's address, or allow writing",
}


class WarehouseError(Exception):
    """The warehouse cannot do what was asked; the message says what to do next and holds no personal value.

    `transient` says whether the same call may succeed a little later.
    """

    def __init__(self, message: str, *, transient: bool = False) -> None:
        super().__init__(message)
        self.transient = transient


class UnusableUrlError(WarehouseError):
    """There can be no warehouse at the URL that was given."""


class LeaseHeld(WarehouseError):  # noqa: N818 - a state of the world, not a mistake
    """Another run of the same city and period is at work. Instants are UTC."""

    def __init__(  # one argument a fact that is said
        self, city: str, period: str, *, run_id: str, host: str, pid: int, since: dt.datetime, until: dt.datetime
    ) -> None:
        super().__init__(
            f"run {run_id} holds {city} {period}: process {pid} on {host}, since {since:%Y-%m-%d %H:%M:%S} UTC; "
            f"its lease ends at {until:%Y-%m-%d %H:%M:%S} UTC unless it is renewed. Wait for it, or end that process"
        )
        self.city, self.period, self.run_id = city, period, run_id
        self.host, self.pid, self.since, self.until = host, pid, since, until

    def __reduce__(self) -> tuple[Callable[..., LeaseHeld], tuple[str, str]]:
        """Errors cross process boundaries by pickle, which gives a constructor the message alone."""
        facts = {name: getattr(self, name) for name in ("run_id", "host", "pid", "since", "until")}
        return partial(LeaseHeld, **facts), (self.city, self.period)


class LeaseLost(WarehouseError):  # noqa: N818 - a state of the world, not a mistake
    """The lease of this run was taken over, so it may no longer write."""


def is_transient(error: BaseException) -> bool:
    """Whether trying again may help: a lock held, a connection lost, a server that restarts."""
    if isinstance(error, WarehouseError):
        return error.transient
    if isinstance(error, exc.DBAPIError):
        return error.connection_invalidated or (error.orig is not None and is_transient(error.orig))
    if isinstance(error, exc.TimeoutError):  # no connection of the pool came free
        return True
    if isinstance(error, sqlite3.Error):
        return _sqlite_code(error) in _SQLITE_TRANSIENT
    state = _sqlstate(error)
    if state is not None:
        return state.startswith(_POSTGRES_TRANSIENT) and state != _POSTGRES_DISK_FULL
    # psycopg gives no state where the server was never reached or hung up.
    return type(error).__module__.partition(".")[0] == "psycopg" and type(error).__name__ == "OperationalError"


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Turn whatever the database says while `doing` into a WarehouseError that holds no stored value."""
    try:
        yield
    except WarehouseError:
        raise
    except Exception as error:
        # Drivers share no base class; anything that is not theirs goes on as it is.
        if not _from_database(error):
            raise
        # `from None`: the driver's message, which may hold a cell, is not shown in the traceback.
        raise WarehouseError(f"{doing}: {_described(error)}", transient=is_transient(error)) from None


def _from_database(error: Exception) -> bool:
    module = type(error).__module__.partition(".")[0]
    return isinstance(error, (exc.SQLAlchemyError, sqlite3.Error)) or module in ("psycopg", _ADBC)


def _described(error: BaseException) -> str:
    if isinstance(error, exc.StatementError) and error.orig is not None:
        return _described(error.orig)
    if isinstance(error, RefusedValueError):
        return str(error)
    if isinstance(error, sqlite3.Error):
        code = _sqlite_code(error)
        if code in _SQLITE_REMEDY:
            return _SQLITE_REMEDY[code]
        # SQLite names the constraint and never a value.
        return str(error) if isinstance(error, sqlite3.IntegrityError) else f"SQLite error {code}"
    if type(error).__module__.partition(".")[0] == _ADBC:  # it passes on what SQLite says, without its number
        full = "disk is full" in str(error)
        return _SQLITE_REMEDY[sqlite3.SQLITE_FULL] if full else "rows cannot be staged in a file beside the warehouse"
    state = _sqlstate(error)
    if state in _POSTGRES_REMEDY:
        return _POSTGRES_REMEDY[state]
    if state is not None:
        found = getattr(error, "diag", None)
        where = [getattr(found, name, None) for name in ("table_name", "column_name", "constraint_name")]
        return " ".join([f"PostgreSQL error {state}", *(name for name in where if name)])
    if is_transient(error):
        return "the database cannot be reached or hung up: check that it runs, then try again"
    return type(error).__name__


def _sqlite_code(error: sqlite3.Error) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF  # the low byte is the primary code


def _sqlstate(error: BaseException) -> str | None:
    state = getattr(error, "sqlstate", None)
    return state if isinstance(state, str) else None
