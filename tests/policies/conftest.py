"""A small policy to spoil, and a catalogue of parameters of its own, so that messages do not change with scoring."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Literal

import pytest

from policies.loading import PACKAGED
from policies.model import Parameters


class Satisfaction(Parameters):
    audience: Literal["citizen", "patient", "student"]
    min_n: int = 5
    shrinkage: int = 10


class Cut(Parameters):
    up_to_minutes: int
    cut: Decimal


class Discipline(Parameters):
    late_and_early_cuts: tuple[Cut, ...]
    cut_beyond: Decimal
    cut_absent: Decimal
    min_recorded_share: Decimal


class Behaviour(Parameters):
    supervisor_share: Decimal


class CompetencyMatch(Parameters):
    supervisor_share: Decimal
    optimal_from: Decimal
    fairly_from: Decimal


class Outcome(Parameters):
    measure: str


class Initiative(Parameters):
    per_months: int


CATALOGUE: dict[str, type[Parameters]] = {
    "document_completion_time": Parameters,
    "on_time_share": Parameters,
    "complaints_handled": Parameters,
    "complaint_responsiveness": Parameters,
    "first_time_right": Parameters,
    "satisfaction": Satisfaction,
    "discipline": Discipline,
    "work_plan_achievement": Parameters,
    "milestones_on_time": Parameters,
    "progress_reporting": Parameters,
    "behaviour": Behaviour,
    "competency_match": CompetencyMatch,
    "initiative": Initiative,
    "outcome": Outcome,
}


@pytest.fixture(scope="session")
def catalogue() -> dict[str, type[Parameters]]:
    return CATALOGUE


SMALL = (Path(__file__).parent / "small.yaml").read_text(encoding="utf-8")
"""A small policy that loads; the tests of errors spoil lines of it."""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write `SMALL`, with texts replaced, as a file of the city Bukit, beside the national rules; gives the root."""
    shutil.copytree(PACKAGED / "national", tmp_path / "national")

    def _write(*changes: tuple[str, str], name: str = "2026-01-01.yaml") -> Path:
        text = SMALL
        for old, new in changes:
            assert text.count(old) >= 1, f"{old!r} is not in the small policy"
            text = text.replace(old, new, 1)
        folder = tmp_path / "cities" / "bukit"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
        return tmp_path

    return _write


@pytest.fixture
def small_root(write: Write) -> Path:
    """A root with the small policy as it is."""
    return write()
