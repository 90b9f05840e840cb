"""Attendance discipline: what late arrivals, early leaves and absences take off a month."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import lcm

import polars as pl

from policies import model
from transforms.attendance_record import record_misses, with_record
from transforms.exact import term, terms
from transforms.findings import count, findings
from transforms.scope import Scope

READS = ("attendance", "leave")

_MONTHS = 16
"""More than a year has."""


class Cut(model.Model):
    """Points off for up to so many minutes, included."""

    up_to_minutes: int
    cut: Decimal


class Parameters(model.Parameters):
    """Points off: by minutes late or early, beyond the last band or with that side missing, and for an absence.

    `min_recorded_share` of the countable days must be recorded.
    """

    late_and_early_cuts: tuple[Cut, ...]
    cut_beyond: Decimal
    cut_absent: Decimal
    min_recorded_share: Decimal


def discipline(scope: Scope, parameters: Parameters) -> pl.LazyFrame:
    """Mean over the months of P with a recorded day of max(0, 100 - the month's cuts); n: recorded days.

    A recorded day without an event is an absence. Only one event in a day: the other side counts as beyond the last
    band. Gaps in the record take nothing off. Bands: local rule (default).
    """
    cuts = [parameters.cut_beyond, parameters.cut_absent, *(band.cut for band in parameters.late_and_early_cuts)]
    point = lcm(*(Fraction(cut).denominator for cut in cuts))  # whole parts of a point: every cut is a number of them
    full = 100 * point

    def side(minutes: str) -> pl.Expr:
        cut = pl.lit(int(parameters.cut_beyond * point), pl.Int64)
        for band in reversed(parameters.late_and_early_cuts):
            is_within = pl.col(minutes) <= band.up_to_minutes
            cut = pl.when(is_within).then(int(band.cut * point)).otherwise(cut)
        return pl.when(pl.col(minutes) == 0).then(0).otherwise(cut)  # no event on that side: null, beyond every band

    # One number for person and month: half the cost of grouping by both.
    month, of_month = pl.col("date").dt.month().cast(pl.Int64), pl.col("of_month")
    attended = (
        scope.attended.select(
            of_month=pl.col("person").cast(pl.Int64) * _MONTHS + month,
            cuts=side("late_minutes") + side("early_minutes"),
        )
        .group_by("of_month")
        .agg(n_attended=pl.len().cast(pl.Int64), cuts=pl.col("cuts").sum())
        .select(
            "n_attended",
            "cuts",
            person=(of_month // _MONTHS).cast(pl.UInt32),
            bucket=pl.date(scope.span.start.year, of_month % _MONTHS, 1),
        )
    )
    absent = pl.col("n_recorded") - count("n_attended")
    left = full - count("cuts") - absent * int(parameters.cut_absent * point)
    months = (
        scope.day_counts.filter(pl.col("n_recorded") > 0)
        .join(attended, on=["person", "bucket"], how="left")
        .group_by("person")
        .agg(n_months=pl.len().cast(pl.Int64), left=left.clip(lower_bound=0).sum())
    )
    return findings(
        scope,
        with_record(scope).join(months, on="person", how="left"),
        n=count("n_recorded"),
        misses=record_misses(parameters.min_recorded_share),
        value=terms(term(pl.col("left"), pl.col("n_months") * point)),
    )
