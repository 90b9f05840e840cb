"""Decimals to the digit and closed lists of words, the same on both databases and in every room."""

from __future__ import annotations

from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import make_url

from policies import model as policy
from sources import contracts
from warehouse import models
from warehouse.column_types import Exact, RefusedValueError, come_back

SQLITE, POSTGRESQL = (make_url(f"{name}://").get_dialect()() for name in ("sqlite", "postgresql+psycopg"))


@pytest.mark.parametrize("dialect", [SQLITE, POSTGRESQL], ids=lambda dialect: dialect.name)
@given(st.integers(-(10**15) + 1, 10**15 - 1), st.sampled_from([2, 6]))
def test_fifteen_significant_digits_come_back(dialect: object, units: int, scale: int) -> None:
    column, value = Exact(scale), Decimal(units).scaleb(-scale)
    stored = column.process_bind_param(value, dialect)  # type: ignore[arg-type]
    assert str(column.process_result_value(stored, dialect)) == f"{value:.{scale}f}"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("dialect", "value"),
    [(SQLITE, "0.001"), (POSTGRESQL, "0.001"), (SQLITE, "12345678901234567.89")],
    ids=["a digit more", "a digit more on PostgreSQL", "more than a double holds"],
)
def test_a_value_that_would_not_come_back_is_refused(dialect: object, value: str) -> None:
    with pytest.raises(RefusedValueError, match="2 decimals") as caught:
        Exact(2).process_bind_param(Decimal(value), dialect)  # type: ignore[arg-type]
    assert value not in str(caught.value)


def digits_of(units: int, scale: int) -> Decimal:
    return Decimal(units).scaleb(-scale)


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.sampled_from([2, 6]))
def test_fifteen_digits_come_back(units: int, scale: int) -> None:
    assert come_back([digits_of(units, scale)], scale)


@given(st.integers(1, 10**6), st.integers(0, 6), st.sampled_from([2, 6]))
def test_so_do_round_sums_of_rupiah(amount: int, thousands: int, scale: int) -> None:
    """A budget of a province has 13 digits before the point, and 6 behind."""
    rupiah = Decimal(amount) * 10**thousands
    assert come_back([rupiah], scale)


@pytest.mark.parametrize(("units", "scale"), [(10**17 + 1, 2), (18404695865100000000, 2), (123456789012345678, 6)])
def test_what_would_not_come_back_is_known(units: int, scale: int) -> None:
    assert not come_back([Decimal("0.5"), digits_of(units, scale)], scale)


def test_words_are_those_of_the_other_rooms() -> None:
    """The warehouse stands alone, so it writes its lists down again."""
    assert models.SECTORS == contracts.SECTORS == get_args(policy.Sector)
    assert models.EMPLOYMENT_TYPES == contracts.EMPLOYMENT_TYPES
    assert get_args(policy.Rating) == models.RATINGS
    assert get_args(policy.Level) == models.LEVELS
    assert models.ITEM_GROUPS == policy.GROUPS
