"""Obstacles that people reported: how often, what they touched, and the score if the time they took were excused.

Source: seed (Sibolga: obstacles and their causes, excused time, actions carried to the next period). Excusing is a
what-if for the appraiser: no score changes. Reading (default): a milestone that is late with an obstacle on its report
does not count, neither does an objective short of what is expected whose last report carries one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from policies.model import GROUPS, Parameters
from transforms.exact import SCALE, SCORE_DIGITS
from transforms.findings import NOT_APPLICABLE, SCORED
from transforms.grading import graded
from transforms.indicators.milestones_on_time import milestones_on_time
from transforms.indicators.work_plan_achievement import work_plan_achievement
from transforms.insights.certainty import Entry, entries
from transforms.insights.evidence import Evidence
from transforms.insights.rounding import SCORE, SHARE, rounded
from transforms.scope import Known, day_of
from transforms.scoring import group_scores, rated, total_scores, weight_unit

EXCUSABLE: Final = ("milestones_on_time", "work_plan_achievement")
"""Indicators that an obstacle can be excused from."""
_READ: Final = {
    "progress": ("employee_id", "objective_id", "due_at", "reported_at", "realised"),
    "objectives": ("employee_id", "objective_id", "target", "weight", "direction", "start_date", "due_date"),
}
"""What these indicators look at."""
_HUNDREDTH: Final = SCALE // 10**SCORE_DIGITS


def obstacles(evidence: Evidence) -> Mapping[str, pl.DataFrame]:
    """Frames `obstacles`, `carried_obstacles`, `excused_scores` and `unit_obstacles`.

    `obstacles`: one row a person and category reported in P, or on what was due in P: n_reports, n_objectives, n_late
    of these reports, n_open: objectives whose last report carries it; items: indicators of his that it touched (joined
    by `;`; null: none). `carried_obstacles`: one row an objective whose last report before the end of P carries an
    obstacle: what is to be taken up in the next period; category, since (its first report with one), last_date.

    `excused_scores`: one row a person whose items it touched, with a score that excusing does not lower: n_milestones
    and n_objectives excused, score and rating as proposed, excused_score, excused_rating and difference (to 0.01: from
    stored achievements).
    `unit_obstacles`: one row a unit and category: n_employees, n_reports, n_late, n_open and share of its reports.
    """
    hindered = _hindered(evidence)
    touched = pl.concat_str(
        pl.when(pl.col("is_late").any() & pl.col("has_milestones").first()).then(pl.lit("milestones_on_time")),
        pl.when(pl.col("is_short").any() & pl.col("has_plan").first()).then(pl.lit("work_plan_achievement")),
        separator=";",
        ignore_nulls=True,
    )
    own = (
        hindered.group_by("employee_id", "unit_id", category="obstacle_category")
        .agg(
            n_reports=pl.len().cast(pl.Int64),
            n_objectives=pl.col("objective_id").n_unique().cast(pl.Int64),
            n_late=pl.col("is_late").sum().cast(pl.Int64),
            n_open=pl.col("is_last").sum().cast(pl.Int64),
            items=touched,
        )
        .with_columns(items=pl.when(pl.col("items") != "").then("items"))
        .sort("employee_id", "category")
    )
    first = pl.col("day").min().over("employee_id", "objective_id")
    carried = (
        hindered.with_columns(since=first)
        .filter("is_last")
        .select("employee_id", "objective_id", "since", category="obstacle_category", last_date="day")
        .sort("employee_id", "objective_id")
    )
    return {
        "obstacles": own.drop("unit_id"),
        "carried_obstacles": carried,
        "excused_scores": _excused(evidence, hindered),
        "unit_obstacles": _of_units(own),
    }


def _of_units(own: pl.DataFrame) -> pl.DataFrame:
    counts = ("n_reports", "n_late", "n_open")
    share = pl.col("n_reports") / pl.col("n_reports").sum().over("unit_id")
    return (
        own.group_by("unit_id", "category")
        .agg(pl.len().cast(pl.Int64).alias("n_employees"), pl.col(counts).sum())
        .with_columns(share=rounded(share, SHARE))
        .sort("unit_id", "category")
    )


def _hindered(evidence: Evidence) -> pl.DataFrame:
    """Progress rows with an obstacle, reported or due in P, by people who are scored.

    Adds person, unit_id, day (reported, else due), is_late, is_last (of those of the objective reported before the end
    of P, the one that counts), is_short (it counts, and falls short of what is expected), and which items the person is
    scored on.
    """
    span = evidence.span
    progress = evidence.frames["progress"].select(
        "employee_id", "objective_id", "due_at", "reported_at", "realised", "obstacle_category"
    )
    # Only objectives that ever met an obstacle: the others have nothing to tell.
    met = progress.filter(pl.col("obstacle_category").is_not_null()).select("employee_id", "objective_id").unique()
    objectives = met.collect(engine="streaming").with_row_index("of")
    near = progress.join(objectives.lazy().select("objective_id"), on="objective_id", how="semi")
    reports = (
        near.collect(engine="streaming").join(objectives, on=["employee_id", "objective_id"]).with_row_index("report")
    )
    in_time = (pl.col("reported_at") <= pl.col("due_at")).fill_null(value=False)
    homes = evidence.results.employees.select(pl.col("unit_id", "sector"))
    rows = (
        reports.with_columns(evidence.person())
        .filter(
            pl.col("person").is_not_null(),
            pl.col("obstacle_category").is_not_null(),
            span.covers("reported_at") | span.covers("due_at"),
        )
        .with_columns(
            day=day_of(pl.coalesce("reported_at", "due_at")),
            is_late=(span.covers("due_at") & ~in_time).fill_null(value=False),
            is_last=pl.col("report").is_in(_last_reports(evidence, reports).implode()),
        )
    )
    rows = rows.hstack(homes[rows.get_column("person")])
    is_short = pl.col("report").is_in(_short_reports(evidence, rows.filter("is_last")).implode())
    scored_on = {
        sector: {item.indicator for group in GROUPS for item in evidence.policy.items(sector, group)}
        for sector in rows["sector"].unique().sort()
    }
    return rows.with_columns(
        is_short.alias("is_short"),
        *(
            pl.col("sector")
            .replace_strict({sector: name in items for sector, items in scored_on.items()}, return_dtype=pl.Boolean)
            .alias(flag)
            if scored_on
            else pl.lit(value=False).alias(flag)
            for flag, name in (("has_milestones", EXCUSABLE[0]), ("has_plan", EXCUSABLE[1]))
        ),
    )


def _last_reports(evidence: Evidence, reports: pl.DataFrame) -> pl.Series:
    """Of each objective (`of`) the report that counts."""
    order = pl.struct("reported_at", "due_at", "realised", "obstacle_category").rank("ordinal", descending=True)
    latest = reports.filter(
        pl.col("reported_at") < pl.lit(evidence.span.end_at), pl.col("realised").is_not_null()
    ).filter(pl.col("reported_at") == pl.col("reported_at").max().over("of"))
    is_alone = pl.len().over("of") == 1
    tied = latest.filter(~is_alone).filter(order.over("of") == 1)
    return pl.concat([latest.filter(is_alone), tied]).get_column("report")


def _short_reports(evidence: Evidence, last: pl.DataFrame) -> pl.Series:
    """Those of these reports that fall short of what is expected."""
    plans = evidence.frames["objectives"].select("objective_id", "target", "direction", "start_date", "due_date")
    own = plans.join(last.lazy().select("objective_id"), on="objective_id", how="semi").collect(engine="streaming")
    return last.join(own, on="objective_id").filter(_is_short(evidence)).get_column("report")


def _is_short(evidence: Evidence) -> pl.Expr:
    """Whether what is realised falls short of what is expected by the end of P."""
    span = evidence.span
    so_far = (pl.lit(span.end) - pl.col("start_date")).dt.total_days()
    in_all = (pl.col("due_date") - pl.col("start_date")).dt.total_days() + 1
    realised, target = pl.col("realised").cast(pl.Float64), pl.col("target").cast(pl.Float64)
    part = pl.when(pl.col("due_date") > span.last_day).then(so_far / in_all).otherwise(1.0)
    return pl.when(pl.col("direction") == "higher").then(realised < target * part).otherwise(realised > target)


def _excused(evidence: Evidence, hindered: pl.DataFrame) -> pl.DataFrame:
    """Both scores are made by the policy's own rules from achievements as stored; only the excused items differ."""
    late = hindered.filter("is_late", "has_milestones")
    short = hindered.filter("is_short", "has_plan")
    counts = (
        late.group_by("employee_id")
        .agg(n_milestones=pl.len().cast(pl.Int64))
        .join(
            short.group_by("employee_id").agg(n_objectives=pl.len().cast(pl.Int64)),
            on="employee_id",
            how="full",
            coalesce=True,
        )
        .with_columns(pl.col("n_milestones", "n_objectives").fill_null(0))  # nothing of it was excused
    )
    if counts.is_empty():
        return pl.DataFrame(schema=_EXCUSED)
    people = evidence.people.join(counts.lazy().select("employee_id"), on="employee_id", how="semi").collect()
    items = _items(evidence, people)
    base = _scores(evidence, people, items)
    other = _scores(evidence, people, _with_excused(evidence, people, items, late, short))
    stored = evidence.results.scores.filter(pl.col("status") == SCORED)
    return (
        counts.join(stored.select("employee_id", "score", rating="proposed_rating"), on="employee_id")
        .join(base.select("employee_id", base="units"), on="employee_id")
        .join(other.select("employee_id", other="units", excused_rating="proposed_rating"), on="employee_id")
        .filter(pl.col("other") >= pl.col("base"))
        .with_columns(difference=rounded((pl.col("other") - pl.col("base")).cast(pl.Float64) / 100, SCORE))
        .with_columns(excused_score=pl.col("score") + pl.col("difference"))
        .select(pl.col(name).cast(kind) for name, kind in _EXCUSED.items())
        .sort("employee_id")
    )


