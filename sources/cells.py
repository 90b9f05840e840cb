"""Cells of a file as text, whatever type the file gave them."""

from __future__ import annotations

import polars as pl

from sources.errors import UnreadableFile
from sources.formats.table import RawTable
from sources.parsing import cell


def cell_text(table: RawTable, name: str, file: str) -> pl.Expr:
    """A cell as stripped text, null where empty.

    Raises:
        UnreadableFile: the column's type has no text.
    """
    position = table.names.index(name)
    column, dtype = pl.col(f"c{position}"), table.dtypes[position]
    if dtype == pl.String:
        return column if table.is_tidy else cell(column)
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
        return column.dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
    if isinstance(dtype, pl.Datetime):
        return column.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f")
    if dtype.is_nested() or dtype in (pl.Binary, pl.Duration, pl.Object):
        raise unfit(table, name, file)
    return cell(column.cast(pl.String))


def unfit(table: RawTable, name: str, file: str) -> UnreadableFile:
    """A column whose type would lose something on the way to the contract's."""
    return UnreadableFile(
        file,
        f"column {name!r}",
        f"it holds {table.dtypes[table.names.index(name)]}, which cannot become what the contract asks for "
        "without losing something",
        "Write the column as text (identifiers always) and deliver the file again",
    )
