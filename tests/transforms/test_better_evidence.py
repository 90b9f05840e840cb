"""Better evidence of the same kind never lowers an item, and raises it for somebody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl
import pytest

from tests.oracle.by_hand import EVERYTHING
from tests.oracle.generate import ZONE
from tests.transforms.engine import run_frames
from tests.transforms.example import example_frames
from transforms import Results

PERIOD = "2026-Q3"
START, END = dt.datetime(2026, 7, 1, tzinfo=ZONE), dt.datetime(2026, 10, 1, tzinfo=ZONE)
SATISFACTION = {"citizen_satisfaction", "patient_satisfaction", "student_satisfaction"}


def in_period(column: str) -> pl.Expr:
    return pl.col(column).is_between(START, END, closed="left")


def closed_earlier(requests: pl.LazyFrame) -> pl.LazyFrame:
    """Closed in half the time, still in the period: which requests are counted stays the same."""
    opened = pl.max_horizontal(pl.coalesce("complete_at", "submitted_at"), pl.lit(START))
    sooner = opened + pl.duration(microseconds=(pl.col("closed_at") - opened).dt.total_microseconds() // 2)
    return requests.with_columns(closed_at=pl.when(in_period("closed_at")).then(sooner).otherwise("closed_at"))


def answered_at_once(requests: pl.LazyFrame) -> pl.LazyFrame:
    return requests.with_columns(first_response_at=pl.col("submitted_at"))


def never_reopened(requests: pl.LazyFrame) -> pl.LazyFrame:
    return requests.with_columns(reopened_count=pl.lit(0, pl.Int64))


def open_ones_closed(requests: pl.LazyFrame) -> pl.LazyFrame:
    """What was owed and open is closed before the period ends."""
    is_open = pl.col("status") == "open"
    last = pl.lit(END - dt.timedelta(microseconds=1))
    return requests.with_columns(
        closed_at=pl.when(is_open & (pl.col("submitted_at") < last)).then(last).otherwise("closed_at"),
        status=pl.when(is_open & (pl.col("submitted_at") < last)).then(pl.lit("closed")).otherwise("status"),
    )


def rated_higher(ratings: pl.LazyFrame) -> pl.LazyFrame:
    higher = pl.min_horizontal(pl.col("level") + pl.lit(1, pl.Decimal(38, 18)), pl.col("level_max"))
    return ratings.with_columns(level=higher)


def answered_higher(responses: pl.LazyFrame) -> pl.LazyFrame:
    answers = pl.col("^u[1-9]$")
    best = pl.lit(4, pl.Decimal(38, 18))
    return responses.with_columns(pl.when(answers < best).then(answers + (best - answers) / 2).otherwise(answers))


def initiatives_adopted(initiatives: pl.LazyFrame) -> pl.LazyFrame:
    return initiatives.with_columns(status=pl.lit("adopted"))


def reported_in_time(progress: pl.LazyFrame) -> pl.LazyFrame:
    return progress.with_columns(reported_at=pl.coalesce(pl.min_horizontal("reported_at", "due_at"), "reported_at"))


def reported_every_week(progress: pl.LazyFrame) -> pl.LazyFrame:
    """Each person's first report comes again in each week; it says nothing about what was realised."""
    mondays = pl.LazyFrame({"monday": pl.datetime_range(START, END, "1w", time_zone="Asia/Jakarta", eager=True)})
    first = progress.group_by("employee_id").first().select(progress.collect_schema().names())
    again = first.join(mondays, how="cross").with_columns(
        reported_at="monday", due_at=pl.lit(None, pl.Datetime("us", "Asia/Jakarta")), realised=pl.lit(None)
    )
    return pl.concat([progress, again.drop("monday").cast(dict(progress.collect_schema()))])


def realised_better(frames: dict[str, pl.LazyFrame]) -> dict[str, pl.LazyFrame]:
    """Half as much again where more is better, half where less is."""
    is_higher = frames["objectives"].select("objective_id", is_higher=pl.col("direction") == "higher")
    progress = frames["progress"].join(is_higher, on="objective_id", how="left", maintain_order="left")
    better = pl.when("is_higher").then(pl.col("realised") * 3).otherwise(pl.col("realised")) / 2
    return {**frames, "progress": progress.with_columns(realised=better.cast(pl.Decimal(38, 18))).drop("is_higher")}


