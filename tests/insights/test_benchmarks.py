"""Own past, peers and targets: worked by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from policies.model import Benchmark, StandardTime
from tests.insights.asked import cells, insights_of, policy_of, with_rules
from transforms.insights import Previous


def schools(levels: list[int], month: str = "2026-07") -> dict[str, str]:
    """A unit of the same sector each, whose one answer is that level."""
    people = [f"E{n} | S.{n} | 2026-01-01 | education" for n in range(1, len(levels) + 1)]
    answers = [f"S.{n} | {month}-02T00:00 | {level}" for n, level in enumerate(levels, start=1)]
    return {
        "employees": "\n".join(["employee_id | unit_id | start_date | sector", *people]),
        "survey_responses": "\n".join(["unit_id | submitted_at | u1", *answers]),
    }


def ikm(found: dict[str, object], unit: str, columns: str) -> list[object]:
    return cells(found["benchmarks"], columns, level="unit", place_id=unit, measure="ikm")  # type: ignore[arg-type]


def test_a_percentile_counts_who_is_worse_and_half_of_who_is_equal() -> None:
    found = insights_of(schools([1, 2, 2, 3, 4]))
    # One worse and half of two equal: (1 + 1) / 5. The best: (4 + 0.5) / 5.
    assert ikm(found, "S.1", "n_peers peer_percentile") == [5, "0.100000"]
    assert ikm(found, "S.2", "n_peers peer_percentile") == [5, "0.400000"]
    assert ikm(found, "S.3", "n_peers peer_percentile") == [5, "0.400000"]
    assert ikm(found, "S.5", "n_peers peer_percentile") == [5, "0.900000"]


def test_under_five_peers_there_is_no_percentile() -> None:
    assert ikm(insights_of(schools([1, 2, 3, 4])), "S.4", "n_peers peer_percentile") == [4, None]


def test_where_less_is_better_the_quickest_is_ahead() -> None:
    tables = schools([1] * 5)
    lines = [f"S.{n} | document | 2026-07-02T00:00 | 2026-07-02T{n:02}:00 | closed" for n in range(1, 6)]
    tables["service_requests"] = "\n".join(["unit_id | kind | submitted_at | closed_at | status", *lines])
    found = insights_of(tables)["benchmarks"]
    quick = {"level": "unit", "place_id": "S.1", "measure": "median_hours"}
    assert cells(found, "value peer_percentile", **quick) == ["1.000000", "0.900000"]


@pytest.mark.parametrize(("target", "is_met"), [("75", True), ("75.01", False)])
def test_a_target_somebody_set_is_judged_with_its_source(target: str, is_met: bool) -> None:
    rule = Benchmark(measure="ikm", target=Decimal(target), source="national target")
    found = insights_of(schools([3, 2]), with_rules(policy_of("kalianda"), benchmarks=(rule,)))
    assert ikm(found, "S.1", "value target_source is_target_met") == ["75.000000", "national target", is_met]
    assert ikm(insights_of(schools([3])), "S.1", "target is_target_met") == [None, None]


def test_the_baseline_is_the_own_value_before() -> None:
    before = insights_of(schools([2, 3], "2026-04"), period="2026-Q2")
    found = insights_of(schools([3, 2, 4]), previous=Previous("2026-Q2", before))
    assert ikm(found, "S.1", "baseline change is_better") == ["50.000000", "25.000000", True]
    assert ikm(found, "S.2", "baseline change is_better") == ["75.000000", "-25.000000", False]
    assert ikm(found, "S.3", "baseline change is_better") == [None, None, None]


def test_immunisation_coverage_is_a_measure_of_the_unit() -> None:
    found = insights_of(
        {
            "employees": "employee_id | unit_id | start_date | sector\nE1 | P.1 | 2026-01-01 | health\n"
            "E2 | P.1 | 2026-01-01 | health",
            "outcomes": """
                measure               | employee_id | period  | actual | target | direction
                immunization_coverage | E1          | 2026-Q3 | 90     | 95     | higher
                immunization_coverage | E2          | 2026-Q3 | 97     | 95     | higher
            """,
        },
        policy_of("pauh"),
    )["benchmarks"]
    where = {"level": "unit", "place_id": "P.1", "measure": "immunization_coverage"}
    assert cells(found, "value n_peers", **where) == ["93.500000", 1]


def test_the_work_of_a_unit_is_that_of_its_people_together() -> None:
    rule = StandardTime(minutes={"ktp": Decimal(390)}, available_minutes_per_day=Decimal(60), source="default")
    tables = {
        "service_requests": """
        employee_id | unit_id | kind     | service_type | submitted_at     | closed_at        | reopened_count | status
        E1          | A.1     | document | ktp          | 2026-07-06T08:00 | 2026-07-06T10:00 | 0              | closed
        E1          | A.1     | document | ktp          | 2026-07-06T08:00 | 2026-07-06T10:00 | 1              | closed
        E2          | A.1     | document | ktp          | 2026-07-06T08:00 | 2026-07-06T10:00 | 0              | closed
        """
    }
    found = insights_of(tables, with_rules(policy_of("kalianda"), standard_time=rule))["benchmarks"]
    unit = {"level": "unit", "place_id": "A.1"}
    # Two of three were fast and never reopened; 3 x 390 minutes of two people's 65 days of 60.
    assert cells(found, "value", **unit, measure="fast_and_accurate_share") == ["0.666667"]
    assert cells(found, "value", **unit, measure="productivity") == ["0.150000"]
    assert insights_of(tables)["benchmarks"].filter(measure="productivity").is_empty()
