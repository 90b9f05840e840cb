"""Handovers, shared work, parts and the rule table: found where they were planted, and not where they were not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.insights.asked import policy_of
from tests.insights.families import evidence_of
from tests.insights.test_where_planted import frames_of
from tests.synth.worlds import make
from transforms.insights.contributions import contributions
from transforms.insights.handovers import handovers
from transforms.insights.rule_table import rule_table
from transforms.insights.work_split import work_split

PLANTS = ("handed_on", "sits_on_requests", "split_work", "unattributed_work", "late_but_good", "does_half_the_work")
Frames = dict[str, pl.DataFrame]


def found_in_world(folder: Path, plants: tuple[str, ...]) -> Frames:
    make(folder, 300, seed=3, plants=plants, format="parquet")
    frames = frames_of(folder)
    evidence = evidence_of(frames, policy_of("kalianda"))
    indicators = evidence.results.indicators.join(
        evidence.results.employees.select("employee_id", "unit_id"), on="employee_id"
    )
    told = rule_table(evidence_of(frames, policy_of("sibolga")))
    return {**handovers(evidence), **work_split(evidence), **told, "indicators": indicators}


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Frames, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("planted")
    found = found_in_world(folder, PLANTS)
    return found, json.loads((folder / "planted.json").read_text())["plants"]


@pytest.fixture(scope="module")
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> Frames:
    """Requests are handed on here too, but nobody sits on them."""
    return found_in_world(tmp_path_factory.mktemp("ordinary"), ("handed_on",))


def test_who_sits_on_requests_is_found_and_nobody_else(
    planted: tuple[Frames, dict[str, Any]], ordinary: Frames
) -> None:
    found, where = planted
    flagged = found["handovers"].filter("is_flagged")
    assert set(flagged.get_column("employee_id")) == set(where["sits_on_requests"]["employees"])
    # What was late was his all along: the time that was allowed passed with him.
    assert flagged.filter(pl.col("n_late") > 0).get_column("allowed_share").min() > 0.5
    assert ordinary["handovers"].height > 20
    assert not ordinary["handovers"].get_column("is_flagged").any()
    assert set(ordinary["unit_handovers"].get_column("unit_id")) == set(where["handed_on"]["units"])


def test_late_requests_are_not_laid_at_the_door_of_whom_they_are_named_after(
    planted: tuple[Frames, dict[str, Any]],
) -> None:
    found, where = planted
    others = found["handovers"].filter(~pl.col("employee_id").is_in(where["sits_on_requests"]["employees"]))
    received = others.filter(pl.col("n_received_overdue") > 0)
    assert received.height > 0
    assert (received["n_held_when_due"] <= received["n_late"] - received["n_received_overdue"]).all()


def test_split_work_is_whole_and_what_nobody_was_given_is_named(
    planted: tuple[Frames, dict[str, Any]], ordinary: Frames
) -> None:
    found, where = planted
    by_state = {state: set(rows.get_column("employee_id")) for (state,), rows in found["work_split"].group_by("state")}
    assert by_state == {
        "whole": set(where["split_work"]["employees"]),
        "short": set(where["unattributed_work"]["employees"]),
    }
    short = found["work_split"].filter(pl.col("state") == "short")
    assert {str(rest) for rest in short.get_column("unattributed")} == {"30.00"}
    whole = found["work_split"].filter(pl.col("state") == "whole").group_by("work_id")
    sums = whole.agg(pl.col("part").cast(pl.Float64).sum(), pl.col("result").cast(pl.Float64).first())
    assert (sums["part"] - sums["result"]).abs().max() < 1e-5
    assert ordinary["work_split"].is_empty()


def test_all_that_is_late_but_good_is_told_so(planted: tuple[Frames, dict[str, Any]], ordinary: Frames) -> None:
    found, where = planted
    ids = where["late_but_good"]["employees"]
    told = {name: world["rule_outcomes"].filter(pl.col("employee_id").is_in(ids)) for name, world in
            {"planted": found, "ordinary": ordinary}.items()}  # fmt: skip
    assert set(told["planted"].get_column("outcome")) == {"good_but_late"}
    assert "positive" in set(told["ordinary"].get_column("outcome"))


def test_who_does_half_the_work_has_half_of_the_numbers(
    planted: tuple[Frames, dict[str, Any]], ordinary: Frames
) -> None:
    found, where = planted
    ids = where["does_half_the_work"]["employees"]

    def parts(world: Frames) -> list[float]:
        due = world["indicators"].filter(pl.col("item_id") == "on_time_share")
        whole = pl.col("denominator").sum().over("unit_id")
        return (
            due.with_columns(part=pl.col("denominator") / whole)
            .filter(pl.col("employee_id").is_in(ids))["part"]
            .to_list()
        )

    assert min(parts(found)) > 0.5
    assert max(parts(ordinary)) < 0.25


def test_the_order_of_rows_is_nothing(tmp_path: Path) -> None:
    make(tmp_path, 100, seed=3, plants=PLANTS, format="parquet")
    frames = frames_of(tmp_path)
    turned = {name: frame.reverse() for name, frame in frames.items() if name not in {"ratings", "decisions"}}
    policy = policy_of("sibolga")
    one, other = evidence_of(frames, policy), evidence_of(frames | turned, policy)
    for family in (handovers, work_split, rule_table, contributions):
        found = family(one)
        assert all(frame.equals(family(other)[name]) for name, frame in found.items()), family.__name__
        assert not any(frame.is_empty() for frame in found.values()), family.__name__
