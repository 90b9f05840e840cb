"""The smallest change that moves a rating, through the policy's own matrix.

What is compared is what is stored, as the rating itself does. A change is enough for certain: digits that were rounded
away can only help. It is at most 0.03 points of achievement, and 0.01 of the group's, more than the least.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from decimal import Decimal
from typing import Final, NamedTuple

import polars as pl

from policies.model import GROUPS, Policy
from transforms.exact import SCORE_DIGITS
from transforms.grading import Points
from transforms.insights.certainty import Entry, entries, of_entry
from transforms.insights.evidence import Evidence

ORDER: Final = ("Sangat Kurang", "Kurang/Misconduct", "Butuh Perbaikan", "Baik", "Sangat Baik")
"""Ratings from the worst to the best (PermenPANRB 6/2022)."""
_LEVELS: Final = ("below", "meets", "above")
_UNIT: Final = 10**SCORE_DIGITS


def next_steps(evidence: Evidence, items: pl.DataFrame) -> pl.DataFrame:
    """One row a person whose proposed rating can be bettered; `items` as `certainty.scored_items` gives them.

    person; next_rating; results_needed, behaviour_needed: points the group scores lack (0: none), the pair that
    costs the score the fewest points; score_needed: these points together. Where one item alone would do: the one that
    needs the fewest points, step_item, step_achievement (what it has to reach), step_value (the same on its own scale,
    null where that is of several targets), step_count (of a share: so many instead of `numerator`). Points Float64.
    """
    best = _best_cells(evidence, _states(evidence, items))
    single = _single(evidence, best, items)
    return best.join(single, on="person", how="left", maintain_order="left").select(
        "person",
        "next_rating",
        *((pl.col(f"{group}_need") / _UNIT).alias(f"{group}_needed") for group in GROUPS),
        "step_item",
        "step_achievement",
        "step_value",
        "step_count",
        score_needed=pl.col("cost") / _UNIT,
    )


def _best_cells(evidence: Evidence, states: pl.DataFrame) -> pl.DataFrame:
    """person, next_rating, the needs (hundredths) and cost of the better cell that costs least; of equals the best."""
    weights = {group: float(evidence.policy.group_weight(group)) / 100 for group in GROUPS}
    cells = sorted(_cells(evidence.policy), key=lambda cell: -cell.order)
    needs, costs, columns = {}, [], {}
    for number, cell in enumerate(cells):
        is_open = pl.col("own_order") < cell.order
        cost = pl.lit(0.0)
        for group, place, start in zip(GROUPS, cell.places, cell.starts, strict=True):
            level, score = pl.col(f"{group}_level"), pl.col(f"{group}_score")
            need = pl.when(level < place).then((start - score).clip(lower_bound=0)).otherwise(0)
            needs[number, group] = need
            is_open &= (level <= place) & (score + need <= pl.col(f"{group}_most"))
            cost += need * weights[group]
        columns[f"cost_{number}"] = pl.when(is_open).then(cost)
        costs.append(pl.col(f"cost_{number}"))

    def of_best(values: Iterable[pl.Expr]) -> pl.Expr:
        return pl.coalesce(pl.when(own == pl.col("cost")).then(value) for own, value in zip(costs, values, strict=True))

    return (
        states.with_columns(**columns)
        .with_columns(cost=pl.min_horizontal(costs))
        .filter(pl.col("cost").is_not_null())
        .select(
            "person",
            "cost",
            next_rating=of_best(pl.lit(cell.rating) for cell in cells),
            **{f"{group}_need": of_best(needs[number, group] for number in range(len(cells))) for group in GROUPS},
        )
    )


def _hundredths(number: Decimal) -> int:
    return int(number * _UNIT)


def _states(evidence: Evidence, items: pl.DataFrame) -> pl.DataFrame:
    """One row a person with a rating: where both groups are, in hundredths, and the most they can reach."""
    most = of_entry((entry.most for entry in entries(evidence)), pl.Float64)
    own = {group: pl.col("item_group") == group for group in GROUPS}
    weight = pl.col("weight")
    reachable = (
        items.select(
            "person",
            **{f"{group}_weight": pl.when(own[group]).then(weight).otherwise(0) for group in GROUPS},
            **{f"{group}_most": pl.when(own[group]).then(most * weight).otherwise(0.0) for group in GROUPS},
        )
        .group_by("person", maintain_order=True)
        .agg(pl.col(f"{group}_{part}" for group in GROUPS for part in ("weight", "most")).sum())
        .select(
            "person",
            **{
                f"{group}_most": pl.when(pl.col(f"{group}_weight") > 0).then(
                    (pl.col(f"{group}_most") / pl.col(f"{group}_weight") * _UNIT).round().cast(pl.Int64, strict=False)
                )
                for group in GROUPS
            },
        )
    )
    states = evidence.results.scores.filter(pl.col("proposed_rating").is_not_null()).select(
        evidence.person(),
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
    return states.join(reachable, on="person", how="left", maintain_order="left")


def is_of(entry: Entry) -> pl.Expr:
    """Whether a row of items is of that entry."""
    return (
        (pl.col("item_id") == entry.item.id)
        & (pl.col("item_group") == entry.group)
        & pl.col("sector").is_in(entry.sectors)
    )


class _Cell(NamedTuple):
    """One of the nine of the matrix: the level and the score (hundredths) each of `GROUPS` needs, and the rating."""

    places: tuple[int, int]
    starts: tuple[int, int]
    rating: str

    @property
    def order(self) -> int:
        """How good the rating is."""
        return ORDER.index(self.rating)


def _cells(policy: Policy) -> list[_Cell]:
    starts = [0, _hundredths(policy.thresholds.meets), _hundredths(policy.thresholds.above)]
    matrix = policy.national.rating_matrix.matrix
    return [
        _Cell((results, behaviour), (start, other), matrix[_LEVELS[results]][_LEVELS[behaviour]])
        for (results, start), (behaviour, other) in itertools.product(enumerate(starts), repeat=2)
    ]


def _single(evidence: Evidence, best: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """The one item that needs the fewest points, of those who lack in one group only."""
    one_group = best.filter((pl.col("results_need") > 0) != (pl.col("behaviour_need") > 0)).select(
        "person",
        item_group=pl.when(pl.col("results_need") > 0).then(pl.lit("results")).otherwise(pl.lit("behaviour")),
        need=pl.max_horizontal("results_need", "behaviour_need"),
    )
    # Rounded up, and one hundredth more: what was rounded off the item's own achievement cannot spoil it.
    more = (pl.col("need") * pl.col("whole") + pl.col("weight") - 1) // pl.col("weight") + 1
    candidates = (
        items.select("person", "place", "entry", "item_group", "item_id", "weight", "hundredths", "denominator")
        .join(one_group, on=["person", "item_group"])
        .with_columns(whole=pl.col("weight").sum().over("person"))
        .with_columns(more=more)
        .with_columns(goal=pl.col("hundredths") + pl.col("more"))
    )
    known = list(entries(evidence))
    found = (
        candidates.filter(pl.col("goal") <= of_entry((round(entry.most * _UNIT) for entry in known), pl.Int64))
        .sort("person", "more", "place")
        .filter(pl.col("person").ne_missing(pl.col("person").shift()))
    )
    value = pl.lit(None, pl.Float64)
    for number, entry in enumerate(known):
        value = pl.when(pl.col("entry") == number).then(_value_of(pl.col("goal") / _UNIT, entry)).otherwise(value)
    # A hair less than the quotient: it carries the noise of a float.
    count = (pl.col("step_value") * pl.col("denominator") - 1e-6).ceil().cast(pl.Int64)
    return found.with_columns(step_value=value).select(
        "person",
        "step_value",
        step_item="item_id",
        step_achievement=pl.col("goal") / _UNIT,
        step_count=pl.when(pl.col("denominator").is_not_null()).then(count),
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
