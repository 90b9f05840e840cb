"""The roster as a whole, and the delivery: is every file, everybody and every day there, and is what is left enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from expectations.findings import Finding
from tests.expectations.delivered import Row, Validated, validated, wanted
from tests.expectations.test_refusals import SOUND

STRANGER = "199001012015011999"


def person(number: int, **cells: str) -> Row:
    return {**SOUND["employees"], "employee_id": f"198501012010012{number:03}", **cells}


def event(number: int, day: str = "2026-09-30", **cells: str) -> Row:
    return {
        **SOUND["attendance"],
        "employee_id": person(number)["employee_id"],
        "timestamp": f"{day}T07:30:00",
        **cells,
    }


def rating(number: int) -> Row:
    return {**SOUND["ratings"], "employee_id": person(number)["employee_id"]}


def judged(
    folder: Path,
    delivery: Mapping[str, Sequence[Row]],
    reads: Sequence[str] = ("attendance",),
    **requires: str,
) -> dict[tuple[str, str], tuple[str, str]]:
    """Action and remark of every expectation on the delivery that is not met."""
    found = validated(folder, delivery, wanted(reads, requires)).findings
    return {place: (one.action, one.remark) for place, one in found.items() if not one.success}


def whole(found: Validated) -> dict[str, Finding]:
    return {one.expectation_id: one for one in found.outcomes["employees"].findings if one.severity == "critical"}


FIVE = [person(number) for number in range(1, 6)]


def test_a_whole_delivery_has_nothing_to_say(tmp_path: Path) -> None:
    delivery = {"employees": FIVE, "attendance": [event(number) for number in range(1, 6)]}
    assert judged(tmp_path, delivery, attendance="1") == {}


def test_doubts_warn(tmp_path: Path) -> None:
    """3 of 5 is less than 80 %; from Monday 28 to Wednesday 30 September two days are missing."""
    delivery = {"employees": FIVE, "attendance": [event(number, "2026-09-28") for number in (1, 2, 3, 3)]}
    assert judged(tmp_path, delivery, ["attendance", "survey_responses"]) == {
        ("survey_responses", "not_delivered"): ("warned", "no file was delivered"),
        ("attendance", "roster_not_covered"): ("warned", "3 of 5 employees on the roster have a row; 4 are wanted"),
        ("attendance", "ends_early"): (
            "warned",
            "the last row of the period is of 2026-09-28, 2 days before its last working day",
        ),
    }


def test_doubts_on_what_is_required_stop(tmp_path: Path) -> None:
    delivery = {"employees": FIVE, "attendance": [event(number, "2026-09-28") for number in (1, 2, 3, 3)]}
    found = judged(tmp_path, delivery, attendance="0.61", survey_responses="0.5")
    assert {place: action for place, (action, _) in found.items()} == {
        ("survey_responses", "not_delivered_required"): "stopped",
        ("attendance", "roster_not_covered_required"): "stopped",
        ("attendance", "ends_early_required"): "stopped",
    }


def test_what_nobody_reads_is_not_asked_for(tmp_path: Path) -> None:
    """Ratings of one of five and nobody's attendance: the policy reads neither."""
    assert judged(tmp_path, {"employees": FIVE, "ratings": [rating(1)]}, reads=[]) == {}


def test_the_share_that_is_enough(tmp_path: Path) -> None:
    """Exactly 80 % by default; exactly the share that is required; a required dataset need not be read."""
    delivery = {"employees": FIVE, "attendance": [event(number) for number in (1, 2, 3, 4)], "ratings": [rating(1)]}
    assert judged(tmp_path, delivery, ratings="0.2") == {}


def test_only_who_worked_in_the_period_is_counted(tmp_path: Path) -> None:
    left = [person(6, end_date="2026-06-30"), person(7, start_date="2026-10-01", end_date="")]
    delivery = {"employees": [*FIVE, *left], "attendance": [event(number) for number in (1, 2, 3, 6, 7)]}
    assert judged(tmp_path, delivery)["attendance", "roster_not_covered"] == (
        "warned",
        "3 of 5 employees on the roster have a row; 4 are wanted",
    )


def test_rows_outside_the_period_do_not_reach_its_end(tmp_path: Path) -> None:
    delivery = {"employees": [person(1)], "attendance": [event(1, "2026-10-01"), event(1, "2026-06-30")]}
    assert judged(tmp_path, delivery) == {
        ("attendance", "ends_early"): (
            "warned",
            "the last row of the period is of no day, 92 days before its last working day",
        )
    }


@pytest.mark.parametrize("latest", [1, 2, 300_000])
def test_the_last_row_of_the_period_may_stand_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, latest: int
) -> None:
    """However few rows are looked at before all are: here the last but one, then the first is of the last day."""
    import expectations.validation

    monkeypatch.setattr(expectations.validation, "LATEST_ROWS", latest)
    days = ["2026-09-01", "2026-09-30", "2026-09-02"]
    in_the_middle = {"employees": [person(1)], "attendance": [event(1, day) for day in days]}
    assert judged(tmp_path / "middle", in_the_middle) == {}
    too_early = {"employees": [person(1)], "attendance": [event(1, day) for day in ("2026-09-28", "2026-09-01")]}
    assert judged(tmp_path / "early", too_early) == {
        ("attendance", "ends_early"): (
            "warned",
            "the last row of the period is of 2026-09-28, 2 days before its last working day",
        )
    }


