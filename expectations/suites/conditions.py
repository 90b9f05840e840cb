"""Expectations of our own: conditions on a row that Great Expectations has no stock class for."""

from __future__ import annotations

from typing import Any

import polars as pl
from great_expectations.expectations.expectation import ColumnPairMapExpectation, MulticolumnMapExpectation

from expectations.engine import Column, row_condition


@row_condition("column_pair_values.employee_number", "pair", ("pns", "pppk"))
def employee_number(number: Column, employment_type: Column, pns: str, pppk: str) -> pl.Expr:
    """An employee number is built as its employment type says, and begins with a day that exists."""
    pattern_holds = (
        pl.when(employment_type.expr == "PNS")
        .then(number.expr.str.contains(pns))
        .otherwise(number.expr.str.contains(pppk))
    )
    birth = number.expr.str.slice(0, 8).str.to_date("%Y%m%d", strict=False)
    return pattern_holds & birth.is_not_null()


class ExpectEmployeeNumberToBeWellFormed(ColumnPairMapExpectation):
    """Expect column_A to be a NIP (column_B is PNS) or a NI PPPK (column_B is PPPK)."""

    map_metric = "column_pair_values.employee_number"
    success_keys = ("column_A", "column_B", "pns", "pppk", "mostly")
    pns: str
    pppk: str
    ignore_row_if: Any = "either_value_is_missing"


@row_condition("column_pair_values.level_within_scale", "pair")
def level_within_scale(level: Column, level_max: Column) -> pl.Expr:
    """A level lies in 1..level_max."""
    return (level.expr >= 1) & (level.expr <= level_max.expr)


class ExpectLevelToBeWithinScale(ColumnPairMapExpectation):
    """Expect column_A to lie between 1 and column_B."""

    map_metric = "column_pair_values.level_within_scale"
    success_keys = ("column_A", "column_B", "mostly")
    ignore_row_if: Any = "either_value_is_missing"


@row_condition("multicolumn_values.exactly_one_given", "columns")
def exactly_one_given(columns: list[Column]) -> pl.Expr:
    """One of the columns has a value, the others none."""
    return pl.sum_horizontal(column.expr.is_not_null().cast(pl.Int64) for column in columns) == 1


class ExpectExactlyOneToBeGiven(MulticolumnMapExpectation):
    """Expect exactly one of the columns of column_list to have a value."""

    map_metric = "multicolumn_values.exactly_one_given"
    success_keys = ("column_list", "mostly")
    ignore_row_if: Any = "never"
