"""Canonical columns as Polars expressions over the cells of a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

import polars as pl

from sources.cells import cell_text, unfit
from sources.contracts import FILE, PROBLEM, RAW, ROW, Column, Dataset, Kind
from sources.crosswalk import MISSING_REASON, Crosswalk
from sources.errors import UnreadableFile, lacking, nearest
from sources.formats import RawTable
from sources.formats.table import raw_json
from sources.mapping import ColumnSource, FileEntry, Lookup, Rescale
from sources.offsets import localised
from sources.parsing import (
    NUMBER_REASON,
    SPOILED_ID,
    SPOILED_REASON,
    complaint,
    day_instant,
    decimal,
    parse,
    runs,
    spoiled,
)

_RESCALED_DECIMALS: Final = 6
_CLOCK_IN_MOMENT: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([0-9]{2}:[0-9]{2}.*)$"
_DAY_IN_MOMENT: Final = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]00:00(?::00(?:\.0+)?)?$"
_COMMA_NUMBER: Final = r"^[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?$"
_DAY_FRACTION: Final = r"^0?\.[0-9]+(?:[eE]-?[0-9]+)?$|^0$"


@dataclass(slots=True)
class _Text:
    """The text of a canonical column on its way, and what went wrong so far (first reason first)."""

    text: pl.Expr
    problems: list[pl.Expr] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Check:
    """A problem as an expression, and a quick look whether a batch can have it at all."""

    may_hold: Callable[[pl.DataFrame], bool]
    problem: pl.Expr


@dataclass(frozen=True, slots=True)
class _Steps:
    """What is added to the frame of a file, one after the other; `checks` stand in the order they are told."""

    texts: dict[str, pl.Expr] = field(default_factory=dict)
    values: dict[str, pl.Expr] = field(default_factory=dict)
    checks: list[_Check] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CanonicalColumns:
    """Builds the canonical columns of one file.

    Raises (on `check`):
        UnreadableFile: columns the dataset or the mapping needs are not in the file.
    """

    name: str
    table: RawTable
    entry: FileEntry
    dataset: Dataset
    timezone: str
    crosswalk: Callable[[Lookup], Crosswalk]

    def check(self) -> None:
        """Refuse a file that lacks columns, all of them at once."""
        there = self.table.names
        absent: dict[str, str | None] = {
            wanted: column
            for column, source in self.entry.columns.items()
            for wanted in source.source_columns
            if wanted not in there
        }
        absent |= {
            column.name: column.name
            for column in self.dataset.columns
            if column.required and column.name not in self.entry.columns and column.name not in there
        }
        lines = [f"{column}: {near!r}" for name, column in absent.items() if (near := nearest(name, there)) is not None]
        absent |= {
            source.of: column
            for column, source in self.entry.columns.items()
            if source.of is not None and self._source(source.of) is None
        }
        if absent:
            such = f", such as {'; '.join(lines)}" if lines else ""
            raise UnreadableFile(
                self.name,
                "header",
                lacking(self.dataset.name, absent, there),
                f"Add or rename the columns, or write under 'columns:' in sources.yaml where each comes from{such}",
            )

    def absent(self) -> list[str]:
        """Canonical columns that come from nowhere and stay empty."""
        return [column.name for column in self.dataset.columns if self._source(column.name) is None]

    def unused(self) -> list[str]:
        """Columns of the file that nothing reads."""
        used = self._used()
        return [name for name in self.table.names if name not in used]

    def _used(self) -> list[str]:
        """Columns of the file that something reads."""
        used = {name for source in self.entry.columns.values() for name in source.source_columns}
        used |= {name for name in self.dataset.names if name not in self.entry.columns}
        return [name for name in self.table.names if name in used]

    def applied(self) -> pl.LazyFrame:
        """The file's records with every contract column typed, `_row`, `_problem` and `_raw`.

        Step by step, so that nothing is worked out twice: stripped cells, texts, their values, and what went wrong,
        which is looked for only in batches where something did.
        """
        steps = _Steps()
        if self.table.has_bad_records:
            steps.checks.append(_Check(_is_filled(PROBLEM), pl.col(PROBLEM)))
        # A spoiled identifier is told before all else: it makes the whole file unreadable.
        steps.checks.extend(self._spoiled())
        for position, column in enumerate(self.dataset.columns):
            self._add(steps, position, column)
        values = steps.values
        if self.table.has_bad_records:
            values = {name: pl.when(pl.col(PROBLEM).is_null()).then(value) for name, value in values.items()}
        typed = [
            values[column.name].cast(column.dtype(self.timezone)).alias(column.name) for column in self.dataset.columns
        ]
        frame = self.table.frame.with_columns(
            cell_text(self.table, name, self.name).alias(f"_cell{self.table.names.index(name)}")
            for name in self._used()
        )
        frame = frame.with_columns(text.alias(name) for name, text in steps.texts.items()).with_columns(typed)
        return self._judged(frame, steps.checks)

    def _judged(self, frame: pl.LazyFrame, checks: list[_Check]) -> pl.LazyFrame:
        """Canonical columns of typed records, with the first problem of each and the record where there is one."""
        schema = {name: dtype for name, dtype in self.dataset.schema(self.timezone).items() if name != FILE}
        names = list(schema)
        nothing = [pl.lit(None, pl.String).alias(PROBLEM), pl.lit(None, pl.String).alias(RAW)]
        raw = raw_json(self.table)

        def judge(batch: pl.DataFrame) -> pl.DataFrame:
            held = [check.problem for check in checks if check.may_hold(batch)]
            if held:
                return batch.with_columns(pl.coalesce(held).alias(PROBLEM)).with_columns(raw).select(names)
            return batch.with_columns(nothing).select(names)

        # One call a batch, and of the whole of it: to hand a function columns costs more than to look at them.
        return frame.map_batches(
            judge,
            schema=schema,
            streamable=True,
            predicate_pushdown=False,
            projection_pushdown=False,
            slice_pushdown=False,
            validate_output_schema=False,
        )

    def _source(self, column: str) -> ColumnSource | None:
        """What the mapping says, else the file's column of the canonical name, else nothing."""
        if column in self.entry.columns:
            return self.entry.columns[column]
        return ColumnSource(from_=column) if column in self.table.names else None

    def _spoiled(self) -> list[_Check]:
        """The check of all identifiers that stand in a cell of their own."""
        sources = {column.name: self._source(column.name) for column in self.dataset.columns if column.kind is Kind.ID}
        cells = {name: self._cell(source.from_) for name, source in sources.items() if source and source.from_}
        if not cells:
            return []
        problems = [complaint(name, spoiled(cell), SPOILED_REASON) for name, cell in cells.items()]
        return [_Check(_is_spoiled(list(cells.values())), pl.coalesce(problems))]

    def _add(self, steps: _Steps, position: int, column: Column) -> None:
        """The value of one column, and what may go wrong on the way."""
        source = self._source(column.name)
        if source is None:
            steps.values[column.name] = pl.lit(None)
            return
        if (typed := self._typed(source, column)) is not None:
            steps.values[column.name] = typed
            return
        text, problem = f"_text{position}", f"_problem{position}"
        found = self._unstripped(source, column) or self._text(column.name, source)
        steps.texts[text] = found.text
        parsed = parse(pl.col(text), column, self.timezone, source.formats)
        steps.values[column.name] = parsed.value
        if found.problems:
            steps.texts[problem] = pl.coalesce(found.problems)
            steps.checks.append(_Check(_is_filled(problem), pl.col(problem)))
        if column.kind not in (Kind.TEXT, Kind.ID):
            steps.checks.append(_Check(_is_lost(text, column.name), parsed.problem))

    def _unstripped(self, source: ColumnSource, column: Column) -> _Text | None:
        """The cell as it is, for a column whose parser does not mind blanks; None where there is more to do."""
        has_more = source.map is not None or source.lookup or source.decimal_comma or source.rescale
        if source.from_ is None or has_more:
            return None
        position = self.table.names.index(source.from_)
        if column.kind in (Kind.TEXT, Kind.ID) or self.table.dtypes[position] != pl.String:
            return None
        return _Text(pl.col(f"c{position}"))

    def _text(self, column: str, source: ColumnSource) -> _Text:
        """Text of a canonical column after map, lookup, decimal_comma and rescale."""
        result = self._origin(column, source)
        if source.map is not None:
            result = _mapped(column, source, result)
        if source.lookup is not None:
            result = self._looked_up(column, source, source.lookup, result)
        if source.decimal_comma:
            result = _with_point(column, result)
        if source.rescale is not None:
            number = decimal(result.text)
            wrong = complaint(column, result.text.is_not_null() & number.is_null(), NUMBER_REASON)
            text = pl.when(number.is_not_null()).then(_rescaled(result.text, source.rescale))
            result = _Text(text, [*result.problems, wrong])
        return result

    def _origin(self, column: str, source: ColumnSource) -> _Text:
        if source.of is not None:
            other = self._source(source.of)
            # A problem of the other column is told there, once.
            return _Text(self._text(source.of, other).text if other else pl.lit(None, pl.String))
        if source.date is not None and source.time is not None:
            return _two_cells(column, self._cell(source.date), self._cell(source.time))
        if source.from_ is not None:
            return _Text(self._cell(source.from_))
        if source.numbered is not None:
            return _Text(pl.lit(source.numbered) + pl.col(ROW).cast(pl.String))
        return _Text(pl.lit(source.constant, pl.String))

    def _cell(self, name: str) -> pl.Expr:
        """The stripped text of a cell of the file."""
        return pl.col(f"_cell{self.table.names.index(name)}")

    def _typed(self, source: ColumnSource, column: Column) -> pl.Expr | None:
        """The short way for a column that already has the right type; None where it must go through text."""
        if source.from_ is None or source.map or source.lookup or source.rescale:
            return None
        position = self.table.names.index(source.from_)
        value, dtype = pl.col(f"c{position}"), self.table.dtypes[position]
        if column.kind is Kind.ID and dtype.is_float():
            raise unfit(self.table, source.from_, self.name)
        return moment(value, dtype, column, self.timezone) if dtype.is_temporal() else None

    def _looked_up(self, column: str, source: ColumnSource, lookup: Lookup, before: _Text) -> _Text:
        found = self.crosswalk(lookup).look_up(before.text)
        if source.missing == "null":
            return _Text(found, before.problems)
        missed = complaint(column, before.text.is_not_null() & found.is_null(), MISSING_REASON)
        return _Text(found, [*before.problems, missed])


