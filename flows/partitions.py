"""Scoring a large roster in parts: rows are laid out part by part once, each part is scored by itself, then joined.

How many parts: what the order says; else a roster of up to 350,000 spells is scored whole, which is quickest and takes
less than 4 GB at 300,000 people, and a larger one in parts of 100,000, so that memory does not grow with it. All of it
lies in `<home>/runs/<city>/<period>/<run_id>/parts`, which every worker must see under the same path: workers on this
machine do, those on others need a home that is shared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from math import ceil
from pathlib import Path
from typing import Final

import polars as pl

from flows import steps
from flows.order import Run
from flows.seam import Caller, step
from sources.contracts import DATASETS, FILE, ROW
from sources.public_holidays import public_holidays
from transforms import Results
from transforms import score as score_frames
from transforms.days import Elsewhere
from transforms.partitions import DIVIDED, GIVEN_WHOLE, PART, allotted, joined_frame, partitioning, record_of
from transforms.scope import Span

_SPELLS_UNDIVIDED: Final = 350_000
_SPELLS_A_PART: Final = 100_000
# Every part holds a group of rows in memory until it is full.
_ROWS_A_GROUP: Final = 25_000
FRAMES: Final = tuple(field.name for field in fields(Results) if field.name != "n_settled")
"""Of the results of a part, each a file."""


@dataclass(frozen=True)
class Divided:
    """Valid rows laid out by part in `folder`. `n_shared`: units where people of several parts have spells."""

    folder: Path
    year: Span
    n_people: tuple[int, ...]
    n_shared: int

    @property
    def counts(self) -> Mapping[str, int]:
        """How many parts, and how many units they must tell each other of."""
        return {"parts": len(self.n_people), "shared units": self.n_shared}

    def rows(self, part: int, timezone: str) -> dict[str, pl.LazyFrame]:
        """Every dataset as the part sees it."""
        own = {name: self.folder / "rows" / name / f"{PART}={part}" for name in DIVIDED}
        return {name: pl.scan_parquet(self.folder / f"{name}.parquet") for name in GIVEN_WHOLE} | {
            name: pl.scan_parquet(path / "*.parquet") if path.exists() else DATASETS[name].empty(timezone).lazy()
            for name, path in own.items()
        }

    def record(self, part: int) -> Path:
        """What the part's people recorded in shared units."""
        return self.folder / "record" / f"{part}.parquet"

    def results(self, part: int) -> Path:
        """Folder of the part's results, a file a frame."""
        return self.folder / "results" / str(part)


@dataclass(frozen=True)
class Recorded:
    """A part's record of shared units is written."""

    n_days: int

    @property
    def counts(self) -> Mapping[str, int]:
        """Days of units with a record."""
        return {"unit days": self.n_days}


@dataclass(frozen=True)
class Part:
    """A part is scored, and its results are written."""

    n_employees: int
    n_indicators: int
    n_settled: int

    @property
    def counts(self) -> Mapping[str, int]:
        """How many people and numbers."""
        return {"employees": self.n_employees, "indicators": self.n_indicators}


def scored(call: Caller, run: Run, checked: steps.Checked) -> steps.Scored:
    """The scores of a run, in as many parts as it takes; the same whatever their number."""
    n = run.order.spread.partitions or _n_parts(checked.outcomes["employees"].n_valid)
    if n == 1:
        scored: steps.Scored = call(steps.score, run, checked)
        return scored
    divided = call(divide, run, checked, n, run.folder / "parts")
    n_parts = len(divided.n_people)
    with call.spread(run.order.spread, n_parts) as each:
        if divided.n_shared:
            each(record_part, [(run, divided, part) for part in range(n_parts)])
        parts = each(score_part, [(run, divided, part) for part in range(n_parts)])
    joined: steps.Scored = call(join, divided, parts)
    return joined


def _n_parts(n_spells: int) -> int:
    return 1 if n_spells <= _SPELLS_UNDIVIDED else ceil(n_spells / _SPELLS_A_PART)


@step("divide")
def divide(run: Run, checked: steps.Checked, n: int, folder: Path) -> Divided:
    """Writes valid rows part by part, in one pass over each dataset."""
    rows = steps.valid_rows(run, checked)
    parts = partitioning(rows, run.policy, run.period, n, known_as_of=run.known_as_of)
    for name in ("record", "results"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name in GIVEN_WHOLE:
        rows[name].sink_parquet(folder / f"{name}.parquet")
    for name, allotted_rows in allotted(rows, parts).items():
        by_part = pl.PartitionBy(folder / "rows" / name, key=PART, include_key=False)
        # Where a row comes from is no matter of scoring.
        allotted_rows.drop(FILE, ROW).sink_parquet(by_part, compression="lz4", row_group_size=_ROWS_A_GROUP, mkdir=True)
    parts.shared.write_parquet(folder / "shared.parquet")
    parts.places.write_parquet(folder / "places.parquet")
    return Divided(folder, parts.year, parts.n_people, parts.shared.height)


@step("record")
def record_part(run: Run, divided: Divided, part: int) -> Recorded:
    """Finds the days on which people of one part have events in units they share with other parts."""
    found = record_of(
        divided.rows(part, run.policy.timezone),
        pl.read_parquet(divided.folder / "shared.parquet"),
        divided.year,
        run.policy,
        run.period,
        run.known_as_of,
    )
    found.write_parquet(divided.record(part))
    return Recorded(found.height)


@step("score")
def score_part(run: Run, divided: Divided, part: int) -> Part:
    """Scores one part and writes its results."""
    results = results_of(run, divided, part)
    folder = divided.results(part)
    folder.mkdir(parents=True, exist_ok=True)
    for name in FRAMES:
        getattr(results, name).write_parquet(folder / f"{name}.parquet")
    return Part(results.employees.height, results.indicators.height, results.n_settled)


def results_of(run: Run, divided: Divided, part: int) -> Results:
    """The results of one part."""
    return score_frames(
        divided.rows(part, run.policy.timezone),
        run.policy,
        run.period,
        known_as_of=run.known_as_of,
        public_holidays=public_holidays(steps.holiday_years(run)),
        elsewhere=_elsewhere(divided),
    )


@step("join")
def join(divided: Divided, parts: list[Part]) -> steps.Scored:
    """Joins the results of all parts, in the order of one that was never divided."""
    return joined([divided.results(part) for part in range(len(parts))], sum(part.n_settled for part in parts))


def joined(folders: Sequence[Path], n_settled: int) -> steps.Scored:
    """The results in these folders as one."""
    frames = {
        name: joined_frame(name, [pl.read_parquet(folder / f"{name}.parquet") for folder in folders]) for name in FRAMES
    }
    results = Results(**frames, n_settled=n_settled)
    return steps.Scored(results, tuple(steps.gaps_said(results)))


def _elsewhere(divided: Divided) -> Elsewhere:
    none = pl.Schema({"unit_id": pl.String(), "date": pl.Date(), "window": pl.Duration("us")})
    records = [pl.read_parquet(divided.record(part)) for part in range(len(divided.n_people)) if divided.n_shared]
    return Elsewhere(
        year=divided.year,
        record=pl.concat(records) if records else pl.DataFrame(schema=none),
        places=pl.read_parquet(divided.folder / "places.parquet"),
    )
