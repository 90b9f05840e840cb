"""What chance alone would do: the few statistics that several families test with.

Floats, deterministic for the same numbers in the same order. Of arrays, where NaN stands for what is not tested. Made
of `scipy.special`, for loading `scipy.stats` takes as long as all of these tests; loaded when first used.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

Z95: Final = 1.959963984540054
"""The 97.5 % point of the normal distribution: intervals are of 95 %."""
_NEVER: Final = 1e-300
_LEAST_CORRELATION: Final = 1e-6
_AS_LIKELY: Final = 1e-7
"""Relative difference within which two tables are equally likely: what is left of digits of a large one."""
TRIMMED: Final = 0.01
"""Share of the most extreme that tell nothing of what is usual."""


def adjusted(p_values: Sequence[float | None] | Floats) -> Floats:
    """Benjamini-Hochberg: the share of false alarms among all that are as small; NaN (or None) stays NaN."""
    found = np.array(p_values, dtype=float)
    tested = np.flatnonzero(~np.isnan(found))
    ordered = tested[np.argsort(found[tested], kind="stable")]
    number = len(ordered)
    shares = found[ordered] * (number / np.arange(1, number + 1))
    found[ordered] = np.minimum(np.minimum.accumulate(shares[::-1])[::-1], 1.0)
    return found


def beta_binomial(hits: ArrayLike, of: ArrayLike, *, trimmed: float = TRIMMED) -> tuple[float, float]:
    """Mean and correlation of shares that differ from one to the next (ANOVA estimator), without the `trimmed` top.

    Correlation 0 is the binomial. The extremes are left out, for they are what is looked for: those farthest above the
    mean for their number of trials, so that one hit of one does not stand in for ten of ten.
    """
    k, n = np.asarray(hits, dtype=np.int64), np.asarray(of, dtype=np.int64)
    k, n = k[n > 0], n[n > 0]
    everybody = k.sum() / max(1, n.sum())
    usual = np.lexsort((n, k, (k - n * everybody) / np.sqrt(n)))
    usual = usual[: max(1, math.floor(len(usual) * (1 - trimmed)))]
    k, n = k[usual], n[usual]
    groups, total = len(k), int(n.sum())
    if total == 0:
        return 0.0, 0.0
    mean = int(k.sum()) / total
    if groups < 2 or total <= groups or mean in (0.0, 1.0):
        return mean, 0.0
    between = float((n * (k / n - mean) ** 2).sum()) / (groups - 1)
    within = float((k * (1 - k / n)).sum()) / (total - groups)
    size = (total - int((n * n).sum()) / total) / (groups - 1)
    spread = between + (size - 1) * within
    return mean, max(0.0, (between - within) / spread) if spread > 0 else 0.0


def chance_of_so_many(hits: ArrayLike, of: ArrayLike, mean: float, correlation: float) -> Floats:
    """Probability of as many hits or more, where the share is `mean` on average and differs by `correlation`.

    NaN where there is nothing to hit.
    """
    every_k, every_n = np.asarray(hits, dtype=np.int64), np.asarray(of, dtype=np.int64)
    most = int(every_k.max(initial=0)) + 1
    # Many have the same few of few: each pair of numbers once.
    pairs, places = np.unique(every_n * most + every_k, return_inverse=True)
    n, k = np.divmod(pairs, most)
    mean = min(max(mean, _NEVER), 1 - 1e-12)
    if correlation <= _LEAST_CORRELATION:
        found = _binomial_tail(k, n, mean)
    else:
        scale = (1 - correlation) / correlation
        found = _beta_binomial_tail(k, n, mean * scale, (1 - mean) * scale)
    return np.where(n > 0, np.clip(found, 0.0, 1.0), np.nan)[places]


def _binomial_tail(k: NDArray[np.int64], n: NDArray[np.int64], mean: float) -> Floats:
    from scipy.special import betainc

    found: Floats = np.where(k > 0, betainc(np.maximum(k, 1), n - np.maximum(k, 1) + 1, mean), 1.0)
    return found


def _beta_binomial_tail(k: NDArray[np.int64], n: NDArray[np.int64], a: float, b: float) -> Floats:
    from scipy.special import betaln

    # One term a number of hits from k to n: for each row its own, one row after another.
    terms = n - k + 1
    row = np.repeat(np.arange(len(k)), terms)
    hits = np.arange(len(row)) - (np.cumsum(terms) - terms)[row] + k[row]
    rest = n[row] - hits
    ways = -np.log(n[row] + 1.0) - betaln(rest + 1, hits + 1)
    likely = np.exp(ways + betaln(hits + a, rest + b) - betaln(a, b))
    found: Floats = np.where(k > 0, np.bincount(row, likely, minlength=len(k)), 1.0)
    return found


def poisson_tail(hits: ArrayLike, expected: ArrayLike) -> Floats:
    """Probability of as many or more where so many are expected."""
    from scipy.special import pdtrc

    k = np.asarray(hits)
    found: Floats = np.where(k > 0, pdtrc(np.maximum(k, 1) - 1, np.asarray(expected)), 1.0)
    return found


def fisher(hits: int, of: int, other_hits: int, other_of: int) -> float:
    """Two-sided p of Fisher's exact test: the probability of all tables that are no likelier than this one."""
    from scipy.special import betaln

    drawn, total = hits + other_hits, of + other_of
    table = np.arange(max(0, drawn - other_of), min(drawn, of) + 1)

    def ways(n: int, k: NDArray[np.int64]) -> Floats:
        return np.asarray(-np.log(n + 1.0) - betaln(n - k + 1, k + 1))

    likely = np.exp(ways(of, table) + ways(other_of, drawn - table) - ways(total, np.array(drawn)))
    as_likely = likely <= likely[hits - table[0]] * (1 + _AS_LIKELY)
    return min(1.0, float(likely[as_likely].sum()))


