"""What must hold whatever the inputs, and that the generated inputs are valid and reach every reason."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import combinations
from random import Random

from hypothesis import given, settings

from policies.model import GROUPS
from sources.contracts import DATASETS
from tests.oracle.generate import Row, Scenario, scenario, scenarios
from tests.oracle.indicators import INDICATORS
from tests.oracle.oracle import OracleResult, score

# Of equal times the last row of the file is the latest: the order of these two matters by rule.
ORDERED = ("ratings", "decisions")
FEW = settings(max_examples=60, deadline=None)


def run(drawn: Scenario) -> OracleResult:
    return score(drawn.data, drawn.policy, drawn.period, drawn.known_as_of)


@FEW
@given(scenarios())
def test_every_employee_has_every_item(drawn: Scenario) -> None:
    result = run(drawn)
    owed = [
        (row["employee_id"], group, item.id)
        for row in result.employees
        for group in GROUPS
        for item in drawn.policy.items(row["sector"], group)
    ]
    assert [(row["employee_id"], row["item_group"], row["item_id"]) for row in result.indicators] == owed
    assert [row["employee_id"] for row in result.scores] == [row["employee_id"] for row in result.employees]


@FEW
@given(scenarios())
def test_achievement_is_there_if_and_only_if_scored(drawn: Scenario) -> None:
    for row in run(drawn).indicators:
        assert (row["achievement"] is not None) == (row["status"] == "SCORED") == (row["value"] is not None)
        assert (row["reason"] is None) == (row["status"] == "SCORED" and row["reason"] != "unit_level")
        if row["achievement"] is not None:
            assert 0 <= row["achievement"] <= 120
            assert row["achievement"].as_tuple().exponent == -2
            assert row["value"].as_tuple().exponent == -6


@FEW
@given(scenarios())
def test_scores_lie_between_their_groups(drawn: Scenario) -> None:
    for row in run(drawn).scores:
        assert (row["score"] is not None) == (row["status"] == "SCORED") == (row["proposed_rating"] is not None)
        if row["score"] is not None:
            ends = sorted((row["results_score"], row["behaviour_score"]))
            assert ends[0] - Decimal("0.01") <= row["score"] <= ends[1] + Decimal("0.01")


@FEW
@given(scenarios())
def test_order_of_rows_does_not_matter(drawn: Scenario) -> None:
    turned = {name: rows if name in ORDERED else rows[::-1] for name, rows in drawn.data.items()}
    assert run(drawn) == score(turned, drawn.policy, drawn.period, drawn.known_as_of)


@FEW
@given(scenarios())
def test_days_contain_each_other(drawn: Scenario) -> None:
    for row in run(drawn).employees:
        assert 0 <= row["n_recorded_days"] <= row["n_countable_days"] <= row["n_working_days"]


@FEW
@given(scenarios())
def test_generated_rows_are_valid(drawn: Scenario) -> None:
    for name, rows in drawn.data.items():
        dataset = DATASETS[name]
        if dataset.key:
            assert max(Counter(tuple(row[column] for column in dataset.key) for row in rows).values()) == 1
        for row in rows:
            assert_in_contract(name, row)
    requests = drawn.data.get("service_requests", [])
    assert all(row["closed_at"] is None or row["submitted_at"] <= row["closed_at"] for row in requests)
    assert all(row["closed_at"] is not None for row in requests if row["status"] == "closed")
    for row in requests:
        if row["complete_at"] is not None:
            assert row["submitted_at"] <= row["complete_at"]
            assert row["closed_at"] is None or row["complete_at"] <= row["closed_at"]
    for row in drawn.data.get("ratings", []):
        assert 1 <= row["level"] <= row["level_max"]
        assert row["level_max"] >= 2
    for spells in combinations(drawn.data["employees"], 2):
        assert not overlap(*spells)


def assert_in_contract(name: str, row: Row) -> None:
    for column in DATASETS[name].columns:
        cell = row[column.name]
        assert cell is not None or not column.required, column.name
        if cell is not None:
            assert not column.allowed or cell in column.allowed, column.name
            assert column.minimum is None or cell >= column.minimum, column.name
            assert column.maximum is None or cell <= column.maximum, column.name
            assert column.above is None or cell > column.above, column.name


def overlap(one: Row, other: Row) -> bool:
    if one["employee_id"] != other["employee_id"]:
        return False
    first, second = sorted((one, other), key=lambda spell: spell["start_date"])
    return first["end_date"] is None or second["start_date"] <= first["end_date"]


def test_generated_inputs_reach_every_reason() -> None:
    results = [run(scenario(Random(seed))) for seed in range(150)]  # noqa: S311 - data, not secrets
    indicators = [row for result in results for row in result.indicators]
    assert {row["indicator_id"] for row in indicators if row["status"] == "SCORED"} == set(INDICATORS)
    reasons = {row["reason"] for row in indicators} | {row["reason"] for result in results for row in result.scores}
    assert reasons >= {
        "no_documents_closed",
        "no_requests_due",
        "no_complaints_due",
        "no_requests_closed",
        "too_few_responses",
        "unit_level",
        "no_attendance_record",
        "no_recorded_day",
        "thin_record",
        "no_work_plan",
        "no_milestones_due",
        "no_reporting_weeks",
        "no_supervisor_rating",
        "no_competency_standard",
        "competency_not_rated",
        "no_outcome",
        "low_coverage_results",
        "low_coverage_behaviour",
        "low_coverage_results;low_coverage_behaviour",
        "too_short",
    }
