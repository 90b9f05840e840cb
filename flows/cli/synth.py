"""`kinerja synth`: invented inputs for all datasets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.options import PERIOD_HELP, Json
from flows.cli.output import new_table, say_json, screen
from flows.cli.problems import CommandError

if TYPE_CHECKING:
    from policies import Period
    from sources.synth import SynthReport


class FileFormat(StrEnum):
    """How the datasets are written."""

    CSV = "csv"
    PARQUET = "parquet"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Prepare")(synth)


def synth(
    employees: Annotated[int, typer.Option("--employees", metavar="N", help="How many employees to invent.")],
    period: Annotated[str, typer.Option("--period", metavar="PERIOD", help=PERIOD_HELP)],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write to; made if missing.")],
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same bytes.")] = 1,
    defects: Annotated[
        float, typer.Option("--defects", metavar="RATE", help="Share of rows, 0 to 0.4, that get a spoiled copy.")
    ] = 0.0,
    plant: Annotated[
        list[str] | None,
        typer.Option(
            "--plant",
            metavar="NAME[,NAME...]",
            help="Effect to plant, to be found by who looks; may be given again. `all`: every one.",
        ),
    ] = None,
    format: Annotated[FileFormat, typer.Option("--format", help="How to write the datasets.")] = FileFormat.CSV,  # noqa: A002 - the option's name
    force: Annotated[bool, typer.Option("--force", help="Write although the folder holds files.")] = False,
    json: Json = False,
) -> None:
    """Invent realistic inputs for all datasets, of any size.

    With --plant, planted.json beside the files says on whom what was planted; no run reads it.
    Example: kinerja synth --employees 1000 --period 2026-Q3 --out inputs --plant lenient_rater
    """
    if not force and out.is_dir() and any(out.iterdir()):
        raise CommandError([f"{out} holds files already; choose an empty folder, or add --force to write among them"])
    if out.exists() and not out.is_dir():
        raise CommandError([f"{out} is a file; choose a folder"])
    span = _period(period)
    from sources.synth import generate

    with _progress() as on_progress:
        try:
            made = generate(
                out,
                employees=employees,
                period_start=span.start,
                period_end=span.end,
                seed=seed,
                defects=defects,
                plants=_plants(plant or []),
                format="csv" if format is FileFormat.CSV else "parquet",
                on_progress=on_progress,
            )
        except ValueError as error:  # an argument out of its range; the data are invented, so nothing leaks
            raise CommandError([str(error)]) from error
    _report(made, out, period, as_json=json)


def _plants(asked: list[str]) -> list[str]:
    from sources.synth import PLANTS

    names = [name.strip() for words in asked for name in words.split(",") if name.strip()]
    return [planted.name for planted in PLANTS] if names == ["all"] else names


def _period(text: str) -> Period:
    from policies import Period

    try:
        return Period.parse(text)
    except ValueError as error:
        raise CommandError([str(error)]) from error


@contextmanager
def _progress() -> Iterator[Callable[[str, int], None] | None]:
    """Rows so far by dataset on a terminal's standard error, nothing elsewhere."""
    console = screen(stderr=True)
    if not console.is_terminal:
        yield None
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,} rows"))
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("starting", total=None)
        yield lambda dataset, rows: progress.update(task, description=dataset, completed=rows)


def _report(made: SynthReport, out: Path, period: str, *, as_json: bool) -> None:
    if as_json:
        say_json({"status": "done", "out": str(out), "rows": dict(made.rows), "defects": dict(made.defects)})
        return
    console = screen()
    table = new_table()
    table.add_column("dataset")
    table.add_column("rows", justify="right")
    table.add_column("of them spoiled", justify="right")
    for dataset, rows in made.rows.items():
        table.add_row(dataset, f"{rows:,}", f"{sum(made.defects.get(dataset, {}).values()):,}")
    console.print(table)
    console.print(f"next: kinerja run --city kalianda --period {period} --inputs {out}", soft_wrap=True)
