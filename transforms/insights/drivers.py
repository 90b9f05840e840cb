"""What moves satisfaction: speed and friendliness, as those who were served rate them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from transforms.insights import rules
from transforms.insights.evidence import Evidence
from transforms.insights.places import LEVELS, Level, placed
from transforms.insights.rounding import SCORE, SHARE, rounded
from transforms.insights.surveys import ELEMENTS, POINTS_PER_LEVEL, answers

DRIVERS: Final = {"speed": "u3", "friendliness": "u7"}
"""Elements of the SKM: time, and behaviour of who serves."""
_KEY: Final = ["level", "place_id", "audience"]
_NAMES: Final = (*DRIVERS, "rest")
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
    # Few ways to answer, many who answer alike: counted once, and told as often as they are.
    alike = (
        answers(evidence)
        .select(pl.col("unit_id", "audience").cast(pl.Categorical), **DRIVERS, rest=rest)
        .drop_nulls(["audience", *DRIVERS, "rest"])
        .group_by("unit_id", "audience", *_NAMES)
        .agg(n=pl.len().cast(pl.Int64))
        .with_columns((pl.col(*DRIVERS) / 10**6), pl.col("unit_id").cast(pl.String))
        .collect(engine="streaming")
    )
    found = pl.concat([_of_places(_at(alike, level, evidence.policy.city), level) for level in LEVELS])
    return {"drivers": _against_before(evidence, found).sort(*_KEY, "driver")}


def _at(alike: pl.DataFrame, level: Level, city: str) -> pl.DataFrame:
    """Ways to answer at the places of a level: place_id, audience, the three indices, n."""
    key = [pl.col("place_id").cast(pl.Categorical), *(pl.col(name) for name in ("audience", *_NAMES))]
    rows = placed(alike.lazy(), level, city)
    if level == "unit":
        return rows.select(*key, "n").collect()
    return rows.group_by(key).agg(pl.col("n").sum()).collect()


def _with_ranks(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds twice the mean rank of each index, a whole number: so the sums are exact, whatever the order of rows."""
    place = ["place_id", "audience"]
    for name in _NAMES:
        # Of n equal ones up to the k-th place the mean rank is k - (n - 1) / 2.
        rank = (2 * pl.col("n").cum_sum() - pl.col("n") + 1).over(place).alias(f"{name}_rank")
        ranks = rows.group_by(*place, name).agg(pl.col("n").sum()).sort(name).select(*place, name, rank)
        rows = rows.join(ranks, on=[*place, name])
    return rows


def _of_places(told: pl.DataFrame, level: Level) -> pl.DataFrame:
    """One row a place, audience and driver."""
    n = pl.col("n")
    pairs = [("speed", "rest"), ("friendliness", "rest"), ("speed", "friendliness")]
    both = [*pairs, *((name, name) for name in _NAMES)]
    sums = (
        _with_ranks(told)
        .group_by("place_id", "audience")
        .agg(
            n.sum(),
            **{name: ((pl.col(name) * 1000).round().cast(pl.Int64) * n).sum() for name in _NAMES},
            **{f"{a}_{b}": _covariance(a, b) for a, b in both},
        )
        .with_columns(pl.col("place_id", "audience").cast(pl.String))
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
    """The sum of products times n, less the product of sums, of two columns of ranks, each told n times."""
    n, x, y = (pl.col(name).cast(pl.Int128) for name in ("n", f"{a}_rank", f"{b}_rank"))
    return (n.sum() * (n * x * y).sum() - (n * x).sum() * (n * y).sum()).cast(pl.Float64)


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
