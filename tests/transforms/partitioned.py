"""Scoring in parts as tests call it, without files: every part's rows are filtered out of the whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import fields
from random import Random

import polars as pl

from policies.model import Policy
from policies.period import Period
from tests.oracle.by_hand import with_parameters
from tests.oracle.generate import PERIODS, POLICIES, Builder, Scenario
from tests.transforms.engine import days_off
from transforms import CATALOGUE, Results, score
from transforms.days import Elsewhere
from transforms.partitions import (
    GIVEN_WHOLE,
    PART,
    Partitioning,
    allotted,
    joined,
    partitioning,
    record_of,
)


def run_parts(
    frames: Mapping[str, pl.LazyFrame], policy: Policy, period: str, known_as_of: dt.datetime | None, n: int
) -> tuple[Results, Partitioning]:
    """The joined results of at most `n` parts, and the parts."""
    policy, when = with_parameters(policy, CATALOGUE), Period.parse(period)
    parts = partitioning(frames, policy, when, n, known_as_of=known_as_of)
    divided = {name: rows.collect() for name, rows in allotted(frames, parts).items()}
    own = [
        {name: rows.filter(pl.col(PART) == part).drop(PART).lazy() for name, rows in divided.items()}
        | {name: frames[name] for name in GIVEN_WHOLE}
        for part in range(len(parts.n_people))
    ]
    records = [record_of(rows, parts.shared, parts.year, policy, when, known_as_of) for rows in own]
    others = Elsewhere(parts.year, pl.concat(records).unique(), parts.places)
    results = [
        score(rows, policy, when, known_as_of=known_as_of, public_holidays=days_off(), elsewhere=others) for rows in own
    ]
    return joined(results), parts


def unequal(one: Results, other: Results) -> list[str]:
    """Names of what differs, order of rows and types included."""
    return [
        field.name
        for field in fields(Results)
        if not (
            getattr(one, field.name).equals(getattr(other, field.name))
            and getattr(one, field.name).schema == getattr(other, field.name).schema
            if isinstance(getattr(one, field.name), pl.DataFrame)
            else getattr(one, field.name) == getattr(other, field.name)
        )
    ]


def scattered(random: Random) -> Scenario:
    """A generated run with more units than people stay in: most move, many responses name people of other units."""
    period = random.choice(PERIODS)
    builder = Builder(random, period)
    builder.employee_ids = [f"E{number}" for number in range(1, random.randint(4, 9) + 1)]
    builder.unit_ids = tuple(f"U{number}" for number in range(1, random.randint(3, 6) + 1))
    known_as_of = builder.instant() if random.random() < 0.3 else None
    return Scenario(builder.tables(), random.choice(tuple(POLICIES)), period, known_as_of)
