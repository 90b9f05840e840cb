"""A whole run, killed at the end of every step and within its load, is finished by the next one, on both databases."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.flows.ended import CITY, PERIOD, example, process_environment
from tests.forked import Forked
from tests.warehouse.test_atomicity import no_temporary_table
from warehouse import open_warehouse

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a dead process is seen through /proc"),
]
STEPS = ["land", "read", "validate", "score", "validate scores", "insights", "load"]
BEFORE_THE_COMMIT = [*(f"after {step}" for step in STEPS[:-1]), "loaded", "commit"]


class Ended:
    """A run in a process of its own, at its end."""

    def __init__(self, url: str, home: Path, inputs: Path, point: str) -> None:
        words = (url, str(home), str(inputs), point)
        with Forked("tests.warehouse.a_killed_run:main", words, process_environment()) as process:
            out, err = process.communicate()
        assert "Traceback" not in err, err
        self.code, self.lines = process.returncode, out.splitlines()


def test_a_run_killed_anywhere_is_finished_by_the_next(url: str, sql: Any, tmp_path: Path) -> None:
    inputs, home = example(tmp_path / "inputs"), tmp_path / "home"
    # On SQLite every step is tried with the real command, in `tests/flows/test_killed.py`.
    points = BEFORE_THE_COMMIT[-1:] if url.startswith("sqlite") else BEFORE_THE_COMMIT
    for number, point in enumerate(points, start=1):
        assert Ended(url, home, inputs, point).code == -signal.SIGKILL, point
        assert sql("SELECT count(*) FROM score") == [(0,)]
        assert sql("SELECT count(*) FROM result_digest") == [(0,)]
        assert no_temporary_table(sql, url)
        assert sql("SELECT count(*) FROM run") == [(number,)]

    finished = Ended(url, home, inputs, "after load")
    assert finished.code == -signal.SIGKILL
    undisturbed = Ended(f"sqlite:///{tmp_path / 'other.db'}", tmp_path / "other", inputs, "never")
    again = Ended(url, home, inputs, "never")
    assert undisturbed.lines[1].split(",") == [f"after {step}" for step in STEPS]
    word, result = undisturbed.lines[0].split()
    assert (word, again.lines[0]) == ("published", f"unchanged {result}")
    assert sorted(row[0] for row in sql("SELECT status FROM run")) == [
        *["crashed"] * len(points),
        "published",
        "unchanged",
    ]
    assert sql("SELECT count(*) FROM lease WHERE released_at IS NULL") == [(0,)]
    with open_warehouse(url, create=False) as warehouse:
        assert warehouse.check(home / "landing").problems == []
        assert len(list(warehouse.scores(CITY, PERIOD).rows)) == 120
    assert [name for _, _, files in os.walk(home / "runs") for name in files] == []
