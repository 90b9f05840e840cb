"""Who held a request on its way, and whose time it took: handovers attributed to officers and units.

Source: seed (responsiveness to complaints, handovers attributed). A request is named after one officer, who answers for
it; its way shows with whom it lay. Reading (default): what was assigned lies with whom it was assigned to until the
next event; a step that was done shows with whom it had lain since the event before; before the first assignment it lies
with the unit, after the last step with the officer it is named after. Nothing of it changes a score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import polars as pl

from transforms.insights.evidence import NOT_OWED, Evidence
from transforms.insights.rounding import SCORE, SHARE, rounded, share
from transforms.insights.significance import beta_binomial, chance_of_so_many
from transforms.requests import is_closed, requests

FEWEST: Final = 5
"""Requests somebody passed on when they were overdue, from which it is more than a slip."""
SURE: Final = 0.001
"""Probability under the habit of all, from which it is told."""
_HOUR: Final = 3_600_000_000


def handovers(evidence: Evidence) -> Mapping[str, pl.DataFrame]:
    """Frames `handovers` (one row an officer and kind of request) and `unit_handovers` (one row a unit and kind).

    Of requests due in P that owe an answer and whose way is recorded, up to closing or the end of P: n_held, n_received
    (from another), n_handed_on; median_hours and p90_hours (nearest rank) that they lay there, in calendar hours from
    the clock's start; n_late of those held; n_held_when_due of these; n_received_overdue, n_handed_on_overdue;
    overdue_hours there, and overdue_share of all overdue hours of the late ones held; allowed_share: of the time these
    had until due, what passed there (null: none was late). is_flagged: 5 or more of all kinds were handed on only when
    overdue, more than the habit of all explains (beta-binomial, p <= 0.001).

    Who is not scored in P counts for his unit only.
    """
    events = evidence.frames["request_events"].select("request_id", "happened_at", "kind", "employee_id", "unit_id")
    steps = events.collect()
    if steps.is_empty():
        return {"handovers": _empty("employee_id"), "unit_handovers": _empty("unit_id")}
    stays = _stays(_asked(evidence, steps), steps)
    people = evidence.results.employees.select("employee_id")
    own = _counted(_merged(stays, "employee_id"), "employee_id").join(people, on="employee_id", how="semi")
    units = _counted(_merged(stays, "unit_id"), "unit_id")
    return {"handovers": _told(own, "employee_id"), "unit_handovers": _told(units, "unit_id")}


def _asked(evidence: Evidence, steps: pl.DataFrame) -> pl.DataFrame:
    """Requests due in P with a recorded way: request_id, request_kind, named, home, start, due, end, is_late."""
    recorded = evidence.frames["service_requests"].join(
        steps.lazy().select("request_id").unique(), on="request_id", how="semi"
    )
    within = replace(evidence, frames={**evidence.frames, "service_requests": recorded})
    end = pl.lit(evidence.span.end_at)
    start = pl.col("started_at")
    return (
        requests(within)
        .filter(evidence.span.covers("due"), ~pl.col("status").is_in(NOT_OWED), start < end)
        .select(
            "request_id",
            request_kind="kind",
            named="employee_id",
            home="unit_id",
            start=start,
            due=pl.max_horizontal("due", start),
            end=pl.max_horizontal(start, pl.min_horizontal(pl.when(is_closed).then("closed_at"), end)),
        )
        .with_columns(is_late=pl.col("end") > pl.col("due"))
        .collect()
    )


def _stays(asked: pl.DataFrame, steps: pl.DataFrame) -> pl.DataFrame:
    """One row a stay: the request's facts, employee_id (null: nobody by name), unit_id, since, until; in order.

    Stays of no length are left out; the others fill the time from start to end.
    """
    ways = (
        steps.join(asked, on="request_id")
        .filter(pl.col("happened_at") <= pl.col("end"))
        .with_columns(
            at=pl.max_horizontal("happened_at", "start"),
            unit_id=pl.coalesce("unit_id", "home"),
            is_assigned=pl.col("kind") == "assigned",
        )
        # Of one moment: what was done comes before what was assigned then.
        .sort("request_id", "happened_at", "is_assigned", "employee_id", "unit_id")
        .with_columns(first=pl.col("request_id") != pl.col("request_id").shift(1).fill_null(""))
    )
    before = {name: pl.when(~pl.col("first")).then(pl.col(name).shift(1)) for name in ("employee_id", "unit_id", "at")}
    was_assigned = pl.when(~pl.col("first")).then(pl.col("is_assigned").shift(1)).fill_null(value=False)
    of_before = was_assigned | (pl.col("is_assigned") & ~pl.col("first"))
    of_unit = pl.col("first") & pl.col("is_assigned")
    facts = ["request_id", "request_kind", "start", "due", "end", "is_late"]
    until_then = ways.select(
        *facts,
        employee_id=pl.when(of_before).then(before["employee_id"]).when(~of_unit).then("employee_id"),
        unit_id=pl.when(of_before).then(before["unit_id"]).when(of_unit).then("home").otherwise("unit_id"),
        since=pl.coalesce(before["at"], "start"),
        until="at",
    )
    goes_to_named = ~pl.col("is_assigned") & pl.col("named").is_not_null()
    from_then = (
        ways.group_by("request_id", maintain_order=True)
        .last()
        .select(
            *facts,
            employee_id=pl.when(goes_to_named).then("named").otherwise("employee_id"),
            unit_id=pl.when(goes_to_named).then("home").otherwise("unit_id"),
            since="at",
            until="end",
        )
    )
    return pl.concat([until_then, from_then]).filter(pl.col("until") > pl.col("since")).sort("request_id", "since")


def _merged(stays: pl.DataFrame, key: str) -> pl.DataFrame:
    """Stays one after the other with the same holder as one; adds was_received and is_handed_on."""
    same_request = pl.col("request_id") == pl.col("request_id").shift(1)
    turn = ~(same_request & pl.col(key).eq_missing(pl.col(key).shift(1))).fill_null(value=False)
    merged = (
        stays.with_columns(stay=turn.cum_sum())
        .group_by("stay", "request_id", "request_kind", "due", "start", "end", "is_late", key, maintain_order=True)
        .agg(pl.col("since").min(), pl.col("until").max())
    )
    return merged.with_columns(
        was_received=(pl.col("request_id") == pl.col("request_id").shift(1)).fill_null(value=False),
        is_handed_on=(pl.col("request_id") == pl.col("request_id").shift(-1)).fill_null(value=False),
    ).filter(pl.col(key).is_not_null())


def _counted(stays: pl.DataFrame, key: str) -> pl.DataFrame:
    """One row a holder and kind: counts, and sums of microseconds."""

    def lasted(since: str | pl.Expr, until: str | pl.Expr) -> pl.Expr:
        ends = (pl.col(one) if isinstance(one, str) else one for one in (until, since))
        return (next(ends) - next(ends)).dt.total_microseconds().clip(lower_bound=0)

    late = pl.col("is_late")
    # Once a holder and request: it may have come back.
    held = stays.group_by(key, "request_kind", "request_id").agg(
        late.first(),
        spent=lasted("since", "until").sum(),
        was_received=pl.col("was_received").any(),
        is_handed_on=pl.col("is_handed_on").any(),
        when_due=(late & (pl.col("since") <= pl.col("due")) & (pl.col("due") < pl.col("until"))).any(),
        received_overdue=(pl.col("was_received") & (pl.col("since") > pl.col("due"))).any(),
        handed_on_overdue=(pl.col("is_handed_on") & (pl.col("until") > pl.col("due"))).any(),
        overdue=pl.when(late).then(lasted(pl.max_horizontal("since", "due"), "until")).otherwise(0).sum(),
        all_overdue=pl.when(late.first()).then(lasted("due", "end").first()).otherwise(0),
        before=pl.when(late).then(lasted("since", pl.min_horizontal("until", "due"))).otherwise(0).sum(),
        allowed=pl.when(late.first()).then(lasted("start", "due").first()).otherwise(0),
    )
    nine_in_ten = (9 * pl.len().cast(pl.Int64) + 9) // 10 - 1
    counts = {
        "n_received": "was_received",
        "n_handed_on": "is_handed_on",
        "n_late": "is_late",
        "n_held_when_due": "when_due",
        "n_received_overdue": "received_overdue",
        "n_handed_on_overdue": "handed_on_overdue",
    }
    return held.group_by(key, "request_kind").agg(
        n_held=pl.len().cast(pl.Int64),
        **{name: pl.col(of).sum().cast(pl.Int64) for name, of in counts.items()},
        median_hours=rounded(pl.col("spent").median() / _HOUR, SCORE),
        p90_hours=rounded(pl.col("spent").sort().get(nine_in_ten) / _HOUR, SCORE),
        **{name: pl.col(name).sum() for name in ("overdue", "all_overdue", "before", "allowed")},
    )


def _told(counted: pl.DataFrame, key: str) -> pl.DataFrame:
    of_all = counted.group_by(key).agg(pl.col("n_handed_on_overdue", "n_held").sum()).sort(key)
    hits, of = of_all.get_column("n_handed_on_overdue").to_numpy(), of_all.get_column("n_held").to_numpy()
    mean, correlation = beta_binomial(hits, of)
    p = pl.Series("p", chance_of_so_many(hits, of, mean, correlation))
    flagged = of_all.select(key, is_flagged=(pl.col("n_handed_on_overdue") >= FEWEST) & (p <= SURE))
    found = counted.join(flagged, on=key, how="left").with_columns(
        overdue_hours=rounded(pl.col("overdue") / _HOUR, SCORE),
        overdue_share=rounded(share("overdue", "all_overdue"), SHARE),
        allowed_share=rounded(share("before", "allowed"), SHARE),
    )
    return found.rename({"request_kind": "kind"}).select(*_columns(key)).sort(key, "kind")


def _columns(key: str) -> pl.Schema:
    hours, part = pl.Decimal(38, SCORE), pl.Decimal(38, SHARE)
    counts = ("n_late", "n_held_when_due", "n_received_overdue", "n_handed_on_overdue")
    return pl.Schema(
        {
            key: pl.String(),
            "kind": pl.String(),
            **dict.fromkeys(("n_held", "n_received", "n_handed_on"), pl.Int64()),
            **dict.fromkeys(("median_hours", "p90_hours"), hours),
            **dict.fromkeys(counts, pl.Int64()),
            "overdue_hours": hours,
            **dict.fromkeys(("overdue_share", "allowed_share"), part),
            "is_flagged": pl.Boolean(),
        }
    )


def _empty(key: str) -> pl.DataFrame:
    return pl.DataFrame(schema=_columns(key))
