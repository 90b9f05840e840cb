"""Golden cases of `transforms.indicators.on_time_share`."""

from __future__ import annotations

import pytest

from tests.golden.case import IndicatorCase
from tests.indicators.golden import assert_holds, cases_of


@pytest.mark.parametrize("case", cases_of("on_time_share"), ids=lambda case: case.name)
def test_on_time_share(case: IndicatorCase) -> None:
    assert_holds(case)
