"""A process of its own that publishes, and is killed or paused on the way.

Its words: database URL, run id, and where it ends:
`schema`: killed while creating the tables; `filling`, `employees`, `indicators`, `loaded`, `commit`: killed within the
load, from before its first row to its commit; `published`: killed after the commit, the lease still held;
`paused`: stops itself before publishing; `asked`: waits for a line before publishing; `never`: runs through.
It exits with 4 where the lease is held, 5 where it was lost.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
from typing import Any

from sqlalchemy import Engine, event

from tests.warehouse.a_run import AT, CITY, FINDINGS, PERIOD, POLICY, record, results
from warehouse import LeaseHeld, LeaseLost, open_warehouse
from warehouse.identity import RESULTS

PAUSED_TTL_SECONDS = 0.5
STATEMENTS = {
    "schema": ("CREATE VIEW run_overview", 1),
    "filling": ("INSERT INTO validation_result ", 1),
    "employees": ("INSERT INTO result_digest ", 1),
    "indicators": ("INSERT INTO result_digest ", 2),
    "loaded": ("INSERT INTO result_digest ", len(RESULTS)),
}
"""How the statement begins that a point is before, and the how manieth of them; COPY is not seen here."""


def kill() -> None:
    """End at once, as by a power cut."""
    os.kill(os.getpid(), signal.SIGKILL)


def arm(point: str) -> None:
    """Kill this process before the statement, or the commit, that `point` names."""
    words, times = STATEMENTS.get(point, STATEMENTS["loaded"])
    n = 0

    def before(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal n
        n += statement.strip().startswith(words)
        if point in STATEMENTS and n == times:
            kill()

    def commit(_connection: Any) -> None:
        if point == "commit" and n == times:
            kill()

    event.listen(Engine, "before_cursor_execute", before)
    event.listen(Engine, "commit", commit)


def main() -> int:
    url, run_id, point = sys.argv[1:]
    arm(point)
    ttl = PAUSED_TTL_SECONDS if point == "paused" else 60
    with open_warehouse(url) as warehouse:
        lease = warehouse.lease(CITY, PERIOD, run_id, now=lambda: dt.datetime.now(dt.UTC), ttl_seconds=ttl)
        try:
            with lease:
                warehouse.start_run(record(run_id))
                if point == "paused":
                    os.kill(os.getpid(), signal.SIGSTOP)
                if point == "asked":
                    print("holds", flush=True)
                    sys.stdin.readline()
                warehouse.publish(
                    run_id, lease.token, results(), policy=POLICY, input_hash="inputs-1", finished_at=AT, **FINDINGS
                )
                if point == "published":
                    kill()
        except LeaseHeld:
            print("held", flush=True)
            return 4
        except LeaseLost:
            return 5
    return 0
