"""The delivery log and the arrivals of data: one claim an event and recipient, whoever asks and however often."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace
from typing import Any

import pytest

from tests.warehouse.a_run import publish
from warehouse import ArrivalRecord, NotificationLog, NotificationRecord, Warehouse, open_warehouse
from warehouse.notifications import MAX_ATTEMPTS, SENDING_FOR

NOW = dt.datetime(2026, 10, 6, 1, 0, tzinfo=dt.UTC)
RECORD = NotificationRecord(
    event_key="run_failed:run-1",
    recipient="data-team",
    kind="run_failed",
    channel="mailtos",
    city="kalianda",
    period="2026-Q3",
    run_id="run-1",
    title="T",
    body="B",
    due_at=NOW,
)


@pytest.fixture
def log(warehouse: Warehouse) -> NotificationLog:
    return warehouse.notifications


def rows(found: Any) -> list[dict[str, Any]]:
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def test_a_notice_is_claimed_once_and_settled(log: NotificationLog) -> None:
    assert log.claim(RECORD, now=NOW) == "claimed"
    assert log.claim(RECORD, now=NOW) == "sending"
    log.settle(RECORD, "sent", now=NOW, error=None)
    assert log.claim(RECORD, now=NOW) == "sent"
    assert log.claim(replace(RECORD, recipient="bkpsdm"), now=NOW) == "claimed"
    (first, _) = sorted(rows(log.rows("kalianda", "2026-Q3")), key=lambda row: row["status"], reverse=True)
    assert (first["status"], first["attempts"], first["tried_at"], first["sent_at"]) == ("sent", 1, NOW, NOW)


def test_of_many_at_once_one_has_it(url: str, log: NotificationLog) -> None:
    found = []

    def ask() -> None:
        with open_warehouse(url) as opened:
            found.append(opened.notifications.claim(RECORD, now=NOW))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["claimed", *["sending"] * 7]


def test_a_refused_one_may_go_again_until_it_was_tried_enough(log: NotificationLog) -> None:
    for number in range(1, MAX_ATTEMPTS + 1):
        assert log.claim(RECORD, now=NOW) == "claimed"
        log.settle(RECORD, "failed", now=NOW, error="the service answered 503")
        waiting = log.waiting(["run_failed"], now=NOW, since=NOW)
        assert waiting == ([RECORD] if number < MAX_ATTEMPTS else [])
    assert log.claim(RECORD, now=NOW) == "failed"
    assert log.waiting(["run_failed"], now=NOW, since=NOW + dt.timedelta(seconds=1)) == []


def test_a_lost_one_is_given_up_and_stays_so(log: NotificationLog) -> None:
    log.claim(RECORD, now=NOW)
    assert log.give_up_lost(now=NOW + SENDING_FOR) == 0
    assert log.give_up_lost(now=NOW + SENDING_FOR + dt.timedelta(seconds=1)) == 1
    assert log.claim(RECORD, now=NOW) == "unknown"
    log.settle(RECORD, "sent", now=NOW, error=None)  # its sender wakes up after all: too late to be believed
    assert [row["status"] for row in rows(log.rows())] == ["unknown"]


def test_what_waits_goes_when_it_is_due_or_is_dropped(log: NotificationLog) -> None:
    morning = NOW + dt.timedelta(hours=8)
    for recipient in ("a", "b"):
        log.queue(replace(RECORD, recipient=recipient, kind="report_due", due_at=morning))
    log.queue(replace(RECORD, recipient="a", kind="report_due", due_at=morning, body="newer"))
    assert log.waiting(["report_due"], now=NOW, since=NOW) == []
    assert [(one.recipient, one.body) for one in log.waiting(["report_due"], now=morning, since=NOW)] == [
        ("a", "newer"),
        ("b", "B"),
    ]
    owed = {(RECORD.event_key, "a")}
    assert log.drop_queued("kalianda", "2026-Q3", ["report_due"], still_owed=owed) == 1
    assert log.drop_queued("pauh", "2026-Q3", ["report_due"], still_owed=set()) == 0
    assert {row["recipient"]: row["status"] for row in rows(log.rows())} == {"a": "queued", "b": "dropped"}
    assert log.claim(replace(RECORD, recipient="a", kind="report_due", due_at=morning), now=morning) == "claimed"


def test_whether_somebody_was_told_since(log: NotificationLog) -> None:
    log.claim(RECORD, now=NOW)
    assert log.told("kalianda", "2026-Q3", ["run_failed", "run_stopped"], since=NOW)
    assert not log.told("kalianda", "2026-Q3", ["run_failed"], since=NOW + dt.timedelta(seconds=1))
    assert not log.told("kalianda", "2026-Q3", ["run_stopped"], since=NOW)
    assert not log.told("pauh", "2026-Q3", ["run_failed"], since=NOW)


def test_an_arrival_keeps_the_moment_it_was_first_seen(log: NotificationLog) -> None:
    record = ArrivalRecord(
        city="kalianda",
        period="2026-Q3",
        dataset="attendance",
        owner="BKPSDM",
        deadline_at=NOW,
        checked_at=NOW,
        n_files=0,
    )
    seen = []
    for hours, n_files in enumerate((0, 2, 3, 0)):
        log.keep_arrivals([replace(record, checked_at=NOW + dt.timedelta(hours=hours), n_files=n_files)])
        (row,) = rows(log.arrivals("kalianda"))
        seen.append((row["arrived_at"], row["n_files"]))
    first = NOW + dt.timedelta(hours=1)
    assert seen == [(None, 0), (first, 2), (first, 3), (first, 0)]


def test_crashed_runs_and_those_at_work(warehouse: Warehouse, log: NotificationLog, sql: Any) -> None:
    publish(warehouse, "run-1")
    publish(warehouse, "run-2", period="2026-Q2")
    sql("UPDATE run SET status = 'crashed', revision = NULL, cause = NULL WHERE run_id = 'run-2'")
    ((finished_at, started_at),) = [
        (row["finished_at"], row["started_at"]) for row in rows(warehouse.runs()) if row["run_id"] == "run-2"
    ]
    assert [run_id for *_, run_id in log.crashed_runs(since=finished_at)] == ["run-2"]
    assert log.crashed_runs(since=finished_at + dt.timedelta(seconds=1)) == []
    assert log.crashed_runs(since=finished_at, city="nowhere") == []
    city = next(row["city"] for row in rows(warehouse.runs()))
    assert log.runs_at_work(city, "2026-Q2", since=started_at) == ["run-2"]
    assert log.runs_at_work(city, "2026-Q2", since=started_at + dt.timedelta(seconds=1)) == []
