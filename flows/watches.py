"""Who looks on at every run of this installation, as far as it is set up: see `flows.settings`."""

from __future__ import annotations

from collections.abc import Iterator

from flows.order import Order
from flows.seam import Watch


def configured_watches(order: Order) -> Iterator[Watch]:
    """Those that are set up; what is not costs no import."""
    yield from ()
