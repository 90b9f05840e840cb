"""Splitting rows by the conditions that the counts of a report come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import great_expectations as gx
import polars as pl
from great_expectations.expectations.expectation import (
    ColumnMapExpectation,
    ColumnPairMapExpectation,
    Expectation,
    MulticolumnMapExpectation,
)
from great_expectations.expectations.registry import get_metric_kwargs

from expectations.engine.errors import EngineProblem, UnsupportedExpectationError
from expectations.engine.metrics import CONDITIONS, row_check
from expectations.engine.passes import find_repeated_keys, with_masks
from expectations.engine.results import TYPE_EXPECTATIONS
from expectations.engine.row_checks import RowCheck

FAILED = "_failed"
"""Column of refused rows: the ids of the expectations they fail, in the order of the suite."""

ROW_LEVEL = (ColumnMapExpectation, ColumnPairMapExpectation, MulticolumnMapExpectation)


@dataclass(frozen=True)
class Quarantine:
    """A frame split by row-level expectations.

    `masks` is the frame with one Boolean column an expectation, true where the row is unexpected; `expectations`
    gives the expectation by the name of that column (see `name_of`). The rows of every frame keep their order.
    """

    masks: pl.LazyFrame
    expectations: Mapping[str, Expectation]
    columns: tuple[str, ...]

    @property
    def valid(self) -> pl.LazyFrame:
        """The rows that no expectation refuses, with the columns of the frame."""
        if not self.expectations:
            return self.masks
        return self.masks.filter(~pl.any_horizontal(*self.expectations)).select(self.columns)

    @property
    def refused(self) -> pl.LazyFrame:
        """The other rows, with the columns of the frame and FAILED."""
        names = list(self.expectations)
        if not names:
            return self.masks.clear().with_columns(pl.lit([], dtype=pl.List(pl.String)).alias(FAILED))
        failed = pl.concat_list(pl.when(name).then(pl.lit(name)) for name in names).list.drop_nulls()
        return self.masks.filter(pl.any_horizontal(*names)).select(*self.columns, failed.alias(FAILED))

    def sink(self, valid: Path | str, refused: Path | str) -> None:
        """Write both as Parquet, streaming; the frame is read once where Polars can share its scan."""
        sinks = [self.valid.sink_parquet(valid, lazy=True), self.refused.sink_parquet(refused, lazy=True)]
        pl.collect_all(sinks, engine="streaming")


def quarantine(frame: pl.DataFrame | pl.LazyFrame, suite: gx.ExpectationSuite | Iterable[Expectation]) -> Quarantine:
    """Split a frame by the row-level expectations of a suite; expectations on columns and tables take no part.

    `mostly` changes whether an expectation succeeds, not which rows are unexpected, so it changes nothing here.
    The rows masked by an expectation are as many as the `unexpected_count` of its result. Without a uniqueness
    expectation nothing is read before the result is; with one, a pass over the key columns (two if keys repeat).

    Raises:
        EngineProblem: an expectation cannot be computed on this frame; all such problems at once.
        UnsupportedExpectationError: a row-level expectation is not one this engine runs.
    """
    lazy = frame.lazy()
    schema = lazy.collect_schema()
    listed = suite.expectations if isinstance(suite, gx.ExpectationSuite) else list(suite)
    checks: dict[str, RowCheck] = {}
    expectations: dict[str, Expectation] = {}
    problems: list[str] = []
    for position, expectation in enumerate(listed):
        if not isinstance(expectation, ROW_LEVEL) or expectation.expectation_type in TYPE_EXPECTATIONS:
            continue
        name = name_of(expectation, position)
        if name in expectations:
            problems.append(f"two expectations have the id {name}")
            continue
        try:
            checks[name] = check_of(expectation, schema)
        except EngineProblem as problem:
            problems.append(f"{name}: {problem}")
        expectations[name] = expectation
    taken = set(schema) & {*checks, FAILED}
    if taken:
        problems.append(f"columns of the frame have names that are needed here: {', '.join(sorted(taken))}")
    if problems:
        raise EngineProblem("; ".join(problems))
    masks = with_masks(lazy, checks, find_repeated_keys(lazy, checks.values()))
    return Quarantine(masks, expectations, tuple(schema))


def name_of(expectation: Expectation, position: int) -> str:
    """The id its author gave as `meta["id"]`; else the one the store of its suite gave; else its type and place."""
    given = (expectation.meta or {}).get("id") or expectation.id
    return str(given or f"{expectation.expectation_type}[{position}]")


def check_of(expectation: Any, schema: Mapping[str, pl.DataType]) -> RowCheck:
    """The check of a row-level expectation, made as the engine makes it for the counts."""
    condition = CONDITIONS.get(expectation.map_metric)
    if condition is None:
        raise UnsupportedExpectationError(
            f"{expectation.expectation_type} has no row condition on Polars: register one for "
            f'"{expectation.map_metric}" with expectations.engine.row_condition'
        )
    unfilled = [key for key, value in expectation.configuration.kwargs.items() if is_parameter(value)]
    if unfilled:
        raise EngineProblem(f"{', '.join(unfilled)}: fill in suite parameters before rows are split")
    kwargs = get_metric_kwargs(f"{condition.metric}.unexpected_count", configuration=expectation.configuration)
    return row_check(condition, schema, kwargs["metric_domain_kwargs"], kwargs["metric_value_kwargs"])


def is_parameter(value: Any) -> bool:
    """Whether a configured value is a suite parameter that a validation would fill in."""
    return isinstance(value, dict) and "$PARAMETER" in value
