"""A refresh finds what a run finds, whatever files came, changed or went since; and reads only what is new."""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
import signal
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows import segments, steps
from flows.order import Order, Run, prepared
from flows.steps import Checked, Read
from tests.flows.ended import process_environment
from tests.forked import COMMAND, Forked

pytestmark = [pytest.mark.usefixtures("validation_loaded")]

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


WITHIN = dt.datetime(2026, 9, 25, tzinfo=dt.UTC)
"""When the refreshes are ordered: the period is under way."""


def prepare(home: Path, inputs: Path, *, incremental: bool, at: dt.datetime = WITHIN) -> Run:
    return prepared(
        Order(
            city="kalianda",
            period="2026-Q3",
            inputs=inputs,
            home=home,
            warehouse_url=f"sqlite:///{home / 'warehouse.db'}",
            ordered_at=at,
            incremental=incremental,
        )
    )


def validated(home: Path, inputs: Path, *, incremental: bool, at: dt.datetime = WITHIN) -> tuple[Read, Checked]:
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


def assert_refreshed(home: Path, inputs: Path, at: dt.datetime = WITHIN) -> tuple[Read, Checked]:
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


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(refreshes=st.lists(st.lists(CHANGES, max_size=4), min_size=1, max_size=3))
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


# --- what is read, and what is not ---------------------------------------------------------------------------------


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    """Three files of events, two of requests, one of all else."""
    made = Inputs(tmp_path / "inputs")
    for number in (1, 2):
        made.write("attendance", number, number)
    made.write("requests", 1, 1)
    return made


def kept_files(home: Path, dataset: str) -> dict[str, float]:
    """Every file that is kept of a dataset, with the time it was written."""
    folder = segments.cache_folder(home) / "kalianda" / "2026-Q3" / dataset
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_a_new_file_alone_is_read_and_judged(inputs: Inputs, tmp_path: Path) -> None:
    home = tmp_path / "home"
    first, _ = assert_refreshed(home, inputs.folder)
    assert first.n_kept == 0
    before = kept_files(home, "attendance")
    inputs.write("attendance", 3, 3)
    second, checked = assert_refreshed(home, inputs.folder)
    after = kept_files(home, "attendance")
    assert before.items() < after.items()
    assert len(second.datasets["attendance"].segments) == 2
    assert second.n_kept == first.counts["rows"]
    assert checked.outcomes["attendance"].n_rows > first.datasets["attendance"].files[0].n_rows
    reports = [folder for folder in (home / "reports").iterdir() if (folder / "taken_over").exists()]
    assert len(reports) == 1
    taken_over = [path.name.split(".")[0] for path in (reports[0] / "taken_over").iterdir()]
    assert sorted(taken_over) == ["attendance", "employees", "ratings", "service_requests"]
    third, _ = assert_refreshed(home, inputs.folder)
    assert third.n_kept == second.counts["rows"]
    assert kept_files(home, "attendance") == after


def test_of_a_segment_that_lost_a_file_the_others_are_not_read_again(inputs: Inputs, tmp_path: Path) -> None:
    home = tmp_path / "home"
    first, _ = assert_refreshed(home, inputs.folder)
    inputs.write("attendance", 1, 9)
    second, _ = assert_refreshed(home, inputs.folder)
    changed = [file.n_rows for file in second.datasets["attendance"].files if file.name == "attendance-1.csv"]
    assert second.n_kept == second.counts["rows"] - sum(changed)
    # From then on the file that changes stands alone.
    before = kept_files(home, "attendance")
    inputs.write("attendance", 1, 10)
    assert_refreshed(home, inputs.folder)
    assert len(before.keys() & kept_files(home, "attendance").keys()) >= len(before) / 2
    inputs.remove("attendance", 2)
    assert_refreshed(home, inputs.folder)
    assert first.counts["rows"] > 0


def test_a_key_repeated_by_a_new_file_is_refused_in_the_old_one(inputs: Inputs, tmp_path: Path) -> None:
    home = tmp_path / "home"
    _, before = assert_refreshed(home, inputs.folder)
    inputs.write("requests", 2, 0)  # the rows of the first file again, so that none of its own stands
    text = (inputs.folder / "requests-2.csv").read_text(encoding="utf-8")
    (inputs.folder / "requests-2.csv").write_text(text.replace(",U,", ",V,"), encoding="utf-8")
    _, after = assert_refreshed(home, inputs.folder)
    names = {file.sha256: file.name for file in after.outcomes["service_requests"].files}
    repeated = after.outcomes["service_requests"].quarantined
    repeated = repeated.filter(repeated["reason"] == "key_repeated")
    assert {names[sha256] for sha256 in repeated["file_sha256"]} >= {"requests-0.csv"}
    assert before.outcomes["service_requests"].n_quarantined < after.outcomes["service_requests"].n_quarantined


def test_somebody_who_joins_the_roster_makes_rows_of_old_segments_valid(inputs: Inputs, tmp_path: Path) -> None:
    home = tmp_path / "home"
    stranger = "198501012010011099"
    path = inputs.folder / "attendance-1.csv"
    path.write_text(f"{HEADERS['attendance']}\n{stranger},2026-07-01T07:30:00\n", encoding="utf-8")
    _, before = assert_refreshed(home, inputs.folder)
    person = f"{stranger},New,PNS,U,Unit,general,P,Staf,2026-01-01"
    (inputs.folder / "employees-1.csv").write_text(f"{HEADERS['employees']}\n{person}\n", encoding="utf-8")
    was_read, after = assert_refreshed(home, inputs.folder)
    assert was_read.n_kept == was_read.counts["rows"] - 1
    assert after.outcomes["attendance"].n_valid > before.outcomes["attendance"].n_valid


