"""The last day of a delivery, told from the quarter hours its rows fall in."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

FIRST, LAST = dt.date(2026, 3, 1), dt.date(2026, 5, 31)
ZONES = ("Asia/Jakarta", "Asia/Jayapura", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "UTC")
"""Offsets of whole hours and of parts of one, with and without summer time."""
START = dt.datetime(2026, 2, 27, tzinfo=dt.UTC)
MOMENTS = st.timedeltas(dt.timedelta(), dt.timedelta(days=96)).map(START.__add__)


@pytest.mark.parametrize("zone", ZONES)
@given(moments=st.lists(MOMENTS, max_size=5))
def test_the_last_day_is_that_of_the_last_row_of_the_period(zone: str, moments: list[dt.datetime]) -> None:
    from expectations.judging import last_day_of, quarter_of
    from sources.contracts import DATASETS

    at = pl.Series("timestamp", moments, pl.Datetime("us", "UTC")).dt.convert_time_zone(zone)
    quarters = at.to_frame().select(quarter_of(DATASETS["attendance"])).to_series().unique()
    days = [moment.astimezone(ZoneInfo(zone)).date() for moment in moments]
    assert last_day_of(quarters, zone, FIRST, LAST) == max((day for day in days if FIRST <= day <= LAST), default=None)
