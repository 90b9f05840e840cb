"""Requests of citizens: documents, complaints and questions, and when they were dealt with."""

from __future__ import annotations

import polars as pl

from sources.synth.agencies import UNIT_KINDS
from sources.synth.chance import choose
from sources.synth.reference import DEFAULT_LIMIT_HOURS, LIMIT_HOURS
from sources.synth.world import World, instant_text, midnight, repeat, tenths

_HOUR = 3600
_LIMIT_DAYS = {"information": 5, "non_supervisory": 14, "supervisory": 60}


def _owed(world: World, persons: pl.DataFrame) -> pl.DataFrame:
    """One row a request: the person, which one of his (`turn`), `kind` and `complaint_class`."""
    chance, index = world.chance, pl.col("index")
    busy = pl.col("sector").is_in(["general", "civil_registry"])
    number = (
        pl.when(busy).then(9 + chance.whole("requests", index, 11)).otherwise(3 + chance.whole("requests", index, 8))
    )
    # Some meet no citizen, some only complaints, some only papers.
    duty = chance.unit("duty", index)
    number = number * world.months // 3
    most_have = pl.when(duty < 0.08).then(0).otherwise(pl.max_horizontal(number, 1))
    frame = repeat(persons.with_columns(duty=duty), most_have, "turn")
    key = index * 4096 + pl.col("turn")
    draw = chance.unit("request kind", key)
    documents = (
        pl.when(pl.col("duty") < 0.14)
        .then(0.0)
        .when(pl.col("duty") < 0.22)
        .then(0.9)
        .when(busy)
        .then(0.6)
        .otherwise(0.4)
    )
    complaints = pl.when((pl.col("duty") >= 0.14) & (pl.col("duty") < 0.22)).then(0.0).otherwise(0.3)
    kind = (
        pl.when(draw < documents)
        .then(pl.lit("document"))
        .when(draw < documents + complaints)
        .then(pl.lit("complaint"))
        .otherwise(pl.lit("information"))
    )
    grade = chance.unit("class", key)
    known = (
        pl.when(grade < 0.25)
        .then(pl.lit("information"))
        .when(grade < 0.8)
        .then(pl.lit("non_supervisory"))
        .when(grade < 0.95)
        .then(pl.lit("supervisory"))
    )
    return frame.with_columns(key=key, kind=kind).with_columns(
        complaint_class=pl.when(pl.col("kind") == "complaint").then(known)
    )


