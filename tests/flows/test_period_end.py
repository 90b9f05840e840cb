"""The run as a Prefect flow, on a real server of the pinned set."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest

from flows import TELEMETRY_OFF
from tests.flows.ended import CITY, EXAMPLE, PERIOD, changed, example, leaked, personal_values, rows, runs

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("validation_loaded")]
STEPS = ["land", "read", "validate", "score", "validate scores", "insights", "load"]


async def _recorded(flow_run_id: Any) -> dict[str, Any]:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import ArtifactFilter, FlowRunFilter

    this = FlowRunFilter.model_validate({"id": {"any_": [flow_run_id]}})
    async with get_client() as client:
        return {
            "run": await client.read_flow_run(flow_run_id),
            "tasks": await client.read_task_runs(flow_run_filter=this),
            "artifacts": await client.read_artifacts(flow_run_filter=this, artifact_filter=ArtifactFilter()),
            "logs": await client.read_logs(),
        }


def recorded(state: Any) -> dict[str, Any]:
    """What the server's API knows of the flow run."""
    return asyncio.run(_recorded(state.state_details.flow_run_id))


def test_a_run_as_a_flow_is_completed_and_leaves_its_counts_as_artifacts(server: None, tmp_path: Path) -> None:
    from flows.orchestration.period_end import period_end

    state = period_end(city=CITY, period=PERIOD, inputs=EXAMPLE, home=tmp_path, return_state=True)
    document = state.result()
    assert (document["status"], document["revision"], document["employees"]) == ("published", 1, 120)
    assert len(rows(tmp_path, "scores", CITY, PERIOD)) == 120

    found = recorded(state)
    assert (found["run"].state.name, found["run"].name) == ("Completed", f"{CITY} {PERIOD}")
    tasks = sorted(found["tasks"], key=lambda one: one.start_time)
    assert [one.name.rsplit("-", 1)[0] for one in tasks] == STEPS
    assert {one.state.name for one in tasks} == {"Completed"}

    artifacts = {one.key: one for one in found["artifacts"]}
    key = "kalianda-2026-q3"
    kinds = {"steps": "table", "files": "table", "report": "markdown", "summary": "markdown"}
    assert {name: one.type for name, one in artifacts.items()} == {
        f"{key}-{name}": kind for name, kind in kinds.items()
    }
    steps = {row["step"]: row for row in json.loads(artifacts[f"{key}-steps"].data)}
    assert list(steps) == STEPS
    assert steps["land"]["bytes"] == sum(file.stat().st_size for file in EXAMPLE.glob("*.csv"))
    assert (steps["read"]["rows_in"], steps["read"]["rows_out"]) == (23_590, 23_590)
    validated = steps["validate"]
    assert (validated["rows_in"], validated["rows_out"], validated["quarantined"]) == (23_590, 23_590, 0)
    assert (steps["score"]["employees"], steps["load"]["revision"]) == (120, 1)
    report = Path(document["report"])
    assert artifacts[f"{key}-report"].data == f"[Validation report]({report.resolve().as_uri()})"
    assert "120 employees" in artifacts[f"{key}-summary"].data
    assert document["result_hash"] in artifacts[f"{key}-summary"].data
    assert f"run:{document['run_id']}" in found["run"].tags
    files = json.loads(artifacts[f"{key}-files"].data)
    assert files == document["files"]
    assert sum(row["rows_in"] for row in files) == 23_590

    values = personal_values(EXAMPLE)
    said = [str(one) for one in (*found["artifacts"], *found["tasks"], found["run"], *found["logs"])]
    assert [text for text in said if leaked(values, text)] == []