def test_a_refused_row_does_not_reach_the_end_of_the_period(tmp_path: Path) -> None:
    delivery = {"employees": [person(1)], "attendance": [event(1, "2026-09-28"), event(2, "2026-09-30")]}
    assert judged(tmp_path, delivery)["attendance", "ends_early"][1].startswith(
        "the last row of the period is of 2026-09-28"
    )


def test_a_file_without_a_row_stops(tmp_path: Path) -> None:
    assert judged(tmp_path, {"employees": [person(1)], "leave": []}, reads=[]) == {
        ("leave", "file_has_no_row"): ("stopped", "leave.csv holds no row")
    }


@pytest.mark.parametrize(
    ("n_rows", "n_refused", "stops"),
    [(100, 50, False), (100, 51, True), (101, 50, False), (101, 51, True), (99, 99, False)],
)
def test_a_dataset_of_100_rows_or_more_that_is_mostly_refused_stops(
    tmp_path: Path, n_rows: int, n_refused: int, *, stops: bool
) -> None:
    events = [event(1)] * (n_rows - n_refused) + [event(1, employee_id=STRANGER)] * n_refused
    found = judged(tmp_path, {"employees": [person(1)], "attendance": events}, reads=[])
    expected = {("attendance", "mostly_refused"): ("stopped", f"{n_refused} of {n_rows} rows are refused")}
    assert {place: one for place, one in found.items() if place[1] == "mostly_refused"} == (expected if stops else {})


# --- the roster as a whole ------------------------------------------------------------------------------------------


def test_spells_overlap_where_a_later_one_begins_before_an_earlier_one_has_ended(tmp_path: Path) -> None:
    """The third spell begins on the last day of the first, which outlasts the second."""
    found = validated(
        tmp_path,
        {
            "employees": [
                person(1, start_date="2026-01-01", end_date="2026-08-31"),
                person(1, start_date="2026-09-01", end_date=""),
                person(2, start_date="2026-08-31", end_date="2026-09-30"),
                person(2, start_date="2026-02-01", end_date="2026-03-31"),
                person(2, start_date="2026-01-01", end_date="2026-08-31"),
            ]
        },
        wanted(),
    )
    overlap = whole(found)["spells_overlap"]
    assert (overlap.action, overlap.n_unexpected) == ("stopped", 2)
    assert {row for _, row in overlap.failing} == {4, 5}


def test_an_open_spell_ends_never(tmp_path: Path) -> None:
    people = [person(1, start_date="2026-01-01", end_date=""), person(1, start_date="2026-09-01")]
    assert whole(validated(tmp_path, {"employees": people}, wanted()))["spells_overlap"].action == "stopped"


def test_a_refused_spell_does_not_overlap_and_a_refused_sector_is_not_unknown(tmp_path: Path) -> None:
    people = [
        person(1),
        person(1, start_date="2026-02-01", end_date="2026-01-31"),
        person(2, sector="navy", name=""),
        person(3, sector="civil_registry"),
    ]
    found = whole(validated(tmp_path, {"employees": people}, wanted()))
    assert {name: one.action for name, one in found.items()} == {
        "roster_empty": "passed",
        "sector_unknown": "passed",
        "spells_overlap": "passed",
    }


def test_of_many_files_those_without_a_row_are_named_in_one_finding(tmp_path: Path) -> None:
    mapping = "version: 1\ndatasets: {employees: employees.csv, leave: 'leave-*.csv'}\n"
    # No two are the same bytes: those would be read once.
    leave = {n: f"employee_id,start_date,end_date,kind,note{n}\n" for n in range(16)}
    leave[3] += f"{person(1)['employee_id']},2026-07-01,2026-07-02,annual,\n"
    beside = {"sources.yaml": mapping} | {f"leave-{n:02}.csv": text for n, text in leave.items()}
    found = validated(tmp_path, {"employees": [person(1)]}, wanted(), beside)
    assert len(found.findings) == len(found.delivery)
    said = found.findings["leave", "file_has_no_row"]
    assert (said.action, said.remark.count(" holds no row")) == ("stopped", 13)
    assert said.remark.startswith("leave-00.csv holds no row; leave-01.csv holds no row; leave-02.csv holds no row; ")
    assert said.remark.endswith("leave-12.csv holds no row; each of 3 other files holds no row")


def test_an_unknown_sector_stops(tmp_path: Path) -> None:
    people = [person(1), person(2, sector="navy")]
    sector = whole(validated(tmp_path, {"employees": people}, wanted()))["sector_unknown"]
    assert (sector.action, [row for _, row in sector.failing]) == ("stopped", [3])


def test_a_roster_without_a_row_or_with_refused_ones_alone_stops_and_names_the_file(tmp_path: Path) -> None:
    empty = whole(validated(tmp_path / "empty", {"employees": []}, wanted()))["roster_empty"]
    refused = whole(validated(tmp_path / "refused", {"employees": [person(1, name="")]}, wanted()))["roster_empty"]
    assert (empty.action, empty.remark) == ("stopped", "employees.csv holds no row")
    assert (refused.action, refused.remark) == ("stopped", "all rows of employees.csv are refused (1)")
