"""What a score says to the person it is of: strengths and weaknesses, what would move it, how far it can be trusted.

Source: seed (strengths and weaknesses, smallest change, reward and coaching lists). Peers are people of the same
position; what fewer than 10 of them did is not shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from transforms.findings import SCORED
from transforms.insights.certainty import Entry, entries, of_entry, of_scores, scored_items, with_intervals
from transforms.insights.evidence import Evidence
from transforms.insights.next_step import ORDER, next_steps
from transforms.insights.raters import INSTRUMENTS
from transforms.insights.rounding import SCORE, SHARE, rounded
from transforms.insights.rules import GOOD_RATINGS, OPINION_INDICATORS, SMALL_GROUP

TARGET: Final = 100
"""Achievement at which an item's target is met."""
REWARD_GRADES: Final = ("A", "B")
"""Grades of the data from which a reward can be proposed."""
NATURES: Final = ("measured", "citizens", "colleagues")
_PEERS: Final[Mapping[str, tuple[str, ...]]] = {
    "position": ("position_id",),
    "position_group": ("sector", "position_group"),
}


def persons(evidence: Evidence) -> Mapping[str, pl.DataFrame]:
    """Frames `person_items`, `item_peers`, `persons`, `rewards` and `improvements`.

    `person_items`: one row a person and scored item. achievement with its interval (low, high, basis: see `certainty`);
    nature: measured (recorded), citizens (what they think) or colleagues (what raters think); to_target: points above
    100, below it negative; previous_achievement and change, where the period before is published; peers: people of the
    same position, or of the sector's position group where 10 of these are not scored, with n_peers, peer_median and
    to_peers (null: too few); points_to_gain: what the score gains if the item reaches the most it can; standing:
    strength (target met, not below the peers' median), weakness (below what the policy calls meets, or below target and
    the peers' median), else even; improvement: 1 for the item farthest below its target, null where it is met.

    `item_peers`: one row an item and group of 10 peers or more; peer_id: the position, or sector/position group.

    `persons`: one row a person with a score. Score with its interval, data_grade and data_reasons, coverage; score of
    the period before and change; rating (decided, else proposed); shares of the score by nature; strongest and weakest
    item, most_to_gain_item; proposed_rating, the next one and the smallest change that brings it (see `next_step`);
    attention: `high_results_low_rating`, where what was measured is above expectation on average and the rating is
    below Baik, or meets its targets and the rating was decided lower than proposed; is_provisional.

    `rewards`: one row a person nominated by the policy's follow-ups, with place among the eligible: by score, then
    results score, then the lower end of the interval; equals share a place. reason: why not eligible (joined by `;`):
    data_grade_C, data_grade_D, discipline_level. is_decided: the rating is the appraiser's, not only proposed.

    `improvements`: one row a unit and item: n people scored, mean achievement, to_target, place (1: farthest below);
    null where fewer than 10 are scored.
    """
    items = with_intervals(evidence, scored_items(evidence))
    items = _with_groups(evidence, items)
    peers = _peers(items)
    items = _with_peers(_with_most(evidence, _with_before(evidence, items)), peers)
    to_target = pl.col("reached") - TARGET
    meets = float(evidence.policy.thresholds.meets)
    below_peers = (pl.col("reached") < pl.col("peer_median")).fill_null(value=False)
    items = items.with_columns(
        to_target=to_target,
        nature=of_entry((_nature(entry) for entry in entries(evidence)), pl.String),
        standing=pl.when((to_target >= 0) & ~below_peers)
        .then(pl.lit("strength"))
        .when((pl.col("reached") < meets) | ((to_target < 0) & below_peers))
        .then(pl.lit("weakness"))
        .otherwise(pl.lit("even")),
    )
    needs = _by_need(items)
    items = items.with_columns(needs.sort("place").get_column("improvement"))
    scores = of_scores(evidence, items)
    found = _persons(evidence, items, needs, scores)
    return {
        "person_items": _person_items(evidence, items),
        "item_peers": _item_peers(evidence, peers),
        "persons": found,
        "rewards": _rewards(evidence, found),
        "improvements": _improvements(evidence, items),
    }