def reached_more(outcomes: pl.LazyFrame) -> pl.LazyFrame:
    better = pl.when(pl.col("direction") == "higher").then(pl.col("actual") * 3).otherwise(pl.col("actual")) / 2
    return outcomes.with_columns(actual=better.cast(pl.Decimal(38, 18)))


def in_time_when_absent(frames: dict[str, pl.LazyFrame]) -> dict[str, pl.LazyFrame]:
    """Whole days of attendance for those with default hours on days when others of their unit have events."""
    spells = frames["employees"].filter(pl.col("schedule_id").is_null(), pl.col("end_date").is_null())
    spells = spells.filter(pl.col("start_date") <= START.date()).select("employee_id", "unit_id")
    day = pl.col("timestamp").dt.replace_time_zone(None).dt.date()
    seen = frames["attendance"].select("employee_id", day=day).unique()
    recorded = seen.join(spells, on="employee_id").select("unit_id", "day").unique()
    absent = spells.join(recorded, on="unit_id").join(seen, on=["employee_id", "day"], how="anti")
    added = [
        absent.select("employee_id", timestamp=pl.col("day").dt.combine(clock).dt.replace_time_zone("Asia/Jakarta"))
        for clock in (dt.time(7, 30), dt.time(16, 30))
    ]
    return {**frames, "attendance": pl.concat([frames["attendance"], *added], how="diagonal")}


def on(dataset: str, change: Callable[[pl.LazyFrame], pl.LazyFrame]) -> Change:
    return lambda frames: {**frames, dataset: change(frames[dataset])}


Change = Callable[[dict[str, pl.LazyFrame]], dict[str, pl.LazyFrame]]


@dataclass(frozen=True)
class Better:
    """What becomes better; the items it must raise for somebody, beside which nothing may change."""

    change: Change
    raises: set[str]
    may_change: frozenset[str] = frozenset()


BETTER = {
    "closed_earlier": Better(on("service_requests", closed_earlier), {"document_completion_time", "on_time_share"}),
    "answered_at_once": Better(on("service_requests", answered_at_once), {"complaint_responsiveness"}),
    "never_reopened": Better(on("service_requests", never_reopened), {"first_time_right"}),
    "open_ones_closed": Better(
        on("service_requests", open_ones_closed),
        {"complaints_handled"},
        # One more document, or request, is counted: not the same evidence made better.
        frozenset({"document_completion_time", "first_time_right", "on_time_share", "complaint_responsiveness"}),
    ),
    "rated_higher": Better(on("ratings", rated_higher), {"behaviour", "competency_match"}),
    "answered_higher": Better(on("survey_responses", answered_higher), SATISFACTION),
    "initiatives_adopted": Better(on("initiatives", initiatives_adopted), {"initiative"}),
    "reported_in_time": Better(
        on("progress", reported_in_time),
        {"milestones_on_time"},
        # An earlier report may fall in another week, and another may then be the last.
        frozenset({"progress_reporting", "work_plan_achievement"}),
    ),
    "reported_every_week": Better(on("progress", reported_every_week), {"progress_reporting"}),
    "realised_better": Better(realised_better, {"work_plan_achievement"}),
    "reached_more": Better(on("outcomes", reached_more), {"immunization_coverage", "teaching_quality"}),
    "in_time_when_absent": Better(in_time_when_absent, {"discipline", "attendance_rate"}),
}


@pytest.fixture(scope="module")
def before() -> Results:
    return run_frames(example_frames(), EVERYTHING, PERIOD, None)


@pytest.mark.parametrize("name", BETTER)
def test_better_evidence(name: str, before: Results) -> None:
    better = BETTER[name]
    after = run_frames(better.change(example_frames()), EVERYTHING, PERIOD, None)
    key = ["employee_id", "item_id"]
    rows = before.indicators.join(after.indicators, on=key, suffix="_after")
    assert rows.height == before.indicators.height == after.indicators.height
    lowered = rows.filter(pl.col("achievement_after").fill_null(-1) < pl.col("achievement"))
    assert set(lowered.get_column("item_id")) <= better.may_change
    raised = rows.filter(pl.col("achievement_after") > pl.col("achievement"))
    assert better.raises <= set(raised.get_column("item_id"))
    changed = rows.filter(~pl.col("value_after").eq_missing(pl.col("value")))
    assert set(changed.get_column("item_id")) <= better.raises | better.may_change
