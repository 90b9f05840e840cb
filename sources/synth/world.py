"""What a generated world is made for: how many people, which period, which seed; and its days off."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import holidays
import polars as pl

from sources.synth.chance import Chance

OFFSET: Final = "+07:00"
"""Offset of Asia/Jakarta, which has no summer time."""
MAX_EMPLOYEES: Final = 4_000_000
DAY: Final = dt.timedelta(days=1)


def period_label(start: dt.date, end: dt.date) -> str:
    """`2026-07`, `2026-Q3` or `2026` for a half-open [start, end); ValueError where it is none of the three."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if start.day == end.day == 1 and (start.month - 1) % max(months, 1) == 0:
        if months == 1:
            return f"{start:%Y-%m}"
        if months == 3:
            return f"{start.year}-Q{start.month // 3 + 1}"
        if months == 12:
            return str(start.year)
    raise ValueError(f"period {start} to {end} (half-open) is no calendar month, quarter or year")


@dataclass(frozen=True)
class World:
    """The arguments every subject draws from."""

    employees: int
    start: dt.date
    end: dt.date
    """First day after the period."""
    seed: int

    @property
    def label(self) -> str:
        """The period as the datasets write it."""
        return period_label(self.start, self.end)

    @property
    def months(self) -> int:
        """Months in the period."""
        return (self.end.year - self.start.year) * 12 + self.end.month - self.start.month

    @property
    def days(self) -> int:
        """Calendar days in the period."""
        return (self.end - self.start).days

    @property
    def chance(self) -> Chance:
        """The draws of this world's seed."""
        return Chance(self.seed)

    @cached_property
    def days_off(self) -> dict[dt.date, str]:
        """Public holidays and joint leave (`holiday`, `joint_leave`) from the year before to the year after."""
        years = range(self.start.year - 1, self.end.year + 2)
        joint = holidays.country_holidays("ID", years=years, categories=("government",))
        public = holidays.country_holidays("ID", years=years, categories=("public",))
        return dict.fromkeys(sorted(joint), "joint_leave") | dict.fromkeys(sorted(public), "holiday")

    @cached_property
    def working_days(self) -> pl.DataFrame:
        """Mon-Fri days without the days off, numbered: `number` Int64, `date`."""
        first, last = self.start - 200 * DAY, self.end + 150 * DAY
        days = [first + n * DAY for n in range((last - first).days)]
        worked = [day for day in days if day.isoweekday() <= 5 and day not in self.days_off]
        return pl.DataFrame({"date": worked}).with_row_index("number").with_columns(pl.col("number").cast(pl.Int64))

    def due_after(self, submitted: pl.Expr, limit: pl.Expr) -> pl.Expr:
        """Date of the `limit`-th working day after the date `submitted`."""
        dates = self.working_days["date"]
        passed = submitted.cast(pl.Int32).map_batches(
            lambda day: dates.cast(pl.Int32).search_sorted(day, side="right"), return_dtype=pl.UInt32
        )
        return pl.lit(dates).gather(passed.cast(pl.Int64) + limit - 1)


def midnight(date: pl.Expr) -> pl.Expr:
    """Local midnight of a date (naive, microseconds)."""
    return date.cast(pl.Datetime("us"))


def at_second(date: pl.Expr, seconds: pl.Expr) -> pl.Expr:
    """A date's moment that many seconds after its midnight."""
    return midnight(date) + pl.duration(seconds=seconds)


def instant_text(moment: pl.Expr, with_offset: pl.Expr) -> pl.Expr:
    """ISO 8601 local time; with the offset where asked for."""
    text = moment.dt.strftime("%Y-%m-%dT%H:%M:%S")
    return pl.when(with_offset).then(text + pl.lit(OFFSET)).otherwise(text)


def tenths(value: pl.Expr) -> pl.Expr:
    """A number as text with one decimal."""
    whole = (value * 10 + 0.5).floor().cast(pl.Int64)
    sign = pl.when(whole < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.format("{}{}.{}", sign, whole.abs() // 10, whole.abs() % 10)


def repeat(frame: pl.DataFrame, times: pl.Expr, name: str) -> pl.DataFrame:
    """Each row as often as `times` says, numbered from 0 in the column `name`."""
    return frame.with_columns(pl.int_ranges(times).alias(name)).explode(name, empty_as_null=False, keep_nulls=False)
