"""What every indicator may look at: the period, the policy, the people and the rows known at the time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import polars as pl

from policies.model import Policy
from policies.period import Period

if TYPE_CHECKING:
    from transforms.days import DayFacts

ORDER = "_order"
"""Column of ratings and decisions: place of the row in its file, which settles equal times."""

_ORDERED = ("ratings", "decisions")

# How known_as_of acts on a dataset: the moment a row happened, and the columns that may lie later than the row.
_HAPPENED_AT: Mapping[str, str] = {
    "attendance": "timestamp",
    "service_requests": "submitted_at",
    "survey_responses": "submitted_at",
    "ratings": "submitted_at",
    "initiatives": "submitted_at",
    "decisions": "decided_at",
    "developments": "completed_at",
    "request_events": "happened_at",
}
_LEARNT_LATER: Mapping[str, tuple[str, ...]] = {
    "service_requests": ("closed_at", "first_response_at"),
    "progress": ("reported_at",),
}


def in_order(frames: Mapping[str, pl.LazyFrame]) -> dict[str, pl.LazyFrame]:
    """The frames, with the place of each row of ratings and decisions; a part's rows have theirs already."""
    return {
        name: frame.with_row_index(ORDER) if name in _ORDERED and ORDER not in frame.collect_schema() else frame
        for name, frame in frames.items()
    }


def as_known(frames: Mapping[str, pl.LazyFrame], known_as_of: dt.datetime | None) -> dict[str, pl.LazyFrame]:
    """The rows as they stood at `known_as_of` (aware): later rows gone, later moments empty; all rows without it."""
    if known_as_of is None:
        return dict(frames)
    moment = pl.lit(known_as_of)
    known = {}
    for name, frame in frames.items():
        if column := _HAPPENED_AT.get(name):
            frame = frame.filter(pl.col(column) <= moment)
        later = [pl.when(pl.col(column) <= moment).then(pl.col(column)) for column in _LEARNT_LATER.get(name, ())]
        known[name] = frame.with_columns(later)
    return known


@dataclass(frozen=True)
class Span:
    """P: the days [start, end) that are scored, in the policy's timezone."""

    start: dt.date
    end: dt.date
    timezone: str

    @classmethod
    def of(cls, period: Period, timezone: str, known_as_of: dt.datetime | None) -> Span:
        """The period, ended early at the last local midnight at or before `known_as_of`."""
        end = period.end
        if known_as_of is not None:
            end = min(end, known_as_of.astimezone(ZoneInfo(timezone)).date())
        return cls(period.start, max(end, period.start), timezone)

    def year_so_far(self, first_event: dt.date | None) -> Span:
        """The calendar year up to P's end, from the first day that may have a record; P at least.

        That is the day before the first event: its window may reach into the next date.
        """
        start = self.start
        if first_event is not None:
            start = min(start, max(dt.date(start.year, 1, 1), first_event - dt.timedelta(days=1)))
        return Span(start, self.end, self.timezone)

    @property
    def start_at(self) -> dt.datetime:
        """First instant."""
        return dt.datetime.combine(self.start, dt.time(), ZoneInfo(self.timezone))

    @property
    def end_at(self) -> dt.datetime:
        """First instant after."""
        return dt.datetime.combine(self.end, dt.time(), ZoneInfo(self.timezone))

    @property
    def last_day(self) -> dt.date:
        """Last day."""
        return self.end - dt.timedelta(days=1)

    def covers(self, instant: str | pl.Expr) -> pl.Expr:
        """Whether an instant lies in P; null stays null."""
        expr = pl.col(instant) if isinstance(instant, str) else instant
        return expr.is_between(pl.lit(self.start_at), pl.lit(self.end_at), closed="left")


@dataclass(frozen=True)
class Known:
    """Whose rows, of which days, by which policy. `person` (UInt32) stands for an employee_id within the run.

    `people` has one row a person to be scored: person, employee_id and the facts of the home spell. `frames` are the
    rows as they stood (see `as_known`).
    """

    policy: Policy
    period: Period
    span: Span
    people: pl.LazyFrame
    frames: Mapping[str, pl.LazyFrame]
    days_off: Sequence[dt.date]

    def rows(self, dataset: str) -> pl.LazyFrame:
        """The dataset's rows with `person` (null where the row names nobody who is scored)."""
        keys = self.people.select("employee_id", "person")
        return self.frames[dataset].join(keys, on="employee_id", how="left")

    def own_rows(self, dataset: str) -> pl.LazyFrame:
        """The dataset's rows of people who are scored, with `person`."""
        keys = self.people.select("employee_id", "person")
        return self.frames[dataset].join(keys, on="employee_id", how="inner")


@dataclass(frozen=True)
class Scope(Known):
    """The facts of one run that indicators are made of.

    `day_counts` has one row a person and month; `attended` one row a person and recorded day of P with an event
    (see `transforms.days`); `requests` are those that P asks about (see `transforms.requests`), `answers` those of P to
    surveys, added up (see `transforms.answers`). `year` is the calendar year up to P's end, as far as it may have a
    record; `days` are the day facts of both.
    """

    year: Span
    day_counts: pl.LazyFrame
    attended: pl.LazyFrame
    appeared: pl.LazyFrame
    weeks: pl.LazyFrame
    requests: pl.LazyFrame
    answers: pl.LazyFrame
    days: DayFacts


def days_off_of(calendar: pl.LazyFrame, public_holidays: Mapping[dt.date, str]) -> list[dt.date]:
    """Holidays and joint leave: the calendar's, and the library's for the years the calendar has no row in."""
    given = set(calendar.select("date").collect().get_column("date").to_list())
    years = {day.year for day in given}
    return sorted(given | {day for day in public_holidays if day.year not in years})


def local(instant: str | pl.Expr) -> pl.Expr:
    """An instant as wall-clock time of its zone."""
    expr = pl.col(instant) if isinstance(instant, str) else instant
    return expr.dt.replace_time_zone(None)


def day_of(instant: str | pl.Expr) -> pl.Expr:
    """The local day of an instant."""
    return local(instant).dt.date()