def _items(evidence: Evidence, people: pl.DataFrame) -> pl.DataFrame:
    """All items of these people as `group_scores` takes them, from the achievements as stored."""
    parts = weight_unit(evidence.policy)
    return evidence.results.indicators.join(people.select("employee_id", "person"), on="employee_id").select(
        "person",
        "item_group",
        "item_id",
        "indicator_id",
        "status",
        weight_parts=(pl.col("weight").to_physical().cast(pl.Int128) * parts // 100).cast(pl.Int64),
        low=pl.col("achievement").to_physical().cast(pl.Int128) * _HUNDREDTH,
        slack=pl.lit(0, pl.Int64),
    )


def _with_excused(
    evidence: Evidence, people: pl.DataFrame, items: pl.DataFrame, late: pl.DataFrame, short: pl.DataFrame
) -> pl.DataFrame:
    """The items with those achievements that the excused rows would leave; none where nothing is left to judge."""
    frames = {name: _of_people(evidence, name, people) for name in _READ}
    for entry in entries(evidence):
        if entry.item.indicator not in EXCUSABLE:
            continue
        rows = late if entry.item.indicator == "milestones_on_time" else short
        own = people.filter(pl.col("sector").is_in(entry.sectors)).join(rows, on="person", how="semi")
        if own.is_empty():
            continue
        found = graded(_findings(evidence, frames, entry, own, rows), entry.points).filter(
            pl.col("status").is_in([SCORED, NOT_APPLICABLE])
        )
        new = (
            found.select(
                "person",
                new_status="status",
                new_low=pl.col("achievement_units").cast(pl.Int128) * _HUNDREDTH,
                item_group=pl.lit(entry.group),
                item_id=pl.lit(entry.item.id),
            )
            .collect()
            .join(own.select("person"), on="person", how="semi")
        )
        is_new = pl.col("new_status").is_not_null() & (pl.col("status") == SCORED)
        items = (
            items.join(new, on=["person", "item_group", "item_id"], how="left")
            .with_columns(
                # An excuse never costs: an objective that is short, and better than the others, stays.
                low=pl.when(is_new).then(pl.max_horizontal("low", "new_low")).otherwise("low"),
                status=pl.when(is_new).then("new_status").otherwise("status"),
            )
            .drop("new_low", "new_status")
        )
    return items


def _of_people(evidence: Evidence, dataset: str, people: pl.DataFrame) -> pl.LazyFrame:
    """What `_READ` names of a dataset's rows of these people, in memory: read once for all items."""
    rows = evidence.frames[dataset].select(_READ[dataset])
    return (
        rows.join(people.lazy().select("employee_id"), on="employee_id", how="semi").collect(engine="streaming").lazy()
    )


def _findings(
    evidence: Evidence, of_people: Mapping[str, pl.LazyFrame], entry: Entry, own: pl.DataFrame, rows: pl.DataFrame
) -> pl.LazyFrame:
    """What the indicator finds of these people without the excused rows."""
    frames = {**evidence.frames, **of_people}
    known = Known(evidence.policy, evidence.period, evidence.span, own.lazy(), frames, evidence.days_off)
    if entry.item.indicator == "milestones_on_time":
        frames["progress"] = frames["progress"].join(
            rows.lazy().select("employee_id", "objective_id", "due_at"),
            on=["employee_id", "objective_id", "due_at"],
            how="anti",
        )
        return milestones_on_time(known, Parameters())
    frames["objectives"] = frames["objectives"].join(rows.lazy().select("objective_id"), on="objective_id", how="anti")
    return work_plan_achievement(known, Parameters())


def _scores(evidence: Evidence, people: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """employee_id, units (hundredths of the score), proposed_rating."""
    keyed = people.lazy().select("person", "employee_id", n_countable="n_countable_days")
    groups = group_scores(items.lazy(), evidence.policy)
    return (
        total_scores(keyed, groups, evidence.policy)
        .join(keyed, on="person")
        .pipe(rated, evidence.policy)
        .select("employee_id", "units", "proposed_rating")
        .collect()
    )


_POINTS: Final = pl.Decimal(38, SCORE)
_EXCUSED: Final = pl.Schema(
    {
        "employee_id": pl.String(),
        "n_milestones": pl.Int64(),
        "n_objectives": pl.Int64(),
        "score": _POINTS,
        "rating": pl.String(),
        "excused_score": _POINTS,
        "excused_rating": pl.String(),
        "difference": _POINTS,
    }
)
