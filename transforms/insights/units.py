"""Units, agencies and the city: what the public got of them, and how that sits with the scores of their people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from transforms.findings import NOT_APPLICABLE, SCORED
from transforms.insights import rules
from transforms.insights.evidence import Evidence
from transforms.insights.measured import measured_shares
from transforms.insights.places import LEVELS, Level, place_code, placed
from transforms.insights.rounding import SCORE, SHARE, rounded, share
from transforms.insights.surveys import answers, ikm, index_parts, krejcie_morgan, skm_grade

_COUNTS: Final = (
    "n_employees", "n_eligible", "n_scored", "n_rated", "n_good", "n_responses", "n_submitted", "n_open_before",
    "n_left", "n_open", "n_documents", "n_due", "n_on_time", "n_complaints", "n_complaints_handled", "n_targets_due",
    "n_targets_met",
)  # fmt: skip
"""Counts that add up from the units to the city."""


def units(evidence: Evidence) -> Mapping[str, pl.DataFrame]:
    """Frame `units`: one row a unit, agency (its units' together) and the city, by level and place_id.

    People: n_employees, n_eligible (a score is due), n_scored, coverage, mean_score, measured_share, n_rated, n_good
    (Baik or better, decided or else proposed). Public: ikm, skm_grade, n_responses, n_responses_needed (Krejcie-Morgan,
    of the requests submitted), median_hours and p90_hours of documents (nearest rank), on_time_share,
    complaints_handled_share, the queue (n_open_before + n_submitted - n_left = n_open; mean_queue over P's days).
    Work plan: n_targets_due, n_targets_met, effectiveness. Against the period before: changes, and
    `score_against_service`. alarm: see `_alarm`. A share of nothing is null.
    """
    parts = [part(evidence) for part in (_people, _service, _targets, _opinions)]
    of_units, *others = pl.collect_all(parts, engine="streaming")
    for other in others:
        of_units = of_units.join(other, on="unit_id", how="full", coalesce=True)
    of_units = of_units.filter(pl.col("unit_id").is_not_null())
    # A mean is of sums, an index of its elements' sums: what adds up is added, and divided once, at each level.
    sums = pl.col(name for name in of_units.columns if name != "unit_id").sum()
    documents = _documents(evidence)
    rows = pl.concat(
        [
            placed(of_units.lazy(), level, evidence.policy.city)
            .group_by("place_id")
            .agg(sums)
            .join(_hours(documents, level, evidence.policy.city), on="place_id", how="left")
            .with_columns(level=pl.lit(level))
            for level in LEVELS
        ]
    ).collect()
    rows = _divided(evidence, rows)
    # Nobody and nothing there is a count of 0.
    rows = _named(evidence, rows.with_columns(pl.col(_COUNTS).fill_null(0).cast(pl.Int64)))
    rows = rows.with_columns(
        coverage=rounded(share("n_scored", "n_eligible"), SHARE),
        effectiveness=rounded(share("n_targets_met", "n_targets_due"), SHARE),
        on_time_share=rounded(share("n_on_time", "n_due"), SHARE),
        complaints_handled_share=rounded(share("n_complaints_handled", "n_complaints"), SHARE),
        n_responses_needed=krejcie_morgan("n_submitted"),
        skm_grade=skm_grade("ikm", evidence.policy.national.skm_grades),
        is_publishable=pl.col("n_employees") >= rules.SMALL_GROUP,
    ).with_columns(has_enough_responses=pl.col("n_responses") >= pl.col("n_responses_needed"))
    rows = _against_before(evidence, _with_alarm(evidence, rows))
    return {"units": rows.select(COLUMNS).sort("level", "place_id")}


def _people(evidence: Evidence) -> pl.LazyFrame:
    """People, their scores and ratings, by home unit."""
    results = evidence.results
    rating = pl.coalesce("decided_rating", "proposed_rating")
    hundredths = pl.col("score").to_physical().cast(pl.Int64)
    scores = results.scores.lazy().select(
        "employee_id",
        is_eligible=pl.col("status") != NOT_APPLICABLE,
        is_scored=pl.col("status") == SCORED,
        hundredths=hundredths,
        is_rated=rating.is_not_null(),
        is_good=rating.is_in(rules.GOOD_RATINGS),
    )
    people = results.employees.lazy().select("employee_id", "unit_id").join(scores, on="employee_id", how="left")
    people = people.join(measured_shares(evidence), on="employee_id", how="left")
    # In millionths, so that the sum is exact whatever the order.
    measured = (pl.col("measured") * 10**6).round().cast(pl.Int64)
    return people.group_by("unit_id").agg(
        n_employees=pl.len(),
        n_eligible=pl.col("is_eligible").sum(),
        n_scored=pl.col("is_scored").sum(),
        n_rated=pl.col("is_rated").sum(),
        n_good=pl.col("is_good").sum(),
        hundredths=pl.col("hundredths").sum(),
        measured=measured.sum(),
    )


def _service(evidence: Evidence) -> pl.LazyFrame:
    """The queue of all requests, and those due in P."""
    start, end = pl.lit(evidence.span.start_at), pl.lit(evidence.span.end_at)
    within = pl.min_horizontal(pl.coalesce("settled_at", end), end) - pl.max_horizontal("submitted_at", start)
    is_known = pl.col("submitted_at") < end
    was_open = (pl.col("submitted_at") < start) & ~(pl.col("settled_at") < start).fill_null(value=False)
    is_open = is_known & ~(pl.col("settled_at") < end).fill_null(value=False)
    is_due = evidence.span.covers("due") & pl.col("is_owed")
    is_complaint = is_due & (pl.col("kind") == "complaint")
    counted = evidence.requests.group_by("unit_id").agg(
        n_submitted=evidence.span.covers("submitted_at").sum(),
        n_open_before=was_open.sum(),
        n_left=(is_known & evidence.span.covers("settled_at")).sum(),
        n_open=is_open.sum(),
        n_known=is_known.sum(),
        waited=within.filter(is_known).dt.total_seconds().clip(lower_bound=0).sum(),
        n_due=is_due.sum(),
        n_on_time=(is_due & (pl.col("closed_at") <= pl.col("due")).fill_null(value=False)).sum(),
        n_complaints=is_complaint.sum(),
        n_complaints_handled=(is_complaint & (pl.col("closed_at") < end).fill_null(value=False)).sum(),
    )
    return counted.with_columns(pl.col("unit_id").cast(pl.String))


def _documents(evidence: Evidence) -> pl.LazyFrame:
    """Documents closed in P, in memory: unit_id, agency, spent_hours."""
    closed = evidence.requests.filter(pl.col("kind") == "document", evidence.span.covers("closed_at"))
    return closed.select("unit_id", "agency", "spent_hours").collect().lazy()


def _hours(documents: pl.LazyFrame, level: Level, city: str) -> pl.LazyFrame:
    """How long documents took, hours: the median, and the least that nine in ten did not exceed."""
    return (
        documents.group_by(place_id=place_code(level, city))
        .agg(
            n_documents=pl.len(),
            median_hours=rounded(pl.col("spent_hours").median(), SCORE),
            p90_hours=rounded(pl.col("spent_hours").quantile(0.9, "equiprobable"), SCORE),
        )
        .with_columns(pl.col("place_id").cast(pl.String))
    )


def _targets(evidence: Evidence) -> pl.LazyFrame:
    """Objectives whose due date lies in P, and those whose last report before P's end reaches the target."""
    span = evidence.span
    due = (
        evidence.own_rows("objectives")
        .filter(pl.col("due_date").is_between(span.start, span.last_day))
        .select("person", "employee_id", "objective_id", "direction", "target")
        .collect(engine="streaming")
        .with_row_index("objective")  # an objective_id is of one row: to look up is cheaper than to join
    )
    numbers, owner = pl.Enum(due.get_column("objective_id")), pl.lit(due.get_column("employee_id")).gather("objective")
    # A moment and a due moment as one number: of an objective's reports that with the largest is the last.
    due_at = pl.col("due_at").to_physical().fill_null(pl.lit(-(2**63), pl.Int64))
    reports = (
        evidence.frames["progress"]
        .filter(pl.col("reported_at") < pl.lit(span.end_at), pl.col("realised").is_not_null())
        .with_columns(objective=pl.col("objective_id").cast(numbers, strict=False).to_physical())
        .filter(pl.col("objective").is_not_null())
        .filter(pl.col("employee_id") == owner)
        .select("objective", "realised", at=pl.col("reported_at").to_physical().cast(pl.Int128) * 2**64 + due_at)
        .collect(engine="streaming")
        .lazy()
    )
    last = reports.group_by("objective").agg(pl.col("at").max())
    last_report = reports.join(last, on=["objective", "at"]).group_by("objective").agg(pl.col("realised").max())
    is_met = (
        pl.when(pl.col("direction") == "higher")
        .then(pl.col("realised") >= pl.col("target"))
        .otherwise(pl.col("realised") <= pl.col("target"))
    )
    found = due.lazy().join(last_report, on="objective", how="left").with_columns(evidence.fact("unit_id"))
    return found.group_by("unit_id").agg(n_targets_due=pl.len(), n_targets_met=is_met.fill_null(value=False).sum())


def _opinions(evidence: Evidence) -> pl.LazyFrame:
    """What the satisfaction index is made of, of all audiences together."""
    return answers(evidence).group_by("unit_id").agg(index_parts()).with_columns(pl.col("unit_id").cast(pl.String))


def _divided(evidence: Evidence, rows: pl.DataFrame) -> pl.DataFrame:
    """Adds mean_score, measured_share, mean_queue and ikm; null where there is nothing they could be of."""
    seconds = int((evidence.span.end_at - evidence.span.start_at).total_seconds())
    return rows.with_columns(
        mean_score=rounded(share("hundredths", "n_scored") / 100, SCORE),
        measured_share=rounded(share("measured", "n_scored") / 10**6, SHARE),
        mean_queue=rounded(pl.when(pl.col("n_known") > 0).then(pl.col("waited") / seconds), SCORE),
        ikm=rounded(ikm(), SCORE),
    )


def _named(evidence: Evidence, rows: pl.DataFrame) -> pl.DataFrame:
    """Adds place_name (of a unit, as most of its people have it; of the city) and sector (of a unit)."""
    homes = (
        evidence.results.employees.lazy()
        .group_by("unit_id")
        .agg(
            unit_name=pl.col("unit_name").sort().mode(maintain_order=True).first(),
            unit_sector=pl.col("sector").sort().mode(maintain_order=True).first(),
        )
    )
    is_unit, is_city = pl.col("level") == "unit", pl.col("level") == "city"
    return rows.join(homes.collect(), left_on="place_id", right_on="unit_id", how="left").with_columns(
        place_name=pl.when(is_unit).then("unit_name").when(is_city).then(pl.lit(evidence.policy.name)),
        sector=pl.when(is_unit).then("unit_sector"),
    )


def _with_alarm(evidence: Evidence, rows: pl.DataFrame) -> pl.DataFrame:
    """Adds unit_rating (its own, delivered) and alarm: the unit and its people tell two stories.

    A unit is poor by its own rating; without one, if its IKM is of grade C or D or under 0.8 of its requests were on
    time; good by its own rating; without one, if its grade is A or B and 0.9 were on time, each of 30 or more.
    poor_unit_good_people: it is poor, and of its 5 or more rated people nine in ten are Baik or better: "all", but for
    a newcomer. good_unit_poor_people: it is good, and at most one in five of them is.
    """
    own = evidence.frames["unit_achievements"].filter(pl.col("period") == evidence.period.name)
    rows = rows.join(
        own.select(pl.lit("unit").alias("level"), place_id="unit_id", unit_rating="rating").collect(),
        on=["level", "place_id"],
        how="left",
    )
    graded = pl.when(pl.col("n_responses") >= rules.ENOUGH_EVENTS).then("skm_grade")
    on_time = pl.when(pl.col("n_due") >= rules.ENOUGH_EVENTS).then(share("n_on_time", "n_due"))
    has_rating = pl.col("unit_rating").is_not_null()
    is_poor = (
        pl.when(has_rating)
        .then(pl.col("unit_rating").is_in(rules.POOR_UNIT_RATINGS))
        .otherwise(graded.is_in(rules.POOR_GRADES).fill_null(value=False) | (on_time < rules.POOR_ON_TIME))
    )
    is_good = (
        pl.when(has_rating)
        .then(~pl.col("unit_rating").is_in(rules.POOR_UNIT_RATINGS))
        .otherwise(~graded.is_in(rules.POOR_GRADES) & (on_time >= rules.GOOD_ON_TIME))
    )
    is_told = pl.col("n_rated") >= rules.ALL_MEANS
    alarm = (
        pl.when(is_told, is_poor, 10 * pl.col("n_good") >= 9 * pl.col("n_rated"))
        .then(pl.lit("poor_unit_good_people"))
        .when(is_told, is_good, 5 * pl.col("n_good") <= pl.col("n_rated"))
        .then(pl.lit("good_unit_poor_people"))
    )
    return rows.with_columns(alarm=alarm)


def _against_before(evidence: Evidence, rows: pl.DataFrame) -> pl.DataFrame:
    """Adds previous_period, the changes since, and how score and service moved against each other.

    Moved: a mean score or IKM by 1 point, a share by 0.02; the service by IKM and on-time share together.
    """
    kept = ("mean_score", "ikm", "on_time_share", "median_hours")
    changes = {"mean_score": "score_change", "ikm": "ikm_change", "on_time_share": "on_time_change",
               "median_hours": "median_hours_change"}  # fmt: skip
    before = evidence.before("units", "level", "place_id", *kept)
    if evidence.previous is None or before is None:
        texts = [pl.lit(None, pl.String).alias(name) for name in ("previous_period", "score_against_service")]
        numbers = [pl.lit(None, rows.schema[of]).alias(name) for of, name in changes.items()]
        return rows.with_columns(*texts, *numbers)
    rows = rows.join(before, on=["level", "place_id"], how="left", suffix="_before")
    rows = rows.with_columns(
        *((pl.col(of) - pl.col(f"{of}_before")).alias(name) for of, name in changes.items()),
        previous_period=pl.lit(evidence.previous.period),
    )
    service = _step("ikm_change", rules.SCORE_STEP) + _step("on_time_change", rules.SHARE_STEP)
    score = _step("score_change", rules.SCORE_STEP)
    return rows.with_columns(service=service.sign(), score_step=score).with_columns(
        score_against_service=pl.concat_str(_word("score_step", "score"), _word("service", "service"), separator=", ")
    )


def _step(change: str, least: float) -> pl.Expr:
    """1 risen, -1 fallen, 0 neither; null where there is nothing to compare."""
    moved = pl.col(change).cast(pl.Float64)
    return pl.when(moved.is_not_null()).then((moved >= least).cast(pl.Int8) - (moved <= -least).cast(pl.Int8))


def _word(step: str, what: str) -> pl.Expr:
    words = {1: f"{what} up", 0: f"{what} steady", -1: f"{what} down"}
    return pl.col(step).replace_strict(words, return_dtype=pl.String)


COLUMNS: Final = (
    "level", "place_id", "place_name", "sector", "n_employees", "n_eligible", "n_scored", "coverage", "mean_score",
    "measured_share", "n_rated", "n_good", "unit_rating", "alarm", "n_responses", "n_responses_needed",
    "has_enough_responses", "ikm", "skm_grade", "n_documents", "median_hours", "p90_hours", "n_due", "n_on_time",
    "on_time_share", "n_complaints", "n_complaints_handled", "complaints_handled_share", "n_submitted", "n_open_before",
    "n_left", "n_open", "mean_queue", "n_targets_due", "n_targets_met", "effectiveness", "previous_period",
    "score_change", "ikm_change", "on_time_change", "median_hours_change", "score_against_service", "is_publishable",
)  # fmt: skip
"""Columns of the frame, in order."""
