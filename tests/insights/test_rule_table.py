"""On time and good, worked by hand: below, at and above each threshold, and where one is unknown."""

from __future__ import annotations

import polars as pl
import pytest
from pydantic import ValidationError

from policies.model import RuleTable
from tests.insights.asked import FOUR_PEOPLE, insights_of, policy_of
from tests.insights.families import made_by
from transforms.insights.rule_table import rule_table

SIBOLGA = policy_of("sibolga")
OBJECTIVE = """
    objective_id | employee_id | target | start_date | due_date
    O1           | E1          | 1000   | 2026-07-01 | 2026-09-30
"""


def outcome(progress: str, objective: str = OBJECTIVE) -> list[str]:
    tables = {"employees": FOUR_PEOPLE, "objectives": objective, "progress": progress}
    found = made_by(rule_table, tables, SIBOLGA)["rule_outcomes"]
    assert found.get_column("n_objectives").to_list() == [1] * found.height
    return found.get_column("outcome").to_list()


def reports(in_time: int, late: int, realised: str) -> str:
    rows = ["objective_id | employee_id | due_at | reported_at | realised"]
    rows += [f"O1 | E1 | 2026-07-{1 + n:02} | 2026-07-{1 + n:02} | {realised}" for n in range(in_time)]
    rows += [f"O1 | E1 | 2026-08-{1 + n:02} | 2026-08-{2 + n:02} | {realised}" for n in range(late)]
    return "\n".join(rows)


@pytest.mark.parametrize(
    ("in_time", "late", "realised", "expected"),
    [
        (9, 1, "900", "positive"),  # both just there
        (17, 2, "900", "good_but_late"),  # 0.894...
        (9, 1, "899.9", "on_time_but_poor"),  # 89.99
        (9, 1, "899.95", "positive"),  # 89.995 is stored as 90.00
        (1, 1, "500", "negative"),
    ],
)
def test_each_row_of_the_table(in_time: int, late: int, realised: str, expected: str) -> None:
    assert outcome(reports(in_time, late, realised)) == [expected]


def test_what_is_not_known_is_no_failure() -> None:
    head = "objective_id | employee_id | due_at | reported_at | realised\n"
    assert outcome(f"{head} O1 | E1 | - | 2026-08-03 | 950") == ["good_time_unknown"]
    assert outcome(f"{head} O1 | E1 | - | 2026-08-03 | 100") == ["poor_time_unknown"]
    assert outcome(f"{head} O1 | E1 | 2026-08-03 | 2026-08-03 | -") == ["on_time_quality_unknown"]
    assert outcome(f"{head} O1 | E1 | 2026-08-03 | - | -") == ["not_reported"], "what was due and never came is late"
    assert outcome(head) == ["nothing_known"]


def test_a_yearly_objective_is_held_to_the_part_that_is_due_by_now() -> None:
    yearly = OBJECTIVE.replace("2026-07-01", "2026-01-01").replace("2026-09-30", "2026-12-31")
    # 273 of 365 days: 747.9 is expected, nine tenths of it are 673.2.
    progress = "objective_id | employee_id | due_at | reported_at | realised\n O1 | E1 | 2026-07-31 | 2026-07-31 | "
    assert outcome(progress + "674", yearly) == ["positive"]
    assert outcome(progress + "673", yearly) == ["on_time_but_poor"]


def test_objectives_of_one_row_stand_together() -> None:
    tables = {
        "employees": FOUR_PEOPLE,
        "objectives": OBJECTIVE + "    O2           | E1          | 1000   | 2026-07-01 | 2026-09-30\n",
        "progress": reports(1, 0, "1000"),
    }
    found = made_by(rule_table, tables, SIBOLGA)["rule_outcomes"]
    assert found.select("outcome", "n_objectives", "objectives").rows() == [
        ("positive", 1, "O1"),
        ("nothing_known", 1, "O2"),
    ]


def test_without_a_table_nothing_is_told() -> None:
    assert policy_of("kalianda").insights.rule_table is None
    found = made_by(rule_table, {"employees": FOUR_PEOPLE, "objectives": OBJECTIVE})["rule_outcomes"]
    assert found.is_empty()


def test_a_table_with_a_gap_is_refused() -> None:
    table = SIBOLGA.insights.rule_table
    assert table is not None
    document = table.model_dump()
    for rows in (document["rows"][1:], [*document["rows"][1:], document["rows"][1]]):
        with pytest.raises(ValidationError, match="each of its nine pairs once"):
            RuleTable.model_validate({**document, "rows": rows})


def test_it_moves_no_score() -> None:
    bare = SIBOLGA.model_copy(update={"insights": SIBOLGA.insights.model_copy(update={"rule_table": None})})
    tables = {"objectives": OBJECTIVE, "progress": reports(9, 1, "900")}
    with_table, without = (insights_of(tables, policy)["persons"] for policy in (SIBOLGA, bare))
    assert isinstance(with_table, pl.DataFrame)
    assert with_table.equals(without)
