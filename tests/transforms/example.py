"""The shipped example as the engine reads it."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import polars as pl

from sources import land, load_source_map, read_dataset
from sources.contracts import DATASETS, PROBLEM
from tests.transforms.engine import Row
from transforms import DATASETS_READ

PATH = Path(__file__).parents[2] / "examples" / "2026-Q3"


@cache
def _read() -> dict[str, pl.DataFrame]:
    source_map = load_source_map(PATH)
    with tempfile.TemporaryDirectory() as folder:
        landed = land(source_map, Path(folder) / "landing")
        return {
            name: pl.read_parquet(
                read_dataset(source_map, landed, name, timezone="Asia/Jakarta", out=Path(folder) / "canonical").path
            )
            for name in DATASETS_READ
        }


def example_frames() -> dict[str, pl.LazyFrame]:
    """Canonical frames; the example has no row that validation would refuse."""
    return {name: frame.lazy() for name, frame in _read().items()}


def example_rows() -> dict[str, list[Row]]:
    """The same as plain rows in file order."""
    return {name: frame.select(DATASETS[name].names).to_dicts() for name, frame in _read().items()}


def n_problems() -> int:
    """Rows with a cell that did not parse."""
    return sum(frame.get_column(PROBLEM).count() for frame in _read().values())
