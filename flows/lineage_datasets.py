"""The datasets of a run as OpenLineage names and describes them: files, canonical rows, results, tables.

Described are columns, counts, hashes and what expectations found, never a value. Where columns come from is said as far
as it is known: of canonical columns by the mapping, of valid rows by being the same; an indicator's datasets are known,
its columns are not, so `indicator_jobs` says datasets alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import polars as pl
from openlineage.client.event_v2 import InputDataset, OutputDataset
from openlineage.client.facet_v2 import (
    DatasetFacet,
    InputDatasetFacet,
    column_lineage_dataset,
    data_quality_assertions_dataset,
    data_quality_metrics_input_dataset,
    dataset_version_dataset,
    documentation_dataset,
    input_statistics_input_dataset,
    output_statistics_output_dataset,
    schema_dataset,
)

from expectations.findings import DatasetOutcome, Finding
from flows.order import Run
from flows.steps import Checked, Insights, Landed, Loaded, Read, Scored, validate_scores
from sources import LandedFile
from sources.contracts import DATASETS, Column
from sources.source_map import SourceFile
from transforms import READS
from warehouse.identity import RESULTS
from warehouse.insight_models import INSIGHTS

NAMESPACE: Final = "kinerja"
_FILES: Final = "file"
_SEVERITIES: Final = {"critical": "error", "warning": "warn", "info": "info"}
_POSTGRES_PORT: Final = 5432

Both = tuple[list[InputDataset], list[OutputDataset]]


def of_step(run: Run, title: str, result: object, last: Mapping[str, object]) -> Both:
    """What a finished step read and wrote; `last` are the results of the steps before it, by title."""
    match result:
        case Landed():
            return _of_land(run, result)
        case Read():
            return _of_read(run, result, last.get("land"))
        case Checked():
            return _of_validation(run, result)
        case Scored() if title == validate_scores.title:
            return [_input(run, f"results.{name}") for name in result.frames], []
        case Scored():  # scored at once, or joined from parts
            read = [_valid(run, name) for name in sorted(run.reads | {"employees"})]
            return read, _frames(run, "results", result.frames)
        case Insights():
            return [_input(run, f"results.{name}") for name in RESULTS], _frames(run, "insights", result.frames)
        case Loaded():
            return _of_load(run, result, last)
    return [], []


def indicator_jobs(run: Run) -> Iterator[tuple[str, str, list[InputDataset], list[OutputDataset]]]:
    """Every item of the policy: job name, what it means, the datasets its indicator reads, and what it goes into."""
    items = {item.id: item for item in run.policy.all_items()}
    for name, item in sorted(items.items()):
        read = [_valid(run, dataset) for dataset in sorted({"employees", *READS[item.indicator]})]
        yield f"{run.policy.city}.item.{name}", item.meaning.en, read, [_output(run, "results.indicators")]


def delivered(run: Run, landed: Landed | None) -> list[InputDataset]:
    """The files as they were delivered."""
    if landed is None:
        return []
    paths = {(file.name, file.dataset): file.path for file in run.source_map.files}
    return [_file(paths[file.name, file.dataset], file) for file in landed.files]


def tables(run: Run, loaded: Loaded) -> list[OutputDataset]:
    """The tables of the warehouse that hold the new revision; none where nothing was published."""
    if loaded.published.status != "published":
        return []
    namespace, prefix = _warehouse(run.order.warehouse_url)
    version = dataset_version_dataset.DatasetVersionDatasetFacet(datasetVersion=str(loaded.published.revision))
    names = [model.__tablename__ for model in (*RESULTS.values(), *INSIGHTS.values())]
    return [OutputDataset(namespace=namespace, name=f"{prefix}{name}", facets={"version": version}) for name in names]


# --- steps ----------------------------------------------------------------------------------------------------------


def _of_land(run: Run, landed: Landed) -> Both:
    copies = [
        OutputDataset(
            namespace=_FILES,
            name=str(file.path.absolute()),
            facets={"version": dataset_version_dataset.DatasetVersionDatasetFacet(datasetVersion=file.sha256)},
            outputFacets={
                "outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
                    size=file.n_bytes, fileCount=1
                )
            },
        )
        for file in landed.files
    ]
    return delivered(run, landed), copies


def _of_read(run: Run, read: Read, landed: object) -> Both:
    files = {(file.name, file.dataset): file for file in landed.files} if isinstance(landed, Landed) else {}
    written = [
        _output(
            run,
            f"canonical.{name}",
            columns=[(column.name, column.kind.value, column.meaning) for column in DATASETS[name].columns],
            n_rows=sum(file.n_rows for file in delivery.files),
            facets={
                "version": _version(file.sha256 for file in delivery.files),
                "documentation": documentation_dataset.DocumentationDatasetFacet(description=DATASETS[name].meaning),
                "columnLineage": _by_mapping(name, run.source_map.files_of(name), files),
            },
        )
        for name, delivery in read.datasets.items()
    ]
    return [_file(file.path, file) for file in files.values()], written


def _of_validation(run: Run, checked: Checked) -> Both:
    read, written = [], []
    of_delivery: dict[str, list[Finding]] = {}
    for finding in checked.delivery:
        of_delivery.setdefault(finding.dataset, []).append(finding)
    for name, outcome in checked.outcomes.items():
        findings = [*outcome.findings, *of_delivery.get(name, [])]
        read.append(_input(run, f"canonical.{name}", _quality(outcome, findings)))
        columns = DATASETS[name].columns
        written.append(
            _output(
                run,
                f"valid.{name}",
                columns=[(column.name, column.kind.value, column.meaning) for column in columns],
                n_rows=outcome.n_valid,
                facets={"columnLineage": _same_columns(run, name, columns)},
            )
        )
    return read, written


def _of_load(run: Run, loaded: Loaded, last: Mapping[str, object]) -> Both:
    found = last.get("insights")
    names = [f"results.{name}" for name in RESULTS]
    names += [f"insights.{name}" for name in (found.frames if isinstance(found, Insights) else ())]
    return [_input(run, name) for name in names], tables(run, loaded)


def _frames(run: Run, kind: str, frames: Mapping[str, pl.DataFrame]) -> list[OutputDataset]:
    return [
        _output(
            run,
            f"{kind}.{name}",
            columns=[(column, str(dtype), None) for column, dtype in frame.schema.items()],
            n_rows=frame.height,
        )
        for name, frame in frames.items()
    ]


# --- datasets -------------------------------------------------------------------------------------------------------


def _file(path: Path, file: LandedFile) -> InputDataset:
    return InputDataset(
        namespace=_FILES,
        name=str(path.absolute()),
        facets={"version": dataset_version_dataset.DatasetVersionDatasetFacet(datasetVersion=file.sha256)},
        inputFacets={
            "inputStatistics": input_statistics_input_dataset.InputStatisticsInputDatasetFacet(
                size=file.n_bytes, fileCount=1
            )
        },
    )


def _name(run: Run, name: str) -> str:
    return f"{run.policy.city}.{name}"


def _valid(run: Run, dataset: str) -> InputDataset:
    return _input(run, f"valid.{dataset}")


def _input(run: Run, name: str, facets: dict[str, InputDatasetFacet] | None = None) -> InputDataset:
    return InputDataset(namespace=NAMESPACE, name=_name(run, name), inputFacets=facets or {})


def _output(
    run: Run,
    name: str,
    *,
    columns: Iterable[tuple[str, str, str | None]] = (),
    n_rows: int | None = None,
    facets: dict[str, DatasetFacet] | None = None,
) -> OutputDataset:
    fields = [
        schema_dataset.SchemaDatasetFacetFields(name=column, type=kind, description=meaning, ordinal_position=place)
        for place, (column, kind, meaning) in enumerate(columns, start=1)
    ]
    described: dict[str, DatasetFacet] = {"schema": schema_dataset.SchemaDatasetFacet(fields=fields)} if fields else {}
    statistics = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(rowCount=n_rows)
    return OutputDataset(
        namespace=NAMESPACE,
        name=_name(run, name),
        facets=described | (facets or {}),
        outputFacets={} if n_rows is None else {"outputStatistics": statistics},
    )


def _version(hashes: Iterable[str]) -> DatasetFacet:
    """Of all files that a dataset was read from, whatever their order."""
    digest = hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest()
    return dataset_version_dataset.DatasetVersionDatasetFacet(datasetVersion=digest)


def _warehouse(url: str) -> tuple[str, str]:
    """Namespace of the database, and what stands before a table's name in it; never a password."""
    parts = urlsplit(url)
    if parts.scheme.startswith("sqlite"):
        return f"sqlite://{Path(url.partition(':///')[2]).absolute()}", ""
    host = f"{parts.hostname or 'localhost'}:{parts.port or _POSTGRES_PORT}"
    return f"postgres://{host}", f"{parts.path.strip('/')}.public."


