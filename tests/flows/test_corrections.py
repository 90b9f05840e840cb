"""What comes after publication: late data, retroactive leave, a corrected roster, a changed calendar.

Each gives a new revision that says what it changed, and leaves the old one readable, row for row.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from flows.order import Order
from flows.pipeline import run_period
from flows.seam import Caller
from flows.summary import Summary
from tests.flows.ended import CITY, PERIOD, Records, changed, example, rows
from warehouse import open_warehouse

pytestmark = [pytest.mark.usefixtures("validation_loaded")]

NEWCOMER, ON_LEAVE, MOVED = 3, 5, 7
"""Rows of people in the roster, the header being row 1."""
ADDED_HOLIDAY = dt.date(2026, 8, 17)
"""18 August 2025, a Monday that became a holiday after the fact, moved by 52 weeks as all dates of that file are."""
YEAR = dt.timedelta(weeks=52)

Made = tuple[Path, Path]


def scored(home: Path, inputs: Path) -> Summary:
    order = Order(
        city=CITY,
        period=PERIOD,
        inputs=inputs,
        home=home,
        warehouse_url=f"sqlite:///{home / 'warehouse.db'}",
        ordered_at=dt.datetime(2026, 10, 20, tzinfo=dt.UTC),
    )
    return run_period(order, Caller())


def records(file: Path) -> Records:
    with file.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream))


def late(record: list[str], unit: set[str]) -> bool:
    """Whether an event is of the unit whose device was read out late."""
    return record[0] in unit and record[1] >= "2026-09-14"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that ever arrived of three datasets."""
    return example(tmp_path_factory.mktemp("whole") / "inputs")


