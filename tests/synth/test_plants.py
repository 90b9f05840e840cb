"""What is planted is there, only there, and the manifest says where."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sources.contracts import DATASETS
from sources.synth import MANIFEST, PLANTS, generate, generation
from tests.synth.refusals import end_instant, instant, refusals
from tests.synth.worlds import Q3, MadeWorld, made, make

NAMES = [plant.name for plant in PLANTS]
SEED = 3
Row = dict[str, str]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> MadeWorld:
    return make(tmp_path_factory.mktemp("plain"), 300, seed=SEED)


def planted(world: MadeWorld) -> dict[str, dict[str, Any]]:
    plants: dict[str, dict[str, Any]] = json.loads((world.folder / MANIFEST).read_text())["plants"]
    return plants


def changed(plain: MadeWorld, world: MadeWorld, dataset: str) -> list[Row]:
    """Rows that are only in the planted world."""
    before = Counter(tuple(row.items()) for row in plain.rows(dataset))
    after = Counter(tuple(row.items()) for row in world.rows(dataset))
    return [dict(row) for row, n in (after - before).items() for _ in range(n)]


def test_without_a_plant_there_is_no_manifest(plain: MadeWorld) -> None:
    assert not (plain.folder / MANIFEST).exists()


def test_unknown_plants_are_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unknown plants weeds: there are lenient_rater"):
        generate(tmp_path, employees=10, period_start=Q3[0], period_end=Q3[1], plants=["weeds"])


def test_the_same_plants_in_any_order_give_the_same_bytes_and_chunks_change_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with made(300, seed=SEED, plants=NAMES) as whole:
        monkeypatch.setattr(generation, "CHUNK", 100)
        with made(300, seed=SEED, plants=NAMES[::-1]) as chunked:
            assert chunked.files() == whole.files()


def test_planted_rows_are_valid() -> None:
    with made(200, seed=SEED, plants=NAMES) as world:
        reasons = {name: set().union(*found) for name, found in refusals(world).items()}
    assert reasons == {name: set() for name in DATASETS}


@pytest.mark.parametrize("plant", PLANTS, ids=NAMES)
def test_only_those_the_manifest_names_are_changed(plain: MadeWorld, plant: Any) -> None:
    with made(300, seed=SEED, plants=[plant.name]) as world:
        found = planted(world)[plant.name]
        ids = set(found[plant.as_])
        assert ids
        assert found["meaning"] == plant.meaning
        roster = {row["employee_id"]: row["unit_id"] for row in world.rows("employees")}
        touched = {name: changed(plain, world, name) for name in DATASETS}
        untouched = {name for name, rows in touched.items() if not rows}
        assert set(plant.changes) & untouched <= {"unit_achievements"}  # a poor unit may be one without it
        for name, rows in touched.items():
            if plant.people is None and name not in plant.changes:
                assert rows == []
            for row in rows:
                person = row.get("employee_id") or row.get("parent_objective_id")
                named = {row.get("rater_id"), row.get("unit_id"), person, roster.get(person or "")}
                assert named & ids, name


def only(plant: str, dataset: str) -> tuple[list[Row], set[str]]:
    """The dataset's rows and the ids it was planted on."""
    with made(300, seed=SEED, plants=[plant]) as world:
        found = planted(world)[plant]
        (ids,) = (set(names) for names in found.values() if isinstance(names, list))
        return world.rows(dataset), ids


def test_a_lenient_rater_gives_the_top() -> None:
    rows, raters = only("lenient_rater", "ratings")
    own = [row for row in rows if row["rater_id"] in raters and row["rater_role"] == "supervisor"]
    own = [row for row in own if row["instrument"] == "behaviour"]
    assert sum(row["level"] == row["level_max"] for row in own) > 0.85 * len(own) > 50


def test_a_straight_liner_gives_one_level() -> None:
    rows, raters = only("straight_lining_rater", "ratings")
    own = [row for row in rows if row["rater_id"] in raters and row["rater_role"] == "supervisor"]
    levels = {(row["level"], row["level_max"]) for row in own if row["instrument"] == "behaviour"}
    assert levels <= {("2", "3"), ("3", "5")}
    assert len(levels) == 1


def test_a_batch_is_closed_within_a_minute() -> None:
    rows, people = only("batch_closing", "service_requests")
    minutes = Counter(row["closed_at"][:16] for row in rows if row["employee_id"] in people and row["closed_at"])
    assert max(minutes.values()) >= 5


def test_closed_seconds_before_due() -> None:
    rows, people = only("closed_just_before_due", "service_requests")
    own = [row for row in rows if row["employee_id"] in people and row["due_at"] and row["status"] == "closed"]
    left = [(end_instant(row["due_at"]) - instant(row["closed_at"])).total_seconds() for row in own]
    assert sum(0 < seconds < 22 for seconds in left) == len(left) > 0


def test_one_hand_two_cards() -> None:
    rows, people = only("identical_punches", "attendance")
    one, other = sorted(people)
    assert Counter(row["timestamp"] for row in rows if row["employee_id"] == one) == Counter(
        row["timestamp"] for row in rows if row["employee_id"] == other
    )


def test_two_places_within_a_minute() -> None:
    rows, people = only("impossible_punches", "attendance")
    own = sorted((instant(row["timestamp"]), row["device_id"]) for row in rows if row["employee_id"] in people)
    near = [
        (later[0] - first[0]).total_seconds() <= 60 and later[1] != first[1] for first, later in itertools.pairwise(own)
    ]
    assert sum(near) > 10


def test_stuffed_answers() -> None:
    rows, people = only("stuffed_survey", "survey_responses")
    minutes = Counter(row["submitted_at"][:16] for row in rows if row["employee_id"] in people)
    assert max(minutes.values()) == 30


def test_deadlines_lie_after_the_closing() -> None:
    rows, people = only("moved_deadlines", "service_requests")
    own = [row for row in rows if row["employee_id"] in people and row["closed_at"] and row["due_at"]]
    hours = [(end_instant(row["due_at"]) - instant(row["closed_at"])).total_seconds() / 3600 for row in own]
    assert sum(hour == 1 for hour in hours) >= 3


def test_everything_in_a_unit_whose_people_do_well() -> None:
    with made(300, seed=SEED, plants=["poor_unit_good_people"]) as world:
        (unit,) = planted(world)["poor_unit_good_people"]["units"]
        (rating,) = [row["rating"] for row in world.rows("unit_achievements") if row["unit_id"] == unit]
        assert rating == "Kurang"
        answers = [row for row in world.rows("survey_responses") if row["unit_id"] == unit]
        nobodys = [row for row in answers if not row["employee_id"]]
        assert len(nobodys) > 100
        assert sum(row["u1"] in {"1", "2"} for row in nobodys) > 90
