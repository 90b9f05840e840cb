"""`kinerja notify` and `kinerja reminders`: who is told of what, and what became of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.cli.options import City, Home, Json, PeriodText, WarehouseUrl, settings_from
from flows.cli.output import counted, new_table, say_json, screen
from flows.cli.problems import ExitCode, asked_of_warehouse

Inputs = Annotated[Path, typer.Option("--inputs", metavar="DIR", help="Folder that the input files are delivered to.")]
Sources = Annotated[
    Path | None,
    typer.Option("--sources", metavar="FILE", help="Mapping of files to datasets; else DIR/sources.yaml, if there."),
]
At = Annotated[
    dt.datetime | None,
    typer.Option("--at", metavar="TIME", help="Take this for the present; local time of the city without an offset."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only look: tell nobody, keep nothing.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Tell people what they must know: set up, check, and its log.")
    group.command("test")(send_test)
    group.command()(due)
    group.command()(log)
    group.callback()(_group)
    app.add_typer(group, name="notify", rich_help_panel="Operate")
    app.command(rich_help_panel="Operate")(reminders)


def _group() -> None:
    """Tell people what they must know: set up, check, and its log."""


def send_test(home: Home = None, json: Json = False) -> None:
    """Check the configuration of notices, and send a test message to every recipient in it.

    Ends with 1 if one of them cannot be reached.
    Example: kinerja notify test --home .kinerja
    """
    settings = settings_from(home)
    from flows.notifications.daily import configured
    from flows.notifications.events import Notice
    from flows.notifications.sending import send

    config = configured(settings)
    n_contacts = len(config.contacts())
    told = []
    for recipient in config.document.recipients:
        address = config.addresses[recipient.name]
        title, body = Notice(event_key="test", kind="test", city="").text(address.language)
        how = send(address.url, title, body, is_alarm=False)
        told.append({"recipient": address.recipient, "channel": address.channel, **how._asdict()})
    failed = [one for one in told if one["outcome"] != "sent"]
    if json:
        say_json({"status": "failed" if failed else "done", "recipients": told, "contacts": n_contacts})
    else:
        for one in told:
            screen().print(f"{one['recipient']} ({one['channel']}): {one['error'] or one['outcome']}", soft_wrap=True)
        screen().print(f"{len(told)} recipients, {n_contacts} contacts of employees")
    if failed:
        raise typer.Exit(ExitCode.FAILED)


def due(
    city: City,
    period: PeriodText,
    inputs: Inputs,
    sources: Sources = None,
    at: At = None,
    dry_run: DryRun = False,
    warehouse: WarehouseUrl = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Find data that somebody agreed to deliver and that is not there by its deadline; tell of each once.

    Also tells of runs that were cut off, and tries again what could not be delivered before.
    Example: kinerja notify due --city kalianda --period 2026-Q3 --inputs inputs
    """
    settings = settings_from(home, warehouse)
    from flows.notifications.daily import configured, tell_due_data

    config = None if dry_run else configured(settings)
    now = _moment(at, city, settings.policies_dir)
    document = tell_due_data(city, period, inputs, sources, settings, config, now=now, dry_run=dry_run)
    if json:
        say_json(document)
        return
    table = new_table()
    for name in ("dataset", "of", "owner", "deadline", "files", "state"):
        table.add_column(name)
    for row in document["datasets"]:
        table.add_row(*(str(value) for value in row.values()))
    screen().print(table)
    _tell(document)


