r"""The identity of a result: one hash over what was found, whatever the order, chunking or thread count it came in.

Canonical text of a table is PostgreSQL's COPY text format, its rows in the byte order of their key: columns parted by a
tab, rows ended by a line feed, null as ``\N``, decimals with all digits of their scale, truth as ``t`` or ``f``, a
backslash before the seven control characters. So anyone may check a stored table without this code:
``COPY (SELECT ... ORDER BY ...) TO STDOUT | sha256sum``.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import BigInteger, Boolean, Date, Table

from warehouse.column_types import PRECISION, Exact
from warehouse.errors import WarehouseError
from warehouse.insight_models import INSIGHTS
from warehouse.models import (
    DERIVED,
    Base,
    CompetencyGap,
    Decision,
    DisciplineStatus,
    EmployeePeriod,
    FollowUp,
    IndicatorResult,
    Score,
    UnitGuidance,
)

if TYPE_CHECKING:
    import polars as pl

RESULTS: Final[Mapping[str, type[Base]]] = {
    "employees": EmployeePeriod,
    "indicators": IndicatorResult,
    "scores": Score,
    "discipline_status": DisciplineStatus,
    "competency_gaps": CompetencyGap,
    "follow_ups": FollowUp,
    "decisions": Decision,
    "unit_guidance": UnitGuidance,
}
"""The frames of a result and the table each is stored in, in the order they are loaded."""

BATCH_ROWS: Final = 100_000
RUN_ID: Final = "run_id"
NULL: Final = "\\N"
ESCAPES: Final = {
    "\\": "\\\\",  # first: the others add backslashes
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\v": "\\v",
    "\f": "\\f",
    "\r": "\\r",
}
_NEEDS_ESCAPE: Final = r"[\x08-\x0d\\]"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a table stores besides its run: column names in order, the key among them, decimals with their scale.

    `derived`: columns that are no longer stored, for they follow from other tables; only rows published before have
    them. They have no part in `columns`.
    """

    table: Table
    columns: tuple[str, ...]
    key: tuple[str, ...]
    integers: frozenset[str]
    booleans: frozenset[str]
    dates: frozenset[str]
    scales: Mapping[str, int]
    derived: frozenset[str]


@dataclass(frozen=True, slots=True)
class Digest:
    """What identifies one table of a result: the columns that were hashed, its rows, its SHA-256."""

    name: str
    columns: tuple[str, ...]
    n_rows: int
    sha256: str


def model_of(frame: str) -> type[Base]:
    """The model of a frame of results or insights."""
    return RESULTS[frame] if frame in RESULTS else INSIGHTS[frame]


def shape_of(model: type[Base]) -> Shape:
    """The shape of a model's table."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - declared with __tablename__
    columns = [column for column in table.columns if column.name != RUN_ID]
    return Shape(
        table=table,
        columns=tuple(column.name for column in columns if DERIVED not in column.info),
        key=tuple(column.name for column in columns if column.primary_key),
        integers=frozenset(column.name for column in columns if isinstance(column.type, BigInteger)),
        booleans=frozenset(column.name for column in columns if isinstance(column.type, Boolean)),
        dates=frozenset(column.name for column in columns if isinstance(column.type, Date)),
        scales={column.name: column.type.scale for column in columns if isinstance(column.type, Exact)},
        derived=frozenset(column.name for column in columns if DERIVED in column.info),
    )


def checked(name: str, frame: pl.DataFrame, shape: Shape) -> pl.DataFrame:
    """The frame with the table's columns and types, sorted by key; WarehouseError where it does not fit.

    Columns that are derived may be in it, and are left out.
    Nothing is rounded: a decimal with more digits than the column keeps is refused.
    """
    import polars as pl  # reading commands need no Polars

    if set(frame.columns) - shape.derived != set(shape.columns):
        missing = sorted(set(shape.columns) - set(frame.columns))
        extra = sorted(set(frame.columns) - set(shape.columns) - shape.derived)
        raise WarehouseError(f"frame {name}: columns missing: {missing}, unknown: {extra}")
    wrong = [column for column in shape.columns if not _fits(frame.schema[column], column, shape)]
    if wrong:
        found = ", ".join(f"{column} is {frame.schema[column]}" for column in wrong)
        raise WarehouseError(f"frame {name}: {found}; not what {shape.table.name} stores")
    typed = frame.select(pl.col(column).cast(dtype) for column, dtype in dtypes(shape).items())
    return typed.sort(shape.key)


def dtypes(shape: Shape) -> dict[str, pl.DataType]:
    """Polars types of a table's columns, in their order."""
    import polars as pl

    return {
        column: pl.Decimal(PRECISION, shape.scales[column])
        if column in shape.scales
        else pl.Int64()
        if column in shape.integers
        else pl.Boolean()
        if column in shape.booleans
        else pl.Date()
        if column in shape.dates
        else pl.String()
        for column in shape.columns
    }


