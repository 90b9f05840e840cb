"""Validating a delivery: every dataset against its suite, refused rows set apart, the delivery judged as a whole.

Imports Great Expectations (2 s): `expectations` itself stays light and imports this where it is used.
"""

from __future__ import annotations

import expectations.engine  # noqa: F401  # first: it imports Great Expectations without what nobody here uses

# isort: split
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from decimal import Decimal
from math import ceil
from pathlib import Path
from typing import Any, Final

import polars as pl
from great_expectations.expectations.expectation import Expectation

from expectations.findings import DatasetOutcome, FileCounts, Finding
from expectations.judging import (
    QUARANTINED,
    Facts,
    Gathered,
    Judging,
    action_of,
    failing_of,
    finding_of,
    last_day_of,
    merged,
    severity_of,
)
from expectations.project import Project
from expectations.segments import Delivered, Part
from expectations.suites import SUITES
from expectations.suites.delivery import REMARKS, REQUIRED_SUFFIX, dataset_expectations, file_expectations
from expectations.suites.suite import (
    EXPECTED_COVERAGE,
    LARGEST_REFUSED_SHARE,
    OVERLAPS,
    EmployeeNumbers,
    Suite,
)
from sources import DatasetRead, FileRead
from sources.canonical import POSITION
from sources.contracts import DATASETS, FILE, ROW


@dataclass(frozen=True, slots=True)
class Wanted:
    """What this run needs of the delivery.

    `first_day`, `last_day`: days of P; `last_working_day`: up to which data should reach. `reads`: datasets the
    policy's indicators read. `requires`: least share of the roster with a row, by dataset, on pain of stopping.
    `numbers` are None where the policy accepts any employee id. `code` tells versions of the code apart, for what is
    kept of a segment.
    """

    timezone: str
    first_day: dt.date
    last_day: dt.date
    last_working_day: dt.date
    numbers: EmployeeNumbers | None
    reads: frozenset[str]
    requires: Mapping[str, Decimal] = field(default_factory=dict)
    code: str = ""


