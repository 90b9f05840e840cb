"""`kinerja up` with a real server and worker: deployments, a scheduled run, runs killed -9, late and stuck, parts over
two more workers, and the end of it all. One platform for all of them, for it takes a minute's work to start."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.orchestration.up import Child, descendants, end, environment_for
from flows.settings import Settings
from policies import Period
from policies.loading import available_policies
from policies.operations import load_operations
from sources.contracts import DATASETS
from sources.public_holidays import public_holidays
from tests.flows.ended import EXAMPLE, ROOT, example, leaked, personal_values, process_words, run, runs
from tests.flows.platform_up import QUARTER, Up, flow_runs_of
from tests.notifications.receivers import Webhook, serving
from warehouse import open_warehouse
from warehouse.lease import process_started

CITIES = sorted({city for city, _, _ in available_policies()})
KINDS = ("quarter-end", "year-end", "refresh")
JAKARTA = dt.timezone(dt.timedelta(hours=7))
DUE = dt.datetime(2026, 10, 20, 2, tzinfo=JAKARTA)
"""When the third quarter of 2026 was due; whenever these tests run, that is past."""
IMPATIENT = {
    "PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS": "2",
    # Ten seconds, the least that Prefect waits.
    "KINERJA_LATE_MINUTES": "0.1",
    "KINERJA_STUCK_MINUTES": "0.1",
}
WAITING = ("follow up a run that does not begin", "follow up a run that does not end")


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    folder = tmp_path_factory.mktemp("platform")
    example(folder / "inputs" / "kalianda" / QUARTER)
    example(folder / "inputs" / "sibolga" / QUARTER)
    shutil.copytree(EXAMPLE, folder / "inputs" / "pauh" / QUARTER)
    started = Up(folder / "home", folder / "inputs", environment=IMPATIENT)
    for automation in WAITING:  # ten seconds are not long for most of these tests
        started.switch(automation, on=False)
    yield started
    started.end(signal.SIGTERM)


@contextmanager
def followed_up(up: Up) -> Iterator[None]:
    """What does not begin or end within ten seconds is told of."""
    for automation in WAITING:
        up.switch(automation, on=True)
    yield
    for automation in WAITING:
        up.switch(automation, on=False)


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
    with followed_up(up):
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


@pytest.fixture
def webhook(up: Up) -> Iterator[Webhook]:
    """Somebody who is told of trouble, in English."""
    receiver, file = Webhook(), up.home / "notifications.yaml"
    with serving(receiver):
        told = {"name": "on-duty", "role": "on duty", "url": receiver.url("on-duty")}
        heard = {**told, "events": ["run_failed", "run_crashed", "run_late", "run_stuck"], "language": "en"}
        file.write_text(json.dumps({"recipients": [heard]}), encoding="utf-8")
        yield receiver
        file.unlink()


@pytest.mark.slow
def test_a_run_that_no_worker_takes_is_told_and_one_that_does_not_end(up: Up, webhook: Webhook) -> None:
    """One run of which both are true: it is late while nobody takes it, and then another run holds its period."""
    with followed_up(up):
        up.pause("scoring")
        begun = up.begin("period-end/sibolga-quarter-end", DUE, city="sibolga", span="quarter")
        up.until(lambda: up.run(begun)["state_name"] == "Late")
        (late,) = up.until(lambda: webhook.texts("on-duty"))
        assert "a scheduled run has not begun" in late
        assert "Sibolga" in late
        told = up.until(lambda: up.post("/artifacts/filter", artifacts={"key": {"like_": f"incident-{begun}"}}))
        assert "It should have begun long ago" in told[0]["data"]

        with (
            open_warehouse(f"sqlite:///{up.home / 'warehouse.db'}") as warehouse,
            warehouse.lease("sibolga", QUARTER, "another", now=lambda: dt.datetime.now(dt.UTC)),
        ):
            up.pause("scoring", on=False)
            up.until(lambda: len(webhook.texts("on-duty")) == 2)
            assert (up.run(begun)["state_type"], up.run(begun)["name"]) == ("RUNNING", f"sibolga {QUARTER}")
        _, stuck = webhook.texts("on-duty")
        assert f"Sibolga {QUARTER}: the run does not end" in stuck
    # Nothing was lost: it takes its turn, for the period that it was due for.
    assert up.ended(begun)["state_type"] == "COMPLETED"
    found = [(one["period"], one["status"]) for one in runs(up.home) if one["city"] == "sibolga"]
    assert found == [(QUARTER, "published")]
    assert len(webhook.texts("on-duty")) == 2
    assert leaked(personal_values(EXAMPLE), "".join(webhook.texts("on-duty"))) == set()


@contextmanager
def workers_of_parts(up: Up, *names: str) -> Iterator[list[Child]]:
    """Workers of that queue alone, each of one part at a time; `<home>/<name>.log` is what each says."""
    settings = Settings(home=up.home, inputs=Path(up.environment["KINERJA_INPUTS"]))
    environment = up.environment | environment_for(settings, up.home / "prefect", up.url, "")
    children, processes = [], []
    for name in names:
        words = ["worker", "start", "--pool", "kinerja", "--type", "process", "--name", name]
        words += ["--work-queue", "parts", "--limit", "1"]
        with (up.home / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "flows.orchestration.server", "--no-prompt", *words],
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        processes.append(process)
        children.append(Child(name, process.pid, process_started(process.pid) or ""))
    try:
        yield children
    finally:
        end([one for child in children for one in (*descendants(child.pid), child)])
        for process in processes:
            process.wait()


@pytest.mark.slow
@pytest.mark.chaos
@pytest.mark.usefixtures("validation_loaded")
def test_parts_go_over_two_workers_and_one_that_is_killed_is_begun_again(up: Up, tmp_path: Path) -> None:
    """As on several machines: who scores is another worker than those who take parts."""
    part = {"deployment_id": {"any_": [up.deployment("part/kinerja-part")["id"]]}}
    up.pause("parts")
    begun = up.begin(
        "period-end/kalianda-quarter-end", DUE, city="kalianda", span="quarter", partitions=3, parts="workers"
    )
    up.until(lambda: len(up.runs(**part)) == 3)
    names = ["on-parts-1", "on-parts-2"]
    with up.worker_halted(), workers_of_parts(up, *names) as workers:
        up.pause("parts", on=False)
        up.until(lambda: all(flow_runs_of(worker) for worker in workers))
        os.killpg(flow_runs_of(workers[1])[0].pid, signal.SIGKILL)
        closed = up.ended(begun)
    assert closed["state_type"] == "COMPLETED", closed["state"]["message"]
    found = up.runs(**part)
    assert sorted(one["state_type"] for one in found) == ["COMPLETED"] * 3 + ["CRASHED"]
    completed = [one for one in found if one["state_type"] == "COMPLETED"]
    assert {one["name"] for one in completed} == {f"kalianda {QUARTER} part {k}" for k in (1, 2, 3)}
    assert all(one["parent_task_run_id"] for one in found)
    # Each took some of them, and no other worker did.
    logs = [*(up.home / f"{name}.log" for name in names), up.home / "prefect" / "logs" / "worker.log"]
    first, second, others = ({one["id"] for one in found if one["id"] in log.read_text()} for log in logs)
    assert first
    assert second
    assert first | second == {one["id"] for one in found}
    assert others == set()
    divided = [one for one in runs(up.home) if one["city"] == "kalianda"][-1]
    undivided = run(
        tmp_path / "home", shutil.copytree(up.home.parent / "inputs" / "kalianda" / QUARTER, tmp_path / "in")
    )
    assert undivided.code == 0
    assert divided["result_hash"] == undivided.runs[0]["result_hash"]
    assert not (up.home / "parts" / "kalianda" / QUARTER).exists()


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
