"""Small valid inputs, full of edges: one builder over `random.Random`, so that a seed and Hypothesis both can drive it.

`scenario(Random(seed))` gives one; `scenarios()` is the Hypothesis strategy. Values are as in the contract: str, int,
Decimal, date, time, datetime in Asia/Jakarta, None. Every column of a dataset is there and every row is valid: no rule
of validation refuses it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from policies.model import Policy
from sources.contracts import DATASETS
from tests.oracle.by_hand import CITIES, EVERYTHING
from tests.oracle.spans import parse_period

ZONE = ZoneInfo("Asia/Jakarta")
DAY = dt.timedelta(days=1)
TICK = dt.timedelta(microseconds=1)
POLICIES: dict[str, Policy] = {**CITIES, "everything": EVERYTHING}

PERIODS = ("2026-07", "2026-08", "2026-09", "2026-Q3", "2026-Q1", "2026-Q2", "2026-Q4", "2026-12", "2026-02", "2026")
SECTORS = ("general", "general", "health", "education", "civil_registry")
CLOCKS = ("00:00", "00:00:00.000001", "07:30", "08:00", "12:00", "16:00", "23:59:59.999999")
# Minutes from start or end of work: around the bands, the middle of a day, another day.
MINUTES = (0, 0, 0, 1, -1, 30, 31, 60, 61, 90, 91, -30, -31, -60, -61, -90, -91, 255, -255, 600, -600)
MICROSECONDS = (0, 0, 0, 1, -1, 59_000_000, 59_999_999, 30_000_000)
HOURS: dict[str, tuple[tuple[int, str, str, str | None], ...]] = {
    # schedule_id -> weekday, start_time, end_time, day_starts_at; windows overlap and leave holes on purpose
    "night": tuple((day, "22:00", "06:00", "12:00") for day in range(1, 6)),
    "rotating": (
        (1, "14:00", "22:00", "12:00"),
        (2, "07:30", "16:00", None),
        (4, "22:00", "06:00", "12:00"),
        (5, "07:00", "15:00", "04:00"),
        (6, "08:00", "12:01", None),
        (7, "20:00", "04:00", "18:00"),
    ),
    "small_hours": tuple((day, "00:00", "08:00", "18:00") for day in (1, 2, 3, 4, 5, 7)),
    "weekend": ((6, "08:00", "08:00", "08:00"), (7, "08:00", "20:00", "00:00")),
}
SCHEDULE_IDS = (None, None, None, "night", "rotating", "small_hours", "weekend", "unlisted")
OUTCOME_PERIODS = ("2026", "2026-Q1", "2026-Q3", "2026-Q4", "2026-02", "2026-07", "2026-08", "2026-09", "2026-12")
MEASURES = ("immunization_coverage", "teaching_quality", "other")
RATINGS = ("Sangat Baik", "Baik", "Butuh Perbaikan", "Kurang/Misconduct", "Sangat Kurang")

Row = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Scenario:
    """The arguments of a scoring run; `policy_name` is a city, or `everything`."""

    data: dict[str, list[Row]]
    policy_name: str
    period: str
    known_as_of: dt.datetime | None

    @property
    def policy(self) -> Policy:
        return POLICIES[self.policy_name]


def scenarios() -> st.SearchStrategy[Scenario]:
    """Small valid runs."""
    return st.randoms(note_method_calls=False, use_true_random=False).map(scenario)


def scenario(random: Random) -> Scenario:
    """One small valid run."""
    period = random.choice(PERIODS)
    builder = Builder(random, period)
    policy_name = random.choice(("everything", "everything", *CITIES))
    known_as_of = builder.instant() if random.random() < 0.4 else None
    if known_as_of is not None:
        builder.edges += [known_as_of - TICK, known_as_of, known_as_of + TICK]
    return Scenario(builder.tables(), policy_name, period, known_as_of)


class Builder:
    """Draws the tables of one scenario; `edges` are instants that rows like to lie on."""

    def __init__(self, random: Random, period: str) -> None:
        self.random = random
        dates = parse_period(period)
        if dates is None:
            raise ValueError(f"not a period: {period}")
        self.start, self.end = dates
        first, after = (self.at(date, "00:00") for date in dates)
        self.edges = [first - TICK, first, after - TICK, after]
        self.employee_ids = [f"E{number}" for number in range(1, random.randint(1, 6) + 1)]
        self.unit_ids = ("U1", "U2")[: random.randint(1, 2)]

    # --- draws ------------------------------------------------------------------------------------------------------

    def at(self, date: dt.date, clock: str) -> dt.datetime:
        return dt.datetime.combine(date, dt.time.fromisoformat(clock), tzinfo=ZONE)

    def one_of(self, *choices: T) -> T:
        return self.random.choice(choices)

    def number(self, *texts: str) -> Decimal:
        return Decimal(self.random.choice(texts))

    def chance(self, percent: int) -> bool:
        return self.random.randint(1, 100) <= percent

    def date(self, before: int = 4, after: int = 4) -> dt.date:
        """A date in the period, or so many days around it; often its first or last."""
        if self.chance(20):
            return self.one_of(self.start - DAY, self.start, self.end - DAY, self.end)
        return self.start + self.random.randint(-before, (self.end - self.start).days + after) * DAY

    def instant(self) -> dt.datetime:
        """An instant in or around the period; often on an edge."""
        if self.chance(15):
            return self.random.choice(self.edges)
        return self.at(self.date(), self.random.choice(CLOCKS)) + self.random.randint(0, 3) * dt.timedelta(minutes=17)

    def end_instant(self) -> dt.datetime:
        """An instant of a column where a date alone is the end of the day."""
        return self.at(self.date(), "23:59:59.999999") if self.chance(25) else self.instant()

    def times(self, most: int) -> range:
        return range(self.random.randint(0, most))

    def anybody(self) -> str:
        """An employee; E1 oftener than others, so that somebody has enough of everything."""
        return self.random.choice(("E1", *self.employee_ids))

    # --- tables -----------------------------------------------------------------------------------------------------

    def tables(self) -> dict[str, list[Row]]:
        """Every dataset with its columns; each but the roster is missing now and then."""
        self.employees = whole_rows("employees", self._employees())
        others = {
            "schedules": self._schedules(),
            "calendar": self._calendar(),
            "leave": self._leave(),
            "service_requests": self._service_requests(),
            "service_standards": self._service_standards(),
            "survey_responses": self._survey_responses(),
            "objectives": self._objectives(),
            "progress": self._progress(),
            "ratings": self._ratings(),
            "competency_standards": self._competency_standards(),
            "initiatives": self._initiatives(),
            "outcomes": self._outcomes(),
            "decisions": self._decisions(),
            "attendance": self._attendance(),
        }
        present = {name: whole_rows(name, rows) for name, rows in others.items() if self.chance(90)}
        return {"employees": self.employees, **{name: rows for name, rows in present.items() if rows}}

    def _employees(self) -> Iterator[Row]:
        for employee_id in self.employee_ids:
            yield from self._spells(employee_id)

    def _spells(self, employee_id: str) -> Iterator[Row]:
        """One to three spells, one after another, with or without a gap, the last often without an end."""
        starts = self.one_of(self.start - 200 * DAY, self.start - 200 * DAY, self.start, self.date())
        spells = self.one_of(1, 1, 2, 3)
        for number in range(1, spells + 1):
            length = self.one_of(0, 4, 9, 13, 14, 30, 91, 220)
            ends = None if number == spells and self.chance(70) else starts + length * DAY
            yield {
                "employee_id": employee_id,
                "name": f"Name {employee_id}",
                "employment_type": self.one_of("PNS", "PPPK"),
                "unit_id": (unit_id := self.random.choice(self.unit_ids)),
                "unit_name": f"Unit {unit_id}",
                "sector": self.random.choice(SECTORS),
                "position_id": self.one_of("P1", "P1", "P2"),
                "position_name": "Position",
                "position_group": self.one_of(None, "JPT", "JA", "JF", "pelaksana"),
                "supervisor_id": self.one_of(None, "E1"),
                "schedule_id": self.random.choice(SCHEDULE_IDS),
                "start_date": starts,
                "end_date": ends,
            }
            if ends is not None:
                starts = ends + self.one_of(1, 1, 1, 8) * DAY

    def _schedules(self) -> Iterator[Row]:
        for schedule_id, rows in HOURS.items():
            for weekday, start, end, opens in rows:
                yield {
                    "schedule_id": schedule_id,
                    "weekday": weekday,
                    "start_time": dt.time.fromisoformat(start),
                    "end_time": dt.time.fromisoformat(end),
                    "day_starts_at": None if opens is None else dt.time.fromisoformat(opens),
                }

    def _calendar(self) -> Iterator[Row]:
        """Days off in and around the period, only another year's, or none."""
        kind = self.one_of("none", "none", "other_year", "this_year", "this_year")
        if kind == "other_year":
            yield {"date": dt.date(2025, 8, 18), "kind": "joint_leave"}
        if kind == "this_year":
            for date in sorted({self.date() for _ in range(5)}):
                for each in self.one_of(("holiday",), ("joint_leave",), ("holiday", "joint_leave")):
                    yield {"date": date, "kind": each}

    def _leave(self) -> Iterator[Row]:
        for _ in self.times(4):
            starts = self.date()
            yield {
                "employee_id": self.anybody(),
                "start_date": starts,
                "end_date": starts + self.one_of(0, 0, 2, 6, 45) * DAY,
                "kind": self.one_of("annual", "sick", "unpaid", "official_travel", "something else"),
            }

    def _service_requests(self) -> Iterator[Row]:
        for number in self.times(20):
            submitted = self.instant()
            status = self.one_of("closed", "closed", "closed", "open", "rejected", "not_in_authority", "postponed")
            closed = submitted + self._duration() if status == "closed" or self.chance(15) else None
            complete = self._complete_at(submitted, closed)
            yield {
                "request_id": f"R{number}",
                "employee_id": None if self.chance(5) else self.anybody(),
                "unit_id": self.random.choice(self.unit_ids),
                "kind": self.one_of("document", "document", "complaint", "complaint", "information"),
                "service_type": self.one_of(None, "ktp", "kk", "seconds", "unlisted"),
                "complaint_class": self.one_of(None, "information", "non_supervisory", "supervisory"),
                "submitted_at": submitted,
                "complete_at": complete,
                "first_response_at": self._first_response_at(submitted),
                "closed_at": closed,
                "due_at": self._due_at(submitted, closed),
                "paused_hours": self.one_of(None, None, Decimal(0), Decimal("1.5"), Decimal("0.1"), Decimal(48)),
                "reopened_count": self.one_of(None, 0, 0, 1, 3),
                "status": status,
            }

    def _duration(self) -> dt.timedelta:
        """How long a request took: on the limits, a microsecond beside them, days, weeks."""
        exact = self.one_of(0, 9, 4_500, 10 * 3600, 24 * 3600, 36 * 3600, 24 * 3600 + 5400, 5 * 86_400, 20 * 86_400)
        return max(dt.timedelta(), dt.timedelta(seconds=exact) + self.one_of(-1, 0, 0, 1) * TICK)

    def _complete_at(self, submitted: dt.datetime, closed: dt.datetime | None) -> dt.datetime | None:
        later = self.one_of(None, None, submitted, submitted + dt.timedelta(hours=7), self.end_of_day(submitted))
        return later if later is None or closed is None or later <= closed else closed

    def _first_response_at(self, submitted: dt.datetime) -> dt.datetime | None:
        return self.one_of(
            None,
            submitted - DAY,
            self.end_of_day(submitted),
            self.end_of_day(submitted) + TICK,
            submitted + 8 * DAY,
            self.end_instant(),
        )

    def _due_at(self, submitted: dt.datetime, closed: dt.datetime | None) -> dt.datetime | None:
        return self.one_of(None, None, None, closed, self.end_of_day(submitted + 3 * DAY), self.end_instant())

    def end_of_day(self, instant: dt.datetime) -> dt.datetime:
        return self.at(instant.astimezone(ZONE).date(), "23:59:59.999999")

    def _service_standards(self) -> Iterator[Row]:
        for service_type, limit in (("ktp", "10"), ("kk", "37.5"), ("seconds", "1000")):
            if self.chance(80):
                yield {"service_type": service_type, "limit_hours": Decimal(limit)}

    def _survey_responses(self) -> Iterator[Row]:
        audience = self.one_of("citizen", "patient", "student")
        names = ("E1", "E1", self.employee_ids[-1], None)
        for number in self.times(32):
            row: Row = {
                "response_id": f"S{number}",
                "submitted_at": self.instant(),
                "unit_id": self.one_of("U1", *self.unit_ids),
                "employee_id": self.random.choice(names),
                "audience": audience if self.chance(90) else self.one_of("citizen", "patient", "student"),
            }
            for element in self.one_of(
                (), ("u1",), ("u1", "u9"), ("u2", "u3", "u4"), tuple(f"u{n}" for n in range(1, 10))
            ):
                row[element] = self.one_of(
                    None, *(Decimal(text) for text in ("1", "2", "3", "4", "2.5", "3.2", "3.36"))
                )
            yield row

    def _objectives(self) -> Iterator[Row]:
        for number in self.times(9):
            starts = self.one_of(self.start, self.start - 60 * DAY, self.date())
            yield {
                "objective_id": f"O{number}",
                "employee_id": self.anybody(),
                "parent_objective_id": self.one_of(None, "O0"),
                "description": "Objective",
                "kind": self.one_of(None, "main", "additional"),
                "aspect": self.one_of(None, "quantity", "time"),
                "target": self.number("100", "1", "7", "800", "12.5", "0.3"),
                "weight": self.number("1", "2.5", "30", "33.33"),
                "direction": self.one_of("higher", "higher", "lower"),
                "start_date": starts,
                "due_date": starts + self.one_of(0, 30, 91, 180, 364) * DAY,
            }

    def _progress(self) -> Iterator[Row]:
        tied = self.instant()
        for _ in self.times(24):
            due = self.one_of(None, self.end_instant(), self.end_of_day(tied))
            yield {
                "objective_id": f"O{self.random.randint(0, 8)}",
                "employee_id": self.anybody(),
                "due_at": due,
                "reported_at": self.one_of(None, tied, tied, self.instant(), self.instant(), due),
                "realised": self.one_of(None, *(Decimal(text) for text in ("0", "-1", "50", "6.3", "700.2", "99.995"))),
                "obstacle_category": self.one_of(None, "budget"),
            }

    def _ratings(self) -> Iterator[Row]:
        tied = self.instant()
        for _ in self.times(40):
            competency = self.chance(50)
            level_max = 5 if competency else self.one_of(2, 3, 4, 5, 10)
            yield {
                "rater_id": self.one_of("E1", "E2", "outside"),
                "employee_id": self.anybody(),
                "rater_role": self.one_of("supervisor", "supervisor", "self", "peer", "subordinate"),
                "instrument": "competency" if competency else "behaviour",
                "item": self.one_of("c1", "c2"),
                "level": self.one_of(
                    Decimal(1), Decimal(level_max), Decimal(level_max), min(Decimal("2.5"), Decimal(level_max))
                ),
                "level_max": Decimal(level_max),
                "submitted_at": self.one_of(
                    tied, self.instant(), self.instant(), self.at(dt.date(2026, 1, 1), "00:00")
                ),
            }

    def _competency_standards(self) -> Iterator[Row]:
        for position_id in ("P1", "P2"):
            for competency in self.one_of((), ("c1",), ("c1", "c2"), ("c1", "c3")):
                yield {
                    "position_id": position_id,
                    "competency": competency,
                    "required_level": self.random.randint(1, 5),
                }

    def _initiatives(self) -> Iterator[Row]:
        for number in self.times(6):
            yield {
                "initiative_id": f"I{number}",
                "employee_id": self.anybody(),
                "title": "Initiative",
                "submitted_at": self.instant(),
                "status": self.one_of("adopted", "adopted", "proposed", "rejected"),
            }

    def _outcomes(self) -> Iterator[Row]:
        keys = {
            (
                self.random.choice(MEASURES),
                *self.one_of((self.anybody(), None), (None, self.random.choice(self.unit_ids))),
                self.random.choice(OUTCOME_PERIODS),
            )
            for _ in self.times(12)
        }
        for measure, employee_id, unit_id, period in sorted(keys, key=str):
            yield {
                "measure": measure,
                "employee_id": employee_id,
                "unit_id": unit_id,
                "period": period,
                "actual": self.number("89.995", "90", "100", "109.995", "0", "-0.0000005", "72.3456785", "131"),
                "target": self.number("100", "80", "7"),
                "direction": self.one_of("higher", "higher", "lower"),
            }

    def _decisions(self) -> Iterator[Row]:
        tied = self.instant()
        for _ in self.times(5):
            yield {
                "employee_id": self.anybody(),
                "period": self.random.choice(PERIODS) if self.chance(30) else self.period_name(),
                "decided_rating": self.random.choice(RATINGS),
                "decided_by": "E1",
                "decided_at": self.one_of(tied, tied, self.instant()),
                "reason": self.one_of(None, "seen at work"),
            }

    def period_name(self) -> str:
        return next(name for name in PERIODS if parse_period(name) == (self.start, self.end))

    # --- attendance -------------------------------------------------------------------------------------------------

    def _attendance(self) -> Iterator[Row]:
        """Most days by the clock, some not, some strange; on some dates the device of all was down."""
        down = {self.date(0, 0) for _ in self.times(6)}
        for employee_id in self.employee_ids:
            for at, direction in self._events_of(employee_id):
                if at.date() not in down:
                    yield {
                        "employee_id": employee_id,
                        "timestamp": at,
                        "direction": direction,
                        "device_id": None,
                    }

    def _events_of(self, employee_id: str) -> Iterator[tuple[dt.datetime, str | None]]:
        habit = self.one_of("every day", "every day", "every second day", "strange days", "never")
        if habit == "never":
            return
        spells = [row for row in self.employees if row["employee_id"] == employee_id]
        strange = {self.date(2, 2) for _ in self.times(12)}
        step = 2 if habit == "every second day" else 1
        if habit != "strange days":
            for number in range(0, (self.end - self.start).days, step):
                date = self.start + number * DAY
                if date not in strange and date.isoweekday() <= 5:
                    start, end = self.usual_hours(spells, date)
                    yield start, "in"
                    yield end, "out"
        for date in sorted(strange):
            yield from self._strange_day(*self.usual_hours(spells, date))

    def usual_hours(self, spells: Sequence[Row], date: dt.date) -> tuple[dt.datetime, dt.datetime]:
        """Start and end of work of a date's schedule; the default hours where it has none."""
        start, end, opens = "07:30", "16:30" if date.isoweekday() == 5 else "16:00", "00:00"
        for spell in spells:
            if spell["start_date"] <= date and (spell["end_date"] is None or date <= spell["end_date"]):
                for weekday, starts, ends, opening in HOURS.get(spell["schedule_id"], ()):
                    if weekday == date.isoweekday():
                        start, end, opens = starts, ends, opening or "00:00"
        begins = self.at(date + DAY if start < opens else date, start)
        return begins, self.at(begins.date() + DAY if end <= start else begins.date(), end)

    def _strange_day(self, start: dt.datetime, end: dt.datetime) -> Iterator[tuple[dt.datetime, str | None]]:
        direction = self.one_of(None, "in", "out")
        shape = self.one_of("pair", "pair", "single", "single", "twice", "contradicting", "middle", "edge", "crowd")
        arrival, departure = self._near(start), self._near(end)
        if shape == "pair":
            yield from ((arrival, direction), (departure, None))
        elif shape == "single":
            yield self.one_of(arrival, departure), direction
        elif shape == "twice":
            yield from ((arrival, direction), (arrival, direction))
        elif shape == "contradicting":
            yield from ((departure, "in"), (departure, "out"), *(((departure, None),) if self.chance(50) else ()))
        elif shape == "middle":
            yield start + (end - start) / 2 + self.one_of(-1, 0, 0, 1) * TICK, None
        elif shape == "edge":
            opens = self.at(start.date(), self.one_of("00:00", "12:00", "18:00", "08:00", "04:00"))
            yield opens + self.one_of(-1, 0) * TICK + self.one_of(0, 1) * DAY, direction
        else:
            yield from ((self._near(moment), self.one_of(None, "in", "out")) for moment in (start, end, start, end))

    def _near(self, instant: dt.datetime) -> dt.datetime:
        minutes, microseconds = self.random.choice(MINUTES), self.random.choice(MICROSECONDS)
        return instant + dt.timedelta(minutes=minutes, microseconds=microseconds)


def whole_rows(name: str, rows: Iterator[Row]) -> list[Row]:
    """Rows with every column of the contract."""
    return [{column: row.get(column) for column in DATASETS[name].names} for row in rows]
