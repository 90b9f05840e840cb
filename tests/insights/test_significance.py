"""The statistics behind the evidence, against libraries and against cases anybody can work."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable, Table2x2

from transforms.insights.significance import (
    adjusted,
    beta_binomial,
    chance_of_so_many,
    fisher,
    line,
    poisson_tail,
    pooled_ratio,
    ratio_interval,
    two_sided,
    welch,
)


def test_false_alarms_are_adjusted_and_what_was_not_tested_stays_so() -> None:
    # Benjamini-Hochberg of 0.01, 0.02, 0.9: 3 * 0.01 / 1 = 3 * 0.02 / 2 = 0.03; 0.9.
    found = adjusted([0.9, None, 0.01, math.nan, 0.02])
    assert found.tolist() == pytest.approx([0.9, math.nan, 0.03, math.nan, 0.03], nan_ok=True)
    assert np.isnan(adjusted([None])).all()
    assert adjusted([]).size == 0


@given(p_values=st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_false_alarms_are_adjusted_as_the_library_does(p_values: list[float]) -> None:
    assert adjusted(p_values).tolist() == pytest.approx(stats.false_discovery_control(p_values).tolist())


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
    found = chance_of_so_many([3, 1, 0, 3, 0], [3, 3, 0, 3, 3], 0.5, 0.0)
    assert found.tolist() == pytest.approx([0.125, 0.875, math.nan, 0.125, 1], nan_ok=True)
    # Fully alike within: all or nothing, so that three heads have the chance of one.
    assert chance_of_so_many([3], [3], 0.5, 0.999).tolist() == [pytest.approx(0.5, abs=0.01)]
    assert chance_of_so_many([], [], 0.5, 0.0).size == 0
    assert chance_of_so_many([], [], 0.5, 0.5).size == 0


@given(
    pairs=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=20),
    mean=st.floats(0.001, 0.999),
    correlation=st.one_of(st.just(0.0), st.floats(0.001, 0.9)),
)
def test_chance_of_so_many_is_that_of_the_library(
    pairs: list[tuple[int, int]], mean: float, correlation: float
) -> None:
    hits = np.array([min(pair) for pair in pairs])
    of = np.array([max(pair) for pair in pairs])
    found = chance_of_so_many(hits, of, mean, correlation)
    if correlation == 0.0:
        known = stats.binom.sf(hits - 1, of, mean)
    else:
        scale = (1 - correlation) / correlation
        known = stats.betabinom.sf(hits - 1, of, mean * scale, (1 - mean) * scale)
    assert np.isnan(found).tolist() == (of == 0).tolist()
    assert found[of > 0] == pytest.approx(known[of > 0], rel=1e-7, abs=1e-9)


@given(hits=st.integers(0, 40), expected=st.floats(0.001, 50))
def test_the_tail_of_poisson_is_that_of_the_library(hits: int, expected: float) -> None:
    assert poisson_tail([hits], [expected]).tolist() == pytest.approx([stats.poisson.sf(hits - 1, expected)])


def test_fisher_by_hand() -> None:
    # Tea: 3 of 4 guessed right, each with 4 of 8 cups. Tables as likely or less: 1 + 16 + 16 + 1 of 70.
    assert fisher(3, 4, 1, 4) == pytest.approx(34 / 70)
    assert fisher(0, 4, 0, 4) == pytest.approx(1)


@given(table=st.tuples(*[st.integers(0, 400)] * 4))
def test_fisher_is_that_of_the_library(table: tuple[int, int, int, int]) -> None:
    a, b, c, d = table
    assume(a + b > 0 and c + d > 0)
    assert fisher(a, a + b, c, c + d) == pytest.approx(stats.fisher_exact([[a, b], [c, d]]).pvalue, rel=1e-6, abs=1e-12)


@given(
    gap=st.floats(-50, 50),
    variances=st.tuples(st.floats(0.01, 400), st.floats(0.01, 400)),
    of=st.tuples(st.integers(2, 60), st.integers(2, 60)),
)
def test_welch_is_that_of_the_library(gap: float, variances: tuple[float, float], of: tuple[int, int]) -> None:
    known = stats.ttest_ind_from_stats(gap, variances[0] ** 0.5, of[0], 0, variances[1] ** 0.5, of[1], equal_var=False)
    found = welch([gap], [variances[0]], [of[0]], [variances[1]], [of[1]])
    assert found.tolist() == pytest.approx([known.pvalue])


def test_welch_says_nothing_where_nothing_varies() -> None:
    assert np.isnan(welch([1.0], [0.0], [5], [0.0], [5])).all()
    assert welch([1.0], [0.0], [5], [4.0], [5])[0] == pytest.approx(2 * stats.t.sf(1 / math.sqrt(4 / 5), 4))


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
