"""A run from order to published revision: the table of contents of everything the platform does.

When: at the end of a period (final scores) or within it (provisional ones), by hand or by schedule.
Reads: the input folder, the city's policy. Leaves: a revision in the warehouse, or none where nothing changed; the
validation report and the manifest under `<home>/reports/<run_id>/`; the input files under `<home>/landing/`.
When it fails: nothing is published. The message names the file, row and remedy; mend it and give the same command
again. A killed run needs nothing: the next one takes its lease over and finishes the work.
"""

from __future__ import annotations

import datetime as dt
import functools
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from expectations.findings import ValidationStopped
from flows import partitions, steps
from flows.cli.problems import explain
from flows.disk import full_disk_said
from flows.order import Order, Run, prepared
from flows.publication import Publication
from flows.seam import Caller, EndedBy, Failure
from flows.summary import Summary
from flows.watches import configured_watches
from sources import UnreadableFile
from warehouse import Ending, LeaseHeld, LeaseLost, RunRecord, Warehouse, WarehouseError, open_warehouse

_log = logging.getLogger(__name__)


Scoring = Callable[[Caller, Run, steps.Landed], Callable[[steps.Checked], steps.Scored]]
"""How a run comes to its scores: told as soon as files are landed, asked once their rows are valid."""


def _in_this_run(call: Caller, run: Run, _landed: steps.Landed) -> Callable[[steps.Checked], steps.Scored]:
    return functools.partial(partitions.scored, call, run)


def run_period(order: Order, call: Caller, scoring: Scoring = _in_this_run) -> Summary:
    """Scores one city and period and publishes the result; who looks on hears of it (`flows.seam.Watch`).

    Raises:
        ValidationStopped, UnreadableFile: the data must not be used; the run is kept as `stopped`.
        LeaseHeld: another run of this city and period is at work.
    """
    call.add_watches(configured_watches(order))
    kept = _Kept()
    try:
        summary = _published(order, call, scoring, kept)
    except BaseException as error:
        failure = Failure(order, kept.run, _ended_by(error), explain(error)[1], kept.landed, kept.checked)
        call.tell(lambda watch: watch.failed(failure))
        raise
    call.tell(lambda watch: watch.ended(summary))
    return summary


def _published(order: Order, call: Caller, scoring: Scoring, kept: _Kept) -> Summary:
    kept.run = run = prepared(order)
    with (
        open_warehouse(order.warehouse_url) as warehouse,
        warehouse.lease(run.policy.city, run.period.name, run.run_id, now=_now) as lease,
    ):
        steps.clear_folder(run)
        warehouse.start_run(_record(run))
        call.tell(lambda watch: watch.started(run))
        try:
            with _ending(warehouse, run, kept), full_disk_said(order.home):
                kept.landed = landed = call(steps.land, run)
                score = scoring(call, run, landed)
                was_read = call(steps.read, run, landed)
                kept.checked = checked = call(steps.validate, run, landed, was_read)
                refuse(run, checked)
                scored = call(steps.validate_scores, run, score(checked))
                with Publication(run, lease.token, landed, checked, scored) as publication:
                    found = call(steps.insights, run, checked, scored, publication)
                    lease.check()
                    loaded = call(steps.load, publication, landed, checked, found)
        finally:
            steps.clear_own_folder(run)
    summary = Summary(run, landed, checked, scored, loaded.published, call.done)
    with full_disk_said(order.home, "the results are published, but not what identifies the run beside its report"):
        steps.write_manifest(run, summary.document())
    return summary


def check_inputs(order: Order, call: Caller, told: Callable[[steps.Checked], None] = lambda _: None) -> Summary:
    """Lands, reads and validates only; nothing is loaded. `told` is given what was found, also where it would stop.

    Raises:
        ValidationStopped, UnreadableFile: a run would stop here.
    """
    run = prepared(order)
    try:
        with full_disk_said(order.home):
            landed = call(steps.land, run)
            checked = call(steps.validate, run, landed, call(steps.read, run, landed))
            told(checked)
            landed.settled.wait()
    finally:
        steps.clear_own_folder(run)
    refuse(run, checked)
    return Summary(run, landed, checked, None, None, call.done)


def refuse(run: Run, checked: steps.Checked) -> None:
    """Passes where the rows may be used.

    Raises:
        ValidationStopped: they must not be; says where the report is.
    """
    if checked.stops:
        stopped = ValidationStopped(checked.stops)
        stopped.add_note(f"Nothing was loaded. The validation report: {run.report_folder / 'validation.html'}")
        raise stopped


class _Kept:
    """How far a run came, so that what it found is kept also where it ends early."""

    run: Run | None = None
    landed: steps.Landed | None = None
    checked: steps.Checked | None = None


def _ended_by(error: BaseException) -> EndedBy:
    match error:
        case ValidationStopped() | UnreadableFile():
            return "stopped"
        case LeaseHeld() | LeaseLost():
            return "refused"
        case Exception():
            return "failed"
    return "interrupted"


@contextmanager
def _ending(warehouse: Warehouse, run: Run, kept: _Kept) -> Iterator[None]:
    """Keeps the run as stopped or failed, with what it found, where its steps do not come to their end."""
    ending: Ending = "failed"
    try:
        yield
    except LeaseLost:
        raise  # another run has ended this one already
    except BaseException as error:
        message = "; ".join(explain(error)[1])  # nothing of an unexpected error but its type and place
        if isinstance(error, (ValidationStopped, UnreadableFile)):
            ending, message = "stopped", str(error)
        found = steps.findings_of(kept.landed, kept.checked) if kept.landed else {}
        try:
            warehouse.finish_run(
                run.run_id,
                ending,
                message,
                finished_at=_now(),
                input_hash=kept.landed.input_hash if kept.landed else None,
                policy=steps.policy_record(run),
                **found,
            )
        except WarehouseError as failure:
            # What ended the run matters more; the next run of this city and period finds it crashed.
            _log.warning("how run %s ended is not kept: %s", run.run_id, failure)
        raise


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _record(run: Run) -> RunRecord:
    return RunRecord(
        run_id=run.run_id,
        city=run.policy.city,
        period=run.period.name,
        period_start=run.period.start,
        period_end=run.period.end,
        known_as_of=run.known_as_of,
        provisional=run.is_provisional,
        code_version=run.code_version,
        started_at=_now(),
    )
