"""The smallest change that moves a rating, through the policy's own matrix.

What is compared is what is stored, as the rating itself does. A change is enough for certain: digits that were rounded
away can only help. It is at most 0.03 points of achievement, and 0.01 of the group's, more than the least.
"""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Final

import polars as pl

from policies.model import GROUPS, Policy
from transforms.exact import SCORE_DIGITS
from transforms.grading import Points
from transforms.insights.certainty import Entry, entries
from transforms.insights.evidence import Evidence

ORDER: Final = ("Sangat Kurang", "Kurang/Misconduct", "Butuh Perbaikan", "Baik", "Sangat Baik")
"""Ratings from the worst to the best (PermenPANRB 6/2022)."""
_LEVELS: Final = ("below", "meets", "above")
_UNIT: Final = 10**SCORE_DIGITS


def next_steps(evidence: Evidence, items: pl.DataFrame) -> pl.DataFrame:
    """One row a person whose proposed rating can be bettered; `items` as `certainty.scored_items` gives them.

    employee_id; next_rating; results_needed, behaviour_needed: points the group scores lack (0: none), the pair that
    costs the score the fewest points; score_needed: these points together. Where one item alone would do: the one that
    needs the fewest points, step_item, step_achievement (what it has to reach), step_value (the same on its own scale,
    null where that is of several targets), step_count (of a share: so many instead of `numerator`). Points Float64.
    """
    states = _states(evidence, items)
    cells = _cells(evidence.policy)
    paths = states.join(cells, how="cross").filter(
        pl.col("order") > pl.col("own_order"),
        *(pl.col(f"{group}_to") >= pl.col(f"{group}_level") for group in GROUPS),
    )
    needs = {
        f"{group}_need": pl.when(pl.col(f"{group}_to") > pl.col(f"{group}_level"))
        .then((pl.col(f"{group}_from") - pl.col(f"{group}_score")).clip(lower_bound=0))
        .otherwise(0)
        for group in GROUPS
    }
    weights = {group: float(evidence.policy.group_weight(group)) / 100 for group in GROUPS}
    best = (
        paths.with_columns(**needs)
        .filter(*(pl.col(f"{group}_score") + pl.col(f"{group}_need") <= pl.col(f"{group}_most") for group in GROUPS))
        .with_columns(cost=sum((pl.col(f"{group}_need") * weights[group] for group in GROUPS), pl.lit(0.0)))
        .sort("employee_id", "cost", -pl.col("order"))
        .group_by("employee_id", maintain_order=True)
        .first()
    )
    single = _single(evidence, best, items)
    return best.join(single, on="employee_id", how="left", maintain_order="left").select(
        "employee_id",
        "next_rating",
        *((pl.col(f"{group}_need") / _UNIT).alias(f"{group}_needed") for group in GROUPS),
        "step_item",
        "step_achievement",
        "step_value",
        "step_count",
        score_needed=pl.col("cost") / _UNIT,
    )


def _hundredths(number: Decimal) -> int:
    return int(number * _UNIT)


def _states(evidence: Evidence, items: pl.DataFrame) -> pl.DataFrame:
    """One row a person with a rating: where both groups are, in hundredths, and the most they can reach."""
    most = pl.lit(None, pl.Float64)
    for entry in entries(evidence):
        most = pl.when(is_of(entry)).then(pl.lit(entry.most)).otherwise(most)
    reachable = (
        items.with_columns(most=most)
        .group_by("employee_id", "item_group")
        .agg(most=((pl.col("most") * pl.col("weight")).sum() / pl.col("weight").sum() * _UNIT).round().cast(pl.Int64))
    )
    states = evidence.results.scores.filter(pl.col("proposed_rating").is_not_null()).select(
        "employee_id",
        own_order=pl.col("proposed_rating").replace_strict(
            {rating: place for place, rating in enumerate(ORDER)}, return_dtype=pl.Int64
        ),
        **{f"{group}_score": pl.col(f"{group}_score").to_physical().cast(pl.Int64) for group in GROUPS},
        **{
            f"{group}_level": pl.col(f"{group}_rating").replace_strict(
                {level: place for place, level in enumerate(_LEVELS)}, return_dtype=pl.Int64
            )
            for group in GROUPS
        },
    )
    for group in GROUPS:
        own = reachable.filter(pl.col("item_group") == group).select(
            "employee_id", pl.col("most").alias(f"{group}_most")
        )
        states = states.join(own, on="employee_id", how="left", maintain_order="left")
    return states


