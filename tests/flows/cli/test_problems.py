"""Which exit code an error leads to, and what is said of it."""

from __future__ import annotations

import datetime as dt
import errno
import importlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from expectations.findings import ValidationStopped
from flows.cli import main
from flows.cli.problems import EXIT_CODES, CommandError, ExitCode, asked_of_warehouse, explain, report
from policies import PolicyError
from reports.errors import ReportError
from sources import SourceError, UnreadableFile
from warehouse import LeaseHeld, LeaseLost, WarehouseError

from .conftest import Kinerja

NOW = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
HELD = LeaseHeld("pauh", "2026-Q3", run_id="r1", host="h", pid=1, since=NOW, until=NOW)


@pytest.mark.parametrize("name", EXIT_CODES)
def test_the_exceptions_named_are_there(name: str) -> None:
    module, _, kind = name.rpartition(".")
    assert issubclass(getattr(importlib.import_module(module), kind), Exception)


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (CommandError(["a", "b"]), 2, ("a", "b")),
        (CommandError(["too few rows"], ExitCode.STOPPED), 3, ("too few rows",)),
        (SourceError(["one", "two"]), 2, ("one", "two")),
        (UnreadableFile("a.csv", "line 3", "it ends midway", "deliver it again"), 3, None),
        (PolicyError(["x.yaml:3: wrong"]), 2, ("x.yaml:3: wrong",)),
        (HELD, 4, None),
        (LeaseLost("taken over"), 1, ("taken over",)),
        (
            ValidationStopped(("employees: no row", "overlapping spells")),
            3,
            ("employees: no row", "overlapping spells"),
        ),
        (ReportError(["no template"]), 1, ("no template",)),
        (WarehouseError("disk full"), 1, ("disk full",)),
        (KeyboardInterrupt(), 130, ("interrupted",)),
        (OSError(errno.ENOSPC, "No space left on device", "x.parquet"), 1, ("x.parquet: No space left on device",)),
    ],
)
def test_exit_code_of_each_error(error: BaseException, code: int, said: tuple[str, ...] | None) -> None:
    assert explain(error) == (code, (str(error),) if said is None else said)


def test_what_the_user_asked_of_the_warehouse_is_wrong_use_but_a_lost_connection_is_not() -> None:
    with pytest.raises(CommandError, match="no revision 9"), asked_of_warehouse():
        raise WarehouseError("no revision 9")
    with pytest.raises(WarehouseError, match="hung up"), asked_of_warehouse():
        raise WarehouseError("hung up", transient=True)
    with pytest.raises(LeaseHeld), asked_of_warehouse():
        raise HELD


def failed() -> Exception:
    try:
        return {}["198501012010012001 Ani"]
    except KeyError as error:
        return error


def test_an_unexpected_error_says_where_but_no_value(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(failed(), as_json=False, debug=False) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "KeyError in cli/test_problems.py:" in err
    assert "--debug" in err
    assert "Ani" not in err


def test_debug_shows_the_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(failed(), as_json=False, debug=True) == 1
    assert "Traceback" in capsys.readouterr().err


def test_errors_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(PolicyError(["a", "b"]), as_json=True, debug=False) == 2
    out, err = capsys.readouterr()
    assert json.loads(out) == {"status": "error", "exit_code": 2, "problems": ["a", "b"]}
    assert err == ""


def test_a_name_in_a_message_does_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    report(SourceError(["\x1b[2Jfile.csv: empty"]), as_json=False, debug=False)
    assert capsys.readouterr().err == "kinerja: \ufffd[2Jfile.csv: empty\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing"], "No such command"),
        (["scores"], "Missing option '--city'"),
        (["scores", "--city", "a", "--period", "b", "--format", "xml"], "'xml'"),
        (["scores", "--city", "a", "--period", "b", "--revision", "0"], "--revision"),
        (["synth", "--bogus"], "--bogus"),
    ],
)
def test_wrong_words_name_the_help(capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    assert main(words) == 2
    _, err = capsys.readouterr()
    assert said in err
    assert "--help" in err
    assert main([*words, "--json"]) == 2
    assert said in json.loads(capsys.readouterr().out)["problems"][0]


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent otherwise there")
def test_ctrl_c(tmp_path: Path) -> None:
    words = ["synth", "--employees", "3000000", "--period", "2026", "--out", str(tmp_path / "out")]
    started = subprocess.Popen(
        [sys.executable, "-c", "import sys; from flows.cli import main; sys.exit(main())", *words],
        cwd=Path(__file__).parents[3],
        stderr=subprocess.PIPE,
        text=True,
    )
    while started.poll() is None and not (tmp_path / "out").exists():
        time.sleep(0.05)
    started.send_signal(signal.SIGINT)
    _, err = started.communicate(timeout=60)
    assert (started.returncode, err) == (130, "kinerja: interrupted\n")


def test_a_wrong_setting_names_its_variable(started: Kinerja) -> None:
    ended = started("runs", KINERJA_LOG_LEVEL="loud", KINERJA_HOME="what?")
    assert ended.returncode == 2
    assert "KINERJA_LOG_LEVEL" in ended.stderr
    assert "KINERJA_HOME" in ended.stderr
    assert "2 problems" in ended.stderr
