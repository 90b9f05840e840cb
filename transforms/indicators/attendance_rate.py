"""Share of recorded days on which a person appeared."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from policies import model
from transforms.attendance_record import record_misses, with_record
from transforms.findings import share_findings
from transforms.scope import Scope

READS = ("attendance", "leave")


class Parameters(model.Parameters):
    """`min_recorded_share` of the countable days must be recorded."""

    min_recorded_share: Decimal


def attendance_rate(scope: Scope, parameters: Parameters) -> pl.LazyFrame:
    """Recorded days with an event / recorded days; n: recorded days."""
    attended = scope.attended.group_by("person").agg(n_attended=pl.len())
    return share_findings(
        scope,
        with_record(scope).join(attended, on="person", how="left"),
        hits="n_attended",
        of="n_recorded",
        misses=record_misses(parameters.min_recorded_share),
    )