def _is_filled(name: str) -> Callable[[pl.DataFrame], bool]:
    return lambda batch: batch[name].null_count() < batch.height


def _is_spoiled(cells: list[pl.Expr]) -> Callable[[pl.DataFrame], bool]:
    is_spoiled = pl.any_horizontal(runs(cell).str.contains(SPOILED_ID).any() for cell in cells)
    return lambda batch: bool(batch.select(is_spoiled).item())


def _is_lost(text: str, value: str) -> Callable[[pl.DataFrame], bool]:
    # No text has no value, so the two counts differ where a text has none.
    return lambda batch: batch[text].null_count() != batch[value].null_count()


def moment(value: pl.Expr, dtype: pl.DataType, column: Column, timezone: str) -> pl.Expr | None:
    """A typed date, time or moment as the contract's kind; None where the kind asks for something else."""
    is_instant = column.kind in (Kind.INSTANT, Kind.END_INSTANT)
    if isinstance(dtype, pl.Datetime) and is_instant:
        return value.dt.convert_time_zone(timezone) if dtype.time_zone else localised(value, timezone)
    if dtype == pl.Date and is_instant:
        return day_instant(value, timezone, end_of_day=column.kind is Kind.END_INSTANT)
    if (dtype == pl.Date and column.kind is Kind.DATE) or (dtype == pl.Time and column.kind is Kind.TIME):
        return value
    return None


