"""Ceiling, floor, spread, missing and what hangs on a weight: worked by hand."""

from __future__ import annotations

import pytest

from tests.insights.asked import cells, example_insights, insights_of, policy_of


def on_time(shares: list[int], of: int = 20) -> dict[str, str]:
    """A person each with so many of 20 requests on time, in Pauh's unit A.1."""
    people = [f"E{n} | A.1 | 2026-01-01" for n in range(1, len(shares) + 1)]
    lines = [
        f"E{n} | A.1 | document | 2026-07-06T08 | 2026-07-06T{'10' if k < share else '13'} | 2026-07-06T12 | closed"
        for n, share in enumerate(shares, start=1)
        for k in range(of)
    ]
    head = "employee_id | unit_id | kind | submitted_at | closed_at | due_at | status"
    return {
        "employees": "\n".join(["employee_id | unit_id | start_date", *people]),
        "service_requests": "\n".join([head, *lines]),
    }


def test_shares_and_spread_of_an_item() -> None:
    # 40 people: 20 with none on time (0), 10 with 19 of 20 (100), 10 with all (100 / 0.95 = 105.26).
    found = insights_of(on_time([0] * 20 + [19] * 10 + [20] * 10), policy_of("bangko"))["indicator_health"]
    counts = "n_owed n_scored not_applicable_share missing_share n_distinct"
    assert cells(found, counts, item_id="on_time_share") == [40, 40, "0.000000", "0.000000", 3]
    # Median of 0 (twenty) and 100 and more: 50. Quartiles 0 and 101.315 (linear, place 29.25): 100 + 0.25 * 5.26.
    assert cells(found, "median iqr ceiling_share floor_share flags", item_id="on_time_share") == [
        "50.00",
        "101.32",
        "0.000000",
        "0.500000",
        "floor",
    ]
    # Nobody has a survey: owed and missing, though that flags nothing while nobody is scored.
    assert cells(found, "n_scored missing_share median flags", item_id="citizen_satisfaction") == [
        0,
        "1.000000",
        None,
        None,
    ]


@pytest.mark.parametrize(("n", "flags"), [(30, "no_spread"), (29, None)])
def test_under_thirty_nothing_is_flagged(n: int, flags: str | None) -> None:
    found = insights_of(on_time([19] * n, 20), policy_of("bangko"))["indicator_health"]
    assert cells(found, "n_scored iqr flags", item_id="on_time_share") == [n, "0.00", flags]


def test_the_cap_takes_what_is_above_it() -> None:
    # Time to completion 0.1 of the limit: 100 * (2 - 0.1) = 190, of which 120 stands: 70 are cut.
    lines = [f"E{n} | A.1 | document | 2026-07-06T00:00 | 2026-07-06T02:24 | closed" for n in (1, 2)]
    head = "employee_id | unit_id | kind | submitted_at | closed_at | status"
    found = insights_of({"service_requests": "\n".join([head, *lines])})["indicator_health"]
    assert cells(found, "ceiling_share cap_cut", item_id="document_completion_time") == ["1.000000", "70.00"]
    assert cells(found, "cap_cut", item_id="discipline") == [None], "a scale has its own end"


@pytest.mark.parametrize("city", ["kalianda", "bangko", "tangerang_selatan"])
def test_a_tenth_of_a_weight_moves_little(city: str) -> None:
    """No item of the shipped policies decides the order of people by itself."""
    found = example_insights(city)["indicator_health"]
    for one in found.iter_rows(named=True):
        if one["rank_agreement"] is not None:
            assert 0.9 < one["rank_agreement"] <= 1, one["item_id"]
            assert one["moved_share"] < 0.1
