"""A publication that begins before its insights are there: results are stored while these are still computed.

It is one transaction all the same. Storing waits for the database and for one core, computing keeps the others busy.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from types import TracebackType
from typing import TYPE_CHECKING, Self

from flows import steps
from warehouse import Published, open_warehouse

if TYPE_CHECKING:
    import polars as pl

    from flows.order import Run

Frames = Mapping[str, "pl.DataFrame"]


class Publication:
    """Publishes the results of a run, from the beginning of its `with` block on; `complete` gives it the insights.

    Left before that, it publishes nothing.
    """

    def __init__(
        self, run: Run, token: int, landed: steps.Landed, checked: steps.Checked, scored: steps.Scored
    ) -> None:
        self._run, self._token, self._landed, self._checked, self._scored = run, token, landed, checked, scored
        self._insights: Future[Frames] = Future()
        self._published: Future[Published] = Future()
        # A daemon: what it has not committed when the process ends was never published.
        self._thread = threading.Thread(target=self._work, name=f"publishing {run.run_id}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._insights.cancel()  # where they were given there is nothing to cancel
        self._thread.join()  # its transaction is over before anybody writes how the run ended

    def complete(self, insights: Frames) -> Published:
        """Publishes it with its insights; once it has failed, all of it anew.

        Raises:
            LeaseLost, WarehouseError: as `warehouse.Warehouse.publish`.
        """
        if self._insights.done():
            return self._publish(lambda: insights)
        self._insights.set_result(insights)
        return self._published.result()

    def _work(self) -> None:
        try:
            self._published.set_result(self._publish(self._insights.result))
        except BaseException as error:  # noqa: BLE001  # raised where it is asked for
            self._published.set_exception(error)

    def _publish(self, insights: Callable[[], Frames]) -> Published:
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
