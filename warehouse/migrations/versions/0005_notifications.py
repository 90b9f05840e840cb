"""Which notices went to whom, and when each dataset that somebody agreed to deliver came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

IDENTIFIER = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "notification",
        sa.Column("event_key", IDENTIFIER, nullable=False, comment="What happened, such as run_failed:<run>"),
        sa.Column(
            "recipient",
            IDENTIFIER,
            nullable=False,
            comment="Name of a configured recipient, or an employee number. Personal data",
        ),
        sa.Column(
            "kind", IDENTIFIER, nullable=False, comment="Kind of event, such as run_failed, data_late or report_due"
        ),
        sa.Column(
            "channel", IDENTIFIER, nullable=False, comment="Service it goes by, such as mailtos or tgram; no address"
        ),
        sa.Column("city", IDENTIFIER, nullable=False, comment="City, as its policy folder is called"),
        sa.Column("period", IDENTIFIER, nullable=True, comment="Period as written; null: not about a period"),
        sa.Column("run_id", IDENTIFIER, nullable=True, comment="Run it is about; null: not about a run"),
        sa.Column("title", sa.Text(), nullable=False, comment="Subject, without a personal value"),
        sa.Column("body", sa.Text(), nullable=False, comment="Text, without a personal value"),
        sa.Column(
            "due_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Moment (UTC) from which it may go: after quiet hours",
        ),
        sa.Column(
            "status", sa.Text(), nullable=False, comment="One of queued, sending, sent, failed, unknown, dropped"
        ),
        sa.Column("attempts", sa.BigInteger(), nullable=False, comment="How often it was tried"),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True, comment="Last try (UTC); null: not tried yet"),
        sa.Column(
            "sent_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the channel took it (UTC); null: it did not",
        ),
        sa.Column(
            "error", sa.Text(), nullable=True, comment="Why the last try failed, without an address; null: it did not"
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_notification_counts")),
        sa.CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_notification_sent_has_time")),
        sa.CheckConstraint(
            "status IN ('queued', 'sending', 'sent', 'failed', 'unknown', 'dropped')",
            name=op.f("ck_notification_status"),
        ),
        sa.CheckConstraint(
            "(status IN ('queued', 'dropped')) OR (tried_at IS NOT NULL)", name=op.f("ck_notification_tried_has_time")
        ),
        sa.PrimaryKeyConstraint("event_key", "recipient", name=op.f("pk_notification")),
        comment=(
            "One row an event and recipient: a notice that was sent, or was to be; the key is what keeps it "
            "from going twice. The row is stored as `sending` before anything leaves. One that stays so (the"
            " process died in between) becomes `unknown` and is never repeated; `failed` ones, which the "
            "channel refused, are tried again."
        ),
    )
    op.create_table(
        "data_arrival",
        sa.Column("city", IDENTIFIER, nullable=False, comment="City, as its policy folder is called"),
        sa.Column("period", IDENTIFIER, nullable=False, comment="Period as written: 2026-Q1, 2026-07 or 2026"),
        sa.Column("dataset", IDENTIFIER, nullable=False, comment="Canonical dataset"),
        sa.Column("owner", sa.Text(), nullable=False, comment="Who delivers it, as the agreement names the office"),
        sa.Column(
            "deadline_at", sa.DateTime(timezone=True), nullable=False, comment="Moment (UTC) by which it must be there"
        ),
        sa.Column(
            "checked_at", sa.DateTime(timezone=True), nullable=False, comment="When it was last looked for (UTC)"
        ),
        sa.Column(
            "arrived_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was first seen (UTC), so not before it came; null: not there yet",
        ),
        sa.Column("n_files", sa.BigInteger(), nullable=False, comment="Files of it when it was last looked for"),
        sa.CheckConstraint("n_files >= 0", name=op.f("ck_data_arrival_counts")),
        sa.PrimaryKeyConstraint("city", "period", "dataset", name=op.f("pk_data_arrival")),
        comment=(
            "One row a city, period and dataset that an office agreed to deliver: when it was due, when it "
            "was first seen."
        ),
    )
