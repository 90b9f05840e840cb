"""Golden cases of `transforms.indicators.competency_match`."""

from __future__ import annotations

import pytest

from tests.golden.case import IndicatorCase
from tests.indicators.golden import assert_holds, cases_of


@pytest.mark.parametrize("case", cases_of("competency_match"), ids=lambda case: case.name)
def test_competency_match(case: IndicatorCase) -> None:
    assert_holds(case)
