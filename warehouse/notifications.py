"""The delivery log of notices, and the arrivals of data. A notice is claimed, in a transaction of its own, to be sent.

Between the claim and its outcome the process may die. Whether the notice left is then not known, and it is not
repeated: two reminders annoy and make people doubt the rest, and every notice has a successor (the next stage, the
next run) or a report that says the same. What a channel refused is tried again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, cast

from sqlalchemy import Connection, Engine, Select, Table, and_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from warehouse.connection import reading, writing
from warehouse.models import Base, Run
from warehouse.notification_models import DataArrival, Notification
from warehouse.queries import Rows

MAX_ATTEMPTS: Final = 5
SENDING_FOR: Final = dt.timedelta(minutes=10)
"""A claim older than this belongs to a process that is gone: no channel takes so long."""

_ORDER: Final = (Notification.due_at, Notification.event_key, Notification.recipient)

Claim = Literal["claimed", "queued", "sending", "sent", "failed", "unknown", "dropped"]
Outcome = Literal["sent", "failed", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRecord:
    """A notice for one recipient; (event_key, recipient) goes once. No text holds a personal value."""

    event_key: str
    recipient: str
    kind: str
    channel: str
    city: str
    period: str | None
    run_id: str | None
    title: str
    body: str
    due_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalRecord:
    """What was seen of a dataset that is to be delivered; instants carry an offset."""

    city: str
    period: str
    dataset: str
    owner: str
    deadline_at: dt.datetime
    checked_at: dt.datetime
    n_files: int


class NotificationLog:
    """What was told to whom. Every error is a WarehouseError without any stored value."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def queue(self, record: NotificationRecord) -> None:
        """Keep a notice for later; one that is known already stays as it is, but a queued one takes the new text."""
        with writing(self._engine, "queueing a notice") as connection:
            if not _inserted(connection, Notification, {**asdict(record), "status": "queued", "attempts": 0}):
                connection.execute(
                    update(Notification).where(*_of(record), Notification.status == "queued").values(asdict(record))
                )

    def claim(self, record: NotificationRecord, *, now: dt.datetime) -> Claim:
        """The right to send a notice: `claimed`, or the state that keeps it from going (again)."""
        tried = {**asdict(record), "status": "sending", "tried_at": now}
        with writing(self._engine, "claiming a notice") as connection:
            if _inserted(connection, Notification, {**tried, "attempts": 1}):
                return "claimed"
            may_go = or_(
                Notification.status.in_(("queued", "dropped")),
                and_(Notification.status == "failed", Notification.attempts < MAX_ATTEMPTS),
            )
            claimed = connection.execute(
                update(Notification)
                .where(*_of(record), may_go)
                .values(**tried, attempts=Notification.attempts + 1, error=None)
            ).rowcount
            if claimed:
                return "claimed"
            return cast("Claim", connection.execute(select(Notification.status).where(*_of(record))).scalar_one())

    def settle(self, record: NotificationRecord, outcome: Outcome, *, now: dt.datetime, error: str | None) -> None:
        """Keep how a claimed notice went."""
        values: dict[str, Any] = {"status": outcome, "error": error, "sent_at": now if outcome == "sent" else None}
        with writing(self._engine, "keeping how a notice went") as connection:
            connection.execute(
                update(Notification).where(*_of(record), Notification.status == "sending").values(values)
            )

    def drop_queued(self, city: str, period: str, kinds: Sequence[str], *, still_owed: set[tuple[str, str]]) -> int:
        """Give up queued notices of these kinds that are owed no longer, such as after a report came; how many."""
        waiting = select(Notification.event_key, Notification.recipient).where(
            Notification.city == city,
            Notification.period == period,
            Notification.kind.in_(kinds),
            Notification.status == "queued",
        )
        with writing(self._engine, "dropping notices") as connection:
            gone = [tuple(row) for row in connection.execute(waiting) if tuple(row) not in still_owed]
            for event_key, recipient in gone:
                connection.execute(
                    update(Notification)
                    .where(Notification.event_key == event_key, Notification.recipient == recipient)
                    .values(status="dropped")
                )
        return len(gone)

    def give_up_lost(self, *, now: dt.datetime) -> int:
        """Mark claims whose process is gone as `unknown`; how many."""
        lost = and_(Notification.status == "sending", Notification.tried_at < now - SENDING_FOR)
        with writing(self._engine, "looking for lost notices") as connection:
            found: int = connection.execute(update(Notification).where(lost).values(status="unknown")).rowcount
        return found

    def waiting(self, kinds: Sequence[str], *, now: dt.datetime, since: dt.datetime) -> list[NotificationRecord]:
        """Notices of these kinds that may go now: queued ones, and refused ones due after `since`; oldest first."""
        may_go = or_(
            Notification.status == "queued",
            and_(Notification.status == "failed", Notification.attempts < MAX_ATTEMPTS, Notification.due_at >= since),
        )
        columns = [getattr(Notification, name) for name in NotificationRecord.__dataclass_fields__]
        found = select(*columns).where(may_go, Notification.kind.in_(kinds), Notification.due_at <= now)
        with reading(self._engine, "reading waiting notices") as connection:
            rows = connection.execute(found.order_by(*_ORDER)).mappings()
            return [NotificationRecord(**row) for row in rows]

    def told(self, city: str, period: str, kinds: Sequence[str], *, since: dt.datetime) -> bool:
        """Whether anything of these kinds about a city and period was tried from `since` on."""
        found = select(Notification.event_key).where(
            Notification.city == city,
            Notification.period == period,
            Notification.kind.in_(kinds),
            Notification.tried_at >= since,
        )
        with reading(self._engine, "reading notices") as connection:
            return connection.execute(found.limit(1)).first() is not None

    def rows(self, city: str | None = None, period: str | None = None) -> Rows:
        """One row an event and recipient, oldest first. Holds employee numbers."""
        return _listed(self._engine, Notification, city, period, *_ORDER)

    # --- arrivals ---------------------------------------------------------------------------------------------------

    def keep_arrivals(self, records: Sequence[ArrivalRecord]) -> None:
        """Keep what was seen; a dataset that was seen once keeps the moment it was first seen."""
        with writing(self._engine, "keeping arrivals") as connection:
            for record in records:
                seen = record.checked_at if record.n_files else None
                if _inserted(connection, DataArrival, {**asdict(record), "arrived_at": seen}):
                    continue
                mine = (
                    DataArrival.city == record.city,
                    DataArrival.period == record.period,
                    DataArrival.dataset == record.dataset,
                )
                connection.execute(update(DataArrival).where(*mine).values(asdict(record)))
                if seen is not None:
                    never = DataArrival.arrived_at.is_(None)
                    connection.execute(update(DataArrival).where(*mine, never).values(arrived_at=seen))

    def arrivals(self, city: str | None = None, period: str | None = None) -> Rows:
        """One row a city, period and dataset that is to be delivered."""
        return _listed(self._engine, DataArrival, city, period, DataArrival.deadline_at, DataArrival.dataset)

    def crashed_runs(self, *, since: dt.datetime, city: str | None = None) -> list[tuple[str, str, str]]:
        """City, period and id of runs whose process ended without a word, found after `since`."""
        found = select(Run.city, Run.period, Run.run_id).where(Run.status == "crashed", Run.finished_at >= since)
        if city is not None:
            found = found.where(Run.city == city)
        with reading(self._engine, "reading crashed runs") as connection:
            return [
                (row.city, row.period, row.run_id)
                for row in connection.execute(found.order_by(Run.finished_at, Run.run_id))
            ]

    def runs_at_work(self, city: str, period: str, *, since: dt.datetime) -> list[str]:
        """Ids of runs of a city and period that began from `since` on and are at work, or crashed; oldest first."""
        found = select(Run.run_id).where(
            Run.city == city, Run.period == period, Run.status.in_(("running", "crashed")), Run.started_at >= since
        )
        with reading(self._engine, "reading runs at work") as connection:
            return list(connection.execute(found.order_by(Run.started_at)).scalars())


def _of(record: NotificationRecord) -> tuple[Any, ...]:
    return Notification.event_key == record.event_key, Notification.recipient == record.recipient


def _inserted(connection: Connection, model: type[Base], values: dict[str, Any]) -> bool:
    """Whether the row is new; one with its key is left as it is."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    key = next(iter(model.__table__.primary_key))
    stored = insert(model).values(**values).on_conflict_do_nothing().returning(key)
    return connection.execute(stored).first() is not None


def _listed(engine: Engine, model: type[Base], city: str | None, period: str | None, *order: Any) -> Rows:
    table: Table = model.__table__  # type: ignore[assignment]  # declared with __tablename__
    found: Select[Any] = select(table)
    if city is not None:
        found = found.where(table.c.city == city)
    if period is not None:
        found = found.where(table.c.period == period)
    with reading(engine, f"reading {table.name}") as connection:
        result = connection.execute(found.order_by(*order))
        return Rows(tuple(result.keys()), iter([tuple(row) for row in result]))
