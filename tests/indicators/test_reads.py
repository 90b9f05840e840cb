"""READS says what an indicator needs: seen in what it asks of its scope, and in what changes without a dataset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

import polars as pl
import pytest

from policies.period import Period
from sources.contracts import DATASETS
from tests.oracle.by_hand import EVERYTHING, with_parameters
from tests.transforms.engine import days_off, run_frames
from tests.transforms.example import example_frames
from transforms import CATALOGUE, DATASETS_READ, READS, Results
from transforms.indicators import INDICATORS
from transforms.run import _scope
from transforms.scope import Scope

PERIOD = "2026-Q3"
POLICY = with_parameters(EVERYTHING, CATALOGUE)
# Read for the roster, and for what follows from a score.
NOT_MEASURED = {"employees", "decisions", "unit_achievements", "developments", "request_events", "work_shares"}
# What a number also depends on, though it can do without: each has a default, or excuses some days.
OPTIONAL = {
    "document_completion_time": {"service_standards"},
    "on_time_share": {"service_standards", "calendar"},
    "complaints_handled": {"calendar"},
    "complaint_responsiveness": {"calendar"},
    "discipline": {"schedules", "calendar"},
    "attendance_rate": {"schedules", "calendar"},
    "progress_reporting": {"schedules", "calendar", "leave"},
}
# The facts that a scope holds, and what they are made of.
DAY_FACTS = {
    "day_counts": {"attendance", "leave", "schedules", "calendar"},
    "attended": {"attendance", "leave", "schedules", "calendar"},
    "appeared": {"attendance"},
    "weeks": {"leave", "schedules", "calendar"},
    "requests": {"service_requests", "service_standards", "calendar"},
    "answers": {"survey_responses"},
    "days_off": {"calendar"},
}


class Watched(Mapping[str, pl.LazyFrame]):
    """Frames that remember which of them were asked for."""

    def __init__(self, frames: Mapping[str, pl.LazyFrame]) -> None:
        self.frames, self.asked = frames, set[str]()

    def __getitem__(self, name: str) -> pl.LazyFrame:
        self.asked.add(name)
        return self.frames[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.frames)

    def __len__(self) -> int:
        return len(self.frames)


class WatchedScope(Scope):
    """A scope that remembers which facts of days were asked for."""

    def __getattribute__(self, name: str) -> object:
        if name in DAY_FACTS:
            object.__getattribute__(self, "frames").asked.update(DAY_FACTS[name])
        return object.__getattribute__(self, name)


@pytest.fixture(scope="module")
def scope() -> Scope:
    return _scope(example_frames(), POLICY, Period.parse(PERIOD), None, days_off())[0]


@pytest.fixture(scope="module")
def example() -> Results:
    return run_frames(example_frames(), EVERYTHING, PERIOD, None)


@pytest.mark.parametrize("name", sorted(READS))
def test_asks_for_what_it_reads_and_for_nothing_else(name: str, scope: Scope) -> None:
    frames = Watched(scope.frames)
    facts = {field.name: getattr(scope, field.name) for field in fields(Scope)} | {"frames": frames}
    item = next(item for item in POLICY.all_items() if item.indicator == name)
    INDICATORS[name](WatchedScope(**facts), item.parameters)
    assert set(READS[name]) <= frames.asked
    # Requests are read with all their clocks, whichever of them the indicator compares with.
    clocks = {"service_standards", "calendar"} if "service_requests" in READS[name] else set()
    assert frames.asked - set(READS[name]) <= OPTIONAL.get(name, set()) | clocks


@pytest.mark.parametrize("dataset", [name for name in DATASETS_READ if name not in NOT_MEASURED])
def test_without_a_dataset_those_change_that_read_it(dataset: str, example: Results) -> None:
    frames = example_frames() | {dataset: DATASETS[dataset].empty(POLICY.timezone).lazy()}
    without = run_frames(frames, EVERYTHING, PERIOD, None).indicators
    columns = ["value", "n", "achievement", "status", "reason"]
    both = example.indicators.join(without, on=["employee_id", "item_id"], suffix="_without")
    is_changed = pl.any_horizontal(~pl.col(column).eq_missing(pl.col(f"{column}_without")) for column in columns)
    changed = set(both.filter(is_changed).get_column("indicator_id"))
    needed_by = {name for name in READS if dataset in READS[name]}
    used_by = {name for name, datasets in OPTIONAL.items() if dataset in datasets}
    assert changed
    assert needed_by <= changed <= needed_by | used_by


def test_decisions_change_the_decided_rating_alone(example: Results) -> None:
    frames = example_frames() | {"decisions": DATASETS["decisions"].empty(POLICY.timezone).lazy()}
    without = run_frames(frames, EVERYTHING, PERIOD, None)
    assert example.scores.get_column("decided_rating").count() > 0
    assert without.scores.get_column("decided_rating").count() == 0
    assert without.scores.drop("decided_rating").equals(example.scores.drop("decided_rating"))
    assert without.indicators.equals(example.indicators)
