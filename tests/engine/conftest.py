"""One ephemeral context for all tests of the engine: making one costs more than a suite."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from typing import Any

import polars as pl
import pytest

with warnings.catch_warnings():
    # Great Expectations 1.24 imports modules that Python 3.11 deprecates, and a client that warns.
    warnings.filterwarnings("ignore", "Please install grpcio-status", ImportWarning)
    warnings.filterwarnings("ignore", "module 'sre_(constants|parse)' is deprecated", DeprecationWarning)
    import expectations.engine

import great_expectations as gx
from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
from great_expectations.expectations.expectation import Expectation

Validate = Callable[..., ExpectationSuiteValidationResult]


@pytest.fixture(scope="session")
def context() -> Any:
    made = gx.get_context(mode="ephemeral")
    made.variables.progress_bars = {"globally": False}
    return made


@pytest.fixture(scope="session")
def sources(context: Any) -> dict[str, expectations.engine.PolarsDatasource]:
    """Datasources: `revealing` shows values; `hiding` does not; `traced` does not and knows origin columns."""
    return {
        "revealing": context.data_sources.add_polars("revealing", reveal_values=True),
        "hiding": context.data_sources.add_polars("hiding"),
        "traced": context.data_sources.add_polars("traced", origin=["_file", "_row"]),
    }


@pytest.fixture(scope="session")
def validate(sources: dict[str, expectations.engine.PolarsDatasource]) -> Validate:
    """Validate a frame: `validate(frame, expectations, source="hiding", result_format="BASIC")`."""
    batches = {
        name: source.add_frame_asset("frames").add_batch_definition_whole_frame("all")
        for name, source in sources.items()
    }

    def run(
        frame: pl.DataFrame | pl.LazyFrame,
        expectations: Iterable[Expectation],
        source: str = "hiding",
        result_format: Any = "BASIC",
    ) -> ExpectationSuiteValidationResult:
        batch = batches[source].get_batch({"dataframe": frame})
        suite = gx.ExpectationSuite("suite", expectations=list(expectations))
        return batch.validate(suite, result_format=result_format)

    return run
