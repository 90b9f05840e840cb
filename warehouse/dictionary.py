"""The data dictionary: every table, view and column of the warehouse, from the models.

`python -m warehouse.dictionary > docs/data_dictionary.md` writes it anew; a test fails while it is out of date.
"""

from __future__ import annotations

import sys

from sqlalchemy import Column, Table
from sqlalchemy.engine import make_url

from warehouse import insight_models, notification_models  # noqa: F401 - their tables are among those of Base
from warehouse.models import Base
from warehouse.views import VIEWS

_INTRODUCTION = """\
# Data dictionary

Generated from `warehouse/models.py` and `warehouse/views.py` by `python -m warehouse.dictionary`; do not edit.

Instants are UTC. Decimals are exact on both databases (see the decision on exact decimals). Null is never zero: the
comment says what it means. Types are those of PostgreSQL, then of SQLite where they differ.
"""


def data_dictionary() -> str:
    """The page as Markdown: tables in the order they depend on each other, then views."""
    tables = [_section(table, "Table") for table in Base.metadata.sorted_tables]
    views = [_section(view, "View") for view in VIEWS.sorted_tables]
    return "\n".join([_INTRODUCTION, *tables, *views])


def _section(table: Table, kind: str) -> str:
    head = [f"## {kind} `{table.name}`", "", table.comment or "", "", "| column | type | null | meaning |"]
    return "\n".join([*head, "|---|---|---|---|", *(_line(column, kind) for column in table.columns), ""])


def _line(column: Column[object], kind: str) -> str:
    marks = ["key"] if column.primary_key else []
    marks += [f"refers to `{target}`" for target in sorted(key.target_fullname for key in column.foreign_keys)]
    null = "" if kind == "View" else "yes" if column.nullable else "no"
    meaning = " ".join([f"{column.comment}", *(f"({mark})" for mark in marks)])
    return f"| `{column.name}` | {_type(column)} | {null} | {meaning} |"


def _type(column: Column[object]) -> str:
    on_postgresql, on_sqlite = (
        column.type.compile(dialect=make_url(f"{name}://").get_dialect()()).partition(" COLLATE")[0].lower()
        for name in ("postgresql+psycopg", "sqlite")
    )
    return on_postgresql if on_postgresql == on_sqlite else f"{on_postgresql}; {on_sqlite}"


if __name__ == "__main__":
    sys.stdout.write(data_dictionary())
