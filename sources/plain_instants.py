"""Moments as devices and databases write them, `2026-07-01T07:30:00` with or without an offset, eight bytes at a time.

Most cells of an agency are such moments. Their bytes are looked at in words of eight, all digits of a word at once;
every digit and separator is checked, and what is not exactly of this shape and century is left to the general way.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from sources.offsets import at_offset, localised, offset_minutes, steady_offset

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_N_BYTES: Final = 19
_OFFSET: Final = r"^(?:Z|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)$"
_ROWS: Final = 1 << 14
"""How many are worked on at once, so that what is worked with stays near the processor."""
_DATE, _DAY, _CLOCK = b"20dd-dd-", b"ddTd", b"dd:dd:dd"
"""The words at bytes 0, 8 and 11, `d` for every digit."""
_BLANK_FOR_T: Final = (ord(" ") ^ ord("T")) << 16
_HIGH_BITS: Final = 0x8080808080808080
_INSTANT: Final = pl.col("instant")
_TAILS: Final = pl.col("text").filter(pl.col("text").str.len_bytes() > _N_BYTES).str.slice(_N_BYTES)
"""What stands after the clock, where something does."""


def cells(text: pl.Expr) -> pl.Expr:
    """The first 19 bytes of each text; null where it is shorter, or a letter of them takes more than one byte."""
    heads = text.str.slice(0, _N_BYTES).cast(pl.Binary)
    return heads.bin.reinterpret(dtype=pl.Array(pl.UInt8, _N_BYTES), endianness="little")


def plain_instants(texts: pl.Series, cells: pl.Series, timezone: str) -> pl.Series:
    """The moments of a batch of texts, given their `cells`.

    Null for every text of another shape, also where there is no such day.
    """
    dtype = pl.Datetime("us", timezone)
    if cells.null_count() == len(cells):
        return pl.repeat(None, len(cells), dtype=dtype, eager=True)
    # In this thread and with few calls: a batch is small beside what it costs to ask Polars for something.
    clocks, is_moment = _clocks(cells)
    is_whole = bool(is_moment.all())
    moments = clocks if is_whole else clocks[is_moment]
    if not len(moments):
        return pl.repeat(None, len(cells), dtype=dtype, eager=True)
    steady = steady_offset(moments, timezone)
    if steady is not None and _are_ahead_by(steady, texts):
        clocks -= steady
        instants = pl.Series("instant", clocks).cast(dtype)
    else:
        instants = _one_by_one(clocks, texts, timezone).alias("instant")
    if is_whole:
        return instants
    return instants.to_frame().select_seq(pl.when(pl.Series(is_moment)).then(_INSTANT)).to_series()


def _are_ahead_by(microseconds: int, texts: pl.Series) -> bool:
    """Whether every text that says an offset says this one, in the same words: as a rule, of one office in one zone."""
    tails = texts.alias("text").to_frame().select_seq(_TAILS).to_series()
    if not len(tails):
        return True
    tail = tails[0]
    return _microseconds_said(tail) == microseconds and bool((tails == tail).all())


@lru_cache(maxsize=64)
def _microseconds_said(tail: str) -> int | None:
    said: int | None = _microseconds_ahead(pl.Series([tail])).item()
    return said


def _one_by_one(clocks: NDArray[np.int64], texts: pl.Series, timezone: str) -> pl.Series:
    """What each clock means by the offset beside it, or by the timezone; null where the offset is none."""
    tails = texts.str.slice(_N_BYTES)
    distinct = tails.unique()
    ahead = tails.replace_strict(distinct, _microseconds_ahead(distinct), return_dtype=pl.Int64)
    clock = pl.Series(clocks).cast(pl.Datetime("us"))
    moments = pl.DataFrame({"clock": clock, "ahead": ahead, "bare": texts.str.len_bytes() == _N_BYTES})
    given = at_offset(pl.col("clock"), pl.duration(microseconds="ahead"), timezone)
    local = localised(pl.col("clock"), timezone)
    return moments.select(pl.when("bare").then(local).otherwise(given)).to_series()


def _microseconds_ahead(tails: pl.Series) -> pl.Series:
    """Of UTC; null where the rest of a text is no offset."""
    tail = pl.col("tail")
    minutes = pl.when(tail.str.contains(_OFFSET)).then(offset_minutes(tail))
    return tails.alias("tail").to_frame().select(minutes * 60_000_000).to_series()


def _clocks(cells: pl.Series) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Microseconds since 1970 by the clock on the wall, 0 where 19 bytes do not tell, and whether they do."""
    import numpy as np

    flat = cells.rechunk().reshape((-1,))
    heads = (flat.fill_null(0) if flat.has_nulls() else flat).to_numpy().reshape(-1, _N_BYTES)
    microseconds = np.empty(len(heads), np.int64)
    is_moment = np.empty(len(heads), np.bool_)
    for start in range(0, len(heads), _ROWS):
        part = slice(start, start + _ROWS)
        _work_out(heads[part], microseconds[part], is_moment[part])
    return microseconds, is_moment


