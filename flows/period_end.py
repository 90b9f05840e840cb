"""The Prefect flow of a period's end.

When it runs: after a quarter or a year has ended, by schedule (`prefect.yaml`) or by hand. The period of a scheduled
run is the last that had ended at the time it was scheduled for, however late it starts.
What it reads and leaves, and what to do when it fails: see `flows.pipeline`, whose steps it runs as tasks.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from prefect import flow

from flows.deployed import in_turn, period_of, run_name, settings_of
from flows.order import Order
from flows.parameters import (
    City,
    Home,
    Inputs,
    KnownAsOf,
    Partitions,
    PeriodText,
    Runner,
    RunnerAddress,
    Shares,
    Sources,
    Span,
    WarehouseUrl,
)
from flows.pipeline import run_period
from flows.scheduled import inputs_of
from flows.trouble import tell_how_it_ended


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
    inputs: Inputs = None,
    sources: Sources = None,
    require: Shares = None,
    known_as_of: KnownAsOf = None,
    warehouse: WarehouseUrl = None,
    home: Home = None,
    partitions: Partitions = None,
    runner: Runner = None,
    runner_address: RunnerAddress = None,
) -> dict[str, Any]:
    """Scores one city and period from its input files and publishes the result; the run's summary."""
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
    return in_turn(run_period, order, settings).document()
