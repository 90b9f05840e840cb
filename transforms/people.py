"""Who is scored: spells of the roster within P, and the home spell that gives a person's facts."""

from __future__ import annotations

import polars as pl

from transforms.scope import Span

HOME_FACTS = (
    "name",
    "employment_type",
    "unit_id",
    "unit_name",
    "sector",
    "position_id",
    "position_name",
    "position_group",
    "supervisor_id",
)


def with_days(employees: pl.LazyFrame, span: Span) -> pl.LazyFrame:
    """Every spell with first_day, last_day and n_days (calendar days) of it within P; n_days <= 0: none."""
    first_day = pl.max_horizontal(pl.col("start_date"), pl.lit(span.start))
    last_day = pl.min_horizontal(pl.col("end_date"), pl.lit(span.last_day))  # an open end gives the last day of P
    n_days = (pl.col("last_day") - pl.col("first_day")).dt.total_days() + 1
    return employees.with_columns(first_day=first_day, last_day=last_day).with_columns(n_days=n_days)


def people_of(spells: pl.LazyFrame) -> pl.LazyFrame:
    """One row a person: person, employee_id and the home spell's facts.

    The home spell is the one with most calendar days in P; of equals the one that starts last.
    """
    return (
        spells.filter(pl.col("n_days") > 0)
        .sort("employee_id", "n_days", "start_date")
        .group_by("employee_id", maintain_order=True)
        .agg(pl.col(*HOME_FACTS).last())
        .sort("employee_id")
        .with_row_index("person")
    )


def with_colleagues(people: pl.LazyFrame, spells: pl.LazyFrame) -> pl.LazyFrame:
    """employee_id and person of `people`, then of the others who have one of `spells` (all with a day in the year).

    Those left before P, but their events are part of their units' record.
    """
    others = spells.select("employee_id").unique().join(people, on="employee_id", how="anti").sort("employee_id")
    everyone = pl.concat([people.sort("person").select("employee_id"), others])
    return everyone.with_row_index("person")
