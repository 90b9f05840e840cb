"""The reading commands as a user runs them, on a warehouse with two revisions of sixty employees."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from flows.cli.reading import COLUMN_TYPES
from warehouse import open_warehouse

from .conftest import CITY, PERIOD, PERSONAL, Kinerja

WHAT = ("--city", CITY, "--period", PERIOD)


def test_scores_as_csv(started: Kinerja, home: Path) -> None:
    ended = started("scores", *WHAT, "--home", home, "--format", "csv")
    assert (ended.returncode, ended.stderr) == (0, "")
    rows = list(csv.DictReader(io.StringIO(ended.stdout)))
    assert len(rows) == 60
    assert rows[0] == {
        "employee_id": "198501012010000001",
        "name": "'=cmd|'/c calc'!A1",
        "unit_id": "U1",
        "sector": "general",
        "results_score": "102.80",
        "behaviour_score": "102.80",
        "score": "99.50",
        "results_rating": "meets",
        "behaviour_rating": "meets",
        "proposed_rating": "Baik",
        "decided_rating": "",
        "status": "SCORED",
        "reason": "",
        "revision": "2",
        "run_id": "run-2",
    }
    assert rows[-1]["score"] == ""
    assert rows[-1]["reason"] == "too_short"


def test_an_earlier_revision_and_the_digits_of_json(started: Kinerja, home: Path) -> None:
    ended = started("scores", *WHAT, "--revision", "1", "--json", KINERJA_HOME=str(home))
    rows = json.loads(ended.stdout, parse_float=str)
    assert [rows[0][name] for name in ("results_score", "score", "revision")] == ["102.80", "104.02", 1]
    assert rows[-1]["score"] is None


def test_indicators_as_parquet(started: Kinerja, home: Path, tmp_path: Path) -> None:
    ended = started("indicators", *WHAT, "--home", home, "--output", "rows.parquet")
    assert (ended.returncode, ended.stdout) == (0, "")
    found = pl.read_parquet(tmp_path / "rows.parquet")
    assert found.height == 60
    assert found.schema["value"] == pl.Decimal(38, 6)
    assert found.schema["achievement"] == pl.Decimal(38, 2)
    assert found.schema["numerator"] == pl.Int64
    assert found.row(0, named=True)["value"] == Decimal("0.947368")
    assert found["value"].null_count() == 1


def test_the_table_shows_the_first_rows_and_says_how_to_get_the_rest(started: Kinerja, home: Path) -> None:
    shown = started("scores", *WHAT, "--home", home).stdout
    assert "revision 2 · run_id run-2" in shown
    assert shown.count("198501012010") == 50
    assert "10 more rows" in shown
    assert "--output" in shown
    assert "[red]Budi" in shown, "a name is no markup"
    assert "\x1b" not in shown, "neither colour without a terminal nor an escape from a name"


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_table_fits_the_terminal(started: Kinerja, home: Path, width: int) -> None:
    shown = started("scores", *WHAT, "--home", home, COLUMNS=str(width)).stdout
    assert max(map(len, shown.splitlines())) <= width
    assert "no room for" in shown
    assert "198501012010000003" in shown, "an id is never folded"


def test_no_colour_on_a_terminal_that_asks_for_none(started: Kinerja, home: Path) -> None:
    forced = {"FORCE_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": "100"}
    assert "\x1b[1" in started("runs", "--home", home, **forced).stdout
    plain = started("runs", "--home", home, **forced, NO_COLOR="1").stdout
    assert "\x1b[3" not in plain, "bold may stay, colour may not"


@pytest.mark.parametrize("written", ["table", "csv", "json"])
def test_quarantine_shows_personal_values_only_when_asked(started: Kinerja, home: Path, written: str) -> None:
    ended = started("quarantine", *WHAT, "--home", home, "--format", written)
    assert "employee_not_on_roster" in ended.stdout
    assert PERSONAL not in ended.stdout
    assert PERSONAL in started("quarantine", *WHAT, "--home", home, "--format", written, "--show-values").stdout


def test_validations_of_a_run(started: Kinerja, home: Path) -> None:
    rows = json.loads(started("validations", *WHAT, "--home", home, "--run", "run-1", "--format", "json").stdout)
    assert [(row["expectation_id"], row["success"], row["n_unexpected"], row["run_id"]) for row in rows] == [
        ("employee_on_roster", False, 1, "run-1")
    ]


def test_runs_need_neither_city_nor_period(started: Kinerja, home: Path) -> None:
    for words in ((), ("--city", CITY), ("--period", PERIOD)):
        rows = json.loads(started("runs", *words, "--home", home, "--json").stdout)
        assert [(row["run_id"], row["revision"]) for row in rows] == [("run-1", 1), ("run-2", 2)]
        assert rows[0]["started_at"] == "2026-10-01T00:00:00+00:00"


def test_every_column_has_the_type_of_its_values(home: Path) -> None:
    kinds = {"decimal_2": "Decimal", "decimal_6": "Decimal", "integer": "int", "boolean": "bool", "instant": "datetime"}
    seen = set()
    with open_warehouse(f"sqlite:///{home / 'warehouse.db'}", create=False) as store:
        queries = (store.scores, store.indicators, store.quarantine, store.validations, store.changes)
        for found in (*(query(CITY, PERIOD) for query in queries), store.runs()):
            for row in found.rows:
                for name, value in zip(found.columns, row, strict=True):
                    assert type(value).__name__ in {kinds.get(COLUMN_TYPES.get(name, "text"), "str"), "NoneType"}, name
            seen.update(found.columns)
    assert set(COLUMN_TYPES) <= seen


def test_no_warehouse_yet(started: Kinerja, tmp_path: Path) -> None:
    ended = started("scores", *WHAT, "--home", "nowhere")
    assert ended.returncode == 2
    assert "no warehouse at" in ended.stderr
    assert "kinerja run" in ended.stderr
    assert not (tmp_path / "nowhere").exists(), "reading makes nothing"


def test_what_is_not_there_is_said_with_what_is(started: Kinerja, home: Path) -> None:
    ended = started("scores", "--city", "pauh", "--period", PERIOD, "--home", home)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "kalianda 2026-Q3 (revisions 1-2)" in ended.stderr
    ended = started("scores", *WHAT, "--revision", "9", "--home", home, "--format", "json")
    assert ended.returncode == 2
    assert json.loads(ended.stdout) == {
        "status": "error",
        "exit_code": 2,
        "problems": ["kalianda 2026-Q3 has no revision 9; there is 1, 2"],
    }


def test_a_file_that_is_no_warehouse(started: Kinerja, tmp_path: Path) -> None:
    (tmp_path / "warehouse.db").write_bytes(b"not a database at all" * 100)
    ended = started("runs", "--warehouse", f"sqlite:///{tmp_path / 'warehouse.db'}")
    assert ended.returncode == 2
    assert "not an SQLite database" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "Traceback" in started("runs", "--warehouse", "sqlite:///warehouse.db", "--debug").stderr


def test_an_output_that_cannot_be_written(started: Kinerja, home: Path) -> None:
    ended = started("scores", *WHAT, "--home", home, "--output", "no/such/folder/rows.csv")
    assert ended.returncode == 2
    assert "rows.csv: cannot be written" in ended.stderr


def test_an_output_that_is_no_file_is_left_alone(started: Kinerja, home: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.csv").symlink_to(tmp_path / "folder")
    for name in ("folder", "link.csv"):
        ended = started("runs", "--home", home, "--format", "csv", "--output", name)
        assert ended.returncode == 2
        assert "no ordinary file" in ended.stderr
    assert (tmp_path / "link.csv").is_symlink()


@pytest.mark.skipif(os.name == "nt", reason="pipes end otherwise there")
@pytest.mark.parametrize("written", ["csv", "json", "table"])
def test_a_reader_that_leaves_early_is_no_error(home: Path, written: str) -> None:
    words = [*WHAT, "--home", str(home), "--format", written]
    started = subprocess.Popen(
        [sys.executable, "-c", "import sys; from flows.cli import main; sys.exit(main())", "scores", *words],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert started.stdout is not None
    assert started.stderr is not None
    started.stdout.close()
    assert started.stderr.read() == b""
    started.stderr.close()
    assert started.wait() == 141


def test_changes_are_counted_without_a_name(started: Kinerja, home: Path) -> None:
    """Fifty-nine of sixty have another score; nobody's rating moved."""
    ended = started("changes", *WHAT, "--home", home, "--format", "csv")
    assert ended.stdout.splitlines() == [
        "what,old,new,n,cause,revision,previous_revision,run_id",
        "employees changed,,,59,late_data,2,1,run-2",
        "employees added,,,0,late_data,2,1,run-2",
        "employees removed,,,0,late_data,2,1,run-2",
        "employees unchanged,,,1,late_data,2,1,run-2",
    ]
    shown = started("changes", *WHAT, "--home", home).stdout
    assert "revision 2 · previous_revision 1 · cause late_data · run_id run-2" in shown
    assert "no rows" in started("changes", *WHAT, "--revision", "1", "--home", home).stdout
