"""A generated quarter, small or large, read and scored by the real parts, shows everything a policy can say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from policies import Period, load_policy
from sources import land, load_source_map, read_dataset
from tests.synth.worlds import make
from transforms import CATALOGUE, DATASETS_READ, score

EXAMPLE = Path(__file__).parents[2] / "examples" / "2026-Q3"
CITIES = ("kalianda", "pauh", "sibolga", "bangko", "tangerang_selatan")
LEVELS = ("above", "meets", "below")
REASONS = {
    "no_documents_closed": "NOT_APPLICABLE",
    "no_requests_due": "NOT_APPLICABLE",
    "no_complaints_due": "NOT_APPLICABLE",
    "no_requests_closed": "NOT_APPLICABLE",
    "no_recorded_day": "NOT_APPLICABLE",
    "no_milestones_due": "NOT_APPLICABLE",
    "no_reporting_weeks": "NOT_APPLICABLE",
    "no_competency_standard": "NOT_APPLICABLE",
    "too_few_responses": "INSUFFICIENT_DATA",
    "no_attendance_record": "INSUFFICIENT_DATA",
    "thin_record": "INSUFFICIENT_DATA",
    "no_work_plan": "INSUFFICIENT_DATA",
    "no_supervisor_rating": "INSUFFICIENT_DATA",
    "competency_not_rated": "INSUFFICIENT_DATA",
    "no_outcome": "INSUFFICIENT_DATA",
    "unit_level": "SCORED",
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["the shipped example", "2,000 people"])
def frames(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, pl.LazyFrame]:
    """Every dataset, read as a run reads it."""
    folder = tmp_path_factory.mktemp("city")
    inputs = EXAMPLE
    if request.param != "the shipped example":
        inputs = make(folder / "inputs", 2_000, seed=1).folder
    source_map = load_source_map(inputs, None)
    landed = land(source_map, folder / "landing")
    for name in DATASETS_READ:
        read_dataset(source_map, landed, name, timezone="Asia/Jakarta", out=folder / "canonical")
    return {name: pl.scan_parquet(folder / "canonical" / f"{name}.parquet") for name in DATASETS_READ}


def test_every_cell_parses(frames: Mapping[str, pl.LazyFrame]) -> None:
    for name, frame in frames.items():
        assert frame.filter(pl.col("_problem").is_not_null()).collect().is_empty(), name


def test_all_nine_ratings_and_all_reasons(frames: Mapping[str, pl.LazyFrame]) -> None:
    period = Period.parse("2026-Q3")
    seen: set[tuple[str, str]] = set()
    said: set[str] = set()
    for city in CITIES:
        results = score(frames, load_policy(city, period, CATALOGUE), period, known_as_of=None, public_holidays={})
        scored = results.scores.filter(status="SCORED")
        cells = set(scored.select("results_rating", "behaviour_rating").unique().iter_rows())
        assert cells == {(results_level, behaviour) for results_level in LEVELS for behaviour in LEVELS}, city
        assert set(results.scores["status"]) == {"SCORED", "NOT_APPLICABLE", "INSUFFICIENT_DATA"}, city
        assert results.scores["decided_rating"].is_not_null().any(), city
        found = results.indicators.select("reason", "status").drop_nulls().unique()
        seen |= set(found.iter_rows())
        said |= {part for reason in results.scores["reason"].drop_nulls() for part in reason.split(";")}
    assert seen == set(REASONS.items())
    assert said == {"too_short", "low_coverage_results", "low_coverage_behaviour"}
