"""Whether development helps: people who were trained or mentored, beside people as low who were not.

Source: seed (under target leads to training or mentoring; effect of development). Who is sent is who was low, and who
was low by bad luck is better the next time without any training: regression to the mean. So nobody's own change is
called an effect. People who were sent are compared with those of the same sector who started as low and were not sent:
by a line of what they reach now on what they reached before (ANCOVA), the same for both groups but for a step, which is
the effect. It is no trial: what else made somebody be chosen is not seen, so the same is asked of items nobody was
trained for, and where these moved as well the finding is in doubt.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from policies.period import Period
from transforms.findings import SCORED
from transforms.insights.evidence import Evidence
from transforms.insights.rounding import SCORE, probability, rounded
from transforms.insights.rules import SMALL_GROUP
from transforms.insights.significance import adjusted

WHOLE: Final = "score"
"""What a development that names no item is looked at on."""
ENOUGH_COMPARED: Final = 30
"""People who were not sent from which a line through them says something."""
SIGNIFICANT: Final = 0.05
ENOUGH_UNITS: Final = 10
"""Units from which errors may hang together within them."""
_POINTS: Final = (
    "mean_before",
    "others_before",
    "change",
    "others_change",
    "expected_change",
    "effect",
    "effect_low",
    "effect_high",
    "elsewhere_effect",
)
_SCHEMA: Final = {
    "kind": pl.String, "item_id": pl.String, "n_proposed": pl.Int64, "n_carried_out": pl.Int64, "n": pl.Int64,
    "n_others": pl.Int64, **dict.fromkeys(_POINTS, pl.Float64), "effect_p": pl.Float64, "elsewhere_p": pl.Float64,
    "verdict": pl.String, "previous_period": pl.String,
}  # fmt: skip


def development(evidence: Evidence) -> Mapping[str, pl.DataFrame]:
    """Frame `development`: one row a kind of development and item (or `score`), where a period was published before.

    Sent are those whose development was carried out after the period before and within P, and who were scored in both;
    the others had none at all, and started within the range those sent did. n_proposed: people to whom the period
    before proposes that kind; n_carried_out of them were sent. mean_before, others_before; change and others_change:
    now less before; expected_change: what those sent would have gained without, by the others' line: regression to the
    mean, and what happened to all; effect: change less that, with its 95 % interval and p (the wider error of HC3 and
    of people of one unit hanging together; adjusted over all rows). elsewhere_effect: the same of the mean of their
    other items. verdict: better, worse, not_found, doubtful (elsewhere moved the same way), too_little (under 10 sent
    or 30 others: no figures).
    """
    rows = [] if evidence.previous is None else _rows(evidence, evidence.previous.period)
    p_values = adjusted([row.get("effect_p") for row in rows])
    for row, p in zip(rows, p_values.tolist(), strict=True):
        if not math.isnan(p):
            row |= {"effect_p": p, "verdict": _verdict(row, p)}
    found = pl.DataFrame(rows, schema=_SCHEMA, orient="row")
    return {
        "development": found.with_columns(
            *(rounded(name, SCORE).alias(name) for name in _POINTS),
            *(probability(name).alias(name) for name in ("effect_p", "elsewhere_p")),
        ).sort("kind", "item_id")
    }


def _rows(evidence: Evidence, before: str) -> list[dict[str, Any]]:
    levels = _levels(evidence)
    if levels is None:
        return []
    since = dt.datetime.combine(Period.parse(before).end, dt.time(), ZoneInfo(evidence.span.timezone))
    went = (
        evidence.own_rows("developments")
        .filter(pl.col("completed_at") >= since, pl.col("completed_at") < pl.lit(evidence.span.end_at))
        .select("employee_id", "kind", item_id=pl.col("item").fill_null(WHOLE))
        .unique()
        .collect()
    )
    asked = went.select("kind", "item_id").unique().sort("kind", "item_id")
    return [_row(evidence, levels, went, kind, item, before) for kind, item in asked.iter_rows()]


def _levels(evidence: Evidence) -> pl.DataFrame | None:
    """employee_id, item_id, now, before (points): items and scores of both periods; None where one is not there."""
    items = evidence.before("indicators", "employee_id", "item_id", "achievement")
    scores = evidence.before("scores", "employee_id", "score")
    if items is None or scores is None:
        return None
    key = ["employee_id", "item_id"]
    results, points = evidence.results, pl.Float64
    now = pl.concat(
        [
            results.indicators.filter(pl.col("status") == SCORED).select(*key, now=pl.col("achievement").cast(points)),
            results.scores.filter(pl.col("status") == SCORED).select(
                "employee_id", pl.lit(WHOLE).alias("item_id"), now=pl.col("score").cast(points)
            ),
        ]
    )
    then = pl.concat(
        [
            items.select(*key, before=pl.col("achievement").cast(points)),
            scores.select("employee_id", pl.lit(WHOLE).alias("item_id"), before=pl.col("score").cast(points)),
        ]
    ).drop_nulls()
    people = results.employees.select("employee_id", "unit_id", "sector")
    return now.join(then, on=key).join(people, on="employee_id").sort(key)


def _row(
    evidence: Evidence, levels: pl.DataFrame, went: pl.DataFrame, kind: str, item: str, before: str
) -> dict[str, Any]:
    sent = went.filter(pl.col("kind") == kind, pl.col("item_id") == item)["employee_id"].implode()
    proposed = _proposed(evidence, kind, item)
    row: dict[str, Any] = {
        "kind": kind,
        "item_id": item,
        "previous_period": before,
        "n_proposed": len(proposed),
        "n_carried_out": int(proposed.is_in(sent).sum()),
        "verdict": "too_little",
    }
    own = _compared(levels.filter(pl.col("item_id") == item), sent, went)
    n, n_others = int(own["is_sent"].sum()), int((~own["is_sent"]).sum())
    row |= {"n": n, "n_others": n_others}
    if n < SMALL_GROUP or n_others < ENOUGH_COMPARED:
        return row
    change = pl.col("now") - pl.col("before")
    for name, part in (("", own.filter("is_sent")), ("others_", own.filter(~pl.col("is_sent")))):
        row[f"{name or 'mean_'}before"] = part["before"].mean()
        row[f"{name}change"] = part.select(change.mean()).item()
    fitted = _fitted(own)
    if fitted is None:
        return row
    effect, low, high, p = fitted
    row |= {"effect": effect, "effect_low": low, "effect_high": high, "effect_p": p}
    row["expected_change"] = row["change"] - effect
    elsewhere = _elsewhere(levels, item, own)
    if elsewhere is not None:
        row["elsewhere_effect"], *_, row["elsewhere_p"] = elsewhere
    return row


def _compared(levels: pl.DataFrame, sent: pl.Series, went: pl.DataFrame) -> pl.DataFrame:
    """Those sent, and those who were sent nowhere and started within their range; adds is_sent."""
    untouched = ~pl.col("employee_id").is_in(went["employee_id"].implode())
    start, is_sent = pl.col("before"), pl.col("is_sent")
    lowest, highest = start.filter(is_sent).min(), start.filter(is_sent).max()
    return levels.with_columns(is_sent=pl.col("employee_id").is_in(sent)).filter(
        is_sent | (untouched & start.is_between(lowest, highest).fill_null(value=False))
    )


def _elsewhere(levels: pl.DataFrame, item: str, own: pl.DataFrame) -> tuple[float, float, float, float] | None:
    """The effect on the mean of the same people's other items; None where that is too little, or of the score."""
    if item == WHOLE:
        return None
    others = levels.filter(~pl.col("item_id").is_in([item, WHOLE]))
    means = others.group_by("employee_id").agg(pl.col("now", "before").mean())
    facts = own.select("employee_id", "unit_id", "sector", "is_sent")
    found = facts.join(means, on="employee_id").sort("employee_id")
    if found["is_sent"].sum() < SMALL_GROUP or (~found["is_sent"]).sum() < ENOUGH_COMPARED:
        return None
    return _fitted(found)


