"""Ratings: which row of a rater counts."""

from __future__ import annotations

import datetime as dt

import polars as pl

from transforms.scope import ORDER, Known


def latest_ratings(scope: Known, instrument: str, since: dt.datetime) -> pl.LazyFrame:
    """The latest row of each person, rater, role and item, submitted from `since` to the end of P.

    Of equal times the last row of the file is the latest.
    """
    return (
        scope.own_rows("ratings")
        .filter(
            pl.col("instrument") == instrument,
            pl.col("submitted_at") >= pl.lit(since),
            pl.col("submitted_at") < pl.lit(scope.span.end_at),
        )
        .group_by("person", "rater_id", "rater_role", "item")
        .agg(pl.col("level", "level_max").sort_by("submitted_at", ORDER).last())
    )
