"""Work of several people, worked by hand: whose part is how large, and what is nobody's."""

from __future__ import annotations

import polars as pl

from tests.insights.asked import FOUR_PEOPLE, cells
from tests.insights.families import made_by
from transforms.insights.work_split import work_split

OBJECTIVES = """
    objective_id | employee_id | target | start_date | due_date
    O1           | E1          | 100    | 2026-07-01 | 2026-09-30
    O2           | E2          | 100    | 2026-07-01 | 2026-09-30
"""
PROGRESS = """
    objective_id | employee_id | reported_at      | realised
    O1           | E1          | 2026-09-29T08:00 | 90
    O2           | E2          | 2026-09-29T08:00 | 80
"""


def made(shares: str, **tables: str) -> pl.DataFrame:
    given = {"employees": FOUR_PEOPLE, "objectives": OBJECTIVES, "progress": PROGRESS, "work_shares": shares, **tables}
    return made_by(work_split, given)["work_split"]


def test_parts_of_the_result_go_by_the_shares_and_add_up() -> None:
    found = made("""
        work_kind | work_id | employee_id | share
        objective | O1      | E1          | 60
        objective | O1      | E3          | 25
        objective | O1      | E4          | 15
    """)
    assert found.get_column("state").to_list() == ["whole"] * 3
    assert cells(found, "role share unattributed result part", employee_id="E3") == [
        "helper", "25.00", "0.00", "90.00", "22.500000",
    ]  # fmt: skip
    assert found.get_column("part").sum() == found.get_column("result")[0]


def test_what_nobody_is_given_is_named() -> None:
    found = made("""
        work_kind | work_id | employee_id | share
        objective | O1      | E1          | 50
        objective | O1      | E3          | 30
    """)
    assert cells(found, "state declared_total unattributed part", employee_id="E1") == [
        "short", "80.00", "20.00", "45.000000",
    ]  # fmt: skip


def test_more_than_the_whole_is_named_and_nobody_is_given_a_part() -> None:
    found = made("""
        work_kind | work_id | employee_id | share
        objective | O1      | E1          | 80
        objective | O1      | E3          | 30
    """)
    assert cells(found, "state unattributed part", employee_id="E3") == ["over", "-10.00", None]


def test_thirds_are_the_whole() -> None:
    found = made("""
        work_kind | work_id | employee_id | share
        objective | O1      | E1          | 33.34
        objective | O1      | E3          | 33.33
        objective | O1      | E4          | 33.33
    """)
    assert set(found.get_column("state")) == {"whole"}


def test_who_helps_without_a_share_is_told() -> None:
    helped = PROGRESS + "    O2           | E3          | 2026-08-03T08:00 | 20\n"
    found = made("work_kind | work_id | employee_id | share", progress=helped)
    # The result is what its owner reported; the objective that nobody else touched is not there.
    assert found.select("work_id", "employee_id", "role", "state").rows() == [
        ("O2", "E2", "owner", "undeclared"),
        ("O2", "E3", "helper", "undeclared"),
    ]
    assert cells(found, "share result part unattributed", employee_id="E3") == [None, "80.00", None, "100.00"]


def test_an_owner_who_declares_nothing_for_himself_has_no_part() -> None:
    found = made("""
        work_kind | work_id | employee_id | share
        objective | O1      | E3          | 100
    """)
    assert cells(found, "role share state part", employee_id="E1") == ["owner", None, "whole", None]


def test_an_initiative_is_a_whole_one_or_none() -> None:
    found = made(
        """
        work_kind  | work_id | employee_id | share
        initiative | I1      | E1          | 70
        initiative | I1      | E2          | 30
        initiative | I2      | E1          | 100
        initiative | I3      | E1          | 100
        """,
        initiatives="""
        initiative_id | employee_id | submitted_at | status
        I1            | E1          | 2026-08-01   | adopted
        I2            | E1          | 2026-08-01   | proposed
        I3            | E1          | 2026-01-01   | adopted
        """,
    )
    assert cells(found, "result part", work_id="I1", employee_id="E2") == ["100.00", "30.000000"]
    assert cells(found, "result part", work_id="I2") == ["0.00", "0.000000"]
    assert "I3" not in found.get_column("work_id"), "it is of another period"
