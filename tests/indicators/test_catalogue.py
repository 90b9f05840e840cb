"""One name for an indicator: module, function, test module, golden cases, catalogue, oracle, a policy that uses it."""

from __future__ import annotations

from pathlib import Path

import pytest

import transforms.indicators
from policies.loading import load_policy
from policies.period import Period
from sources.contracts import DATASETS
from tests.indicators.golden import ALL
from tests.oracle.by_hand import CATALOGUE as BY_HAND
from tests.oracle.by_hand import CITIES, EVERYTHING
from tests.oracle.indicators import INDICATORS as ORACLE
from transforms import CATALOGUE, DATASETS_READ, READS
from transforms.indicators import INDICATORS

MODULES = {path.stem for path in Path(transforms.indicators.__file__).parent.glob("*.py")} - {"__init__"}
TESTS = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")} - {"catalogue", "reads"}
# No city asks for it; it is there for those who do.
IN_NO_CITY = {"attendance_rate"}


def test_modules_are_the_indicators() -> None:
    assert MODULES == set(INDICATORS) == set(CATALOGUE) == set(READS)


def test_every_indicator_has_its_test_and_every_test_its_indicator() -> None:
    assert TESTS == MODULES
    for name in TESTS:
        text = (Path(__file__).parent / f"test_{name}.py").read_text()
        assert f'cases_of("{name}")' in text
        assert f"def test_{name}(" in text


def test_every_indicator_has_golden_cases_and_every_case_its_indicator() -> None:
    assert {case.tested.indicator for case in ALL} == MODULES


@pytest.mark.parametrize("name", sorted(MODULES))
def test_function_carries_the_name_of_its_module(name: str) -> None:
    function = INDICATORS[name]
    assert function.__name__ == name
    assert function.__module__ == f"transforms.indicators.{name}"


def test_oracle_and_policies_by_hand_know_the_same_indicators() -> None:
    assert set(ORACLE) == set(BY_HAND) == MODULES
    assert {item.indicator for item in EVERYTHING.all_items()} == MODULES


def test_parameters_have_the_names_the_methodology_gives_them() -> None:
    for name in MODULES:
        assert set(CATALOGUE[name].model_fields) == set(BY_HAND[name].model_fields), name


def test_every_indicator_is_used_by_a_city_and_every_city_uses_indicators() -> None:
    period = Period.parse("2026-Q3")
    policies = [load_policy(city, period, CATALOGUE) for city in CITIES]
    assert {item.indicator for policy in policies for item in policy.all_items()} == MODULES - IN_NO_CITY


def test_reads_names_datasets_that_scoring_asks_for() -> None:
    assert set(DATASETS_READ) <= set(DATASETS)
    for name, datasets in READS.items():
        assert datasets, name
        assert set(datasets) <= set(DATASETS_READ), name
