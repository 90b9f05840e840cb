"""The Prefect flow of a period's end.

When it runs: after a quarter or a year has ended, by schedule or by hand; within a period it gives provisional scores.
What it reads and leaves, and what to do when it fails: see `flows.pipeline`, whose steps it runs as tasks.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from flows.order import Order
from flows.pipeline import run_period
from flows.seam import Caller, Step
from flows.settings import Settings
from flows.summary import Summary
from warehouse import is_transient

_RETRY_SECONDS = (1, 2, 4)


class TaskCaller(Caller):
    """Calls each step as a Prefect task."""

    def run(self, chosen: Step, *arguments: Any) -> Any:
        """One task a step; only faults that pass by themselves are tried again."""
        as_task = task(
            name=chosen.title,
            retries=chosen.retries,
            retry_delay_seconds=list(_RETRY_SECONDS[: chosen.retries]),
            retry_condition_fn=_passes,
            cache_policy=NO_CACHE,
            persist_result=False,
        )(chosen.function)
        return as_task(*arguments)


@flow(name="period-end", flow_run_name="{city} {period}", persist_result=False, validate_parameters=True)
def period_end(
    city: str,
    period: str,
    inputs: Path,
    sources: Path | None = None,
    require: dict[str, Decimal] | None = None,
    known_as_of: dt.datetime | None = None,
    warehouse: str | None = None,
    home: Path | None = None,
) -> dict[str, Any]:
    """Scores one city and period from its input files and publishes the result; the run's summary."""
    given: dict[str, Any] = {"home": home, "warehouse_url": warehouse}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    order = Order(
        city=city,
        period=period,
        inputs=inputs,
        sources=sources,
        requires=require or {},
        known_as_of=known_as_of,
        home=settings.home,
        warehouse_url=settings.warehouse_url,
        policies_dir=settings.policies_dir,
        ordered_at=dt.datetime.now(dt.UTC),
    )
    summary = run_period(order, TaskCaller())
    _keep_counts(summary)
    return summary.document()


def _passes(_task: Any, _run: Any, state: Any) -> bool:
    """Whether a failed step may succeed if it is simply tried again."""
    try:
        state.result()
    except Exception as error:  # noqa: BLE001  # whatever the step raised is asked about, and raised by Prefect itself
        return is_transient(error)
    return False


def _keep_counts(summary: Summary) -> None:
    """Counts of every step and file as table artifacts."""
    key = f"{summary.run.policy.city}-{summary.run.period.name}".lower().replace("_", "-")
    steps = [{"step": done.title, "seconds": round(done.seconds, 2), **done.counts} for done in summary.steps]
    columns = list(dict.fromkeys(name for row in steps for name in row))
    create_table_artifact(
        table=[{name: row.get(name, "") for name in columns} for row in steps],
        key=f"{key}-steps",
        description=f"{summary.status}: {summary.run.policy.name} {summary.run.period}. Report: {summary.report}",
    )
    create_table_artifact(
        table=summary.document()["files"],
        key=f"{key}-files",
        description="Rows in = valid + quarantined, for every file",
    )
