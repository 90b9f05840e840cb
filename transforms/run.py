"""The whole of scoring: canonical rows and a policy in, results out. No file, no clock, no log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import polars as pl

from policies.model import GROUPS, GroupName, Item, Parameters, Policy
from policies.period import Period
from transforms.answers import answers
from transforms.competency_gaps import competency_gaps
from transforms.days import AS_WRITTEN, Elsewhere, day_facts
from transforms.decisions import decisions, latest_decisions
from transforms.discipline_status import discipline_status
from transforms.distribution import unit_guidance
from transforms.exact import SCORE_DIGITS, VALUE_DIGITS, decimal
from transforms.findings import SCORED
from transforms.follow_ups import follow_ups
from transforms.grading import Points, graded, points_of
from transforms.indicators import INDICATORS, READS
from transforms.people import people_of, with_colleagues, with_days
from transforms.requests import asked_about
from transforms.scope import Known, Scope, Span, as_known, day_of, days_off_of, in_order
from transforms.scoring import group_scores, rated, total_scores, weight_unit
from transforms.settling import replaced, settled

DATASETS_READ = (
    "employees",
    "schedules",
    "calendar",
    "attendance",
    "leave",
    "service_requests",
    "service_standards",
    "survey_responses",
    "objectives",
    "progress",
    "ratings",
    "competency_standards",
    "initiatives",
    "outcomes",
    "decisions",
    "unit_achievements",
    "developments",
    "request_events",
    "work_shares",
)
"""Datasets `score` asks for; one that was not delivered is given without rows."""


@dataclass(frozen=True)
class Results:
    """What a run found, each frame in canonical order.

    `employees`: one row a person, with the home spell's facts and day counts. `indicators`: one row a person and item
    of his sector. `scores`: one row a person. What follows from them: `discipline_status`, `competency_gaps`,
    `follow_ups`, `decisions`, `unit_guidance` (see the modules of these names; unit_guidance: `distribution`).
    `gaps`: unit_id, date; days on which the unit's attendance record has nothing. `n_settled`: people whose numbers
    were settled with Fraction.
    """

    employees: pl.DataFrame
    indicators: pl.DataFrame
    scores: pl.DataFrame
    discipline_status: pl.DataFrame
    competency_gaps: pl.DataFrame
    follow_ups: pl.DataFrame
    decisions: pl.DataFrame
    unit_guidance: pl.DataFrame
    gaps: pl.DataFrame
    n_settled: int


def score(
    frames: Mapping[str, pl.LazyFrame],
    policy: Policy,
    period: Period,
    *,
    known_as_of: dt.datetime | None,
    public_holidays: Mapping[dt.date, str],
    elsewhere: Elsewhere | None = None,
) -> Results:
    """Scores every employee with a spell day in the period.

    `frames` holds the valid rows of each of `DATASETS_READ`; `public_holidays` are the library's, used for the years
    the calendar has no row in. `known_as_of` (aware) is given for a run before the period's end. `elsewhere` is given
    where `frames` are a part of the roster (see `transforms.partitions`).
    """
    scope, gaps = _scope(frames, policy, period, known_as_of, public_holidays, elsewhere)
    catalogue = _catalogue(policy)
    items = _items(scope, catalogue)
    days = scope.day_counts.group_by("person").agg(pl.col("n_working", "n_countable", "n_recorded").sum())
    people = scope.people.join(days, on="person", how="left").collect()
    groups = group_scores(items.lazy(), policy)
    scores = total_scores(people.lazy(), groups, policy).collect()
    doubtful = pl.concat(
        [items.filter("doubtful").select("person"), scores.filter("doubtful").select("person")]
    ).unique()
    exact = settled(
        items.join(doubtful, on="person", how="semi"),
        scores.join(doubtful, on="person", how="semi"),
        {place: (entry.item, entry.points) for place, entry in enumerate(catalogue)},
        policy,
    )
    items = replaced(items.drop("value", "measured"), exact.items, ["person", "place"])  # lists are slow to join
    scores = replaced(scores, exact.scores, ["person"])
    decided = latest_decisions(scope).collect()
    employees = _employees(people)
    stored_items = _indicators(items, people, catalogue)
    stored_scores = _scores(scores, people, decided, policy)
    return Results(
        employees=employees,
        indicators=stored_items,
        scores=stored_scores,
        discipline_status=discipline_status(scope),
        competency_gaps=competency_gaps(scope, stored_items, [(entry.item, entry.sectors) for entry in catalogue]),
        follow_ups=follow_ups(employees, stored_scores, stored_items, policy),
        decisions=decisions(scope, decided.lazy(), stored_scores),
        unit_guidance=unit_guidance(scope, stored_scores),
        gaps=gaps.collect(),
        n_settled=doubtful.height,
    )


@dataclass(frozen=True)
class _Entry:
    """One item as some sectors have it."""

    item: Item
    group: GroupName
    sectors: tuple[str, ...]
    points: Points


def _catalogue(policy: Policy) -> list[_Entry]:
    """Every distinct item of every sector, in the policy's order."""
    cap = policy.national.achievement_cap.cap
    sectors: dict[tuple[GroupName, str], tuple[Item, list[str]]] = {}
    for sector in ("general", "health", "education", "civil_registry"):
        for group in GROUPS:
            for item in policy.items(sector, group):
                key = (group, item.model_dump_json())
                sectors.setdefault(key, (item, []))[1].append(sector)
    return [_Entry(item, group, tuple(names), points_of(item, cap)) for (group, _), (item, names) in sectors.items()]


