"""Prefect's task runners for the parts of a run: threads, or a Dask or Ray cluster, started here or given."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows.cli.problems import CommandError
from flows.spread import Spread, environment, n_workers


@contextmanager
def new_runner(spread: Spread, n_parts: int) -> Iterator[TaskRunner[Any]]:
    """The task runner that `spread` asks for, started.

    Raises:
        CommandError: what the runner needs is not installed.
    """
    workers = n_workers(n_parts)
    match spread.runner:
        case "dask":
            chosen = _dask(spread.address, workers)
        case "ray":
            chosen = _ray(spread.address, workers)
        case _:
            chosen = ThreadPoolTaskRunner(max_workers=workers)
    with chosen as runner:
        yield runner


def _dask(address: str | None, workers: int) -> TaskRunner[Any]:
    try:
        from prefect_dask.task_runners import DaskTaskRunner
    except ImportError as error:
        raise _missing("dask") from error
    if address:
        return DaskTaskRunner(address=address)
    local = {"n_workers": workers, "threads_per_worker": 1, "env": environment(workers), "dashboard_address": None}
    return DaskTaskRunner(cluster_kwargs=local)


def _ray(address: str | None, workers: int) -> TaskRunner[Any]:
    try:
        from prefect_ray import RayTaskRunner  # type: ignore[import-untyped]  # it ships none
    except ImportError as error:
        raise _missing("ray") from error
    told: dict[str, Any] = {"runtime_env": {"env_vars": environment(workers)}}
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if not address:
        told |= {"num_cpus": workers, "include_dashboard": False}
    runner: TaskRunner[Any] = RayTaskRunner(address=address, init_kwargs=told)
    return runner


def _missing(extra: str) -> CommandError:
    return CommandError([f"--runner {extra}: not installed here; install kinerja[{extra}], or take --runner threads"])
