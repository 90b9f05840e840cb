"""The policy files say what the methodology says."""

from __future__ import annotations

import pytest

from policies.loading import load_policy
from policies.model import GROUPS, Item, Policy
from policies.period import Period
from tests.oracle.by_hand import CATALOGUE, CITIES, national, with_parameters

SECTORS = ("general", "health", "education", "civil_registry")


def said(item: Item) -> tuple[object, ...]:
    """What an item says, without its words."""
    return (item.id, item.indicator, item.weight, item.direction, item.target, item.scale, item.parameters)


def loaded(city: str) -> Policy:
    return load_policy(city, Period.parse("2026-Q3"), CATALOGUE)


@pytest.mark.parametrize("city", CITIES)
def test_items_of_every_sector(city: str) -> None:
    for sector in SECTORS:
        for group in GROUPS:
            by_hand = [said(item) for item in CITIES[city].items(sector, group)]
            assert [said(item) for item in loaded(city).items(sector, group)] == by_hand


@pytest.mark.parametrize("city", CITIES)
def test_common_rules(city: str) -> None:
    file, by_hand = loaded(city), CITIES[city]
    for name in ("timezone", "min_coverage", "min_weight", "min_days", "default_limit_hours"):
        assert getattr(file, name) == getattr(by_hand, name), name
    assert (file.thresholds.above, file.thresholds.meets) == (by_hand.thresholds.above, by_hand.thresholds.meets)
    assert [file.group_weight(group) for group in GROUPS] == [by_hand.group_weight(group) for group in GROUPS]


def test_national_rules() -> None:
    file, by_hand = loaded("kalianda").national, national()
    assert file.rating_matrix.matrix == by_hand.rating_matrix.matrix
    assert file.achievement_cap.cap == by_hand.achievement_cap.cap
    assert file.working_time.days == by_hand.working_time.days
    for name in ("information", "non_supervisory", "supervisory"):
        assert getattr(file.complaint_clocks, name) == getattr(by_hand.complaint_clocks, name)
    assert file.skm_grades.grades == by_hand.skm_grades.grades
    assert file.discipline_ladder.minutes_per_day == by_hand.discipline_ladder.minutes_per_day
    assert file.discipline_ladder.consecutive_days == by_hand.discipline_ladder.consecutive_days
    assert [step.from_days for step in file.discipline_ladder.steps if step.from_days >= 3] == [
        step.from_days for step in by_hand.discipline_ladder.steps
    ]


@pytest.mark.parametrize("city", CITIES)
def test_retyped_policy_says_the_same(city: str) -> None:
    assert with_parameters(CITIES[city], CATALOGUE) == CITIES[city]
