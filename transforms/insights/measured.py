"""How much of a score was measured, and how much is somebody's opinion."""

from __future__ import annotations

import polars as pl

from policies.model import GROUPS
from transforms.findings import SCORED
from transforms.insights.evidence import Evidence
from transforms.insights.rules import OPINION_INDICATORS


def measured_shares(evidence: Evidence) -> pl.LazyFrame:
    """One row a person with a score: employee_id, measured (share 0-1 of the score's weight, float).

    Weights are those the score was made with: of the scored items, within their group, times the group's.
    """
    weight = pl.col("weight").cast(pl.Float64)
    is_measured = ~pl.col("indicator_id").is_in(OPINION_INDICATORS)
    of_group = pl.col("item_group").replace_strict(
        {group: float(evidence.policy.group_weight(group)) / 100 for group in GROUPS}, return_dtype=pl.Float64
    )
    scored = evidence.results.scores.lazy().filter(pl.col("status") == SCORED).select("employee_id")
    return (
        evidence.results.indicators.lazy()
        .filter(pl.col("status") == SCORED)
        .join(scored, on="employee_id", how="semi")
        .group_by("employee_id", "item_group")
        .agg(share=weight.filter(is_measured).sum() / weight.sum())
        .group_by("employee_id")
        .agg(measured=(pl.col("share") * of_group).sum())
    )
