"""Which period a scheduled run scores, and where its files lie.

By the time the run was scheduled for, never by when it starts: the run of 21 January that waits until the 23rd for a
machine to come back, or is tried again in February, still scores the year before.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from policies import Period, load_policy
from policies.loading import PACKAGED
from transforms import CATALOGUE

Span = Literal["quarter", "year"]
Due = Literal["ended", "under_way"]


def last_ended(span: Span, day: dt.date) -> Period:
    """The last quarter or year that had ended when `day` began."""
    running = under_way(span, day)
    return under_way(span, running.start - dt.timedelta(days=1))


def under_way(span: Span, day: dt.date) -> Period:
    """The quarter or year that `day` lies in."""
    return Period("year", day.year) if span == "year" else Period("quarter", day.year, (day.month + 2) // 3)


@cache
def zone_of(city: str, at: dt.datetime, policies_dir: Path | None = None) -> ZoneInfo:
    """The timezone of a city by the policy in force at that time.

    Raises:
        PolicyError: the city has no policy, or none in force then.
    """
    # Which policy stands depends on the day, and that on the zone; a few hours make no other policy of it.
    policy = load_policy(city, under_way("quarter", at.date()), CATALOGUE, root=policies_dir or PACKAGED)
    return ZoneInfo(policy.timezone)


def period_due(city: str, span: Span, due: Due, at: dt.datetime, policies_dir: Path | None = None) -> Period:
    """The period that a run of `city` scheduled for `at` (with an offset) is about, by the city's calendar.

    Raises:
        PolicyError: the city has no policy, or none in force then.
    """
    chosen = last_ended if due == "ended" else under_way
    return chosen(span, at.astimezone(zone_of(city, at, policies_dir)).date())


def inputs_of(root: Path, city: str, period: Period) -> Path:
    """The folder that the files of a city and period are delivered to: `<root>/<city>/<period>`."""
    return root / city / period.name
