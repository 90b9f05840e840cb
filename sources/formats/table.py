"""What every format reader returns: the records of a file as they are, numbered."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from sources.contracts import PROBLEM, RAW, ROW
from sources.errors import UnreadableFile

RECORD: Final = "record"
"""How the `_problem` of a whole record begins, where a cell's begins with its column."""

RAW_CHARACTERS: Final = 4_000
"""How much of a record that could not be split is kept."""

UNSPLIT: Final = "_record"
"""Key of its text in `_raw`."""


@dataclass(frozen=True, slots=True)
class RawTable:
    """The records of one file.

    `frame` has column `c0`, `c1`, ... for each of `names` (a file may use any name, ours too) and `_row`; where
    `has_bad_records`, also `_problem` and `_raw`, filled for records that could not be split into cells.
    Where `is_tidy`, no cell of text has a blank around it, and an empty one is null. `first_record` is the number of
    the first record where the others follow one by one. `parquet` is the file where the rows are those of one.
    """

    frame: pl.LazyFrame
    names: tuple[str, ...]
    dtypes: tuple[pl.DataType, ...]
    has_bad_records: bool = False
    notes: tuple[str, ...] = ()
    is_tidy: bool = False
    first_record: int | None = None
    parquet: Path | None = None

    def position(self, name: str) -> int | None:
        """Where the column stands; None where there is none."""
        return self.names.index(name) if name in self.names else None


def text_table(
    frame: pl.LazyFrame,
    names: tuple[str, ...],
    *,
    has_bad_records: bool = False,
    notes: tuple[str, ...] = (),
    is_tidy: bool = False,
    first_record: int | None = None,
) -> RawTable:
    """A table whose every column is text."""
    return RawTable(frame, names, (pl.String(),) * len(names), has_bad_records, notes, is_tidy, first_record)


def empty_table() -> RawTable:
    """A file without so much as a header."""
    return RawTable(pl.LazyFrame(schema={ROW: pl.Int64}), (), ())


def raw_schema(n_columns: int) -> dict[str, pl.DataType]:
    """Schema of a text table that may hold bad records."""
    cells: dict[str, pl.DataType] = {f"c{position}": pl.String() for position in range(n_columns)}
    return cells | {ROW: pl.Int64(), PROBLEM: pl.String(), RAW: pl.String()}


def raw_record(text: str) -> str:
    """The JSON of a record that could not be split; without NULs (databases refuse them) and not without end."""
    return json.dumps({UNSPLIT: text.replace("\0", "")[:RAW_CHARACTERS]}, ensure_ascii=False)


def named(headers: list[str], file: str) -> tuple[str, ...]:
    """Names of the columns; one without a header is called by its place.

    Raises:
        UnreadableFile: a name stands twice. Told by number: a file without a header has a person's cells here.
    """
    names = tuple(header.strip() or f"column_{place}" for place, header in enumerate(headers, start=1))
    places = [str(place) for place, header in enumerate(names, start=1) if names.count(header) > 1]
    if places:
        raise UnreadableFile(
            file,
            f"header, columns {', '.join(places)}",
            "they carry the same name, so which one is meant is not clear",
            "Give each column its own name; for a file without a header write 'header: [names]' in sources.yaml",
        )
    return names


def raw_json(table: RawTable) -> pl.Expr:
    """`_raw`: the record as JSON where `_problem` is set; nothing is encoded for the rest."""
    cells = [pl.col(f"c{position}") for position in range(len(table.names))]

    def encode(batch: pl.Series) -> pl.Series:
        frame = batch.struct.unnest()
        is_bad = frame[PROBLEM].is_not_null()
        if not is_bad.any():
            return pl.repeat(None, len(batch), dtype=pl.String, eager=True)
        record = pl.struct(
            pl.col(f"c{position}").cast(pl.String).alias(name)
            for position, name in enumerate(table.names)
            if not frame[f"c{position}"].dtype.is_nested()
        )
        return frame.select(pl.when(is_bad).then(record.struct.json_encode())).to_series()

    encoded = pl.struct(PROBLEM, *cells).map_batches(encode, return_dtype=pl.String, is_elementwise=True)
    return (pl.coalesce(RAW, encoded) if table.has_bad_records else encoded).alias(RAW)
