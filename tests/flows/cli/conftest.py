"""The real command in a process of its own, and a warehouse filled by the warehouse's own API."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.forked import Forked
from warehouse import FileRecord, PolicyRecord, RunRecord, ValidationRecord, Warehouse, open_warehouse
from warehouse.identity import RESULTS, dtypes, shape_of

CITY, PERIOD = "kalianda", "2026-Q3"
PERSONAL = "Rahasia"
"""Stands in a refused record only, so that it shows where a personal value comes out."""

Kinerja = Callable[..., "subprocess.CompletedProcess[str]"]


def environment_of(given: dict[str, str]) -> dict[str, str]:
    """A clean environment, and what is given."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "SYSTEMROOT") if name in os.environ}
    return kept | {"PYTHONPATH": str(Path(__file__).parents[3])} | given


@pytest.fixture
def started(tmp_path: Path) -> Kinerja:
    """Start the command in `tmp_path` as users do, with a clean environment; keywords are environment variables."""

    def run(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", "import sys; from flows.cli import main; sys.exit(main())", *words],
            cwd=tmp_path,
            env=environment_of(environment),
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )

    return run


@pytest.fixture
def kinerja(tmp_path: Path) -> Kinerja:
    """The same in a process that begins with everything imported, where the start is not what a test is about."""

    def run(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        given = [str(word) for word in words]
        with Forked("tests.flows.cli.a_command:main", given, environment_of(environment), tmp_path) as process:
            out, err = process.communicate()
        return subprocess.CompletedProcess(given, process.wait(), out, err)

    return run


def results(n: int, score: str = "104.02") -> dict[str, pl.DataFrame]:
    """Results of `n` employees with one item each; the last one has no score, the first one a name like a formula."""
    ids = [f"1985010120100{number:05}" for number in range(1, n + 1)]
    last = pl.int_range(n, eager=True) == n - 1
    found = pl.DataFrame({"employee_id": ids, "last": last})

    def unless_last(value: object, kind: Any) -> pl.Expr:
        return pl.when("last").then(None).otherwise(pl.lit(value)).cast(kind)

    text = {"employment_type": "PNS", "unit_id": "U1", "unit_name": "Dinas Satu", "sector": "general"}
    text |= {"position_id": "P1", "position_name": "Analis", "position_group": "JF"}
    status = pl.when("last").then(pl.lit("NOT_APPLICABLE")).otherwise(pl.lit("SCORED")).alias("status")
    two, six = pl.Decimal(38, 2), pl.Decimal(38, 6)
    names = ["=cmd|'/c calc'!A1", "[red]Budi\x1b[31m", *[f"Ani {number}" for number in range(3, n + 1)]][:n]
    nothing = {name: pl.DataFrame(schema=dtypes(shape_of(model))) for name, model in RESULTS.items()}
    return nothing | {
        "employees": found.select(
            "employee_id",
            pl.Series("name", names),
            *(pl.lit(value).alias(name) for name, value in text.items()),
            pl.lit(None, pl.String).alias("supervisor_id"),
            *(pl.lit(60, pl.Int64).alias(f"n_{name}_days") for name in ("working", "countable", "recorded")),
        ),
        "indicators": found.select(
            "employee_id",
            pl.lit("on_time_share").alias("item_id"),
            pl.lit("on_time_share").alias("indicator_id"),
            pl.lit("results").alias("item_group"),
            unless_last(Decimal("0.947368"), six).alias("value"),
            pl.lit(19, pl.Int64).alias("n"),
            unless_last(18, pl.Int64).alias("numerator"),
            unless_last(19, pl.Int64).alias("denominator"),
            unless_last(Decimal("99.72"), two).alias("achievement"),
            pl.lit(Decimal(100)).cast(two).alias("weight"),
            status,
            pl.when("last").then(pl.lit("no_requests_due")).alias("reason"),
        ),
        "scores": found.select(
            "employee_id",
            *(unless_last(Decimal("102.80"), two).alias(f"{group}_score") for group in ("results", "behaviour")),
            unless_last(Decimal(score), two).alias("score"),
            *(unless_last("meets", pl.String).alias(f"{group}_rating") for group in ("results", "behaviour")),
            unless_last("Baik", pl.String).alias("proposed_rating"),
            pl.lit(None, pl.String).alias("decided_rating"),
            status,
            pl.when("last").then(pl.lit("too_short")).alias("reason"),
        ),
    }


def publish(store: Warehouse, run_id: str, found: dict[str, pl.DataFrame], at: dt.datetime) -> None:
    """One published run with one expectation and one refused row."""
    record = RunRecord(
        run_id=run_id,
        city=CITY,
        period=PERIOD,
        period_start=dt.date(2026, 7, 1),
        period_end=dt.date(2026, 10, 1),
        code_version="1.0",
        started_at=at,
    )
    with store.lease(CITY, PERIOD, run_id, now=lambda: at) as lease:
        store.start_run(record)
        store.publish(
            run_id,
            lease.token,
            found,
            policy=PolicyRecord(policy_hash="p1", city=CITY, in_force=dt.date(2026, 1, 1), document="{}"),
            input_hash=f"inputs of {run_id}",
            finished_at=at,
            files=[FileRecord(name="leave.csv", dataset="leave", sha256="f" * 64, n_bytes=9, n_records=2)],
            validations=[
                ValidationRecord(
                    dataset="leave",
                    expectation_id="employee_on_roster",
                    expectation_type="expect_column_values_to_be_in_set",
                    columns="employee_id",
                    severity="warning",
                    success=False,
                    n_evaluated=2,
                    n_unexpected=1,
                    action="quarantined",
                    why="Leave of nobody on the roster excuses nobody.",
                )
            ],
            quarantined=pl.DataFrame(
                {
                    "dataset": ["leave"],
                    "file_sha256": ["f" * 64],
                    "row": [2],
                    "column": ["employee_id"],
                    "reason": ["employee_not_on_roster"],
                    "record": [f'{{"employee_id": "{PERSONAL}"}}'],
                }
            ),
        )


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse that each `home` begins with; copying it is quicker than to publish anew."""
    file = tmp_path_factory.mktemp("filled") / "warehouse.db"
    with open_warehouse(f"sqlite:///{file}") as store:
        for number, score in enumerate(("104.02", "99.50"), start=1):
            publish(store, f"run-{number}", results(60, score), dt.datetime(2026, 10, number, tzinfo=dt.UTC))
    return file


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Path:
    """A home with two revisions of sixty employees; in the second, scores are 99.50."""
    folder = tmp_path / "home"
    folder.mkdir()
    shutil.copy(filled, folder)
    return folder