def _fits(dtype: pl.DataType, column: str, shape: Shape) -> bool:
    import polars as pl

    if isinstance(dtype, pl.Null):
        return True
    if column in shape.scales:
        return isinstance(dtype, pl.Decimal) and (dtype.scale or 0) <= shape.scales[column]
    if column in shape.integers:
        return dtype.is_integer()
    if column in shape.booleans:
        return isinstance(dtype, pl.Boolean)
    if column in shape.dates:
        return isinstance(dtype, pl.Date)
    return isinstance(dtype, (pl.String, pl.Categorical, pl.Enum))


def canonical_text(frame: pl.DataFrame) -> Iterator[bytes]:
    """Canonical text of a checked frame, batch by batch."""
    for batch in frame.iter_slices(BATCH_ROWS):
        if not batch.height:
            continue
        cells = batch.select(_written(column) for column in batch.get_columns())
        text = io.BytesIO()
        cells.write_csv(text, include_header=False, separator="\t", null_value=NULL, quote_style="never")
        yield text.getvalue()


def _written(column: pl.Series) -> pl.Series:
    import polars as pl

    if column.dtype == pl.String:
        return _escaped(column)
    if column.dtype == pl.Boolean:
        return column.cast(pl.String).str.slice(0, 1)
    return column  # whole numbers, decimals with all their digits, days as ISO text


def _escaped(column: pl.Series) -> pl.Series:
    if not column.str.contains(_NEEDS_ESCAPE).any():
        return column
    for character, written in ESCAPES.items():
        column = column.str.replace_all(character, written, literal=True)
    return column


def table_hash(parts: Iterator[bytes]) -> str:
    """SHA-256 (hexadecimal) of a table's canonical text."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def digest_of(name: str, frame: pl.DataFrame) -> Digest:
    """The digest of a checked frame."""
    return Digest(
        name=name, columns=tuple(frame.columns), n_rows=frame.height, sha256=table_hash(canonical_text(frame))
    )


def combined_hash(digests: Iterable[Digest]) -> str:
    """One hash over several tables: of a line each, in the order of names, with name, columns and hash."""
    ordered = sorted(digests, key=lambda digest: digest.name)
    lines = [f"{digest.name} {','.join(digest.columns)} {digest.sha256}\n" for digest in ordered]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def checked_results(results: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Every results frame, typed and sorted; WarehouseError where one is missing, unknown or does not fit."""
    return _checked_all("results", results, RESULTS)


def checked_insights(insights: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Every insights frame, typed and sorted; WarehouseError where one is missing, unknown or does not fit."""
    return _checked_all("insights", insights, INSIGHTS)


def checked_family(insights: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Some of the insights frames, typed and sorted; WarehouseError where one is unknown or does not fit."""
    if unknown := sorted(set(insights) - set(INSIGHTS)):
        raise WarehouseError(f"insights: unknown frames: {unknown}")
    return {name: checked(name, frame, shape_of(INSIGHTS[name])) for name, frame in insights.items()}


def require_all_insights(names: Collection[str]) -> None:
    """Pass where these are the names of all insights frames; WarehouseError where one is missing."""
    if missing := sorted(set(INSIGHTS) - set(names)):
        raise WarehouseError(f"insights: frames missing: {missing}")


def _checked_all(
    what: str, given: Mapping[str, pl.DataFrame], models: Mapping[str, type[Base]]
) -> dict[str, pl.DataFrame]:
    if set(given) != set(models):
        missing, unknown = sorted(set(models) - set(given)), sorted(set(given) - set(models))
        raise WarehouseError(f"{what}: frames missing: {missing}, unknown: {unknown}")
    return {name: checked(name, given[name], shape_of(model)) for name, model in models.items()}


def result_hash(results: Mapping[str, pl.DataFrame]) -> str:
    """SHA-256 (hexadecimal) over the results frames in canonical order.

    Args:
        results: all frames of `RESULTS`; rows, columns and chunks in any order.

    Raises:
        WarehouseError: a frame or column is missing, unknown or of another type.
    """
    return combined_hash(digest_of(name, frame) for name, frame in checked_results(results).items())
