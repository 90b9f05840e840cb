"""Invented worlds: what was planted in one is found there, and not in the world that is the same but for it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from policies.model import Intervention, Label
from sources import land, load_source_map, read_dataset
from sources.contracts import DATASETS
from tests.insights.asked import cells, found_in, policy_of, with_rules
from tests.synth.worlds import make
from transforms import DATASETS_READ

EMPLOYEES = 600


@dataclass(frozen=True)
class Told:
    """A world's insights, and what was planted in it."""

    insights: dict[str, pl.DataFrame]
    planted: dict[str, Any]


def frames_of(folder: Path) -> dict[str, pl.LazyFrame]:
    """The canonical rows of generated files."""
    source_map = load_source_map(folder)
    landed = land(source_map, folder / "landing")
    out = folder / "canonical"
    return {
        name: pl.scan_parquet(read_dataset(source_map, landed, name, timezone="Asia/Jakarta", out=out).path)
        if name in source_map.datasets
        else DATASETS[name].empty("Asia/Jakarta").lazy()
        for name in DATASETS_READ
    }


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """The world with effects, and the same without; both are asked for the same change."""
    folders = {name: tmp_path_factory.mktemp(name) for name in ("planted", "plain")}
    plants = ["before_after", "poor_unit_good_people"]
    make(folders["planted"], EMPLOYEES, plants=plants, format="parquet")
    make(folders["plain"], EMPLOYEES, format="parquet")
    planted = json.loads((folders["planted"] / "planted.json").read_text())["plants"]
    made = Intervention(
        id="faster_documents",
        label=Label(id="Dokumen lebih cepat", en="Faster documents"),
        date=dt.date.fromisoformat(planted["before_after"]["from"]),
        units=tuple(planted["before_after"]["units"]),
        source="default",
    )
    policy = with_rules(policy_of("kalianda"), interventions=(made,))
    return {name: Told(found_in(frames_of(folder), policy), planted) for name, folder in folders.items()}


def test_faster_documents_are_found_where_they_were_planted(worlds: dict[str, Told]) -> None:
    where = {"outcome": "processing_time", "design": "compared"}
    verdict, effect, high = cells(worlds["planted"].insights["effects"], "verdict effect effect_high", **where)
    assert verdict == "better"
    # Half of the time, which was about 0.8 of the limit.
    assert -0.7 < float(effect) < float(high) < 0
    assert cells(worlds["plain"].insights["effects"], "verdict", **where) == ["not_found"]


@pytest.mark.parametrize("outcome", ["satisfaction", "queue"])
def test_what_was_not_planted_is_not_found(worlds: dict[str, Told], outcome: str) -> None:
    for world in worlds.values():
        found = cells(world.insights["effects"], "verdict", outcome=outcome, design="compared")
        assert found == ["not_found"]


def test_the_poor_unit_with_good_people_is_found_and_no_other(worlds: dict[str, Told]) -> None:
    alarms = {
        name: world.insights["units"]
        .filter(pl.col("alarm") == "poor_unit_good_people")
        .get_column("place_id")
        .to_list()
        for name, world in worlds.items()
    }
    assert alarms == {"planted": worlds["planted"].planted["poor_unit_good_people"]["units"], "plain": []}
    (unit,) = alarms["planted"]
    columns = "n_open ikm skm_grade"
    poor, usual = (cells(world.insights["units"], columns, level="unit", place_id=unit) for world in worlds.values())
    assert poor[0] > usual[0] + 100, "the requests that lie about are its backlog"
    assert float(poor[1]) < float(usual[1])


def test_a_slow_unit_is_the_last_of_its_peers(worlds: dict[str, Told]) -> None:
    (unit,) = worlds["planted"].planted["poor_unit_good_people"]["units"]
    where = {"level": "unit", "place_id": unit, "measure": "on_time_share"}
    percentile, peers = cells(worlds["planted"].insights["benchmarks"], "peer_percentile n_peers", **where)
    assert float(percentile) == pytest.approx(0.5 / peers, abs=1e-6), "nobody is worse"
