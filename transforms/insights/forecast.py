"""What a provisional score is likely to be when the period ends, and between which bounds.

Source: seed (what moves my score: forecast). How far scores move from here to the end is not assumed, it is looked up:
the same people are scored once more as of an earlier day of the period, so early that what was learnt from then until
now weighs as much as what is to come until the end. With a share f of the period gone that is f / (2 - f): a mean of
what happened by then lies as far from today's, on average, as today's does from the final one. How items moved between
the two days, by a line of the later on the earlier achievement, is how they are taken to move on; how far the scores
lay from what that line says gives the interval.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from policies.model import GROUPS
from transforms.findings import INSUFFICIENT_DATA, SCORED
from transforms.insights.certainty import achieved, entries
from transforms.insights.evidence import Evidence
from transforms.insights.next_step import is_of
from transforms.insights.rounding import SCORE, SHARE, rounded
from transforms.insights.significance import line
from transforms.run import score
from transforms.scope import day_of

CONFIDENCE: Final = 0.8
"""Share of final scores that are to lie within."""
_NORMAL: Final = 1.2815515655446004
"""The same of a normal distribution, to either side."""
ENOUGH_DAYS: Final = 14
"""Days of the period by the earlier day from which they foretell something."""
_WORKING_WEEK: Final = 5
_UNREPORTED: Final = ("work_plan_achievement",)
"""Indicators of what goes on between two reports."""
ENOUGH_PAIRS: Final = 30
"""People with an item on both days from which its line is its own; else that of all items."""
SAMPLE: Final = 2_000
"""People who are scored once more: whole units, taken evenly; more would tell no more."""
_KEY: Final = ["item_group", "item_id"]
_SCHEMA: Final = pl.Schema(
    {
        "employee_id": pl.String(),
        "period_share": pl.Decimal(38, SHARE),
        "score": pl.Decimal(38, SCORE),
        "forecast": pl.Decimal(38, SCORE),
        "low": pl.Decimal(38, SCORE),
        "high": pl.Decimal(38, SCORE),
        "n_items": pl.Int64(),
        "n_items_before": pl.Int64(),
        "n_items_others": pl.Int64(),
        "missing_items": pl.String(),
    }
)


def forecast(evidence: Evidence) -> Mapping[str, pl.DataFrame]:
    """Frame `forecasts`: one row a person of a provisional run; none of a final one, nor where it is too early.

    period_share: share of P that is over; score so far (null: none yet); forecast of the final score, with low and high
    between which it should lie eight times in ten; n_items it is made of, n_items_before of them those not measured yet
    and taken from the person's period before; missing_items: items nobody has yet that no period before tells of
    (joined by `;`): there is no forecast then. An item that others have and he has not is taken not to come.
    """
    earlier = _earlier_day(evidence)
    if earlier is None:
        return {"forecasts": pl.DataFrame(schema=_SCHEMA)}
    now = _items(evidence, evidence.results.indicators, evidence.span.end)
    moved = _moved(evidence, now, earlier)
    lines = _lines(moved)
    expected = _expected(evidence, now, lines)
    return {"forecasts": _scores(evidence, expected, _quantile(evidence, moved, lines))}


def _earlier_day(evidence: Evidence) -> dt.date | None:
    """The day as far back, in what was learnt since, as the end is ahead; None for a final run, or too early."""
    whole = (evidence.period.end - evidence.span.start).days
    gone = (evidence.span.end - evidence.span.start).days
    if gone >= whole:
        return None
    days = round(whole * gone / (2 * whole - gone))
    return evidence.span.start + dt.timedelta(days=days) if days >= ENOUGH_DAYS else None


def _items(evidence: Evidence, indicators: pl.DataFrame, until: dt.date) -> pl.DataFrame:
    """employee_id, item_group, item_id, weight, reached (null: not scored), most it can reach; as known by `until`."""
    rows = indicators.join(evidence.results.employees.select("employee_id", "sector"), on="employee_id")
    reached = pl.when(pl.col("status") == SCORED).then(pl.col("achievement").cast(pl.Float64))
    rows = rows.with_columns(
        reached=reached, value=pl.col("value").cast(pl.Float64), most=pl.lit(None, pl.Float64), slack=0.0
    )
    rows = rows.join(_paces(evidence, until), on="employee_id", how="left").with_columns(pl.col("pace").fill_null(1.0))
    for entry in entries(evidence):
        paced = _paced(evidence, entry.item.indicator, until)
        if paced is not None:
            on_pace = pl.when(pl.col("status") == SCORED).then(achieved(paced, entry.points))
            # It may stand still, or be as far on as its pace says and only not reported.
            middle = (on_pace + pl.col("reached")) / 2 if entry.item.indicator in _UNREPORTED else on_pace
            rows = rows.with_columns(
                reached=pl.when(is_of(entry)).then(middle).otherwise("reached"),
                slack=pl.when(is_of(entry)).then((middle - on_pace).abs()).otherwise("slack"),
            )
        rows = rows.with_columns(most=pl.when(is_of(entry)).then(pl.lit(entry.most)).otherwise("most"))
    is_owed = pl.col("status") == INSUFFICIENT_DATA
    return rows.select(
        "employee_id", *_KEY, pl.col("weight").cast(pl.Float64), "reached", "most", "slack", is_owed=is_owed
    ).sort("employee_id", *_KEY)


def _paced(evidence: Evidence, indicator: str, until: dt.date) -> pl.Expr | None:
    """The value as it will stand if the rest of P goes on as until now; None: a mean, which stays as it is.

    Discipline is what the cuts of a month leave of 100, on the mean of the months so far; initiatives are counted; a
    week that is not over yet lacks its report only as far as it is gone; a plan is as far as it was at its last report.
    """
    start, end = evidence.span.start, evidence.period.end
    whole, gone = (end - start).days, (until - start).days
    if indicator == "initiative":
        return pl.col("value") * whole / gone
    if indicator == "discipline":
        n_months, so_far = _n_months(start, end), _n_months(start, until)
        cuts = (100 - pl.col("value")) * so_far * whole / gone
        return (100 - cuts / n_months).clip(lower_bound=0.0)
    if indicator == "progress_reporting":
        to_come = max(0, _WORKING_WEEK - until.weekday()) / _WORKING_WEEK if until.weekday() else 0.0
        weeks = (pl.col("denominator") - to_come).clip(lower_bound=1.0)
        return (pl.col("numerator") / weeks).clip(upper_bound=1.0)
    return pl.col("value") * pl.col("pace") if indicator == "work_plan_achievement" else None


def _paces(evidence: Evidence, until: dt.date) -> pl.DataFrame:
    """employee_id, pace: days his objectives ran until the day over those until their last report, by weight."""
    plans = evidence.own_rows("objectives").filter(
        pl.col("start_date") < until, pl.col("due_date") >= until, pl.col("direction") == "higher"
    )
    reported = (
        evidence.own_rows("progress")
        .filter(pl.col("realised").is_not_null(), day_of("reported_at") < until)
        .group_by("person", "objective_id")
        .agg(last=day_of("reported_at").max())
    )
    ran = (pl.lit(until) - pl.col("start_date")).dt.total_days()
    told = (pl.col("last") - pl.col("start_date")).dt.total_days() + 1
    weight = pl.col("weight").cast(pl.Float64)
    return (
        plans.join(reported, on=["person", "objective_id"])
        .with_columns(pace=pl.when(told > 0).then(ran / told).otherwise(1.0))
        .sort("employee_id", "objective_id")
        .group_by("employee_id", maintain_order=True)
        .agg(pace=(pl.col("pace") * weight).sum() / weight.sum())
        .collect()
    )


def _n_months(start: dt.date, end: dt.date) -> int:
    last = end - dt.timedelta(days=1)
    return (last.year - start.year) * 12 + last.month - start.month + 1


def _moved(evidence: Evidence, now: pl.DataFrame, earlier: dt.date) -> pl.DataFrame:
    """Items of the sample scored on both days: `now`'s columns and earlier."""
    homes = evidence.results.employees.select("employee_id", "unit_id")
    units = homes["unit_id"].unique().sort()
    units = units.gather_every(max(1, math.ceil(homes.height / SAMPLE)))
    people = homes.filter(pl.col("unit_id").is_in(units.implode())).select("employee_id").lazy()
    frames = {}
    for name, frame in evidence.frames.items():
        columns = frame.collect_schema().names()
        if "unit_id" in columns and name != "employees":
            own = pl.col("unit_id").is_in(units.implode())
            if "employee_id" in columns:  # what names one of them counts for him, wherever it was
                known = people.select("employee_id", is_own=pl.lit(value=True))
                frame = frame.join(known, on="employee_id", how="left", maintain_order="left")
                own = own | pl.col("is_own").fill_null(value=False)
            frames[name] = frame.filter(own).drop("is_own", strict=False)
        elif "employee_id" in columns:
            frames[name] = frame.join(people, on="employee_id", how="semi", maintain_order="left")
        else:
            frames[name] = frame
    moment = dt.datetime.combine(earlier, dt.time(), ZoneInfo(evidence.span.timezone))
    then = score(frames, evidence.policy, evidence.period, known_as_of=moment, public_holidays=evidence.public_holidays)
    before = _items(evidence, then.indicators, earlier).select("employee_id", *_KEY, earlier="reached").drop_nulls()
    return (
        now.filter(pl.col("reached").is_not_null()).join(before, on=["employee_id", *_KEY]).sort("employee_id", *_KEY)
    )


