"""Answers of P to surveys, added up: what satisfaction is made of, read once however many audiences a policy asks."""

from __future__ import annotations

from typing import Final

import polars as pl

from transforms.exact import units
from transforms.scope import Known

ELEMENTS: Final = tuple(f"u{number}" for number in range(1, 10))


def answers(known: Known) -> pl.LazyFrame:
    """One row an audience, unit and person named (null: nobody who is scored).

    Columns: audience, unit_id, person; n_responses with an answer; of each element n_u1.. (answers) and u1.. (their
    sum, in units of 1e-18), all Int128.
    """
    is_answered = pl.any_horizontal(pl.col(element).is_not_null() for element in ELEMENTS)
    return (
        known.rows("survey_responses")
        .filter(known.span.covers("submitted_at"), is_answered)
        .group_by("audience", "unit_id", "person")
        .agg(
            pl.len().cast(pl.Int128).alias("n_responses"),
            *(units(element).sum().alias(element) for element in ELEMENTS),
            *(pl.col(element).count().cast(pl.Int128).alias(f"n_{element}") for element in ELEMENTS),
        )
    )
