"""What follows from other tables is no longer stored of persons and their items; peers have a table of their own.

Rows published before keep what they hold, and with it their digests.
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

IDENTIFIER = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
HUNDREDTHS = sa.Numeric(38, 2).with_variant(sa.REAL(), "sqlite")

NO_LONGER_STORED = {
    "person_item": ("nature", "achievement", "basis", "to_target"),
    "person_result": ("score", "proposed_rating"),
}
"""Columns that could not be null."""


COMMENTS = {
    "person_item": {
        "nature": "measured: recorded; citizens: what they think; colleagues: what raters think. Derived: indicator",
        "achievement": "Achievement as scored (points, 100 is the target). Derived: indicator_result",
        "basis": (
            "What the interval is made of: one of share, answers, median, mean, raters, record, as_reported. "
            "Derived: indicator"
        ),
        "to_target": "Achievement less 100 (points). Derived",
        "change": "Achievement less that before (points); null as above. Derived",
        "peers": "Whom it is compared with; null: too few are scored. Derived: item_peers",
        "n_peers": "How many they are, the employee among them; null: too few. Derived: item_peers",
        "peer_median": "Their median achievement (points); null: too few. Derived: item_peers",
    },
    "person_result": {
        "score": "Score (points). Derived: score",
        "score_change": "Score less that before (points); null as above. Derived",
        "rating": "Decided, or else proposed, rating. Derived: score",
        "proposed_rating": "Proposed rating, which the next one betters. Derived: score",
    },
}
"""Of columns, as they are now."""
TABLE_COMMENTS = {
    "person_item": (
        "One row an employee and scored item of a run: how it stands to target, past and peers, and"
        " how sure it is. What follows from indicator_result, employee_period and item_peers is "
        "joined when it is read, and stored only of revisions published before schema 0012."
    ),
    "person_result": (
        "One row an employee with a score: how sure it is, what it is made of, what would move it. "
        "What follows from his row in score is joined when it is read, and stored only of revisions"
        " before schema 0012."
    ),
}


def upgrade() -> None:
    op.create_table(
        "item_peers",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("peers", IDENTIFIER, nullable=False, comment="One of position, position_group"),
        sa.Column(
            "peer_id",
            IDENTIFIER,
            nullable=False,
            comment="Position; or sector, a slash and position group (nothing after it: none is delivered)",
        ),
        sa.Column("item_group", IDENTIFIER, nullable=False, comment="One of results, behaviour"),
        sa.Column("item_id", IDENTIFIER, nullable=False, comment="Item of the policy"),
        sa.Column("n_peers", sa.BigInteger(), nullable=False, comment="People of it scored on the item"),
        sa.Column("peer_median", HUNDREDTHS, nullable=False, comment="Their median achievement (points)"),
        sa.CheckConstraint("peers IN ('position', 'position_group')", name=op.f("ck_item_peers_peers")),
        sa.CheckConstraint("item_group IN ('results', 'behaviour')", name=op.f("ck_item_peers_item_group")),
        sa.CheckConstraint("n_peers >= 10", name=op.f("ck_item_peers_small_groups_are_not_told")),
        sa.CheckConstraint("peer_median BETWEEN 0 AND 120", name=op.f("ck_item_peers_peer_median_bounds")),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_item_peers_run")),
        sa.PrimaryKeyConstraint("run_id", "peers", "peer_id", "item_group", "item_id", name=op.f("pk_item_peers")),
        comment="One row an item and group of 10 people or more who are scored on it: whom a person is compared with.",
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    for table, columns in NO_LONGER_STORED.items():
        if connection.dialect.name == "postgresql":
            for column in columns:
                op.alter_column(table, column, nullable=True)
            for column, comment in COMMENTS[table].items():
                op.alter_column(table, column, comment=comment)
            op.create_table_comment(table, TABLE_COMMENTS[table])
        else:
            _build_anew(connection, table, columns)


def _build_anew(connection: sa.Connection, table: str, columns: tuple[str, ...]) -> None:
    """SQLite lets go of a condition only with its table; no table refers to these."""
    named = sa.text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = :table").bindparams(table=table)
    made = str(connection.scalar(named))
    for column in columns:
        made = re.sub(rf"(?<!\w)({column} \w+) NOT NULL", r"\1", made)
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE kept AS SELECT * FROM {table}")  # noqa: S608 - of the list above
    connection.exec_driver_sql(f"DROP TABLE {table}")
    connection.exec_driver_sql(made)
    connection.exec_driver_sql(f"INSERT INTO {table} SELECT * FROM temp.kept")  # noqa: S608
    connection.exec_driver_sql("DROP TABLE temp.kept")
