"""Whether an indicator still tells people apart, and how much the order of people hangs on its weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from policies.model import GROUPS, Item
from transforms.findings import INSUFFICIENT_DATA, NOT_APPLICABLE, SCORED
from transforms.insights.evidence import Evidence
from transforms.insights.rounding import SCORE, SHARE, rounded, share

MANY: Final = 0.5
"""Share at the ceiling, at the floor or missing, from which an item is flagged."""
LITTLE_SPREAD: Final = 2.0
"""Interquartile range (points) under which an item tells nobody apart."""
ENOUGH_SCORED: Final = 30
"""Scored people from which an item is flagged at all."""
SHIFTS: Final = (0.9, 1.1)
"""The weight less, and more, by a tenth."""
MOVED: Final = 0.05
"""Share of all places by which somebody must move to count as moved."""


def indicator_health(evidence: Evidence) -> Mapping[str, pl.DataFrame]:
    """Frame `indicator_health`: one row an item of the policy that anybody owes.

    n_owed, n_scored, not_applicable_share, missing_share (owed, but not there); of the scored: median, iqr and mad
    (points), n_distinct, ceiling_share (at the cap, or the best the scale gives), floor_share (0, or the worst), and
    cap_cut: mean points that the cap took from those at it (null: the item has a scale). rank_agreement: the smaller of
    two Spearman correlations of the scores with those where the item weighs a tenth less and more; moved_share: people
    who then move by more than a twentieth of all places, the larger of both. flags: ceiling, floor, no_spread, missing,
    joined by a comma; null: none, or fewer than 30 scored.
    """
    items = {item.id: item for item in evidence.policy.all_items()}
    cap = float(evidence.policy.national.achievement_cap.cap)
    indicators = evidence.results.indicators.lazy().with_columns(
        points=pl.col("achievement").cast(pl.Float64), is_scored=pl.col("status") == SCORED
    )
    best = {name: _ends(item, cap)[1] for name, item in items.items()}
    worst = {name: _ends(item, cap)[0] for name, item in items.items()}
    points, scored = pl.col("points"), pl.col("is_scored")
    facts = (
        indicators.with_columns(
            best=pl.col("item_id").replace_strict(best, return_dtype=pl.Float64),
            worst=pl.col("item_id").replace_strict(worst, return_dtype=pl.Float64),
            uncut=_uncut(items),
            median=points.median().over("item_id"),
        )
        .group_by("item_id")
        .agg(
            indicator_id=pl.col("indicator_id").first(),
            item_group=pl.col("item_group").first(),
            n_owed=pl.len().cast(pl.Int64),
            n_scored=scored.sum().cast(pl.Int64),
            n_not_applicable=(pl.col("status") == NOT_APPLICABLE).sum(),
            n_missing=(pl.col("status") == INSUFFICIENT_DATA).sum(),
            median=pl.col("median").first(),
            iqr=points.quantile(0.75, "linear") - points.quantile(0.25, "linear"),
            mad=(points - pl.col("median")).abs().median(),
            n_distinct=points.drop_nulls().n_unique().cast(pl.Int64),
            n_ceiling=(points >= pl.col("best")).sum(),
            n_floor=(points <= pl.col("worst")).sum(),
            cap_cut=(pl.col("uncut") - cap).filter(scored & (points >= cap)).sort().mean(),
        )
        .collect()
    )
    rows = facts.join(_sensitivity(evidence), on="item_id", how="left").with_columns(
        missing=share("n_missing", pl.col("n_owed") - pl.col("n_not_applicable")),
        ceiling=share("n_ceiling", "n_scored"),
        floor=share("n_floor", "n_scored"),
    )
    flags = [
        pl.when(pl.col("ceiling") >= MANY).then(pl.lit("ceiling")),
        pl.when(pl.col("floor") >= MANY).then(pl.lit("floor")),
        pl.when(pl.col("iqr") < LITTLE_SPREAD).then(pl.lit("no_spread")),
        pl.when(pl.col("missing") >= MANY).then(pl.lit("missing")),
    ]
    said = pl.concat_str(flags, separator=",", ignore_nulls=True)
    is_told = (pl.col("n_scored") >= ENOUGH_SCORED) & (said != "")
    return {
        "indicator_health": rows.select(
            "item_id", "indicator_id", "item_group", "n_owed", "n_scored",
            rounded(share("n_not_applicable", "n_owed"), SHARE).alias("not_applicable_share"),
            rounded("missing", SHARE).alias("missing_share"),
            *(rounded(name, SCORE).alias(name) for name in ("median", "iqr", "mad")),
            "n_distinct",
            rounded("ceiling", SHARE).alias("ceiling_share"),
            rounded("floor", SHARE).alias("floor_share"),
            rounded("cap_cut", SCORE).alias("cap_cut"),
            rounded("rank_agreement", SHARE).alias("rank_agreement"),
            rounded("moved_share", SHARE).alias("moved_share"),
            flags=pl.when(is_told).then(said),
        ).sort("item_id")
    }  # fmt: skip


def _ends(item: Item, cap: float) -> tuple[float, float]:
    """The least and the most achievement an item can give."""
    if item.scale is None:
        return 0.0, cap
    found = [float(achievement) for _, achievement in item.scale.points]
    return min(found), min(max(found), cap)


def _uncut(items: Mapping[str, Item]) -> pl.Expr:
    """What the achievement would be without the cap; null where a scale gives it."""
    value = pl.col("value").cast(pl.Float64)
    uncut = pl.lit(None, pl.Float64)
    for item in items.values():
        if item.target is not None:
            ratio = value / float(item.target)
            number = 100 * ratio if item.direction == "higher" else 100 * (2 - ratio)
            uncut = pl.when(pl.col("item_id") == item.id).then(number).otherwise(uncut)
    return uncut


def _sensitivity(evidence: Evidence) -> pl.DataFrame:
    """rank_agreement and moved_share of each item, over the people who owe it and have a score."""
    has_score = evidence.results.scores.get_column("status") == SCORED
    with_score = evidence.results.scores.filter(has_score).select(evidence.person())
    weight, points = pl.col("weight").cast(pl.Float64), pl.col("achievement").cast(pl.Float64)
    rows = (
        evidence.items.lazy()  # so that only what is asked of a row is filtered
        .filter(pl.col("status") == SCORED)
        .select("person", "item_id", "item_group", weight=weight, product=weight * points)
        .collect()
        .join(with_score, on="person", how="semi", maintain_order="left")
    )
    shares: dict[str, float] = {group: float(evidence.policy.group_weight(group)) / 100 for group in GROUPS}
    wide = rows.group_by("person").agg(
        pl.col(part).filter(pl.col("item_group") == group).sum().alias(f"{part}_{group}")
        for group in GROUPS
        for part in ("weight", "product")
    )
    base = sum(
        (shares[group] * pl.col(f"product_{group}") / pl.col(f"weight_{group}") for group in GROUPS), pl.lit(0.0)
    )
    wide = wide.with_columns(base=base)
    found = []
    for (item, group), own in rows.group_by(["item_id", "item_group"], maintain_order=True):
        people = own.select("person", "weight", "product").join(wide, on="person", maintain_order="left")
        before = pl.col(f"product_{group}") / pl.col(f"weight_{group}")
        shifted = [
            (pl.col(f"product_{group}") + (shift - 1) * pl.col("product"))
            / (pl.col(f"weight_{group}") + (shift - 1) * pl.col("weight"))
            for shift in SHIFTS
        ]
        others = [pl.col("base") + shares[str(group)] * (after - before) for after in shifted]
        found.append((item, *_ranks_compared(people, others)))
    return pl.DataFrame(
        found, schema={"item_id": pl.String, "rank_agreement": pl.Float64, "moved_share": pl.Float64}, orient="row"
    )


def _ranks_compared(people: pl.DataFrame, others: Sequence[pl.Expr]) -> tuple[float, float]:
    """The least of Spearman's correlations of the base score with others, and the largest share of who moves."""
    # To the hundredth, as scores are stored: nobody moves for less.
    scores = {"base": pl.col("base"), **{str(place): other for place, other in enumerate(others)}}
    ranks = people.select(score.round(2).rank("average").alias(name) for name, score in scores.items())
    agreements, moves = [1.0], [0.0]
    for name in ranks.columns[1:]:
        agreement, moved = ranks.select(
            pl.corr("base", name), ((pl.col(name) - pl.col("base")).abs() > MOVED * pl.len()).mean()
        ).row(0)
        is_number = agreement is not None and agreement == agreement  # NaN: nobody differs
        agreements.append(float(agreement) if is_number else 1.0)
        moves.append(float(moved or 0.0))
    return min(agreements), max(moves)
