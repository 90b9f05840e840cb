"""What validating attendance costs: this engine, GX's pandas engine, pandera, pointblank and Polars by hand.

    python -m bench.validation --rows 5000000 20000000 [--repeat 3] [--peers engine,by_hand] [--write]

The checks are those of the attendance suite (`expectations/suites/attendance.py`), on generated Parquet in which
some rows are bad. Every peer runs as a process of its own, in turn, as often as `--repeat` says; the medians are
shown. A peer that finds other counts than the rest is an error. `--write` writes docs/performance-validation.md.
The peers are installed with `uv pip install --group bench`.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from bench.machine import machine, memory_mb

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "performance-validation.md"
EVENTS_A_QUARTER = 126
LISTED_ROWS = 20
SPARED = 0.9
"""Share of the free memory that a peer may be expected to need."""

Counts = dict[str, int]


def generate(n_rows: int, folder: Path) -> None:
    """Attendance as reading makes it, and the roster; about 1 row in 7,500 is bad, each check failing for some."""
    import polars as pl

    row = pl.int_range(n_rows, dtype=pl.Int64).alias("row")
    employee, event = pl.col("row") // EVENTS_A_QUARTER, pl.col("row") % EVENTS_A_QUARTER

    def each(number: int) -> pl.Expr:
        return pl.col("row") % number == number - 1

    first = pl.lit("2026-07-01").str.to_datetime(time_unit="us")
    minutes = 450 + (event % 2) * 540 + pl.col("row").hash(1) % 60
    moment = first + pl.duration(days=event // 2, minutes=minutes, seconds=pl.col("row").hash(2) % 60)
    unread = pl.when(each(100_003)).then(pl.lit("timestamp: does not parse as a moment YYYY-MM-DDTHH:MM:SS"))
    problem = unread.when(each(150_001)).then(pl.lit("employee_id: not in the crosswalk"))
    number = 198501012010011000 + pl.when(each(20_011)).then(10**9).otherwise(employee)
    frame = (
        pl.select(row)
        .lazy()
        .select(
            employee_id=pl.when(~each(50_021) & ~each(150_001)).then(number.cast(pl.String)),
            timestamp=pl.when(~each(70_001) & ~each(100_003)).then(moment.dt.replace_time_zone("Asia/Jakarta")),
            direction=pl.when(each(30_011))
            .then(pl.lit("masuk"))
            .when(event % 2 == 0)
            .then(pl.lit("in"))
            .otherwise(pl.lit("out")),
            device_id=pl.lit("gate-") + (employee % 40).cast(pl.String),
            _file=pl.lit("4f2a9c1b7d0e5f6a8b9c0d1e2f3a4b5c6d7e8f901a2b3c4d5e6f708192a3b4c5"),
            _row=pl.col("row") + 2,
            _problem=problem,
            _raw=pl.when(problem.is_not_null()).then(pl.lit("{}")),
        )
    )
    frame.sink_parquet(folder / "attendance.parquet", engine="streaming")
    n_employees = n_rows // EVENTS_A_QUARTER + 1
    numbers = (198501012010011000 + pl.int_range(n_employees, dtype=pl.Int64)).cast(pl.String)
    pl.select(numbers.alias("employee_id")).write_parquet(folder / "roster.parquet")


# The peers. Each reads the files and counts the rows that fail each check.


def engine(attendance: Path, roster: Path) -> Counts:
    """Great Expectations on this engine, the suite as the platform runs it."""
    import polars as pl

    from expectations.engine import PolarsDatasource  # noqa: F401  # registers the engine
    from expectations.suites.suite import ON_ROSTER, READABLE, REPEATED

    on_roster = pl.col("employee_id").is_in(pl.read_parquet(roster).get_column("employee_id").implode())
    frame = pl.scan_parquet(attendance).with_columns(
        pl.lit(value=False).alias(REPEATED),
        on_roster.alias(ON_ROSTER),
        pl.col("_problem").is_null().alias(READABLE),
    )
    return validated(lambda sources: sources.add_polars("bench", origin=["_file", "_row"]).add_frame_asset("a"), frame)


def gx_pandas(attendance: Path, roster: Path) -> Counts:
    """Great Expectations' own pandas engine, columns as pandas reads them."""
    return on_pandas(attendance, roster, {})


def gx_pandas_arrow(attendance: Path, roster: Path) -> Counts:
    """Great Expectations' own pandas engine on Arrow-backed columns."""
    return on_pandas(attendance, roster, {"dtype_backend": "pyarrow"})


