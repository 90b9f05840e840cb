"""Kalianda's scores by DuckDB SQL: `python -m bench.peers.duckdb FOLDER csv|parquet FIRST_DAY LAST_DAY OUTPUT`."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

HERE = Path(__file__).parent


def main(folder: str, form: str, first_day: str, last_day: str, output: str) -> None:
    with duckdb.connect() as database:
        database.execute(f"SET VARIABLE folder = '{folder}'; SET VARIABLE first_day = DATE '{first_day}'")
        database.execute(f"SET VARIABLE last_day = DATE '{last_day}'; SET VARIABLE output = '{output}'")
        for script in (f"inputs_{form}.sql", "kalianda.sql"):
            database.execute((HERE / script).read_text(encoding="utf-8"))


if __name__ == "__main__":
    main(*sys.argv[1:])
