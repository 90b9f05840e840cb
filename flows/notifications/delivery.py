"""Delivering notices: each event once to each recipient, as far as that can be known.

A notice is claimed in the delivery log (`warehouse.notifications`) before it goes, and its outcome is kept after. What
a channel refused is tried again, five times in all; what may have gone is never repeated.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from flows.notifications.config import Address, Configured
from flows.notifications.events import RUN_KINDS, Notice
from flows.notifications.sending import Sent, send
from warehouse import NotificationLog, NotificationRecord, WarehouseError, open_warehouse

_log = logging.getLogger(__name__)
_RETRY_FOR: Final = dt.timedelta(days=3)
"""An alarm that could not be delivered for so long says nothing anybody still acts on."""

Delivered = Literal["sent", "sent_before", "queued", "failed", "unknown"]


class Delivery:
    """Sends notices and keeps what became of them; counts by outcome are in `tally`.

    Where the warehouse cannot be reached, which may be what an alarm is about, alarms are claimed by files in
    `<home>/notifications` instead; anything else is an error.
    """

    def __init__(self, log: NotificationLog | None, home: Path) -> None:
        self._log = log
        self._claims = home / "notifications"
        self.tally: Counter[Delivered] = Counter()

    def tell(
        self, notice: Notice, addresses: Iterable[Address], *, now: dt.datetime, due_at: dt.datetime | None = None
    ) -> None:
        """The notice to each address, now, or from `due_at` on where that is later: then it waits in the log.

        Raises:
            WarehouseError: there is no log to keep it in, and it is no alarm.
        """
        for address in addresses:
            record = record_of(notice, address, due_at or now)
            if record.due_at > now and self._log is not None:
                self._log.queue(record)
                self.tally["queued"] += 1
            else:
                self.tally[self._deliver(record, address, now)] += 1

    def tell_waiting(self, config: Configured, *, now: dt.datetime) -> None:
        """Alarms that were refused before, and what lost its sender, looked at again."""
        if self._log is None:
            return
        if lost := self._log.give_up_lost(now=now):
            _log.warning("%d notices were cut off while they went; they may have arrived and are not repeated", lost)
        for record in self._log.waiting(RUN_KINDS, now=now, since=now - _RETRY_FOR):
            if address := config.addresses.get(record.recipient):
                self.tally[self._deliver(record, address, now)] += 1

    def told_without_log(self, city: str, period: str, *, since: dt.datetime) -> bool:
        """Whether an alarm about a city and period went without the log from `since` on."""
        recent = (file for file in self._claims.glob("*") if file.stat().st_mtime >= since.timestamp())
        return any(file.read_text(encoding="utf-8") == _about(city, period) for file in recent)

    def _deliver(self, record: NotificationRecord, address: Address, now: dt.datetime) -> Delivered:
        try:
            if self._log is None:
                return self._delivered_without_log(record, address)
            state = self._log.claim(record, now=now)
        except WarehouseError:
            if record.kind not in RUN_KINDS:
                raise
            return self._delivered_without_log(record, address)
        if state != "claimed":
            return "sent_before" if state == "sent" else "failed" if state == "failed" else "unknown"
        how = _sent(record, address)
        try:
            self._log.settle(record, how.outcome, now=now, error=how.error)
        except WarehouseError as error:
            _log.warning("that %s was told is not kept: %s", record.event_key, error)
        return how.outcome

    def _delivered_without_log(self, record: NotificationRecord, address: Address) -> Delivered:
        name = hashlib.sha256(f"{record.event_key}\0{record.recipient}".encode()).hexdigest()
        self._claims.mkdir(parents=True, exist_ok=True)
        try:
            with (self._claims / name).open("x", encoding="utf-8") as claim:
                claim.write(_about(record.city, record.period))
        except FileExistsError:
            return "sent_before"
        return _sent(record, address).outcome


def record_of(notice: Notice, address: Address, due_at: dt.datetime) -> NotificationRecord:
    """The notice for one address, as the log keeps it."""
    title, body = notice.text(address.language)
    return NotificationRecord(
        event_key=notice.event_key,
        recipient=address.recipient,
        kind=notice.kind,
        channel=address.channel,
        city=notice.city,
        period=notice.period,
        run_id=notice.run_id,
        title=title,
        body=body,
        due_at=due_at,
    )


def _about(city: str, period: str | None) -> str:
    return f"{city} {period}"


def _sent(record: NotificationRecord, address: Address) -> Sent:
    how = send(address.url, record.title, record.body, is_alarm=record.kind in RUN_KINDS)
    if how.outcome != "sent" and record.kind in RUN_KINDS:
        _log.warning("%s was not told of %s: %s", address.recipient, record.event_key, how.error)
    return how


@contextmanager
def opened_log(warehouse_url: str) -> Iterator[NotificationLog | None]:
    """The delivery log; None where the warehouse cannot be opened."""
    try:
        opened = open_warehouse(warehouse_url)
    except WarehouseError as error:
        _log.warning("no delivery log: %s", error)
        yield None
        return
    with opened:
        yield opened.notifications
