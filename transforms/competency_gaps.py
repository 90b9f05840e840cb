"""How far each competency that the position requires is met, beside the match they come to together.

Source: seed ("show the gap of each competency"); shares and bands are default (domain rules, section 4,
competency_match).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from policies.model import Item
from transforms.exact import DECIMAL_UNIT, VALUE_DIGITS, decimal
from transforms.findings import SCORED
from transforms.indicators.competency_match import Parameters, assessed_competencies
from transforms.scope import Scope

_UNIT = DECIMAL_UNIT // 10**VALUE_DIGITS
_SCHEMA = pl.Schema(
    {
        "employee_id": pl.String(),
        "item_id": pl.String(),
        "competency": pl.String(),
        "required_level": pl.Int64(),
        "assessed": pl.Decimal(38, VALUE_DIGITS),
        "gap": pl.Decimal(38, VALUE_DIGITS),
        "band": pl.String(),
    }
)


def competency_gaps(
    scope: Scope, indicators: pl.DataFrame, items: Iterable[tuple[Item, Sequence[str]]]
) -> pl.DataFrame:
    """One row an employee, item of competency_match and required competency, in this order.

    `items` are those of the policy, each with the sectors that have it. Columns: employee_id, item_id, competency;
    required_level 1-5; assessed: the level assessed, 6 decimals, null: no rating of the supervisor; gap: what is
    missing to the required level, 0 where it is reached, null where assessed is; band of the item's stored value:
    optimal, fairly or less, null where the item is not scored.
    """
    parts = [_gaps_of(scope, indicators.lazy(), *entry) for entry in items if _is_match(entry[0])]
    if not parts:
        return pl.DataFrame(schema=_SCHEMA)
    return pl.concat(pl.collect_all(parts)).sort("employee_id", "item_id", "competency")


def _is_match(item: Item) -> bool:
    return isinstance(item.parameters, Parameters)


def _gaps_of(scope: Scope, indicators: pl.LazyFrame, item: Item, sectors: Sequence[str]) -> pl.LazyFrame:
    parameters = item.parameters
    assert isinstance(parameters, Parameters)  # noqa: S101 - chosen so
    owing = scope.people.filter(pl.col("sector").is_in(sectors)).select("person", "employee_id")
    whole = pl.col("den") * _UNIT
    # Half away from zero: levels are above zero.
    assessed = decimal((2 * pl.col("num") + whole) // (2 * whole), VALUE_DIGITS)
    gap = pl.col("required_level").cast(pl.Decimal(38, VALUE_DIGITS)) - pl.col("assessed")
    none = pl.lit(0).cast(pl.Decimal(38, VALUE_DIGITS))
    match = (
        pl.when(pl.col("value") >= parameters.optimal_from)
        .then(pl.lit("optimal"))
        .when(pl.col("value") >= parameters.fairly_from)
        .then(pl.lit("fairly"))
        .otherwise(pl.lit("less"))
    )
    bands = indicators.filter(pl.col("item_id") == item.id).select(
        "employee_id", band=pl.when(pl.col("status") == SCORED).then(match)
    )
    return (
        assessed_competencies(scope, parameters)
        .join(owing, on="person")
        .join(bands, on="employee_id", how="left")
        .with_columns(assessed=assessed)
        .with_columns(gap=pl.when(pl.col("assessed").is_not_null()).then(pl.when(gap > none).then(gap).otherwise(none)))
        .with_columns(item_id=pl.lit(item.id))
        .select(pl.col(name).cast(kind) for name, kind in _SCHEMA.items())
    )
