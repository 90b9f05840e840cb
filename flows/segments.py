"""What refreshes keep: the canonical rows of files that were read, in segments of files that were read together.

`<home>/cache/<city>/<period>/<dataset>/<segment>/` holds `canonical.parquet`, `manifest.json` with the files it was
made of, and, by `expectations.judging`, what was found in it. A segment is used where each of its files is still
there and would be read the same way; of one where some are not, the rows of the others are carried over into a new
one. Nothing is believed whose bytes are not as they were kept. Only the holder of the lease of a city and period
touches its segments, and what a run does not use it removes.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import polars as pl

from expectations.kept import keep, kept
from expectations.segments import Delivered, Part, Segment
from flows.order import Run
from sources import DatasetRead, FileRead, LandedFile, read_dataset, reading_key
from sources.canonical import CanonicalRows
from sources.contracts import DATASETS

MOST_SEGMENTS: Final = 16
"""Segments of a dataset; beyond it the smaller ones are joined and judged anew."""
_LARGE_SEGMENTS: Final = 8
"""How many are left alone then: the largest, so that joining costs what is small."""
MOST_STRETCHES: Final = 64
"""Stretches of rows of one segment between those of others; beyond it all are joined, for each is a scan of its own."""
_CANONICAL: Final = "canonical.parquet"


def cache_folder(home: Path) -> Path:
    """Where everything that is kept for refreshes lies."""
    return home / "cache"


def shelf_folder(run: Run) -> Path:
    """Where that of a city and period lies."""
    return cache_folder(run.order.home) / run.policy.city / run.period.name


def delivered(run: Run, landed: Iterable[LandedFile]) -> tuple[dict[str, Delivered], int]:
    """Every dataset of the run in segments, kept ones and new ones of the files that stand in none; rows in kept ones.

    Raises:
        UnreadableFile: a new file's content cannot be used at all.
    """
    folder = shelf_folder(run)
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.iterdir():
        if left.name not in run.source_map.datasets:
            shutil.rmtree(left)
    files = tuple(landed)
    shelves = {name: _Shelf(run, files, name, folder / name) for name in run.source_map.datasets}
    found = {name: shelf.delivered() for name, shelf in shelves.items()}
    return found, sum(shelf.n_kept for shelf in shelves.values())


@dataclass(frozen=True)
class Shelved:
    """What is kept of one dataset."""

    city: str
    period: str
    dataset: str
    segments: int
    files: int
    rows: int
    bytes: int


def shelves(home: Path) -> list[Shelved]:
    """Everything that is kept."""
    found = []
    for folder in sorted(cache_folder(home).glob("*/*/*")):
        segments = [kept(one) for one in folder.iterdir() if not one.name.startswith(".")]
        files = [file for segment in segments if segment is not None for file in segment["files"]]
        n_bytes = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        city, period, dataset = folder.relative_to(cache_folder(home)).parts
        n_rows = sum(file["n_rows"] for file in files)
        found.append(Shelved(city, period, dataset, len(segments), len(files), n_rows, n_bytes))
    return found


@dataclass(frozen=True)
class _Kept:
    """A segment on disk; `keys` tell by file name what would have to be read again."""

    folder: Path
    keys: Mapping[str, str]
    files: tuple[FileRead, ...]
    notes: tuple[str, ...]

    @property
    def canonical(self) -> CanonicalRows:
        return CanonicalRows.of(self.folder / _CANONICAL)

    @property
    def n_rows(self) -> int:
        return sum(file.n_rows for file in self.files)


class _Shelf:
    """The segments of one dataset; `n_kept` rows of them were read by an earlier run."""

    n_kept = 0

    def __init__(self, run: Run, landed: Sequence[LandedFile], dataset: str, folder: Path) -> None:
        self._run = run
        self._landed = landed
        self._dataset = dataset
        self._folder = folder
        own = {file.name: file for file in landed if file.dataset == dataset}
        crosswalks = [file for file in landed if file.dataset is None]
        files = run.source_map.files_of(dataset)
        # A file that repeats a later one of its entry gives no rows, as `sources.read_dataset` says.
        last = {(id(file.entry), own[file.name].sha256): file for file in files}
        giving = [file for file in files if last[id(file.entry), own[file.name].sha256] is file]
        self._order = tuple(file.name for file in giving)
        self._silent = {file.name for file in files} - set(self._order)
        keys: dict[str, list[str]] = {}
        for file in giving:
            key = reading_key(run.source_map, [*crosswalks, own[file.name]], file, run.policy.timezone)
            keys.setdefault(file.name, [run.code_version]).append(key)
        self._keys = {name: hashlib.sha256("\n".join(parts).encode()).hexdigest() for name, parts in keys.items()}

    def delivered(self) -> Delivered:
        """The dataset in its segments, which are all that is left on the shelf."""
        whole, rest = self._still_there()
        taken = {name for segment in whole for name in segment.keys} | {name for _, names in rest for name in names}
        segments = [*whole, *([self._joined(rest)] if rest else [])]
        self.n_kept = sum(segment.n_rows for segment in segments)
        if unread := self._keys.keys() - taken:
            segments.append(self._read(unread))
        if len(segments) > MOST_SEGMENTS:
            segments.sort(key=lambda segment: -segment.n_rows)
            small = [(segment, set(segment.keys)) for segment in segments[_LARGE_SEGMENTS:]]
            segments = [*segments[:_LARGE_SEGMENTS], self._joined(small)]
        if len(self._of(segments).stretches()) > MOST_STRETCHES:
            segments = [self._joined([(segment, set(segment.keys)) for segment in segments])]
        for left in set(self._folder.iterdir()) - {segment.folder for segment in segments}:
            shutil.rmtree(left)
        return self._of(segments)

    def _still_there(self) -> tuple[list[_Kept], list[tuple[_Kept, set[str]]]]:
        """Segments of which every file is still there, and those of which some are, with their names."""
        whole: list[_Kept] = []
        rest: list[tuple[_Kept, set[str]]] = []
        taken: set[str] = set()
        for segment in sorted(self._stored(), key=lambda segment: -segment.n_rows):
            names = {name for name, key in segment.keys.items() if self._keys.get(name) == key} - taken
            if names == segment.keys.keys():
                whole.append(segment)
            elif names:
                rest.append((segment, names))
            taken |= names
        return whole, rest

    def _stored(self) -> Iterable[_Kept]:
        """Segments that are on the shelf and whole."""
        self._folder.mkdir(exist_ok=True)
        for folder in self._folder.iterdir():
            found = None if folder.name.startswith(".") else kept(folder)
            if found is not None:
                for left in folder.glob(".*"):
                    shutil.rmtree(left)
                files = tuple(FileRead(**file) for file in found["files"])
                yield _Kept(folder, found["keys"], files, tuple(found["notes"]))

    def _read(self, names: Collection[str]) -> _Kept:
        """A new segment of these files."""
        with tempfile.TemporaryDirectory(dir=self._folder, prefix=".read-") as scratch:
            read = self._from_sources(names, Path(scratch))
            return self._keep(read.files, read.notes, read.path)

    def _joined(self, chosen: Sequence[tuple[_Kept, set[str]]]) -> _Kept:
        """A new segment of these files of kept ones, without reading the files themselves."""
        names = {name for _, some in chosen for name in some}
        segments = tuple(Segment(segment.canonical, segment.files) for segment, _ in chosen)
        together = Delivered(self._dataset, segments, tuple(name for name in self._order if name in names))
        columns = DATASETS[self._dataset].schema(self._run.policy.timezone).names()
        with tempfile.TemporaryDirectory(dir=self._folder, prefix=".joined-") as scratch:
            path = Path(scratch) / _CANONICAL
            parts = [
                Part(segments[one.segment].canonical, one.offset, one.n_rows, one.whole, pl.Series([], dtype=pl.UInt32))
                for one in together.stretches()
            ]
            pl.concat([part.rows(columns) for part in parts]).sink_parquet(path, maintain_order=True)
            notes = [note for segment, some in chosen for note in segment.notes if _about(note, some)]
            return self._keep(together.files, notes, path)

    def _keep(self, files: Sequence[FileRead], notes: Iterable[str], path: Path) -> _Kept:
        keys = {file.name: self._keys[file.name] for file in files}
        digest = hashlib.sha256("\n".join(f"{name}\t{key}" for name, key in keys.items()).encode()).hexdigest()
        segment = _Kept(self._folder / digest[:32], keys, tuple(files), tuple(notes))
        document = {"keys": keys, "files": [asdict(file) for file in files], "notes": segment.notes}
        keep(segment.folder, document, {_CANONICAL: path.replace})
        return segment

    def _of(self, segments: Sequence[_Kept]) -> Delivered:
        together = tuple(Segment(segment.canonical, segment.files, segment.folder) for segment in segments)
        return Delivered(self._dataset, together, self._order, self._notes(segments))

    def _notes(self, segments: Sequence[_Kept]) -> tuple[str, ...]:
        """As when all is read at once: first the files that give nothing, then every file's in reading order."""
        silent: tuple[str, ...] = ()
        if self._silent:
            with tempfile.TemporaryDirectory(dir=self._folder, prefix=".silent-") as scratch:
                silent = self._from_sources(self._silent, Path(scratch)).notes
        notes = [note for segment in segments for note in segment.notes]
        by_file = [note for name in dict.fromkeys(self._order) for note in notes if _about(note, {name})]
        return (*silent, *by_file)

    def _from_sources(self, names: Collection[str], out: Path) -> DatasetRead:
        return read_dataset(
            self._run.source_map,
            self._landed,
            self._dataset,
            timezone=self._run.policy.timezone,
            out=out,
            only=names,
        )


def _about(note: str, names: Iterable[str]) -> bool:
    """Whether a note is about one of these files: it begins with the name."""
    return any(note.startswith(f"{name}: ") for name in names)
