"""`--as-of` stands beside `--revision` wherever a revision is read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from flows.cli import app, main

from .conftest import CITY, PERIOD

COMMANDS = {
    name: {option for parameter in command.params for option in parameter.opts}
    for name, command in typer.main.get_group(app).commands.items()
}
READING = sorted(name for name, options in COMMANDS.items() if "--revision" in options)


def read(capsys: pytest.CaptureFixture[str], home: Path, command: str, *words: str) -> tuple[int, str]:
    code = main([command, "--city", CITY, "--period", PERIOD, "--home", str(home), "--json", *words])
    return code, capsys.readouterr().out


def test_every_command_that_reads_a_revision_has_it() -> None:
    assert {"scores", "indicators", "quarantine", "validations", "followups", "export"} <= set(READING)
    assert [name for name in READING if "--as-of" not in COMMANDS[name]] == []


@pytest.mark.parametrize("command", [name for name in READING if name != "export"])
def test_it_reads_what_stood_then(home: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    """Revisions were published on 1 and 2 October at midnight UTC."""
    code, first = read(capsys, home, command, "--revision", "1")
    assert code == 0
    assert read(capsys, home, command, "--as-of", "2026-10-02T06:59:59+07:00") == (0, first)
    code, second = read(capsys, home, command, "--revision", "2")
    assert read(capsys, home, command, "--as-of", "2026-10-02") == (0, second)
    if command in ("scores", "indicators"):
        assert (first == second) is False
    code, said = read(capsys, home, command, "--as-of", "2026-09-30T12:00")
    assert (code, json.loads(said)["problems"]) == (
        2,
        [
            (
                f"{CITY} {PERIOD} had no revision at 2026-09-30 12:00:00 UTC; "
                "the first was published at 2026-10-01 00:00:00 UTC"
            )
        ],
    )
    code, said = read(capsys, home, command, "--as-of", "2026-10-02", "--revision", "1")
    assert (code, "both say which revision" in said) == (2, True)
