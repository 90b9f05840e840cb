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
    TERMS,
    VALUE_DIGITS,
    floor_sum,
    is_doubtful,
    rounded,
    scaled,
    term,
    terms,
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
    measured = pl.col("measured")
    position = floor_sum(measured)
    line = pl.lit(None, TERMS)
    for (x, y), (next_x, next_y) in itertools.pairwise(points):
        slope = (next_y - y) / (next_x - x)
        rest = y - x * slope
        on_line = pl.concat_list(scaled(measured, slope), _constant(rest))
        line = pl.when(position >= math.ceil(x * SCALE)).then(on_line).otherwise(line)
    (first_x, first_y), (last_x, last_y) = points[0], points[-1]
    line = pl.when(position < math.ceil(first_x * SCALE)).then(_constant(first_y)).otherwise(line)
    line = pl.when(position >= math.ceil(last_x * SCALE)).then(_constant(last_y)).otherwise(line)
    is_scored = pl.col("measured").is_not_null()
    value_low, value_slack = floor_sum(pl.col("value")), pl.col("value").list.len().cast(pl.Int64) - 1
    slack = pl.col("line").list.len().cast(pl.Int64) - 1
    return (
        findings.with_columns(line=line)
        .with_columns(low=floor_sum(pl.col("line")), slack=slack, value_low=value_low)
        .with_columns(
            value_units=rounded(pl.col("value_low"), VALUE_DIGITS),
            achievement_units=rounded(pl.col("low"), SCORE_DIGITS),
            doubtful=is_scored
            & (
                is_doubtful(pl.col("value_low"), value_slack, VALUE_DIGITS)
                | is_doubtful(pl.col("low"), pl.col("slack"), SCORE_DIGITS)
            ),
        )
        .drop("line", "value_low")
    )


def _constant(number: Fraction) -> pl.Expr:
    return terms(term(pl.lit(number.numerator), pl.lit(number.denominator)))
