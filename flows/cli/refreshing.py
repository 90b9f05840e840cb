"""`kinerja refresh`, `watch` and `cache`: scores of a period under way, at the cost of what is new."""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.options import City, Home, Json, PeriodText, WarehouseUrl, settings_from
from flows.cli.output import counted, new_table, say_json, screen
from flows.cli.problems import CommandError, explain, shown
from flows.cli.running import (
    Inputs,
    KnownAsOf,
    Partitions,
    Require,
    Sources,
    line_of,
    order_of,
    tell,
    watched,
)

if TYPE_CHECKING:
    from flows.order import Order
    from flows.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(rich_help_panel="Score")(refresh)
    app.command(rich_help_panel="Score")(watch)
    group = typer.Typer(no_args_is_help=True, help="What refreshes keep, so that they read only what is new.")
    group.command(name="list")(list_segments)
    group.command()(clear)
    app.add_typer(group, name="cache", rich_help_panel="Operate")


def refresh(
    city: City,
    period: PeriodText,
    inputs: Inputs,
    sources: Sources = None,
    require: Require = None,
    known_as_of: KnownAsOf = None,
    warehouse: WarehouseUrl = None,
    home: Home = None,
    partitions: Partitions = None,
    json: Json = False,
) -> None:
    """Score a period under way from what has arrived so far; files that were read before are not read again.

    Of a period that has ended everything is read anew: its scores are final.
    Example: kinerja refresh --city kalianda --period 2026-Q4 --inputs inputs
    """
    from flows.refresh import refresh as refreshed

    settings = settings_from(home, warehouse)
    order = order_of(settings, city, period, inputs, sources, require, known_as_of)
    order = replace(order, spread=settings.spread(partitions, None, None))
    with watched(quiet=json) as caller:
        document = refreshed(order, caller).document()
    if json:
        say_json(document)
    else:
        tell(document)


def watch(
    city: City,
    period: PeriodText,
    inputs: Inputs,
    sources: Sources = None,
    require: Require = None,
    settle: Annotated[
        float,
        typer.Option("--settle", metavar="SECONDS", min=0.1, help="How long a file must not change to count as whole."),
    ] = 5.0,
    poll: Annotated[
        bool, typer.Option("--poll", help="Look again and again: for network shares, which tell of no change.")
    ] = False,
    warehouse: WarehouseUrl = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Refresh now, and again whenever input files have come, changed or gone; Ctrl-C ends it.

    Hidden and unfinished files (.part, .tmp, ~) are passed over. A refresh that fails is said, and watching goes on.
    Example: kinerja watch --city kalianda --period 2026-Q4 --inputs inputs
    """
    from flows.arrivals import arrivals
    from flows.order import prepared
    from sources import SourceError

    settings = settings_from(home, warehouse)
    if not inputs.is_dir():
        raise CommandError([f"{inputs}: no such folder: give the folder that files arrive in"])

    def ordered() -> Order:
        return order_of(settings, city, period, inputs, sources, require, None)

    # A wrong city or period will not mend itself; a mapping or a file may.
    with contextlib.suppress(SourceError):
        prepared(ordered())
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        for arrived in arrivals(inputs, beside=sources, settle=settle, polling=poll):
            _refresh_and_say(ordered(), len(arrived), json=json)
            sys.stdout.flush()  # who reads from a pipe waits for the line
    except KeyboardInterrupt:
        screen(stderr=True).print("Stopped watching.")


def _refresh_and_say(order: Order, n_arrived: int, *, json: bool) -> None:
    """One refresh, one line."""
    from flows.refresh import refresh as refreshed
    from flows.seam import Caller

    came = f"{n_arrived} {'file' if n_arrived == 1 else 'files'} changed; " if n_arrived else ""
    try:
        document = refreshed(order, Caller()).document()
    except Exception as error:  # noqa: BLE001  # whatever it was is said, and what arrives next may mend it
        code, problems = explain(error)
        if json:
            say_json({"status": "error", "exit_code": code, "problems": problems})
        else:
            screen().print(f"{came}not refreshed: {shown('; '.join(problems))}", markup=False, soft_wrap=True)
        return
    if json:
        say_json(document)
        return
    read = next(step for step in document["steps"] if step["step"] == "read")
    new = read["rows"] - read.get("kept", 0)
    seconds = sum(step["seconds"] for step in document["steps"])
    screen().print(f"{came}{new:,} rows read; {line_of(document)} ({seconds:.1f} s)", markup=False, soft_wrap=True)


def list_segments(home: Home = None, json: Json = False) -> None:
    """Show what is kept: for each city, period and dataset, its segments, files, rows and bytes.

    Example: kinerja cache list
    """
    from flows.segments import shelves

    found = shelves(settings_from(home).home)
    if json:
        say_json([asdict(one) for one in found])
        return
    table = new_table()
    for name in ("city", "period", "dataset"):
        table.add_column(name)
    for name in ("segments", "files", "rows", "bytes"):
        table.add_column(name, justify="right")
    for one in found:
        numbers = (one.segments, one.files, one.rows, one.bytes)
        table.add_row(one.city, one.period, one.dataset, *(f"{number:,}" for number in numbers))
    screen().print(table)


def clear(home: Home = None, warehouse: WarehouseUrl = None, json: Json = False) -> None:
    """Remove all that is kept; the next refresh reads everything anew. Nothing goes while a run is at work on it.

    Example: kinerja cache clear
    """
    from flows.segments import cache_folder, shelves

    settings = settings_from(home, warehouse)
    removed = {"segments": sum(one.segments for one in shelves(settings.home))}
    folders = [folder for folder in cache_folder(settings.home).glob("*/*") if folder.is_dir()]
    with _for_itself(settings, folders):
        for folder in folders:
            shutil.rmtree(folder)
    if json:
        say_json({"status": "done", **removed})
    else:
        screen().print(f"Removed {counted(removed)}.")


@contextlib.contextmanager
def _for_itself(settings: Settings, folders: Sequence[Path]) -> Iterator[None]:
    """Holds the lease of each city and period of these folders, so that no run reads what goes, or writes there."""
    if not folders:
        yield
        return
    from warehouse import open_warehouse

    with contextlib.ExitStack() as leases:
        opened = leases.enter_context(open_warehouse(settings.warehouse_url))
        holder = f"cache-clear-{secrets.token_hex(3)}"
        for folder in folders:
            leases.enter_context(
                opened.lease(folder.parent.name, folder.name, holder, now=lambda: dt.datetime.now(dt.UTC))
            )
        yield
