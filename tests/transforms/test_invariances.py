"""What must not change a number: order of rows, number of files, strangers, protected facts, threads, engines."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from random import Random

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from policies.model import Policy
from policies.period import Period
from sources.contracts import DATASETS
from tests.oracle.by_hand import CITIES, EVERYTHING, with_parameters
from tests.oracle.generate import scenario
from tests.transforms.engine import Row, days_off, frames_of, run_engine, run_frames
from tests.transforms.example import example_frames
from transforms import CATALOGUE, Results
from transforms.run import _catalogue, _items, _scope
from transforms.scoring import group_scores, total_scores
from transforms.settling import settled

FRAMES = [field.name for field in fields(Results) if field.name != "n_settled"]
PERIOD = "2026-Q3"
SEEDS = range(12)


def assert_same(one: Results, other: Results) -> None:
    """Both say the same, row for row."""
    for name in FRAMES:
        assert_frame_equal(getattr(one, name), getattr(other, name))


@pytest.fixture(scope="module")
def example() -> Results:
    """Every item, on the shipped example."""
    return run_frames(example_frames(), EVERYTHING, PERIOD, None)


# --- rows -----------------------------------------------------------------------------------------------------------


def shuffled(name: str, rows: list[Row], random: Random) -> list[Row]:
    """The rows in another order; of equal times the last row of these files is the latest, so those keep theirs."""
    moment = {"ratings": "submitted_at", "decisions": "decided_at"}.get(name)
    if moment is None:
        return random.sample(rows, len(rows))
    at_once: dict[object, list[Row]] = {}
    for row in rows:
        at_once.setdefault(row[moment], []).append(row)
    bunches = list(at_once.values())
    return [row for bunch in random.sample(bunches, len(bunches)) for row in bunch]


@pytest.mark.parametrize("seed", SEEDS)
def test_order_of_rows(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - data, not secrets
    drawn = scenario(random)
    turned = {name: shuffled(name, rows, random) for name, rows in drawn.data.items()}
    assert_same(
        run_engine(drawn.data, drawn.policy, drawn.period, drawn.known_as_of),
        run_engine(turned, drawn.policy, drawn.period, drawn.known_as_of),
    )


def test_order_of_rows_of_the_example(example: Results) -> None:
    frames = {
        name: frame
        if name in ("ratings", "decisions")
        else frame.collect().sample(fraction=1, shuffle=True, seed=7).lazy()
        for name, frame in example_frames().items()
    }
    assert_same(run_frames(frames, EVERYTHING, PERIOD, None), example)


def test_number_of_files(example: Results, tmp_path: Path) -> None:
    frames = {}
    for name, frame in example_frames().items():
        rows = frame.collect()
        third = rows.height // 3 + 1
        parts = [tmp_path / f"{name}-{part}.parquet" for part in range(3)]
        for part, path in enumerate(parts):
            rows.slice(part * third, third).write_parquet(path, row_group_size=500)
        frames[name] = pl.scan_parquet(parts)
    assert_same(run_frames(frames, EVERYTHING, PERIOD, None), example)


# --- people ---------------------------------------------------------------------------------------------------------


def without_unit(frames: Mapping[str, pl.LazyFrame], unit_id: str) -> dict[str, pl.LazyFrame]:
    """The inputs without the people who ever were in the unit, and without what was sent to it."""
    gone = frames["employees"].filter(pl.col("unit_id") == unit_id).select("employee_id").unique()
    kept = {}
    for name, frame in frames.items():
        if "employee_id" in DATASETS[name].names:
            frame = frame.join(gone, on="employee_id", how="anti", maintain_order="left")
        kept[name] = frame
    return kept


def test_people_of_another_unit(example: Results) -> None:
    frames = example_frames()
    unit_id = example.employees.get_column("unit_id").mode().sort()[0]
    spells = frames["employees"].collect()
    gone = spells.filter(pl.col("unit_id") == unit_id).get_column("employee_id").unique().to_list()
    elsewhere = spells.filter(pl.col("employee_id").is_in(gone)).get_column("unit_id").unique().to_list()
    # Whoever shares a unit with them shares its record of attendance and its surveys.
    strangers = spells.filter(~pl.col("unit_id").is_in(elsewhere)).get_column("employee_id").unique().to_list()
    mixed = spells.filter(pl.col("unit_id").is_in(elsewhere)).get_column("employee_id").unique().to_list()
    apart = sorted(set(strangers) - set(mixed))
    assert len(apart) > 40
    rest = run_frames(without_unit(frames, unit_id), EVERYTHING, PERIOD, None)
    assert rest.employees.height < example.employees.height
    for name in ("employees", "indicators", "scores"):
        before, after = (
            getattr(results, name).filter(pl.col("employee_id").is_in(apart)) for results in (example, rest)
        )
        assert_frame_equal(before, after)


def test_sex_and_birth_date_change_nothing(example: Results) -> None:
    frames = example_frames()
    flipped = pl.when(pl.col("sex") == "M").then(pl.lit("F")).when(pl.col("sex") == "F").then(pl.lit("M"))
    frames["employees"] = frames["employees"].with_columns(
        sex=flipped, birth_date=pl.col("birth_date").dt.offset_by("-17y")
    )
    assert_same(run_frames(frames, EVERYTHING, PERIOD, None), example)


def test_name_changes_the_name_alone(example: Results) -> None:
    frames = example_frames()
    frames["employees"] = frames["employees"].with_columns(name=pl.col("name").str.reverse())
    results = run_frames(frames, EVERYTHING, PERIOD, None)
    expected = example.employees.with_columns(name=pl.col("name").str.reverse())
    assert not example.employees.equals(expected)
    assert_frame_equal(results.employees, expected)
    for name in FRAMES[1:]:
        assert_frame_equal(getattr(results, name), getattr(example, name))


# --- engines --------------------------------------------------------------------------------------------------------

DIGEST = """
import hashlib
from tests.transforms.test_invariances import EVERYTHING, PERIOD, digest, run_frames
from tests.transforms.example import example_frames
print(digest(run_frames(example_frames(), EVERYTHING, PERIOD, None)))
"""


def digest(results: Results) -> str:
    """A hash of every cell."""
    text = "".join(getattr(results, name).write_json() for name in FRAMES)
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.slow
@pytest.mark.parametrize(("threads", "engine"), [("1", "in-memory"), ("1", "streaming"), ("2", "streaming")])
def test_threads_and_engine(threads: str, engine: str, example: Results) -> None:
    environment = os.environ | {"POLARS_MAX_THREADS": threads, "POLARS_ENGINE_AFFINITY": engine}
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", DIGEST], cwd=root, env=environment, check=True, capture_output=True, text=True
    )
    assert ran.stdout.strip() == digest(example)


# --- the exact path -------------------------------------------------------------------------------------------------


def assert_settled_agrees(
    frames: Mapping[str, pl.LazyFrame], policy: Policy, period: str, known: dt.datetime | None
) -> int:
    """Everybody's numbers by Fraction are those of fixed point, wherever that is certain; how many were compared."""
    policy = with_parameters(policy, CATALOGUE)
    scope, _ = _scope(frames, policy, Period.parse(period), known, days_off())
    catalogue = _catalogue(policy)
    items = _items(scope, catalogue)
    scores = total_scores(scope.people, group_scores(items.lazy(), policy), policy).collect()
    exact = settled(items, scores, {place: (entry.item, entry.points) for place, entry in enumerate(catalogue)}, policy)
    sure_items = items.filter(~pl.col("doubtful"), pl.col("measured").is_not_null()).sort("person", "place")
    sure_scores = scores.filter(~pl.col("doubtful")).sort("person")
    for sure, settled_rows, key in (
        (sure_items, exact.items, ["person", "place"]),
        (sure_scores, exact.scores, ["person"]),
    ):
        own = sure.select(settled_rows.columns)
        assert_frame_equal(own, settled_rows.join(sure.select(key), on=key, how="semi").sort(key))
    assert exact.items.height == items.get_column("measured").count()
    return sure_items.height + sure_scores.height


@pytest.mark.parametrize("city", [*CITIES, "everything"])
def test_everybody_settled_on_the_example(city: str) -> None:
    policy = {**CITIES, "everything": EVERYTHING}[city]
    assert assert_settled_agrees(example_frames(), policy, PERIOD, None) > 300


@pytest.mark.parametrize("seed", SEEDS)
def test_everybody_settled_in_scenarios(seed: int) -> None:
    drawn = scenario(Random(seed))  # noqa: S311 - data, not secrets
    assert_settled_agrees(frames_of(drawn.data), drawn.policy, drawn.period, drawn.known_as_of)
