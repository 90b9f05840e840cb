"""One machine's whole platform: a Prefect server, its work pool, a worker, deployments and automations, until Ctrl-C.

Everything is kept under `<home>/prefect`: database, logs, profile. A restart goes on where the last one ended; runs
that were due meanwhile begin late, for the period they were due for.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from flows.cli.problems import CommandError, ExitCode
from flows.settings import Settings
from warehouse import open_warehouse
from warehouse.lease import process_started

HOST: Final = "127.0.0.1"
WORKER: Final = "worker"
STATE: Final = "up.json"
_HEARTBEAT_SECONDS: Final = 30
"""The least Prefect takes; a killed run is seen after three of them."""
_START_SECONDS: Final = 240
_SAY_EVERY_SECONDS: Final = 10
_STOP_SECONDS: Final = 20
_LOOK_EVERY_SECONDS: Final = 0.5
_ELSEWHERE: Final = ("PREFECT_PROFILE", "PREFECT_API_KEY")
"""Which other server a person works with; it is not this one."""
_ABSOLUTE: Final = ("home", "inputs", "policies_dir", "notify")


@dataclass(frozen=True)
class Child:
    """A process that was begun here; `started` tells it from a later one of the same number."""

    name: str
    pid: int
    started: str

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended yet."""
        return process_started(self.pid) == self.started


def up(settings: Settings, port: int, database: str, say: Callable[[str], None], ready: Callable[[str], None]) -> None:
    """Starts everything, says when it is ready, and returns once it was told to end and all has ended.

    Args:
        settings: the installation's.
        port: of server and interface, on this machine only.
        database: URL of Prefect's own database (`postgresql+asyncpg://...`); empty: SQLite in its folder.
        say: progress.
        ready: told the address of the interface.

    Raises:
        CommandError: the port is taken, or server or worker did not start.
        WarehouseError: the warehouse cannot be reached, or needs `kinerja warehouse upgrade`.
    """
    folder = settings.home.resolve() / "prefect"
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    _end_leftovers(folder, say)
    _refuse_taken(port)
    with open_warehouse(settings.warehouse_url) as warehouse:  # an older one is said now, not by the run of the night
        say(f"warehouse: {warehouse.place}")
    url = f"http://{HOST}:{port}"
    environment = environment_for(settings, folder, url, database)
    for name in _ELSEWHERE:
        os.environ.pop(name, None)
    os.environ.update(environment)  # before Prefect is imported, which reads it then
    with _told_to_end() as told, _Children(folder, url) as children:
        say(f"server: starting on {url} (15 to 60 s the first time; log {folder / 'logs' / 'server.log'})")
        server = ["server", "start", "--host", HOST, "--port", str(port)]
        children.begin("server", server)
        if not children.wait(lambda: _answers(f"{url}/api/health"), told, say):
            return
        from flows.orchestration.installing import POOL, install

        install(say, settings, heartbeat_seconds=_HEARTBEAT_SECONDS)
        children.begin(WORKER, ["worker", "start", "--pool", POOL, "--type", "process", "--name", socket.gethostname()])
        if not children.wait(lambda: _has_worker(url, POOL), told, say):
            return
        ready(url)
        while not told():
            children.check()
            time.sleep(_LOOK_EVERY_SECONDS)
        say("stopping: runs at work (they are taken up after the next start), worker, server")


