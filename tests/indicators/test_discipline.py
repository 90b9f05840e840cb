"""Golden cases of `transforms.indicators.discipline`."""

from __future__ import annotations

import pytest

from tests.golden.case import IndicatorCase
from tests.indicators.golden import assert_holds, cases_of


@pytest.mark.parametrize("case", cases_of("discipline"), ids=lambda case: case.name)
def test_discipline(case: IndicatorCase) -> None:
    assert_holds(case)
