"""What every insight may look at: the results of a run, the rows they came from, and the period published before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Self
from zoneinfo import ZoneInfo

import polars as pl

from policies.model import Policy
from policies.period import Period
from transforms.insights.places import with_agency
from transforms.requests import is_closed, requests
from transforms.run import Results
from transforms.scope import Known, Span, as_known, days_off_of

NOT_OWED: Final = ("rejected", "not_in_authority", "postponed")
"""Statuses that leave no answer owed."""


@dataclass(frozen=True)
class Previous:
    """What was published of the period before, of the same kind: its name, and frames as they were loaded.

    `frames` holds `employees`, `scores`, `indicators` and those insights that were published with it.
    """

    period: str
    frames: Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Evidence(Known):
    """What is known of a run, with its results and what was published before (None: nothing)."""

    results: Results
    previous: Previous | None
    made: dict[str, pl.DataFrame] = field(default_factory=dict)
    """Frames of the families before, by name: a later one may build on them."""
    kept: dict[str, pl.DataFrame] = field(default_factory=dict)
    """Rows that several families read, kept narrow (see `surveys.answers`)."""
    public_holidays: Mapping[dt.date, str] = field(default_factory=dict)
    """The library's, as they were given to scoring."""

    @classmethod
    def of(
        cls,
        frames: Mapping[str, pl.LazyFrame],
        results: Results,
        policy: Policy,
        period: Period,
        known_as_of: dt.datetime | None,
        public_holidays: Mapping[dt.date, str],
        previous: Previous | None,
    ) -> Self:
        """The evidence of the same rows that were scored."""
        if known_as_of is not None:  # Polars compares instants of one zone only
            known_as_of = known_as_of.astimezone(ZoneInfo(policy.timezone))
        known = as_known(frames, known_as_of)
        return cls(
            policy=policy,
            period=period,
            span=Span.of(period, policy.timezone, known_as_of),
            people=results.employees.lazy().with_row_index("person"),
            frames=known,
            days_off=days_off_of(known["calendar"], public_holidays),
            results=results,
            previous=previous,
            public_holidays=public_holidays,
        )

    @cached_property
    def numbers(self) -> pl.Enum:
        """The employee numbers of those who are scored, as a type: what it stores of a number is its `person`."""
        return pl.Enum(self.results.employees.get_column("employee_id"))

    def person(self, number: str = "employee_id") -> pl.Expr:
        """The `person` of an employee number; null: nobody who is scored. Dearer to join than to look up."""
        return pl.col(number).cast(self.numbers, strict=False).to_physical().cast(pl.UInt32).alias("person")

    @cached_property
    def items(self) -> pl.DataFrame:
        """The results' indicators in their order, with `person`: looked up once for rows of one that follow another."""
        numbers = self.results.indicators.get_column("employee_id")
        is_first = numbers.ne_missing(numbers.shift())
        people = numbers.filter(is_first).to_frame().select(self.person()).to_series()
        return self.results.indicators.with_columns(people.gather(is_first.cum_sum() - 1))

    def fact(self, name: str) -> pl.Expr:
        """A column of the results' employees for rows that have `person`."""
        return pl.lit(self.results.employees.get_column(name)).gather("person").alias(name)

    def rows(self, dataset: str) -> pl.LazyFrame:
        """The dataset's rows with `person` (null where the row names nobody who is scored)."""
        return self.frames[dataset].with_columns(self.person())

    def own_rows(self, dataset: str) -> pl.LazyFrame:
        """The dataset's rows of people who are scored, with `person`."""
        return self.rows(dataset).filter(pl.col("person").is_not_null())

    def before(self, frame: str, *columns: str) -> pl.DataFrame | None:
        """These columns of a frame of the period before; None where it, or one of them, was not published."""
        found = None if self.previous is None else self.previous.frames.get(frame)
        return None if found is None or not set(columns) <= set(found.columns) else found.select(columns)

    @cached_property
    def requests(self) -> pl.LazyFrame:
        """Every known request, narrow and in memory: read once for all who count requests.

        person (null: nobody who is scored), unit_id, agency, kind, service_type (these four Categorical), submitted_at,
        started_at, closed_at (null: it is not closed), settled_at (when it left the queue: closed, or given another
        ending; null: it is in it), due, written_due (as delivered; null: it was not), ran_out (when its clock did),
        limit_hours, spent_hours (started to closed, less the pauses, floor 0), is_owed (its status leaves an answer
        owed), is_reopened, is_answered (by a first response that was not after the closing).
        """
        hours = pl.duration(hours=1).dt.total_microseconds()
        paused = pl.col("paused_hours").cast(pl.Float64).fill_null(0.0)  # no pause given: the clock never stood
        elapsed = (pl.col("closed_at") - pl.col("started_at")).dt.total_microseconds() / hours
        found = requests(self).select(
            "person",
            pl.col("unit_id").cast(pl.Categorical),
            pl.col("kind").cast(pl.Categorical),
            pl.col("service_type").cast(pl.Categorical),
            "submitted_at",
            "started_at",
            "due",
            "ran_out",
            written_due="due_at",
            closed_at=pl.when(is_closed).then("closed_at"),
            # Closed, but later than is known: still in the queue. Refused without a time: never in it.
            settled_at=pl.when(pl.col("status") == "closed")
            .then("closed_at")
            .when(pl.col("status") != "open")
            .then(pl.coalesce("closed_at", "submitted_at")),
            limit_hours=pl.col("limit").cast(pl.Float64) / 1e18,
            spent_hours=pl.when(is_closed).then((elapsed - paused).clip(lower_bound=0.0)),
            is_owed=~pl.col("status").is_in(NOT_OWED),
            is_reopened=pl.col("reopened_count") > 0,
            is_answered=pl.col("first_response_at") <= pl.col("closed_at"),
        )
        return with_agency(found.collect(engine="streaming")).lazy()
