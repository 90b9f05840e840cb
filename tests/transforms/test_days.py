"""Days where the golden cases do not reach: a P of a few days, a schedule that is free in all of it."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tests.golden.case import local, read_tables
from tests.oracle.by_hand import CITIES
from tests.transforms.engine import Row, run_engine
from transforms.days import wall_clock
from transforms.scope import Span

WEEKEND = """
    schedule_id | weekday | start_time | end_time
    weekend     | 6       | 08:00      | 16:00
    weekend     | 7       | 08:00      | 16:00
"""


def days_of(known_as_of: dt.datetime, schedule_id: str) -> Row:
    """The day counts of somebody in July 2026, as far as it was known."""
    roster = f"""
        employee_id | start_date | schedule_id
        E1          | 2026-01-01 | {schedule_id}
    """
    data = read_tables({"employees": roster, "schedules": WEEKEND})
    (row,) = run_engine(data, CITIES["kalianda"], "2026-07", known_as_of).employees.to_dicts()
    return row


# July 2026 begins on a Wednesday.
@pytest.mark.parametrize(
    ("known_as_of", "schedule_id", "n_working_days"),
    [
        ("2026-07-02 12:00", "weekend", 0),
        ("2026-07-02 12:00", "-", 1),
        ("2026-07-02 12:00", "unlisted", 1),
        ("2026-07-04 12:00", "weekend", 0),
        ("2026-07-05 00:00", "weekend", 1),
        ("2026-07-06 00:00", "weekend", 2),
    ],
)
def test_schedule_without_a_working_day_in_a_short_p(known_as_of: str, schedule_id: str, n_working_days: int) -> None:
    assert days_of(local(known_as_of), schedule_id)["n_working_days"] == n_working_days


@pytest.mark.parametrize("zone", [dt.UTC, dt.timezone(dt.timedelta(hours=7)), dt.timezone(dt.timedelta(hours=-3))])
def test_known_as_of_may_be_written_in_any_zone(zone: dt.tzinfo) -> None:
    known = local("2026-07-06 00:00")
    assert days_of(known.astimezone(zone), "weekend") == days_of(known, "weekend")


@pytest.mark.parametrize(
    "zone", ["Asia/Jakarta", "Asia/Jayapura", "Asia/Kathmandu", "America/New_York", "Africa/Cairo"]
)
@pytest.mark.parametrize(("start", "end"), [("2026-01-01", "2026-04-01"), ("2026-03-30", "2026-04-25")])
def test_wall_clock_is_that_of_the_zone(zone: str, start: str, end: str) -> None:
    span = Span(dt.date.fromisoformat(start), dt.date.fromisoformat(end), zone)
    hours = pl.datetime_range(
        span.start_at - dt.timedelta(days=1), span.end_at + dt.timedelta(days=1), "17m", eager=True, time_zone=zone
    )
    frame = (
        hours.alias("at").to_frame().select(found=wall_clock("at", span), asked=pl.col("at").dt.replace_time_zone(None))
    )
    assert frame.get_column("found").equals(frame.get_column("asked"))
