"""The bench runs, and both ways agree on the result."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_bench_of_orchestration_runs_and_both_ways_agree() -> None:
    command = [sys.executable, "-m", "bench.orchestration", "--employees", "100", "--repeat", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^100 employees, kalianda 2026-Q3, median of 1; both: [0-9a-f]{12}$", done.stdout, re.MULTILINE)
    assert re.search(r"^orchestration: -?\d+\.\d\d s wall, -?\d+\.\d % of the bare run$", done.stdout, re.MULTILINE)
