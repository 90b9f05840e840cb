"""Grades, bands and follow-ups at their edges."""

from __future__ import annotations

from decimal import Decimal

import pytest

from policies.loading import load_policy
from policies.model import Policy
from policies.period import Period
from tests.oracle.by_hand import CATALOGUE, CITIES
from tests.oracle.consequences import competency_band, follow_up_rows, skm_grade

INDICATORS = [
    {"item_id": "work_plan_achievement", "status": "SCORED", "achievement": Decimal("90.00")},
    {"item_id": "complaint_responsiveness", "status": "SCORED", "achievement": Decimal("89.99")},
    {"item_id": "citizen_satisfaction", "status": "INSUFFICIENT_DATA", "achievement": None},
]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy("tangerang_selatan", Period.parse("2026-Q3"), CATALOGUE)


@pytest.mark.parametrize(
    ("index", "grade"),
    [
        ("25", "D"),
        ("64.99", "D"),
        ("65", "C"),
        ("76.60", "C"),
        ("76.61", "B"),
        ("88.30", "B"),
        ("88.31", "A"),
        ("100", "A"),
    ],
)
def test_skm_grade(index: str, grade: str) -> None:
    assert skm_grade(Decimal(index), CITIES["kalianda"]) == grade


@pytest.mark.parametrize(
    ("value", "band"), [("90", "optimal"), ("89.999999", "fairly"), ("78", "fairly"), ("77.999999", "less")]
)
def test_competency_band(value: str, band: str) -> None:
    assert competency_band(Decimal(value)) == band


@pytest.mark.parametrize(
    ("proposed", "decided", "action"),
    [
        ("Sangat Baik", None, ["reward_nomination"]),
        ("Baik", None, []),
        ("Butuh Perbaikan", None, ["guidance"]),
        ("Kurang/Misconduct", None, ["counselling"]),
        ("Sangat Kurang", None, ["counselling"]),
        ("Sangat Kurang", "Baik", []),
        ("Baik", "Sangat Baik", ["reward_nomination"]),
    ],
)
def test_follow_up_on_the_decided_rating_or_else_the_proposed(
    policy: Policy, proposed: str, decided: str | None, action: list[str]
) -> None:
    score = {"employee_id": "E1", "status": "SCORED", "proposed_rating": proposed, "decided_rating": decided}
    rows = follow_up_rows(score, INDICATORS, policy)
    assert [row["action"] for row in rows if row["item_id"] is None] == action
    # 90.00 is not below 90; what is not scored leads to no training
    assert [row["item_id"] for row in rows if row["action"] == "training"] == ["complaint_responsiveness"]


def test_no_score_no_follow_up(policy: Policy) -> None:
    score = {"employee_id": "E1", "status": "NOT_APPLICABLE", "proposed_rating": None, "decided_rating": "Sangat Baik"}
    assert follow_up_rows(score, INDICATORS, policy) == [{"employee_id": "E1", "action": "no_score", "item_id": None}]
