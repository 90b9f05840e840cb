"""What people are told, worked by hand on few rows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from tests.insights.asked import cells, insights_of, policy_of, row
from transforms.insights import Previous
from warehouse.insight_queries import COMPARED

D = Decimal
ONE_PERSON = """
    employee_id | unit_id | supervisor_id | start_date
    E1          | U1      | S1            | 2026-01-01
"""
PLAN = """
    objective_id | employee_id | target | start_date | due_date
    O1           | E1          | 100    | 2026-07-01 | 2026-09-30
    O2           | E1          | 100    | 2026-07-01 | 2026-09-30
"""
PROGRESS = """
    objective_id | employee_id | due_at     | reported_at      | realised | obstacle_category
    O1           | E1          | 2026-07-31 | 2026-07-31T08:00 | 100      | -
    O1           | E1          | 2026-08-31 | 2026-09-02T08:00 | 104      | budget
    O2           | E1          | 2026-09-25 | 2026-09-24T08:00 | 40       | system
"""
SHEET = """
    rater_id | employee_id | item | level | level_max | submitted_at
    S1       | E1          | i1   | 2     | 3         | 2026-09-01
    S1       | E1          | i2   | 3     | 3         | 2026-09-01
"""
SIBOLGA = {"employees": ONE_PERSON, "objectives": PLAN, "progress": PROGRESS, "ratings": SHEET}


def told(**tables: str) -> dict[str, pl.DataFrame]:
    return insights_of({**SIBOLGA, **tables}, policy_of("sibolga"))


def test_shares_standing_and_room() -> None:
    """Plan: (104 + 40) / 2 = 72, the only result scored: 60 of 100. Milestones: 2 of 3 = 0.6667 / 0.9 = 74.07.

    Behaviour: level 2.5 = 110. Behaviour group: 0.4 * 74.07 + 0.6 * 110 = 95.63. Score: 0.6 * 72 + 0.4 * 95.63 = 81.45.
    Plan counts 0.6, milestones 0.4 * 0.4 = 0.16 and behaviour 0.24 of it. Raised to 120, the plan adds 0.6 * 48 = 28.8.
    """
    found = told()
    assert cells(found["persons"], "score measured_share citizens_share colleagues_share", employee_id="E1") == [
        "81.45", "0.760000", "0.000000", "0.240000",
    ]  # fmt: skip
    assert cells(found["persons"], "strongest_item weakest_item most_to_gain_item most_to_gain", employee_id="E1") == [
        "behaviour", "work_plan_achievement", "work_plan_achievement", "28.80",
    ]  # fmt: skip
    items = (
        found["person_items"].sort("item_id").select("item_id", "to_target", "standing", "improvement", "peers").rows()
    )
    assert items == [
        ("behaviour", D("10.00"), "strength", None, None),
        ("milestones_on_time", D("-25.93"), "weakness", 2, None),
        ("work_plan_achievement", D("-28.00"), "weakness", 1, None),
    ]


def test_the_next_rating_and_the_one_item_that_brings_it() -> None:
    """Results 72 below, behaviour 95.63 meets: Butuh Perbaikan. Results at 90 make it Baik: 18 points of the plan."""
    columns = "rating next_rating results_needed behaviour_needed score_needed step_item step_achievement step_value"
    assert cells(told()["persons"], columns, employee_id="E1") == [
        "Butuh Perbaikan", "Baik", "18.00", "0.00", "10.80", "work_plan_achievement", "90.01", "90.010000",
    ]  # fmt: skip


def test_nothing_measured_is_nothing_that_speaks_for_a_better_rating() -> None:
    """Citizens say 4 of 4, colleagues 1 of 3: a low rating, and no record of anything that was done."""
    days = [f"E1 | U1 | 2026-07-{day:02}T09:00 | 4" for day in range(1, 31)]
    tables = {
        "employees": ONE_PERSON,
        "ratings": SHEET.replace("| 2     |", "| 1     |").replace("| 3     | 3", "| 1     | 3"),
        "survey_responses": "\n".join(["employee_id | unit_id | submitted_at | u1", *days]),
    }
    policy = policy_of("kalianda").model_copy(update={"min_coverage": D("0.4")})
    found = insights_of(tables, policy)["persons"]
    assert cells(found, "measured_share rating attention", employee_id="E1") == ["0.000000", "Kurang/Misconduct", None]


def test_without_answers_a_third_of_the_results_is_missing_from_the_coverage() -> None:
    """Results: 70 of 100 scored; behaviour all: 0.6 * 0.7 + 0.4 = 0.82: grade B at best."""
    found = told()
    assert cells(found["persons"], "coverage", employee_id="E1") == ["0.820000"]
    grade, reasons = cells(found["persons"], "data_grade data_reasons", employee_id="E1")
    assert grade in {"B", "C"}
    assert "low_coverage" in reasons


def test_the_change_is_against_the_period_published_before() -> None:
    before = Previous(
        "2026-Q2",
        {
            "scores": pl.DataFrame({"employee_id": ["E1"], "score": [D("80.00")]}),
            "indicators": pl.DataFrame(
                {
                    "employee_id": ["E1"],
                    "item_id": ["work_plan_achievement"],
                    "achievement": [D("75.50")],
                }
            ),
        },
    )
    found = insights_of(SIBOLGA, policy_of("sibolga"), previous=before)
    assert cells(found["persons"], "previous_score score_change", employee_id="E1") == ["80.00", "1.45"]
    where = {"employee_id": "E1", "item_id": "work_plan_achievement"}
    assert cells(found["person_items"], "previous_achievement change", **where) == ["75.50", "-3.50"]
    assert cells(found["person_items"], "change", employee_id="E1", item_id="behaviour") == [None]


def test_what_is_compared_with_is_kept_of_the_period_before() -> None:
    assert {"employee_id", "score"} <= set(COMPARED["scores"])
    assert {"employee_id", "item_id", "achievement"} <= set(COMPARED["indicators"])


def test_obstacles_and_the_score_without_what_they_held_up() -> None:
    """budget: the milestone of 31 August was late. system: O2 stands at 40 of 100 and its last report names it.

    O1's last report names one too, but 104 falls short of nothing. Excused: milestones 2 of 2 = 1 / 0.9 = 111.11; plan
    104. Behaviour group: 0.4 * 111.11 + 0.6 * 110 = 110.44. Score: 0.6 * 104 + 0.4 * 110.44 = 106.58.
    """
    found = told()
    assert found["obstacles"].rows() == [
        ("E1", "budget", 1, 1, 1, 1, "milestones_on_time"),
        ("E1", "system", 1, 1, 0, 1, "work_plan_achievement"),
    ]
    columns = "n_milestones n_objectives score excused_score difference rating excused_rating"
    assert cells(found["excused_scores"], columns, employee_id="E1") == [
        1, 1, "81.45", "106.58", "25.13", "Butuh Perbaikan", "Baik",
    ]  # fmt: skip
    carried = found["carried_obstacles"].select("objective_id", "category", pl.col("last_date").cast(pl.String))
    assert carried.rows() == [("O1", "budget", "2026-09-02"), ("O2", "system", "2026-09-24")]
    assert found["unit_obstacles"].select("unit_id", "category", "n_employees", "share").rows() == [
        ("U1", "budget", 1, D("0.500000")),
        ("U1", "system", 1, D("0.500000")),
    ]


def test_an_obstacle_that_was_overcome_is_not_carried_on() -> None:
    later = PROGRESS + "    O2           | E1          | 2026-09-30 | 2026-09-29T08:00 | 100      | -\n"
    found = told(progress=later)
    assert found["carried_obstacles"].get_column("objective_id").to_list() == ["O1"]
    assert cells(found["obstacles"], "n_open items", employee_id="E1", category="system") == [0, None]


def test_an_obstacle_beside_no_item_of_the_policy_touches_nothing() -> None:
    found = insights_of(SIBOLGA, policy_of("bangko"))
    assert found["obstacles"].get_column("items").to_list() == [None, None]
    assert found["excused_scores"].is_empty()


def test_who_owes_what() -> None:
    roster = """
        employee_id | unit_id | supervisor_id | start_date
        E1          | U1      | S1            | 2026-01-01
        E2          | U1      | S1            | 2026-01-01
        E3          | U1      | -             | 2026-01-01
        E4          | U1      | S1            | 2026-09-25
    """
    found = told(employees=roster)
    # E4 was there for four working days: no score is due, so nothing is owed.
    assert found["owed"].rows() == [
        ("E2", "supervisor_rating_behaviour", "S1"),
        ("E2", "work_plan", "E2"),
        ("E3", "supervisor_rating_behaviour", None),
        ("E3", "work_plan", "E3"),
    ]
    columns = "n_owed n_missing n_ratees n_ratings n_late mean_level top_share review"
    assert cells(found["raters"], columns, rater_id="S1") == [2, 1, 1, 2, 0, "2.50", "0.500000", None]


def test_a_sheet_handed_in_late_does_not_count_and_is_said() -> None:
    late = SHEET.replace("2026-09-01", "2026-10-01")
    assert cells(told(ratings=late)["raters"], "n_missing n_ratees n_late", rater_id="S1") == [1, 0, 1]


def rated(levels: dict[str, list[int]]) -> dict[str, pl.DataFrame]:
    """Insights of people of one unit with the levels (of 3) that their supervisor gave on five items."""
    people = "\n".join(f"{name} | U1 | S1 | 2026-01-01" for name in levels)
    rows = "\n".join(
        f"S1 | {name} | i{item} | {level} | 3 | 2026-09-01"
        for name, given in levels.items()
        for item, level in enumerate(given)
    )
    return insights_of(
        {
            "employees": f"employee_id | unit_id | supervisor_id | start_date\n{people}",
            "ratings": f"rater_id | employee_id | item | level | level_max | submitted_at\n{rows}",
        },
        policy_of("sibolga"),
    )


def test_spread_and_one_level_throughout() -> None:
    """Means 2, 2 and 3: 2.33, standard deviation 0.58. Two of three sheets have one level throughout."""
    found = rated({"E1": [2] * 5, "E2": [1, 2, 2, 2, 3], "E3": [3] * 5})
    assert cells(found["raters"], "mean_level spread straight_share top_share", rater_id="S1") == [
        "2.33", "0.58", "0.666667", "0.400000",
    ]  # fmt: skip


def test_four_items_are_too_few_to_call_a_sheet_straight() -> None:
    assert cells(rated({"E1": [2] * 4})["raters"], "straight_share spread", rater_id="S1") == [None, None]


def test_a_policy_without_ratings_has_no_raters() -> None:
    policy = policy_of("kalianda")
    items = tuple(item.model_copy(update={"weight": D(100)}) for item in policy.behaviour.items[:1])
    group = policy.behaviour.model_copy(update={"items": items})
    found = insights_of(SIBOLGA, policy.model_copy(update={"behaviour": group}))
    assert found["raters"].is_empty()
    assert found["owed"].filter(pl.col("what") != "work_plan").is_empty()


def a_city(groups: dict[str, tuple[int, int]], key: str) -> dict[str, pl.DataFrame]:
    """Insights of people with a decided rating: by group, so many in all and so many Baik."""
    people, decisions = [], []
    for number, (value, (n, n_good)) in enumerate(groups.items()):
        for place in range(n):
            name = f"E{number}{place:03d}"
            people.append(f"{name} | U1 | {value} | 2026-01-01")
            decisions.append(f"{name} | 2026-Q3 | {'Baik' if place < n_good else 'Butuh Perbaikan'} | 2026-10-02")
    return insights_of(
        {
            "employees": f"employee_id | unit_id | {key} | start_date\n" + "\n".join(people),
            "decisions": "employee_id | period | decided_rating | decided_at\n" + "\n".join(decisions),
        }
    )


def test_four_fifths_by_hand() -> None:
    """Women 24 of 50 = 0.48, men 40 of 50 = 0.8: ratio 0.6, flagged; alike in position, all have one."""
    found = a_city({"F": (50, 24), "M": (50, 40)}, "sex")["fairness"]
    where = {"outcome": "decided", "dimension": "sex"}
    columns = "n n_good good_share reference impact_ratio is_flagged position_ratio is_flagged_in_position"
    assert cells(found, columns, group_name="F", **where) == [
        50, 24, "0.480000", "M", "0.600000", True, "0.600000", True,
    ]  # fmt: skip
    best: dict[str, Any] = row(found, group_name="M", **where)
    assert (best["reference"], best["impact_ratio"], best["is_flagged"]) == (None, None, None)


@pytest.mark.parametrize(
    ("women", "is_flagged"),
    # 29 are too few; 0.8 of 0.9 is above four fifths; 0.7 of 0.9 is below, and may be chance.
    [((29, 5), False), ((50, 40), False), ((50, 35), False), ((50, 20), True)],
)
def test_a_group_is_flagged_only_if_large_enough_and_sure(women: tuple[int, int], is_flagged: bool) -> None:
    found = a_city({"F": women, "M": (50, 45)}, "sex")["fairness"]
    assert cells(found, "is_flagged", outcome="decided", dimension="sex", group_name="F") == [is_flagged]


def test_a_small_group_is_hidden_with_the_next_smallest() -> None:
    found = a_city({"JA": (9, 5), "JF": (20, 9), "JPT": (40, 30), "pelaksana": (30, 20)}, "position_group")["fairness"]
    of_groups = found.filter(outcome="decided", dimension="position_group").sort("group_name")
    assert of_groups.select("group_name", "n", "is_suppressed").rows() == [
        ("JA", None, True),
        ("JF", None, True),
        ("JPT", 40, False),
        ("pelaksana", 30, False),
    ]


def test_who_states_no_sex_has_it_from_the_employee_number() -> None:
    """Digits 15 (1 man, 2 woman) and 1-8 (born 1971-10-01: 54 on 30 September 2026; 1991-09-30: 35)."""
    people = """
        employee_id        | unit_id | start_date
        197110011996122001 | U1      | 2026-01-01
        199109302016121001 | U1      | 2026-01-01
    """
    decisions = """
        employee_id        | period  | decided_rating | decided_at
        197110011996122001 | 2026-Q3 | Baik           | 2026-10-02
        199109302016121001 | 2026-Q3 | Baik           | 2026-10-02
    """
    found = insights_of({"employees": people, "decisions": decisions})["fairness"]
    groups = found.filter(outcome="decided").group_by("dimension").agg(pl.col("group_name").sort())
    by_dimension = dict(groups.rows())
    assert by_dimension["sex"] == ["F", "M"]
    assert by_dimension["age_band"] == ["35-44", "45-54"]
    assert by_dimension["position_group"] == ["not stated"]
