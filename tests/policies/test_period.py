from __future__ import annotations

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.period import Period

DAY = dt.timedelta(days=1)
PERIODS = st.one_of(
    st.builds(Period, st.just("month"), st.integers(1900, 2999), st.integers(1, 12)),
    st.builds(Period, st.just("quarter"), st.integers(1900, 2999), st.integers(1, 4)),
    st.builds(Period, st.just("year"), st.integers(1900, 2999)),
)


@pytest.mark.parametrize(
    ("text", "kind", "start", "end", "months"),
    [
        ("2026-Q1", "quarter", "2026-01-01", "2026-04-01", "2026-01 2026-02 2026-03"),
        ("2026-Q3", "quarter", "2026-07-01", "2026-10-01", "2026-07 2026-08 2026-09"),
        ("2026-Q4", "quarter", "2026-10-01", "2027-01-01", "2026-10 2026-11 2026-12"),
        ("2026-01", "month", "2026-01-01", "2026-02-01", "2026-01"),
        ("2028-02", "month", "2028-02-01", "2028-03-01", "2028-02"),
        ("2026-12", "month", "2026-12-01", "2027-01-01", "2026-12"),
        ("2026", "year", "2026-01-01", "2027-01-01", " ".join(f"2026-{n:02}" for n in range(1, 13))),
    ],
)
def test_the_days_and_months_of_a_period(text: str, kind: str, start: str, end: str, months: str) -> None:
    period = Period.parse(text)
    assert (period.kind, period.year, period.name, str(period)) == (kind, int(text[:4]), text, text)
    assert (period.start.isoformat(), period.end.isoformat()) == (start, end)
    assert " ".join(month.name for month in period.months) == months


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 2026",
        "2026\n",
        "26-Q3",
        "2026Q3",
        "2026-q3",
        "2026-Q0",
        "2026-Q5",
        "2026-0",
        "2026-7",
        "2026-00",
        "2026-13",
        "2026-07-01",
        "0000",
        "9999",
        "٢٠٢٦",
    ],
)
def test_any_other_text_is_refused_with_the_forms_that_are_read(text: str) -> None:
    with pytest.raises(ValueError) as refused:
        Period.parse(text)
    assert str(refused.value) == (
        f"{text!r} is not a period; write a quarter (2026-Q3), a month (2026-07) or a year (2026)"
    )


def test_a_quarter_that_no_year_has_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="a year has no quarter 5"):
        Period("quarter", 2026, 5)


@given(PERIODS)
def test_a_period_is_read_back_from_its_name(period: Period) -> None:
    assert Period.parse(period.name) == period


@given(PERIODS)
def test_months_tile_the_period(period: Period) -> None:
    months = period.months
    assert (months[0].start, months[-1].end) == (period.start, period.end)
    assert all(earlier.end == later.start for earlier, later in itertools.pairwise(months))
    assert all(period.contains(month) and month.kind == "month" and month.year == period.year for month in months)


@given(PERIODS, PERIODS)
def test_a_period_contains_another_exactly_when_it_has_its_first_and_last_day(one: Period, other: Period) -> None:
    def has(day: dt.date) -> bool:
        return one.start <= day < one.end

    assert one.contains(other) == (has(other.start) and has(other.end - DAY))


@pytest.mark.parametrize(
    ("outer", "inner", "within"),
    [
        ("2026-Q3", "2026-Q3", True),
        ("2026-Q3", "2026-07", True),
        ("2026-Q3", "2026-06", False),
        ("2026-Q3", "2026-10", False),
        ("2026-Q3", "2026", False),
        ("2026", "2026-Q4", True),
        ("2026", "2025-12", False),
    ],
)
def test_containment(outer: str, inner: str, within: bool) -> None:
    assert Period.parse(outer).contains(Period.parse(inner)) is within


def test_bounds_are_local_midnights() -> None:
    start, end = Period.parse("2026-Q3").bounds("Asia/Jakarta")
    assert (start.isoformat(), end.isoformat()) == ("2026-07-01T00:00:00+07:00", "2026-10-01T00:00:00+07:00")


def test_bounds_follow_a_clock_that_changes_within_the_period() -> None:
    start, end = Period.parse("2026-Q1").bounds("Europe/Amsterdam")
    assert (start.isoformat(), end.isoformat()) == ("2026-01-01T00:00:00+01:00", "2026-04-01T00:00:00+02:00")


@given(PERIODS, st.sampled_from(["Asia/Jakarta", "Asia/Jayapura", "America/Sao_Paulo", "UTC"]))
def test_the_end_of_a_period_is_the_start_of_the_next(period: Period, timezone: str) -> None:
    following = next(other for other in _same_kind(period) if other.start == period.end)
    utc = ZoneInfo("UTC")
    assert period.bounds(timezone)[1].astimezone(utc) == following.bounds(timezone)[0].astimezone(utc)


def _same_kind(period: Period) -> list[Period]:
    numbers = {"month": 12, "quarter": 4, "year": 1}[period.kind]
    return [Period(period.kind, year, n) for year in (period.year, period.year + 1) for n in range(1, numbers + 1)]
