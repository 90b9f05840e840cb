"""Periods and the official calendar: which dates and instants lie in P, and which days are worked.

Instants are aware datetimes in UTC, so that differences are true durations whatever the timezone does.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import holidays

DAY = dt.timedelta(days=1)
LAST_INSTANT = dt.timedelta(microseconds=1)


def local_midnight(date: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The instant at which a local day begins."""
    return dt.datetime.combine(date, dt.time(), tzinfo=zone).astimezone(dt.UTC)


def local_date(instant: dt.datetime, zone: ZoneInfo) -> dt.date:
    """Rule: "Days of an instant are local days of the policy's timezone." """
    return instant.astimezone(zone).date()


def end_of_day(date: dt.date, zone: ZoneInfo) -> dt.datetime:
    """Rule: "end of day is the last instant before the next local midnight." """
    return local_midnight(date + DAY, zone) - LAST_INSTANT


@dataclass(frozen=True)
class Span:
    """Whole local days from `start` up to, without, `end`; "half-open [start, end) in the policy's timezone"."""

    start: dt.date
    end: dt.date
    zone: ZoneInfo

    @property
    def last_day(self) -> dt.date:
        return self.end - DAY

    @property
    def begins(self) -> dt.datetime:
        return local_midnight(self.start, self.zone)

    @property
    def ends(self) -> dt.datetime:
        return local_midnight(self.end, self.zone)

    def dates(self) -> Iterator[dt.date]:
        for number in range((self.end - self.start).days):
            yield self.start + number * DAY

    def holds(self, instant: dt.datetime | None) -> bool:
        """Whether the instant lies in the span; an instant that is not there lies nowhere."""
        return instant is not None and self.begins <= instant < self.ends

    def n_months(self) -> int:
        """Number of calendar months touched."""
        return len({(date.year, date.month) for date in self.dates()})


def parse_period(label: str) -> tuple[dt.date, dt.date] | None:
    """First day and first day after of "`2026-Q3`, `2026-07` or `2026`"; None for any other text."""
    found = re.fullmatch(r"(\d{4})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?", label)
    if found is None:
        return None
    year, quarter, month = int(found[1]), found[2], found[3]
    if quarter is not None:
        first, months = 3 * int(quarter) - 2, 3
    elif month is not None:
        first, months = int(month), 1
    else:
        first, months = 1, 12
    after = first + months
    return dt.date(year, first, 1), dt.date(year + (after - 1) // 12, (after - 1) % 12 + 1, 1)


def known_span(whole: Span, known_as_of: dt.datetime | None) -> Span:
    """P: the whole period, or the part of it whose days are over.

    "In a run before the period's end, P ends at the last midnight at or before `known_as_of`."
    """
    if known_as_of is None or known_as_of >= whole.ends:
        return whole
    last_midnight = local_date(known_as_of, whole.zone)
    return Span(whole.start, max(whole.start, last_midnight), whole.zone)


@dataclass
class OfficialCalendar:
    """The days nobody works: "a file of calendar replaces the library for the years it has rows in"."""

    filed: frozenset[dt.date]
    _library: dict[int, frozenset[dt.date]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[dict[str, object]]) -> OfficialCalendar:
        return cls(frozenset(date for row in rows if isinstance(date := row["date"], dt.date)))

    def is_off(self, date: dt.date) -> bool:
        """Whether the date is a holiday or joint leave."""
        if any(filed.year == date.year for filed in self.filed):
            return date in self.filed
        if date.year not in self._library:
            # The library's own default category: public holidays, without joint leave.
            found = holidays.country_holidays("ID", years=date.year)
            self._library[date.year] = frozenset(day for day in found if day.year == date.year)
        return date in self._library[date.year]

    def is_worked(self, date: dt.date) -> bool:
        """Whether offices are open: "the Mon-Fri days ... that are neither holiday nor joint leave"."""
        return date.isoweekday() <= 5 and not self.is_off(date)

    def working_days(self, after: dt.date, until: dt.date) -> int:
        """Rule: "Working days from date A to date B: the Mon-Fri days in (A, B] that are neither holiday nor joint
        leave."
        """
        return sum(self.is_worked(after + number * DAY) for number in range(1, (until - after).days + 1))

    def nth_working_day(self, after: dt.date, nth: int) -> dt.date:
        """The `nth` working day after a date."""
        date = after
        for _ in range(nth):
            date += DAY
            while not self.is_worked(date):
                date += DAY
        return date
