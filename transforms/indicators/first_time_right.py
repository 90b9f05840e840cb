"""Share of requests that did not have to be opened again."""

from __future__ import annotations

import polars as pl

from policies.model import Parameters
from transforms.findings import NOT_APPLICABLE, count, share_findings
from transforms.requests import closed_in_span
from transforms.scope import Scope

READS = ("service_requests",)


def first_time_right(scope: Scope, _: Parameters) -> pl.LazyFrame:
    """Requests closed in P and never reopened / requests closed in P, of all kinds; n: requests closed in P.

    No reopened_count counts as never reopened. Nothing closed: NOT_APPLICABLE.
    """
    was_right = pl.coalesce("reopened_count", pl.lit(0)) == 0
    facts = closed_in_span(scope).group_by("person").agg(n_closed=pl.len(), n_right=was_right.sum())
    return share_findings(
        scope,
        facts,
        hits="n_right",
        of="n_closed",
        misses=[(count("n_closed") == 0, NOT_APPLICABLE, "no_requests_closed")],
    )
