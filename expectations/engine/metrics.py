"""Great Expectations' metrics, computed by the Polars engine.

The engine registers providers of its own under the stock names. Theirs depend on nothing, where the stock ones
first ask for column names, then for conditions: so all counts and aggregates of a suite are ready at once, and
share one pass. Only lists of failing rows wait for the counts, and cost a second pass if anything failed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import great_expectations.expectations.core  # noqa: F401  # registers the stock metrics, whose keys are read below
import polars as pl
from great_expectations.core.id_dict import IDDict
from great_expectations.core.metric_function_types import MetricFunctionTypes
from great_expectations.expectations import registry
from great_expectations.expectations.metrics.metric_provider import MetricProvider
from great_expectations.validator.metric_configuration import MetricConfiguration

from expectations.engine.aggregates import AGGREGATES, Aggregate, Select, Target
from expectations.engine.errors import EngineProblem
from expectations.engine.passes import POSITION, FailingRows
from expectations.engine.row_checks import Kind, RowCheck, RowCondition, rows
from expectations.engine.stock_conditions import STOCK_CONDITIONS

if TYPE_CHECKING:
    from expectations.engine.execution_engine import PolarsExecutionEngine

ENGINE = "PolarsExecutionEngine"
CONDITIONS: dict[str, RowCondition] = {}

TABLE_KEYS = ("batch_id", "table", "row_condition", "condition_parser")
DOMAIN_KEYS: Mapping[Kind, tuple[str, ...]] = {
    "column": (*TABLE_KEYS[:2], "column", *TABLE_KEYS[2:]),
    "pair": (*TABLE_KEYS[:2], "column_A", "column_B", *TABLE_KEYS[2:], "ignore_row_if"),
    "columns": (*TABLE_KEYS[:2], "column_list", *TABLE_KEYS[2:], "ignore_row_if"),
}


@dataclass(frozen=True)
class CountRepeated:
    """The number of rows of a check with keys whose keys are repeated."""

    check: RowCheck


@dataclass(frozen=True)
class CountRows:
    """The number of rows where a mask is true."""

    mask: pl.Expr


@dataclass(frozen=True)
class ListRows:
    """The failing rows of a check as a metric's value: `finish` gets them as dicts of `columns`."""

    rows: FailingRows
    columns: tuple[str, ...]
    finish: Callable[[list[dict[str, Any]]], Any]


Work = Select | CountRows | CountRepeated | ListRows


class PolarsMetric(MetricProvider):
    """A metric that depends on no other."""


class AfterCount(MetricProvider):
    """A metric of failing rows, which needs no pass where the count is 0."""

    @classmethod
    def _get_evaluation_dependencies(
        cls, metric: MetricConfiguration, *_args: object, **_kwargs: object
    ) -> dict[str, MetricConfiguration]:
        name = metric.metric_name.rpartition(".")[0]
        values = IDDict({key: value for key, value in metric.metric_value_kwargs.items() if key != "result_format"})
        return {
            "unexpected_count": MetricConfiguration(f"{name}.unexpected_count", metric.metric_domain_kwargs, values)
        }


def row_condition(
    metric: str, kind: Kind = "column", value_keys: tuple[str, ...] = (), *, ignores_missing: bool = True
) -> Callable[[Callable[..., pl.Expr]], Callable[..., pl.Expr]]:
    """Register a condition for row-level expectations of one's own.

    Args:
        metric: the `map_metric` of the expectation class, e.g. "column_values.employee_number"; globally unique.
        kind: "column" for a ColumnMapExpectation, "pair" for a ColumnPairMapExpectation, "columns" for a
            MulticolumnMapExpectation. Of these two, rows with missing values are left out as the class's field
            `ignore_row_if` says; a class without that field looks at all rows.
        value_keys: fields of the expectation that the function takes by name; they must stand in the class's
            `success_keys` too. One that is None is not passed.
        ignores_missing: with kind "column", rows whose column is missing are not looked at.

    Returns:
        A decorator for a function of one `Column`, of two, or of a list of them, and of the values of
        `value_keys`. It yields a row-wise Polars expression that is true where the row is as expected. It is used
        in streaming passes: no aggregation, no window. What it raises is the expectation's failure; raise
        `EngineProblem` to say what is wrong, and put no value of the data in a message.
    """

    def decorate(function: Callable[..., pl.Expr]) -> Callable[..., pl.Expr]:
        register_condition(RowCondition(metric, kind, value_keys, ignores_missing, function))
        return function

    return decorate


