"""One run of a delivery in a process of its own, which may kill itself.

Its words: database URL, home, inputs, and where it ends: `after <step>`, a point of the load as `a_process` names it,
or `never`. It prints the status and the result hash.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

from flows.order import Order
from flows.pipeline import run_period
from flows.seam import Caller, Counted, Done, Watch
from tests.flows.ended import CITY, PERIOD
from tests.warehouse.a_process import arm, kill


def main() -> None:
    url, home, inputs, point = sys.argv[1:]

    class Killer(Watch):
        def ends(self, done: Done, result: Counted) -> None:
            if point == f"after {done.title}":
                kill()

    arm(point)
    order = Order(
        city=CITY,
        period=PERIOD,
        inputs=Path(inputs),
        home=Path(home),
        warehouse_url=url,
        ordered_at=dt.datetime(2026, 10, 20, tzinfo=dt.UTC),
    )
    found = run_period(order, Caller(Killer())).document()
    print(found["status"], found["result_hash"])
    print(*(f"after {step['step']}" for step in found["steps"]), sep=",")
