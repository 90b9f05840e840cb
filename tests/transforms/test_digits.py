"""Numbers of very many digits: the right result or a refusal that names the item, never a wrapped integer."""

from __future__ import annotations

import pytest

from policies.model import Item
from tests.golden.case import read_tables
from tests.oracle.by_hand import item, single_item_policy
from tests.oracle.oracle import score
from tests.transforms.comparison import differences
from tests.transforms.engine import Data, run_engine

OUTCOME = item("immunization_coverage")
PLAN = item("work_plan_achievement")


def outcome(actual: str, target: str, direction: str = "higher") -> Data:
    return read_tables(
        {
            "outcomes": f"""
                measure               | employee_id | period  | actual   | target   | direction
                immunization_coverage | E1          | 2026-Q3 | {actual} | {target} | {direction}
            """
        }
    )


def plan(realised: str, target: str, weight: str) -> Data:
    return read_tables(
        {
            "objectives": f"""
                objective_id | target   | weight   | start_date | due_date
                O1           | {target} | {weight} | 2026-07-01 | 2026-09-30
                O2           | 7        | 1        | 2026-07-01 | 2026-09-30
            """,
            "progress": f"""
                objective_id | reported_at      | realised
                O1           | 2026-08-03 09:00 | {realised}
            """,
        }
    )


LONG = "12345678901234567890.123456789012345678"
BUDGET = "3621300000000000.75"  # rupiah of a whole state


@pytest.mark.parametrize(
    ("tested", "data"),
    [
        (OUTCOME, outcome("20000000000000000000", "30000000000000000000")),
        (OUTCOME, outcome(BUDGET, "3842700000000000.00")),
        (OUTCOME, outcome(BUDGET, "3842700000000000.00", "lower")),
        (OUTCOME, outcome("0.000000000000000001", "0.000000000000000003")),
        (OUTCOME, outcome("1234567890123.123456789012345678", "2234567890123.987654321098765432")),
        (PLAN, plan(BUDGET, "3842700000000000.00", "33.33")),
        (PLAN, plan("20000000000000000000", "30000000000000000000", "1")),
    ],
)
def test_right_to_the_last_digit(tested: Item, data: Data) -> None:
    policy = single_item_policy(tested)
    assert differences(run_engine(data, policy, "2026-Q3", None), score(data, policy, "2026-Q3")) == []


@pytest.mark.parametrize(
    ("tested", "data"),
    [
        (OUTCOME, outcome(LONG, "30000000000000000000")),
        (OUTCOME, outcome("1", LONG)),
        (OUTCOME, outcome(LONG, "3.5", "lower")),
        (PLAN, plan(LONG, "3.5", "1")),
        (PLAN, plan("1", "3.5", LONG)),
    ],
)
def test_refused_by_name_of_the_item_alone(tested: Item, data: Data) -> None:
    with pytest.raises(OverflowError) as refusal:
        run_engine(data, single_item_policy(tested), "2026-Q3", None)
    assert str(refusal.value).startswith(f"{tested.id}: ")
    assert "E1" not in str(refusal.value)
    assert "12345" not in str(refusal.value)


@pytest.mark.parametrize("hours", ["2600000000", "9999999999", "999999999999999"])
def test_a_limit_that_stands_for_none_is_never_due(hours: str) -> None:
    """999999999999999 hours are past the last moment there is; the engine says what the oracle says of a million."""

    def requests(limit: str) -> Data:
        return read_tables(
            {
                "service_requests": """
                    request_id | kind     | service_type | submitted_at     | closed_at        | status
                    R1         | document | forever      | 2026-07-06 08:00 | 2026-07-07 08:00 | closed
                """,
                "service_standards": f"""
                    service_type | limit_hours
                    forever      | {limit}
                """,
            }
        )

    policy = single_item_policy(item("on_time_share"))
    given, expected = (
        run_engine(requests(hours), policy, "2026-Q3", None),
        score(requests("1000000"), policy, "2026-Q3"),
    )
    assert differences(given, expected) == []
