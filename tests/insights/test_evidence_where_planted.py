"""Raters, gaps and doubts: found where they were planted, in nobody else, and not at all where nothing was."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from policies.period import Period
from tests.insights.asked import PERIOD, policy_of, scored
from tests.insights.test_where_planted import frames_of
from tests.synth.worlds import make
from tests.transforms.engine import days_off
from transforms.insights import Evidence
from transforms.insights.doubts import doubts
from transforms.insights.fairness import fairness
from transforms.insights.raters import raters

PLANTS = (
    "lenient_rater",
    "straight_lining_rater",
    "biased_unit",
    "batch_closing",
    "closed_just_before_due",
    "closed_and_reopened",
    "identical_punches",
    "impossible_punches",
    "stuffed_survey",
    "moved_deadlines",
)
RULES = {
    "batch_closing": "batch_closing",
    "closed_just_before_due": "closed_at_the_last_second",
    "closed_and_reopened": "closed_and_reopened",
    "identical_punches": "identical_punches",
    "impossible_punches": "two_places",
    "stuffed_survey": "stuffed_survey",
    "moved_deadlines": "moved_deadline",
}
"""The rule that finds each plant."""
Frames = dict[str, pl.DataFrame]


def found_in_world(
    folder: Path, employees: int, seed: int, plants: tuple[str, ...] = (), city: str = "kalianda"
) -> Frames:
    make(folder, employees, seed=seed, plants=plants, format="parquet")
    policy, frames = policy_of(city), frames_of(folder)
    evidence = Evidence.of(
        frames, scored(frames, policy), policy, Period.parse(PERIOD), None, days_off(), previous=None
    )
    return {**raters(evidence), **fairness(evidence), **doubts(evidence)}


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Frames, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("planted")
    found = found_in_world(folder, 1_000, 3, PLANTS)
    return found, json.loads((folder / "planted.json").read_text())["plants"]


def ids(frame: pl.DataFrame, *columns: str) -> set[str]:
    return {name for column in columns for name in frame.get_column(column).drop_nulls().to_list()}


@pytest.mark.parametrize("plant", sorted(RULES))
def test_a_doubt_is_about_those_it_was_planted_on_and_nobody_else(
    planted: tuple[Frames, dict[str, Any]], plant: str
) -> None:
    found, where = planted
    rows = found["doubts"].filter(pl.col("rule") == RULES[plant])
    assert ids(rows, "subject_id", "other_employee_id") == set(where[plant]["employees"])
    assert (rows["n_found"] > 3 * rows["n_expected"]).all()


def test_the_lenient_rater_is_the_only_lenient_one(planted: tuple[Frames, dict[str, Any]]) -> None:
    found, where = planted
    lenient = found["raters"].filter(pl.col("review").str.contains("lenient"))
    assert ids(lenient, "rater_id") == set(where["lenient_rater"]["raters"])
    assert (lenient["leniency"] > lenient["leniency_shrunk"]).all()


def test_the_straight_lining_rater_is_found(planted: tuple[Frames, dict[str, Any]]) -> None:
    """Who gives nearly everybody the top level fills in sheets of one level too; nobody else does."""
    found, where = planted
    straight = found["raters"].filter(pl.col("review").str.contains("straight_lining"))
    (own,) = where["straight_lining_rater"]["raters"]
    assert {own} <= ids(straight, "rater_id") <= {own, *where["lenient_rater"]["raters"]}
    (row,) = straight.filter(pl.col("rater_id") == own).to_dicts()
    assert row["straight_share"] == 1
    assert row["agreement"] is None, "one level agrees with nothing"


def test_straight_lining_is_found_in_ratings_of_competency_too(tmp_path: Path) -> None:
    """Beside a lenient rater in a small city, so that neither passes for the habit of raters."""
    plants = ("lenient_rater", "straight_lining_rater")
    found = found_in_world(tmp_path, 600, 1, plants, city="bangko")["raters"]
    where = json.loads((tmp_path / "planted.json").read_text())["plants"]
    straight = found.filter(pl.col("review").str.contains("straight_lining"))
    assert set(straight["instrument"]) == {"competency"}
    assert ids(straight, "rater_id") == {*where["straight_lining_rater"]["raters"], *where["lenient_rater"]["raters"]}


def test_the_biased_unit_is_the_only_one_and_against_women(planted: tuple[Frames, dict[str, Any]]) -> None:
    found, where = planted
    biased = found["unit_gaps"].filter("is_flagged")
    assert ids(biased, "unit_id") == set(where["biased_unit"]["units"])
    assert biased.select("dimension", "lower_group").rows() == [("sex", "F")]


def test_devices_compared_a_part_at_a_time_give_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {}
    for rows in (5_000_000, 4_000):
        monkeypatch.setattr(sys.modules["transforms.insights.doubts"], "ROWS_AT_ONCE", rows)
        found[rows] = found_in_world(tmp_path, 100, 3, ("identical_punches", "impossible_punches"))["doubts"]
    assert found[4_000].equals(found[5_000_000])
    assert found[4_000].get_column("rule").unique().sort().to_list() == ["identical_punches", "two_places"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 12, 13, 14, 15])
def test_nothing_is_found_where_nothing_was_planted(tmp_path: Path, seed: int) -> None:
    """The same five seeds with 2,000 people: none of 1,205 raters, 1,080 gaps within units and 50 groups of people."""
    found = found_in_world(tmp_path, 500, seed)
    assert found["doubts"].is_empty()
    assert found["raters"].get_column("review").count() == 0
    assert not found["unit_gaps"].get_column("is_flagged").any()
    protected = found["fairness"].filter(pl.col("dimension").is_in(["sex", "age_band"]))
    assert not protected.get_column("is_flagged").any()
    assert not protected.get_column("is_flagged_in_position").any()
