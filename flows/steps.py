"""The steps of a run, in order. Each is a plain function: how it is called is the seam's business."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from expectations.findings import DatasetOutcome, Finding, ValidationStopped
from expectations.segments import Delivered
from flows import segments
from flows.ahead import Ahead, load_ahead, wait_for
from flows.order import Run
from flows.seam import step
from sources import LandedFile, input_hash, land_unsettled, read_datasets
from sources.contracts import DATASETS
from sources.public_holidays import public_holidays
from transforms import DATASETS_READ, Results, problems_of
from transforms import score as score_frames
from warehouse import FileRecord, PolicyRecord, Published, ValidationRecord, Warehouse, WarehouseError, open_warehouse

if TYPE_CHECKING:
    from flows.publication import Publication

_TREND_RUNS = 8
_VALIDATION = "expectations.validation"
_HOLIDAYS = "holidays.countries.indonesia"


@dataclass(frozen=True)
class Landed:
    """Input files in the landing store, on the disk once they are `settled`."""

    files: tuple[LandedFile, ...]
    input_hash: str
    settled: Ahead

    @property
    def counts(self) -> Mapping[str, int]:
        """How much was landed."""
        return {"files": len(self.files), "bytes": sum(file.n_bytes for file in self.files)}


@dataclass(frozen=True)
class Read:
    """Canonical rows of each dataset that was delivered; `n_kept` of its rows were read by an earlier run."""

    datasets: Mapping[str, Delivered]
    n_kept: int = 0

    @property
    def counts(self) -> Mapping[str, int]:
        """How much was read."""
        files = [file for read in self.datasets.values() for file in read.files]
        counts = {"records": sum(file.n_records for file in files), "rows": sum(file.n_rows for file in files)}
        return counts | ({"kept": self.n_kept} if self.n_kept else {})


@dataclass(frozen=True)
class Checked:
    """Valid rows, refused rows, and what was found; `stops` and `warnings` are sentences."""

    outcomes: Mapping[str, DatasetOutcome]
    delivery: tuple[Finding, ...]
    stops: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many rows go on."""
        return {
            "valid": sum(outcome.n_valid for outcome in self.outcomes.values()),
            "quarantined": sum(outcome.n_quarantined for outcome in self.outcomes.values()),
        }

    @property
    def findings(self) -> Iterable[Finding]:
        """All of them, the datasets' before the delivery's."""
        for outcome in self.outcomes.values():
            yield from outcome.findings
        yield from self.delivery


