"""The statistics behind the evidence, against libraries and against cases anybody can work."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable, Table2x2

from transforms.insights.significance import (
    adjusted,
    beta_binomial,
    chance_of_so_many,
    line,
    pooled_ratio,
    ratio_interval,
    two_sided,
)


def test_false_alarms_are_adjusted_and_what_was_not_tested_stays_so() -> None:
    # Benjamini-Hochberg of 0.01, 0.02, 0.9: 3 * 0.01 / 1 = 3 * 0.02 / 2 = 0.03; 0.9.
    assert adjusted([0.9, None, 0.01, math.nan, 0.02]) == [pytest.approx(0.9), None, pytest.approx(0.03), None,
                                                           pytest.approx(0.03)]  # fmt: skip
    assert adjusted([None]) == [None]
    assert adjusted([]) == []


def test_shares_that_are_all_alike_have_no_correlation_and_apart_they_have() -> None:
    assert beta_binomial([5] * 10, [10] * 10) == (0.5, 0.0)
    mean, correlation = beta_binomial([0, 10] * 20, [10] * 40)
    assert mean == pytest.approx(19 / 39), "the topmost one is left out"
    assert correlation > 0.9
    assert beta_binomial([], []) == (0.0, 0.0)
    assert beta_binomial([0], [0]) == (0.0, 0.0)


def test_one_extreme_among_many_does_not_make_itself_usual() -> None:
    hits, of = [0] * 199 + [10], [10] * 200
    mean, correlation = beta_binomial(hits, of)
    assert (mean, correlation) == (0.0, 0.0)


def test_chance_of_so_many() -> None:
    # Three or more heads of three: 1/8; one or more: 7/8.
    assert chance_of_so_many([3, 1, 0], [3, 3, 0], 0.5, 0.0) == [pytest.approx(0.125), pytest.approx(0.875), None]
    # Fully alike within: all or nothing, so that three heads have the chance of one.
    assert chance_of_so_many([3], [3], 0.5, 0.999) == [pytest.approx(0.5, abs=0.01)]
    assert chance_of_so_many([], [], 0.5, 0.0) == []


def test_the_interval_of_a_ratio_is_that_of_statsmodels() -> None:
    low, high = ratio_interval(30, 50, 45, 50)
    table = Table2x2([[30, 20], [45, 5]])
    assert (low, high) == pytest.approx(table.riskratio_confint())
    assert ratio_interval(0, 10, 10, 10)[1] > 0, "half a hit is added where there is none"


@given(st.integers(1, 400), st.integers(1, 400), st.data())
def test_a_ratio_lies_within_its_interval_also_where_nobody_is_good(
    of: int, other_of: int, data: st.DataObject
) -> None:
    hits, other_hits = data.draw(st.integers(0, of)), data.draw(st.integers(1, other_of))
    low, high = ratio_interval(hits, of, other_hits, other_of)
    ratio = (hits / of) / (other_hits / other_of)
    assert low <= ratio <= high or math.isclose(low, high, rel_tol=1e-12)


def test_the_ratio_within_strata_is_that_of_mantel_and_haenszel() -> None:
    strata = [(10, 40, 30, 60), (20, 30, 25, 30), (5, 0, 5, 10), (0, 5, 0, 0)]
    ratio, low, high, p = pooled_ratio(strata) or pytest.fail("has strata with both")
    tables = [[[a, n - a], [b, m - b]] for a, n, b, m in strata[:2]]
    assert ratio == pytest.approx(StratifiedTable(tables).riskratio_pooled)
    assert low < ratio < high < 1
    assert p == pytest.approx(two_sided(math.log(ratio) / (math.log(high / low) / 2 / 1.959964)), rel=1e-5)
    assert pooled_ratio([(5, 10, 0, 0)]) is None


def test_in_one_stratum_it_is_the_plain_ratio() -> None:
    ratio, low, high, _ = pooled_ratio([(30, 50, 45, 50)]) or pytest.fail("has both")
    assert ratio == pytest.approx(30 / 45)
    assert (low, high) == pytest.approx(ratio_interval(30, 50, 45, 50))


def test_a_line() -> None:
    assert line([1, 2, 3], [2, 4, 6]) == pytest.approx((0, 2))
    assert line([1, 1], [2, 4]) == (3, 0)
    assert line([], []) == (0, 0)
