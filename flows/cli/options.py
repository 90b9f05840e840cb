"""The options that several commands share, and the settings they lead to."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.problems import CommandError

if TYPE_CHECKING:
    from flows.settings import Settings

CITY_HELP = "City, as `kinerja policies list` names it."
PERIOD_HELP = "Quarter (2026-Q3), month (2026-07) or year (2026)."

City = Annotated[str, typer.Option("--city", metavar="CITY", help=CITY_HELP)]
PeriodText = Annotated[str, typer.Option("--period", metavar="PERIOD", help=PERIOD_HELP)]
Home = Annotated[
    Path | None,
    typer.Option("--home", metavar="DIR", help="Folder the platform works in; else $KINERJA_HOME, else ./.kinerja."),
]
WarehouseUrl = Annotated[
    str | None,
    typer.Option(
        "--warehouse",
        metavar="URL",
        help="Warehouse, such as postgresql://user@host/db; else $KINERJA_WAREHOUSE_URL, else DIR/warehouse.db.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Write one JSON object to standard output, errors included.")]


def settings_from(home: Path | None = None, warehouse: str | None = None) -> Settings:
    """The settings, what the command line gives first; logs go to standard error from then on.

    Raises:
        CommandError: a setting is wrong; names every one.
    """
    from pydantic import ValidationError

    from flows.settings import Settings

    given: dict[str, Any] = {"home": home, "warehouse_url": warehouse}
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise CommandError(
            f"KINERJA_{'_'.join(map(str, detail['loc'])).upper()}: {detail['msg']}" for detail in error.errors()
        ) from None
    logging.basicConfig(level=settings.log_level, format="%(levelname)s %(name)s: %(message)s")
    return settings
