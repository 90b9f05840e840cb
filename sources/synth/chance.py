"""Chance without state: a draw is a pure function of (seed, stream, key).

Counter-based draws (the finaliser of SplitMix64, Steele et al. 2014) in wrapping 64-bit integer arithmetic: the same on
every machine and Polars version, whatever the chunk, thread count or order of rows. Floats are reached only by exact
steps (an integer below 2^53 times a power of two, then + - * /), so they agree to the last bit too.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import polars as pl

_FIRST = 0xBF58476D1CE4E5B9
_SECOND = 0x94D049BB133111EB
_STEP = 0x9E3779B97F4A7C15


def _u64(value: int) -> pl.Expr:
    return pl.lit(value, dtype=pl.UInt64)


@dataclass(frozen=True, slots=True)
class Chance:
    """All draws of one seed; a `stream` names what is drawn, a key (integer expression) for whom."""

    seed: int

    def bits(self, stream: str, key: pl.Expr) -> pl.Expr:
        """64 random bits (UInt64)."""
        start = int.from_bytes(hashlib.sha256(f"{self.seed}:{stream}".encode()).digest()[:8], "little")
        mixed = key.cast(pl.UInt64) * _u64(_STEP) + _u64(start)
        mixed = (mixed ^ (mixed // 2**30)) * _u64(_FIRST)
        mixed = (mixed ^ (mixed // 2**27)) * _u64(_SECOND)
        return mixed ^ (mixed // 2**31)

    def unit(self, stream: str, key: pl.Expr) -> pl.Expr:
        """Uniform in [0, 1) (Float64)."""
        return (self.bits(stream, key) // 2**11).cast(pl.Float64) * 2.0**-53

    def whole(self, stream: str, key: pl.Expr, n: int) -> pl.Expr:
        """Uniform among 0..n-1 (Int64); n well below 2^32."""
        return ((self.bits(stream, key) // 2**32) * _u64(n) // 2**32).cast(pl.Int64)

    def happens(self, stream: str, key: pl.Expr, share: pl.Expr | float) -> pl.Expr:
        """True with the probability `share`."""
        return self.unit(stream, key) < share

    def bell(self, stream: str, key: pl.Expr) -> pl.Expr:
        """Bell-shaped around 0 within -1..1 (standard deviation 0.29): the mean of four uniforms, stretched."""
        bits = self.bits(stream, key)
        four = bits % 2**16 + (bits // 2**16) % 2**16 + (bits // 2**32) % 2**16 + bits // 2**48
        return four.cast(pl.Float64) * 2.0**-17 - 1.0

    def pick(self, stream: str, key: pl.Expr, options: tuple[str, ...]) -> pl.Expr:
        """One of the options, each as likely."""
        return choose(self.whole(stream, key, len(options)), options)


def choose(number: pl.Expr, options: tuple[str, ...]) -> pl.Expr:
    """The option of that number (0-based)."""
    numbers = list(range(len(options)))
    return number.replace_strict(numbers, list(options), return_dtype=pl.String)
