"""A small made-up person, scored by the engine with any policy: the worked case of the methodology page.

How a value came about is found the same way: the engine scores a copy of the person who has only that part of the rows
(one document, one month, his own survey answers). So no number of the page is worked out beside the engine.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import polars as pl
import yaml

from policies import Period, Policy
from policies.model import GROUPS, Item
from reports.methodology_document import Input, Piece, Step, Worked
from sources.contracts import DATASETS, FILE, ROW
from sources.parsing import cell, parse
from transforms import DATASETS_READ, READS, Results, score

Tables = Mapping[str, pl.DataFrame]
How = Literal["median", "mean", "sum", "given"]

_SECTOR: Final = "general"
_TIMES: Final = "times"
_FILE: Final = "worked_example.yaml"
_OF_A_COPY: Final = ("employee_id", "unit_id", "position_id")
"""Columns that tell a copy of the person, of his unit and of his position from the others."""
_INSTRUMENTS: Final = {"behaviour": "behaviour", "competency_match": "competency"}
_HOW: Final[Mapping[str, How]] = {
    "document_completion_time": "median",
    "complaint_responsiveness": "mean",
    "satisfaction": "mean",
    "discipline": "mean",
    "work_plan_achievement": "mean",
    "behaviour": "mean",
    "competency_match": "mean",
    "initiative": "sum",
}
"""How the pieces of an indicator make its value; the others have no pieces."""


# --- the rows -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Example:
    """The person's rows as they are shown, and as text for the engine (`_row` is the line they are written on)."""

    employee_id: str
    period: Period
    inputs: Mapping[str, Input]
    texts: Mapping[str, pl.DataFrame]

    def tables(self, timezone: str) -> dict[str, pl.DataFrame]:
        """Canonical rows of every dataset the engine reads; ValueError where a cell does not parse."""
        return {name: _canonical(name, self.texts.get(name), timezone) for name in DATASETS_READ}


@cache
def example() -> Example:
    """The shipped example; ValueError where its file is malformed."""
    said = yaml.safe_load(files("flows").joinpath(_FILE).read_text(encoding="utf-8"))
    inputs, texts = {}, {}
    for name, table in said["tables"].items():
        header, *lines = ([text.strip() for text in line.split("|")] for line in table["rows"].strip().splitlines())
        if any(len(line) != len(header) for line in lines):
            raise ValueError(f"{_FILE}: {name} has a row with more or fewer cells than its header")
        same = {column: str(value) for column, value in table.get("same", {}).items()}
        rows = [{**dict(zip(header, line, strict=True)), ROW: number} for number, line in enumerate(lines, start=2)]
        if "numbered" in table:
            header = [table["numbered"], *header]
            rows = _numbered(rows, table["numbered"])
        shown = [[str(row[column]) for column in header] for row in rows]
        inputs[name] = Input(dataset=name, same=same, columns=header, rows=shown, note=table.get("note"))
        texts[name] = pl.DataFrame([{**same, **one} for row in rows for one in _repeated(row, table.get("numbered"))])
    return Example(said["employee_id"], Period.parse(said["period"]), inputs, texts)


