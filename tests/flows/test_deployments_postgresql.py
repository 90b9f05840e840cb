"""PostgreSQL as Prefect's database; worker and run killed -9 at once, as a machine that goes down kills them."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.orchestration.up import descendants
from tests.flows.ended import CITY, EXAMPLE, process_words, runs, words_of
from tests.flows.platform_up import QUARTER, Up

pytestmark = [pytest.mark.slow, pytest.mark.chaos]
DUE = dt.datetime(2026, 10, 20, 2, tzinfo=dt.timezone(dt.timedelta(hours=7)))
OWNER = "postgres"


def programs() -> Path | None:
    """The folder of a PostgreSQL of this machine with the extension that Prefect's migrations ask for."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        version = folder.parent.name
        if Path("/usr/share/postgresql", version, "extension", "pg_trgm.control").is_file():
            return folder
    return None


@pytest.fixture(scope="module")
def prefect_database() -> Iterator[str]:
    """URL of an empty database as Prefect wants it, on a server of its own."""
    if (folder := programs()) is None:
        pytest.skip("Prefect wants a PostgreSQL with pg_trgm, which the wheel of the other tests has not")
    user = OWNER if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    with tempfile.TemporaryDirectory(prefix="kinerja-prefect-") as place, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        data = Path(place) / "data"
        if user:
            shutil.chown(place, user)
        made = [folder / "initdb", "--pgdata", data, "--username", OWNER, "--auth", "trust", "--no-sync"]
        subprocess.run(made, user=user, cwd=place, check=True, capture_output=True)
        words = [folder / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", place, "-F"]
        server = subprocess.Popen(words, user=user, cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            ready = [folder / "pg_isready", "--quiet", "--host", "127.0.0.1", "--port", str(port)]
            while subprocess.run(ready, check=False).returncode != 0:
                assert server.poll() is None
                time.sleep(0.1)
            yield f"postgresql+asyncpg://{OWNER}@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(60)


def test_what_a_machine_that_goes_down_leaves_is_taken_up(prefect_database: str, tmp_path: Path) -> None:
    home, inputs = tmp_path / "home", tmp_path / "inputs"
    shutil.copytree(EXAMPLE, inputs / CITY / QUARTER)
    up = Up(home, inputs, "--prefect-database", prefect_database)
    try:
        killed = up.begin("period-end/kalianda-quarter-end", DUE, city=CITY, span="quarter")
        up.until(lambda: list((home / "runs" / CITY / QUARTER).glob("*/canonical/*")), every=0.05)
        worker = up.child("worker")
        for one in [*descendants(worker.pid), worker]:
            os.kill(one.pid, signal.SIGKILL)
        # It says so and ends what is left, for whoever looks after it to start it again.
        assert up.process.wait(120) == 1
        assert "worker ended with -9" in up.err.read_text()
        assert runs(home)[-1]["status"] == "running"
    finally:
        up.end(signal.SIGTERM)
    assert not (home / "prefect" / "prefect.db").exists()

    up = Up(home, inputs, "--prefect-database", prefect_database)
    try:
        assert up.run(killed)["state_type"] == "RUNNING"  # its database was kept; nobody has missed the run yet
        environment = up.environment | {"PREFECT_API_URL": f"{up.url}/api"}
        words = process_words(words_of(home, inputs / CITY / QUARTER, "--json"))
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert [one["status"] for one in runs(home)] == ["crashed", "published"]
        found = up.run(killed)
        assert (found["state_type"], found["name"]) == ("CRASHED", f"{CITY} {QUARTER}")
        assert f"seen by {runs(home)[-1]['run_id']}" in found["state"]["message"]
    finally:
        begun = up.processes()
        assert up.end(signal.SIGTERM) == 0, up.err.read_text()
        assert [child for child in begun if child.is_alive] == []
