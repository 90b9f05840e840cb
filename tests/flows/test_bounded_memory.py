"""A run streams its datasets: under a limit that one of them, collected whole, would break."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from policies import Period
from sources.synth import generate
from tests.flows.ended import CITY, PERIOD, ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_DATA counts mapped memory on Linux only"),
]
N_EMPLOYEES, N_PASSES = 1_000, 60
# Measured, as the limit counts: 1,030 streamed, and 1,500 with attendance in memory.
LIMIT_MIB = 1_240


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small town whose devices record every pass 60 times: as many events as those of 60,000 employees."""
    folder = tmp_path_factory.mktemp("inputs")
    quarter = Period.parse(PERIOD)
    generate(folder, employees=N_EMPLOYEES, period_start=quarter.start, period_end=quarter.end, format="parquet")
    once, often = folder / "attendance.parquet", folder / "often"
    (
        pl.scan_parquet(once)
        .join(pl.LazyFrame({"second": range(N_PASSES)}), how="cross")
        .with_columns(
            timestamp=pl.col("timestamp") + pl.duration(seconds=pl.col("second")),
            device_id=pl.format("reader {} at the main entrance of the building", "device_id"),
        )
        .drop("second")
        .sink_parquet(often)
    )
    often.replace(once)
    return folder


def run(inputs: Path, home: Path, act: str) -> subprocess.CompletedProcess[str]:
    """A whole run, into SQLite, under the limit."""
    return subprocess.run(
        [sys.executable, "-m", "tests.flows.a_bounded_run", str(inputs), str(home), str(LIMIT_MIB), act],
        cwd=ROOT,
        # Two threads, for each holds rows of its own; what is freed is given back and no longer counted.
        env={**os.environ, "POLARS_MAX_THREADS": "2", "_RJEM_MALLOC_CONF": "retain:false", "MALLOC_ARENA_MAX": "2"},
        capture_output=True,
        check=False,
        text=True,
    )


def test_a_whole_run_stays_under_a_hard_limit(inputs: Path, tmp_path: Path) -> None:
    done = run(inputs, tmp_path, "stream")
    assert done.returncode == 0, done.stderr[-2_000:]
    told = json.loads(done.stdout)
    assert (told["status"], told["city"]) == ("published", CITY)


def test_a_dataset_collected_whole_breaks_the_limit(inputs: Path, tmp_path: Path) -> None:
    done = run(inputs, tmp_path, "hold")
    assert done.returncode != 0
    assert "memory allocation" in done.stderr
