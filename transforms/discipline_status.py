"""Where a PNS stands on the discipline ladder: unexcused days of the calendar year, and the level they come to.

Source: PP 94/2021 (levels, ten days in a row); that minutes late and early are summed over the year, 450 of them a
day, and the remainder is dropped is a default (domain rules, section 4). The platform reports; it never computes pay.

Nobody is multiplied by days. Recorded days are counted from the running totals of a person's unit and schedule, so
that the days between two days of presence are a difference, and the longest one is the longest row of absence.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from policies.model import DisciplineLadder
from transforms.days import AS_WRITTEN, day_key
from transforms.scope import Scope

_DAY: Final = pl.duration(days=1)
# Bounds the memory that the days of presence of so many people take; the result does not depend on it.
_PEOPLE_AT_ONCE: Final = 20_000


def discipline_status(scope: Scope) -> pl.DataFrame:
    """One row a PNS (employment type of the home spell), by employee_id.

    Columns: employee_id; n_absent_days: recorded days without an event, of the calendar year up to P's end, as far as
    this run's inputs reach back; n_minutes: whole minutes late and early of recorded days with two or more events;
    n_days: n_absent_days and the whole days the minutes come to; n_days_in_a_row: most recorded days in a row without
    an event (leave, holidays and gaps in the record neither count nor break the row); level: null below the first step.
    """
    ladder = scope.policy.national.discipline_ladder
    tenured = scope.people.filter(pl.col("employment_type") == "PNS").select("person", "employee_id")
    tallies = _tallies(scope, tenured).collect(optimizations=AS_WRITTEN)
    absent = pl.col("n_absent_days")
    days = absent + pl.col("n_minutes") // ladder.minutes_per_day
    return (
        tallies.join(_in_a_row(scope, tallies), on="person", how="left")
        .with_columns(n_days=days, n_days_in_a_row=pl.coalesce("in_a_row", absent))
        .with_columns(level=_level(ladder))
        .sort("person")
        .select("employee_id", "n_absent_days", "n_minutes", "n_days", "n_days_in_a_row", "level")
    )


def _level(ladder: DisciplineLadder) -> pl.Expr:
    level = pl.lit(None, pl.String)
    for step in ladder.steps:
        level = pl.when(pl.col("n_days") >= step.from_days).then(pl.lit(step.level)).otherwise(level)
    is_long = pl.col("n_days_in_a_row") >= ladder.consecutive_days
    return pl.when(is_long).then(pl.lit(ladder.consecutive_level)).otherwise(level)


def _spells(scope: Scope) -> pl.LazyFrame:
    """Spells with a day in the year: n_recorded (leave included) and `shift`.

    `shift` and the place's running total on a day are together the recorded days of the person up to that day.
    """
    totals = scope.days.totals
    return (
        scope.days.spells.filter(pl.col("first_day") <= pl.col("last_day"))
        .with_columns(eve=pl.col("first_day") - _DAY)
        .with_columns(closed=day_key("place", "last_day"), opened=day_key("place", "eve"))
        .join(totals, left_on="closed", right_on="of_day")
        .join(totals, left_on="opened", right_on="of_day", suffix="_before")
        .with_columns(n_recorded=pl.col("recorded_so_far") - pl.col("recorded_so_far_before"))
        .sort("person", "first_day")
        .with_columns(earlier=pl.col("n_recorded").cum_sum().over("person") - pl.col("n_recorded"))
        .with_columns(shift=pl.col("earlier") - pl.col("recorded_so_far_before"))
        .select("person", "place", "first_day", "last_day", "n_recorded", "shift")
    )


def _tallies(scope: Scope, tenured: pl.LazyFrame) -> pl.LazyFrame:
    """person, employee_id, n_recorded, n_absent_days, n_minutes of every PNS."""
    recorded = _spells(scope).group_by("person").agg(pl.col("n_recorded").sum())
    excused = scope.days.excused.group_by("person").agg(n_excused=pl.len().cast(pl.Int64))
    # One event a day leaves a side without minutes: null, which a sum passes over.
    minutes = (pl.col("late_minutes") + pl.col("early_minutes")).cast(pl.Int64)
    attended = scope.days.attended.group_by("person").agg(n_attended=pl.len().cast(pl.Int64), n_minutes=minutes.sum())

    def count(column: str) -> pl.Expr:  # nobody's row: none of them
        return pl.coalesce(pl.col(column), pl.lit(0, pl.Int64))

    n_recorded = count("n_recorded") - count("n_excused")
    return (
        tenured.join(recorded, on="person", how="left")
        .join(excused, on="person", how="left")
        .join(attended, on="person", how="left")
        .select(
            "person",
            "employee_id",
            n_recorded=n_recorded,
            n_absent_days=n_recorded - count("n_attended"),
            n_minutes=count("n_minutes"),
        )
    )


def _in_a_row(scope: Scope, tallies: pl.DataFrame) -> pl.DataFrame:
    """person, in_a_row of those absent on two days or more who were present at all; others need no look at days."""
    spells = _spells(scope).collect(optimizations=AS_WRITTEN).lazy()
    several = tallies.filter(pl.col("n_absent_days") > 1).select("person", "n_recorded").sort("person")
    parts = [_longest(scope, spells, part.lazy()).collect() for part in several.iter_slices(_PEOPLE_AT_ONCE)]
    return pl.concat(parts) if parts else pl.DataFrame(schema={"person": pl.UInt32, "in_a_row": pl.Int64})


def _longest(scope: Scope, spells: pl.LazyFrame, people: pl.LazyFrame) -> pl.LazyFrame:
    """Most recorded days between two days of presence, before the first or after the last."""
    present = scope.days.attended.select("person", "date", is_off=pl.lit(value=False))
    off = scope.days.excused.select("person", "date", is_off=pl.lit(value=True))
    own = spells.drop("n_recorded").join(people, on="person", how="semi")
    days = (
        pl.concat([present, off])
        .join(own, on="person")
        .filter(pl.col("date").is_between(pl.col("first_day"), pl.col("last_day")))
        .with_columns(of_day=day_key("place"))
        .join(scope.days.totals, on="of_day")
        .select("person", "is_off", of_person=day_key("person"), so_far=pl.col("shift") + pl.col("recorded_so_far"))
        .sort("of_person")
        # Days off so far of everybody before, too: what counts is how many lie between two days of a person.
        .with_columns(n_off=pl.col("is_off").cum_sum().cast(pl.Int64))
        .collect(engine="streaming", optimizations=AS_WRITTEN)
        .lazy()
    )
    so_far, is_same = pl.col("so_far"), pl.col("person") == pl.col("person").shift(1)
    n_before = days.group_by("person").agg(n_off_before=(pl.col("n_off") - pl.col("is_off")).min())
    runs = (
        days.filter(~pl.col("is_off"))
        .select("person", so_far=so_far - pl.col("n_off"))
        .with_columns(between=pl.when(is_same).then(so_far - so_far.shift(1) - 1))
        .group_by("person")
        .agg(pl.col("between").max(), first=so_far.min(), last=so_far.max())
        .join(n_before, on="person")
    )
    first, last = (pl.col(name) + pl.col("n_off_before") for name in ("first", "last"))
    return people.join(runs, on="person").select(
        "person", in_a_row=pl.max_horizontal("between", first - 1, pl.col("n_recorded") - last)
    )
