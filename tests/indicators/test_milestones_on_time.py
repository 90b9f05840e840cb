"""Golden cases of `transforms.indicators.milestones_on_time`."""

from __future__ import annotations

import pytest

from tests.golden.case import IndicatorCase
from tests.indicators.golden import assert_holds, cases_of


@pytest.mark.parametrize("case", cases_of("milestones_on_time"), ids=lambda case: case.name)
def test_milestones_on_time(case: IndicatorCase) -> None:
    assert_holds(case)