def _mapped(column: str, source: ColumnSource, before: _Text) -> _Text:
    """The value of each cell in `map` (`""` is the empty cell), else the default, else a problem."""
    table = source.map or {}
    filled = {key: value for key, value in table.items() if key != ""}
    keys = pl.Series(list(filled), dtype=pl.String)
    text = before.text.replace_strict(keys, pl.Series(list(filled.values()), dtype=pl.String), default=None)
    is_known = before.text.is_in(keys.implode())
    empty = pl.lit(table.get(""), pl.String)
    if "default" in source.model_fields_set:
        text = pl.when(is_known).then(text).otherwise(pl.lit(source.default, pl.String))
        return _Text(pl.when(before.text.is_null()).then(empty).otherwise(text), before.problems)
    unknown = complaint(column, before.text.is_not_null() & ~is_known, "not in the map of sources.yaml")
    return _Text(pl.when(before.text.is_null()).then(empty).otherwise(text), [*before.problems, unknown])


def _with_point(column: str, before: _Text) -> _Text:
    """Indonesian numbers (1.234,5) the way the contract reads them (1234.5)."""
    is_number = before.text.str.contains(_COMMA_NUMBER)
    text = before.text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    wrong = complaint(column, before.text.is_not_null() & ~is_number, "does not parse as a number with a decimal comma")
    return _Text(pl.when(is_number).then(text), [*before.problems, wrong])


