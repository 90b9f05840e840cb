"""An event log (a row an event) to one row a request, the same whatever the order of the rows."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from sources.cells import cell_text
from sources.contracts import PROBLEM, RAW, ROW
from sources.errors import UnreadableFile, lacking
from sources.formats.table import RECORD, RawTable, raw_json, text_table
from sources.mapping import Collapse, OrderBy, Pick
from sources.parsing import decimal, instant

# Events are only compared with each other: any one zone gives those without an offset the same order.
_ZONE = "UTC"


@dataclass(slots=True)
class _Keys:
    """What events are compared by: a column of `frame` for each way to compare, and why an event has no place."""

    table: RawTable
    name: str
    of: dict[OrderBy, str] = field(default_factory=dict)
    expressions: list[pl.Expr] = field(default_factory=list)
    problems: list[pl.Expr] = field(default_factory=list)

    def add(self, order: OrderBy, *, may_be_empty: bool) -> str:
        """The key's column."""
        if order not in self.of:
            self.of[order] = f"_key{len(self.of)}"
            self.expressions.append(
                _comparable(cell_text(self.table, order.from_, self.name), order).alias(self.of[order])
            )
        key = self.of[order]
        lost = pl.col(key).is_null()
        if may_be_empty:
            lost &= cell_text(self.table, order.from_, self.name).is_not_null()
        reason = f"{RECORD}: {order.from_!r} does not parse as {order.as_}, so its place among the events is unknown"
        self.problems.append(pl.when(lost).then(pl.lit(reason)))
        return key


def collapsed(table: RawTable, collapse: Collapse, name: str) -> RawTable:
    """One row for each value of `collapse.by`, carrying the smallest record number of its events.

    An event without that value, or whose place in the order does not parse, becomes a row of its own with a problem.

    Raises:
        UnreadableFile: a column it needs is not there.
    """
    _check(table, collapse, name)
    keys = _Keys(table, name)
    picks = [
        _picked(pick, collapse, keys).alias(f"c{position}")
        for position, pick in enumerate(collapse.columns.values(), start=1)
    ]
    no_group = pl.when(pl.col("_by").is_null()).then(
        pl.lit(f"{RECORD}: {collapse.by!r} is empty, so it belongs nowhere")
    )
    unsplit = [pl.col(PROBLEM)] if table.has_bad_records else []
    by = cell_text(table, collapse.by, name).alias("_by")
    events = table.frame.with_columns(by, *keys.expressions).with_columns(
        pl.coalesce(*unsplit, no_group, *keys.problems).alias(PROBLEM)
    )
    rows = (
        events.filter(pl.col(PROBLEM).is_null())
        .group_by("_by")
        .agg(pl.col(ROW).min(), *picks)
        .with_columns(
            pl.col("_by").alias("c0"), pl.lit(None, pl.String).alias(PROBLEM), pl.lit(None, pl.String).alias(RAW)
        )
    )
    columns = [f"c{position}" for position in range(len(picks) + 1)]
    refused = events.filter(pl.col(PROBLEM).is_not_null()).with_columns(raw_json(table))
    refused = refused.select(*(pl.lit(None, pl.String).alias(column) for column in columns), ROW, PROBLEM, RAW)
    frame = pl.concat([rows.select(*columns, ROW, PROBLEM, RAW), refused]).sort(ROW)
    return text_table(frame, (collapse.by, *collapse.columns), has_bad_records=True)


def _check(table: RawTable, collapse: Collapse, name: str) -> None:
    needed = [collapse.by, *(order.from_ for order in collapse.orders)]
    needed += [pick.column for pick in collapse.columns.values()]
    absent = dict.fromkeys(one for one in needed if one not in table.names)
    if absent:
        raise UnreadableFile(
            name,
            "header",
            lacking("'collapse'", absent, table.names),
            "Correct the names in sources.yaml, or add the columns",
        )


def _comparable(text: pl.Expr, order: OrderBy) -> pl.Expr:
    match order.as_:
        case "instant":
            return instant(text, _ZONE, order.formats, end_of_day=False)
        case "number":
            return decimal(text)
        case "text":
            return text


def _picked(pick: Pick, collapse: Collapse, keys: _Keys) -> pl.Expr:
    """The one cell of a group. Equal places are told apart by the cell itself, never by where the row stood."""
    ranked = pick.min or pick.max
    order = ranked or pick.order_by or collapse.order_by
    assert order is not None  # noqa: S101 - the model refuses a pick without an order
    key = pl.col(keys.add(order, may_be_empty=ranked is not None))
    value = cell_text(keys.table, pick.column, keys.name)
    is_filled = value.is_not_null() & key.is_not_null()
    in_order = value.filter(is_filled).sort_by(key.filter(is_filled), value.filter(is_filled))
    return in_order.first() if pick.first or pick.min else in_order.last()
