"""From findings to achievements: an item's target or scale, applied exactly."""

from __future__ import annotations

import itertools
import math
from decimal import Decimal
from fractions import Fraction

import polars as pl

from policies.model import Item
from transforms.exact import (
    SCALE,
    SCORE_DIGITS,
    VALUE_DIGITS,
    floor_sum,
    is_doubtful,
    rounded,
    scaled,
)

Points = tuple[tuple[Fraction, Fraction], ...]
"""Breakpoints (measured value, achievement), ascending; linear between, flat outside."""


def points_of(item: Item, cap: Decimal) -> Points:
    """The item's scale; a target is one too: 100 at the target, 0 and the cap (PP 30/2019) at its ends.

    higher: 100*v/t; lower: 100*(2 - v/t). Without either the data measured the achievement already.
    """
    if item.scale is not None:
        return tuple((Fraction(value), Fraction(achievement)) for value, achievement in item.scale.points)
    top = Fraction(cap)
    if item.target is None:
        return ((Fraction(0), Fraction(0)), (top, top))
    target = Fraction(item.target)
    if item.direction == "higher":
        return ((Fraction(0), Fraction(0)), (target * top / 100, top))
    return ((target * (200 - top) / 100, top), (target * 2, Fraction(0)))


def achievement(measured: Fraction, points: Points) -> Fraction:
    """The achievement of one measured value."""
    if measured <= points[0][0]:
        return points[0][1]
    for (x, y), (next_x, next_y) in itertools.pairwise(points):
        if measured <= next_x:
            return y + (measured - x) * (next_y - y) / (next_x - x)
    return points[-1][1]


def graded(findings: pl.LazyFrame, points: Points) -> pl.LazyFrame:
    """Adds value_units, achievement_units (rounded), low and slack (see `transforms.exact`), and doubtful.

    low is the achievement times SCALE, floored; rows that are doubtful are settled by `transforms.settling`.
    """
    position, n_terms = pl.col("position"), pl.col("measured").list.len().cast(pl.Int64)
    low, slack = pl.lit(None, pl.Int128), pl.lit(None, pl.Int64)
    for (x, y), (next_x, next_y) in itertools.pairwise(points):
        slope = (next_y - y) / (next_x - x)
        # The line's constant is one more term, floored like the others: lists are slow to join.
        on_line = floor_sum(scaled(pl.col("measured"), slope)) + _floored(y - x * slope)
        is_beyond = position >= math.ceil(x * SCALE)
        low, slack = pl.when(is_beyond).then(on_line).otherwise(low), pl.when(is_beyond).then(n_terms).otherwise(slack)
    (first_x, first_y), (last_x, last_y) = points[0], points[-1]
    for is_outside, end in (
        (position < math.ceil(first_x * SCALE), first_y),
        (position >= math.ceil(last_x * SCALE), last_y),
    ):
        low = pl.when(is_outside).then(_floored(end)).otherwise(low)
        slack = pl.when(is_outside).then(pl.lit(0, pl.Int64)).otherwise(slack)
    is_scored = pl.col("measured").is_not_null()
    value_slack = pl.col("value").list.len().cast(pl.Int64) - 1
    return (
        findings.with_columns(position=floor_sum(pl.col("measured")), value_low=floor_sum(pl.col("value")))
        .with_columns(low=low, slack=slack)
        .with_columns(
            value_units=rounded(pl.col("value_low"), VALUE_DIGITS),
            achievement_units=rounded(pl.col("low"), SCORE_DIGITS),
            doubtful=is_scored
            & (
                is_doubtful(pl.col("value_low"), value_slack, VALUE_DIGITS)
                | is_doubtful(pl.col("low"), pl.col("slack"), SCORE_DIGITS)
            ),
        )
        .drop("position", "value_low")
    )


def _floored(number: Fraction) -> pl.Expr:
    return pl.lit(math.floor(number * SCALE), pl.Int128)
