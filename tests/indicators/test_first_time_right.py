"""Golden cases of `transforms.indicators.first_time_right`."""

from __future__ import annotations

import pytest

from tests.golden.case import IndicatorCase
from tests.indicators.golden import assert_holds, cases_of


@pytest.mark.parametrize("case", cases_of("first_time_right"), ids=lambda case: case.name)
def test_first_time_right(case: IndicatorCase) -> None:
    assert_holds(case)
