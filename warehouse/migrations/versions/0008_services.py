"""Each service against its standard."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

IDENTIFIER = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
HUNDREDTHS = sa.Numeric(38, 2).with_variant(sa.REAL(), "sqlite")
MILLIONTHS = sa.Numeric(38, 6).with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "service_result",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("level", IDENTIFIER, nullable=False, comment="One of unit, agency, city"),
        sa.Column("place_id", IDENTIFIER, nullable=False, comment="Unit, agency or city"),
        sa.Column("service_type", IDENTIFIER, nullable=False, comment="Service, as delivered; none: not delivered"),
        sa.Column("limit_hours", HUNDREDTHS, nullable=False, comment="Time it may take (hours)"),
        sa.Column(
            "has_standard",
            sa.Boolean(),
            nullable=False,
            comment="Whether a service standard says so, else the policy's limit",
        ),
        sa.Column("n_documents", sa.BigInteger(), nullable=False, comment="Documents closed in the period"),
        sa.Column("median_hours", HUNDREDTHS, nullable=False, comment="Median time they took, pauses left out (hours)"),
        sa.Column(
            "p90_hours", HUNDREDTHS, nullable=False, comment="Least time that nine in ten did not exceed (hours)"
        ),
        sa.Column("n_within", sa.BigInteger(), nullable=False, comment="Documents that took the limit at most"),
        sa.Column("within_share", MILLIONTHS, nullable=False, comment="Within / closed (share)"),
        sa.Column("n_open", sa.BigInteger(), nullable=False, comment="Documents open when the period ended"),
        sa.CheckConstraint("n_documents >= 0 AND n_within >= 0 AND n_open >= 0", name=op.f("ck_service_result_counts")),
        sa.CheckConstraint("level IN ('unit', 'agency', 'city')", name=op.f("ck_service_result_level")),
        sa.CheckConstraint("median_hours <= p90_hours", name=op.f("ck_service_result_median_before_p90")),
        sa.CheckConstraint(
            "n_documents >= 1 AND n_within <= n_documents", name=op.f("ck_service_result_within_the_closed")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_service_result_run")),
        sa.PrimaryKeyConstraint("run_id", "level", "place_id", "service_type", name=op.f("pk_service_result")),
        comment=(
            "One row a unit, agency or city of a run and service it closed documents of: its "
            "standard, and what it took."
        ),
        sqlite_with_rowid=False,
    )
