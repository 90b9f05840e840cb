"""Text to typed values by the contract, as Polars expressions: no cell passes through a float."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from typing import Final, NamedTuple

import polars as pl

from sources.contracts import DECIMAL, Column, Kind
from sources.mapping import EXCEL, ISO
from sources.offsets import at_offset, localised, offset_minutes
from sources.plain_instants import cells, plain_instants

_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_ISO_INSTANT: Final = (
    rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ]{_CLOCK}(?::[0-5][0-9](?:[.,][0-9]+)?)?"
    r" ?(?:Z|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)?$"
)
_SAMPLE: Final = 1_000
_MOST_KNOWN: Final = 10_000
"""Distinct texts of a column whose values are remembered from batch to batch."""
_ISO_DATE: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_ISO_MIDNIGHT: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]00:00(?::00(?:\.0+)?)?$"
_ISO_TIME: Final = rf"^{_CLOCK}(?::[0-5][0-9])?$"
_NUMBER: Final = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?$"
_EXPONENT: Final = r"[eE]([+-]?[0-9]{1,3})$"

PLAIN_DECIMAL: Final = r"^[+-]?[0-9]{1,15}(?:\.[0-9]{1,18})?$"
"""Numbers that can be nothing else and fit."""
LIMIT: Final = 10**15
"""Numbers are smaller than this, either way."""
_EXCEL_EPOCH: Final = pl.date(1899, 12, 30)
_DAY_MILLISECONDS: Final = 86_400_000
_OFFSET_DIRECTIVE: Final = re.compile(r"%:*z")
_CLOCK_DIRECTIVES: Final = ("%H", "%I", "%k", "%l", "%T", "%R")

NUMBER_REASON: Final = "does not parse as a number: at most 15 whole digits and 18 decimals"

# An identifier that went through a floating-point number has lost its last digits for good.
# The comma is that of a spreadsheet in Indonesian; "2E1" and "12.0" may be somebody's true numbering.
SPOILED_ID: Final = r"^[0-9][.,][0-9]+[eE]\+?[0-9]{2,3}$|^[0-9][eE]\+[0-9]{2,3}$|^[0-9]{8,}[.,]0+$"
SPOILED_REASON: Final = "an identifier turned into a number by a spreadsheet"


class Parsed(NamedTuple):
    """A typed value, and the reason where there was text but no value.

    `problem` looks at the value under its column's name, so that no cell is parsed twice: add `value` first.
    """

    value: pl.Expr
    problem: pl.Expr


def cell(text: pl.Expr) -> pl.Expr:
    """A cell as it counts: without surrounding blanks, null where nothing is left."""
    return text.map_batches(_stripped, return_dtype=pl.String, is_elementwise=True)


def _cell(text: pl.Expr) -> pl.Expr:
    """The same, for few texts."""
    stripped = text.str.strip_chars()
    return pl.when(stripped != "").then(stripped)


def runs(text: pl.Expr) -> pl.Expr:
    """Every text, once for each run of it, to look at: what was recorded together often repeats."""
    return text.filter(text.ne_missing(text.shift()))


def _stripped(batch: pl.Series) -> pl.Series:
    """Most cells need nothing: where they repeat, a look at each once shows it for less than stripping all."""
    texts = batch.alias("text").to_frame().select(runs(pl.col("text"))).to_series()
    if 2 * len(texts) < len(batch) and ((texts.str.strip_chars() == texts) & (texts != "")).all():
        return batch
    sample = batch.head(_SAMPLE)
    if 2 * sample.n_unique() < len(sample):
        distinct = batch.unique()
        if ((distinct.str.strip_chars() == distinct) & (distinct != "")).all():
            return batch
    stripped = batch.str.strip_chars()
    filled = stripped != ""
    if filled.all():
        return stripped
    return stripped.alias("text").to_frame().select(pl.when(filled).then(pl.col("text"))).to_series()


def parse(text: pl.Expr, column: Column, timezone: str, formats: tuple[str, ...] = ()) -> Parsed:
    """Parse text by the column's kind. Text and identifiers are to be stripped, of others blanks do not matter.

    `formats` are tried in order and replace ISO 8601; they matter for dates, times and moments only.
    """
    match column.kind:
        case Kind.TEXT | Kind.ID:
            return Parsed(text, pl.lit(None, pl.String))
        case Kind.INTEGER:
            value, reason = _number(_integer, text, pl.Int64()), "does not parse as a whole number"
        case Kind.DECIMAL:
            value, reason = decimal(text), NUMBER_REASON
        case Kind.DATE:
            value = _each_once(lambda each: _date(each, formats), text, pl.Date())
            reason = _expected("a date YYYY-MM-DD", formats)
        case Kind.TIME:
            value = _each_once(lambda each: _time(each, formats), text, pl.Time())
            reason = _expected("a time HH:MM or HH:MM:SS", formats)
        case Kind.INSTANT | Kind.END_INSTANT:
            given = cell(text) if formats else text
            value = instant(given, timezone, formats, end_of_day=column.kind is Kind.END_INSTANT)
            reason = _expected("a moment YYYY-MM-DDTHH:MM:SS", formats)
    return Parsed(value, complaint(column.name, _cell(text).is_not_null() & pl.col(column.name).is_null(), reason))


def complaint(column: str, where: pl.Expr, reason: str) -> pl.Expr:
    """`column: reason` where the condition holds, else null."""
    return pl.when(where).then(pl.lit(f"{column}: {reason}"))


def comes_back(one: str, kind: Kind) -> bool:
    """Whether a moment written in this format can be read again, to the minute or to the day it tells."""
    written: pl.Series
    expected: date | time
    if kind is Kind.TIME:
        written, expected = pl.Series("text", [time(13, 45)]), time(13, 45)
    else:
        moment = datetime(2026, 12, 31, 13, 45, tzinfo=UTC)
        written = pl.Series("text", [moment])
        written = written if _OFFSET_DIRECTIVE.search(one) else written.dt.replace_time_zone(None)
        whole = moment if _has_clock(one) else moment.replace(hour=0, minute=0)
        expected = whole.date() if kind is Kind.DATE else whole
    kind = Kind.INSTANT if kind is Kind.END_INSTANT else kind
    try:
        text = written.dt.strftime(one).to_frame("text")
        return bool(text.select(parse(pl.col("text"), Column("x", kind, ""), "UTC", (one,)).value).item() == expected)
    except pl.exceptions.PolarsError:
        return False


def spoiled(text: pl.Expr) -> pl.Expr:
    """Whether an identifier bears the marks of a floating-point number."""
    return text.str.contains(SPOILED_ID)


def _expected(canonical: str, formats: tuple[str, ...]) -> str:
    what = " or ".join(canonical if one == ISO else one for one in formats) if formats else canonical
    return f"does not parse as {what}"


def _each_once(parser: Callable[[pl.Expr], pl.Expr], text: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """What `parser` makes of the stripped text; days, times and numbers come in few, of which each is parsed once."""
    value = parser(_cell(pl.col("text"))).cast(dtype).alias("value")
    known = pl.DataFrame(schema={"text": pl.String(), "value": dtype})

    def parse_batch(batch: pl.Series) -> pl.Series:
        nonlocal known
        texts, distinct = (series.alias("text").to_frame() for series in (batch, batch.drop_nulls().unique()))
        if 2 * distinct.height > texts.height:
            return texts.select(value).to_series()
        # Of batches side by side the last one is remembered: that costs time at most.
        values = known
        new = distinct.join(values, on="text", how="anti")
        if new.height:
            values = values.vstack(new.with_columns(value))
            known = values if values.height <= _MOST_KNOWN else known
        return texts.join(values, on="text", how="left", maintain_order="left").get_column("value")

    return text.map_batches(parse_batch, return_dtype=dtype, is_elementwise=True)


def decimal(text: pl.Expr) -> pl.Expr:
    """Plain or exponent notation to an exact decimal; null where it does not fit 15 whole digits and 18 decimals."""
    return _number(_decimal, text, DECIMAL)


def _number(parser: Callable[[pl.Expr], pl.Expr], text: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """What `parser` makes of the text; a batch of nothing but plain numbers takes the short way."""
    long_way = _each_once(parser, pl.col("text"), dtype)

    def parse_batch(batch: pl.Series) -> pl.Series:
        whole = batch.cast(pl.Int64, strict=False)
        if whole.null_count() == batch.null_count() and whole.is_between(-LIMIT, LIMIT, closed="none").all():
            return whole.cast(dtype)
        if dtype == DECIMAL and batch.str.contains(PLAIN_DECIMAL).all():
            return batch.cast(DECIMAL)
        return batch.alias("text").to_frame().select(long_way).to_series()

    return text.map_batches(parse_batch, return_dtype=dtype, is_elementwise=True)


def _decimal(text: pl.Expr) -> pl.Expr:
    value = text.cast(DECIMAL, strict=False)
    # The cast would round a 19th decimal in silence.
    n_decimals = text.str.extract(r"\.([0-9]*)").str.len_chars().fill_null(0).cast(pl.Int64)
    exponent = text.str.extract(_EXPONENT).cast(pl.Int64).fill_null(0)
    fits = (n_decimals - exponent <= 18) & value.is_between(pl.lit(-LIMIT), pl.lit(LIMIT), closed="none")
    return pl.when(text.str.contains(_NUMBER) & fits).then(value)


def _integer(text: pl.Expr) -> pl.Expr:
    value = _decimal(text)
    whole = value.cast(pl.Int64)
    return pl.when(whole.cast(DECIMAL) == value).then(whole)


def _date(text: pl.Expr, formats: tuple[str, ...]) -> pl.Expr:
    candidates: list[pl.Expr] = []
    for one in formats or (ISO,):
        if one == ISO:
            is_date = text.str.contains(_ISO_DATE) | text.str.contains(_ISO_MIDNIGHT)
            head = pl.when(is_date).then(text.str.slice(0, 10))
            candidates.append(head.str.to_date("%Y-%m-%d", strict=False))
        elif one == EXCEL:
            candidates.append(_excel(text).dt.date())
        elif _has_clock(one):
            candidates.append(text.str.to_datetime(one, strict=False, time_unit="us").dt.date())
        else:
            candidates.append(text.str.to_date(one, strict=False))
    return pl.coalesce(candidates)


def _time(text: pl.Expr, formats: tuple[str, ...]) -> pl.Expr:
    candidates: list[pl.Expr] = []
    for one in formats or (ISO,):
        if one == ISO:
            clock = pl.when(text.str.contains(_ISO_TIME)).then(text.str.slice(0, 5) + ":" + _seconds(text, 5))
            candidates.append(clock.str.to_time("%H:%M:%S", strict=False))
        elif one == EXCEL:
            candidates.append(_excel(text).dt.time())
        else:
            candidates.append(text.str.to_time(one, strict=False))
    return pl.coalesce(candidates)


def instant(text: pl.Expr, timezone: str, formats: tuple[str, ...], *, end_of_day: bool) -> pl.Expr:
    """A moment in `timezone`; without an offset in the text it is local time there."""
    candidates: list[pl.Expr] = []
    for one in formats or (ISO,):
        if one == ISO:
            candidates.append(_iso_instant(text, timezone, end_of_day=end_of_day))
        elif one == EXCEL:
            moment = _excel(text)
            is_day = moment.dt.time() == pl.time(0)
            candidates.append(
                pl.when(is_day)
                .then(day_instant(moment.dt.date(), timezone, end_of_day=end_of_day))
                .otherwise(localised(moment, timezone))
            )
        elif _OFFSET_DIRECTIVE.search(one):
            candidates.append(_strptime(text, one).dt.convert_time_zone(timezone))
        elif _has_clock(one):
            candidates.append(localised(_strptime(text, one), timezone))
        else:
            day = text.str.to_date(one, strict=False)
            candidates.append(day_instant(day, timezone, end_of_day=end_of_day))
    return pl.coalesce(candidates) if len(candidates) > 1 else candidates[0]


def day_instant(day: pl.Expr, timezone: str, *, end_of_day: bool) -> pl.Expr:
    """The first moment of a local day, or the last microsecond before the next local midnight."""
    if not end_of_day:
        return localised(day.cast(pl.Datetime("us")), timezone)
    midnight = localised((day + pl.duration(days=1)).cast(pl.Datetime("us")), timezone)
    return midnight - pl.duration(microseconds=1)


def _iso_instant(text: pl.Expr, timezone: str, *, end_of_day: bool) -> pl.Expr:
    """ISO 8601 moments and days: those written the plain way take the short way, the others the long one."""
    dtype = pl.Datetime("us", timezone)
    long_way = _each_once(lambda each: _any_iso_instant(each, timezone, end_of_day=end_of_day), pl.col("text"), dtype)

    def parse_batch(batch: Sequence[pl.Series]) -> pl.Series:
        texts, heads = batch
        value = plain_instants(texts, heads, timezone)
        if value.null_count() == texts.null_count():
            return value
        if value.null_count() == len(texts):
            return texts.alias("text").to_frame().select(long_way).to_series()
        rest = (value.is_null() & texts.is_not_null()).arg_true()
        found = texts.gather(rest).to_frame("text").select(long_way).to_series()
        return value.scatter(rest, found)

    return pl.map_batches([text, cells(text)], parse_batch, return_dtype=dtype, is_elementwise=True)


def _strptime(text: pl.Expr, one: str) -> pl.Expr:
    # Moments to the second seldom repeat: Polars' cache costs twice the parsing.
    return text.str.to_datetime(one, strict=False, time_unit="us", cache=False)


def _any_iso_instant(text: pl.Expr, timezone: str, *, end_of_day: bool) -> pl.Expr:
    day = pl.when(text.str.contains(_ISO_DATE)).then(text).str.to_date("%Y-%m-%d", strict=False)
    given = pl.when(text.str.contains(_ISO_INSTANT)).then(text)
    clock = given.str.slice(0, 10) + " " + given.str.slice(11, 5) + ":" + _seconds(given, 16)
    microseconds = given.str.extract(r"^.{19}[.,]([0-9]{1,6})").str.pad_end(6, "0").cast(pl.Int64).fill_null(0)
    moment = clock.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
    moment = moment + pl.duration(microseconds=microseconds)
    offset = given.str.extract(r"^.{16}.*?(Z|[+-][0-9]{2}:?(?:[0-9]{2})?)$")
    return (
        pl.when(day.is_not_null())
        .then(day_instant(day, timezone, end_of_day=end_of_day))
        .when(offset.is_null())
        .then(localised(moment, timezone))
        .otherwise(at_offset(moment, pl.duration(minutes=offset_minutes(offset)), timezone))
    )


def _seconds(text: pl.Expr, after: int) -> pl.Expr:
    """The two digits of the seconds after position `after`; `00` where there are none."""
    return text.str.extract(rf"^.{{{after}}}:([0-9]{{2}})").fill_null("00")


def _excel(text: pl.Expr) -> pl.Expr:
    """A spreadsheet's day number (1 January 2026 is 46023) as a wall-clock moment, to the millisecond."""
    number = decimal(text)
    # Day 60 is the 29 February 1900 that never was; nothing recorded by a device is that old.
    sane = number.is_between(0, 2_958_465)
    milliseconds = (pl.when(sane).then(number) * _DAY_MILLISECONDS).round(0, mode="half_away_from_zero")
    return _EXCEL_EPOCH.cast(pl.Datetime("us")) + pl.duration(milliseconds=milliseconds.cast(pl.Int64))


def _has_clock(one: str) -> bool:
    return any(directive in one for directive in _CLOCK_DIRECTIVES)
