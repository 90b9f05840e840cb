"""`kinerja export`: the scores and indicators of one revision, for a spreadsheet or another system."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from flows.cli.options import City, Home, PeriodText, WarehouseUrl, settings_from
from flows.cli.output import Format, Records, screen, write, write_workbook
from flows.cli.problems import CommandError, asked_of_warehouse
from flows.cli.reading import COLUMN_TYPES
from flows.cli.revisions import AsOf, Revision, asked

if TYPE_CHECKING:
    from warehouse import Rows


class ExportFormat(StrEnum):
    """What an export is written as."""

    PARQUET = "parquet"
    CSV = "csv"
    XLSX = "xlsx"


_FORMATS: Final = ", ".join(ExportFormat)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Read what was found")(export)


def export(
    city: City,
    period: PeriodText,
    output: Annotated[
        Path, typer.Option("--output", metavar="FILE", help="Workbook to write, or name that both files begin with.")
    ],
    format: Annotated[  # noqa: A002 - the option's name
        ExportFormat | None, typer.Option("--format", help="How to write; else by the ending of --output.")
    ] = None,
    revision: Revision = None,
    as_of: AsOf = None,
    warehouse: WarehouseUrl = None,
    home: Home = None,
) -> None:
    """Write the scores and indicators of a revision: two sheets of a workbook, or two files of CSV or Parquet.

    Names are taken as text: no cell is ever a formula. They are personal data: only you may read what is written.
    Example: kinerja export --city kalianda --period 2026-Q3 --output kalianda.xlsx
    """
    chosen = _chosen(format, output)
    settings = settings_from(home, warehouse)
    from warehouse import open_warehouse

    with asked_of_warehouse():
        store = open_warehouse(settings.warehouse_url, create=False)
    with store:
        with asked_of_warehouse():
            number = asked(store, city, period, revision, as_of)
            if number is None and (current := store.current(city, period)):
                number = current.revision  # both tables of one revision, whatever is published meanwhile
            tables = {
                "scores": store.scores(city, period, number),
                "indicators": store.indicators(city, period, number),
            }
        records = [_records(name, rows) for name, rows in tables.items()]
        if chosen is ExportFormat.XLSX:
            write_workbook(records, output)
            written = [output]
        else:
            written = [output.with_name(f"{output.stem}.{name}.{chosen}") for name in tables]
            for table, file in zip(records, written, strict=True):
                write(table, Format(chosen), file)
    console = screen()
    for file in written:
        console.print(f"{city} {period} revision {number}: {file}", soft_wrap=True)


def _records(name: str, rows: Rows) -> Records:
    return Records(title=name, columns=rows.columns, rows=rows.rows, types=COLUMN_TYPES)


def _chosen(written: ExportFormat | None, output: Path) -> ExportFormat:
    """The format asked for, else that of the file's ending."""
    ending = output.suffix.lower().removeprefix(".")
    if written is not None:
        return written
    if ending not in set(ExportFormat):
        raise CommandError([f"{output}: its ending names no format; add --format {_FORMATS.replace(', ', ' or ')}"])
    return ExportFormat(ending)
