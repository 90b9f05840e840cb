"""Share of complaints that were handled."""

from __future__ import annotations

import polars as pl

from policies.model import Parameters
from transforms.findings import NOT_APPLICABLE, count, share_findings
from transforms.requests import owed
from transforms.scope import Scope

READS = ("service_requests",)


def complaints_handled(scope: Scope, _: Parameters) -> pl.LazyFrame:
    """Complaints closed before the end of P, in time or not / complaints due in P; n: complaints due in P.

    Not owed: rejected, not in authority, postponed. Nothing due: NOT_APPLICABLE.
    """
    handled = pl.col("is_closed") & (pl.col("closed_at") < pl.lit(scope.span.end_at))
    facts = (
        owed(scope)
        .filter(pl.col("kind") == "complaint")
        .group_by("person")
        .agg(n_due=pl.len(), n_handled=handled.sum())
    )
    return share_findings(
        scope,
        facts,
        hits="n_handled",
        of="n_due",
        misses=[(count("n_due") == 0, NOT_APPLICABLE, "no_complaints_due")],
    )