# --- facets ---------------------------------------------------------------------------------------------------------


def _quality(outcome: DatasetOutcome, findings: Iterable[Finding]) -> dict[str, InputDatasetFacet]:
    """Counts, and every expectation with whether it held."""
    metrics = data_quality_metrics_input_dataset.DataQualityMetricsInputDatasetFacet(
        columnMetrics={}, rowCount=outcome.n_rows, fileCount=len(outcome.files)
    )
    assertions = [
        data_quality_assertions_dataset.Assertion(
            assertion=one.expectation_type,
            success=one.success,
            column=one.columns if one.columns in DATASETS[one.dataset].names else None,
            severity=_SEVERITIES[one.severity],
            name=one.expectation_id,
            description=one.why,
            expected=one.expected,
            actual=f"{one.n_unexpected} of {one.n_evaluated} rows otherwise",
            params={"action": one.action},
        )
        for one in findings
    ]
    held = data_quality_assertions_dataset.DataQualityAssertionsDatasetFacet(assertions=assertions)
    return {"dataQualityMetrics": metrics, "dataQualityAssertions": held}


def _same_columns(run: Run, dataset: str, columns: Iterable[Column]) -> DatasetFacet:
    origin = _name(run, f"canonical.{dataset}")
    return column_lineage_dataset.ColumnLineageDatasetFacet(
        fields={
            column.name: column_lineage_dataset.Fields(inputFields=[_field(NAMESPACE, origin, column.name, "IDENTITY")])
            for column in columns
        }
    )