def _nature(entry: Entry) -> str:
    if entry.item.indicator not in OPINION_INDICATORS:
        return "measured"
    return "colleagues" if entry.item.indicator in INSTRUMENTS else "citizens"


def _by_need(items: pl.DataFrame) -> pl.DataFrame:
    """person, place, item_id, improvement: a person's items from the one farthest below its target on."""
    number = pl.int_range(pl.len(), dtype=pl.Int64)
    first = pl.when(_is_first()).then(number).forward_fill()
    narrow = items.select("person", "to_target", "part", "place", "item_id")
    return narrow.sort("person", "to_target", -pl.col("part"), "place").select(
        "person", "place", "item_id", improvement=pl.when(pl.col("to_target") < 0).then(number - first + 1)
    )


def _is_first() -> pl.Expr:
    """Whether a row is the person's first, of rows that are sorted by person."""
    return pl.col("person").ne_missing(pl.col("person").shift())


def _with_before(evidence: Evidence, items: pl.DataFrame) -> pl.DataFrame:
    """Adds previous_achievement: of the same item in the period published before."""
    before = evidence.before("indicators", "employee_id", "item_id", "achievement")
    if before is None:
        return items.with_columns(previous_achievement=pl.lit(None, pl.Float64))
    before = before.select(evidence.person(), "item_id", previous_achievement=pl.col("achievement").cast(pl.Float64))
    return items.join(before, on=["person", "item_id"], how="left", maintain_order="left")


def _with_most(evidence: Evidence, items: pl.DataFrame) -> pl.DataFrame:
    """Adds points_to_gain."""
    most = of_entry((entry.most for entry in entries(evidence)), pl.Float64)
    return items.with_columns(points_to_gain=(most - pl.col("reached")).clip(lower_bound=0.0) * pl.col("part"))


def _with_groups(evidence: Evidence, items: pl.DataFrame) -> pl.DataFrame:
    """Adds item: one number for an item's id and group; and by kind of peers the first of the person's group."""
    numbers: dict[tuple[str, str], int] = {}
    item = [numbers.setdefault((entry.group, entry.item.id), len(numbers)) for entry in entries(evidence)]
    people = evidence.people.select("person", *{key for keys in _PEERS.values() for key in keys}).collect()
    firsts = people.select(pl.col("person").min().over(keys).alias(name) for name, keys in _PEERS.items())
    return items.with_columns(
        *(pl.lit(firsts.get_column(name)).gather("person").alias(name) for name in _PEERS),
        item=of_entry(item, pl.UInt32),
    )


