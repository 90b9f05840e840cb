"""What citizens, patients or students say: the satisfaction index (IKM)."""

from __future__ import annotations

from typing import Literal

import polars as pl

from policies import model
from transforms.answers import ELEMENTS
from transforms.exact import DECIMAL_UNIT, term
from transforms.findings import INSUFFICIENT_DATA, count, findings
from transforms.scope import Scope

READS = ("survey_responses",)

_POINTS_PER_LEVEL = 25


class Parameters(model.Parameters):
    """Whose answers; how many make an index (`min_n`); how many of the unit's stand beside one's own (`shrinkage`)."""

    audience: Literal["citizen", "patient", "student"]
    min_n: int
    shrinkage: int


def satisfaction(scope: Scope, parameters: Parameters) -> pl.LazyFrame:
    """IKM = 25 * mean over elements of the mean answer to that element (PermenPANRB 14/2017); n: own responses in P.

    Own n >= min_n: (n*own + k*unit) / (n + k) where the home unit has min_n too, else own. Own n < min_n: the home
    unit's, reason `unit_level`; where the unit has too few as well: INSUFFICIENT_DATA. Own responses are all that
    name him, in any unit; the unit's are all of that unit. Responses without an answer do not count.
    """
    answers = scope.answers.filter(pl.col("audience") == parameters.audience)
    own = _sums(answers.filter(pl.col("person").is_not_null()), "person").collect().lazy()
    unit = _sums(answers, "unit_id").collect().lazy()
    n, k = pl.col("n_own"), parameters.shrinkage
    has_own, has_unit = n >= parameters.min_n, pl.col("n_unit") >= parameters.min_n
    people = (
        scope.people.select("person", "unit_id")
        .join(own.select("person", n_own="n_responses"), on="person", how="left")
        .join(unit.select("unit_id", n_unit="n_responses"), on="unit_id", how="left")
        .with_columns(n_own=count("n_own"), n_unit=count("n_unit"))
        .with_columns(
            own_weight=pl.when(has_own & has_unit).then(n).when(has_own).then(1),
            unit_weight=pl.when(has_own & has_unit).then(k).when(has_unit).then(1),
            weights=pl.when(has_own & has_unit).then(n + k).otherwise(1),
        )
        .collect()
        .lazy()
    )
    index = (
        pl.concat([_weighted(own, people, "person", "own"), _weighted(unit, people, "unit_id", "unit")])
        .group_by("person")
        .agg(index=term(pl.col("num"), pl.col("den")))
    )
    return findings(
        scope,
        people.drop("unit_id").join(index, on="person", how="left"),
        n=n,
        misses=[(~has_own & ~has_unit, INSUFFICIENT_DATA, "too_few_responses")],
        value=pl.col("index"),
        remark=pl.when(~has_own).then(pl.lit("unit_level")),
    )


def _sums(answers: pl.LazyFrame, key: str) -> pl.LazyFrame:
    """n_responses; each element's n_u1.. (answers) and u1.. (their sum); unit: what 1 is in the sums."""
    # Answers are whole levels, or rescaled to 6 decimals: in coarse units their products stay small.
    grain = pl.lit(1, pl.Int128)
    for step in (10**12, DECIMAL_UNIT):
        grain = pl.when(pl.all_horizontal(pl.col(name) % step == 0 for name in ELEMENTS)).then(step).otherwise(grain)
    return (
        answers.group_by(key)
        .agg(pl.col("n_responses", *ELEMENTS, *(f"n_{element}" for element in ELEMENTS)).sum())
        .with_columns(grain=grain)
        .with_columns(pl.col(ELEMENTS) // pl.col("grain"), unit=DECIMAL_UNIT // pl.col("grain"))
        .drop("grain")
    )


def _weighted(sums: pl.LazyFrame, people: pl.LazyFrame, key: str, name: str) -> pl.LazyFrame:
    """The index of each person's own responses or unit, times its weight, as a sum of num/den.

    One row for all elements with as many answers: mostly all nine.
    """
    n_elements = pl.sum_horizontal((pl.col(f"n_{element}") > 0).cast(pl.Int128) for element in ELEMENTS)
    parts = pl.concat(
        [
            sums.filter(pl.col(f"n_{element}") > 0).select(
                key,
                num=pl.col(element) * _POINTS_PER_LEVEL,
                den=pl.col(f"n_{element}") * n_elements * pl.col("unit"),
            )
            for element in ELEMENTS
        ]
    )
    parts = parts.group_by(key, "den").agg(pl.col("num").sum())
    weights = people.select("person", pl.col(key).alias("key"), "weights", weight=f"{name}_weight")
    return (
        weights.filter(pl.col("weight").is_not_null())
        .join(parts.rename({key: "key"}), on="key")
        .select(
            "person",
            num=pl.col("num") * pl.col("weight").cast(pl.Int128),
            den=pl.col("den") * pl.col("weights").cast(pl.Int128),
        )
    )
