"""A whole run under a hard limit of memory: `python -m tests.flows.a_bounded_run INPUTS HOME MIB stream|hold`.

The limit is RLIMIT_DATA, which the kernel holds against all private memory that is mapped, read or not; nothing but
Linux is needed for it. With `hold`, the run keeps the valid rows of attendance in memory while it reads them.
"""

from __future__ import annotations

import importlib
import resource
import sys
from typing import Any

import polars as pl

from flows import steps
from flows.cli import app
from flows.order import Run

EVENTS_AT_ONCE = 1_000_000
"""Punches are compared so many at a time: a seventh of the town's, as 16 million are less than half of a province's."""
plain = steps.valid_rows


def held(run: Run, checked: steps.Checked) -> dict[str, pl.LazyFrame]:
    """The valid rows as a run takes them, but those of attendance collected whole."""
    rows = plain(run, checked)
    return {**rows, "attendance": rows["attendance"].collect().lazy()}


def main(inputs: str, home: str, mib: str, act: str) -> None:
    """Limits this process, then runs the command."""
    resource.setrlimit(resource.RLIMIT_DATA, (int(mib) << 20, int(mib) << 20))
    doubts: Any = importlib.import_module("transforms.insights.doubts")  # a function there has its name
    doubts.ROWS_AT_ONCE = EVENTS_AT_ONCE
    if act == "hold":
        steps.valid_rows = held
    app(["run", "--city", "kalianda", "--period", "2026-Q3", "--inputs", inputs, "--home", home, "--json"])


if __name__ == "__main__":
    main(*sys.argv[1:])
