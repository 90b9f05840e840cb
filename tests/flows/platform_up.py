"""`kinerja up` in a process of its own, and what its server says."""

from __future__ import annotations

import datetime as dt
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from flows.orchestration.up import Child, descendants, state_of
from tests.flows.ended import process_environment, process_words

PATIENCE_SECONDS = 300
ASK_EVERY_SECONDS = 0.5
"""Each question costs a busy server some hundredths of a second."""
QUARTER = "2026-Q3"


def client_of(url: str) -> httpx.Client:
    """One for all questions: a new one for each costs more than the question. It lets go before the server does."""
    return httpx.Client(base_url=url, timeout=30, limits=httpx.Limits(keepalive_expiry=2))


def flow_runs_of(worker: Child) -> list[Child]:
    """Processes of flow runs that a worker has begun: each leads a group of its own."""
    return [one for one in descendants(worker.pid) if os.getpgid(one.pid) == one.pid]


class Up:
    """A `kinerja up` that is ready; `environment` is what its processes are told besides."""

    def __init__(self, home: Path, inputs: Path, *more: str, environment: Mapping[str, str] | None = None) -> None:
        self.home = home
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.client = client_of(self.url)
        self.environment = process_environment(
            KINERJA_INPUTS=str(inputs),
            PREFECT_WORKER_QUERY_SECONDS="1",  # it looks for runs every ten seconds else
            PREFECT_SERVER_ANALYTICS_ENABLED="false",
            **(environment or {}),
        )
        self.out, self.err = home.with_suffix(".out"), home.with_suffix(".err")
        words = ["up", "--home", str(home), "--port", str(self.port), *more]
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = subprocess.Popen(process_words(words), env=self.environment, stdout=out, stderr=err)
        self.until(lambda: "Ready" in self.out.read_text())

    def until(self, holds: Callable[[], Any], every: float = ASK_EVERY_SECONDS) -> Any:
        """What it gives once it is true of something; the platform must live until then."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (found := holds()):
            assert self.process.poll() is None, self.err.read_text()
            assert time.monotonic() < deadline, self.err.read_text()
            time.sleep(every)
        return found

    def child(self, name: str) -> Child:
        """The server or the worker."""
        processes = state_of(self.home / "prefect")["processes"]
        return next(Child(**one) for one in processes if one["name"] == name)

    def processes(self) -> list[Child]:
        """Everything it has begun that is alive."""
        return descendants(self.process.pid)

    def end(self, number: signal.Signals) -> int:
        """How it ends when it is told to."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.client.close()
        return self.process.wait(PATIENCE_SECONDS)

    # --- its server -----------------------------------------------------------------------------------------------

    def get(self, path: str) -> Any:
        return self._answer("GET", path).json()

    def post(self, path: str, **body: Any) -> Any:
        return self._answer("POST", path, body).json()

    def patch(self, path: str, **body: Any) -> None:
        self._answer("PATCH", path, body)

    def post_list(self, path: str, given: list[dict[str, Any]]) -> Any:
        return self._answer("POST", path, given).json()

    def delete(self, path: str) -> None:
        self._answer("DELETE", path)

    def _answer(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """As Prefect's own client: asked again where SQLite is busy (503)."""
        answer = self.until(lambda: [found] if (found := self._asked(method, path, body)).status_code != 503 else None)[
            0
        ]
        return httpx.Response.raise_for_status(answer)

    def _asked(self, method: str, path: str, body: Any) -> httpx.Response:
        return self.client.request(method, f"/api{path}", json=body)

    def deployment(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/deployments/name/{name}")
        return found

    def begin(self, name: str, at: dt.datetime, **parameters: Any) -> str:
        """A run of a deployment scheduled for a time; its id."""
        state = {"type": "SCHEDULED", "state_details": {"scheduled_time": at.isoformat()}}
        path = f"/deployments/{self.deployment(name)['id']}/create_flow_run"
        return str(self.post(path, state=state, parameters=parameters)["id"])

    def run(self, flow_run_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/flow_runs/{flow_run_id}")
        return found

    def ended(self, flow_run_id: str) -> dict[str, Any]:
        """The run, once it is over."""
        over = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
        self.until(lambda: self.run(flow_run_id)["state_type"] in over)
        return self.run(flow_run_id)

    def runs(self, **wanted: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.post("/flow_runs/filter", flow_runs=wanted)
        return found

    def artifacts(self, flow_run_id: str) -> dict[str, dict[str, Any]]:
        """Artifacts of a run by key."""
        found = self.post("/artifacts/filter", artifacts={"flow_run_id": {"any_": [flow_run_id]}})
        return {one["key"]: one for one in found}

    def switch(self, automation: str, *, on: bool) -> None:
        """Lets one of the automations rest, or work again."""
        (found,) = [one for one in self.post("/automations/filter") if one["name"].endswith(automation)]
        self.patch(f"/automations/{found['id']}", enabled=on)

    def pause(self, queue: str, *, on: bool = True) -> None:
        """Lets a work queue rest, or work again."""
        self.patch(f"/work_pools/kinerja/queues/{queue}", is_paused=on)

    @contextmanager
    def worker_halted(self) -> Iterator[None]:
        """Its worker takes nothing; what runs it has begun go on."""
        worker = self.child("worker")
        os.kill(worker.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(worker.pid, signal.SIGCONT)

    def kill_while_reading(self, city: str, period: str) -> None:
        """Kill -9 the process of a run that has read some of its files."""
        self.until(lambda: list((self.home / "runs" / city / period).glob("*/canonical/*")), every=0.05)
        (run,) = flow_runs_of(self.child("worker"))
        os.killpg(run.pid, signal.SIGKILL)
