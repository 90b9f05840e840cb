"""The rows whose last digit fixed-point sums leave open, settled with Python's Fraction.

These are sums of fractions that do not divide the scale and land on a rounding boundary (18/7400 + 19/7400), or numbers
with more digits than Int128 takes: few people a run. The rules are the same; only the arithmetic differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

import polars as pl

from policies.model import GROUPS, Item, Policy
from transforms.exact import SCORE_DIGITS, VALUE_DIGITS, fraction, rounded_exactly
from transforms.grading import Points, achievement
from transforms.scoring import exact_group, exact_score


class Settled(NamedTuple):
    """Numbers that replace those of the people settled.

    `items`: person, place, value_units, achievement_units; `scores`: person, units, results_units, behaviour_units.
    """

    items: pl.DataFrame
    scores: pl.DataFrame


def settled(
    items: pl.DataFrame, scores: pl.DataFrame, catalogue: Mapping[int, tuple[Item, Points]], policy: Policy
) -> Settled:
    """Every number of the people in `scores`, exactly; `place` in `items` is the key of `catalogue`."""
    numbers = []
    achievements: dict[tuple[int, str], list[tuple[Item, Fraction]]] = {}
    for row in items.filter(pl.col("measured").is_not_null()).iter_rows(named=True):
        item, points = catalogue[row["place"]]
        reached = achievement(fraction(row["measured"]), points)
        value = rounded_exactly(fraction(row["value"]), VALUE_DIGITS)
        numbers.append((row["person"], row["place"], value, rounded_exactly(reached, SCORE_DIGITS)))
        achievements.setdefault((row["person"], row["item_group"]), []).append((item, reached))
    totals = []
    for row in scores.iter_rows(named=True):
        person = row["person"]
        groups = {group: exact_group(achievements[person, group]) for group in GROUPS if row[f"{group}_is_covered"]}
        score = exact_score(groups, policy) if len(groups) == len(GROUPS) else None
        totals.append(
            (
                person,
                *(None if n is None else rounded_exactly(n, SCORE_DIGITS) for n in (score, *map(groups.get, GROUPS))),
            )
        )
    units = pl.Int128()
    return Settled(
        pl.DataFrame(
            numbers,
            schema={"person": pl.UInt32, "place": pl.Int32, "value_units": units, "achievement_units": units},
            orient="row",
        ),
        pl.DataFrame(
            totals,
            schema={"person": pl.UInt32, "units": units, **{f"{group}_units": units for group in GROUPS}},
            orient="row",
        ),
    )


def replaced(frame: pl.DataFrame, numbers: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    """`frame` with the columns of `numbers` in place of its own, for the rows that `numbers` has."""
    columns = [name for name in numbers.columns if name not in on]
    return (
        frame.join(numbers.with_columns(is_settled=pl.lit(value=True)), on=on, how="left", suffix="_settled")
        .with_columns(pl.when("is_settled").then(f"{name}_settled").otherwise(name).alias(name) for name in columns)
        .drop("is_settled", *(f"{name}_settled" for name in columns))
    )
