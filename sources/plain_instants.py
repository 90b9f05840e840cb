"""Moments as devices and databases write them, `2026-07-01T07:30:00` with or without an offset, eight bytes at a time.

Most cells of an agency are such moments. Their bytes are looked at in three overlapping words of eight; every digit and
separator is checked, and what is not exactly of this shape is left to the general way.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

import polars as pl

from sources.offsets import at_offset, localised, offset_minutes, steady_offset

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_N_BYTES: Final = 19
_OFFSET: Final = r"^(?:Z|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)$"
_ROWS: Final = 1 << 13
"""How many are worked on at once, so that what is worked with stays near the processor."""
_WORDS: Final = ((0, b"0000-00-"), (8, b"00T00:00"), (11, b"00:00:00"))
"""Where each word begins, and what it is with every digit zero."""
_BLANK_FOR_T: Final = (ord(" ") ^ ord("T")) << 16
_HIGH_BITS: Final = 0x8080808080808080
_FIRST_YEAR, _N_YEARS = 1970, 130
_TEXT: Final = pl.col("text")
_CELLS: Final = (
    _TEXT.cast(pl.Binary).bin.head(_N_BYTES).bin.reinterpret(dtype=pl.Array(pl.UInt8, _N_BYTES), endianness="little")
)


def plain_instants(batch: pl.Series, timezone: str) -> pl.Series:
    """The moments of a batch of texts; null for every text of another shape, also where there is no such day."""
    texts = pl.DataFrame({"text": batch, "n_bytes": batch.str.len_bytes()})
    is_long = texts["n_bytes"] >= _N_BYTES
    n_long = is_long.sum()
    if 0 < n_long == len(batch):
        return _instants(texts, timezone)
    none = pl.repeat(None, len(batch), dtype=pl.Datetime("us", timezone), eager=True)
    return none.scatter(is_long.arg_true(), _instants(texts.filter(is_long), timezone)) if n_long else none


def _instants(texts: pl.DataFrame, timezone: str) -> pl.Series:
    """Of texts that are long enough."""
    # One selection: what is asked of Polars one by one costs more than the work itself.
    clocks, is_moment = _clocks(texts.select(_CELLS).to_series())
    steady = steady_offset(clocks[is_moment], timezone)
    if steady is not None and _ahead_by(steady, texts["text"], texts["n_bytes"]):
        instants = pl.Series(clocks - steady).cast(pl.Datetime("us", timezone))
    else:
        instants = _one_by_one(clocks, texts["text"], texts["n_bytes"], timezone)
    return instants if is_moment.all() else instants.scatter((~is_moment).nonzero()[0], None)


def _ahead_by(microseconds: int, texts: pl.Series, n_bytes: pl.Series) -> bool:
    """Whether every text says this offset, in the same words, or none: as a rule, of one office in one zone."""
    if n_bytes.max() == _N_BYTES:
        return True
    has_tail = n_bytes != _N_BYTES
    tail = texts[has_tail.arg_max() or 0][_N_BYTES:]
    if _microseconds_said(tail) != microseconds:
        return False
    return bool((~has_tail | ((n_bytes == _N_BYTES + len(tail)) & texts.str.ends_with(tail))).all())


@lru_cache(maxsize=64)
def _microseconds_said(tail: str) -> int | None:
    said: int | None = _microseconds_ahead(pl.Series([tail])).item()
    return said


def _one_by_one(clocks: NDArray[np.int64], texts: pl.Series, n_bytes: pl.Series, timezone: str) -> pl.Series:
    """What each clock means by the offset beside it, or by the timezone; null where the offset is none."""
    tails = texts.str.slice(_N_BYTES)
    distinct = tails.unique()
    ahead = tails.replace_strict(distinct, _microseconds_ahead(distinct), return_dtype=pl.Int64)
    clock = pl.Series(clocks).cast(pl.Datetime("us"))
    moments = pl.DataFrame({"clock": clock, "ahead": ahead, "bare": n_bytes == _N_BYTES})
    given = at_offset(pl.col("clock"), pl.duration(microseconds="ahead"), timezone)
    local = localised(pl.col("clock"), timezone)
    return moments.select(pl.when("bare").then(local).otherwise(given)).to_series()


def _microseconds_ahead(tails: pl.Series) -> pl.Series:
    """Of UTC; null where the rest of a text is no offset."""
    tail = pl.col("tail")
    minutes = pl.when(tail.str.contains(_OFFSET)).then(offset_minutes(tail))
    return tails.alias("tail").to_frame().select(minutes * 60_000_000).to_series()


def _clocks(heads: pl.Series) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Microseconds since 1970 by the clock on the wall, 0 where 19 bytes do not tell, and whether they do."""
    import numpy as np

    cells = heads.rechunk().to_numpy()
    microseconds = np.empty(len(cells), np.int64)
    is_moment = np.empty(len(cells), np.bool_)
    for start in range(0, len(cells), _ROWS):
        part = slice(start, start + _ROWS)
        _work_out(np.ascontiguousarray(cells[part]), microseconds[part], is_moment[part])
    return microseconds, is_moment


