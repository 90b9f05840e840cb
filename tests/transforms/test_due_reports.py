"""Who is told of a progress report, day by day: cases to read, then what holds of every plan.

August 2026: the 1st is a Saturday, Monday the 17th is a holiday.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import Period
from policies.operations import ReportReminders
from sources.contracts import DATASETS
from transforms.due_reports import DueReports, due_reports

ZONE = ZoneInfo("Asia/Jakarta")
RULE = ReportReminders(
    employee_days_before=(7, 3, 0),
    supervisor_days_before=(3, 0),
    overdue_after_working_days=1,
    escalate_after_working_days=3,
    source="default",
)
PERIOD = Period.parse("2026-Q3")
# E1 works for S1, who works for H1, the head of unit U1; E2 works for H1; H1 has nobody above.
STAFF = {"E1": "S1", "E2": "H1", "S1": "H1", "H1": None}


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


def roster(staff: dict[str, str | None] = STAFF, **ends: dt.date) -> pl.LazyFrame:
    rows = [
        {
            "employee_id": one,
            "supervisor_id": above,
            "unit_id": "U1",
            "start_date": dt.date(2026, 1, 1),
            "end_date": ends.get(one),
        }
        for one, above in staff.items()
    ]
    return pl.LazyFrame(rows, schema=DATASETS["employees"].schema("Asia/Jakarta"))


def reports(*rows: tuple[str, str, str | None]) -> pl.LazyFrame:
    """employee, due_at, reported_at; a due_at without a time is the end of its day, as reading makes it."""
    ends = (due if "T" in due else f"{due}T23:59:59.999999" for _, due, _ in rows)
    given = [
        {"objective_id": "O1", "employee_id": who, "due_at": at(due), "reported_at": at(when) if when else None}
        for (who, _, when), due in zip(rows, ends, strict=True)
    ]
    return pl.LazyFrame(given, schema=DATASETS["progress"].schema("Asia/Jakarta"))


def told(employees: pl.LazyFrame, progress: pl.LazyFrame, moment: str) -> DueReports:
    days_off = {dt.date(2026, 8, 17)}
    return due_reports(employees, progress, RULE, PERIOD, at=at(moment), timezone="Asia/Jakarta", days_off=days_off)


def turns(found: DueReports) -> list[tuple[str, str, str]]:
    return found.turns.select("employee_id", "role", "turn").rows()


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        # Due on Friday 2026-08-14. 14 - 7 = the 7th, a Friday.
        ("2026-08-06T12:00", []),
        ("2026-08-07T00:00", [("E1", "employee", "before_7")]),
        # 14 - 3 = the 11th; until then the first turn stands.
        ("2026-08-10T12:00", [("E1", "employee", "before_7")]),
        ("2026-08-11T12:00", [("E1", "employee", "before_3"), ("S1", "supervisor", "before_3")]),
        ("2026-08-14T23:59", [("E1", "employee", "before_0"), ("S1", "supervisor", "before_0")]),
        # Late from midnight on, but Saturday to Monday are no working days, so nobody is told before Tuesday.
        ("2026-08-17T12:00", []),
        ("2026-08-18T08:00", [("E1", "employee", "overdue"), ("S1", "supervisor", "overdue")]),
        # Tuesday, Wednesday, Thursday: three working days late.
        ("2026-08-19T08:00", [("E1", "employee", "overdue"), ("S1", "supervisor", "overdue")]),
        (
            "2026-08-20T08:00",
            [("E1", "employee", "overdue"), ("H1", "superior", "escalated"), ("S1", "supervisor", "overdue")],
        ),
    ],
)
def test_a_report_through_its_days(moment: str, expected: list[tuple[str, str, str]]) -> None:
    assert turns(told(roster(), reports(("E1", "2026-08-14", None)), moment)) == expected


def test_a_turn_on_a_day_off_comes_on_the_working_day_before() -> None:
    # Due on Thursday 20 August; three days before is Monday 17, a holiday, so it is told on Friday 14.
    owed = reports(("E1", "2026-08-20", None))
    assert turns(told(roster(), owed, "2026-08-13T08:00")) == [("E1", "employee", "before_7")]
    assert ("E1", "employee", "before_3") in turns(told(roster(), owed, "2026-08-14T08:00"))


def test_a_report_that_came_is_not_asked_for() -> None:
    owed = reports(("E1", "2026-08-14", "2026-08-12T10:00"))
    assert turns(told(roster(), owed, "2026-08-12T09:59"))  # at that time nobody knew of it yet
    assert turns(told(roster(), owed, "2026-08-12T10:00")) == []


def test_one_row_a_person_told_with_counts() -> None:
    # Two reports of E2 and one of S1, both under H1: H1 hears of 2 people and 3 reports at once.
    owed = reports(("E2", "2026-08-14", None), ("E2", "2026-08-14T12:00", None), ("S1", "2026-08-14", None))
    found = told(roster(), owed, "2026-08-14T09:00").turns
    of_head = found.filter(pl.col("employee_id") == "H1").row(0, named=True)
    assert (of_head["role"], of_head["n_reports"], of_head["n_people"]) == ("supervisor", 3, 2)
    of_employee = found.filter(pl.col("employee_id") == "E2").row(0, named=True)
    assert (of_employee["n_reports"], of_employee["n_people"]) == (2, 1)


def test_escalation_goes_to_the_head_of_the_unit_where_the_supervisor_has_nobody_above() -> None:
    # X9 is on no roster, so nobody knows who is above X9; H1 has people in the unit and no supervisor of it.
    owed = reports(("E1", "2026-08-14", None))
    found = told(roster({"E1": "X9", "E2": "H1", "H1": None}), owed, "2026-08-20T08:00")
    assert ("H1", "superior", "escalated") in turns(found)
    # Two heads are none.
    found = told(roster({"E1": "X9", "E2": "H1", "H1": None, "E3": "H2", "H2": None}), owed, "2026-08-20T08:00")
    assert "superior" not in found.turns.get_column("role").to_list()
    assert found.n_without_superior == 1


def test_nobody_stands_above_the_head() -> None:
    found = told(roster(), reports(("H1", "2026-08-14", None), ("E2", "2026-08-14", None)), "2026-08-20T08:00")
    # H1 owes one himself, and for E2 he is the supervisor: nobody is above in either case.
    assert turns(found) == [
        ("E2", "employee", "overdue"),
        ("H1", "employee", "overdue"),
        ("H1", "supervisor", "overdue"),
    ]
    assert found.n_without_superior == 2


def test_who_has_left_is_not_told_and_owes_nothing() -> None:
    owed = reports(("E1", "2026-08-14", None))
    assert turns(told(roster(E1=dt.date(2026, 8, 13)), owed, "2026-08-14T08:00")) == []
    assert turns(told(roster(E1=dt.date(2026, 8, 14)), owed, "2026-08-14T08:00")) != []


def test_reports_of_another_period_are_not_asked_for() -> None:
    assert (
        turns(told(roster(), reports(("E1", "2026-06-30", None), ("E1", "2026-10-01", None)), "2026-09-30T08:00")) == []
    )


HOURS = st.tuples(st.dates(dt.date(2026, 7, 1), dt.date(2026, 10, 20)), st.times())
MOMENTS = HOURS.map(lambda one: f"{one[0]}T{one[1].isoformat()}")
DUE = st.lists(
    st.tuples(
        st.sampled_from(["E1", "E2", "S1", "H1"]),
        st.dates(dt.date(2026, 6, 25), dt.date(2026, 10, 5)).map(str),
        st.none() | MOMENTS,
    ),
    max_size=6,
)


@given(DUE, MOMENTS)
def test_what_holds_of_every_plan(owed: list[tuple[str, str, str | None]], moment: str) -> None:
    found = told(roster(), reports(*owed), moment).turns
    missing = [
        (who, due) for who, due, when in owed if (when is None or at(when) > at(moment)) and due[5:7] in "070809"
    ]
    # Whoever is told of his own owes it; nobody is told twice of a day in one role; no order of rows matters.
    of_own = found.filter(pl.col("role") == "employee").select("employee_id", pl.col("due_date").cast(pl.String)).rows()
    assert set(of_own) <= set(missing)
    assert found.select("employee_id", "role", "due_date").is_unique().all()
    assert found.equals(told(roster(), reports(*reversed(owed)), moment).turns)
