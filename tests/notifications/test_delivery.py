"""One notice, once: what arrives by mail and webhook, and what the log keeps of every way it can go."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.notifications.config import Address
from flows.notifications.delivery import Delivery
from flows.notifications.events import Notice
from flows.notifications.sending import send
from tests.notifications.receivers import LOCAL, MailServer, Webhook
from warehouse import NotificationLog, open_warehouse
from warehouse.notifications import SENDING_FOR, NotificationRecord

NOON = dt.datetime(2026, 10, 6, 5, 0, tzinfo=dt.UTC)
FAILED = Notice(
    event_key="run_failed:run-1",
    kind="run_failed",
    city="tangerang_selatan",
    period="2026-Q3",
    run_id="run-1",
    facts={"problems": ["p1", "p2", "p3", "p4", "p5"], "report": "-"},
)


@pytest.fixture
def url(home: Path) -> str:
    return f"sqlite:///{home / 'warehouse.db'}"


@pytest.fixture
def log(url: str) -> Iterator[NotificationLog]:
    with open_warehouse(url) as warehouse:
        yield warehouse.notifications


def rows(log: NotificationLog) -> list[dict[str, object]]:
    columns, found = log.rows()
    return [dict(zip(columns, row, strict=True)) for row in found]


def test_a_mail_says_what_happened_and_what_to_do(mail: MailServer) -> None:
    title, body = FAILED.text("id")
    assert send(mail.url("data@example.go.id"), title, body, is_alarm=True).outcome == "sent"
    (text,) = mail.texts("data@example.go.id")
    assert text.splitlines() == [
        "[kinerja] Tangerang Selatan 2026-Q3: proses gagal",
        "Penghitungan Tangerang Selatan 2026-Q3 gagal. Tidak ada yang diterbitkan; hasil sebelumnya tetap berlaku.",
        "Sebab:",
        "- p1",
        "- p2",
        "- p3",
        "- ... dan 2 lagi",
        "Yang harus dilakukan: perbaiki sebabnya, lalu jalankan lagi perintah yang sama.",
        "Nomor proses: run-1",
        "Catatan: -",
    ]


def test_told_once_to_each(home: Path, log: NotificationLog, webhook: Webhook) -> None:
    addresses = [Address("a", "json", webhook.url("a"), "en"), Address("b", "json", webhook.url("b"), "id")]
    for _ in range(2):
        delivery = Delivery(log, home)
        delivery.tell(FAILED, addresses, now=NOON)
    assert delivery.tally == {"sent_before": 2}
    assert [text.splitlines()[0] for text in webhook.texts("a") + webhook.texts("b")] == [
        "[kinerja] Tangerang Selatan 2026-Q3: the run failed",
        "[kinerja] Tangerang Selatan 2026-Q3: proses gagal",
    ]
    assert [(row["recipient"], row["status"], row["attempts"], row["sent_at"]) for row in rows(log)] == [
        ("a", "sent", 1, NOON),
        ("b", "sent", 1, NOON),
    ]


def test_many_at_once_tell_once(home: Path, url: str, log: NotificationLog, webhook: Webhook) -> None:
    def tell() -> None:
        with open_warehouse(url) as warehouse:
            Delivery(warehouse.notifications, home).tell(
                FAILED, [Address("a", "json", webhook.url("a"), "id")], now=NOON
            )

    threads = [threading.Thread(target=tell) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(webhook.texts("a")) == 1


def test_what_is_refused_is_tried_again_five_times_in_all(
    home: Path, log: NotificationLog, webhook: Webhook, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    webhook.status = 503
    address = Address("a", "json", webhook.url("geheim"), "id")
    for _ in range(7):
        Delivery(log, home).tell(FAILED, [address], now=NOON)
    (row,) = rows(log)
    assert (row["status"], row["attempts"], row["error"]) == ("failed", 5, "the service answered 503")
    assert "a was not told of run_failed:run-1: the service answered 503" in caplog.text
    assert "geheim" not in caplog.text

    webhook.status = 200
    second = Notice(**{**FAILED.__dict__, "event_key": "run_failed:run-2"})
    webhook.status = 500
    Delivery(log, home).tell(second, [address], now=NOON)
    webhook.status = 200
    Delivery(log, home).tell(second, [address], now=NOON)
    assert [(one["event_key"], one["status"], one["attempts"], one["error"]) for one in rows(log)] == [
        ("run_failed:run-1", "failed", 5, "the service answered 503"),
        ("run_failed:run-2", "sent", 2, None),
    ]


def test_nobody_at_the_address_is_a_failure_and_no_error(home: Path, log: NotificationLog) -> None:
    delivery = Delivery(log, home)
    delivery.tell(FAILED, [Address("a", "json", f"json://{LOCAL}:9/x", "id")], now=NOON)
    delivery.tell(FAILED, [Address("b", "mailto", f"mailto://{LOCAL}:9?from=a@b.id&to=c@d.id", "id")], now=NOON)
    assert delivery.tally == {"failed": 2}
    assert {row["error"] for row in rows(log)} == {"the service cannot be reached, or refuses"}


def test_one_that_does_not_answer_may_have_taken_it_so_it_is_not_repeated(home: Path, log: NotificationLog) -> None:
    import socket

    with socket.create_server((LOCAL, 0)) as silent:
        port = silent.getsockname()[1]
        address = Address("a", "json", f"json://{LOCAL}:{port}/x?rto=0.2&cto=0.2", "id")
        for _ in range(2):
            delivery = Delivery(log, home)
            delivery.tell(FAILED, [address], now=NOON)
    assert delivery.tally == {"unknown": 1}
    assert [(row["status"], row["attempts"]) for row in rows(log)] == [("unknown", 1)]


def test_one_whose_sender_died_is_not_repeated(home: Path, log: NotificationLog, webhook: Webhook) -> None:
    address = Address("a", "json", webhook.url("a"), "id")
    title, body = FAILED.text("id")
    record = NotificationRecord(
        event_key=FAILED.event_key,
        recipient="a",
        kind=FAILED.kind,
        channel="json",
        city=FAILED.city,
        period=FAILED.period,
        run_id=FAILED.run_id,
        title=title,
        body=body,
        due_at=NOON,
    )
    assert log.claim(record, now=NOON) == "claimed"  # and then the process is gone
    later = NOON + SENDING_FOR + dt.timedelta(seconds=1)
    assert log.give_up_lost(now=NOON + SENDING_FOR) == 0
    assert log.give_up_lost(now=later) == 1
    Delivery(log, home).tell(FAILED, [address], now=later)
    assert webhook.received == []
    assert [row["status"] for row in rows(log)] == ["unknown"]


def test_without_a_log_alarms_go_once_and_nothing_else_goes(home: Path, webhook: Webhook) -> None:
    address = Address("a", "json", webhook.url("a"), "id")
    for _ in range(2):
        delivery = Delivery(None, home)
        delivery.tell(FAILED, [address], now=dt.datetime.now(dt.UTC))
    assert delivery.tally == {"sent_before": 1}
    assert len(webhook.texts("a")) == 1
    since = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
    assert delivery.told_without_log("tangerang_selatan", "2026-Q3", since=since)
    assert not delivery.told_without_log("pauh", "2026-Q3", since=since)


def test_quiet_hours_put_a_notice_off_and_a_later_text_takes_its_place(
    home: Path, log: NotificationLog, webhook: Webhook
) -> None:
    address, morning = Address("a", "json", webhook.url("a"), "id"), NOON + dt.timedelta(hours=14)
    for problem in ("old", "new"):
        notice = Notice(**{**FAILED.__dict__, "facts": {"problems": [problem], "report": "-"}})
        Delivery(log, home).tell(notice, [address], now=NOON, due_at=morning)
    (row,) = rows(log)
    assert (row["status"], row["due_at"], row["attempts"]) == ("queued", morning, 0)
    assert webhook.received == []
    assert "- new" in str(row["body"])
    Delivery(log, home).tell(FAILED, [address], now=morning)
    assert len(webhook.texts("a")) == 1
    assert [row["status"] for row in rows(log)] == ["sent"]