def _peers(items: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """By kind of peers: one row an item and group, with n and median."""
    return {
        name: items.group_by("item", name).agg(
            pl.col("item_group", "item_id").first(),
            pl.len().cast(pl.Int64).alias(f"n_{name}"),
            (pl.col("hundredths").median() / 10**SCORE).alias(f"median_{name}"),
        )
        for name in _PEERS
    }


def _item_peers(evidence: Evidence, peers: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Groups that are told, as they are stored."""
    ids = {
        "position": evidence.fact("position_id"),
        # None delivered: nothing after the slash.
        "position_group": pl.format("{}/{}", evidence.fact("sector"), evidence.fact("position_group").fill_null("")),
    }
    return pl.concat(
        [
            groups.filter(pl.col(f"n_{name}") >= SMALL_GROUP)
            .with_columns(person=name)
            .select(
                "item_group",
                "item_id",
                peers=pl.lit(name),
                peer_id=ids[name],
                n_peers=pl.col(f"n_{name}"),
                peer_median=rounded(f"median_{name}", SCORE),
            )
            for name, groups in peers.items()
        ]
    ).sort("peers", "peer_id", "item_group", "item_id")


def _with_peers(items: pl.DataFrame, groups: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Adds peers, n_peers (himself among them) and peer_median."""
    for name in _PEERS:
        found = groups[name].drop("item_group", "item_id")
        items = items.join(found, on=["item", name], how="left", maintain_order="left")
    enough = {name: pl.col(f"n_{name}") >= SMALL_GROUP for name in _PEERS}
    narrow, wide = _PEERS
    return items.with_columns(
        peers=pl.when(enough[narrow]).then(pl.lit(narrow)).when(enough[wide]).then(pl.lit(wide)),
        n_peers=pl.when(enough[narrow]).then(f"n_{narrow}").when(enough[wide]).then(f"n_{wide}"),
        peer_median=pl.when(enough[narrow]).then(f"median_{narrow}").when(enough[wide]).then(f"median_{wide}"),
    )


def _person_items(evidence: Evidence, items: pl.DataFrame) -> pl.DataFrame:
    points = {
        name: rounded(name, SCORE)
        for name in ("low", "high", "to_target", "previous_achievement", "peer_median", "points_to_gain")
    }
    return items.select(
        evidence.fact("employee_id"),
        pl.exclude(*points),
        **points,
        change=rounded(pl.col("reached") - pl.col("previous_achievement"), SCORE),
        to_peers=rounded(pl.col("reached") - pl.col("peer_median"), SCORE),
    ).select(
        "employee_id",
        "item_group",
        "item_id",
        "nature",
        "achievement",
        "low",
        "high",
        "basis",
        "to_target",
        "previous_achievement",
        "change",
        "peers",
        "n_peers",
        "peer_median",
        "to_peers",
        "points_to_gain",
        "standing",
        "improvement",
    )


def _persons(evidence: Evidence, items: pl.DataFrame, needs: pl.DataFrame, scores: pl.DataFrame) -> pl.DataFrame:
    rating = pl.coalesce("decided_rating", "proposed_rating")
    part, is_measured = pl.col("part"), pl.col("nature") == "measured"
    of_person = (
        items.select(
            "person",
            "points_to_gain",
            **{f"{nature}_share": pl.when(pl.col("nature") == nature).then(part).otherwise(0.0) for nature in NATURES},
            measured=pl.when(is_measured).then(pl.col("reached") * part).otherwise(0.0),
        )
        .group_by("person", maintain_order=True)
        .agg(
            pl.col("measured", *(f"{nature}_share" for nature in NATURES)).sum(),
            most_to_gain=pl.col("points_to_gain").max(),
        )
        # Nothing measured is no achievement: 0 / 0 would be NaN, which is above everything.
        .with_columns(
            measured=pl.when(pl.col("measured_share") > 0).then(pl.col("measured") / pl.col("measured_share"))
        )
    )
    narrow = items.select("person", "to_target", "part", "points_to_gain", "place", "item_id")
    firsts = {
        "strongest_item": narrow.sort("person", -pl.col("to_target"), -part, "place"),
        "weakest_item": needs,
        "most_to_gain_item": narrow.sort("person", -pl.col("points_to_gain"), "place"),
    }
    rows = evidence.results.scores.filter(pl.col("status") == SCORED).with_columns(evidence.person())
    chosen = [
        found.filter(_is_first()).select("person", pl.col("item_id").alias(name)) for name, found in firsts.items()
    ]
    for found in (of_person, *chosen, scores, next_steps(evidence, items)):
        rows = rows.join(found, on="person", how="left", maintain_order="left")
    before = evidence.before("scores", "employee_id", "score")
    if before is None:
        rows = rows.with_columns(previous_score=pl.lit(None, pl.Decimal(38, SCORE)))
    else:
        rows = rows.join(
            before.rename({"score": "previous_score"}), on="employee_id", how="left", maintain_order="left"
        )
    proposed, decided = (
        pl.col(name).replace_strict(_PLACES, return_dtype=pl.Int8) for name in ("proposed_rating", "decided_rating")
    )
    is_lowered = decided < proposed
    above = float(evidence.policy.thresholds.above)
    is_low = (pl.col("measured") >= above) & ~rating.is_in(GOOD_RATINGS)
    is_unseen = is_low | ((pl.col("measured") >= TARGET) & is_lowered)
    digits = {
        **dict.fromkeys(("low", "high", "results_needed", "behaviour_needed", "score_needed"), SCORE),
        **dict.fromkeys(("most_to_gain", "step_achievement"), SCORE),
        **dict.fromkeys(("coverage", "step_value", *(f"{nature}_share" for nature in NATURES)), SHARE),
    }
    return rows.with_columns(
        rating=rating,
        score_change=rounded(pl.col("score").cast(pl.Float64) - pl.col("previous_score").cast(pl.Float64), SCORE),
        attention=pl.when(is_unseen).then(pl.lit("high_results_low_rating")),
        is_provisional=pl.lit(evidence.span.end < evidence.period.end),
        **{name: rounded(name, places) for name, places in digits.items()},
    ).select(_PERSON)


def _rewards(evidence: Evidence, found: pl.DataFrame) -> pl.DataFrame:
    nominated = evidence.results.follow_ups.filter(pl.col("action") == "reward_nomination").select(
        "employee_id", is_decided=pl.col("reason") == "decided_rating"
    )
    levels = evidence.results.discipline_status.filter(pl.col("level").is_not_null()).select("employee_id")
    rows = (
        nominated.join(found, on="employee_id")
        .join(evidence.results.scores.select("employee_id", "results_score"), on="employee_id")
        .with_columns(has_level=pl.col("employee_id").is_in(levels["employee_id"].implode()))
    )
    why = [
        pl.when(~pl.col("data_grade").is_in(REWARD_GRADES)).then(pl.format("data_grade_{}", "data_grade")),
        pl.when("has_level").then(pl.lit("discipline_level")),
    ]
    reason = pl.concat_str(why, separator=";", ignore_nulls=True)
    order = pl.struct("score", "results_score", "low")
    return (
        rows.with_columns(reason=pl.when(reason != "").then(reason))
        .with_columns(is_eligible=pl.col("reason").is_null())
        .with_columns(
            place=pl.when("is_eligible").then(
                order.rank("min", descending=True).over("is_eligible").cast(pl.Int64)
            )
        )
        .select(
            "employee_id", "place", "score", "results_score", "low", "rating", "is_decided", "data_grade",
            "is_eligible", "reason",
        )
        .sort("employee_id")
    )  # fmt: skip


def _improvements(evidence: Evidence, items: pl.DataFrame) -> pl.DataFrame:
    n = pl.col("n")
    units = pl.Enum(evidence.results.employees.get_column("unit_id").unique().drop_nulls().sort())
    own = (
        items.with_columns(evidence.fact("unit_id").cast(units))
        .group_by("unit_id", "item")
        .agg(pl.col("item_group", "item_id").first(), n=pl.len().cast(pl.Int64), total=pl.col("hundredths").sum())
    )
    mean = pl.when(n >= SMALL_GROUP).then(pl.col("total") / n / 10**SCORE)
    return (
        own.with_columns(mean=mean)
        .sort("unit_id", "mean", "item_id", nulls_last=True)
        .with_columns(
            place=pl.when(pl.col("mean") < TARGET).then(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("unit_id")),
            mean_achievement=rounded("mean", SCORE),
            to_target=rounded(pl.col("mean") - TARGET, SCORE),
        )
        .sort("unit_id", "item_group", "item_id")
        .select(
            pl.col("unit_id").cast(pl.String), "item_group", "item_id", "n", "mean_achievement", "to_target", "place"
        )
    )


_PLACES: Final = {rating: place for place, rating in enumerate(ORDER)}
_PERSON: Final = (
    "employee_id",
    "score",
    "low",
    "high",
    "data_grade",
    "data_reasons",
    "coverage",
    "previous_score",
    "score_change",
    "rating",
    "measured_share",
    "citizens_share",
    "colleagues_share",
    "strongest_item",
    "weakest_item",
    "most_to_gain_item",
    "most_to_gain",
    "proposed_rating",
    "next_rating",
    "results_needed",
    "behaviour_needed",
    "score_needed",
    "step_item",
    "step_achievement",
    "step_value",
    "step_count",
    "attention",
    "is_provisional",
)
