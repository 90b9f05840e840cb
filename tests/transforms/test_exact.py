"""Fixed point against Fraction: what is certain is right, and what is not is flagged."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.oracle.by_hand import EVERYTHING
from tests.oracle.exact import achievement as by_target
from tests.oracle.exact import half_away_from_zero, on_scale
from transforms.exact import (
    SCALE,
    SCORE_DIGITS,
    TERMS,
    VALUE_DIGITS,
    decimal,
    fits,
    floor_ratio,
    floor_sum,
    fraction,
    is_doubtful,
    reduced,
    rounded,
    rounded_exactly,
    scaled,
)
from transforms.grading import achievement, graded, points_of

CAP = Decimal(120)
ITEMS = EVERYTHING.all_items()
MOST = 10**21  # the largest numerator floor_sum takes
# Whole parts, thirds and sevenths, and halves of the last stored digit.
DENS = st.sampled_from((1, 2, 3, 4, 6, 7, 9, 11, 200, 365, 2_000_000, 3 * 10**18)) | st.integers(1, 10**18)
FEW = settings(max_examples=60, deadline=None)


@st.composite
def fractions(draw: st.DrawFn, least: int = -(10**6), most: int = 10**9) -> tuple[int, int]:
    den = draw(DENS)
    return draw(st.integers(least * den, most * den).filter(lambda num: abs(num) <= MOST)), den


VALUES = st.lists(st.lists(fractions(), min_size=1, max_size=9), min_size=1, max_size=20)


def column(values: list[list[tuple[int, int]]]) -> pl.DataFrame:
    """One row a value."""
    cells = [[{"num": num, "den": den} for num, den in value] for value in values]
    return pl.DataFrame({"value": pl.Series(cells, dtype=TERMS)})


def exactly(value: list[tuple[int, int]]) -> Fraction:
    return sum((Fraction(*part) for part in value), Fraction(0))


@FEW
@given(VALUES)
def test_floored_sum_is_less_than_a_unit_a_term_below_the_value(values: list[list[tuple[int, int]]]) -> None:
    lows = column(values).select(floor_sum(pl.col("value"))).to_series()
    for value, low in zip(values, lows, strict=True):
        assert low <= exactly(value) * SCALE < low + len(value)


@FEW
@given(st.lists(st.tuples(st.integers(0, 10**23), st.integers(9, 10**29)), min_size=1, max_size=20))
@example([(10**23, 9)])
@example([(10**23 - 1, 10**23)])
def test_floored_ratio(ratios: list[tuple[int, int]]) -> None:
    frame = pl.DataFrame(ratios, schema={"num": pl.Int128, "den": pl.Int128}, orient="row")
    found = frame.select(floor_ratio(pl.col("num"), pl.col("den"))).to_series().to_list()
    assert found == [num * 10**15 // den for num, den in ratios]


@FEW
@given(VALUES, st.sampled_from((VALUE_DIGITS, SCORE_DIGITS)))
@example([[(1, 3), (1, 6), (0, 1)]], SCORE_DIGITS)  # 0.50: 0.333... + 0.166... floored falls short of it
@example([[(1, 200)]], SCORE_DIGITS)  # exactly half of the last digit
@example([[(-1, 200)]], SCORE_DIGITS)
@example([[(1, 300), (1, 600)]], SCORE_DIGITS)  # half of the last digit, of parts that divide the scale
@example([[(18, 7400), (19, 7400)]], SCORE_DIGITS)  # and of thirty-sevenths, which do not
def test_rounding_is_right_unless_flagged(values: list[list[tuple[int, int]]], digits: int) -> None:
    low, slack = pl.col("low"), pl.col("value").list.len().cast(pl.Int64) - 1
    frame = column(values).with_columns(low=floor_sum(pl.col("value")))
    frame = frame.with_columns(units=rounded(low, digits), doubtful=is_doubtful(low, slack, digits))
    for value, units, doubtful in zip(values, frame["units"], frame["doubtful"], strict=True):
        assert doubtful or units == rounded_exactly(exactly(value), digits)


@pytest.mark.parametrize(
    ("value", "doubtful"),
    [
        ([(1, 3)], False),
        ([(1, 200)], False),
        ([(1, 3), (1, 6)], False),
        ([(1, 300), (1, 600)], False),
        ([(18, 7400), (19, 7400)], True),
        ([(-1, 3)], True),
        ([(MOST, 1)], False),
        ([(MOST + 1, 1)], True),
    ],
)
def test_only_boundaries_negatives_and_giants_are_flagged(value: list[tuple[int, int]], doubtful: bool) -> None:
    frame = column([value]).select(is_doubtful(floor_sum(pl.col("value")), pl.lit(len(value) - 1), SCORE_DIGITS))
    assert frame.item() is doubtful


@FEW
@given(VALUES, st.fractions(-1000, 1000, max_denominator=10**4))
def test_scaled_is_the_product(values: list[list[tuple[int, int]]], factor: Fraction) -> None:
    frame = column(values).select(scaled(pl.col("value"), factor))
    for value, product in zip(values, frame.to_series(), strict=True):
        assert fraction(product.to_list()) == exactly(value) * factor


@FEW
@given(st.lists(st.tuples(st.integers(-(10**30), 10**30), st.integers(1, 10**30), st.integers(0, 8)), min_size=1))
def test_reduced_keeps_the_quotient(rows: list[tuple[int, int, int]]) -> None:
    pairs = [(num * 10**zeros, den * 10**zeros) for num, den, zeros in rows]
    frame = pl.LazyFrame(pairs, schema={"num": pl.Int128, "den": pl.Int128}, orient="row")
    for before, after in zip(pairs, reduced(frame, "num", "den").collect().iter_rows(), strict=True):
        assert Fraction(*before) == Fraction(*after)
        assert after[1] > 0


@FEW
@given(st.fractions(-(10**9), 10**9), st.sampled_from((VALUE_DIGITS, SCORE_DIGITS)))
def test_stored_number_is_half_away_from_zero(number: Fraction, digits: int) -> None:
    units = pl.DataFrame({"units": [rounded_exactly(number, digits)]}, schema={"units": pl.Int128})
    stored = units.select(decimal(pl.col("units"), digits)).item()
    assert stored == half_away_from_zero(number, digits)
    assert stored.as_tuple().exponent == -digits


@FEW
@given(st.integers(-(10**20), 10**20), st.integers(-(10**20), 10**20))
def test_what_fits_leaves_room(one: int, other: int) -> None:
    frame = pl.DataFrame([(one, other)], schema={"one": pl.Int128, "other": pl.Int128}, orient="row")
    if frame.select(fits(pl.col("one"), pl.col("other"))).item():
        assert abs(one * other) * 100 * 366 < 2**127


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
@settings(max_examples=30, deadline=None)
@given(st.fractions(0, 250, max_denominator=10**6))
def test_achievement_of_a_target_and_of_a_scale(item: object, measured: Fraction) -> None:
    cap = Fraction(CAP)
    if item.scale is not None:
        expected = on_scale(measured, item.scale.points, cap)
    elif item.target is not None:
        expected = by_target(measured, Fraction(item.target), item.direction, cap)
    else:
        expected = min(measured, cap)
    assert achievement(measured, points_of(item, CAP)) == expected


POINTS = sorted({points_of(item, CAP) for item in ITEMS})


@pytest.mark.parametrize("points", POINTS, ids=lambda points: "-".join(str(x) for x, _ in points))
@settings(max_examples=15, deadline=None)
@given(st.data())
def test_graded_agrees_with_the_exact_achievement(
    points: tuple[tuple[Fraction, Fraction], ...], data: st.DataObject
) -> None:
    on_the_points = [[(x.numerator, x.denominator)] for x, _ in points]
    drawn = data.draw(st.lists(st.lists(fractions(0, 130), min_size=1, max_size=4), max_size=20))
    values = [*on_the_points, *drawn]
    frame = column(values).lazy().with_columns(measured="value", person=pl.int_range(pl.len()))
    for value, row in zip(values, graded(frame, points).sort("person").collect().to_dicts(), strict=True):
        reached = achievement(exactly(value), points)
        if not row["doubtful"]:
            assert row["value_units"] == rounded_exactly(exactly(value), VALUE_DIGITS)
            assert row["achievement_units"] == rounded_exactly(reached, SCORE_DIGITS)
        assert row["low"] <= reached * SCALE <= row["low"] + row["slack"] + 1
        assert 0 <= row["low"] <= math.ceil(reached * SCALE)
