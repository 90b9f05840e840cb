"""Agreements and reminders: what each city's file says, every problem of one, deadlines and quiet hours by the day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import Period, PolicyError, available_policies, load_policy
from policies.operations import QuietHours, Supply, is_working_day, load_operations
from sources.contracts import DATASETS
from transforms import CATALOGUE, READS

QUARTER = Period.parse("2026-Q3")
JAKARTA = ZoneInfo("Asia/Jakarta")
QUIET = QuietHours(begin="20:00", end="07:00", source="default")
CITIES = sorted({city for city, _, _ in available_policies()})
# What nobody delivers: it has a default, or comes with the decisions themselves.
NOT_DELIVERED = {"schedules", "calendar", "service_standards"}


@pytest.mark.parametrize("city", CITIES)
def test_what_a_citys_items_read_somebody_delivers(city: str) -> None:
    operations = load_operations(city, QUARTER, DATASETS)
    policy = load_policy(city, QUARTER, CATALOGUE)
    read = {name for item in policy.all_items() for name in READS[item.indicator]}
    assert {supply.dataset for supply in operations.supplies} == (read | {"employees"}) - NOT_DELIVERED


def test_sibolga_is_reminded_of_its_work_plan() -> None:
    reports = load_operations("sibolga", QUARTER, DATASETS).reports
    assert reports is not None
    assert (reports.employee_days_before, reports.supervisor_days_before) == ((7, 3, 0), (3, 0))
    assert (reports.overdue_after_working_days, reports.escalate_after_working_days) == (1, 3)


def test_every_problem_of_a_file_at_once(tmp_path: Path) -> None:
    file = tmp_path / "operations" / "sibolga" / "2026-01-01.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(
        """\
city: pauh
in_force: 2026-01-01
supplies:
  - {dataset: attendence, owner: BKPSDM, working_days: 0, source: default}
quiet_hours: {begin: "07:00", end: "20:00", source: default}
reports:
  employee_days_before: [0, 3, 7]
  overdue_after_working_days: 1
  escalate_after_working_days: 3
  surce: default
""",
        encoding="utf-8",
    )
    with pytest.raises(PolicyError) as caught:
        load_operations("sibolga", QUARTER, DATASETS, root=tmp_path)
    places = [problem.removeprefix("operations/sibolga/2026-01-01.yaml:") for problem in caught.value.problems]
    assert [place.split(": ")[:2] for place in places] == [
        ["1", "city"],
        ["4", "supplies[0].dataset"],
        ["4", "supplies[0].working_days"],
        ["5", "quiet_hours"],
        ["6", "reports.source"],
        ["7", "reports.employee_days_before"],
        ["10", "reports.surce"],
    ]


def test_before_the_first_file_nothing_is_agreed() -> None:
    with pytest.raises(PolicyError, match="no file in force on 2025-10-01"):
        load_operations("sibolga", Period.parse("2025-Q4"), DATASETS)


@pytest.mark.parametrize(
    ("period", "working_days", "late_from"),
    [
        # The quarter ends on Wednesday 30 September: 1, 2 and 5 October are working days.
        ("2026-Q3", 3, "2026-10-06"),
        ("2026-Q3", 1, "2026-10-02"),
        # The month ends on Friday 31 July: Monday 3 August is the first.
        ("2026-07", 1, "2026-08-04"),
        # 1 January is a day off.
        ("2026", 1, "2027-01-05"),
    ],
)
def test_late_begins_at_the_midnight_after_the_last_working_day(period: str, working_days: int, late_from: str) -> None:
    supply = Supply(dataset="attendance", owner="BKPSDM", working_days=working_days, source="default")
    deadline = supply.deadline(Period.parse(period), "Asia/Jakarta", {dt.date(2027, 1, 1)})
    assert deadline == dt.datetime.combine(dt.date.fromisoformat(late_from), dt.time(), JAKARTA)


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        ("2026-08-14T06:59", "2026-08-14T07:00"),
        ("2026-08-14T07:00", "2026-08-14T07:00"),
        ("2026-08-14T19:59", "2026-08-14T19:59"),
        # Friday evening, Saturday and Sunday, and Monday 17 August is a holiday.
        ("2026-08-14T20:00", "2026-08-18T07:00"),
        ("2026-08-15T12:00", "2026-08-18T07:00"),
        ("2026-08-17T23:59", "2026-08-18T07:00"),
    ],
)
def test_nobody_is_told_at_night_or_on_days_off(moment: str, allowed: str) -> None:
    at = dt.datetime.fromisoformat(moment).replace(tzinfo=JAKARTA)
    found = QUIET.allowed_from(at, "Asia/Jakarta", {dt.date(2026, 8, 17)})
    assert found == dt.datetime.fromisoformat(allowed).replace(tzinfo=JAKARTA)


@given(
    st.integers(0, 366 * 24 * 60).map(
        lambda minutes: dt.datetime(2026, 1, 1, tzinfo=JAKARTA) + dt.timedelta(minutes=minutes)
    ),
    st.sets(st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)), max_size=20),
)
def test_allowed_is_never_earlier_and_never_quiet(moment: dt.datetime, days_off: set[dt.date]) -> None:
    allowed = QUIET.allowed_from(moment, "Asia/Jakarta", days_off)
    assert allowed >= moment
    assert is_working_day(allowed.date(), days_off)
    assert dt.time(7) <= allowed.time() < dt.time(20)
    assert QUIET.allowed_from(allowed, "Asia/Jakarta", days_off) == allowed
