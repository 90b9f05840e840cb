"""Ratings: which row of a rater counts."""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

from transforms.scope import ORDER, Known

_ROWS: Final = 2**32
"""More than the rows that ORDER counts."""


def latest_ratings(scope: Known, instrument: str, since: dt.datetime) -> pl.LazyFrame:
    """The latest row of each person, rater, role and item, submitted from `since` to the end of P.

    Of equal times the last row of the file is the latest.
    """
    latest = pl.col("submitted_at").to_physical().cast(pl.Int128) * _ROWS + pl.col(ORDER)
    return (
        scope.own_rows("ratings")
        .filter(
            pl.col("instrument") == instrument,
            pl.col("submitted_at") >= pl.lit(since),
            pl.col("submitted_at") < pl.lit(scope.span.end_at),
        )
        .with_columns(latest=latest)
        .group_by("person", "rater_id", "rater_role", "item")
        .agg(pl.col("level", "level_max").max_by("latest"))
    )
