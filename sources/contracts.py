"""What each canonical dataset holds: one `Dataset` a name, one `Column` a field.

The one place that says how a cell is parsed and which values a row may hold. Reading takes types from it,
validation takes required columns, lists, ranges and keys, the generator of synthetic inputs takes its columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import polars as pl

# 18 decimals and 20 whole digits: a binary double that a spreadsheet wrote out in full still parses exactly.
DECIMAL: Final = pl.Decimal(38, 18)

FILE: Final = "_file"
"""Column of every canonical row: SHA-256 of the landed file it came from."""
ROW: Final = "_row"
"""Column of every canonical row: record number in that file, the header (where there is one) being record 1."""
PROBLEM: Final = "_problem"
"""Column of every canonical row: `column: reason` of the first cell that did not parse; null where all did."""
RAW: Final = "_raw"
"""Column of every canonical row: the record as read, as a JSON object, only where `_problem` is set."""


class Kind(StrEnum):
    """How the text of a cell becomes a typed value."""

    TEXT = "text"
    ID = "id"
    """An identifier: text always, never a number, whatever it looks like."""
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    TIME = "time"
    INSTANT = "instant"
    """A moment; a date alone is its 00:00."""
    END_INSTANT = "end_instant"
    """A moment; a date alone is the last microsecond before the next local midnight."""


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a dataset.

    `minimum` and `maximum` are inclusive; `above` is exclusive.
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    allowed: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    above: int | None = None

    def dtype(self, timezone: str) -> pl.DataType:
        """Polars type of the canonical column; instants are microseconds in `timezone` (an IANA name)."""
        match self.kind:
            case Kind.TEXT | Kind.ID:
                return pl.String()
            case Kind.INTEGER:
                return pl.Int64()
            case Kind.DECIMAL:
                return DECIMAL
            case Kind.DATE:
                return pl.Date()
            case Kind.TIME:
                return pl.Time()
            case Kind.INSTANT | Kind.END_INSTANT:
                return pl.Datetime("us", timezone)


@dataclass(frozen=True, slots=True)
class Dataset:
    """One canonical dataset.

    `key` is empty where rows have none. `at` names the column that says when a row happened (used for
    `known_as_of` and for freshness); `later` the columns that become empty when they lie after `known_as_of`.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    at: str | None = None
    later: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """The column of that name; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    @property
    def on_roster(self) -> bool:
        """Whether a row's employee_id, where it has one, must stand on the roster."""
        return self.name != "employees" and "employee_id" in self.names

    def schema(self, timezone: str) -> pl.Schema:
        """Types of the canonical columns, origin and parse columns included."""
        fields: dict[str, pl.DataType] = {column.name: column.dtype(timezone) for column in self.columns}
        return pl.Schema(fields | {FILE: pl.String(), ROW: pl.Int64(), PROBLEM: pl.String(), RAW: pl.String()})

    def empty(self, timezone: str) -> pl.DataFrame:
        """The dataset without a row."""
        return pl.DataFrame(schema=self.schema(timezone))


SECTORS: Final = ("general", "health", "education", "civil_registry")
EMPLOYMENT_TYPES: Final = ("PNS", "PPPK")
RATINGS: Final = ("Sangat Baik", "Baik", "Butuh Perbaikan", "Kurang/Misconduct", "Sangat Kurang")


def _text(name: str, meaning: str, *, required: bool = False, allowed: tuple[str, ...] = ()) -> Column:
    return Column(name, Kind.TEXT, meaning, required=required, allowed=allowed)


def _id(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name, Kind.ID, meaning, required=required)


def _date(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name, Kind.DATE, meaning, required=required)


def _instant(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name, Kind.INSTANT, meaning, required=required)


def _end_instant(name: str, meaning: str) -> Column:
    return Column(name, Kind.END_INSTANT, meaning)


def _decimal(name: str, meaning: str, *, required: bool = False, above: int | None = None) -> Column:
    return Column(name, Kind.DECIMAL, meaning, required=required, above=above)


_EMPLOYEE = _id("employee_id", "employee number (NIP / NI PPPK)", required=True)
_DIRECTION = _text("direction", "whether higher or lower is better", required=True, allowed=("higher", "lower"))

