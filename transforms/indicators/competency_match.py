"""How well a person's assessed competencies meet what the position requires."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import polars as pl

from policies import model
from transforms.exact import DECIMAL_UNIT, reduced, term, units
from transforms.findings import INSUFFICIENT_DATA, NOT_APPLICABLE, count, findings
from transforms.rating_rows import latest_ratings
from transforms.scope import Scope

READS = ("ratings", "competency_standards")


class Parameters(model.Parameters):
    """The supervisor's share beside the self-rating; from which match a person is optimal or fairly matched."""

    supervisor_share: Decimal
    optimal_from: Decimal
    fairly_from: Decimal


def competency_match(scope: Scope, parameters: Parameters) -> pl.LazyFrame:
    """100 * sum(min(assessed, required)) / sum(required) over the competencies the home position requires.

    n: required competencies. assessed = share * supervisor + rest * self, the supervisor alone without a self-rating;
    several raters: their mean. Ratings of the calendar year up to the end of P. No standard: NOT_APPLICABLE; a
    required competency without a supervisor rating: INSUFFICIENT_DATA.
    """
    required = pl.col("required_level").cast(pl.Int128) * DECIMAL_UNIT
    is_met = pl.col("num") >= required * pl.col("den")
    total = pl.col("required_level").sum().over("person").cast(pl.Int128) * DECIMAL_UNIT
    met_num, met_den = pl.when(is_met).then(required).otherwise("num"), pl.when(is_met).then(1).otherwise("den")
    facts = (
        assessed_competencies(scope, parameters)
        .with_columns(num=100 * met_num, den=met_den * total)
        .pipe(reduced, "num", "den")
        .group_by("person")
        .agg(n_required=pl.len(), n_rated=pl.col("num").count(), match=term(pl.col("num"), pl.col("den")))
    )
    n = count("n_required")
    return findings(
        scope,
        facts,
        n=n,
        misses=[
            (n == 0, NOT_APPLICABLE, "no_competency_standard"),
            (pl.col("n_rated") < n, INSUFFICIENT_DATA, "competency_not_rated"),
        ],
        value=pl.col("match"),
    )


def assessed_competencies(scope: Scope, parameters: Parameters) -> pl.LazyFrame:
    """person, competency, required_level and the assessed level as num/den in units of 1e-18; null: not rated."""
    share = Fraction(parameters.supervisor_share)
    year_start = dt.datetime(scope.period.year, 1, 1, tzinfo=ZoneInfo(scope.span.timezone))
    by_role = latest_ratings(scope, "competency", year_start).with_columns(level=units("level"))
    means = {
        role: by_role.filter(pl.col("rater_role") == role)
        .group_by("person", competency="item")
        .agg(pl.col("level").sum().alias(f"sum_{role}"), pl.len().cast(pl.Int128).alias(f"n_{role}"))
        for role in ("supervisor", "self")
    }
    both = share.denominator * pl.col("n_supervisor") * pl.col("n_self")
    blended = share.numerator * pl.col("sum_supervisor") * pl.col("n_self") + (
        share.denominator - share.numerator
    ) * pl.col("sum_self") * pl.col("n_supervisor")
    has_self = pl.col("n_self").is_not_null()
    standards = scope.frames["competency_standards"].select("position_id", "competency", "required_level")
    return (
        scope.people.select("person", "position_id")
        .join(standards, on="position_id")
        .join(means["supervisor"], on=["person", "competency"], how="left")
        .join(means["self"], on=["person", "competency"], how="left")
        .select(
            "person",
            "competency",
            "required_level",
            num=pl.when(has_self).then(blended).otherwise("sum_supervisor"),
            den=pl.when(has_self).then(both).otherwise("n_supervisor"),
        )
    )
