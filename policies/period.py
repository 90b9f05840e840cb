"""The period a run scores: a month, a quarter or a year of the calendar."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from policies.model import PeriodKind

_MONTHS: Final[dict[PeriodKind, int]] = {"month": 1, "quarter": 3, "year": 12}
# ASCII digits of the years a civil service keeps files of; the last year leaves room for its end.
_TEXT: Final = re.compile(r"(?P<year>(?:19|2[0-9])[0-9]{2})(?:-Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?")


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open span of days [`start`, `end`).

    `number` is the month (1-12) or the quarter (1-4) of `year`; 1 for a year.
    """

    kind: PeriodKind
    year: int
    number: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 12 // _MONTHS[self.kind]:
            raise ValueError(f"a year has no {self.kind} {self.number}")

    @classmethod
    def parse(cls, text: str) -> Period:
        """The period written `2026-Q3`, `2026-07` or `2026`; ValueError for any other text."""
        found = _TEXT.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is not a period; write a quarter (2026-Q3), a month (2026-07) or a year (2026)")
        year = int(found["year"])
        if found["quarter"]:
            return cls("quarter", year, int(found["quarter"]))
        if found["month"]:
            return cls("month", year, int(found["month"]))
        return cls("year", year)

    @property
    def name(self) -> str:
        """The text `parse` reads back."""
        match self.kind:
            case "month":
                return f"{self.year}-{self.number:02}"
            case "quarter":
                return f"{self.year}-Q{self.number}"
            case "year":
                return f"{self.year}"

    def __str__(self) -> str:
        return self.name

    @property
    def start(self) -> dt.date:
        """First day."""
        return dt.date(self.year, (self.number - 1) * _MONTHS[self.kind] + 1, 1)

    @property
    def end(self) -> dt.date:
        """First day after it."""
        year, month = divmod(self.number * _MONTHS[self.kind], 12)
        return dt.date(self.year + year, month + 1, 1)

    @property
    def months(self) -> tuple[Period, ...]:
        """Its months, in order."""
        first = self.start.month
        return tuple(Period("month", self.year, month) for month in range(first, first + _MONTHS[self.kind]))

    def contains(self, other: Period) -> bool:
        """Whether `other` lies wholly within it."""
        return self.start <= other.start and other.end <= self.end

    def bounds(self, timezone: str) -> tuple[dt.datetime, dt.datetime]:
        """First instant, and first instant after it, in `timezone` (an IANA name): its local midnights."""
        zone = ZoneInfo(timezone)
        return (
            dt.datetime.combine(self.start, dt.time(), tzinfo=zone),
            dt.datetime.combine(self.end, dt.time(), tzinfo=zone),
        )
