"""A real server and real workers of one queue each, as on several machines: late, stuck, and parts over two of them."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from flows.orchestration.up import HOST, Child, descendants, end, environment_for
from flows.settings import Settings
from tests.flows.ended import EXAMPLE, ROOT, example, leaked, personal_values, process_words, run, runs
from tests.flows.platform_up import QUARTER, Up, client_of
from tests.notifications.receivers import Webhook, serving
from warehouse import open_warehouse
from warehouse.lease import process_started

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="signals are of POSIX"),
]
DUE = dt.datetime(2026, 10, 20, 2, tzinfo=dt.timezone(dt.timedelta(hours=7)))
NAME = "kinerja"


class Pool(Up):
    """A server with everything installed, and what workers a test begins."""

    def __init__(self, home: Path, inputs: Path) -> None:
        self.home = home
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://{HOST}:{self.port}"
        self.client = client_of(self.url)
        folder = home / "prefect"
        folder.mkdir(parents=True)
        settings = Settings(home=home, inputs=inputs)
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            **environment_for(settings, folder, self.url, ""),
            "PYTHONPATH": str(ROOT),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS": "2",
            "PREFECT_WORKER_QUERY_SECONDS": "1",
            # Ten seconds, the least that Prefect waits.
            "KINERJA_LATE_MINUTES": "0.1",
            "KINERJA_STUCK_MINUTES": "0.1",
        }
        self.err = home / "server.log"
        self.children: dict[str, tuple[Child, subprocess.Popen[bytes]]] = {}
        self.process = self.begin_process("server", "server", "start", "--host", HOST, "--port", str(self.port))
        self.until(self._answers)
        subprocess.run(process_words(["deploy"]), env=self.environment, cwd=ROOT, check=True, capture_output=True)

    def begin_process(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        """One of Prefect's commands; what it says goes to `<name>.log`."""
        with (self.home / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "flows.orchestration.server", "--no-prompt", *words],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.children[name] = (Child(name, process.pid, process_started(process.pid) or ""), process)
        return process

    def begin_worker(self, name: str, queue: str, *more: str) -> Child:
        """A worker of one queue, unless it is at work already."""
        if name not in self.children:
            of_queue = ("--pool", NAME, "--type", "process", "--name", name, "--work-queue", queue)
            self.begin_process(name, "worker", "start", *of_queue, *more)
        return self.children[name][0]

    def flow_runs_of(self, worker: Child) -> list[Child]:
        """Processes of flow runs that a worker has begun: each leads a group of its own."""
        return [one for one in descendants(worker.pid) if os.getpgid(one.pid) == one.pid]

    def switch_off(self, automation: str) -> None:
        """Lets one of the automations rest."""
        (found,) = [one for one in self.post("/automations/filter") if one["name"].endswith(automation)]
        self._answer("PATCH", f"/automations/{found['id']}", {"enabled": False})

    def log(self, name: str) -> str:
        return (self.home / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """Ends everything, workers first."""
        for child, process in reversed(self.children.values()):
            end([*descendants(child.pid), child])
            process.wait()
        self.client.close()

    def _answers(self) -> bool:
        try:
            return self.client.get("/api/health").status_code == 200
        except httpx.HTTPError:
            return False


@pytest.fixture(scope="module")
def webhook() -> Iterator[Webhook]:
    receiver = Webhook()
    with serving(receiver):
        yield receiver


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory, webhook: Webhook) -> Iterator[Pool]:
    folder = tmp_path_factory.mktemp("pool")
    for city in ("kalianda", "pauh"):
        example(folder / "inputs" / city / QUARTER)
    (folder / "home").mkdir()
    told = {"name": "on-duty", "role": "on duty", "url": webhook.url("on-duty")}
    heard = {**told, "events": ["run_failed", "run_crashed", "run_late", "run_stuck"], "language": "en"}
    (folder / "home" / "notifications.yaml").write_text(json.dumps({"recipients": [heard]}), encoding="utf-8")
    started = Pool(folder / "home", folder / "inputs")
    started.begin_worker("on-incidents", "incidents")
    yield started
    started.stop()


