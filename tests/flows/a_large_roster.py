"""20,000 employees whose devices recorded every pass, scored in a process that tells how much memory it took.

`python -m tests.flows.a_large_roster FOLDER parts|whole` writes valid rows to FOLDER, then scores them in parts as a
run does, or only collects the attendance whole; prints what was done and the most memory the process ever had resident.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path

import polars as pl

from expectations.findings import DatasetOutcome, FileCounts
from expectations.segments import Part
from flows import steps
from flows.order import Order, Run, prepared
from flows.partitions import scored
from flows.seam import Caller
from flows.spread import Spread
from sources.canonical import CanonicalRows
from sources.contracts import DATASETS, FILE, ROW

N_EMPLOYEES, N_IN_A_UNIT = 20_000, 40
PASSES = (430, 560, 720, 780, 900, 970)
"""Minutes of the day."""
ZONE = "Asia/Jakarta"
N_PARTS = 10


def roster() -> pl.DataFrame:
    """One spell each; some move to another unit in August, so that parts must tell each other of their records."""
    number = pl.int_range(N_EMPLOYEES, eager=True).alias("number")
    people = pl.DataFrame({"number": number}).select(
        employee_id=pl.format("E{}", pl.col("number").cast(pl.String).str.zfill(6)),
        name=pl.lit("N"),
        employment_type=pl.lit("PNS"),
        unit_id=pl.format("U{}", (pl.col("number") // N_IN_A_UNIT).cast(pl.String).str.zfill(4)),
        unit_name=pl.lit("Unit"),
        sector=pl.lit("general"),
        position_id=pl.lit("P1"),
        position_name=pl.lit("Position"),
        start_date=pl.lit(dt.date(2026, 1, 1)),
        end_date=pl.when(pl.col("number") % 997 == 0).then(dt.date(2026, 8, 14)),
    )
    moved = people.filter(pl.col("end_date").is_not_null()).with_columns(
        unit_id=pl.col("unit_id").reverse(), start_date=pl.lit(dt.date(2026, 8, 15)), end_date=pl.lit(None, pl.Date)
    )
    return pl.concat([people, moved])


def attendance(people: pl.DataFrame) -> pl.LazyFrame:
    """Every pass of everybody on every weekday of the quarter."""
    dates = pl.DataFrame({"date": pl.date_range(dt.date(2026, 7, 1), dt.date(2026, 9, 30), eager=True)})
    passes = pl.LazyFrame({"minute": PASSES}, schema={"minute": pl.Int64})
    at = pl.col("date").cast(pl.Datetime("us")) + pl.duration(minutes=pl.col("minute") + pl.col("number") % 7)
    return (
        people.lazy()
        .select(pl.col("employee_id").unique(maintain_order=True))
        .with_row_index("number")
        .join(dates.lazy().filter(pl.col("date").dt.weekday() <= 5), how="cross")
        .join(passes, how="cross")
        .select("employee_id", timestamp=at.dt.replace_time_zone(ZONE), direction=pl.lit(None, pl.String))
    )


def written(frame: pl.LazyFrame, name: str, folder: Path) -> DatasetOutcome:
    """The valid rows of a dataset, as validation leaves them."""
    given, schema = frame.collect_schema().names(), DATASETS[name].schema(ZONE)
    missing = [pl.lit(None, kind).alias(column) for column, kind in schema.items() if column not in given]
    columns = [*DATASETS[name].names, FILE, ROW]
    valid = folder / f"{name}.parquet"
    frame.with_columns(missing).with_columns(pl.lit("0" * 64).alias(FILE)).select(columns).sink_parquet(valid)
    n_rows = pl.scan_parquet(valid).select(pl.len()).collect().item()
    counts = FileCounts(f"{name}.csv", "0" * 64, n_rows, n_rows, n_rows, 0)
    return DatasetOutcome(
        name,
        (Part(CanonicalRows.of(valid), 0, n_rows, whole=True, refused=pl.Series(dtype=pl.UInt32)),),
        tuple(columns),
        (counts,),
        (),
        pl.DataFrame(),
    )


def ordered(home: Path) -> Run:
    """The run of the quarter."""
    return prepared(
        Order(
            city="kalianda",
            period="2026-Q3",
            inputs=home,
            home=home,
            warehouse_url=f"sqlite:///{home / 'warehouse.db'}",
            ordered_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
            spread=Spread(N_PARTS),
        )
    )


def main(folder: Path, act: str) -> None:
    """Does the one or the other."""
    people = roster()
    outcomes = {
        name: written(frame, name, folder)
        for name, frame in (("employees", people.lazy()), ("attendance", attendance(people)))
    }
    if act == "whole":
        told = {"rows": outcomes["attendance"].rows().collect().height}
    else:
        found = scored(Caller(), ordered(folder), steps.Checked(outcomes, (), (), ()))
        told = {"employees": found.results.employees.height, "indicators": found.results.indicators.height}
    # Not ru_maxrss, which starts at what the parent had.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    peak_kib = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    print(json.dumps({**told, "peak_mib": peak_kib // 1024}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
