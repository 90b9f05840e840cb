"""Digests of insights beside those of results, and provisional runs that were withheld because a final one stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

IDENTIFIER = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BEFORE = ("running", "published", "unchanged", "stopped", "failed", "crashed")
AFTER = ("running", "published", "unchanged", "withheld", "stopped", "failed", "crashed")


def upgrade() -> None:
    _let_runs_be_withheld()
    op.add_column(
        "run",
        sa.Column(
            "insights_hash",
            sa.Text(),
            nullable=True,
            comment="SHA-256 over the insights in canonical order, beside the result; null: none were stored",
        ),
    )
    op.create_table(
        "insight_digest",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("frame", IDENTIFIER, nullable=False, comment="Insights frame"),
        sa.Column(
            "columns", sa.Text(), nullable=False, comment="Columns that were hashed, in order, joined by a comma"
        ),
        sa.Column("n_rows", sa.BigInteger(), nullable=False, comment="Rows stored"),
        sa.Column("sha256", sa.Text(), nullable=False, comment="SHA-256 of the rows in PostgreSQL's COPY text, by key"),
        sa.CheckConstraint("n_rows >= 0", name=op.f("ck_insight_digest_counts")),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_insight_digest_run")),
        sa.PrimaryKeyConstraint("run_id", "frame", name=op.f("pk_insight_digest")),
        comment=(
            "One row an insights frame of a published run: what its table must hold; `insights_hash` is over these "
            "rows."
        ),
    )


def _let_runs_be_withheld() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_run_status"), "run", type_="check")
        op.create_check_constraint(op.f("ck_run_status"), "run", f"status IN ({_listed(AFTER)})")
        op.alter_column("run", "status", comment=f"One of {', '.join(AFTER)}")
        return
    # SQLite changes a condition only with its table. Rows of other tables refer to runs: that is judged at the commit.
    made = str(connection.scalar(sa.text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 'run'")))
    if _listed(BEFORE) not in made:
        raise RuntimeError("the table run is not that of schema 0003")
    op.execute("PRAGMA defer_foreign_keys = ON")
    op.execute("CREATE TEMPORARY TABLE run_kept AS SELECT * FROM run")
    op.execute("DROP TABLE run")
    connection.exec_driver_sql(made.replace(_listed(BEFORE), _listed(AFTER)))
    op.execute("INSERT INTO run SELECT * FROM temp.run_kept")
    op.execute("DROP TABLE temp.run_kept")


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(repr(word) for word in words)
