"""The shape of a validation document: what a run's validation found, in plain JSON without a value of the data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    NonNegativeInt,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from reports.errors import ReportError

Outcome = Literal["passed", "passed_with_warnings", "stopped"]
Severity = Literal["critical", "warning", "info"]
Action = Literal["passed", "counted", "quarantined", "warned", "stopped"]


def _names(value: object) -> object:
    """None, one or several, parted by commas or listed: always a list, each name once."""
    if value is None:
        return []
    if isinstance(value, str):
        return list(dict.fromkeys(name.strip() for name in value.split(",") if name.strip()))
    return value


# The page shows it in a command that people copy into a shell.
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}\z")]
Names = Annotated[tuple[str, ...], BeforeValidator(_names)]


class _Part(BaseModel):
    # What the page does not show is kept in validation.json, so further keys are welcome.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Reference(_Part):
    """A row: SHA-256 of its landed file, and its record number there, a header being record 1."""

    file: Sha256
    row: NonNegativeInt


class Finding(_Part):
    """What one expectation found.

    Counts are rows, and nothing where an expectation is about no row: those of the delivery never are.
    """

    expectation_id: str
    expectation_type: str = ""
    dataset: str | None = None
    columns: Names = ()
    severity: Severity
    success: bool
    n_evaluated: NonNegativeInt | None = None
    n_unexpected: NonNegativeInt | None = None
    action: Action
    expected: str
    why: str = ""
    protects: Names = ()
    failing: tuple[Reference, ...] = ()


class FileCounts(_Part):
    """One landed file. `n_records` is what it holds, `n_rows` what reading made of it."""

    name: str
    sha256: Sha256
    n_bytes: NonNegativeInt
    n_records: NonNegativeInt | None = None
    n_rows: NonNegativeInt
    n_valid: NonNegativeInt
    n_quarantined: NonNegativeInt

    @property
    def balances(self) -> bool:
        """Whether every row is accounted for."""
        return self.n_rows == self.n_valid + self.n_quarantined


class DatasetFindings(_Part):
    """One dataset: its rows, its files, what was expected of it."""

    dataset: str
    meaning: str = ""
    n_rows: NonNegativeInt
    n_valid: NonNegativeInt
    n_quarantined: NonNegativeInt
    files: tuple[FileCounts, ...] = ()
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def balances(self) -> bool:
        """Whether every row is accounted for, here and in the files together."""
        totals = [
            sum(file.n_rows for file in self.files),
            sum(file.n_valid for file in self.files),
            sum(file.n_quarantined for file in self.files),
        ]
        return self.n_rows == self.n_valid + self.n_quarantined and (
            not self.files or totals == [self.n_rows, self.n_valid, self.n_quarantined]
        )


class ValidationDocument(_Part):
    """The whole.

    `period_end` is the first day after the period; `language` is that of the sentences.
    """

    city: str
    city_name: str
    period: str
    period_start: dt.date
    period_end: dt.date
    known_as_of: dt.datetime | None = None
    run_id: str
    outcome: Outcome
    code_version: str
    input_hash: str
    policy_hash: str
    validated_at: dt.datetime
    language: Literal["id", "en"] = "en"
    stops: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    datasets: tuple[DatasetFindings, ...]
    delivery: tuple[Finding, ...] = ()

    @property
    def n_rows(self) -> int:
        """Rows in."""
        return sum(dataset.n_rows for dataset in self.datasets)

    @property
    def n_valid(self) -> int:
        """Rows valid."""
        return sum(dataset.n_valid for dataset in self.datasets)

    @property
    def n_quarantined(self) -> int:
        """Rows quarantined."""
        return sum(dataset.n_quarantined for dataset in self.datasets)

    @property
    def balances(self) -> bool:
        """Whether every row of every file is accounted for."""
        return all(part.balances and all(file.balances for file in part.files) for part in self.datasets)


class PastFinding(_Part):
    """What the same expectation found in an earlier run."""

    dataset: str | None = None
    expectation_id: str
    n_evaluated: NonNegativeInt | None = None
    n_unexpected: NonNegativeInt | None = None


class PastRun(_Part):
    """An earlier run's findings."""

    run_id: str
    findings: tuple[PastFinding, ...] = ()


_HISTORY: Final = TypeAdapter(tuple[PastRun, ...])


def read_document(
    document: Mapping[str, Any], history: Sequence[Mapping[str, Any]]
) -> tuple[ValidationDocument, tuple[PastRun, ...]]:
    """The document and the past runs, typed; a run is not its own past.

    Raises:
        ReportError: with every place where either has another shape.
    """
    problems: list[str] = []
    try:
        read = ValidationDocument.model_validate(document)
    except ValidationError as error:
        problems += _problems("validation document", error)
    try:
        past = _HISTORY.validate_python(history)
    except ValidationError as error:
        problems += _problems("history", error)
    if problems:
        raise ReportError(problems)
    return read, tuple(run for run in past if run.run_id != read.run_id)


def _problems(what: str, error: ValidationError) -> list[str]:
    return [
        f"{what}: {'.'.join(map(str, problem['loc']))}: {problem['msg']}"
        for problem in error.errors(include_input=False, include_url=False, include_context=False)
    ]