def _by_mapping(
    dataset: str, sources: Iterable[SourceFile], landed: Mapping[tuple[str, str | None], LandedFile]
) -> DatasetFacet:
    """Which columns of which landed files each canonical column is made of, as the mapping says."""
    found: dict[str, list[column_lineage_dataset.InputField]] = {}
    for source in sources:
        file = landed.get((source.name, dataset))
        if file is None:
            continue
        for column in DATASETS[dataset].names:
            for origin, field, how in _origins(source, column, file, landed):
                found.setdefault(column, []).append(_field(_FILES, str(origin.path.absolute()), field, how))
    return column_lineage_dataset.ColumnLineageDatasetFacet(
        fields={column: column_lineage_dataset.Fields(inputFields=fields) for column, fields in found.items()}
    )


def _origins(
    source: SourceFile, column: str, file: LandedFile, landed: Mapping[tuple[str, str | None], LandedFile]
) -> Iterator[tuple[LandedFile, str, str]]:
    """File, column and kind of change; a constant or a number has no origin."""
    entry = source.entry
    if not entry.columns:
        yield file, column, "IDENTITY"
        return
    told = entry.columns.get(column)
    if told is None:
        return
    crosswalk = landed.get((told.lookup.file, None)) if told.lookup else None
    if told.lookup and crosswalk:
        yield crosswalk, told.lookup.value, "TRANSFORMATION"
    how = "TRANSFORMATION" if told.map or told.lookup or told.rescale or told.formats or told.date else "IDENTITY"
    if told.of is not None:
        yield from _origins(source, told.of, file, landed)
    for name in told.source_columns:
        picked = entry.collapse.columns.get(name) if entry.collapse else None
        yield file, picked.column if picked else name, "AGGREGATION" if picked else how


def _field(namespace: str, name: str, field: str, how: str) -> column_lineage_dataset.InputField:
    change = column_lineage_dataset.Transformation(type="DIRECT", subtype=how)
    return column_lineage_dataset.InputField(namespace=namespace, name=name, field=field, transformations=[change])
