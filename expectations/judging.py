"""One segment of a dataset against its suite: what was found, the rows refused, and facts of those that stay."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.metadata
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import polars as pl
from great_expectations.expectations.expectation import Expectation

from expectations.engine import FAILED, quarantine
from expectations.findings import Action, Finding
from expectations.kept import keep, kept
from expectations.keys import repeated_positions
from expectations.project import LISTED_ROWS, Project
from expectations.segments import Delivered, Segment
from expectations.suites.suite import (
    ON_ROSTER,
    OVERLAPS,
    READABLE,
    REPEATED,
    UNREADABLE,
    EmployeeNumbers,
    Suite,
)
from sources.canonical import POSITION
from sources.contracts import FILE, PROBLEM, RAW, ROW, Dataset

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
_REFUSED: Final = "refused.parquet"
_QUARTER: Final = 15 * 60 * 1_000_000
"""Microseconds of a quarter of an hour: no quarter lies in two days of any timezone, and a period has few of them."""


@dataclass(frozen=True)
class Facts:
    """What the delivery as a whole is judged by.

    `named`: employee_id of the valid rows, each once. `quarters`: quarter hours since 1970 in which one happened, where
    that is kept for later runs; None elsewhere.
    """

    named: pl.Series
    quarters: pl.Series | None

    @classmethod
    def of_all(cls, parts: Sequence[Facts]) -> Facts:
        """Of several segments together."""
        named = pl.concat([one.named for one in parts]).unique()
        quarters = [one.quarters for one in parts if one.quarters is not None]
        together = pl.concat(quarters).unique() if len(quarters) == len(parts) else None
        return cls(named, together)


def last_day_of(quarters: pl.Series, timezone: str, first: dt.date, last: dt.date) -> dt.date | None:
    """The last day between these that one of the quarter hours lies in; None where there is none."""
    at = (quarters * _QUARTER).cast(pl.Datetime("us", "UTC"))
    days = at.dt.convert_time_zone(timezone).dt.date()
    found: dt.date | None = days.filter(days.is_between(first, last)).max()  # type: ignore[assignment]
    return found


@dataclass(frozen=True)
class Gathered:
    """What is asked of the rows of one segment before they are judged.

    `repeated`: positions of rows that a later row of the dataset repeats. `tallies`: rows of each employee, and of each
    quarter hour where that is kept with the segment.
    """

    repeated: pl.Series
    tallies: Mapping[str, pl.DataFrame]

    @classmethod
    def of(cls, contract: Dataset, delivered: Delivered, *, ends_with_period: bool) -> list[Gathered]:
        """One for each segment; the tallies are kept with a segment that is."""
        repeated = repeated_positions(contract, delivered)
        tallies = [_tallies(contract, segment, ends_with_period=ends_with_period) for segment in delivered.segments]
        return [cls(*one) for one in zip(repeated, tallies, strict=True)]


def _tallies(contract: Dataset, segment: Segment, *, ends_with_period: bool) -> dict[str, pl.DataFrame]:
    """How many rows there are of each employee; of a segment that is kept they are kept too, with those by quarter."""
    place = None if segment.kept is None else segment.kept / "tallies"
    names = None if place is None else kept(place)
    if place is not None and names is not None:
        return {name: pl.read_parquet(place / f"{name}.parquet") for name in names}
    plans = {}
    if "employee_id" in contract.names:
        plans["employee_id"] = _tally_of_runs(segment, "employee_id")
    if place is not None and ends_with_period and contract.at is not None:
        plans["quarter"] = segment.scan().group_by(quarter_of(contract).alias("quarter")).len("n")
    tallies = dict(zip(plans, pl.collect_all(list(plans.values()), engine="streaming"), strict=True))
    if place is not None:
        keep(place, list(tallies), {f"{name}.parquet": tally.write_parquet for name, tally in tallies.items()})
    return tallies


def _tally_of_runs(segment: Segment, name: str) -> pl.LazyFrame:
    """How many rows have each value: the lengths of runs of equal values are added up, for runs are mostly long."""
    value = pl.col(name)
    starts = segment.scan().select(POSITION, name).filter(pl.col(POSITION).eq(0) | value.ne_missing(value.shift()))
    following = pl.col(POSITION).shift(-1, fill_value=segment.n_rows)
    return starts.select(name, n=following - pl.col(POSITION)).group_by(name).agg(pl.col("n").sum())


@dataclass(frozen=True)
class Judged:
    """What was found in one segment; `refused` has the columns of QUARANTINED and POSITION."""

    findings: tuple[Finding, ...]
    refused: pl.DataFrame
    facts: Facts


@dataclass(frozen=True)
class Judging:
    """How the segments of one dataset are judged: all that decides it, but for the rows.

    `code` tells versions of the code apart.
    """

    project: Project
    suite: Suite
    numbers: EmployeeNumbers | None
    roster: pl.Series
    code: str

    def segment(self, segment: Segment, gathered: Gathered) -> Judged:
        """Judges one segment.

        What was found in a segment that is kept is kept with it, and taken from there where nothing has changed that
        it hangs on.
        """
        rows, tallies, repeated = segment.scan(), gathered.tallies, gathered.repeated
        strangers = self._strangers(tallies)
        if segment.kept is None:
            return self._judge(rows, tallies, strangers, repeated)[0]
        key = self._key(strangers, repeated)
        folder = segment.kept / f"judged-{key}"
        found = kept(folder)
        if found is not None:
            self.project.taken_over(f"{self.suite.dataset}.rows", f"{segment.kept.name}-{key}", found["results"])
            refused = pl.read_parquet(folder / _REFUSED)
            findings = tuple(Finding.of(one) for one in found["findings"])
            return Judged(findings, refused.select(*QUARANTINED, POSITION), self._facts(tallies, refused))
        judged, refused, results = self._judge(rows, tallies, strangers, repeated)
        for earlier in segment.kept.glob("judged-*"):
            shutil.rmtree(earlier)
        document = {"findings": [one.document() for one in judged.findings], "results": results}
        keep(folder, document, {_REFUSED: refused.write_parquet})
        return judged

    def _judge(
        self, rows: pl.LazyFrame, tallies: Mapping[str, pl.DataFrame], strangers: pl.Series, repeated: pl.Series
    ) -> tuple[Judged, pl.DataFrame, list[dict[str, Any]]]:
        """What is found, the refused rows with what is tallied of them, and the results of Great Expectations."""
        frame = self._marked(rows, repeated, strangers)
        rules = self.suite.row_expectations(self.numbers)
        found = self.project.run(f"{self.suite.dataset}.rows", frame, rules)
        refusing = [
            rule
            for rule, result in zip(rules, found, strict=True)
            if severity_of(rule) == "warning" and not result["success"]
        ]
        refused = self._refused(frame, refusing, tallies)
        findings = tuple(finding_of(rule, result, self.suite) for rule, result in zip(rules, found, strict=True))
        facts = self._facts(tallies, refused)
        return Judged(findings, refused.select(*QUARANTINED, POSITION), facts), refused, found

    def _key(self, strangers: pl.Series, repeated: pl.Series) -> str:
        """Of all that decides what is found in the rows of a segment."""
        parts = {
            "code": self.code,
            "great_expectations": importlib.metadata.version("great-expectations"),
            "numbers": self.numbers and [self.numbers.pns, self.numbers.pppk],
            "strangers": strangers.sort().to_list(),
            "repeated": repeated.to_list(),
        }
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    def _strangers(self, tallies: Mapping[str, pl.DataFrame]) -> pl.Series:
        """Ids that are not on the roster."""
        if not self.suite.contract.on_roster:
            return pl.Series([], dtype=pl.String)
        ids = tallies["employee_id"].get_column("employee_id").drop_nulls()
        return ids.filter(~ids.is_in(self.roster.implode()))

    def _marked(self, rows: pl.LazyFrame, repeated: pl.Series, strangers: pl.Series) -> pl.LazyFrame:
        """Adds the marks that row expectations ask for."""
        is_repeated = pl.lit(value=False) if repeated.is_empty() else pl.col(POSITION).is_in(repeated.implode())
        on_roster = pl.lit(value=True) if strangers.is_empty() else ~pl.col("employee_id").is_in(strangers.implode())
        if self.suite.contract.on_roster:
            on_roster = pl.when(pl.col("employee_id").is_not_null()).then(on_roster)
        return rows.with_columns(is_repeated.alias(REPEATED), on_roster.alias(ON_ROSTER)).with_columns(
            (~pl.col(REPEATED) & pl.col(PROBLEM).is_null()).alias(READABLE)
        )

    def _refused(
        self, frame: pl.LazyFrame, rules: Sequence[Expectation], tallies: Mapping[str, pl.DataFrame]
    ) -> pl.DataFrame:
        """The rows that fail one of these expectations; the reason is the first. With what is tallied of them."""
        contract = self.suite.contract
        beside = {"employee_id": pl.col("employee_id"), "quarter": quarter_of(contract)}
        if not rules:
            tallied = {name: tally.schema[name] for name, tally in tallies.items()}
            return pl.DataFrame(schema={**QUARANTINED, POSITION: pl.UInt32, **tallied})
        reason = pl.col(FAILED).list.first()
        place = {rule.id: _columns(rule) for rule in rules}
        is_unreadable = reason.is_in(UNREADABLE)
        refused = quarantine(frame, rules).refused.select(
            POSITION,
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
            record=pl.coalesce(RAW, pl.struct(pl.col(contract.names).cast(pl.String)).struct.json_encode()),
            **{name: beside[name] for name in tallies},
        )
        return refused.collect(engine="streaming").cast(dict(QUARANTINED))  # type: ignore[arg-type]  # a mapping

    def _facts(self, tallies: Mapping[str, pl.DataFrame], refused: pl.DataFrame) -> Facts:
        """What is left of the tallies without the refused rows."""
        left = {"employee_id": pl.Series([], dtype=pl.String)}
        for name, tally in tallies.items():
            gone = refused.group_by(name).len("gone")
            stay = tally.join(gone, on=name, how="left").filter(pl.col("n") > pl.col("gone").fill_null(0))
            left[name] = stay.get_column(name).drop_nulls()
        return Facts(left["employee_id"], left.get("quarter"))


def merged(found: Iterable[Sequence[Finding]]) -> tuple[Finding, ...]:
    """The findings of several segments as those of the dataset."""
    return tuple(_merged(one) for one in zip(*found, strict=True))


def _merged(parts: Sequence[Finding]) -> Finding:
    success = all(part.success for part in parts)
    failing = sorted(place for part in parts for place in part.failing)
    return replace(
        parts[0],
        success=success,
        n_evaluated=sum(part.n_evaluated for part in parts),
        n_unexpected=sum(part.n_unexpected for part in parts),
        action=action_of(parts[0].severity, success=success, refuses=True),
        failing=tuple(failing[:LISTED_ROWS]),
    )


def finding_of(rule: Expectation, result: Mapping[str, Any], suite: Suite) -> Finding:
    """What one result of Great Expectations says."""
    found = result["result"]
    success = bool(result["success"])
    n_evaluated = int(found.get("element_count") or found.get("observed_value") or 0)
    n_unexpected = int(found.get("unexpected_count") or 0) if success or "unexpected_count" in found else 1
    meta = dict(rule.meta or {})
    return Finding(
        dataset=suite.dataset,
        expectation_id=str(rule.id),
        expectation_type=result["expectation_config"]["type"],
        columns=_columns(rule),
        severity=severity_of(rule),
        success=success,
        n_evaluated=n_evaluated,
        n_unexpected=n_unexpected,
        action=action_of(severity_of(rule), success=success, refuses=True),
        expected=meta["expected"],
        why=meta["why"],
        protects=suite.protects,
        failing=failing_of(result),
    )


def failing_of(result: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    """References to the rows that failed, bounded."""
    entries = result["result"].get("partial_unexpected_index_list") or []
    return tuple((entry[FILE], entry[ROW]) for entry in entries)


def severity_of(rule: Expectation) -> Any:
    """critical, warning or info."""
    return getattr(rule.severity, "value", rule.severity)


def action_of(severity: str, *, success: bool, refuses: bool) -> Action:
    """What follows from it."""
    if success:
        return "passed"
    if severity == "critical":
        return "stopped"
    if severity == "info":
        return "counted"
    return "quarantined" if refuses else "warned"


def quarter_of(contract: Dataset) -> pl.Expr:
    """The quarter hour since 1970 in which a row happened."""
    return pl.lit(None) if contract.at is None else pl.col(contract.at).to_physical() // _QUARTER


def _columns(rule: Expectation) -> str:
    """The columns an expectation is about, in words a reader of the file knows."""
    marks = {REPEATED: "key", PROBLEM: "", ON_ROSTER: "employee_id", OVERLAPS: "start_date"}
    kwargs = json.loads(json.dumps(rule.configuration.kwargs, default=str))
    named = [kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs] + kwargs.get("column_list", [])
    return ",".join(marks.get(name, name) for name in named)
