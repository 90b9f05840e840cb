"""Initiatives that were adopted."""

from __future__ import annotations

import polars as pl

from policies import model
from transforms.exact import term, terms
from transforms.findings import count, findings
from transforms.scope import Scope

READS = ("initiatives",)


class Parameters(model.Parameters):
    """Adopted initiatives are counted for so many months."""

    per_months: int


def initiative(scope: Scope, parameters: Parameters) -> pl.LazyFrame:
    """Initiatives submitted in P and adopted, for each `per_months` months of the whole period; n: submitted in P.

    None is a result too: the scale says what it is worth.
    """
    facts = (
        scope.own_rows("initiatives")
        .filter(scope.span.covers("submitted_at"))
        .group_by("person")
        .agg(n_submitted=pl.len(), n_adopted=(pl.col("status") == "adopted").sum())
    )
    adopted = count("n_adopted") * parameters.per_months
    return findings(
        scope,
        facts,
        n=count("n_submitted"),
        misses=[],
        value=terms(term(adopted, pl.lit(len(scope.period.months)))),
    )
