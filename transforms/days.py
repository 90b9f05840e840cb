"""Days: which are working, countable and recorded for a person, and what happened on them.

Working day: a weekday in the schedule of the spell that contains it, not a day off. Countable: working, without leave.
Recorded: countable, and somebody whose spell is in the same unit that day has an event in its window; the others are
gaps in the record, never an absence. Source: domain rules, sections 3 and 7; default hours by Perpres 21/2023.

People are never multiplied by days: days are counted once a place, which is a schedule of a unit, as running totals,
and a spell takes the difference at its two ends. Attendance is read once, for P and for what the discipline ladder asks
of the year before, and folded to a person's days while it is read. Places, units and clocks (schedules) are numbers
here, and a number and a date make one key: grouping and joining on it costs a fraction of what columns of text do.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import polars as pl
import polars.selectors as cs

from policies.model import WorkingTime
from transforms.scope import Span, local

_DAY = dt.timedelta(days=1)
_MIDNIGHT = dt.timedelta()
_DEFAULT_SCHEDULE = ""
_OWNED = ["person", "date", "starts_at", "ends_at", "first", "last"]
_FACTS = ["person", "unit", "clock", "is_shifting"]
_SPELL = ["unit_id", "schedule", "start_date", "until", "first_day", "last_day"]
# Dates as whole numbers from 0 to 2**20: the years 534 to 3405.
_DATES, _FIRST_DATE = 2**20, -(2**19)
_MICROSECONDS_A_DAY = 86_400_000_000
# A mark is a moment, in microseconds since the span began, and a direction in one number. With "in" the least and "out"
# the greatest, the first and the last mark of a moment tell whether both are there.
_DIRECTIONS, _IN, _NEITHER, _OUT = 4, 1, 2, 3
_MICROSECONDS_A_MINUTE = 60_000_000
_MARKS_A_DAY = _MICROSECONDS_A_DAY * _DIRECTIONS
_LARGEST = 2**63 - 1
# Left to choose, the planner joins a person's days with every unit's before it looks for the person's own unit.
AS_WRITTEN = pl.QueryOptFlags(join_order=False)
"""Collect day facts with these: joins in the order they are written."""


@dataclass(frozen=True)
class Elsewhere:
    """What a part of the roster must know of the others before it can be scored by itself.

    `year`: the calendar year up to P's end, as far as anybody's record reaches back. `record`: unit_id, date, window,
    as recorded by whoever has a spell there, of units that people of several parts have spells in. `places`: unit_id,
    schedule of these units.
    """

    year: Span
    record: pl.DataFrame
    places: pl.DataFrame


@dataclass(frozen=True)
class DayFacts:
    """What the calendar, the schedules, leave and attendance say of each person in P and before it in its year.

    Of P. `counts`: person, month (first day), n_working, n_countable, n_recorded; one row a month with a spell day.
    `weeks`: person, week (its Monday, in P), n_countable. `appeared`: person, one row a person with any event in P.
    `gaps`: unit_id, date; one row a day on which somebody of the unit works and nothing was recorded.

    Of the year up to P's end. `attended`: person, date, late_minutes, early_minutes (Int32, floor; null where that side
    has no event); one row a recorded day with an event. `spells`: person, place, unit, clock, start_date, until,
    first_day, last_day (within it). `totals`: of_day (`day_key` of a place), recorded_so_far, of which only the
    difference between two days of a place means something. `excused`: person, place, date; one row a recorded working
    day on leave.
    """

    counts: pl.LazyFrame
    weeks: pl.LazyFrame
    appeared: pl.LazyFrame
    gaps: pl.LazyFrame
    attended: pl.LazyFrame
    spells: pl.LazyFrame
    totals: pl.LazyFrame
    excused: pl.LazyFrame


def day_facts(
    spells: pl.LazyFrame,
    schedules: pl.LazyFrame,
    working_time: WorkingTime,
    attendance: pl.LazyFrame,
    leave: pl.LazyFrame,
    keys: pl.LazyFrame,
    days_off: Sequence[dt.date],
    span: Span,
    year: Span,
    elsewhere: Elsewhere | None = None,
) -> DayFacts:
    """Day facts of the people of `keys` (employee_id, person), all of whom have one of `spells`.

    `spells` carry first_day and last_day within `year`; `days_off` are holidays and joint leave. `year` holds P
    (`span`) and the days of its calendar year before it that may have a record; both end on the same day. `elsewhere`
    adds what people who are not among these recorded in the same units.
    """
    own_hours = schedules.collect()
    hours = _hours(own_hours, working_time, days_off, year)
    windows = windows_of(own_hours, working_time)
    named_spells = keyed_spells(spells.join(keys, on="employee_id"), own_hours, year).collect()
    places = _places(named_spells, elsewhere)
    keyed = named_spells.join(places, on=["unit_id", "schedule"]).drop("unit_id", "schedule").lazy()
    clocks = places.select("schedule", "clock").unique()
    hours = hours.join(clocks, on="schedule").drop("schedule").with_columns(of_day=day_key("clock"))
    # Of all others a day's window opens at midnight: no stretches, and no day that reaches into the next date.
    shifted = hours.filter(pl.col("window") > _MIDNIGHT).select("clock").unique()
    shifting = keyed.join(shifted.lazy(), on="clock", how="semi").select("person").unique().collect()
    numbered = _numbered(keyed.collect(), shifting.get_column("person"))
    moments = _folded(attendance, numbered, keys, windows, year)
    leave_days = (
        _leave_days(leave.join(keys, on="employee_id"), year).with_columns(of_day=day_key("person")).collect().lazy()
    )
    grid = _grid(places, hours.lazy(), _seen(moments), year)
    if elsewhere is not None:
        grid = _recorded_elsewhere(grid, elsewhere, places)
    grid = _running(grid).collect(optimizations=AS_WRITTEN).lazy()
    excused = _excused(keyed, grid, leave_days).collect(optimizations=AS_WRITTEN).lazy()
    return DayFacts(
        counts=_counts(keyed, grid, excused, _months(span)),
        weeks=_counts(keyed, grid, excused, _weeks(span)),
        attended=_attended(moments, hours.lazy(), windows, leave_days, year),
        spells=keyed,
        totals=grid.select("of_day", "recorded_so_far"),
        excused=excused.filter("is_recorded").select("person", "place", "date"),
        appeared=_appeared(moments, span),
        gaps=_gaps(grid.filter(pl.col("date") >= span.start), places),
    )


def keyed_spells(spells: pl.LazyFrame, schedules: pl.DataFrame, year: Span) -> pl.LazyFrame:
    """Spells with `schedule` (an unknown one is the default) and `until`, their last day whatever the year."""
    # Not those of `_hours`: a schedule without a working day in so short a P is still known.
    known = schedules.get_column("schedule_id").unique().to_list()
    is_known = pl.col("schedule_id").is_in(known)
    return spells.with_columns(
        schedule=pl.when(is_known).then(pl.col("schedule_id")).otherwise(pl.lit(_DEFAULT_SCHEDULE)),
        until=pl.col("end_date").fill_null(year.end),
    ).select(cs.by_name("person", require_all=False), *_SPELL)


def windows_of(schedules: pl.DataFrame, default: WorkingTime) -> list[dt.timedelta]:
    """Where in a day the windows of working days open, midnight among them, ascending."""
    usual = [_time(day.day_starts_at) for day in default.days]
    opens = pl.concat([schedules.get_column("day_starts_at").drop_nulls(), pl.Series(usual, dtype=pl.Time)])
    return sorted({_MIDNIGHT, *opens.cast(pl.Duration("us"))})


def recorded_days(
    spells: pl.LazyFrame,
    attendance: pl.LazyFrame,
    keys: pl.LazyFrame,
    windows: Sequence[dt.timedelta],
    year: Span,
) -> pl.LazyFrame:
    """Distinct (unit_id, date, window) on which somebody of the unit that day has an event in the window.

    Of the people of `keys` (employee_id, person), whose spells are given.
    """
    units = spells.select("unit_id").unique().sort("unit_id").with_row_index("unit").collect().lazy()
    nobody = pl.Series("person", [], dtype=pl.UInt32)  # a day's first and last event tell which windows have any
    numbered = _numbered(spells.join(units, on="unit_id").with_columns(clock="unit").collect(), nobody)
    found = _recorded(_seen(_folded(attendance, numbered, keys, windows, year)), windows)
    return found.join(units, on="unit").select("unit_id", "date", "window")


def day_key(number: str, date: str = "date") -> pl.Expr:
    """A number and a date of the row as one key."""
    return pl.col(number).cast(pl.Int64) * _DATES + (pl.col(date).to_physical() - _FIRST_DATE)


def _number(key: pl.Expr) -> pl.Expr:
    """The number that is part of a key."""
    return (key // _DATES).cast(pl.UInt32)


def _date(key: pl.Expr) -> pl.Expr:
    """The date that is part of a key."""
    return (key % _DATES + _FIRST_DATE).cast(pl.Int32).cast(pl.Date)


def _places(spells: pl.DataFrame, elsewhere: Elsewhere | None) -> pl.DataFrame:
    """unit_id and schedule of every place, in this order, with the numbers of the place, the unit and its clock."""
    places = spells.select("unit_id", "schedule").unique()
    if elsewhere is not None:
        others = elsewhere.places.join(places, on="unit_id", how="semi")
        places = pl.concat([places, others.select("unit_id", "schedule")]).unique()
    return (
        places.sort("unit_id", "schedule")
        .with_row_index("place")
        .with_columns(unit=pl.col("unit_id").rank("dense"), clock=pl.col("schedule").rank("dense"))
    )


def _hours(schedules: pl.DataFrame, default: WorkingTime, days_off: Sequence[dt.date], span: Span) -> pl.DataFrame:
    """One row a schedule and working day, from the day before P to the day after: window, starts_at, ends_at.

    `window` is day_starts_at as a duration; a start before it, and an end not after the start, are on the next date.
    """
    clock = pl.Schema(
        {"schedule": pl.String(), "weekday": pl.Int64(), "start": pl.Time(), "end": pl.Time(), "opens": pl.Time()}
    )
    own = schedules.select(
        schedule="schedule_id", weekday="weekday", start="start_time", end="end_time", opens="day_starts_at"
    )
    usual = pl.DataFrame(
        [
            (_DEFAULT_SCHEDULE, day.weekday, _time(day.start_time), _time(day.end_time), _time(day.day_starts_at))
            for day in default.days
        ],
        schema=clock,
        orient="row",
    )
    dates = pl.DataFrame({"date": pl.date_range(span.start - _DAY, span.end, eager=True)}).filter(
        ~pl.col("date").is_in(list(days_off))
    )
    midnight = pl.col("date").cast(pl.Datetime("us"))
    start, end = pl.col("start").cast(pl.Duration("us")), pl.col("end").cast(pl.Duration("us"))
    window = pl.col("opens").fill_null(dt.time()).cast(pl.Duration("us"))
    starts_at = midnight + start + pl.when(start < window).then(_DAY).otherwise(_MIDNIGHT)
    ends_at = midnight + end
    too_early = pl.col("ends_at") <= pl.col("starts_at")
    return (
        pl.concat([own.cast(dict(clock)), usual])  # type: ignore[arg-type]  # a Schema is a mapping of types
        .join(dates.with_columns(weekday=pl.col("date").dt.weekday().cast(pl.Int64)), on="weekday")
        .with_columns(window=window, starts_at=starts_at, ends_at=ends_at)
        .with_columns(ends_at=pl.col("ends_at") + pl.when(too_early).then(_DAY).otherwise(_MIDNIGHT))
        .select("schedule", "date", "window", "starts_at", "ends_at")
    )


def _time(clock: str) -> dt.time:
    return dt.time.fromisoformat(clock)


def wall_clock(instant: str, span: Span) -> pl.Expr:
    """An instant in or near the span as wall-clock time; any other may be off by hours.

    Where the zone keeps one offset throughout, as in Indonesia, that is an addition: half the cost of asking the zone.
    """
    dates = pl.date_range(span.start - 2 * _DAY, span.end + 2 * _DAY, eager=True)
    zone = ZoneInfo(span.timezone)
    offsets = {dt.datetime.combine(date, dt.time(), zone).utcoffset() for date in dates}
    if len(offsets) > 1:
        return local(instant)
    return pl.col(instant).dt.convert_time_zone("UTC").dt.replace_time_zone(None) + offsets.pop()


def _numbered(spells: pl.DataFrame, shifting: pl.Series) -> pl.DataFrame:
    """`spells` in an order in which those of people who are `shifting` come last; `spell` is the place in it.

    Unit by unit: what lies together is grouped in half the time.
    """
    is_shifting = pl.col("person").is_in(shifting.implode())
    return (
        spells.with_columns(is_shifting=is_shifting)
        .sort("is_shifting", "unit", "person", "start_date")
        .with_row_index("spell")
    )


def _folded(
    attendance: pl.LazyFrame, spells: pl.DataFrame, keys: pl.LazyFrame, windows: Sequence[dt.timedelta], span: Span
) -> pl.LazyFrame:
    """Events of a span, up to the day after it, folded: person, unit, clock, date, stretch, first, last (marks).

    Once for each of a person's `_numbered` spells: is_there, whether it contains the date; was_there, whether it
    contains the day before. A stretch lies between two window openings, counted from midnight; a day of people who are
    not `is_shifting` has one. A window opens only at the end of a stretch, so its first and last mark are all that any
    later question needs.

    A spell and a mark make one whole number: sorted, the events of a stretch lie together, which costs half of grouping
    them. As many spells are taken at once as such numbers have room for.
    """
    marks = ((span.end - span.start).days + 1) * _MARKS_A_DAY
    at_once = _LARGEST // marks
    named = spells.lazy().select("spell", "person").join(keys, on="person").drop("person")
    n_plain = spells.height - int(spells.get_column("is_shifting").sum())
    found = []
    for lowest in range(0, max(spells.height, 1), at_once):
        some = named.filter(pl.col("spell").is_between(lowest, lowest + at_once - 1))
        numbers = _numbers(attendance, some.with_columns(pl.col("spell") - lowest), span, marks)
        n_of_plain = numbers.search_sorted(min(max(n_plain - lowest, 0), at_once) * marks)
        for part, opens in ((numbers[:n_of_plain], windows[:1]), (numbers[n_of_plain:], windows)):
            found.append(_stretches(part, opens, span, marks).with_columns(pl.col("spell") + lowest))
    start, until, eve = pl.col("start_date"), pl.col("until"), pl.col("date") - _DAY
    return (
        pl.concat(found)
        .join(spells.lazy().select("spell", *_FACTS, "start_date", "until"), on="spell", maintain_order="left")
        .with_columns(is_there=pl.col("date").is_between(start, until), was_there=eve.is_between(start, until))
        .drop("spell", "start_date", "until")
        .collect(engine="streaming")
        .lazy()
    )


def _numbers(attendance: pl.LazyFrame, named: pl.LazyFrame, span: Span, marks: int) -> pl.Series:
    """Spell * `marks` + mark of every event of the span, ascending; `named`: employee_id, spell."""
    moment = (pl.col("moment") - _midnight(span.start)).dt.total_microseconds()
    is_in, is_out = pl.col("direction") == "in", pl.col("direction") == "out"
    direction = pl.when(is_in).then(_IN).when(is_out).then(_OUT).otherwise(_NEITHER)
    events = (
        attendance.select("employee_id", "direction", moment=wall_clock("timestamp", span))
        .filter(pl.col("moment").is_between(_midnight(span.start), _midnight(span.end + _DAY), closed="left"))
        .join(named, on="employee_id")
        .select(number=pl.col("spell").cast(pl.Int64) * marks + moment * _DIRECTIONS + direction)
        .collect(engine="streaming", optimizations=AS_WRITTEN)
    )
    return events.get_column("number").sort()


def _stretches(numbers: pl.Series, windows: Sequence[dt.timedelta], span: Span, marks: int) -> pl.LazyFrame:
    """spell, date, stretch, first, last of these numbers, which ascend."""
    number, key = pl.col("number"), pl.col("key")
    into_day = number % _MARKS_A_DAY // _DIRECTIONS
    opened = [(into_day >= window // dt.timedelta(microseconds=1)).cast(pl.Int64) for window in windows[1:]]
    n_days = marks // _MARKS_A_DAY
    return (
        numbers.rename("number")
        .to_frame()
        .lazy()
        .with_columns(key=pl.sum_horizontal(number // _MARKS_A_DAY * len(windows), *opened))
        .select(
            first=number.filter((key != key.shift(1)).fill_null(value=True)),
            last=number.filter((key != key.shift(-1)).fill_null(value=True)),
            key=key.filter((key != key.shift(1)).fill_null(value=True)),
        )
        .select(
            (pl.col("first", "last") % marks),
            spell=(key // (len(windows) * n_days)).cast(pl.UInt32),
            date=(key // len(windows) % n_days + _epoch_day(span.start)).cast(pl.Int32).cast(pl.Date),
            stretch=(key % len(windows)).cast(pl.Int8),
        )
        .collect()
        .lazy()
    )


def _epoch_day(date: dt.date) -> int:
    return (date - dt.date(1970, 1, 1)).days


def _midnight(date: dt.date) -> dt.datetime:
    return dt.datetime.combine(date, dt.time())


def spell_of_day(days: pl.LazyFrame, spells: pl.LazyFrame) -> pl.LazyFrame:
    """Adds place of the spell that contains `date`; drops days outside every spell."""
    return (
        days.join(spells.select("person", "place", "start_date", "until"), on="person")
        .filter(pl.col("date").is_between(pl.col("start_date"), pl.col("until")))
        .drop("start_date", "until")
    )


def _seen(moments: pl.LazyFrame) -> pl.LazyFrame:
    """Of each unit and date: of_unit (both), the latest event of people who are there, the earliest of who were.

    In microseconds into the date; null: no event.
    """
    return (
        moments.select(
            of_unit=day_key("unit"),
            latest=pl.when("is_there").then(pl.col("last") % _MARKS_A_DAY // _DIRECTIONS),
            earliest=pl.when("was_there").then(pl.col("first") % _MARKS_A_DAY // _DIRECTIONS),
        )
        .group_by("of_unit")
        .agg(pl.col("latest").max(), pl.col("earliest").min())
        .collect(engine="streaming", optimizations=AS_WRITTEN)
        .lazy()
    )


def _recorded(seen: pl.LazyFrame, windows: Sequence[dt.timedelta]) -> pl.LazyFrame:
    """Distinct (unit, date, window): somebody of the unit that day has an event in the window."""
    days = seen.select("latest", "earliest", unit=_number(pl.col("of_unit")), date=_date(pl.col("of_unit")))
    found = []
    for window in windows:
        opens = window // dt.timedelta(microseconds=1)
        of_date = days.filter(pl.col("latest") >= opens).select("unit", "date")
        of_eve = days.filter(pl.col("earliest") < opens).select("unit", date=pl.col("date") - _DAY)
        found.append(pl.concat([of_date, of_eve]).unique().with_columns(window=pl.lit(window, pl.Duration("us"))))
    return pl.concat(found)


def _appeared(moments: pl.LazyFrame, span: Span) -> pl.LazyFrame:
    """Distinct person with any event in P."""
    seen = moments.filter(pl.col("date").is_between(span.start, span.last_day)).select("person").unique()
    # At once: nobody asks for a person's days after this, and they are most of what is held.
    return seen.collect(engine="streaming").lazy()


def _attended(
    moments: pl.LazyFrame,
    hours: pl.LazyFrame,
    windows: Sequence[dt.timedelta],
    leave_days: pl.LazyFrame,
    span: Span,
) -> pl.LazyFrame:
    """Late and early minutes of each recorded day with an event."""
    since = [(pl.col(at) - _midnight(span.start)).dt.total_microseconds() for at in ("starts_at", "ends_at")]
    hours = hours.select("of_day", "window", *since)
    plain = _on_hours(moments.filter(~pl.col("is_shifting"), pl.col("is_there")), hours)
    owned = [plain.select(_OWNED), _shifted(moments.filter("is_shifting"), hours, windows)]
    days = pl.concat([_minutes(days) for days in owned])
    return (
        days.filter(pl.col("date").is_between(span.start, span.last_day))
        .with_columns(of_day=day_key("person"))
        .join(leave_days, on="of_day", how="anti")
        .drop("of_day")
    )


def _minutes(days: pl.LazyFrame) -> pl.LazyFrame:
    """person, date, late_minutes, early_minutes of working days, each with the marks that it owns."""
    first, last = pl.col("first") // _DIRECTIONS, pl.col("last") // _DIRECTIONS
    is_single = first == last
    is_in, is_out = pl.col("first") % _DIRECTIONS == _IN, pl.col("last") % _DIRECTIONS == _OUT  # of a single moment
    is_nearer_start = (first - pl.col("starts_at")).abs() <= (first - pl.col("ends_at")).abs()
    is_arrival = pl.when(is_in != is_out).then(is_in).otherwise(is_nearer_start)  # both, or neither: it tells nothing
    late, early = (
        (microseconds // _MICROSECONDS_A_MINUTE).clip(lower_bound=0).cast(pl.Int32)
        for microseconds in (first - pl.col("starts_at"), pl.col("ends_at") - last)
    )
    return days.select(
        "person",
        "date",
        late_minutes=pl.when(~is_single | is_arrival).then(late),
        early_minutes=pl.when(~is_single | ~is_arrival).then(early),
    )


def _shifted(moments: pl.LazyFrame, hours: pl.LazyFrame, windows: Sequence[dt.timedelta]) -> pl.LazyFrame:
    """Those of people of whom some working day opens after midnight; two windows: the later day."""
    opens_at = pl.lit(0, pl.Int8)
    for place, window in enumerate(windows):
        opens_at = pl.when(pl.col("window") == window).then(pl.lit(place, pl.Int8)).otherwise(opens_at)
    later = _on_hours(moments.filter("is_there"), hours).filter(pl.col("stretch") >= opens_at)
    event = ["person", "date", "stretch"]
    before = moments.filter("was_there").join(later.select(event), on=event, how="anti")
    of_eve = _on_hours(before.with_columns(date=pl.col("date") - _DAY), hours).filter(pl.col("stretch") < opens_at)
    return (
        pl.concat([later, of_eve])
        .group_by("person", "date", "starts_at", "ends_at")
        .agg(pl.col("first").min(), pl.col("last").max())
        .select(_OWNED)
    )


def _on_hours(moments: pl.LazyFrame, hours: pl.LazyFrame) -> pl.LazyFrame:
    """`moments` of working days of their date, with the hours."""
    return moments.with_columns(of_day=day_key("clock")).join(hours, on="of_day")


def _leave_days(leave: pl.LazyFrame, span: Span) -> pl.LazyFrame:
    """Distinct (person, date) in P on leave of any kind."""
    first = pl.max_horizontal(pl.col("start_date"), pl.lit(span.start))
    last = pl.min_horizontal(pl.col("end_date"), pl.lit(span.last_day))
    return (
        leave.select("person", first=first, last=last)
        .filter(pl.col("first") <= pl.col("last"))
        .select("person", date=pl.date_ranges("first", "last"))
        .explode("date")
        .unique()
    )


def _grid(places: pl.DataFrame, hours: pl.LazyFrame, seen: pl.LazyFrame, span: Span) -> pl.LazyFrame:
    """Each place from the day before P to its last, in order: is_working, is_recorded; of_day and of_unit, its keys."""
    dates = pl.LazyFrame({"date": pl.date_range(span.start - _DAY, span.last_day, eager=True)})
    in_span = hours.filter(pl.col("date") >= span.start).select("of_day", "window")
    opens = pl.col("window").dt.total_microseconds()
    is_recorded = (pl.col("latest") >= opens) | (pl.col("earliest") < opens)
    return (
        places.lazy()
        .select("place", "unit", "clock")
        .join(dates, how="cross")
        .with_columns(of_day=day_key("clock"), of_unit=day_key("unit"))
        .join(in_span, on="of_day", how="left")
        .join(seen.select("of_unit", "latest"), on="of_unit", how="left")
        # The next date of a unit has the next number.
        .join(seen.select(pl.col("of_unit") - 1, "earliest"), on="of_unit", how="left")
        .select(
            "place",
            "unit",
            "date",
            "window",
            "of_unit",
            of_day=day_key("place"),
            is_working=pl.col("window").is_not_null(),
            is_recorded=is_recorded.fill_null(value=False),
        )
    )


def _recorded_elsewhere(grid: pl.LazyFrame, elsewhere: Elsewhere, places: pl.DataFrame) -> pl.LazyFrame:
    """`grid` with what people of other parts recorded in the same units."""
    units = places.lazy().select("unit_id", "unit").unique()
    record = (
        elsewhere.record.lazy()
        .join(units, on="unit_id")
        .select("window", of_unit=day_key("unit"), is_elsewhere=pl.lit(value=True))
        .unique()
    )
    return grid.join(record, on=["of_unit", "window"], how="left").with_columns(
        is_recorded=pl.col("is_recorded") | pl.col("is_elsewhere").fill_null(value=False)
    )


def _running(grid: pl.LazyFrame) -> pl.LazyFrame:
    """`grid` with running totals of working and recorded days, place after place."""
    return grid.sort("of_day").with_columns(
        working_so_far=pl.col("is_working").cum_sum().cast(pl.Int64),
        recorded_so_far=pl.col("is_recorded").cum_sum().cast(pl.Int64),
    )


def _gaps(grid: pl.LazyFrame, places: pl.DataFrame) -> pl.LazyFrame:
    """unit_id, date: somebody of the unit works, and nothing was recorded."""
    names = places.lazy().select("unit", "unit_id").unique()
    return (
        grid.group_by("of_unit")
        .agg(pl.col("is_working", "is_recorded").any())
        .filter(pl.col("is_working") & ~pl.col("is_recorded"))
        .select(unit=_number(pl.col("of_unit")), date=_date(pl.col("of_unit")))
        .join(names, on="unit")
        .select("unit_id", "date")
        .sort("unit_id", "date")
    )


def _months(span: Span) -> pl.LazyFrame:
    """Months of P: bucket (first day), opens, closes (within P)."""
    first = pl.col("bucket")
    return (
        pl.LazyFrame({"bucket": pl.date_range(span.start.replace(day=1), span.last_day, interval="1mo", eager=True)})
        .with_columns(opens=pl.max_horizontal(first, pl.lit(span.start)))
        .with_columns(closes=pl.min_horizontal(first.dt.month_end(), pl.lit(span.last_day)))
    )


def _weeks(span: Span) -> pl.LazyFrame:
    """Weeks whose Monday is in P: bucket (the Monday), opens, closes (within P)."""
    monday = span.start + _DAY * (-span.start.weekday() % 7)
    mondays = pl.date_range(monday, span.last_day, interval="1w", eager=True)
    return pl.LazyFrame({"bucket": mondays}).with_columns(
        opens=pl.col("bucket"), closes=pl.min_horizontal(pl.col("bucket") + 6 * _DAY, pl.lit(span.last_day))
    )


def _excused(spells: pl.LazyFrame, grid: pl.LazyFrame, leave_days: pl.LazyFrame) -> pl.LazyFrame:
    """Working days on leave: person, place, date, is_recorded."""
    working = grid.filter("is_working").select("of_day", "is_recorded")
    days = spell_of_day(leave_days, spells).with_columns(of_day=day_key("place"))
    return days.join(working, on="of_day").select("person", "place", "date", "is_recorded")


def _counts(spells: pl.LazyFrame, grid: pl.LazyFrame, excused: pl.LazyFrame, buckets: pl.LazyFrame) -> pl.LazyFrame:
    """One row a person and bucket: bucket, n_working, n_countable, n_recorded."""
    totals = grid.select("of_day", "working_so_far", "recorded_so_far")
    by_spell = (
        spells.join(buckets, how="cross")
        .with_columns(
            opens=pl.max_horizontal("opens", "first_day") - _DAY, closes=pl.min_horizontal("closes", "last_day")
        )
        .filter(pl.col("opens") < pl.col("closes"))
        .with_columns(opened=day_key("place", "opens"), closed=day_key("place", "closes"))
        .join(totals, left_on="closed", right_on="of_day")
        .join(totals, left_on="opened", right_on="of_day", suffix="_before")
        .group_by("person", "bucket")
        .agg(
            n_working=(pl.col("working_so_far") - pl.col("working_so_far_before")).sum(),
            n_recorded=(pl.col("recorded_so_far") - pl.col("recorded_so_far_before")).sum(),
        )
    )
    off = (
        excused.join(buckets, how="cross")
        .filter(pl.col("date").is_between(pl.col("opens"), pl.col("closes")))
        .group_by("person", "bucket")
        .agg(n_excused=pl.len().cast(pl.Int64), n_excused_recorded=pl.col("is_recorded").sum().cast(pl.Int64))
    )
    none = pl.lit(0, pl.Int64)  # no leave in the bucket: nothing is taken off
    return by_spell.join(off, on=["person", "bucket"], how="left").select(
        "person",
        "bucket",
        "n_working",
        n_countable=pl.col("n_working") - pl.coalesce("n_excused", none),
        n_recorded=pl.col("n_recorded") - pl.coalesce("n_excused_recorded", none),
    )
