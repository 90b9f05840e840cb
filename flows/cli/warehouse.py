"""`kinerja warehouse`: keep the warehouse's schema up to date."""

from __future__ import annotations

import typer

from flows.cli.options import Home, Json, WarehouseUrl, settings_from
from flows.cli.output import say_json, screen
from flows.cli.problems import asked_of_warehouse


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(no_args_is_help=True, help="Look after the warehouse.")
    group.command()(upgrade)
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
