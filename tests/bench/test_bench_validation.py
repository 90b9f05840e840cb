"""The bench runs, its peers agree, and it says which are not installed."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_bench_of_validation_runs_and_its_peers_agree() -> None:
    command = [sys.executable, "-m", "bench.validation", "--rows", "200000", "--repeat", "1"]
    peers = ["--peers", "by_hand,by_hand_counts,engine,pointblank"]
    done = subprocess.run([*command, *peers], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    rows = {line.split("`")[1]: line for line in done.stdout.splitlines() if line.startswith("| `")}
    assert list(rows) == ["by_hand", "by_hand_counts", "engine", "pointblank"]
    assert ("not installed" in rows["pointblank"]) == (find_spec("pointblank") is None)
    assert "not_on_roster 9" in done.stdout
