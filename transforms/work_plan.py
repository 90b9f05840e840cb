"""Work plans: the objectives that overlap P, and who has none."""

from __future__ import annotations

import polars as pl

from transforms.findings import INSUFFICIENT_DATA, Miss
from transforms.scope import Known


def objectives_in_span(scope: Known) -> pl.LazyFrame:
    """Objectives of people who are scored with at least one day in P."""
    return scope.own_rows("objectives").filter(
        pl.col("start_date") <= scope.span.last_day, pl.col("due_date") >= scope.span.start
    )


def with_plan(scope: Known, facts: pl.LazyFrame) -> pl.LazyFrame:
    """`facts` and has_plan, for each person who has either."""
    planned = objectives_in_span(scope).select("person", has_plan=pl.lit(value=True)).unique()
    return planned.join(facts, on="person", how="full", coalesce=True)


no_plan: Miss = (pl.col("has_plan").is_null(), INSUFFICIENT_DATA, "no_work_plan")
