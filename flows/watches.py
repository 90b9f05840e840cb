"""Who looks on at every run of this installation, as far as it is set up: see `flows.settings`."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator

from flows.order import Order
from flows.seam import Watch
from flows.settings import Settings

_log = logging.getLogger(__name__)


def configured_watches(order: Order) -> Iterator[Watch]:
    """Those that are set up; what is not costs no import, and what is set up wrongly is said and left out."""
    settings = Settings(home=order.home, warehouse_url=order.warehouse_url)
    if (path := settings.notify_file) is not None:
        from flows.cli.problems import CommandError
        from flows.notifications.config import load_config
        from flows.notifications.runs import NotificationWatch

        try:
            yield NotificationWatch(order, load_config(path), settings.reports_url, _now)
        except CommandError as error:
            # Scores must not wait for an address; `kinerja notify test` says the same, before it matters.
            _log.warning("nobody will be told of this run: %s", "; ".join(error.problems))
    if place := settings.lineage_place:
        yield from _lineage(place)


def _lineage(place: str) -> Iterator[Watch]:
    from flows.lineage import LineageWatch, new_client

    try:
        yield LineageWatch(new_client(place))
    except Exception as error:  # noqa: BLE001  # the client raises whatever its configuration led to
        _log.warning("no lineage of this run: its client cannot be set up: %s", type(error).__name__)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
