"""A flow run in trouble, told to whom `notifications.yaml` names: once, whoever sees it first."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from prefect.client.schemas.objects import FlowRun, State

from flows.notifications.runs import notify_failure

What = Literal["failed", "crashed", "late", "stuck"]


def followed_up(flow_run_id: UUID) -> str:
    """Key of the artifact that follows a flow run up."""
    return f"incident-{flow_run_id}"


def tell(flow_run: FlowRun, what: What) -> None:
    """Tells of it, unless the run could tell already; never raises."""
    given, state, now = flow_run.parameters, flow_run.state, dt.datetime.now(dt.UTC)
    message = state.message or state.name if state else None
    notify_failure(
        str(given.get("city", "-")),
        flow_run.name.partition(" ")[2],  # a run that never began has no such name yet
        what,
        [message or what],
        flow_run_id=str(flow_run.id),
        since=flow_run.start_time or flow_run.created or now,
        now=now,
        home=given.get("home"),
        warehouse_url=given.get("warehouse"),
    )


def tell_how_it_ended(flow: Any, flow_run: FlowRun, state: State) -> None:
    """Hook for runs that failed or crashed. Of one that somebody cancels, somebody knows."""
    tell(flow_run.model_copy(update={"state": state}), "crashed" if state.is_crashed() else "failed")