def _fitted(people: pl.DataFrame) -> tuple[float, float, float, float] | None:
    """The step of those sent above the line of `now` on `before` and sector: effect, low, high, p; None: no line."""
    # statsmodels takes a second to load: only where somebody was sent.
    import numpy as np
    from scipy.stats import t
    from statsmodels.regression.linear_model import OLS

    now, before = people["now"].to_numpy(), people["before"].to_numpy()
    sectors = [people["sector"] == name for name in sorted(people["sector"].unique())[1:]]
    columns = [np.ones(len(now)), people["is_sent"].to_numpy(), before, *(one.to_numpy() for one in sectors)]
    design = np.column_stack([np.asarray(one, dtype=float) for one in columns])
    if np.linalg.matrix_rank(design) < design.shape[1] or np.ptp(now) == 0:
        return None
    fit = OLS(now, design).fit()
    errors = [float(fit.get_robustcov_results("HC3").bse[1])]
    freedom = float(fit.df_resid)
    units = people["unit_id"].rank("dense").to_numpy()
    if (n_units := int(units.max())) >= ENOUGH_UNITS:
        errors.append(float(fit.get_robustcov_results("cluster", groups=units).bse[1]))
        freedom = min(freedom, n_units - 1)
    error, effect = max(errors), float(fit.params[1])
    if not np.isfinite(error) or error <= 0:
        return None
    half = float(t.ppf(0.975, freedom)) * error
    return effect, effect - half, effect + half, float(2 * t.sf(abs(effect) / error, freedom))


def _proposed(evidence: Evidence, kind: str, item: str) -> pl.Series:
    """Who the period before proposes it to: training and mentoring by item, guidance and counselling by rating."""
    none = pl.Series("employee_id", [], pl.String)
    if kind in {"guidance", "counselling"}:
        ratings = {word for one in evidence.policy.follow_ups if one.action == kind for word in one.rating}
        scores = evidence.before("scores", "employee_id", "proposed_rating", "decided_rating")
        if scores is None or not ratings:
            return none
        rating = pl.coalesce("decided_rating", "proposed_rating")
        return scores.filter(rating.is_in(sorted(ratings)))["employee_id"]
    rule = evidence.policy.training
    items = evidence.before("indicators", "employee_id", "item_id", "achievement")
    if rule is None or items is None or item not in {one.item for one in rule.catalogue}:
        return none
    is_low = pl.col("achievement").cast(pl.Float64) < float(rule.below)
    return items.filter(pl.col("item_id") == item, is_low)["employee_id"].unique()


def _verdict(row: Mapping[str, Any], p: float) -> str:
    effect, elsewhere = row["effect"], row.get("elsewhere_effect")
    if p >= SIGNIFICANT:
        return "not_found"
    if elsewhere is not None and row["elsewhere_p"] < SIGNIFICANT and (elsewhere > 0) == (effect > 0):
        return "doubtful"
    return "better" if effect > 0 else "worse"
