"""What a period is compared with: the one published before it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import Connection, Engine, select

from warehouse.connection import reading
from warehouse.identity import BATCH_ROWS, RESULTS, Shape, dtypes, shape_of
from warehouse.insight_models import INSIGHTS
from warehouse.models import InsightDigest, Run

if TYPE_CHECKING:
    import polars as pl

COMPARED: Final[Mapping[str, Sequence[str]]] = {
    "employees": ("employee_id", "unit_id", "position_id", "supervisor_id"),
    "indicators": ("employee_id", "item_id", "value", "achievement", "status"),
    "scores": (
        "employee_id",
        "results_score",
        "behaviour_score",
        "score",
        "proposed_rating",
        "decided_rating",
        "status",
    ),
}
"""Frames of results, and their columns, that a later period is compared with."""


class PublishedBefore(NamedTuple):
    """A period that was published, as a later one is compared with it."""

    period: str
    frames: Mapping[str, pl.DataFrame]


def published_before(engine: Engine, city: str, start: dt.date, end: dt.date) -> PublishedBefore | None:
    """The final result of the latest period of the same length that ended by `start`; None where there is none.

    Its frames: those of `COMPARED`, and the insights published with it that name no employee.
    """
    with reading(engine, "reading the period before") as connection:
        before = _run_before(connection, city, start, end)
        if before is None:
            return None
        run_id, period = before
        frames = {
            name: _frame(connection, shape_of(RESULTS[name]), columns, run_id) for name, columns in COMPARED.items()
        }
        stored = select(InsightDigest.frame).where(InsightDigest.run_id == run_id)
        for name in connection.execute(stored).scalars().all():
            shape = shape_of(INSIGHTS[name]) if name in INSIGHTS else None
            if shape is not None and "employee_id" not in shape.columns:
                frames[name] = _frame(connection, shape, shape.columns, run_id)
    return PublishedBefore(period, frames)


def _run_before(connection: Connection, city: str, start: dt.date, end: dt.date) -> tuple[str, str] | None:
    found = connection.execute(
        select(Run.run_id, Run.period, Run.period_start, Run.period_end)
        .where(Run.city == city, Run.status == "published", Run.provisional.is_(False), Run.period_end <= start)
        .order_by(Run.period_end.desc(), Run.revision.desc())
    ).all()  # a server's cursor that is left before its end stays open
    months = _months(start, end)
    of_length = (row for row in found if _months(row.period_start, row.period_end) == months)
    return next(((row.run_id, row.period) for row in of_length), None)


def _months(start: dt.date, end: dt.date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month


def _frame(connection: Connection, shape: Shape, columns: Sequence[str], run_id: str) -> pl.DataFrame:
    """These columns of a table's rows of a run, typed as they were loaded."""
    import polars as pl  # reading commands need no Polars

    quote = connection.dialect.identifier_preparer.quote
    is_sqlite = connection.dialect.name == "sqlite"
    query = (
        f"SELECT {', '.join(map(quote, columns))} FROM {shape.table.name} WHERE run_id = {'?' if is_sqlite else '%s'}"  # noqa: S608 - names of our own models
    )
    types = {name: dtypes(shape)[name] for name in columns}
    # SQLite gives decimals as doubles, which the cast rounds to their scale; truth as 0 and 1, days as text.
    read_as = {name: _in_sqlite(kind) if is_sqlite else kind for name, kind in types.items()}
    parts = [pl.DataFrame(schema=types)]
    for rows in connection.exec_driver_sql(query, (run_id,)).partitions(BATCH_ROWS):
        cells = zip(read_as.items(), zip(*rows, strict=True), strict=True)
        typed = [_typed(pl.Series(name, values, dtype=kind), types[name]) for (name, kind), values in cells]
        parts.append(pl.DataFrame(typed))
    return pl.concat(parts)


def _typed(cells: pl.Series, kind: pl.DataType) -> pl.Series:
    import polars as pl

    is_written_day = isinstance(kind, pl.Date) and cells.dtype == pl.String
    return cells.str.to_date("%Y-%m-%d") if is_written_day else cells.cast(kind)


def _in_sqlite(kind: pl.DataType) -> pl.DataType:
    import polars as pl

    if isinstance(kind, pl.Decimal):
        return pl.Float64()
    return pl.Int64() if isinstance(kind, pl.Boolean) else pl.String() if isinstance(kind, pl.Date) else kind
