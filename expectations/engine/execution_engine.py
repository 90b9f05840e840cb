"""The engine: batches are frames, and all metrics that are ready at once share one streaming pass."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import polars as pl
from great_expectations.core.batch import BatchData, BatchMarkers
from great_expectations.core.batch_spec import RuntimeDataBatchSpec
from great_expectations.exceptions.exceptions import GreatExpectationsError, MetricResolutionError
from great_expectations.execution_engine.execution_engine import ExecutionEngine, MetricComputationConfiguration
from great_expectations.expectations.row_conditions import (
    AndCondition,
    ComparisonCondition,
    NullityCondition,
    OrCondition,
)
from great_expectations.validator.metric_configuration import MetricConfiguration, MetricConfigurationID

from expectations.engine.aggregates import Select
from expectations.engine.errors import EngineProblem
from expectations.engine.metrics import CountRepeated, CountRows, ListRows, Work, register_stock_metrics
from expectations.engine.passes import (
    collect_failing_rows,
    find_repeated_keys,
    hashes,
    repeated,
    repeated_keys,
)
from expectations.engine.row_checks import RowCheck, count_true, rows

Counted = Select | CountRows | CountRepeated

FRAME_IN_RESULTS = "polars.LazyFrame"
MAX_FAILING_ROWS = 200

# A condition, a source of rows written in Python or Polars itself may raise anything while a frame is read, and
# Great Expectations would log its text, which may quote data. A panic of Polars is no Exception.
ANY_FAILURE = (Exception, pl.exceptions.PanicException)


class PolarsBatchData(BatchData):
    """One frame, and what passes over it have found so far."""

    def __init__(self, execution_engine: PolarsExecutionEngine, frame: pl.DataFrame | pl.LazyFrame) -> None:
        super().__init__(execution_engine=execution_engine)
        self.frame = frame.lazy()
        self.schema: Mapping[str, pl.DataType] = self.frame.collect_schema()
        self.repeated_keys: dict[str, pl.DataFrame] = {}


class PolarsExecutionEngine(ExecutionEngine[pl.Expr]):
    """Runs expectations on Polars frames.

    `origin` are the columns that say where a row came from; `reveal_values` lets values of the data into results;
    `max_failing_rows` bounds every list of rows. `passes` counts the times a frame was read.
    """

    def __init__(
        self,
        *args: Any,
        origin: Sequence[str] = (),
        reveal_values: bool = False,
        max_failing_rows: int = MAX_FAILING_ROWS,
        **kwargs: Any,
    ) -> None:
        self.origin = tuple(origin)
        self.reveal_values = reveal_values
        self.max_failing_rows = max_failing_rows
        self.tables: dict[str, pl.LazyFrame] = {}
        self.passes = 0
        self._values: dict[MetricConfigurationID, Any] = {}
        self._failed: dict[MetricConfigurationID, str] = {}
        super().__init__(*args, **kwargs)

    def get_batch_data_and_markers(self, batch_spec: RuntimeDataBatchSpec) -> tuple[BatchData, BatchMarkers]:
        """The batch of a frame; the spec, which results are made to carry, keeps only a word for it."""
        data = PolarsBatchData(self, batch_spec.batch_data)
        batch_spec.batch_data = FRAME_IN_RESULTS
        loaded = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        return data, BatchMarkers({"ge_load_time": loaded})

    def load_batch_data(self, batch_id: str, batch_data: Any) -> None:
        """Take a frame as the batch of that id; what was computed before is forgotten, for ids do not tell frames."""
        if isinstance(batch_data, pl.DataFrame | pl.LazyFrame):
            batch_data = PolarsBatchData(self, batch_data)
        self._values = {}
        self._failed = {}
        super().load_batch_data(batch_id, batch_data)

    def batch(self, domain_kwargs: Mapping[str, Any]) -> PolarsBatchData:
        """The batch of a metric's domain."""
        batch_id = domain_kwargs.get("batch_id") or self.batch_manager.active_batch_data_id
        data = self.batch_manager.batch_data_cache.get(batch_id or "")
        if not isinstance(data, PolarsBatchData):
            raise EngineProblem("no frame is loaded: pass one as batch_parameters={'dataframe': frame}")
        return data

    def frame(self, domain_kwargs: Mapping[str, Any]) -> pl.LazyFrame:
        """The frame of a metric's domain: the batch, or the table it names; `row_condition` is not applied."""
        table = domain_kwargs.get("table")
        if not table:
            return self.batch(domain_kwargs).frame
        if table not in self.tables:
            raise EngineProblem(
                f'table "{table}" is unknown: name it first with datasource.set_table("{table}", frame)'
            )
        return self.tables[table]

    def schema(self, domain_kwargs: Mapping[str, Any]) -> Mapping[str, pl.DataType]:
        """Column types of `frame`."""
        if domain_kwargs.get("table"):
            return self.frame(domain_kwargs).collect_schema()
        return self.batch(domain_kwargs).schema

    def get_domain_records(self, domain_kwargs: dict[str, Any]) -> pl.LazyFrame:
        """The rows of a domain, `row_condition` applied."""
        kept = rows(domain_kwargs.get("row_condition"), self.schema(domain_kwargs))
        return self.frame(domain_kwargs).filter(kept)

    def get_compute_domain(
        self, domain_kwargs: dict[str, Any], domain_type: Any, accessor_keys: Iterable[str] | None = None
    ) -> tuple[pl.LazyFrame, dict[str, Any], dict[str, Any]]:
        """The rows of a domain, and its keys parted into those that choose rows and those that choose columns."""
        parts = self._partition_domain_kwargs(domain_kwargs, domain_type, accessor_keys)
        return self.get_domain_records(domain_kwargs), parts.compute, parts.accessor

    def _process_direct_and_bundled_metric_computation_configurations(
        self,
        metric_fn_direct_configurations: list[MetricComputationConfiguration],
        metric_fn_bundle_configurations: list[MetricComputationConfiguration],
    ) -> dict[MetricConfigurationID, Any]:
        """Values of all metrics of one level of the graph.

        Great Expectations asks again for a whole level when one of its metrics fails, so values and failures are
        both remembered until the next frame.
        """
        works: dict[str, list[tuple[MetricConfiguration, Work]]] = {}
        configurations = [*metric_fn_direct_configurations, *metric_fn_bundle_configurations]
        metrics = [configuration.metric_configuration for configuration in configurations]
        for configuration, metric in zip(configurations, metrics, strict=True):
            if metric.id in self._values or metric.id in self._failed:
                continue
            try:
                provider: Callable[..., Any] = configuration.metric_fn
                value = provider(**configuration.metric_provider_kwargs)
            except ANY_FAILURE as error:
                self._fail(metric, error)
                continue
            if isinstance(value, Select | CountRows | CountRepeated | ListRows):
                table = metric.metric_domain_kwargs.get("table")
                key = repr((metric.metric_domain_kwargs.get("batch_id"), table))
                works.setdefault(key, []).append((metric, value))
            else:
                self._values[metric.id] = value
        for level in works.values():
            self._work(level)
        self._raise_failures(metrics)
        return {metric.id: self._values[metric.id] for metric in metrics}

    def _fail(self, metric: MetricConfiguration, error: BaseException) -> None:
        """Remember why a metric failed, in words that hold no value of the data."""
        if isinstance(error, EngineProblem | GreatExpectationsError | OSError) or self.reveal_values:
            reason = str(error)
        else:
            # The texts of Polars quote values that do not fit.
            reason = (
                f"{type(error).__name__} in {metric.metric_name}; its text may quote data and is shown only by a "
                "datasource with reveal_values=True"
            )
        self._failed[metric.id] = reason

    def _raise_failures(self, metrics: Sequence[MetricConfiguration]) -> None:
        failed = [metric for metric in metrics if metric.id in self._failed]
        if failed:
            reason = self._failed[failed[0].id]
            alike = tuple(metric for metric in failed if self._failed[metric.id] == reason)
            raise MetricResolutionError(message=reason, failed_metrics=alike)

    def _work(self, level: Sequence[tuple[MetricConfiguration, Work]]) -> None:
        """Compute the metrics of one level on one frame."""
        domain_kwargs = level[0][0].metric_domain_kwargs
        frame = self.frame(domain_kwargs)
        counts = [(metric, work) for metric, work in level if not isinstance(work, ListRows)]
        lists = [(metric, work) for metric, work in level if isinstance(work, ListRows)]
        batch = self.batch(domain_kwargs)
        if counts:
            self._count(frame, batch, counts)
        if lists:
            self._list(frame, batch, lists)

    def _count(
        self,
        frame: pl.LazyFrame,
        batch: PolarsBatchData,
        level: Sequence[tuple[MetricConfiguration, Counted]],
    ) -> None:
        names = [[f"{i}.{j}" for j in range(len(exprs_of(work)))] for i, (_, work) in enumerate(level)]
        exprs, masks = [], []
        for (_, work), own in zip(level, names, strict=True):
            if isinstance(work, CountRows) and work.mask.meta.root_names():
                # What masks have in common is computed once where they stand side by side, but not within sums.
                masks.append(work.mask.alias(own[0]))
                exprs.append(count_true(pl.col(own[0])).alias(own[0]))
            else:
                exprs.extend(expr.alias(name) for expr, name in zip(exprs_of(work), own, strict=True))
        try:
            row = frame.with_columns(masks).select(exprs).collect(engine="streaming")
        except OSError as error:
            for metric, _ in level:
                self._fail(metric, error)
            return
        except ANY_FAILURE as error:
            self._part(frame, batch, level, error)
            return
        self.passes += 1
        keyed: list[tuple[MetricConfiguration, RowCheck, pl.Series]] = []
        for (metric, work), own in zip(level, names, strict=True):
            if isinstance(work, CountRepeated):
                keyed.append((metric, work.check, repeated(row.get_column(own[0])[0])))
            else:
                finish = work.finish if isinstance(work, Select) else int
                self._finish(metric, finish, *(plain_value(row.get_column(name)) for name in own))
        self._count_repeated(frame, batch.repeated_keys, keyed)

    def _count_repeated(
        self,
        frame: pl.LazyFrame,
        repeated_by_check: dict[str, pl.DataFrame],
        keyed: Sequence[tuple[MetricConfiguration, RowCheck, pl.Series]],
    ) -> None:
        try:
            frames = repeated_keys(frame, [(check, values) for _, check, values in keyed])
        except ANY_FAILURE as error:
            for metric, _, _ in keyed:
                self._fail(metric, error)
            return
        self.passes += sum(values.len() > 0 for _, _, values in keyed)
        for (metric, check, _), keys in zip(keyed, frames, strict=True):
            repeated_by_check[check.identity] = keys
            self._values[metric.id] = int(keys.get_column("len").sum())

    def _finish(self, metric: MetricConfiguration, finish: Callable[..., Any], *values: Any) -> None:
        try:
            self._values[metric.id] = finish(*values)
        except ANY_FAILURE as error:
            self._fail(metric, error)

    def _part(
        self,
        frame: pl.LazyFrame,
        batch: PolarsBatchData,
        level: Sequence[tuple[MetricConfiguration, Counted]],
        error: BaseException,
    ) -> None:
        """One metric of the level cannot be computed: set it aside, by the schema alone if that is enough."""
        if len(level) == 1:
            self._fail(level[0][0], error)
            return
        sound = []
        for metric, work in level:
            try:
                frame.select(expr.alias(str(i)) for i, expr in enumerate(exprs_of(work))).collect_schema()
            except ANY_FAILURE as own_error:
                self._fail(metric, own_error)
            else:
                sound.append((metric, work))
        if len(sound) < len(level):
            if sound:
                self._count(frame, batch, sound)
            return
        for one in level:
            self._count(frame, batch, [one])

    def _list(
        self,
        frame: pl.LazyFrame,
        batch: PolarsBatchData,
        level: Sequence[tuple[MetricConfiguration, ListRows]],
    ) -> None:
        repeated_by_check = batch.repeated_keys
        wanted = [work.rows for _, work in level]
        columns = list(dict.fromkeys(name for _, work in level for name in (*work.rows.by, *work.columns)))
        try:
            checks = [rows.check for rows in wanted if rows.check.identity not in repeated_by_check]
            repeated_by_check |= find_repeated_keys(frame, checks)
            collect_failing_rows(frame, wanted, columns, repeated_by_check)
        except ANY_FAILURE as error:
            for metric, _ in level:
                self._fail(metric, error)
            return
        self.passes += 1
        for metric, work in level:
            self._finish(metric, work.finish, work.rows.rows(work.columns).to_dicts())

    def _comparison_condition_to_filter_clause(self, condition: ComparisonCondition) -> pl.Expr:
        return rows(condition, self.schema({}))

    def _nullity_condition_to_filter_clause(self, condition: NullityCondition) -> pl.Expr:
        return rows(condition, self.schema({}))

    def _and_condition_to_filter_clause(self, condition: AndCondition) -> pl.Expr:
        return rows(condition, self.schema({}))

    def _or_condition_to_filter_clause(self, condition: OrCondition) -> pl.Expr:
        return rows(condition, self.schema({}))


def exprs_of(work: Counted) -> tuple[pl.Expr, ...]:
    """The expressions of length one a work adds to the shared pass."""
    if isinstance(work, CountRows):
        return (count_true(work.mask),)
    return (hashes(work.check),) if isinstance(work, CountRepeated) else work.exprs


def plain_value(column: pl.Series) -> Any:
    """The only value of a column of length one, lists as Python lists."""
    value = column[0]
    return value.to_list() if isinstance(value, pl.Series) else value


register_stock_metrics()
