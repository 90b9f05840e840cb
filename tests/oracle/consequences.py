"""What follows from the record and the scores: the discipline ladder, follow-ups, grades and bands. Never pay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from policies.model import Policy
from tests.oracle.facts import Facts, Person, Row
from tests.oracle.indicators import SCORED, whole_minutes
from tests.oracle.spans import Span


def ladder_row(person: Person, facts: Facts) -> Row | None:
    """Days of absence of the calendar year and the level they lead to; None for those who are not PNS.

    "PNS only, unexcused absence days of the calendar year up to the period's end, late and early minutes of days with
    two or more events summed over the year and converted at 450 min = 1 day, remainder dropped"; "employment type of
    the home spell; the year's earlier months from the attendance in this run's inputs".
    """
    if person.home["employment_type"] != "PNS":
        return None
    rule = facts.policy.national.discipline_ladder
    year = Span(dt.date(facts.p.start.year, 1, 1), facts.p.end, facts.zone)
    recorded = person.recorded_days_in(year)
    absent = [date not in person.events_by_day for date in recorded]
    minutes = sum(minutes_lost(person, date) for date in recorded)
    days = sum(absent) + minutes // rule.minutes_per_day
    in_a_row = longest_run(absent)
    return {
        "employee_id": person.employee_id,
        "n_absent_days": sum(absent),
        "n_minutes": minutes,
        "n_days": days,
        "n_days_in_a_row": in_a_row,
        "level": rule.consecutive_level if in_a_row >= rule.consecutive_days else ladder_level(days, facts.policy),
    }


def minutes_lost(person: Person, date: dt.date) -> int:
    """Minutes late and early of a day "with two or more events"."""
    events, shift = person.events_by_day.get(date, []), person.shift_on(date)
    if shift is None or len(events) < 2:
        return 0
    return whole_minutes(events[0].at - shift.start) + whole_minutes(shift.end - events[-1].at)


def longest_run(absent: Iterable[bool]) -> int:
    """Rule: "10 recorded days in a row without an event (leave, holidays and gaps neither count nor break the row)" """
    longest = run = 0
    for is_absent in absent:
        run = run + 1 if is_absent else 0
        longest = max(longest, run)
    return longest


def ladder_level(days: int, policy: Policy) -> str | None:
    """The highest step reached; "1-2 no level"."""
    reached = [step for step in policy.national.discipline_ladder.steps if step.from_days <= days]
    return max(reached, key=lambda step: step.from_days).level if reached else None


def follow_up_rows(score: Row, indicators: Iterable[Row], policy: Policy) -> list[Row]:
    """What a score leads to, as (employee_id, action, item_id or None).

    "on the decided rating or else the proposed one"; "every SCORED item below 90 -> the training the policy's catalogue
    names for it"; "No score, no follow-up but the list of those without a score."
    """
    employee_id = score["employee_id"]
    if score["status"] != SCORED:
        return [{"employee_id": employee_id, "action": "no_score", "item_id": None}]
    rating = score["decided_rating"] or score["proposed_rating"]
    rows = [
        {"employee_id": employee_id, "action": follow_up.action, "item_id": None}
        for follow_up in policy.follow_ups
        if rating in follow_up.rating
    ]
    if policy.training is None:
        return rows
    courses = {training.item for training in policy.training.catalogue}
    return rows + [
        {"employee_id": employee_id, "action": "training", "item_id": row["item_id"]}
        for row in indicators
        if row["status"] == SCORED and row["achievement"] < policy.training.below and row["item_id"] in courses
    ]


def skm_grade(index: Decimal, policy: Policy) -> str:
    """Rule: "SKM grade on IKM rounded to 2 decimals: D 25-64.99, C 65-76.60, B 76.61-88.30, A 88.31-100" """
    grades = sorted(policy.national.skm_grades.grades, key=lambda grade: grade.at_least, reverse=True)
    return next(grade.grade for grade in grades if index >= grade.at_least)


def competency_band(value: Decimal) -> str:
    """Rule: "bands >=90 optimal, >=78 fairly, else less (mapping bands)", on the stored value."""
    if value >= 90:
        return "optimal"
    return "fairly" if value >= 78 else "less"
