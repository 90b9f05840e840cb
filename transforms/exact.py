"""Exact numbers in Polars: a value is a sum of fractions, and rounding is decided on integers alone.

A value is kept as a list of terms `num/den` (Int128, `den` > 0) that add up to it. `floor_sum` gives the sum times
`SCALE`, each term floored, so with k terms the true sum lies within [floor_sum, floor_sum + k). A stored digit is
therefore certain unless a rounding boundary lies in that gap; those rare rows are flagged by `is_doubtful` and
settled with Python's Fraction (`transforms.settling`). Nothing here passes through Float64.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Final

import polars as pl

SCALE: Final = 2**7 * 3**3 * 5**6 * 7 * 11 * 13 * 17 * 19 * 23 * 29
"""Fixed-point scale of `floor_sum`, 1.2e16: what days, answers and raters are divided by mostly divides it.

So thirds and sevenths that add up to a rounding boundary lie on it, as they would not on a power of ten.
"""
TERMS: Final = pl.List(pl.Struct({"num": pl.Int128(), "den": pl.Int128()}))
"""Polars type of an exact value."""
VALUE_DIGITS: Final = 6
SCORE_DIGITS: Final = 2
DECIMAL_UNIT: Final = 10**18
"""Units of a canonical decimal column: `units` counts them as Int128."""

# SCALE times the numerators of a value must stay below 2**127; larger ones (amounts of 19 significant digits) are
# settled exactly.
_LARGEST_NUMERATOR: Final = 10**21
# Units are of 1e-18: between 8 and 11 shared zeros 7 do, and after 12 at most 7 more.
_COARSE: Final = 10**12
_FINE: Final = range(1, 8)
# Leaves room in Int128 for a percentage and a number of days on top.
_LARGEST_PRODUCT: Final = 10**31


def units(column: str | pl.Expr) -> pl.Expr:
    """A canonical decimal column as whole units of 1e-18 (Int128)."""
    expr = pl.col(column) if isinstance(column, str) else column
    return expr.to_physical()


def reduced(frame: pl.LazyFrame, num: str, den: str) -> pl.LazyFrame:
    """`frame` with both Int128 columns divided by the powers of ten they share, up to 19: products stay in Int128."""
    both = {"_num": pl.col(num), "_den": pl.col(den)}
    # What is left of either after the coarse step decides the fine one, in 64 bits: a third of the cost.
    is_coarse = pl.all_horizontal(number % _COARSE == 0 for number in both.values())
    rest = {
        name: (pl.when("_is_coarse").then(number // _COARSE).otherwise(number) % 10 ** _FINE[-1]).cast(pl.Int64)
        for name, number in both.items()
    }
    fine = pl.lit(1, pl.Int64)
    for power in _FINE:
        is_shared = pl.all_horizontal(pl.col(name) % 10**power == 0 for name in both)
        fine = pl.when(is_shared).then(pl.lit(10**power, pl.Int64)).otherwise(fine)
    coarse = pl.when("_is_coarse").then(pl.lit(_COARSE, pl.Int128)).otherwise(pl.lit(1, pl.Int128))
    return (
        frame.with_columns(_is_coarse=is_coarse)
        .with_columns(**rest)
        .with_columns(_divisor=fine.cast(pl.Int128) * coarse)
        .with_columns(pl.col(num, den) // pl.col("_divisor"))
        .drop("_is_coarse", "_num", "_den", "_divisor")
    )


def term(num: pl.Expr, den: pl.Expr) -> pl.Expr:
    """One fraction; `num` and `den` are whole numbers, `den` > 0."""
    return pl.struct(num=num.cast(pl.Int128), den=den.cast(pl.Int128))


def terms(*parts: pl.Expr) -> pl.Expr:
    """The exact value that is the sum of these `term`s."""
    return pl.concat_list(*parts)


def scaled(value: pl.Expr, factor: Fraction) -> pl.Expr:
    """An exact value times a constant."""
    num, den = pl.element().struct.field("num"), pl.element().struct.field("den")
    return value.list.eval(term(num * factor.numerator, den * factor.denominator))


def floor_sum(value: pl.Expr) -> pl.Expr:
    """The value times `SCALE`, each term floored (Int128); null where the value is null or a term is too large."""
    num, den = pl.element().struct.field("num"), pl.element().struct.field("den")
    is_small = value.list.eval(num.abs() <= _LARGEST_NUMERATOR).list.all()
    return pl.when(is_small).then(value.list.eval((num * SCALE) // den).list.sum())


def floor_ratio(num: pl.Expr, den: pl.Expr) -> pl.Expr:
    """num/den times 10**15, floored, by long division: also of numbers that are too long to multiply by it."""
    rest = (num % den) * 10**8
    return (num // den) * 10**15 + (rest // den) * 10**7 + ((rest % den) * 10**7) // den


def rounded(low: pl.Expr, digits: int) -> pl.Expr:
    """A floored sum rounded half up, in whole units of 10**-digits; only for rows that are not doubtful."""
    unit = SCALE // _power(digits)
    return (low + unit // 2) // unit


def decimal(in_units: pl.Expr, digits: int) -> pl.Expr:
    """Whole units of 10**-digits as Decimal(38, digits)."""
    return in_units.cast(pl.Decimal(38, digits)) / _power(digits)


def is_doubtful(low: pl.Expr, slack: pl.Expr, digits: int) -> pl.Expr:
    """Whether the floored sum leaves the last digit open: the true sum lies in [low, low + slack].

    Also where there is no floored sum, and below zero, where half away from zero is not half up.
    """
    unit = SCALE // _power(digits)
    return low.is_null() | (low < 0) | ((low + unit // 2) % unit + slack >= unit)


def fits(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    """Whether the product of two whole numbers leaves Int128 room for a percentage and a number of days."""
    return one.abs() <= _LARGEST_PRODUCT // pl.max_horizontal(other.abs(), pl.lit(1, pl.Int128))


def fraction(value: list[dict[str, int]]) -> Fraction:
    """The exact value of a list of terms, as Python reads it from a frame."""
    return sum((Fraction(part["num"], part["den"]) for part in value), Fraction(0))


def rounded_exactly(number: Fraction, digits: int) -> int:
    """`number` rounded half away from zero, in whole units of 10**-digits."""
    steps = math.floor(abs(number) * _power(digits) + Fraction(1, 2))
    return steps if number >= 0 else -steps


def _power(digits: int) -> int:
    return int(10**digits)
