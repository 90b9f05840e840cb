"""Which files of an inputs folder belong to which dataset, with or without a `sources.yaml`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from sources import marked_yaml
from sources.contracts import DATASETS, Kind
from sources.errors import SourceError, did_you_mean
from sources.mapping import EXCEL, ISO, FileEntry, Lookup, MappingDocument, content_hash
from sources.parsing import comes_back

MAPPING_NAME: Final = "sources.yaml"
_TIMELY: Final = (Kind.DATE, Kind.TIME, Kind.INSTANT, Kind.END_INSTANT)
_CANONICAL_SUFFIXES: Final = (".csv", ".parquet")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One input file of a dataset, or a crosswalk (`dataset` None), and how it is read."""

    name: str
    path: Path
    dataset: str | None
    entry: FileEntry


@dataclass(frozen=True, slots=True)
class SourceMap:
    """The input files of a run. `files` stand in the order they are read, `notes` say what was passed over."""

    inputs: Path
    files: tuple[SourceFile, ...]
    mapping_hash: str
    notes: tuple[str, ...] = ()

    @property
    def datasets(self) -> tuple[str, ...]:
        """Datasets that have a file, in the order of `DATASETS`."""
        present = {file.dataset for file in self.files}
        return tuple(name for name in DATASETS if name in present)

    def files_of(self, dataset: str) -> tuple[SourceFile, ...]:
        """The files of one dataset, in reading order."""
        return tuple(file for file in self.files if file.dataset == dataset)


def load_source_map(inputs: Path, mapping: Path | None = None) -> SourceMap:
    """Read the mapping, or take files named `<dataset>.csv|parquet` as canonical where there is none.

    Without `mapping`, `<inputs>/sources.yaml` is used if it exists. Names in a mapping are relative to `inputs`.

    Raises:
        SourceError: the folder or a named file is missing, or the mapping is wrong; holds every problem.
    """
    if not inputs.is_dir():
        raise SourceError([f"{inputs}: no such folder: give the folder that holds the input files"])
    if mapping is None and (inputs / MAPPING_NAME).is_file():
        mapping = inputs / MAPPING_NAME
    if mapping is None:
        return _canonical(inputs)
    if not mapping.is_file():
        raise SourceError([f"{mapping}: no such file: give the path of a {MAPPING_NAME}"])
    return _mapped(inputs, marked_yaml.read(mapping))


def _canonical(inputs: Path) -> SourceMap:
    """The files that carry a dataset's name."""
    files: list[SourceFile] = []
    problems: list[str] = []
    for dataset in DATASETS:
        found = [path for suffix in _CANONICAL_SUFFIXES if (path := inputs / f"{dataset}{suffix}").is_file()]
        if len(found) > 1:
            names = " and ".join(path.name for path in found)
            problems.append(f"{names} are both there: keep one, or name both in a {MAPPING_NAME}")
        files += [SourceFile(path.name, path, dataset, FileEntry(file=path.name)) for path in found]
    if not files:
        problems.append(
            f"{inputs}: no file named like a dataset ({', '.join(DATASETS)}) with .csv or .parquet: "
            f"rename the files or write a {MAPPING_NAME}"
        )
    if problems:
        raise SourceError(problems)
    return SourceMap(
        inputs, tuple(files), hashlib.sha256(b"canonical").hexdigest(), tuple(_unread(inputs, files, None))
    )


