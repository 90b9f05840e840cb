"""What validation found: plain data, without a value of the data in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import polars as pl

from expectations.segments import Part

Severity = Literal["critical", "warning", "info"]
Action = Literal["passed", "counted", "quarantined", "warned", "stopped"]


class ValidationStopped(Exception):  # noqa: N818  # an outcome of the data, not a fault of the program
    """The run must not go on; `problems` says why, one sentence each, without a value of the data."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one expectation found on one dataset.

    `failing` are references (file hash, record number), bounded; `n_unexpected` is the whole count. `remark` says in
    words what was found, where a count alone does not.
    """

    dataset: str
    expectation_id: str
    expectation_type: str
    columns: str
    severity: Severity
    success: bool
    n_evaluated: int
    n_unexpected: int
    action: Action
    expected: str
    why: str
    protects: tuple[str, ...] = ()
    failing: tuple[tuple[str, int], ...] = ()
    remark: str = ""

    def document(self) -> dict[str, Any]:
        """As plain JSON data."""
        return {
            **asdict(self),
            "protects": list(self.protects),
            "failing": [{"file": file, "row": row} for file, row in self.failing],
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Finding:
        """From its document."""
        failing = tuple((one["file"], one["row"]) for one in document["failing"])
        return cls(**{**document, "protects": tuple(document["protects"]), "failing": failing})


@dataclass(frozen=True, slots=True)
class FileCounts:
    """One file of a dataset: n_rows = n_valid + n_quarantined."""

    name: str
    sha256: str
    n_records: int
    n_rows: int
    n_valid: int
    n_quarantined: int


@dataclass(frozen=True)
class DatasetOutcome:
    """One validated dataset: `parts` and `columns` say where its valid rows stand, `quarantined` are the refused ones.

    `quarantined` has dataset, file_sha256, row, column, reason, record (JSON; the only place values stand).
    """

    dataset: str
    parts: tuple[Part, ...]
    columns: tuple[str, ...]
    files: tuple[FileCounts, ...]
    findings: tuple[Finding, ...]
    quarantined: pl.DataFrame
    notes: tuple[str, ...] = ()

    def rows(self) -> pl.LazyFrame:
        """The valid rows in reading order: the columns of the contract, `_file` and `_row`."""
        return pl.concat([part.rows(self.columns) for part in self.parts])

    @property
    def n_rows(self) -> int:
        """Rows in."""
        return sum(file.n_rows for file in self.files)

    @property
    def n_valid(self) -> int:
        """Rows that go on."""
        return sum(file.n_valid for file in self.files)

    @property
    def n_quarantined(self) -> int:
        """Rows refused."""
        return self.quarantined.height

    def document(self, meaning: str, n_bytes: Mapping[str, int]) -> dict[str, Any]:
        """As plain JSON data; `n_bytes` by file hash."""
        return {
            "dataset": self.dataset,
            "meaning": meaning,
            "n_rows": self.n_rows,
            "n_valid": self.n_valid,
            "n_quarantined": self.n_quarantined,
            "files": [{**asdict(file), "n_bytes": n_bytes[file.sha256]} for file in self.files],
            "notes": list(self.notes),
            "findings": [finding.document() for finding in self.findings],
        }
