"""What holds of people's insights whatever the data: they fit their tables, intervals hold, order is nothing."""

from __future__ import annotations

from random import Random

import polars as pl
import pytest

from policies.period import Period
from tests.oracle.by_hand import with_parameters
from tests.oracle.generate import Scenario, scenario
from tests.transforms.engine import Data, days_off, frames_of, run_frames
from transforms import CATALOGUE
from transforms.insights import Evidence, Family
from transforms.insights.doubts import doubts
from transforms.insights.fairness import fairness
from transforms.insights.obstacles import obstacles
from transforms.insights.persons import persons
from transforms.insights.raters import raters
from warehouse.identity import shape_of
from warehouse.person_models import PERSON_INSIGHTS

FAMILIES: tuple[Family, ...] = (persons, fairness, raters, doubts, obstacles)
SEEDS = range(24)
Frames = dict[str, pl.DataFrame]


def found_in(drawn: Scenario, data: Data) -> Frames:
    frames = frames_of(data, drawn.policy.timezone)
    results = run_frames(frames, drawn.policy, drawn.period, drawn.known_as_of)
    policy = with_parameters(drawn.policy, CATALOGUE)
    period = Period.parse(drawn.period)
    evidence = Evidence.of(frames, results, policy, period, drawn.known_as_of, days_off(), previous=None)
    return {name: frame for family in FAMILIES for name, frame in family(evidence).items()}


@pytest.fixture(scope="module")
def worlds() -> list[Frames]:
    drawn = [scenario(Random(seed)) for seed in SEEDS]  # noqa: S311 - data, not secrets
    return [found_in(one, one.data) for one in drawn]


def test_every_frame_fits_its_table(worlds: list[Frames]) -> None:
    for world in worlds:
        assert set(world) == set(PERSON_INSIGHTS)
        for name, frame in world.items():
            table = PERSON_INSIGHTS[name].__table__
            columns = {column.name: column for column in table.columns if column.name != "run_id"}
            assert set(frame.columns) == set(columns), name
            empty = [column for column in frame.columns if frame[column].null_count() > 0]
            assert all(columns[column].nullable for column in empty), name
            key = list(shape_of(PERSON_INSIGHTS[name]).key)
            keyed = frame.select(column for column in key if column != "run_id")
            assert frame.is_empty() or keyed.n_unique() == frame.height, name


def test_something_was_found_of_nearly_everything(worlds: list[Frames]) -> None:
    found = {name for world in worlds for name, frame in world.items() if not frame.is_empty()}
    few = {"doubts", "excused_scores", "item_peers", "rewards", "unit_gaps"}
    assert set(PERSON_INSIGHTS) - found <= few, "they need many"


def test_an_interval_holds_its_number_and_shares_make_a_whole(worlds: list[Frames]) -> None:
    for world in worlds:
        for name, number in (("persons", "score"), ("person_items", "achievement")):
            frame = world[name]
            assert frame.filter((pl.col("low") > pl.col(number)) | (pl.col(number) > pl.col("high"))).is_empty()
        shares = world["persons"].select(pl.sum_horizontal("measured_share", "citizens_share", "colleagues_share"))
        assert all(abs(float(total) - 1) < 1e-5 for total in shares.to_series())


def test_small_groups_are_never_told(worlds: list[Frames]) -> None:
    for world in worlds:
        told = world["fairness"].filter(~pl.col("is_suppressed"))
        assert told.filter(pl.col("n") < 10).is_empty()
        hidden = world["fairness"].filter("is_suppressed")
        assert hidden.select("n", "n_good", "mean_score", "impact_ratio").null_count().sum_horizontal().sum() == (
            4 * hidden.height
        )
        assert world["improvements"].filter(pl.col("n") < 10, pl.col("mean_achievement").is_not_null()).is_empty()
        assert world["person_items"].filter(pl.col("n_peers") < 10).is_empty()


def test_an_excuse_never_costs(worlds: list[Frames]) -> None:
    for world in worlds:
        assert world["excused_scores"].filter(pl.col("difference") < 0).is_empty()


@pytest.mark.parametrize("seed", [0, 3, 5, 8])
def test_the_order_of_rows_is_nothing(seed: int) -> None:
    drawn = scenario(Random(seed))  # noqa: S311 - data, not secrets
    shuffler = Random(seed)  # noqa: S311
    keep = {"ratings", "decisions"}  # of equal times the last row of the file stands
    shuffled = {
        name: list(rows) if name in keep else shuffler.sample(rows, len(rows)) for name, rows in drawn.data.items()
    }
    one, other = found_in(drawn, drawn.data), found_in(drawn, shuffled)
    for name, frame in one.items():
        assert frame.equals(other[name]), name