def _documents(world: World, owed: pl.DataFrame) -> pl.DataFrame:
    """When documents were submitted, complete, paused, due and ready; instants naive local."""
    chance, key = world.chance, pl.col("key")
    services = [kind.services for kind in UNIT_KINDS]
    most = max(map(len, services))
    pick = pl.col("kind_no") * most + chance.whole("service", key, 60) % pl.col("n_services")
    flat = tuple(name for each in services for name in (*each, *([""] * (most - len(each)))))
    owed = owed.with_columns(
        n_services=pl.col("kind_no").replace_strict(
            list(range(len(services))), [len(each) for each in services], return_dtype=pl.Int64
        )
    ).with_columns(service_type=choose(pick, flat))
    limit = pl.col("service_type").replace_strict(LIMIT_HOURS, default=DEFAULT_LIMIT_HOURS, return_dtype=pl.Int64)
    late = chance.happens("late document", key, 0.45 * (1 - pl.col("results")) * (1 - pl.col("results")))
    usual = (1.05 - 0.6 * pl.col("results")) * (0.7 + 0.5 * chance.unit("usual", key))
    ratio = pl.when(late).then(1.05 + 1.2 * chance.unit("overrun", key)).otherwise(usual)
    paused = pl.when(chance.happens("paused", key, 0.12)).then(1 + chance.whole("paused halves", key, 60)).otherwise(0)
    opened = 8 * _HOUR + chance.whole("opened", key, 7 * _HOUR)
    day = (chance.unit("document day", key) * (world.days + 6)).floor().cast(pl.Int64) - 6
    completed = pl.when(chance.happens("papers later", key, 0.3)).then(1 + chance.whole("papers after", key, 4 * _HOUR))
    return (
        owed.with_columns(limit=limit, halves=paused)
        .with_columns(submitted=midnight(pl.lit(world.start)) + pl.duration(days=day, seconds=opened))
        .with_columns(complete=pl.col("submitted") + pl.duration(seconds=completed))
        .with_columns(clock=pl.coalesce("complete", "submitted"))
        .with_columns(
            due=pl.col("clock") + pl.duration(seconds=pl.col("limit") * _HOUR + pl.col("halves") * (_HOUR // 2)),
            done=pl.col("clock")
            + pl.duration(
                seconds=(ratio * pl.col("limit") * _HOUR).floor().cast(pl.Int64) + pl.col("halves") * (_HOUR // 2)
            ),
        )
        .with_columns(
            answered=pl.col("submitted")
            + pl.duration(seconds=(pl.col("done") - pl.col("submitted")).dt.total_seconds() // 5),
            due_text=pl.when(chance.happens("due written", key, 0.6)).then(
                instant_text(pl.col("due"), pl.lit(value=False))
            ),
        )
    )  # fmt: skip


def _complaints(world: World, owed: pl.DataFrame) -> pl.DataFrame:
    """The same for complaints and questions, whose limit is in working days."""
    chance, key = world.chance, pl.col("key")
    fault = (1 - pl.col("results")) * (1 - pl.col("results"))
    opened = 8 * _HOUR + chance.whole("opened", key, 12 * _HOUR)
    limit = (
        pl.when(pl.col("kind") == "information")
        .then(5)
        .otherwise(
            pl.col("complaint_class").fill_null("non_supervisory").replace_strict(_LIMIT_DAYS, return_dtype=pl.Int64)
        )
    )
    # Most fall due within the period: the clock starts a limit's worth of calendar days before.
    day = (chance.unit("complaint day", key) * world.days).floor().cast(pl.Int64) - limit * 3 // 2
    late = chance.happens("late complaint", key, 0.55 * fault)
    # Shares of the time allowed: who is slow to close is slow to answer.
    closing = (
        pl.when(late)
        .then(1.2 + 2 * chance.unit("overrun", key))
        .otherwise(0.9 - 0.6 * pl.col("results") * chance.unit("usual", key))
    )
    answering = closing * (1 - 0.9 * pl.col("results") * chance.unit("answer", key))
    span = (pl.col("due_day") - pl.col("submitted_day")).dt.total_days() * 24 * _HOUR
    return (
        owed.with_columns(limit=limit, halves=0, submitted_day=pl.lit(world.start) + pl.duration(days=day))
        .with_columns(
            submitted=midnight(pl.col("submitted_day")) + pl.duration(seconds=opened),
            due_day=world.due_after(pl.col("submitted_day"), pl.col("limit")),
            complete=pl.lit(None, dtype=pl.Datetime("us")),
            service_type=pl.lit(None, dtype=pl.String),
        )
        .with_columns(
            done=_after_submission(span * closing),
            answered=_after_submission(span * answering),
            due=midnight(pl.col("due_day")) + pl.duration(days=1, microseconds=-1),
            due_text=pl.when(chance.happens("due written", key, 0.35)).then(pl.col("due_day").dt.strftime("%Y-%m-%d")),
        )
    )


def _after_submission(seconds: pl.Expr) -> pl.Expr:
    return pl.col("submitted") + pl.duration(seconds=seconds.floor().cast(pl.Int64))


def service_requests(world: World, persons: pl.DataFrame) -> pl.DataFrame:
    """The dataset `service_requests`: late, unanswered and reopened ones go with low results."""
    chance, key = world.chance, pl.col("key")
    owed = _owed(world, persons.rename({"kind": "kind_no"}))
    columns = ["index", "turn", "key", "employee_id", "unit_id", "kind", "service_type", "complaint_class", "results",
               "submitted", "complete", "answered", "done", "due", "due_text", "halves", "writes_offset"]  # fmt: skip
    papers = _documents(world, owed.filter(pl.col("kind") == "document"))
    others = _complaints(world, owed.filter(pl.col("kind") != "document"))
    frame = pl.concat([each.with_columns(pl.col("halves").cast(pl.Int64)).select(columns) for each in (papers, others)])
    fate = chance.unit("fate", key)
    # What is not done some days after the period ends was still open when the file was made.
    unfinished = pl.col("done") >= midnight(pl.lit(world.end)) + pl.duration(days=5)
    fault = (1 - pl.col("results")) * (1 - pl.col("results"))
    status = (
        pl.when(fate < 0.02)
        .then(pl.lit("rejected"))
        .when(fate < 0.03)
        .then(pl.lit("not_in_authority"))
        .when(fate < 0.04)
        .then(pl.lit("postponed"))
        .when(unfinished | (fate < 0.04 + 0.05 * fault))
        .then(pl.lit("open"))
        .otherwise(pl.lit("closed"))
    )
    offset = pl.col("writes_offset")
    reopened = chance.happens("reopened", key, 0.004 + 0.3 * fault)
    return (
        frame.sort("index", "turn")
        .with_columns(status=status)
        .with_columns(
            employee_id=pl.when(chance.unit("nobody's", key) >= 0.03).then(pl.col("employee_id")),
            request_id=pl.format("R{}-{}", pl.lit(world.label), pl.col("key").cast(pl.String).str.zfill(11)),
            submitted_at=instant_text(pl.col("submitted"), offset),
            complete_at=instant_text(pl.col("complete"), offset),
            first_response_at=pl.when(
                (pl.col("status") != "open") | (chance.unit("silence", key) > 0.5 * fault)
            ).then(instant_text(pl.col("answered"), offset)),
            closed_at=pl.when(pl.col("status").is_in(["closed", "rejected"])).then(
                instant_text(pl.col("done"), offset)
            ),
            due_at=pl.col("due_text"),
            paused_hours=pl.when(pl.col("halves") > 0).then(tenths(pl.col("halves") / 2)),
            reopened_count=pl.when(reopened)
            .then(1 + chance.whole("reopened times", key, 2))
            .when(pl.col("status") == "closed")
            .then(0),
        )
    )  # fmt: skip
