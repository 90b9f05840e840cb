"""Which rows validation must refuse, and why: domain.md section 7 row by row, in plain Python.

Written apart from the generator, so that the two can disagree. A reason is named as the defect that should cause it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from sources.contracts import DATASETS, Column, Dataset, Kind
from tests.synth.worlds import MadeWorld

JAKARTA = ZoneInfo("Asia/Jakarta")
Row = dict[str, str]
OUT_OF_RANGE = {
    "weekday": "weekday_out_of_range",
    "required_level": "required_level_out_of_range",
    "limit_hours": "limit_not_positive",
    "paused_hours": "negative_paused_hours",
    "target": "target_not_positive",
    "weight": "weight_not_positive",
}


def refusals(world: MadeWorld) -> dict[str, list[set[str]]]:
    """By dataset, the reasons of each record in order; an empty set for a row that is to be accepted."""
    found = {"employees": _dataset(world, "employees", None)}
    roster = {
        row["employee_id"]
        for row, reasons in zip(world.records("employees"), found["employees"], strict=True)
        if row is not None and not reasons
    }
    return found | {name: _dataset(world, name, roster) for name in DATASETS if name != "employees"}


def _dataset(world: MadeWorld, name: str, roster: set[str] | None) -> list[set[str]]:
    dataset, records = DATASETS[name], world.records(name)
    last = {_key(dataset, row): place for place, row in enumerate(records) if row is not None}
    found = []
    for place, row in enumerate(records):
        if row is None:
            found.append({"short_row"})
        elif dataset.key and last[_key(dataset, row)] != place and _has_key(dataset, row):
            found.append({"repeated_key"})
        else:
            found.append(_reasons(dataset, row, roster))
    return found


def _key(dataset: Dataset, row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in dataset.key)


def _has_key(dataset: Dataset, row: Row) -> bool:
    return all(row[name] for name in dataset.key if dataset.column(name).required)


def _reasons(dataset: Dataset, row: Row, roster: set[str] | None) -> set[str]:
    reasons = {reason for column in dataset.columns if (reason := _cell(column, row[column.name]))}
    if roster is not None and dataset.on_roster and row["employee_id"] and row["employee_id"] not in roster:
        reasons.add("not_on_roster")
    if not reasons and dataset.name in _RULES:
        reasons |= _RULES[dataset.name](row)
    return reasons


def _cell(column: Column, cell: str) -> str | None:
    if not cell:
        return "missing_required" if column.required else None
    if column.allowed:
        return None if cell in column.allowed else "not_in_list"
    if column.kind in {Kind.DATE, Kind.TIME, Kind.INSTANT, Kind.END_INSTANT}:
        return None if _parses(column.kind, cell) else "unparseable_time"
    if column.kind in {Kind.INTEGER, Kind.DECIMAL}:
        return _number(column, cell)
    return None


def _parses(kind: Kind, cell: str) -> bool:
    try:
        {Kind.DATE: dt.date.fromisoformat, Kind.TIME: dt.time.fromisoformat}.get(kind, instant)(cell)
    except ValueError:
        return False
    return True


def _number(column: Column, cell: str) -> str | None:
    try:
        value = Decimal(cell)
    except InvalidOperation:
        return "unparseable_number"
    low = column.minimum is not None and value < column.minimum
    high = column.maximum is not None and value > column.maximum
    if low or high or (column.above is not None and value <= column.above):
        return OUT_OF_RANGE.get(column.name, "answer_out_of_range")
    return None


def instant(cell: str) -> dt.datetime:
    """A moment; local where no offset is written."""
    moment = dt.datetime.fromisoformat(cell)
    return moment if moment.tzinfo else moment.replace(tzinfo=JAKARTA)


def end_instant(cell: str) -> dt.datetime | None:
    """The same, a date alone being the end of the day; None for an empty cell."""
    if not cell:
        return None
    return instant(cell) + dt.timedelta(days=1, microseconds=-1) if len(cell) == 10 else instant(cell)


def _request(row: Row) -> set[str]:
    submitted, complete, closed = (
        instant(row["submitted_at"]),
        end_instant(row["complete_at"]),
        end_instant(row["closed_at"]),
    )
    rules = {
        "closed_before_submitted": closed is not None and closed < submitted,
        "complete_before_submitted": complete is not None and complete < submitted,
        "complete_after_closing": complete is not None and closed is not None and complete > closed,
        "closed_without_time": row["status"] == "closed" and closed is None,
    }
    return {reason for reason, holds in rules.items() if holds}


def _rating(row: Row) -> set[str]:
    level, top = Decimal(row["level"]), Decimal(row["level_max"])
    rules = {
        "level_max_too_small": top < 2,
        "level_out_of_range": not 1 <= level <= top,
        "competency_scale": row["instrument"] == "competency" and top != 5,
    }
    return {reason for reason, holds in rules.items() if holds}


def _ends_before_start(reason: str, end: str) -> Callable[[Row], set[str]]:
    return lambda row: {reason} if row[end] and row[end] < row["start_date"] else set()


def _outcome(row: Row) -> set[str]:
    return set() if bool(row["employee_id"]) != bool(row["unit_id"]) else {"outcome_both_or_neither"}


_RULES: dict[str, Callable[[Row], set[str]]] = {
    "employees": _ends_before_start("spell_ends_before_start", "end_date"),
    "leave": _ends_before_start("leave_ends_before_start", "end_date"),
    "objectives": _ends_before_start("objective_ends_before_start", "due_date"),
    "service_requests": _request,
    "ratings": _rating,
    "outcomes": _outcome,
}
