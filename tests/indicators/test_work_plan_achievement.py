"""Golden cases of `transforms.indicators.work_plan_achievement`."""

from __future__ import annotations

import pytest

from tests.golden.case import IndicatorCase
from tests.indicators.golden import assert_holds, cases_of


@pytest.mark.parametrize("case", cases_of("work_plan_achievement"), ids=lambda case: case.name)
def test_work_plan_achievement(case: IndicatorCase) -> None:
    assert_holds(case)
