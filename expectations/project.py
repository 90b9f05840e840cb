"""The Great Expectations project of a run: suites, definitions and result JSON, for those who use the library too."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import great_expectations as gx
import polars as pl
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.data_context.types.base import ProgressBarsConfig
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
        self._definitions: dict[str, gx.ValidationDefinition] = {}
        self._folder = folder

    def run(self, name: str, frame: pl.LazyFrame, rules: Sequence[Expectation]) -> list[dict[str, Any]]:
        """Runs the expectations as a validation definition; their results as JSON data, in order."""
        if name not in self._definitions:
            self._definitions[name] = self._defined(name, rules)
        result_format = {"result_format": "SUMMARY", "partial_unexpected_count": LISTED_ROWS}
        result = self._definitions[name].run(batch_parameters={"dataframe": frame}, result_format=result_format)
        document = result.to_json_dict()  # type: ignore[no-untyped-call]
        by_id = {one["expectation_config"]["meta"]["id"]: one for one in document["results"]}
        if faults := [fault for one in by_id.values() for fault in _faults(one["exception_info"])]:
            raise RuntimeError(f"{name}: " + "; ".join(faults))
        return [by_id[rule.id] for rule in rules]

    def taken_over(self, name: str, key: str, results: Sequence[Mapping[str, Any]]) -> None:
        """Keeps the results of an earlier run that this one goes by, beside those of its own."""
        path = self._folder / "taken_over" / f"{name}-{key}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"validation_definition": name, "results": results}, indent=1), encoding="utf-8")

    def _defined(self, name: str, rules: Sequence[Expectation]) -> gx.ValidationDefinition:
        # A suite gives its expectations ids of its own, so ours goes along as meta.
        copies = [rule.copy(update={"id": None, "meta": {**(rule.meta or {}), "id": rule.id}}) for rule in rules]
        suite = self._context.suites.add(gx.ExpectationSuite(name, expectations=copies))
        whole = self._source.get_asset(name).get_batch_definition("all")
        return self._context.validation_definitions.add(gx.ValidationDefinition(name=name, data=whole, suite=suite))


def _faults(info: Mapping[str, Any]) -> list[str]:
    """What Great Expectations could not compute: said of the expectation, or of each metric under it."""
    parts = [info] if "raised_exception" in info else list(info.values())
    return [str(part["exception_message"]) for part in parts if part.get("raised_exception")]