@dataclass(frozen=True)
class Scored:
    """The results, and what must be said about them."""

    results: Results
    warnings: tuple[str, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many people and numbers."""
        return {"employees": self.results.employees.height, "indicators": self.results.indicators.height}

    @property
    def frames(self) -> dict[str, pl.DataFrame]:
        """The frames that are loaded."""
        return {
            "employees": self.results.employees,
            "indicators": self.results.indicators,
            "scores": self.results.scores,
            "discipline_status": self.results.discipline_status,
            "competency_gaps": self.results.competency_gaps,
            "follow_ups": self.results.follow_ups,
            "decisions": self.results.decisions,
            "unit_guidance": self.results.unit_guidance,
        }


@dataclass(frozen=True)
class Insights:
    """What the scores are for, frame by frame; none of it changes a score."""

    frames: Mapping[str, pl.DataFrame]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many rows, of all frames together."""
        return {"rows": sum(frame.height for frame in self.frames.values())}


@dataclass(frozen=True)
class Loaded:
    """How the load ended."""

    published: Published

    @property
    def counts(self) -> Mapping[str, int]:
        """The revision that stands now."""
        return {"revision": self.published.revision}


@step("land", retries=3)
def land(run: Run) -> Landed:
    """Copies every input file to content-addressed storage."""
    load_ahead(_VALIDATION)
    load_ahead(_HOLIDAYS)
    files, settle = land_unsettled(run.source_map, run.order.home / "landing")
    return Landed(files, input_hash(files, run.source_map), Ahead("settling landed files", settle))


@step("read")
def read(run: Run, landed: Landed) -> Read:
    """Turns every file into canonical rows, each with its origin; in a refresh, every file that is new."""
    if run.order.incremental and run.is_provisional:
        return Read(*segments.delivered(run, landed.files))
    out = run.folder / "canonical"
    found = read_datasets(run.source_map, landed.files, timezone=run.policy.timezone, out=out, lean=True)
    return Read({name: Delivered.of(one) for name, one in found.items()})


@step("validate")
def validate(run: Run, landed: Landed, was_read: Read) -> Checked:
    """Checks every dataset against its suite and the delivery as a whole; writes the validation report.

    Raises:
        ValidationStopped: nothing is to be loaded; the report says what and where.
    """
    wait_for(_VALIDATION)
    wait_for(_HOLIDAYS)
    from expectations.suites.suite import EmployeeNumbers
    from expectations.validation import Validation, Wanted

    pattern = run.policy.national.employee_number
    wanted = Wanted(
        timezone=run.policy.timezone,
        first_day=run.period.start,
        last_day=run.last_day,
        last_working_day=_last_working_day(run),
        numbers=EmployeeNumbers(pattern.pns, pattern.pppk) if run.policy.employee_id.pattern == "nip" else None,
        reads=run.reads,
        requires=run.requires,
        code=run.code_version,
    )
    if "employees" not in was_read.datasets:
        missing = f"employees: no file was delivered in {run.order.inputs}; without a roster there is nobody to score. "
        remedy = "Add employees.csv, or name the file that holds the roster in sources.yaml."
        raise ValidationStopped([missing + remedy])
    validation = Validation(run.report_folder, wanted)
    outcomes: dict[str, DatasetOutcome] = {}
    for outcome in validation.datasets(was_read.datasets.values()):
        outcomes[outcome.dataset] = outcome
        if outcome.dataset == "employees" and _stops(outcome.findings, landed):
            break  # without a sound roster nothing else can be judged
    whole = len(outcomes) == len(was_read.datasets)
    delivery = validation.delivery() if whole else ()
    findings = [finding for outcome in outcomes.values() for finding in outcome.findings]
    checked = Checked(
        outcomes,
        delivery,
        stops=tuple(_stops([*findings, *delivery], landed)),
        warnings=tuple(_said(finding) for finding in delivery if finding.action == "warned"),
    )
    _write_report(run, landed, checked)
    return checked


@step("score")
def score(run: Run, checked: Checked) -> Scored:
    """Turns valid rows into indicators, group scores, scores and proposed ratings."""
    results = score_frames(
        valid_rows(run, checked),
        run.policy,
        run.period,
        known_as_of=run.known_as_of,
        public_holidays=public_holidays(holiday_years(run)),
    )
    return Scored(results, tuple(gaps_said(results)))


@step("validate scores")
def validate_scores(run: Run, scored: Scored) -> Scored:
    """Every employee has every item once, within bounds; nothing is published otherwise."""
    if problems := problems_of(scored.results, run.policy):
        raise RuntimeError("the results contradict themselves, nothing is published: " + "; ".join(problems))
    return scored


@step("insights")
def insights(run: Run, checked: Checked, scored: Scored, publication: Publication) -> Insights:
    """Says what the scores are for: units, effects, evidence, against the period published before.

    What is made is given to the publication at once.
    """
    from transforms.insights import Previous, families

    with open_warehouse(run.order.warehouse_url) as warehouse:
        before = warehouse.published_before(run.policy.city, run.period.start, run.period.end)
    found: dict[str, pl.DataFrame] = {}
    for made in families(
        valid_rows(run, checked),
        scored.results,
        run.policy,
        run.period,
        known_as_of=run.known_as_of,
        public_holidays=public_holidays(holiday_years(run)),
        previous=None if before is None else Previous(before.period, before.frames),
    ):
        publication.add(made)
        found |= made
    return Insights(found)


@step("load", retries=3)
def load(publication: Publication, landed: Landed, checked: Checked, found: Insights) -> Loaded:
    """Publishes the results as the next revision, in one transaction; equal results make none.

    Raises:
        UnreadableFile: a landed file that was scanned where it lies is no longer what it was when it was read.
    """
    landed.settled.wait()
    scanned = {one.path for outcome in checked.outcomes.values() for part in outcome.parts for one in part.files}
    for file in landed.files:
        if file.path in scanned:
            file.verify()
    return Loaded(publication.complete(found.frames))


def policy_record(run: Run) -> PolicyRecord:
    """The policy as the warehouse keeps it."""
    return PolicyRecord(
        policy_hash=run.policy_hash,
        city=run.policy.city,
        in_force=run.policy.in_force,
        document=run.policy.model_dump_json(),
    )


def findings_of(landed: Landed, checked: Checked | None) -> dict[str, Any]:
    """What the warehouse keeps of files, expectations and refused rows, as far as the run came."""
    counts = {
        (file.name, name): file
        for name, outcome in (checked.outcomes if checked else {}).items()
        for file in outcome.files
    }
    files = []
    for file in landed.files:
        found = counts.get((file.name, file.dataset or ""))
        record = FileRecord(
            name=file.name, dataset=file.dataset or "crosswalk", sha256=file.sha256, n_bytes=file.n_bytes
        )
        if found is not None:
            record = FileRecord(
                name=file.name,
                dataset=record.dataset,
                sha256=file.sha256,
                n_bytes=file.n_bytes,
                n_records=found.n_records,
                n_rows=found.n_rows,
                n_valid=found.n_valid,
                n_quarantined=found.n_quarantined,
            )
        files.append(record)
    refused = [outcome.quarantined for outcome in checked.outcomes.values()] if checked else []
    return {
        "files": files,
        "validations": [_validation(finding) for finding in checked.findings] if checked else [],
        "quarantined": pl.concat(refused) if refused else None,
    }


def clear_folder(run: Run) -> None:
    """Removes what runs of this city and period left behind; only for who holds the lease.

    Before a final run also what refreshes keep: nobody needs it from then on.
    """
    shutil.rmtree(run.folder.parent, ignore_errors=True)
    if not run.is_provisional:
        shutil.rmtree(segments.shelf_folder(run), ignore_errors=True)


def clear_own_folder(run: Run) -> None:
    """Removes what this run alone left behind."""
    shutil.rmtree(run.folder, ignore_errors=True)


def write_manifest(run: Run, document: Mapping[str, Any]) -> None:
    """Keeps what identifies the run beside its report."""
    from reports import write_manifest as write

    write(run.report_folder, document)


def _validation(finding: Finding) -> ValidationRecord:
    return ValidationRecord(
        dataset=finding.dataset,
        expectation_id=finding.expectation_id,
        expectation_type=finding.expectation_type,
        columns=finding.columns,
        severity=finding.severity,
        success=finding.success,
        n_evaluated=finding.n_evaluated,
        n_unexpected=finding.n_unexpected,
        action=finding.action,
        why=finding.why,
    )


def valid_rows(run: Run, checked: Checked) -> dict[str, pl.LazyFrame]:
    """The valid rows of every dataset that scoring reads; none of one that was not delivered."""
    return {
        name: checked.outcomes[name].rows()
        if name in checked.outcomes
        else DATASETS[name].empty(run.policy.timezone).lazy()
        for name in DATASETS_READ
    }


def _last_working_day(run: Run) -> dt.date:
    """The last weekday of P that is no public holiday: up to it data should reach."""
    days_off, day = public_holidays([run.last_day.year]), run.last_day
    while day > run.period.start and (day.isoweekday() > 5 or day in days_off):
        day -= dt.timedelta(days=1)
    return day


def holiday_years(run: Run) -> range:
    """Years whose days off a clock may run over: complaints of two years back, deadlines into the next."""
    return range(run.period.year - 2, run.period.year + 2)


def _stops(findings: Iterable[Finding], landed: Landed) -> list[str]:
    return [_said(finding, landed) for finding in findings if finding.action == "stopped"]


def _said(finding: Finding, landed: Landed | None = None) -> str:
    """One sentence: what was expected, what was found and where, why it matters."""
    found = finding.remark
    if not found and finding.failing and landed is not None:
        sha256, row = finding.failing[0]
        names = {file.sha256: file.name for file in landed.files}
        rows = "1 row that is" if finding.n_unexpected == 1 else f"{finding.n_unexpected:,} rows that are"
        found = f"{rows} not so, the first in {names.get(sha256, sha256[:12])} row {row}"
    what = found if finding.remark else f"expected that {finding.expected}; found {found or 'otherwise'}"
    return f"{finding.dataset}: {what}. {finding.why}"


def gaps_said(results: Results) -> list[str]:
    """What to say of days without any record."""
    gaps = results.gaps
    if gaps.is_empty():
        return []
    days = gaps.get_column("date").cast(pl.String)
    n_units = gaps.get_column("unit_id").n_unique()
    found = f"{gaps.height} working days of {n_units} units between {days.min()!s} and {days.max()!s} have no event"
    return [f"attendance: {found}. They are gaps in the record (device down, file not delivered), not absences."]


def _write_report(run: Run, landed: Landed, checked: Checked) -> None:
    from reports import write_validation_report

    n_bytes = {file.sha256: file.n_bytes for file in landed.files}
    outcome = "stopped" if checked.stops else ("passed_with_warnings" if checked.warnings else "passed")
    document = {
        "city": run.policy.city,
        "city_name": run.policy.name,
        "period": run.period.name,
        "period_start": run.period.start.isoformat(),
        "period_end": run.period.end.isoformat(),
        "known_as_of": None if run.known_as_of is None else run.known_as_of.isoformat(),
        "run_id": run.run_id,
        "outcome": outcome,
        "code_version": run.code_version,
        "input_hash": landed.input_hash,
        "policy_hash": run.policy_hash,
        "validated_at": run.order.ordered_at.isoformat(),
        "stops": list(checked.stops),
        "warnings": list(checked.warnings),
        "datasets": [found.document(DATASETS[name].meaning, n_bytes) for name, found in checked.outcomes.items()],
        "delivery": [finding.document() for finding in checked.delivery],
    }
    write_validation_report(run.report_folder, document, history=_history(run))


def _history(run: Run) -> list[dict[str, Any]]:
    """What the expectations of the last finished runs of this city and period found, oldest first."""
    try:
        with open_warehouse(run.order.warehouse_url, create=False) as warehouse:
            columns, rows = warehouse.runs(run.policy.city, run.period.name)
            past = [dict(zip(columns, row, strict=True)) for row in rows]
            ended = [one for one in past if one["status"] in ("published", "unchanged", "stopped")]
            return [_trend_of(warehouse, one) for one in ended[-_TREND_RUNS:]]
    except WarehouseError:
        return []  # a check before any run: nothing to compare with, and it makes no warehouse


def _trend_of(warehouse: Warehouse, past: Mapping[str, Any]) -> dict[str, Any]:
    columns, rows = warehouse.validations(past["city"], past["period"], run_id=past["run_id"])
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    return {"run_id": past["run_id"], "finished_at": past["finished_at"].isoformat(), "findings": found}
