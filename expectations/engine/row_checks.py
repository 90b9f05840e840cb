"""A row-level expectation as Polars expressions: which rows it looks at, and which of them it finds good.

The one place both the counts of a report and the masks of a quarantine come from. Float NaN is a missing value
throughout, as in pandas, on which Great Expectations' own semantics rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl
from great_expectations.expectations.row_conditions import (
    AndCondition,
    ComparisonCondition,
    Condition,
    NullityCondition,
    Operator,
    OrCondition,
    deserialize_row_condition,
)

from expectations.engine.errors import EngineProblem
from expectations.engine.literals import compare, is_member

Kind = Literal["column", "pair", "columns"]


@dataclass(frozen=True)
class Column:
    """A column as a condition sees it: `expr` yields its values with NaN as null."""

    name: str
    dtype: pl.DataType
    expr: pl.Expr

    @classmethod
    def of(cls, name: str, schema: Mapping[str, pl.DataType]) -> Column:
        """The column of that name; EngineProblem where the frame has none."""
        if name not in schema:
            raise EngineProblem(f'column "{name}" does not exist; the frame has: {", ".join(schema)}')
        dtype = schema[name]
        expr = pl.col(name)
        return cls(name, dtype, expr.fill_nan(None) if dtype.is_float() else expr)


@dataclass(frozen=True)
class RowCheck:
    """Rows in `domain` are looked at; of these the ones that are not `met` are unexpected.

    With `keys`, a row is unexpected if another row of the domain has the same keys. `domain` and `met` never
    yield null. `identity` tells checks apart.
    """

    identity: str
    columns: tuple[str, ...]
    domain: pl.Expr
    met: pl.Expr | None = None
    keys: tuple[pl.Expr, ...] = ()

    @property
    def unexpected(self) -> pl.Expr:
        """Mask of the unexpected rows; only for a check without keys."""
        if self.met is None:
            raise TypeError(f"{self.identity} has keys: its unexpected rows are no row's own affair")
        return self.domain & ~self.met


@dataclass(frozen=True)
class RowCondition:
    """A registered condition.

    `function` takes a `Column` (kind "column"), two (kind "pair") or a list of them (kind "columns"), then the
    values of `value_keys` by name, and yields an expression that is true where the row is as expected; null
    counts as false. Without a function the columns together must be unique. `ignores_missing`: rows whose
    column is missing are not looked at (kind "column" only; the others go by `ignore_row_if`).
    """

    metric: str
    kind: Kind = "column"
    value_keys: tuple[str, ...] = ()
    ignores_missing: bool = True
    function: Callable[..., pl.Expr] | None = field(default=None, compare=False)

    def check(
        self,
        identity: str,
        schema: Mapping[str, pl.DataType],
        domain_kwargs: Mapping[str, Any],
        values: Mapping[str, Any],
    ) -> RowCheck:
        """The check of one expectation on a frame of that schema; EngineProblem where it cannot be made."""
        columns = [Column.of(name, schema) for name in self._names(domain_kwargs)]
        domain = rows(domain_kwargs.get("row_condition"), schema)
        domain = domain & self._considered(columns, domain_kwargs.get("ignore_row_if"))
        names = tuple(column.name for column in columns)
        if self.function is None:
            return RowCheck(identity, names, domain, keys=tuple(column.expr for column in columns))
        arguments: list[Any] = [columns] if self.kind == "columns" else list(columns)
        given = {key: values[key] for key in self.value_keys if values.get(key) is not None}
        return RowCheck(identity, names, domain, self.function(*arguments, **given).fill_null(value=False))

    def _names(self, domain_kwargs: Mapping[str, Any]) -> Sequence[str]:
        if self.kind == "column":
            return [domain_kwargs["column"]]
        if self.kind == "pair":
            return [domain_kwargs["column_A"], domain_kwargs["column_B"]]
        return list(domain_kwargs["column_list"])

    def _considered(self, columns: Sequence[Column], ignore_row_if: str | None) -> pl.Expr:
        present = [column.expr.is_not_null() for column in columns]
        if self.kind == "column":
            return present[0] if self.ignores_missing else pl.lit(value=True)
        if ignore_row_if in ("both_values_are_missing", "all_values_are_missing"):
            return pl.any_horizontal(present)
        if ignore_row_if in ("either_value_is_missing", "any_value_is_missing"):
            return pl.all_horizontal(present)
        if ignore_row_if in (None, "neither", "never"):
            return pl.lit(value=True)
        raise EngineProblem(f'ignore_row_if "{ignore_row_if}" is unknown')


def count_true(mask: pl.Expr) -> pl.Expr:
    """Number of rows where the mask is true; a mask without a column stands for every row alike."""
    if mask.meta.root_names():
        return mask.sum()  # of Booleans bits are counted; as integers each would take eight bytes
    return mask.cast(pl.Int64) * pl.len().cast(pl.Int64)


def rows(condition: Any, schema: Mapping[str, pl.DataType]) -> pl.Expr:
    """Mask of the rows a `row_condition` keeps; without one, all.

    As in Great Expectations' pandas engine, a missing value is unequal to and in no set: `!=` and `NOT_IN` keep it.
    """
    if condition is None:
        return pl.lit(value=True)
    if isinstance(condition, dict):
        condition = deserialize_row_condition(condition)
    if not isinstance(condition, Condition):
        raise EngineProblem(
            "row_condition as text is not supported: build it from great_expectations.expectations.row_conditions, "
            'e.g. Column("direction") == "in"'
        )
    return _clause(condition, schema)


def _clause(condition: Condition, schema: Mapping[str, pl.DataType]) -> pl.Expr:
    if isinstance(condition, AndCondition):
        return pl.all_horizontal([_clause(part, schema) for part in condition.conditions])
    if isinstance(condition, OrCondition):
        return pl.any_horizontal([_clause(part, schema) for part in condition.conditions])
    if isinstance(condition, NullityCondition):
        expr = Column.of(condition.column.name, schema).expr
        return expr.is_null() if condition.is_null else expr.is_not_null()
    if isinstance(condition, ComparisonCondition):
        return comparison(condition, schema)
    raise EngineProblem(
        f"row_condition of type {type(condition).__name__} is not supported: "
        "use comparisons, is_null and is_not_null of great_expectations.expectations.row_conditions"
    )


def comparison(condition: ComparisonCondition, schema: Mapping[str, pl.DataType]) -> pl.Expr:
    """One comparison of a `row_condition` as a mask without nulls."""
    column = Column.of(condition.column.name, schema)
    operator, parameter = Operator(condition.operator), condition.parameter
    if operator in (Operator.IN, Operator.EQUAL):
        values = parameter if operator is Operator.IN else [parameter]
        return is_member(column.expr, column.dtype, values).fill_null(value=False)
    if operator in (Operator.NOT_IN, Operator.NOT_EQUAL):
        values = parameter if operator is Operator.NOT_IN else [parameter]
        return ~is_member(column.expr, column.dtype, values).fill_null(value=False)
    what = f'the parameter of row_condition on column "{column.name}"'
    return compare(column.expr, column.dtype, operator.value, parameter, what).fill_null(value=False)
