"""Before and after: a change that was made is found with its size, one that was not made is not."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from policies.model import Intervention, Label
from tests.insights.asked import cells, insights_of, policy_of, with_rules

START, DAYS = dt.date(2026, 7, 1), 92
DAY = dt.date(2026, 8, 16)
Hours = Callable[[str, dt.date], float]


def change(
    day: dt.date = DAY, units: tuple[str, ...] = ("A.1",), compare_with: tuple[str, ...] = ("B",)
) -> Intervention:
    label = Label(id="Antrean daring", en="Online queue")
    return Intervention(id="queue", label=label, date=day, units=units, compare_with=compare_with, source="default")


def effects(hours: Hours, made: Intervention, a_day: int = 4, **tables: str) -> pl.DataFrame:
    """Effects where so many documents a day (24 hours allowed) take `hours`, give or take two, in A.1 and in B."""
    chance = random.Random(7)  # noqa: S311 - made-up requests
    lines = []
    for number in range(DAYS):
        day = START + dt.timedelta(days=number)
        for unit in ("A.1", "B"):
            for _ in range(a_day):
                came = dt.datetime.combine(day, dt.time(8))
                closed = came + dt.timedelta(hours=hours(unit, day) + chance.uniform(-2, 2))
                lines.append(f"{unit} | document | {came.isoformat()} | {closed.isoformat()} | closed")
    table = "\n".join(["unit_id | kind | submitted_at | closed_at | status", *lines])
    policy = with_rules(policy_of("kalianda"), interventions=(made,))
    return insights_of({"service_requests": table, **tables}, policy)["effects"]


def asked(frame: pl.DataFrame, columns: str, design: str = "compared", outcome: str = "processing_time") -> list[Any]:
    return cells(frame, columns, outcome=outcome, design=design)


def numbers(frame: pl.DataFrame, columns: str, design: str = "compared") -> list[float]:
    return [float(cell) for cell in asked(frame, columns, design)]


def halved(unit: str, day: dt.date) -> float:
    return 6 if unit == "A.1" and day >= DAY else 12


def test_half_the_time_is_found_with_its_size_and_interval() -> None:
    found = effects(halved, change())
    assert asked(found, "verdict n_days_before n_days_after n_before n_after") == ["better", 46, 46, 184, 184]
    # 12 of 24 hours before, 6 after: from 0.50 to 0.25 of the limit, while the others stay at 0.50.
    before, after, others_before, others_after = numbers(found, "before after others_before others_after")
    assert (before, after, others_before, others_after) == pytest.approx((0.5, 0.25, 0.5, 0.5), abs=0.01)
    effect, low, high, p = numbers(found, "effect effect_low effect_high effect_p")
    assert low < -0.25 < high < 0
    assert effect == pytest.approx(-0.25, abs=0.02)
    assert p < 0.001


def test_slower_is_worse() -> None:
    assert asked(effects(lambda unit, day: 24 - halved(unit, day), change()), "verdict") == ["worse"]


def test_a_growing_change_is_one_of_the_trend() -> None:
    def slowly(unit: str, day: dt.date) -> float:
        weeks = max((day - DAY).days, 0) / 7
        return 12 - (weeks if unit == "A.1" else 0)

    found = effects(slowly, change())
    level, trend, low, high = numbers(found, "level_change trend_change trend_change_low trend_change_high")
    assert level == pytest.approx(0, abs=0.02)
    # An hour a week of 24.
    assert low < -1 / 24 < high < 0
    assert trend == pytest.approx(-1 / 24, abs=0.005)
    assert asked(found, "verdict") == ["better"]


def test_without_a_change_none_is_found() -> None:
    found = effects(lambda *_: 12, change())
    assert asked(found, "verdict") == ["not_found"]
    low, high = numbers(found, "effect_low effect_high")
    assert low < 0 < high


def test_what_came_to_all_is_nobodys_merit() -> None:
    """Everybody is faster from the day on: alone it looks like an effect, beside the others it is none."""
    found = effects(lambda _, day: halved("A.1", day), change())
    assert float(asked(found, "effect_p", "own")[0]) < 0.001
    assert asked(found, "verdict") == ["not_found"]


def test_a_change_before_the_day_puts_the_finding_in_doubt() -> None:
    """Somebody claims August 16 for what began on July 24, and more on the day: the placebo finds it too."""

    def twice(unit: str, day: dt.date) -> float:
        if unit == "B" or day < dt.date(2026, 7, 24):
            return 14
        return 10 if day < DAY else 3

    found = effects(twice, change())
    assert float(asked(found, "effect_p", "placebo")[0]) < 0.05
    assert asked(found, "from_day", "placebo") == ["2026-07-24"]
    assert asked(found, "verdict") == ["doubtful"]


@pytest.mark.parametrize(
    ("day", "verdict"),
    [
        (dt.date(2026, 7, 14), "too_little"),  # 13 days before
        (dt.date(2026, 7, 15), "not_found"),
        (dt.date(2026, 9, 17), "not_found"),  # 14 days after
        (dt.date(2026, 9, 18), "too_little"),
        (dt.date(2026, 4, 1), "too_little"),
        (dt.date(2026, 12, 1), "too_little"),
    ],
)
def test_two_weeks_on_either_side_are_needed(day: dt.date, verdict: str) -> None:
    assert asked(effects(lambda *_: 12, change(day)), "verdict") == [verdict]


def test_without_other_units_nothing_can_be_compared() -> None:
    found = effects(halved, change(units=("A.1", "B"), compare_with=("A.2",)))
    assert asked(found, "verdict effect n_days_before") == ["too_little", None, 0]


def test_all_other_units_are_compared_with_where_none_is_named() -> None:
    named, unnamed = (effects(halved, change(compare_with=compared)) for compared in (("B",), ()))
    assert named.equals(unnamed)


def test_satisfaction_and_queue_have_verdicts_of_their_own() -> None:
    lines = []
    for number in range(DAYS):
        day = START + dt.timedelta(days=number)
        for unit in ("A.1", "B"):
            high = unit == "A.1" and day >= DAY
            lines += [f"{unit} | {day}T09:00 | {4 if high or (number + k) % 2 else 2}" for k in range(3)]
    survey = "\n".join(["unit_id | submitted_at | u1", *lines])
    found = effects(lambda *_: 12, change(), survey_responses=survey)
    assert asked(found, "verdict", outcome="satisfaction") == ["better"]
    assert asked(found, "verdict", outcome="processing_time") == ["not_found"]
    # Documents of eight o'clock take twelve hours: none is open at the end of a day, on either side.
    assert asked(found, "before after verdict", outcome="queue") == ["0.000000", "0.000000", "too_little"]


def test_a_queue_that_begins_to_grow_is_found() -> None:
    def never(unit: str, day: dt.date) -> float:
        return 24 * 200 if unit == "A.1" and day >= DAY else 12

    found = effects(never, change())
    assert asked(found, "verdict level_change", outcome="queue") == ["worse", None]
    # Nothing of the four a day is closed any more: the queue grows by a day of work a day, seven a week.
    assert float(asked(found, "trend_change", outcome="queue")[0]) == pytest.approx(7, abs=0.1)


def test_without_an_intervention_nothing_is_asked() -> None:
    assert insights_of({})["effects"].is_empty()
