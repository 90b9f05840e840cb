"""What a run tells the warehouse about itself. Instants carry an offset; they are stored in UTC."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Cause = Literal["first", "late_data", "policy", "objection", "code"]
Ending = Literal["stopped", "failed", "unchanged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """A run that begins. The period is half-open: `period_end` is the first day after it."""

    run_id: str
    city: str
    period: str
    period_start: dt.date
    period_end: dt.date
    known_as_of: dt.datetime | None = None
    provisional: bool = False
    code_version: str
    started_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRecord:
    """The policy a run was scored with; `document` is its JSON text."""

    policy_hash: str
    city: str
    in_force: dt.date
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """An input file and the dataset it became; counts are None where the run did not come that far."""

    name: str
    dataset: str
    sha256: str
    n_bytes: int
    n_records: int | None = None
    n_rows: int | None = None
    n_valid: int | None = None
    n_quarantined: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationRecord:
    """What an expectation found on a dataset; `columns` are joined by a comma."""

    dataset: str
    expectation_id: str
    expectation_type: str
    columns: str
    severity: Literal["critical", "warning", "info"]
    success: bool
    n_evaluated: int | None
    n_unexpected: int | None
    action: Literal["passed", "counted", "quarantined", "warned", "stopped"]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A published revision of a city and period, with all that identifies it."""

    run_id: str
    revision: int
    provisional: bool
    input_hash: str | None
    policy_hash: str | None
    code_version: str
    result_hash: str
    insights_hash: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """How a publication ended.

    `revision` is the new one; where nothing changed, the one the results equal; where provisional results were
    withheld, the final one that stands. `run_id` is that revision's run, `result_hash` that of the results given.
    """

    status: Literal["published", "unchanged", "withheld"]
    revision: int
    run_id: str
    cause: Cause | None
    result_hash: str
