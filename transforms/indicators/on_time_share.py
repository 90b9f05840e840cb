"""Share of requests closed in time."""

from __future__ import annotations

import polars as pl

from policies.model import Parameters
from transforms.findings import NOT_APPLICABLE, count, share_findings
from transforms.requests import owed
from transforms.scope import Scope

READS = ("service_requests",)


def on_time_share(scope: Scope, _: Parameters) -> pl.LazyFrame:
    """Requests closed at or before due / requests due in P, of all kinds; n: requests due in P.

    Not owed: rejected, not in authority, postponed. Nothing due: NOT_APPLICABLE. Clocks: as given, else limit or
    LAPOR! class (see `transforms.requests`).
    """
    in_time = pl.col("is_closed") & (pl.col("closed_at") <= pl.col("due"))
    facts = owed(scope).group_by("person").agg(n_due=pl.len(), n_in_time=in_time.sum())
    return share_findings(
        scope,
        facts,
        hits="n_in_time",
        of="n_due",
        misses=[(count("n_due") == 0, NOT_APPLICABLE, "no_requests_due")],
    )
