"""The five cities' policies say what was agreed: weights, targets, scales, parameters and labels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

import pytest

from policies.loading import PACKAGED, available_policies, load_policy, policy_hash
from policies.model import GROUPS, GroupName, Item, Parameters, Policy
from policies.period import Period
from transforms import CATALOGUE

Catalogue = Mapping[str, type[Parameters]]
Weights = dict[str, int]

# city -> (weight of results, weight of behaviour), then (group, sector) -> item -> percent of the group
GROUP_WEIGHTS = {
    "kalianda": (70, 30),
    "pauh": (60, 40),
    "sibolga": (60, 40),
    "bangko": (60, 40),
    "tangerang_selatan": (70, 30),
}
ITEM_WEIGHTS: dict[str, dict[tuple[GroupName, str], Weights]] = {
    "kalianda": {
        ("results", "general"): {"document_completion_time": 35, "citizen_satisfaction": 35, "complaints_handled": 30},
        ("results", "health"): {"patient_satisfaction": 50, "on_time_share": 50},
        ("results", "education"): {"student_satisfaction": 40, "work_plan_achievement": 60},
        ("behaviour", "general"): {"discipline": 50, "behaviour": 50},
    },
    "pauh": {
        ("results", "general"): {"citizen_satisfaction": 40, "on_time_share": 40, "initiative": 20},
        ("results", "health"): {"immunization_coverage": 40, "citizen_satisfaction": 40, "initiative": 20},
        ("results", "education"): {"teaching_quality": 40, "student_satisfaction": 40, "initiative": 20},
        ("behaviour", "general"): {"discipline": 60, "behaviour": 40},
    },
    "sibolga": {
        ("results", "general"): {"work_plan_achievement": 70, "citizen_satisfaction": 30},
        ("behaviour", "general"): {"milestones_on_time": 40, "behaviour": 60},
    },
    "bangko": {
        ("results", "general"): {"on_time_share": 30, "first_time_right": 30, "citizen_satisfaction": 40},
        ("behaviour", "general"): {"competency_match": 60, "discipline": 40},
    },
    "tangerang_selatan": {
        ("results", "general"): {
            "work_plan_achievement": 35,
            "document_completion_time": 25,
            "citizen_satisfaction": 20,
            "complaint_responsiveness": 20,
        },
        ("behaviour", "general"): {"progress_reporting": 40, "discipline": 30, "behaviour": 30},
    },
}
CITIES = tuple(GROUP_WEIGHTS)
SECTORS = ("general", "health", "education", "civil_registry")

# item -> (indicator, direction, target or breakpoints, parameters)
DISCIPLINE = {
    "late_and_early_cuts": [
        {"up_to_minutes": 30, "cut": "0.5"},
        {"up_to_minutes": 60, "cut": "1"},
        {"up_to_minutes": 90, "cut": "1.25"},
    ],
    "cut_beyond": "1.5",
    "cut_absent": "3",
    "min_recorded_share": "0.5",
}
DEFAULTS: dict[str, tuple[str, str, str, dict[str, object]]] = {
    "document_completion_time": ("document_completion_time", "lower", "1.0", {}),
    "on_time_share": ("on_time_share", "higher", "0.95", {}),
    "complaints_handled": ("complaints_handled", "higher", "0.95", {}),
    "complaint_responsiveness": ("complaint_responsiveness", "lower", "1.0", {}),
    "first_time_right": ("first_time_right", "higher", "0.95", {}),
    "citizen_satisfaction": ("satisfaction", "higher", "80", {"audience": "citizen", "min_n": 5, "shrinkage": 10}),
    "patient_satisfaction": ("satisfaction", "higher", "80", {"audience": "patient", "min_n": 5, "shrinkage": 10}),
    "student_satisfaction": ("satisfaction", "higher", "80", {"audience": "student", "min_n": 5, "shrinkage": 10}),
    "work_plan_achievement": ("work_plan_achievement", "higher", "100", {}),
    "milestones_on_time": ("milestones_on_time", "higher", "0.9", {}),
    "progress_reporting": ("progress_reporting", "higher", "0.9", {}),
    "competency_match": (
        "competency_match",
        "higher",
        "90",
        {"supervisor_share": "0.7", "optimal_from": "90", "fairly_from": "78"},
    ),
    "discipline": ("discipline", "higher", "0->0, 90->90, 98->100, 100->115", DISCIPLINE),
    "behaviour": ("behaviour", "higher", "1->60, 2->100, 3->120", {"supervisor_share": "0.6"}),
    "initiative": ("initiative", "higher", "0->70, 1->100, 2->120", {"per_months": 3}),
    "immunization_coverage": ("outcome", "higher", "", {"measure": "immunization_coverage"}),
    "teaching_quality": ("outcome", "higher", "", {"measure": "teaching_quality"}),
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """What the indicators really take: a city's file and the scoring may not drift apart."""
    return CATALOGUE