def on_pandas(attendance: Path, roster: Path, backend: dict[str, str]) -> Counts:
    import pandas as pd

    from expectations.suites.suite import ON_ROSTER, READABLE, REPEATED

    columns = ["employee_id", "timestamp", "direction", "_problem", "_file", "_row"]
    frame = pd.read_parquet(attendance, columns=columns, **backend)
    known = pd.read_parquet(roster, **backend)["employee_id"]
    boolean = "bool[pyarrow]" if backend else "boolean"
    frame[REPEATED] = False
    frame[ON_ROSTER] = frame["employee_id"].isin(known).astype(boolean).where(frame["employee_id"].notna())
    frame[READABLE] = frame["_problem"].isna()
    return validated(lambda sources: sources.add_pandas("bench").add_dataframe_asset("a"), frame)


def validated(asset: Callable[..., object], frame: object) -> Counts:
    """The suite as a GX validation definition, with the format of result that the platform asks for."""
    import great_expectations as gx

    from expectations.suites import SUITES

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    rules = SUITES["attendance"].row_expectations(None)
    copies = [rule.copy(update={"id": None, "meta": {"id": rule.id}}) for rule in rules]
    suite = context.suites.add(gx.ExpectationSuite("attendance", expectations=copies))
    made = asset(context.data_sources)
    whole = getattr(made, "add_batch_definition_whole_frame", None) or made.add_batch_definition_whole_dataframe  # type: ignore[attr-defined]
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name="attendance", data=whole("all"), suite=suite)
    )
    result_format = {"result_format": "SUMMARY", "partial_unexpected_count": LISTED_ROWS}
    results = definition.run(batch_parameters={"dataframe": frame}, result_format=result_format).results
    return {one.expectation_config.meta["id"]: int(one.result["unexpected_count"]) for one in results}


def conditions(roster: Path) -> dict[str, object]:
    """The checks by hand: expressions that are true where a row is as expected or not looked at."""
    import polars as pl

    problem, readable = pl.col("_problem"), pl.col("_problem").is_null()
    known = pl.read_parquet(roster).get_column("employee_id")
    unknown_to_crosswalk = problem.str.ends_with(": not in the crosswalk")
    bad = {
        "does_not_parse": problem.is_not_null() & ~unknown_to_crosswalk,
        "not_in_crosswalk": unknown_to_crosswalk,
        "employee_id_missing": readable & pl.col("employee_id").is_null(),
        "timestamp_missing": readable & pl.col("timestamp").is_null(),
        "direction_not_in_list": readable & ~pl.col("direction").is_in(["in", "out"]),
        "not_on_roster": readable & ~pl.col("employee_id").is_in(known.implode()),
    }
    return {name: ~expr.fill_null(value=False) for name, expr in bad.items()}


def by_hand(attendance: Path, roster: Path) -> Counts:
    """Polars expressions, for what a result holds: rows, missing and failing ones, the first failing of each check."""
    import polars as pl

    bad = {name: ~good for name, good in conditions(roster).items()}  # type: ignore[operator]
    missing = [pl.col(name).null_count().alias(f"{name} missing") for name in ("employee_id", "timestamp", "direction")]
    events = pl.scan_parquet(attendance)
    counts = [expr.sum().alias(name) for name, expr in bad.items()]
    found = events.select(pl.len(), *missing, *counts).collect(engine="streaming")
    masks = [expr.alias(name) for name, expr in bad.items()]
    failing = events.filter(pl.any_horizontal(*bad.values())).select("_file", "_row", *masks)
    rows = failing.collect(engine="streaming")
    listed = {name: rows.filter(pl.col(name)).bottom_k(LISTED_ROWS, by=["_file", "_row"]) for name in bad}
    assert all(listed[name].height == min(found.item(0, name), LISTED_ROWS) for name in bad)
    return {name: int(found.item(0, name)) for name in bad}


def by_hand_counts(attendance: Path, roster: Path) -> Counts:
    """Polars expressions: how many rows fail each check, and nothing else; the floor."""
    import polars as pl

    bad = {name: ~good for name, good in conditions(roster).items()}  # type: ignore[operator]
    found = pl.scan_parquet(attendance).select(expr.sum().alias(name) for name, expr in bad.items())
    return dict(found.collect(engine="streaming").row(0, named=True))


def pandera(attendance: Path, roster: Path) -> Counts:
    """pandera on Polars: one check a condition, all failures collected."""
    import pandera.polars as pa
    import polars as pl
    from pandera.config import ValidationDepth, config_context

    def check(name: str, good: pl.Expr) -> pa.Check:
        return pa.Check(lambda data: data.lazyframe.select(good.alias(name)), name=name)

    good = conditions(roster)
    schema = pa.DataFrameSchema(checks=[check(name, expr) for name, expr in good.items()])  # type: ignore[arg-type]
    try:
        with config_context(
            validation_depth=ValidationDepth.SCHEMA_AND_DATA
        ):  # a lazy frame's schema alone, unless told
            schema.validate(pl.scan_parquet(attendance), lazy=True)
    except pa.errors.SchemaErrors as errors:
        failed = {error.check.name: error.failure_cases.height for error in errors.schema_errors}
        return {name: failed.get(name, 0) for name in good}
    return dict.fromkeys(good, 0)


