"""The one shape every indicator answers in: a finding for each person, with a closed status word and its reason.

Columns: person, n, numerator, denominator (Int64), value (exact terms), measured (exact terms the scale reads,
the value itself unless the data carries its own target), status, reason. n, numerator and denominator are counted
whatever the status; value is null unless it is SCORED.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import polars as pl

from transforms.exact import TERMS, term, terms
from transforms.scope import Known

Status = Literal["SCORED", "NOT_APPLICABLE", "INSUFFICIENT_DATA"]
SCORED: Final = "SCORED"
NOT_APPLICABLE: Final = "NOT_APPLICABLE"
INSUFFICIENT_DATA: Final = "INSUFFICIENT_DATA"

Miss = tuple[pl.Expr, Status, str]
"""A condition under which nothing is scored, the status it gives, and the reason."""


def count(column: str) -> pl.Expr:
    """How many; a person without a row has none of them, which is a count of 0 and not a missing value."""
    return pl.coalesce(pl.col(column), pl.lit(0)).cast(pl.Int64)


def findings(
    scope: Known,
    facts: pl.LazyFrame,
    *,
    n: pl.Expr,
    misses: Sequence[Miss],
    value: pl.Expr,
    measured: pl.Expr | None = None,
    share: tuple[pl.Expr, pl.Expr] | None = None,
    remark: pl.Expr | None = None,
) -> pl.LazyFrame:
    """Findings of all people from `facts` (one row a person who has any, keyed by person).

    The first of `misses` that holds decides status and reason. `share` is (numerator, denominator);
    `remark` is the reason of a scored row.
    """
    status, reason = pl.lit(SCORED), (pl.lit(None, pl.String) if remark is None else remark)
    for condition, word, why in reversed(misses):
        status = pl.when(condition).then(pl.lit(word)).otherwise(status)
        reason = pl.when(condition).then(pl.lit(why)).otherwise(reason)
    numerator, denominator = share or (pl.lit(None, pl.Int64), pl.lit(None, pl.Int64))
    is_scored = pl.col("status") == SCORED
    return (
        scope.people.join(facts, on="person", how="left")
        .with_columns(status=status, reason=reason)
        .select(
            "person",
            "status",
            "reason",
            n=n.cast(pl.Int64),
            numerator=numerator.cast(pl.Int64),
            denominator=denominator.cast(pl.Int64),
            value=pl.when(is_scored).then(value.cast(TERMS)),
            measured=pl.when(is_scored).then((value if measured is None else measured).cast(TERMS)),
        )
    )


def share_findings(scope: Known, facts: pl.LazyFrame, *, hits: str, of: str, misses: Sequence[Miss]) -> pl.LazyFrame:
    """Findings of a share: `hits` out of `of`, two count columns of `facts`."""
    numerator, denominator = count(hits), count(of)
    return findings(
        scope,
        facts,
        n=denominator,
        misses=misses,
        value=terms(term(numerator, denominator)),
        share=(numerator, denominator),
    )