def load(city: str, catalogue: Catalogue, period: str = "2026-Q3") -> Policy:
    return load_policy(city, Period.parse(period), catalogue)


def measure(item: Item) -> str:
    if item.scale is not None:
        return ", ".join(f"{value}->{achievement}" for value, achievement in item.scale.points)
    return "" if item.target is None else str(item.target)


def test_the_packaged_cities_are_the_five() -> None:
    assert [(city, day.isoformat(), path) for city, day, path in available_policies()] == [
        (city, "2026-01-01", PACKAGED / "cities" / city / "2026-01-01.yaml") for city in sorted(CITIES)
    ]


@pytest.mark.parametrize("city", CITIES)
@pytest.mark.parametrize("period", ["2026-01", "2026-Q1", "2026-Q3", "2026", "2031-12"])
def test_every_kind_of_period_loads(city: str, period: str, catalogue: Catalogue) -> None:
    policy = load(city, catalogue, period)
    assert (policy.city, policy.timezone, policy.periods) == (city, "Asia/Jakarta", ("month", "quarter", "year"))


@pytest.mark.parametrize("city", CITIES)
def test_weights(city: str, catalogue: Catalogue) -> None:
    policy = load(city, catalogue)
    assert tuple(policy.group_weight(group) for group in GROUPS) == GROUP_WEIGHTS[city]
    expected = ITEM_WEIGHTS[city]
    for group in GROUPS:
        for sector in SECTORS:
            weights = {item.id: item.weight for item in policy.items(sector, group)}
            assert weights == expected.get((group, sector), expected[group, "general"]), (group, sector)


@pytest.mark.parametrize("city", CITIES)
def test_items_are_measured_by_the_defaults(city: str, catalogue: Catalogue) -> None:
    for item in load(city, catalogue).all_items():
        found = (item.indicator, item.direction, measure(item), item.parameters.model_dump(mode="json"))
        assert found == DEFAULTS[item.id], item.id
        assert "default" in item.source, item.id


@pytest.mark.parametrize("city", CITIES)
def test_common_numbers(city: str, catalogue: Catalogue) -> None:
    policy = load(city, catalogue)
    assert (policy.min_coverage, policy.min_weight, policy.min_days) == (Decimal("0.6"), Decimal("0.3"), 10)
    assert (policy.thresholds.above, policy.thresholds.meets) == (110, 90)
    assert policy.default_limit_hours == 24
    assert policy.employee_id.pattern == "nip"


@pytest.mark.parametrize("city", CITIES)
def test_what_a_rating_leads_to(city: str, catalogue: Catalogue) -> None:
    rules = load(city, catalogue).follow_ups
    led = {rating: (rule.action, rule.supervisor_must_act) for rule in rules for rating in rule.rating}
    assert led == {
        "Sangat Baik": ("reward_nomination", False),
        "Butuh Perbaikan": ("guidance", False),
        "Kurang/Misconduct": ("counselling", True),
        "Sangat Kurang": ("counselling", True),
    }


@pytest.mark.parametrize("city", CITIES)
def test_every_item_has_one_course(city: str, catalogue: Catalogue) -> None:
    policy = load(city, catalogue)
    assert policy.training is not None
    assert policy.training.below == 90
    named = [training.item for training in policy.training.catalogue]
    assert sorted(named) == sorted({item.id for item in policy.all_items()})


def test_tangerang_selatan_trains_in_handling_complaints(catalogue: Catalogue) -> None:
    training = load("tangerang_selatan", catalogue).training
    assert training is not None
    course = {entry.item: entry.course.en for entry in training.catalogue}
    assert course["complaint_responsiveness"] == "Complaint-handling training"


@pytest.mark.parametrize("city", CITIES)
def test_a_person_can_read_what_each_item_means(city: str, catalogue: Catalogue) -> None:
    for item in load(city, catalogue).all_items():
        for sentence in (item.meaning.id, item.meaning.en):
            assert re.fullmatch(r"[A-Z][^.\n]+\.", sentence), item.id
        assert item.label.id != item.label.en
        assert "Anda" in item.meaning.id


def test_items_of_one_id_mean_the_same_in_every_city(catalogue: Catalogue) -> None:
    meanings: dict[str, set[tuple[str, ...]]] = {}
    for city in CITIES:
        for item in load(city, catalogue).all_items():
            words = (item.label.id, item.label.en, item.meaning.id, item.meaning.en)
            meanings.setdefault(item.id, set()).add(words)
    assert {name for name, words in meanings.items() if len(words) > 1} == set()
    assert set(meanings) == set(DEFAULTS)


def test_no_two_cities_share_a_hash(catalogue: Catalogue) -> None:
    assert len({policy_hash(load(city, catalogue)) for city in CITIES}) == len(CITIES)
