"""What is known when a run is scored: the rows, P, the calendar, and of each person the spells and days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from policies.model import Policy
from tests.oracle.spans import DAY, OfficialCalendar, Span, known_span, local_date, parse_period

Row = dict[str, Any]

HAPPENED_AT = {
    "attendance": "timestamp",
    "service_requests": "submitted_at",
    "survey_responses": "submitted_at",
    "ratings": "submitted_at",
    "initiatives": "submitted_at",
    "decisions": "decided_at",
}
EMPTIED_WHEN_LATER = {
    "service_requests": ("closed_at", "first_response_at"),
    "progress": ("reported_at",),
}


@dataclass(frozen=True)
class Hours:
    """Hours of one weekday, as clock times."""

    start: dt.time
    end: dt.time
    day_starts_at: dt.time


@dataclass(frozen=True)
class Shift:
    """A working day: when work starts and ends, and from when (for 24 hours) events are its own."""

    date: dt.date
    window_opens: dt.datetime
    start: dt.datetime
    end: dt.datetime

    def owns(self, instant: dt.datetime) -> bool:
        """Rule: "A working day D owns the events in [D + day_starts_at, +24 h), also past the end of P"."""
        return self.window_opens <= instant < self.window_opens + dt.timedelta(hours=24)


@dataclass(frozen=True)
class Event:
    """A distinct moment of one employee; `direction` is None where unknown or contradicted."""

    at: dt.datetime
    direction: str | None


def known_rows(name: str, rows: Sequence[Mapping[str, object]], known_as_of: dt.datetime | None) -> list[Row]:
    """The rows of a dataset, instants in UTC, as they were known.

    "rows whose timestamp, submitted_at or decided_at is later than `known_as_of` are treated as not there, and a
    later closed_at, first_response_at or reported_at as empty".
    """
    known = []
    for raw in rows:
        row = {
            column: cell.astimezone(dt.UTC) if isinstance(cell, dt.datetime) else cell for column, cell in raw.items()
        }
        if known_as_of is not None:
            happened = row.get(HAPPENED_AT.get(name, ""))
            if isinstance(happened, dt.datetime) and happened > known_as_of:
                continue
            for column in EMPTIED_WHEN_LATER.get(name, ()):
                later = row.get(column)
                if isinstance(later, dt.datetime) and later > known_as_of:
                    row[column] = None
        known.append(row)
    return known


@dataclass
class Facts:
    """Everything a run reads: valid rows by dataset, the policy, the whole period and P."""

    tables: dict[str, list[Row]]
    policy: Policy
    label: str
    zone: ZoneInfo
    whole: Span
    p: Span
    calendar: OfficialCalendar
    schedules: dict[object, dict[object, Hours]]
    default_hours: dict[object, Hours]
    _of_employee: dict[str, dict[object, list[Row]]] = field(default_factory=dict)
    _moments: dict[dt.date, dict[object, list[dt.datetime]]] = field(default_factory=dict)

    @classmethod
    def gather(
        cls,
        data: Mapping[str, Sequence[Mapping[str, object]]],
        policy: Policy,
        label: str,
        known_as_of: dt.datetime | None,
    ) -> Facts:
        """The facts of a run; ValueError where the period is none."""
        zone = ZoneInfo(policy.timezone)
        if known_as_of is not None:
            aware = known_as_of if known_as_of.tzinfo else known_as_of.replace(tzinfo=zone)
            known_as_of = aware.astimezone(dt.UTC)
        dates = parse_period(label)
        if dates is None:
            raise ValueError(f"not a period: {label}")
        whole = Span(*dates, zone)
        tables = {name: known_rows(name, rows, known_as_of) for name, rows in data.items()}
        schedules: dict[object, dict[object, Hours]] = {}
        for row in tables.get("schedules", []):
            hours = Hours(row["start_time"], row["end_time"], row.get("day_starts_at") or dt.time())
            schedules.setdefault(row["schedule_id"], {})[row["weekday"]] = hours
        default_hours: dict[object, Hours] = {
            day.weekday: Hours(*(dt.time.fromisoformat(t) for t in (day.start_time, day.end_time, day.day_starts_at)))
            for day in policy.national.working_time.days
        }
        calendar = OfficialCalendar.of(tables.get("calendar", []))
        p = known_span(whole, known_as_of)
        return cls(tables, policy, label, zone, whole, p, calendar, schedules, default_hours)

    def rows(self, name: str) -> list[Row]:
        """The rows of a dataset in file order; none where it is missing."""
        return self.tables.get(name, [])

    def rows_of(self, employee_id: str, name: str) -> list[Row]:
        """The rows of a dataset that name the employee, in file order."""
        if name not in self._of_employee:
            grouped: dict[object, list[Row]] = {}
            for row in self.rows(name):
                grouped.setdefault(row.get("employee_id"), []).append(row)
            self._of_employee[name] = grouped
        return self._of_employee[name].get(employee_id, [])

    def date_of(self, instant: dt.datetime) -> dt.date:
        """Local date of an instant."""
        return local_date(instant, self.zone)

    @cached_property
    def attendance_on(self) -> dict[dt.date, list[Row]]:
        """Everybody's attendance by local date."""
        by_date: dict[dt.date, list[Row]] = {}
        for row in self.rows("attendance"):
            by_date.setdefault(self.date_of(row["timestamp"]), []).append(row)
        return by_date

    def moments_of_units(self, date: dt.date) -> dict[object, list[dt.datetime]]:
        """Events of a date and the one after, by the unit in which somebody's spell is on the first of them."""
        if date not in self._moments:
            by_unit: dict[object, list[dt.datetime]] = {}
            for local_day in (date, date + DAY):
                for event in self.attendance_on.get(local_day, []):
                    spell = spell_on(self.rows_of(event["employee_id"], "employees"), date)
                    if spell is not None:
                        by_unit.setdefault(spell["unit_id"], []).append(event["timestamp"])
            self._moments[date] = by_unit
        return self._moments[date]

    @cached_property
    def people(self) -> list[Person]:
        """Rule: "One result per employee with at least one spell day in the period", by id."""
        everyone = [
            Person(str(employee_id), self) for employee_id in {row["employee_id"] for row in self.rows("employees")}
        ]
        return sorted((person for person in everyone if person.days_by_spell), key=lambda person: person.employee_id)


