"""Prefect's command, with its server mended so that it schedules: `python -m flows.orchestration.server server start`.

Prefect 3.8.8 inserts scheduled runs as rows that also hold `state`, a hybrid attribute of its model. SQLAlchemy 2.0
left such a key alone; 2.1 refuses it unless the attribute says what a bulk insert does with it, and the scheduler then
creates no run at all, with no more to show for it than a traceback in the server's log. Here it says: nothing, as
before. See docs/decisions/0020-prefect-schedules-beside-sqlalchemy-2-1.md.
"""

from __future__ import annotations

import sys
from typing import Any


def mend_scheduler() -> None:
    """Lets a bulk insert of flow runs pass over their `state`, unless this Prefect has an answer of its own."""
    from prefect.server.database.orm_models import FlowRun

    state = FlowRun.__dict__["state"]
    if getattr(state, "bulk_dml_setter", None) is None:
        state.bulk_dml_setter = _left_as_it_is


def _left_as_it_is(_model: type[Any], _row: dict[str, Any], _state: object) -> None:
    """The state is no column: its row is inserted after that of the run."""


def main() -> None:
    """Prefect's command."""
    mend_scheduler()
    from prefect.cli import app

    sys.argv[0] = "prefect"
    app()


if __name__ == "__main__":
    main()
