"""Golden cases of `transforms.indicators.complaint_responsiveness`."""

from __future__ import annotations

import pytest

from tests.golden.case import IndicatorCase
from tests.indicators.golden import assert_holds, cases_of


@pytest.mark.parametrize("case", cases_of("complaint_responsiveness"), ids=lambda case: case.name)
def test_complaint_responsiveness(case: IndicatorCase) -> None:
    assert_holds(case)
