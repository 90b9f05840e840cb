"""Objectives one by one, as their owners' plans count them: how far each was reached, and how much of it in time."""

from __future__ import annotations

import polars as pl

from transforms.insights.evidence import Evidence
from transforms.work_plan import objectives_in_span


def reached(evidence: Evidence) -> pl.LazyFrame:
    """One row an objective that overlaps P, of somebody who is scored: objective_id, employee_id, has_report, reached.

    reached: achievement of what is realised by P's end against what is expected by then, 0 to the cap, a float; 0
    without a report (`transforms.indicators.work_plan_achievement`).
    """
    span, cap = evidence.span, float(evidence.policy.national.achievement_cap.cap)
    last_report = (
        evidence.frames["progress"]
        .filter(pl.col("reported_at") < pl.lit(span.end_at), pl.col("realised").is_not_null())
        .group_by("employee_id", "objective_id")
        .agg(pl.col("realised").sort_by("reported_at", "due_at", "realised", nulls_last=False).last())
    )
    realised, target = pl.col("realised").cast(pl.Float64), pl.col("target").cast(pl.Float64)
    so_far = (pl.lit(span.end) - pl.col("start_date")).dt.total_days()
    in_all = (pl.col("due_date") - pl.col("start_date")).dt.total_days() + 1
    expected = pl.when(pl.col("due_date") > span.last_day).then(target * so_far / in_all).otherwise(target)
    by_direction = (
        pl.when(pl.col("direction") == "higher")
        .then(100 * realised / expected)
        .otherwise(200 - 100 * realised / target)
    )
    return (
        objectives_in_span(evidence)
        .join(last_report, on=["employee_id", "objective_id"], how="left")
        .select(
            "objective_id",
            "employee_id",
            has_report=pl.col("realised").is_not_null(),
            reached=by_direction.clip(0.0, cap).fill_null(0.0),
        )
    )
