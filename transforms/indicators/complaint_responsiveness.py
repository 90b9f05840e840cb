"""How long complaints waited for a first response, as a multiple of their clock."""

from __future__ import annotations

import datetime as dt

import polars as pl

from policies.model import Parameters
from transforms.exact import reduced, term
from transforms.findings import NOT_APPLICABLE, count, findings
from transforms.requests import owed
from transforms.scope import Scope, day_of

READS = ("service_requests",)

_WORST = 2


def complaint_responsiveness(scope: Scope, _: Parameters) -> pl.LazyFrame:
    """Mean over complaints due in P of min(working days to the first response / days of its class, 2); n: complaints.

    First response = coalesce(first_response_at, closed_at); none before the end of P: counted to the last day of P.
    On or before the day of submission: 0. No complaint due: NOT_APPLICABLE. Clocks: LAPOR! classes.
    """
    response = pl.coalesce("first_response_at", "closed_at")
    answered_on = pl.when(response < pl.lit(scope.span.end_at)).then(day_of(response)).otherwise(scope.span.last_day)
    next_day = dt.timedelta(days=1)
    waited = pl.business_day_count(
        day_of("submitted_at") + next_day, pl.col("answered_on") + next_day, holidays=scope.days_off
    ).clip(lower_bound=0)
    counted = pl.min_horizontal(waited.cast(pl.Int64), _WORST * pl.col("class_days"))
    by_clock = (
        owed(scope)
        .filter(pl.col("kind") == "complaint")
        .with_columns(answered_on=answered_on)
        .group_by("person", "class_days")
        .agg(n_of_class=pl.len().cast(pl.Int64), waited=counted.sum())
    )
    facts = (
        by_clock.with_columns(n_due=pl.col("n_of_class").sum().over("person"))
        .with_columns(
            num=pl.col("waited").cast(pl.Int128), den=(pl.col("class_days") * pl.col("n_due")).cast(pl.Int128)
        )
        .pipe(reduced, "num", "den")
        .with_columns(mean=term(pl.col("num"), pl.col("den")))
        .group_by("person")
        .agg(pl.col("n_due").first(), pl.col("mean"))
    )
    n = count("n_due")
    return findings(scope, facts, n=n, misses=[(n == 0, NOT_APPLICABLE, "no_complaints_due")], value=pl.col("mean"))
