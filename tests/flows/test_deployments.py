"""`kinerja up` with a real server and worker: deployments, a scheduled run, a run killed -9, and the end of it all."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies import Period
from policies.loading import available_policies
from policies.operations import load_operations
from sources.contracts import DATASETS
from sources.public_holidays import public_holidays
from tests.flows.ended import EXAMPLE, ROOT, example, leaked, personal_values, process_words, runs
from tests.flows.platform_up import QUARTER, Up

CITIES = sorted({city for city, _, _ in available_policies()})
KINDS = ("quarter-end", "year-end", "refresh")
JAKARTA = dt.timezone(dt.timedelta(hours=7))
DUE = dt.datetime(2026, 10, 20, 2, tzinfo=JAKARTA)
"""When the third quarter of 2026 was due; whenever these tests run, that is past."""


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    folder = tmp_path_factory.mktemp("platform")
    example(folder / "inputs" / "kalianda" / QUARTER)
    shutil.copytree(EXAMPLE, folder / "inputs" / "pauh" / QUARTER)
    started = Up(folder / "home", folder / "inputs")
    yield started
    started.end(signal.SIGTERM)


@pytest.mark.slow
def test_every_city_has_its_deployments(up: Up) -> None:
    found = {one["name"]: one for one in up.post("/deployments/filter")}
    assert "kinerja-incident" in found
    for city, kind in itertools.product(CITIES, KINDS):
        one = found[f"{city.replace('_', '-')}-{kind}"]
        assert one["parameters"]["city"] == city
        assert {"kinerja", city, kind} == set(one["tags"])
        assert (one["work_pool_name"], one["work_queue_name"]) == ("kinerja", "scoring")
        assert one["global_concurrency_limit"]["limit"] == 1
        assert one["concurrency_options"]["collision_strategy"] == "ENQUEUE"
        assert {schedule["schedule"]["timezone"] for schedule in one["schedules"]} == {"Asia/Jakarta"}
        assert "**When it fails**" in one["description"]
        assert "kalianda" in one["parameter_openapi_schema"]["properties"]["city"]["description"]
    assert up.get("/work_pools/kinerja")["type"] == "process"
    assert found["kinerja-part"]["work_queue_name"] == "parts"
    for queue in ("scoring", "parts"):
        assert up.get(f"/work_pools/kinerja/queues/{queue}")["concurrency_limit"] == 2
    names = {one["name"] for one in up.post("/automations/filter")}
    assert len(names) == 5
    assert all(name.startswith("kinerja: ") for name in names)


@pytest.mark.slow
def test_the_server_plans_the_runs(up: Up) -> None:
    """It did not beside SQLAlchemy 2.1 before `flows.orchestration.server`."""
    deployment = up.deployment("period-end/kalianda-quarter-end")["id"]
    planned = up.until(lambda: up.runs(deployment_id={"any_": [deployment]}, state={"type": {"any_": ["SCHEDULED"]}}))
    at = dt.datetime.fromisoformat(planned[0]["expected_start_time"]).astimezone(JAKARTA)
    assert (at.month % 3, at.day, at.hour) == (1, 20, 2)
    assert "auto-scheduled" in planned[0]["tags"]


@pytest.mark.slow
def test_a_scheduled_run_happens_and_shows_what_it_did(up: Up) -> None:
    """The server itself plans the run, by a schedule that is due at once."""
    deployment = up.deployment("period-end/kalianda-quarter-end")["id"]
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=10)
    # Every half minute: a server that looks at it too late has another one to plan.
    schedule = {"interval": 30.0, "anchor_date": soon.isoformat(), "timezone": "Asia/Jakarta"}
    given = [{"schedule": schedule, "active": True, "slug": "now", "parameters": {"period": QUARTER}}]
    (kept,) = up.post_list(f"/deployments/{deployment}/schedules", given)
    begun = {"deployment_id": {"any_": [deployment]}, "state": {"type": {"not_any_": ["SCHEDULED"]}}}
    first = up.until(lambda: up.runs(**begun))[0]["id"]
    up.delete(f"/deployments/{deployment}/schedules/{kept['id']}")
    run = up.ended(first)
    assert run["state_type"] == "COMPLETED", run["state"]["message"]
    assert run["name"] == f"kalianda {QUARTER}"
    assert run["created_by"]["type"] == "SCHEDULE"

    (published,) = runs(up.home)
    assert (published["status"], published["revision"], published["provisional"]) == ("published", 1, False)
    assert f"run:{published['run_id']}" in run["tags"]
    artifacts = up.artifacts(run["id"])
    key = "kalianda-2026-q3"
    assert set(artifacts) == {f"{key}-{name}" for name in ("steps", "files", "report", "summary")}
    steps = json.loads(artifacts[f"{key}-steps"]["data"])
    read = next(step for step in steps if step["step"] == "read")
    assert read["rows_in"] == read["rows_out"] > 120
    assert (up.home / "reports" / published["run_id"] / "validation.html").as_uri() in artifacts[f"{key}-report"][
        "data"
    ]
    logs = up.post("/logs/filter", logs={"flow_run_id": {"any_": [run["id"]]}})
    assert any(f"{read['rows_in']:,} records" in line["message"] for line in logs)
    assert [text for text in map(str, [*artifacts.values(), *logs]) if leaked(personal_values(EXAMPLE), text)] == []


@pytest.mark.slow
@pytest.mark.chaos
def test_a_run_killed_in_the_middle_is_marked_and_taken_up(up: Up) -> None:
    """It also begins late: the period is that of the time it was scheduled for."""
    killed = up.begin("period-end/pauh-quarter-end", DUE, span="quarter", city="pauh")
    up.kill_while_reading("pauh", QUARTER)
    run = up.ended(killed)
    assert (run["state_type"], run["name"]) == ("CRASHED", f"pauh {QUARTER}")

    again = up.until(lambda: up.runs(tags={"all_": ["taken-up", "pauh"]}))[0]
    assert up.ended(again["id"])["state_type"] == "COMPLETED"
    assert again["parameters"]["period"] == QUARTER
    assert [one["status"] for one in runs(up.home) if one["city"] == "pauh"] == ["crashed", "published"]
    told = up.until(lambda: up.post("/artifacts/filter", artifacts={"key": {"like_": f"incident-{killed}"}}))
    assert f"## pauh {QUARTER}: crashed" in told[0]["data"]


@pytest.mark.slow
def test_the_doctor_finds_it_well(up: Up) -> None:
    """All but what nobody has set up: who is told, and files of the other cities."""
    # A schedule was taken from it above, and with it all its planned runs; the server plans anew once a minute.
    changed = up.deployment("period-end/kalianda-quarter-end")["id"]
    up.until(lambda: up.runs(deployment_id={"any_": [changed]}, state={"type": {"any_": ["SCHEDULED"]}}))
    words = process_words(["doctor", "--home", str(up.home), "--json"])
    environment = {name: value for name, value in up.environment.items() if name != "PREFECT_API_URL"}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    found = {one["check"]: one for one in json.loads(done.stdout)["findings"]}
    well = (
        "python",
        "clock",
        "home",
        "warehouse",
        "leases",
        "prefect",
        "worker",
        "deployments",
        "schedules",
        "automations",
        "late runs",
    )
    assert {name: found[name]["status"] for name in well} == dict.fromkeys(well, "ok"), done.stdout
    assert found["notices"]["status"] == "warn"
    assert all(one["do"] for one in found.values() if one["status"] != "ok")


@pytest.mark.slow
def test_a_second_one_is_refused(up: Up, tmp_path: Path) -> None:
    def refused(home: Path) -> str:
        words = process_words(["up", "--home", str(home), "--port", str(up.port)])
        done = subprocess.run(words, env=up.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        return done.stderr

    assert f"runs here already (process {up.process.pid})" in refused(up.home)
    assert f"port {up.port} is taken by a Prefect server; end it, or choose another" in refused(tmp_path / "other")


@pytest.mark.slow
def test_ctrl_c_ends_everything(up: Up) -> None:
    """The last of this module's tests."""
    begun = up.processes()
    assert len(begun) >= 2
    assert up.end(signal.SIGINT) == 0, up.err.read_text()
    assert [child for child in begun if child.is_alive] == []
    assert not (up.home / "prefect" / "up.json").exists()


