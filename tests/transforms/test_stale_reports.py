"""Weeks without a progress report, week by week. July 2026 begins on a Wednesday, so the first Monday is the 6th."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import Period
from policies.operations import WeeklyReports
from sources.contracts import DATASETS
from transforms.stale_reports import stale_reports

ZONE = ZoneInfo("Asia/Jakarta")
RULE = WeeklyReports(employee_from_weekday=4, supervisor_after_weeks=2, source="default")
WHOLE = (dt.date(2026, 7, 1), dt.date(2026, 9, 30))
Row = tuple[str, str, str, str, int, int]


def frame(dataset: str, rows: list[dict[str, object]]) -> pl.LazyFrame:
    return pl.LazyFrame(rows, schema=DATASETS[dataset].schema("Asia/Jakarta"))


def told(
    moment: str,
    reports: list[tuple[str, str]] = [],  # noqa: B006  # never changed
    *,
    people: tuple[str, ...] = ("E1",),
    plan: tuple[dt.date, dt.date] | None = WHOLE,
    leave: tuple[str, str] | None = None,
    since: str = "2026-01-01",
) -> list[Row]:
    """Who is told at a moment, of people under S1 who reported then."""
    employees = [
        {"employee_id": one, "supervisor_id": "S1", "unit_id": "U1", "start_date": dt.date.fromisoformat(since)}
        for one in people
    ]
    objectives = [
        {"objective_id": one, "employee_id": one, "start_date": plan[0], "due_date": plan[1]} for one in people if plan
    ]
    progress = [
        {"objective_id": who, "employee_id": who, "reported_at": dt.datetime.fromisoformat(when).replace(tzinfo=ZONE)}
        for who, when in reports
    ]
    away = [dt.date.fromisoformat(day) for day in leave or ()]
    found = stale_reports(
        frame("employees", employees),
        frame("objectives", objectives),
        frame("progress", progress),
        frame("leave", [{"employee_id": "E1", "start_date": away[0], "end_date": away[1]}] if away else []),
        RULE,
        Period.parse("2026-Q3"),
        at=dt.datetime.fromisoformat(moment).replace(tzinfo=ZONE),
        timezone="Asia/Jakarta",
        days_off={dt.date(2026, 8, 17)},
    )
    return found.select(
        "employee_id", "role", pl.col("due_date").cast(pl.String), "turn", "n_reports", "n_people"
    ).rows()


OWN = ("E1", "employee", "2026-07-10", "this_week", 1, 1)
STALE = ("S1", "supervisor", "2026-07-06", "stale", 2, 1)


@pytest.mark.parametrize(
    ("moment", "reports", "expected"),
    [
        # Thursday 2 July: its week has its Monday in June, so it does not count.
        ("2026-07-02T09:00", [], []),
        # Wednesday and Thursday of the first week.
        ("2026-07-08T09:00", [], []),
        ("2026-07-09T09:00", [], [OWN]),
        ("2026-07-09T09:00", [("E1", "2026-07-06T08:00")], []),
        # A report of the week before does not do for this one; one that comes later is not known yet.
        ("2026-07-09T09:00", [("E1", "2026-07-05T23:59")], [OWN]),
        ("2026-07-09T09:00", [("E1", "2026-07-09T09:01")], [OWN]),
        # After one week without: nobody yet. After two, the supervisor, with the Monday of the first.
        ("2026-07-13T09:00", [], []),
        ("2026-07-20T09:00", [], [STALE]),
        ("2026-07-20T09:00", [("E1", "2026-07-19T23:59")], []),
        # A report of this week ends it at once.
        ("2026-07-21T09:00", [("E1", "2026-07-20T10:00")], []),
        # A third week: the same first Monday, so the same notice.
        ("2026-07-27T09:00", [], [("S1", "supervisor", "2026-07-06", "stale", 3, 1)]),
        # Weeks are counted from the last report on.
        ("2026-07-27T09:00", [("E1", "2026-07-07T10:00")], [("S1", "supervisor", "2026-07-13", "stale", 2, 1)]),
    ],
)
def test_weeks_without_a_report(moment: str, reports: list[tuple[str, str]], expected: list[Row]) -> None:
    assert told(moment, reports) == expected


def test_a_supervisor_hears_of_several_people_at_once() -> None:
    assert told("2026-07-20T09:00", people=("E1", "E2")) == [("S1", "supervisor", "2026-07-06", "stale", 4, 2)]


def test_a_week_on_leave_is_not_asked_for() -> None:
    assert told("2026-07-09T09:00", leave=("2026-07-06", "2026-07-10")) == []
    # Four days of it are, for the fifth is a day of work.
    assert told("2026-07-09T09:00", leave=("2026-07-06", "2026-07-09")) == [OWN]
    # A week away between two silent ones neither counts nor breaks them.
    found = told("2026-07-27T09:00", leave=("2026-07-13", "2026-07-17"))
    assert found == [("S1", "supervisor", "2026-07-06", "stale", 2, 1)]


def test_without_a_plan_in_the_week_nothing_is_owed() -> None:
    assert told("2026-07-09T09:00", plan=None) == []
    assert told("2026-07-09T09:00", plan=(dt.date(2026, 7, 13), dt.date(2026, 9, 30))) == []
    assert told("2026-07-09T09:00", plan=(dt.date(2026, 7, 12), dt.date(2026, 9, 30))) == [OWN]


def test_weeks_before_somebody_came_are_not_asked_for() -> None:
    assert told("2026-07-20T09:00", since="2026-07-13") == []
    assert told("2026-07-27T09:00", since="2026-07-13") == [("S1", "supervisor", "2026-07-13", "stale", 2, 1)]


MOMENTS = st.tuples(st.dates(dt.date(2026, 7, 1), dt.date(2026, 9, 30)), st.times()).map(
    lambda one: f"{one[0]}T{one[1].isoformat()}"
)


@given(MOMENTS, st.lists(st.tuples(st.sampled_from(["E1", "E2"]), MOMENTS), max_size=6), MOMENTS)
def test_another_report_never_brings_a_notice_to_its_author(
    moment: str, reports: list[tuple[str, str]], another: str
) -> None:
    people = ("E1", "E2")
    before, after = told(moment, reports, people=people), told(moment, [*reports, ("E1", another)], people=people)
    own = [[row for row in rows if row[0] == "E1"] for rows in (before, after)]
    assert set(own[1]) <= set(own[0])
    assert sum(row[4] for row in after if row[1] == "supervisor") <= sum(
        row[4] for row in before if row[1] == "supervisor"
    )
