"""How good is good: each unit beside its own past, its peers, and the target somebody above the city set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from transforms.findings import SCORED
from transforms.insights.evidence import Evidence
from transforms.insights.places import LEVELS, placed
from transforms.insights.rounding import SHARE, rounded, share

MEASURES: Final = {
    "ikm": "higher",
    "on_time_share": "higher",
    "complaints_handled_share": "higher",
    "effectiveness": "higher",
    "mean_score": "higher",
    "median_hours": "lower",
    "p90_hours": "lower",
    "mean_queue": "lower",
}
"""Measures of the frame `units` that are compared, and which way is better."""
ENOUGH_PEERS: Final = 5
"""Units of a sector from which a percentile says something."""
_KEY: Final = ["level", "place_id", "measure"]


def benchmarks(evidence: Evidence) -> Mapping[str, pl.DataFrame]:
    """Frame `benchmarks`: one row a unit, agency or the city and measure that has a value there.

    Measures: those of `MEASURES`; the mean of each outcome (such as immunization_coverage) over its people; and, of
    their work together, fast_and_accurate_share and productivity (efficiency; where the policy has standard minutes).
    value; baseline (the own value of the period before) and change; of units, n_peers (units of the same sector with a
    value, itself included) and peer_percentile (share of its peers that are worse, and half of those equal), null under
    5 peers; target, its source, and whether it is met, where the policy names one.
    """
    units = evidence.made["units"].select("level", "place_id", "sector", *MEASURES)
    of_units = units.unpivot(
        list(MEASURES), index=["level", "place_id", "sector"], variable_name="measure", value_name="value"
    )
    sectors = units.filter(pl.col("level") == "unit").select("place_id", "sector")
    rows = pl.concat(
        [
            of_units.select("level", "place_id", "sector", "measure", pl.col("value").cast(pl.Float64)),
            pl.concat([_outcomes(evidence), _efficiency(evidence)])
            .join(sectors, on="place_id", how="left")
            .select("level", "place_id", pl.when(pl.col("level") == "unit").then("sector"), "measure", "value"),
        ]
    ).filter(pl.col("value").is_not_null())
    lower = [name for name, direction in MEASURES.items() if direction == "lower"]
    # Compared as they are shown: what differs by less is equal.
    rows = rows.with_columns(value=rounded("value", SHARE), is_lower=pl.col("measure").is_in(lower))
    better = pl.when("is_lower").then(-pl.col("value")).otherwise(pl.col("value"))
    peers = ["level", "sector", "measure"]
    is_unit = (pl.col("level") == "unit") & pl.col("sector").is_not_null()
    rows = rows.with_columns(
        n_peers=pl.when(is_unit).then(pl.len().over(peers).cast(pl.Int64)),
        rank=better.rank("average").over(peers),
    ).with_columns(
        peer_percentile=rounded(
            pl.when(pl.col("n_peers") >= ENOUGH_PEERS).then((pl.col("rank") - 0.5) / pl.col("n_peers")), SHARE
        )
    )
    return {"benchmarks": _against_targets(evidence, _against_before(evidence, rows)).sort(_KEY)}


def _outcomes(evidence: Evidence) -> pl.DataFrame:
    """Mean value of each outcome measure over the people of a place."""
    items = [item.id for item in evidence.policy.all_items() if item.indicator == "outcome"]
    homes = evidence.results.employees.lazy().select("employee_id", "unit_id")
    found = (
        evidence.results.indicators.lazy()
        .filter(pl.col("item_id").is_in(items), pl.col("status") == SCORED)
        .join(homes, on="employee_id")
        .with_columns(millionths=pl.col("value").to_physical())
    )
    return pl.concat(
        [
            placed(found, level, evidence.policy.city)
            .group_by("place_id", measure="item_id")
            .agg(value=pl.col("millionths").sum().cast(pl.Float64) / pl.len() / 10**6)
            .with_columns(level=pl.lit(level))
            for level in LEVELS
        ]
    ).collect()


def _efficiency(evidence: Evidence) -> pl.DataFrame:
    """Shares of the work of a place's people, all of them together."""
    homes = evidence.results.employees.lazy().select("employee_id", "unit_id")
    work = evidence.made["productivity"].lazy().join(homes, on="employee_id")
    shares = {
        "fast_and_accurate_share": ("n_fast_and_accurate", "n_settled"),
        "productivity": ("standard_minutes", "available_minutes"),
    }
    return pl.concat(
        [
            placed(work, level, evidence.policy.city)
            .group_by("place_id")
            .agg(value=share(pl.col(part).sum().cast(pl.Float64), pl.col(whole).sum().cast(pl.Float64)))
            .select("place_id", pl.lit(measure).alias("measure"), "value", level=pl.lit(level))
            for level in LEVELS
            for measure, (part, whole) in shares.items()
        ]
    ).collect()


def _against_before(evidence: Evidence, rows: pl.DataFrame) -> pl.DataFrame:
    before = evidence.before("benchmarks", *_KEY, "value")
    if before is None:
        before = rows.select(*_KEY, "value").clear()
    rows = rows.join(before.rename({"value": "baseline"}), on=_KEY, how="left")
    change = pl.col("value") - pl.col("baseline")
    return rows.with_columns(change=change, is_better=pl.when(change != 0).then((change > 0) != pl.col("is_lower")))


def _against_targets(evidence: Evidence, rows: pl.DataFrame) -> pl.DataFrame:
    targets = pl.DataFrame(
        [(one.measure, one.target, one.source) for one in evidence.policy.insights.benchmarks],
        schema={"measure": pl.String, "target": pl.Decimal(38, 6), "target_source": pl.String},
        orient="row",
    )
    reached = (
        pl.when("is_lower").then(pl.col("value") <= pl.col("target")).otherwise(pl.col("value") >= pl.col("target"))
    )
    return rows.join(targets, on="measure", how="left").select(
        *_KEY, "value", "baseline", "change", "is_better", "n_peers", "peer_percentile", "target", "target_source",
        is_target_met=reached,
    )  # fmt: skip