# --- prefect.yaml, read -----------------------------------------------------------------------------------------------


def declared() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    return found


def crons(kind: str) -> set[str]:
    return {schedule["cron"] for one in declared() if one["name"].endswith(kind) for schedule in one["schedules"]}


def test_every_city_with_a_policy_is_deployed() -> None:
    deployed = {(one["parameters"]["city"], one["tags"][-1]) for one in declared() if "parameters" in one}
    assert set(itertools.product(CITIES, KINDS)) <= deployed


@pytest.mark.parametrize("year", range(2026, 2040))
def test_a_quarter_is_scored_after_everything_agreed_is_due(year: int) -> None:
    """On the 20th at 02:00, and by the end of January for the year, as the law asks."""
    assert crons("quarter-end") == {"0 2 20 1,4,7,10 *"}
    assert crons("year-end") == {"0 3 21 1 *"}
    for period in (Period("quarter", year, number) for number in (1, 2, 3, 4)):
        longest = max(
            supply.working_days for city in CITIES for supply in load_operations(city, period, DATASETS).supplies
        )
        day, owed, off = period.end - dt.timedelta(days=1), longest, public_holidays(range(year - 1, year + 2))
        while owed:
            day += dt.timedelta(days=1)
            owed -= day.isoweekday() <= 5 and day not in off
        assert day < period.end.replace(day=20)


def test_processes_are_told_apart_from_later_ones_of_the_same_number() -> None:
    from flows.orchestration.up import Child

    assert not Child("worker", os.getpid(), "another boot/pid:[1]/1").is_alive
