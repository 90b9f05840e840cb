"""A refresh finds what a run finds, whatever files came, changed or went since; and reads only what is new."""

from __future__ import annotations

import datetime as dt
import random
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows import segments, steps
from flows.order import Order, Run, prepared
from flows.steps import Checked, Read

pytestmark = [pytest.mark.usefixtures("validation_loaded"), pytest.mark.xdist_group("refresh")]

MAPPING = """version: 1
datasets:
  employees: 'employees-*.csv'
  attendance: 'attendance-*.csv'
  service_requests: 'requests-*.csv'
  ratings:
    - 'ratings-*.csv'
    - {file: 'late-*.csv', columns: {level: poin}}
"""
HEADERS = {
    "employees": "employee_id,name,employment_type,unit_id,unit_name,sector,position_id,position_name,start_date",
    "attendance": "employee_id,timestamp",
    "requests": "request_id,employee_id,unit_id,kind,submitted_at,status,closed_at",
    "ratings": "rater_id,employee_id,rater_role,instrument,item,level,level_max,submitted_at",
    "late": "rater_id,employee_id,rater_role,instrument,item,poin,level_max,submitted_at",
}
PEOPLE = [f"19850101201001100{n}" for n in range(8)]
KINDS = tuple(HEADERS)


def records(kind: str, seed: int) -> Iterable[str]:
    """Rows of a file of that kind, some of them spoiled; few keys, so that files repeat each other's."""
    chance = random.Random(f"{kind} {seed}")  # noqa: S311  # not a secret
    for _ in range(chance.randrange(1, 9)):
        person = chance.choice([*PEOPLE, "", "198501012010011099"] if kind != "employees" else PEOPLE)
        day = f"2026-{chance.randrange(7, 10):02}-{chance.randrange(1, 29):02}"
        level = chance.randrange(0, 5)
        if kind == "employees":
            start = chance.choice(["2026-01-01", "bulan lalu"]) if chance.random() < 0.2 else "2026-01-01"
            yield f"{person},N {seed},PNS,U,Unit,general,P,Staf,{start}"
        elif kind == "attendance":
            yield f"{person},{chance.choice([f'{day}T07:30:00', 'kemarin', ''])}"
        elif kind == "requests":
            closed = f"{day}T12:00:00" if chance.random() < 0.7 else ""
            yield f"R{chance.randrange(6)},{person},U,document,2026-07-15T08:00:00,closed,{closed}"
        else:
            yield f"{chance.choice(PEOPLE)},{person},peer,behaviour,sikap,{level},4,{day}T09:00:00"


class Inputs:
    """A folder of input files, some of which come, change and go."""

    def __init__(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        self.folder = folder
        (folder / "sources.yaml").write_text(MAPPING, encoding="utf-8")
        for kind in KINDS:
            self.write(kind, 0, 0)

    def write(self, kind: str, number: int, seed: int) -> None:
        text = "\n".join([HEADERS[kind], *records(kind, seed), ""])
        (self.folder / f"{kind}-{number}.csv").write_text(text, encoding="utf-8")

    def remove(self, kind: str, number: int) -> None:
        if number:  # a pattern must find a file
            (self.folder / f"{kind}-{number}.csv").unlink(missing_ok=True)


def prepare(home: Path, inputs: Path, *, incremental: bool, at: dt.datetime | None = None) -> Run:
    return prepared(
        Order(
            city="kalianda",
            period="2026-Q3",
            inputs=inputs,
            home=home,
            warehouse_url=f"sqlite:///{home / 'warehouse.db'}",
            ordered_at=dt.datetime(2026, 10, 20, tzinfo=dt.UTC),
            known_as_of=at,
            incremental=incremental,
        )
    )


def validated(home: Path, inputs: Path, *, incremental: bool, at: dt.datetime | None = None) -> tuple[Read, Checked]:
    """What the first three steps of a run come to."""
    run = prepare(home, inputs, incremental=incremental, at=at)
    landed = steps.land.function(run)
    was_read = steps.read.function(run, landed)
    return was_read, steps.validate.function(run, landed, was_read)


def told(checked: Checked) -> dict[str, Any]:
    """All of it as plain data, the valid rows in their order."""
    found: dict[str, Any] = {"stops": checked.stops, "warnings": checked.warnings, "delivery": checked.delivery}
    for name, outcome in checked.outcomes.items():
        refused = outcome.quarantined.rows()
        found[name] = (outcome.files, outcome.findings, refused, outcome.notes, outcome.rows().collect().rows())
    return found


def assert_refreshed(home: Path, inputs: Path, at: dt.datetime | None = None) -> tuple[Read, Checked]:
    was_read, checked = validated(home, inputs, incremental=True, at=at)
    _, afresh = validated(home, inputs, incremental=False, at=at)
    found, expected = told(checked), told(afresh)
    assert list(found) == list(expected)
    for name, what in expected.items():
        assert found[name] == what, name
    return was_read, checked


CHANGES = st.tuples(
    st.sampled_from(["write", "write", "write", "remove"]),
    st.sampled_from(KINDS),
    st.integers(0, 4),
    st.integers(0, 5),
)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(refreshes=st.lists(st.lists(CHANGES, min_size=0, max_size=4), min_size=1, max_size=4))
def test_a_refresh_finds_what_a_run_finds(
    tmp_path_factory: pytest.TempPathFactory, refreshes: list[list[tuple[str, str, int, int]]]
) -> None:
    folder = tmp_path_factory.mktemp("refreshes")
    inputs = Inputs(folder / "inputs")
    assert_refreshed(folder / "home", inputs.folder)
    for changes in refreshes:
        for what, kind, number, seed in changes:
            if what == "write":
                inputs.write(kind, number, seed)
            else:
                inputs.remove(kind, number)
        assert_refreshed(folder / "home", inputs.folder)