def register_condition(condition: RowCondition) -> None:
    """Register all metrics Great Expectations asks of a row-level expectation with that condition."""
    if condition.metric in CONDITIONS:
        raise EngineProblem(f'a row condition "{condition.metric}" is registered already: choose another name')
    CONDITIONS[condition.metric] = condition
    name, domain, values = condition.metric, DOMAIN_KEYS[condition.kind], condition.value_keys
    with_format = (*values, "result_format")
    register(f"{name}.unexpected_count", partial(unexpected_count, condition), domain, values)
    register(f"{name}.unexpected_index_query", no_query, domain, with_format)
    if condition.kind != "column":
        register(f"{name}.filtered_row_count", partial(filtered_row_count, condition), domain, with_format)
    for suffix, provider in (
        ("unexpected_index_list", index_list),
        ("unexpected_values", value_list),
        ("unexpected_rows", row_list),
    ):
        register(f"{name}.{suffix}", partial(provider, condition), domain, with_format, AfterCount)


def register(
    metric: str,
    provider: Callable[..., Any],
    domain_keys: tuple[str, ...],
    value_keys: tuple[str, ...] = (),
    metric_class: type[MetricProvider] = PolarsMetric,
) -> None:
    """Register a provider; a stock metric keeps its stock keys."""
    from expectations.engine.execution_engine import PolarsExecutionEngine  # which imports this module

    stock = registry._registered_metrics.get(metric)  # the registry has no public reader
    registry.register_metric(
        metric_name=metric,
        metric_domain_keys=stock["metric_domain_keys"] if stock else domain_keys,
        metric_value_keys=stock["metric_value_keys"] if stock else value_keys,
        execution_engine=PolarsExecutionEngine,
        metric_class=metric_class,
        metric_provider=provider,
        metric_fn_type=MetricFunctionTypes.VALUE,
    )


