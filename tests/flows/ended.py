"""The command, run in this process or in one of its own, and what it left behind."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse import open_warehouse

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "2026-Q3"
CITY, PERIOD = "kalianda", "2026-Q3"
SMALL = ("employees", "attendance", "leave")
"""Datasets of a delivery that is quick to validate: each suite costs a good part of a second."""

Records = list[list[str]]


@dataclass(frozen=True)
class Ended:
    """A command that came to its end."""

    code: int
    out: str
    err: str
    home: Path

    @property
    def said(self) -> list[str]:
        """What was said on standard error, without the lines of the steps that were done."""
        lines = self.err.splitlines()
        first = next((place for place, line in enumerate(lines) if line.startswith("kinerja: ")), len(lines))
        return lines[first:]

    @property
    def document(self) -> dict[str, Any]:
        """Its JSON."""
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def runs(self) -> list[dict[str, Any]]:
        """Every run of the warehouse at home, in the order they began; no warehouse: none."""
        return runs(self.home)


def runs(home: Path) -> list[dict[str, Any]]:
    """Every run of the warehouse at home, in the order they began; no warehouse: none."""
    if not (home / "warehouse.db").exists():
        return []
    return rows(home, "runs")


def rows(home: Path, name: str, *arguments: Any, **keywords: Any) -> list[dict[str, Any]]:
    """What a query of the warehouse at home finds."""
    with open_warehouse(f"sqlite:///{home / 'warehouse.db'}") as store:
        columns, found = getattr(store, name)(*arguments, **keywords)
        return [dict(zip(columns, row, strict=True)) for row in found]


def words_of(home: Path, inputs: Path, *more: str | Path, city: str = CITY, period: str = PERIOD) -> list[str]:
    """The words of `kinerja run`."""
    given = ["run", "--city", city, "--period", period, "--inputs", inputs, "--home", home, *more]
    return [str(word) for word in given]


def run(home: Path, inputs: Path, *more: str | Path, city: str = CITY, period: str = PERIOD) -> Ended:
    """`kinerja run` in this process."""
    from flows.cli import main

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(words_of(home, inputs, *more, city=city, period=period))
    return Ended(code, out.getvalue(), err.getvalue(), home)


def process_words(words: Iterable[str]) -> list[str]:
    """The command line of a process of its own."""
    return [sys.executable, "-c", "import sys; from flows.cli import main; sys.exit(main())", *words]


def process_environment(**more: str) -> Mapping[str, str]:
    """What such a process is given of the environment."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "SYSTEMROOT") if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT)} | more


def example(folder: Path, datasets: Iterable[str] = SMALL) -> Path:
    """A delivery: some files of the shipped example."""
    folder.mkdir(parents=True)
    for name in datasets:
        shutil.copy(EXAMPLE / f"{name}.csv", folder)
    return folder


def changed(file: Path, change: Callable[[Records], Records]) -> None:
    """Put what `change` makes of its records, the header included, in the file's place."""
    with file.open(newline="", encoding="utf-8") as stream:
        records = list(csv.reader(stream))
    with file.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, lineterminator="\n").writerows(change(records))


def with_cells(rows_of_file: Iterable[int], **cells: str) -> Callable[[Records], Records]:
    """A change: in these rows of the file (the header is row 1) these columns read so."""

    def change(records: Records) -> Records:
        for row in rows_of_file:
            for column, text in cells.items():
                records[row - 1][records[0].index(column)] = text
        return records

    return change


def personal_values(*folders: Path) -> set[str]:
    """Names, and ids of persons, in all files of deliveries, spoiled rows included."""
    found: set[str] = set()
    personal = ("employee_id", "name", "supervisor_id", "rater_id", "decided_by")
    for file in (file for folder in folders for file in folder.glob("*.csv")):
        with file.open(newline="", encoding="utf-8") as stream:
            for record in csv.DictReader(stream):
                found |= {str(record[column]) for column in personal if record.get(column)}
    return found


def leaked(values: Iterable[str], text: str) -> set[str]:
    """Which of the values stand in the text."""
    return {value for value in values if value in text}
