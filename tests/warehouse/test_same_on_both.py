"""One run of the shipped example into SQLite and PostgreSQL: the same result hash, the same files byte for byte."""

from __future__ import annotations

import datetime as dt
import importlib
import warnings
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import cast

import pytest

from flows.cli.reading import READINGS, Reading
from tests.flows.ended import CITY, EXAMPLE, PERIOD
from warehouse import Published, Rows, RunRecord, Warehouse, open_warehouse

READ = [
    *((name, "csv") for name in ("scores", "indicators", "followups", "discipline", "benchmarks")),
    *((name, "csv") for name in ("coaching", "contributions", "strengths")),
    ("scores", "json"),
    ("scores", "parquet"),
]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_one_run_is_the_same_on_both(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    urls = {"sqlite": f"sqlite:///{tmp_path / 'warehouse.db'}", "postgresql": url}
    with warnings.catch_warnings():  # what Great Expectations 1.24 imports
        warnings.filterwarnings("ignore", "Please install grpcio-status", ImportWarning)
        warnings.filterwarnings("ignore", "module 'sre_(constants|parse)' is deprecated", DeprecationWarning)
        importlib.import_module("expectations.validation")
    from flows import steps
    from flows.cli import main
    from flows.order import Order, prepared
    from flows.publication import Publication
    from flows.seam import Caller

    at = dt.datetime(2026, 10, 20, tzinfo=dt.UTC)
    order = Order(
        city=CITY, period=PERIOD, inputs=EXAMPLE, home=tmp_path / "home", warehouse_url=urls["sqlite"], ordered_at=at
    )
    run, call = prepared(order), Caller()
    landed = call(steps.land, run)
    checked = call(steps.validate, run, landed, call(steps.read, run, landed))
    scored = call(steps.score, run, checked)
    record = RunRecord(
        run_id=run.run_id,
        city=CITY,
        period=PERIOD,
        period_start=run.period.start,
        period_end=run.period.end,
        code_version=run.code_version,
        started_at=at,
    )
    published: dict[str, Published] = {}
    for name, place in urls.items():
        here = replace(run, order=replace(order, warehouse_url=place))
        with open_warehouse(place) as warehouse, warehouse.lease(CITY, PERIOD, run.run_id, now=lambda: at) as lease:
            warehouse.start_run(record)
            with Publication(here, lease.token, landed, checked, scored) as publication:
                found = call(steps.insights, here, checked, scored, publication)
                published[name] = call(steps.load, publication, landed, checked, found).published
            assert warehouse.check(order.home / "landing").problems == []
    assert published["sqlite"] == published["postgresql"]

    for command, ending in READ:
        files = [tmp_path / f"{name}.{ending}" for name in urls]
        for file, place in zip(files, urls.values(), strict=True):
            words = (command, "--city", CITY, "--period", PERIOD, "--warehouse", place, "--output", str(file))
            assert main(words) == 0
        one, other = (file.read_bytes() for file in files)
        assert one == other, f"{command}.{ending}"
        assert one.count(b"\n") > 50 or ending == "parquet", f"{command}.{ending}"
    assert capsys.readouterr().err == ""
    for place in urls.values():
        with open_warehouse(place) as warehouse:
            for reading in READINGS:
                counts_and_keeps(warehouse, reading)


def counts_and_keeps(warehouse: Warehouse, reading: Reading) -> None:
    """What the database counts, and keeps of a column, is what there is when all rows are read."""

    def asked() -> Rows:
        if reading.types is not None:
            return cast("Rows", getattr(warehouse, reading.frame)(CITY, PERIOD))
        return warehouse.insight(reading.frame, CITY, PERIOD)

    def left(rows: Rows, n_read: int) -> int:
        assert len(list(islice(rows.rows, n_read))) == n_read
        return rows.n_left()

    columns, rows = asked()
    every = list(rows)
    for n_read in {0, len(every) // 2, len(every)}:
        assert left(asked(), n_read) == len(every) - n_read, reading.command
    if reading.only is None:
        return
    place = columns.index(reading.only.column)
    for value in {row[place] for row in every[:: len(every) // 20 + 1]} | {"none"}:
        kept = [row for row in every if row[place] == value]
        assert list(asked().only(reading.only.column, value).rows) == kept, reading.command
        assert left(asked().only(reading.only.column, value), len(kept) // 2) == len(kept) - len(kept) // 2
