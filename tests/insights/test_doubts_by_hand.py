"""Each rule that finds a trace, worked by hand: at its threshold, just below it, and with its innocent look-alikes."""

from __future__ import annotations

import datetime as dt
import sys

import polars as pl
import pytest

from tests.insights.asked import insights_of

HEAD = (
    "employee_id | kind | submitted_at | complete_at | first_response_at | closed_at | due_at | reopened_count | status"
)


def requests(*rows: tuple[str, ...]) -> dict[str, str]:
    lines = [" | ".join((*row[:7], row[7] if len(row) > 7 else "0", "closed")) for row in rows]
    return {"service_requests": "\n".join([HEAD, *lines])}


def doubts_of(tables: dict[str, str], rule: str) -> list[tuple[object, ...]]:
    """subject_id, n_found and n_of of that rule."""
    found = insights_of(tables)["doubts"].filter(pl.col("rule") == rule)
    return found.select("subject_id", "n_found", "n_of").rows()


def closings(employee: str, moments: list[str], **cells: str) -> list[tuple[str, ...]]:
    given = {"submitted_at": "2026-07-01T08:00", "due_at": "2026-12-01", "answered": "2026-07-02T08:00"} | cells
    return [
        (employee, "complaint", given["submitted_at"], "-", given["answered"], moment, given["due_at"],
         given.get("reopened", "0"))
        for moment in moments
    ]  # fmt: skip


@pytest.mark.parametrize(("n", "found"), [(4, []), (5, [("E1", 5, 6)])])
def test_five_within_a_minute_are_a_batch(n: int, found: list[tuple[str, int, int]]) -> None:
    moments = [f"2026-09-01T10:00:0{second}" for second in range(n)] + ["2026-09-02T10:00"]
    assert doubts_of(requests(*closings("E1", moments)), "batch_closing") == found


def test_a_day_alone_is_no_moment() -> None:
    """Closed at the end of 1 September, ten times: the day is known, not the minute."""
    assert doubts_of(requests(*closings("E1", ["2026-09-01"] * 10)), "batch_closing") == []


def test_five_people_within_a_minute_are_no_batch() -> None:
    rows = [row for n in range(1, 5) for row in closings(f"E{n}", ["2026-09-01T10:00"] * 2)]
    assert doubts_of(requests(*rows), "batch_closing") == []


def test_closed_within_the_last_minute() -> None:
    """Three of three within a minute of the hour before: by chance (1/60)^3. E2's lie over the hour."""
    late = closings("E1", ["2026-09-01T09:59:30"] * 3, due_at="2026-09-01T10:00")
    spread = closings("E2", [f"2026-09-01T09:{minute}:00" for minute in (10, 30, 50)], due_at="2026-09-01T10:00")
    assert doubts_of(requests(*late, *spread), "closed_at_the_last_second") == [("E1", 3, 3)]
    assert doubts_of(requests(*late[:2], *spread), "closed_at_the_last_second") == []


def test_closed_at_once_and_opened_again() -> None:
    """E1: three of three closed within two minutes and opened again. E2's after a day. E3 was answered at once."""
    start = {"submitted_at": "2026-09-01T10:00", "answered": "2026-09-01T10:01"}
    one = closings("E1", ["2026-09-01T10:02"] * 3, **start, reopened="1")
    two = closings("E2", ["2026-09-02T10:00"] * 30, **start, reopened="1")
    three = closings("E3", ["2026-09-01T10:02"] * 30, **start)
    assert doubts_of(requests(*one, *two, *three), "closed_and_reopened") == [("E1", 3, 3)]


def test_a_deadline_written_after_the_clock_ran_out() -> None:
    """A complaint of 1 July has 14 working days: to 21 July. Closed on 30 July, by a deadline of 31 July."""
    moved = closings("E1", ["2026-07-30T10:00"] * 3, due_at="2026-07-31")
    late = closings("E2", ["2026-07-30T10:00"] * 20, due_at="2026-07-21")
    early = closings("E3", ["2026-07-20T10:00"] * 20, due_at="2026-07-31")
    assert doubts_of(requests(*moved, *late, *early), "moved_deadline") == [("E1", 3, 3)]


def answers(*rows: tuple[str, str, str, int]) -> dict[str, str]:
    lines = [
        f"{employee} | A.1 | {audience} | {moment} | 4" for employee, audience, moment, n in rows for _ in range(n)
    ]
    return {"survey_responses": "\n".join(["employee_id | unit_id | audience | submitted_at | u1", *lines])}


