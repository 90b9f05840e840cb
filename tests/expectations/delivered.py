"""A delivery made of rows of text, read from real files and validated with one Great Expectations project."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from expectations.findings import DatasetOutcome, Finding
from policies import Period
from policies.loading import load_policy
from sources import land, load_source_map, read_dataset
from sources.contracts import DATASETS
from transforms import CATALOGUE

if TYPE_CHECKING:
    from expectations.validation import Wanted

TIMEZONE = "Asia/Jakarta"
NUMBERS = load_policy("kalianda", Period.parse("2026-Q3"), CATALOGUE).national.employee_number

Row = Mapping[str, str]


@dataclass(frozen=True)
class Validated:
    """What validation found in a delivery."""

    project: Path
    outcomes: Mapping[str, DatasetOutcome]
    delivery: tuple[Finding, ...] = field(default=())

    @property
    def findings(self) -> dict[tuple[str, str], Finding]:
        """Those of the delivery by dataset and expectation."""
        return {(found.dataset, found.expectation_id): found for found in self.delivery}


def wanted(reads: Iterable[str] = (), requires: Mapping[str, str] | None = None, *, any_number: bool = False) -> Wanted:
    """The third quarter of 2026; its last working day is Wednesday 30 September."""
    from expectations.suites.suite import EmployeeNumbers
    from expectations.validation import Wanted

    return Wanted(
        timezone=TIMEZONE,
        first_day=dt.date(2026, 7, 1),
        last_day=dt.date(2026, 9, 30),
        last_working_day=dt.date(2026, 9, 30),
        numbers=None if any_number else EmployeeNumbers(NUMBERS.pns, NUMBERS.pppk),
        reads=frozenset(reads),
        requires={name: Decimal(share) for name, share in (requires or {}).items()},
    )


def validated(
    folder: Path, delivery: Mapping[str, Sequence[Row]], needs: Wanted, beside: Mapping[str, str] | None = None
) -> Validated:
    """Write the rows as CSV, and other files `beside` them; land and read them, and validate them."""
    from expectations.validation import Validation

    inputs = folder / "inputs"
    inputs.mkdir(parents=True)
    for name, rows in delivery.items():
        with (inputs / f"{name}.csv").open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, DATASETS[name].names, restval="")
            writer.writeheader()
            writer.writerows(rows)
    for name, text in (beside or {}).items():
        (inputs / name).write_text(text, encoding="utf-8")
    source_map = load_source_map(inputs)
    landed = land(source_map, folder / "landing")
    validation = Validation(folder / "project", needs)
    read = [
        read_dataset(source_map, landed, name, timezone=TIMEZONE, out=folder / "canonical")
        for name in source_map.datasets
    ]
    outcomes = {outcome.dataset: outcome for outcome in validation.datasets(read)}
    return Validated(folder / "project", outcomes, validation.delivery())
