"""What chance alone would do: the few statistics that several families test with.

Floats, deterministic for the same numbers in the same order; scipy is loaded when first used, for it costs a second.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Z95: Final = 1.959963984540054
"""The 97.5 % point of the normal distribution: intervals are of 95 %."""
_NEVER: Final = 1e-300
_LEAST_CORRELATION: Final = 1e-6
TRIMMED: Final = 0.01
"""Share of the most extreme that tell nothing of what is usual."""


def adjusted(p_values: Sequence[float | None]) -> list[float | None]:
    """Benjamini-Hochberg: the share of false alarms among all that are as small; None stays None."""
    from scipy.stats import false_discovery_control

    known = [p for p in p_values if p is not None and not math.isnan(p)]
    if not known:
        return [None] * len(p_values)
    found = iter(false_discovery_control(known).tolist())
    return [None if p is None or math.isnan(p) else float(next(found)) for p in p_values]


def beta_binomial(hits: Sequence[int], of: Sequence[int], *, trimmed: float = TRIMMED) -> tuple[float, float]:
    """Mean and correlation of shares that differ from one to the next (ANOVA estimator), without the `trimmed` top.

    Correlation 0 is the binomial. The extremes are left out, for they are what is looked for: those farthest above the
    mean for their number of trials, so that one hit of one does not stand in for ten of ten.
    """
    pairs = [(k, n) for k, n in zip(hits, of, strict=True) if n > 0]
    everybody = sum(k for k, _ in pairs) / max(1, sum(n for _, n in pairs))
    pairs.sort(key=lambda pair: ((pair[0] - pair[1] * everybody) / math.sqrt(pair[1]), pair))
    pairs = pairs[: max(1, math.floor(len(pairs) * (1 - trimmed)))] if pairs else []
    total = sum(n for _, n in pairs)
    if not pairs or total == 0:
        return 0.0, 0.0
    mean = sum(k for k, _ in pairs) / total
    groups = len(pairs)
    if groups < 2 or total <= groups or mean in (0.0, 1.0):
        return mean, 0.0
    between = sum(n * (k / n - mean) ** 2 for k, n in pairs) / (groups - 1)
    within = sum(k * (1 - k / n) for k, n in pairs) / (total - groups)
    size = (total - sum(n * n for _, n in pairs) / total) / (groups - 1)
    spread = between + (size - 1) * within
    return mean, max(0.0, (between - within) / spread) if spread > 0 else 0.0


def chance_of_so_many(hits: Sequence[int], of: Sequence[int], mean: float, correlation: float) -> list[float | None]:
    """Probability of as many hits or more, where the share is `mean` on average and differs by `correlation`."""
    import numpy as np
    from scipy.stats import betabinom, binom

    if not hits:
        return []
    k, n = np.asarray(hits, dtype=float), np.asarray(of, dtype=float)
    mean = min(max(mean, _NEVER), 1 - 1e-12)
    if correlation <= _LEAST_CORRELATION:
        found = binom.sf(k - 1, n, mean)
    else:
        scale = (1 - correlation) / correlation
        found = betabinom.sf(k - 1, n, mean * scale, (1 - mean) * scale)
    return [float(p) if count > 0 else None for p, count in zip(np.clip(found, 0.0, 1.0), of, strict=True)]


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


def line(x: Sequence[float], y: Sequence[float]) -> tuple[float, float]:
    """Intercept and slope of the least-squares line; slope 0 where x does not vary."""
    n = len(x)
    if n == 0:
        return 0.0, 0.0
    mean_x, mean_y = math.fsum(x) / n, math.fsum(y) / n
    spread = math.fsum((one - mean_x) ** 2 for one in x)
    if spread == 0:
        return mean_y, 0.0
    slope = math.fsum((one - mean_x) * (two - mean_y) for one, two in zip(x, y, strict=True)) / spread
    return mean_y - slope * mean_x, slope
