"""The Prefect flow that follows up a run which failed, crashed, did not start or does not end.

When it runs: the automations of `flows.orchestration.installing` call it; nobody else needs to.
What it leaves: a page in the artifacts that says what happened and what to do, a notice to whom `notifications.yaml`
names, and for a scheduled run that crashed a second one, once: a machine that went down is no reason to be called at
night, a run that crashes twice is.
When it fails: the run it is about shows its own state all the same.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Final
from uuid import UUID

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun
from prefect.logging import get_run_logger
from prefect.states import Scheduled
from pydantic import Field

from flows.orchestration.scheduled import period_due
from flows.orchestration.trouble import What, followed_up, tell
from flows.settings import Settings

TAKEN_UP: Final = "taken-up"
"""Tag of a run that was begun because another one had crashed; it is not taken up a second time."""

_REMEDY: Final[dict[What, str]] = {
    "failed": "Nothing was published. The state's message says which file and row, or what could not be reached; mend "
    "it, then run the deployment again with the same period.",
    "crashed": "Its process ended without a word: out of memory, killed, or the machine went down. The warehouse is as "
    "it was. A scheduled run is begun again once by itself; if that one crashes too, look at memory and disk with "
    "`kinerja doctor` on the worker's machine.",
    "late": "It should have begun long ago. Is a worker online (`kinerja doctor`)? Are two long runs at work before "
    "it? It keeps its period however late it starts, so nothing is lost by waiting.",
    "stuck": "It is at work for longer than any run should be. Look at its last log line. To end it, cancel it in the "
    "interface, then run the deployment again with the same period.",
}


@flow(name="incident", flow_run_name="{what} {flow_run_id}", persist_result=False, validate_parameters=True)
def incident(
    flow_run_id: Annotated[UUID, Field(description="The run that is in trouble")],
    what: Annotated[What, Field(description="What is wrong with it")],
) -> str:
    """Says what happened to a run and what to do; begins a scheduled run that crashed anew, once."""
    logger = get_run_logger()
    with get_client(sync_client=True) as client:
        troubled = client.read_flow_run(flow_run_id)
        again = _taken_up(client, troubled) if what == "crashed" else None
    told = said(troubled, what, again)
    tell(troubled, what)
    logger.warning("%s", told)
    create_markdown_artifact(markdown=told, key=followed_up(flow_run_id), description=f"{troubled.name}: {what}")
    return told


def said(troubled: FlowRun, what: What, again: FlowRun | None) -> str:
    """What happened and what to do, as Markdown; the message of a state holds no personal value."""
    state = troubled.state
    message = f" {state.message}" if state and state.message else ""
    lines = [
        f"## {troubled.name}: {what}",
        "",
        f"Scheduled for {_instant(troubled.expected_start_time)}; state {state.name if state else 'unknown'}.{message}",
        "",
        _REMEDY[what],
    ]
    if again is not None:
        lines += ["", f"It is taken up by the flow run {again.name}."]
    return "\n".join(lines)


def _taken_up(client: SyncPrefectClient, crashed: FlowRun) -> FlowRun | None:
    """A second run of the same deployment and period; None where this one was the second, or no deployment's."""
    if crashed.deployment_id is None or TAKEN_UP in crashed.tags:
        return None
    return client.create_flow_run_from_deployment(
        crashed.deployment_id,
        parameters={**crashed.parameters, **_period(client, crashed)},
        state=Scheduled(scheduled_time=dt.datetime.now(dt.UTC)),
        tags=[TAKEN_UP],
        idempotency_key=f"{TAKEN_UP}-{crashed.id}",
    )


def _period(client: SyncPrefectClient, crashed: FlowRun) -> dict[str, Any]:
    """The period the crashed run was about; a refresh is of the present one."""
    given = crashed.parameters
    if given.get("period") or client.read_flow(crashed.flow_id).name != "period-end" or not crashed.expected_start_time:
        return {}
    at = crashed.expected_start_time
    due = period_due(given["city"], given.get("span", "quarter"), "ended", at, Settings().policies_dir)
    return {"period": due.name}


def _instant(at: dt.datetime | None) -> str:
    return "no time" if at is None else f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
