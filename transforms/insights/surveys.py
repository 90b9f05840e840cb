"""Survey responses by place: the satisfaction index (IKM), its grade, and how many answers are enough."""

from __future__ import annotations

from typing import Final

import polars as pl

from policies.model import SkmGrades
from transforms.days import wall_clock
from transforms.exact import DECIMAL_UNIT, units
from transforms.insights.evidence import Evidence
from transforms.insights.places import with_agency

ELEMENTS: Final = tuple(f"u{number}" for number in range(1, 10))
POINTS_PER_LEVEL: Final = 25


def responses(evidence: Evidence) -> pl.DataFrame:
    """Responses of P, whoever they name, narrow and in memory: read once.

    employee (the number they name), person (null: nobody who is scored), unit_id, agency, audience (all but person
    Categorical), at and day (wall-clock), u1..u9 (millionths of a level, Int32), points (25 * their mean, 25-100,
    Float64), is_answered (at least one of these is).
    """
    if "responses" not in evidence.kept:
        millionth = DECIMAL_UNIT // 10**6  # whole levels, or rescaled to 6 decimals: nothing is lost
        found = (
            evidence.frames["survey_responses"]
            .filter(evidence.span.covers("submitted_at"))
            .select(
                evidence.person(),
                pl.col("unit_id", "audience").cast(pl.Categorical),
                *((units(element) // millionth).cast(pl.Int32).alias(element) for element in ELEMENTS),
                employee=pl.col("employee_id").cast(pl.Categorical),
                at=wall_clock("submitted_at", evidence.span),
                is_answered=pl.any_horizontal(pl.col(element).is_not_null() for element in ELEMENTS),
            )
            .with_columns(day=pl.col("at").dt.date(), points=_points())
        )
        evidence.kept["responses"] = with_agency(found.collect(engine="streaming"))
    return evidence.kept["responses"]


def answers(evidence: Evidence) -> pl.LazyFrame:
    """The responses with an answer; mostly all of them."""
    if "answers" not in evidence.kept:
        found = responses(evidence)
        evidence.kept["answers"] = found if found.get_column("is_answered").all() else found.filter("is_answered")
    return evidence.kept["answers"].lazy()


def _points() -> pl.Expr:
    return pl.mean_horizontal(pl.col(element).cast(pl.Float64) for element in ELEMENTS) * POINTS_PER_LEVEL / 10**6


SUMS: Final = ("n_responses", *(f"{part}_{element}" for element in ELEMENTS for part in ("sum", "n")))
"""What `ikm` is made of; it adds up over places and days."""


def index_parts() -> list[pl.Expr]:
    """Aggregates of `answers` that `ikm` needs: `SUMS`. Whole numbers: exact, whatever the order of rows."""
    return [
        pl.len().cast(pl.Int64).alias("n_responses"),
        *(pl.col(element).cast(pl.Int64).sum().alias(f"sum_{element}") for element in ELEMENTS),
        *(pl.col(element).count().cast(pl.Int64).alias(f"n_{element}") for element in ELEMENTS),
    ]


def ikm() -> pl.Expr:
    """IKM = 25 * mean over the elements somebody answered of the mean answer to each (PermenPANRB 14/2017), a float."""
    means = [
        pl.when(pl.col(f"n_{element}") > 0).then(pl.col(f"sum_{element}") / pl.col(f"n_{element}") / 10**6)
        for element in ELEMENTS
    ]
    return POINTS_PER_LEVEL * pl.mean_horizontal(means)


def skm_grade(index: str, rule: SkmGrades) -> pl.Expr:
    """Grade of an index of 2 decimals (a Decimal column): A to D; null: no index."""
    grade = pl.lit(None, pl.String)
    for step in reversed(rule.grades):
        at_least = pl.lit(step.at_least).cast(pl.Decimal(38, 2))
        grade = pl.when(pl.col(index) >= at_least).then(pl.lit(step.grade)).otherwise(grade)
    return grade


def krejcie_morgan(population: str) -> pl.Expr:
    """Answers that stand for a population, at 95 % and 5 points (Krejcie and Morgan 1970, as PermenPANRB 14/2017 asks).

    s = X2 N P(1-P) / (d2 (N-1) + X2 P(1-P)) with X2 3.841, P 0.5, d 0.05, rounded; in whole numbers. Nobody: null.
    """
    n = pl.col(population).cast(pl.Int64)
    numerator, denominator = 96_025 * n, 250 * (n - 1) + 96_025
    return pl.when(n > 0).then((2 * numerator + denominator) // (2 * denominator))
