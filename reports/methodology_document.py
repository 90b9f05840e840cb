"""What the methodology page is made from: a plain document, put together from a policy and from a worked case.

Numbers are Decimal or int as the policy and the engine hold them; `Words` are a text in both languages.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal, TypedDict


class Words(TypedDict):
    """A text in both languages."""

    id: str
    en: str


class Item(TypedDict):
    """One scored line. `points`: (value, achievement) where the achievement bends, as the engine reads them.

    `weights`: percent of the group by sector, in the policy's order. `is_scale`: the points are the policy's own scale
    and no target. `courses`: what the training rule names for it.
    """

    id: str
    indicator: str
    group: str
    weights: Mapping[str, Decimal]
    direction: str
    target: Decimal | None
    is_scale: bool
    points: Sequence[tuple[Decimal, Decimal]]
    parameters: Mapping[str, object]
    label: Words
    meaning: Words
    source: str
    reads: Sequence[str]
    courses: Sequence[Words]


class Line(TypedDict):
    """An item's place in a sector: `item` counts into the document's items."""

    item: int
    weight: Decimal


class Sector(TypedDict):
    """The items a sector has of its own, by group; `general` has both."""

    sector: str
    groups: Mapping[str, Sequence[Line]]


class Rule(TypedDict):
    """A national rule: its name, since when, its source, and what it says."""

    rule: str
    in_force: dt.date
    source: str
    says: Mapping[str, object]


class FollowUp(TypedDict):
    """What a rating leads to."""

    rating: Sequence[str]
    action: str
    supervisor_must_act: bool
    label: Words


class Consultation(TypedDict):
    """Who was heard, when, and what came of it."""

    date: dt.date
    heard: str
    outcome: str


class Input(TypedDict):
    """A table of the worked case, its cells as text, `-` where empty; `same` holds for every row."""

    dataset: str
    same: Mapping[str, str]
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: Words | None


class Piece(TypedDict):
    """A part of a value, found by the engine from that part of the rows alone; `weight` is its weight among them."""

    name: str
    weight: Decimal
    value: Decimal


class Step(TypedDict):
    """One item of the worked case, as the engine stored it, and how its value came about.

    `pieces` make the value as `how` says; empty where numerator and denominator, or nothing, say it.
    """

    item: int
    weight: Decimal
    n: int
    numerator: int | None
    denominator: int | None
    value: Decimal | None
    measured_is_value: bool
    achievement: Decimal | None
    status: str
    reason: str | None
    how: Literal["median", "mean", "sum", "given"]
    pieces: Sequence[Piece]


class Worked(TypedDict):
    """The worked case: inputs, steps by group in the policy's order, and the stored row of scores."""

    employee_id: str
    period: str
    sector: str
    inputs: Sequence[Input]
    steps: Sequence[Step]
    scores: Mapping[str, Decimal | None]
    ratings: Mapping[str, str | None]
    status: str
    reason: str | None


class Methodology(TypedDict):
    """The document of one policy."""

    city: str
    name: str
    in_force: dt.date
    timezone: str
    periods: Sequence[str]
    employee_id: str
    policy_hash: str
    group_weights: Mapping[str, Decimal]
    min_coverage: Decimal
    min_weight: Decimal
    min_days: int
    default_limit_hours: Decimal
    above: Decimal
    meets: Decimal
    thresholds_source: str
    items: Sequence[Item]
    sectors: Sequence[Sector]
    follow_ups: Sequence[FollowUp]
    training_below: Decimal | None
    consultations: Sequence[Consultation]
    requires: Mapping[str, Decimal]
    rules: Mapping[str, Rule]
    worked: Worked
