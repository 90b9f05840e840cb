"""The responsive-city score: golden numbers, and the traps such scores fall into."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tests.insights.asked import cells, example_insights, insights_of

WHERE = {"level": "city", "place_id": "kalianda"}
REQUESTS = {
    "service_requests": """
        unit_id | kind      | submitted_at     | closed_at        | due_at           | status
        A.1     | document  | 2026-07-06T08:00 | 2026-07-06T10:00 | 2026-07-06T12:00 | closed
        A.1     | document  | 2026-07-07T08:00 | 2026-07-07T10:00 | 2026-07-07T12:00 | closed
        A.1     | document  | 2026-07-07T08:00 | 2026-07-07T11:00 | 2026-07-07T12:00 | closed
        A.1     | document  | 2026-07-07T08:00 | 2026-07-07T13:00 | 2026-07-07T12:00 | closed
        A.2     | complaint | 2026-07-07T08:00 | -                | 2026-07-07T12:00 | open
    """,
    "survey_responses": """
        unit_id | submitted_at     | u1 | u2
        A.1     | 2026-07-07T09:00 | 4  | 2
        B       | 2026-07-07T09:00 | 3  | 4
    """,
}


def asked(grain: str, bucket: str, component: str, columns: str = "n value score") -> list[object]:
    found = insights_of(REQUESTS)["responsive"]
    return cells(found, columns, **WHERE, grain=grain, bucket=bucket, component=component)


def test_a_component_is_its_share_against_the_target() -> None:
    # July 7: two of three documents in time; 100 * (2/3) / 0.95 = 70.18. Target: Kalianda's for on_time_share.
    assert asked("day", "2026-07-07", "documents") == [3, "0.666667", "70.18"]
    # u1 (4 + 3) / 2 = 3.5, u2 3; 25 * 3.25 = 81.25; against 80: 101.5625.
    assert asked("day", "2026-07-07", "satisfaction") == [2, "81.250000", "101.56"]
    assert asked("day", "2026-07-07", "complaints") == [1, "0.000000", "0.00"]


def test_all_is_the_mean_of_what_happened() -> None:
    # (70.1754 + 0 + 101.5625) / 3 = 57.2460; nobody asked for information, so it counts neither for nor against.
    assert asked("day", "2026-07-07", "all") == [6, None, "57.25"]
    assert asked("day", "2026-07-06", "all") == [1, None, "105.26"]


def test_without_an_event_there_is_no_score_and_no_zero() -> None:
    assert asked("day", "2026-07-08", "all", "n value score low high") == [0, None, None, None, None]
    assert asked("day", "2026-07-07", "information", "n value score low high") == [0, None, None, None, None]


def test_a_week_is_counted_from_its_events_and_not_from_its_days() -> None:
    # Three of four in time: 78.95. The mean of the days' scores (105.26 and 70.18) would be 87.72.
    for grain, bucket in (("week", "2026-W28"), ("month", "2026-07"), ("quarter", "2026-Q3")):
        assert asked(grain, bucket, "documents") == [4, "0.750000", "78.95"]


def test_the_interval_is_wilsons() -> None:
    # 2 of 3: centre (2/3 + z2/6) / (1 + z2/3), half z sqrt(p q / 3 + z2/36) / (1 + z2/3): 0.2077 to 0.9385.
    assert asked("day", "2026-07-07", "documents", "low high") == ["21.86", "98.79"]
    # 1 of 1: 0.2065 to 1, times 100 / 0.95.
    assert asked("day", "2026-07-06", "documents", "low high") == ["21.74", "105.26"]


def test_one_answer_says_nothing_of_the_next() -> None:
    survey = {"survey_responses": "unit_id | submitted_at | u1\nB | 2026-07-07T09:00 | 4"}
    found = insights_of(survey)["responsive"]
    day = {**WHERE, "grain": "day", "bucket": "2026-07-07", "component": "satisfaction"}
    # Anything from 25 to 100 may follow: 31.25 to the cap.
    assert cells(found, "n score low high", **day) == [1, "120.00", "31.25", "120.00"]


def test_every_bucket_of_the_period_is_there_once() -> None:
    found = example_insights("kalianda")["responsive"].filter(level="city", component="all")
    counted = {grain: frame for (grain,), frame in found.group_by("grain")}
    days = [dt.date(2026, 7, 1) + dt.timedelta(days=n) for n in range(92)]
    assert sorted(counted["day"]["bucket"]) == [day.isoformat() for day in days]
    assert sorted(counted["week"]["bucket"]) == sorted({f"{day:%G-W%V}" for day in days})
    assert sorted(counted["month"]["bucket"]) == ["2026-07", "2026-08", "2026-09"]
    assert counted["quarter"]["bucket"].to_list() == ["2026-Q3"]
    for frame in counted.values():
        assert frame["n_days"].sum() == 92


@pytest.mark.parametrize("city", ["kalianda", "pauh", "tangerang_selatan"])
def test_events_of_every_grain_are_the_same_events(city: str) -> None:
    found = example_insights(city)["responsive"].filter(pl.col("component") != "all")
    totals = found.group_by("level", "component", "grain").agg(pl.col("n").sum())
    assert totals.group_by("component").agg(pl.col("n").n_unique())["n"].to_list() == [1] * 4
    interval = found.filter(pl.col("n") > 0)
    assert interval.select((pl.col("low") <= pl.col("score")).all(), (pl.col("score") <= pl.col("high")).all()).row(
        0
    ) == (True, True)
