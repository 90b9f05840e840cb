"""On time and good: which row of the policy's rule table applies to each objective of a person.

Source: seed (Sibolga: on deadline and good quality together are positive). The table, its thresholds and what each row
leads to are the policy's (`insights.rule_table`); without one nothing is told. No score is made of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from transforms.insights.evidence import Evidence
from transforms.insights.objectives import reached

_COLUMNS: Final = pl.Schema(
    {
        "employee_id": pl.String(),
        "timeliness": pl.String(),
        "quality": pl.String(),
        "outcome": pl.String(),
        "n_objectives": pl.Int64(),
        "objectives": pl.String(),
    }
)


def rule_table(evidence: Evidence) -> Mapping[str, pl.DataFrame]:
    """Frame `rule_outcomes`: one row a person and row of the rule table that applies to an objective of his in P.

    timeliness: on_time where the share of the objective's reports due in P that came in time (none came: late) reaches
    the policy's, else late; unknown: none was due. quality: good where its achievement by P's end (2 decimals, as
    stored) reaches the policy's, else poor; unknown: no report says how far it is. outcome: what the table says of the
    two; n_objectives, and which (joined by `;`).
    """
    table = evidence.policy.insights.rule_table
    if table is None:
        return {"rule_outcomes": pl.DataFrame(schema=_COLUMNS)}
    came = (pl.col("reported_at") <= pl.col("due_at")).fill_null(value=False)
    due = (
        evidence.frames["progress"]
        .filter(evidence.span.covers("due_at"))
        .group_by("employee_id", "objective_id")
        .agg(n_due=pl.len(), n_in_time=came.sum())
    )
    in_time = pl.col("n_in_time") / pl.col("n_due")
    is_good = pl.col("reached").round(2, mode="half_away_from_zero") >= float(table.good_from)
    outcomes = pl.LazyFrame(
        [(row.timeliness, row.quality, row.outcome) for row in table.rows],
        schema=dict.fromkeys(("timeliness", "quality", "outcome"), pl.String),
        orient="row",
    )
    found = (
        reached(evidence)
        .join(due, on=["employee_id", "objective_id"], how="left")
        .select(
            "employee_id",
            "objective_id",
            timeliness=pl.when(pl.col("n_due").is_null())
            .then(pl.lit("unknown"))
            .when(in_time >= float(table.on_time_from))
            .then(pl.lit("on_time"))
            .otherwise(pl.lit("late")),
            quality=pl.when(~pl.col("has_report"))
            .then(pl.lit("unknown"))
            .when(is_good)
            .then(pl.lit("good"))
            .otherwise(pl.lit("poor")),
        )
        .join(outcomes, on=["timeliness", "quality"])
        .group_by("employee_id", "timeliness", "quality", "outcome")
        .agg(n_objectives=pl.len().cast(pl.Int64), objectives=pl.col("objective_id").sort().str.join(";"))
        .sort("employee_id", "timeliness", "quality")
    )
    return {"rule_outcomes": found.select(*_COLUMNS).collect()}
