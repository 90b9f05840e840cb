"""Input files in content-addressed storage: copied once, unchanged, and hashed again before every read.

A file is hashed while it is copied. One that was landed before is not hashed at all where the index beside the store
knows the very same file: path, size, times, inode and device, of the input and of its copy. Only files that nobody
touched for a while enter the index, so that a change within one tick of the clock cannot hide. The index saves time
and proves nothing: what is read is the copy, and that is hashed at each read.

What is landed survives the process at once, and a power cut once it is settled: the disk may take it in meanwhile.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sources.contracts import DATASETS
from sources.errors import SourceError, UnreadableFile
from sources.mapping import content_hash
from sources.source_map import SourceFile, SourceMap

_CHUNK: Final = 1 << 22
"""Bytes that are hashed and written before the next are read: after each, the interpreter is asked for again."""
_SETTLED_NANOSECONDS: Final = 2_000_000_000
"""Two seconds: the coarsest clock of a file system in use."""
_ABANDONED_NANOSECONDS: Final = 86_400_000_000_000
"""A day: no copy takes that long, so one that is older is of a run that was killed."""
_TEMPORARY: Final = ".landing-"
_INDEX_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class LandedFile:
    """A file in the landing store. `dataset` is None for a crosswalk; `name` is the input's name, for people."""

    name: str
    dataset: str | None
    sha256: str
    n_bytes: int
    path: Path

    def verify(self) -> None:
        """Hash the stored bytes again.

        Raises:
            UnreadableFile: they are gone or are not the bytes that were landed.
        """
        if not self.path.is_file() or _hash(self.path) != self.sha256:
            raise UnreadableFile(
                self.name,
                f"landed copy {self.sha256[:12]}",
                "its bytes are not the ones that were landed, so results could not be repeated",
                "Check the disk, delete the copy and run again from the original input",
            )


def land(source_map: SourceMap, landing: Path) -> tuple[LandedFile, ...]:
    """Copy every input file and crosswalk to `landing/<sha256>`; a copy that is already there and whole is kept.

    Raises:
        SourceError: an input vanished or changed while it was copied.
    """
    landed, settle = land_unsettled(source_map, landing)
    settle()
    return landed


def land_unsettled(source_map: SourceMap, landing: Path) -> tuple[tuple[LandedFile, ...], Callable[[], None]]:
    """As `land`, and what makes the copies survive a power cut: to be called before anything rests on them.

    Raises:
        SourceError: an input vanished or changed while it was copied.
    """
    landing.mkdir(parents=True, exist_ok=True)
    store = _Store.opened(landing)
    files = {(file.name, file.dataset): file for file in source_map.files}
    with ThreadPoolExecutor() as threads:
        # The largest first: the disk takes it in while the others are hashed.
        order = sorted(files, key=lambda key: -_size(files[key].path))
        under_way = {key: threads.submit(store.take, files[key].name, files[key].path) for key in order}
        taken = [under_way[key].result() for key in files]
    landed = tuple(
        LandedFile(file.name, file.dataset, sha256, n_bytes, landing / sha256)
        for file, (sha256, n_bytes) in zip(files.values(), taken, strict=True)
    )
    return landed, store.settle


def input_hash(landed: Iterable[LandedFile], source_map: SourceMap) -> str:
    """SHA-256 over which contents are read as which dataset and how; names and order of files do not matter."""
    by_name = {(file.name, file.dataset): file.sha256 for file in landed}
    parts = {
        (file.dataset or "", content_hash(file.entry, without=frozenset({"file"})), by_name[file.name, file.dataset])
        for file in source_map.files
    }
    return hashlib.sha256("\n".join("\t".join(part) for part in sorted(parts)).encode()).hexdigest()


