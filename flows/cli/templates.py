"""`kinerja templates`: empty files to fill in."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.options import City, PeriodText, settings_from
from flows.cli.output import screen
from flows.cli.problems import CommandError


class TemplateFormat(StrEnum):
    """What templates are written as."""

    XLSX = "xlsx"
    CSV = "csv"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Score")(templates)


def templates(
    city: City,
    period: PeriodText,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write to; made where it is missing.")],
    format: Annotated[  # noqa: A002 - the option's name
        TemplateFormat, typer.Option("--format", help="Workbooks that offer what a list may hold, or plain CSV.")
    ] = TemplateFormat.XLSX,
    dataset: Annotated[
        list[str] | None,
        typer.Option("--dataset", help="This dataset only; repeat for several. Else those of the city."),
    ] = None,
) -> None:
    """Write empty files to fill in: what each column may hold, and an example row. Delete those you do not need.

    Example: kinerja templates --city kalianda --period 2026-Q3 --out templates
    """
    from flows.templates import wanted_by, write_csv_templates, write_workbook_templates
    from policies import Period, load_policy
    from policies.loading import PACKAGED
    from sources.contracts import DATASETS
    from transforms import CATALOGUE

    if unknown := sorted(set(dataset or ()) - set(DATASETS)):
        raise CommandError([f"unknown dataset {', '.join(unknown)}; there are {', '.join(DATASETS)}"])
    try:
        asked = Period.parse(period)
    except ValueError as error:
        raise CommandError([f"--period: {error}"]) from None
    names = dataset or wanted_by(load_policy(city, asked, CATALOGUE, root=settings_from().policies_dir or PACKAGED))
    if taken := [name for name in names for file in [out / f"{name}.{format}"] if file.exists()]:
        raise CommandError(
            [f"{out} already holds {', '.join(taken)}; choose another folder, a template would empty it"]
        )
    write = write_workbook_templates if format is TemplateFormat.XLSX else write_csv_templates
    for path in write(names, asked, out):
        screen().print(path)
