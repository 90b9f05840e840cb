"""What a Prefect server needs to run the platform: work pool, queue limit, deployments, automations.

All of it may be put there again at any time: what is there is brought to what this version says, and nothing twice.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from prefect.automations import AutomationCore, EventTrigger
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate, WorkQueueUpdate
from prefect.client.schemas.filters import ArtifactFilter, FlowRunFilter
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.events import ResourceSpecification
from prefect.events.actions import ActionTypes, ChangeFlowRunState, RunDeployment
from prefect.events.schemas.automations import Posture
from prefect.exceptions import ObjectNotFound
from prefect.states import Scheduled

from flows.cli.problems import CommandError, ExitCode
from flows.orchestration.trouble import What, followed_up
from flows.settings import Settings

POOL: Final = "kinerja"
QUEUE: Final = "scoring"
PARTS: Final = "parts"
"""Queue of parts: one that waits for its parts takes a place of the other, so they can never wait for each other."""
QUEUE_LIMIT: Final = 2
"""Runs at once in each, until somebody sets another number: five cities' nights must not meet in one machine's memory,
and with more machines more parts go at once."""
PREFECT_FILE: Final = "prefect.yaml"
_CODE: Final = Path(__file__).resolve().parents[2]
"""What entry points of `prefect.yaml` are relative to: the checkout, or where the packages are installed."""
INCIDENT: Final = "incident/kinerja-incident"
_PREFIX: Final = "kinerja: "
_BEATS_MISSED: Final = 3
_FLOW_RUN: Final = "prefect.flow-run."
_OVER: Final = frozenset(f"{_FLOW_RUN}{state}" for state in ("Completed", "Failed", "TimedOut", "Crashed", "Cancelled"))
_ITS_ID: Final = {"__prefect_kind": "jinja", "template": "{{ flow_run.id }}"}
"""Said outright: what Prefect makes of a bare template turns it into JSON first, and a UUID is none."""
_MISSED_FOR: Final = dt.timedelta(days=2)
_SHORTEST: Final = dt.timedelta(seconds=10)
"""The least that Prefect waits for what does not come."""


def install(say: Callable[[str], None], settings: Settings, *, heartbeat_seconds: int) -> None:
    """Puts everything on the server that Prefect is set to use.

    Args:
        say: told of each part as it is done.
        settings: the installation's; of them, after how long a run is late or stuck.
        heartbeat_seconds: how often the flow runs of the workers give a sign of life.

    Raises:
        CommandError: `prefect.yaml` is not here, or a deployment was refused.
    """
    file = prefect_file()
    with get_client(sync_client=True) as client:
        say(_install_pool(client))
        say(_deploy(file))
        for queue in (QUEUE, PARTS):
            _limit_queue(client, queue)
        for automation in automations(client, settings, heartbeat_seconds):
            _install_automation(client, automation)
        say(f"automations: {', '.join(name.removeprefix(_PREFIX) for name in AUTOMATIONS)}")
        if missed := _follow_up_missed(client):
            say(f"crashed while nobody looked, followed up now: {', '.join(run.name for run in missed)}")


def prefect_file() -> Path:
    """`prefect.yaml`: of the checkout, or as it was installed with the package.

    Raises:
        CommandError: it is in neither.
    """
    for folder in (_CODE, _CODE / "flows"):
        if (folder / PREFECT_FILE).is_file():
            return folder / PREFECT_FILE
    raise CommandError([f"{PREFECT_FILE} is not beside the package; deploy from a checkout of the repository"])


def _install_pool(client: SyncPrefectClient) -> str:
    try:
        client.read_work_pool(POOL)
    except ObjectNotFound:
        description = "Runs the platform's flows as processes on the worker's machine"
        client.create_work_pool(WorkPoolCreate(name=POOL, type="process", description=description))
        return f"work pool {POOL}: made"
    return f"work pool {POOL}: there"


def _limit_queue(client: SyncPrefectClient, name: str) -> None:
    queue = client.read_work_queue_by_name(name, work_pool_name=POOL)
    if queue.concurrency_limit is None:
        client.update_work_queue(
            queue.id, **WorkQueueUpdate(concurrency_limit=QUEUE_LIMIT).model_dump(exclude_unset=True)
        )


def _deploy(file: Path) -> str:
    """By Prefect's own command, so that what is tested here is what a data team gives by hand."""
    words = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(file)]
    done = subprocess.run(  # noqa: S603  # words of our own
        words, cwd=_CODE, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        said = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise CommandError([f"prefect deploy --all of {file}: {' '.join(said[-3:])}"], ExitCode.FAILED)
    return f"deployments: {done.stdout.count('successfully created')} of {file}"


# --- automations ----------------------------------------------------------------------------------------------------

AUTOMATIONS: Final = tuple(
    _PREFIX + name
    for name in (
        "a run without a heartbeat has crashed",
        "follow up a failed run",
        "follow up a crashed run",
        "follow up a run that does not begin",
        "follow up a run that does not end",
    )
)


def automations(client: SyncPrefectClient, settings: Settings, heartbeat_seconds: int) -> tuple[AutomationCore, ...]:
    """Those of this version, in the order of `AUTOMATIONS`; only the first looks at runs that no deployment began."""
    incident = client.read_deployment_by_name(INCIDENT).id
    not_begun_for, at_work_for = (
        max(dt.timedelta(minutes=minutes), _SHORTEST) for minutes in (settings.late_minutes, settings.stuck_minutes)
    )

    def follow_up(what: What) -> list[ActionTypes]:
        return [
            RunDeployment(source="selected", deployment_id=incident, parameters={"flow_run_id": _ITS_ID, "what": what})
        ]

    dead = ChangeFlowRunState(
        state=StateType.CRASHED,
        message=f"no sign of life for {_BEATS_MISSED * heartbeat_seconds} s: its process or its machine is gone",
    )
    beat = {f"{_FLOW_RUN}heartbeat"}
    begun = {f"{_FLOW_RUN}Running"}
    triggers: tuple[tuple[EventTrigger, list[ActionTypes]], ...] = (
        (_absent(beat, beat | _OVER, dt.timedelta(seconds=_BEATS_MISSED * heartbeat_seconds), ours=False), [dead]),
        (_present({f"{_FLOW_RUN}Failed", f"{_FLOW_RUN}TimedOut"}), follow_up("failed")),
        (_present({f"{_FLOW_RUN}Crashed"}), follow_up("crashed")),
        (_absent({f"{_FLOW_RUN}Late", f"{_FLOW_RUN}Pending"}, begun | _OVER, not_begun_for), follow_up("late")),
        (_absent(begun, _OVER, at_work_for), follow_up("stuck")),
    )
    return tuple(
        AutomationCore(
            name=name, description="See docs/operations.md", tags=["kinerja"], trigger=trigger, actions=actions
        )
        for name, (trigger, actions) in zip(AUTOMATIONS, triggers, strict=True)
    )


def _follow_up_missed(client: SyncPrefectClient) -> list[FlowRun]:
    """Runs that crashed lately and have no follow-up: an automation misses what happens while its server starts."""
    lately = dt.datetime.now(dt.UTC) - _MISSED_FOR
    wanted = {"state": {"type": {"any_": ["CRASHED"]}}, "tags": {"all_": [POOL]}, "end_time": {"after_": lately}}
    crashed = client.read_flow_runs(flow_run_filter=FlowRunFilter.model_validate(wanted))
    keys = ArtifactFilter.model_validate({"key": {"any_": [followed_up(run.id) for run in crashed]}})
    seen = {artifact.key for artifact in client.read_artifacts(artifact_filter=keys)}
    missed = [run for run in crashed if followed_up(run.id) not in seen]
    incident = client.read_deployment_by_name(INCIDENT).id
    for run in missed:
        client.create_flow_run_from_deployment(
            incident,
            parameters={"flow_run_id": str(run.id), "what": "crashed"},
            state=Scheduled(scheduled_time=dt.datetime.now(dt.UTC)),
            idempotency_key=f"missed-{run.id}",
        )
    return missed


def _present(events: set[str]) -> EventTrigger:
    return EventTrigger(
        match=_any_flow_run(),
        match_related=_of_ours(),
        expect=events,
        for_each={"prefect.resource.id"},
        posture=Posture.Reactive,
        threshold=1,
    )


def _absent(
    after: set[str], expected: frozenset[str] | set[str], within: dt.timedelta, *, ours: bool = True
) -> EventTrigger:
    return EventTrigger(
        match=_any_flow_run(),
        match_related=_of_ours() if ours else ResourceSpecification(root={}),
        after=after,
        expect=set(expected),
        for_each={"prefect.resource.id"},
        posture=Posture.Proactive,
        threshold=1,
        within=within,
    )


def _any_flow_run() -> ResourceSpecification:
    return ResourceSpecification(root={"prefect.resource.id": f"{_FLOW_RUN}*"})


def _of_ours() -> ResourceSpecification:
    """Runs of the deployments of `prefect.yaml`, the follow-up itself left out."""
    return ResourceSpecification(root={"prefect.resource.id": "prefect.tag.kinerja", "prefect.resource.role": "tag"})


def _install_automation(client: SyncPrefectClient, wanted: AutomationCore) -> None:
    there = client.read_automations_by_name(wanted.name)
    if not there:
        client.create_automation(wanted)
        return
    client.update_automation(there[0].id, wanted)
    for twice in there[1:]:
        client.delete_automation(twice.id)