def _work_out(cells: NDArray[np.uint8], microseconds: NDArray[np.int64], is_moment: NDArray[np.bool_]) -> None:
    """Fill in what rows of 19 bytes say."""
    import numpy as np

    date, day, clock = (_word(cells, *one) for one in ((0, _DATE, "<u8"), (8, _DAY, "<u4"), (11, _CLOCK, "<u8")))
    has_blank = (day & np.uint32(0xFF << 16)) == np.uint32(_BLANK_FOR_T)
    if has_blank.any():
        day ^= has_blank * np.uint32(_BLANK_FOR_T)
    odd = _odd(date, _DATE)
    odd |= _odd(day, _DAY)
    odd |= _odd(clock, _CLOCK)
    for word in (date, day, clock):
        # Byte n then holds the number that bytes n and n + 1 write.
        ones = word >> word.dtype.type(8)
        word *= word.dtype.type(10)
        word += ones
    clock &= np.uint64(0xFF | 0xFF << 24 | 0xFF << 48)
    # 99 at most in each: the highest bit shows what is no hour, minute or second.
    odd |= clock + np.uint64((128 - 24) | (128 - 60) << 24 | (128 - 60) << 48)
    odd &= np.uint64(_HIGH_BITS)
    # Seven bits for each of year, month and day, from bytes 2, 5 and 0.
    date >>= np.uint64(2)
    place = date >> np.uint64(31)
    date &= np.uint64(0x7F << 14)
    place &= np.uint64(0x7F << 7)
    place |= date
    place |= day & np.uint32(0x7F)
    midnight = _midnights().take(place.view(np.int64), mode="clip")
    np.logical_and(odd == 0, midnight, out=is_moment)
    # Byte 3 and those above become minutes, with the hours in them.
    seconds = clock >> np.uint64(48)
    clock *= np.uint64(1 | 60 << 24)
    clock >>= np.uint64(24)
    clock &= np.uint64(0xFFFF)
    clock *= np.uint64(60)
    clock += seconds
    clock *= np.uint64(1_000_000)
    np.add(midnight, clock.view(np.int64), out=microseconds)
    if not is_moment.all():
        microseconds *= is_moment


def _word(cells: NDArray[np.uint8], begin: int, shape: bytes, dtype: str) -> NDArray[Any]:
    """The word of each row that begins at a byte, every digit as the number it is and every separator as 0."""
    import numpy as np

    word: NDArray[Any] = np.ndarray((len(cells),), dtype, cells, begin, (_N_BYTES,))
    less: NDArray[Any] = word ^ word.dtype.type(int.from_bytes(shape.replace(b"d", b"0"), "little"))
    return less


def _odd(word: NDArray[Any], shape: bytes) -> NDArray[Any]:
    """The same with the highest bit of each byte set that was no digit or no such separator."""
    # What is over 9, or over 0 for a separator, gets that bit by this, or has it.
    beyond = bytes(0x76 if byte == ord("d") else 0x7F for byte in shape)
    odd: NDArray[Any] = word + word.dtype.type(int.from_bytes(beyond, "little"))
    odd |= word
    return odd


@cache
def _midnights() -> NDArray[np.int64]:
    """Microseconds since 1970 at `(year - 2000) << 14 | month << 7 | day`; 0 where there is no such day."""
    import numpy as np

    midnights = np.zeros(1 << 21, np.int64)
    dates = np.arange("2000-01-01", "2100-01-01", dtype="datetime64[D]")
    months, years = dates.astype("datetime64[M]"), dates.astype("datetime64[Y]").astype(np.int64) - 30
    of_month = (dates - months).astype(np.int64) + 1
    place = years << 14 | (months.astype(np.int64) % 12 + 1) << 7 | of_month
    midnights[place] = dates.astype("datetime64[us]").astype(np.int64)
    return midnights
