"""`kinerja warehouse upgrade` makes a warehouse and leaves a current one alone."""

from __future__ import annotations

import json
from pathlib import Path

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
