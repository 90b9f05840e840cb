"""The appraisers' decisions: the rating of a period is theirs, the platform only proposes one.

Source: PermenPANRB 6/2022 (the rating is the appraiser's); that the decided rating stands beside the proposed one, with
the reason given, is a default.
"""

from __future__ import annotations

import polars as pl

from transforms.scope import ORDER, Scope


def latest_decisions(scope: Scope) -> pl.LazyFrame:
    """The latest decision on the period: person, decided_rating, decided_by, reason.

    Of equal times the last row of the file is the latest.
    """
    latest = pl.col("decided_rating", "decided_by", "reason").sort_by("decided_at", ORDER).last()
    return scope.own_rows("decisions").filter(pl.col("period") == scope.period.name).group_by("person").agg(latest)


def decisions(scope: Scope, latest: pl.LazyFrame, scores: pl.DataFrame) -> pl.DataFrame:
    """One row an employee with a decision on the period, by employee_id.

    Columns: employee_id, proposed_rating, decided_rating; is_different: null where nothing was proposed; decided_by;
    reason: as the appraiser gave it, null: none.
    """
    proposed = scores.lazy().select("employee_id", "proposed_rating")
    return (
        latest.join(scope.people.select("person", "employee_id"), on="person")
        .join(proposed, on="employee_id")
        .sort("employee_id")
        .select(
            "employee_id",
            "proposed_rating",
            "decided_rating",
            (pl.col("decided_rating") != pl.col("proposed_rating")).alias("is_different"),
            "decided_by",
            "reason",
        )
        .collect()
    )
