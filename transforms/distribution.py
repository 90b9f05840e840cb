"""The ratings of a unit's people beside the rating of the unit: a warning for its leader, never a change.

Source: PermenPANRB 6/2022, annex: by the organisation's own rating "most employees are ...". Read here as: more than
half of those who have a rating. SE 3/2023 puts further percentages on it; they are not applied.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from transforms.scope import Scope

MOST_ARE: Final[Mapping[str, str]] = {
    "Istimewa": "Sangat Baik",
    "Baik": "Baik",
    "Butuh Perbaikan": "Butuh Perbaikan",
    "Kurang": "Kurang/Misconduct",
    "Sangat Kurang": "Sangat Kurang",
}
"""The rating of the organisation, and the one most of its employees have."""
_COUNTS: Final = {
    "Sangat Baik": "n_sangat_baik",
    "Baik": "n_baik",
    "Butuh Perbaikan": "n_butuh_perbaikan",
    "Kurang/Misconduct": "n_kurang",
    "Sangat Kurang": "n_sangat_kurang",
}


def unit_guidance(scope: Scope, scores: pl.DataFrame) -> pl.DataFrame:
    """One row a home unit that has a rating of its own for the period, by unit_id.

    Columns: unit_id, unit_rating; expected_rating: what most employees are; n_rated: employees with a rating, the
    decided or else the proposed one; n_sangat_baik, n_baik, n_butuh_perbaikan, n_kurang, n_sangat_kurang; is_as_guided:
    whether more than half of the rated have the expected rating, null: nobody is rated.
    """
    ratings = scores.lazy().select("employee_id", rating=pl.coalesce("decided_rating", "proposed_rating"))
    rating, expected = pl.col("rating"), pl.col("expected_rating")
    n_expected = pl.sum_horizontal(pl.when(expected == word).then(name).otherwise(0) for word, name in _COUNTS.items())
    people = (
        scope.people.select("employee_id", "unit_id")
        .join(ratings, on="employee_id")
        .group_by("unit_id")
        .agg(
            rating.count().cast(pl.Int64).alias("n_rated"),
            *((rating == word).sum().cast(pl.Int64).alias(name) for word, name in _COUNTS.items()),
        )
    )
    return (
        scope.frames["unit_achievements"]
        .filter(pl.col("period") == scope.period.name)
        .select("unit_id", unit_rating="rating", expected_rating=pl.col("rating").replace_strict(dict(MOST_ARE)))
        .join(people, on="unit_id")
        .with_columns(is_as_guided=pl.when(pl.col("n_rated") > 0).then(2 * n_expected > pl.col("n_rated")))
        .sort("unit_id")
        .select("unit_id", "unit_rating", "expected_rating", "n_rated", *_COUNTS.values(), "is_as_guided")
        .collect()
    )
