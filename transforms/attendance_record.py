"""What the attendance indicators share: a person's days in P, and when the record is too thin to judge by."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import polars as pl

from transforms.findings import INSUFFICIENT_DATA, NOT_APPLICABLE, Miss, count
from transforms.scope import Scope


def with_record(scope: Scope) -> pl.LazyFrame:
    """n_countable, n_recorded and has_appeared of each person with a spell month in P."""
    days = scope.day_counts.group_by("person").agg(pl.col("n_countable").sum(), pl.col("n_recorded").sum())
    return days.join(scope.appeared.with_columns(has_appeared=pl.lit(value=True)), on="person", how="left")


def record_misses(min_recorded_share: Decimal) -> Sequence[Miss]:
    """Nothing to judge: no countable day, or events but no recorded one. Owed but missing: no event, too few days."""
    share = Fraction(min_recorded_share)
    countable, recorded = count("n_countable"), count("n_recorded")
    has_appeared = pl.col("has_appeared").is_not_null()
    return [
        ((countable == 0) | (has_appeared & (recorded == 0)), NOT_APPLICABLE, "no_recorded_day"),
        (~has_appeared, INSUFFICIENT_DATA, "no_attendance_record"),
        (recorded * share.denominator < countable * share.numerator, INSUFFICIENT_DATA, "thin_record"),
    ]
