"""What leaves the engine: refusals by name, verdicts on column types, and results without values of the data.

Great Expectations lets an engine compute metrics, but judges and reports by itself: it knows column types only of
its own engines, and puts observed values, failing values and the texts of exceptions into results. It has no hook
between a verdict and its result, so the one method where all results come from is wrapped, for this engine only.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.core.result_format import ResultFormat
from great_expectations.expectations import registry
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.validator import Validator

from expectations.engine.configurations import derived_once
from expectations.engine.errors import EngineProblem, UnsupportedExpectationError
from expectations.engine.execution_engine import PolarsExecutionEngine
from expectations.engine.metrics import CONDITIONS
from expectations.engine.row_checks import Column

HIDDEN = "hidden"
"""Stands in a result for an observed value that is one of the data, or made of them."""

KEPT = frozenset(
    {
        "element_count",
        "missing_count",
        "missing_percent",
        "partial_missing_list",  # values of the configuration that the data lack
        "partial_unexpected_index_list",
        "unexpected_count",
        "unexpected_index_column_names",
        "unexpected_index_list",
        "unexpected_percent",
        "unexpected_percent_nonmissing",
        "unexpected_percent_total",
    }
)
"""Keys of a result that never hold a value of the data; lists of rows hold origins only."""

OBSERVED_IS_NO_VALUE = re.compile(
    r"expect_table_.*|expect_column_to_exist|expect_column_(type_to_be|values_to_be_(of_type|in_type_list))"
    r"|expect_column_(unique_value_count|proportion_of_.*)_to_be_between|expect_column_distinct_values_.*"
)
"""Expectations whose observed value is a count, a share, a name or a type."""

DETAILS_ARE_NO_VALUES = re.compile(r"expect_table_.*|expect_column_quantile_values_to_be_between")

TYPE_EXPECTATIONS = {
    "expect_column_type_to_be": "type_",
    "expect_column_values_to_be_of_type": "type_",
    "expect_column_values_to_be_in_type_list": "type_list",
}

PYTHON_TYPES: Mapping[str, Callable[[pl.DataType], bool]] = {
    "int": lambda dtype: dtype.is_integer(),
    "float": lambda dtype: dtype.is_float(),
    "str": lambda dtype: isinstance(dtype, pl.String | pl.Categorical | pl.Enum),
    "bool": lambda dtype: isinstance(dtype, pl.Boolean),
    "date": lambda dtype: isinstance(dtype, pl.Date),
    "datetime": lambda dtype: isinstance(dtype, pl.Datetime),
    "time": lambda dtype: isinstance(dtype, pl.Time),
    "timedelta": lambda dtype: isinstance(dtype, pl.Duration),
}

REGEX_INSTEAD = "expect_column_values_to_match_regex (or not_match_regex, or the _list forms)"
OWN_CONDITION = "a condition of your own: expectations.engine.row_condition"
INSTEAD: Mapping[str, str] = {
    "expect_column_values_to_match_like_pattern": REGEX_INSTEAD,
    "expect_column_values_to_match_like_pattern_list": REGEX_INSTEAD,
    "expect_column_values_to_not_match_like_pattern": REGEX_INSTEAD,
    "expect_column_values_to_not_match_like_pattern_list": REGEX_INSTEAD,
    "expect_column_values_to_be_dateutil_parseable": "expect_column_values_to_match_strftime_format",
    "expect_column_values_to_be_json_parseable": OWN_CONDITION,
    "expect_column_values_to_match_json_schema": OWN_CONDITION,
    "expect_column_value_z_scores_to_be_less_than": "expect_column_values_to_be_between with bounds you can defend",
    "expect_column_values_to_not_be_outliers": "expect_column_values_to_be_between with bounds you can defend",
    "expect_column_values_to_be_increasing": "a column of differences in the frame, and expect it to be between",
    "expect_column_values_to_be_decreasing": "a column of differences in the frame, and expect it to be between",
    "expect_column_most_common_value_to_be_in_set": "expect_column_distinct_values_to_be_in_set",
    "expect_multicolumn_values_to_be_unique": "expect_select_column_values_to_be_unique_within_record",
    "expect_query_results_to_match_comparison": OWN_CONDITION,
    "unexpected_rows_expectation": OWN_CONDITION,
}
WITHOUT_COUNTERPART = "an expectation listed in docs/engine.md; statistical tests have no counterpart on Polars"

graph_validate_of_stock = Validator.graph_validate


def graph_validate(
    self: Validator,
    configurations: list[ExpectationConfiguration],
    runtime_configuration: dict[str, Any] | None = None,
) -> list[ExpectationValidationResult]:
    """Results of the expectations; for other engines, and in all that is not said above, Great Expectations' own."""
    engine = self.execution_engine
    if not isinstance(engine, PolarsExecutionEngine):
        return graph_validate_of_stock(self, configurations, runtime_configuration)
    with derived_once():
        refuse_unsupported(engine, configurations, runtime_configuration)
        stock = [configuration for configuration in configurations if configuration.type not in TYPE_EXPECTATIONS]
        results = graph_validate_of_stock(self, stock, runtime_configuration) if stock else []
    for configuration in configurations:
        if configuration.type in TYPE_EXPECTATIONS:
            results.append(type_result(engine, self.active_batch_id, configuration, runtime_configuration or {}))
    for result in results:
        # Quantiles are judged by NumPy, whose Booleans Great Expectations' own stores cannot write.
        result.success = bool(result.success)
        if not engine.reveal_values:
            hide_values(result)
    return results