def reading_key(source_map: SourceMap, landed: Iterable[LandedFile], file: SourceFile, timezone: str) -> str:
    """SHA-256 over all that decides which rows one file of a dataset gives, but for the code that reads it.

    That is its bytes, how they are mapped, the crosswalks they are looked up in, the contract and the timezone. Names
    of files do not matter, but for the format they tell.
    """
    by_name = {(one.name, one.dataset): one.sha256 for one in landed}
    crosswalks = {one.entry.file: by_name[one.name, None] for one in source_map.files if one.dataset is None}
    contract = DATASETS[file.dataset or ""]
    parts = [
        by_name[file.name, file.dataset],
        content_hash(file.entry, without=frozenset({"file"})),
        file.entry.format_of(file.name) or "csv",
        *(crosswalks[lookup.file] for _, lookup in sorted(file.entry.lookups.items())),
        contract.name,
        *(f"{column.name} {column.kind} {column.required}" for column in contract.columns),
        timezone,
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


_State = list[int]
"""What tells a file that was changed from one that was not: size, times, inode, device."""


@dataclass(slots=True)
class _Store:
    """The landing store while files are taken in."""

    folder: Path
    now: int
    """Clock of the file system when the store was opened, in nanoseconds."""
    sizes: frozenset[int]
    index: dict[str, tuple[str, _State, _State]]
    seen: dict[str, tuple[str, _State, _State]] = field(default_factory=dict)
    unsettled: set[str] = field(default_factory=set)
    """Hashes of files the index does not know: of them it is not known either whether the disk has them."""

    @classmethod
    def opened(cls, folder: Path) -> _Store:
        os.utime(folder)
        now, sizes = folder.stat().st_mtime_ns, set()
        for path in folder.iterdir():
            with suppress(FileNotFoundError):  # another run's, and it is done with it
                found = path.stat()
                sizes.add(found.st_size)
                if path.name.startswith(_TEMPORARY) and found.st_mtime_ns + _ABANDONED_NANOSECONDS < now:
                    path.unlink()
        return cls(folder, now, frozenset(sizes), _index(folder))

    def take(self, name: str, source: Path) -> tuple[str, int]:
        """Hash and size of the source; its whole copy lies in the store."""
        try:
            before = source.stat()
            sha256 = self._known(source, before)
            if sha256 is None:
                sha256 = self._hashed(name, source, before)
                self.unsettled.add(sha256)
        except FileNotFoundError:
            raise SourceError([f"{name}: vanished while it was read: put it back and run again"]) from None
        copy = (self.folder / sha256).stat()
        if self._is_settled(before):
            self.seen[str(source.absolute())] = (sha256, _state(before), _state(copy))
        return sha256, copy.st_size

    def settle(self) -> None:
        """Make new files and their names survive a power cut, and keep what was seen."""
        for sha256 in self.unsettled:
            _sync(self.folder / sha256)
        if self.unsettled:
            _sync(self.folder)
        if any(self.index.get(path) != entry for path, entry in self.seen.items()):
            _keep_index(self.folder, self.index | self.seen)

    def _is_settled(self, state: os.stat_result) -> bool:
        return max(state.st_mtime_ns, state.st_ctime_ns) + _SETTLED_NANOSECONDS < self.now

    def _known(self, source: Path, state: os.stat_result) -> str | None:
        """Hash of a source that was landed before and not touched since, neither it nor its copy."""
        sha256, at_source, at_copy = self.index.get(str(source.absolute()), ("", [], []))
        if at_source != _state(state):
            return None
        with suppress(FileNotFoundError):
            return sha256 if _state((self.folder / sha256).stat()) == at_copy else None
        return None

    def _hashed(self, name: str, source: Path, state: os.stat_result) -> str:
        """Hash of a source that has to be looked at."""
        # A copy of this size may be its own. What may still be written to is hashed twice, to see it change.
        expected = _hash(source) if state.st_size in self.sizes or not self._is_settled(state) else None
        if expected is not None and (target := self.folder / expected).is_file() and _hash(target) == expected:
            return expected
        return self._copied(name, source, state, expected)

    def _copied(self, name: str, source: Path, state: os.stat_result, expected: str | None) -> str:
        """Copy so that the target is there whole or not at all, whenever the process dies."""
        digest, buffer = hashlib.sha256(), memoryview(bytearray(_CHUNK))
        descriptor, temporary = tempfile.mkstemp(dir=self.folder, prefix=_TEMPORARY)
        try:
            with os.fdopen(descriptor, "wb") as out, source.open("rb", buffering=0) as stream:
                while n_bytes := stream.readinto(buffer):
                    digest.update(buffer[:n_bytes])
                    out.write(buffer[:n_bytes])
                after = os.fstat(stream.fileno())
            sha256 = digest.hexdigest()
            if _state(after) != _state(state) or sha256 != (expected or sha256):
                raise SourceError([f"{name}: changed while it was copied: wait until it is written, then run again"])
            Path(temporary).replace(self.folder / sha256)
        finally:
            Path(temporary).unlink(missing_ok=True)
        return sha256


def _size(path: Path) -> int:
    """0 where there is no such file: that is said where it is read."""
    with suppress(OSError):
        return path.stat().st_size
    return 0


def _state(found: os.stat_result) -> _State:
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_dev]


def _index_path(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}-index.json")


def _index(folder: Path) -> dict[str, tuple[str, _State, _State]]:
    """What was seen at earlier landings; nothing where that cannot be read, for it only saves time."""
    try:
        document = json.loads(_index_path(folder).read_bytes())
        if document["version"] != _INDEX_VERSION:
            return {}
        return {
            path: (str(sha256), list(source), list(copy)) for path, (sha256, source, copy) in document["files"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _keep_index(folder: Path, entries: dict[str, tuple[str, _State, _State]]) -> None:
    """Write the index; one that is lost with the power is made anew."""
    there = {path: entry for path, entry in entries.items() if Path(path).is_file()}
    descriptor, temporary = tempfile.mkstemp(dir=folder.parent, prefix=f".{folder.name}-index-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            json.dump({"version": _INDEX_VERSION, "files": there}, out)
        Path(temporary).replace(_index_path(folder))
    finally:
        Path(temporary).unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Wait until the disk has a file, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
