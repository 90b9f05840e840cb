"""The responsive-city score: how promptly and how well requests were answered, by day, week, month and quarter.

Three traps of such scores are avoided. A week is counted from its own events, never from the scores of its days. A day
without an event has no score, not a zero. Nothing is rounded on the way, and every score stands beside its n and a
95 % interval.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from transforms.days import wall_clock
from transforms.insights.evidence import Evidence
from transforms.insights.rounding import SCORE, SHARE, rounded
from transforms.insights.surveys import ELEMENTS, SUMS, answers, ikm, index_parts

GRAINS: Final = {"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m", "quarter": None}
COMPONENTS: Final = ("documents", "complaints", "information", "satisfaction")
ALL: Final = "all"
_KINDS: Final = {"document": "documents", "complaint": "complaints", "information": "information"}
_TARGETS: Final = {"on_time_share": 0.95, "satisfaction": 80.0}
"""Where the policy has no item of the indicator."""
_Z: Final = 1.959963984540054
_WORST_INDEX, _BEST_INDEX = 25.0, 100.0
_SUMS: Final = ("n", "n_hits", "sum_answers", "sum_squares", *SUMS[1:])


def responsive(evidence: Evidence) -> Mapping[str, pl.DataFrame]:
    """Frame `responsive`: one row an agency or the city, grain, bucket and component, `all` among these.

    Components: documents, complaints and information due in the bucket and closed in time (share), and satisfaction
    (IKM of the answers given in it). score = 100 * value / target within 0..cap; `all` is the mean over the components
    in which something happened. n_days: days of the bucket within P. low, high: 95 % (Wilson; normal for the index).
    """
    daily = _daily(evidence)
    days = pl.DataFrame({"day": pl.date_range(evidence.span.start, evidence.span.last_day, eager=True)})
    found = []
    for grain, pattern in GRAINS.items():
        quarter = pl.format("{}-Q{}", pl.col("day").dt.year(), pl.col("day").dt.quarter())
        bucket = quarter if pattern is None else pl.col("day").dt.strftime(pattern)
        buckets = days.group_by(bucket=bucket).agg(n_days=pl.len().cast(pl.Int64))
        sums = daily.group_by("level", "place_id", "component", bucket=bucket).agg(pl.col(_SUMS).sum())
        places = daily.select("level", "place_id").unique()
        owed = places.join(buckets, how="cross").join(pl.DataFrame({"component": COMPONENTS}), how="cross")
        rows = owed.join(sums, on=["level", "place_id", "component", "bucket"], how="left")
        found.append(_scored(evidence, rows.with_columns(pl.col(_SUMS).fill_null(0), grain=pl.lit(grain))))
    parts = pl.concat(found)
    rows = pl.concat([parts, _together(parts)])
    return {
        "responsive": rows.select(
            "level", "place_id", "grain", "bucket", "component", "n_days", "n",
            rounded("value", SHARE).alias("value"),
            *(rounded(name, SCORE).alias(name) for name in ("score", "low", "high")),
        ).sort("level", "place_id", "grain", "bucket", "component")
    }  # fmt: skip


def _daily(evidence: Evidence) -> pl.DataFrame:
    """Sums of each place, component and day of P."""
    city = evidence.policy.city
    in_time = (pl.col("closed_at") <= pl.col("due")).fill_null(value=False)
    due = evidence.requests.filter(pl.col("is_owed"), evidence.span.covers("due")).select(
        "kind", place_id="agency", day=wall_clock("due", evidence.span).dt.date(), in_time=in_time
    )
    # In thousandths of a point, so that the sums are exact whatever the order.
    told = answers(evidence).select(
        *ELEMENTS, "day", place_id="agency", thousandths=(pl.col("points") * 1000).round().cast(pl.Int64)
    )
    parts = [
        due.group_by("place_id", "kind", "day")
        .agg(n=pl.len().cast(pl.Int64), n_hits=pl.col("in_time").sum().cast(pl.Int64))
        .with_columns(component=pl.col("kind").cast(pl.String).replace_strict(_KINDS))
        .drop("kind"),
        told.group_by("place_id", "day")
        .agg(
            *index_parts(),
            sum_answers=pl.col("thousandths").sum(),
            sum_squares=(pl.col("thousandths") * pl.col("thousandths")).sum(),
        )
        .rename({"n_responses": "n"})
        .with_columns(component=pl.lit("satisfaction")),
    ]
    of_agencies = (
        pl.concat(parts, how="diagonal")
        .with_columns(pl.col("place_id").cast(pl.String), pl.col(_SUMS).fill_null(0))
        .collect()
    )
    of_city = of_agencies.group_by("component", "day").agg(pl.col(_SUMS).sum()).with_columns(place_id=pl.lit(city))
    levels = {"agency": of_agencies, "city": of_city.select(of_agencies.columns)}
    return pl.concat([frame.with_columns(level=pl.lit(level)) for level, frame in levels.items()])


def _scored(evidence: Evidence, rows: pl.DataFrame) -> pl.DataFrame:
    """Adds value, score, low and high (floats, not rounded); null where nothing happened."""
    n, is_index = pl.col("n").cast(pl.Float64), pl.col("component") == "satisfaction"
    p = pl.col("n_hits") / n
    centre = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * (p * (1 - p) / n + _Z**2 / (4 * n * n)).sqrt()
    mean = pl.col("sum_answers") / n
    spread = ((pl.col("sum_squares") / n - mean * mean).clip(lower_bound=0.0) * n / (n - 1)).sqrt() / 1000
    margin = _Z * spread / n.sqrt()
    index = pl.col("index")
    is_told = pl.col("n") >= 2  # one answer says nothing of how others would answer
    low = pl.when(~is_index).then(centre - half).when(is_told).then(index - margin).otherwise(_WORST_INDEX)
    high = pl.when(~is_index).then(centre + half).when(is_told).then(index + margin).otherwise(_BEST_INDEX)
    cap = float(evidence.policy.national.achievement_cap.cap)
    target = pl.when(is_index).then(_target(evidence, "satisfaction")).otherwise(_target(evidence, "on_time_share"))

    def scored(measured: pl.Expr) -> pl.Expr:
        return pl.when(pl.col("n") > 0).then((100 * measured / target).clip(0.0, cap))

    value = pl.when(is_index).then(index).otherwise(p)
    return rows.with_columns(index=ikm()).select(
        "level", "place_id", "grain", "bucket", "component", "n_days", "n",
        value=pl.when(pl.col("n") > 0).then(value),
        score=scored(value),
        low=scored(pl.max_horizontal(low, pl.when(is_index).then(_WORST_INDEX).otherwise(0.0))),
        high=scored(pl.min_horizontal(high, pl.when(is_index).then(_BEST_INDEX).otherwise(1.0))),
    )  # fmt: skip


def _together(parts: pl.DataFrame) -> pl.DataFrame:
    """The mean over the components in which something happened; their errors are taken as independent."""
    below, above = pl.col("score") - pl.col("low"), pl.col("high") - pl.col("score")
    score, k = pl.col("score").mean(), pl.col("score").count()
    return (
        parts.sort("component")
        .group_by("level", "place_id", "grain", "bucket", "n_days", maintain_order=True)
        .agg(
            component=pl.lit(ALL),
            n=pl.col("n").sum(),
            value=pl.lit(None, pl.Float64),
            score=score,
            low=score - (below * below).sum().sqrt() / k,
            high=score + (above * above).sum().sqrt() / k,
        )
        .select(parts.columns)
    )


def _target(evidence: Evidence, indicator: str) -> float:
    """The target the policy's items have for an indicator, the first of them; else the default."""
    targets = [item.target for item in evidence.policy.all_items() if item.indicator == indicator and item.target]
    return float(targets[0]) if targets else _TARGETS[indicator]
