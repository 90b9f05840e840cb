"""Ratings: which row of a rater counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

import polars as pl

from transforms.scope import ORDER, Known

_ROWS: Final = 2**32
"""More than the rows that ORDER counts."""


def latest_ratings(scope: Known, instrument: str, since: dt.datetime) -> pl.LazyFrame:
    """The latest row of each person, rater, role and item, submitted from `since` to the end of P.

    Of equal times the last row of the file is the latest. Few rate anything twice, so only rows whose key may repeat
    are grouped by its text: those whose hash does.
    """
    key, levels = ["person", "rater_id", "rater_role", "item"], pl.col("level", "level_max")
    rows = (
        scope.own_rows("ratings")
        .filter(
            pl.col("instrument") == instrument,
            pl.col("submitted_at") >= pl.lit(since),
            pl.col("submitted_at") < pl.lit(scope.span.end_at),
        )
        .select(*key, levels, "submitted_at", ORDER, hash=_hash(key))
        .collect(engine="streaming")
    )
    hashes = rows.get_column("hash").sort()
    repeated = hashes.filter(hashes == hashes.shift(1)).unique()
    may_repeat = pl.col("hash").is_in(repeated.implode())
    latest = pl.col("submitted_at").to_physical().cast(pl.Int128) * _ROWS + pl.col(ORDER)
    return pl.concat(
        [
            rows.lazy().filter(~may_repeat).select(*key, levels),
            rows.lazy().filter(may_repeat).with_columns(latest=latest).group_by(key).agg(levels.max_by("latest")),
        ]
    )


def _hash(columns: Sequence[str]) -> pl.Expr:
    """A number that is the same where all of the columns are, and hardly ever elsewhere."""
    return sum((pl.col(name).hash(seed) for seed, name in enumerate(columns)), pl.lit(0, pl.UInt64))
