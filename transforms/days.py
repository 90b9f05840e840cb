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
_OWNED = ["person", "date", "starts_at", "ends_at", "first", "last", "is_in", "is_out"]
_SPELL = ["unit_id", "schedule", "start_date", "until", "first_day", "last_day"]
# Dates as whole numbers from 0 to 2**20: the years 534 to 3405.
_DATES, _FIRST_DATE = 2**20, -(2**19)
_MICROSECONDS_A_DAY = 86_400_000_000
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
    first_day, last_day (within it). `totals`: place, date, recorded_so_far, of which only the difference between two
    days of a place means something. `excused`: person, place, date; one row a recorded working day on leave.
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
    hours = hours.join(clocks, on="schedule").drop("schedule").with_columns(of_day=_on("clock"))
    # Of all others a day's window opens at midnight: no stretches, and no day that reaches into the next date.
    shifted = hours.lazy().filter(pl.col("window") > _MIDNIGHT).select("clock").unique()
    shifting = keyed.join(shifted, on="clock", how="semi").select("person").unique().collect().get_column("person")
    is_shifting = pl.col("person").is_in(shifting.implode())
    folded = _folded(attendance, keys.with_columns(is_shifting=is_shifting), windows, year)
    moments = _spelled(folded, keyed.with_columns(is_shifting=is_shifting))
    moments = moments.collect(engine="streaming", optimizations=AS_WRITTEN).lazy()
    leave_days = (
        _leave_days(leave.join(keys, on="employee_id"), year).with_columns(of_day=_on("person")).collect().lazy()
    )
    recorded = _recorded(moments, windows)
    if elsewhere is not None:
        units = places.select("unit_id", "unit").unique().lazy()
        recorded = pl.concat(
            [recorded, elsewhere.record.lazy().join(units, on="unit_id").select("unit", "date", "window")]
        )
    grid = _grid(places, hours.lazy(), recorded.unique(), year).collect(optimizations=AS_WRITTEN).lazy()
    excused = _excused(keyed, grid, leave_days).collect(optimizations=AS_WRITTEN).lazy()
    return DayFacts(
        counts=_counts(keyed, grid, excused, _months(span)),
        weeks=_counts(keyed, grid, excused, _weeks(span)),
        attended=_attended(_owned(moments, hours.lazy(), windows), leave_days, year),
        spells=keyed,
        totals=grid.select("place", "date", "recorded_so_far"),
        excused=excused.filter("is_recorded").select("person", "place", "date"),
        # At once: nobody asks for a person's days after this, and they are most of what is held.
        appeared=moments.filter(pl.col("date").is_between(span.start, span.last_day))
        .select("person")
        .unique()
        .collect(engine="streaming")
        .lazy(),
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
    none_shifts = pl.lit(value=False)  # a day's first and last event tell which windows have any
    keyed = spells.join(units, on="unit_id").with_columns(clock="unit", is_shifting=none_shifts)
    folded = _folded(attendance, keys.with_columns(is_shifting=none_shifts), windows, year)
    found = _recorded(_spelled(folded, keyed), windows)
    return found.join(units, on="unit").select("unit_id", "date", "window")


def _on(number: str) -> pl.Expr:
    """A number and the date of the row as one key."""
    return pl.col(number).cast(pl.Int64) * _DATES + (pl.col("date").to_physical() - _FIRST_DATE)


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


def _folded(attendance: pl.LazyFrame, keys: pl.LazyFrame, windows: Sequence[dt.timedelta], span: Span) -> pl.LazyFrame:
    """Events of a span, up to the day after it, folded: person, date, stretch, first, last (wall clock), is_in, is_out.

    A stretch lies between two window openings, counted from midnight; a day of people who are not `is_shifting` has
    one stretch. A window opens only at the end of a stretch, so first, last and the directions of a stretch are all
    that any later question needs.
    """
    moment = pl.col("moment").to_physical()
    into_day = moment % _MICROSECONDS_A_DAY
    opened = [(into_day >= window // dt.timedelta(microseconds=1)).cast(pl.Int64) for window in windows[1:]]
    stretch = pl.when("is_shifting").then(pl.sum_horizontal(opened)).otherwise(0) if opened else pl.lit(0, pl.Int64)
    day = pl.col("person").cast(pl.Int64) * _DATES + (moment // _MICROSECONDS_A_DAY - _FIRST_DATE)
    key, n = pl.col("key"), len(windows)
    return (
        attendance.select("employee_id", "direction", moment=wall_clock("timestamp", span))
        .filter(pl.col("moment").is_between(_midnight(span.start), _midnight(span.end + _DAY), closed="left"))
        .join(keys, on="employee_id")
        .select(
            "moment",
            key=day * n + stretch,
            is_in=(pl.col("direction") == "in").fill_null(value=False),
            is_out=(pl.col("direction") == "out").fill_null(value=False),
        )
        .group_by("key")
        .agg(
            first=pl.col("moment").min(),
            last=pl.col("moment").max(),
            is_in=pl.col("is_in").any(),
            is_out=pl.col("is_out").any(),
        )
        .select(
            "first",
            "last",
            "is_in",
            "is_out",
            person=_number(key // n),
            date=_date(key // n),
            stretch=(key % n).cast(pl.Int8),
        )
    )


def _midnight(date: dt.date) -> dt.datetime:
    return dt.datetime.combine(date, dt.time())


def _spelled(moments: pl.LazyFrame, spells: pl.LazyFrame) -> pl.LazyFrame:
    """`moments` with unit and clock, once for each spell of the person: is_there, whether it contains the date.

    was_there: whether it contains the day before.
    """
    start, until, eve = pl.col("start_date"), pl.col("until"), pl.col("date") - _DAY
    return (
        moments.join(spells.select("person", "unit", "clock", "is_shifting", "start_date", "until"), on="person")
        .with_columns(is_there=pl.col("date").is_between(start, until), was_there=eve.is_between(start, until))
        .drop("start_date", "until")
    )


def spell_of_day(days: pl.LazyFrame, spells: pl.LazyFrame) -> pl.LazyFrame:
    """Adds place of the spell that contains `date`; drops days outside every spell."""
    return (
        days.join(spells.select("person", "place", "start_date", "until"), on="person")
        .filter(pl.col("date").is_between(pl.col("start_date"), pl.col("until")))
        .drop("start_date", "until")
    )


def _recorded(moments: pl.LazyFrame, windows: Sequence[dt.timedelta]) -> pl.LazyFrame:
    """Distinct (unit, date, window): somebody of the unit that day has an event in the window."""
    seen = (
        moments.filter(pl.col("is_there") | pl.col("was_there"))
        .select(
            of_day=_on("unit"),
            latest=pl.when("is_there").then(pl.col("last").to_physical() % _MICROSECONDS_A_DAY),
            earliest=pl.when("was_there").then(pl.col("first").to_physical() % _MICROSECONDS_A_DAY),
        )
        .group_by("of_day")
        .agg(pl.col("latest").max(), pl.col("earliest").min())
        .collect(engine="streaming", optimizations=AS_WRITTEN)
        .lazy()
        .select("latest", "earliest", unit=_number(pl.col("of_day")), date=_date(pl.col("of_day")))
    )
    found = []
    for window in windows:
        opens = window // dt.timedelta(microseconds=1)
        of_date = seen.filter(pl.col("latest") >= opens).select("unit", "date")
        of_eve = seen.filter(pl.col("earliest") < opens).select("unit", date=pl.col("date") - _DAY)
        found.append(pl.concat([of_date, of_eve]).unique().with_columns(window=pl.lit(window, pl.Duration("us"))))
    return pl.concat(found)


def _owned(moments: pl.LazyFrame, hours: pl.LazyFrame, windows: Sequence[dt.timedelta]) -> pl.LazyFrame:
    """Events of the working day that owns them, one row a person and working day."""
    plain = _on_hours(moments.filter(~pl.col("is_shifting"), pl.col("is_there")), hours)
    return pl.concat([plain.select(_OWNED), _shifted(moments.filter("is_shifting"), hours, windows)])


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
        .agg(pl.col("first").min(), pl.col("last").max(), pl.col("is_in").any(), pl.col("is_out").any())
        .select(_OWNED)
    )


def _on_hours(moments: pl.LazyFrame, hours: pl.LazyFrame) -> pl.LazyFrame:
    """`moments` of working days of their date, with the hours."""
    return moments.with_columns(of_day=_on("clock")).join(
        hours.select("of_day", "window", "starts_at", "ends_at"), on="of_day"
    )


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


def _attended(owned: pl.LazyFrame, leave_days: pl.LazyFrame, span: Span) -> pl.LazyFrame:
    """Late and early minutes of each recorded day with an event."""
    first, last = pl.col("first"), pl.col("last")
    is_single = first == last
    direction_is_known = pl.col("is_in") != pl.col("is_out")  # both, or neither: the moment has none
    is_nearer_start = (first - pl.col("starts_at")).abs() <= (first - pl.col("ends_at")).abs()
    is_arrival = pl.when(direction_is_known).then(pl.col("is_in")).otherwise(is_nearer_start)
    late = (first - pl.col("starts_at")).dt.total_minutes().clip(lower_bound=0).cast(pl.Int32)
    early = (pl.col("ends_at") - last).dt.total_minutes().clip(lower_bound=0).cast(pl.Int32)
    return (
        owned.filter(pl.col("date").is_between(span.start, span.last_day))
        .with_columns(of_day=_on("person"))
        .join(leave_days, on="of_day", how="anti")
        .select(
            "person",
            "date",
            late_minutes=pl.when(~is_single | is_arrival).then(late),
            early_minutes=pl.when(~is_single | ~is_arrival).then(early),
        )
    )


def _grid(places: pl.DataFrame, hours: pl.LazyFrame, recorded: pl.LazyFrame, span: Span) -> pl.LazyFrame:
    """Running totals of working and recorded days, place after place, from the day before P to its last."""
    dates = pl.LazyFrame({"date": pl.date_range(span.start - _DAY, span.last_day, eager=True)})
    in_span = hours.filter(pl.col("date") >= span.start).select("of_day", "window", is_working=pl.lit(value=True))
    marks = recorded.select("window", of_unit=_on("unit"), is_recorded=pl.lit(value=True))
    return (
        places.lazy()
        .select("place", "unit", "clock")
        .join(dates, how="cross")
        .with_columns(of_day=_on("clock"), of_unit=_on("unit"))
        .join(in_span, on="of_day", how="left")
        .join(marks, on=["of_unit", "window"], how="left")
        .with_columns(
            is_working=pl.col("is_working").fill_null(value=False),
            is_recorded=pl.col("is_recorded").fill_null(value=False),
            of_day=_on("place"),
        )
        .sort("of_day")
        .with_columns(
            working_so_far=pl.col("is_working").cum_sum().cast(pl.Int64),
            recorded_so_far=pl.col("is_recorded").cum_sum().cast(pl.Int64),
        )
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
    days = spell_of_day(leave_days, spells).with_columns(of_day=_on("place"))
    return days.join(working, on="of_day").select("person", "place", "date", "is_recorded")


def _counts(spells: pl.LazyFrame, grid: pl.LazyFrame, excused: pl.LazyFrame, buckets: pl.LazyFrame) -> pl.LazyFrame:
    """One row a person and bucket: bucket, n_working, n_countable, n_recorded."""
    totals = grid.select("place", "date", "working_so_far", "recorded_so_far")
    by_spell = (
        spells.join(buckets, how="cross")
        .with_columns(
            opens=pl.max_horizontal("opens", "first_day") - _DAY, closes=pl.min_horizontal("closes", "last_day")
        )
        .filter(pl.col("opens") < pl.col("closes"))
        .join(totals, left_on=["place", "closes"], right_on=["place", "date"])
        .join(totals, left_on=["place", "opens"], right_on=["place", "date"], suffix="_before")
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
