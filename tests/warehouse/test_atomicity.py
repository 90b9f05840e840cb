"""Whatever happens to the process that publishes, a reader sees a whole revision or none."""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from tests.forked import Forked
from tests.warehouse.a_run import CITY, PERIOD, publish, results
from warehouse import Lease, LeaseHeld, Warehouse, WarehouseError, open_warehouse
from warehouse.models import Base

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a dead process is seen through /proc"),
]
STORED = ("employee_period", "indicator_result", "score", "input_file", "validation_result", "quarantined_row")


def start(url: str, run_id: str, point: str) -> Forked:
    return Forked("tests.warehouse.a_process:main", (url, run_id, point), os.environ)


def no_temporary_table(sql: Any, url: str) -> bool:
    """Whether none but the declared are left; PostgreSQL takes a moment to see that a client is gone."""
    if url.startswith("sqlite"):
        found = {name for (name,) in sql("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        return {name for name in found if not name.startswith("sqlite_")} == {*Base.metadata.tables, "alembic_version"}
    for _ in range(600):
        if sql("SELECT count(*) FROM pg_class WHERE relpersistence = 't'") == [(0,)]:
            return True
        threading.Event().wait(0.05)
    return False


def killed(url: str, point: str) -> None:
    """Run the process until it kills itself."""
    with start(url, "run-1", point) as process:
        assert process.wait(60) == -signal.SIGKILL


def staged(url: str) -> list[Path]:
    """Folders of rows on their way into an SQLite warehouse."""
    return list(Path(str(make_url(url).database)).parent.glob("*-staged-*")) if url.startswith("sqlite") else []


def stored(sql: Any) -> list[int]:
    return [sql(f"SELECT count(*) FROM {table}")[0][0] for table in STORED]


@pytest.mark.parametrize("point", ["filling", "employees", "indicators", "loaded", "commit"])
def test_killed_while_publishing_leaves_nothing_and_the_next_run_does_it(url: str, sql: Any, point: str) -> None:
    killed(url, point)
    assert len(staged(url)) == url.startswith("sqlite")
    with open_warehouse(url) as warehouse:
        assert stored(sql) == [0] * len(STORED)
        assert no_temporary_table(sql, url)
        assert sql("SELECT count(*) FROM current_scores") == [(0,)]
        with pytest.raises(WarehouseError, match="nothing is published"):
            warehouse.scores(CITY, PERIOD)
        assert publish(warehouse, "run-2").revision == 1
        assert stored(sql) == [2, 4, 2, 1, 1, 1]
        assert dict(sql("SELECT run_id, status FROM run")) == {"run-1": "crashed", "run-2": "published"}
    assert staged(url) == []


def test_killed_after_the_commit_leaves_the_whole_revision(url: str, sql: Any) -> None:
    killed(url, "published")
    with open_warehouse(url) as warehouse:
        assert len(list(warehouse.scores(CITY, PERIOD).rows)) == 2
        done = publish(warehouse, "run-2")
        assert (done.status, done.revision) == ("unchanged", 1)
        assert stored(sql)[:3] == [2, 4, 2]
        assert dict(sql("SELECT run_id, status FROM run")) == {"run-1": "published", "run-2": "unchanged"}


def test_killed_while_creating_the_tables_leaves_an_empty_database(url: str) -> None:
    killed(url, "schema")
    with pytest.raises(WarehouseError, match="no warehouse at"):
        open_warehouse(url, create=False)
    with open_warehouse(url) as warehouse:
        assert publish(warehouse, "run-2").revision == 1


def test_of_two_processes_at_once_one_is_told_who_holds_the_lease(warehouse: Warehouse, url: str, sql: Any) -> None:
    with start(url, "run-1", "asked") as one, start(url, "run-2", "asked") as other:
        said = {process: process.stdout.readline().strip() for process in (one, other)}
        assert sorted(said.values()) == ["held", "holds"]
        for process, word in said.items():
            if word == "holds":
                process.stdin.write("go on\n")
            process.communicate()
        assert sorted((one.returncode, other.returncode)) == [0, 4]
    assert stored(sql) == [2, 4, 2, 1, 1, 1]
    assert sql("SELECT status, revision FROM run") == [("published", 1)]


def test_a_process_that_was_paused_too_long_publishes_nothing(warehouse: Warehouse, url: str, sql: Any) -> None:
    with start(url, "run-1", "paused") as process:
        until_stopped(process.pid)
        lease = warehouse.lease(CITY, PERIOD, "run-2", now=lambda: dt.datetime.now(dt.UTC))
        take_over(lease)
        os.kill(process.pid, signal.SIGCONT)
        assert process.wait(60) == 5
        lease.release()
    assert publish(warehouse, "run-3", results("1.00")).revision == 1
    assert dict(sql("SELECT run_id, status FROM run")) == {"run-1": "crashed", "run-3": "published"}


def until_stopped(pid: int) -> None:
    """Until the process has stopped itself."""
    for _ in range(600):
        if Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "T":
            return
        threading.Event().wait(0.05)
    pytest.fail("it never stopped itself")


def take_over(lease: Lease) -> None:
    """Try until the other's lease has expired."""
    for _ in range(600):
        try:
            lease.acquire()
        except LeaseHeld:
            threading.Event().wait(0.05)
        else:
            return
    pytest.fail("the lease never expired")
