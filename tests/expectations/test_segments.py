"""Segments together are the dataset: rows in reading order, and of a repeated key the last row, wherever it stands."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.findings import DatasetOutcome
from expectations.keys import repeated_positions
from expectations.segments import Delivered, Part, Segment
from sources import FileRead
from sources.canonical import CanonicalRows, Stored
from sources.contracts import DATASETS

OUTCOMES = DATASETS["outcomes"]
"""Of its key two columns may be empty."""
KEYS = st.tuples(
    st.sampled_from(["a", "b", None]),
    st.sampled_from(["1", None]),
    st.sampled_from(["u", None]),
    st.sampled_from(["2026", "2026-Q3", None]),
)
FILES = st.lists(st.tuples(st.integers(0, 3), st.lists(KEYS, max_size=6)), min_size=1, max_size=8)
"""The files of a dataset in reading order: the segment of each, and the keys of its rows."""

File = tuple[int, list[tuple[str | None, ...]]]


def delivered(folder: Path, files: list[File]) -> Delivered:
    """The files, written segment by segment."""
    segments = []
    for number in sorted({segment for segment, _ in files}):
        own = [(name, keys) for name, (segment, keys) in enumerate(files) if segment == number]
        rows = [(*key, name, row) for name, keys in own for row, key in enumerate(keys)]
        path = folder / f"{number}.parquet"
        schema = dict.fromkeys(OUTCOMES.key, pl.String) | {"file": pl.Int64, "row": pl.Int64}
        pl.DataFrame(rows, schema=schema, orient="row").write_parquet(path)
        segments.append(
            Segment(
                CanonicalRows.of(path), tuple(FileRead(str(name), "", len(keys), len(keys), 0) for name, keys in own)
            )
        )
    return Delivered("outcomes", tuple(segments), tuple(str(name) for name in range(len(files))))


def parts(of: Delivered, refused: list[pl.Series]) -> tuple[Part, ...]:
    return tuple(
        Part(of.segments[one.segment].canonical, one.offset, one.n_rows, one.whole, refused[one.segment])
        for one in of.stretches()
    )


@settings(deadline=None)
@given(files=FILES)
def test_rows_of_segments_are_those_of_the_dataset(files: list[File]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = delivered(Path(folder), files)
        repeated = repeated_positions(OUTCOMES, found)
        outcome = DatasetOutcome(
            "outcomes", parts(found, repeated), (*OUTCOMES.key, "file", "row"), (), (), pl.DataFrame()
        )
        stands = outcome.rows().collect().rows()
        at_most = len(found.order)
        assert len(found.stretches()) <= at_most
    rows = [(*key, name, row) for name, (_, keys) in enumerate(files) for row, key in enumerate(keys)]
    last = {row[:4]: place for place, row in enumerate(rows)}
    expected = [row for place, row in enumerate(rows) if row[0] is None or row[3] is None or last[row[:4]] == place]
    assert stands == expected


@settings(deadline=None)
@given(files=st.lists(st.lists(st.sampled_from(["a", "b", None]), max_size=6), min_size=1, max_size=4))
def test_rows_of_each_employee_are_counted_in_every_order(files: list[list[str | None]]) -> None:
    from expectations.judging import Gathered

    columns = ("measure", "employee_id", "unit_id", "period")
    with tempfile.TemporaryDirectory() as folder:
        stored, offset = [], 0
        for number, ids in enumerate(files):
            path = Path(folder) / f"{number}.parquet"
            pl.DataFrame({name: pl.Series(ids, dtype=pl.String) for name in columns}).write_parquet(path)
            stored.append(Stored(path, offset))
            offset += len(ids)
        read = tuple(FileRead(str(name), "", len(ids), len(ids), 0) for name, ids in enumerate(files))
        segment = Segment(CanonicalRows(tuple(stored), columns), read)
        of = Delivered("outcomes", (segment,), tuple(str(name) for name in range(len(files))))
        (found,) = Gathered.of(OUTCOMES, of, ends_with_period=False)
    assert dict(found.tallies["employee_id"].iter_rows()) == Counter(one for ids in files for one in ids)


def test_files_that_follow_each_other_are_one_stretch(tmp_path: Path) -> None:
    key = ("a", "1", None, "2026")
    found = delivered(tmp_path, [(0, [key]), (0, [key, key]), (1, [key]), (0, []), (0, [key])])
    told = [(one.segment, one.offset, one.n_rows, one.whole) for one in found.stretches()]
    assert told == [(0, 0, 3, False), (1, 0, 1, True), (0, 3, 1, False)]
    assert [positions.to_list() for positions in repeated_positions(OUTCOMES, found)] == [[0, 1, 2], [0]]
