"""Insights of tables written by hand, or of the shipped example."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Any

import polars as pl

from policies import load_policy
from policies.model import InsightRules, Policy
from policies.period import Period
from tests.golden.case import local, read_tables
from tests.transforms.engine import days_off, frames_of
from tests.transforms.example import example_frames
from transforms import CATALOGUE, Results, score
from transforms.insights import Previous, families

Row = dict[str, Any]
PERIOD = "2026-Q3"
FOUR_PEOPLE = """
    employee_id | unit_id | start_date
    E1          | A.1     | 2026-01-01
    E2          | A.1     | 2026-01-01
    E3          | A.2     | 2026-01-01
    E4          | B       | 2026-01-01
"""
"""Three units of two agencies: A (A.1 and A.2), and B, whose unit has no dot."""


@cache
def policy_of(city: str, period: str = PERIOD) -> Policy:
    """A shipped policy."""
    return load_policy(city, Period.parse(period), CATALOGUE)


def with_rules(policy: Policy, **rules: Any) -> Policy:
    """The policy with these rules for insights."""
    return policy.model_copy(update={"insights": InsightRules(**rules)})


def insights_of(
    tables: Mapping[str, str],
    policy: Policy | None = None,
    *,
    period: str = PERIOD,
    previous: Previous | None = None,
    known_as_of: str | None = None,
) -> dict[str, pl.DataFrame]:
    """Every insight of tables as golden cases write them, by Kalianda's policy unless another is given."""
    frames = frames_of(read_tables({"employees": FOUR_PEOPLE, **tables}))
    known = None if known_as_of is None else local(known_as_of)
    return found_in(
        frames, policy or policy_of("kalianda", period), period=period, previous=previous, known_as_of=known
    )


def found_in(
    frames: Mapping[str, pl.LazyFrame],
    policy: Policy,
    *,
    period: str = PERIOD,
    previous: Previous | None = None,
    known_as_of: dt.datetime | None = None,
) -> dict[str, pl.DataFrame]:
    """Every insight of canonical frames."""
    made = families(
        frames,
        scored(frames, policy, period, known_as_of),
        policy,
        Period.parse(period),
        known_as_of=known_as_of,
        public_holidays=days_off(),
        previous=previous,
    )
    return {name: frame for family in made for name, frame in family.items()}


def scored(
    frames: Mapping[str, pl.LazyFrame], policy: Policy, period: str = PERIOD, known_as_of: dt.datetime | None = None
) -> Results:
    """Results of canonical frames."""
    return score(frames, policy, Period.parse(period), known_as_of=known_as_of, public_holidays=days_off())


@cache
def example_insights(city: str) -> dict[str, pl.DataFrame]:
    """Every insight of the shipped example."""
    return found_in(example_frames(), policy_of(city))


def row(frame: pl.DataFrame, **key: str) -> Row:
    """The one row with that key; numbers as text, as they are shown."""
    (found,) = frame.filter(**key).to_dicts()
    return {
        name: value if value is None or isinstance(value, bool | int) else str(value) for name, value in found.items()
    }


def cells(frame: pl.DataFrame, columns: str, **key: str) -> list[Any]:
    """Some cells of the one row with that key; `columns` are parted by blanks."""
    found = row(frame, **key)
    return [found[name] for name in columns.split()]
