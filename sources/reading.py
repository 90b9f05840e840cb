"""From landed files to the canonical rows of a dataset: every record becomes a row, whatever is wrong with it."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from sources.as_landed import as_landed
from sources.canonical import CanonicalRows, Stored
from sources.collapse import collapsed
from sources.columns import CanonicalColumns
from sources.contracts import DATASETS, FILE, PROBLEM, ROW, Dataset
from sources.crosswalk import Crosswalk, load_crosswalk
from sources.errors import SourceError, UnreadableFile, did_you_mean
from sources.formats import READERS, RawTable
from sources.landing import LandedFile
from sources.mapping import FileEntry, Lookup, content_hash
from sources.parsing import SPOILED_REASON
from sources.source_map import SourceFile, SourceMap, crosswalk_entry

_MANY_NAMES: Final = 12
_BINARY: Final = ("parquet", "xlsx")
_AT_ONCE: Final = 2
"""Datasets that are read side by side: Polars alone leaves a processor waiting now and then."""
_MOST_LEAN_FILES: Final = 16
"""Files of a dataset; more are joined in one, for each is a scan of its own."""


@dataclass(frozen=True, slots=True)
class FileRead:
    """What became of one file: records in it, canonical rows made of them, and rows with a problem."""

    name: str
    sha256: str
    n_records: int
    n_rows: int
    n_problems: int


@dataclass(frozen=True, slots=True)
class DatasetRead:
    """The canonical rows of a dataset and what they were made of."""

    dataset: str
    rows: CanonicalRows
    files: tuple[FileRead, ...]
    notes: tuple[str, ...]

    @property
    def path(self) -> Path:
        """The one canonical file, where all of it was written into one."""
        (whole,) = self.rows.stored
        return whole.path

    @property
    def n_rows(self) -> int:
        """How many rows there are."""
        return sum(file.n_rows for file in self.files)


def read_dataset(
    source_map: SourceMap,
    landed: Iterable[LandedFile],
    dataset: str,
    *,
    timezone: str,
    out: Path,
    only: Collection[str] | None = None,
    name: str | None = None,
    lean: bool = False,
) -> DatasetRead:
    """Read every file of a dataset into canonical rows, typed as `DATASETS[dataset].schema(timezone)`.

    Rows stand in reading order: files as mapped, records as in the file. Memory stays bounded.

    Args:
        source_map: the inputs of the run.
        landed: their landed copies.
        dataset: which one to read.
        timezone: IANA name of the zone that moments without an offset are in.
        out: folder of the canonical file, `<dataset>.parquet`.
        only: names of the input files to read, where not all of the dataset are wanted. Which rows a file gives does
            not depend on it: a file that repeats another's bytes gives none, whether that other is asked for or not.
        name: of the canonical file, without suffix; the dataset's where not given.
        lean: write no more than is needed to scan the same rows: not what is the same in all of a file, and nothing
            of a landed Parquet file that says what the contract asks for. The rows then need `landed` and all of `out`.

    Raises:
        UnreadableFile: a file's content cannot be used at all.
        SourceError: no such dataset or timezone.
    """
    if dataset not in DATASETS:
        raise SourceError([f"{dataset}: no such dataset{did_you_mean(dataset, DATASETS)}"])
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        raise SourceError([f"{timezone}: no such timezone: write an IANA name such as Asia/Jakarta"]) from None
    out.mkdir(parents=True, exist_ok=True)
    contract = DATASETS[dataset]
    target = out / f"{name or dataset}.parquet"
    # A reader that failed may still be writing.
    with tempfile.TemporaryDirectory(dir=out, prefix=f".{target.stem}-", ignore_cleanup_errors=True) as scratch:
        reading = _Reading(contract, timezone, Path(scratch), source_map, tuple(landed))
        files = _distinct(source_map.files_of(dataset), reading, only)
        is_lean = lean and 0 < len(files) <= _MOST_LEAN_FILES
        for file in files:
            reading.add(file, lean=is_lean)
        rows = reading.rows(target) if is_lean else reading.written(target)
    return DatasetRead(dataset, rows, tuple(reading.files), tuple(reading.notes))


def read_datasets(
    source_map: SourceMap, landed: Iterable[LandedFile], *, timezone: str, out: Path, lean: bool = False
) -> dict[str, DatasetRead]:
    """Read every dataset of the map, as `read_dataset` does, several side by side.

    Raises:
        UnreadableFile: of the datasets that cannot be read, the first says why.
    """
    files = tuple(landed)
    sizes = Counter({name: sum(file.n_bytes for file in files if file.dataset == name) for name in source_map.datasets})
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        # The largest first, so that no long one is left for the end.
        under_way = {
            name: threads.submit(read_dataset, source_map, files, name, timezone=timezone, out=out, lean=lean)
            for name, _ in sizes.most_common()
        }
        try:
            return {name: under_way[name].result() for name in source_map.datasets}
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            raise


def _distinct(files: tuple[SourceFile, ...], reading: _Reading, only: Collection[str] | None) -> list[SourceFile]:
    """Those that are wanted, without the files that repeat a later one of the same entry byte for byte."""
    last = {(id(file.entry), reading.landed(file).sha256): file for file in files}
    kept: list[SourceFile] = []
    for file in files:
        twin = last[id(file.entry), reading.landed(file).sha256]
        if only is not None and file.name not in only:
            continue
        if twin is file:
            kept.append(file)
        else:
            reading.notes.append(f"{file.name}: the same bytes as {twin.name}: read once")
    return kept


@contextmanager
def _verified(landed: LandedFile, entry: FileEntry) -> Iterator[None]:
    """Hash a landed copy while it is read; of what is wrong with it, bytes that changed are told before all else.

    Raises:
        UnreadableFile: it is not what was landed.
    """
    if entry.format_of(landed.name) in _BINARY:
        # A flipped bit in these may be a size, and ask for all the memory there is.
        landed.verify()
        yield
        return
    with ThreadPoolExecutor(1) as threads:
        verified = threads.submit(landed.verify)
        try:
            yield
        finally:
            verified.result()


class _Reading:
    """The files of one dataset on their way to canonical rows."""

    def __init__(
        self, dataset: Dataset, timezone: str, scratch: Path, source_map: SourceMap, landed: tuple[LandedFile, ...]
    ) -> None:
        self.dataset = dataset
        self.timezone = timezone
        self.scratch = scratch
        self.files: list[FileRead] = []
        self.notes: list[str] = []
        self._landed = {(file.name, file.dataset): file for file in landed}
        self._names = tuple(dataset.schema(timezone))
        self._parts: list[Stored] = []
        self._crosswalk_files = {file.entry.file: file for file in source_map.files if file.dataset is None}
        self._crosswalks: dict[str, Crosswalk] = {}

    def landed(self, file: SourceFile) -> LandedFile:
        """The landed copy of an input."""
        return self._landed[file.name, file.dataset]

    def add(self, file: SourceFile, *, lean: bool) -> None:
        """Read one file into its part."""
        landed = self.landed(file)
        with _verified(landed, file.entry):
            part, n_records, n_rows, n_problems = self._read(file, landed, lean=lean)
        self._parts.append(part)
        n_records = n_rows if n_records is None else n_records
        self.files.append(FileRead(file.name, landed.sha256, n_records, n_rows, n_problems))
        if n_records != n_rows:
            self.notes.append(f"{file.name}: {n_records} records became {n_rows} rows (collapsed)")

    def _read(self, file: SourceFile, landed: LandedFile, *, lean: bool) -> tuple[Stored, int | None, int, int]:
        """Part, records, where they are not its rows, rows, and rows with a problem of one file."""
        try:
            part, n_records = self._part(file, landed, lean=lean)
            return part, n_records, *self._counts(file.name, part)
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
            # Polars' message may quote cells; it panics on some damaged Parquet.
            raise UnreadableFile(
                file.name,
                "while its records were read",
                f"the reader stopped ({type(error).__name__}), so the rows after that are unknown",
                "Check that the file is whole and is what its suffix says, then deliver it again",
            ) from None

    def rows(self, target: Path) -> CanonicalRows:
        """All parts, in order, as they are; `target` is the name of what was written of the first."""
        stored: list[Stored] = []
        offset = 0
        for number, (part, file) in enumerate(zip(self._parts, self.files, strict=True)):
            path = part.path
            if path.parent == self.scratch:
                path = target.with_stem(f"{target.stem}-{number}") if number else target
                part.path.replace(path)
            stored.append(replace(part, path=path, offset=offset))
            offset += file.n_rows
        return CanonicalRows(tuple(stored), self._names)

    def written(self, target: Path) -> CanonicalRows:
        """All parts, in order, in one file."""
        paths = [part.path for part in self._parts]
        whole = paths[0] if len(paths) == 1 else self.scratch / "whole.parquet"
        if len(paths) > 1:
            _write(pl.scan_parquet(paths, glob=False), whole)
        elif not paths:
            self.dataset.empty(self.timezone).write_parquet(whole)
        whole.replace(target)
        return CanonicalRows.of(target)

    def _part(self, file: SourceFile, landed: LandedFile, *, lean: bool) -> tuple[Stored, int | None]:
        """Where the canonical rows of a file stand; number of its records where they are not its rows."""
        part = self.scratch / f"part-{len(self._parts)}.parquet"
        table = self._open(landed, file.entry)
        self.notes += table.notes
        if not table.names:
            self.dataset.empty(self.timezone).write_parquet(part)
            return Stored(part), None
        n_records = None
        if file.entry.collapse is not None:
            n_records = int(table.frame.select(pl.len()).collect(engine="streaming").item())
            table = collapsed(table, file.entry.collapse, file.name)
        columns = CanonicalColumns(file.name, table, file.entry, self.dataset, self.timezone, self._crosswalk)
        columns.check()
        self._note_unused(file.name, columns.unused())
        sha256 = pl.lit(landed.sha256).alias(FILE)
        if lean and (derived := as_landed(table, file.entry, self.dataset, self.timezone)) is not None:
            assert table.parquet is not None  # noqa: S101 - only Parquet is taken as it landed
            return Stored(table.parquet, first_record=table.first_record, derived=(*derived, sha256)), n_records
        frame = columns.applied().with_columns(sha256)
        stored, left_out = Stored(part), set[str]()
        if lean:
            schema = self.dataset.schema(self.timezone)
            nothing = (pl.lit(None, schema[name]).alias(name) for name in columns.absent())
            stored = Stored(part, first_record=table.first_record, derived=(*nothing, sha256))
            left_out = {FILE, *columns.absent(), *([ROW] if table.first_record is not None else [])}
        _write(frame.select(name for name in self._names if name not in left_out), part)
        return stored, n_records

    def _open(self, landed: LandedFile, entry: FileEntry) -> RawTable:
        name = entry.format_of(landed.name) or "csv"
        scratch = Path(tempfile.mkdtemp(dir=self.scratch))
        return READERS[name](landed.path, landed.name, entry, scratch)

    def _crosswalk(self, lookup: Lookup) -> Crosswalk:
        """The crosswalk of a lookup, read once a dataset."""
        key = content_hash(lookup)
        if key not in self._crosswalks:
            landed = self.landed(self._crosswalk_files[lookup.file])
            entry = crosswalk_entry(lookup)
            with _verified(landed, entry):
                self._crosswalks[key] = load_crosswalk(lookup, self._open(landed, entry))
        return self._crosswalks[key]

    def _note_unused(self, name: str, unused: list[str]) -> None:
        if unused:
            shown = ", ".join(unused[:_MANY_NAMES]) + (" ..." if len(unused) > _MANY_NAMES else "")
            self.notes.append(f"{name}: {len(unused)} columns not used: {shown}")

    def _counts(self, name: str, part: Stored) -> tuple[int, int]:
        """Rows and problem rows of a part.

        Raises:
            UnreadableFile: an identifier was spoiled by a spreadsheet.
        """
        rows = CanonicalRows((part,), self._names).scan()
        n_rows, n_problems = rows.select(pl.len(), pl.col(PROBLEM).count()).collect(engine="streaming").row(0)
        if n_problems:
            bad = rows.filter(pl.col(PROBLEM).str.ends_with(SPOILED_REASON)).select(ROW, PROBLEM)
            _refuse_spoiled(name, bad.collect(engine="streaming"))
        return int(n_rows), int(n_problems)


def _write(frame: pl.LazyFrame, path: Path) -> None:
    """Uncompressed: a canonical file lives for one run and is read at once, and its encodings make it small enough.

    Without statistics: rows of all days stand together, so nothing could be skipped by them.
    """
    frame.sink_parquet(path, maintain_order=True, compression="uncompressed", statistics=False)


def _refuse_spoiled(name: str, spoiled: pl.DataFrame) -> None:
    """Refuse a file with identifiers that are lost."""
    if spoiled.is_empty():
        return
    columns = sorted({problem.partition(":")[0] for problem in spoiled[PROBLEM].to_list()})
    raise UnreadableFile(
        name,
        f"column {', '.join(columns)}, first in record {spoiled[ROW][0]}, {spoiled.height} records",
        "identifiers went through a spreadsheet's numbers (such as 1.98501E+17), which keep 15 digits: "
        "the last ones are lost and two people may look like one",
        "Format the column as text in the original, enter the identifiers anew and export again",
    )