def pointblank(attendance: Path, roster: Path) -> Counts:
    """pointblank on a lazy frame: one step a condition."""
    import pointblank as pb
    import polars as pl

    good = conditions(roster)
    steps = pb.Validate(pl.scan_parquet(attendance))
    for expr in good.values():
        steps = steps.col_vals_expr(expr=expr)
    failed = steps.interrogate(get_first_n=LISTED_ROWS).n_failed()
    return {name: int(failed[i]) for i, name in enumerate(good, start=1)}


@dataclass(frozen=True)
class Peer:
    """One way to validate; `imports` are the modules it needs, imported before its clock starts."""

    name: str
    run: Callable[[Path, Path], Counts]
    imports: tuple[str, ...]

    @property
    def missing(self) -> list[str]:
        packages = dict.fromkeys(module.partition(".")[0] for module in self.imports)
        return [package for package in packages if find_spec(package) is None]


OF_GX = ("great_expectations", "expectations.engine", "expectations.suites")
PEERS = (
    Peer("by_hand", by_hand, ("polars",)),
    Peer("by_hand_counts", by_hand_counts, ("polars",)),
    Peer("engine", engine, OF_GX),
    Peer("pandera", pandera, ("pandera.polars", "polars")),
    Peer("pointblank", pointblank, ("pointblank", "polars")),
    Peer("gx_pandas", gx_pandas, (*OF_GX, "pandas", "pyarrow")),
    Peer("gx_pandas_arrow", gx_pandas_arrow, (*OF_GX, "pandas", "pyarrow")),
)
PACKAGES = ("polars", "great-expectations", "pandas", "pyarrow", "pandera", "pointblank")


# Measuring.


@dataclass(frozen=True)
class Cost:
    """One run of a peer as a process of its own: `inside` and `cpu_inside` are seconds after its imports."""

    seconds: float
    inside: float
    cpu: float
    cpu_inside: float
    peak_mib: float
    counts: Counts


def measured(peer: Peer, folder: Path, timeout: float) -> Cost | str:
    """Run the peer in a process; in words, why it gave no result."""
    command = [sys.executable, "-m", "bench.validation", "--peer", peer.name, "--folder", str(folder)]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        out, problem = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return f"stopped after {timeout:,.0f} s"
    seconds = time.perf_counter() - started
    if process.returncode:
        return f"failed with {process.returncode}: {problem.strip().splitlines()[-1] if problem.strip() else ''}"
    found = json.loads(out.splitlines()[-1])
    return Cost(seconds=seconds, **found)


def child(peer: Peer, folder: Path) -> None:
    """Run the peer here, and say as JSON what it found and took."""
    for module in peer.imports:
        importlib.import_module(module)
    started, cpu_started = time.perf_counter(), time.process_time()
    counts = peer.run(folder / "attendance.parquet", folder / "roster.parquet")
    inside = time.perf_counter() - started
    cpu = time.process_time()
    # Not ru_maxrss, which starts at what the parent had.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    peak_kb = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    found = {"inside": inside, "cpu": cpu, "cpu_inside": cpu - cpu_started, "peak_mib": peak_kb / 1024}
    print(json.dumps(found | {"counts": counts}))


def median(runs: Sequence[Cost]) -> Cost:
    """The median of each figure."""

    def of(name: str) -> float:
        return statistics.median(getattr(run, name) for run in runs)

    figures = ("seconds", "inside", "cpu", "cpu_inside", "peak_mib")
    return Cost(**{name: of(name) for name in figures}, counts=runs[0].counts)  # type: ignore[arg-type]


Row = Cost | str


def unable(peer: Peer, n_rows: int, smaller: dict[str, tuple[int, Cost]]) -> str:
    """Why a peer is not run; empty where it is."""
    if peer.missing:
        return f"not installed ({', '.join(peer.missing)}): `uv pip install --group bench`"
    if peer.name in smaller:
        before, cost = smaller[peer.name]
        needed, free = cost.peak_mib * n_rows / before, memory_mb("MemAvailable")
        if needed > SPARED * free:
            return f"not run: it would need about {needed / 1024:.0f} GB, and {free / 1024:.0f} GB are free"
    return ""