def _unread(inputs: Path, files: list[SourceFile], mapping: str | None) -> Iterator[str]:
    """Files nobody will read: a misspelt name must not pass in silence."""
    read = {mapping, *(file.name for file in files)}
    for path in sorted(inputs.iterdir()):
        if path.is_file() and path.name not in read and not path.name.startswith("."):
            why = f"{mapping} does not name it" if mapping else "not named like a dataset"
            yield f"{path.name}: not read: {why}{did_you_mean(path.stem, DATASETS)}"


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of the mapping and where it stands."""

    dataset: str
    place: marked_yaml.Place
    entry: FileEntry

    @property
    def key(self) -> str:
        return ".".join(str(step) for step in self.place)


def _mapped(inputs: Path, document: marked_yaml.MarkedDocument) -> SourceMap:
    """The files a mapping names."""
    problems = list(document.problems)
    if document.value is None and not problems:
        problems.append(f"{document.file}:1: empty: write 'version: 1' and 'datasets:'")
    model = _validated(document, problems) if document.value is not None else None
    files: list[SourceFile] = []
    # Entries that are well formed are looked at even where others are not: all problems at once.
    for entry in _entries(document.value):
        problems += _wrong_names(entry, document)
        files += _files(inputs, entry, document, problems)
    if problems or model is None:
        raise SourceError(dict.fromkeys(problems))
    return SourceMap(inputs, tuple(files), content_hash(model), tuple(_unread(inputs, files, document.file)))


def _validated(document: marked_yaml.MarkedDocument, problems: list[str]) -> MappingDocument | None:
    try:
        return MappingDocument.model_validate(document.value)
    except ValidationError as error:
        problems += [_problem(document, detail) for detail in error.errors(include_url=False, include_input=False)]
        return None


def _entries(value: Any) -> Iterator[_Entry]:
    """The entries that are well formed."""
    datasets = value.get("datasets") if isinstance(value, dict) else None
    for dataset, given in datasets.items() if isinstance(datasets, dict) else ():
        for position, one in enumerate(given if isinstance(given, list) else [given]):
            try:
                yield _Entry(dataset, ("datasets", dataset, position), FileEntry.model_validate(one))
            except ValidationError:
                continue


def _problem(document: marked_yaml.MarkedDocument, detail: Any) -> str:
    """One problem of the mapping, in words."""
    place: marked_yaml.Place = tuple(detail["loc"])
    key = ".".join(str(step) for step in place) or "the file"
    if detail["type"] == "extra_forbidden":
        known = _known_keys(place[:-1])
        hint = did_you_mean(str(place[-1]), known) or f"; known here: {', '.join(known)}"
        return document.at(place, f"{key}: unknown key{hint}")
    if detail["type"] == "missing":
        return document.at(place, f"{key}: missing: write it")
    return document.at(place, f"{key}: {detail['msg'].removeprefix('Value error, ')}")


def _known_keys(place: marked_yaml.Place) -> list[str]:
    """Keys the model knows at a place of the document."""
    annotation: Any = MappingDocument
    for step in place:
        annotation = _step(_model(annotation), step)
    model = _model(annotation)
    if isinstance(model, type) and issubclass(model, BaseModel):
        return [field.alias or name for name, field in model.model_fields.items()]
    return []


def _model(annotation: Any) -> Any:
    """The model or container inside `X | None` and `Annotated[X, ...]`."""
    while get_origin(annotation) in (Union, UnionType) or hasattr(annotation, "__metadata__"):
        annotation = get_args(annotation)[0]
    return annotation


def _step(annotation: Any, step: marked_yaml.Step) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = annotation.model_fields
        return next((field.annotation for name, field in fields.items() if step in (name, field.alias)), None)
    arguments = get_args(annotation)
    return arguments[1 if get_origin(annotation) is dict else 0] if arguments else None


def _wrong_names(item: _Entry, document: marked_yaml.MarkedDocument) -> Iterator[str]:
    """Datasets and canonical columns that do not exist, and formats that cannot serve them."""
    if item.dataset not in DATASETS:
        hint = did_you_mean(item.dataset, DATASETS) or f"; datasets are {', '.join(DATASETS)}"
        yield document.at(item.place[:2], f"datasets.{item.dataset}: no such dataset{hint}")
        return
    for order in item.entry.collapse.orders if item.entry.collapse else ():
        kind = Kind.INSTANT if order.as_ == "instant" else Kind.TEXT
        if problem := _bad_formats(order.formats, kind):
            yield document.at((*item.place, "collapse"), f"{item.key}.collapse: {problem}")
    for column in item.entry.columns:
        for key, problem in _wrong_column(item, column):
            steps = (column, key) if key else (column,)
            where = ".".join([item.key, "columns", *steps])
            yield document.at((*item.place, "columns", *steps), f"{where}: {problem}")


def _wrong_column(item: _Entry, column: str) -> Iterator[tuple[str, str]]:
    """What is wrong with one line under `columns:`, each with its key (empty for the line itself)."""
    dataset, source = DATASETS[item.dataset], item.entry.columns[column]
    if column not in dataset.names:
        hint = did_you_mean(column, dataset.names) or f"; columns are {', '.join(dataset.names)}"
        yield "", f"{dataset.name} has no such column{hint}"
    elif problem := _bad_formats(source.formats, dataset.column(column).kind):
        yield "formats", problem
    if source.of is not None and (problem := _bad_chain(item.entry, column, dataset.names)):
        yield "of", problem


def _bad_formats(formats: tuple[str, ...], kind: Kind) -> str | None:
    """Why these formats cannot serve a column of this kind; None where they can."""
    if not formats or kind not in _TIMELY:
        return "formats are for dates, times and moments: leave them out" if formats else None
    lossy = [one for one in formats if one not in (ISO, EXCEL) and not comes_back(one, kind)]
    if lossy:
        return (
            f"{' and '.join(map(repr, lossy))} cannot tell the {'time' if kind is Kind.TIME else 'day and hour'} for "
            "certain: a moment written so cannot be read again. Name year, month, day; %p with %I; %M with %H"
        )
    return None


def _bad_chain(entry: FileEntry, column: str, names: tuple[str, ...]) -> str | None:
    """Why following `of` from a column leads nowhere; None where it leads to a column of the file."""
    seen = [column]
    while (source := entry.columns.get(seen[-1])) is not None and source.of is not None:
        if source.of in seen:
            return f"{' of '.join([*seen, source.of])} goes round in a circle: read one of them from the file"
        if source.of not in names:
            return f"{source.of!r} is not a column of the dataset{did_you_mean(source.of, names)}"
        seen.append(source.of)
    return None


def _files(
    inputs: Path, item: _Entry, document: marked_yaml.MarkedDocument, problems: list[str]
) -> Iterator[SourceFile]:
    """The files an entry names, then the crosswalks it looks things up in."""
    wanted, place = item.entry.file, (*item.place, "file")
    paths = fitting(inputs, wanted)
    if not paths:
        what = "no file fits this pattern" if _is_pattern(wanted) else "no such file"
        hint = "" if _is_pattern(wanted) else did_you_mean(wanted, (path.name for path in inputs.iterdir()))
        problems.append(document.at(place, f"{wanted}: {what} in {inputs}{hint or ': add it'}"))
    for path in paths:
        name = _name(inputs, path)
        if item.entry.format_of(name) is None:
            problems.append(document.at(place, f"{name}: its suffix says no format: add 'format: csv' or another"))
        yield SourceFile(name, path, item.dataset, item.entry)
    for column, lookup in item.entry.lookups.items():
        path = inputs / lookup.file
        if path.is_file():
            yield SourceFile(_name(inputs, path), path, None, crosswalk_entry(lookup))
        else:
            where = (*item.place, "columns", column, "lookup", "file")
            problems.append(document.at(where, f"{lookup.file}: no such crosswalk in {inputs}: add it"))


def fitting(inputs: Path, wanted: str) -> list[Path]:
    """The files of the folder that a name or pattern in a mapping means, in reading order; none of a malformed one."""
    try:
        found = sorted(inputs.glob(wanted)) if _is_pattern(wanted) else [inputs / wanted]
    except (NotImplementedError, ValueError):  # an absolute or malformed pattern
        return []
    return [path for path in found if path.is_file()]


def _is_pattern(wanted: str) -> bool:
    return any(character in wanted for character in "*?[")


def crosswalk_entry(lookup: Lookup) -> FileEntry:
    """How the file of a lookup is read."""
    return FileEntry(file=lookup.file, delimiter=lookup.delimiter, encoding=lookup.encoding, sheet=lookup.sheet)


def _name(inputs: Path, path: Path) -> str:
    """The name people know the file by: relative to the inputs folder where it lies in it."""
    relative = PurePath(path)
    return relative.relative_to(inputs).as_posix() if relative.is_relative_to(inputs) else relative.name
