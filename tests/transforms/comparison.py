"""Engine and oracle side by side: every stored number, count, status and reason."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from tests.oracle.oracle import OracleResult
from tests.transforms.engine import Row
from transforms import Results

KEYS = {
    "employees": ("employee_id",),
    "indicators": ("employee_id", "item_group", "item_id"),
    "scores": ("employee_id",),
}


def differences(results: Results, oracle: OracleResult) -> list[str]:
    """What the two say differently, cell by cell; empty where they agree on all."""
    return [line for name in KEYS for line in frame_differences(name, getattr(results, name), getattr(oracle, name))]


def frame_differences(name: str, frame: pl.DataFrame, expected: Iterable[Row]) -> list[str]:
    """Differences of one frame; rows are matched by key, and one that only one side has is a difference."""
    keys = KEYS[name]
    found = {tuple(row[key] for key in keys): row for row in frame.to_dicts()}
    wanted = {tuple(row[key] for key in keys): row for row in expected}
    if len(found) != frame.height:
        return [f"{name}: {frame.height - len(found)} rows of the engine repeat a key"]
    lines = [f"{name} {key}: only the engine has it" for key in sorted(found.keys() - wanted.keys())]
    lines += [f"{name} {key}: only the oracle has it" for key in sorted(wanted.keys() - found.keys())]
    for key in sorted(found.keys() & wanted.keys()):
        lines += [
            f"{name} {key} {column}: engine {found[key][column]!r}, oracle {wanted[key][column]!r}"
            for column in frame.columns
            if found[key][column] != wanted[key][column]
        ]
    return lines
