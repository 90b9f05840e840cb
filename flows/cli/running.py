"""`kinerja run`, `check` and `demo`: the commands that do the work."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from flows.cli.options import City, Home, Json, PeriodText, WarehouseUrl, settings_from
from flows.cli.output import Format, Records, counted, format_of, new_table, say_json, screen, write
from flows.cli.problems import CommandError
from flows.spread import RunnerName

if TYPE_CHECKING:
    from flows.order import Order
    from flows.settings import Settings
    from flows.steps import Checked

_EXAMPLE: Final = "2026-Q3"
_DEMO_CITY: Final = "kalianda"
# A cold ephemeral server needs longer than Prefect's 20 s on a small machine.
_SERVER_SECONDS: Final = "120"

Inputs = Annotated[Path, typer.Option("--inputs", metavar="DIR", help="Folder with the input files.")]
Sources = Annotated[
    Path | None,
    typer.Option("--sources", metavar="FILE", help="Mapping of files to datasets; else DIR/sources.yaml, if there."),
]
Require = Annotated[
    list[str] | None,
    typer.Option("--require", metavar="DATASET:SHARE", help="Stop unless this share of the roster has a row in it."),
]
KnownAsOf = Annotated[
    dt.datetime | None,
    typer.Option("--known-as-of", metavar="TIME", help="Score with what was known then; else now, within a period."),
]
Partitions = Annotated[
    int | None,
    typer.Option(
        "--partitions",
        metavar="N",
        min=1,
        help="Score in so many parts, cut between units; else by size.",
        show_default=False,
    ),
]
Runner = Annotated[
    RunnerName | None,
    typer.Option("--runner", help="Which Prefect task runner maps the parts; else threads.", show_default=False),
]
RunnerAddress = Annotated[
    str | None,
    typer.Option(
        "--runner-address",
        metavar="ADDRESS",
        help="Dask scheduler or Ray head that is running; else workers on this machine.",
    ),
]
Part = Annotated[
    int | None,
    typer.Option(
        "--part",
        metavar="K",
        min=1,
        help="Score part K of N only, and keep it in the home; publish nothing. Needs --partitions N.",
        show_default=False,
    ),
]
Join = Annotated[
    bool,
    typer.Option("--join", help="Join the N parts that were scored with --part, and publish. Needs --partitions N."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(rich_help_panel="Score")(demo)
    app.command(rich_help_panel="Score")(run)
    app.command(rich_help_panel="Score")(check)


def run(
    city: City,
    period: PeriodText,
    inputs: Inputs,
    sources: Sources = None,
    require: Require = None,
    known_as_of: KnownAsOf = None,
    warehouse: WarehouseUrl = None,
    home: Home = None,
    prefect: Annotated[
        bool, typer.Option("--prefect", help="Run as a Prefect flow also where PREFECT_API_URL is not set.")
    ] = False,
    partitions: Partitions = None,
    runner: Runner = None,
    runner_address: RunnerAddress = None,
    part: Part = None,
    join: Join = False,
    json: Json = False,
) -> None:
    """Score one city and period from raw files, and publish the result.

    Over many machines that share the home: run each part of N anywhere, with --part, then once with --join.
    Example: kinerja run --city kalianda --period 2026-Q3 --inputs inputs
    """
    settings = settings_from(home, warehouse)
    order = order_of(settings, city, period, inputs, sources, require, known_as_of)
    order = replace(order, spread=settings.spread(partitions, runner, runner_address))
    _refuse_together(part, runner or runner_address, join=join)
    # Workers are Prefect's.
    in_workers = order.spread.has_workers and part is None and not join
    through_prefect = prefect or in_workers or bool(os.environ.get("PREFECT_API_URL"))
    if not json:
        _say_how(through_prefect=through_prefect)
    document = _as_flow(order, part, join=join) if through_prefect else _directly(order, part, join=join, quiet=json)
    if json:
        say_json(document)
    elif part is not None:
        _tell_part(document)
    else:
        tell(document)


def _refuse_together(part: int | None, runner: str | None, *, join: bool) -> None:
    """What contradicts itself: a part, or the joining of parts, is one process's work."""
    problems = []
    if part is not None and join:
        problems.append("--part and --join: run every part first, then join them with another command")
    if runner and (part is not None or join):
        problems.append("--runner is for a run that scores all its parts itself: leave it out with --part and --join")
    if problems:
        raise CommandError(problems)


