"""One family's insights of tables written by hand."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from policies.model import Policy
from policies.period import Period
from tests.golden.case import local, read_tables
from tests.insights.asked import PERIOD, policy_of, scored
from tests.transforms.engine import days_off, frames_of
from transforms.insights import Evidence, Family


def evidence_of(
    frames: Mapping[str, pl.LazyFrame], policy: Policy, *, known_as_of: str | None = None, period: str = PERIOD
) -> Evidence:
    """What the families look at."""
    known = None if known_as_of is None else local(known_as_of)
    results = scored(frames, policy, period, known)
    return Evidence.of(frames, results, policy, Period.parse(period), known, days_off(), previous=None)


def made_by(
    family: Family, tables: Mapping[str, str], policy: Policy | None = None, *, known_as_of: str | None = None
) -> dict[str, pl.DataFrame]:
    """The frames of one family, by Kalianda's policy unless another is given."""
    evidence = evidence_of(frames_of(read_tables(tables)), policy or policy_of("kalianda"), known_as_of=known_as_of)
    return dict(family(evidence))
