"""A validation document as `expectations` makes them: Kalianda, first quarter of 2026."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

ATTENDANCE_FILE = "4f2a9c1b7d0e5f6a8b9c0d1e2f3a4b5c6d7e8f901a2b3c4d5e6f708192a3b4c5"
ROSTER_FILE = "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9"
REQUESTS_FILE = "77aa88bb99cc00dd11ee22ff33445566778899aabbccddeeff00112233445566"
MORE_REQUESTS_FILE = "88aa88bb99cc00dd11ee22ff33445566778899aabbccddeeff00112233445566"


def met(expectation_id: str, expected: str, n_evaluated: int | None, **other: Any) -> dict[str, Any]:
    """A finding of an expectation that holds."""
    return {
        "expectation_id": expectation_id,
        "expectation_type": "expect_column_values_to_not_be_null",
        "columns": "",
        "severity": "warning",
        "success": True,
        "n_evaluated": n_evaluated,
        "n_unexpected": 0,
        "action": "passed",
        "expected": expected,
        "why": "",
        "protects": [],
        "failing": [],
    } | other


_DOCUMENT: dict[str, Any] = {
    "city": "kalianda",
    "city_name": "Kalianda",
    "period": "2026-Q1",
    "period_start": "2026-01-01",
    "period_end": "2026-04-01",
    "known_as_of": None,
    "run_id": "kalianda-2026-Q1-0f3c2a",
    "outcome": "passed_with_warnings",
    "code_version": "0.1.0+g1a2b3c4",
    "input_hash": "1111111111111111111111111111111111111111111111111111111111111111",
    "policy_hash": "2222222222222222222222222222222222222222222222222222222222222222",
    "validated_at": "2026-04-02T08:15:30+07:00",
    "stops": [],
    "warnings": [
        "survey_responses: the policy reads it, and no file was delivered; satisfaction has insufficient data",
        "attendance: 12.5 % of the roster has no event in the period",
    ],
    "datasets": [
        {
            "dataset": "employees",
            "meaning": "one row an assignment spell; spells of one employee do not overlap",
            "n_rows": 1434,
            "n_valid": 1434,
            "n_quarantined": 0,
            "files": [
                {
                    "name": "employees.csv",
                    "sha256": ROSTER_FILE,
                    "n_bytes": 182344,
                    "n_records": 1435,
                    "n_rows": 1434,
                    "n_valid": 1434,
                    "n_quarantined": 0,
                }
            ],
            "notes": ["employees.csv: column golongan is not part of the dataset and was ignored"],
            "findings": [
                met(
                    "employee_id_required",
                    "employee_id has a value",
                    1434,
                    columns="employee_id",
                    why="a row without it belongs to nobody",
                ),
                met(
                    "sector_known",
                    "sector is one of general, health, education, civil_registry",
                    1434,
                    columns="sector",
                    severity="critical",
                    why="the sector decides which items an employee is scored on",
                    protects=["discipline", "satisfaction"],
                ),
                met("spells_apart", "spells of one employee do not overlap", 1434, severity="critical"),
            ],
        },
        {
            "dataset": "attendance",
            "meaning": "one row a recorded event",
            "n_rows": 4988,
            "n_valid": 4300,
            "n_quarantined": 688,
            "files": [
                {
                    "name": "1_attlog.dat",
                    "sha256": ATTENDANCE_FILE,
                    "n_bytes": 234436,
                    "n_records": 4988,
                    "n_rows": 4988,
                    "n_valid": 4300,
                    "n_quarantined": 688,
                }
            ],
            "notes": [],
            "findings": [
                met(
                    "timestamp_parses",
                    "timestamp is a moment",
                    4988,
                    columns="timestamp",
                    why="an event without its time proves nothing",
                    protects=["discipline", "attendance_rate"],
                ),
                met(
                    "not_on_roster",
                    "employee_id is on the roster",
                    4988,
                    expectation_type="expect_column_values_to_be_in_set",
                    columns="employee_id",
                    success=False,
                    n_unexpected=688,
                    action="quarantined",
                    why="an event of somebody who is not on the roster can be counted for nobody",
                    protects=["discipline", "attendance_rate"],
                    failing=[
                        {"file": ATTENDANCE_FILE, "row": row} for row in (17, 19, 20, 21, 40, 41, *range(50, 250, 2))
                    ],
                ),
                met(
                    "event_in_period",
                    "timestamp lies in the period",
                    4988,
                    columns="timestamp",
                    severity="info",
                    success=False,
                    n_unexpected=3,
                    action="counted",
                    why="events outside the period are kept and not counted",
                    failing=[{"file": ATTENDANCE_FILE, "row": row} for row in (1, 2, 4988)],
                ),
            ],
        },
        {
            "dataset": "service_requests",
            "meaning": "one row a request",
            "n_rows": 30,
            "n_valid": 29,
            "n_quarantined": 1,
            "files": [
                {
                    "name": "permohonan Januari–Februari.csv",
                    "sha256": REQUESTS_FILE,
                    "n_bytes": 4096,
                    "n_records": 60,
                    "n_rows": 20,
                    "n_valid": 20,
                    "n_quarantined": 0,
                },
                {
                    "name": "permohonan Maret.csv",
                    "sha256": MORE_REQUESTS_FILE,
                    "n_bytes": 1024,
                    "n_records": 30,
                    "n_rows": 10,
                    "n_valid": 9,
                    "n_quarantined": 1,
                },
            ],
            "notes": [],
            "findings": [
                met(
                    "closed_before_submitted",
                    "closed_at is not before submitted_at",
                    29,
                    columns="closed_at",
                    success=False,
                    n_unexpected=1,
                    action="quarantined",
                    why="a request cannot be closed before it is made",
                    protects=["document_completion_time", "on_time_share", "first_time_right"],
                    failing=[{"file": MORE_REQUESTS_FILE, "row": 4}],
                ),
                met("paused_hours_floor", "paused_hours is at least 0", 0, columns="paused_hours"),
                met("u_columns", "columns are those of the dataset", None, n_unexpected=None),
            ],
        },
    ],
    "delivery": [
        *(
            met("file_delivered", "a dataset the policy reads has a file", 1, dataset=name, protects=["discipline"])
            for name in ("employees", "attendance", "service_requests")
        ),
        met(
            "coverage",
            "at least 80 % of the roster has a row",
            1,
            dataset="attendance",
            why="a file that was not delivered looks like absence",
            protects=["discipline"],
        ),
        met(
            "file_delivered",
            "a dataset the policy reads has a file",
            1,
            dataset="survey_responses",
            success=False,
            n_unexpected=1,
            action="warned",
            why="without responses nobody has a satisfaction index",
            protects=["satisfaction"],
        ),
    ],
}

_HISTORY: list[dict[str, Any]] = [
    {
        "run_id": f"earlier-{number}",
        "finished_at": f"2026-0{number}-02T01:00:00+00:00",
        "findings": [
            {"dataset": "attendance", "expectation_id": "not_on_roster", "n_evaluated": 4000, "n_unexpected": failed},
            {"dataset": "attendance", "expectation_id": "timestamp_parses", "n_evaluated": 4000, "n_unexpected": 0},
        ],
    }
    for number, failed in ((1, 500), (2, 1), (3, 2000))
]


def a_document(**other: Any) -> dict[str, Any]:
    """The document, with other values at its top."""
    return copy.deepcopy(_DOCUMENT) | other


def a_passed_document() -> dict[str, Any]:
    """The document of a run in which every expectation holds."""
    document = a_document(outcome="passed", warnings=[])
    for part in document["datasets"]:
        part["findings"] = [one | {"success": True, "n_unexpected": 0, "failing": []} for one in part["findings"]]
        part["n_valid"], part["n_quarantined"] = part["n_rows"], 0
        part["files"] = [file | {"n_valid": file["n_rows"], "n_quarantined": 0} for file in part["files"]]
    document["delivery"] = [one | {"success": True, "n_unexpected": 0} for one in document["delivery"]]
    for one in (*document["delivery"], *(one for part in document["datasets"] for one in part["findings"])):
        one["action"] = "passed"
    return document


def a_stopped_document() -> dict[str, Any]:
    """The document of a run that a critical expectation stopped; warnings and a count stand beside it."""
    document = a_document(outcome="stopped", stops=["employees: spells of one employee overlap"])
    spells = document["datasets"][0]["findings"][2]
    spells |= {"success": False, "n_unexpected": 2, "action": "stopped", "why": "a person has one position a day"}
    spells["failing"] = [{"file": ROSTER_FILE, "row": row} for row in (12, 13)]
    return document


def a_history() -> list[dict[str, Any]]:
    """Three earlier runs: 12.5 %, one row and half of the events were not on the roster."""
    return copy.deepcopy(_HISTORY)


CHOSEN = {"outcome", "severity", "action", "language", "sha256", "file"}
TIMES = {"period_start", "period_end", "known_as_of", "validated_at"}


def with_texts(value: Any, change: Callable[[str], str], key: str = "") -> Any:
    """The same data with every free text changed."""
    if isinstance(value, dict):
        return {name: with_texts(inner, change, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [with_texts(inner, change, key) for inner in value]
    # An empty text is left out of the page, so it stays empty.
    return change(value) if isinstance(value, str) and value and key not in CHOSEN | TIMES else value
