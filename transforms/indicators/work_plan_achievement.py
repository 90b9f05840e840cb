"""How far the objectives of the work plan (SKP) were reached."""

from __future__ import annotations

import polars as pl

from policies.model import Parameters
from transforms.exact import fits, reduced, term, units
from transforms.findings import INSUFFICIENT_DATA, count, findings
from transforms.scope import Known
from transforms.work_plan import objectives_in_span

READS = ("objectives", "progress")


def work_plan_achievement(scope: Known, _: Parameters) -> pl.LazyFrame:
    """Weighted mean of achievement(realised, expected) over objectives that overlap P; n: objectives.

    realised: the owner's last report before the end of P that has one (latest reported_at, then later due_at, then
    higher realised); no report counts 0. expected: the target; for direction higher and a due date after P the part
    of it due by then, by days. Each within 0..cap. No objective: INSUFFICIENT_DATA.
    """
    span, cap = scope.span, int(scope.policy.national.achievement_cap.cap)
    last_report = (
        scope.own_rows("progress")
        .filter(pl.col("reported_at") < pl.lit(span.end_at), pl.col("realised").is_not_null())
        .group_by("person", "objective_id")
        .agg(pl.col("realised").sort_by("reported_at", "due_at", "realised", nulls_last=False).last())
    )
    is_higher = pl.col("direction") == "higher"
    is_partial = is_higher & (pl.col("due_date") > span.last_day)
    days_so_far = (pl.lit(span.end) - pl.col("start_date")).dt.total_days().cast(pl.Int128)
    days_in_all = ((pl.col("due_date") - pl.col("start_date")).dt.total_days() + 1).cast(pl.Int128)
    one = pl.lit(1, pl.Int128)
    realised, target = reduced(units("realised"), units("target"))
    higher = (
        100 * pl.col("r") * pl.when(is_partial).then(days_in_all).otherwise(one),
        pl.col("t") * pl.when(is_partial).then(days_so_far).otherwise(one),
    )
    lower = (200 * pl.col("t") - 100 * pl.col("r"), pl.col("t"))
    num = pl.when(is_higher).then(higher[0]).otherwise(lower[0])
    den = pl.when(is_higher).then(higher[1]).otherwise(lower[1])
    is_capped = pl.col("num") > cap * pl.col("den")
    weight, total = reduced(units("weight"), pl.col("weights"))
    facts = (
        objectives_in_span(scope)
        .join(last_report, on=["person", "objective_id"], how="left")
        .with_columns(weights=units("weight").sum().over("person"))
        .with_columns(r=realised, t=target, w=weight, total=total)
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
