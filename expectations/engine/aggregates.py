"""Column and table aggregates as Polars expressions, by the name of Great Expectations' metric.

Each is one or more expressions for the one `select` that all metrics of a suite share, and a function that makes
the metric's value from theirs. Rows outside `row_condition` become null, which every aggregate here ignores.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from expectations.engine.errors import EngineProblem
from expectations.engine.literals import is_member, members
from expectations.engine.row_checks import Column, count_true, rows

MAX_DISTINCT_VALUES = 20


@dataclass(frozen=True)
class Select:
    """Expressions of length one, and the metric's value from their values."""

    exprs: tuple[pl.Expr, ...]
    finish: Callable[..., Any] = lambda value: value


@dataclass(frozen=True)
class Target:
    """What an aggregate looks at: the column with rows outside the condition as null, and the kept rows."""

    column: Column
    kept: pl.Expr

    @classmethod
    def of(cls, domain_kwargs: Mapping[str, Any], schema: Mapping[str, pl.DataType]) -> Target:
        """Column and rows of a metric's domain; EngineProblem where the frame lacks them."""
        column = Column.of(domain_kwargs["column"], schema)
        condition = domain_kwargs.get("row_condition")
        kept = rows(condition, schema)
        if condition is None:
            return cls(column, kept)
        return cls(Column(column.name, column.dtype, pl.when(kept).then(column.expr)), kept)

    def numbers(self) -> pl.Expr:
        """The column as numbers; EngineProblem where it holds none."""
        dtype = self.column.dtype
        if dtype == pl.Boolean:
            return self.column.expr.cast(pl.Int64)
        if not dtype.is_numeric():
            raise EngineProblem(
                f'column "{self.column.name}" is {dtype}: this aggregate is of numbers; '
                "for dates and times use the minimum, the maximum or a row-level expectation"
            )
        return self.column.expr


def plain(value: Any) -> Any:
    """Decimals as floats, as Great Expectations reports them; an exact sum is rounded once, here."""
    return float(value) if isinstance(value, Decimal) else value


def minimum(target: Target, _values: Mapping[str, Any]) -> Select:
    """Least value."""
    return Select((target.column.expr.min(),), plain)


def maximum(target: Target, _values: Mapping[str, Any]) -> Select:
    """Greatest value."""
    return Select((target.column.expr.max(),), plain)


def total(target: Target, _values: Mapping[str, Any]) -> Select:
    """Sum; of no values, 0."""
    numbers = target.numbers()
    return Select((numbers.cast(pl.Int128).sum() if target.column.dtype.is_integer() else numbers.sum(),), plain)


def mean(target: Target, _values: Mapping[str, Any]) -> Select:
    """Mean: of integers and decimals, the exact sum divided once."""
    numbers = target.numbers()
    if target.column.dtype.is_float():
        return Select((numbers.mean(),))
    exact = numbers if target.column.dtype.is_decimal() else numbers.cast(pl.Int128)
    return Select((exact.sum(), numbers.count()), lambda whole, count: float(whole) / count if count else None)


def standard_deviation(target: Target, _values: Mapping[str, Any]) -> Select:
    """Sample standard deviation; of fewer than two values, none."""
    return Select((target.numbers().cast(pl.Float64).std(),))


def median(target: Target, _values: Mapping[str, Any]) -> Select:
    """Middle value, or the mean of the two middle ones."""
    return Select((target.numbers().cast(pl.Float64).median(),))


INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")


def quantile_values(target: Target, values: Mapping[str, Any]) -> Select:
    """Quantiles; `allow_relative_error` names the interpolation, "nearest" unless told."""
    interpolation = values.get("allow_relative_error") or "nearest"
    if interpolation not in INTERPOLATIONS:
        raise EngineProblem(f"allow_relative_error must be one of: {', '.join(INTERPOLATIONS)}")
    numbers = target.numbers().cast(pl.Float64)
    quantiles = list(values["quantiles"])
    exprs = [numbers.count()]
    for quantile in quantiles:
        exprs += [numbers.quantile(quantile, "lower"), numbers.quantile(quantile, "higher")]

    def finish(count: int, *bounds: float | None) -> list[float]:
        if not count:
            return [math.nan] * len(quantiles)
        return [
            interpolated(bounds[2 * i], bounds[2 * i + 1], quantile * (count - 1), interpolation)
            for i, quantile in enumerate(quantiles)
        ]

    return Select(tuple(exprs), finish)