def _lines(moved: pl.DataFrame) -> pl.DataFrame:
    """By item: intercept, slope and spread (points) of the later achievement around the line on the earlier one."""
    enough = [part for part in moved.partition_by(_KEY) if part.height >= ENOUGH_PAIRS]
    rows = [(*part.select(_KEY).row(0), *_line(part)) for part in enough]
    schema = dict.fromkeys(_KEY, pl.String) | dict.fromkeys(("intercept", "slope", "spread"), pl.Float64)
    return pl.DataFrame(rows, schema=schema, orient="row")


def _line(pairs: pl.DataFrame) -> tuple[float, float, float]:
    x, y = pairs["earlier"].to_list(), pairs["reached"].to_list()
    intercept, slope = line(x, y)
    rest = math.fsum((b - intercept - slope * a) ** 2 for a, b in zip(x, y, strict=True))
    return intercept, slope, math.sqrt(rest / max(1, len(x) - 2))


def _on_line(items: pl.DataFrame, lines: pl.DataFrame, start: str) -> pl.DataFrame:
    """Adds expected and spread of the items that have `start`; an item without a line of its own stays as it is."""
    found = items.join(lines, on=_KEY, how="left", maintain_order="left")
    spread = lines["spread"].mean() if lines.height else None
    expected = pl.coalesce(pl.col("intercept") + pl.col("slope") * pl.col(start), pl.col(start))
    return found.with_columns(
        expected=expected.clip(lower_bound=0.0).clip(upper_bound=pl.col("most")),
        spread=(pl.coalesce("spread", pl.lit(spread, pl.Float64)) ** 2 + pl.col("slack").fill_null(0.0) ** 2).sqrt(),
    )


