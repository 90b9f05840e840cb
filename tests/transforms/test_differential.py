"""Engine against oracle: the same inputs through Polars and through plain Fractions, and no cell may differ."""

from __future__ import annotations

import datetime as dt
from random import Random

import pytest
from hypothesis import given, settings

from tests.oracle.by_hand import CITIES
from tests.oracle.generate import ZONE, Scenario, scenario, scenarios
from tests.oracle.oracle import score
from tests.transforms.comparison import differences
from tests.transforms.engine import run_engine, run_frames
from tests.transforms.example import example_frames, example_rows, n_problems

MID_QUARTER = dt.datetime(2026, 8, 20, 9, 30, tzinfo=ZONE)


def differences_of(drawn: Scenario) -> list[str]:
    """What engine and oracle say differently of a scenario."""
    oracle = score(drawn.data, drawn.policy, drawn.period, drawn.known_as_of)
    return differences(run_engine(drawn.data, drawn.policy, drawn.period, drawn.known_as_of), oracle)


@settings(max_examples=30, deadline=None)
@given(scenarios())
def test_scenario(drawn: Scenario) -> None:
    assert differences_of(drawn) == []


# A schedule that is free in all of a P of one day was once taken for an unknown one.
@pytest.mark.parametrize("seed", [*range(24), 96, 399])
def test_seeded_scenario(seed: int) -> None:
    assert differences_of(scenario(Random(seed))) == []  # noqa: S311 - data, not secrets


@pytest.mark.parametrize("timezone", ["Asia/Makassar", "Asia/Jayapura"])
@pytest.mark.parametrize("seed", range(4))
def test_scenario_in_the_other_zones_of_indonesia(seed: int, timezone: str) -> None:
    drawn = scenario(Random(seed))  # noqa: S311 - data, not secrets
    policy = drawn.policy.model_copy(update={"timezone": timezone})
    oracle = score(drawn.data, policy, drawn.period, drawn.known_as_of)
    assert differences(run_engine(drawn.data, policy, drawn.period, drawn.known_as_of), oracle) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("city", "period", "known_as_of"),
    [
        *((city, "2026-Q3", None) for city in CITIES),
        ("tangerang_selatan", "2026-Q3", MID_QUARTER),
        ("kalianda", "2026-07", None),
        ("sibolga", "2026", None),
    ],
)
def test_shipped_example(city: str, period: str, known_as_of: dt.datetime | None) -> None:
    results = run_frames(example_frames(), CITIES[city], period, known_as_of)
    oracle = score(example_rows(), CITIES[city], period, known_as_of)
    assert differences(results, oracle) == []
    assert results.indicators.get_column("achievement").count() > 100


def test_shipped_example_has_no_row_that_does_not_parse() -> None:
    assert n_problems() == 0


def test_a_changed_cell_is_a_difference() -> None:
    drawn = scenario(Random(1))  # noqa: S311 - data, not secrets
    results = run_engine(drawn.data, drawn.policy, drawn.period, drawn.known_as_of)
    oracle = score(drawn.data, drawn.policy, drawn.period, drawn.known_as_of)
    oracle.indicators[0]["n"] += 1
    oracle.scores.pop()
    assert [line.split(":")[0].split()[0] for line in differences(results, oracle)] == ["indicators", "scores"]
