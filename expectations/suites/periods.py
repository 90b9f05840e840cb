"""The period a row names."""

from __future__ import annotations

from typing import Final

from great_expectations.expectations import core as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.suites.suite import refuse

_PERIOD: Final = r"^(19|2\d)\d{2}(-Q[1-4]|-(0[1-9]|1[0-2]))?$"


def period_is_written_right() -> Expectation:
    """The column `period` reads as a month, quarter or year."""
    return refuse(
        gxe.ExpectColumnValuesToMatchRegex,
        "period_malformed",
        "period is written 2026-Q3, 2026-07 or 2026",
        "A period that cannot be read belongs to none.",
        column="period",
        regex=_PERIOD,
    )
