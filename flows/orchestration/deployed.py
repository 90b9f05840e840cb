"""What the flows of deployments share: their period by the time they are scheduled for, and the wait for their turn."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from prefect import runtime
from prefect.logging import get_run_logger

from flows.orchestration.artifacts import Artifacts
from flows.orchestration.scheduled import Due, period_due
from flows.orchestration.tasks import FlowRunOfRun, TaskCaller
from flows.order import Order
from flows.seam import Caller
from flows.settings import Settings
from flows.summary import Summary
from policies import Period, PolicyError
from warehouse import LeaseHeld

_LEASE_WAIT_SECONDS: Final = 20
_LEASE_TRIES: Final = 90
"""Half an hour: longer than a refresh takes, and well over the minute in which a dead holder's lease ends."""


def settings_of(home: Path | None, warehouse: str | None) -> Settings:
    """The installation's settings, what the run was given first."""
    given: dict[str, Any] = {"home": home, "warehouse_url": warehouse}
    return Settings(**{name: value for name, value in given.items() if value is not None})


def scheduled_for() -> dt.datetime:
    """The time this flow run was scheduled for, which starting late, waiting and trying again leave as it is."""
    at = runtime.flow_run.scheduled_start_time
    return dt.datetime.fromtimestamp(at.timestamp(), dt.UTC)


def run_name(due: Due) -> str:
    """`kalianda 2026-Q3`, also where the period follows from the schedule."""
    given = runtime.flow_run.parameters
    city = given["city"]
    if given.get("period"):
        return f"{city} {given['period']}"
    try:
        return f"{city} {period_due(city, given.get('span', 'quarter'), due, scheduled_for(), Settings().policies_dir)}"
    except (PolicyError, ValueError):
        return f"{city}"  # the flow says what is wrong; a name must not keep it from saying so


def new_caller(settings: Settings) -> Caller:
    """Calls steps as tasks; keeps artifacts."""
    return TaskCaller(FlowRunOfRun(), Artifacts(settings.reports_url))


def in_turn(act: Callable[[Order, Caller], Summary], order: Order, settings: Settings) -> Summary:
    """The summary of the act, after the wait for another run of this city and period where one is at work.

    Nobody watches a deployment's run to give the command again, so it waits its turn; a run by hand is told at once.

    Raises:
        LeaseHeld: by hand, or after half an hour.
    """
    for _ in range(_LEASE_TRIES if runtime.deployment.id else 0):
        try:
            return act(order, new_caller(settings))
        except LeaseHeld as held:
            get_run_logger().warning("waiting for another run of this city and period: %s", held)
            time.sleep(_LEASE_WAIT_SECONDS)
    return act(order, new_caller(settings))


def period_of(city: str, written: str | None, due: Due, span: Any, settings: Settings) -> Period:
    """The period that was given, else the one due at the time this flow run was scheduled for.

    Raises:
        PolicyError: the city has no policy then.
        ValueError: no period is written so.
    """
    return Period.parse(written) if written else period_due(city, span, due, scheduled_for(), settings.policies_dir)
