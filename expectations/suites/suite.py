"""What a dataset's suite is made of: expectations on its rows, on the whole of it, and on its delivery.

Severity alone decides what happens: critical stops the run, warning refuses the row (or, on the whole, warns loudly),
info is counted. `meta` says what is expected in words, why, and which indicators it protects. An expectation's id is
the reason a refused row is given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal

from great_expectations.expectations import core as gxe
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.expectations.row_conditions import Column

from sources.contracts import DATASETS, PROBLEM, Dataset
from sources.contracts import Column as Field
from sources.crosswalk import MISSING_REASON

Severity = Literal["critical", "warning", "info"]

REPEATED: Final = "_repeated"
"""Mark: a later row of the dataset has the same key."""
READABLE: Final = "_readable"
"""Mark: every cell parses and no later row has the same key, so the row's own values can be judged."""
ON_ROSTER: Final = "_on_roster"
"""Mark: employee_id stands on the roster; null where the row names nobody."""
OVERLAPS: Final = "_overlaps"
"""Mark: the spell begins before an earlier one of the same employee has ended."""

NOT_IN_CROSSWALK: Final = f": {MISSING_REASON}$"
"""How a problem ends that is a lookup without an answer; any other is a cell or record that does not parse."""
UNREADABLE: Final = ("does_not_parse", "not_in_crosswalk")
"""The expectations that ask whether a row could be read at all."""

readable: Final = Column(READABLE) == True  # noqa: E712  # builds a condition


@dataclass(frozen=True, slots=True)
class EmployeeNumbers:
    """Regular expressions of the employee numbers a policy accepts, by employment type."""

    pns: str
    pppk: str


@dataclass(frozen=True)
class Suite:
    """One dataset's suite.

    `rows` gives the expectations on rows beyond the contract's; `whole` those on the valid rows. `covers_roster`:
    everybody on the roster should have a row. `ends_with_period`: rows are expected up to the period's last working
    day. `protects` names the indicators that read the dataset.
    """

    dataset: str
    protects: tuple[str, ...]
    rows: Callable[[EmployeeNumbers | None], Sequence[Expectation]] = field(default=lambda _: ())
    whole: Callable[[], Sequence[Expectation]] = field(default=tuple)
    covers_roster: bool = False
    ends_with_period: bool = False

    @property
    def contract(self) -> Dataset:
        """The dataset's contract."""
        return DATASETS[self.dataset]

    def row_expectations(self, numbers: EmployeeNumbers | None) -> list[Expectation]:
        """Expectations on rows: a repeated key is settled first, then what does not parse, then the values."""
        return [*_settled_first(self.contract), *_by_contract(self.contract), *self.rows(numbers)]


def expect(
    kind: type[Expectation], reason: str, severity: Severity, expected: str, why: str, **kwargs: Any
) -> Expectation:
    """An expectation of that severity; its id is the reason it gives."""
    return kind(id=reason, severity=FailureSeverity(severity), meta={"expected": expected, "why": why}, **kwargs)


def refuse(
    kind: type[Expectation], reason: str, expected: str, why: str, *, condition: Any = readable, **kwargs: Any
) -> Expectation:
    """An expectation that refuses the rows that fail it."""
    return expect(kind, reason, "warning", expected, why, row_condition=condition, **kwargs)


def not_before(later: str, earlier: str, reason: str, why: str) -> Expectation:
    """Refuses rows where `later` lies before `earlier`; equal is fine, and so is a row without one of them."""
    return refuse(
        gxe.ExpectColumnPairValuesAToBeGreaterThanB,
        reason,
        f"{later} is not before {earlier}",
        why,
        column_A=later,
        column_B=earlier,
        or_equal=True,
        ignore_row_if="either_value_is_missing",
    )


def stop(kind: type[Expectation], reason: str, expected: str, why: str, **kwargs: Any) -> Expectation:
    """An expectation that stops the run."""
    return expect(kind, reason, "critical", expected, why, **kwargs)


def _settled_first(contract: Dataset) -> list[Expectation]:
    found = []
    if contract.key:
        found.append(
            refuse(
                gxe.ExpectColumnValuesToBeInSet,
                "key_repeated",
                f"no later row has the same {', '.join(contract.key)}",
                "A correction is a later row: all but the last row of a key are refused, whatever becomes of the last.",
                condition=None,
                column=REPEATED,
                value_set=[False],
            )
        )
    unrepeated = Column(REPEATED) == False  # noqa: E712  # builds a condition
    found.append(
        refuse(
            gxe.ExpectColumnValuesToMatchRegex,
            "does_not_parse",
            "every cell parses as its column says",
            "A time, number or record that cannot be read cannot be counted, and must not be guessed.",
            condition=unrepeated,
            column=PROBLEM,
            regex=NOT_IN_CROSSWALK,
        )
    )
    found.append(
        refuse(
            gxe.ExpectColumnValuesToNotMatchRegex,
            "not_in_crosswalk",
            "every id of another system stands in the crosswalk",
            "Nobody can tell whose row it is; complete the crosswalk if it is somebody's on the roster.",
            condition=unrepeated,
            column=PROBLEM,
            regex=NOT_IN_CROSSWALK,
        )
    )
    return found


def _by_contract(contract: Dataset) -> list[Expectation]:
    found = []
    for column in contract.columns:
        found.extend(_by_column(column))
    if contract.on_roster:
        found.append(
            refuse(
                gxe.ExpectColumnValuesToBeInSet,
                "not_on_roster",
                "employee_id stands on the roster",
                "A row of somebody who is not on the roster can be nobody's result.",
                column=ON_ROSTER,
                value_set=[True],
            )
        )
    return found


def _by_column(column: Field) -> list[Expectation]:
    name, found = column.name, []
    if column.required:
        found.append(
            refuse(
                gxe.ExpectColumnValuesToNotBeNull,
                f"{name}_missing",
                f"{name} is given",
                f"{name} is required: {column.meaning}.",
                column=name,
            )
        )
    if column.allowed:
        found.append(
            refuse(
                gxe.ExpectColumnValuesToBeInSet,
                f"{name}_not_in_list",
                f"{name} is one of {', '.join(column.allowed)}",
                f"Any other word has no meaning for {column.meaning}.",
                column=name,
                value_set=list(column.allowed),
            )
        )
    if bounds := _bounds(column):
        words, arguments = bounds
        found.append(
            refuse(
                gxe.ExpectColumnValuesToBeBetween,
                f"{name}_out_of_range",
                f"{name} {words}",
                f"Outside of it {name} cannot be: {column.meaning}.",
                column=name,
                **arguments,
            )
        )
    return found


def _bounds(column: Field) -> tuple[str, dict[str, Any]] | None:
    if column.above is not None:
        return f"is more than {column.above}", {"min_value": column.above, "strict_min": True}
    if column.minimum is not None and column.maximum is not None:
        return f"is {column.minimum} to {column.maximum}", {"min_value": column.minimum, "max_value": column.maximum}
    if column.minimum is not None:
        return f"is {column.minimum} or more", {"min_value": column.minimum}
    return None


ENOUGH_TO_JUDGE: Final = 100
"""Rows from which a dataset that is mostly refused stops the run."""
LARGEST_REFUSED_SHARE: Final = Decimal("0.5")
EXPECTED_COVERAGE: Final = Decimal("0.8")
"""Share of the roster that should have a row, unless a policy or the operator requires another."""