def welch(
    difference: ArrayLike, variance: ArrayLike, of: ArrayLike, other_variance: ArrayLike, other_of: ArrayLike
) -> Floats:
    """Two-sided p of Welch's t-test of differences of two means; NaN where neither side varies."""
    from scipy.special import stdtr

    own, other = np.asarray(variance) / np.asarray(of), np.asarray(other_variance) / np.asarray(other_of)
    with np.errstate(divide="ignore", invalid="ignore"):
        both = own + other
        freedom = both**2 / (own**2 / (np.asarray(of) - 1) + other**2 / (np.asarray(other_of) - 1))
        t = np.asarray(difference) / np.sqrt(both)
    return np.where(both > 0, 2 * stdtr(freedom, -np.abs(t)), np.nan)


def two_sided(z: float) -> float:
    """Probability of a standard normal as far from 0 or farther."""
    return math.erfc(abs(z) / math.sqrt(2))


def ratio_interval(hits: int, of: int, other_hits: int, other_of: int) -> tuple[float, float]:
    """95 % interval of a ratio of two shares: normal in the logarithm, half a hit added where one has none.

    It begins at 0 where the first has no hit: the ratio itself is 0, which no logarithm reaches.
    """
    a, n, b, m = float(hits), float(of), float(other_hits), float(other_of)
    if min(hits, other_hits) == 0:
        a, n, b, m = a + 0.5, n + 1, b + 0.5, m + 1
    ratio = (a / n) / (b / m)
    spread = Z95 * math.sqrt(max(0.0, 1 / a - 1 / n + 1 / b - 1 / m))
    return (ratio * math.exp(-spread) if hits else 0.0), ratio * math.exp(spread)


def pooled_ratio(strata: Sequence[tuple[int, int, int, int]]) -> tuple[float, float, float, float] | None:
    """Ratio of two groups' shares within strata: (ratio, low, high, p); None where no stratum has both.

    A stratum is (hits, of, hits of the other, of the other). Mantel-Haenszel, with the variance of its logarithm by
    Greenland and Robins (1985).
    """
    own = other = variance = 0.0
    for a, n, b, m in strata:
        if n == 0 or m == 0:
            continue
        total = n + m
        own += a * m / total
        other += b * n / total
        variance += ((a + b) * n * m - a * b * total) / total**2
    if own <= 0 or other <= 0:
        return None
    ratio, spread = own / other, math.sqrt(max(0.0, variance / (own * other)))
    p = two_sided(math.log(ratio) / spread) if spread > 0 else 1.0
    return ratio, ratio * math.exp(-Z95 * spread), ratio * math.exp(Z95 * spread), p


def line(x: ArrayLike, y: ArrayLike) -> tuple[float, float]:
    """Intercept and slope of the least-squares line; slope 0 where x does not vary."""
    one, two = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if len(one) == 0:
        return 0.0, 0.0
    mean_x, mean_y = float(one.mean()), float(two.mean())
    spread = float(((one - mean_x) ** 2).sum())
    if spread == 0:
        return mean_y, 0.0
    slope = float(((one - mean_x) * (two - mean_y)).sum()) / spread
    return mean_y - slope * mean_x, slope
