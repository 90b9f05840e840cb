"""What a command may load: reading starts fast because the heavy libraries stay out."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from flows import TELEMETRY_OFF
from flows.cli import app

from .conftest import CITY, PERIOD, Kinerja

HEAVY = {"prefect", "great_expectations", "pandas", "polars", "transforms", "expectations", "alembic"}
ROOMS = HEAVY | {"sources", "policies", "warehouse", "reports", "sqlalchemy", "pydantic_settings"}


def loaded(home: Path, *words: str) -> set[str]:
    """Top-level modules that the process of a command has at its end."""
    script = (
        "import sys; from flows.cli import main; code = main(); "
        "sys.stderr.write(' '.join({name.partition('.')[0] for name in sys.modules})); sys.exit(code)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, *words],
        env=os.environ | {"KINERJA_HOME": str(home)},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(ended.stderr.split())


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["scores", "--help"], ["policies", "--help"]])
def test_help_loads_no_room(tmp_path: Path, words: list[str]) -> None:
    assert not loaded(tmp_path, *words) & ROOMS


@pytest.mark.parametrize("command", ["scores", "indicators", "quarantine", "validations", "runs"])
def test_reading_loads_the_warehouse_and_nothing_heavy(home: Path, command: str) -> None:
    found = loaded(home, command, "--city", CITY, "--period", PERIOD, "--format", "csv")
    assert "warehouse" in found
    assert not found & HEAVY


def test_policies_load_neither_prefect_nor_great_expectations(tmp_path: Path) -> None:
    assert not loaded(tmp_path, "policies", "list") & {"prefect", "great_expectations", "pandas", "sqlalchemy"}


def test_telemetry_is_off_before_anything_can_call_home() -> None:
    script = "import os, flows; print(*(os.environ[name] for name in flows.TELEMETRY_OFF))"
    environment = os.environ | dict.fromkeys(TELEMETRY_OFF, "yes please")
    ended = subprocess.run(
        [sys.executable, "-c", script], env=environment, cwd=Path(__file__).parents[3], capture_output=True, text=True
    )
    assert ended.stdout.split() == ["1", "false", "False"]


def test_without_words_it_helps(started: Kinerja) -> None:
    ended = started()
    assert ended.returncode == 0
    assert ended.stdout == started("--help").stdout
    assert "scores" in ended.stdout
    assert started("policies").returncode == 0


def commands(group: Any, *words: str) -> Iterator[tuple[str, Any]]:
    """Every command below a group with its words."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, *words, name)
        else:
            yield " ".join((*words, name)), command


def test_every_command_and_option_is_explained_in_a_sentence() -> None:
    found = dict(commands(typer.main.get_command(app)))
    assert {"scores", "synth", "policies diff", "warehouse upgrade"} <= set(found)
    for words, command in found.items():
        assert f"Example: kinerja {words}" in command.help
        assert command.help.partition("\n")[0].endswith(".")
        for parameter in command.params:
            assert getattr(parameter, "help", "").endswith("."), f"{words}: {parameter.name}"


def test_version(started: Kinerja) -> None:
    ended = started("--version")
    assert (ended.returncode, ended.stdout.split()[0]) == (0, "kinerja")
