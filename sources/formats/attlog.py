"""The export of a fingerprint or face device (`1_attlog.dat`): tabs, no header, padded PINs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sources.formats import delimited
from sources.formats.table import RawTable
from sources.mapping import FileEntry

COLUMNS: Final = ("pin", "timestamp", "machine", "status", "verify", "workcode")


def read(path: Path, name: str, entry: FileEntry, scratch: Path) -> RawTable:
    """Read a device log; `header:` may name other columns for devices that write more or fewer."""
    header = entry.header if isinstance(entry.header, tuple) else COLUMNS
    layout = {"header": header, "quote": "none", "delimiter": entry.delimiter or "\t"}
    return delimited.read(path, name, entry.model_copy(update=layout), scratch)