def compare(
    n_rows: int, peers: Sequence[Peer], repeat: int, timeout: float, smaller: dict[str, tuple[int, Cost]]
) -> dict[str, Row]:
    """Every peer on n_rows, in turn; `smaller` holds what they took on fewer rows, and is updated."""
    rows: dict[str, Row] = {peer.name: why for peer in peers if (why := unable(peer, n_rows, smaller))}
    runs: dict[str, list[Cost]] = {}
    with tempfile.TemporaryDirectory(prefix="bench-validation-") as name:
        made = [sys.executable, "-m", "bench.validation", "--generate", str(n_rows), "--folder", name]
        subprocess.run(made, cwd=ROOT, check=True)
        for peer in [*peers] * repeat:
            if peer.name in rows:
                continue
            cost = measured(peer, Path(name), timeout)
            if isinstance(cost, str):
                rows[peer.name] = cost
                continue
            runs.setdefault(peer.name, []).append(cost)
            said = f"{cost.seconds:.1f} s, {cost.inside:.1f} after imports, {cost.cpu:.1f} CPU"
            print(f"{n_rows:,} {peer.name}: {said}, {cost.peak_mib:,.0f} MiB", file=sys.stderr, flush=True)
    agree([cost.counts for own in runs.values() for cost in own], runs)
    for name, own in runs.items():
        rows.setdefault(name, median(own))
        smaller[name] = (n_rows, median(own))
    return {peer.name: rows[peer.name] for peer in peers}


def agree(counted: Sequence[Counts], runs: dict[str, list[Cost]]) -> None:
    """Stop where peers found other counts, or a check found no failing row and so proved nothing."""
    if any(one != counted[0] or not all(one.values()) for one in counted):
        found = {name: own[0].counts for name, own in runs.items()}
        raise SystemExit(f"the peers do not find the same failing rows, or none: {found}")


def table(n_rows: int, rows: dict[str, Row]) -> str:
    """Markdown; ratios are to Polars by hand."""
    base = rows.get("by_hand")
    lines = [
        f"## {n_rows / 1e6:g} million rows",
        "",
        "| | seconds | CPU s | seconds after imports | ratio | CPU s after imports | ratio | peak MiB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, row in rows.items():
        if isinstance(row, str):
            lines.append(f"| `{name}` | {row} | | | | | | |")
            continue
        ratio = cpu_ratio = ""
        if isinstance(base, Cost):
            ratio, cpu_ratio = f"{row.inside / base.inside:.2f}", f"{row.cpu_inside / base.cpu_inside:.2f}"
        whole = f"{row.seconds:.2f} | {row.cpu:.2f}"
        after = f"{row.inside:.2f} | {ratio} | {row.cpu_inside:.2f} | {cpu_ratio}"
        lines.append(f"| `{name}` | {whole} | {after} | {row.peak_mib:,.0f} |")
    found = next((row.counts for row in rows.values() if isinstance(row, Cost)), {})
    total = ", ".join(f"{name} {count:,}" for name, count in found.items())
    return "\n".join([*lines, "", f"Failing rows, the same for all: {total}.", ""])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.validation", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--rows", type=int, nargs="+", default=[5_000_000], help="rows, ascending")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--timeout", type=float, default=1800, help="seconds a process may take")
    parser.add_argument("--peers", default=",".join(peer.name for peer in PEERS), help="which, parted by commas")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    parser.add_argument("--peer", choices=[peer.name for peer in PEERS], help=argparse.SUPPRESS)
    parser.add_argument("--generate", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    by_name = {peer.name: peer for peer in PEERS}
    if given.generate:
        generate(given.generate, given.folder)
        return
    if given.peer:
        child(by_name[given.peer], given.folder)
        return
    peers = [by_name[name] for name in given.peers.split(",")]
    smaller: dict[str, tuple[int, Cost]] = {}
    about = machine(given.repeat, PACKAGES)
    parts = [table(n, compare(n, peers, given.repeat, given.timeout, smaller)) for n in sorted(given.rows)]
    text = "\n".join([about, *parts])
    print(text)
    if given.write:
        PAGE.write_text(PREFACE + text, encoding="utf-8")


PREFACE = """# What validating costs

The attendance suite on a quarter of generated attendance in Parquet, of which about 1 row in 7,500 fails a check.
Made by

    uv pip install --group bench
    python -m bench.validation --rows 5000000 20000000 50000000 --write

Each peer is a process of its own. `by_hand` are Polars expressions written for these checks: one statement for what a
result counts, one for the first failing rows. `by_hand_counts` only counts failing rows, the floor. `engine` is Great
Expectations on this project's engine, `gx_pandas` on its own pandas engine with columns as pandas reads them,
`gx_pandas_arrow` with Arrow-backed ones. pandera and pointblank get the expressions of `by_hand`. All give the failing
rows of each check, and the bench fails where their numbers differ. Ratios are to `by_hand`, after imports; the whole
process is dearer for Great Expectations by its import, once a run and whatever the rows.

"""

if __name__ == "__main__":
    main()
