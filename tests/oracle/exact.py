"""Exact numbers: how a Fraction becomes the Decimal that is stored, and what a target or a scale makes of a value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

ZERO = Fraction(0)
HALF = Fraction(1, 2)


def half_away_from_zero(number: Fraction, places: int) -> Decimal:
    """`number` as a Decimal with `places` decimals.

    "only what is stored is rounded (achievement, group score, score: 2 decimals; value: 6), half away from zero."
    """
    units = int(abs(number) * 10**places + HALF)
    digits = tuple(int(digit) for digit in str(units))
    return Decimal((1 if number < 0 and units else 0, digits, -places))


def stored(number: Fraction | None, places: int) -> Decimal | None:
    """`number` rounded as stored; None stays None: missing is not zero."""
    return None if number is None else half_away_from_zero(number, places)


def mean(numbers: Iterable[Fraction]) -> Fraction:
    """Arithmetic mean of at least one number."""
    listed = list(numbers)
    return sum(listed, ZERO) / len(listed)


def median(numbers: Iterable[Fraction]) -> Fraction:
    """Median of at least one number. "Median of an even count = mean of the middle two." """
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    if len(ordered) % 2 == 1:
        return ordered[middle]
    return mean(ordered[middle - 1 : middle + 1])


def achievement(value: Fraction, target: Fraction, direction: str, cap: Fraction) -> Fraction:
    """Percent of the target reached.

    "higher is better `100*v/t`; lower is better `100*(2 - v/t)`; clipped to [0,120]."
    """
    reached = value / target
    percent = 100 * reached if direction == "higher" else 100 * (2 - reached)
    return min(max(percent, ZERO), cap)


def on_scale(value: Fraction, points: Sequence[tuple[Decimal, Decimal]], cap: Fraction) -> Fraction:
    """Achievement read from a scale: "breakpoints, linear between, flat outside"."""
    exact = [(Fraction(at), Fraction(gives)) for at, gives in points]
    if value <= exact[0][0]:
        percent = exact[0][1]
    elif value >= exact[-1][0]:
        percent = exact[-1][1]
    else:
        place = next(i for i, (at, _) in enumerate(exact) if value < at)
        (left, low), (right, high) = exact[place - 1], exact[place]
        percent = low + (high - low) * (value - left) / (right - left)
    return min(max(percent, ZERO), cap)
