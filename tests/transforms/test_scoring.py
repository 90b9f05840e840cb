"""Groups and scores on a rounding boundary: fixed point says when it cannot tell, and is right when it can."""

from __future__ import annotations

import math
from fractions import Fraction

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracle.by_hand import CITIES
from transforms.exact import SCALE, SCORE_DIGITS, rounded_exactly
from transforms.scoring import exact_group, exact_score, group_scores, total_scores, weight_unit

POLICY = CITIES["kalianda"]
ITEMS = POLICY.results.items
FEW = settings(max_examples=100, deadline=None)
SLACK = 9
# Achievements whose decimals do not end; a score in the middle of two stored ones.
ENDLESS = st.builds(Fraction, st.integers(60 * 21, 110 * 21), st.just(21))
BESIDE = st.builds(Fraction, st.integers(-30, 30), st.just(13))  # units of fixed point
BETWEEN = st.integers(8_000, 10_000).map(lambda cents: Fraction(2 * cents + 1, 200))


def items_of(achievements: list[Fraction], short: int) -> pl.LazyFrame:
    """One person's scored results, each known from `short` units of fixed point below, within the slack."""
    parts = weight_unit(POLICY)
    rows = [
        (0, "results", int(item.weight * parts), math.ceil(reached * SCALE) - short, SLACK, "SCORED")
        for item, reached in zip(ITEMS, achievements, strict=True)
    ]
    schema = {
        "person": pl.UInt32,
        "item_group": pl.String,
        "weight_parts": pl.Int64,
        "low": pl.Int128,
        "slack": pl.Int64,
        "status": pl.String,
    }
    return pl.LazyFrame(rows, schema=schema, orient="row")


@FEW
@given(ENDLESS, ENDLESS, BETWEEN, st.sampled_from((1, SLACK)), BESIDE)
def test_group_score_near_a_boundary(
    one: Fraction, two: Fraction, between: Fraction, short: int, beside: Fraction
) -> None:
    first, second, third = (Fraction(item.weight) for item in ITEMS)
    boundary = between + beside / SCALE
    achievements = [one, two, (100 * boundary - first * one - second * two) / third]
    exact = exact_group(list(zip(ITEMS, achievements, strict=True)))
    assert exact == boundary
    (row,) = group_scores(items_of(achievements, short), POLICY).collect().to_dicts()
    assert row["doubtful"] or row["units"] == rounded_exactly(exact, SCORE_DIGITS)
    assert row["low"] <= exact * SCALE <= row["low"] + row["slack"]


@FEW
@given(ENDLESS, BETWEEN, st.sampled_from((1, SLACK)), BESIDE)
def test_score_near_a_boundary(results: Fraction, between: Fraction, short: int, beside: Fraction) -> None:
    boundary = between + beside / SCALE
    weights = {group: Fraction(POLICY.group_weight(group)) for group in ("results", "behaviour")}
    behaviour = (100 * boundary - weights["results"] * results) / weights["behaviour"]
    groups = {"results": results, "behaviour": behaviour}
    exact = exact_score(groups, POLICY)
    assert exact == boundary
    rows = [
        (0, name, math.ceil(number * SCALE) - short, SLACK, rounded_exactly(number, SCORE_DIGITS), True, False)
        for name, number in groups.items()
    ]
    schema = {
        "person": pl.UInt32,
        "item_group": pl.String,
        "low": pl.Int128,
        "slack": pl.Int64,
        "units": pl.Int128,
        "is_covered": pl.Boolean,
        "doubtful": pl.Boolean,
    }
    people = pl.LazyFrame({"person": [0]}, schema={"person": pl.UInt32})
    (row,) = total_scores(people, pl.LazyFrame(rows, schema=schema, orient="row"), POLICY).collect().to_dicts()
    assert row["doubtful"] or row["units"] == rounded_exactly(exact, SCORE_DIGITS)


@FEW
@given(ENDLESS, ENDLESS, ENDLESS)
def test_most_group_scores_are_certain(one: Fraction, two: Fraction, three: Fraction) -> None:
    achievements = [one, two, three]
    exact = exact_group(list(zip(ITEMS, achievements, strict=True)))
    (row,) = group_scores(items_of(achievements, 1), POLICY).collect().to_dicts()
    from_boundary = abs((exact * 100 + Fraction(1, 2)) % 1)
    assert row["doubtful"] == (from_boundary == 0 or 1 - from_boundary < Fraction(1, 10**10))
