"""Generates a world: every dataset, a chunk of people at a time, straight to disk."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Final, Literal

import polars as pl

from sources.contracts import DATASETS
from sources.synth import attendance, common_work, outcomes, people, plans, ratings, reference, services, surveys
from sources.synth.agencies import units
from sources.synth.defects import KINDS, Defect, kinds_of, spoil
from sources.synth.plants import NAMES, Planting
from sources.synth.world import MAX_EMPLOYEES, World, period_label
from sources.synth.writing import CsvWriter, ParquetWriter, Writer

CHUNK: Final = 5_000
"""People a chunk; fixed, so that neither memory nor machine changes the rows."""
MANIFEST: Final = "planted.json"
"""Name of the file that says what was planted where."""
MAX_DEFECTS: Final = 0.4
"""Keeps refused rows under a third of a dataset: over half stops a run."""

Format = Literal["csv", "parquet"]
Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class SynthReport:
    """What was made: rows by dataset (spoiled copies included), and defects by dataset and kind."""

    rows: Mapping[str, int]
    defects: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def generate(
    out: Path,
    *,
    employees: int,
    period_start: dt.date,
    period_end: dt.date,
    seed: int = 1,
    defects: float = 0.0,
    defect_kinds: Sequence[str] | None = None,
    plants: Sequence[str] = (),
    format: Literal["csv", "parquet"] = "csv",  # noqa: A002  # the word users know it by
    on_progress: Progress | None = None,
) -> SynthReport:
    """Write `<dataset>.<format>` for all nineteen datasets into `out` (made if missing; same names are replaced).

    A dataset that a very small world has no row of gets no file.

    The same arguments give the same bytes. The period is half-open and a calendar month, quarter or year; local time is
    Asia/Jakarta. `defects` is the share of rows (0 to 0.4) that get a spoiled copy, of `defect_kinds` (all by default;
    see `sources.synth.defects`). `plants` are effects to be found (`sources.synth.plants`); with any, `planted.json`
    says where they are. `on_progress` is called with a dataset and its rows so far.

    Raises:
        ValueError: an argument out of its range, or files of the other format in `out`; names every problem.
    """
    problems = _problems(out, employees, period_start, period_end, defects, defect_kinds, format)
    if unknown := sorted(set(plants) - set(NAMES)):
        problems.append(f"unknown plants {', '.join(unknown)}: there are {', '.join(NAMES)}")
    if problems:
        raise ValueError("; ".join(problems))
    world = World(employees, period_start, period_end, seed)
    out.mkdir(parents=True, exist_ok=True)
    rows: dict[str, int] = {}
    made: dict[str, dict[str, int]] = {}
    planting = Planting(world, plants)
    for dataset, chunks in _datasets(world, planting).items():
        kinds = kinds_of(dataset, KINDS if defect_kinds is None else defect_kinds, text=format == "csv")
        writer = (CsvWriter if format == "csv" else ParquetWriter)(out, DATASETS[dataset])
        rows[dataset], made[dataset] = _write(world, dataset, chunks, defects, kinds, writer, on_progress)
    if plants:
        (out / MANIFEST).write_text(json.dumps(planting.manifest(), indent=2) + "\n", encoding="utf-8")
    return SynthReport(rows, made)


def _problems(
    out: Path,
    employees: int,
    start: dt.date,
    end: dt.date,
    defects: float,
    kinds: Sequence[str] | None,
    format_: str,
) -> list[str]:
    problems = []
    if not 1 <= employees <= MAX_EMPLOYEES:
        problems.append(f"employees {employees}: give 1 to {MAX_EMPLOYEES}")
    if not 0 <= defects <= MAX_DEFECTS:
        problems.append(f"defects {defects}: give a share from 0 to {MAX_DEFECTS}")
    try:
        period_label(start, end)
    except ValueError as error:
        problems.append(str(error))
    if format_ not in {"csv", "parquet"}:
        problems.append(f"format {format_}: give csv or parquet")
    if unknown := sorted(set(kinds or ()) - set(KINDS)):
        problems.append(f"unknown defect kinds {', '.join(unknown)}: there are {', '.join(KINDS)}")
    other = "parquet" if format_ == "csv" else "csv"
    if found := [f"{name}.{other}" for name in DATASETS if (out / f"{name}.{other}").exists()]:
        problems.append(f"{out} already holds {', '.join(found)}: a reader would find a dataset twice, remove them")
    return problems


def _datasets(world: World, planting: Planting) -> dict[str, Iterator[pl.DataFrame]]:
    """The chunks of every dataset, in the contracts' order."""
    city = units(world)
    of_people: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
        "employees": partial(people.employees, world, units=city),
        "attendance": partial(attendance.attendance, world, units=city),
        "leave": partial(attendance.leave, world),
        "service_requests": partial(services.service_requests, world),
        "survey_responses": partial(surveys.survey_responses, world),
        "objectives": partial(plans.objectives, world),
        "progress": partial(plans.progress, world),
        "ratings": partial(ratings.ratings, world),
        "initiatives": partial(outcomes.initiatives, world),
        "outcomes": partial(outcomes.outcomes, world),
        "decisions": partial(outcomes.decisions, world),
        "unit_achievements": partial(outcomes.unit_achievements, world),
        "developments": outcomes.developments,
        "request_events": common_work.request_events,
        "work_shares": common_work.work_shares,
    }
    chunks: dict[str, Iterator[pl.DataFrame]] = {
        "schedules": iter([reference.schedules()]),
        "calendar": iter([reference.calendar(world)]),
        "service_standards": iter([reference.service_standards()]),
        "competency_standards": iter([reference.competency_standards()]),
    }

    # The last chunk of people is kept: a small world is then drawn once for all its datasets.
    @lru_cache(maxsize=1)
    def people_from(first: int) -> pl.DataFrame:
        return planting.people(people.people(world, city, first, min(first + CHUNK, world.employees)))

    def rows_of(dataset: str, first: int) -> pl.DataFrame:
        persons = people_from(first)
        return planting.rows(dataset, persons, of_people[dataset](persons))

    for dataset in of_people:
        chunks[dataset] = map(partial(rows_of, dataset), range(0, world.employees, CHUNK))
    return {dataset: chunks[dataset] for dataset in DATASETS}


def _write(
    world: World,
    dataset: str,
    chunks: Iterator[pl.DataFrame],
    share: float,
    kinds: tuple[Defect, ...],
    writer: Writer,
    on_progress: Progress | None,
) -> tuple[int, dict[str, int]]:
    sound = written = 0
    made = dict.fromkeys((defect.kind for defect in kinds), 0) if share else {}
    for chunk in chunks:
        text = chunk.select(pl.col(name).cast(pl.String) for name in DATASETS[dataset].names)
        rows = spoil(world, dataset, text, sound, share, kinds)
        for kind, count in rows["_defect"].drop_nulls().value_counts().iter_rows():
            made[kind] += count
        writer.write(rows)
        sound += text.height
        written += rows.height
        if on_progress is not None:
            on_progress(dataset, written)
    writer.close()
    return written, made
