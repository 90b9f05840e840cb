"""Which revision a command reads: the latest, the one of a number, or the one that stood at a moment."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.problems import CommandError

if TYPE_CHECKING:
    from warehouse import Warehouse


def _moment(written: str) -> dt.datetime:
    """An instant; one without an offset is UTC, as `kinerja runs` shows instants."""
    try:
        found = dt.datetime.fromisoformat(written)
    except ValueError:
        raise typer.BadParameter(
            f"{written!r} is no moment; write 2026-10-20, 2026-10-20T17:00:00Z or 2026-10-20T17:00:00+07:00"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


Revision = Annotated[int | None, typer.Option("--revision", min=1, help="Revision to read; the latest if not given.")]
AsOf = Annotated[
    dt.datetime | None,
    typer.Option(
        "--as-of",
        metavar="TIME",
        parser=_moment,
        help="Read the revision that was the latest then (2026-10-20T17:00+07:00; UTC where it has no offset).",
    ),
]


def asked(store: Warehouse, city: str, period: str, revision: int | None, as_of: dt.datetime | None) -> int | None:
    """The number of the revision to read, None for the latest.

    Raises:
        CommandError: a revision and a moment were both given.
        WarehouseError: nothing was published at that moment yet.
    """
    if as_of is None:
        return revision
    if revision is not None:
        raise CommandError(["--revision and --as-of both say which revision; give one of the two"])
    return store.revision_at(city, period, as_of)
