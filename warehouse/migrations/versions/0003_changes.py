"""What each revision changed against the one it replaced."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

IDENTIFIER = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
RATINGS = "'Sangat Baik', 'Baik', 'Butuh Perbaikan', 'Kurang/Misconduct', 'Sangat Kurang', 'none'"


def upgrade() -> None:
    op.create_table(
        "revision_change",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("previous_run_id", IDENTIFIER, nullable=False, comment="Run of the revision it replaced"),
        sa.Column(
            "n_added", sa.BigInteger(), nullable=False, comment="Employees that the replaced revision did not have"
        ),
        sa.Column(
            "n_removed", sa.BigInteger(), nullable=False, comment="Employees that only the replaced revision had"
        ),
        sa.Column("n_changed", sa.BigInteger(), nullable=False, comment="Employees of both with any cell that differs"),
        sa.Column("n_unchanged", sa.BigInteger(), nullable=False, comment="Employees of both with the same cells"),
        sa.CheckConstraint(
            "n_added >= 0 AND n_removed >= 0 AND n_changed >= 0 AND n_unchanged >= 0",
            name=op.f("ck_revision_change_counts"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_revision_change_run")),
        sa.ForeignKeyConstraint(["previous_run_id"], ["run.run_id"], name=op.f("fk_revision_change_run_previous")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_revision_change")),
        comment=(
            "One row a published run that replaced a revision: what differs from it, in people. Compared are the "
            "tables and columns that both were published with. Schema 0003 brought it: earlier revisions have none."
        ),
    )
    op.create_table(
        "rating_move",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("rating", sa.Text(), nullable=False, comment="One of proposed, decided"),
        sa.Column("old_rating", IDENTIFIER, nullable=False, comment="Rating in the revision that was replaced"),
        sa.Column("new_rating", IDENTIFIER, nullable=False, comment="Rating in this one"),
        sa.Column("n_employees", sa.BigInteger(), nullable=False, comment="Employees that moved so"),
        sa.CheckConstraint("rating IN ('proposed', 'decided')", name=op.f("ck_rating_move_rating")),
        sa.CheckConstraint(f"old_rating IN ({RATINGS})", name=op.f("ck_rating_move_old_rating")),
        sa.CheckConstraint(f"new_rating IN ({RATINGS})", name=op.f("ck_rating_move_new_rating")),
        sa.CheckConstraint("old_rating <> new_rating", name=op.f("ck_rating_move_moved")),
        sa.CheckConstraint("n_employees >= 1", name=op.f("ck_rating_move_somebody_moved")),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_rating_move_run")),
        sa.PrimaryKeyConstraint("run_id", "rating", "old_rating", "new_rating", name=op.f("pk_rating_move")),
        comment=(
            "One row a pair of ratings between which employees of both revisions moved; `none` stands for no rating."
        ),
    )
