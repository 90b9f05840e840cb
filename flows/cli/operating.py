"""`kinerja up`, `deploy` and `doctor`: keep the platform running."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from flows.cli.options import Home, WarehouseUrl, settings_from
from flows.cli.output import screen
from flows.cli.problems import CommandError

_PANEL = "Operate"
Heartbeat = Annotated[
    int,
    typer.Option(
        "--heartbeat",
        metavar="SECONDS",
        min=30,
        help="PREFECT_FLOWS_HEARTBEAT_FREQUENCY of the workers; a run silent for three of these has crashed.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(rich_help_panel=_PANEL)(up)
    app.command(rich_help_panel=_PANEL)(deploy)


def up(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port of the server and its interface.")] = 4200,
    prefect_database: Annotated[
        str,
        typer.Option(
            "--prefect-database",
            metavar="URL",
            envvar="PREFECT_SERVER_DATABASE_CONNECTION_URL",
            help="Prefect's own database, such as postgresql+asyncpg://user@host/db; else SQLite in DIR/prefect.",
        ),
    ] = "",
    warehouse: WarehouseUrl = None,
    home: Home = None,
) -> None:
    """Run the whole platform on this machine: Prefect server, worker, deployments, automations; Ctrl-C ends all.

    Example: kinerja up --home .kinerja
    """
    settings = settings_from(home.resolve() if home else None, warehouse)
    from flows.up import up as start

    err, out = screen(stderr=True), screen()
    start(
        settings,
        port,
        prefect_database,
        say=lambda told: err.print(told, soft_wrap=True),
        ready=lambda url: out.print(
            f"Ready      {url}\nInputs     {settings.inputs.resolve()}/<city>/<period>", soft_wrap=True
        ),
    )


def deploy(heartbeat: Heartbeat = 30) -> None:
    """Put work pool, deployments and automations on the server of PREFECT_API_URL; again after every upgrade.

    Example: kinerja deploy
    """
    settings_from()
    if not os.environ.get("PREFECT_API_URL"):
        told = "PREFECT_API_URL is not set: say which server, such as http://prefect.example:4200/api"
        raise CommandError([f"{told}, or use `kinerja up`"])
    from flows.installing import install

    install(lambda told: screen().print(told, soft_wrap=True), heartbeat_seconds=heartbeat)
