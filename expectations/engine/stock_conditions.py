"""The row conditions of Great Expectations' own row-level expectations, by the name of their metric."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import combinations
from typing import Any

import polars as pl

from expectations.engine.errors import EngineProblem
from expectations.engine.literals import compare, is_member
from expectations.engine.row_checks import Column, RowCondition
from expectations.engine.strftime import matches_format

TRUE = pl.lit(value=True)


def is_present(column: Column) -> pl.Expr:
    """The value is not missing."""
    return column.expr.is_not_null()


def is_missing(column: Column) -> pl.Expr:
    """The value is missing."""
    return column.expr.is_null()


def in_set(column: Column, value_set: Iterable[Any] | None = None) -> pl.Expr:
    """The value is one of the set; no set means all."""
    return TRUE if value_set is None else is_member(column.expr, column.dtype, value_set)


def not_in_set(column: Column, value_set: Iterable[Any] | None = None) -> pl.Expr:
    """The value is none of the set; no set means all."""
    return TRUE if value_set is None else ~is_member(column.expr, column.dtype, value_set)


def bounded(  # the parameters are Great Expectations' own names
    column: Column,
    min_value: Any = None,
    max_value: Any = None,
    strict_min: bool | None = None,
    strict_max: bool | None = None,
) -> pl.Expr:
    """The value lies between the bounds; a strict bound is excluded."""
    if min_value is None and max_value is None:
        raise EngineProblem(f'min_value and max_value of column "{column.name}" are both empty: give one')
    within = TRUE
    if min_value is not None:
        operator = ">" if strict_min else ">="
        within &= compare(column.expr, column.dtype, operator, min_value, f'min_value of column "{column.name}"')
    if max_value is not None:
        operator = "<" if strict_max else "<="
        within &= compare(column.expr, column.dtype, operator, max_value, f'max_value of column "{column.name}"')
    return within


def as_text(column: Column) -> pl.Expr:
    """Text and integers as text; the text of other types is not the same everywhere, so they are refused."""
    if isinstance(column.dtype, pl.String):
        return column.expr
    if column.dtype.is_integer() or isinstance(column.dtype, pl.Categorical | pl.Enum):
        return column.expr.cast(pl.String)
    raise EngineProblem(
        f'column "{column.name}" is {column.dtype}: lengths and patterns are of text; '
        "check the text before it is parsed, or register a row_condition of your own"
    )


def length(column: Column) -> Column:
    """Length of the value in characters (Unicode code points)."""
    return Column(f"length of {column.name}", pl.UInt32(), as_text(column).str.len_chars())


def length_bounded(column: Column, **bounds: Any) -> pl.Expr:
    """The value's length lies between the bounds."""
    return bounded(length(column), **bounds)


def length_equal(column: Column, value: float) -> pl.Expr:
    """The value has that length."""
    return is_member(length(column).expr, pl.UInt32(), [value])


def pattern(regex: str) -> str:
    """The pattern, if Polars can search by it; EngineProblem else."""
    try:
        pl.select(pl.lit("").str.contains(regex))
    except pl.exceptions.ComputeError:
        raise EngineProblem(
            f"regex {regex!r} cannot be compiled: patterns run on Rust's regex engine, which has no look-around "
            "and no back-references; write it without them, or register a row_condition of your own"
        ) from None
    return regex


def match_regex(column: Column, regex: str) -> pl.Expr:
    """The pattern is found in the value."""
    return as_text(column).str.contains(pattern(regex))


def not_match_regex(column: Column, regex: str) -> pl.Expr:
    """The pattern is not found in the value."""
    return ~as_text(column).str.contains(pattern(regex))


def match_regex_list(column: Column, regex_list: Sequence[str], match_on: str = "any") -> pl.Expr:
    """Any, or all, of the patterns are found in the value."""
    found = [match_regex(column, regex) for regex in regex_list]
    if match_on not in ("any", "all"):
        raise EngineProblem(f'match_on of column "{column.name}" must be any or all')
    return pl.any_horizontal(found) if match_on == "any" else pl.all_horizontal(found)


def not_match_regex_list(column: Column, regex_list: Sequence[str]) -> pl.Expr:
    """None of the patterns is found in the value."""
    return ~pl.any_horizontal([match_regex(column, regex) for regex in regex_list])


def match_strftime_format(column: Column, strftime_format: str) -> pl.Expr:
    """Python's `datetime.strptime` would read the text."""
    if not isinstance(column.dtype, pl.String):
        raise EngineProblem(f'column "{column.name}" is {column.dtype}: a strftime format is matched against text')
    return matches_format(column.expr, strftime_format)


def comparable(a: Column, b: Column) -> bool:
    """Whether values of the two columns can be equal or ordered."""
    if a.dtype.is_numeric() and b.dtype.is_numeric():
        return True
    if isinstance(a.dtype, pl.Datetime) and isinstance(b.dtype, pl.Datetime):
        return (a.dtype.time_zone is None) == (b.dtype.time_zone is None)
    text = (pl.String, pl.Categorical, pl.Enum)
    return type(a.dtype) is type(b.dtype) or (isinstance(a.dtype, text) and isinstance(b.dtype, text))


