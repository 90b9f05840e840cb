"""What the engine leans on inside Great Expectations, said and held: run this first when its version changes.

Each failure names the file of the engine to look at. docs/decisions/0009-what-the-engine-leans-on.md says why.
"""

from __future__ import annotations

import ast
import copy
import importlib.metadata
import inspect
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
import polars as pl
import pytest
from great_expectations.core.batch_spec import RuntimeDataBatchSpec
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.exceptions.exceptions import MetricResolutionError
from great_expectations.execution_engine.execution_engine import MetricComputationConfiguration
from great_expectations.expectations import registry, row_conditions
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.validator.validator import Validator

from expectations.engine import PolarsExecutionEngine, results
from expectations.engine.configurations import derived_once
from expectations.engine.datasource import FrameAsset, PolarsDatasource
from expectations.engine.execution_engine import FRAME_IN_RESULTS, PolarsBatchData
from expectations.engine.metrics import AfterCount, PolarsMetric
from expectations.engine.stock_conditions import STOCK_CONDITIONS

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "expectations" / "engine"
FRAME = pl.DataFrame({"n": [1, 2, None], "k": [1, 1, 2]})


def look_at(file: str, why: str) -> str:
    """What a failing contract tells whoever upgrades."""
    assert (ENGINE / file).exists()
    return f"Great Expectations has changed: look at expectations/engine/{file}; {why}"


def test_the_installed_version_is_the_one_minor_version_that_was_tested() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (pin,) = (one for one in project["dependencies"] if one.startswith("great-expectations"))
    bounds = re.fullmatch(r"great-expectations>=(\d+)\.(\d+)(?:\.\d+)?,<(\d+)\.(\d+)", pin)
    assert bounds is not None, f"{pin}: pin one minor version, as in great-expectations>=1.24,<1.25"
    major, minor, next_major, next_minor = map(int, bounds.groups())
    assert (next_major, next_minor) == (major, minor + 1), f"{pin} spans more than the minor version tested here"
    installed = importlib.metadata.version("great-expectations")
    assert installed.startswith(f"{major}.{minor}."), f"{installed} is installed, {pin} was tested"


# What is imported with it.


PUT_OFF = """
import sys
import expectations.validation
print(*sys.modules)

import great_expectations as gx, pandas as pd
from great_expectations.expectations.core import expect_column_kl_divergence_to_be_less_than as divergence
print(type(divergence.alt).__name__, type(divergence.stats).__name__)

source = gx.get_context(mode="ephemeral").data_sources.add_pandas("a")
whole = source.add_dataframe_asset("a").add_batch_definition_whole_dataframe("all")
expected = {"values": ["a", "b"], "weights": [0.25, 0.75]}
found = whole.get_batch({"dataframe": pd.DataFrame({"n": ["a", "a", "b", "b"]})}).validate(
    gx.expectations.ExpectColumnKLDivergenceToBeLessThan(column="n", partition_object=expected, threshold=0.2)
)
import altair
from scipy.stats import poisson
print(found.success, round(found.result["observed_value"], 4), divergence.alt.Chart is altair.Chart, poisson.name)
"""
LEFT_OUT = """
import expectations.engine, great_expectations as gx

def offered():
    return "add_spark" in dir(gx.get_context(mode="ephemeral").data_sources)

before = offered()
import great_expectations.datasource.fluent.spark_datasource
print(before, offered())
"""


