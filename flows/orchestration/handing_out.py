"""A run whose parts are flow runs of their own, on whatever workers the pool has; then the closing run, in this one."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any, Final, cast
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import run_deployment
from prefect.exceptions import ObjectNotFound
from prefect.logging import get_run_logger

from expectations.findings import ValidationStopped
from flows import parts
from flows.cli.problems import CommandError, ExitCode
from flows.orchestration.deployed import in_turn
from flows.orchestration.one_part import PART_DEPLOYMENT
from flows.orchestration.tasks import TaskCaller
from flows.order import Order
from flows.pipeline import run_period
from flows.settings import Settings
from flows.summary import Summary
from sources import UnreadableFile

_LOOK_EVERY_SECONDS: Final = 2
_SAY_EVERY_SECONDS: Final = 300
_PAGE: Final = 100
_TRIES: Final = 2
"""As with a scheduled run: one that was killed is begun again once, one that is killed twice is for people."""


def over_workers(order: Order, settings: Settings) -> Summary:
    """The summary of a run whose parts were handed out.

    Rows are laid out here, then every part that is not there yet is begun as a flow run. No lease is held meanwhile:
    parts write nowhere but in their own folders, and the closing run takes it, as any other run does.

    Raises:
        CommandError: a part failed; names it and its flow run. What is there stays, and is not scored again.
        ValidationStopped, UnreadableFile, LeaseHeld: as `flows.pipeline.run_period`.
    """
    try:
        missing = parts.missing_parts(order, TaskCaller())
    except (ValidationStopped, UnreadableFile):
        get_run_logger().warning("the data must not be used: no part is handed out, and the run stops as any other")
        return in_turn(run_period, order, settings)
    _hand_out(order, missing)
    return in_turn(parts.close, order, settings)


def _hand_out(order: Order, missing: Iterable[int]) -> None:
    """Begins these parts and waits for them; one whose process died is begun again, once."""
    logger, problems = get_run_logger(), []
    tries = dict.fromkeys(missing, 1)
    at_work = {_begun(order, part): part for part in tries}
    said = time.monotonic()
    with get_client(sync_client=True) as client:
        while at_work:
            time.sleep(_LOOK_EVERY_SECONDS)
            found = {run.id: run for run in _read(client, at_work)}
            problems += [
                f"part {at_work.pop(gone)}: its flow run was deleted" for gone in at_work.keys() - found.keys()
            ]
            for run in found.values():
                if run.state is None or not run.state.is_final():
                    continue
                part = at_work.pop(run.id)
                if run.state.is_crashed() and tries[part] < _TRIES:
                    tries[part] += 1
                    logger.warning("part %d: the process of %s died; begun again", part, run.name)
                    at_work[_begun(order, part)] = part
                elif not run.state.is_completed():
                    problems.append(f"part {part}: its flow run {run.name} ({run.id}) is {run.state.name}")
            if at_work and time.monotonic() - said > _SAY_EVERY_SECONDS:
                said = time.monotonic()
                logger.warning("waiting for parts %s; is a worker of their queue online?", sorted(at_work.values()))
    if problems:
        remedy = "look at its state, mend what it says, run this deployment again: parts that are there are kept"
        raise CommandError([f"{problem}; {remedy}" for problem in sorted(problems)], ExitCode.FAILED)


def _begun(order: Order, part: int) -> UUID:
    """The flow run of a part; what it is given says all, so that any worker will do."""
    told: dict[str, Any] = {
        "city": order.city,
        "period": order.period,
        "part": part,
        "partitions": order.spread.partitions,
        "inputs": str(order.inputs.absolute()),
        "home": str(order.home.absolute()),
    }
    if order.sources is not None:
        told["sources"] = str(order.sources.absolute())
    if order.known_as_of is not None:
        told["known_as_of"] = order.known_as_of.isoformat()
    try:
        begun = run_deployment(PART_DEPLOYMENT, parameters=told, tags=[order.city], timeout=0)
    except ObjectNotFound:
        raise CommandError([f"the deployment {PART_DEPLOYMENT} is not on the server: `kinerja deploy`"]) from None
    return cast("FlowRun", begun).id  # it is a coroutine in asynchronous flows only


def _read(client: SyncPrefectClient, ids: Iterable[UUID]) -> Iterator[FlowRun]:
    wanted = list(ids)
    for first in range(0, len(wanted), _PAGE):
        page = FlowRunFilter.model_validate({"id": {"any_": wanted[first : first + _PAGE]}})
        yield from client.read_flow_runs(flow_run_filter=page, limit=_PAGE)
