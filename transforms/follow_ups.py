"""What a rating leads to: a reward nomination, guidance, counselling; and training for items that scored low.

Source: seed (domain rules, section 5, follow-up); the courses are the policy's catalogue, by default the platform's.
A follow-up is a proposal to the leader; nothing is decided here.
"""

from __future__ import annotations

import polars as pl

from policies.model import GROUPS, Policy
from transforms.findings import SCORED

NO_SCORE = "no_score"
TRAINING = "training"
_SCHEMA = pl.Schema(
    {
        "employee_id": pl.String(),
        "action": pl.String(),
        "item_id": pl.String(),
        "course": pl.String(),
        "supervisor_must_act": pl.Boolean(),
        "reason": pl.String(),
    }
)


def follow_ups(employees: pl.DataFrame, scores: pl.DataFrame, indicators: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """One row an employee and follow-up, by employee_id and number: actions, then training, as the policy lists them.

    Columns: employee_id; number: 1, 2, ... of the employee; action: what the policy names for the decided rating, or
    else the proposed one, `training` for an item, or `no_score` (no other follow-up); item_id and course (Indonesian):
    of a training; supervisor_must_act; reason: `decided_rating` or `proposed_rating`, whichever the action is on,
    `achievement_below_<number>`, or the score's own reason where there is none.
    """
    is_scored = pl.col("status") == SCORED
    without = scores.filter(~is_scored).select(
        "employee_id",
        "reason",
        action=pl.lit(NO_SCORE),
        item_id=pl.lit(None, pl.String),
        item_place=pl.lit(None, pl.UInt32),
        course=pl.lit(None, pl.String),
        place=pl.lit(0),
        supervisor_must_act=pl.lit(value=False),
    )
    parts = [without, *_by_rating(scores.filter(is_scored), policy), *_training(employees, scores, indicators, policy)]
    return (
        pl.concat(parts, how="diagonal_relaxed")
        .sort("employee_id", "place", "item_place")
        .select(
            "employee_id",
            pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("employee_id").alias("number"),
            *(pl.col(name).cast(kind) for name, kind in _SCHEMA.items() if name != "employee_id"),
        )
    )


def _by_rating(scored: pl.DataFrame, policy: Policy) -> list[pl.DataFrame]:
    """Rows of each of the policy's follow-ups."""
    has_decision = pl.col("decided_rating").is_not_null()
    return [
        scored.filter(pl.coalesce("decided_rating", "proposed_rating").is_in(follow_up.rating)).select(
            "employee_id",
            action=pl.lit(follow_up.action),
            place=pl.lit(place),
            supervisor_must_act=pl.lit(follow_up.supervisor_must_act),
            reason=pl.when(has_decision).then(pl.lit("decided_rating")).otherwise(pl.lit("proposed_rating")),
        )
        for place, follow_up in enumerate(policy.follow_ups, start=1)
    ]


def _training(
    employees: pl.DataFrame, scores: pl.DataFrame, indicators: pl.DataFrame, policy: Policy
) -> list[pl.DataFrame]:
    """A row an item below the limit that the catalogue names a course for, of those who have a score."""
    rule = policy.training
    if rule is None:
        return []
    courses = pl.DataFrame(
        [(training.item, training.course.id) for training in rule.catalogue],
        schema={"item_id": pl.String, "course": pl.String},
        orient="row",
    )
    order = pl.DataFrame(
        [
            (sector, item.id, place)
            for sector in employees.get_column("sector").unique()
            for place, item in enumerate(item for group in GROUPS for item in policy.items(sector, group))
        ],
        schema={"sector": pl.String, "item_id": pl.String, "item_place": pl.UInt32},
        orient="row",
    )
    low = indicators.filter(pl.col("status") == SCORED, pl.col("achievement") < pl.lit(rule.below))
    return [
        low.join(scores.filter(pl.col("status") == SCORED), on="employee_id", how="semi")
        .join(employees.select("employee_id", "sector"), on="employee_id")
        .join(order, on=["sector", "item_id"])
        .join(courses, on="item_id")
        .select(
            "employee_id",
            "item_id",
            "course",
            "item_place",
            action=pl.lit(TRAINING),
            place=pl.lit(len(policy.follow_ups) + 1),
            supervisor_must_act=pl.lit(value=False),
            reason=pl.lit(f"achievement_below_{rule.below.normalize():f}"),
        )
    ]