@pytest.fixture(scope="module")
def first(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Home and inputs of revision 1: one person missing on the roster, two weeks missing of one unit's events."""
    folder = tmp_path_factory.mktemp("first")
    home, inputs = folder / "home", folder / "inputs"
    shutil.copytree(whole, inputs)
    roster = records(whole / "employees.csv")
    unit = roster[0].index("unit_id")
    theirs = {record[0] for record in roster[1:] if record[unit] == roster[1][unit]}
    changed(inputs / "attendance.csv", lambda found: [one for one in found if not late(one, theirs)])
    changed(inputs / "employees.csv", lambda found: [*found[: NEWCOMER - 1], *found[NEWCOMER:]])
    assert scored(home, inputs).document()["revision"] == 1
    return home, inputs


@pytest.fixture
def made(first: Made, tmp_path: Path) -> Made:
    """A copy of home and inputs to change."""
    home, inputs = tmp_path / "home", tmp_path / "inputs"
    shutil.copytree(first[0], home)
    shutil.copytree(first[1], inputs)
    return home, inputs


def read(home: Path, revision: int) -> dict[str, list[dict[str, Any]]]:
    return {name: rows(home, name, CITY, PERIOD, revision) for name in ("scores", "indicators", "discipline")}


def corrected(made: Made) -> dict[str, int]:
    """Run again; the second revision's changes, once the first is found to be as it was."""
    home, inputs = made
    before = read(home, 1)
    done = scored(home, inputs).document()
    assert (done["status"], done["revision"], done["cause"]) == ("published", 2, "late_data")
    assert read(home, 1) == before != read(home, 2)
    (one, two) = rows(home, "runs")
    assert [file.is_file() for file in (home / "reports" / one["run_id"]).glob("validation.html")] == [True]
    with open_warehouse(f"sqlite:///{home / 'warehouse.db'}") as store:
        assert store.revision_at(CITY, PERIOD, one["finished_at"]) == 1
        assert store.revision_at(CITY, PERIOD, two["finished_at"]) == 2
        # The files that made the first revision are kept too.
        assert store.check(home / "landing").problems == []
    assert scored(home, inputs).status == "unchanged"
    return {
        " ".join(filter(None, (found["what"], found["old"], found["new"]))): found["n"]
        for found in rows(home, "changes", CITY, PERIOD, 2)
    }


def of(found: list[dict[str, Any]], employee: str, item: str | None = None) -> dict[str, Any]:
    (one,) = [row for row in found if row["employee_id"] == employee and row.get("item_id") == item]
    return one


def test_events_that_came_late(made: Made, whole: Path) -> None:
    home, inputs = made
    shutil.copy(whole / "attendance.csv", inputs)
    found = corrected(made)
    roster = records(inputs / "employees.csv")
    unit = roster[0].index("unit_id")
    theirs = {record[0] for record in roster[1:] if record[unit] == roster[1][unit]}
    assert found["employees changed"] == len(theirs & {one["employee_id"] for one in read(home, 2)["scores"]})
    assert (found["employees added"], found["employees removed"]) == (0, 0)
    before, after = (of(read(home, number)["indicators"], roster[1][0], "discipline") for number in (1, 2))
    assert before["n"] < after["n"], "days with a record"


def test_leave_that_was_granted_afterwards(made: Made) -> None:
    home, inputs = made
    person = records(inputs / "employees.csv")[ON_LEAVE - 1][0]
    leave = [person, "2026-09-07", "2026-09-11", "sick", "800/retro/2026"]
    changed(inputs / "leave.csv", lambda found: [*found, leave])
    found = corrected(made)
    assert (found["employees changed"], found["employees added"], found["employees removed"]) == (1, 0, 0)
    before, after = (of(read(home, number)["indicators"], person, "discipline") for number in (1, 2))
    assert before["n"] - after["n"] == 5, "a week of recorded days"


def test_a_roster_that_was_corrected(made: Made, whole: Path) -> None:
    """The missing person comes, and somebody was in another unit all the time."""
    home, inputs = made
    shutil.copy(whole / "employees.csv", inputs)
    roster = records(whole / "employees.csv")
    place = [roster[0].index(name) for name in ("unit_id", "unit_name", "sector")]
    other = next(one for one in roster[1:] if one[place[0]] != roster[MOVED - 1][place[0]])

    def change(found: Records) -> Records:
        for column in place:
            found[MOVED - 1][column] = other[column]
        return found

    changed(inputs / "employees.csv", change)
    found = corrected(made)
    assert (found["employees added"], found["employees removed"]) == (1, 0)
    assert found["employees changed"] >= 1
    assert [of(read(home, number)["scores"], roster[MOVED - 1][0])["unit_id"] for number in (1, 2)] == [
        roster[MOVED - 1][place[0]],
        other[place[0]],
    ]
    newcomer = roster[NEWCOMER - 1][0]
    assert newcomer not in {one["employee_id"] for one in read(home, 1)["scores"]}
    assert of(read(home, 2)["scores"], newcomer)["status"] in {"SCORED", "INSUFFICIENT_DATA"}


def as_calendar(source: Path) -> Records:
    """A real calendar of 2025, moved to the weekdays of 2026."""
    days = json.loads(source.read_text(encoding="utf-8"))
    kept = [
        (
            dt.date.fromisoformat(day) + YEAR,
            "joint_leave" if "Cuti Bersama" in " ".join(of_day["summary"]) else "holiday",
        )
        for day, of_day in days.items()
        if day.startswith("2025-") and of_day["holiday"]
    ]
    return [["date", "kind"], *([day.isoformat(), kind] for day, kind in sorted(kept))]


def test_a_holiday_that_was_added_after_the_fact(made: Made, shared_data: Path) -> None:
    """A real one: the calendar of July, and that of November. One person came to work that day."""
    home, inputs = made
    july, november = (as_calendar(shared_data / "formats" / f"holidays_id_2025-{month}.json") for month in ("07", "11"))
    assert {tuple(day) for day in november} - {tuple(day) for day in july} == {(ADDED_HOLIDAY.isoformat(), "holiday")}
    roster = records(inputs / "employees.csv")
    came, colleague = roster[1][0], roster[2][0]
    punches = [
        [came, f"{ADDED_HOLIDAY}T{time}", way, "FP-1"] for time, way in (("07:25:00", "in"), ("16:05:00", "out"))
    ]
    changed(inputs / "attendance.csv", lambda found: [*found, *punches])
    calendar = inputs / "calendar.csv"

    def deliver(days: Records) -> None:
        with calendar.open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream, lineterminator="\n").writerows(days)

    deliver(july)
    shutil.rmtree(home)
    scored(home, inputs)
    before = of(read(home, 1)["indicators"], colleague, "discipline")
    deliver(november)
    found = corrected(made)
    after = of(read(home, 2)["indicators"], colleague, "discipline")
    assert before["n"] - after["n"] == 1
    assert after["value"] > before["value"], "no longer absent that day"
    assert found["employees changed"] > 100, "everybody has a working day less"