def _scope(
    frames: Mapping[str, pl.LazyFrame],
    policy: Policy,
    period: Period,
    known_as_of: dt.datetime | None,
    public_holidays: Mapping[dt.date, str],
    elsewhere: Elsewhere | None = None,
) -> tuple[Scope, pl.LazyFrame]:
    if known_as_of is not None:  # Polars compares instants of one zone only
        known_as_of = known_as_of.astimezone(ZoneInfo(policy.timezone))
    span = Span.of(period, policy.timezone, known_as_of)
    known = as_known(in_order(frames), known_as_of)
    people = people_of(with_days(known["employees"], span)).collect()
    year = elsewhere.year if elsewhere else span.year_so_far(first_event(known["attendance"], span))
    spells = with_days(known["employees"], year).filter(pl.col("n_days") > 0).collect()
    keys = with_colleagues(people.lazy(), spells.lazy()).collect().lazy()
    days_off = days_off_of(known["calendar"], public_holidays)
    days = day_facts(
        spells.lazy(),
        known["schedules"],
        policy.national.working_time,
        known["attendance"],
        known["leave"],
        keys,
        days_off,
        span,
        year,
        elsewhere,
    )
    facts = Known(policy, period, span, people.lazy(), known, days_off)
    # What several items ask: once for all of them.
    shared = {"service_requests": asked_about(facts), "survey_responses": answers(facts)}
    asked = {name for item in policy.all_items() for name in READS[item.indicator] if name in shared}
    attended, counts = pl.collect_all([days.attended, days.counts], engine="streaming", optimizations=AS_WRITTEN)
    days = replace(days, attended=attended.lazy())  # from here on the folded events are held no longer
    asked_frames = pl.collect_all(
        [shared[name] for name in sorted(asked)], engine="streaming", optimizations=AS_WRITTEN
    )
    shared |= {name: frame.lazy() for name, frame in zip(sorted(asked), asked_frames, strict=True)}
    scope = Scope(
        policy=policy,
        period=period,
        span=span,
        year=year,
        people=people.lazy(),
        frames=known,
        days_off=days_off,
        day_counts=counts.lazy(),
        attended=attended.lazy().filter(pl.col("date") >= span.start),
        appeared=days.appeared,
        weeks=days.weeks,
        requests=shared["service_requests"],
        answers=shared["survey_responses"],
        days=days,
    )
    return scope, days.gaps


def first_event(attendance: pl.LazyFrame, span: Span) -> dt.date | None:
    """The day of the year's first event; None without one."""
    new_year = dt.datetime(span.start.year, 1, 1, tzinfo=ZoneInfo(span.timezone))
    instants = attendance.select("timestamp").filter(pl.col("timestamp") >= pl.lit(new_year))
    first: dt.date | None = instants.min().select(day_of("timestamp")).collect(engine="streaming").item()
    return first