def test_what_only_refused_expectations_use_is_imported_when_it_is_used() -> None:
    ended = subprocess.run([sys.executable, "-c", PUT_OFF], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    imported, places, *_, used = ended.stdout.splitlines()
    put_off = {"altair", "altair.utils", "jsonschema", "mistune", "scipy.stats", "scipy.special", "scipy.optimize"}
    assert not {*imported.split()} & put_off, look_at(
        "importing.py", "what is put off is used while Great Expectations is imported"
    )
    spark = [name for name in imported.split() if name.startswith("great_expectations.datasource.fluent.spark")]
    assert not spark, look_at("importing.py", "data sources for Spark are imported")
    assert places == "_Place _Place", look_at("importing.py", "what is put off is not imported: take it out")
    # Of two halves against a quarter and three quarters: (ln 2 + ln 2/3) / 2.
    assert used == "True 0.1438 True poisson", look_at("importing.py", "places do not give way")


def test_data_sources_for_spark_are_offered_once_their_module_is_imported() -> None:
    ended = subprocess.run([sys.executable, "-c", LEFT_OUT], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.split() == ["False", "True"], look_at("importing.py", "what is left out cannot be had later")


# Private names, and methods that are overridden.

PRIVATE_NAMES: dict[str, dict[str, object]] = {
    "metrics.py": {"_registered_metrics": registry},
    "results.py": {"_registered_metrics": registry},
    "execution_engine.py": {"_partition_domain_kwargs": PolarsExecutionEngine},
    "datasource.py": {
        "_add_asset": PolarsDatasource,
        "_get_batch_metadata_from_batch_request": FrameAsset,
    },
}
"""Private names of Great Expectations that a file of the engine uses, and who has them."""


def private_names(file: Path) -> set[str]:
    """Private attributes a file uses but nothing in it sets or defines; overridden methods stand in OVERRIDDEN."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr.startswith("_")]
    used = {node.attr for node in attributes if isinstance(node.ctx, ast.Load) and not node.attr.startswith("__")}
    own = {node.attr for node in attributes if isinstance(node.ctx, ast.Store)}
    own |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return used - own


@pytest.mark.parametrize("file", sorted(ENGINE.glob("*.py")), ids=lambda file: file.name)
def test_private_names_that_are_used_are_known_and_there(file: Path) -> None:
    known = PRIVATE_NAMES.get(file.name, {})
    assert private_names(file) == set(known), f"say in PRIVATE_NAMES which private names {file.name} leans on"
    for name, owner in known.items():
        assert hasattr(owner, name), look_at(file.name, f"{name} is gone")


OVERRIDDEN: dict[type, dict[str, list[str]]] = {
    PolarsExecutionEngine: {
        "get_batch_data_and_markers": ["batch_spec"],
        "load_batch_data": ["batch_id", "batch_data"],
        "get_domain_records": ["domain_kwargs"],
        "get_compute_domain": ["domain_kwargs", "domain_type", "accessor_keys"],
        "_process_direct_and_bundled_metric_computation_configurations": [
            "metric_fn_direct_configurations",
            "metric_fn_bundle_configurations",
        ],
        "_comparison_condition_to_filter_clause": ["condition"],
        "_nullity_condition_to_filter_clause": ["condition"],
        "_and_condition_to_filter_clause": ["condition"],
        "_or_condition_to_filter_clause": ["condition"],
    },
    PolarsBatchData: {},
    FrameAsset: {
        "test_connection": [],
        "get_batch_parameters_keys": ["partitioner"],
        "build_batch_request": ["options", "batch_slice", "partitioner"],
        "_validate_batch_request": ["batch_request"],
        "get_batch_identifiers_list": ["batch_request"],
        "get_batch": ["batch_request"],
    },
    PolarsDatasource: {"test_connection": ["test_assets"]},
    PolarsMetric: {},
    AfterCount: {
        "_get_evaluation_dependencies": ["metric", "configuration", "execution_engine", "runtime_configuration"]
    },
}
"""Methods of Great Expectations that the engine's classes override, with the parameters it hands them."""


def overridden(cls: type) -> dict[str, Any]:
    """Methods of a class that a class of Great Expectations above it has too, as they are there."""
    found: dict[str, Any] = {}
    for name, member in vars(cls).items():
        if name.startswith("__") or (not isinstance(member, classmethod) and not inspect.isfunction(member)):
            continue
        above = [base for base in cls.__mro__[1:] if name in vars(base)]
        if above and above[0].__module__.startswith("great_expectations"):
            found[name] = getattr(above[0], name)
    return found


@pytest.mark.parametrize("cls", OVERRIDDEN, ids=lambda cls: cls.__name__)
def test_overridden_methods_are_there_with_the_same_parameters(cls: type) -> None:
    file = cls.__module__.rpartition(".")[2] + ".py"
    stock = {
        name: [parameter for parameter in inspect.signature(method).parameters if parameter != "self"]
        for name, method in overridden(cls).items()
    }
    assert stock == OVERRIDDEN[cls], look_at(
        file, f"a method that {cls.__name__} overrides is gone or is called otherwise"
    )


def test_the_engine_overrides_all_that_is_abstract() -> None:
    for cls, file in ((PolarsExecutionEngine, "execution_engine.py"), (FrameAsset, "datasource.py")):
        assert not inspect.isabstract(cls), look_at(file, f"{cls.__name__} lacks {cls.__abstractmethods__}")


# The registry of metrics.


def test_the_registry_keeps_a_metric_as_keys_and_providers_by_engine() -> None:
    lost = look_at("metrics.py", "the registry of metrics has another shape (register, and provided in results.py)")
    assert isinstance(registry._registered_metrics, dict), lost
    definition = registry._registered_metrics["column_values.between.unexpected_count"]
    assert set(definition) == {"metric_domain_keys", "metric_value_keys", "default_kwarg_values", "providers"}, lost
    assert {"PandasExecutionEngine", "PolarsExecutionEngine"} <= set(definition["providers"]), lost
    metric_class, provider = definition["providers"]["PolarsExecutionEngine"]
    assert metric_class is PolarsMetric, lost
    assert callable(provider), lost
    assert list(inspect.signature(registry.register_metric).parameters) == [
        "metric_name",
        "metric_domain_keys",
        "metric_value_keys",
        "execution_engine",
        "metric_class",
        "metric_provider",
        "metric_fn_type",
    ], lost
    found = registry.get_metric_provider("column_values.between.unexpected_count", PolarsExecutionEngine())
    assert found == (metric_class, provider), lost


def test_every_stock_row_condition_is_still_a_metric_of_that_name_with_those_values() -> None:
    for condition in STOCK_CONDITIONS:
        definition = registry._registered_metrics[f"{condition.metric}.unexpected_count"]
        lost = look_at("stock_conditions.py", f"{condition.metric} has another name or other values")
        assert "PandasExecutionEngine" in definition["providers"], lost
        assert set(condition.value_keys) <= set(definition["metric_value_keys"]), lost
        # Great Expectations ignores row_condition on pairs in a set, so the engine refuses it there.
        assert ("row_condition" in definition["metric_domain_keys"]) == (
            condition.metric != "column_pair_values.in_set"
        )


def test_the_keywords_of_a_metric_are_parted_as_quarantine_expects() -> None:
    expectation = gxe.ExpectColumnValuesToBeBetween(column="n", max_value=1)
    kwargs = registry.get_metric_kwargs(
        "column_values.between.unexpected_count", configuration=expectation.configuration
    )
    lost = look_at("quarantine.py", "masks and counts get their keywords from get_metric_kwargs")
    assert set(kwargs) == {"metric_domain_keys", "metric_value_keys", "metric_domain_kwargs", "metric_value_kwargs"}, (
        lost
    )
    assert kwargs["metric_domain_kwargs"]["column"] == "n", lost
    assert kwargs["metric_value_kwargs"]["max_value"] == 1, lost


# The graph of metrics.

ASKED_FOR: dict[type[Expectation], tuple[dict[str, Any], set[str]]] = {
    gxe.ExpectColumnValuesToBeBetween: (
        {"column": "n", "max_value": 1},
        {
            "table.row_count",
            "column_values.nonnull.unexpected_count",
            "column_values.between.unexpected_count",
            "column_values.between.unexpected_values",
            "column_values.between.unexpected_index_list",
            "column_values.between.unexpected_index_query",
        },
    ),
    gxe.ExpectColumnPairValuesToBeEqual: (
        {"column_A": "n", "column_B": "k"},
        {
            "table.row_count",
            "column_pair_values.equal.unexpected_count",
            "column_pair_values.equal.unexpected_values",
            "column_pair_values.equal.unexpected_index_list",
            "column_pair_values.equal.unexpected_index_query",
            "column_pair_values.equal.filtered_row_count",
        },
    ),
    gxe.ExpectCompoundColumnsToBeUnique: (
        {"column_list": ["n", "k"]},
        {
            "table.row_count",
            "compound_columns.unique.unexpected_count",
            "compound_columns.unique.unexpected_values",
            "compound_columns.unique.unexpected_index_list",
            "compound_columns.unique.unexpected_index_query",
            "compound_columns.unique.filtered_row_count",
        },
    ),
    gxe.ExpectColumnMeanToBeBetween: ({"column": "n"}, {"column.mean"}),
}
"""The metrics an expectation asks for in COMPLETE: one that the engine lacks would make it refuse the expectation."""


@pytest.mark.parametrize("kind", ASKED_FOR, ids=lambda kind: kind.__name__)
def test_an_expectation_asks_for_the_metrics_that_are_registered(kind: type[Expectation]) -> None:
    kwargs, metrics = ASKED_FOR[kind]
    configuration = kind(**kwargs).configuration
    asked = results.metrics_of(PolarsExecutionEngine(), configuration, {"result_format": {"result_format": "COMPLETE"}})
    assert {metric.metric_name for metric in asked} == metrics, look_at(
        "metrics.py", "register_condition registers the metrics an expectation asks for"
    )


def test_all_counts_of_a_suite_are_asked_for_at_once_and_its_lists_next(
    validate: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    stock = PolarsExecutionEngine._process_direct_and_bundled_metric_computation_configurations
    levels: list[set[str]] = []

    def recorded(self: Any, **configurations: list[MetricComputationConfiguration]) -> Any:
        asked = [one for part in configurations.values() for one in part]
        levels.append({one.metric_configuration.metric_name.rpartition(".")[2] for one in asked})
        provided = {key for one in asked for key in one.metric_provider_kwargs}
        assert {"execution_engine", "metric_domain_kwargs", "metric_value_kwargs", "metrics"} <= provided
        return stock(self, **configurations)

    monkeypatch.setattr(PolarsExecutionEngine, stock.__name__, recorded)
    listed = [
        gxe.ExpectColumnValuesToBeBetween(column="n", max_value=1),
        gxe.ExpectColumnPairValuesToBeEqual(column_A="n", column_B="k", ignore_row_if="either_value_is_missing"),
        gxe.ExpectColumnMaxToBeBetween(column="n", max_value=1),
    ]
    validate(FRAME, listed, result_format="SUMMARY")
    assert levels == [
        {"row_count", "unexpected_count", "filtered_row_count", "max", "unexpected_index_query"},
        {"unexpected_values", "unexpected_index_list"},
    ], look_at("execution_engine.py", "metrics no longer arrive level by level, so a suite costs more passes")


def test_a_level_with_a_failed_metric_is_asked_for_again_as_a_whole_and_then_without_it(
    validate: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = look_at("execution_engine.py", "a failure costs the others their values, or a level is not asked for again")
    assert list(inspect.signature(MetricResolutionError).parameters) == ["message", "failed_metrics"], lost
    stock = PolarsExecutionEngine._process_direct_and_bundled_metric_computation_configurations
    levels: list[set[str]] = []

    def recorded(self: Any, **configurations: list[MetricComputationConfiguration]) -> Any:
        asked = [one.metric_configuration for part in configurations.values() for one in part]
        levels.append({f"{metric.metric_name} of {metric.metric_domain_kwargs['column']}" for metric in asked})
        return stock(self, **configurations)

    monkeypatch.setattr(PolarsExecutionEngine, stock.__name__, recorded)
    listed = [gxe.ExpectColumnMaxToBeBetween(column=name, max_value=9) for name in ("n", "absent")]
    assert sorted(each.success for each in validate(FRAME, listed).results) == [False, True], lost
    both, sound = {"column.max of n", "column.max of absent"}, {"column.max of n"}
    assert (levels[:2], levels[-1]) == ([both, both], sound), lost


# Batches.


def test_a_batch_of_another_frame_has_the_same_id_and_is_loaded_anew(
    sources: dict[str, PolarsDatasource], monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    stock = PolarsExecutionEngine.load_batch_data

    def recorded(self: Any, batch_id: str, batch_data: Any) -> None:
        loaded.append(batch_id)
        stock(self, batch_id, batch_data)

    monkeypatch.setattr(PolarsExecutionEngine, "load_batch_data", recorded)
    definition = sources["hiding"].add_frame_asset("loaded").add_batch_definition_whole_frame("all")
    for rows in (1, 2):
        batch = definition.get_batch({"dataframe": FRAME.head(rows)})
        assert batch.validate(gxe.ExpectTableRowCountToEqual(value=rows)).success, look_at(
            "execution_engine.py", "load_batch_data is where what was computed for another frame is forgotten"
        )
    assert len(set(loaded)) == 1
    assert len(loaded) >= 2


def test_the_fields_of_a_datasource_reach_its_engine(context: Any) -> None:
    source = context.data_sources.add_polars("fields", origin=["_row"], reveal_values=True, max_failing_rows=7)
    engine = source.get_execution_engine()
    lost = look_at("datasource.py", "fields of a datasource no longer become arguments of its engine")
    assert (engine.origin, engine.reveal_values, engine.max_failing_rows) == (("_row",), True, 7), lost
    assert source.get_execution_engine() is engine, lost


def test_a_batch_spec_holds_the_frame_and_goes_into_the_result(context: Any) -> None:
    frame = RuntimeDataBatchSpec(batch_data=FRAME)
    lost = look_at(
        "execution_engine.py", "get_batch_data_and_markers replaces the frame in the spec, which results carry"
    )
    assert frame.batch_data is FRAME, lost
    whole = context.data_sources.add_polars("spec").add_frame_asset("a").add_batch_definition_whole_frame("all")
    suite = context.suites.add(gx.ExpectationSuite("spec", expectations=[gxe.ExpectTableRowCountToEqual(value=3)]))
    definition = context.validation_definitions.add(gx.ValidationDefinition(name="spec", data=whole, suite=suite))
    result = definition.run(batch_parameters={"dataframe": FRAME}).to_json_dict()
    assert result["meta"]["batch_spec"] == {"batch_data": FRAME_IN_RESULTS}, lost


# The one method where all results come from.


def test_graph_validate_is_wrapped_and_has_its_parameters() -> None:
    lost = look_at("results.py", "Validator.graph_validate is wrapped: without it values would be in results")
    assert Validator.graph_validate is results.graph_validate, lost
    stock = list(inspect.signature(results.graph_validate_of_stock).parameters)
    assert stock == ["self", "configurations", "runtime_configuration"], lost
    assert results.graph_validate_of_stock.__module__ == "great_expectations.validator.validator", lost


def ways_to_a_result(context: Any, name: str, whole: Any, frame: object) -> dict[str, Callable[[], Any]]:
    """Every way a user of Great Expectations gets results."""
    expectation = gxe.ExpectColumnMaxToBeBetween(column="n", max_value=1)
    suite = context.suites.add(gx.ExpectationSuite(name, expectations=[expectation]))
    definition = context.validation_definitions.add(gx.ValidationDefinition(name=name, data=whole, suite=suite))
    checkpoint = context.checkpoints.add(gx.Checkpoint(name=name, validation_definitions=[definition]))
    given = {"dataframe": frame}

    def validator() -> Validator:
        return context.get_validator(batch_request=whole.build_batch_request(given))

    return {
        "batch, one": lambda: whole.get_batch(given).validate(expectation),
        "batch, suite": lambda: whole.get_batch(given).validate(suite),
        "definition": lambda: definition.run(batch_parameters=given),
        "checkpoint": lambda: checkpoint.run(batch_parameters=given),
        "validator": lambda: validator().expect_column_max_to_be_between(column="n", max_value=1),
        "validator, suite": lambda: validator().validate(suite),
    }


# It asks that a result format be given elsewhere.
@pytest.mark.filterwarnings("ignore:`result_format` configured at the Validator-level:UserWarning")
def test_every_way_to_a_result_goes_through_graph_validate(context: Any) -> None:
    whole = context.data_sources.add_polars("ways").add_frame_asset("a").add_batch_definition_whole_frame("all")
    frame = pl.DataFrame({"n": [987654321]})
    for way, run in ways_to_a_result(context, "ways", whole, frame).items():
        text = str(run())
        lost = look_at("results.py", f"results of {way} do not pass through Validator.graph_validate: they show values")
        assert "987654321" not in text, lost
        assert results.HIDDEN in text, lost


@pytest.mark.filterwarnings("ignore:`result_format` configured at the Validator-level:UserWarning")
def test_other_engines_are_left_as_they_are(context: Any) -> None:
    source = context.data_sources.add_pandas("untouched").add_dataframe_asset("a")
    whole = source.add_batch_definition_whole_dataframe("all")
    for run in ways_to_a_result(context, "untouched", whole, pd.DataFrame({"n": [987654321]})).values():
        assert "987654321" in str(run())


# Shapes of results.

ROW_LEVEL_KEYS = {
    "element_count",
    "missing_count",
    "missing_percent",
    "partial_unexpected_list",
    "unexpected_count",
    "unexpected_percent",
    "unexpected_percent_nonmissing",
    "unexpected_percent_total",
}
SUMMARY_KEYS = ROW_LEVEL_KEYS | {"partial_unexpected_counts", "partial_unexpected_index_list"}
KEYS_OF_A_RESULT = {
    "BOOLEAN_ONLY": set[str](),
    "BASIC": ROW_LEVEL_KEYS,
    "SUMMARY": SUMMARY_KEYS,
    "COMPLETE": SUMMARY_KEYS | {"unexpected_index_list", "unexpected_index_query", "unexpected_list"},
}


@pytest.mark.parametrize("result_format", KEYS_OF_A_RESULT)
def test_a_result_has_the_keys_that_are_kept_or_known_to_hold_values(context: Any, result_format: str) -> None:
    name = f"keys-{result_format}"
    whole = context.data_sources.add_pandas(name).add_dataframe_asset("a").add_batch_definition_whole_dataframe("all")
    batch = whole.get_batch({"dataframe": pd.DataFrame({"n": [1, 2, None]})})
    lost = look_at(
        "results.py", "KEPT keeps a result's keys by name; decide for each new one whether it may show values"
    )
    rows = batch.validate(gxe.ExpectColumnValuesToBeBetween(column="n", max_value=1), result_format=result_format)
    assert set(rows.result) == KEYS_OF_A_RESULT[result_format], lost
    whole_column = batch.validate(gxe.ExpectColumnMaxToBeBetween(column="n", max_value=1), result_format=result_format)
    assert set(whole_column.result) == ({"observed_value"} if result_format != "BOOLEAN_ONLY" else set()), lost


def test_a_result_is_made_and_read_as_before() -> None:
    lost = look_at("results.py", "an ExpectationValidationResult has other parts")
    configuration = ExpectationConfiguration(type="expect_column_to_exist", kwargs={"column": "n"})
    result = ExpectationValidationResult(success=True, expectation_config=configuration, result={}, exception_info=None)
    assert set(result.to_json_dict()) >= {"success", "expectation_config", "result", "exception_info"}, lost
    assert set(result.exception_info) == {"raised_exception", "exception_traceback", "exception_message"}, lost


def test_what_raises_is_reported_by_metric_or_as_a_whole(validate: Callable[..., Any]) -> None:
    lost = look_at("results.py", "exceptions are reported in another shape, and their texts may quote data")
    parts = {"raised_exception", "exception_traceback", "exception_message"}
    absent = validate(FRAME, [gxe.ExpectColumnValuesToNotBeNull(column="absent")]).results[0].exception_info
    assert absent, lost
    assert all(name.startswith("MetricConfigurationID(") and set(part) == parts for name, part in absent.items()), lost
    text = pl.DataFrame({"s": ["a"]})
    unjudged = validate(text, [gxe.ExpectColumnMaxToBeBetween(column="s", max_value=1)]).results[0].exception_info
    assert set(unjudged) == parts, lost
    assert unjudged["raised_exception"], lost


# What the stock classes are.


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (gxe.ExpectColumnPairValuesToBeEqual, {"both_values_are_missing", "either_value_is_missing", "neither"}),
        (gxe.ExpectCompoundColumnsToBeUnique, {"all_values_are_missing", "any_value_is_missing", "never"}),
    ],
)
def test_rows_with_missing_values_are_left_out_by_these_words(kind: Any, words: set[str]) -> None:
    known = set(re.findall(r"'(\w+)'", str(kind.__fields__["ignore_row_if"].type_)))
    assert known == words, look_at("row_checks.py", "ignore_row_if has other words (RowCondition._considered)")


def test_row_conditions_have_the_parts_that_are_translated() -> None:
    lost = look_at("row_checks.py", "a row_condition can be something that _clause does not translate")
    kinds = {kind.__name__ for kind in row_conditions.Condition.__subclasses__()}
    assert kinds == {
        "AndCondition",
        "ComparisonCondition",
        "NullityCondition",
        "OrCondition",
        "PassThroughCondition",  # text, refused
    }, lost
    operators = {operator.value for operator in row_conditions.Operator}
    assert operators == {"==", "!=", "<", "<=", ">", ">=", "IN", "NOT_IN"}, lost
    condition = (row_conditions.Column("n") > 1) & row_conditions.Column("k").is_not_null()
    assert row_conditions.deserialize_row_condition(condition.dict()) == condition, lost


RUN = frozenset({
    "expect_column_distinct_values_to_be_in_set",
    "expect_column_distinct_values_to_contain_set",
    "expect_column_distinct_values_to_equal_set",
    "expect_column_max_to_be_between",
    "expect_column_mean_to_be_between",
    "expect_column_median_to_be_between",
    "expect_column_min_to_be_between",
    "expect_column_pair_values_a_to_be_greater_than_b",
    "expect_column_pair_values_to_be_equal",
    "expect_column_pair_values_to_be_in_set",
    "expect_column_proportion_of_non_null_values_to_be_between",
    "expect_column_proportion_of_unique_values_to_be_between",
    "expect_column_quantile_values_to_be_between",
    "expect_column_stdev_to_be_between",
    "expect_column_sum_to_be_between",
    "expect_column_to_exist",
    "expect_column_type_to_be",
    "expect_column_unique_value_count_to_be_between",
    "expect_column_value_lengths_to_be_between",
    "expect_column_value_lengths_to_equal",
    "expect_column_values_to_be_between",
    "expect_column_values_to_be_in_set",
    "expect_column_values_to_be_in_type_list",
    "expect_column_values_to_be_null",
    "expect_column_values_to_be_of_type",
    "expect_column_values_to_be_unique",
    "expect_column_values_to_match_regex",
    "expect_column_values_to_match_regex_list",
    "expect_column_values_to_match_strftime_format",
    "expect_column_values_to_not_be_in_set",
    "expect_column_values_to_not_be_null",
    "expect_column_values_to_not_match_regex",
    "expect_column_values_to_not_match_regex_list",
    "expect_compound_columns_to_be_unique",
    "expect_multicolumn_sum_to_equal",
    "expect_multicolumn_values_to_be_equal",
    "expect_select_column_values_to_be_unique_within_record",
    "expect_table_column_count_to_be_between",
    "expect_table_column_count_to_equal",
    "expect_table_columns_to_match_ordered_list",
    "expect_table_columns_to_match_set",
    "expect_table_row_count_to_be_between",
    "expect_table_row_count_to_equal",
    "expect_table_row_count_to_equal_other_table",
})  # fmt: skip


def test_every_stock_expectation_is_run_or_refused_by_name() -> None:
    stock = {
        name
        for name, kind in registry._registered_expectations.items()
        if kind.__module__.startswith("great_expectations.expectations.core")
    }
    named = {name for name in results.INSTEAD if name in stock}
    statistical = {"expect_column_kl_divergence_to_be_less_than"}
    assert stock == RUN | named | statistical, look_at(
        "results.py", "an expectation came or went: run it, or say in INSTEAD what to use; and docs/engine.md lists it"
    )
    assert not RUN & named


def test_a_configuration_is_derived_once_while_the_engine_validates() -> None:
    expectation = gxe.ExpectColumnValuesToBeInSet(column="n", value_set=[1], severity="warning", meta={"id": "a"})
    afresh = expectation.configuration
    with derived_once():
        once = expectation.configuration
        assert once is expectation.configuration
        assert once.to_domain_obj() is expectation
        changed = copy.deepcopy(once)
        changed.kwargs["column"] = "m"
        assert changed.to_domain_obj().column == "m"
        assert (once.to_json_dict(), once.id) == (afresh.to_json_dict(), afresh.id)
    assert expectation.configuration is not expectation.configuration
    assert once.to_domain_obj() is not expectation