class Validation:
    """Validates the datasets of one run, the roster first, then the delivery; a GX project is kept in `folder`."""

    def __init__(self, folder: Path, wanted: Wanted) -> None:
        """`folder` receives the project and its result JSON."""
        self._project = Project(folder)
        self._wanted = wanted
        self._roster = pl.Series("employee_id", [], pl.String)
        self._outcomes: dict[str, DatasetOutcome] = {}
        self._facts: dict[str, Facts] = {}

    def datasets(self, reads: Iterable[DatasetRead | Delivered]) -> Iterator[DatasetOutcome]:
        """Validates one dataset after the other; employees must come first.

        What is asked of the rows of the next one is found meanwhile: Great Expectations keeps one core busy.
        """
        delivered = [Delivered.of(one) if isinstance(one, DatasetRead) else one for one in reads]
        with ThreadPoolExecutor(1, "rows of the next dataset") as ahead:
            gathered = ahead.submit(_gathered, delivered[0])
            for one, following in zip(delivered, [*delivered[1:], None], strict=True):
                found = gathered.result()
                if following is not None:
                    gathered = ahead.submit(_gathered, following)
                yield self._dataset(one, found)

    def _dataset(self, delivered: Delivered, gathered: Sequence[Gathered]) -> DatasetOutcome:
        name, suite = delivered.dataset, SUITES[delivered.dataset]
        judging = Judging(self._project, suite, self._wanted.numbers, self._roster, self._wanted.code)
        judged = [judging.segment(*one) for one in zip(delivered.segments, gathered, strict=True)]
        quarantined = pl.concat([one.refused.select(QUARANTINED.names()) for one in judged])
        outcome = DatasetOutcome(
            dataset=name,
            parts=tuple(
                Part(
                    delivered.segments[one.segment].canonical,
                    one.offset,
                    one.n_rows,
                    one.whole,
                    judged[one.segment].refused.get_column(POSITION),
                )
                for one in delivered.stretches()
            ),
            columns=(*suite.contract.names, FILE, ROW),
            files=_reconciled(delivered.files, quarantined),
            findings=merged([one.findings for one in judged]),
            quarantined=quarantined.sort(quarantined.columns),
            notes=delivered.notes,
        )
        self._facts[name] = Facts.of_all([one.facts for one in judged])
        if name == "employees":
            self._roster = self._facts[name].named
        outcome = self._judged_whole(suite, outcome)
        self._outcomes[name] = outcome
        return outcome

    def delivery(self) -> tuple[Finding, ...]:
        """Judges the delivery once every dataset is validated: one finding a dataset and expectation."""
        files = [
            (name, _empty(found.files), min(one.n_rows for one in found.files))
            for name, found in self._outcomes.items()
        ]
        columns = {FILE: pl.String, "name": pl.String, "n_rows": pl.Int64}
        by_file = pl.DataFrame(files, schema=columns, orient="row").with_row_index(ROW)
        by_dataset = pl.DataFrame([self._facts_of(name) for name in DATASETS], schema=_FACTS).with_row_index(ROW)
        found = [
            *self._each("delivery.files", by_file, file_expectations()),
            *self._each("delivery.datasets", by_dataset, dataset_expectations()),
        ]
        return tuple(found)

    def _judged_whole(self, suite: Suite, outcome: DatasetOutcome) -> DatasetOutcome:
        """The outcome with the findings on the valid rows as a whole, where the suite has such expectations."""
        rules = suite.whole()
        if not rules:
            return outcome
        rows, is_several = outcome.rows(), pl.col("employee_id").is_duplicated()
        earlier_end = (
            pl.col("end_date").fill_null(dt.date.max).cum_max().shift().over("employee_id", order_by="start_date")
        )
        overlaps = (pl.col("start_date") <= earlier_end).fill_null(value=False)
        frame = pl.concat(
            [
                # Nearly everybody has one spell only, with which nothing can overlap.
                rows.filter(~is_several).with_columns(pl.lit(value=False).alias(OVERLAPS)),
                rows.filter(is_several).with_columns(overlaps.alias(OVERLAPS)),
            ]
        )
        found = self._project.run(f"{suite.dataset}.whole", frame, rules)
        whole = [finding_of(rule, result, suite) for rule, result in zip(rules, found, strict=True)]
        if outcome.n_valid == 0:
            whole = [one if one.success else replace(one, remark=_nothing_left(outcome)) for one in whole]
        return replace(outcome, findings=(*outcome.findings, *whole))

    def _facts_of(self, name: str) -> dict[str, Any]:
        """What the delivery expectations ask of one dataset."""
        outcome, suite = self._outcomes.get(name), SUITES[name]
        required = self._wanted.requires.get(name)
        n_rows = outcome.n_rows if outcome else 0
        facts: dict[str, Any] = {
            FILE: name,
            "is_read": name in self._wanted.reads or required is not None,
            "is_required": required is not None,
            "n_files": len(outcome.files) if outcome else 0,
            "n_rows": n_rows,
            "n_refused": outcome.n_quarantined if outcome else 0,
            "n_tolerated": int(n_rows * LARGEST_REFUSED_SHARE),
        }
        if outcome is None:
            return facts
        seen = self._facts[name]
        if required is not None or (suite.covers_roster and facts["is_read"]):
            share = EXPECTED_COVERAGE if required is None else required
            active = self._active()
            facts["n_roster"] = len(active)
            if "employee_id" in suite.contract.names:
                facts["n_covered"] = int(active.is_in(seen.named.implode()).sum())
            facts["n_wanted"] = ceil(share * len(active))
        if suite.ends_with_period and suite.contract.at is not None:
            last = self._last_day(outcome, suite.contract.at)
            facts["last_day"] = "no day" if last is None else last.isoformat()
            after = self._wanted.first_day - dt.timedelta(days=1) if last is None else last
            facts["n_days_missing"] = max((self._wanted.last_working_day - after).days, 0)
        return facts

    def _last_day(self, outcome: DatasetOutcome, at: str) -> dt.date | None:
        """Day of the last valid row of P, None where there is none; or any from the last working day on."""
        first, last, seen = self._wanted.first_day, self._wanted.last_day, self._facts[outcome.dataset]
        if seen.quarters is not None:
            return last_day_of(seen.quarters, self._wanted.timezone, first, last)
        # In most deliveries some of the last rows tell; else all have to be looked at.
        some = [part.last(LATEST_ROWS).rows([at]) for part in outcome.parts[-1:]]
        found: dt.date | None = None
        for rows in (*some, outcome.rows().select(at)):
            days = rows.select(pl.col(at).dt.date()).filter(pl.col(at).is_between(first, last)).max()
            found = days.collect(engine="streaming").item()
            if found is not None and found >= self._wanted.last_working_day:
                break
        return found

    def _active(self) -> pl.Series:
        """Employees with a spell day in P."""
        return (
            self._outcomes["employees"]
            .rows()
            .filter(
                pl.col("start_date") <= self._wanted.last_day,
                pl.col("end_date").is_null() | (pl.col("end_date") >= self._wanted.first_day),
            )
            .select(pl.col("employee_id").unique())
            .collect()
            .get_column("employee_id")
        )

    def _each(self, name: str, frame: pl.DataFrame, rules: Sequence[Expectation]) -> Iterable[Finding]:
        """Findings of expectations on rows that each stand for a dataset, or its emptiest file."""
        for rule, result in zip(rules, self._project.run(name, frame.lazy(), rules), strict=True):
            failing = set(failing_of(result))
            for facts in frame.iter_rows(named=True):
                dataset = facts[FILE]
                bad = (dataset, facts[ROW]) in failing
                remark = REMARKS[str(rule.id).removesuffix(REQUIRED_SUFFIX)].format(**facts) if bad else ""
                yield replace(
                    finding_of(rule, result, SUITES[dataset]),
                    success=not bad,
                    n_evaluated=1,
                    n_unexpected=int(bad),
                    action=action_of(severity_of(rule), success=not bad, refuses=False),
                    failing=(),
                    remark=remark,
                )


