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
from transforms.days import AS_WRITTEN
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
        .join(totals, left_on=["place", "last_day"], right_on=["place", "date"])
        .join(totals, left_on=["place", "eve"], right_on=["place", "date"], suffix="_before")
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
    n_off = pl.col("is_off").cast(pl.Int64).cum_sum().over("person")
    so_far = pl.col("so_far")
    before = so_far.shift(1).fill_null(0)  # the first: everything before it
    days = (
        pl.concat([present, off])
        .join(people, on="person", how="semi")
        .join(spells.drop("n_recorded"), on="person")
        .filter(pl.col("date").is_between(pl.col("first_day"), pl.col("last_day")))
        .join(scope.days.totals, on=["place", "date"])
        .select("person", "date", "is_off", so_far=pl.col("shift") + pl.col("recorded_so_far"))
        .collect(engine="streaming", optimizations=AS_WRITTEN)
        .lazy()
    )
    runs = (
        days.sort("person", "date")
        .with_columns(so_far=so_far - n_off)
        .filter(~pl.col("is_off"))
        .group_by("person", maintain_order=True)
        .agg(longest=(so_far - before - 1).max(), last=so_far.max())
    )
    return people.join(runs, on="person").select(
        "person", in_a_row=pl.max_horizontal("longest", pl.col("n_recorded") - pl.col("last"))
    )
