"""One run of a delivery in a process of its own, which may kill itself: `python -m tests.warehouse.a_killed_run ...`.

Arguments: database URL, home, inputs, and where it ends: `after <step>`, a point of the load as `a_process` names it,
or `never`. It prints the status and the result hash.
"""

from __future__ import annotations

import datetime as dt
import importlib
import sys
import warnings
from pathlib import Path

from tests.flows.ended import CITY, PERIOD
from tests.warehouse.a_process import arm, kill


def main(url: str, home: str, inputs: str, point: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Great Expectations imports
        importlib.import_module("expectations.validation")
    from flows.order import Order
    from flows.pipeline import run_period
    from flows.seam import Caller, Counted, Done, Watch

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


if __name__ == "__main__":
    main(*sys.argv[1:])
