"""Golden cases of `transforms.indicators.behaviour`."""

from __future__ import annotations

import pytest

from tests.golden.case import IndicatorCase
from tests.indicators.golden import assert_holds, cases_of


@pytest.mark.parametrize("case", cases_of("behaviour"), ids=lambda case: case.name)
def test_behaviour(case: IndicatorCase) -> None:
    assert_holds(case)
