"""Competency gaps, decisions and guidance to units: small cases an auditor can follow, and the oracle's levels."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest

from tests.consequences.agreement import shipped
from tests.golden.case import read_tables
from tests.oracle.by_hand import CITIES, EVERYTHING
from tests.oracle.consequences import competency_band
from tests.oracle.exact import stored
from tests.oracle.facts import Facts
from tests.oracle.generate import scenario
from tests.oracle.indicators import assessed_level, latest_ratings
from tests.oracle.spans import Span
from tests.transforms.engine import Row, run_engine

D = Decimal
STANDARDS = """
    position_id | competency | required_level
    P1          | Analisis   | {analysis}
    P1          | Kerja Sama | 3
    P2          | Lain       | 5
"""
RATINGS = """
    rater_id | rater_role | instrument | item       | level | level_max | submitted_at
    S1       | supervisor | competency | Analisis   | 3     | 5         | 2026-08-01
    S2       | supervisor | competency | Analisis   | 3     | 5         | 2026-08-01
    S3       | supervisor | competency | Analisis   | 4     | 5         | 2026-08-01
    S1       | supervisor | competency | Kerja Sama | 2     | 5         | 2026-08-01
    E1       | self       | competency | Kerja Sama | 5     | 5         | 2026-08-01
"""


def gaps_of(analysis: int, ratings: str = RATINGS) -> list[Row]:
    data = read_tables({"competency_standards": STANDARDS.format(analysis=analysis), "ratings": ratings})
    return run_engine(data, CITIES["bangko"], "2026-Q3", None).competency_gaps.to_dicts()


def test_levels_and_gaps() -> None:
    """Analisis: mean of 3, 3, 4. Kerja Sama: 0.7*2 + 0.3*5 = 2.9. Match: 100*(3.333... + 2.9)/7 = 89.05: fairly."""
    common = {"employee_id": "E1", "item_id": "competency_match", "band": "fairly"}
    assert gaps_of(4) == [
        common | {"competency": "Analisis", "required_level": 4, "assessed": D("3.333333"), "gap": D("0.666667")},
        common | {"competency": "Kerja Sama", "required_level": 3, "assessed": D("2.9"), "gap": D("0.1")},
    ]


@pytest.mark.parametrize(
    # 100*(3 + 2.9)/6 = 98.33; 89.05; 100*(3.333... + 2.9)/8 = 77.92
    ("analysis", "gap", "band"),
    [(3, "0", "optimal"), (4, "0.666667", "fairly"), (5, "1.666667", "less")],
)
def test_bands_are_of_the_match_and_a_level_above_the_required_is_no_gap(analysis: int, gap: str, band: str) -> None:
    rows = gaps_of(analysis)
    assert rows[0]["gap"] == D(gap)
    assert {row["band"] for row in rows} == {band}


def test_a_competency_that_was_not_rated_has_neither_level_nor_gap_nor_band() -> None:
    analysis, together = gaps_of(4, "\n".join(RATINGS.rstrip().splitlines()[:-2]))
    assert (together["assessed"], together["gap"]) == (None, None)
    assert (analysis["assessed"], analysis["gap"]) == (D("3.333333"), D("0.666667"))
    assert {analysis["band"], together["band"]} == {None}


def test_a_policy_without_the_item_has_no_gaps() -> None:
    data = read_tables({"competency_standards": STANDARDS.format(analysis=4), "ratings": RATINGS})
    assert run_engine(data, CITIES["kalianda"], "2026-Q3", None).competency_gaps.is_empty()


def test_generated_levels_are_those_of_the_oracle() -> None:
    n_rows = 0
    (item,) = [item for item in EVERYTHING.all_items() if item.indicator == "competency_match"]
    for seed in range(25):
        drawn = scenario(Random(seed))  # noqa: S311 - data, not secrets
        facts = Facts.gather(drawn.data, EVERYTHING, drawn.period, drawn.known_as_of)
        year = Span(facts.p.start.replace(month=1, day=1), facts.p.end, facts.zone)
        results = run_engine(drawn.data, EVERYTHING, drawn.period, drawn.known_as_of)
        values = {
            row["employee_id"]: row["value"]
            for row in results.indicators.to_dicts()
            if row["item_id"] == item.id and row["status"] == "SCORED"
        }
        expected = []
        for person in facts.people:
            mine = [
                r for r in person.rows("ratings") if r["instrument"] == "competency" and year.holds(r["submitted_at"])
            ]
            latest = list(latest_ratings(mine))
            value = values.get(person.employee_id)
            for standard in sorted(facts.rows("competency_standards"), key=lambda row: str(row["competency"])):
                if standard["position_id"] == person.home["position_id"]:
                    exact = assessed_level([r for r in latest if r["item"] == standard["competency"]], item)
                    assessed = stored(exact, 6)
                    missing = None if assessed is None else max(D(0), standard["required_level"] - assessed)
                    band = None if value is None else competency_band(value)
                    expected.append((person.employee_id, standard["competency"], assessed, missing, band))
        found = results.competency_gaps.select("employee_id", "competency", "assessed", "gap", "band").rows()
        assert found == expected, seed
        n_rows += len(found)
    assert n_rows > 20


# --- decisions ------------------------------------------------------------------------------------------------------

DECISIONS = """
    employee_id | period  | decided_rating | decided_by | decided_at       | reason
    E1          | 2026-Q3 | Baik           | S1         | 2026-10-02 09:00 | first
    E1          | 2026-Q3 | Sangat Kurang  | S2         | 2026-10-03 09:00 | second
    E1          | 2026-Q3 | Sangat Baik    | S3         | 2026-10-03 09:00 | third
    E1          | 2026    | Baik           | S1         | 2026-10-09 09:00 | of another period
