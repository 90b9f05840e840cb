"""A Parquet file that already says what the contract asks for is not copied: what makes canonical rows of it.

Text has to be stripped and no empty one, numbers have to be written plainly, times to have their type: then every
record is a row without a problem, and the values that are not in the file as they are meant are derived at each scan.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import polars as pl

from sources.canonical import POSITION
from sources.columns import moment
from sources.contracts import FILE, PROBLEM, RAW, ROW, Column, Dataset, Kind
from sources.formats import RawTable
from sources.mapping import ColumnSource, FileEntry
from sources.parsing import LIMIT, PLAIN_DECIMAL, SPOILED_ID, runs

_OURS: Final = frozenset({FILE, ROW, PROBLEM, RAW, POSITION})
_SMALL_INTEGERS: Final = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32)
_TEXT: Final = pl.col("text")
_N_BYTES: Final = _TEXT.str.len_bytes()
_IS_UNTIDY: Final = ((_N_BYTES == 0) | (_TEXT.str.strip_chars().str.len_bytes() != _N_BYTES)).any()
_WHOLE, _DECIMAL, _OTHER = 0, 1, 2
"""How a number is written."""


class _Way(NamedTuple):
    """How a column becomes canonical, by the worst that is found of its cells (0 where there is nothing to find)."""

    values: tuple[pl.Expr, ...]
    worst: pl.Expr | None = None


def as_landed(table: RawTable, entry: FileEntry, dataset: Dataset, timezone: str) -> tuple[pl.Expr, ...] | None:
    """What canonical columns are made of those of the file, `_file` and `_row` aside; None where it has to be copied.

    The whole file is looked at, in one pass.
    """
    if table.parquet is None or entry.collapse is not None or _OURS & set(table.names):
        return None
    ways: dict[str, _Way] = {}
    for column in dataset.columns:
        way = _way(table, entry, column, timezone)
        if way is None:
            return None
        ways[column.name] = way
    asked = {name: way.worst.alias(name) for name, way in ways.items() if way.worst is not None}
    found = dict.fromkeys(ways, 0)
    if asked:
        worst = pl.scan_parquet(table.parquet, glob=False).select(asked.values()).collect(engine="streaming")
        found |= {name: value or 0 for name, value in worst.row(0, named=True).items()}
    if any(found[name] >= len(way.values) for name, way in ways.items()):
        return None
    values = [way.values[found[name]].alias(name) for name, way in ways.items()]
    nothing = pl.lit(None, pl.String)
    return (*values, nothing.alias(PROBLEM), nothing.alias(RAW))


def _way(table: RawTable, entry: FileEntry, column: Column, timezone: str) -> _Way | None:
    """None where the column goes through text."""
    source = entry.columns.get(column.name)
    if source is None and column.name in table.names:
        source = ColumnSource(from_=column.name)
    dtype = column.dtype(timezone)
    if source is None or (source.constant is None and "constant" in source.model_fields_set):
        return _Way((pl.lit(None, dtype),))
    if source.from_ is None or source.map is not None or source.lookup or source.decimal_comma or source.rescale:
        return None
    value, given = pl.col(source.from_), table.dtypes[table.names.index(source.from_)]
    if column.kind in (Kind.TEXT, Kind.ID):
        if given == pl.String:
            return _Way((value,), _each(value, _untidy_id if column.kind is Kind.ID else _untidy))
        return _Way((value.cast(pl.String),)) if given in _SMALL_INTEGERS else None
    if column.kind in (Kind.INTEGER, Kind.DECIMAL):
        return _number(value, given, dtype)
    is_local = isinstance(given, pl.Datetime) and given.time_zone is None
    is_day_for_moment = given == pl.Date and column.kind is not Kind.DATE
    found = None if is_local or is_day_for_moment else moment(value, given, column, timezone)
    return None if found is None else _Way((found.cast(dtype),))


def _number(value: pl.Expr, given: pl.DataType, dtype: pl.DataType) -> _Way | None:
    if given == pl.String:
        ways = (value.cast(pl.Int64).cast(dtype), value.cast(dtype))
        return _Way(ways if isinstance(dtype, pl.Decimal) else ways[:1], _each(value, _how_written))
    if given in _SMALL_INTEGERS:
        whole = value.cast(pl.Int64)
        return _Way((whole.cast(dtype),), (~whole.is_between(-LIMIT, LIMIT, closed="none")).any().cast(pl.UInt8))
    return None


def _each(value: pl.Expr, look: Callable[[pl.Series], int]) -> pl.Expr:
    """The worst of what `look` finds in each batch."""
    return value.map_batches(
        lambda batch: pl.repeat(look(batch), len(batch), dtype=pl.UInt8, eager=True),
        return_dtype=pl.UInt8,
        is_elementwise=True,
    ).max()


def _untidy(batch: pl.Series) -> int:
    """1 where a cell has blanks around it or is empty."""
    return int(_runs(batch).select(_IS_UNTIDY).item())


def _untidy_id(batch: pl.Series) -> int:
    """1 also where a spreadsheet spoiled it."""
    return int(_runs(batch).select(_IS_UNTIDY | _TEXT.str.contains(SPOILED_ID).any()).item())


def _runs(batch: pl.Series) -> pl.DataFrame:
    return batch.alias("text").to_frame().select(runs(_TEXT))


def _how_written(batch: pl.Series) -> int:
    whole = batch.cast(pl.Int64, strict=False)
    if whole.null_count() == batch.null_count() and whole.is_between(-LIMIT, LIMIT, closed="none").all():
        return _WHOLE
    return _DECIMAL if batch.str.contains(PLAIN_DECIMAL).all() else _OTHER
