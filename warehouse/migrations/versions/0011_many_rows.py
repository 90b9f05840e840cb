"""Tables of employees' rows: no reference that the database holds row by row, and conditions that are quick to ask."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OF_EMPLOYEES = (
    "indicator_result",
    "score",
    "discipline_status",
    "competency_gap",
    "follow_up",
    "decision",
    "productivity",
    "person_item",
    "person_result",
    "reward",
    "owed_input",
    "obstacle",
    "carried_obstacle",
    "excused_score",
    "score_forecast",
    "handover",
    "work_split",
    "rule_outcome",
)
KEPT_AS_LISTS = ("handover",)
REFERENCE = re.compile(r",\s*CONSTRAINT fk_\w+ FOREIGN KEY\([^)]*\) REFERENCES \w+ \([^)]*\)")
ONE_OF = re.compile(r"CHECK \((\w+) IN \(([^)]*)\)\)")


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        found = sa.inspect(connection)
        for table in OF_EMPLOYEES:
            for key in found.get_foreign_keys(table):
                op.drop_constraint(str(key["name"]), table, type_="foreignkey")
        return
    for table in OF_EMPLOYEES:
        _build_anew(connection, table)


def _build_anew(connection: sa.Connection, table: str) -> None:
    """SQLite changes conditions only with their table; no table refers to these."""
    named = sa.text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = :table").bindparams(table=table)
    made = REFERENCE.sub("", str(connection.scalar(named)))
    if table not in KEPT_AS_LISTS:
        made = ONE_OF.sub(lambda found: f"CHECK ({_equalities(found[1], found[2])})", made)
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE kept AS SELECT * FROM {table}")  # noqa: S608 - of the list above
    connection.exec_driver_sql(f"DROP TABLE {table}")
    connection.exec_driver_sql(made)
    connection.exec_driver_sql(f"INSERT INTO {table} SELECT * FROM temp.kept")  # noqa: S608
    connection.exec_driver_sql("DROP TABLE temp.kept")


def _equalities(column: str, words: str) -> str:
    return " OR ".join(f"{column} = {word}" for word in re.findall(r"'[^']*'", words))
