"""Golden cases of `transforms.indicators.progress_reporting`."""

from __future__ import annotations

import pytest

from tests.golden.case import IndicatorCase
from tests.indicators.golden import assert_holds, cases_of


@pytest.mark.parametrize("case", cases_of("progress_reporting"), ids=lambda case: case.name)
def test_progress_reporting(case: IndicatorCase) -> None:
    assert_holds(case)