def _gathered(delivered: Delivered) -> list[Gathered]:
    suite = SUITES[delivered.dataset]
    return Gathered.of(suite.contract, delivered, ends_with_period=suite.ends_with_period)


_MANY_NAMES: Final = 12
LATEST_ROWS: Final = 300_000
"""How many rows are looked at before all are, for the day up to which a dataset reaches."""
_FACTS: Final = pl.Schema(
    {
        FILE: pl.String(),
        "is_read": pl.Boolean(),
        "is_required": pl.Boolean(),
        "n_files": pl.Int64(),
        "n_rows": pl.Int64(),
        "n_refused": pl.Int64(),
        "n_tolerated": pl.Int64(),
        "n_covered": pl.Int64(),
        "n_wanted": pl.Int64(),
        "n_roster": pl.Int64(),
        "n_days_missing": pl.Int64(),
        "last_day": pl.String(),
    }
)


def _empty(files: Sequence[FileCounts]) -> str:
    """Names of the files without a row, as the remark wants them."""
    names = [file.name for file in files if not file.n_rows]
    if len(names) > _MANY_NAMES:
        names = [*names[:_MANY_NAMES], f"each of {len(names) - _MANY_NAMES} other files"]
    return " holds no row; ".join(names)


def _nothing_left(outcome: DatasetOutcome) -> str:
    """Why no valid row is left, by file."""
    return "; ".join(
        f"all rows of {file.name} are refused ({file.n_rows:,})" if file.n_rows else f"{file.name} holds no row"
        for file in outcome.files
    )


def _reconciled(files: Sequence[FileRead], refused: pl.DataFrame) -> tuple[FileCounts, ...]:
    """Rows of each content: sheets of one workbook, or equal files, are told apart by nothing a row carries."""
    counted = dict(refused.group_by("file_sha256").len().iter_rows())
    names: dict[str, str] = {}
    records: dict[str, int] = {}
    rows: dict[str, int] = {}
    for file in files:
        names.setdefault(file.sha256, file.name)
        records[file.sha256] = records.get(file.sha256, 0) + file.n_records
        rows[file.sha256] = rows.get(file.sha256, 0) + file.n_rows
    return tuple(
        FileCounts(
            name=name,
            sha256=sha256,
            n_records=records[sha256],
            n_rows=rows[sha256],
            n_valid=rows[sha256] - counted.get(sha256, 0),
            n_quarantined=counted.get(sha256, 0),
        )
        for sha256, name in names.items()
    )
