"""What orchestration costs: a whole run as a Prefect flow, minus the same functions called bare.

    python -m bench.orchestration [--employees 100000] [--repeat 3] [--city kalianda]

Made-up inputs of a quarter, Parquet. Both ways run in this one process, in turn, each time into a home of its own,
after one small run of each that pays for the imports. The server is a real one beside it, on SQLite, and its time on
the processor is not ours: wall seconds hold both, CPU seconds this process alone. What a scheduled run pays besides,
for a process of its own, is measured apart: the import of the flow in a new interpreter.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("PREFECT_LOGGING_LEVEL", "WARNING")

from prefect.testing.utilities import prefect_test_harness

from flows.orchestration.period_end import period_end
from flows.order import Order
from flows.pipeline import run_period
from flows.seam import Caller
from flows.settings import Settings
from policies import Period
from sources.synth import generate

PERIOD = "2026-Q3"
SMALL = 200


def bare(city: str, inputs: Path, home: Path) -> str:
    """The result's hash of a run without Prefect."""
    settings = Settings(home=home)
    order = Order(
        city=city,
        period=PERIOD,
        inputs=inputs,
        home=home,
        warehouse_url=settings.warehouse_url,
        ordered_at=dt.datetime.now(dt.UTC),
        spread=settings.spread(),
    )
    return str(run_period(order, Caller()).document()["result_hash"])


def orchestrated(city: str, inputs: Path, home: Path) -> str:
    """The same as a flow: a task a step, states and logs to the server, artifacts."""
    return str(period_end(city=city, period=PERIOD, inputs=inputs, home=home)["result_hash"])


def timed(way: Callable[[str, Path, Path], str], city: str, inputs: Path) -> tuple[float, float, str]:
    """Wall seconds, CPU seconds of this process, and the hash."""
    with tempfile.TemporaryDirectory(prefix="kinerja-bench-") as home:
        wall, cpu = time.perf_counter(), time.process_time()
        found = way(city, inputs, Path(home) / "home")
        return time.perf_counter() - wall, time.process_time() - cpu, found


def import_seconds() -> float:
    """A new interpreter that imports the flow, minus one that imports nothing."""

    def seconds(code: str) -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return time.perf_counter() - began

    return min(seconds("import flows.orchestration.period_end") for _ in range(3)) - min(
        seconds("pass") for _ in range(3)
    )


def made(folder: Path, employees: int) -> Path:
    """Inputs of a quarter."""
    period = Period.parse(PERIOD)
    generate(folder, employees=employees, period_start=period.start, period_end=period.end, seed=1, format="parquet")
    return folder


def main() -> None:
    """Measure, and say it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--employees", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--city", default="kalianda")
    given = parser.parse_args()
    ways = {"bare": bare, "flow": orchestrated}
    with (
        tempfile.TemporaryDirectory(prefix="kinerja-bench-") as folder,
        prefect_test_harness(server_startup_timeout=240),
    ):
        small, inputs = made(Path(folder) / "small", SMALL), made(Path(folder) / "inputs", given.employees)
        for way in ways.values():
            timed(way, given.city, small)
        measured: dict[str, list[tuple[float, float, str]]] = {name: [] for name in ways}
        for _ in range(given.repeat):
            for name, way in ways.items():
                measured[name].append(timed(way, given.city, inputs))
    hashes = {found for times in measured.values() for *_, found in times}
    if len(hashes) != 1:
        raise SystemExit("the two ways do not agree")
    print(f"{given.employees:,} employees, {given.city} {PERIOD}, median of {given.repeat}; both: {hashes.pop()[:12]}")
    medians = {
        name: tuple(statistics.median(one[place] for one in times) for place in (0, 1))
        for name, times in measured.items()
    }
    print("| way | wall s | CPU s of this process |\n|---|---:|---:|")
    for name, (wall, cpu) in medians.items():
        print(f"| `{name}` | {wall:.2f} | {cpu:.2f} |")
    for place, unit in enumerate(("wall", "CPU")):
        more = medians["flow"][place] - medians["bare"][place]
        print(f"orchestration: {more:.2f} s {unit}, {100 * more / medians['bare'][place]:.1f} % of the bare run")
    print(f"a process of its own imports the flow in {import_seconds():.2f} s more")


if __name__ == "__main__":
    main()
