"""The Prefect flow of a refresh: provisional scores of the quarter that is under way.

When it runs: every night of the quarter but its first, by schedule (`prefect.yaml`), or by hand after new files. It
scores with what was known at the time it was scheduled for, so that one that starts after the quarter's end is still
provisional.
What it reads and leaves, and what to do when it fails: see `flows.refresh`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from prefect import State, flow
from prefect.states import Completed

from flows.cli.problems import CommandError
from flows.orchestration.deployed import in_turn, period_of, run_name, scheduled_for, settings_of
from flows.orchestration.parameters import City, Folder, PeriodText, Text, Time
from flows.orchestration.scheduled import inputs_of, zone_of
from flows.orchestration.trouble import tell_how_it_ended
from flows.order import Order
from flows.refresh import is_awaited
from flows.refresh import refresh as refresh_period
from policies import Period


def _name() -> str:
    return run_name("under_way")


@flow(
    name="refresh",
    flow_run_name=_name,
    persist_result=False,
    validate_parameters=True,
    on_failure=[tell_how_it_ended],
    on_crashed=[tell_how_it_ended],
)
def refresh(
    city: City,
    period: PeriodText = None,
    inputs: Folder = None,
    sources: Folder = None,
    known_as_of: Time = None,
    warehouse: Text = None,
    home: Folder = None,
) -> dict[str, Any] | State[dict[str, Any]]:
    """Scores a city's period under way from what has arrived so far, provisionally; the run's summary.

    In the first days of a period, before anything has been delivered, it ends as Completed, named so.

    Args:
        city: as its policy folder is called, such as kalianda or tangerang_selatan.
        period: a quarter (2026-Q3), month (2026-07) or year (2026); empty: the one under way when it is scheduled.
        inputs: folder with the input files; empty: <KINERJA_INPUTS>/<city>/<period> on the worker's machine.
        sources: mapping of files to datasets; empty: sources.yaml in that folder, if there is one.
        known_as_of: score with what was known then; empty: at the time the run is scheduled for.
        warehouse: its URL; empty: KINERJA_WAREHOUSE_URL on the worker's machine.
        home: folder the platform works in; empty: KINERJA_HOME on the worker's machine.

    Raises:
        CommandError: the period had ended: scores of such a one are final, and final ones come of `period-end`.
    """
    settings = settings_of(home, warehouse)
    scored = period_of(city, period, "under_way", "quarter", settings)
    known = known_as_of or scheduled_for()
    _refuse_ended(scored, known, zone_of(city, scheduled_for(), settings.policies_dir))
    order = Order(
        city=city,
        period=scored.name,
        inputs=inputs or inputs_of(settings.inputs, city, scored),
        sources=sources,
        known_as_of=known,
        home=settings.home,
        warehouse_url=settings.warehouse_url,
        policies_dir=settings.policies_dir,
        ordered_at=dt.datetime.now(dt.UTC),
        spread=settings.spread(),
    )
    if inputs is None and is_awaited(order, settings.inputs):
        told = f"no file of {city} {scored} has come to {order.inputs.resolve()} yet; the next refresh looks again"
        awaited = {"status": "awaited", "city": city, "period": scored.name, "inputs": str(order.inputs)}
        return Completed(name="Nothing delivered yet", message=told, data=awaited)
    return in_turn(refresh_period, order, settings).document()


def _refuse_ended(period: Period, known_as_of: dt.datetime, zone: ZoneInfo) -> None:
    ended = dt.datetime.combine(period.end, dt.time(), tzinfo=zone)
    if (known_as_of if known_as_of.tzinfo else known_as_of.replace(tzinfo=zone)) >= ended:
        told = f"{period} ended on {ended:%d %B %Y}, and a refresh is for a period that is under way"
        raise CommandError([f"{told}; run the deployment quarter-end or year-end of this city with period {period}"])
