"""`kinerja doctor` without a server: each thing that can be wrong is said, with what to do."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import pytest

from flows.doctor import Finding, examine
from flows.settings import Settings
from tests.flows.ended import EXAMPLE, process_environment, process_words
from warehouse import RunRecord, open_warehouse

NOW = dt.datetime(2026, 10, 12, 9, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)


def found(settings: Settings, now: dt.datetime = NOW) -> dict[str, Finding]:
    return {one.check: one for one in examine(settings, now)}


def settings(folder: Path) -> Settings:
    return Settings(home=folder / "home", inputs=folder / "inputs")


def begun(given: Settings, run_id: str, at: dt.datetime, period: str = "2026-Q3") -> None:
    """A run in the warehouse that never ended; its process is gone, as far as the lease knows."""
    with open_warehouse(given.warehouse_url) as warehouse:
        lease = warehouse.lease("kalianda", period, run_id, now=lambda: at, ttl_seconds=600)
        lease.acquire()
        warehouse.start_run(
            RunRecord(
                run_id=run_id,
                city="kalianda",
                period=period,
                period_start=dt.date(2026, 7, 1),
                period_end=dt.date(2026, 10, 1),
                known_as_of=None,
                provisional=False,
                code_version="1",
                started_at=at,
            )
        )


def test_a_fresh_machine_has_warnings_and_no_failure(tmp_path: Path) -> None:
    is_as = found(settings(tmp_path))
    assert {one.check for one in is_as.values() if one.status == "fail"} <= {"disk"}
    assert (is_as["python"].status, is_as["home"].status, is_as["clock"].status) == ("ok", "ok", "ok")
    assert (is_as["warehouse"].status, is_as["warehouse"].says) == ("warn", "not there yet")
    assert is_as["prefect"].status == "warn"
    assert "2026-10-12 16:00 in Asia/Jakarta" in is_as["clock"].says
    assert not (tmp_path / "home").exists()  # it only looks
    assert all(one.do for one in is_as.values() if one.status != "ok")


def test_what_a_city_still_owes_is_named(tmp_path: Path) -> None:
    given = settings(tmp_path)
    folder = given.inputs / "kalianda" / "2026-Q3"
    folder.mkdir(parents=True)
    (folder / "employees.csv").write_bytes((EXAMPLE / "employees.csv").read_bytes())
    of_city = found(given)["inputs of kalianda"]
    assert of_city.status == "warn"
    assert of_city.says.startswith("2026-Q3: not there yet: attendance, leave, ")
    for file in EXAMPLE.glob("*.csv"):
        (folder / file.name).write_bytes(file.read_bytes())
    assert found(given)["inputs of kalianda"].status == "ok"


def test_a_mapping_that_cannot_be_read_fails(tmp_path: Path) -> None:
    given = settings(tmp_path)
    folder = given.inputs / "kalianda" / "2026-Q3"
    folder.mkdir(parents=True)
    (folder / "sources.yaml").write_text("datasets: [", encoding="utf-8")
    of_city = found(given)["inputs of kalianda"]
    assert of_city.status == "fail"
    assert "sources.yaml" in of_city.says


def test_a_run_that_died_is_found_by_its_lease(tmp_path: Path) -> None:
    given = settings(tmp_path)
    begun(given, "kalianda-1", NOW - dt.timedelta(hours=2))
    leases = found(given)["leases"]
    assert leases.status == "warn"
    assert "kalianda 2026-Q3: kalianda-1, process" in leases.says


def test_a_clock_behind_the_warehouse_fails(tmp_path: Path) -> None:
    given = settings(tmp_path)
    begun(given, "kalianda-1", NOW + dt.timedelta(days=1))
    assert found(given)["clock"].status == "fail"


def test_a_warehouse_that_is_none_fails(tmp_path: Path) -> None:
    given = settings(tmp_path)
    given.home.mkdir()
    (given.home / "warehouse.db").write_bytes(b"no database" * 100)
    assert found(given)["warehouse"].status == "fail"


def test_a_home_that_cannot_be_written_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    home = found(Settings(home=tmp_path / "file"))["home"]
    assert home.status == "fail"
    assert "KINERJA_HOME" in home.do


@pytest.mark.slow
def test_a_server_that_is_not_there_fails_with_1(tmp_path: Path) -> None:
    words = process_words(["doctor", "--home", str(tmp_path / "home"), "--json"])
    environment = process_environment(PREFECT_API_URL="http://127.0.0.1:9/api", PREFECT_HOME=str(tmp_path / "prefect"))
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    document = json.loads(done.stdout)
    assert document["status"] == "fail"
    (server,) = [one for one in document["findings"] if one["check"] == "prefect"]
    assert (server["status"], "does not answer" in server["says"]) == ("fail", True)
    assert "kinerja up" in server["do"]


def test_it_imports_no_prefect_where_none_is_set(tmp_path: Path) -> None:
    script = (
        "import sys; from flows.cli import main; code = main(); assert 'prefect' not in sys.modules; sys.exit(code)"
    )
    words = [sys.executable, "-c", script, "doctor", "--home", str(tmp_path / "home")]
    done = subprocess.run(words, env=process_environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
