"""The roster: everybody's result hangs on it, so what is wrong with it as a whole stops the run."""

from __future__ import annotations

from collections.abc import Sequence

from great_expectations.expectations import core as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.suites.conditions import ExpectEmployeeNumberToBeWellFormed
from expectations.suites.suite import OVERLAPS, EmployeeNumbers, Suite, not_before, refuse, stop
from sources.contracts import SECTORS


def _rows(numbers: EmployeeNumbers | None) -> Sequence[Expectation]:
    found = [
        not_before(
            "end_date",
            "start_date",
            "ends_before_it_starts",
            "A spell that ends before it starts has no day to work on.",
        )
    ]
    if numbers is not None:
        found.append(
            refuse(
                ExpectEmployeeNumberToBeWellFormed,
                "employee_number_malformed",
                "employee_id is a NIP, or for PPPK a NI PPPK",
                "A number that is not built as the law says was mistyped, or spoiled on its way through a spreadsheet.",
                column_A="employee_id",
                column_B="employment_type",
                pns=numbers.pns,
                pppk=numbers.pppk,
            )
        )
    return found


def _whole() -> Sequence[Expectation]:
    return [
        stop(
            gxe.ExpectTableRowCountToBeBetween,
            "roster_empty",
            "the roster has a row",
            "Without a roster there is nobody to score.",
            min_value=1,
        ),
        stop(
            gxe.ExpectColumnValuesToBeInSet,
            "sector_unknown",
            f"sector is one of {', '.join(SECTORS)}",
            "The sector decides which items a person is scored on; a wrong one would score everybody in it wrongly.",
            column="sector",
            value_set=list(SECTORS),
        ),
        stop(
            gxe.ExpectColumnValuesToBeInSet,
            "spells_overlap",
            "spells of one employee do not overlap",
            "Two assignments on one day leave open whose unit, schedule and position count.",
            column=OVERLAPS,
            value_set=[False],
        ),
    ]


SUITE = Suite("employees", protects=("every indicator",), rows=_rows, whole=_whole)
