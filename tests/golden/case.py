"""Golden cases: tiny input tables, an item or a policy, and what must come out. Oracle and engine both run them.

A table is text: a header and rows, cells parted by `|`, `-` for an empty cell. Columns that a case does not care for
are left out and filled: employee E1 of unit U1, the ids numbered, the rest as `FILLED` says or null. Where a case gives
no roster, E1 has one spell from 2026-01-01, without an end; where it gives no calendar, 2026 has the days off of
`CALENDAR`.
"""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from policies.model import Item, Policy
from sources.contracts import DATASETS, Column, Kind
from tests.oracle.by_hand import CITIES, item, single_item_policy

JAKARTA = ZoneInfo("Asia/Jakarta")
Row = dict[str, Any]

CALENDAR = """
    date       | kind
    2026-01-01 | holiday
    2026-06-01 | holiday
    2026-08-17 | holiday
    2026-12-25 | holiday
"""
ROSTER = """
    employee_id | start_date
    E1          | 2026-01-01
"""
FILLED: dict[str, Row] = {
    "employees": {
        "name": "N",
        "employment_type": "PNS",
        "unit_name": "Unit",
        "sector": "general",
        "position_id": "P1",
        "position_name": "Position",
    },
    "objectives": {"description": "O", "weight": Decimal(1), "direction": "higher"},
    "ratings": {"rater_id": "S1", "rater_role": "supervisor", "item": "i1", "instrument": "behaviour"},
    "initiatives": {"title": "T"},
    "survey_responses": {"audience": "citizen"},
    "leave": {"kind": "annual"},
    "decisions": {"decided_by": "S1"},
}
NUMBERED = ("request_id", "response_id", "objective_id", "initiative_id")
ALWAYS = {"employee_id": "E1", "unit_id": "U1"}


@dataclass(frozen=True, kw_only=True)
class IndicatorCase:
    """One row of indicators of one employee. Numbers are written as they are stored."""

    name: str
    rule: str
    item: str | Item
    tables: Mapping[str, str]
    period: str = "2026-Q3"
    known_as_of: str | None = None
    employee_id: str = "E1"
    value: str | None = None
    n: int
    share: tuple[int, int] | None = None
    achievement: str | None = None
    status: str = "SCORED"
    reason: str | None = None

    @property
    def tested(self) -> Item:
        return item(self.item) if isinstance(self.item, str) else self.item

    @property
    def policy(self) -> Policy:
        return single_item_policy(self.tested)

    @property
    def data(self) -> dict[str, list[Row]]:
        return read_tables(self.tables)

    @property
    def known(self) -> dt.datetime | None:
        return None if self.known_as_of is None else local(self.known_as_of)

    @property
    def expected(self) -> Row:
        """Columns of the row, as stored."""
        numerator, denominator = self.share or (None, None)
        return {
            "employee_id": self.employee_id,
            "item_id": self.tested.id,
            "indicator_id": self.tested.indicator,
            "value": decimal(self.value),
            "n": self.n,
            "numerator": numerator,
            "denominator": denominator,
            "achievement": decimal(self.achievement),
            "status": self.status,
            "reason": self.reason,
        }


@dataclass(frozen=True, kw_only=True)
class RowCase:
    """Some columns of one employee's row of a frame; `expected` is None where there must be no row.

    `frame` is `scores`, `employees` or `ladder` (columns of the oracle's `ladder_row`).
    """

    name: str
    rule: str
    city: str | Policy
    tables: Mapping[str, str]
    frame: str
    expected: Mapping[str, str | int | None] | None
    period: str = "2026-Q3"
    known_as_of: str | None = None
    employee_id: str = "E1"

    @property
    def policy(self) -> Policy:
        return CITIES[self.city] if isinstance(self.city, str) else self.city

    @property
    def data(self) -> dict[str, list[Row]]:
        return read_tables(self.tables)

    @property
    def known(self) -> dt.datetime | None:
        return None if self.known_as_of is None else local(self.known_as_of)

    @property
    def expected_row(self) -> Row | None:
        """The columns as stored: scores are Decimals."""
        if self.expected is None:
            return None
        numbers = ("results_score", "behaviour_score", "score")
        return {
            column: decimal(cell) if column in numbers and isinstance(cell, str) else cell
            for column, cell in self.expected.items()
        }


@dataclass(frozen=True)
class Cases:
    """Every golden case."""

    indicators: list[IndicatorCase] = field(default_factory=list)
    rows: list[RowCase] = field(default_factory=list)


def load_cases() -> Cases:
    """The cases of every module in `cases/`; ValueError where two have one name."""
    found = Cases()
    for path in sorted((Path(__file__).parent / "cases").glob("*.py")):
        for case in importlib.import_module(f"tests.golden.cases.{path.stem}").CASES:
            (found.indicators if isinstance(case, IndicatorCase) else found.rows).append(case)
    names = [case.name for case in (*found.indicators, *found.rows)]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"names repeat: {', '.join(repeated)}")
    return found


def decimal(text: str | None) -> Decimal | None:
    """The number, or None."""
    return None if text is None else Decimal(text)


def local(text: str) -> dt.datetime:
    """An instant written in local time."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=JAKARTA)


def read_tables(tables: Mapping[str, str]) -> dict[str, list[Row]]:
    """Rows by dataset, every column of the contract present."""
    written = {"employees": ROSTER, "calendar": CALENDAR, **tables}
    return {name: list(_rows(name, text)) for name, text in written.items()}


def _rows(name: str, text: str) -> Iterator[Row]:
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    header = lines[0]
    for number, cells in enumerate(lines[1:], start=1):
        if len(cells) != len(header):
            raise ValueError(f"{name}: row {number} has {len(cells)} cells, the header {len(header)}")
        written = {
            column: _cell(DATASETS[name].column(column), text) for column, text in zip(header, cells, strict=True)
        }
        yield {
            column.name: written.get(column.name, _filled(name, column, number, written))
            for column in DATASETS[name].columns
        }


def _filled(name: str, column: Column, number: int, written: Row) -> object:
    if name == "outcomes" and column.name in ALWAYS:
        return None
    if column.name in NUMBERED and name != "progress":
        return f"{column.name[0].upper()}{number}"
    if column.name in FILLED.get(name, {}):
        return FILLED[name][column.name]
    if name == "progress" and column.name == "objective_id":
        return "O1"
    return ALWAYS.get(column.name)


def _cell(column: Column, text: str) -> object:
    if text == "-":
        return None
    match column.kind:
        case Kind.INTEGER:
            return int(text)
        case Kind.DECIMAL:
            return Decimal(text)
        case Kind.DATE:
            return dt.date.fromisoformat(text)
        case Kind.TIME:
            return dt.time.fromisoformat(text)
        case Kind.INSTANT:
            return local(text)
        case Kind.END_INSTANT:
            # A date alone, here: the last microsecond of that day.
            return local(text) if len(text) > 10 else local(text) + dt.timedelta(days=1, microseconds=-1)
        case _:
            return text
