"""Steps as Prefect tasks, and what a run that takes over does for the one that died."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from prefect import runtime, task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun
from prefect.logging import get_run_logger
from prefect.states import Crashed

from flows.cli.problems import UNEXPECTED, explain
from flows.orchestration.runners import new_runner
from flows.order import Run
from flows.seam import Caller, Counted, Done, Each, Step, Watch, part_title
from flows.spread import Spread
from warehouse import is_transient, open_warehouse

RUN_TAG: Final = "run:"
"""Prefix of the tag by which a flow run says which run of the warehouse it is."""
_RETRY_SECONDS: Final = (1, 2, 4)
_AS_IT_IS: Final[Any] = {"cache_policy": NO_CACHE, "persist_result": False}


class TaskCaller(Caller):
    """Calls each step as a Prefect task."""

    def run(self, chosen: Step, *arguments: Any) -> Any:
        """One task a step; only faults that pass by themselves are tried again."""
        as_task = task(
            name=chosen.title,
            retries=chosen.retries,
            retry_delay_seconds=list(_RETRY_SECONDS[: chosen.retries]),
            retry_condition_fn=_passes,
            **_AS_IT_IS,
        )(_logged(chosen.function))
        return as_task(*arguments)

    @contextmanager
    def spread(self, spread: Spread, n_parts: int) -> Iterator[Each]:
        """One task a part, mapped over the task runner that was asked for."""
        with new_runner(spread, n_parts) as runner:

            def each(chosen: Step, arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
                titles = [part_title(chosen, number, n_parts) for number in range(1, len(arguments) + 1)]
                futures = []
                for title, own in zip(titles, arguments, strict=True):
                    self.tell(functools.partial(_begins, title=title))
                    as_task = task(name=chosen.title, task_run_name=title, **_AS_IT_IS)(_timed(chosen.function))
                    futures.append(runner.submit(as_task, {"arguments": own}))
                return [self._ended(title, future.result()) for title, future in zip(titles, futures, strict=True)]

            yield each

    def _ended(self, title: str, ended: tuple[float, Counted]) -> Counted:
        seconds, result = ended
        done = Done(title, seconds, result.counts)
        self.done.append(done)
        self.tell(lambda watch: watch.ends(done, result))
        return result


class FlowRunOfRun(Watch):
    """Ties the flow run to its run in the warehouse, and ends in Prefect what this run found dead there."""

    def started(self, run: Run) -> None:
        """The lease is held now, so every other run of this city and period that still seems to run has ended."""
        with get_client(sync_client=True) as client:
            mine = client.read_flow_run(runtime.flow_run.id)
            # Tried again, it is another run of the warehouse.
            kept = [tag for tag in mine.tags if not tag.startswith(RUN_TAG)]
            client.update_flow_run(mine.id, tags=[*kept, f"{RUN_TAG}{run.run_id}"])
            for dead in _still_running(client, crashed_runs(run)):
                if dead.id != mine.id:
                    message = f"its process ended or lost its lease; seen by {run.run_id}, which took the work over"
                    client.set_flow_run_state(dead.id, Crashed(message=message), force=True)


def crashed_runs(run: Run) -> set[str]:
    """Runs of this city and period that the warehouse knows to have crashed."""
    with open_warehouse(run.order.warehouse_url, create=False) as warehouse:
        columns, rows = warehouse.runs(run.policy.city, run.period.name)
        found = [dict(zip(columns, row, strict=True)) for row in rows]
    return {one["run_id"] for one in found if one["status"] == "crashed"}


def _still_running(client: SyncPrefectClient, run_ids: set[str]) -> list[FlowRun]:
    """Flow runs that Prefect takes for running though their run of the warehouse has crashed."""
    running = FlowRunFilter.model_validate({"state": {"type": {"any_": ["RUNNING"]}}})
    tags = {f"{RUN_TAG}{run_id}" for run_id in run_ids}
    return [found for found in client.read_flow_runs(flow_run_filter=running) if tags & set(found.tags)]


def _begins(watch: Watch, title: str) -> None:
    watch.begins(title)


def _timed(function: Callable[..., Counted]) -> Callable[..., tuple[float, Counted]]:
    """The step, with the seconds it took where it ran."""

    @functools.wraps(function)
    def timed(arguments: tuple[Any, ...]) -> tuple[float, Counted]:
        started = time.perf_counter()
        try:
            result = function(*arguments)
        except Exception as error:
            what = explain(error)[1][0]
            if what.startswith(UNEXPECTED):
                # A library's message may hold a cell, and Prefect keeps the message and traceback of what is raised.
                raise RuntimeError(what) from None
            raise
        return time.perf_counter() - started, result

    # Prefect reads parameters from the signature, and would find those of the step.
    del timed.__wrapped__
    return timed


def _logged(function: Callable[..., Counted]) -> Callable[..., Counted]:
    """The step, which says in the task run's log what it did."""

    @functools.wraps(function)
    def counted(*arguments: Any) -> Counted:
        started = time.perf_counter()
        try:
            result = function(*arguments)
        except Exception as error:
            what = explain(error)[1][0]
            if what.startswith(UNEXPECTED):
                # A library's message may hold a cell, and Prefect keeps the message and traceback of what is raised.
                raise RuntimeError(what) from None
            raise
        told = ", ".join(f"{number:,} {name}" for name, number in result.counts.items())
        get_run_logger().info("%s, %.2f s", told, time.perf_counter() - started)
        return result

    return counted


def _passes(_task: Any, _run: Any, state: Any) -> bool:
    """Whether a failed step may succeed if it is simply tried again."""
    try:
        state.result()
    except Exception as error:  # noqa: BLE001  # whatever the step raised is asked about, and raised by Prefect itself
        return is_transient(error)
    return False