def environment_for(settings: Settings, folder: Path, url: str, database: str) -> dict[str, str]:
    """What server, worker and flow runs are told: a Prefect of their own, and this installation, by whole paths."""
    told = {
        "PREFECT_HOME": str(folder),
        "PREFECT_PROFILES_PATH": str(folder / "profiles.toml"),
        "PREFECT_API_URL": f"{url}/api",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(_HEARTBEAT_SECONDS),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": database or f"sqlite+aiosqlite:///{folder / 'prefect.db'}",
        "KINERJA_WAREHOUSE_URL": settings.warehouse_url,
        "KINERJA_REPORTS_URL": settings.reports_url,
    }
    for name in _ABSOLUTE:
        if (path := getattr(settings, name)) is not None:
            told[f"KINERJA_{name.upper()}"] = str(path.resolve())
    return told


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            what = "a Prefect server" if _answers(f"http://{HOST}:{port}/api/health") else "another program"
            told = f"port {port} is taken by {what}; end it, or choose another: kinerja up --port {port + 1}"
            raise CommandError([told]) from None


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310  # our own http address
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _asked(url: str, path: str, body: Mapping[str, Any]) -> Any:
    """What the server answers."""
    asked = urllib.request.Request(  # noqa: S310  # our own http address
        f"{url}/api{path}", data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
        return json.load(answer)


def _has_worker(url: str, pool: str) -> bool:
    """Whether one is online; a server that is too busy to say (503) is asked again."""
    try:
        return any(worker["status"] == "ONLINE" for worker in _asked(url, f"/work_pools/{pool}/workers/filter", {}))
    except OSError:
        return False


def _has_runs(url: str) -> bool:
    """Whether the server takes any run for running; a server that is gone does not."""
    try:
        return bool(_asked(url, "/flow_runs/count", {"flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}}}))
    except OSError:
        return False


@contextlib.contextmanager
def _told_to_end() -> Iterator[Callable[[], bool]]:
    """Ctrl-C and SIGTERM only raise a flag, so that nothing is left half-begun; what asks for it."""
    received: list[int] = []
    before = {
        number: signal.signal(number, lambda got, _frame: received.append(got))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield lambda: bool(received)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Children:
    """The processes, each in a session of its own so that Ctrl-C reaches them only through here."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder, self._url = folder, url
        self._processes: list[tuple[Child, subprocess.Popen[bytes]]] = []

    def __enter__(self) -> _Children:
        return self

    def __exit__(self, *_: object) -> None:
        # Runs first, then the worker that tells the server how they ended, then the server.
        for child, process in reversed(self._processes):
            if child.name == WORKER and (runs := descendants(child.pid)):
                end(runs)
                deadline = time.monotonic() + _STOP_SECONDS
                while child.is_alive and _has_runs(self._url) and time.monotonic() < deadline:
                    time.sleep(_LOOK_EVERY_SECONDS)
            end([child, *descendants(child.pid)])
            process.wait()
        (self._folder / STATE).unlink(missing_ok=True)

    def begin(self, name: str, words: list[str]) -> None:
        with self._log(name).open("ab") as log:
            process = _started(words, log)
        self._processes.append((Child(name, process.pid, process_started(process.pid) or ""), process))
        known = [{"name": child.name, "pid": child.pid, "started": child.started} for child, _ in self._processes]
        mine = {"pid": os.getpid(), "started": process_started(os.getpid()) or ""}
        state = {"url": self._url, "by": mine, "processes": known}
        (self._folder / STATE).write_text(json.dumps(state), encoding="utf-8")

    def wait(self, is_ready: Callable[[], bool], told: Callable[[], bool], say: Callable[[str], None]) -> bool:
        """Until it is ready (true) or it was told to end (false); CommandError if a process ends or none is ready."""
        began = said = time.monotonic()
        while not is_ready():
            if told():
                return False
            self.check()
            now = time.monotonic()
            if now - began > _START_SECONDS:
                name = self._processes[-1][0].name
                raise CommandError([f"{name}: not ready after {_START_SECONDS} s; see {self._log(name)}"])
            if now - said > _SAY_EVERY_SECONDS:
                said = now
                say(f"{self._processes[-1][0].name}: still starting, {now - began:.0f} s")
            time.sleep(_LOOK_EVERY_SECONDS)
        return True

    def check(self) -> None:
        for child, process in self._processes:
            if (code := process.poll()) is not None:
                log = self._log(child.name)
                lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
                last = next((line.strip() for line in reversed(lines) if line.strip()), "")
                raise CommandError([f"{child.name} ended with {code}: {last}; see {log}"], ExitCode.FAILED)

    def _log(self, name: str) -> Path:
        return self._folder / "logs" / f"{name}.log"


def _started(words: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  # words of our own
        [sys.executable, "-m", "flows.orchestration.server", "--no-prompt", *words],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _end_leftovers(folder: Path, say: Callable[[str], None]) -> None:
    """What a `kinerja up` that was killed left running; CommandError where it is at work still."""
    state = state_of(folder)
    if "by" in state and Child("up", **state["by"]).is_alive:
        told = f"`kinerja up` runs here already (process {state['by']['pid']}), on {state['url']}"
        raise CommandError([f"{told}; end it with Ctrl-C, or choose another --home"])
    for child in (Child(**one) for one in state.get("processes", ())):
        if child.is_alive:
            say(f"ending the {child.name} that an earlier `kinerja up` left (process {child.pid})")
            end([child, *descendants(child.pid)])


def state_of(folder: Path) -> Mapping[str, Any]:
    """What a running `kinerja up` keeps of itself: `url`, `by` and `processes`; nothing where none ran."""
    try:
        found: dict[str, Any] = json.loads((folder / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def end(children: list[Child]) -> None:
    """Ends the processes: asks, waits, then insists."""
    for child in children:
        _signal(child, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while any(child.is_alive for child in children) and time.monotonic() < deadline:
        time.sleep(0.1)
    for child in children:
        _signal(child, signal.SIGKILL)


def _signal(child: Child, number: signal.Signals) -> None:
    if child.is_alive:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.pid, number)


def descendants(pid: int) -> list[Child]:
    """All processes below one: flow runs have sessions of their own, so a signal to the group would miss them."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = entry.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            parents[int(entry.parent.name)] = int(fields[1])
    found, seek = [], [pid]
    while seek:
        below = [child for child, parent in parents.items() if parent in seek]
        found += [Child("run", child, started) for child in below if (started := process_started(child))]
        seek = below
    return found
