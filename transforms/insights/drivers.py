"""What moves satisfaction: speed and friendliness, as those who were served rate them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from transforms.insights import rules
from transforms.insights.evidence import Evidence
from transforms.insights.places import LEVELS, placed
from transforms.insights.rounding import SCORE, SHARE, rounded
from transforms.insights.surveys import ELEMENTS, POINTS_PER_LEVEL, answers

DRIVERS: Final = {"speed": "u3", "friendliness": "u7"}
"""Elements of the SKM: time, and behaviour of who serves."""
_KEY: Final = ["level", "place_id", "audience"]
_Z: Final = 1.959963984540054


def drivers(evidence: Evidence) -> Mapping[str, pl.DataFrame]:
    """Frame `drivers`: one row a unit, agency or the city, audience and driver (speed, friendliness).

    Over the answers that hold both drivers and another element: n; level (the driver's own index, 25-100); overall
    (index of the other elements, so that nothing explains itself); correlation (Spearman) of the two with its 95 %
    interval (Fisher, Bonett and Wright's error); weight: of both drivers together, this one's standardised
    coefficient. Null under 10 answers, or where nobody differs. Changes are against the period before.
    """
    others = [element for element in ELEMENTS if element not in DRIVERS.values()]
    rest = pl.mean_horizontal(pl.col(element).cast(pl.Float64) for element in others) / 10**6
    told = (
        answers(evidence)
        .select("unit_id", "audience", *((pl.col(u) / 10**6).alias(name) for name, u in DRIVERS.items()), rest=rest)
        .drop_nulls(["audience", *DRIVERS, "rest"])
    )
    found = pl.concat([_of_places(placed(told, level, evidence.policy.city), level) for level in LEVELS])
    return {"drivers": _against_before(evidence, found.collect()).sort(*_KEY, "driver")}


def _of_places(told: pl.LazyFrame, level: str) -> pl.LazyFrame:
    """One row a place, audience and driver."""
    names = [*DRIVERS, "rest"]
    # Twice the mean rank is a whole number: so the sums are exact, whatever the order of rows.
    ranks = [
        (pl.col(name).rank("average") * 2).cast(pl.Int64).over("place_id", "audience").alias(f"{name}_rank")
        for name in names
    ]
    pairs = [("speed", "rest"), ("friendliness", "rest"), ("speed", "friendliness")]
    sums = (
        told.with_columns(ranks)
        .group_by("place_id", "audience")
        .agg(
            n=pl.len().cast(pl.Int64),
            **{name: (pl.col(name) * 1000).round().cast(pl.Int64).sum() for name in names},
            **{f"{a}_{b}": _covariance(a, b) for a, b in [*pairs, *((name, name) for name in names)]},
        )
    )
    r = {(a, b): pl.col(f"{a}_{b}") / (pl.col(f"{a}_{a}") * pl.col(f"{b}_{b}")).sqrt() for a, b in pairs}
    between = r["speed", "friendliness"]
    other = {"speed": "friendliness", "friendliness": "speed"}
    is_enough = pl.col("n") >= rules.SMALL_GROUP

    def index(name: str) -> pl.Expr:
        return rounded(POINTS_PER_LEVEL * pl.col(name) / pl.col("n") / 1000, SCORE)

    rows = []
    for driver in DRIVERS:
        own = r[driver, "rest"]
        error = ((1 + own * own / 2) / (pl.col("n") - 3)).sqrt()
        weight = (own - between * r[other[driver], "rest"]) / (1 - between * between)
        rows.append(
            sums.select(
                pl.lit(level).alias("level"),
                "place_id",
                "audience",
                pl.lit(driver).alias("driver"),
                "n",
                level_index=index(driver),
                overall_index=index("rest"),
                correlation=rounded(pl.when(is_enough).then(own), SHARE),
                low=rounded(pl.when(is_enough).then((own.arctanh() - _Z * error).tanh()), SHARE),
                high=rounded(pl.when(is_enough).then((own.arctanh() + _Z * error).tanh()), SHARE),
                weight=rounded(pl.when(is_enough).then(weight), SHARE),
            )
        )
    return pl.concat(rows)


def _covariance(a: str, b: str) -> pl.Expr:
    """The sum of products times n, less the product of sums, of two columns of ranks."""
    x, y = pl.col(f"{a}_rank"), pl.col(f"{b}_rank")
    return (
        pl.len().cast(pl.Int128) * (x * y).cast(pl.Int128).sum() - x.cast(pl.Int128).sum() * y.cast(pl.Int128).sum()
    ).cast(pl.Float64)


def _against_before(evidence: Evidence, rows: pl.DataFrame) -> pl.DataFrame:
    """Adds previous_period and the changes of both indices."""
    key, indices = [*_KEY, "driver"], ["level_index", "overall_index"]
    before = evidence.before("drivers", *key, *indices)
    if evidence.previous is None or before is None:
        before = rows.select(key + indices).clear()
    name = None if evidence.previous is None else evidence.previous.period
    return rows.join(before, on=key, how="left", suffix="_before").select(
        *rows.columns,
        pl.when(pl.col("level_index_before").is_not_null()).then(pl.lit(name, pl.String)).alias("previous_period"),
        (pl.col("level_index") - pl.col("level_index_before")).alias("level_change"),
        (pl.col("overall_index") - pl.col("overall_index_before")).alias("overall_change"),
    )
