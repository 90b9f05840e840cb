"""Fluent datasource and asset: `context.data_sources.add_polars(name).add_frame_asset(name)`."""

from __future__ import annotations

import builtins
from typing import Any, ClassVar, Literal

import polars as pl
from great_expectations.core.batch import LegacyBatchDefinition
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.core.batch_spec import RuntimeDataBatchSpec
from great_expectations.core.id_dict import IDDict
from great_expectations.datasource.fluent.batch_identifier_util import make_batch_identifier
from great_expectations.datasource.fluent.batch_request import BatchRequest
from great_expectations.datasource.fluent.interfaces import Batch, DataAsset, Datasource
from great_expectations.exceptions.exceptions import BuildBatchRequestError

from expectations.engine.execution_engine import MAX_FAILING_ROWS, PolarsExecutionEngine

FRAME = "dataframe"


class FrameAsset(DataAsset[Any, Any]):
    """Frames that are handed over at run time, as `batch_parameters={"dataframe": frame}`."""

    type: Literal["polars_frame"] = "polars_frame"

    def test_connection(self) -> None:
        """Nothing to connect to."""

    def get_batch_parameters_keys(self, partitioner: Any = None) -> tuple[str, ...]:
        """The one parameter of a batch."""
        return (FRAME,)

    def build_batch_request(
        self, options: dict[str, Any] | None = None, batch_slice: Any = None, partitioner: Any = None
    ) -> BatchRequest[Any]:
        """The request for a frame; BuildBatchRequestError for anything else."""
        if batch_slice is not None or partitioner is not None:
            raise BuildBatchRequestError(message="a frame is one batch: filter it before, or use row_condition")
        frame = (options or {}).get(FRAME)
        if not options or set(options) != {FRAME} or not isinstance(frame, pl.DataFrame | pl.LazyFrame):
            raise BuildBatchRequestError(
                message=f"batch_parameters must be {{'{FRAME}': a polars DataFrame or LazyFrame}}"
            )
        return BatchRequest(datasource_name=self.datasource.name, data_asset_name=self.name, options=options)

    def _validate_batch_request(self, batch_request: BatchRequest[Any]) -> None:
        self.build_batch_request(batch_request.options)

    def get_batch_identifiers_list(self, batch_request: BatchRequest[Any]) -> list[dict[str, Any]]:
        """The one batch of a request."""
        return [IDDict(batch_request.options)]

    def get_batch(self, batch_request: BatchRequest[Any]) -> Batch:
        """The batch of a request."""
        self._validate_batch_request(batch_request)
        spec = RuntimeDataBatchSpec(batch_data=batch_request.options[FRAME])
        data, markers = self.datasource.get_execution_engine().get_batch_data_and_markers(batch_spec=spec)
        return Batch(
            datasource=self.datasource,
            data_asset=self,
            batch_request=batch_request,
            data=data,
            metadata=self._get_batch_metadata_from_batch_request(batch_request=batch_request, ignore_options=(FRAME,)),
            batch_markers=markers,
            batch_spec=spec,
            batch_definition=LegacyBatchDefinition(
                datasource_name=self.datasource.name,
                data_connector_name="fluent",
                data_asset_name=self.name,
                batch_identifiers=make_batch_identifier(batch_request.options),
                batch_spec_passthrough=None,
            ),
        )

    def add_batch_definition_whole_frame(self, name: str) -> BatchDefinition[Any]:
        """A batch definition for whole frames; there is no other."""
        return self.add_batch_definition(name=name, partitioner=None)


class PolarsDatasource(Datasource[FrameAsset, PolarsExecutionEngine]):
    """Polars frames.

    Attributes:
        origin: columns that say where a row came from; failing rows are listed and ordered by them.
        reveal_values: let values of the data into results. Off unless asked for.
        max_failing_rows: the most rows any list in a result holds.
    """

    asset_types: ClassVar[list[builtins.type[DataAsset[Any, Any]]]] = [FrameAsset]

    # Great Expectations' models copy defaults, so lists may stand here as they are.
    type: Literal["polars"] = "polars"
    assets: list[FrameAsset] = []  # noqa: RUF012
    origin: list[str] = []  # noqa: RUF012
    reveal_values: bool = False
    max_failing_rows: int = MAX_FAILING_ROWS

    @property
    def execution_engine_type(self) -> builtins.type[PolarsExecutionEngine]:
        """The engine of this datasource."""
        return PolarsExecutionEngine

    def test_connection(self, test_assets: bool = True) -> None:
        """Nothing to connect to."""

    def add_frame_asset(self, name: str, batch_metadata: dict[str, Any] | None = None) -> FrameAsset:
        """Add an asset for frames of one kind."""
        asset = FrameAsset(name=name, batch_metadata=batch_metadata or {})
        self._add_asset(asset=asset)
        return asset

    def set_table(self, name: str, frame: pl.DataFrame | pl.LazyFrame) -> None:
        """Name another frame, for the `other_table_name` of expect_table_row_count_to_equal_other_table."""
        self.get_execution_engine().tables[name] = frame.lazy()
