"""Share of milestones reported in time."""

from __future__ import annotations

import polars as pl

from policies.model import Parameters
from transforms.findings import NOT_APPLICABLE, count, share_findings
from transforms.scope import Known
from transforms.work_plan import no_plan, with_plan

READS = ("objectives", "progress")


def milestones_on_time(scope: Known, _: Parameters) -> pl.LazyFrame:
    """Progress rows due in P and reported at or before due / progress rows due in P; n: milestones.

    Each progress row with due_at in P is one milestone; not reported is late. No objective overlapping P:
    INSUFFICIENT_DATA; no milestone: NOT_APPLICABLE.
    """
    in_time = (pl.col("reported_at") <= pl.col("due_at")).fill_null(value=False)
    facts = (
        scope.own_rows("progress")
        .filter(scope.span.covers("due_at"))
        .group_by("person")
        .agg(n_milestones=pl.len(), n_in_time=in_time.sum())
    )
    return share_findings(
        scope,
        with_plan(scope, facts),
        hits="n_in_time",
        of="n_milestones",
        misses=[no_plan, (count("n_milestones") == 0, NOT_APPLICABLE, "no_milestones_due")],
    )