def _two_cells(column: str, day: pl.Expr, clock: pl.Expr) -> _Text:
    """Date and time of two cells as one text; either may be a spreadsheet's whole moment, the time a part of a day."""
    day = pl.coalesce(day.str.extract(_DAY_IN_MOMENT), day)
    seconds = decimal(pl.when(clock.str.contains(_DAY_FRACTION)).then(clock)) * 86_400
    # Spreadsheets keep a time as the share of a day that has passed: whole seconds come back by rounding.
    whole = seconds.round(0, mode="half_away_from_zero").cast(pl.Int64)
    from_fraction = (pl.datetime(2000, 1, 1) + pl.duration(seconds=whole)).dt.strftime("%H:%M:%S")
    clock = pl.coalesce(from_fraction, clock.str.extract(_CLOCK_IN_MOMENT), clock)
    lonely = day.is_null() != clock.is_null()
    return _Text(day + " " + clock, [complaint(column, lonely, "one of its two cells (date, time) is empty")])


def _rescaled(text: pl.Expr, rescale: Rescale) -> pl.Expr:
    """Numbers on the new scale, exactly; answers come in few values, so each is worked out once."""

    def work_out(batch: pl.Series) -> pl.Series:
        given = [value for value in batch.unique().to_list() if value is not None]
        numbers = [(value, _fraction(value)) for value in given]
        results = {value: _written(rescale.apply(number)) for value, number in numbers if number is not None}
        keys = pl.Series(list(results), dtype=pl.String)
        return batch.replace_strict(keys, pl.Series(list(results.values()), dtype=pl.String), default=None)

    return text.map_batches(work_out, return_dtype=pl.String, is_elementwise=True)


def _fraction(text: str) -> Fraction | None:
    """The number a text says; None where it says none, or one far outside every contract."""
    if len(text) > 40:
        return None
    try:
        number = Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None
    return number


def _written(number: Fraction) -> str:
    """A fraction as a decimal: exact where it ends within 18 decimals, else to 6 decimals, half away from zero."""
    scaled = number * 10**18
    if scaled.denominator == 1:
        return _decimal_text(scaled.numerator, 18)
    micro = abs(number) * 10**_RESCALED_DECIMALS
    rounded = (2 * micro.numerator + micro.denominator) // (2 * micro.denominator)
    return _decimal_text(rounded if number > 0 else -rounded, _RESCALED_DECIMALS)


def _decimal_text(units: int, decimals: int) -> str:
    digits = str(abs(units)).rjust(decimals + 1, "0")
    return f"{'-' if units < 0 else ''}{digits[:-decimals]}.{digits[-decimals:]}"
