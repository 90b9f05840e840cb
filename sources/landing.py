"""Input files in content-addressed storage: copied once, unchanged, and hashed again before every read."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sources.contracts import DATASETS
from sources.errors import SourceError, UnreadableFile
from sources.mapping import content_hash
from sources.source_map import SourceFile, SourceMap

_CHUNK: Final = 1 << 22


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
    landing.mkdir(parents=True, exist_ok=True)
    landed: dict[tuple[str, str | None], LandedFile] = {}
    for file in source_map.files:
        key = (file.name, file.dataset)
        if key not in landed:
            sha256, path = _store(file.name, file.path, landing)
            landed[key] = LandedFile(file.name, file.dataset, sha256, path.stat().st_size, path)
    return tuple(landed.values())


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


def _store(name: str, source: Path, landing: Path) -> tuple[str, Path]:
    """Hash of the source, and its whole copy in the store."""
    try:
        sha256 = _hash(source)
        target = landing / sha256
        if not target.is_file() or _hash(target) != sha256:
            _copy(name, source, target, sha256)
    except FileNotFoundError:
        raise SourceError([f"{name}: vanished while it was read: put it back and run again"]) from None
    return sha256, target


def _copy(name: str, source: Path, target: Path, sha256: str) -> None:
    """Copy so that the target is there whole or not at all, whenever the process dies."""
    digest = hashlib.sha256()
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=".landing-")
    try:
        with os.fdopen(descriptor, "wb") as out, source.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        if digest.hexdigest() != sha256:
            raise SourceError([f"{name}: changed while it was copied: wait until it is written, then run again"])
        Path(temporary).replace(target)
        _sync_folder(target.parent)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