def test_days_that_pass_move_the_end_that_data_should_reach(inputs: Inputs, tmp_path: Path) -> None:
    for day in (3, 17, 25):
        at = dt.datetime(2026, 9, day, tzinfo=dt.UTC)
        assert_refreshed(tmp_path / "home", inputs.folder, at)


def test_segments_are_joined_before_they_are_many(inputs: Inputs, tmp_path: Path) -> None:
    home = tmp_path / "home"
    for number in range(3, segments.MOST_SEGMENTS + 6):
        inputs.write("attendance", number, number)
        run = prepare(home, inputs.folder, incremental=True)
        found = steps.read.function(run, steps.land.function(run)).datasets["attendance"]
        assert len(found.segments) <= segments.MOST_SEGMENTS
    was_read, _ = assert_refreshed(home, inputs.folder)
    assert was_read.n_kept == was_read.counts["rows"]


def test_rows_that_interleave_too_finely_are_joined(inputs: Inputs, tmp_path: Path) -> None:
    for start in (0, 1):
        for number in range(start, 2 * segments.MOST_STRETCHES, 2):
            inputs.write("attendance", number, number)
        was_read, _ = assert_refreshed(tmp_path / "home", inputs.folder)
    assert len(was_read.datasets["attendance"].segments) == 1
    assert was_read.n_kept > 0


def test_a_final_run_reads_everything_anew_and_what_was_kept_is_gone(inputs: Inputs, tmp_path: Path) -> None:
    after = dt.datetime(2026, 10, 20, tzinfo=dt.UTC)
    assert_refreshed(tmp_path, inputs.folder)
    was_read, _ = assert_refreshed(tmp_path, inputs.folder, after)
    assert was_read.n_kept == 0
    steps.clear_folder(prepare(tmp_path, inputs.folder, incremental=False))
    assert segments.shelves(tmp_path) != []
    steps.clear_folder(prepare(tmp_path, inputs.folder, incremental=False, at=after))
    assert segments.shelves(tmp_path) == []


def test_other_code_and_another_mapping_read_anew(inputs: Inputs, tmp_path: Path) -> None:
    assert_refreshed(tmp_path, inputs.folder)
    run = replace(prepare(tmp_path, inputs.folder, incremental=True), code_version="another")
    assert steps.read.function(run, steps.land.function(run)).n_kept == 0
    assert_refreshed(tmp_path, inputs.folder)
    mapping = MAPPING.replace("'attendance-*.csv'", "{file: 'attendance-*.csv', columns: {direction: {constant: in}}}")
    (inputs.folder / "sources.yaml").write_text(mapping, encoding="utf-8")
    was_read, _ = assert_refreshed(tmp_path, inputs.folder)
    assert (
        was_read.n_kept == was_read.counts["rows"] - was_read.datasets["attendance"].segments[0].scan().collect().height
    )


# --- nothing is believed unchecked ---------------------------------------------------------------------------------


def test_a_flipped_bit_in_what_is_kept_is_found(inputs: Inputs, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert_refreshed(home, inputs.folder)
    folder = segments.cache_folder(home)
    chance = random.Random(1)  # noqa: S311  # not a secret
    for kind in ("canonical.parquet", "manifest.json", "refused.parquet", "employee_id.parquet"):
        for path in folder.rglob(kind):
            content = bytearray(path.read_bytes())
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
            path.write_bytes(content)
        assert_refreshed(home, inputs.folder)


def test_what_a_killed_run_left_is_removed(inputs: Inputs, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert_refreshed(home, inputs.folder)
    shelf = segments.cache_folder(home) / "kalianda" / "2026-Q3" / "attendance"
    (segment,) = shelf.iterdir()
    shutil.copytree(segment, shelf / ".half-made")
    shutil.copytree(segment, segment / ".judged-half")
    shutil.copytree(segment, shelf / "no-manifest")
    (shelf / "no-manifest" / "manifest.json").unlink()
    assert_refreshed(home, inputs.folder)
    assert [path for path in shelf.rglob("*") if path.name.startswith((".", "no-manifest"))] == []
    (segment,) = shelf.iterdir()
    (segment / "canonical.parquet").unlink()
    assert_refreshed(home, inputs.folder)


@pytest.mark.chaos
@pytest.mark.skipif(os.name != "posix", reason="signals are of POSIX")
def test_a_refresh_that_is_killed_while_it_keeps_what_it_read_leaves_nothing_half(
    inputs: Inputs, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    given = ["--city", "kalianda", "--period", "2026-Q3", "--inputs", str(inputs.folder), "--home", str(home)]
    words = ["refresh", *given, "--known-as-of", "2026-09-25T07:00:00"]
    cache = segments.cache_folder(home)
    with Forked(COMMAND, words, process_environment()) as process:
        while process.poll() is None and not any(cache.rglob(".*")):
            time.sleep(0.001)
        process.kill()
        _, said = process.communicate()
    assert process.returncode == -signal.SIGKILL, said
    assert_refreshed(home, inputs.folder)
    assert not any(cache.rglob(".*"))
