"""When data must be there, when people are reminded and when they are left in peace. No score depends on it.

    <root>/operations/<city>/<in-force date>.yaml    `Operations`

Dated like a policy, but a file of its own: changing a reminder must not make a new policy of the scores.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from policies.documents import Document, PolicyError, read_document
from policies.loading import PACKAGED, available, check_date, in_force_document
from policies.model import Clock, Day, Model, Text
from policies.period import Period

_WEEKEND: Final = 6
_FOLDER: Final = "operations"
Days = Annotated[int, Field(ge=0, le=90)]


class Supply(Model):
    """An agreement to deliver a dataset: who, and within how many working days after the last day of what is due.

    That is the period, or with `every: month` each month of a quarter by itself; a year's files are one delivery.
    """

    dataset: Text
    owner: Text
    working_days: Annotated[int, Field(ge=1, le=60)]
    every: Literal["period", "month"] = "period"
    source: Text

    def spans(self, period: Period) -> tuple[Period, ...]:
        """What is due by itself: the period, or a quarter's months in order."""
        return period.months if self.every == "month" and period.kind == "quarter" else (period,)

    def deadline(self, period: Period, timezone: str, days_off: Collection[dt.date]) -> dt.datetime:
        """First moment at which it is late: the midnight after its last working day."""
        day, left = period.end - dt.timedelta(days=1), self.working_days
        while left:
            day += dt.timedelta(days=1)
            left -= is_working_day(day, days_off)
        return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), ZoneInfo(timezone))


class QuietHours(Model):
    """When nobody is reminded: from an hour of the evening to one of the morning, and on days off."""

    begin: Clock
    end: Clock
    source: Text

    @model_validator(mode="after")
    def _over_night(self) -> Self:
        if self.begin <= self.end:
            raise ValueError("quiet hours begin in the evening and end in the morning; write begin after end")
        return self

    def allowed_from(self, moment: dt.datetime, timezone: str, days_off: Collection[dt.date]) -> dt.datetime:
        """`moment`, or the next one outside quiet hours, in `timezone`."""
        zone = ZoneInfo(timezone)
        local = moment.astimezone(zone)
        begin, end = dt.time.fromisoformat(self.begin), dt.time.fromisoformat(self.end)
        day = local.date()
        if is_working_day(day, days_off) and local.time() < begin:
            return max(local, dt.datetime.combine(day, end, zone))
        day += dt.timedelta(days=1)
        while not is_working_day(day, days_off):
            day += dt.timedelta(days=1)
        return dt.datetime.combine(day, end, zone)


class ReportReminders(Model):
    """When those who owe a progress report are told, and who hears of it when it does not come.

    Days before are calendar days; one that is no working day is told on the working day before it. Days late are
    working days after the day it was due.
    """

    employee_days_before: tuple[Days, ...] = Field(min_length=1)
    supervisor_days_before: tuple[Days, ...] = ()
    overdue_after_working_days: Annotated[int, Field(ge=1, le=60)]
    escalate_after_working_days: Annotated[int, Field(ge=1, le=60)]
    source: Text

    @field_validator("employee_days_before", "supervisor_days_before")
    @classmethod
    def _descending(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        if list(days) != sorted(set(days), reverse=True):
            raise ValueError("days before must descend, each once; write them like [7, 3, 0]")
        return days

    @model_validator(mode="after")
    def _own_turn_first(self) -> Self:
        if self.escalate_after_working_days < self.overdue_after_working_days:
            raise ValueError("escalation comes before the overdue notice; raise escalate_after_working_days")
        return self


class WeeklyReports(Model):
    """When those without a progress report of the week are told, and after how many such weeks their supervisor.

    Weekdays count from 1, Monday.
    """

    employee_from_weekday: Annotated[int, Field(ge=1, le=5)]
    supervisor_after_weeks: Annotated[int, Field(ge=1, le=13)]
    source: Text


class Operations(Model):
    """A city's agreements and reminders, in force from a date."""

    city: str
    in_force: Day
    supplies: tuple[Supply, ...] = ()
    quiet_hours: QuietHours
    reports: ReportReminders | None = None
    weekly_reports: WeeklyReports | None = None

    @field_validator("supplies")
    @classmethod
    def _once_each(cls, supplies: tuple[Supply, ...]) -> tuple[Supply, ...]:
        names = [supply.dataset for supply in supplies]
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"agreements repeat: {', '.join(repeated)}; keep one for each dataset")
        return supplies


def load_operations(
    city: str,
    period: Period,
    datasets: Collection[str],
    *,
    dated: Collection[str] | None = None,
    root: Path = PACKAGED,
) -> Operations:
    """What is agreed for `city` when `period` begins; `datasets` are those that can be delivered.

    `dated` are those whose rows say their day, so that months of them can be told apart; None: not looked at. A
    `root` without a folder `operations` takes the packaged ones. Raises PolicyError with every problem.
    """
    if not (root / _FOLDER).is_dir():
        root = PACKAGED
    problems: list[str] = []
    document = in_force_document(f"{_FOLDER}/{city}", period, root, problems)
    if document is None:
        raise PolicyError(problems)
    return _operations(document, city, datasets, dated)


def read_operations(
    path: Path, city: str, datasets: Collection[str], *, dated: Collection[str] | None = None, name: str | None = None
) -> Operations:
    """What one file says, whether or not it is in force; problems call it `name`, or else by its folder and date.

    `datasets` and `dated` as for `load_operations`. Raises PolicyError with every problem.
    """
    document = read_document(path, name or f"{_FOLDER}/{city}/{path.name}")
    check_date(document, path)
    return _operations(document, city, datasets, dated)


def available_operations(root: Path = PACKAGED) -> list[tuple[str, dt.date, Path]]:
    """City, date in force and file of every agreement, sorted; PolicyError where a file is not called by a date."""
    return available(_FOLDER, root)


def _operations(document: Document, city: str, datasets: Collection[str], dated: Collection[str] | None) -> Operations:
    given = document.data.get("supplies")
    for place, supply in enumerate(given if isinstance(given, list) else []):
        name = supply.get("dataset") if isinstance(supply, dict) else None
        if isinstance(name, str) and name not in datasets:
            known = ", ".join(sorted(datasets))
            document.add(("supplies", place, "dataset"), f"{name!r} is no dataset; known: {known}")
        elif isinstance(name, str) and supply.get("every") == "month" and dated is not None and name not in dated:
            can = ", ".join(sorted(dated))
            told = f"rows of {name} say no day, so that months cannot be told apart; only {can} can come by month"
            document.add(("supplies", place, "every"), told)
    if document.data.get("city", city) != city:
        document.add(("city",), f"{document.data['city']!r} is not the folder's name; write {city!r}")
    operations = document.validate(Operations, document.data) if document.data else None
    if operations is None or document.problems:
        raise PolicyError(document.problems)
    return operations


def is_working_day(day: dt.date, days_off: Collection[dt.date]) -> bool:
    """Whether a day is a weekday that is not off."""
    return day.isoweekday() < _WEEKEND and day not in days_off
