"""A refresh: the scores of a period that is under way, or of one whose files still arrive.

When: after new input files, by hand, by schedule, or as they arrive (`kinerja watch`).
Reads and leaves: what `flows.pipeline` does; only, files that were read and validated before are not read again.
When it fails: as there. A refresh may be repeated at any time; without new data it publishes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from flows.order import Order
from flows.pipeline import run_period
from flows.seam import Caller
from flows.summary import Summary
from sources.source_map import MAPPING_NAME
from warehouse import open_warehouse


def refresh(order: Order, call: Caller) -> Summary:
    """Scores one city and period anew, reading and validating only what no refresh before it has.

    Of a period that has ended everything is read anew: its scores are final, and nobody should have to trust a cache.

    Raises:
        ValidationStopped, UnreadableFile, LeaseHeld: as `flows.pipeline.run_period`.
    """
    return run_period(replace(order, incremental=True), call)


def is_awaited(order: Order, root: Path) -> bool:
    """Whether nothing has been delivered yet, as in a period's first days: no file is there, and no run has been.

    `root` holds the folders of all cities: where it is not there, a disk is missing, not a delivery.
    """
    there = order.inputs.rglob("*") if order.inputs.is_dir() else ()
    if not root.is_dir() or any(one.is_file() and not _beside(one) for one in there):
        return False
    with open_warehouse(order.warehouse_url) as warehouse:
        columns, rows = warehouse.runs()
        place = columns.index("city"), columns.index("period")
        return all((row[place[0]], row[place[1]]) != (order.city, order.period) for row in rows)


def _beside(file: Path) -> bool:
    """Whether a file is no delivery: a mapping, or one that is hidden."""
    return file.name == MAPPING_NAME or file.name.startswith(".")
