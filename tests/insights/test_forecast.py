"""Forecasts of provisional scores: they hold the final score about as often as they say, and say when they cannot."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from policies.period import Period
from tests.insights.asked import PERIOD, example_insights, policy_of, scored
from tests.insights.test_where_planted import frames_of
from tests.synth.worlds import make
from tests.transforms.engine import days_off
from transforms.insights import Evidence, Previous
from transforms.insights.forecast import CONFIDENCE, forecast

Frames = dict[str, pl.LazyFrame]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Frames:
    folder = tmp_path_factory.mktemp("world")
    make(folder, 500, seed=31, format="parquet")
    return frames_of(folder)


def foreseen(world: Frames, city: str, day: str, previous: Previous | None = None) -> pl.DataFrame:
    """The forecasts of a day, beside the final scores."""
    moment = dt.datetime.fromisoformat(day).replace(tzinfo=ZoneInfo("Asia/Jakarta"))
    policy = policy_of(city)
    results = scored(world, policy, PERIOD, moment)
    evidence = Evidence.of(world, results, policy, Period.parse(PERIOD), moment, days_off(), previous)
    final = scored(world, policy).scores.select("employee_id", final="score")
    return forecast(evidence)["forecasts"].join(final, on="employee_id", how="left")


@pytest.mark.parametrize("city", ["kalianda", "sibolga", "bangko"])
@pytest.mark.parametrize("day", ["2026-09-10", "2026-09-22"])
def test_it_holds_the_final_score_about_as_often_as_it_says(world: Frames, city: str, day: str) -> None:
    found = foreseen(world, city, day).drop_nulls(["forecast", "final"])
    assert found.height > 400
    share = found.select(pl.col("final").is_between("low", "high").mean()).item()
    assert CONFIDENCE - 0.12 <= share <= CONFIDENCE + 0.16
    off = found.select((pl.col("final") - pl.col("forecast")).cast(pl.Float64).mean()).item()
    assert abs(off) < 2, "points by which it is wrong on average"


def test_the_later_the_narrower(world: Frames) -> None:
    width = [
        foreseen(world, "bangko", day).select((pl.col("high") - pl.col("low")).cast(pl.Float64).median()).item()
        for day in ("2026-09-10", "2026-09-26")
    ]
    assert width[1] < width[0]


def test_what_nobody_has_yet_comes_from_the_period_before_or_not_at_all(world: Frames) -> None:
    """In the middle of the quarter nobody is rated yet."""
    alone = foreseen(world, "kalianda", "2026-08-16")
    assert alone["forecast"].null_count() == alone.height
    assert set(alone["missing_items"].drop_nulls()) == {"behaviour"}
    last = scored(world, policy_of("kalianda"))
    before = Previous("2026-Q2", {"indicators": last.indicators, "scores": last.scores})
    beside = foreseen(world, "kalianda", "2026-08-16", before)
    told = beside.drop_nulls("forecast")
    assert told.height > 400
    assert (told["n_items_before"] >= 1).all()
    assert told["period_share"].unique().to_list() == [pytest.approx(46 / 92, abs=1e-6)]


def test_a_final_score_and_the_first_weeks_have_none(world: Frames) -> None:
    assert example_insights("kalianda")["forecasts"].is_empty()
    assert foreseen(world, "bangko", "2026-07-20").is_empty()
