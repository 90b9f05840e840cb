"""How far the objectives of the work plan (SKP) were reached."""

from __future__ import annotations

import polars as pl

from policies.model import Parameters
from transforms.exact import fits, reduced, term, units
from transforms.findings import INSUFFICIENT_DATA, count, findings
from transforms.scope import Known
from transforms.work_plan import objectives_in_span

READS = ("objectives", "progress")

_OBJECTIVE = ("person", "employee_id", "objective_id", "start_date", "due_date", "direction", "target", "weight")
_MOMENTS = 2**64
"""More than there are microseconds in Int64."""


def work_plan_achievement(scope: Known, _: Parameters) -> pl.LazyFrame:
    """Weighted mean of achievement(realised, expected) over objectives that overlap P; n: objectives.

    realised: the owner's last report before the end of P that has one (latest reported_at, then later due_at, then
    higher realised); no report counts 0. expected: the target; for direction higher and a due date after P the part
    of it due by then, by days. Each within 0..cap. No objective: INSUFFICIENT_DATA.
    """
    span, cap = scope.span, int(scope.policy.national.achievement_cap.cap)
    # In memory and with a number each: reports are many, and only theirs matter.
    objectives = objectives_in_span(scope).select(*_OBJECTIVE).collect(engine="streaming").with_row_index("objective")
    is_higher = pl.col("direction") == "higher"
    is_partial = is_higher & (pl.col("due_date") > span.last_day)
    days_so_far = (pl.lit(span.end) - pl.col("start_date")).dt.total_days().cast(pl.Int128)
    days_in_all = ((pl.col("due_date") - pl.col("start_date")).dt.total_days() + 1).cast(pl.Int128)
    one = pl.lit(1, pl.Int128)
    higher = (
        100 * pl.col("r") * pl.when(is_partial).then(days_in_all).otherwise(one),
        pl.col("t") * pl.when(is_partial).then(days_so_far).otherwise(one),
    )
    lower = (200 * pl.col("t") - 100 * pl.col("r"), pl.col("t"))
    num = pl.when(is_higher).then(higher[0]).otherwise(lower[0])
    den = pl.when(is_higher).then(higher[1]).otherwise(lower[1])
    is_capped = pl.col("num") > cap * pl.col("den")
    facts = (
        objectives.lazy()
        .join(_last_reports(scope, objectives.lazy()), on="objective", how="left")
        .with_columns(r=units("realised"), t=units("target"), w=units("weight"))
        .with_columns(total=pl.col("w").sum().over("person"))
        .pipe(reduced, "r", "t")
        .pipe(reduced, "w", "total")
        .with_columns(num=num, den=den)
        .with_columns(
            num=pl.when(pl.col("r").is_null() | (pl.col("num") < 0)).then(0).when(is_capped).then(cap).otherwise("num"),
            den=pl.when(pl.col("r").is_null() | (pl.col("num") < 0) | is_capped).then(1).otherwise("den"),
        )
        .group_by("person")
        .agg(
            n_objectives=pl.len(),
            value=term(pl.col("w") * pl.col("num"), pl.col("total") * pl.col("den")),
            fits=(fits(pl.col("w"), pl.coalesce("r", one)) & fits(pl.col("total"), pl.col("t"))).all(),
        )
    )
    n = count("n_objectives")
    return findings(
        scope, facts, n=n, misses=[(n == 0, INSUFFICIENT_DATA, "no_work_plan")], value=pl.when("fits").then("value")
    )


def _last_reports(scope: Known, objectives: pl.LazyFrame) -> pl.LazyFrame:
    """objective, realised: what the owner of each of `objectives` reported last before the end of P."""
    due = pl.coalesce(pl.col("due_at").to_physical(), pl.lit(-_MOMENTS // 4))  # not due: before all that is
    reports = (
        scope.frames["progress"]
        .filter(pl.col("reported_at") < pl.lit(scope.span.end_at), pl.col("realised").is_not_null())
        .join(objectives.select("employee_id", "objective_id", "objective"), on=["employee_id", "objective_id"])
        .select("objective", "realised", place=pl.col("reported_at").to_physical().cast(pl.Int128) * _MOMENTS + due)
        .collect(engine="streaming")
        .lazy()
    )
    last = reports.group_by("objective").agg(last=pl.col("place").max())
    return (
        reports.join(last, on="objective")
        .filter(pl.col("place") == pl.col("last"))
        .group_by("objective")
        .agg(pl.col("realised").max())
    )
