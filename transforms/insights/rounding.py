"""How a statistic leaves: rounded once, half away from zero, to a decimal of the digits its column keeps."""

from __future__ import annotations

from typing import Final

import polars as pl

SCORE: Final = 2
"""Digits of points, indices and hours."""
SHARE: Final = 6
"""Digits of shares, coefficients and probabilities."""


def rounded(number: str | pl.Expr, digits: int) -> pl.Expr:
    """A float as a decimal; null, and what is no number, is null."""
    expr = pl.col(number) if isinstance(number, str) else number
    finite = pl.when(expr.is_finite()).then(expr)
    return finite.round(digits, mode="half_away_from_zero").cast(pl.Decimal(38, digits))


def probability(p: str | pl.Expr) -> pl.Expr:
    """A probability as a decimal of six digits, never 0 nor 1: 0.000001 is that or less, 0.999999 that or more."""
    expr = pl.col(p) if isinstance(p, str) else p
    least = 10.0**-SHARE
    return rounded(expr.clip(least, 1 - least), SHARE)


def share(hits: str | pl.Expr, of: str | pl.Expr) -> pl.Expr:
    """Hits out of `of`, as a float; null where there is none: nothing happened is not nothing achieved."""
    part = pl.col(hits) if isinstance(hits, str) else hits
    whole = pl.col(of) if isinstance(of, str) else of
    return pl.when(whole > 0).then(part / whole)
