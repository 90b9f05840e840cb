"""The engine as tests call it: plain rows in, results out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from policies.model import Policy
from policies.period import Period
from sources.contracts import DATASETS, FILE, ROW
from sources.public_holidays import public_holidays
from tests.oracle.by_hand import with_parameters
from transforms import CATALOGUE, DATASETS_READ, Results, score

Row = dict[str, Any]
Data = Mapping[str, Sequence[Row]]


def frames_of(data: Data, timezone: str = "Asia/Jakarta") -> dict[str, pl.LazyFrame]:
    """Canonical frames of every dataset the engine reads, each row with its origin; absent datasets are empty."""
    zone = ZoneInfo(timezone)
    frames = {}
    for name in DATASETS_READ:
        dataset = DATASETS[name]
        rows = [
            {**{column: canonical(row[column], zone) for column in dataset.names}, FILE: "0" * 64, ROW: number}
            for number, row in enumerate(data.get(name, ()), start=2)
        ]
        frames[name] = pl.DataFrame(rows, schema=dataset.schema(timezone)).lazy()
    return frames


def canonical(cell: object, zone: ZoneInfo) -> object:
    """The cell as reading types it: instants stand in the policy's zone."""
    return cell.astimezone(zone) if isinstance(cell, dt.datetime) else cell


@cache
def days_off() -> Mapping[dt.date, str]:
    """The library's public holidays of every year a generated date lies near."""
    return public_holidays(range(2023, 2029))


def run_engine(data: Data, policy: Policy, period: str, known_as_of: dt.datetime | None) -> Results:
    """Results of plain rows; a policy by hand gets the engine's own parameter types."""
    return run_frames(frames_of(data, policy.timezone), policy, period, known_as_of)


def run_frames(
    frames: Mapping[str, pl.LazyFrame], policy: Policy, period: str, known_as_of: dt.datetime | None
) -> Results:
    """Results of canonical frames."""
    return score(
        frames,
        with_parameters(policy, CATALOGUE),
        Period.parse(period),
        known_as_of=known_as_of,
        public_holidays=days_off(),
    )


def rows_of(frame: pl.DataFrame, expected: Iterable[str]) -> list[Row]:
    """The frame's rows, those columns only."""
    return frame.select(list(expected)).to_dicts()
