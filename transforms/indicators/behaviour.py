"""Rated work behaviour (perilaku kerja)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import polars as pl

from policies import model
from transforms.exact import DECIMAL_UNIT, reduced, term, units
from transforms.findings import INSUFFICIENT_DATA, count, findings
from transforms.rating_rows import latest_ratings
from transforms.scope import Scope

READS = ("ratings",)


class Parameters(model.Parameters):
    """The supervisor's share beside peers and subordinates, where any of these rated."""

    supervisor_share: Decimal


def behaviour(scope: Scope, parameters: Parameters) -> pl.LazyFrame:
    """Mean level on 1..3: the supervisor's, or share * supervisor + rest * mean of peers and subordinates; n: ratings.

    Each level counts as 1 + 2*(level - 1)/(level_max - 1); the latest row of each rater, role and item submitted in P
    counts; peers and subordinates are pooled; self is never scored and not in n. No supervisor: INSUFFICIENT_DATA.
    """
    share = Fraction(parameters.supervisor_share)
    is_supervisor = pl.col("rater_role") == "supervisor"
    level, level_max = units("level"), units("level_max")
    pools = (
        latest_ratings(scope, "behaviour", scope.span.start_at)
        .filter(pl.col("rater_role") != "self")
        .group_by("person", is_supervisor=is_supervisor, steps=level_max - DECIMAL_UNIT)
        .agg(n_ratings=pl.len().cast(pl.Int64), above_one=(level - DECIMAL_UNIT).sum())
        .with_columns(levels=pl.col("n_ratings").cast(pl.Int128) * pl.col("steps") + 2 * pl.col("above_one"))
    )
    n_pool = pl.col("n_ratings").sum().over("person", "is_supervisor").cast(pl.Int128)
    has_supervisor = pl.col("is_supervisor").any().over("person")
    has_others = (~pl.col("is_supervisor")).any().over("person")
    rest = 1 - share
    num_share = pl.when(has_others).then(pl.when("is_supervisor").then(share.numerator).otherwise(rest.numerator))
    den_share = pl.when(has_others).then(pl.when("is_supervisor").then(share.denominator).otherwise(rest.denominator))
    facts = (
        pools.with_columns(num="levels", den="steps")
        .pipe(reduced, "num", "den")
        .with_columns(n_pool=n_pool, has_supervisor=has_supervisor)
        .with_columns(num_share=num_share.fill_null(1), den_share=den_share.fill_null(1))  # the supervisor alone: all
        .group_by("person")
        .agg(
            pl.col("n_ratings").sum(),
            pl.col("has_supervisor").first(),
            level=term(pl.col("num") * pl.col("num_share"), pl.col("den") * pl.col("n_pool") * pl.col("den_share")),
        )
    )
    return findings(
        scope,
        facts,
        n=count("n_ratings"),
        misses=[(~pl.col("has_supervisor").fill_null(value=False), INSUFFICIENT_DATA, "no_supervisor_rating")],
        value=pl.col("level"),
    )
