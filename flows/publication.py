"""A publication that begins before its insights are there: results are stored while these are still computed.

It is one transaction all the same. Storing waits for the database and for one core, computing keeps the others busy.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError, Future
from queue import SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, Self

from flows import steps
from warehouse import Published, open_warehouse

if TYPE_CHECKING:
    import polars as pl

    from flows.order import Run

Frames = Mapping[str, "pl.DataFrame"]


class Publication:
    """Publishes the results of a run, from the beginning of its `with` block on; `add` and `complete` give it insights.

    Left before it is complete, it publishes nothing.
    """

    def __init__(
        self, run: Run, token: int, landed: steps.Landed, checked: steps.Checked, scored: steps.Scored
    ) -> None:
        self._run, self._token, self._landed, self._checked, self._scored = run, token, landed, checked, scored
        self._families: SimpleQueue[Frames | BaseException | None] = SimpleQueue()
        self._is_over = False
        self._published: Future[Published] = Future()
        # A daemon: what it has not committed when the process ends was never published.
        self._thread = threading.Thread(target=self._work, name=f"publishing {run.run_id}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._families.put(CancelledError())  # where it is complete nobody takes it
        self._thread.join()  # its transaction is over before anybody writes how the run ended

    def add(self, insights: Frames) -> None:
        """Gives it some of the insights, to store while others are computed."""
        self._families.put(insights)

    def complete(self, insights: Frames) -> Published:
        """Publishes it, once all insights were added; where that has failed, all of it anew.

        Raises:
            LeaseLost, WarehouseError: as `warehouse.Warehouse.publish`.
        """
        if self._is_over:
            return self._publish(insights)
        self._is_over = True
        self._families.put(None)
        return self._published.result()

    def _work(self) -> None:
        try:
            self._published.set_result(self._publish(self._added()))
        except BaseException as error:  # noqa: BLE001  # raised where it is asked for
            self._published.set_exception(error)

    def _added(self) -> Iterator[Frames]:
        while (family := self._families.get()) is not None:
            if isinstance(family, BaseException):
                raise family
            yield family

    def _publish(self, insights: Frames | Iterator[Frames]) -> Published:
        with open_warehouse(self._run.order.warehouse_url) as warehouse:
            return warehouse.publish(
                self._run.run_id,
                self._token,
                self._scored.frames,
                insights=insights,
                policy=steps.policy_record(self._run),
                input_hash=self._landed.input_hash,
                finished_at=lambda: dt.datetime.now(dt.UTC),
                **steps.findings_of(self._landed, self._checked),
            )
