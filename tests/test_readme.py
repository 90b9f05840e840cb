"""The README is run: every `kinerja` command in it works as written, in order, from the checkout."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\.venv/bin/(kinerja .+)$", README, flags=re.MULTILINE)
MAKE_TARGETS = re.findall(r"^make (\w+)", README, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def run(command: str, home: Path) -> subprocess.CompletedProcess[str]:
    kinerja = Path(sys.executable).with_name("kinerja")
    words = [str(kinerja), *command.split()[1:]]
    # As wide as the text, whatever terminal the tests run in.
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"} | {"KINERJA_HOME": str(home)}
    return subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.slow
def test_the_demo_scores_all_cities_and_says_where_to_look(home: Path) -> None:
    """Starts a real Prefect server of the pinned set; the README's numbers are the demo's."""
    done = run("kinerja demo", home)
    assert done.returncode == 0, done.stderr
    for city in ("kalianda", "pauh", "sibolga", "bangko", "tangerang_selatan"):
        assert f"{city} 2026-Q3: published, revision 1" in done.stdout
    shown = next(line for line in README.splitlines() if line.startswith("kalianda 2026-Q3: published"))
    assert shown in done.stdout
    first_row = next(line for line in README.splitlines() if line.startswith(" 1968"))
    assert first_row.split() in [line.split() for line in done.stdout.splitlines()]
    report = re.search(r"^Report +(.+)$", done.stdout, flags=re.MULTILINE)
    assert report is not None
    assert (ROOT / report[1]).is_file()
    assert (home / "warehouse.db").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_works_as_written(command: str, home: Path) -> None:
    done = run(command, home)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_every_make_target_exists() -> None:
    made = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(MAKE_TARGETS) <= {line.split("\t")[0] for line in made.splitlines()}


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