def test_a_run_that_no_worker_takes_is_told_and_one_that_does_not_end(pool: Pool, webhook: Webhook) -> None:
    """One run of which both are true: it is late until there is a worker, and then another run holds its period."""
    begun = pool.begin("period-end/pauh-quarter-end", DUE, city="pauh", span="quarter")
    pool.until(lambda: pool.run(begun)["state_name"] == "Late")
    (late,) = pool.until(lambda: webhook.texts("on-duty"))
    assert "a scheduled run has not begun" in late
    assert "Pauh" in late
    told = pool.until(lambda: pool.post("/artifacts/filter", artifacts={"key": {"like_": f"incident-{begun}"}}))
    assert "It should have begun long ago" in told[0]["data"]

    with (
        open_warehouse(f"sqlite:///{pool.home / 'warehouse.db'}") as warehouse,
        warehouse.lease("pauh", QUARTER, "another", now=lambda: dt.datetime.now(dt.UTC)),
    ):
        pool.begin_worker("on-scoring", "scoring")
        pool.until(lambda: len(webhook.texts("on-duty")) == 2)
        assert (pool.run(begun)["state_type"], pool.run(begun)["name"]) == ("RUNNING", f"pauh {QUARTER}")
    _, stuck = webhook.texts("on-duty")
    assert f"Pauh {QUARTER}: the run does not end" in stuck
    # Nothing was lost: it takes its turn, for the period that it was due for.
    assert pool.ended(begun)["state_type"] == "COMPLETED"
    assert [(one["city"], one["period"], one["status"]) for one in runs(pool.home)] == [("pauh", QUARTER, "published")]
    assert len(webhook.texts("on-duty")) == 2
    assert leaked(personal_values(EXAMPLE), "".join(webhook.texts("on-duty"))) == set()


@pytest.mark.chaos
@pytest.mark.usefixtures("validation_loaded")
def test_parts_go_over_two_workers_and_one_that_is_killed_is_begun_again(pool: Pool, tmp_path: Path) -> None:
    pool.switch_off("follow up a run that does not end")  # ten seconds are not long for this one
    pool.begin_worker("on-scoring", "scoring")
    workers = [pool.begin_worker(name, "parts", "--limit", "1") for name in ("on-parts-1", "on-parts-2")]
    begun = pool.begin(
        "period-end/kalianda-quarter-end", DUE, city="kalianda", span="quarter", partitions=3, parts="workers"
    )
    pool.until(lambda: all(pool.flow_runs_of(worker) for worker in workers))
    victim = pool.flow_runs_of(workers[1])[0]
    os.killpg(victim.pid, signal.SIGKILL)

    closed = pool.ended(begun)
    assert closed["state_type"] == "COMPLETED", closed["state"]["message"]
    found = pool.runs(deployment_id={"any_": [pool.deployment("part/kinerja-part")["id"]]})
    assert sorted(one["state_type"] for one in found) == ["COMPLETED"] * 3 + ["CRASHED"]
    completed = [one for one in found if one["state_type"] == "COMPLETED"]
    assert {one["name"] for one in completed} == {f"kalianda {QUARTER} part {k}" for k in (1, 2, 3)}
    assert all(one["parent_task_run_id"] for one in found)
    # Each took some of them, and no other worker did.
    took = {name: {one["id"] for one in found if one["id"] in pool.log(name)} for name in pool.children}
    assert took["on-parts-1"]
    assert took["on-parts-2"]
    assert took["on-parts-1"] | took["on-parts-2"] == {one["id"] for one in found}
    assert took["on-scoring"] == took["on-incidents"] == set()
    (published,) = [one for one in runs(pool.home) if one["city"] == "kalianda"]
    undivided = run(
        tmp_path / "home", shutil.copytree(pool.home.parent / "inputs" / "kalianda" / QUARTER, tmp_path / "in")
    )
    assert undivided.code == 0
    assert published["result_hash"] == undivided.runs[0]["result_hash"]
    assert not (pool.home / "parts" / "kalianda" / QUARTER).exists()
