"""Values of a configuration, made comparable with a column of a given Polars type.

A configuration holds numbers, text and, after a trip through JSON, dates as ISO text. Comparing them as they
are would let Polars cast the column: 18-digit integers against a float lose digits, and a type that does not fit
is an error with the value in its message. So the configuration is cast, never the column.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from expectations.engine.errors import EngineProblem

BEYOND_INTEGERS = 2**126
"""More than any integer column holds, and less than Polars' largest integer."""
FEW_TEXTS = 8
"""Up to so many texts are compared one by one, which is faster than to look each value up among them."""


def value_of(value: Any, dtype: pl.DataType) -> Any:
    """The configured value as Python holds a value of `dtype`; TypeError or ValueError where it cannot be one."""
    if isinstance(value, dict) or value is None:
        raise TypeError
    if dtype.is_numeric():
        return _number(value)
    converters: dict[type[pl.DataType], Callable[[Any, Any], Any]] = {
        pl.String: _text,
        pl.Categorical: _text,
        pl.Enum: _text,
        pl.Boolean: _boolean,
        pl.Date: _date,
        pl.Datetime: _datetime,
        pl.Time: _time,
        pl.Duration: _duration,
    }
    converter = converters.get(type(dtype))
    if converter is None:
        raise TypeError
    return converter(value, dtype)


def _number(value: Any) -> int | float | Decimal:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float | Decimal):
        return value
    raise TypeError


def _text(value: Any, _dtype: Any) -> str:
    if isinstance(value, str):
        return value
    raise TypeError


def _boolean(value: Any, _dtype: Any) -> bool:
    if isinstance(value, bool) or value in (0, 1):
        return bool(value)
    raise TypeError


def _date(value: Any, _dtype: Any) -> dt.date | dt.datetime:
    moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    if isinstance(moment, dt.datetime):
        # A bound with an hour stays one: 2026-01-01 is before 2026-01-01T12:00.
        return moment.replace(tzinfo=None) if moment.time() != dt.time() else moment.date()
    if isinstance(moment, dt.date):
        return moment
    raise TypeError


def _datetime(value: Any, dtype: pl.Datetime) -> dt.datetime:
    moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    if isinstance(moment, dt.date) and not isinstance(moment, dt.datetime):
        moment = dt.datetime.combine(moment, dt.time())
    if not isinstance(moment, dt.datetime):
        raise TypeError
    if dtype.time_zone is None:
        if moment.tzinfo is not None:
            raise TypeError
        return moment
    zone = ZoneInfo(dtype.time_zone)
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


def _time(value: Any, _dtype: Any) -> dt.time:
    if isinstance(value, str):
        return dt.time.fromisoformat(value)
    if isinstance(value, dt.time):
        return value
    raise TypeError


def _duration(value: Any, _dtype: Any) -> dt.timedelta:
    if isinstance(value, dt.timedelta):
        return value
    raise TypeError


def literal(value: Any, dtype: pl.DataType) -> pl.Expr:
    """A value from `value_of` as an expression that leaves the column's type alone."""
    if isinstance(value, dt.datetime) and isinstance(dtype, pl.Datetime):
        return pl.lit(value).cast(dtype) if value.tzinfo is None else pl.lit(value, dtype=dtype)
    if dtype.is_decimal() and isinstance(value, float):
        return pl.lit(Decimal(repr(value)))
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        return pl.lit(value, dtype=pl.Int128)
    return pl.lit(value)


