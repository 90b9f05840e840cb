"""How much work a person got done in the time there was, and how much of it was both fast and right."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from transforms.insights.evidence import Evidence
from transforms.insights.rounding import SCORE, SHARE, rounded, share


def productivity(evidence: Evidence) -> Mapping[str, pl.DataFrame]:
    """Frame `productivity`: one row an employee who closed a request of any kind in P.

    n_settled; n_fast (closed in time), n_accurate (never reopened), n_fast_and_accurate and its share: who is fast at
    the cost of being right shows in none of the two alone. Where the policy gives standard minutes: standard_minutes,
    of the n_with_standard whose service (or kind, for complaints and information) has them; available_minutes, of the
    days worked; productivity = standard / available: an analysis of load and pace, no part of a score.
    """
    closed = evidence.requests.filter(pl.col("person").is_not_null(), evidence.span.covers("closed_at"))
    is_fast = (pl.col("closed_at") <= pl.col("due")).fill_null(value=False)
    is_accurate = ~pl.col("is_reopened").fill_null(value=False)
    rule = evidence.policy.insights.standard_time
    minutes, per_day = pl.lit(None, pl.Float64), pl.lit(None, pl.Float64)
    if rule is not None:
        known = {name: float(value) for name, value in rule.minutes.items()}
        service = pl.when(pl.col("kind") == "document").then(pl.col("service_type").cast(pl.String))
        minutes = pl.coalesce(service, pl.col("kind").cast(pl.String)).replace_strict(
            known, default=None, return_dtype=pl.Float64
        )
        per_day = pl.lit(float(rule.available_minutes_per_day))
    hundredths = (pl.col("minutes") * 100).round().cast(pl.Int64)
    work = (
        closed.with_columns(minutes=minutes)
        .group_by("person")
        .agg(
            n_settled=pl.len().cast(pl.Int64),
            n_fast=is_fast.sum().cast(pl.Int64),
            n_accurate=is_accurate.sum().cast(pl.Int64),
            n_fast_and_accurate=(is_fast & is_accurate).sum().cast(pl.Int64),
            n_with_standard=pl.col("minutes").count().cast(pl.Int64),
            hundredths=hundredths.sum(),
        )
    )
    has_standard = pl.lit(rule is not None)
    found = (
        evidence.people.select("person", "employee_id", "n_countable_days")
        .join(work, on="person")
        .with_columns(
            standard_minutes=pl.when(has_standard).then(pl.col("hundredths") / 100),
            available_minutes=pl.col("n_countable_days") * per_day,
        )
        .select(
            "employee_id",
            "n_settled",
            "n_fast",
            "n_accurate",
            "n_fast_and_accurate",
            rounded(share("n_fast_and_accurate", "n_settled"), SHARE).alias("fast_and_accurate_share"),
            pl.when(has_standard).then("n_with_standard").alias("n_with_standard"),
            rounded("standard_minutes", SCORE).alias("standard_minutes"),
            rounded("available_minutes", SCORE).alias("available_minutes"),
            rounded(share("standard_minutes", "available_minutes"), SHARE).alias("productivity"),
        )
        .sort("employee_id")
    )
    return {"productivity": found.collect()}
