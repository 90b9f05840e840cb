"""Golden cases of `transforms.indicators.attendance_rate`."""

from __future__ import annotations

import pytest

from tests.golden.case import IndicatorCase
from tests.indicators.golden import assert_holds, cases_of


@pytest.mark.parametrize("case", cases_of("attendance_rate"), ids=lambda case: case.name)
def test_attendance_rate(case: IndicatorCase) -> None:
    assert_holds(case)
