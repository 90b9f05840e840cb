"""The whole run and its peers: DuckDB SQL, written apart from the engine, must give every score that the run gives."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("form", ["csv"])  # Parquet is compared whenever the bench is run
def test_sql_gives_every_score_of_a_run(form: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench", "--employees", "300", "--repeat", "1", "--formats", form]
    given = ["--peers", "kinerja, SQLite;DuckDB SQL", "--folder", str(tmp_path)]
    done = subprocess.run([*command, *given], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    rows = [line.split("|")[1].strip() for line in done.stdout.splitlines() if line.startswith("| ")]
    assert rows == ["", "kinerja, SQLite", "DuckDB SQL"]
    assert re.search(r"Result hash `[0-9a-f]{64}`, the same in every run", done.stdout)


def test_a_score_that_differs_is_an_error(tmp_path: Path) -> None:
    import polars as pl

    row = {"employee_id": "1", "results_score": "90.10", "behaviour_score": "95.00", "score": "91.57"}
    words = {"results_rating": "meets", "behaviour_rating": "meets", "proposed_rating": "Baik", "status": "SCORED"}
    pl.DataFrame([row | words]).write_parquet(tmp_path / "ours.parquet")
    pl.DataFrame([row | words | {"score": "91.58"}]).write_parquet(tmp_path / "theirs.parquet")
    command = [
        sys.executable,
        "-m",
        "bench",
        "--same",
        str(tmp_path / "ours.parquet"),
        str(tmp_path / "theirs.parquet"),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert "theirs.parquet: other scores than ours, rows by column: {'score': 1}" in done.stderr
