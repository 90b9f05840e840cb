"""Validating a delivery: every dataset against its suite, refused rows set apart, the delivery judged as a whole.

Imports Great Expectations (6-7 s): `expectations` itself stays light and imports this where it is used.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from math import ceil
from pathlib import Path
from typing import Any, Final

import great_expectations as gx
import polars as pl
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.expectation import Expectation

from expectations.engine import FAILED, PolarsDatasource, quarantine
from expectations.findings import Action, DatasetOutcome, FileCounts, Finding
from expectations.suites import SUITES
from expectations.suites.delivery import REMARKS, REQUIRED_SUFFIX, dataset_expectations, file_expectations
from expectations.suites.suite import (
    EXPECTED_COVERAGE,
    LARGEST_REFUSED_SHARE,
    ON_ROSTER,
    OVERLAPS,
    READABLE,
    REPEATED,
    UNREADABLE,
    EmployeeNumbers,
    Suite,
)
from sources import DatasetRead, FileRead
from sources.contracts import DATASETS, FILE, PROBLEM, RAW, ROW, Dataset

_LISTED_ROWS: Final = 20
QUARANTINED: Final = pl.Schema(
    {
        "dataset": pl.String(),
        "file_sha256": pl.String(),
        "row": pl.Int64(),
        "column": pl.String(),
        "reason": pl.String(),
        "record": pl.String(),
    }
)
"""Columns of the refused rows of a dataset."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What this run needs of the delivery.

    `first_day`, `last_day`: days of P; `last_working_day`: up to which data should reach. `reads`: datasets the
    policy's indicators read. `requires`: least share of the roster with a row, by dataset, on pain of stopping.
    `numbers` are None where the policy accepts any employee id.
    """

    timezone: str
    first_day: dt.date
    last_day: dt.date
    last_working_day: dt.date
    numbers: EmployeeNumbers | None
    reads: frozenset[str]
    requires: Mapping[str, Decimal] = field(default_factory=dict)


class Validation:
    """Validates the datasets of one run, the roster first, then the delivery; a GX project is kept in `folder`."""

    def __init__(self, folder: Path, out: Path, wanted: Wanted) -> None:
        """`folder` receives the project and its result JSON, `out` the Parquet of valid rows."""
        self._context = gx.get_context(mode="file", project_root_dir=folder)
        self._context.variables.progress_bars = ProgressBarsConfig(globally=False)
        self._source: PolarsDatasource = self._context.data_sources.add_polars("canonical", origin=[FILE, ROW])
        self._out = out
        self._wanted = wanted
        self._roster = pl.Series("employee_id", [], pl.String)
        self._outcomes: dict[str, DatasetOutcome] = {}

    def dataset(self, read: DatasetRead) -> DatasetOutcome:
        """Validates one dataset as it was read; employees must come first."""
        name, suite = read.dataset, SUITES[read.dataset]
        frame = self._marked(suite.contract, pl.scan_parquet(read.path))
        rules = suite.row_expectations(self._wanted.numbers)
        found = self._run(f"{name}.rows", frame, rules)
        valid = self._out / f"{name}.parquet"
        refusing = [rule for rule in rules if _severity(rule) == "warning"]
        failed = {rule.id for rule, result in zip(rules, found, strict=True) if not result["success"]}
        clean = not failed.intersection(rule.id for rule in refusing)
        refused = self._split(suite.contract, frame, refusing, valid, clean=clean)
        outcome = DatasetOutcome(
            dataset=name,
            valid=valid,
            files=_reconciled(read.files, refused),
            findings=tuple(_finding(name, rule, result, suite) for rule, result in zip(rules, found, strict=True)),
            quarantined=refused,
            notes=read.notes,
        )
        if name == "employees":
            self._roster = pl.scan_parquet(valid).select("employee_id").unique().collect().get_column("employee_id")
        outcome = self._judged_whole(suite, outcome)
        self._outcomes[name] = outcome
        return outcome

    def delivery(self) -> tuple[Finding, ...]:
        """Judges the delivery once every dataset is validated: one finding a dataset and expectation."""
        files = [(name, file.name, file.n_rows) for name, outcome in self._outcomes.items() for file in outcome.files]
        columns = {FILE: pl.String, "name": pl.String, "n_rows": pl.Int64}
        by_file = pl.DataFrame(files, schema=columns, orient="row").with_row_index(ROW)
        by_dataset = pl.DataFrame([self._facts(name) for name in DATASETS], schema=_FACTS).with_row_index(ROW)
        found = [
            *self._each("delivery.files", by_file, file_expectations()),
            *self._each("delivery.datasets", by_dataset, dataset_expectations()),
        ]
        return tuple(found)

    def _marked(self, contract: Dataset, frame: pl.LazyFrame) -> pl.LazyFrame:
        """Adds the marks that row expectations ask for."""
        repeated = pl.lit(value=False)
        if contract.key:
            is_keyed = pl.all_horizontal(
                pl.col(name).is_not_null() for name in contract.key if contract.column(name).required
            )
            repeated = is_keyed & ~pl.struct(contract.key).is_last_distinct()
        on_roster = pl.col("employee_id").is_in(self._roster.implode()) if contract.on_roster else pl.lit(value=True)
        return frame.with_columns(repeated.alias(REPEATED), on_roster.alias(ON_ROSTER)).with_columns(
            (~pl.col(REPEATED) & pl.col(PROBLEM).is_null()).alias(READABLE)
        )

    def _run(self, name: str, frame: pl.LazyFrame, rules: Sequence[Expectation]) -> list[dict[str, Any]]:
        """Runs the expectations as a GX validation definition; their results as JSON data, in order."""
        # A suite gives its expectations ids of its own, so ours goes along as meta.
        copies = [rule.copy(update={"id": None, "meta": {**_meta(rule), "id": rule.id}}) for rule in rules]
        suite = self._context.suites.add(gx.ExpectationSuite(name, expectations=copies))
        whole = self._source.add_frame_asset(name).add_batch_definition_whole_frame("all")
        definition = self._context.validation_definitions.add(
            gx.ValidationDefinition(name=name, data=whole, suite=suite)
        )
        result_format = {"result_format": "SUMMARY", "partial_unexpected_count": _LISTED_ROWS}
        result = definition.run(batch_parameters={"dataframe": frame}, result_format=result_format)
        document = result.to_json_dict()  # type: ignore[no-untyped-call]
        by_id = {one["expectation_config"]["meta"]["id"]: one for one in document["results"]}
        if faults := [fault for one in by_id.values() for fault in _faults(one["exception_info"])]:
            raise RuntimeError(f"{name}: " + "; ".join(faults))
        return [by_id[rule.id] for rule in rules]

    def _split(
        self, contract: Dataset, frame: pl.LazyFrame, rules: Sequence[Expectation], valid: Path, *, clean: bool
    ) -> pl.DataFrame:
        """Writes the valid rows, returns the refused ones; the reason is the first expectation a row fails."""
        columns = [*contract.names, FILE, ROW]
        valid.parent.mkdir(parents=True, exist_ok=True)
        if clean:
            frame.select(columns).sink_parquet(valid)
            return pl.DataFrame(schema=QUARANTINED)
        split = quarantine(frame, rules)
        reason = pl.col(FAILED).list.first()
        record = pl.coalesce(RAW, pl.struct(pl.col(contract.names).cast(pl.String)).struct.json_encode())
        place = {rule.id: _columns(rule) for rule in rules}
        is_unreadable = reason.is_in(UNREADABLE)
        refused = split.refused.select(
            dataset=pl.lit(contract.name),
            file_sha256=FILE,
            row=ROW,
            column=pl.when(is_unreadable)
            .then(pl.col(PROBLEM).str.split(": ").list.first())
            .otherwise(reason.replace_strict(place, default=None, return_dtype=pl.String)),
            # What did not parse says how; all others are told by the id of their expectation.
            reason=pl.when(reason == UNREADABLE[0])
            .then(pl.concat_str(reason, pl.lit(": "), PROBLEM))
            .otherwise(reason),
            record=record,
        )
        sink = split.valid.select(columns).sink_parquet(valid, lazy=True)
        _, rows = pl.collect_all([sink, refused], engine="streaming")
        return rows.cast(dict(QUARANTINED)).sort("file_sha256", "row")  # type: ignore[arg-type]  # a Schema is a mapping

    def _judged_whole(self, suite: Suite, outcome: DatasetOutcome) -> DatasetOutcome:
        """The outcome with the findings on the valid rows as a whole, where the suite has such expectations."""
        rules = suite.whole()
        if not rules:
            return outcome
        spell = ["employee_id", "start_date"]
        earlier_end = (
            pl.col("end_date").fill_null(dt.date.max).cum_max().shift().over("employee_id", order_by="start_date")
        )
        frame = (
            pl.scan_parquet(outcome.valid)
            .sort(spell)
            .with_columns((pl.col("start_date") <= earlier_end).fill_null(value=False).alias(OVERLAPS))
        )
        found = self._run(f"{suite.dataset}.whole", frame, rules)
        whole = [_finding(suite.dataset, rule, result, suite) for rule, result in zip(rules, found, strict=True)]
        if outcome.n_valid == 0:
            whole = [one if one.success else replace(one, remark=_nothing_left(outcome)) for one in whole]
        return replace(outcome, findings=(*outcome.findings, *whole))

    def _facts(self, name: str) -> dict[str, Any]:
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
        valid = pl.scan_parquet(outcome.valid)
        if required is not None or (suite.covers_roster and facts["is_read"]):
            share = EXPECTED_COVERAGE if required is None else required
            active = self._active()
            facts["n_roster"] = len(active)
            facts["n_covered"] = _n_named(suite.contract, valid, active)
            facts["n_wanted"] = ceil(share * len(active))
        if suite.ends_with_period and suite.contract.at is not None:
            last = self._last_day(valid, suite.contract.at)
            facts["last_day"] = "no day" if last is None else last.isoformat()
            after = self._wanted.first_day - dt.timedelta(days=1) if last is None else last
            facts["n_days_missing"] = max((self._wanted.last_working_day - after).days, 0)
        return facts

    def _active(self) -> pl.Series:
        """Employees with a spell day in P."""
        return (
            pl.scan_parquet(self._outcomes["employees"].valid)
            .filter(
                pl.col("start_date") <= self._wanted.last_day,
                pl.col("end_date").is_null() | (pl.col("end_date") >= self._wanted.first_day),
            )
            .select(pl.col("employee_id").unique())
            .collect()
            .get_column("employee_id")
        )

    def _last_day(self, valid: pl.LazyFrame, at: str) -> dt.date | None:
        """Day of the last row within P; None where no row lies in it."""
        day = pl.col(at).dt.replace_time_zone(None).dt.date()
        in_span = day.is_between(self._wanted.first_day, self._wanted.last_day)
        last: dt.date | None = valid.select(day.filter(in_span).max()).collect(engine="streaming").item()
        return last

    def _each(self, name: str, frame: pl.DataFrame, rules: Sequence[Expectation]) -> Iterable[Finding]:
        """Findings of expectations on rows that each stand for a dataset or file."""
        for rule, result in zip(rules, self._run(name, frame.lazy(), rules), strict=True):
            failing = {(entry[FILE], entry[ROW]) for entry in _failing(result)}
            for facts in frame.iter_rows(named=True):
                dataset = facts[FILE]
                bad = (dataset, facts[ROW]) in failing
                remark = REMARKS[str(rule.id).removesuffix(REQUIRED_SUFFIX)].format(**facts) if bad else ""
                yield replace(
                    _finding(dataset, rule, result, SUITES[dataset]),
                    success=not bad,
                    n_evaluated=1,
                    n_unexpected=int(bad),
                    action=_action(_severity(rule), success=not bad, refuses=False),
                    failing=(),
                    remark=remark,
                )


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


def _n_named(contract: Dataset, valid: pl.LazyFrame, employees: pl.Series) -> int | None:
    """How many of these employees have a row; None for a dataset that names nobody."""
    if "employee_id" not in contract.names:
        return None
    named = valid.filter(pl.col("employee_id").is_in(employees.implode()))
    return int(named.select(pl.col("employee_id").n_unique()).collect(engine="streaming").item())


def _nothing_left(outcome: DatasetOutcome) -> str:
    """Why no valid row is left, by file."""
    return "; ".join(
        f"all rows of {file.name} are refused ({file.n_rows:,})" if file.n_rows else f"{file.name} holds no row"
        for file in outcome.files
    )


def _finding(dataset: str, rule: Expectation, result: Mapping[str, Any], suite: Suite) -> Finding:
    found = result["result"]
    success = bool(result["success"])
    n_evaluated = int(found.get("element_count") or found.get("observed_value") or 0)
    n_unexpected = int(found.get("unexpected_count") or 0) if success or "unexpected_count" in found else 1
    return Finding(
        dataset=dataset,
        expectation_id=str(rule.id),
        expectation_type=result["expectation_config"]["type"],
        columns=_columns(rule),
        severity=_severity(rule),
        success=success,
        n_evaluated=n_evaluated,
        n_unexpected=n_unexpected,
        action=_action(_severity(rule), success=success, refuses=True),
        expected=_meta(rule)["expected"],
        why=_meta(rule)["why"],
        protects=suite.protects,
        failing=tuple((entry[FILE], entry[ROW]) for entry in _failing(result)),
    )


def _faults(info: Mapping[str, Any]) -> list[str]:
    """What Great Expectations could not compute: said of the expectation, or of each metric under it."""
    parts = [info] if "raised_exception" in info else list(info.values())
    return [str(part["exception_message"]) for part in parts if part.get("raised_exception")]


def _meta(rule: Expectation) -> dict[str, Any]:
    return dict(rule.meta or {})


def _failing(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list(result["result"].get("partial_unexpected_index_list") or [])


def _severity(rule: Expectation) -> Any:
    return getattr(rule.severity, "value", rule.severity)


def _action(severity: str, *, success: bool, refuses: bool) -> Action:
    if success:
        return "passed"
    if severity == "critical":
        return "stopped"
    if severity == "info":
        return "counted"
    return "quarantined" if refuses else "warned"


def _columns(rule: Expectation) -> str:
    """The columns an expectation is about, in words a reader of the file knows."""
    marks = {REPEATED: "key", PROBLEM: "", ON_ROSTER: "employee_id", OVERLAPS: "start_date"}
    kwargs = json.loads(json.dumps(rule.configuration.kwargs, default=str))
    named = [kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs] + kwargs.get("column_list", [])
    return ",".join(marks.get(name, name) for name in named)


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