def spell_days(spell: Row, span: Span) -> int:
    """Calendar days of a spell in a span; "end_date and due_date are the last day, included"."""
    first = max(spell["start_date"], span.start)
    last = min(spell["end_date"] or span.last_day, span.last_day)
    return max(0, (last - first).days + 1)


def spell_on(spells: Sequence[Row], date: dt.date) -> Row | None:
    """The spell that contains a date."""
    for spell in spells:
        if spell["start_date"] <= date and (spell["end_date"] is None or date <= spell["end_date"]):
            return spell
    return None


class Person:
    """One employee: spells, working days, and the attendance record."""

    def __init__(self, employee_id: str, facts: Facts) -> None:
        self.employee_id = employee_id
        self.facts = facts

    def rows(self, name: str) -> list[Row]:
        """The rows of a dataset that name this employee."""
        return self.facts.rows_of(self.employee_id, name)

    @cached_property
    def spells(self) -> list[Row]:
        return self.rows("employees")

    @cached_property
    def days_by_spell(self) -> list[tuple[int, Row]]:
        """(days in P, spell) of the spells that have a day in P."""
        counted = [(spell_days(spell, self.facts.p), spell) for spell in self.spells]
        return [(days, spell) for days, spell in counted if days > 0]

    @cached_property
    def home(self) -> Row:
        """Rule: "the single spell with most calendar days in the period; of equals the one that starts last"."""
        return max(self.days_by_spell, key=lambda counted: (counted[0], counted[1]["start_date"]))[1]

    def hours_on(self, date: dt.date) -> Hours | None:
        """The hours of a working day, None of any other day.

        "a weekday in the schedule of the spell that contains it, not holiday or joint leave"; "empty or unknown
        schedule_id = the default hours"; "a weekday without a row is free"; "Holidays apply to shift workers too".
        """
        spell = spell_on(self.spells, date)
        if spell is None or self.facts.calendar.is_off(date):
            return None
        schedule = self.facts.schedules.get(spell["schedule_id"], self.facts.default_hours)
        return schedule.get(date.isoweekday())

    def shift_on(self, date: dt.date) -> Shift | None:
        """The instants of a working day.

        "a start before day_starts_at, and an end not after the start, are on the next date".
        """
        hours = self.hours_on(date)
        if hours is None:
            return None
        start_date = date + DAY if hours.start < hours.day_starts_at else date
        end_date = start_date + DAY if hours.end <= hours.start else start_date
        return Shift(
            date,
            self._instant(date, hours.day_starts_at),
            self._instant(start_date, hours.start),
            self._instant(end_date, hours.end),
        )

    def _instant(self, date: dt.date, clock: dt.time) -> dt.datetime:
        return dt.datetime.combine(date, clock, tzinfo=self.facts.zone).astimezone(dt.UTC)

    def on_leave(self, date: dt.date) -> bool:
        """Rule: "All kinds excuse the day"; first and last day included."""
        return any(row["start_date"] <= date <= row["end_date"] for row in self.rows("leave"))

    def working_days_in(self, span: Span) -> list[dt.date]:
        """Working days of a span."""
        return [date for date in span.dates() if self.hours_on(date) is not None]

    def countable_days_in(self, span: Span) -> list[dt.date]:
        """Rule: "Countable day: a working day without leave." """
        return [date for date in self.working_days_in(span) if not self.on_leave(date)]

    def recorded_days_in(self, span: Span) -> list[dt.date]:
        """Countable days of a span of which there is a record."""
        return [date for date in self.countable_days_in(span) if self.is_recorded(date)]

    @cached_property
    def working_days(self) -> list[dt.date]:
        return self.working_days_in(self.facts.p)

    @cached_property
    def countable_days(self) -> list[dt.date]:
        return self.countable_days_in(self.facts.p)

    @cached_property
    def recorded_days(self) -> list[dt.date]:
        return self.recorded_days_in(self.facts.p)

    def is_recorded(self, date: dt.date) -> bool:
        """Whether the device of the unit worked on a countable day.

        "a countable day in whose window somebody whose spell is in the same unit that day has an event". The window
        is this person's; the event is anybody's who was in the unit on the date, whether or not he worked that day.
        """
        shift, own = self.shift_on(date), spell_on(self.spells, date)
        if shift is None or own is None:
            return False
        # The 24 hours of a window touch no third date.
        return any(shift.owns(moment) for moment in self.facts.moments_of_units(date).get(own["unit_id"], []))

    @cached_property
    def events(self) -> list[Event]:
        """Distinct moments in order; "Contradicting directions of one moment are none"."""
        directions: dict[dt.datetime, set[object]] = {}
        for row in self.rows("attendance"):
            directions.setdefault(row["timestamp"], set()).add(row["direction"])
        return [Event(at, agreed_direction(said)) for at, said in sorted(directions.items())]

    @cached_property
    def events_by_day(self) -> dict[dt.date, list[Event]]:
        """Events by the working day that owns them; an event that no working day owns is not here.

        "An event in two days' windows belongs to the later day." A window is 24 hours and opens on its own date, so
        only the local date of the event and the date before can own it.
        """
        owned: dict[dt.date, list[Event]] = {}
        for event in self.events:
            today = self.facts.date_of(event.at)
            for date in (today, today - DAY):
                shift = self.shift_on(date)
                if shift is not None and shift.owns(event.at):
                    owned.setdefault(date, []).append(event)
                    break
        return owned

    @cached_property
    def has_event_in_p(self) -> bool:
        """Whether any moment of the employee lies in P."""
        return any(self.facts.p.holds(event.at) for event in self.events)

    def objectives(self) -> Iterator[Row]:
        """The employee's "objectives overlapping P"."""
        for row in self.rows("objectives"):
            if row["start_date"] <= self.facts.p.last_day and row["due_date"] >= self.facts.p.start:
                yield row


def agreed_direction(said: set[object]) -> str | None:
    """in or out where only that was said of a moment (an unknown beside it says nothing against it), else None."""
    spoken = said - {None}
    return str(spoken.pop()) if len(spoken) == 1 else None