def test_a_stopped_run_fails_with_what_was_said(server: None, tmp_path: Path) -> None:
    from flows.orchestration.period_end import period_end

    inputs, home = example(tmp_path / "inputs"), tmp_path / "home"
    changed(inputs / "employees.csv", lambda records: records[:1])
    state = period_end(city=CITY, period=PERIOD, inputs=inputs, home=home, return_state=True)
    run = recorded(state)["run"]
    assert run.state.type.value == "FAILED"
    assert "employees: employees.csv holds no row. Without a roster there is nobody to score." in run.state.message
    assert [(one["status"], one["revision"]) for one in runs(home)] == [("stopped", None)]
    # What the data team needs first: the report, and how far it came.
    named = {one.key for one in recorded(state)["artifacts"] if one.key}  # the raised error is one without a name
    assert named == {"kalianda-2026-q3-report", "kalianda-2026-q3-steps"}


def test_parts_and_their_closing_run_as_flows(server: None, tmp_path: Path) -> None:
    from flows.orchestration.one_part import one_part
    from flows.orchestration.period_end import period_end

    inputs, home = example(tmp_path / "inputs"), tmp_path / "home"
    told: dict[str, Any] = {"city": CITY, "period": PERIOD, "inputs": inputs, "home": home, "partitions": 2}
    for part in (2, 1):
        state = one_part(**told, part=part, return_state=True)
        assert state.result()["status"] == "scored"
        assert recorded(state)["run"].name == f"{CITY} {PERIOD} part {part}"
    joined = period_end(**told, parts="join", return_state=True)
    tasks = sorted(recorded(joined)["tasks"], key=lambda one: one.start_time)
    titles = ["land", "gather", "read", "validate", "join", "validate scores", "insights", "load"]
    assert [one.name.rsplit("-", 1)[0] for one in tasks] == titles
    undivided = period_end(**{**told, "partitions": 1, "home": tmp_path / "other"})
    assert joined.result()["result_hash"] == undivided["result_hash"]


def test_parts_that_nobody_can_take_are_said_and_data_that_must_not_be_used_stop(server: None, tmp_path: Path) -> None:
    from flows.orchestration.period_end import period_end

    inputs, home = example(tmp_path / "inputs"), tmp_path / "home"
    told: dict[str, Any] = {"city": CITY, "period": PERIOD, "inputs": inputs, "home": home, "parts": "workers"}
    state = period_end(**told, return_state=True)
    assert "--part and --join need --partitions N" in recorded(state)["run"].state.message
    state = period_end(**told, partitions=2, return_state=True)
    assert "the deployment part/kinerja-part is not on the server" in recorded(state)["run"].state.message
    assert runs(home) == []
    # No part is handed out, and the run is kept as stopped, as any other.
    changed(inputs / "employees.csv", lambda records: records[:1])
    state = period_end(**told, partitions=2, return_state=True)
    assert "employees: employees.csv holds no row" in recorded(state)["run"].state.message
    assert [one["status"] for one in runs(home)] == ["stopped"]


def test_a_nightly_refresh_before_the_first_delivery_alarms_nobody(
    server: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.orchestration.intra_period import refresh

    (tmp_path / "inputs").mkdir()
    monkeypatch.setenv("KINERJA_INPUTS", str(tmp_path / "inputs"))
    told: dict[str, Any] = {"city": CITY, "period": PERIOD, "known_as_of": "2026-07-03T04:30:00+07:00"}
    state = refresh(**told, home=tmp_path / "home", return_state=True)
    run = recorded(state)["run"]
    assert (run.state.type.value, run.state.name) == ("COMPLETED", "Nothing delivered yet")
    awaited = tmp_path / "inputs" / CITY / PERIOD
    assert run.state.message == f"no file of {CITY} {PERIOD} has come to {awaited} yet; the next refresh looks again"
    assert state.result()["status"] == "awaited"
    # Where somebody names a folder, a file was meant to be there.
    state = refresh(**told, inputs=awaited, home=tmp_path / "home", return_state=True)
    assert "no such folder" in recorded(state)["run"].state.message


def test_nothing_calls_home(server: None) -> None:
    from prefect.settings import PREFECT_SERVER_ANALYTICS_ENABLED

    assert not PREFECT_SERVER_ANALYTICS_ENABLED.value()
    assert {name: os.environ[name] for name in TELEMETRY_OFF} == TELEMETRY_OFF
