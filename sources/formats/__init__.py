"""One module a file format, each from a landed file to a `RawTable`: a new format is a module and a line here."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Protocol

from sources.formats import attlog, delimited, parquet, xlsx
from sources.formats.table import RawTable
from sources.mapping import FileEntry, FormatName


class Reader(Protocol):
    """Opens one file; `name` is for messages, `scratch` an empty folder that outlives the table."""

    def __call__(self, path: Path, name: str, entry: FileEntry, scratch: Path) -> RawTable:
        """The records of the file; UnreadableFile where its content cannot be used at all."""
        ...


READERS: Final[dict[FormatName, Reader]] = {
    "csv": delimited.read,
    "tsv": delimited.read_tabs,
    "attlog": attlog.read,
    "parquet": parquet.read,
    "xlsx": xlsx.read,
}

__all__ = ["READERS", "RawTable", "Reader"]