def _numbered(rows: Sequence[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """The rows with their ids: R1, or R4–R21 for a row that stands for several."""
    found, last = [], 0
    for row in rows:
        first, last = last + 1, last + int(row.get(_TIMES, 1))
        letter = name[0].upper()
        found.append({**row, name: f"{letter}{first}" if first == last else f"{letter}{first}–{letter}{last}"})
    return found


def _repeated(row: Mapping[str, Any], numbered: str | None) -> Iterator[dict[str, Any]]:
    """The row as often as it says, empty cells null, ids one by one."""
    one = {name: None if text == "-" else text for name, text in row.items() if name != _TIMES}
    for place in range(int(row.get(_TIMES, 1))):
        if numbered is not None:
            first = row[numbered].split("–")[0]
            one = {**one, numbered: f"{first[0]}{int(first[1:]) + place}"}
        yield one


def _canonical(name: str, texts: pl.DataFrame | None, timezone: str) -> pl.DataFrame:
    dataset = DATASETS[name]
    if texts is None:
        return dataset.empty(timezone).select(*dataset.names, FILE, ROW)
    written = [one for one in dataset.columns if one.name in texts.columns]
    read = texts.select(
        *(
            parse(cell(pl.col(one.name)), one, timezone).value.cast(one.dtype(timezone)).alias(one.name)
            if one in written
            else pl.lit(None, one.dtype(timezone)).alias(one.name)
            for one in dataset.columns
        ),
        pl.lit("0" * 64).alias(FILE),
        pl.col(ROW).cast(pl.Int64),
    )
    for one in dataset.columns:
        n_given = texts.get_column(one.name).count() if one in written else 0
        if read.get_column(one.name).count() != n_given or (one.required and n_given < read.height):
            raise ValueError(f"{_FILE}: {name}.{one.name} has a cell that is missing or does not parse")
    return read


# --- the case -------------------------------------------------------------------------------------------------------


def worked_case(policy: Policy) -> Worked:
    """The example's person scored with `policy`; every number is the engine's."""
    one = example()
    whole = one.tables(policy.timezone)
    items = [item for group in GROUPS for item in policy.items(_SECTOR, group)]
    parts = [(place, part) for place, item in enumerate(items) for part in _parts(item, whole, one)]
    found = _Copies([whole, *(part.narrowed for _, part in parts)], policy, one)
    steps = []
    for place, item in enumerate(items):
        row = found.item(0, item.id)
        pieces = []
        for number, (of, part) in enumerate(parts, start=1):
            if of == place and (value := found.item(number, item.id)["value"]) is not None:
                weight = Decimal(row["n"]) if part.weight is None else part.weight
                pieces.append(Piece(name=part.name, weight=weight, value=value))
        steps.append(_step(place, item, row, pieces))
    total = found.scores()
    return Worked(
        employee_id=one.employee_id,
        period=one.period.name,
        sector=_SECTOR,
        inputs=_shown(items, one),
        steps=steps,
        scores={name: total[f"{name}_score" if name in GROUPS else name] for name in (*GROUPS, "score")},
        ratings={name: total[f"{name}_rating"] for name in (*GROUPS, "proposed")},
        status=total["status"],
        reason=total["reason"],
    )


def _step(place: int, item: Item, row: Mapping[str, Any], pieces: Sequence[Piece]) -> Step:
    return Step(
        item=place,
        weight=item.weight,
        n=row["n"],
        numerator=row["numerator"],
        denominator=row["denominator"],
        value=row["value"],
        measured_is_value=item.indicator != "outcome",
        achievement=row["achievement"],
        status=row["status"],
        reason=row["reason"],
        how=_HOW.get(item.indicator, "given"),
        pieces=pieces,
    )


def _shown(items: Sequence[Item], one: Example) -> list[Input]:
    """The tables that the items read, without the ratings of an instrument that none of them is about."""
    reads = {"employees", "calendar", *(name for item in items for name in READS[item.indicator])}
    wanted = {_INSTRUMENTS[item.indicator] for item in items if item.indicator in _INSTRUMENTS}
    shown = []
    for name in (name for name in DATASETS_READ if name in reads and name in one.inputs):
        table = one.inputs[name]
        if name == "ratings":
            place = list(table["columns"]).index("instrument")
            table = Input(**{**table, "rows": [row for row in table["rows"] if row[place] in wanted]})
        shown.append(table)
    return shown


class _Copies:
    """The results of all copies of the person, scored in one run; each has a unit and a position of its own."""

    def __init__(self, copies: Sequence[Tables], policy: Policy, one: Example) -> None:
        self._employee_id = one.employee_id
        frames = {name: _together(name, [tables[name] for tables in copies]) for name in DATASETS_READ}
        self._results: Results = score(frames, policy, one.period, known_as_of=None, public_holidays={})

    def item(self, copy: int, item_id: str) -> dict[str, Any]:
        """The row of indicators of one copy."""
        return self._row(self._results.indicators.filter(pl.col("item_id") == item_id), copy)

    def scores(self) -> dict[str, Any]:
        """The row of scores of the whole person, the first copy."""
        return self._row(self._results.scores, 0)

    def _row(self, frame: pl.DataFrame, copy: int) -> dict[str, Any]:
        return frame.row(by_predicate=pl.col("employee_id") == f"{self._employee_id}/{copy}", named=True)


def _together(name: str, tables: Sequence[pl.DataFrame]) -> pl.LazyFrame:
    own = [column for column in _OF_A_COPY if column in DATASETS[name].names]
    if not own:
        return tables[0].lazy()
    return pl.concat(
        table.with_columns(pl.col(column) + f"/{number}" for column in own) for number, table in enumerate(tables)
    ).lazy()


# --- its parts ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Part:
    """Rows of which the engine finds a part of a value; `weight` None: the n of the whole."""

    name: str
    narrowed: Tables
    weight: Decimal | None = Decimal(1)


def _parts(item: Item, whole: Tables, one: Example) -> Iterator[_Part]:
    own = pl.col("employee_id") == one.employee_id
    match item.indicator:
        case "document_completion_time":
            yield from _row_by_row(whole, "service_requests", own & (pl.col("kind") == "document"), "request_id")
        case "complaint_responsiveness":
            yield from _row_by_row(whole, "service_requests", own & (pl.col("kind") == "complaint"), "request_id")
        case "satisfaction":
            yield from _own_and_unit(whole, own, Decimal(item.parameters.model_dump()["shrinkage"]))
        case "discipline":
            yield from _month_by_month(whole, one.period)
        case "work_plan_achievement":
            yield from _row_by_row(whole, "objectives", own, "objective_id", "weight")
        case "behaviour":
            rated = own & (pl.col("instrument") == "behaviour")
            yield from _row_by_row(whole, "ratings", rated, "item")
        case "competency_match":
            yield from _row_by_row(whole, "competency_standards", pl.lit(value=True), "competency", "required_level")
        case "initiative":
            yield from _row_by_row(whole, "initiatives", own, "title")


def _row_by_row(whole: Tables, dataset: str, where: pl.Expr, name: str, weight: str | None = None) -> Iterator[_Part]:
    """Each line of the table alone; rows it stands for several times weigh so many times as much."""
    rows = whole[dataset]
    for (line,), same in rows.filter(where).group_by(ROW, maintain_order=True):
        names = same.get_column(name).to_list()
        yield _Part(
            name=names[0] if len(names) == 1 else f"{names[0]}–{names[-1]}",
            narrowed={**whole, dataset: rows.filter(~where | (pl.col(ROW) == line))},
            weight=Decimal(len(names)) if weight is None else Decimal(same.get_column(weight)[0]),
        )


def _own_and_unit(whole: Tables, own: pl.Expr, shrinkage: Decimal) -> Iterator[_Part]:
    responses = whole["survey_responses"]
    nameless = responses.with_columns(employee_id=pl.lit(None, pl.String))
    yield _Part("own", {**whole, "survey_responses": responses.filter(own)}, None)
    yield _Part("unit", {**whole, "survey_responses": nameless}, shrinkage)


def _month_by_month(whole: Tables, period: Period) -> Iterator[_Part]:
    spells = whole["employees"]
    for month in period.months:
        last_day = month.end - dt.timedelta(days=1)
        within = spells.with_columns(
            start_date=pl.max_horizontal("start_date", pl.lit(month.start)),
            end_date=pl.min_horizontal("end_date", pl.lit(last_day)),
        ).filter(pl.col("start_date") <= pl.col("end_date"))
        yield _Part(month.name, {**whole, "employees": within})