def is_of(entry: Entry) -> pl.Expr:
    """Whether a row of items is of that entry."""
    return (
        (pl.col("item_id") == entry.item.id)
        & (pl.col("item_group") == entry.group)
        & pl.col("sector").is_in(entry.sectors)
    )


def _cells(policy: Policy) -> pl.DataFrame:
    """The nine cells of the matrix: the level and the score each group needs, and the rating."""
    starts = [0, _hundredths(policy.thresholds.meets), _hundredths(policy.thresholds.above)]
    rows = []
    for (results, start), (behaviour, other) in itertools.product(enumerate(starts), repeat=2):
        rating = policy.national.rating_matrix.matrix[_LEVELS[results]][_LEVELS[behaviour]]
        rows.append((results, behaviour, start, other, rating, ORDER.index(rating)))
    names = ["results_to", "behaviour_to", "results_from", "behaviour_from", "next_rating", "order"]
    return pl.DataFrame(rows, schema=names, orient="row")


def _single(evidence: Evidence, best: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """The one item that needs the fewest points, of those who lack in one group only."""
    one_group = best.filter((pl.col("results_need") > 0) != (pl.col("behaviour_need") > 0)).select(
        "employee_id",
        item_group=pl.when(pl.col("results_need") > 0).then(pl.lit("results")).otherwise(pl.lit("behaviour")),
        need=pl.max_horizontal("results_need", "behaviour_need"),
    )
    whole = pl.col("weight").sum().over("employee_id", "item_group")
    # Rounded up, and one hundredth more: what was rounded off the item's own achievement cannot spoil it.
    more = (pl.col("need") * pl.col("whole") + pl.col("weight") - 1) // pl.col("weight") + 1
    reached = pl.col("achievement").to_physical().cast(pl.Int64)
    candidates = (
        items.with_columns(whole=whole)
        .join(one_group, on=["employee_id", "item_group"])
        .with_columns(more=more)
        .with_columns(goal=reached + pl.col("more"))
    )
    parts = [
        candidates.filter(is_of(entry), pl.col("goal") <= round(entry.most * _UNIT)).with_columns(
            step_value=_value_of(pl.col("goal") / _UNIT, entry)
        )
        for entry in entries(evidence)
    ]
    found = pl.concat(parts) if parts else candidates.with_columns(step_value=pl.lit(None, pl.Float64))
    # A hair less than the quotient: it carries the noise of a float.
    count = (pl.col("step_value") * pl.col("denominator") - 1e-6).ceil().cast(pl.Int64)
    return (
        found.sort("employee_id", "more", "place")
        .group_by("employee_id", maintain_order=True)
        .first()
        .select(
            "employee_id",
            "step_value",
            step_item="item_id",
            step_achievement=pl.col("goal") / _UNIT,
            step_count=pl.when(pl.col("denominator").is_not_null()).then(count),
        )
    )


def _value_of(goal: pl.Expr, entry: Entry) -> pl.Expr:
    """The nearest value that achieves `goal`, rounded towards more; null where the data bring the target."""
    if entry.item.indicator == "outcome" or not _is_monotone(entry.points):
        return pl.lit(None, pl.Float64)
    places = [(float(x), float(y)) for x, y in entry.points]
    value = pl.lit(None, pl.Float64)
    rises = places[-1][1] > places[0][1]
    segments = list(itertools.pairwise(places))
    # Rising: the first segment that gets there; falling: the last one that still does.
    for (x, y), (next_x, next_y) in reversed(segments) if rises else segments:
        gets_there = goal <= max(y, next_y)
        if y != next_y:
            value = pl.when(gets_there).then(x + (goal - y) * ((next_x - x) / (next_y - y))).otherwise(value)
    million = 10**6
    return ((value * million).ceil() if rises else (value * million).floor()) / million


def _is_monotone(points: Points) -> bool:
    heights = [y for _, y in points]
    return heights in (sorted(heights), sorted(heights, reverse=True))
