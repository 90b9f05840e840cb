"""What is scanned where it landed is proven to be what it was until the results are published."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from flows.pipeline import run_period
from flows.seam import Caller, Counted, Done, Watch
from sources import UnreadableFile
from tests.flows.ended import example, runs
from tests.flows.test_runs import ordered

pytestmark = [pytest.mark.usefixtures("validation_loaded")]


class Flip(Watch):
    """Changes one bit of a landed file once everything is computed."""

    def __init__(self, landing: Path) -> None:
        self._landing = landing

    def ends(self, done: Done, result: Counted) -> None:
        if done.title == "insights":
            (landed,) = (path for path in self._landing.iterdir() if path.read_bytes().startswith(b"PAR1"))
            content = bytearray(landed.read_bytes())
            content[20] ^= 1
            landed.write_bytes(content)


def test_a_bit_that_flips_after_it_was_read_is_not_published(tmp_path: Path) -> None:
    inputs = example(tmp_path / "inputs")
    leave = inputs / "leave.csv"
    days = pl.col("start_date", "end_date").str.to_date()
    pl.read_csv(leave, infer_schema=False).with_columns(days).write_parquet(leave.with_suffix(".parquet"))
    leave.unlink()
    order = ordered(tmp_path, inputs)
    with pytest.raises(UnreadableFile, match=r"leave\.parquet: landed copy"):
        run_period(order, Caller(Flip(tmp_path / "landing")))
    assert [one["status"] for one in runs(tmp_path)] == ["stopped"]