def reminders(
    city: City,
    period: PeriodText,
    inputs: Inputs,
    sources: Sources = None,
    at: At = None,
    dry_run: DryRun = False,
    warehouse: WarehouseUrl = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Remind people of progress reports that are owed, their supervisors, and who stands above where none comes.

    Each person is told once a due date and turn; in quiet hours notices wait for the next run after them.
    Example: kinerja reminders --city sibolga --period 2026-Q3 --inputs inputs --dry-run
    """
    settings = settings_from(home, warehouse)
    from flows.notifications.daily import configured, remind
    from flows.order import Order

    moment = _moment(at, city, settings.policies_dir)
    order = Order(
        city=city,
        period=period,
        inputs=inputs,
        sources=sources,
        home=settings.home,
        warehouse_url=settings.warehouse_url,
        policies_dir=settings.policies_dir,
        ordered_at=moment,
    )
    document = remind(order, None if dry_run else configured(settings), at=moment)
    if json:
        say_json(document)
        return
    table = new_table()
    for name in ("due_date", "role", "turn", "people told", "reports"):
        table.add_column(name)
    for row in document["due"]:
        table.add_row(*(str(value) for value in row.values()))
    screen().print(table)
    if document["without_contact"]:
        screen().print(f"Warning: {document['without_contact']} people to be told have no line in contacts")
    if document["without_superior"]:
        screen().print(f"Warning: {document['without_superior']} people are late and nobody stands above to be told")
    if document["allowed_from"] != document["at"]:
        screen().print(f"Quiet hours: notices wait until {document['allowed_from']}")
    _tell(document)


def log(
    city: Annotated[str | None, typer.Option("--city", metavar="CITY", help="Only of this city.")] = None,
    period: Annotated[str | None, typer.Option("--period", metavar="PERIOD", help="Only of this period.")] = None,
    arrivals: Annotated[bool, typer.Option("--arrivals", help="When data came, instead of who was told.")] = False,
    warehouse: WarehouseUrl = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Show who was told of what and when it went, or when agreed data came. Holds employee numbers, not addresses.

    Example: kinerja notify log --city sibolga --json
    """
    settings = settings_from(home, warehouse)
    from warehouse import open_warehouse

    with asked_of_warehouse(), open_warehouse(settings.warehouse_url, create=False) as opened:
        kept = opened.notifications
        found = kept.arrivals(city, period) if arrivals else kept.rows(city, period)
        rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
    if arrivals:
        rows = [{**row, "late_hours": _late_hours(row)} for row in rows]
    if json:
        say_json({"status": "done", "rows": [{name: _plain(value) for name, value in row.items()} for row in rows]})
        return
    shown = _ARRIVAL_COLUMNS if arrivals else _LOG_COLUMNS
    table = new_table()
    for name in shown:
        table.add_column(name)
    for row in rows:
        table.add_row(*("" if row[name] is None else str(_plain(row[name])) for name in shown))
    screen().print(table)


_LOG_COLUMNS = ("due_at", "sent_at", "status", "attempts", "recipient", "channel", "event_key", "error")
_ARRIVAL_COLUMNS = ("city", "period", "dataset", "owner", "deadline_at", "arrived_at", "late_hours", "n_files")


def _late_hours(row: dict[str, Any]) -> int:
    """Whole hours it came, or was last looked for in vain, after its deadline."""
    late = (row["arrived_at"] or row["checked_at"]) - row["deadline_at"]
    return max(0, int(late.total_seconds() // 3600))


def _plain(value: Any) -> Any:
    return value.isoformat(timespec="seconds") if isinstance(value, dt.datetime) else value


def _moment(at: dt.datetime | None, city: str, policies_dir: Path | None) -> dt.datetime:
    """The present, or what is to be taken for it."""
    if at is None:
        return dt.datetime.now(dt.UTC)
    if at.tzinfo is not None:
        return at
    from flows.orchestration.scheduled import zone_of

    return at.replace(tzinfo=zone_of(city, at.replace(tzinfo=dt.UTC), policies_dir))


def _tell(document: dict[str, Any]) -> None:
    words = {
        "sent": "sent",
        "sent_before": "sent before",
        "queued": "waiting",
        "failed": "failed",
        "unknown": "unknown",
    }
    went = {words[name]: number for name, number in document["notices"].items()}
    told = counted(went) or ("a dry run, nobody told" if document["status"] == "dry_run" else "nobody to be told")
    screen().print(f"{document['city']} {document['period']}: notices: {told}")
