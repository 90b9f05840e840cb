"""What `kinerja doctor` looks at on the Prefect server: version, pool, worker, deployments, schedules, late runs."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
from collections.abc import Iterator

import httpx
import yaml
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import DeploymentFilter, FlowRunFilter
from prefect.client.schemas.objects import FlowRun, WorkerStatus
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectNotFound

from flows.doctor import Finding
from flows.orchestration.installing import AUTOMATIONS, POOL, PREFECT_FILE, prefect_file

_LATE_AFTER = dt.timedelta(hours=1)
_PAGE = 200
_INSTALL = "`kinerja deploy`, or restart `kinerja up`"


def examine_server(url: str, now: dt.datetime) -> Iterator[Finding]:
    """Everything of the server, or only that it does not answer."""
    start = "start it: `kinerja up`, or systemctl status kinerja-server"
    try:
        with get_client(sync_client=True) as client:
            version = client.api_version()
            yield _version(version, url)
            yield _worker(client)
            deployments = _ours(client)
            yield _deployments(deployments)
            yield _schedules(client, deployments, now)
            yield _automations(client)
            yield _late(client, now)
    except (httpx.HTTPError, RuntimeError) as error:  # RuntimeError: Prefect's own word for a server that is not there
        yield Finding("prefect", "fail", f"{url} does not answer ({type(error).__name__})", start)


def _version(there: str, url: str) -> Finding:
    here = importlib.metadata.version("prefect")
    if here != there:
        told = f"the server at {url} is {there}, this is {here}"
        return Finding("prefect", "warn", told, "bring both to the version of requirements.lock, the server first")
    return Finding("prefect", "ok", f"{there} at {url}")


def _worker(client: SyncPrefectClient) -> Finding:
    try:
        pool = client.read_work_pool(POOL)
    except ObjectNotFound:
        return Finding("worker", "fail", f"there is no work pool {POOL}", _INSTALL)
    if pool.is_paused:
        return Finding("worker", "fail", f"the work pool {POOL} is paused", f"prefect work-pool resume {POOL}")
    online = [one.name for one in client.read_workers_for_work_pool(POOL) if one.status is WorkerStatus.ONLINE]
    if not online:
        start = f"restart `kinerja up`, or systemctl status kinerja-worker (prefect worker start --pool {POOL})"
        return Finding("worker", "fail", f"no worker of {POOL} is online: nothing is run", start)
    return Finding("worker", "ok", f"{', '.join(online)} online in {POOL}")


def _ours(client: SyncPrefectClient) -> dict[str, DeploymentResponse | None]:
    """The deployments of `prefect.yaml` by name, as the server has them."""
    wanted = yaml.safe_load(prefect_file().read_text(encoding="utf-8"))["deployments"]
    names = [one["name"] for one in wanted]
    asked = DeploymentFilter.model_validate({"name": {"any_": names}})
    there = {one.name: one for one in client.read_deployments(deployment_filter=asked)}
    return {name: there.get(name) for name in names}


def _deployments(ours: dict[str, DeploymentResponse | None]) -> Finding:
    missing = [name for name, there in ours.items() if there is None]
    paused = [name for name, there in ours.items() if there is not None and there.paused]
    if missing:
        return Finding("deployments", "fail", f"not on the server: {', '.join(missing)}", _INSTALL)
    if paused:
        told = f"paused: {', '.join(paused)}"
        return Finding("deployments", "warn", told, "resume them in the interface, unless somebody meant it")
    return Finding("deployments", "ok", f"all {len(ours)} of {PREFECT_FILE}")


def _schedules(client: SyncPrefectClient, ours: dict[str, DeploymentResponse | None], now: dt.datetime) -> Finding:
    """Runs ahead of every active schedule: there are none where the server's scheduler does not work."""
    due = {
        there.id: name
        for name, there in ours.items()
        if there is not None and not there.paused and any(schedule.active for schedule in there.schedules)
    }
    ahead = FlowRunFilter.model_validate(
        {
            "deployment_id": {"any_": list(due)},
            "state": {"type": {"any_": ["SCHEDULED"]}},
            "expected_start_time": {"after_": now},
        }
    )
    planned = {run.deployment_id for run in _all(client, ahead)}
    if idle := [name for deployment, name in due.items() if deployment not in planned]:
        told = f"no run is planned of {', '.join(idle)}: the server does not schedule (after a start it needs a minute)"
        remedy = "start it with `kinerja up` or python -m flows.orchestration.server, as docs/operations.md says"
        return Finding("schedules", "fail", told, remedy)
    return Finding("schedules", "ok", f"every one of {len(due)} has its next run")


def _all(client: SyncPrefectClient, wanted: FlowRunFilter) -> Iterator[FlowRun]:
    offset = 0
    while page := client.read_flow_runs(flow_run_filter=wanted, limit=_PAGE, offset=offset):
        yield from page
        offset += len(page)


def _automations(client: SyncPrefectClient) -> Finding:
    there = {one.name: one for one in client.read_automations()}
    missing = [name for name in AUTOMATIONS if name not in there]
    off = [name for name in AUTOMATIONS if name in there and not there[name].enabled]
    if missing or off:
        told = "; ".join([*(f"not there: {name}" for name in missing), *(f"switched off: {name}" for name in off)])
        return Finding("automations", "fail" if missing else "warn", told, _INSTALL)
    return Finding("automations", "ok", f"all {len(AUTOMATIONS)}")


def _late(client: SyncPrefectClient, now: dt.datetime) -> Finding:
    late = FlowRunFilter.model_validate(
        {
            "state": {"type": {"any_": ["SCHEDULED"]}},
            "expected_start_time": {"before_": now - _LATE_AFTER},
            "tags": {"all_": [POOL]},
        }
    )
    if runs := list(_all(client, late)):
        told = f"{len(runs)} runs should have begun an hour ago, such as {runs[0].name}"
        remedy = "look at the worker above; they keep their period however late they begin"
        return Finding("late runs", "warn", told, remedy)
    return Finding("late runs", "ok", "none")
