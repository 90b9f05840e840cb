"""Parquet: typed columns, taken as they are where their type says what the contract asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from sources.contracts import ROW
from sources.errors import UnreadableFile
from sources.formats.table import RawTable
from sources.mapping import FileEntry

_MAGIC: Final = b"PAR1"


def read(path: Path, name: str, entry: FileEntry, scratch: Path) -> RawTable:
    """Open a Parquet file; its first row is record 1.

    Raises:
        UnreadableFile: it is cut short or is no Parquet.
    """
    with path.open("rb") as stream:
        head = stream.read(4)
        stream.seek(max(0, path.stat().st_size - 4))
        tail = stream.read(4)
    if head != _MAGIC or tail != _MAGIC:
        raise _broken(name, "it does not begin and end as Parquet does")
    try:
        schema = pl.scan_parquet(path, glob=False).collect_schema()
    except pl.exceptions.PolarsError:
        # Polars' message may quote the file.
        raise _broken(name, "its footer cannot be read") from None
    names = tuple(schema)
    whole = path if ROW not in names else None
    frame = pl.scan_parquet(path, glob=False, row_index_name=ROW, row_index_offset=1) if whole else None
    if frame is None:
        # A canonical file fed back: its own row numbers give way.
        frame = pl.scan_parquet(path, glob=False).drop(ROW).with_row_index(ROW, offset=1)
        names = tuple(column for column in names if column != ROW)
    cells = [pl.col(column).alias(f"c{position}") for position, column in enumerate(names)]
    frame = frame.select(pl.col(ROW).cast(pl.Int64), *cells)
    return RawTable(frame, names, tuple(schema[column] for column in names), first_record=1, parquet=whole)


def _broken(name: str, where: str) -> UnreadableFile:
    return UnreadableFile(
        name,
        where,
        "the file is damaged or was cut short, so its rows cannot be trusted",
        "Copy it again from its origin, or export it again",
    )
