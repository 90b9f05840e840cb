"""A Great Expectations execution engine for Polars; imports nothing else of this project.

Stock expectations, suites, validation definitions, checkpoints, stores and Data Docs run unchanged on a
`LazyFrame` or `DataFrame`; importing this package registers the engine (2 s: it imports Great Expectations, faster
where this package is imported first: see `importing`).

    import great_expectations as gx
    from expectations.engine import quarantine

    context = gx.get_context(mode="ephemeral")
    source = context.data_sources.add_polars("frames", origin=["_file", "_row"])
    whole = source.add_frame_asset("attendance").add_batch_definition_whole_frame("all")
    suite = context.suites.add(gx.ExpectationSuite("attendance"))
    suite.add_expectation(
        gx.expectations.ExpectColumnValuesToNotBeNull(
            column="employee_id", severity="warning", meta={"id": "attendance.employee_id.required"}
        )
    )
    definition = context.validation_definitions.add(gx.ValidationDefinition(name="attendance", data=whole, suite=suite))
    result = definition.run(batch_parameters={"dataframe": frame}, result_format="SUMMARY")

`origin` names the columns that say where a row came from: failing rows are listed by them, ordered by them, and
by nothing else. Without `origin` they are listed by position. No value of any other column is in a result,
unless the source is added with `reveal_values=True`.

Splitting rows by the same conditions that the report counts:

    split = quarantine(frame, suite)     # or a list of expectations; only row-level ones take part
    split.masks                          # LazyFrame: the frame and one Boolean column an expectation id (meta["id"])
    split.valid, split.refused           # LazyFrames; refused has a list column `_failed` of expectation ids
    split.sink(valid="valid.parquet", refused="refused.parquet")    # both, streaming

A row-level expectation of one's own brings its condition as a Polars expression (see `row_condition`):

    @row_condition("column_values.even", value_keys=("besides",))
    def even(column: Column, besides: int | None = None) -> pl.Expr:
        return (column.expr % 2 == 0) | (column.expr == besides)

    class ExpectColumnValuesToBeEven(ColumnMapExpectation):
        map_metric = "column_values.even"
        success_keys = ("besides", "mostly")
        besides: int | None = None

docs/engine.md says which expectations run, how they differ from Great Expectations' own pandas engine, and what
a run costs.
"""

import os

from expectations.engine.importing import SPARK, UNUSED, left_out, put_off

os.environ.setdefault("GX_ANALYTICS_ENABLED", "False")  # read by Great Expectations when it is first imported
with put_off(*UNUSED), left_out(*SPARK):
    import great_expectations  # noqa: F401

from expectations.engine.datasource import FrameAsset, PolarsDatasource
from expectations.engine.errors import EngineProblem, UnsupportedExpectationError
from expectations.engine.execution_engine import PolarsExecutionEngine
from expectations.engine.metrics import row_condition
from expectations.engine.quarantine import FAILED, Quarantine, quarantine
from expectations.engine.results import HIDDEN
from expectations.engine.row_checks import Column

__all__ = [
    "FAILED",
    "HIDDEN",
    "Column",
    "EngineProblem",
    "FrameAsset",
    "PolarsDatasource",
    "PolarsExecutionEngine",
    "Quarantine",
    "UnsupportedExpectationError",
    "quarantine",
    "row_condition",
]
