"""Canonical rows as they lie on disk: Parquet files, and what follows of them without being written."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from sources.contracts import ROW

POSITION: Final = "_position"
"""Number of a row among canonical rows, from 0: tells apart what file and record number do not."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One Parquet file of canonical rows.

    `offset`: rows in the files before it. `first_record`: number of the first record, which the others follow one by
    one; None where `_row` is a column of the file. `derived`: what else is not in the file, or not as it is meant.
    """

    path: Path
    offset: int = 0
    first_record: int | None = None
    derived: tuple[pl.Expr, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class CanonicalRows:
    """Canonical rows in reading order; `names` are their columns, none given where each stands in the file as it is."""

    stored: tuple[Stored, ...]
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, path: Path) -> CanonicalRows:
        """The rows of one Parquet file, nothing of which is derived."""
        return cls((Stored(path),))

    def scan(self, *, positions: bool = False) -> pl.LazyFrame:
        """The rows, on demand with POSITION."""
        return pl.concat([self._scan(one, positions=positions) for one in self.stored])

    def _scan(self, one: Stored, *, positions: bool) -> pl.LazyFrame:
        if not self.names:
            name = POSITION if positions else None
            return pl.scan_parquet(one.path, row_index_name=name, row_index_offset=one.offset, glob=False)
        frame = pl.scan_parquet(one.path, row_index_name=POSITION, row_index_offset=one.offset, glob=False)
        derived = list(one.derived)
        if one.first_record is not None:
            derived.append((pl.col(POSITION).cast(pl.Int64) + (one.first_record - one.offset)).alias(ROW))
        # Not in the selection: one of nothing but constants would have a single row.
        return frame.with_columns(derived).select(*([POSITION] if positions else []), *self.names)
