"""One result hash, whatever the number of parts and whoever scores them."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows import steps
from flows.order import Order, Run, prepared
from flows.partitions import scored
from flows.seam import Caller
from flows.spread import RunnerName, Spread
from tests.flows.ended import CITY, EXAMPLE, PERIOD, ROOT
from warehouse.identity import result_hash

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("validation_loaded")]
NUMBERS = [1, 4, 16]


@pytest.fixture(scope="module")
def checked(validation_loaded: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, steps.Checked]:
    """The shipped example, validated."""
    home = tmp_path_factory.mktemp("home")
    run = prepared(
        Order(
            city=CITY,
            period=PERIOD,
            inputs=EXAMPLE,
            home=home,
            warehouse_url=f"sqlite:///{home / 'warehouse.db'}",
            ordered_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
        )
    )
    call = Caller()
    landed = call(steps.land, run)
    return run, call(steps.validate, run, landed, call(steps.read, run, landed))


@pytest.fixture(scope="module")
def whole(checked: tuple[Run, steps.Checked]) -> str:
    """The result hash of scores that were never divided."""
    return result_hash(steps.score.function(*checked).frames)


def spread_over(run: Run, spread: Spread) -> Run:
    """The run, scored by these; its parts lie in a folder of their own."""
    return replace(
        run, run_id=f"{run.run_id}-{spread.runner}-{spread.partitions}", order=replace(run.order, spread=spread)
    )


@pytest.mark.parametrize("n", NUMBERS)
def test_directly(n: int, checked: tuple[Run, steps.Checked], whole: str) -> None:
    run, valid = checked
    call = Caller()
    found = scored(call, spread_over(run, Spread(n)), valid)
    assert result_hash(found.frames) == whole
    assert found.warnings == steps.score.function(run, valid).warnings
    titles = [done.title for done in call.done]
    n_parts = min(n, 9)  # no unit is cut
    parts = [f"{title} {number}/{n_parts}" for title in ("record", "score") for number in range(1, n_parts + 1)]
    assert titles == (["score"] if n == 1 else ["divide", *parts, "join"])


@pytest.mark.parametrize(("n_spells", "n_parts"), [(350_000, []), (350_001, [4])])
def test_a_large_roster_is_divided_by_itself(
    n_spells: int, n_parts: list[int], checked: tuple[Run, steps.Checked], whole: str
) -> None:
    run, valid = checked
    roster = valid.outcomes["employees"]
    (file, *_) = roster.files
    # As many spells as so many people have: the number alone decides.
    large = replace(
        valid, outcomes={**valid.outcomes, "employees": replace(roster, files=(replace(file, n_valid=n_spells),))}
    )
    call = Caller()
    found = scored(call, spread_over(run, Spread()), large)
    assert result_hash(found.frames) == whole
    assert [done.counts["parts"] for done in call.done if done.title == "divide"] == n_parts


# The process itself takes about 100 MiB; what two threads stream through does not grow with the roster.
LIMIT_MIB = 550


def large_roster(folder: Path, act: str) -> dict[str, int]:
    """What a process of its own tells of 20,000 employees; two threads, for each holds rows of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.flows.a_large_roster", str(folder), act],
        cwd=ROOT,
        env={**os.environ, "POLARS_MAX_THREADS": "2"},
        capture_output=True,
        check=True,
        text=True,
    )
    told: dict[str, int] = json.loads(done.stdout)
    return told


def test_memory_is_that_of_a_part(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "whole").mkdir()
    in_parts, whole = (large_roster(tmp_path / act, act) for act in ("parts", "whole"))
    assert in_parts["employees"] == 20_000
    assert whole["rows"] == 7_920_000
    assert in_parts["peak_mib"] < LIMIT_MIB < whole["peak_mib"]


def as_flow(run: Run, valid: steps.Checked) -> tuple[str, list[str]]:
    """The result hash of scoring within a Prefect flow, and the names of its task runs."""
    from prefect import flow
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter

    from flows.orchestration.tasks import TaskCaller

    @flow(persist_result=False)
    def scoring() -> Any:
        return result_hash(scored(TaskCaller(), run, valid).frames)

    state = scoring(return_state=True)
    this = FlowRunFilter.model_validate({"id": {"any_": [state.state_details.flow_run_id]}})
    with get_client(sync_client=True) as client:
        names = [one.name for one in client.read_task_runs(flow_run_filter=this)]
    return state.result(), names


@pytest.mark.parametrize("n", NUMBERS)
def test_over_threads(n: int, server: None, checked: tuple[Run, steps.Checked], whole: str) -> None:
    run, valid = checked
    found, names = as_flow(spread_over(run, Spread(n)), valid)
    assert found == whole
    n_parts = min(n, 9)
    expected = {f"{title} {number}/{n_parts}" for title in ("record", "score") for number in range(1, n_parts + 1)}
    assert n == 1 or expected <= set(names)


def needs(runner: RunnerName) -> None:
    if importlib.util.find_spec(f"prefect_{runner}") is None:
        pytest.skip(f"the extra kinerja[{runner}] is not installed")


@contextmanager
def in_time() -> Iterator[None]:
    """Ray gives a node 30 s to start, and nobody can give it more; a machine busy with other things needs longer."""
    try:
        yield
    except Exception as error:
        if "timed out during startup" not in str(error):
            raise
        pytest.skip("Ray did not start within its 30 s on this machine")


@pytest.mark.parametrize("runner", ["dask", "ray"])
def test_over_workers_of_its_own(
    runner: RunnerName, server: None, checked: tuple[Run, steps.Checked], whole: str
) -> None:
    needs(runner)
    run, valid = checked
    with in_time():
        assert as_flow(spread_over(run, Spread(4, runner)), valid)[0] == whole


def test_over_a_cluster_that_is_given(server: None, checked: tuple[Run, steps.Checked], whole: str) -> None:
    needs("dask")
    from distributed import LocalCluster

    run, valid = checked
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None, processes=False) as cluster:
        spread = Spread(4, "dask", cluster.scheduler_address)
        assert as_flow(spread_over(run, spread), valid)[0] == whole


def test_over_ray_where_it_runs_already(server: None, checked: tuple[Run, steps.Checked], whole: str) -> None:
    needs("ray")
    import ray

    run, valid = checked
    with in_time():
        ray.init(num_cpus=1, include_dashboard=False)
    try:
        assert as_flow(spread_over(run, Spread(4, "ray")), valid)[0] == whole
    finally:
        ray.shutdown()
