"""The tables of operations: which notices went to whom, and when each dataset came. No score depends on them."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.models import Base, Id

NOTIFICATION_STATUSES: Final = ("queued", "sending", "sent", "failed", "unknown", "dropped")


class Notification(Base):
    """One row an event and recipient: a notice that was sent, or was to be; the key is what keeps it from going twice.

    The row is stored as `sending` before anything leaves. One that stays so (the process died in between) becomes
    `unknown` and is never repeated; `failed` ones, which the channel refused, are tried again.
    """

    __tablename__ = "notification"
    __table_args__ = (
        CheckConstraint(
            f"status IN ({', '.join(repr(status) for status in NOTIFICATION_STATUSES)})",
            name="status",
        ),
        CheckConstraint("attempts >= 0", name="counts"),
        CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name="sent_has_time"),
        CheckConstraint("(status IN ('queued', 'dropped')) OR (tried_at IS NOT NULL)", name="tried_has_time"),
    )

    event_key: Mapped[Id] = mapped_column(primary_key=True, comment="What happened, such as run_failed:<run>")
    recipient: Mapped[Id] = mapped_column(
        primary_key=True, comment="Name of a configured recipient, or an employee number. Personal data"
    )
    kind: Mapped[Id] = mapped_column(comment="Kind of event, such as run_failed, data_late or report_due")
    channel: Mapped[Id] = mapped_column(comment="Service it goes by, such as mailtos or tgram; no address")
    city: Mapped[Id] = mapped_column(comment="City, as its policy folder is called")
    period: Mapped[Id | None] = mapped_column(comment="Period as written; null: not about a period")
    run_id: Mapped[Id | None] = mapped_column(comment="Run it is about; null: not about a run")
    title: Mapped[str] = mapped_column(comment="Subject, without a personal value")
    body: Mapped[str] = mapped_column(comment="Text, without a personal value")
    due_at: Mapped[dt.datetime] = mapped_column(comment="Moment (UTC) from which it may go: after quiet hours")
    status: Mapped[str] = mapped_column(comment=f"One of {', '.join(NOTIFICATION_STATUSES)}")
    attempts: Mapped[int] = mapped_column(comment="How often it was tried")
    tried_at: Mapped[dt.datetime | None] = mapped_column(comment="Last try (UTC); null: not tried yet")
    sent_at: Mapped[dt.datetime | None] = mapped_column(comment="When the channel took it (UTC); null: it did not")
    error: Mapped[str | None] = mapped_column(comment="Why the last try failed, without an address; null: it did not")


class DataArrival(Base):
    """One row a city, period and dataset that an office agreed to deliver: when it was due, when it was first seen."""

    __tablename__ = "data_arrival"
    __table_args__ = (CheckConstraint("n_files >= 0", name="counts"),)

    city: Mapped[Id] = mapped_column(primary_key=True, comment="City, as its policy folder is called")
    period: Mapped[Id] = mapped_column(primary_key=True, comment="Period as written: 2026-Q1, 2026-07 or 2026")
    dataset: Mapped[Id] = mapped_column(primary_key=True, comment="Canonical dataset")
    owner: Mapped[str] = mapped_column(comment="Who delivers it, as the agreement names the office")
    deadline_at: Mapped[dt.datetime] = mapped_column(comment="Moment (UTC) by which it must be there")
    checked_at: Mapped[dt.datetime] = mapped_column(comment="When it was last looked for (UTC)")
    arrived_at: Mapped[dt.datetime | None] = mapped_column(
        comment="When it was first seen (UTC), so not before it came; null: not there yet"
    )
    n_files: Mapped[int] = mapped_column(comment="Files of it when it was last looked for")
