"""The typed model of a city's policy and of the national rules it stands on.

Only data: what a policy says. How it is read from YAML is `policies.loading`; what its numbers do is `transforms`.
Weights are percent, durations carry their unit in the name, every number is a Decimal: nothing passes through a float.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
import zoneinfo
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializeAsAny,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

GroupName = Literal["results", "behaviour"]
GROUPS: tuple[GroupName, ...] = ("results", "behaviour")
Sector = Literal["general", "health", "education", "civil_registry"]
Direction = Literal["higher", "lower"]
PeriodKind = Literal["month", "quarter", "year"]
Level = Literal["above", "meets", "below"]
Rating = Literal["Sangat Baik", "Baik", "Butuh Perbaikan", "Kurang/Misconduct", "Sangat Kurang"]
Percent = Annotated[Decimal, Field(gt=0, le=100)]
Share = Annotated[Decimal, Field(ge=0, le=1)]


def _clock(text: str) -> str:
    if re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text) is None:
        raise ValueError(f"{text!r} is not a time of day; write it like 07:30")
    return text


def _iso_day(value: object) -> object:
    # Without this, pydantic takes 20260101 for seconds since 1970.
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) is None:
        raise ValueError(f"{value!r} is not a date; write it like 2026-01-31")
    return value


Clock = Annotated[str, AfterValidator(_clock)]
NOT_WRITTEN: Final = "no key of the file: the platform puts it in"
Text = Annotated[str, Field(min_length=1)]
Day = Annotated[dt.date, BeforeValidator(_iso_day)]


class Model(BaseModel):
    """Frozen; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Parameters(Model):
    """What an indicator takes from the policy; each indicator that takes something subclasses this."""


class Label(Model):
    """A name in both languages."""

    id: Text
    en: Text


