"""Golden cases of `transforms.indicators.outcome`."""

from __future__ import annotations

import pytest

from tests.golden.case import IndicatorCase
from tests.indicators.golden import assert_holds, cases_of


@pytest.mark.parametrize("case", cases_of("outcome"), ids=lambda case: case.name)
def test_outcome(case: IndicatorCase) -> None:
    assert_holds(case)
