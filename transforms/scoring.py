"""From achievements to groups, score and proposed rating."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import lcm

import polars as pl

from policies.model import GROUPS, GroupName, Item, Policy
from transforms.exact import SCORE_DIGITS, is_doubtful, rounded
from transforms.findings import INSUFFICIENT_DATA, NOT_APPLICABLE, SCORED


def weight_unit(policy: Policy) -> int:
    """How many whole parts of a percent every weight of the policy is a number of."""
    return lcm(*(Fraction(item.weight).denominator for item in policy.all_items()))


def group_scores(items: pl.LazyFrame, policy: Policy) -> pl.LazyFrame:
    """One row a person and group: low, slack, units (rounded score), is_covered, doubtful.

    Group score = sum(w*a)/sum(w) over SCORED items. Covered: SCORED weight >= min_coverage of the weight that is not
    NOT_APPLICABLE, and >= min_weight of the whole group's. `items` carries weight (whole parts), low, slack, status.
    """
    coverage, minimum = Fraction(policy.min_coverage), Fraction(policy.min_weight)
    is_scored, is_live = pl.col("status") == SCORED, pl.col("status") != NOT_APPLICABLE
    weight = pl.col("weight_parts").cast(pl.Int128)
    scored, live, whole = pl.col("scored"), pl.col("live"), pl.col("whole")
    enough_of_live = scored * coverage.denominator >= live * coverage.numerator
    enough_of_whole = scored * minimum.denominator >= whole * minimum.numerator
    is_open = is_scored & pl.col("low").is_null()  # an item whose number only `settling` can tell
    return (
        items.group_by("person", "item_group")
        .agg(
            scored=weight.filter(is_scored).sum(),
            live=weight.filter(is_live).sum(),
            whole=weight.sum(),
            sum_low=(weight * pl.col("low")).filter(is_scored).sum(),
            slack=pl.col("slack").filter(is_scored).max() + 2,
            is_open=is_open.any(),
        )
        .with_columns(is_covered=enough_of_live & enough_of_whole)
        .with_columns(low=pl.when("is_covered", ~pl.col("is_open")).then(pl.col("sum_low") // scored))
        .with_columns(
            units=rounded(pl.col("low"), SCORE_DIGITS),
            doubtful=pl.col("is_covered") & is_doubtful(pl.col("low"), pl.col("slack"), SCORE_DIGITS),
        )
        .select("person", "item_group", "low", "slack", "units", "is_covered", "doubtful")
    )


def total_scores(people: pl.LazyFrame, groups: pl.LazyFrame, policy: Policy) -> pl.LazyFrame:
    """One row a person: for each group units, is_covered and doubtful, and the score's units and doubtful.

    Score = sum over groups of group weight * group score, where both are covered.
    """
    frame = people.select("person")
    for group in GROUPS:
        columns = [
            pl.col(name).alias(f"{group}_{name}") for name in ("low", "slack", "units", "is_covered", "doubtful")
        ]
        own = groups.filter(pl.col("item_group") == group).select("person", *columns)
        frame = frame.join(own, on="person", how="left")
    parts = lcm(*(Fraction(policy.group_weight(group)).denominator for group in GROUPS))
    sum_low = sum(
        (pl.col(f"{group}_low") * int(policy.group_weight(group) * parts) for group in GROUPS), pl.lit(0, pl.Int128)
    )
    slack = pl.max_horizontal("results_slack", "behaviour_slack") + 2
    both = pl.col("results_is_covered") & pl.col("behaviour_is_covered")
    low = pl.when(both).then(sum_low // (100 * parts))
    return frame.with_columns(
        units=rounded(low, SCORE_DIGITS),
        doubtful=(both & is_doubtful(low, slack, SCORE_DIGITS))
        | pl.any_horizontal(f"{group}_doubtful" for group in GROUPS),
    )


def exact_group(achievements: list[tuple[Item, Fraction]]) -> Fraction:
    """The group score of these scored items, exactly."""
    weights = sum((Fraction(item.weight) for item, _ in achievements), Fraction(0))
    return sum((Fraction(item.weight) * number for item, number in achievements), Fraction(0)) / weights


def exact_score(groups: dict[GroupName, Fraction], policy: Policy) -> Fraction:
    """The score of both group scores, exactly."""
    return sum((Fraction(policy.group_weight(name)) * number for name, number in groups.items()), Fraction(0)) / 100


def rated(scores: pl.LazyFrame, policy: Policy) -> pl.LazyFrame:
    """Adds group ratings, proposed_rating, status and reason; `scores` carries units, is_covered and n_countable.

    Ratings compare the stored number. Fewer than min_days countable days: no score and no rating, whatever else.
    Matrix: PermenPANRB 6/2022, annex.
    """
    is_too_short = pl.col("n_countable") < policy.min_days
    reasons = [pl.when(~pl.col(f"{group}_is_covered")).then(pl.lit(f"low_coverage_{group}")) for group in GROUPS]
    missing = pl.concat_str(reasons, separator=";", ignore_nulls=True)
    is_missing = missing != ""
    frame = scores.with_columns(
        _level(f"{group}_units", policy.thresholds.above, policy.thresholds.meets).alias(f"{group}_rating")
        for group in GROUPS
    )
    has_none = is_too_short | is_missing
    return frame.with_columns(
        units=pl.when(~has_none).then("units"),
        proposed_rating=pl.when(~has_none).then(_matrix(policy)),
        status=pl.when(is_too_short)
        .then(pl.lit(NOT_APPLICABLE))
        .when(is_missing)
        .then(pl.lit(INSUFFICIENT_DATA))
        .otherwise(pl.lit(SCORED)),
        reason=pl.when(is_too_short).then(pl.lit("too_short")).when(is_missing).then(missing),
    )


def _level(units: str, above: Decimal, meets: Decimal) -> pl.Expr:
    number = pl.col(units)
    return (
        pl.when(number.is_null())
        .then(pl.lit(None, pl.String))
        .when(number >= int(above * 10**SCORE_DIGITS))
        .then(pl.lit("above"))
        .when(number >= int(meets * 10**SCORE_DIGITS))
        .then(pl.lit("meets"))
        .otherwise(pl.lit("below"))
    )


def _matrix(policy: Policy) -> pl.Expr:
    rating = pl.lit(None, pl.String)
    for results, row in policy.national.rating_matrix.matrix.items():
        for behaviour, word in row.items():
            cell = (pl.col("results_rating") == results) & (pl.col("behaviour_rating") == behaviour)
            rating = pl.when(cell).then(pl.lit(word)).otherwise(rating)
    return rating