class Scale(Model):
    """Breakpoints (value, achievement) of a piecewise linear scale, flat outside."""

    points: tuple[tuple[Decimal, Decimal], ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        values = [value for value, _ in self.points]
        if any(later <= earlier for earlier, later in itertools.pairwise(values)):
            raise ValueError("breakpoints must ascend; order them by value, each value once")
        if any(not 0 <= achievement <= 120 for _, achievement in self.points):
            raise ValueError("an achievement is out of range; write a number from 0 to 120")
        return self


class Item(Model):
    """One scored line of a group: an indicator, its weight and what full achievement is.

    `weight` is percent of the group. Exactly one of `target` and `scale` is given, or neither where the
    data carries its own target (`outcome`).
    """

    id: Text
    indicator: str
    weight: Percent
    direction: Direction
    target: Annotated[Decimal, Field(gt=0)] | None = None
    scale: Scale | None = None
    parameters: SerializeAsAny[Parameters] = Parameters()
    label: Label
    meaning: Label
    source: Text

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if self.target is not None and self.scale is not None:
            raise ValueError(f"item {self.id}: give a target or a scale, not both")
        if self.target is None and self.scale is None and self.indicator != "outcome":
            raise ValueError(f"item {self.id}: give a target or a scale")
        return self


class Group(Model):
    """Items of one group; their weights sum to 100."""

    weight: Percent
    items: tuple[Item, ...] = Field(min_length=1)

    @field_validator("items")
    @classmethod
    def _sums_to_100(cls, items: tuple[Item, ...]) -> tuple[Item, ...]:
        return check_items(items)


def check_items(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """The items, if their weights sum to 100 and no id repeats; ValueError otherwise."""
    total = sum((item.weight for item in items), Decimal(0))
    if total != 100:
        raise ValueError(f"weights sum to {total}, not 100")
    ids = [item.id for item in items]
    if repeated := sorted({name for name in ids if ids.count(name) > 1}):
        raise ValueError(f"item ids repeat: {', '.join(repeated)}")
    return items


class SectorVariant(Model):
    """Items a sector has instead of the general ones; a group not named keeps the general items."""

    results: tuple[Item, ...] | None = None
    behaviour: tuple[Item, ...] | None = None

    @field_validator("results", "behaviour")
    @classmethod
    def _sums_to_100(cls, items: tuple[Item, ...] | None) -> tuple[Item, ...] | None:
        return None if items is None else check_items(items)


class Thresholds(Model):
    """Group score from which a group is above, and from which it meets."""

    above: Decimal
    meets: Decimal
    source: Text

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.meets >= self.above:
            raise ValueError("above is not more than meets; raise the one or lower the other")
        return self


class FollowUp(Model):
    """What a rating leads to."""

    rating: tuple[Rating, ...] = Field(min_length=1)
    action: Literal["reward_nomination", "guidance", "counselling"]
    supervisor_must_act: bool = False
    label: Label


class Training(Model):
    """The course for an item that scored low."""

    item: str
    course: Label


class TrainingRule(Model):
    """Items scored below `below` lead to the course the catalogue names."""

    below: Decimal
    catalogue: tuple[Training, ...]


class Consultation(Model):
    """Who was heard on the policy, and when."""

    date: Day
    heard: Text
    outcome: Text


class Intervention(Model):
    """A change somebody made on a day, whose effect is to be measured: what, where, since when.

    `units` have it; `compare_with` do not, none given: all other units. It changes no score.
    """

    id: Text
    label: Label
    date: Day
    units: tuple[Text, ...] = Field(min_length=1)
    compare_with: tuple[Text, ...] = ()
    source: Text

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if both := sorted(set(self.units) & set(self.compare_with)):
            raise ValueError(f"intervention {self.id}: units are compared with themselves: {', '.join(both)}")
        return self


class StandardTime(Model):
    """Minutes a service takes who works well (`minutes`, by service_type), and those of a working day for services."""

    minutes: Mapping[Text, Annotated[Decimal, Field(gt=0)]] = Field(min_length=1)
    available_minutes_per_day: Annotated[Decimal, Field(gt=0, le=1440)]
    source: Text


class Benchmark(Model):
    """A target that somebody above the city set for its units: which measure (see `benchmarks`), what, by which act."""

    measure: Text
    target: Annotated[Decimal, Field(gt=0)]
    source: Text


class RuleRow(Model):
    """What an objective's timeliness and quality together lead to."""

    timeliness: Literal["on_time", "late", "unknown"]
    quality: Literal["good", "poor", "unknown"]
    outcome: Text
    label: Label


class RuleTable(Model):
    """On time and good together: from which share of reports in time and which achievement, and what follows."""

    on_time_from: Share
    good_from: Annotated[Decimal, Field(gt=0, le=120)]
    rows: tuple[RuleRow, ...]
    source: Text

    @field_validator("rows")
    @classmethod
    def _each_once(cls, rows: tuple[RuleRow, ...]) -> tuple[RuleRow, ...]:
        owed = set(itertools.product(("on_time", "late", "unknown"), ("good", "poor", "unknown")))
        given = [(row.timeliness, row.quality) for row in rows]
        if len(given) != len(owed) or set(given) != owed:
            raise ValueError("the rule table needs each of its nine pairs once; add what is missing, drop what repeats")
        return rows


class InsightRules(Model):
    """What the insights take from the policy; nothing of it changes a score."""

    interventions: tuple[Intervention, ...] = ()
    standard_time: StandardTime | None = None
    benchmarks: tuple[Benchmark, ...] = ()
    rule_table: RuleTable | None = None

    @model_serializer(mode="wrap")
    def _without_what_is_not_given(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # A policy's hash is of its text: one without a rule table keeps the hash it had before there were any.
        document: dict[str, Any] = write(self)
        if self.rule_table is None:
            document.pop("rule_table", None)
        return document

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        for what, names in (
            ("interventions", [one.id for one in self.interventions]),
            ("benchmarks", [one.measure for one in self.benchmarks]),
        ):
            if repeated := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(f"{what} repeat: {', '.join(repeated)}; give each once")
        return self


# --- national rules -------------------------------------------------------------------------------------------------


class Rule(Model):
    """A dated national rule; `source` is the act and article."""

    rule: str
    in_force: Day
    source: Text


class RatingMatrix(Rule):
    """(results level, behaviour level) -> rating."""

    matrix: Mapping[Level, Mapping[Level, Rating]]

    @field_validator("matrix")
    @classmethod
    def _complete(cls, matrix: Mapping[Level, Mapping[Level, Rating]]) -> Mapping[Level, Mapping[Level, Rating]]:
        levels = {"above", "meets", "below"}
        if set(matrix) != levels or any(set(row) != levels for row in matrix.values()):
            raise ValueError("the matrix needs all nine cells; add what is missing")
        return matrix


class AchievementCap(Rule):
    """Largest achievement of an item."""

    cap: Decimal


class WorkingDay(Model):
    """Default hours of one weekday (1 Monday to 7 Sunday)."""

    weekday: Annotated[int, Field(ge=1, le=7)]
    start_time: Clock
    end_time: Clock
    day_starts_at: Clock = "00:00"


class WorkingTime(Rule):
    """Hours of those without a schedule."""

    days: tuple[WorkingDay, ...]

    @field_validator("days")
    @classmethod
    def _once_each(cls, days: tuple[WorkingDay, ...]) -> tuple[WorkingDay, ...]:
        if len({day.weekday for day in days}) < len(days):
            raise ValueError("a weekday repeats; give each its hours once")
        return days


class ComplaintClocks(Rule):
    """Working days to settle a complaint, by class."""

    information: Annotated[int, Field(gt=0)]
    non_supervisory: Annotated[int, Field(gt=0)]
    supervisory: Annotated[int, Field(gt=0)]


class Grade(Model):
    """A grade from `at_least` (index, 2 decimals) upwards."""

    grade: Literal["A", "B", "C", "D"]
    at_least: Decimal


class SkmGrades(Rule):
    """Grades of the satisfaction index, best first."""

    grades: tuple[Grade, ...] = Field(min_length=1)

    @field_validator("grades")
    @classmethod
    def _best_first(cls, grades: tuple[Grade, ...]) -> tuple[Grade, ...]:
        if any(worse.at_least >= better.at_least for better, worse in itertools.pairwise(grades)):
            raise ValueError("grades must descend; order them best first")
        return grades


class LadderStep(Model):
    """A level from `from_days` unexcused days of a year upwards."""

    from_days: Annotated[int, Field(ge=0)]
    level: str
    label: Label


class DisciplineLadder(Rule):
    """Levels by unexcused days of the calendar year, ascending."""

    minutes_per_day: Annotated[int, Field(gt=0)]
    consecutive_days: Annotated[int, Field(gt=0)]
    consecutive_level: str
    steps: tuple[LadderStep, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if any(later.from_days <= earlier.from_days for earlier, later in itertools.pairwise(self.steps)):
            raise ValueError("steps must ascend; order them by from_days, each number once")
        if self.consecutive_level not in {step.level for step in self.steps}:
            raise ValueError("consecutive_level is no level of a step; name one of them")
        return self


class EmployeeNumber(Rule):
    """Regular expressions of the two employee numbers, 18 digits each."""

    pns: str
    pppk: str

    @field_validator("pns", "pppk")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"is not a regular expression ({error}); mend it") from error
        return pattern


class National(Model):
    """The national rules in force for a period."""

    rating_matrix: RatingMatrix
    achievement_cap: AchievementCap
    working_time: WorkingTime
    complaint_clocks: ComplaintClocks
    skm_grades: SkmGrades
    discipline_ladder: DisciplineLadder
    employee_number: EmployeeNumber


# --- the policy -----------------------------------------------------------------------------------------------------


class EmployeeId(Model):
    """Which employee ids are accepted: `nip` the national numbers, `any` whatever the agency's devices carry."""

    pattern: Literal["nip", "any"] = "nip"


class Policy(Model):
    """One city's policy, in force from a date."""

    city: str
    name: Text
    in_force: Day
    timezone: str
    periods: tuple[PeriodKind, ...] = Field(min_length=1)
    employee_id: EmployeeId = EmployeeId()
    min_coverage: Share
    min_weight: Share
    min_days: Annotated[int, Field(ge=0)]
    default_limit_hours: Annotated[Decimal, Field(gt=0)]
    thresholds: Thresholds
    results: Group
    behaviour: Group
    sectors: Mapping[Sector, SectorVariant] = {}
    follow_ups: tuple[FollowUp, ...] = ()
    training: TrainingRule | None = None
    consultations: tuple[Consultation, ...] = ()
    requires: Mapping[str, Share] = {}
    insights: InsightRules = InsightRules()
    national: Annotated[National, NOT_WRITTEN]

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, timezone: str) -> str:
        if timezone not in zoneinfo.available_timezones():
            raise ValueError(f"{timezone!r} is not a timezone; write an IANA name, such as Asia/Jakarta")
        return timezone

    @model_validator(mode="after")
    def _groups_sum_to_100(self) -> Self:
        if self.results.weight + self.behaviour.weight != 100:
            raise ValueError("group weights do not sum to 100")
        return self

    def group_weight(self, group: GroupName) -> Decimal:
        """Percent of the score that the group carries."""
        return self.results.weight if group == "results" else self.behaviour.weight

    def items(self, sector: str, group: GroupName) -> tuple[Item, ...]:
        """The items of a group for a sector: its variant where the city names one, else the general items."""
        variant = self.sectors.get(sector)  # type: ignore[call-overload]  # any text may be asked for
        own = None if variant is None else getattr(variant, group)
        if own is not None:
            return tuple(own)
        return self.results.items if group == "results" else self.behaviour.items

    def all_items(self) -> tuple[Item, ...]:
        """Every distinct item of every sector; equal items of several sectors come once."""
        sectors = ("general", *self.sectors)
        found = [item for sector in sectors for group in GROUPS for item in self.items(sector, group)]
        return tuple(item for place, item in enumerate(found) if item not in found[:place])
