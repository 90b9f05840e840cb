"""The smallest change that moves a rating does move it, and a little less does not: scored again in exact fractions."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

import polars as pl
import pytest

from policies.model import GROUPS, Policy
from tests.insights.asked import PERIOD, example_insights, policy_of
from tests.oracle.oracle import OracleResult, group_rating
from tests.oracle.oracle import score as score_by_hand
from tests.transforms.example import example_rows
from transforms import CATALOGUE
from transforms.grading import achievement
from transforms.insights.certainty import BEST_VALUE, Entry, points_of
from transforms.insights.next_step import ORDER

CITIES = ("kalianda", "pauh", "sibolga", "bangko", "tangerang_selatan")
NO_END = {"initiative", "outcome", "work_plan_achievement"}
Row = dict[str, Any]


class Step(NamedTuple):
    """What a person is told, and his items as they are exactly."""

    told: Row
    items: list[Row]
    sector: str

    @property
    def item(self) -> Row:
        (found,) = [item for item in self.items if item["item_id"] == self.told["step_item"]]
        return found

    def parts(self, item: Row) -> tuple[Fraction, Fraction]:
        """The weight of the item's group, and its own."""
        own = [Fraction(one["weight"]) for one in self.items if one["item_group"] == item["item_group"]]
        return sum(own, Fraction(0)), Fraction(item["weight"])


@cache
def by_hand(city: str) -> OracleResult:
    return score_by_hand(example_rows(), policy_of(city), PERIOD)


def steps(city: str) -> Iterator[Step]:
    exact = by_hand(city)
    items: dict[str, list[Row]] = {}
    for row in exact.indicators:
        if row["status"] == "SCORED":
            items.setdefault(row["employee_id"], []).append(row)
    sectors = {row["employee_id"]: row["sector"] for row in exact.employees}
    for told in example_insights(city)["persons"].iter_rows(named=True):
        yield Step(told, items[told["employee_id"]], sectors[told["employee_id"]])


def rating(policy: Policy, items: list[Row], reached: dict[str, Fraction]) -> str:
    """The proposed rating if these items achieved that."""
    levels = []
    for group in GROUPS:
        own = [item for item in items if item["item_group"] == group]
        whole = sum((Fraction(item["weight"]) for item in own), Fraction(0))
        total = sum(
            (Fraction(item["weight"]) * reached.get(item["item_id"], item["achievement_exact"]) for item in own),
            Fraction(0),
        )
        levels.append(group_rating(total / whole, policy))
    results, behaviour = levels
    return policy.national.rating_matrix.matrix[results][behaviour]  # type: ignore[index]


@pytest.mark.parametrize("city", CITIES)
def test_the_step_brings_the_rating_and_a_little_less_does_not(city: str) -> None:
    policy, n = policy_of(city), 0
    for step in steps(city):
        if step.told["step_item"] is None:
            continue
        n += 1
        goal = Fraction(step.told["step_achievement"])
        name = step.told["step_item"]
        assert rating(policy, step.items, {name: goal}) == step.told["next_rating"]
        whole, own = step.parts(step.item)
        less = goal - Fraction(3, 100) - Fraction(1, 100) * whole / own
        now = rating(policy, step.items, {})
        assert ORDER.index(rating(policy, step.items, {name: less})) <= ORDER.index(now)
    assert n > 20


@pytest.mark.parametrize("city", CITIES)
def test_the_step_on_the_items_own_scale_reaches_that_achievement(city: str) -> None:
    policy = policy_of(city)
    for step in steps(city):
        if (value := step.told["step_value"]) is None:
            continue
        (item,) = [
            item for group in GROUPS for item in policy.items(step.sector, group) if item.id == step.told["step_item"]
        ]
        points = points_of(item, policy.national.achievement_cap.cap)
        assert achievement(Fraction(value), points) >= Fraction(step.told["step_achievement"])
        least = Decimal("0.000002") if item.direction == "higher" else Decimal("-0.000002")
        assert achievement(Fraction(value - least), points) < Fraction(step.told["step_achievement"])
        if (count := step.told["step_count"]) is not None:
            assert Fraction(count, step.item["denominator"]) >= Fraction(value) - Fraction(1, 10**6)
            assert step.item["numerator"] < count <= step.item["denominator"]


@pytest.mark.parametrize("city", CITIES)
def test_where_no_rating_can_be_reached_everything_at_its_best_does_not(city: str) -> None:
    policy = policy_of(city)
    for step in steps(city):
        if step.told["next_rating"] is not None:
            continue
        best = {}
        for group in GROUPS:
            for item in policy.items(step.sector, group):
                entry = Entry(item, group, (step.sector,), points_of(item, policy.national.achievement_cap.cap))
                best[item.id] = Fraction(entry.most)
        now = rating(policy, step.items, {})
        assert ORDER.index(rating(policy, step.items, best)) <= ORDER.index(now)


@pytest.mark.parametrize("city", CITIES)
def test_both_groups_with_what_they_lack_have_the_next_rating(city: str) -> None:
    policy = policy_of(city)
    scores = {row["employee_id"]: row for row in by_hand(city).scores}
    thresholds = {"above": policy.thresholds.above, "meets": policy.thresholds.meets}
    for step in steps(city):
        if step.told["next_rating"] is None:
            continue
        levels = []
        for group in GROUPS:
            number = scores[step.told["employee_id"]][f"{group}_score"] + step.told[f"{group}_needed"]
            levels.append(next((level for level, least in thresholds.items() if number >= least), "below"))
        assert policy.national.rating_matrix.matrix[levels[0]][levels[1]] == step.told["next_rating"]  # type: ignore[index]


def test_the_next_rating_is_a_better_one() -> None:
    for city in CITIES:
        found = example_insights(city)["persons"].join(
            pl.DataFrame(by_hand(city).scores).select("employee_id", "proposed_rating"), on="employee_id"
        )
        for row in found.filter(pl.col("next_rating").is_not_null()).iter_rows(named=True):
            assert ORDER.index(row["next_rating"]) > ORDER.index(row["proposed_rating"])


def test_every_indicator_has_a_best_value_or_none() -> None:
    assert set(BEST_VALUE) | NO_END == set(CATALOGUE)
    assert not set(BEST_VALUE) & NO_END