def _expected(evidence: Evidence, now: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Every item that is expected in the final score: expected, spread, origin; is_missing where nothing tells."""
    old = evidence.before("indicators", "employee_id", "item_id", "achievement")
    if old is None:
        old = pl.DataFrame(schema={"employee_id": pl.String, "item_id": pl.String, "old": pl.Float64})
    else:
        old = old.select("employee_id", "item_id", old=pl.col("achievement").cast(pl.Float64))
    found = _on_line(now, lines, "reached").join(old, on=["employee_id", "item_id"], how="left", maintain_order="left")
    reached, before = pl.col("reached"), pl.col("old")
    # How far an item lies from the person's last one; where nobody has it yet, how far people lay apart then.
    apart = found.group_by(_KEY).agg(
        n_now=reached.count(),
        usual=pl.col("expected").mean(),
        apart_now=pl.col("expected").std(),
        moved_on=(reached - before).std(),
        apart_then=before.std(),
    )
    found = found.join(apart, on=_KEY, how="left", maintain_order="left")
    is_open = reached.is_null()
    has_others = pl.col("n_now") >= ENOUGH_PAIRS
    origin = (
        pl.when(is_open & before.is_not_null())
        .then(pl.lit("before"))
        .when(is_open & pl.col("is_owed") & has_others)
        .then(pl.lit("others"))
        .when(is_open)
        .then(pl.lit("none"))
        .otherwise(pl.lit("now"))
    )
    return found.with_columns(origin=origin).with_columns(
        expected=_by_origin("expected", "old", "usual"),
        spread=_by_origin("spread", pl.coalesce("moved_on", "apart_then"), "apart_now"),
        is_missing=is_open & before.is_null() & ~has_others,
    )


def _by_origin(now: str, before: str | pl.Expr, others: str) -> pl.Expr:
    origin = pl.col("origin")
    return (
        pl.when(origin == "now").then(now).when(origin == "before").then(before).when(origin == "others").then(others)
    )


def _with_parts(evidence: Evidence, items: pl.DataFrame) -> pl.DataFrame:
    """Adds part: points of the score that a point of the item is worth, and n_groups that have one."""
    of_group = pl.col("item_group").replace_strict(
        {group: float(evidence.policy.group_weight(group)) / 100 for group in GROUPS}, return_dtype=pl.Float64
    )
    weight = pl.col("weight")
    return items.with_columns(
        part=of_group * weight / weight.sum().over("employee_id", "item_group"),
        n_groups=pl.col("item_group").n_unique().over("employee_id"),
    )


def _quantile(evidence: Evidence, moved: pl.DataFrame, lines: pl.DataFrame) -> float:
    """How many spreads the scores of the sample lay off at most, in eight of ten: items do not err on their own."""
    told = _on_line(moved, lines, "earlier").filter(pl.col("spread") > 0)
    part = pl.col("part")
    off = (
        _with_parts(evidence, told)
        .group_by("employee_id", maintain_order=True)
        .agg(
            off=(part * (pl.col("reached") - pl.col("expected"))).sum().abs(),
            spread=((part * pl.col("spread")) ** 2).sum().sqrt(),
        )
        .filter(pl.col("spread") > 0)
    )
    if off.height < ENOUGH_PAIRS:
        return _NORMAL
    found = float(off.select((pl.col("off") / pl.col("spread")).quantile(CONFIDENCE, "higher")).item())
    return max(found, _NORMAL)  # much falls due as a period ends: it moves no less then


def _scores(evidence: Evidence, expected: pl.DataFrame, quantile: float) -> pl.DataFrame:
    missing = (
        expected.filter("is_missing").group_by("employee_id").agg(missing_items=pl.col("item_id").sort().str.join(";"))
    )
    part = pl.col("part")
    known = expected.filter(pl.col("expected").is_not_null(), pl.col("spread").is_not_null())
    sums = (
        _with_parts(evidence, known)
        .group_by("employee_id", maintain_order=True)
        .agg(
            n_groups=pl.col("n_groups").first(),
            forecast=(part * pl.col("expected")).sum(),
            spread=((part * pl.col("spread")) ** 2).sum().sqrt(),
            n_items=pl.len().cast(pl.Int64),
            n_items_before=(pl.col("origin") == "before").sum().cast(pl.Int64),
            n_items_others=(pl.col("origin") == "others").sum().cast(pl.Int64),
        )
        .filter(pl.col("n_groups") == len(GROUPS))
    )
    span, cap = evidence.span, float(evidence.policy.national.achievement_cap.cap)
    gone = (span.end - span.start).days / (evidence.period.end - span.start).days
    half = quantile * pl.col("spread")
    is_told = pl.col("missing_items").is_null() & pl.col("forecast").is_not_null()
    ends = {
        "forecast": pl.col("forecast"),
        "low": (pl.col("forecast") - half).clip(lower_bound=0.0),
        "high": (pl.col("forecast") + half).clip(upper_bound=cap),
    }
    return (
        evidence.results.scores.select("employee_id", "score")
        .join(sums, on="employee_id", how="left", maintain_order="left")
        .join(missing, on="employee_id", how="left", maintain_order="left")
        .with_columns(
            period_share=rounded(pl.lit(gone), SHARE),
            **{name: rounded(pl.when(is_told).then(value), SCORE) for name, value in ends.items()},
        )
        .with_columns(pl.col("n_items", "n_items_before", "n_items_others").fill_null(0))  # of no item
        .select(pl.col(name).cast(kind) for name, kind in _SCHEMA.items())
        .sort("employee_id")
    )
