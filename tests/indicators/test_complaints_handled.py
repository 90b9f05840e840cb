"""Golden cases of `transforms.indicators.complaints_handled`."""

from __future__ import annotations

import pytest

from tests.golden.case import IndicatorCase
from tests.indicators.golden import assert_holds, cases_of


@pytest.mark.parametrize("case", cases_of("complaints_handled"), ids=lambda case: case.name)
def test_complaints_handled(case: IndicatorCase) -> None:
    assert_holds(case)
