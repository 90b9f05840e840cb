"""What every suite must have: expectations that say what they expect and why, under an id of their own."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from sources.contracts import DATASETS
from tests.expectations.delivered import NUMBERS


def expectations_of(name: str) -> list[Any]:
    from expectations.suites import SUITES
    from expectations.suites.suite import EmployeeNumbers

    suite = SUITES[name]
    return [*suite.row_expectations(EmployeeNumbers(NUMBERS.pns, NUMBERS.pppk)), *suite.whole()]


def of_delivery() -> list[Any]:
    from expectations.suites.delivery import dataset_expectations, file_expectations

    return [*file_expectations(), *dataset_expectations()]


@pytest.mark.parametrize("name", [*DATASETS, "delivery"])
def test_each_expectation_says_what_and_why_under_an_id_of_its_own(name: str) -> None:
    found = of_delivery() if name == "delivery" else expectations_of(name)
    assert [one for one, times in Counter(one.id for one in found).items() if times > 1] == []
    for one in found:
        assert set(one.meta) == {"expected", "why"}
        assert all(len(text) > 10 for text in one.meta.values()), one.id
        assert one.severity.value in {"critical", "warning", "info"}


@pytest.mark.parametrize("name", DATASETS)
def test_a_suite_is_of_its_dataset_and_protects_something(name: str) -> None:
    from expectations.suites import SUITES

    assert SUITES[name].dataset == name
    assert SUITES[name].protects


def test_every_finding_of_a_delivery_has_words() -> None:
    from expectations.suites.delivery import REMARKS, REQUIRED_SUFFIX

    assert {one.id.removesuffix(REQUIRED_SUFFIX) for one in of_delivery()} == set(REMARKS)


def test_only_the_roster_and_the_delivery_stop_a_run() -> None:
    stops = {name: {one.id for one in expectations_of(name) if one.severity.value == "critical"} for name in DATASETS}
    assert {name: ids for name, ids in stops.items() if ids} == {
        "employees": {"roster_empty", "sector_unknown", "spells_overlap"}
    }
    assert {one.id for one in of_delivery() if one.severity.value == "critical"} == {
        "file_has_no_row",
        "mostly_refused",
        "not_delivered_required",
        "roster_not_covered_required",
        "ends_early_required",
    }