_RUN: set[tuple[type[Expectation], str]] = set()
"""Row-level expectations this engine was found to run, each with a result format: from these follows what is asked."""


def refuse_unsupported(
    engine: PolarsExecutionEngine,
    configurations: Sequence[ExpectationConfiguration],
    runtime_configuration: dict[str, Any] | None,
) -> None:
    """Raises UnsupportedExpectationError, which names every expectation that this engine does not run."""
    refused: dict[str, str] = {}
    wanted = repr((runtime_configuration or {}).get("result_format"))
    for configuration in configurations:
        name = configuration.type
        if name == "expect_column_pair_values_to_be_in_set" and configuration.kwargs.get("row_condition"):
            refused[f"{name} with row_condition, which Great Expectations ignores there"] = OWN_CONDITION
            continue
        asking = registry.get_expectation_impl(name), wanted
        if name in TYPE_EXPECTATIONS or asking in _RUN:
            continue
        metrics = [] if name in INSTEAD else metrics_of(engine, configuration, runtime_configuration)
        if name in INSTEAD or not all(provided(metric.metric_name) for metric in metrics):
            refused[name] = INSTEAD.get(name, WITHOUT_COUNTERPART)
        elif getattr(asking[0], "map_metric", None) in CONDITIONS:
            _RUN.add(asking)
    if refused:
        raise UnsupportedExpectationError(
            "not run on Polars: " + "; ".join(f"{name} (use instead: {hint})" for name, hint in refused.items())
        )


def metrics_of(
    engine: PolarsExecutionEngine,
    configuration: ExpectationConfiguration,
    runtime_configuration: dict[str, Any] | None,
) -> list[MetricConfiguration]:
    """The metrics an expectation asks for."""
    expectation = configuration.to_domain_obj()
    dependencies = expectation.get_validation_dependencies(
        execution_engine=engine, runtime_configuration=copy.deepcopy(runtime_configuration)
    )
    return list(dependencies.get_metric_configurations())


def provided(metric: str) -> bool:
    """Whether this engine computes the metric."""
    definition = registry._registered_metrics.get(metric)  # the registry has no public reader
    return definition is not None and PolarsExecutionEngine.__name__ in definition["providers"]


