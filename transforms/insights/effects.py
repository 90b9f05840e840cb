"""What a change brought about: processing time, satisfaction and queue before and after a day, beside other units.

An interrupted time series by day. A level and a trend before the day, and what changed in both from it on, are fitted
to the difference between the units that changed and those that did not, so that what happened to all of them falls out.
The same is done for a day on which nothing happened (a placebo, in the middle of the time before): where that finds
something too, the finding is in doubt. Days resemble the days before them, so of two errors the wider is taken: that of
Newey and West over a week, which is too small for short series, and the robust one (HC3) inflated by the correlation
that the residuals show.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import polars as pl

from policies.model import Intervention
from transforms.insights.evidence import Evidence
from transforms.insights.rounding import SHARE, probability, rounded
from transforms.insights.surveys import answers
from transforms.scope import day_of

OUTCOMES: Final = {"processing_time": "lower", "satisfaction": "higher", "queue": "lower"}
"""What is looked at, and which way is better."""
STOCKS: Final = ("queue",)
"""Of these a day is what the day before left and what came and went: its growth is looked at, and it has no level."""
SIGNIFICANT: Final = 0.05
ENOUGH_DAYS: Final = 14
ENOUGH_EVENTS: Final = 30
LAGS: Final = 7
"""Days over which errors may hang together."""
_ESTIMATES: Final = ("level_change", "trend_change", "effect")
_PARTS: Final = tuple(f"{name}{part}" for name in _ESTIMATES for part in ("", "_low", "_high", "_p"))
_FLOATS: Final = ("before", "after", "others_before", "others_after", *_PARTS)
_SCHEMA: Final = {
    "intervention_id": pl.String, "outcome": pl.String, "design": pl.String, "from_day": pl.String,
    "n_days_before": pl.Int64, "n_days_after": pl.Int64, "n_before": pl.Int64, "n_after": pl.Int64,
    **dict.fromkeys(_FLOATS, pl.Float64), "verdict": pl.String,
}  # fmt: skip


def effects(evidence: Evidence) -> Mapping[str, pl.DataFrame]:
    """Frame `effects`: one row an intervention of the policy, outcome and design.

    Outcomes by day of P: processing_time (documents started that day: mean of time / limit), satisfaction (mean of 25 *
    the mean answer), queue (open at the day's end / submitted a day). Designs: compared (with units that did not
    change), own (these units alone: what the eye sees, not what the change did), placebo. before, after and
    others_before, others_after: means, weighed by events. level_change: at the day; trend_change: a week; effect: mean
    over the days after; each with its 95 % interval and p. verdict, of `compared`: better, worse, not_found, doubtful
    (the placebo finds something too), too_little (under 14 days or 30 events on a side).
    """
    rows = [row for change in evidence.policy.insights.interventions for row in _of_change(evidence, change)]
    found = pl.DataFrame(rows, schema=_SCHEMA, orient="row")
    return {
        "effects": found.with_columns(
            (probability(name) if name.endswith("_p") else rounded(name, SHARE)).alias(name) for name in _FLOATS
        ).sort("intervention_id", "outcome", "design")
    }


def _of_change(evidence: Evidence, change: Intervention) -> list[dict[str, Any]]:
    """Rows of one intervention."""
    rows = []
    for outcome, better in OUTCOMES.items():
        days = _days(evidence, change, outcome)
        before = [day for day in days if day.day < change.date]
        middle = before[len(before) // 2].day if before else change.date
        found = {
            "compared": _row(outcome, days, change.date, compared=True),
            "own": _row(outcome, days, change.date, compared=False),
            "placebo": _row(outcome, before, middle, compared=True),
        }
        verdict = _verdict(found, better)
        for design, row in found.items():
            rows.append(
                {
                    "intervention_id": change.id,
                    "outcome": outcome,
                    "design": design,
                    **row,
                    "verdict": verdict if design == "compared" else None,
                }
            )
    return rows


class _Day(NamedTuple):
    """Events of a day and their sum: of the units that changed, and of the others."""

    day: dt.date
    n: int
    total: float
    n_others: int
    total_others: float


def _days(evidence: Evidence, change: Intervention, outcome: str) -> list[_Day]:
    """The days of P on which both sides have events, in order."""
    unit = pl.col("unit_id").cast(pl.String)
    is_changed = unit.is_in(change.units)
    is_other = unit.is_in(change.compare_with) if change.compare_with else ~is_changed
    series = _SERIES[outcome](evidence, is_changed, is_other)
    n, total = pl.col("n"), pl.col("total")
    both = series.group_by("day").agg(
        n=n.filter("is_changed").sum(),
        total=total.filter("is_changed").sum(),
        n_others=n.filter(~pl.col("is_changed")).sum(),
        total_others=total.filter(~pl.col("is_changed")).sum(),
    )
    span = evidence.span
    known = both.filter(
        pl.col("day").is_between(span.start, span.last_day), pl.col("n") > 0, pl.col("n_others") > 0
    ).sort("day")
    return [_Day(*row) for row in known.select(_Day._fields).collect().iter_rows()]


def _processing_time(evidence: Evidence, is_changed: pl.Expr, is_other: pl.Expr) -> pl.LazyFrame:
    closed = evidence.requests.filter(
        pl.col("kind") == "document", pl.col("spent_hours").is_not_null(), is_changed | is_other
    )
    # In millionths, so that the sums are exact whatever the order.
    ratio = (pl.col("spent_hours") / pl.col("limit_hours") * 10**6).round().cast(pl.Int64)
    return (
        closed.group_by(day=day_of("started_at"), is_changed=is_changed)
        .agg(n=pl.len().cast(pl.Int64), total=ratio.sum())
        .with_columns(pl.col("total") / 10**6)
    )


def _satisfaction(evidence: Evidence, is_changed: pl.Expr, is_other: pl.Expr) -> pl.LazyFrame:
    return (
        answers(evidence)
        .filter(is_changed | is_other)
        .group_by("day", is_changed=is_changed)
        .agg(n=pl.len().cast(pl.Int64), total=(pl.col("points") * 10**6).round().cast(pl.Int64).sum())
        .with_columns(pl.col("total") / 10**6)
    )


def _queue(evidence: Evidence, is_changed: pl.Expr, is_other: pl.Expr) -> pl.LazyFrame:
    """Open at the end of each day of P over the submissions of a mean day: the days of work that lie; n counts days."""
    span = evidence.span
    n_days = (span.end - span.start).days
    known = evidence.requests.filter(is_changed | is_other).with_columns(is_changed=is_changed)
    came = known.select("is_changed", day=day_of("submitted_at"), change=pl.lit(1, pl.Int64))
    went = known.filter(pl.col("settled_at").is_not_null()).select(
        "is_changed", day=day_of("settled_at"), change=pl.lit(-1, pl.Int64)
    )
    moves = pl.concat([came, went]).with_columns(
        day=pl.when(pl.col("day") < span.start).then(span.start - dt.timedelta(days=1)).otherwise("day")
    )
    days = pl.LazyFrame({"day": pl.date_range(span.start - dt.timedelta(days=1), span.last_day, eager=True)})
    sides = known.filter(span.covers("submitted_at")).group_by("is_changed").agg(a_day=pl.len() / n_days)
    return (
        days.join(sides, how="cross")
        .join(moves.group_by("is_changed", "day").agg(pl.col("change").sum()), on=["is_changed", "day"], how="left")
        .sort("is_changed", "day")
        .with_columns(n_open=pl.col("change").fill_null(0).cum_sum().over("is_changed"))
        .select("is_changed", "day", n=pl.lit(1, pl.Int64), total=pl.col("n_open") / pl.col("a_day"))
    )


_SERIES: Final = {"processing_time": _processing_time, "satisfaction": _satisfaction, "queue": _queue}


def _row(outcome: str, days: Sequence[_Day], day: dt.date, *, compared: bool) -> dict[str, Any]:
    """Means and estimates of one design; estimates are null where there is too little to fit."""
    before, after = [one for one in days if one.day < day], [one for one in days if one.day >= day]
    row: dict[str, Any] = {
        "from_day": day.isoformat(),
        "n_days_before": len(before),
        "n_days_after": len(after),
        "n_before": sum(one.n for one in before),
        "n_after": sum(one.n for one in after),
        "before": _mean([(one.n, one.total) for one in before]),
        "after": _mean([(one.n, one.total) for one in after]),
        "others_before": _mean([(one.n_others, one.total_others) for one in before]),
        "others_after": _mean([(one.n_others, one.total_others) for one in after]),
    }
    half = ENOUGH_DAYS // 2  # a placebo has half of the time before on each side
    if min(len(before), len(after)) < half:
        return row
    return row | _fitted(days, day, compared=compared, is_stock=outcome in STOCKS)


def _mean(events: Sequence[tuple[int, float]]) -> float | None:
    n = sum(number for number, _ in events)
    return sum(total for _, total in events) / n if n else None


def _fitted(days: Sequence[_Day], day: dt.date, *, compared: bool, is_stock: bool) -> dict[str, float]:
    """Level and trend change from `day` on, and the mean effect after, of the series or of the difference.

    Of a stock: the change of its growth, and what that comes to after; no level.
    """
    # statsmodels takes a second to load: only where somebody asks for an effect.
    import numpy as np
    from scipy.stats import t
    from statsmodels.regression.linear_model import WLS

    own = np.array([one.total / one.n for one in days])
    others = np.array([one.total_others / one.n_others for one in days])
    weights = np.array([1 / (1 / one.n + (1 / one.n_others if compared else 0)) for one in days])
    outcome = own - others if compared else own
    week = np.array([(one.day - day).days / 7 for one in days])
    is_after = (week >= 0).astype(float)
    mean_after = float(week[is_after == 1].mean())
    if is_stock:
        outcome, weights, week, is_after = np.diff(outcome), weights[1:], week[1:], is_after[1:]
        design = np.column_stack([np.ones(len(outcome)), is_after])
        asked = {"trend_change": [0, 7], "effect": [0, 7 * mean_after]}
    else:
        design = np.column_stack([np.ones(len(outcome)), week, is_after, is_after * week])
        asked = {"level_change": [0, 0, 1, 0], "trend_change": [0, 0, 0, 1], "effect": [0, 0, 1, mean_after]}
    if np.linalg.matrix_rank(design) < design.shape[1] or np.ptp(outcome) == 0:
        return {}
    fit = WLS(outcome, design, weights=weights).fit()
    covariances = [
        fit.get_robustcov_results("HAC", maxlags=LAGS, use_correction=True, use_t=True).cov_params(),
        fit.get_robustcov_results("HC3", use_t=True).cov_params() * _hanging_together(fit.wresid),
    ]
    quantile = float(t.ppf(0.975, fit.df_resid))
    found: dict[str, float] = {}
    for name, numbers in asked.items():
        contrast = np.array(numbers)
        estimate = float(contrast @ fit.params)
        error = max(float(np.sqrt(contrast @ covariance @ contrast)) for covariance in covariances)
        found |= {
            name: estimate,
            f"{name}_low": estimate - quantile * error,
            f"{name}_high": estimate + quantile * error,
            f"{name}_p": float(2 * t.sf(abs(estimate) / error, fit.df_resid)),
        }
    return found


def _hanging_together(residuals: Any) -> float:
    """By how much days that resemble the day before inflate a variance: (1 + r) / (1 - r), at least 1.

    r is the residuals' correlation with the day before, with Kendall's correction for short series.
    """
    r = float((residuals[1:] * residuals[:-1]).sum() / (residuals * residuals).sum())
    r = min(max(r + (1 + 4 * r) / len(residuals), 0.0), 0.95)
    return (1 + r) / (1 - r)


def _verdict(found: Mapping[str, Mapping[str, Any]], better: str) -> str:
    """What the comparison says, in one word."""
    row, placebo = found["compared"], found["placebo"]
    few = min(row["n_days_before"], row["n_days_after"]) < ENOUGH_DAYS
    if few or min(row["n_before"], row["n_after"]) < ENOUGH_EVENTS or "effect_p" not in row:
        return "too_little"
    if row["effect_p"] >= SIGNIFICANT:
        return "not_found"
    if placebo.get("effect_p", 1.0) < SIGNIFICANT:
        return "doubtful"
    return "better" if (row["effect"] < 0) == (better == "lower") else "worse"
