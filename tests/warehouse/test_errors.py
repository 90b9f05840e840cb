"""Which errors may pass by themselves, and what an error may say."""

from __future__ import annotations

import datetime as dt
import pickle
import sqlite3
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, exc

from warehouse import LeaseHeld, LeaseLost, WarehouseError, is_transient, open_warehouse
from warehouse.connection import writing
from warehouse.errors import translated


@pytest.mark.parametrize(
    ("error", "transient"),
    [
        (psycopg.errors.SerializationFailure(), True),
        (psycopg.errors.DeadlockDetected(), True),
        (psycopg.errors.AdminShutdown(), True),
        (psycopg.errors.TooManyConnections(), True),
        (psycopg.errors.ConnectionFailure(), True),
        (psycopg.OperationalError("connection refused"), True),
        (psycopg.errors.DiskFull(), False),
        (psycopg.errors.UniqueViolation(), False),
        (psycopg.errors.InvalidPassword(), False),
        (exc.OperationalError("", {}, psycopg.errors.DeadlockDetected()), True),
        (exc.IntegrityError("", {}, psycopg.errors.CheckViolation()), False),
        (exc.DBAPIError("", {}, psycopg.Error(), connection_invalidated=True), True),
        (exc.TimeoutError(), True),
        (sqlite3.OperationalError("no code"), False),
        (WarehouseError("", transient=True), True),
        (WarehouseError(""), False),
        (ValueError(), False),
    ],
    ids=repr,
)
def test_what_may_pass_by_itself(error: Exception, transient: bool) -> None:
    assert is_transient(error) is transient


def test_a_lock_that_is_held_is_transient(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'warehouse.db'}"
    open_warehouse(url).close()
    impatient = create_engine(url, connect_args={"timeout": 0})
    insert = "INSERT INTO policy_version VALUES ('p', 'c', '2026-01-01', '{}')"
    with (
        open_warehouse(url) as warehouse,
        writing(warehouse._engine, "holding the lock"),
        pytest.raises(WarehouseError, match="holds the write lock: try again") as caught,
        writing(impatient, "writing") as connection,
    ):
        connection.exec_driver_sql(insert)
    impatient.dispose()
    assert is_transient(caught.value)


def test_a_driver_s_message_is_never_passed_on() -> None:
    """PostgreSQL's detail names the key, COPY's context the line."""
    secret = "Key (employee_id)=(198501012010012001) already exists."  # noqa: S105 - not a password
    with pytest.raises(WarehouseError) as caught, translated("publishing run run-1"):
        raise exc.IntegrityError("INSERT", {"name": "Ani"}, psycopg.errors.UniqueViolation(secret))
    assert str(caught.value) == "publishing run run-1: PostgreSQL error 23505"
    assert caught.value.__suppress_context__


def test_errors_cross_process_boundaries() -> None:
    at = dt.datetime(2026, 4, 2, tzinfo=dt.UTC)
    held = LeaseHeld("kalianda", "2026-Q1", run_id="run-1", host="h", pid=7, since=at, until=at)
    for error in (held, LeaseLost("lost"), WarehouseError("busy", transient=True)):
        back = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
        assert (type(back), str(back), vars(back)) == (type(error), str(error), vars(error))


def test_an_error_of_something_else_goes_on_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError), translated("reading"):
        _ = 1 / 0