def _directly(order: Order, part: int | None, *, join: bool, quiet: bool) -> dict[str, Any]:
    """The run, a part of it, or its end, in this process."""
    from flows import parts
    from flows.pipeline import run_period

    with watched(quiet=quiet) as caller:
        if part is not None:
            return parts.score_part(order, part, caller).document()
        return (parts.close if join else run_period)(order, caller).document()


def _tell_part(document: dict[str, Any]) -> None:
    """What a part left, and what comes next."""
    place = f"{document['city']} {document['period']}: part {document['part']} of {document['n_parts']}"
    if document["status"] == "empty":
        screen().print(f"{place}: there is no such part, the roster has too few units; nothing to do")
    else:
        screen().print(f"{place}: scored, nothing published; {document['employees']:,} employees")
    screen().print(f"Kept       {document['folder']}", soft_wrap=True)
    screen().print(f"Then       {document['join']}", soft_wrap=True, markup=False, highlight=False)


def check(
    city: City,
    period: PeriodText,
    inputs: Inputs,
    sources: Sources = None,
    require: Require = None,
    known_as_of: KnownAsOf = None,
    home: Home = None,
    messages: Annotated[
        Path | None,
        typer.Option(
            "--messages",
            metavar="FILE",
            help="File (.csv, .json, .parquet) for a line a row to mend: where, what is wrong, the remedy. No values.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Land, read and validate the input files only; nothing is scored or loaded.

    Example: kinerja check --city kalianda --period 2026-Q3 --inputs inputs --messages messages.csv
    """
    from flows.pipeline import check_inputs

    chosen = None if messages is None else format_of(None, messages)
    order = order_of(settings_from(home), city, period, inputs, sources, require, known_as_of)
    with watched(quiet=json) as caller:
        document = check_inputs(order, caller, partial(_write_messages, messages, chosen)).document()
    if json:
        say_json(document)
    else:
        tell(document)


def _write_messages(output: Path | None, chosen: Format | None, checked: Checked) -> None:
    if output is None or chosen is None:
        return
    from flows.messages import COLUMNS, row_messages

    found = row_messages(checked.outcomes.values())
    write(Records(title="rows to mend", columns=COLUMNS, rows=found, types={"row": "integer"}), chosen, output)


def demo(home: Home = None, json: Json = False) -> None:
    """Score the shipped example under the policies of all five cities, as a Prefect flow.

    Example: kinerja demo
    """
    settings = settings_from(home)
    inputs = _example()
    if not json:
        screen(stderr=True).print("Starting a Prefect server of its own for the demo (15 to 60 s) ...")
    from policies import available_policies

    cities = sorted({city for city, _, _ in available_policies()}, key=lambda city: (city != _DEMO_CITY, city))
    told = []
    for city in cities:
        document = _as_flow(order_of(settings, city, _EXAMPLE, inputs, None, None, None))
        told.append(document)
        if not json:
            screen().print(line_of(document))
    if json:
        say_json(told)
        return
    _show_scores(settings)
    console = screen()
    console.print(f"Report     {told[0]['report']}")
    console.print(f"Warehouse  {told[0]['warehouse']}")
    console.print(f"Next       kinerja indicators --city {_DEMO_CITY} --period {_EXAMPLE}{_at(settings)}")


def order_of(
    settings: Settings,
    city: str,
    period: str,
    inputs: Path,
    sources: Path | None,
    require: Sequence[str] | None,
    known_as_of: dt.datetime | None,
) -> Order:
    """The order that the options of a command come to."""
    from flows.order import Order

    return Order(
        city=city,
        period=period,
        inputs=inputs,
        sources=sources,
        requires=_shares(require or ()),
        known_as_of=known_as_of,
        home=settings.home,
        warehouse_url=settings.warehouse_url,
        policies_dir=settings.policies_dir,
        ordered_at=dt.datetime.now(dt.UTC),
    )


def _shares(required: Sequence[str]) -> dict[str, Decimal]:
    """`attendance:0.9` as a share by dataset; every wrong one at once."""
    shares, problems = {}, []
    for text in required:
        dataset, _, number = text.partition(":")
        try:
            share = Decimal(number)
        except InvalidOperation:
            share = Decimal(-1)
        if 0 <= share <= 1:
            shares[dataset] = share
        else:
            problems.append(f"--require {text}: write a dataset and a share from 0 to 1, such as attendance:0.9")
    if problems:
        raise CommandError(problems)
    return shares


def _as_flow(order: Order, part: int | None = None, *, join: bool = False) -> dict[str, Any]:
    """The run, or a part of it, as a Prefect flow, on the server that is configured or on one of its own."""
    os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", _SERVER_SECONDS)
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "WARNING")
    if part is not None:
        from flows.orchestration.one_part import one_part

        return one_part(
            city=order.city,
            period=order.period,
            part=part,
            partitions=order.spread.partitions,
            inputs=order.inputs,
            sources=order.sources,
            known_as_of=order.known_as_of,
            home=order.home,
        )
    from flows.orchestration.period_end import period_end

    return period_end(
        city=order.city,
        period=order.period,
        inputs=order.inputs,
        sources=order.sources,
        require=dict(order.requires),
        known_as_of=order.known_as_of,
        warehouse=order.warehouse_url,
        home=order.home,
        partitions=order.spread.partitions,
        runner=order.spread.runner,
        runner_address=order.spread.address,
        parts="join" if join else "here",
    )


@contextmanager
def watched(*, quiet: bool) -> Iterator[Any]:
    """A caller that shows each step as it goes on standard error."""
    from flows.cli.progress import Lines, Spinner
    from flows.seam import Caller

    if quiet:
        yield Caller()
        return
    console = screen(stderr=True)
    if not console.is_terminal:
        yield Caller(Lines(console))
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(finished_text="✓"), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        yield Caller(Spinner(progress))


def _say_how(*, through_prefect: bool) -> None:
    directly = "directly (set PREFECT_API_URL, or add --prefect, for a Prefect flow)"
    how = "as a Prefect flow" if through_prefect else directly
    screen(stderr=True).print(f"Running {how}.")


def tell(document: dict[str, Any]) -> None:
    """The outcome for people: reconciliation of every file, warnings, and where to look."""
    console = screen()
    table = new_table()
    for name in ("dataset", "file", "records", "rows in", "valid", "quarantined"):
        table.add_column(name, justify="left" if name in ("dataset", "file") else "right")
    for file in document["files"]:
        numbers = (f"{file[key]:,}" for key in ("records", "rows_in", "valid", "quarantined"))
        table.add_row(file["dataset"], file["file"], *numbers)
    console.print(table)
    for warning in document["warnings"]:
        console.print(f"Warning: {warning}")
    console.print(line_of(document))
    console.print(f"Report     {document['report']}")
    if document["warehouse"]:
        console.print(f"Warehouse  {document['warehouse']}")


def line_of(document: dict[str, Any]) -> str:
    """The outcome in one line."""
    place = f"{document['city']} {document['period']}"
    if document["status"] == "checked":
        return f"{place}: checked, nothing loaded; {len(document['warnings'])} warnings"
    people = f"{document['employees']} employees ({counted(document['statuses'])})"
    if document["status"] == "withheld":
        why = f"a final revision {document['revision']} stands; provisional scores are not published over it"
        return f"{place}: withheld, {why}; {people}"
    provisional = ", provisional" if document["provisional"] else ""
    return f"{place}: {document['status']}, revision {document['revision']}{provisional}; {people}"


def _example() -> Path:
    """The shipped example: beside the package in a checkout, inside it when installed."""
    here = Path(__file__).resolve().parent.parent
    for folder in (here.parent / "examples" / _EXAMPLE, here / "examples" / _EXAMPLE):
        if folder.is_dir():
            return folder
    raise CommandError(
        ["the shipped example is missing; make one with: kinerja synth --employees 120 --out inputs ..."]
    )


def _show_scores(settings: Settings) -> None:
    from itertools import islice

    from warehouse import open_warehouse

    with open_warehouse(settings.warehouse_url) as warehouse:
        columns, rows = warehouse.scores(_DEMO_CITY, _EXAMPLE)
        shown = ("employee_id", "sector", "results_score", "behaviour_score", "score", "proposed_rating", "status")
        places = [columns.index(name) for name in shown]
        head = [tuple(row[place] for place in places) for row in islice(rows, 10)]
    table = new_table()
    for name in shown:
        table.add_column(name, justify="right" if name.endswith("score") else "left")
    for row in head:
        table.add_row(*("" if value is None else str(value) for value in row))
    screen().print(table)


def _at(settings: Settings) -> str:
    return "" if settings.home == Path(".kinerja") else f" --home {settings.home}"
