"""A refresh: the scores of a period that is under way, or of one whose files still arrive.

When: after new input files, by hand, by schedule, or as they arrive (`kinerja watch`).
Reads and leaves: what `flows.pipeline` does; only, files that were read and validated before are not read again.
When it fails: as there. A refresh may be repeated at any time; without new data it publishes nothing.
"""

from __future__ import annotations

from dataclasses import replace

from flows.order import Order
from flows.pipeline import run_period
from flows.seam import Caller
from flows.summary import Summary


def refresh(order: Order, call: Caller) -> Summary:
    """Scores one city and period anew, reading and validating only what no refresh before it has.

    Of a period that has ended everything is read anew: its scores are final, and nobody should have to trust a cache.

    Raises:
        ValidationStopped, UnreadableFile, LeaseHeld: as `flows.pipeline.run_period`.
    """
    return run_period(replace(order, incremental=True), call)
