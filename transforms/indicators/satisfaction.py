"""What citizens, patients or students say: the satisfaction index (IKM)."""

from __future__ import annotations

from typing import Literal

import polars as pl

from policies import model
from transforms.exact import DECIMAL_UNIT, term, terms, units
from transforms.findings import INSUFFICIENT_DATA, count, findings
from transforms.scope import Scope

READS = ("survey_responses",)

_ELEMENTS = tuple(f"u{number}" for number in range(1, 10))
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
    answered = pl.any_horizontal(pl.col(element).is_not_null() for element in _ELEMENTS)
    responses = scope.rows("survey_responses").filter(
        pl.col("audience") == parameters.audience, scope.span.covers("submitted_at"), answered
    )
    facts = (
        scope.people.select("person", "unit_id")
        .join(_sums(responses.filter(pl.col("person").is_not_null()), "person", "own"), on="person", how="left")
        .join(_sums(responses, "unit_id", "unit"), on="unit_id", how="left")
        .with_columns(n_own=count("n_own"), n_unit=count("n_unit"))
        .drop("unit_id")
    )
    n, k = pl.col("n_own"), pl.lit(parameters.shrinkage)
    has_own, has_unit = n >= parameters.min_n, pl.col("n_unit") >= parameters.min_n
    whole = pl.lit(1)
    shrunk = _sum([*_index("own", n, n + k), *_index("unit", k, n + k)])
    own, unit = _sum(_index("own", whole, whole)), _sum(_index("unit", whole, whole))
    return findings(
        scope,
        facts,
        n=n,
        misses=[(~has_own & ~has_unit, INSUFFICIENT_DATA, "too_few_responses")],
        value=pl.when(has_own & has_unit).then(shrunk).when(has_own).then(own).otherwise(unit),
        remark=pl.when(~has_own).then(pl.lit("unit_level")),
    )


def _sums(responses: pl.LazyFrame, key: str, name: str) -> pl.LazyFrame:
    """n_`name`; each element's n_`name`_u1.. (answers) and `name`_u1.. (their sum); `name`_unit: what 1 is in it."""
    sums = [f"{name}_{element}" for element in _ELEMENTS]
    # Answers are whole levels, or rescaled to 6 decimals: in coarse units their products stay small.
    grain = pl.lit(1, pl.Int128)
    for step in (10**12, DECIMAL_UNIT):
        grain = pl.when(pl.all_horizontal(pl.col(column) % step == 0 for column in sums)).then(step).otherwise(grain)
    return (
        responses.group_by(key)
        .agg(
            pl.len().alias(f"n_{name}"),
            *(units(element).sum().alias(column) for element, column in zip(_ELEMENTS, sums, strict=True)),
            *(pl.col(element).count().cast(pl.Int128).alias(f"n_{name}_{element}") for element in _ELEMENTS),
        )
        .with_columns(grain=grain)
        .with_columns(pl.col(sums) // pl.col("grain"), (DECIMAL_UNIT // pl.col("grain")).alias(f"{name}_unit"))
        .drop("grain")
    )


def _index(name: str, weight: pl.Expr, total: pl.Expr) -> list[pl.Expr]:
    """The index times weight / total, one term an element; null for an element nobody answered."""
    n_elements = pl.sum_horizontal((pl.col(f"n_{name}_{element}") > 0).cast(pl.Int128) for element in _ELEMENTS)
    times = weight.cast(pl.Int128) * _POINTS_PER_LEVEL
    parts: list[pl.Expr] = []
    for element in _ELEMENTS:
        n = pl.col(f"n_{name}_{element}")
        den = n * n_elements * pl.col(f"{name}_unit") * total.cast(pl.Int128)
        parts.append(pl.when(n > 0).then(term(pl.col(f"{name}_{element}") * times, den)))
    return parts


def _sum(parts: list[pl.Expr]) -> pl.Expr:
    return terms(*parts).list.drop_nulls()