def type_result(
    engine: PolarsExecutionEngine,
    batch_id: str | None,
    configuration: ExpectationConfiguration,
    runtime_configuration: Mapping[str, Any],
) -> ExpectationValidationResult:
    """The result of an expectation on a column's type, which the schema alone decides."""
    configuration = copy.deepcopy(configuration)
    configuration.kwargs["batch_id"] = batch_id
    wanted = configuration.kwargs.get(TYPE_EXPECTATIONS[configuration.type])
    names = [wanted] if isinstance(wanted, str) else wanted
    try:
        dtype = Column.of(configuration.kwargs["column"], engine.schema(configuration.kwargs)).dtype
        matches = [is_type(dtype, name) for name in names or ()]
    except EngineProblem as problem:
        raised = {"raised_exception": True, "exception_traceback": "", "exception_message": str(problem)}
        return ExpectationValidationResult(success=False, expectation_config=configuration, exception_info=raised)
    result_format = runtime_configuration.get("result_format", {})
    level = result_format.get("result_format") if isinstance(result_format, dict) else result_format
    result = {} if level == ResultFormat.BOOLEAN_ONLY else {"observed_value": str(dtype)}
    success = names is None or any(matches)
    return ExpectationValidationResult(success=success, expectation_config=configuration, result=result)


def is_type(dtype: pl.DataType, name: str) -> bool:
    """Whether a type has that name: its Polars name with or without parameters, in any case, or a Python type's."""
    if name in PYTHON_TYPES:
        return PYTHON_TYPES[name](dtype)
    known = {known.__name__.lower() for known in subclasses(pl.DataType)}
    if re.match(r"\w*", name)[0].lower() not in known:  # type: ignore[index]  # it matches anything
        raise EngineProblem(f'type "{name}" is unknown: use a Polars type, or one of {", ".join(PYTHON_TYPES)}')
    return name.lower() in (str(dtype).lower(), type(dtype).__name__.lower())


def subclasses(cls: type[pl.DataType]) -> list[type[pl.DataType]]:
    """All subclasses, at any depth."""
    return [each for own in cls.__subclasses__() for each in (own, *subclasses(own))]


def hide_values(result: ExpectationValidationResult) -> None:
    """Take everything out of a result that could hold a value of the data; what is not known to be safe goes."""
    name = result.expectation_config.type if result.expectation_config else ""
    details = result.result or {}
    kept = {key: value for key, value in details.items() if key in KEPT}
    if details.get("observed_value") is not None:
        observed = details["observed_value"]
        kept["observed_value"] = observed if OBSERVED_IS_NO_VALUE.fullmatch(name) else hidden(observed)
    elif "observed_value" in details:
        kept["observed_value"] = None
    if "details" in details and DETAILS_ARE_NO_VALUES.fullmatch(name):
        kept["details"] = details["details"]
    result.result = kept
    info = result.exception_info or {}
    if info.get("raised_exception") and info.get("exception_traceback"):
        result.exception_info = hidden_exception(info)


def hidden(observed: Any) -> Any:
    """HIDDEN in the shape Data Docs render: a quantile's observed value holds the quantiles asked for."""
    if isinstance(observed, dict) and set(observed) == {"quantiles", "values"}:
        return {"quantiles": observed["quantiles"], "values": [HIDDEN] * len(observed["values"])}
    return HIDDEN


def hidden_exception(info: Mapping[str, Any]) -> dict[str, Any]:
    """An exception raised while a verdict was reached, whose text may quote a value, without that text."""
    last = str(info["exception_traceback"]).strip().rpartition("\n")[2]
    kind = last.partition(":")[0]
    kind = kind if re.fullmatch(r"[\w.]+", kind) else "An exception"
    message = (
        f"{kind} while the expectation was judged; its text may quote data and is shown only by a datasource with "
        "reveal_values=True. Mostly a bound is not of the column's type"
    )
    return {"raised_exception": True, "exception_traceback": "", "exception_message": message}


setattr(Validator, "graph_validate", graph_validate)  # noqa: B010  # mypy forbids assigning to a method
