"""How supervisors rate: evidence for who calibrates ratings, never a judgement of the rater.

Source: seed (rater evidence). Everything is of the instruments the city's policy scores, and of the rows that counted:
the latest of each rater, role and item within the period (competencies: within the year). A level is put on 1..3.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from policies.model import Policy
from transforms.exact import DECIMAL_UNIT, units
from transforms.findings import SCORED
from transforms.insights.evidence import Evidence
from transforms.insights.rounding import SCORE, SHARE, rounded
from transforms.insights.rules import OPINION_INDICATORS
from transforms.insights.significance import (
    Z95,
    adjusted,
    beta_binomial,
    chance_of_so_many,
    line,
    two_sided,
)
from transforms.scope import ORDER
from transforms.work_plan import objectives_in_span

INSTRUMENTS: Final[Mapping[str, str]] = {"behaviour": "behaviour", "competency_match": "competency"}
"""Indicators made of ratings, and the instrument each reads."""
ENOUGH_ITEMS: Final = 5
"""Items from which one level on all of them says something."""
ENOUGH_RATEES: Final = 5
"""People rated from which a rater is compared with others."""
REVIEW_LEVELS: Final = 0.25
"""Distance, on 1..3, from what others give people who measure alike, from which a rater is looked at."""
REVIEW_SHARE: Final = 0.5
"""Share of sheets with one level throughout from which a rater is looked at."""
FALSE_ALARMS: Final = 0.01
"""Share of false alarms tolerated among raters to be looked at (Benjamini-Hochberg)."""
_OF_NO_HABIT: Final = 0.05
"""Share of raters with the most sheets of one level that are first left out of what is usual."""
_MILLION: Final = 10**6
Whole = NDArray[np.int64]


def instruments(policy: Policy) -> list[str]:
    """The instruments the policy scores."""
    used = {item.indicator for item in policy.all_items()}
    return [instrument for indicator, instrument in INSTRUMENTS.items() if indicator in used]


def raters(evidence: Evidence) -> Mapping[str, pl.DataFrame]:
    """Frames `raters` and `owed`.

    `raters`: one row a supervisor and instrument. n_owed: people of his who could be scored, n_missing: those of them
    nobody rated as supervisor; n_ratees, n_ratings that counted, n_late: sheets handed in after P; mean_level (1..3),
    spread (standard deviation between his people), top_share of the levels; straight_share: sheets of five or more
    items with one level throughout; leniency: how much higher, on 1..3, he rates than others rate people who measure
    alike, and leniency_shrunk towards 0 the fewer people he rated; agreement: rank correlation with what was measured
    (five people or more), and agreement_shrunk towards that of all; review: why to look at it (joined by `;`): lenient,
    strict, straight_lining, against_measured; null: nothing stands out.

    `owed`: one row a person whose score was due and a thing not handed in: what (work_plan, supervisor_rating of an
    instrument), owed_by (the person himself, the supervisor; null: he has none).
    """
    found = sheets(evidence)
    due = _due(evidence)
    parts = [_of_instrument(evidence, found, due, name) for name in instruments(evidence.policy)]
    rows = pl.concat(parts) if parts else pl.DataFrame(schema=_SCHEMA)
    return {"raters": rows.sort("rater_id", "instrument"), "owed": _owed(evidence, found, due)}


def sheets(evidence: Evidence) -> pl.DataFrame:
    """One row a person, rater, role and instrument: n_items, n_top, level (millionths on 1..3), is_straight.

    Persons also by employee_id. What is one's own sheet is not among them.
    """
    if "sheets" not in evidence.kept:
        evidence.kept["sheets"] = _sheets(evidence)
    return evidence.kept["sheets"]


def _sheets(evidence: Evidence) -> pl.DataFrame:
    used = instruments(evidence.policy)
    if not used:
        return pl.DataFrame(schema=_SHEETS)
    rows = _counting_rows(evidence, used).with_row_index(ORDER)
    sheet = ["instrument", "person", "rater_id", "rater_role"]
    counts = {
        "n_items": pl.len().cast(pl.Int64),
        "n_top": (pl.col("given") == pl.col("most")).sum().cast(pl.Int64),
        "total": pl.col("level").sum(),
        "is_one_level": (pl.col("given").min() == pl.col("given").max())
        & (pl.col("most").min() == pl.col("most").max()),
        "is_once": pl.col("item").to_physical().n_unique() == pl.len(),
    }
    found = rows.lazy().group_by(sheet).agg(**counts).collect(engine="streaming")
    # Few are handed in again: of these the latest row of each item counts, of equal times the last of the file.
    again = (
        rows.join(found.filter(~pl.col("is_once")), on=sheet, how="semi")
        .sort("submitted_at", ORDER)
        .unique([*sheet, "item"], keep="last")
    )
    found = pl.concat([found.filter("is_once"), again.group_by(sheet).agg(**counts)])
    # Sorted as numbers, not as texts.
    numbers = pl.Enum(found.get_column("rater_id").unique().cast(pl.String).sort())
    people = evidence.results.employees.get_column("employee_id")
    return (
        found.with_columns(pl.col("instrument", "rater_role").cast(pl.String), rater=pl.col("rater_id").cast(numbers))
        .sort("instrument", "rater", "person", "rater_role")
        .select(
            "person",
            "n_items",
            "n_top",
            "instrument",
            "rater_role",
            pl.col("rater").cast(pl.String).alias("rater_id"),
            employee_id=pl.lit(people).gather("person"),
            level=pl.col("total") // pl.col("n_items"),
            is_straight=pl.when(pl.col("n_items") >= ENOUGH_ITEMS).then("is_one_level"),
        )
        .select(list(_SHEETS))
    )


def _counting_rows(evidence: Evidence, used: Sequence[str]) -> pl.DataFrame:
    """Ratings of people who are scored, of these instruments: read once for all. Late ones are kept aside."""
    words = ("instrument", "rater_id", "rater_role", "item")
    given, most = units("level") - DECIMAL_UNIT, units("level_max") - DECIMAL_UNIT
    is_in_time = [
        (pl.col("instrument") == name) & (pl.col("submitted_at") >= pl.lit(_since(evidence, name))) for name in used
    ]
    rows = (
        evidence.frames["ratings"]
        .filter(pl.any_horizontal(is_in_time), pl.col("rater_role") != "self")
        .select(
            evidence.person(),
            *(pl.col(word).cast(pl.Categorical) for word in words),
            "submitted_at",
            given=given,
            most=most,
            level=_MILLION + (given * 2 * _MILLION // most).cast(pl.Int64),
        )
        .filter(pl.col("person").is_not_null())
        .collect(engine="streaming")
    )
    is_late = pl.col("submitted_at") >= pl.lit(evidence.span.end_at)
    evidence.kept["late_sheets"] = late = rows.filter(is_late)  # it counts for nobody
    return rows.filter(~is_late) if late.height > 0 else rows


def _since(evidence: Evidence, instrument: str) -> dt.datetime:
    if instrument == "behaviour":
        return evidence.span.start_at
    return dt.datetime(evidence.span.start.year, 1, 1, tzinfo=ZoneInfo(evidence.span.timezone))


def _due(evidence: Evidence) -> pl.DataFrame:
    """People who were there long enough for a score: employee_id, supervisor_id."""
    return evidence.results.employees.filter(pl.col("n_countable_days") >= evidence.policy.min_days).select(
        "employee_id", "supervisor_id"
    )


def measured_achievement(evidence: Evidence) -> pl.DataFrame:
    """employee_id, measured: weighted mean achievement of what was recorded, hundredths; of behaviour where there is.

    Only the items of the behaviour group where one of them was measured, else those of the results.
    """
    if "measured_achievement" not in evidence.kept:
        evidence.kept["measured_achievement"] = _measured_achievement(evidence)
    return evidence.kept["measured_achievement"]


def _measured_achievement(evidence: Evidence) -> pl.DataFrame:
    product = pl.col("weight").to_physical().cast(pl.Int64) * pl.col("achievement").to_physical().cast(pl.Int64)
    is_behaviour = pl.col("item_group") == "behaviour"
    recorded = (
        evidence.items.lazy()  # so that only what is asked of a row is filtered
        .filter(pl.col("status") == SCORED, ~pl.col("indicator_id").is_in(OPINION_INDICATORS))
        .select(
            "person",
            is_behaviour.alias("is_behaviour"),
            product=product,
            weight=pl.col("weight").to_physical().cast(pl.Int64),
        )
        .collect()
    )

    def mean(of: pl.Expr) -> pl.Expr:
        return pl.col("product").filter(of).sum() // pl.col("weight").filter(of).sum()

    own = pl.col("is_behaviour")
    found = recorded.group_by("person").agg(measured=pl.when(own.any()).then(mean(own)).otherwise(mean(~own)))
    numbers = evidence.results.employees.get_column("employee_id")
    return found.select(numbers.gather(found.get_column("person")), "measured")


def _of_instrument(evidence: Evidence, found: pl.DataFrame, due: pl.DataFrame, instrument: str) -> pl.DataFrame:
    given = found.filter(pl.col("instrument") == instrument, pl.col("rater_role") == "supervisor")
    given = given.join(measured_achievement(evidence), on="employee_id", how="left", maintain_order="left")
    rated = given.select("employee_id", is_rated=pl.lit(value=True)).unique()
    owed = (
        due.filter(pl.col("supervisor_id").is_not_null())
        .join(rated, on="employee_id", how="left")
        .group_by(rater_id="supervisor_id")
        .agg(
            n_owed=pl.len().cast(pl.Int64),
            n_missing=pl.col("is_rated").is_null().sum().cast(pl.Int64),
        )
    )
    levels = pl.col("level")
    own = given.group_by("rater_id").agg(
        n_ratees=pl.len().cast(pl.Int64),
        n_ratings=pl.col("n_items").sum(),
        n_top=pl.col("n_top").sum(),
        total=levels.sum(),
        squares=((levels // 1000) ** 2).sum(),
        thousandths=(levels // 1000).sum(),
        n_straight=pl.col("is_straight").sum().cast(pl.Int64),
        n_judged=pl.col("is_straight").count().cast(pl.Int64),
    )
    rows = owed.join(own, on="rater_id", how="full", coalesce=True).join(
        _late(evidence, instrument), on="rater_id", how="left"
    )
    rows = rows.sort("rater_id")
    n, number = pl.col("n_ratees"), pl.col("thousandths")
    counts = ("n_owed", "n_missing", "n_ratees", "n_ratings", "n_late")
    # Somebody without a row has none of them: a count of 0.
    rows = rows.with_columns(
        mean_level=rounded(pl.col("total") / n / _MILLION, SCORE),
        spread=rounded(
            pl.when(n >= 2).then(((pl.col("squares") * n - number * number) / (n * (n - 1))).sqrt() / 1000), SCORE
        ),
        top_share=rounded(pl.col("n_top") / pl.col("n_ratings"), SHARE),
        straight_share=rounded(pl.when(pl.col("n_judged") > 0).then(pl.col("n_straight") / pl.col("n_judged")), SHARE),
    ).with_columns(pl.col(counts).fill_null(0), instrument=pl.lit(instrument))
    rows = _with_leniency(_with_straight(rows), given)
    rows = _with_agreement(rows, given)
    words = ("lenient", "strict", "straight_lining", "against_measured")
    reasons = [pl.when(pl.col(f"is_{word}")).then(pl.lit(word)) for word in words]
    review = pl.concat_str(reasons, separator=";", ignore_nulls=True)
    return rows.with_columns(review=pl.when(review != "").then(review)).select(
        pl.col(name).cast(kind) for name, kind in _SCHEMA.items()
    )


def _late(evidence: Evidence, instrument: str) -> pl.DataFrame:
    """Sheets of supervisors that came after P and did not count: rater_id, n_late. Read with the others."""
    late = evidence.kept["late_sheets"].filter(pl.col("instrument") == instrument, pl.col("rater_role") == "supervisor")
    return (
        late.select(pl.col("rater_id").cast(pl.String), "person")
        .unique()
        .group_by("rater_id")
        .agg(n_late=pl.len().cast(pl.Int64))
    )


def _with_straight(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds is_straight_lining: more sheets of one level than the others' habits explain.

    Two in a small city would pass for a habit of each other's: the habit is first that of all but the top twentieth,
    then that of all who do not stand out from it.
    """
    judged = rows.select(pl.col("n_straight", "n_judged").fill_null(0))  # no sheet: none of one level
    hits, of = judged["n_straight"].to_numpy(), judged["n_judged"].to_numpy()
    is_usual = ~_stand_out(hits, of, beta_binomial(hits, of, trimmed=_OF_NO_HABIT))
    habit = beta_binomial(hits[is_usual], of[is_usual], trimmed=0.0)
    return rows.with_columns(
        is_straight_lining=pl.Series(_stand_out(hits, of, habit))
        & (pl.col("n_judged") >= ENOUGH_RATEES)
        & (pl.col("n_straight") >= REVIEW_SHARE * pl.col("n_judged"))
    )