def _work_out(cells: NDArray[np.uint8], microseconds: NDArray[np.int64], is_moment: NDArray[np.bool_]) -> None:
    """Fill in what rows of 19 bytes say."""
    import numpy as np

    numbers, odd = [], np.zeros(len(cells), np.uint64)
    for begin, zeros in _WORDS:
        word = np.ndarray((len(cells),), "<u8", cells, begin, (_N_BYTES,)) ^ np.uint64(int.from_bytes(zeros, "little"))
        if b"T" in zeros:
            has_blank = (word & np.uint64(0xFF << 16)) == np.uint64(_BLANK_FOR_T)
            if has_blank.any():
                word ^= has_blank * np.uint64(_BLANK_FOR_T)
        # A byte that is no digit (0 to 9), or no such separator (0), gets its highest bit by this, or has it.
        beyond = bytes(0x76 if byte == ord("0") else 0x7F for byte in zeros)
        odd |= word
        odd |= word + np.uint64(int.from_bytes(beyond, "little"))
        # Byte n then holds the number that bytes n and n + 1 write.
        tens = word * np.uint64(10)
        word >>= np.uint64(8)
        tens += word
        numbers.append(tens)
    date, day, clock = numbers
    days = _days()
    place = ((_byte(date, 0) * 100 + _byte(date, 2) - _FIRST_YEAR) * 100 + _byte(date, 5)) * 100 + _byte(day, 0)
    known = days.take(place, mode="clip")
    hour, minute, second = _byte(clock, 0), _byte(clock, 3), _byte(clock, 6)
    odd &= np.uint64(_HIGH_BITS)
    np.logical_and.reduce([odd == 0, known >= 0, hour < 24, minute < 60, second < 60], out=is_moment)
    seconds = (hour * 60 + minute) * 60 + second
    np.multiply((known.astype(np.int64) * 86_400 + seconds) * is_moment, 1_000_000, out=microseconds)


def _byte(words: NDArray[np.uint64], number: int) -> NDArray[np.int32]:
    import numpy as np

    return (words >> np.uint64(8 * number)).astype(np.uint8).astype(np.int32)


@cache
def _days() -> NDArray[np.int32]:
    """Days since 1970 at `((year - 1970) * 100 + month) * 100 + day`; -1 where there is none, as at both ends."""
    import numpy as np

    days = np.full(_N_YEARS * 10_000, -1, np.int32)
    dates = np.arange(f"{_FIRST_YEAR}-01-01", f"{_FIRST_YEAR + _N_YEARS}-01-01", dtype="datetime64[D]")
    months, years = dates.astype("datetime64[M]"), dates.astype("datetime64[Y]").astype(np.int64)
    of_month = (dates - months).astype(np.int64) + 1
    days[(years * 100 + months.astype(np.int64) % 12 + 1) * 100 + of_month] = dates.astype(np.int64)
    return days
