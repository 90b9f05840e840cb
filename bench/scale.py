"""What scoring in parts costs at the size of a province and beyond: CPU seconds and peak memory, step by step.

    python -m bench.scale --employees 300000 [--city kalianda] [--partitions N] [--folder DIR]

Makes a town of 20,000 as `kinerja synth` does, reads it, and takes its rows as often as it needs for so many
employees, each copy with people and units of its own; transfers are those within each copy. Then divides, scores and
joins as a run does, one part after the other, in this process. Neither validates nor loads. 1,000,000 employees need
about 6 GB of disk in DIR.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import shutil
import tempfile
import time
from pathlib import Path

import polars as pl

from expectations.findings import DatasetOutcome, FileCounts
from expectations.segments import Part
from flows import steps
from flows.order import Order, Run, prepared
from flows.partitions import scored
from flows.seam import Caller, Counted, Done, Watch
from flows.spread import Spread
from policies import Period
from sources import land, load_source_map, read_dataset
from sources.canonical import CanonicalRows
from sources.contracts import DATASETS, FILE, ROW
from sources.synth import generate
from warehouse.identity import result_hash

TOWN = 20_000
PERIOD = "2026-Q3"
PEOPLE = ("employee_id", "supervisor_id", "rater_id", "decided_by")
# Keyed by neither person nor unit: every copy shares them.
SHARED = ("schedules", "calendar", "service_standards", "competency_standards")


class Costs(Watch):
    """Prints what each step cost."""

    def __init__(self) -> None:
        self.cpu = time.process_time()

    def ends(self, done: Done, result: Counted) -> None:
        cpu = time.process_time() - self.cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        counts = ", ".join(f"{number:,} {name}" for name, number in result.counts.items())
        print(f"{done.title:14} {cpu:8.1f} CPU s {done.seconds:8.1f} s  peak {peak:7,.0f} MiB  {counts}", flush=True)
        self.cpu = time.process_time()


def town(folder: Path) -> dict[str, Path]:
    """Canonical Parquet of every dataset of a town without a defect."""
    inputs = folder / "inputs"
    quarter = Period.parse(PERIOD)
    generate(inputs, employees=TOWN, period_start=quarter.start, period_end=quarter.end, format="parquet")
    source_map = load_source_map(inputs)
    landed = land(source_map, folder / "landing")
    return {
        name: read_dataset(source_map, landed, name, timezone="Asia/Jakarta", out=folder / "town").path
        for name in source_map.datasets
    }


def copies(name: str, path: Path, n: int, out: Path) -> DatasetOutcome:
    """The dataset `n` times over, as validation leaves it."""
    columns = [*DATASETS[name].names, FILE, ROW]
    rows, parts, total = pl.scan_parquet(path).select(columns), [], 0
    for copy in range(1 if name in SHARED else n):
        renamed = [
            (pl.lit(f"{copy + 10}") + pl.col(column).str.slice(2)).alias(column)
            for column in PEOPLE
            if column in columns
        ]
        if "unit_id" in columns and name not in SHARED:
            renamed.append((pl.lit(f"{copy + 10}.") + pl.col("unit_id")).alias("unit_id"))
        file = out / name / f"{copy}.parquet"
        (rows if name in SHARED else rows.with_columns(renamed)).sink_parquet(file, compression="lz4", mkdir=True)
        n_rows = pl.scan_parquet(file).select(pl.len()).collect().item()
        parts.append(Part(CanonicalRows.of(file), 0, n_rows, whole=True, refused=pl.Series(dtype=pl.UInt32)))
        total += n_rows
    counts = FileCounts(f"{name}.csv", "0" * 64, total, total, total, 0)
    return DatasetOutcome(name, tuple(parts), tuple(columns), (counts,), (), pl.DataFrame())


def ordered(city: str, folder: Path, partitions: int | None) -> Run:
    """The run whose parts lie in `folder`."""
    return prepared(
        Order(
            city=city,
            period=PERIOD,
            inputs=folder / "inputs",
            home=folder,
            warehouse_url=f"sqlite:///{folder / 'warehouse.db'}",
            ordered_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
            spread=Spread(partitions),
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--employees", type=int, default=300_000)
    parser.add_argument("--city", default="kalianda")
    parser.add_argument("--partitions", type=int)
    parser.add_argument("--folder", type=Path, help="where to make a folder for the rows; removed in the end")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="scale-", dir=given.folder))
    n = -(-given.employees // TOWN)
    if n > 90:
        parser.error("at most 1,800,000 employees: copies are told apart by two digits")
    try:
        outcomes = {name: copies(name, path, n, folder / "rows") for name, path in town(folder).items()}
        print(f"{n * TOWN:,} employees, {sum(found.n_valid for found in outcomes.values()):,} rows", flush=True)
        call = Caller(Costs())
        found = scored(call, ordered(given.city, folder, given.partitions), steps.Checked(outcomes, (), (), ()))
        print(result_hash(found.frames))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
