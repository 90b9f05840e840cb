"""Golden cases of `transforms.indicators.document_completion_time`."""

from __future__ import annotations

import pytest

from tests.golden.case import IndicatorCase
from tests.indicators.golden import assert_holds, cases_of


@pytest.mark.parametrize("case", cases_of("document_completion_time"), ids=lambda case: case.name)
def test_document_completion_time(case: IndicatorCase) -> None:
    assert_holds(case)
