"""The Prefect flow of a period's end.

When it runs: after a quarter or a year has ended, by schedule (`prefect.yaml`) or by hand. The period of a scheduled
run is the last that had ended at the time it was scheduled for, however late it starts.
What it reads and leaves, and what to do when it fails: see `flows.pipeline`, whose steps it runs as tasks.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from prefect import flow

from flows.orchestration.deployed import in_turn, period_of, run_name, settings_of
from flows.orchestration.handing_out import over_workers
from flows.orchestration.parameters import (
    City,
    Folder,
    Partitions,
    Parts,
    PeriodText,
    RunnerName,
    Shares,
    Span,
    Text,
    Time,
)
from flows.orchestration.scheduled import inputs_of
from flows.orchestration.trouble import tell_how_it_ended
from flows.order import Order
from flows.parts import close
from flows.pipeline import run_period


def _name() -> str:
    return run_name("ended")


@flow(
    name="period-end",
    flow_run_name=_name,
    persist_result=False,
    validate_parameters=True,
    on_failure=[tell_how_it_ended],
    on_crashed=[tell_how_it_ended],
)
def period_end(
    city: City,
    period: PeriodText = None,
    span: Span = "quarter",
    inputs: Folder = None,
    sources: Folder = None,
    require: Shares = None,
    known_as_of: Time = None,
    warehouse: Text = None,
    home: Folder = None,
    partitions: Partitions = None,
    runner: RunnerName | None = None,
    runner_address: Text = None,
    parts: Parts = "here",
) -> dict[str, Any]:
    """Scores one city and period from its input files and publishes the result; the run's summary.

    Args:
        city: as its policy folder is called, such as kalianda or tangerang_selatan.
        period: a quarter (2026-Q3), month (2026-07) or year (2026); empty: the last ended when it is scheduled.
        span: which period is meant where none is given: quarter or year.
        inputs: folder with the input files; empty: <KINERJA_INPUTS>/<city>/<period> on the worker's machine.
        sources: mapping of files to datasets; empty: sources.yaml in that folder, if there is one.
        require: stop unless this share of the roster has a row in a dataset, such as {"attendance": 0.9}.
        known_as_of: score with what was known then; empty: with everything, of a period that has ended.
        warehouse: its URL; empty: KINERJA_WAREHOUSE_URL on the worker's machine.
        home: folder the platform works in; empty: KINERJA_HOME on the worker's machine.
        partitions: score in so many parts; empty: KINERJA_PARTITIONS, or by the size of the roster.
        runner: task runner that maps the parts: threads, dask or ray; empty: KINERJA_RUNNER, or threads.
        runner_address: of a Dask scheduler or Ray head; empty: workers on the machine that runs the flow.
        parts: here: this run scores all of them; workers: each is a flow run of its own (kinerja-part) on any worker
            that sees the home, and this one joins them; join: they are there, by `kinerja run --part`, to be joined.
    """
    settings = settings_of(home, warehouse)
    scored = period_of(city, period, "ended", span, settings)
    order = Order(
        city=city,
        period=scored.name,
        inputs=inputs or inputs_of(settings.inputs, city, scored),
        sources=sources,
        requires=require or {},
        known_as_of=known_as_of,
        home=settings.home,
        warehouse_url=settings.warehouse_url,
        policies_dir=settings.policies_dir,
        ordered_at=dt.datetime.now(dt.UTC),
        spread=settings.spread(partitions, runner, runner_address),
    )
    if parts == "workers":
        return over_workers(order, settings).document()
    return in_turn(close if parts == "join" else run_period, order, settings).document()