def _stand_out(hits: Whole, of: Whole, habit: tuple[float, float]) -> NDArray[np.bool_]:
    return adjusted(chance_of_so_many(hits, of, *habit)) <= FALSE_ALARMS  # what was not tested does not


def _with_leniency(rows: pl.DataFrame, given: pl.DataFrame) -> pl.DataFrame:
    """Adds leniency, leniency_shrunk, is_lenient and is_strict.

    A sheet's level is compared with the line of levels on the rank of what was measured, over all sheets (their mean
    where nothing was): a rank, so that somebody who was hardly ever there does not bend it. Raters differ by chance
    (variance of sheets / n) and in truth (variance between raters, DerSimonian-Laird).
    """
    given = given.with_columns(place=pl.col("measured").rank("average"))
    known = given.filter(pl.col("place").is_not_null())
    intercept, slope = line(known["place"], known["level"])
    mean = given["level"].sum() / max(1, given.height)
    expected = pl.when(pl.col("place").is_not_null()).then(intercept + slope * pl.col("place")).otherwise(mean)
    # In millionths of a level, so that sums are the same in any order.
    rest = (pl.col("level") - expected).round().cast(pl.Int64)
    effects = (
        given.with_columns(rest=rest)
        .group_by("rater_id")
        .agg(n=pl.len(), total=pl.col("rest").sum(), squares=((pl.col("rest") // 1000) ** 2).sum())
        .sort("rater_id")
    )
    n = [float(count) for count in effects["n"]]
    effect = [total / count / _MILLION for total, count in zip(effects["total"], n, strict=True)]
    within = math.fsum(
        square / _MILLION - count * own * own for square, count, own in zip(effects["squares"], n, effect, strict=True)
    )
    freedom = math.fsum(n) - len(n)
    variance = max(within / freedom, 0.0) if freedom > 0 else 0.0
    center, between = _between(effect, [variance / count for count in n])
    spread = [math.sqrt(between + variance / count) for count in n]
    z = [(own - center) / s if s > 0 else 0.0 for own, s in zip(effect, spread, strict=True)]
    compared = [count >= ENOUGH_RATEES for count in n]
    q = adjusted([two_sided(one) if fit else None for one, fit in zip(z, compared, strict=True)])
    found = pl.DataFrame(
        {
            "rater_id": effects["rater_id"],
            "leniency": [own - center for own in effect],
            "leniency_shrunk": [
                (own - center) * between / s**2 if s > 0 else 0.0 for own, s in zip(effect, spread, strict=True)
            ],
            "is_unusual": q <= FALSE_ALARMS,
        },
        schema_overrides={"leniency": pl.Float64, "leniency_shrunk": pl.Float64, "is_unusual": pl.Boolean},
    )
    distance = pl.col("leniency")
    return (
        rows.join(found, on="rater_id", how="left", maintain_order="left")
        .with_columns(
            is_lenient=pl.col("is_unusual") & (distance >= REVIEW_LEVELS),
            is_strict=pl.col("is_unusual") & (distance <= -REVIEW_LEVELS),
        )
        .with_columns(rounded(name, SCORE).alias(name) for name in ("leniency", "leniency_shrunk"))
    )


def _between(effect: list[float], variance: list[float]) -> tuple[float, float]:
    """Weighted mean of effects and the variance between them that chance leaves (DerSimonian and Laird 1986)."""
    if len(effect) < 2 or min(variance) <= 0:
        return (math.fsum(effect) / len(effect) if effect else 0.0), 0.0
    weight = [1 / v for v in variance]
    total = math.fsum(weight)
    center = math.fsum(w * e for w, e in zip(weight, effect, strict=True)) / total
    heterogeneity = math.fsum(w * (e - center) ** 2 for w, e in zip(weight, effect, strict=True))
    size = total - math.fsum(w * w for w in weight) / total
    return center, max(0.0, (heterogeneity - len(effect) + 1) / size)


def _with_agreement(rows: pl.DataFrame, given: pl.DataFrame) -> pl.DataFrame:
    """Adds agreement, agreement_shrunk and is_against_measured (its whole interval lies below 0)."""
    known = given.filter(pl.col("measured").is_not_null()).sort("rater_id", "employee_id")
    ranks = (
        known.with_columns(
            level_rank=pl.col("level").rank("average").over("rater_id"),
            measured_rank=pl.col("measured").rank("average").over("rater_id"),
        )
        .group_by("rater_id", maintain_order=True)
        .agg(n_compared=pl.len(), agreement=pl.corr("level_rank", "measured_rank"))
        .filter(pl.col("n_compared") >= ENOUGH_RATEES, pl.col("agreement").is_finite())
    )
    z = [math.atanh(min(max(r, -0.999), 0.999)) for r in ranks["agreement"]]
    # Variance of the transformed rank correlation: Bonett and Wright (2000).
    variance = [(1 + r * r / 2) / (n - 3) for r, n in zip(ranks["agreement"], ranks["n_compared"], strict=True)]
    center, between = _between(z, variance)
    shrunk = [math.tanh(center + (one - center) * between / (between + v)) for one, v in zip(z, variance, strict=True)]
    against = [one + Z95 * math.sqrt(v) < 0 for one, v in zip(z, variance, strict=True)]
    found = ranks.select("rater_id", rounded("agreement", SCORE)).with_columns(
        agreement_shrunk=rounded(pl.lit(pl.Series(shrunk, dtype=pl.Float64)), SCORE),
        is_against_measured=pl.Series(against, dtype=pl.Boolean),
    )
    return rows.join(found, on="rater_id", how="left", maintain_order="left")


def _owed(evidence: Evidence, found: pl.DataFrame, due: pl.DataFrame) -> pl.DataFrame:
    parts = [pl.DataFrame(schema=_OWED)]
    planned = objectives_in_span(evidence).select("employee_id").unique().collect(engine="streaming")
    reads_plan = any(item.indicator == "work_plan_achievement" for item in evidence.policy.all_items())
    if planned.height > 0 or reads_plan:
        without = due.join(planned, on="employee_id", how="anti")
        parts.append(without.select("employee_id", what=pl.lit("work_plan"), owed_by="employee_id"))
    for instrument in instruments(evidence.policy):
        given = found.filter(pl.col("instrument") == instrument, pl.col("rater_role") == "supervisor")
        without = due.join(given, on="employee_id", how="anti")
        what = pl.lit(f"supervisor_rating_{instrument}")
        parts.append(without.select("employee_id", what=what, owed_by="supervisor_id"))
    return pl.concat([part.select(list(_OWED)) for part in parts]).sort("employee_id", "what")


_DECIMAL = pl.Decimal(38, SCORE)
_SHARE = pl.Decimal(38, SHARE)
_SCHEMA: Final = pl.Schema(
    {
        "rater_id": pl.String(),
        "instrument": pl.String(),
        "n_owed": pl.Int64(),
        "n_missing": pl.Int64(),
        "n_ratees": pl.Int64(),
        "n_ratings": pl.Int64(),
        "n_late": pl.Int64(),
        "mean_level": _DECIMAL,
        "spread": _DECIMAL,
        "top_share": _SHARE,
        "straight_share": _SHARE,
        "leniency": _DECIMAL,
        "leniency_shrunk": _DECIMAL,
        "agreement": _DECIMAL,
        "agreement_shrunk": _DECIMAL,
        "review": pl.String(),
    }
)
_OWED: Final = pl.Schema({"employee_id": pl.String(), "what": pl.String(), "owed_by": pl.String()})
_SHEETS: Final = pl.Schema(
    {
        "person": pl.UInt32(),
        "employee_id": pl.String(),
        "rater_id": pl.String(),
        "rater_role": pl.String(),
        "instrument": pl.String(),
        "n_items": pl.Int64(),
        "n_top": pl.Int64(),
        "level": pl.Int64(),
        "is_straight": pl.Boolean(),
    }
)
