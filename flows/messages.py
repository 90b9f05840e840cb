"""What is wrong with which row of the files, and what to do about it: for whoever fills them in.

One message a refused row and reason; rows that stop the run are among them, as far as they are known one by one. No
message holds a value of the data: the row's place in its file is enough to find it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from expectations.findings import DatasetOutcome, Finding
from sources.contracts import DATASETS, Column, Kind


class Message(NamedTuple):
    """One thing to mend. `row` counts records as a spreadsheet does: the header is 1; `column` null: the whole row."""

    dataset: str
    file: str
    row: int
    column: str | None
    reason: str
    wrong: str
    remedy: str
    effect: str
    """refused: the row is left out, the others count; stops: nothing is scored before it is mended."""


COLUMNS: Final = Message._fields
_WRITE: Final[Mapping[Kind, str]] = {
    Kind.TEXT: "write text",
    Kind.ID: "keep the number as text, with all its digits",
    Kind.INTEGER: "write a whole number, such as 3",
    Kind.DECIMAL: "write a number with a point, such as 1.5",
    Kind.DATE: "write a day as 2026-07-31",
    Kind.TIME: "write a time as 07:30",
    Kind.INSTANT: "write a moment as 2026-07-31T07:30:00",
    Kind.END_INSTANT: "write a moment as 2026-07-31T16:00:00, or a day as 2026-07-31",
}
_REMEDIES: Final[Mapping[str, str]] = {
    "not_on_roster": "correct the number, or add the person to employees",
    "not_in_crosswalk": "correct the id, or add it to the crosswalk file",
    "employee_number_malformed": "correct the number: 18 digits, as on the letter of appointment; keep it as text",
    "both_or_neither_given": "fill in one of the two and leave the other empty",
    "closed_without_closed_at": "fill in closed_at, or correct the status",
    "competency_scale_not_5": "rate competencies on five levels: level_max is 5",
    "level_max_too_small": "give the highest level of the scale: 2 or more",
    "level_out_of_range": "give a level of the scale: 1 to level_max",
    "period_malformed": "write the period as 2026-Q3, 2026-07 or 2026",
}


def row_messages(outcomes: Iterable[DatasetOutcome]) -> Iterator[Message]:
    """Every message, by dataset, file, row and column."""
    for outcome in outcomes:
        names = {file.sha256: file.name for file in outcome.files}
        found = {finding.expectation_id: finding for finding in outcome.findings}
        refused = [
            _message(outcome.dataset, names.get(sha256, ""), row, column, reason, found, "refused")
            for sha256, row, column, reason in outcome.quarantined.select(
                "file_sha256", "row", "column", "reason"
            ).iter_rows()
        ]
        stopping = [
            _message(outcome.dataset, names.get(sha256, ""), row, finding.columns, reason, found, "stops")
            for reason, finding in found.items()
            if finding.action == "stopped"
            for sha256, row in finding.failing
        ]
        yield from sorted([*refused, *stopping], key=lambda one: (one.file, one.row, one.column or "", one.reason))


def _message(
    dataset: str, file: str, row: int, column: str | None, reason: str, found: Mapping[str, Finding], effect: str
) -> Message:
    word, _, said = reason.partition(": ")  # `does_not_parse: due_at: does not parse as ...`
    finding = found.get(word)
    wrong = said or (f"it is not so that {finding.expected}" if finding is not None else word)
    return Message(dataset, file, row, column or None, word, wrong, remedy(dataset, word, column or ""), effect)


def remedy(dataset: str, reason: str, column: str) -> str:
    """What to do about a reason at a column."""
    if reason in _REMEDIES:
        return _REMEDIES[reason]
    contract = DATASETS[dataset]
    if reason == "key_repeated":
        return f"keep one row for each {' and '.join(contract.key)}: the last one stands"
    known = next((one for one in contract.columns if one.name == column), None)
    if known is None:
        return f"correct {' or '.join(column.split(','))}" if column else "give the row as many cells as the header has"
    if reason.endswith("_missing"):
        return f"fill it in: {known.meaning}"
    if reason.endswith("_not_in_list"):
        return f"use one of {', '.join(known.allowed)}"
    if reason.endswith("_out_of_range"):
        return f"give a number that {_bounds(known)}"
    return _WRITE[known.kind]


def _bounds(column: Column) -> str:
    if column.above is not None:
        return f"is more than {column.above}"
    if column.minimum is not None and column.maximum is not None:
        return f"is {column.minimum} to {column.maximum}"
    return f"is {column.minimum} or more"
