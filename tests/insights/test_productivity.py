"""Fast, right, and how much of the time there was: worked by hand."""

from __future__ import annotations

from decimal import Decimal

from policies.model import StandardTime
from tests.insights.asked import cells, insights_of, policy_of, with_rules

REQUESTS = {
    "service_requests": """
        employee_id | unit_id | kind      | service_type | submitted_at  | closed_at     | reopened_count | status
        E1          | A.1     | document  | ktp_el       | 2026-07-06T08 | 2026-07-06T10 | 0              | closed
        E1          | A.1     | document  | ktp_el       | 2026-07-06T08 | 2026-07-07T13 | -              | closed
        E1          | A.1     | document  | akta         | 2026-07-06T08 | 2026-07-06T10 | 1              | closed
        E1          | A.1     | complaint | -            | 2026-07-06T08 | 2026-07-06T10 | 0              | closed
        E1          | A.1     | document  | ktp_el       | 2026-07-06T08 | 2026-10-01T00 | 0              | closed
        E2          | A.1     | document  | ktp_el       | 2026-07-06T08 | -             | -              | open
    """
}
"""A document is due 24 hours after it came."""
STANDARD = StandardTime(
    minutes={"ktp_el": Decimal(20), "complaint": Decimal("60.5")},
    available_minutes_per_day=Decimal(60),
    source="default",
)


def test_fast_and_right_are_counted_together_and_apart() -> None:
    found = insights_of(REQUESTS)["productivity"]
    # Four are closed in the quarter: three in time, three never reopened, two both. The one of October is not.
    counts = "n_settled n_fast n_accurate n_fast_and_accurate fast_and_accurate_share"
    assert cells(found, counts, employee_id="E1") == [4, 3, 3, 2, "0.500000"]
    assert found["employee_id"].to_list() == ["E1"], "who settled nothing has no row"


def test_productivity_is_standard_over_available_minutes() -> None:
    found = insights_of(REQUESTS, with_rules(policy_of("kalianda"), standard_time=STANDARD))["productivity"]
    # 20 + 20 + 60.5; the akta has no standard. July to September has 66 Mon-Fri days less August 17: 65 x 60 = 3900.
    minutes = "n_with_standard standard_minutes available_minutes productivity"
    assert cells(found, minutes, employee_id="E1") == [3, "100.50", "3900.00", "0.025769"]


def test_without_standard_minutes_there_is_no_productivity_and_no_zero() -> None:
    found = insights_of(REQUESTS)["productivity"]
    minutes = "n_with_standard standard_minutes available_minutes productivity"
    assert cells(found, minutes, employee_id="E1") == [None, None, None, None]


def test_bangko_asked_for_it() -> None:
    rule = policy_of("bangko").insights.standard_time
    assert rule is not None
    assert "default" in rule.source