def _items(scope: Scope, catalogue: list[_Entry]) -> pl.DataFrame:
    """One row a person and item of his sector, graded; `place` is the item's place in the catalogue."""
    questions: dict[str, list[tuple[str, Parameters]]] = {}
    for entry in catalogue:
        alike = questions.setdefault(READS[entry.item.indicator][0], [])
        if (question := (entry.item.indicator, entry.item.parameters)) not in alike:
            alike.append(question)
    found: dict[tuple[str, Parameters], pl.DataFrame] = {}
    for _, alike in sorted(questions.items()):  # a dataset after another: what is held meanwhile is that of one
        asked = [INDICATORS[indicator](scope, parameters) for indicator, parameters in alike]
        found |= zip(alike, pl.collect_all(asked, engine="streaming", optimizations=AS_WRITTEN), strict=True)
    parts = weight_unit(scope.policy)
    graded_items = []
    for place, entry in enumerate(catalogue):
        owing = scope.people.filter(pl.col("sector").is_in(entry.sectors)).select("person")
        finding = found[entry.item.indicator, entry.item.parameters].lazy().join(owing, on="person", how="semi")
        graded_items.append(
            graded(finding, entry.points).with_columns(
                place=pl.lit(place, pl.Int32),
                item_group=pl.lit(entry.group),
                weight_parts=pl.lit(int(entry.item.weight * parts), pl.Int64),
            )
        )
    items = pl.concat(pl.collect_all(graded_items))
    lost = items.filter(pl.col("measured").is_null() & (pl.col("status") == SCORED))
    if not lost.is_empty():
        names = sorted({catalogue[place].item.id for place in lost.get_column("place")})
        raise OverflowError(
            f"{', '.join(names)}: weights, targets or results of {lost.height} people have too many digits to multiply "
            "exactly; write them with at most 12 significant digits"
        )
    return items


def _employees(people: pl.DataFrame) -> pl.DataFrame:
    return people.sort("person").select(
        "employee_id",
        "name",
        "employment_type",
        "unit_id",
        "unit_name",
        "sector",
        "position_id",
        "position_name",
        "position_group",
        "supervisor_id",
        n_working_days="n_working",
        n_countable_days="n_countable",
        n_recorded_days="n_recorded",
    )


def _indicators(items: pl.DataFrame, people: pl.DataFrame, catalogue: list[_Entry]) -> pl.DataFrame:
    entries = pl.DataFrame(
        [(place, e.item.id, e.item.indicator, e.item.weight) for place, e in enumerate(catalogue)],
        schema={"place": pl.Int32, "item_id": pl.String, "indicator_id": pl.String, "weight": pl.Decimal(38, 2)},
        orient="row",
    )
    return (
        items.lazy()
        .join(people.lazy().select("person", "employee_id"), on="person")
        .join(entries.lazy(), on="place")
        .select(
            "person",
            "place",
            "employee_id",
            "item_id",
            "indicator_id",
            "item_group",
            decimal(pl.col("value_units"), VALUE_DIGITS).alias("value"),
            "n",
            "numerator",
            "denominator",
            decimal(pl.col("achievement_units"), SCORE_DIGITS).alias("achievement"),
            "weight",
            "status",
            "reason",
        )
        .sort("person", "place")
        .drop("person", "place")
        .collect(engine="streaming")
    )


def _scores(scores: pl.DataFrame, people: pl.DataFrame, decided: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    return (
        scores.lazy()
        .join(people.lazy().select("person", "employee_id", "n_countable"), on="person")
        .join(decided.lazy().select("person", "decided_rating"), on="person", how="left")
        .pipe(rated, policy)
        .sort("person")
        .select(
            "employee_id",
            decimal(pl.col("results_units"), SCORE_DIGITS).alias("results_score"),
            decimal(pl.col("behaviour_units"), SCORE_DIGITS).alias("behaviour_score"),
            decimal(pl.col("units"), SCORE_DIGITS).alias("score"),
            "results_rating",
            "behaviour_rating",
            "proposed_rating",
            "decided_rating",
            "status",
            "reason",
        )
        .collect()
    )
