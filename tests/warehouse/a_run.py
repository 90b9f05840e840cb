"""A small, whole run to publish: two employees, two items, one refused row. Imported by the tests of this folder."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl

from warehouse import FileRecord, PolicyRecord, Published, RunRecord, ValidationRecord, Warehouse
from warehouse.identity import RESULTS, dtypes, shape_of

CITY, PERIOD = "kalianda", "2026-Q1"
AT = dt.datetime(2026, 4, 2, 8, 0, tzinfo=dt.UTC)
ANI, BUDI = "198501012010012001", "199001012015011002"

EMPLOYEES = {
    "employee_id": pl.String,
    "name": pl.String,
    "employment_type": pl.String,
    "unit_id": pl.String,
    "unit_name": pl.String,
    "sector": pl.String,
    "position_id": pl.String,
    "position_name": pl.String,
    "position_group": pl.String,
    "supervisor_id": pl.String,
    "n_working_days": pl.Int64,
    "n_countable_days": pl.Int64,
    "n_recorded_days": pl.Int64,
}
INDICATORS = {
    "employee_id": pl.String,
    "item_id": pl.String,
    "indicator_id": pl.String,
    "item_group": pl.String,
    "value": pl.Decimal(38, 6),
    "n": pl.Int64,
    "numerator": pl.Int64,
    "denominator": pl.Int64,
    "achievement": pl.Decimal(38, 2),
    "weight": pl.Decimal(38, 2),
    "status": pl.String,
    "reason": pl.String,
}
SCORES = {
    "employee_id": pl.String,
    "results_score": pl.Decimal(38, 2),
    "behaviour_score": pl.Decimal(38, 2),
    "score": pl.Decimal(38, 2),
    "results_rating": pl.String,
    "behaviour_rating": pl.String,
    "proposed_rating": pl.String,
    "decided_rating": pl.String,
    "status": pl.String,
    "reason": pl.String,
}
D = Decimal


def nothing_follows() -> dict[str, pl.DataFrame]:
    """The other frames of a result, each without a row."""
    mine = ("employees", "indicators", "scores")
    return {name: pl.DataFrame(schema=dtypes(shape_of(model))) for name, model in RESULTS.items() if name not in mine}


def results(score: str = "104.02") -> dict[str, pl.DataFrame]:
    """The results of two employees, of which nothing follows; Ani's score is `score`, Budi has none."""
    return nothing_follows() | {
        "employees": pl.DataFrame(
            [
                (ANI, "Ani", "PNS", "U1", "Dinas Satu", "general", "P1", "Analis", "JF", BUDI, 60, 58, 57),
                (BUDI, "Budi\tS.\\", "PPPK", "U1", "Dinas Satu", "health", "P2", "Kepala", None, None, 60, 0, 0),
            ],
            schema=EMPLOYEES,
            orient="row",
        ),
        "indicators": pl.DataFrame(
            {
                "employee_id": [ANI, ANI, BUDI, BUDI],
                "item_id": ["on_time_share", "discipline"] * 2,
                "indicator_id": ["on_time_share", "discipline"] * 2,
                "item_group": ["results", "behaviour"] * 2,
                "value": [D("0.947368"), D("98.5"), None, None],
                "n": [19, 57, 0, 0],
                "numerator": [18, None, None, None],
                "denominator": [19, None, None, None],
                "achievement": [D("99.72"), D("103.75"), None, None],
                "weight": [D(60), D(100)] * 2,
                "status": ["SCORED", "SCORED", "NOT_APPLICABLE", "INSUFFICIENT_DATA"],
                "reason": [None, None, "no_requests_due", "no_attendance_record"],
            },
            schema=INDICATORS,
        ),
        "scores": pl.DataFrame(
            [
                (ANI, D("102.80"), D("106.88"), D(score), "meets", "meets", "Baik", "Sangat Baik", "SCORED", None),
                (BUDI, None, None, None, None, None, None, None, "NOT_APPLICABLE", "too_short"),
            ],
            schema=SCORES,
            orient="row",
        ),
    }


POLICY = PolicyRecord(policy_hash="policy-1", city=CITY, in_force=dt.date(2026, 1, 1), document='{"city": "kalianda"}')
FILE = FileRecord(
    name="attendance.csv",
    dataset="attendance",
    sha256="f1",
    n_bytes=120,
    n_records=4,
    n_rows=4,
    n_valid=3,
    n_quarantined=1,
)
VALIDATION = ValidationRecord(
    dataset="attendance",
    expectation_id="employee_on_roster",
    expectation_type="expect_column_values_to_be_in_set",
    columns="employee_id",
    severity="warning",
    success=False,
    n_evaluated=4,
    n_unexpected=1,
    action="quarantined",
    why="An event of nobody on the roster counts for nobody.",
)
QUARANTINED = pl.DataFrame(
    {
        "dataset": ["attendance"],
        "file_sha256": ["f1"],
        "row": [3],
        "column": ["employee_id"],
        "reason": ["employee_not_on_roster"],
        "record": ['{"employee_id": "9"}'],
    }
)
FINDINGS: dict[str, Any] = {"files": [FILE], "validations": [VALIDATION], "quarantined": QUARANTINED}


def now() -> dt.datetime:
    """A clock that stands still."""
    return AT


def record(run_id: str, **changes: Any) -> RunRecord:
    """A run of the first quarter, begun at `AT`."""
    given: dict[str, Any] = {
        "run_id": run_id,
        "city": CITY,
        "period": PERIOD,
        "period_start": dt.date(2026, 1, 1),
        "period_end": dt.date(2026, 4, 1),
        "code_version": "1.0",
        "started_at": AT,
    }
    return RunRecord(**given | changes)


def publish(
    warehouse: Warehouse, run_id: str, found: dict[str, pl.DataFrame] | None = None, **changes: Any
) -> Published:
    """Take the lease, start a run and publish it; `changes` go to the run or to the publication."""
    of_run = {key: changes.pop(key) for key in list(changes) if key in RunRecord.__slots__}
    started = record(run_id, **of_run)
    given: dict[str, Any] = {"policy": POLICY, "input_hash": "inputs-1", "finished_at": AT, **FINDINGS}
    with warehouse.lease(started.city, started.period, run_id, now=now) as lease:
        warehouse.start_run(started)
        return warehouse.publish(run_id, lease.token, results() if found is None else found, **given | changes)