def identity_of(condition: RowCondition, domain_kwargs: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    """What tells the checks of different expectations apart, and those of equal ones not."""
    domain = sorted((key, repr(value)) for key, value in domain_kwargs.items() if key != "batch_id")
    return repr((condition.metric, domain, [values.get(key) for key in condition.value_keys]))


def row_check(
    condition: RowCondition,
    schema: Mapping[str, pl.DataType],
    domain_kwargs: Mapping[str, Any],
    values: Mapping[str, Any],
) -> RowCheck:
    """The check of one expectation; equal expectations have equal identities."""
    return condition.check(identity_of(condition, domain_kwargs, values), schema, domain_kwargs, values)


@dataclass(frozen=True)
class Asked:
    """What Great Expectations hands to a provider."""

    engine: PolarsExecutionEngine
    domain_kwargs: Mapping[str, Any]
    value_kwargs: Mapping[str, Any]
    metrics: Mapping[str, Any]

    @classmethod
    def of(cls, kwargs: Mapping[str, Any]) -> Asked:
        """From the keywords of a provider."""
        return cls(
            kwargs["execution_engine"], kwargs["metric_domain_kwargs"], kwargs["metric_value_kwargs"], kwargs["metrics"]
        )

    @property
    def schema(self) -> Mapping[str, pl.DataType]:
        """Column types of the frame."""
        return self.engine.schema(self.domain_kwargs)

    @property
    def result_format(self) -> Mapping[str, Any]:
        """The result format, complete."""
        given: Mapping[str, Any] = self.value_kwargs["result_format"]
        return given

    @property
    def limit(self) -> int:
        """How many failing rows to list; 0 where none failed."""
        if not self.metrics["unexpected_count"]:
            return 0
        if self.result_format.get("result_format") == "COMPLETE":
            return self.engine.max_failing_rows
        return min(int(self.result_format["partial_unexpected_count"]), self.engine.max_failing_rows)

    def check(self, condition: RowCondition) -> RowCheck:
        """The check of the expectation that asks."""
        return row_check(condition, self.schema, self.domain_kwargs, self.value_kwargs)

    def rows(self, condition: RowCondition) -> FailingRows:
        """The failing rows to list."""
        absent = [name for name in self.engine.origin if name not in self.schema]
        if absent:
            raise EngineProblem(
                f"origin columns {', '.join(absent)} of the datasource do not exist in the frame: "
                "failing rows cannot be listed; add them, or use result_format BASIC"
            )
        return FailingRows(self.check(condition), self.limit, self.engine.origin or (POSITION,))


def unexpected_count(condition: RowCondition, **kwargs: Any) -> Work:
    """Number of unexpected rows."""
    check = Asked.of(kwargs).check(condition)
    return CountRepeated(check) if check.keys else CountRows(check.unexpected)


def filtered_row_count(condition: RowCondition, **kwargs: Any) -> Work:
    """Number of rows looked at."""
    return CountRows(Asked.of(kwargs).check(condition).domain)


def no_query(**_kwargs: Any) -> None:
    """There is no query that would find the rows again."""


def index_list(condition: RowCondition, **kwargs: Any) -> Any:
    """Where failing rows came from: dicts of the origin columns, or positions."""
    asked = Asked.of(kwargs)
    engine = asked.engine
    named = tuple(asked.result_format.get("unexpected_index_column_names") or ())
    if not engine.reveal_values and not set(named) <= set(engine.origin):
        raise EngineProblem(
            "unexpected_index_column_names may only name origin columns of the datasource "
            f"({', '.join(engine.origin) or 'it has none'}): values of other columns are not shown"
        )
    if not asked.limit:
        return []
    rows = asked.rows(condition)
    columns = named or engine.origin or (POSITION,)
    if named and engine.reveal_values and not asked.result_format.get("exclude_unexpected_values"):
        columns = tuple(dict.fromkeys((*rows.check.columns, *named)))
    if columns == (POSITION,):
        return ListRows(rows, columns, lambda records: [record[POSITION] for record in records])
    return ListRows(rows, columns, lambda records: records)


def value_list(condition: RowCondition, **kwargs: Any) -> Any:
    """Failing values; none, unless values are revealed."""
    asked = Asked.of(kwargs)
    if not asked.engine.reveal_values or not asked.limit:
        return []
    rows = asked.rows(condition)
    names = rows.check.columns

    def finish(records: list[dict[str, Any]]) -> list[Any]:
        if condition.kind == "columns":
            return records
        if condition.kind == "pair":
            return [tuple(record[name] for name in names) for record in records]
        return [record[names[0]] for record in records]

    return ListRows(rows, tuple(dict.fromkeys(names)), finish)


def row_list(condition: RowCondition, **kwargs: Any) -> Any:
    """Failing rows as dicts; None, unless values are revealed."""
    asked = Asked.of(kwargs)
    if not asked.engine.reveal_values:
        return None
    if not asked.limit:
        return []
    return ListRows(asked.rows(condition), tuple(asked.schema), lambda records: records)


def aggregate_provider(aggregate: Aggregate, *, lists_values: bool) -> Callable[..., Any]:
    """The provider of a column aggregate; one that lists values of the data lists none unless they are revealed."""

    def provider(
        *,
        execution_engine: PolarsExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        **_kwargs: Any,
    ) -> Any:
        if lists_values and not execution_engine.reveal_values:
            return []
        target = Target.of(metric_domain_kwargs, execution_engine.schema(metric_domain_kwargs))
        return aggregate(target, metric_value_kwargs)

    return provider


def table_row_count(
    *, execution_engine: PolarsExecutionEngine, metric_domain_kwargs: dict[str, Any], **_kwargs: Any
) -> Work:
    """Rows of the batch, or of a named table."""
    return CountRows(rows(metric_domain_kwargs.get("row_condition"), execution_engine.schema(metric_domain_kwargs)))


def table_columns(
    *, execution_engine: PolarsExecutionEngine, metric_domain_kwargs: dict[str, Any], **_kwargs: Any
) -> list[str]:
    """Names of the columns, in order."""
    return list(execution_engine.schema(metric_domain_kwargs))


def table_column_count(
    *, execution_engine: PolarsExecutionEngine, metric_domain_kwargs: dict[str, Any], **_kwargs: Any
) -> int:
    """Number of columns."""
    return len(execution_engine.schema(metric_domain_kwargs))


def table_column_types(
    *, execution_engine: PolarsExecutionEngine, metric_domain_kwargs: dict[str, Any], **_kwargs: Any
) -> list[dict[str, str]]:
    """Name and Polars type of each column."""
    schema = execution_engine.schema(metric_domain_kwargs)
    return [{"name": name, "type": str(dtype)} for name, dtype in schema.items()]


def register_stock_metrics() -> None:
    """Register every metric this engine computes."""
    for condition in STOCK_CONDITIONS:
        register_condition(condition)
    for metric, aggregate in AGGREGATES.items():
        provider = aggregate_provider(aggregate, lists_values=metric == "column.distinct_values.not_in_set")
        register(metric, provider, DOMAIN_KEYS["column"])
    register("table.row_count", table_row_count, TABLE_KEYS)
    register("table.columns", table_columns, TABLE_KEYS)
    register("table.column_count", table_column_count, TABLE_KEYS)
    register("table.column_types", table_column_types, TABLE_KEYS, ("include_nested",))
