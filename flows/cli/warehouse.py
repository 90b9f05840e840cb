"""`kinerja warehouse`: keep the warehouse's schema up to date, and ask whether it is sound."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from flows.cli.options import Home, Json, WarehouseUrl, settings_from
from flows.cli.output import say_json, screen
from flows.cli.problems import ExitCode, asked_of_warehouse, shown

if TYPE_CHECKING:
    from warehouse import CheckReport, Problem


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(no_args_is_help=True, help="Look after the warehouse.")
    group.command()(upgrade)
    group.command()(check)
    group.callback()(_group)
    app.add_typer(group, name="warehouse", rich_help_panel="Prepare")


def _group() -> None:
    """Look after the warehouse."""


def upgrade(warehouse: WarehouseUrl = None, home: Home = None, json: Json = False) -> None:
    """Bring the warehouse to the schema of this version, or make it where there is none; nothing is lost.

    Example: kinerja warehouse upgrade --warehouse postgresql://kinerja@db.example/kinerja
    """
    settings = settings_from(home, warehouse)
    from warehouse import open_warehouse
    from warehouse import upgrade as upgrade_warehouse

    with asked_of_warehouse():
        before, after = upgrade_warehouse(settings.warehouse_url)
        with open_warehouse(settings.warehouse_url, create=False) as store:
            place = store.place
    changed = before != after
    if json:
        say_json({"status": "done" if changed else "unchanged", "warehouse": place, "before": before, "after": after})
    elif before is None:
        screen().print(f"{place}: made, schema {after}", soft_wrap=True)
    elif changed:
        screen().print(f"{place}: upgraded from schema {before} to {after}", soft_wrap=True)
    else:
        screen().print(f"{place}: already at schema {after}", soft_wrap=True)


def check(warehouse: WarehouseUrl = None, home: Home = None, json: Json = False) -> None:
    """Ask whether the warehouse is sound: constraints, sums and counts, hashes of revisions and of landed files.

    Names what is wrong and ends with 3 if anything is.
    Example: kinerja warehouse check --home .kinerja
    """
    settings = settings_from(home, warehouse)
    from warehouse import open_warehouse

    with asked_of_warehouse():
        store = open_warehouse(settings.warehouse_url, create=False)
    with store:
        place, report = store.place, store.check(settings.home / "landing")
    if json:
        status = "wrong" if report.problems else "sound"
        counts = {"revisions": report.n_revisions, "rows": report.n_rows, "landed_files": report.n_files}
        problems = [asdict(problem) for problem in report.problems]
        say_json({"status": status, "warehouse": place, **counts, "problems": problems})
    else:
        _tell(place, report)
    if report.problems:
        raise typer.Exit(ExitCode.STOPPED)


def _tell(place: str, report: CheckReport) -> None:
    console = screen()
    counts = {"revision": report.n_revisions, "row": report.n_rows, "landed file": report.n_files or 0}
    looked_at = ", ".join(f"{n:,} {name}{'s' * (n != 1)}" for name, n in counts.items())
    n = len(report.problems)
    found = "nothing is wrong" if not n else "1 thing is wrong" if n == 1 else f"{n:,} things are wrong"
    console.print(f"{place}: {looked_at}; {found}", soft_wrap=True)
    for problem in report.problems:
        console.print(shown(f"{_where(problem)}: {problem.says} [{problem.rule}: {problem.n:,}]"), soft_wrap=True)


def _where(problem: Problem) -> str:
    if problem.run_id is None:
        return problem.place
    revision = f"revision {problem.revision}, " if problem.revision is not None else ""
    return f"{problem.city} {problem.period} {revision}run {problem.run_id}, {problem.place}"