_DATASETS = (
    Dataset(
        "employees",
        "one row an assignment spell; spells of one employee do not overlap",
        (
            _EMPLOYEE,
            _text("name", "name of the person", required=True),
            _text("employment_type", "PNS or PPPK", required=True, allowed=EMPLOYMENT_TYPES),
            _text("sex", "M or F", allowed=("M", "F")),
            _date("birth_date", "date of birth"),
            _id("unit_id", "unit (unit kerja)", required=True),
            _text("unit_name", "name of the unit", required=True),
            # An unknown sector stops the run (suite), so it is not a list that refuses a row.
            _text("sector", "sector whose items apply", required=True),
            _id("position_id", "position (jabatan)", required=True),
            _text("position_name", "name of the position", required=True),
            _text("position_group", "group of the position", allowed=("JPT", "JA", "JF", "pelaksana")),
            _id("supervisor_id", "direct supervisor (atasan langsung)"),
            _id("schedule_id", "working schedule; empty means the default hours"),
            _date("start_date", "first day of the spell", required=True),
            _date("end_date", "last day of the spell, included; empty means open"),
        ),
        key=("employee_id", "start_date"),
    ),
    Dataset(
        "schedules",
        "one row a schedule and weekday; a weekday without a row is free",
        (
            _id("schedule_id", "schedule", required=True),
            Column("weekday", Kind.INTEGER, "1 Monday to 7 Sunday", required=True, minimum=1, maximum=7),
            Column("start_time", Kind.TIME, "start of work", required=True),
            Column("end_time", Kind.TIME, "end of work", required=True),
            Column("day_starts_at", Kind.TIME, "when the working day's window opens; default 00:00"),
        ),
        key=("schedule_id", "weekday"),
    ),
    Dataset(
        "calendar",
        "one row a day off; replaces the library for the years it has rows in",
        (
            _date("date", "the day", required=True),
            _text("kind", "holiday or joint leave", required=True, allowed=("holiday", "joint_leave")),
        ),
        key=("date", "kind"),
    ),
    Dataset(
        "attendance",
        "one row a recorded event",
        (
            _EMPLOYEE,
            _instant("timestamp", "moment of the event", required=True),
            _text("direction", "in or out, where the device knows", allowed=("in", "out")),
            _id("device_id", "device"),
        ),
        at="timestamp",
    ),
    Dataset(
        "leave",
        "one row a leave, first and last day included",
        (
            _EMPLOYEE,
            _date("start_date", "first day", required=True),
            _date("end_date", "last day, included", required=True),
            _text("kind", "kind of leave; every kind excuses the day", required=True),
            _text("document_no", "number of the document"),
        ),
    ),
    Dataset(
        "service_requests",
        "one row a request",
        (
            _id("request_id", "request", required=True),
            _id("employee_id", "the employee whose request it is; empty: the unit's alone"),
            _id("unit_id", "unit", required=True),
            _text("kind", "kind of request", required=True, allowed=("document", "complaint", "information")),
            _text("service_type", "service, as in service_standards"),
            _text("complaint_class", "class", allowed=("information", "non_supervisory", "supervisory")),
            _instant("submitted_at", "submitted", required=True),
            _end_instant("complete_at", "papers complete: the clock of a document starts"),
            _end_instant("first_response_at", "first response"),
            _end_instant("closed_at", "closed"),
            _end_instant("due_at", "due"),
            Column("paused_hours", Kind.DECIMAL, "hours the clock stood still", minimum=0),
            Column("reopened_count", Kind.INTEGER, "times reopened", minimum=0),
            _text(
                "status",
                "status",
                required=True,
                allowed=("open", "closed", "rejected", "not_in_authority", "postponed"),
            ),
        ),
        key=("request_id",),
        at="submitted_at",
        later=("closed_at", "first_response_at"),
    ),
    Dataset(
        "service_standards",
        "one row a service",
        (
            _text("service_type", "service", required=True),
            _decimal("limit_hours", "limit in calendar hours", required=True, above=0),
        ),
        key=("service_type",),
    ),
    Dataset(
        "survey_responses",
        "one row an answered questionnaire",
        (
            _id("response_id", "response", required=True),
            _instant("submitted_at", "submitted", required=True),
            _id("unit_id", "unit", required=True),
            _id("employee_id", "the employee it names"),
            _text("audience", "who answered", required=True, allowed=("citizen", "patient", "student")),
            *(
                Column(f"u{number}", Kind.DECIMAL, f"element {number}: {meaning}", minimum=1, maximum=4)
                for number, meaning in enumerate(
                    (
                        "requirements",
                        "procedure",
                        "time",
                        "cost",
                        "product",
                        "competence",
                        "behaviour",
                        "complaints handling",
                        "facilities",
                    ),
                    start=1,
                )
            ),
        ),
        key=("response_id",),
        at="submitted_at",
    ),
    Dataset(
        "objectives",
        "one row an objective (RHK) of a work plan",
        (
            _id("objective_id", "objective", required=True),
            _EMPLOYEE,
            _id("parent_objective_id", "the objective it serves"),
            _text("description", "what is to be reached", required=True),
            _text("kind", "main or additional", allowed=("main", "additional")),
            _text("aspect", "aspect", allowed=("quantity", "quality", "time", "cost")),
            _decimal("target", "target", required=True, above=0),
            _decimal("weight", "weight within the plan", required=True, above=0),
            _DIRECTION,
            _date("start_date", "first day", required=True),
            _date("due_date", "last day, included", required=True),
        ),
        key=("objective_id",),
    ),
    Dataset(
        "progress",
        "one row a report on an objective",
        (
            _id("objective_id", "objective", required=True),
            _EMPLOYEE,
            _end_instant("due_at", "when the report was due"),
            _instant("reported_at", "when it came"),
            _decimal("realised", "realised so far"),
            _text("obstacle_category", "category of an obstacle"),
            _text("obstacle_note", "note on an obstacle"),
            _text("evidence_ref", "reference to evidence"),
        ),
        later=("reported_at",),
    ),
    Dataset(
        "ratings",
        "one row a rater, item and time",
        (
            _id("rater_id", "who rated; need not be on the roster", required=True),
            _EMPLOYEE,
            _text("rater_role", "role", required=True, allowed=("self", "supervisor", "peer", "subordinate")),
            _text("instrument", "instrument", required=True, allowed=("behaviour", "competency")),
            _text("item", "item of the instrument", required=True),
            _decimal("level", "level given", required=True),
            _decimal("level_max", "highest level of the instrument", required=True),
            _instant("submitted_at", "submitted", required=True),
        ),
        at="submitted_at",
    ),
    Dataset(
        "competency_standards",
        "one row a position and competency",
        (
            _id("position_id", "position", required=True),
            _text("competency", "competency", required=True),
            Column("required_level", Kind.INTEGER, "required level", required=True, minimum=1, maximum=5),
        ),
        key=("position_id", "competency"),
    ),
    Dataset(
        "initiatives",
        "one row an initiative",
        (
            _id("initiative_id", "initiative", required=True),
            _EMPLOYEE,
            _text("title", "title", required=True),
            _instant("submitted_at", "submitted", required=True),
            _text("status", "status", required=True, allowed=("proposed", "adopted", "rejected")),
        ),
        key=("initiative_id",),
        at="submitted_at",
    ),
    Dataset(
        "outcomes",
        "one row a measure of an employee or a unit, exactly one of the two",
        (
            _text("measure", "measure", required=True),
            _id("employee_id", "employee"),
            _id("unit_id", "unit"),
            _text("period", "period, such as 2026-Q3, 2026-07 or 2026", required=True),
            _decimal("actual", "what was reached", required=True),
            _decimal("target", "what was to be reached", required=True, above=0),
            _DIRECTION,
        ),
        key=("measure", "employee_id", "unit_id", "period"),
    ),
    Dataset(
        "decisions",
        "one row a decision of an appraiser",
        (
            _EMPLOYEE,
            _text("period", "period decided on", required=True),
            _text("decided_rating", "rating decided", required=True, allowed=RATINGS),
            _id("decided_by", "who decided", required=True),
            _instant("decided_at", "when", required=True),
            _text("reason", "reason where it differs from the proposed rating"),
        ),
        at="decided_at",
    ),
    Dataset(
        "unit_achievements",
        "one row a unit and period",
        (
            _id("unit_id", "unit", required=True),
            _text("period", "period", required=True),
            _text(
                "rating",
                "rating of the organisation",
                required=True,
                allowed=("Istimewa", "Baik", "Butuh Perbaikan", "Kurang", "Sangat Kurang"),
            ),
        ),
        key=("unit_id", "period"),
    ),
    Dataset(
        "developments",
        "one row a training, mentoring, guidance or counselling that an employee went through; no score reads it",
        (
            _id("development_id", "development", required=True),
            _EMPLOYEE,
            _text(
                "kind",
                "kind",
                required=True,
                allowed=("training", "mentoring", "guidance", "counselling"),
            ),
            _text("item", "item of the policy it was for; empty: none of them, the score as a whole"),
            _instant("completed_at", "when it was carried out", required=True),
        ),
        key=("development_id",),
        at="completed_at",
    ),
    Dataset(
        "request_events",
        "one row a moment a request was given to somebody, or somebody did a step on it; no score reads it",
        (
            _id("request_id", "request", required=True),
            _instant("happened_at", "when", required=True),
            _text(
                "kind",
                "assigned: it lies with them from now on; done: it lay with them up to now",
                required=True,
                allowed=("assigned", "done"),
            ),
            _id("employee_id", "with whom it lies or lay; empty: the unit, nobody by name"),
            _id("unit_id", "their unit; empty: the request's"),
        ),
        at="happened_at",
    ),
    Dataset(
        "work_shares",
        "one row a person's declared share of work that several did together; no score reads it",
        (
            _text("work_kind", "what the work is", required=True, allowed=("objective", "initiative")),
            _id("work_id", "the objective or initiative", required=True),
            _EMPLOYEE,
            _decimal(
                "share", "share of the result (percent), the owner's declared like any other", required=True, above=0
            ),
        ),
        key=("work_kind", "work_id", "employee_id"),
    ),
)

DATASETS: Final[dict[str, Dataset]] = {dataset.name: dataset for dataset in _DATASETS}
"""Every canonical dataset by name, in the order they are read (the roster first)."""
