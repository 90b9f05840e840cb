"""How long documents took, as a multiple of their limit."""

from __future__ import annotations

import polars as pl

from policies.model import Parameters
from transforms.exact import floor_ratio, reduced, term
from transforms.findings import NOT_APPLICABLE, count, findings
from transforms.requests import MICROSECONDS_PER_UNIT, closed_in_span
from transforms.scope import Scope

READS = ("service_requests",)


def document_completion_time(scope: Scope, _: Parameters) -> pl.LazyFrame:
    """Median of (closed - papers complete - paused, at least 0) / limit, in calendar hours; n: documents closed in P.

    Documents with status closed and closed_at in P. papers complete = coalesce(complete_at, submitted_at); the median
    of an even count is the mean of the middle two. No document: NOT_APPLICABLE. Limit: the service's standard, else
    the policy's (Permendagri 19/2018 art. 3).
    """
    elapsed = (pl.col("closed_at") - pl.col("started_at")).dt.total_microseconds().cast(pl.Int128)
    per_unit = MICROSECONDS_PER_UNIT
    spent = elapsed * per_unit.denominator - pl.col("paused") * per_unit.numerator
    allowed = pl.col("limit") * per_unit.numerator
    n_documents, place = pl.col("n_documents"), pl.int_range(pl.len()).over("person")
    is_middle = pl.col("place").is_between((n_documents - 1) // 2, n_documents // 2)
    n_middle = pl.when(n_documents % 2 == 0).then(2).otherwise(1)
    facts = (
        closed_in_span(scope)
        .filter(pl.col("kind") == "document")
        .select("person", num=pl.max_horizontal(spent, pl.lit(0, pl.Int128)), den=allowed)
        .pipe(reduced, "num", "den")
        .with_columns(size=floor_ratio(pl.col("num"), pl.col("den")))
        .sort("person", "size")
        .with_columns(place=place, n_documents=pl.len().over("person").cast(pl.Int64))
        .filter(is_middle)
        .with_columns(median=term(pl.col("num"), pl.col("den") * n_middle))
        .group_by("person")
        .agg(n_documents.first(), pl.col("median"))
    )
    n = count("n_documents")
    return findings(scope, facts, n=n, misses=[(n == 0, NOT_APPLICABLE, "no_documents_closed")], value=pl.col("median"))