def aligned(a: Column, b: Column) -> tuple[pl.Expr, pl.Expr]:
    """Both columns as expressions that Polars compares without rounding."""
    zones = isinstance(a.dtype, pl.Datetime) and isinstance(b.dtype, pl.Datetime)
    if zones and a.dtype != b.dtype and a.dtype.time_zone is not None:  # type: ignore[attr-defined]
        return a.expr.dt.convert_time_zone("UTC"), b.expr.dt.convert_time_zone("UTC")
    return a.expr, b.expr


def same(a: Column, b: Column) -> pl.Expr:
    """The values are equal, two missing ones included."""
    if not comparable(a, b):
        return a.expr.is_null() & b.expr.is_null()
    left, right = aligned(a, b)
    return left.eq_missing(right)


def pair_equal(a: Column, b: Column) -> pl.Expr:
    """A equals B; a missing value equals nothing."""
    if not comparable(a, b):
        return pl.lit(value=False)
    left, right = aligned(a, b)
    return left == right


def pair_greater(a: Column, b: Column, or_equal: bool | None = None) -> pl.Expr:
    """A is greater than B; a missing value is greater than nothing."""
    if not comparable(a, b):
        raise EngineProblem(f'columns "{a.name}" ({a.dtype}) and "{b.name}" ({b.dtype}) cannot be ordered')
    left, right = aligned(a, b)
    return left >= right if or_equal else left > right


def pair_in_set(a: Column, b: Column, value_pairs_set: Iterable[Sequence[Any]] | None = None) -> pl.Expr:
    """The pair of values is one of the set; null in the set stands for a missing value."""
    if value_pairs_set is None:
        return TRUE

    def is_value(column: Column, value: Any) -> pl.Expr:
        if value is None:
            return column.expr.is_null()
        return is_member(column.expr, column.dtype, [value]).fill_null(value=False)

    found = [is_value(a, first) & is_value(b, second) for first, second in value_pairs_set]
    return pl.any_horizontal(found) if found else pl.lit(value=False)


def sum_equal(columns: Sequence[Column], sum_total: float) -> pl.Expr:
    """The columns of a row add up to the total; with a missing one they add up to nothing."""
    for column in columns:
        if not (column.dtype.is_numeric() or column.dtype == pl.Boolean):
            raise EngineProblem(f'column "{column.name}" is {column.dtype}: only numbers can be summed')
    terms = [
        column.expr if column.dtype.is_float() or column.dtype.is_decimal() else column.expr.cast(pl.Int64)
        for column in columns
    ]
    total = reduce(pl.Expr.add, terms)
    if any(column.dtype.is_float() for column in columns):
        return total == float(sum_total)
    exact: pl.DataType = pl.Int64()
    if any(column.dtype.is_decimal() for column in columns):
        exact = next(column.dtype for column in columns if column.dtype.is_decimal())
    return is_member(total, exact, [sum_total])


def all_equal(columns: Sequence[Column]) -> pl.Expr:
    """The columns of a row are all equal, missing ones included."""
    first, *others = columns
    return pl.all_horizontal([same(first, other) for other in others])


def all_different(columns: Sequence[Column]) -> pl.Expr:
    """The columns of a row are all different; missing values count as equal."""
    return ~pl.any_horizontal([same(a, b) for a, b in combinations(columns, 2)])


BOUNDS = ("min_value", "max_value", "strict_min", "strict_max")

STOCK_CONDITIONS: tuple[RowCondition, ...] = (
    RowCondition("column_values.nonnull", ignores_missing=False, function=is_present),
    RowCondition("column_values.null", ignores_missing=False, function=is_missing),
    RowCondition("column_values.unique"),
    RowCondition("column_values.in_set", value_keys=("value_set",), function=in_set),
    RowCondition("column_values.not_in_set", value_keys=("value_set",), function=not_in_set),
    RowCondition("column_values.between", value_keys=BOUNDS, function=bounded),
    RowCondition("column_values.value_length.between", value_keys=BOUNDS, function=length_bounded),
    RowCondition("column_values.value_length.equals", value_keys=("value",), function=length_equal),
    RowCondition("column_values.match_regex", value_keys=("regex",), function=match_regex),
    RowCondition("column_values.not_match_regex", value_keys=("regex",), function=not_match_regex),
    RowCondition("column_values.match_regex_list", value_keys=("regex_list", "match_on"), function=match_regex_list),
    RowCondition("column_values.not_match_regex_list", value_keys=("regex_list",), function=not_match_regex_list),
    RowCondition(
        "column_values.match_strftime_format", value_keys=("strftime_format",), function=match_strftime_format
    ),
    RowCondition("column_pair_values.equal", "pair", function=pair_equal),
    RowCondition("column_pair_values.a_greater_than_b", "pair", ("or_equal",), function=pair_greater),
    RowCondition("column_pair_values.in_set", "pair", ("value_pairs_set",), function=pair_in_set),
    RowCondition("compound_columns.unique", "columns"),
    RowCondition("multicolumn_sum.equal", "columns", ("sum_total",), function=sum_equal),
    RowCondition("multicolumn_values.equal", "columns", function=all_equal),
    RowCondition("select_column_values.unique.within_record", "columns", function=all_different),
)
