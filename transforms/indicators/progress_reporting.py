"""Share of weeks with a progress report."""

from __future__ import annotations

import polars as pl

from policies.model import Parameters
from transforms.findings import NOT_APPLICABLE, count, share_findings
from transforms.scope import Scope, day_of
from transforms.work_plan import no_plan, with_plan

READS = ("objectives", "progress")


def progress_reporting(scope: Scope, _: Parameters) -> pl.LazyFrame:
    """Weeks with a report in P / weeks; n: weeks, which have their Monday and a countable day in P.

    No objective overlapping P: INSUFFICIENT_DATA; no such week: NOT_APPLICABLE.
    """
    reported = (
        scope.own_rows("progress")
        .filter(scope.span.covers("reported_at"))
        .select("person", bucket=day_of("reported_at").dt.truncate("1w"), is_reported=pl.lit(value=True))
        .unique()
    )
    facts = (
        scope.weeks.filter(pl.col("n_countable") > 0)
        .join(reported, on=["person", "bucket"], how="left")
        .group_by("person")
        .agg(n_weeks=pl.len(), n_reported=pl.col("is_reported").count())
    )
    return share_findings(
        scope,
        with_plan(scope, facts),
        hits="n_reported",
        of="n_weeks",
        misses=[no_plan, (count("n_weeks") == 0, NOT_APPLICABLE, "no_reporting_weeks")],
    )
