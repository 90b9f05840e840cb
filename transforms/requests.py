"""Service requests: their clocks, when each was due, and which of them are owed an answer in P."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import polars as pl

from transforms.exact import DECIMAL_UNIT, units
from transforms.scope import Known, Scope, day_of

MICROSECONDS_PER_UNIT: Final = Fraction(3_600_000_000, DECIMAL_UNIT)
"""Microseconds in 1e-18 hours."""
_LONGEST_HOURS: Final = 10**6
_ASKED: Final = (
    "person",
    "kind",
    "class_days",
    "submitted_at",
    "started_at",
    "first_response_at",
    "closed_at",
    "due",
    "limit",
    "paused",
    "reopened_count",
)
_NOT_OWED: Final = ("rejected", "not_in_authority", "postponed")

is_closed: Final = (pl.col("status") == "closed") & pl.col("closed_at").is_not_null()
"""Closed = status closed and closed_at present."""


def requests(scope: Known) -> pl.LazyFrame:
    """All known requests with person, limit (units of 1e-18 hours), paused (the same), started_at, ran_out and due.

    limit: the service's standard, else the policy's default (Permendagri 19/2018 art. 3).
    ran_out: documents: start + limit + paused; others: the end of the last working day of the clock of their class
    (LAPOR!). `class_days` is that clock, null for documents. due: due_at as given, else ran_out.
    """
    default = int(scope.policy.default_limit_hours * DECIMAL_UNIT)
    clocks = scope.policy.national.complaint_clocks
    is_document = pl.col("kind") == "document"
    complaint_class = pl.col("complaint_class")
    days = (
        pl.when((pl.col("kind") == "information") | (complaint_class == "information").fill_null(value=False))
        .then(pl.lit(clocks.information, pl.Int64))
        .when(complaint_class.is_null() | (complaint_class == "non_supervisory"))
        .then(pl.lit(clocks.non_supervisory, pl.Int64))
        .when(complaint_class == "supervisory")
        .then(pl.lit(clocks.supervisory, pl.Int64))
    )
    standards = scope.frames["service_standards"].select("service_type", limit=units("limit_hours"))
    return (
        scope.rows("service_requests")
        .join(standards, on="service_type", how="left")
        .with_columns(
            limit=pl.coalesce("limit", pl.lit(default, pl.Int128)),
            paused=pl.coalesce(units("paused_hours"), pl.lit(0, pl.Int128)),  # no pause given: the clock never stood
            started_at=pl.coalesce("complete_at", "submitted_at"),
            class_days=pl.when(~is_document).then(days),
            submitted_on=day_of("submitted_at"),
        )
        .join(_class_ends(scope), on=["submitted_on", "class_days"], how="left")
        .with_columns(ran_out=pl.when(is_document).then(_document_due()).otherwise("class_ends"))
        .with_columns(due=pl.coalesce("due_at", "ran_out"))
        .drop("submitted_on", "class_ends")
    )


def _document_due() -> pl.Expr:
    # Past the longest clock lies no period that is scored, so a limit that stands for "none" may be any number.
    hours = pl.min_horizontal(pl.col("limit") + pl.col("paused"), pl.lit(_LONGEST_HOURS * DECIMAL_UNIT, pl.Int128))
    # Whole microseconds (floor): moments are whole, so no comparison can tell the difference.
    microseconds = hours * MICROSECONDS_PER_UNIT.numerator // MICROSECONDS_PER_UNIT.denominator
    return pl.col("started_at") + pl.duration(microseconds=microseconds.cast(pl.Int64), time_unit="us")


def _class_ends(scope: Known) -> pl.LazyFrame:
    """submitted_on, class_days, class_ends: when each clock of a class that began on a day of submission runs out.

    Requests are many and days few: working days are counted once a day.
    """
    clocks = scope.policy.national.complaint_clocks
    days = {clocks.information, clocks.non_supervisory, clocks.supervisory}
    submitted = scope.frames["service_requests"].select(submitted_on=day_of("submitted_at")).unique()
    last_day = pl.col("submitted_on").dt.add_business_days(
        pl.col("class_days"), holidays=scope.days_off, roll="backward"
    )
    midnight = last_day.dt.offset_by("1d").cast(pl.Datetime("us")).dt.replace_time_zone(scope.span.timezone)
    return submitted.join(pl.LazyFrame({"class_days": sorted(days)}), how="cross").with_columns(
        class_ends=midnight - pl.duration(microseconds=1, time_unit="us")
    )


def asked_about(known: Known) -> pl.LazyFrame:
    """Requests of people who are scored that were due in P, or closed in it: what indicators read of `requests`."""
    is_closed_in_span = is_closed & known.span.covers("closed_at")
    return (
        requests(known)
        .filter(pl.col("person").is_not_null(), known.span.covers("due") | is_closed_in_span)
        .select(*_ASKED, is_owed=known.span.covers("due") & ~pl.col("status").is_in(_NOT_OWED), is_closed=is_closed)
    )


def owed(scope: Scope) -> pl.LazyFrame:
    """Requests of people who are scored, due in P, whose status leaves an answer owed."""
    return scope.requests.filter("is_owed")


def closed_in_span(scope: Scope) -> pl.LazyFrame:
    """Requests of people who are scored, closed in P."""
    return scope.requests.filter(pl.col("is_closed"), scope.span.covers("closed_at"))
