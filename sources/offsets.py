"""Between the clock on the wall and the instant: the timezone of an agency, and offsets written in a text."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CLOCKS_KNOWN_UNTIL: Final = 4_102_444_800_000_000
"""1 January 2100, in microseconds."""


def localised(moment: pl.Expr, timezone: str) -> pl.Expr:
    """A wall-clock moment as an instant: the earlier of two, null where the clock skipped it."""
    return moment.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")


def at_offset(moment: pl.Expr, offset: pl.Expr, timezone: str) -> pl.Expr:
    """A wall-clock moment that is so far ahead of UTC, as an instant."""
    return (moment - offset).dt.replace_time_zone("UTC").dt.convert_time_zone(timezone)


def steady_offset(clocks: NDArray[np.int64], timezone: str) -> int | None:
    """Microseconds ahead of UTC where no clock was moved in the years of these (microseconds since 1970), else None."""
    first, last = int(clocks.min(initial=_CLOCKS_KNOWN_UNTIL)), int(clocks.max(initial=0))
    if first < 0 or last >= _CLOCKS_KNOWN_UNTIL:
        return None
    first_year, last_year = (datetime.fromtimestamp(end // 1_000_000, UTC).year for end in (first, last))
    offsets = {_offset_of_year(timezone, year) for year in range(first_year, last_year + 1)}
    return offsets.pop() if len(offsets) == 1 else None


@lru_cache(maxsize=4096)
def _offset_of_year(timezone: str, year: int) -> int | None:
    """Microseconds ahead of UTC where it is the same all year, else None.

    Looked at each quarter of an hour: no zone ever moved its clocks there and back within one.
    """
    start, end = datetime(year, 1, 1), datetime(year + 1, 1, 1)  # noqa: DTZ001 - the clock on the wall
    clock = pl.datetime_range(start, end, "15m", time_unit="us", eager=True).alias("clock")
    offsets = clock.to_frame().select(
        pl.col("clock").to_physical() - localised(pl.col("clock"), timezone).to_physical()
    )
    distinct = offsets.to_series().unique().to_list()
    return distinct[0] if len(distinct) == 1 else None


def offset_minutes(offset: pl.Expr) -> pl.Expr:
    """Minutes ahead of UTC, of `Z`, `+07`, `+0700` or `+07:00`."""
    hours = offset.str.extract(r"^[+-]([0-9]{2})").cast(pl.Int64).fill_null(0)
    minutes = offset.str.extract(r"^[+-][0-9]{2}:?([0-9]{2})$").cast(pl.Int64).fill_null(0)
    sign = pl.when(offset.str.starts_with("-")).then(-1).otherwise(1)
    return sign * (hours * 60 + minutes)
