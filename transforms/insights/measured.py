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
    weight, is_measured = pl.col("weight").cast(pl.Float64), ~pl.col("indicator_id").is_in(OPINION_INDICATORS)
    sums = {}
    for group in GROUPS:
        is_own = pl.col("item_group") == group
        sums[f"{group}_weight"] = pl.when(is_own).then(weight).otherwise(0.0)
        sums[f"{group}_measured"] = pl.when(is_own & is_measured).then(weight).otherwise(0.0)
    whole = pl.lit(0.0)
    for group in GROUPS:
        share = (
            pl.col(f"{group}_measured") / pl.col(f"{group}_weight") * (float(evidence.policy.group_weight(group)) / 100)
        )
        whole += pl.when(pl.col(f"{group}_weight") > 0).then(share).otherwise(0.0)
    scored = evidence.results.scores.filter(pl.col("status") == SCORED).select("employee_id", evidence.person())
    found = (
        evidence.items.lazy()  # so that only what is asked of a row is filtered
        .filter(pl.col("status") == SCORED)
        .select("person", **sums)
        .collect()
        .group_by("person", maintain_order=True)
        .agg(pl.col(*sums).sum())
        .select("person", measured=whole)
    )
    return found.join(scored, on="person").lazy().select("employee_id", "measured")
