"""Effect of development: found where it was planted, not where people only went, and never made of luck that turned."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from policies.period import Period
from sources.contracts import DATASETS
from sources.synth import generate
from tests.insights.asked import PERIOD, insights_of, policy_of, row, scored
from tests.insights.test_where_planted import frames_of
from tests.transforms.engine import days_off
from tests.transforms.example import example_frames
from transforms import Results
from transforms.insights import Evidence, Previous
from transforms.insights.development import development

BEFORE = "2026-Q2"
ZONE = "Asia/Jakarta"
POINTS = pl.Decimal(38, 2)


@cache
def example_results() -> Results:
    return scored(example_frames(), policy_of("kalianda"))


def told(previous: Results, results: Results, frames: dict[str, pl.LazyFrame]) -> pl.DataFrame:
    before = Previous(
        BEFORE,
        {"employees": previous.employees, "indicators": previous.indicators, "scores": previous.scores},
    )
    policy = policy_of("kalianda")
    evidence = Evidence.of(frames, results, policy, Period.parse(PERIOD), None, days_off(), before)
    return development(evidence)["development"]


def simulated(seed: int, effect: float, people: int = 400, elsewhere: float = 0.0) -> pl.DataFrame:
    """People of one quality in both periods, measured with luck; half of those measured low are sent."""
    draw = Random(seed)  # noqa: S311 - draws for a test
    quality = [draw.gauss(95, 6) for _ in range(people)]
    first = [one + draw.gauss(0, 6) for one in quality]
    sent = [one < 92 and draw.random() < 0.5 for one in first]
    ids = [f"E{number:04}" for number in range(people)]

    def results(items: dict[str, list[float]]) -> Results:
        known = example_results()
        like = known.employees.head(1).drop("employee_id", "unit_id")
        employees = pl.DataFrame({"employee_id": ids, "unit_id": [f"U{n % 25}" for n in range(people)]}).join(
            like, how="cross"
        )
        indicators = pl.concat(
            pl.DataFrame({"employee_id": ids, "item_id": name, "achievement": reached, "status": "SCORED"})
            for name, reached in items.items()
        ).with_columns(pl.col("achievement").clip(0, 120).round(2).cast(POINTS))
        nothing = known.scores.clear()
        return replace(
            known, employees=employees.select(known.employees.columns), indicators=indicators, scores=nothing
        )

    second = [one + draw.gauss(0, 6) + effect * went for one, went in zip(quality, sent, strict=True)]
    other = [draw.gauss(95, 6) for _ in ids]
    now = {
        "behaviour": second,
        "discipline": [one + draw.gauss(0, 1) + elsewhere * went for one, went in zip(other, sent, strict=True)],
    }
    developments = pl.DataFrame(
        {
            "development_id": ids,
            "employee_id": ids,
            "kind": "mentoring",
            "item": "behaviour",
            "completed_at": dt.datetime(2026, 7, 10, tzinfo=ZoneInfo(ZONE)),
        }
    ).filter(pl.Series(sent))
    developments = developments.with_columns(pl.col("completed_at").dt.convert_time_zone(ZONE))
    frames = {name: dataset.empty(ZONE).lazy() for name, dataset in DATASETS.items()}
    frames["developments"] = developments.lazy()
    return told(results({"behaviour": first, "discipline": other}), results(now), frames)


def test_luck_that_turned_is_no_effect() -> None:
    """Whoever was sent gained points by luck alone; the effect is looked for beside others who were as low."""
    found = [row(simulated(seed, 0.0)) for seed in range(40)]
    changes = [float(one["change"]) for one in found]
    assert sum(changes) / 40 > 3, "which a bare comparison would call an effect"
    assert sum(float(one["effect"]) for one in found) / 40 == pytest.approx(0, abs=0.5)
    assert sum(one["verdict"] != "not_found" for one in found) <= 5, "at 5 % of 40: 2"
    covered = sum(float(one["effect_low"]) <= 0 <= float(one["effect_high"]) for one in found)
    assert covered >= 35


def test_an_effect_is_found_with_its_size() -> None:
    found = [row(simulated(seed, 6.0)) for seed in range(10)]
    assert [one["verdict"] for one in found].count("better") >= 9
    assert all(float(one["effect_low"]) < 6.5 and float(one["effect_high"]) > 5.5 for one in found[:5])
    assert row(simulated(4, -6.0))["verdict"] == "worse"


def test_a_change_of_everything_is_in_doubt() -> None:
    """Whoever got better at what he was not sent for as well may have been chosen for another reason."""
    assert row(simulated(2, 6.0, elsewhere=3.0))["verdict"] == "doubtful"


def test_of_few_nothing_is_told() -> None:
    found = row(simulated(3, 6.0, people=24))
    assert found["n"] < 10
    assert found["verdict"] == "too_little"
    assert {found[name] for name in ("mean_before", "change", "effect", "effect_p")} == {None}


@pytest.mark.parametrize(
    ("day", "n"), [("2026-06-30", 0), ("2026-07-01", 1), ("2026-09-30T23:59:59", 1), ("2026-10-01", 0)]
)
def test_it_counts_after_the_period_before_and_until_this_one_ends(day: str, n: int) -> None:
    tables = {"developments": f"development_id | employee_id | kind | completed_at\nD1 | E1 | guidance | {day}"}
    known = example_results()
    before = Previous(BEFORE, {"indicators": known.indicators, "scores": known.scores})
    found = insights_of(tables, previous=before)["development"]
    assert found.height == n
    assert insights_of(tables)["development"].is_empty(), "without a period before nothing is compared"


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What is told of a quarter in which some were mentored, with effect, and others trained, without."""
    starts = (dt.date(2026, 4, 1), dt.date(2026, 7, 1), dt.date(2026, 10, 1))
    worlds = []
    for start, end, plants in zip(starts, starts[1:], ([], ["effective_mentoring", "idle_training"]), strict=False):
        folder: Path = tmp_path_factory.mktemp("world")
        generate(folder, employees=600, period_start=start, period_end=end, seed=7, plants=plants, format="parquet")
        worlds.append(frames_of(folder))
    policy = policy_of("kalianda")
    found = told(scored(worlds[0], policy, BEFORE), scored(worlds[1], policy), worlds[1])
    return {one["kind"]: one for one in found.to_dicts()}


def test_planted_mentoring_is_found_and_idle_training_is_not(planted: dict[str, Any]) -> None:
    assert planted["mentoring"]["item_id"] == "behaviour"
    assert planted["mentoring"]["verdict"] == "better"
    assert planted["mentoring"]["effect_low"] > 5
    assert planted["training"]["verdict"] == "not_found"
    assert 0 < planted["mentoring"]["n_carried_out"] < planted["mentoring"]["n_proposed"]