def test_answers_within_a_minute() -> None:
    """Five that name E1, fifteen that name nobody; a class of pupils answers together."""
    minute = "2026-09-01T10:00:30"
    assert doubts_of(answers(("E1", "citizen", minute, 5)), "stuffed_survey") == [("E1", 5, 5)]
    assert doubts_of(answers(("E1", "citizen", minute, 4)), "stuffed_survey") == []
    assert doubts_of(answers(("E1", "student", minute, 30)), "stuffed_survey") == []
    assert doubts_of(answers(("-", "citizen", minute, 14)), "stuffed_survey") == []
    assert doubts_of(answers(("-", "citizen", minute, 15)), "stuffed_survey") == [("A.1", 15, 15)]


def punches(*rows: tuple[str, str, str]) -> dict[str, str]:
    lines = [" | ".join(row) for row in rows]
    return {"attendance": "\n".join(["employee_id | timestamp | device_id", *lines])}


def days(n: int) -> list[str]:
    return [(dt.date(2026, 7, 1) + dt.timedelta(days=day)).isoformat() for day in range(n)]


@pytest.mark.parametrize(("n", "found"), [(4, []), (6, [("E1", 6, 6)])])
def test_one_hand_and_two_cards(n: int, found: list[tuple[str, int, int]]) -> None:
    """E1 and E2 in the same second at one door; E3 a second later; E4 at another door."""
    rows = [
        row
        for day in days(n)
        for row in (
            ("E1", f"{day}T07:20:05", "D1"),
            ("E2", f"{day}T07:20:05", "D1"),
            ("E3", f"{day}T07:20:06", "D1"),
            ("E4", f"{day}T07:20:05", "D2"),
        )
    ]
    assert doubts_of(punches(*rows), "identical_punches") == found


def test_a_queue_in_one_second_is_the_clock_of_the_device() -> None:
    names = [f"E{number}" for number in range(1, 7)]
    roster = "employee_id | unit_id | start_date\n" + "\n".join(f"{name} | A.1 | 2026-01-01" for name in names)
    rows = [(name, f"{day}T07:20:05", "D1") for day in days(10) for name in names]
    assert doubts_of({"employees": roster, **punches(*rows)}, "identical_punches") == []


@pytest.mark.parametrize(("n", "found"), [(2, []), (3, [("E1", 3, 6)])])
def test_two_places_within_a_minute(n: int, found: list[tuple[str, int, int]]) -> None:
    """D1 is the door of E2's unit A.1, D2 that of E3's A.2. E2 uses two doors of one unit."""
    rows = [
        row
        for day in days(20)
        for row in (("E2", f"{day}T07:00", "D1"), ("E2", f"{day}T07:00:20", "D3"), ("E3", f"{day}T07:00", "D2"))
    ]
    rows += [row for day in days(n) for row in (("E1", f"{day}T08:00:00", "D1"), ("E1", f"{day}T08:01:00", "D2"))]
    assert doubts_of(punches(*rows), "two_places") == found


@pytest.mark.parametrize("rows_at_once", [16_000_000, 33])
def test_two_places_at_the_end_of_a_part(rows_at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two parts of 46 days each: midnight before 16 August parts the third pair of events."""
    rows = [row for day in days(30) for row in (("E2", f"{day}T07:00", "D1"), ("E3", f"{day}T07:00", "D2"))]
    rows += [row for day in days(2) for row in (("E1", f"{day}T08:00:00", "D1"), ("E1", f"{day}T08:01:00", "D2"))]
    rows += [("E1", "2026-08-15T23:59:40", "D1"), ("E1", "2026-08-16T00:00:10", "D2")]
    monkeypatch.setattr(sys.modules["transforms.insights.doubts"], "ROWS_AT_ONCE", rows_at_once)
    assert doubts_of(punches(*rows), "two_places") == [("E1", 3, 6)]


def test_two_places_an_hour_apart_are_a_walk() -> None:
    rows = [row for day in days(20) for row in (("E2", f"{day}T07:00", "D1"), ("E3", f"{day}T07:00", "D2"))]
    rows += [row for day in days(9) for row in (("E1", f"{day}T08:00", "D1"), ("E1", f"{day}T09:00", "D2"))]
    assert doubts_of(punches(*rows), "two_places") == []