def interpolated(lower: float | None, higher: float | None, position: float, interpolation: str) -> float:
    """The quantile between its two neighbours, as NumPy has it: of equally near ones the even position."""
    if lower is None or higher is None:
        return math.nan
    fraction = position - math.floor(position)
    if interpolation == "lower" or lower == higher:
        return lower
    if interpolation == "higher":
        return higher
    if interpolation == "midpoint":
        return (lower + higher) / 2 if fraction else lower
    if interpolation == "linear":
        return lower + fraction * (higher - lower)
    return lower if round(position) == math.floor(position) else higher


def non_null_count(target: Target, _values: Mapping[str, Any]) -> Select:
    """Values that are not missing."""
    return Select((target.column.expr.count(),), int)


def non_null_proportion(target: Target, _values: Mapping[str, Any]) -> Select:
    """Share of the rows whose value is not missing; of no rows, 0."""
    return Select(
        (target.column.expr.count(), count_true(target.kept)), lambda count, length: count / length if length else 0
    )


def distinct(values: pl.Expr) -> pl.Expr:
    """Number of distinct values, null not being one."""
    return values.n_unique().cast(pl.Int64) - (values.null_count() > 0).cast(pl.Int64)


def distinct_count(target: Target, _values: Mapping[str, Any]) -> Select:
    """Number of distinct values."""
    return Select((distinct(target.column.expr),), int)


def unique_proportion(target: Target, _values: Mapping[str, Any]) -> Select:
    """Distinct values per value; of no values, 0."""
    return Select(
        (distinct(target.column.expr), target.column.expr.count()),
        lambda count, length: count / length if length else 0,
    )


def outside(target: Target, values: Mapping[str, Any]) -> pl.Expr:
    """The values that are not in the set; the others as null."""
    column = target.column
    within = is_member(column.expr, column.dtype, values.get("value_set") or [])
    return pl.when(~within).then(column.expr)


def not_in_set_count(target: Target, values: Mapping[str, Any]) -> Select:
    """Number of distinct values that are not in the set."""
    return Select((distinct(outside(target, values)),), int)


def not_in_set(target: Target, values: Mapping[str, Any]) -> Select:
    """Distinct values that are not in the set, in order, at most `limit` of them."""
    limit = values.get("limit") or MAX_DISTINCT_VALUES
    found = outside(target, values).drop_nulls().unique().sort().head(limit).implode()
    return Select((found,), list)


def configured(target: Target, values: Mapping[str, Any]) -> Sequence[Any]:
    """The set's values without repetition, those that the column cannot hold included."""
    wanted: list[Any] = []
    for value in values.get("value_set") or []:
        typed = members([value], target.column.dtype)
        wanted += [item for item in (typed or [value]) if item not in wanted]
    return wanted


def missing_from_column(target: Target, values: Mapping[str, Any]) -> Select:
    """Values of the set that the column lacks, at most `limit` of them; they come from the configuration."""
    column, limit = target.column, values.get("limit") or MAX_DISTINCT_VALUES
    wanted = configured(target, values)
    exprs = tuple(is_member(column.expr, column.dtype, [value]).any() for value in wanted)
    if not exprs:
        return Select((pl.len(),), lambda _length: [])

    def finish(*found: bool | None) -> list[Any]:
        return [value for value, there in zip(wanted, found, strict=True) if not there][:limit]

    return Select(exprs, finish)


def missing_from_column_count(target: Target, values: Mapping[str, Any]) -> Select:
    """Number of values of the set that the column lacks."""
    every = missing_from_column(target, {**values, "limit": len(configured(target, values)) or 1})
    return Select(every.exprs, lambda *found: len(every.finish(*found)))


Aggregate = Callable[[Target, Mapping[str, Any]], Select]

AGGREGATES: Mapping[str, Aggregate] = {
    "column.min": minimum,
    "column.max": maximum,
    "column.sum": total,
    "column.mean": mean,
    "column.standard_deviation": standard_deviation,
    "column.median": median,
    "column.quantile_values": quantile_values,
    "column.non_null_count": non_null_count,
    "column.non_null_proportion": non_null_proportion,
    "column.distinct_values.count": distinct_count,
    "column.unique_proportion": unique_proportion,
    "column.distinct_values.not_in_set.count": not_in_set_count,
    "column.distinct_values.not_in_set": not_in_set,
    "column.distinct_values.missing_from_column.count": missing_from_column_count,
    "column.distinct_values.missing_from_column": missing_from_column,
}
