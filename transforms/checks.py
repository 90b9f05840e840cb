"""What must hold of results before they are published."""

from __future__ import annotations

import polars as pl

from policies.model import GROUPS, Policy
from transforms.findings import SCORED
from transforms.follow_ups import NO_SCORE
from transforms.run import Results


def problems_of(results: Results, policy: Policy) -> list[str]:
    """Every way in which the results contradict themselves or the policy; empty when they may be published.

    Owed rows: every employee has each item of his sector once; every PNS a discipline status; who has no score is
    listed once with the reason; every decided rating is among the decisions. Bounds: achievements and scores within
    0..cap, given exactly where the status is SCORED.
    """
    problems = []
    owed = pl.DataFrame(
        [
            (sector, group, item.id)
            for sector in results.employees.get_column("sector").unique()
            for group in GROUPS
            for item in policy.items(sector, group)
        ],
        schema={"sector": pl.String, "item_group": pl.String, "item_id": pl.String},
        orient="row",
    )
    key = ["employee_id", "item_group", "item_id"]
    due = results.employees.select("employee_id", "sector").join(owed, on="sector").select(key)
    have = results.indicators.select(key)
    if missing := due.join(have, on=key, how="anti").height:
        problems.append(f"{missing} rows of indicators are owed and missing")
    if more := have.height - due.height + missing:
        problems.append(f"{more} rows of indicators are nobody's")
    if len(results.scores) != len(results.employees):
        problems.append(f"{len(results.scores)} scores for {len(results.employees)} employees")
    cap = policy.national.achievement_cap.cap
    columns = {"achievement": results.indicators, "score": results.scores}
    for column, frame in columns.items():
        number, is_scored = pl.col(column), pl.col("status") == SCORED
        if out := frame.filter((number < 0) | (number > cap)).height:
            problems.append(f"{out} values of {column} lie outside 0..{cap}")
        if odd := frame.filter(number.is_not_null() != is_scored).height:
            problems.append(f"{odd} values of {column} contradict their status")
    return problems + _problems_of_consequences(results)


def _problems_of_consequences(results: Results) -> list[str]:
    scores = results.scores
    owed = {
        "discipline_status": (results.employees.filter(pl.col("employment_type") == "PNS"), results.discipline_status),
        "follow_ups": (
            scores.filter(pl.col("status") != SCORED),
            results.follow_ups.filter(pl.col("action") == NO_SCORE),
        ),
        "decisions": (scores.filter(pl.col("decided_rating").is_not_null()), results.decisions),
    }
    return [
        f"{name}: rows of {have.height} employees where those of {due.height} are owed, or not the same ones"
        for name, (due, have) in owed.items()
        if due.get_column("employee_id").sort().to_list() != have.get_column("employee_id").sort().to_list()
    ]
