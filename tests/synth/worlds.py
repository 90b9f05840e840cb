"""Worlds made for tests, read back as text: what a reader of the files sees."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sources.synth import SynthReport, generate

Q3 = (dt.date(2026, 7, 1), dt.date(2026, 10, 1))
ONLY_PLANTED = {"developments", "request_events", "work_shares"}
"""Datasets without a row, and so without a file, but where a plant gives them some."""


@dataclass(frozen=True)
class MadeWorld:
    """A folder of generated files and the report on it."""

    folder: Path
    report: SynthReport

    def records(self, dataset: str) -> list[dict[str, str] | None]:
        """The records of the CSV; None for one with another number of fields than the header; no file: none."""
        path = self.folder / f"{dataset}.csv"
        if not path.exists():
            return []
        with path.open(newline="", encoding="utf-8") as file:
            rows = csv.reader(file)
            header = next(rows)
            return [dict(zip(header, row, strict=True)) if len(row) == len(header) else None for row in rows]

    def rows(self, dataset: str) -> list[dict[str, str]]:
        """The whole records."""
        return [record for record in self.records(dataset) if record is not None]

    def files(self) -> dict[str, bytes]:
        """Every file's bytes by name."""
        return {path.name: path.read_bytes() for path in sorted(self.folder.iterdir())}


def make(folder: Path, employees: int, **arguments: Any) -> MadeWorld:
    """Generate 2026-Q3, unless the arguments say otherwise."""
    given: dict[str, Any] = {"period_start": Q3[0], "period_end": Q3[1]} | arguments
    return MadeWorld(folder, generate(folder, employees=employees, **given))


@contextmanager
def made(employees: int, **arguments: Any) -> Iterator[MadeWorld]:
    """A world in a folder of its own, gone afterwards."""
    with TemporaryDirectory() as folder:
        yield make(Path(folder), employees, **arguments)