def compare(column: pl.Expr, dtype: pl.DataType, operator: str, value: Any, what: str) -> pl.Expr:
    """`column <operator> value` for an operator of `< <= > >=`, exact for integers and decimals.

    Raises:
        EngineProblem: the configured value cannot be compared with the column; `what` names both.
    """
    try:
        bound = value_of(value, dtype)
    except (TypeError, ValueError):
        raise EngineProblem(
            f"{what} is a {type(value).__name__}, which cannot be compared with a column of type {dtype}: "
            "give it in the column's type (dates and times as ISO 8601 text)"
        ) from None
    if isinstance(bound, float) and not math.isfinite(bound) and not dtype.is_float():
        return _against_infinity(column, operator, bound)
    if isinstance(bound, float | Decimal) and dtype.is_integer():
        # x >= 2.5 and x > 2.5 are both x >= 3; x <= 2.5 and x < 2.5 are both x <= 2.
        whole = math.floor(bound)
        if bound != whole:
            bound, operator = (whole + 1, ">=") if operator.startswith(">") else (whole, "<=")
        else:
            bound = whole
    if isinstance(bound, dt.datetime) and is_finer(bound, dtype):
        bound = bound.replace(microsecond=bound.microsecond // 1000 * 1000)
        operator = ">" if operator.startswith(">") else "<="
    if isinstance(bound, int) and abs(bound) >= BEYOND_INTEGERS and dtype.is_integer():
        return _against_infinity(column, operator, math.copysign(math.inf, bound))
    operations: dict[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
        "<": pl.Expr.lt,
        "<=": pl.Expr.le,
        ">": pl.Expr.gt,
        ">=": pl.Expr.ge,
    }
    return operations[operator](column, literal(bound, dtype))


def is_finer(moment: dt.datetime, dtype: pl.DataType) -> bool:
    """Whether a column of milliseconds cannot hold the moment."""
    return isinstance(dtype, pl.Datetime) and dtype.time_unit == "ms" and moment.microsecond % 1000 > 0


def _against_infinity(column: pl.Expr, operator: str, bound: float) -> pl.Expr:
    if math.isnan(bound):
        return pl.lit(value=False)
    holds = operator.startswith("<") == (bound > 0)
    return column.is_not_null() if holds else column.is_null() & pl.lit(value=False)


def members(values: Iterable[Any], dtype: pl.DataType) -> list[Any]:
    """The configured values a column of `dtype` could hold; the others can equal none of its values."""
    found: list[Any] = []
    for value in values:
        try:
            member = value_of(value, dtype)
        except (TypeError, ValueError):
            continue
        if dtype.is_integer():
            if member != member or member in (math.inf, -math.inf) or member != int(member):
                continue
            member = int(member)
        if isinstance(member, dt.datetime) and (isinstance(dtype, pl.Date) or is_finer(member, dtype)):
            continue
        if dtype.is_float() and isinstance(member, float) and math.isnan(member):
            continue
        if member not in found:
            found.append(member)
    return found


def is_member(column: pl.Expr, dtype: pl.DataType, values: Iterable[Any]) -> pl.Expr:
    """Whether the column's value is one of the configured ones; null stays null."""
    found = members(values, dtype)
    if not found:
        return pl.when(column.is_not_null()).then(pl.lit(value=False))
    if isinstance(dtype, pl.Boolean) and len(found) == 1:
        return column if found[0] else ~column
    if isinstance(dtype, pl.String) and len(found) <= FEW_TEXTS:
        return pl.any_horizontal([column == value for value in found])
    if dtype.is_integer():
        low, high = integer_range(dtype)
        found = [value for value in found if low <= value <= high]
        return column.is_in(pl.Series(found, dtype=dtype).implode())
    if dtype.is_decimal():
        return pl.any_horizontal([column == literal(value, dtype) for value in found])
    if dtype.is_float():
        return column.is_in(pl.Series([float(value) for value in found], dtype=dtype).implode())
    if isinstance(dtype, pl.Categorical | pl.Enum):
        return column.cast(pl.String).is_in(pl.Series(found, dtype=pl.String).implode())
    return column.is_in(pl.Series(found, dtype=dtype).implode())


def integer_range(dtype: pl.DataType) -> tuple[int, int]:
    """Smallest and greatest value of an integer type."""
    low, high = pl.select(dtype.min().alias("low"), dtype.max().alias("high")).row(0)  # type: ignore[attr-defined]
    return int(low), int(high)
