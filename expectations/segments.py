"""A dataset as it was read: one canonical Parquet file, or several, each of files that were read together."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from sources import DatasetRead, FileRead

POSITION: Final = "_position"
"""Row number in a canonical Parquet file, from 0: tells apart what file and record number do not."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Files that were read together, in reading order; what is found in them may be kept in the folder `kept`."""

    path: Path
    files: tuple[FileRead, ...]
    kept: Path | None = None

    def scan(self) -> pl.LazyFrame:
        """Its canonical rows with POSITION."""
        return pl.scan_parquet(self.path, row_index_name=POSITION, glob=False)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows that stand together: `n_rows` of `segment` from `offset` on; `whole` where they are all it has."""

    segment: int
    offset: int
    n_rows: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Delivered:
    """One dataset; `order` names its files in reading order, one that gives several tables as often."""

    dataset: str
    segments: tuple[Segment, ...]
    order: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, read: DatasetRead) -> Delivered:
        """A dataset that was read whole."""
        names = tuple(file.name for file in read.files)
        return cls(read.dataset, (Segment(read.path, read.files),), names, read.notes)

    def _spans(self) -> list[tuple[FileRead, Stretch]]:
        """Every file and its rows, in reading order."""
        waiting: defaultdict[str, deque[tuple[FileRead, Stretch]]] = defaultdict(deque)
        for number, segment in enumerate(self.segments):
            offset = 0
            for file in segment.files:
                waiting[file.name].append((file, Stretch(number, offset, file.n_rows, whole=False)))
                offset += file.n_rows
        return [waiting[name].popleft() for name in self.order]

    @property
    def files(self) -> tuple[FileRead, ...]:
        """In reading order."""
        return tuple(file for file, _ in self._spans())

    def stretches(self) -> tuple[Stretch, ...]:
        """The rows of all segments in reading order: files as mapped, records as in the file."""
        joined: list[Stretch] = []
        for _, span in self._spans():
            last = joined[-1] if joined else None
            if last and (last.segment, last.offset + last.n_rows) == (span.segment, span.offset):
                joined[-1] = Stretch(span.segment, last.offset, last.n_rows + span.n_rows, whole=False)
            else:
                joined.append(span)
        sizes = [sum(file.n_rows for file in segment.files) for segment in self.segments]
        return tuple(
            Stretch(one.segment, one.offset, one.n_rows, whole=one.n_rows == sizes[one.segment]) for one in joined
        )


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of rows of one canonical Parquet file, without the refused ones."""

    path: Path
    offset: int
    n_rows: int
    whole: bool
    refused: pl.Series = field(compare=False)
    """Positions in the file."""

    def rows(self, columns: Collection[str]) -> pl.LazyFrame:
        """Its valid rows."""
        if self.whole and self.refused.is_empty():
            return pl.scan_parquet(self.path, glob=False).select(columns)
        frame = pl.scan_parquet(self.path, row_index_name=POSITION, glob=False)
        if not self.whole:
            frame = frame.slice(self.offset, self.n_rows)
        if not self.refused.is_empty():
            frame = frame.filter(~pl.col(POSITION).is_in(self.refused.implode()))
        return frame.select(columns)
