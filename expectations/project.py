"""The Great Expectations project of a run: suites, definitions and result JSON, for those who use the library too."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final

import great_expectations as gx
import polars as pl
from great_expectations.compatibility.pydantic import PrivateAttr
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
from great_expectations.core.freshness_diagnostics import (
    ExpectationSuiteFreshnessDiagnostics,
    ValidationDefinitionFreshnessDiagnostics,
)
from great_expectations.data_context.store import ValidationResultsStore
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.data_context.types.resource_identifiers import ValidationResultIdentifier
from great_expectations.expectations.expectation import Expectation

from expectations.engine import FrameAsset, PolarsDatasource
from sources.contracts import DATASETS, FILE, ROW

LISTED_ROWS: Final = 20
"""How many failing rows a result refers to."""
_ASSETS: Final = (
    *(f"{name}.rows" for name in DATASETS),
    "employees.whole",
    "delivery.files",
    "delivery.datasets",
)


class _Suite(gx.ExpectationSuite):
    """A suite that only this run writes: it is not read back at every turn to see whether it still is what it was."""

    def is_fresh(self) -> ExpectationSuiteFreshnessDiagnostics:
        return ExpectationSuiteFreshnessDiagnostics(errors=[])


@dataclass
class _Results:
    """Stands for the store of a project: writes what it would, and keeps the last results as the JSON data they are."""

    cloud_mode: ClassVar[bool] = False
    store: ValidationResultsStore
    last: dict[str, Any] = field(default_factory=dict)

    def store_validation_results(
        self,
        suite_validation_result: ExpectationSuiteValidationResult,
        suite_validation_result_identifier: ValidationResultIdentifier,
        expectation_suite_identifier: object,
    ) -> None:
        self.last = suite_validation_result.to_json_dict()  # type: ignore[no-untyped-call]
        key = self.store.key_to_tuple(suite_validation_result_identifier)
        self.store.store_backend.set(key, json.dumps(self.last, indent=2, sort_keys=True))  # type: ignore[no-untyped-call]


class _Definition(gx.ValidationDefinition):
    """A validation definition that only this run writes, as its suite is; its results become JSON data once."""

    _results: _Results = PrivateAttr()

    def is_fresh(self) -> ValidationDefinitionFreshnessDiagnostics:
        return ValidationDefinitionFreshnessDiagnostics(errors=[])

    @property
    def _validation_results_store(self) -> Any:
        return self._results


class Project:
    """A project folder in which validations run."""

    def __init__(self, folder: Path) -> None:
        """Makes it; a project that is there already is used."""
        self._context = gx.get_context(mode="file", project_root_dir=folder)
        self._context.variables.progress_bars = ProgressBarsConfig(globally=False)
        # Given at once: each asset that is added by itself writes the whole configuration anew.
        assets = [
            FrameAsset(name=name, batch_definitions=[BatchDefinition(name="all", partitioner=None)]) for name in _ASSETS
        ]
        self._source: PolarsDatasource = self._context.data_sources.add_polars(
            "canonical", origin=[FILE, ROW], assets=assets
        )
        self._definitions: dict[str, _Definition] = {}
        self._folder = folder

    def run(self, name: str, frame: pl.LazyFrame, rules: Sequence[Expectation]) -> list[dict[str, Any]]:
        """Runs the expectations as a validation definition; their results as JSON data, in order."""
        if name not in self._definitions:
            self._definitions[name] = self._defined(name, rules)
        result_format = {"result_format": "SUMMARY", "partial_unexpected_count": LISTED_ROWS}
        definition = self._definitions[name]
        definition.run(batch_parameters={"dataframe": frame}, result_format=result_format)
        by_id = {one["expectation_config"]["meta"]["id"]: one for one in definition._results.last["results"]}
        if faults := [fault for one in by_id.values() for fault in _faults(one["exception_info"])]:
            raise RuntimeError(f"{name}: " + "; ".join(faults))
        return [by_id[rule.id] for rule in rules]

    def taken_over(self, name: str, key: str, results: Sequence[Mapping[str, Any]]) -> None:
        """Keeps the results of an earlier run that this one goes by, beside those of its own."""
        path = self._folder / "taken_over" / f"{name}-{key}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"validation_definition": name, "results": results}, indent=1), encoding="utf-8")

    def _defined(self, name: str, rules: Sequence[Expectation]) -> _Definition:
        # A suite gives its expectations ids of its own, so ours goes along as meta.
        copies = [rule.copy(update={"id": None, "meta": {**(rule.meta or {}), "id": rule.id}}) for rule in rules]
        suite = _Suite(name, expectations=copies)
        suites = self._context.expectations_store
        suites.add(suites.get_key(name), suite)
        whole = self._source.get_asset(name).get_batch_definition("all")
        definition = _Definition(name=name, data=whole, suite=suite)
        definition._results = _Results(self._context.validation_results_store)
        self._context.validation_definitions.add(definition)
        return definition


def _faults(info: Mapping[str, Any]) -> list[str]:
    """What Great Expectations could not compute: said of the expectation, or of each metric under it."""
    parts = [info] if "raised_exception" in info else list(info.values())
    return [str(part["exception_message"]) for part in parts if part.get("raised_exception")]
