"""A dataset as it was read: its canonical rows, whole or in segments, each of files that were read together."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from sources import DatasetRead, FileRead
from sources.canonical import POSITION, CanonicalRows, Stored


@dataclass(frozen=True, slots=True)
class Segment:
    """Files that were read together, in reading order; what is found in them may be kept in the folder `kept`."""

    canonical: CanonicalRows
    files: tuple[FileRead, ...]
    kept: Path | None = None

    @property
    def n_rows(self) -> int:
        """How many rows it has."""
        return sum(file.n_rows for file in self.files)

    def scan(self) -> pl.LazyFrame:
        """Its canonical rows with POSITION."""
        return self.canonical.scan(positions=True)


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
        return cls(read.dataset, (Segment(read.rows, read.files),), names, read.notes)

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
        sizes = [segment.n_rows for segment in self.segments]
        return tuple(
            Stretch(one.segment, one.offset, one.n_rows, whole=one.n_rows == sizes[one.segment]) for one in joined
        )


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the rows of one segment, without the refused ones."""

    canonical: CanonicalRows
    offset: int
    n_rows: int
    whole: bool
    refused: pl.Series = field(compare=False)
    """Positions in the segment."""

    @property
    def files(self) -> tuple[Stored, ...]:
        """Where the rows lie."""
        return self.canonical.stored

    def last(self, n_rows: int) -> Part:
        """Its last rows, refused ones among them counted."""
        n_left = min(n_rows, self.n_rows)
        whole = self.whole and n_left == self.n_rows
        return replace(self, offset=self.offset + self.n_rows - n_left, n_rows=n_left, whole=whole)

    def rows(self, columns: Collection[str]) -> pl.LazyFrame:
        """Its valid rows."""
        frame = self.canonical.scan(positions=not self.refused.is_empty())
        if not self.whole:
            frame = frame.slice(self.offset, self.n_rows)
        if not self.refused.is_empty():
            frame = frame.filter(~pl.col(POSITION).is_in(self.refused.implode()))
        return frame.select(columns)
