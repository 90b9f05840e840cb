"""`kinerja warehouse upgrade` makes a warehouse and leaves a current one alone; `check` names what is wrong."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path

from tests.flows.ended import example
from tests.flows.ended import run as run_here

from .conftest import CITY, PERIOD, Kinerja


def test_upgrade_makes_then_leaves(kinerja: Kinerja, tmp_path: Path) -> None:
    made = json.loads(kinerja("warehouse", "upgrade", "--json").stdout)
    assert (made["status"], made["before"]) == ("done", None)
    assert (tmp_path / ".kinerja" / "warehouse.db").exists(), "the default home"
    again = json.loads(kinerja("warehouse", "upgrade", "--json").stdout)
    assert (again["status"], again["before"]) == ("unchanged", again["after"])
    assert "already at schema" in kinerja("warehouse", "upgrade").stdout
    empty = kinerja("runs")
    assert (empty.returncode, "no rows" in empty.stdout) == (0, True)


def test_the_warehouse_option_stands_before_the_environment(kinerja: Kinerja, home: Path) -> None:
    url = f"sqlite:///{home / 'warehouse.db'}"
    words = ("scores", "--city", CITY, "--period", PERIOD, "--format", "csv")
    assert kinerja(*words, "--warehouse", url, KINERJA_WAREHOUSE_URL="sqlite:///other.db").returncode == 0
    assert kinerja(*words, KINERJA_WAREHOUSE_URL=url).returncode == 0
    assert kinerja(*words, KINERJA_WAREHOUSE_URL="sqlite:///other.db", KINERJA_HOME=str(home)).returncode == 2


def test_a_url_that_is_none(kinerja: Kinerja) -> None:
    ended = kinerja("warehouse", "upgrade", "--warehouse", "postgres password=hunter2")
    assert ended.returncode == 2
    assert "hunter2" not in ended.stderr
    assert "sqlite:///" in ended.stderr


def test_check_names_what_was_done_behind_its_back(kinerja: Kinerja, tmp_path: Path, validation_loaded: None) -> None:
    folder = tmp_path / "home"
    published = run_here(folder, example(tmp_path / "inputs"), "--json").document
    ask = ("warehouse", "check", "--home", folder)
    ended = kinerja(*ask)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert re.search(r": 1 revision, [1-9][\d,]* rows, 3 landed files; nothing is wrong\n$", ended.stdout)

    (file,) = [file for file in published["files"] if file["dataset"] == "leave"]
    landed = folder / "landing" / file["sha256"]
    content = bytearray(landed.read_bytes())
    content[100] ^= 1
    landed.write_bytes(content)
    with sqlite3.connect(folder / "warehouse.db") as connection:
        connection.execute("UPDATE employee_period SET unit_name = unit_name || ' '")
    ended = kinerja(*ask)
    assert ended.returncode == 3
    place, *lines = ended.stdout.splitlines()
    assert place.endswith("2 things are wrong")
    where = f"{CITY} {PERIOD} revision 1, run {published['run_id']}, "
    assert lines == [
        (
            f"{where}employee_period: its rows are not those that were published: at least one was changed "
            "[published_digest: 1]"
        ),
        (
            f"{where}landing/{file['sha256'][:12]}: leave.csv: the bytes of its copy are not those that were landed; "
            "delete it and run again from the original file [landed_file: 1]"
        ),
    ]
    document = json.loads(kinerja(*ask, "--json").stdout)
    assert (document["status"], document["revisions"], document["landed_files"]) == ("wrong", 1, 3)
    assert [(found["rule"], found["revision"]) for found in document["problems"]] == [
        ("published_digest", 1),
        ("landed_file", 1),
    ]


def test_check_of_no_warehouse(kinerja: Kinerja) -> None:
    assert kinerja("warehouse", "check").returncode == 2
