"""`kinerja up`, `deploy` and `doctor`: keep the platform running."""

from __future__ import annotations

import datetime as dt
import os
from typing import Annotated

import typer

from flows.cli.options import Home, Json, WarehouseUrl, settings_from
from flows.cli.output import say_json, screen
from flows.cli.problems import CommandError, ExitCode, shown

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
    app.command(rich_help_panel=_PANEL)(doctor)


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
    from flows.orchestration.up import up as start

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
    settings = settings_from()
    if not os.environ.get("PREFECT_API_URL"):
        told = "PREFECT_API_URL is not set: say which server, such as http://prefect.example:4200/api"
        raise CommandError([f"{told}, or use `kinerja up`"])
    from flows.orchestration.installing import install

    install(lambda told: screen().print(told, soft_wrap=True), settings, heartbeat_seconds=heartbeat)


def doctor(warehouse: WarehouseUrl = None, home: Home = None, json: Json = False) -> None:
    """Look whether everything is fit for the next run, and say what to do where it is not.

    Ends with 1 if anything fails; warnings alone end with 0.
    Example: kinerja doctor --home .kinerja
    """
    settings = settings_from(home, warehouse)
    from flows.doctor import document, examine

    findings = []
    for finding in examine(settings, dt.datetime.now(dt.UTC)):
        findings.append(finding)
        if not json:
            screen().print(f"{finding.status:<5}{finding.check:<28}{shown(finding.says)}", soft_wrap=True)
            if finding.status != "ok":
                screen().print(f"{'':<5}{'':<28}-> {finding.do}", soft_wrap=True)
    worst = max((finding.status for finding in findings), key=("ok", "warn", "fail").index)
    if json:
        say_json({"status": worst, "findings": document(findings)})
    if worst == "fail":
        raise typer.Exit(ExitCode.FAILED)
