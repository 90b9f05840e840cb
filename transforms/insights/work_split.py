"""Work that several people did together: whose part of the result is how large, and what is nobody's.

Source: seed (project work split). Shares are declared (dataset `work_shares`), never guessed; no score is made of them:
the objective stays whole in the plan of its owner.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import polars as pl

from transforms.insights.evidence import Evidence
from transforms.insights.objectives import reached
from transforms.insights.rounding import SCORE, SHARE, rounded

_WHOLE: Final = 100.0


def work_split(evidence: Evidence) -> Mapping[str, pl.DataFrame]:
    """Frame `work_split`: one row a shared work and person who is scored and has a part in it.

    Works: objectives that overlap P and initiatives submitted in P, with a declared share; and objectives on which
    somebody but the owner reported in P. role: owner or helper. share: percent, null where none is declared;
    declared_total of all people, scored or not; unattributed: 100 less that, negative where more was declared.
    state: whole (100), short, over, undeclared. result: achievement of the objective by P's end, as its owner's plan
    counts it (no report: 0); of an initiative 100 where it was adopted, else 0. part: result * share / 100, null where
    shares are over 100 or undeclared: nobody can tell what is whose.
    """
    declared = evidence.frames["work_shares"].select("work_kind", "work_id", "employee_id", share=_float("share"))
    reported = _reported(evidence)
    of_work = ["work_kind", "work_id"]
    shared = pl.concat([declared.select(of_work), reported.select(of_work)]).unique().collect()
    if shared.is_empty():
        return {"work_split": pl.DataFrame(schema=_COLUMNS)}
    works = _works(evidence, shared.lazy())
    taking_part = pl.concat(
        [declared.select(*of_work, "employee_id"), reported, works.select(*of_work, employee_id="owner")]
    ).unique()
    # In millionths of a percent, so that the sum is the same whatever the order.
    total = (pl.col("share") * 1e6).round().cast(pl.Int64).sum().over(of_work) / 1e6
    people = evidence.people.select("employee_id", is_scored=pl.lit(value=True))
    rows = (
        works.join(taking_part, on=of_work)
        .join(declared, on=[*of_work, "employee_id"], how="left")
        .join(people, on="employee_id", how="left")
        .with_columns(total=total, is_declared=pl.col("share").is_not_null().any().over(of_work))
        .filter("is_scored")
        .with_columns(state=_state(), result=pl.col("result").round(SCORE, mode="half_away_from_zero"))
        .collect()
    )
    is_told = pl.col("state").is_in(["whole", "short"])
    return {
        "work_split": rows.select(
            "work_kind",
            "work_id",
            "employee_id",
            pl.when(pl.col("employee_id") == pl.col("owner"))
            .then(pl.lit("owner"))
            .otherwise(pl.lit("helper"))
            .alias("role"),
            rounded("share", SCORE).alias("share"),
            rounded("total", SCORE).alias("declared_total"),
            rounded(_WHOLE - pl.col("total"), SCORE).alias("unattributed"),
            "state",
            rounded("result", SCORE).alias("result"),
            rounded(pl.when(is_told).then(pl.col("result") * pl.col("share") / _WHOLE), SHARE).alias("part"),
        ).sort("work_kind", "work_id", "employee_id")
    }


def _works(evidence: Evidence, shared: pl.LazyFrame) -> pl.LazyFrame:
    """The shared works with their owner and result."""
    ids = shared.select("work_kind", objective_id="work_id", initiative_id="work_id")
    only = {
        name: evidence.frames[f"{name}s"].join(
            ids.filter(pl.col("work_kind") == name).select(f"{name}_id"), on=f"{name}_id", how="semi"
        )
        for name in ("objective", "initiative")
    }
    progress = evidence.frames["progress"].join(
        ids.filter(pl.col("work_kind") == "objective").select("objective_id"), on="objective_id", how="semi"
    )
    frames = {**evidence.frames, "objectives": only["objective"], "progress": progress}
    objectives = reached(replace(evidence, frames=frames)).select(
        work_kind=pl.lit("objective"), work_id="objective_id", owner="employee_id", result="reached"
    )
    is_adopted = pl.col("status") == "adopted"
    initiatives = (
        only["initiative"]
        .filter(evidence.span.covers("submitted_at"))
        .select(
            work_kind=pl.lit("initiative"),
            work_id="initiative_id",
            owner="employee_id",
            result=pl.when(is_adopted).then(_WHOLE).otherwise(0.0),
        )
    )
    return pl.concat([objectives, initiatives])


def _float(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Float64)


def _state() -> pl.Expr:
    total = pl.col("total").round(2)
    return (
        pl.when(~pl.col("is_declared"))
        .then(pl.lit("undeclared"))
        .when(total == _WHOLE)
        .then(pl.lit("whole"))
        .when(total < _WHOLE)
        .then(pl.lit("short"))
        .otherwise(pl.lit("over"))
    )


def _reported(evidence: Evidence) -> pl.LazyFrame:
    """Who reported in P on an objective of somebody else's: work_kind, work_id, employee_id."""
    owners = evidence.frames["objectives"].select("objective_id", owner="employee_id")
    return (
        evidence.frames["progress"]
        .filter(evidence.span.covers("reported_at"))
        .select("objective_id", "employee_id")
        .join(owners, on="objective_id")
        .filter(pl.col("employee_id") != pl.col("owner"))
        .select(work_kind=pl.lit("objective"), work_id="objective_id", employee_id="employee_id")
        .unique()
    )


_COLUMNS: Final = pl.Schema(
    {
        **dict.fromkeys(("work_kind", "work_id", "employee_id", "role"), pl.String()),
        **dict.fromkeys(("share", "declared_total", "unattributed"), pl.Decimal(38, SCORE)),
        "state": pl.String(),
        "result": pl.Decimal(38, SCORE),
        "part": pl.Decimal(38, SHARE),
    }
)
