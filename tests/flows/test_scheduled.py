"""Which period a scheduled run scores: by the time it was scheduled for, in the city's own calendar."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.orchestration.scheduled import Due, Span, inputs_of, last_ended, period_due, under_way
from policies import Period, PolicyError

JAKARTA = dt.timezone(dt.timedelta(hours=7))
days = st.dates(dt.date(2000, 1, 1), dt.date(2090, 12, 31))
spans = st.sampled_from(["quarter", "year"])


@pytest.mark.parametrize(
    ("at", "span", "due", "period"),
    [
        # Quarter-end, 5 October 02:00 in Jakarta, is still 4 October in UTC.
        (dt.datetime(2026, 10, 5, 2, tzinfo=JAKARTA), "quarter", "ended", "2026-Q3"),
        (dt.datetime(2026, 10, 2, 2, tzinfo=JAKARTA), "quarter", "ended", "2026-Q3"),
        (dt.datetime(2027, 1, 5, 2, tzinfo=JAKARTA), "quarter", "ended", "2026-Q4"),
        (dt.datetime(2027, 1, 10, 3, tzinfo=JAKARTA), "year", "ended", "2026"),
        # The first instant of the year in Jakarta is 17:00 of 31 December in UTC, and the one before it is not.
        (dt.datetime(2026, 12, 31, 17, tzinfo=dt.UTC), "year", "ended", "2026"),
        (dt.datetime(2026, 12, 31, 16, 59, 59, tzinfo=dt.UTC), "year", "ended", "2025"),
        (dt.datetime(2026, 12, 31, 16, 59, 59, tzinfo=dt.UTC), "quarter", "under_way", "2026-Q4"),
        (dt.datetime(2026, 12, 31, 17, tzinfo=dt.UTC), "quarter", "under_way", "2027-Q1"),
        (dt.datetime(2026, 11, 21, 4, 30, tzinfo=JAKARTA), "quarter", "under_way", "2026-Q4"),
    ],
)
def test_the_time_a_run_is_scheduled_for_says_its_period(at: dt.datetime, span: Span, due: Due, period: str) -> None:
    assert period_due("kalianda", span, due, at).name == period


def test_a_city_without_a_policy_is_said() -> None:
    with pytest.raises(PolicyError, match="no policy of a city 'kaliandra'"):
        period_due("kaliandra", "quarter", "ended", dt.datetime(2026, 10, 5, tzinfo=dt.UTC))


@given(span=spans, day=days)
def test_the_last_that_ended_touches_the_one_under_way(span: Span, day: dt.date) -> None:
    ended, running = last_ended(span, day), under_way(span, day)
    assert ended.end == running.start <= day < running.end
    assert {ended.kind, running.kind} == {span}


def test_files_of_a_city_and_period_have_a_folder_of_their_own() -> None:
    assert inputs_of(Path("inputs"), "kalianda", Period.parse("2026-Q3")) == Path("inputs/kalianda/2026-Q3")
