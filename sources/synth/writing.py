"""Rows to files, a chunk at a time: CSV as text, Parquet with typed dates and times."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import BinaryIO, Protocol

import polars as pl

from sources.contracts import Dataset, Kind
from sources.synth.defects import SHORT_ROW
from sources.synth.world import OFFSET

TIMEZONE = "Asia/Jakarta"
_GROUP_ROWS = 250_000


class Writer(Protocol):
    """Takes the chunks of one dataset; the file has its name only once `close` was called.

    A dataset without a row leaves no file, for a file without a row stops a run; an earlier one of that name goes.
    """

    def write(self, rows: pl.DataFrame) -> None:
        """Append rows: the contract's columns as text, and `_defect`."""

    def close(self) -> None:
        """Finish the file."""


class CsvWriter:
    """`<dataset>.csv`: UTF-8, comma, header, line feed."""

    def __init__(self, folder: Path, dataset: Dataset) -> None:
        self._names = list(dataset.names)
        self._path = folder / f"{dataset.name}.csv"
        self._part = folder / f"{dataset.name}.csv.part"
        self._file: BinaryIO = self._part.open("wb")
        self._file.write((",".join(self._names) + "\n").encode())
        self._is_empty = True

    def write(self, rows: pl.DataFrame) -> None:
        """Append rows; a `short_row` loses its last field."""
        self._is_empty &= rows.is_empty()
        short = rows["_defect"].eq_missing(SHORT_ROW).arg_true().to_list()
        text = rows.select(self._names)
        if not short:
            text.write_csv(self._file, include_header=False)
            return
        # No generated text holds a line end or, in a last field, a comma.
        lines = text.write_csv(include_header=False).split("\n")
        for number in short:
            lines[number] = lines[number].rpartition(",")[0]
        self._file.write("\n".join(lines).encode())

    def close(self) -> None:
        """Finish the file."""
        self._file.close()
        if self._is_empty:
            self._part.unlink()
            self._path.unlink(missing_ok=True)
        else:
            self._part.replace(self._path)


class ParquetWriter:
    """`<dataset>.parquet`: dates, times and instants typed, all else text."""

    def __init__(self, folder: Path, dataset: Dataset) -> None:
        self._dataset = dataset
        self._path = folder / f"{dataset.name}.parquet"
        self._parts = folder / f"{dataset.name}.parquet.parts"
        shutil.rmtree(self._parts, ignore_errors=True)
        self._parts.mkdir()
        self._written = 0

    def write(self, rows: pl.DataFrame) -> None:
        """Append rows."""
        if rows.is_empty():
            return
        typed = rows.select(_typed(column.name, column.kind) for column in self._dataset.columns)
        typed.write_parquet(self._parts / f"{self._written:06d}.parquet")
        self._written += 1

    def close(self) -> None:
        """Join the chunks, streaming."""
        whole = self._parts / "whole"
        if parts := sorted(self._parts.glob("*.parquet")):
            pl.scan_parquet(parts).sink_parquet(whole, row_group_size=_GROUP_ROWS)
            whole.replace(self._path)
        else:
            self._path.unlink(missing_ok=True)
        shutil.rmtree(self._parts)


def _typed(name: str, kind: Kind) -> pl.Expr:
    text = pl.col(name)
    local = text.str.strip_suffix(OFFSET)
    moment = local.str.strptime(pl.Datetime("us"), "%Y-%m-%dT%H:%M:%S", strict=False)
    # An end given as a date alone is the last microsecond of that day, any other its midnight.
    day = text.str.strptime(pl.Date, "%Y-%m-%d", strict=False, exact=True).cast(pl.Datetime("us"))
    match kind:
        case Kind.DATE:
            return text.str.strptime(pl.Date, "%Y-%m-%d")
        case Kind.TIME:
            return text.str.strptime(pl.Time, "%H:%M")
        case Kind.INSTANT:
            return pl.coalesce(moment, day).dt.replace_time_zone(TIMEZONE)
        case Kind.END_INSTANT:
            return pl.coalesce(moment, day + pl.duration(days=1, microseconds=-1)).dt.replace_time_zone(TIMEZONE)
        case _:
            return text
