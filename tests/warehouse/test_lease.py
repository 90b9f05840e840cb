"""The lease: one writer of a city and period at a time, and none that was taken for dead."""

from __future__ import annotations

import datetime as dt
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from tests.warehouse.a_run import AT, CITY, FINDINGS, PERIOD, POLICY, now, publish, record, results
from warehouse import LeaseHeld, LeaseLost, Warehouse, WarehouseError, open_warehouse
from warehouse.lease import holder_is_gone, process_started

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are seen through /proc")


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> dt.datetime:
        return self.at


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """A process that lives until it is ended."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as started:
        yield started
        started.kill()


def held_by(sql: Any, host: str, pid: int, started: str) -> None:
    """Write another holder into the lease."""
    sql("UPDATE lease SET host = :host, pid = :pid, process_started = :started", host=host, pid=pid, started=started)


def statuses(sql: Any) -> dict[str, str]:
    return dict(sql("SELECT run_id, status FROM run"))


def test_who_comes_second_is_told_who_was_first(warehouse: Warehouse) -> None:
    with warehouse.lease(CITY, PERIOD, "run-1", now=now), pytest.raises(LeaseHeld) as caught:
        warehouse.lease(CITY, PERIOD, "run-2", now=now).acquire()
    held = caught.value
    assert (held.run_id, held.host, held.since, held.until) == (
        "run-1",
        socket.gethostname(),
        AT,
        AT + dt.timedelta(seconds=60),
    )
    assert str(held).startswith(
        f"run run-1 holds kalianda 2026-Q1: process {held.pid} on {held.host}, since 2026-04-02"
    )


def test_other_cities_and_periods_go_on(warehouse: Warehouse) -> None:
    with (
        warehouse.lease(CITY, PERIOD, "run-1", now=now),
        warehouse.lease("pauh", PERIOD, "run-2", now=now),
        warehouse.lease(CITY, "2026-Q2", "run-3", now=now) as third,
    ):
        assert third.token == 1


def test_a_lease_given_back_is_free_and_its_token_grows(warehouse: Warehouse) -> None:
    tokens = []
    for run_id in ("run-1", "run-2", "run-3"):
        with warehouse.lease(CITY, PERIOD, run_id, now=now) as lease:
            tokens.append(lease.token)
    assert tokens == [1, 2, 3]
    with pytest.raises(WarehouseError, match="is not held"):
        _ = lease.token


def test_an_error_gives_the_lease_back(warehouse: Warehouse) -> None:
    with pytest.raises(ZeroDivisionError), warehouse.lease(CITY, PERIOD, "run-1", now=now):
        _ = 1 / 0
    warehouse.lease(CITY, PERIOD, "run-2", now=now).acquire()


def test_a_lease_elsewhere_is_taken_when_it_expires_and_not_before(warehouse: Warehouse, sql: Any) -> None:
    clock = Clock()
    first = warehouse.lease(CITY, PERIOD, "run-1", now=clock)
    first.acquire()
    warehouse.start_run(record("run-1"))
    held_by(sql, "another-host", 1, "")
    second = warehouse.lease(CITY, PERIOD, "run-2", now=clock)
    clock.at = AT + dt.timedelta(seconds=59.999)
    with pytest.raises(LeaseHeld):
        second.acquire()
    clock.at = AT + dt.timedelta(seconds=60)
    second.acquire()
    assert second.token == first.token + 1
    assert statuses(sql) == {"run-1": "crashed"}
    second.release()
    first.release()


@on_linux
def test_a_dead_process_of_this_host_is_seen_at_once(
    warehouse: Warehouse, sql: Any, process: subprocess.Popen[bytes]
) -> None:
    with warehouse.lease(CITY, PERIOD, "run-1", now=now):
        warehouse.start_run(record("run-1"))
        held_by(sql, socket.gethostname(), process.pid, process_started(process.pid) or "")
        with pytest.raises(LeaseHeld):
            warehouse.lease(CITY, PERIOD, "run-2", now=now).acquire()
        process.kill()
        process.wait()
        assert publish(warehouse, "run-2").status == "published"
    assert statuses(sql) == {"run-1": "crashed", "run-2": "published"}


@on_linux
def test_a_reused_process_number_is_told_from_the_holder(process: subprocess.Popen[bytes]) -> None:
    host, started = socket.gethostname(), process_started(process.pid)
    assert started
    space, _, ticks = started.rpartition("/")
    assert not holder_is_gone(host, process.pid, started)
    assert holder_is_gone(host, process.pid, f"{space}/{int(ticks) - 1}")


@on_linux
def test_a_process_that_waits_to_be_reaped_is_dead(process: subprocess.Popen[bytes]) -> None:
    host, started = socket.gethostname(), process_started(process.pid)
    process.kill()
    for _ in range(200):  # until the kernel has it as ended; it is not waited for, so its entry stays
        if process_started(process.pid) is None:
            break
        threading.Event().wait(0.01)
    assert holder_is_gone(host, process.pid, started or "")


@pytest.mark.parametrize("started", ["", "another-boot/pid:[1]/5"])
def test_what_cannot_be_seen_from_here_is_not_called_dead(started: str) -> None:
    assert not holder_is_gone(socket.gethostname(), 4_000_000, started)
    assert not holder_is_gone("another-host", 4_000_000, process_started(1) or "")


def test_a_paused_holder_whose_lease_was_taken_cannot_publish(warehouse: Warehouse, sql: Any) -> None:
    """The pause is a clock that jumped: no heartbeat came within the time to live."""
    clock = Clock()
    given: dict[str, Any] = {"policy": POLICY, "input_hash": "inputs-1", "finished_at": AT, **FINDINGS}
    with warehouse.lease(CITY, PERIOD, "run-1", now=clock) as paused:
        warehouse.start_run(record("run-1"))
        clock.at = AT + dt.timedelta(minutes=5)
        with warehouse.lease(CITY, PERIOD, "run-2", now=clock) as other:
            warehouse.start_run(record("run-2"))
            with pytest.raises(LeaseLost, match="already crashed"):
                warehouse.publish("run-1", paused.token, results("1.00"), **given)
            assert warehouse.publish("run-2", other.token, results(), **given).revision == 1
        with pytest.raises(LeaseLost):
            paused.renew()
        with pytest.raises(LeaseLost, match="another run took it over"):
            paused.check()
    assert statuses(sql) == {"run-1": "crashed", "run-2": "published"}
    assert [str(row[0]) for row in sql("SELECT score FROM current_scores WHERE score IS NOT NULL")] == ["104.02"]


def test_an_outdated_token_cannot_publish_a_run_that_still_runs(warehouse: Warehouse, sql: Any) -> None:
    """A holder that wakes up after the takeover and only then starts its run."""
    given: dict[str, Any] = {"policy": POLICY, "input_hash": "inputs-1", "finished_at": AT}
    clock = Clock()
    with warehouse.lease(CITY, PERIOD, "run-1", now=clock) as paused:
        clock.at = AT + dt.timedelta(minutes=5)
        with warehouse.lease(CITY, PERIOD, "run-2", now=clock):
            warehouse.start_run(record("run-1"))
            with pytest.raises(LeaseLost, match="another run took it over"):
                warehouse.publish("run-1", paused.token, results(), **given)
    warehouse.finish_run("run-1", "failed", "lease lost", finished_at=AT)
    assert statuses(sql) == {"run-1": "failed"}


def test_a_token_given_back_cannot_publish(warehouse: Warehouse) -> None:
    with warehouse.lease(CITY, PERIOD, "run-1", now=now) as lease:
        warehouse.start_run(record("run-1"))
        token = lease.token
    with pytest.raises(LeaseLost):
        warehouse.publish("run-1", token, results(), policy=POLICY, input_hash="i", finished_at=AT)


def test_the_heartbeat_puts_the_end_off(warehouse: Warehouse, sql: Any) -> None:
    beaten = threading.Event()
    times = iter([AT, *(AT + dt.timedelta(seconds=second) for second in range(1, 100_000))])

    def clock() -> dt.datetime:
        at = next(times)
        if at >= AT + dt.timedelta(seconds=5):
            beaten.set()
        return at

    with warehouse.lease(CITY, PERIOD, "run-1", now=clock, ttl_seconds=0.03):
        assert beaten.wait(30)
        ((acquired, renewed),) = sql("SELECT acquired_at, heartbeat_at FROM lease")
    assert renewed > acquired


def test_a_clean_end_leaves_no_run_that_seems_at_work(warehouse: Warehouse, sql: Any) -> None:
    """A run whose flow gave the lease back without ending it is crashed as soon as the next one comes."""
    with warehouse.lease(CITY, PERIOD, "run-1", now=now):
        warehouse.start_run(record("run-1"))
    with warehouse.lease(CITY, PERIOD, "run-2", now=now):
        assert statuses(sql) == {"run-1": "crashed"}


def test_a_lease_needs_a_time_to_live(warehouse: Warehouse) -> None:
    with pytest.raises(WarehouseError, match="above 0"):
        warehouse.lease(CITY, PERIOD, "run-1", now=now, ttl_seconds=0)


def test_a_publication_longer_than_the_lease_is_not_taken_over(warehouse: Warehouse, url: str, sql: Any) -> None:
    """Its transaction stays open until the lease has run out, while another run tries to take it."""
    inside, go_on = threading.Event(), threading.Event()

    def hold(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO result_digest"):
            inside.set()
            assert go_on.wait(60)

    def clock() -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    refused: list[LeaseHeld] = []

    def take() -> None:
        with open_warehouse(url) as other, pytest.raises(LeaseHeld) as caught:
            other.lease(CITY, PERIOD, "run-2", now=clock).acquire()
        refused.append(caught.value)

    ttl = 0.3
    event.listen(warehouse._engine, "before_cursor_execute", hold)
    with warehouse.lease(CITY, PERIOD, "run-1", now=clock, ttl_seconds=ttl) as lease:
        warehouse.start_run(record("run-1"))
        given: dict[str, Any] = {"policy": POLICY, "input_hash": "inputs-1", "finished_at": AT, **FINDINGS}
        done: list[Any] = []
        publishing = threading.Thread(
            target=lambda: done.append(warehouse.publish("run-1", lease.token, results(), **given))
        )
        publishing.start()
        assert inside.wait(60)
        threading.Event().wait(3 * ttl)
        ((expires,),) = sql("SELECT expires_at FROM lease")
        if url.startswith("postgresql"):
            assert expires > clock(), "the heartbeat passes by the transaction"
        taking = threading.Thread(target=take)
        taking.start()
        taking.join(2 * ttl)
        assert taking.is_alive() == url.startswith("sqlite"), "it waits for the write lock, or is told at once"
        go_on.set()
        publishing.join()
        taking.join()
        lease.check()
    assert [one.run_id for one in refused] == ["run-1"]
    assert [one.status for one in done] == ["published"]
    assert statuses(sql) == {"run-1": "published"}