"""


def test_the_latest_decision_with_its_own_reason() -> None:
    results = run_engine(read_tables({"decisions": DECISIONS}), CITIES["kalianda"], "2026-Q3", None)
    assert results.decisions.to_dicts() == [
        {
            "employee_id": "E1",
            "proposed_rating": None,
            "decided_rating": "Sangat Baik",
            "is_different": None,  # nothing was proposed
            "decided_by": "S3",
            "reason": "third",
        }
    ]


def test_generated_decisions_are_compared_with_what_was_proposed() -> None:
    seen = set()
    for seed in range(25, 50):
        drawn = scenario(Random(seed))  # noqa: S311 - data, not secrets
        results = run_engine(drawn.data, drawn.policy, drawn.period, drawn.known_as_of)
        scores = {row["employee_id"]: row for row in results.scores.to_dicts()}
        for row in results.decisions.to_dicts():
            score = scores.pop(row["employee_id"])
            proposed, decided = score["proposed_rating"], score["decided_rating"]
            assert (row["proposed_rating"], row["decided_rating"]) == (proposed, decided)
            assert row["is_different"] == (None if proposed is None else proposed != decided)
            seen.add(row["is_different"])
        assert {score["decided_rating"] for score in scores.values()} <= {None}
    assert seen == {None, True, False}


# --- units ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit_rating", "expected_rating", "ratings", "is_as_guided"),
    [
        ("Istimewa", "Sangat Baik", ["Sangat Baik", "Sangat Baik", "Baik"], True),
        ("Istimewa", "Sangat Baik", ["Sangat Baik", "Baik"], False),  # half is not most
        ("Baik", "Baik", ["Baik", "Baik", "Sangat Baik", "Kurang/Misconduct", "Sangat Kurang"], False),
        ("Butuh Perbaikan", "Butuh Perbaikan", ["Butuh Perbaikan"], True),
        ("Kurang", "Kurang/Misconduct", ["Kurang/Misconduct"], True),
        ("Sangat Kurang", "Sangat Kurang", ["Kurang/Misconduct"], False),
        ("Baik", "Baik", [], None),
    ],
)
def test_most_of_the_people_beside_the_unit(
    unit_rating: str, expected_rating: str, ratings: list[str], is_as_guided: bool | None
) -> None:
    ids = [f"E{number}" for number in range(1, len(ratings) + 2)]  # the last one has no rating
    data = read_tables(
        {
            "employees": "employee_id | start_date\n" + "\n".join(f"{one} | 2026-01-01" for one in ids),
            "decisions": "employee_id | period | decided_rating | decided_at\n"
            + "\n".join(f"{one} | 2026-Q3 | {rating} | 2026-10-02" for one, rating in zip(ids, ratings, strict=False)),
            "unit_achievements": f"unit_id | period | rating\nU1 | 2026-Q3 | {unit_rating}\nU1 | 2026-Q2 | Istimewa\n"
            "U9 | 2026-Q3 | Baik",
        }
    )
    (row,) = run_engine(data, CITIES["kalianda"], "2026-Q3", None).unit_guidance.to_dicts()
    assert row == {
        "unit_id": "U1",
        "unit_rating": unit_rating,
        "expected_rating": expected_rating,
        "n_rated": len(ratings),
        "n_sangat_baik": ratings.count("Sangat Baik"),
        "n_baik": ratings.count("Baik"),
        "n_butuh_perbaikan": ratings.count("Butuh Perbaikan"),
        "n_kurang": ratings.count("Kurang/Misconduct"),
        "n_sangat_kurang": ratings.count("Sangat Kurang"),
        "is_as_guided": is_as_guided,
    }


# --- follow-ups -----------------------------------------------------------------------------------------------------


def test_courses_reasons_and_who_must_act_are_those_of_the_policy() -> None:
    policy = shipped("sibolga")
    seen = set()
    for seed in range(25):
        drawn = scenario(Random(seed))  # noqa: S311 - data, not secrets
        results = run_engine(drawn.data, policy, drawn.period, drawn.known_as_of)
        scores = {row["employee_id"]: row for row in results.scores.to_dicts()}
        assert policy.training is not None
        courses = {training.item: training.course.id for training in policy.training.catalogue}
        for row in results.follow_ups.to_dicts():
            score = scores[row["employee_id"]]
            seen.add(row["action"])
            assert row["course"] == courses.get(row["item_id"])
            assert row["supervisor_must_act"] == (row["action"] == "counselling")
            if row["action"] == "no_score":
                assert (row["number"], row["reason"]) == (1, score["reason"])
            elif row["action"] == "training":
                assert row["reason"] == "achievement_below_90"
            else:
                assert row["reason"] == ("decided_rating" if score["decided_rating"] else "proposed_rating")
    assert {"no_score", "training", "counselling"} <= seen
