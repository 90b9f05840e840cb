"""Ratings of behaviour and competencies."""

from __future__ import annotations

from collections.abc import Sequence

from great_expectations.expectations import core as gxe
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import Column

from expectations.suites.conditions import ExpectLevelToBeWithinScale
from expectations.suites.suite import EmployeeNumbers, Suite, readable, refuse


def _rows(_: EmployeeNumbers | None) -> Sequence[Expectation]:
    return [
        refuse(
            gxe.ExpectColumnValuesToBeBetween,
            "level_max_too_small",
            "level_max is 2 or more",
            "A scale of one level says nothing.",
            column="level_max",
            min_value=2,
        ),
        refuse(
            ExpectLevelToBeWithinScale,
            "level_out_of_range",
            "level lies in 1..level_max",
            "A level outside its scale cannot have been given.",
            column_A="level",
            column_B="level_max",
        ),
        refuse(
            gxe.ExpectColumnValuesToBeInSet,
            "competency_scale_not_5",
            "competencies are rated on five levels",
            "Required levels are 1 to 5; a rating on another scale cannot be held against them.",
            condition=readable & (Column("instrument") == "competency"),
            column="level_max",
            value_set=[5],
        ),
    ]


SUITE = Suite("ratings", protects=("behaviour", "competency_match"), rows=_rows, covers_roster=True)
