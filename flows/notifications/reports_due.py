"""Progress reports that are owed: who is reminded today, and the reminding, once a person, due date and turn."""

from __future__ import annotations

import dataclasses
import datetime as dt
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from expectations.findings import ValidationStopped
from flows import steps
from flows.cli.problems import CommandError
from flows.notifications.config import Configured
from flows.notifications.delivery import Delivered, Delivery
from flows.notifications.events import REPORT_KINDS, Kind, Notice
from flows.order import Order, Run, prepared
from policies.operations import Operations
from sources.public_holidays import public_holidays
from transforms.due_reports import due_reports
from transforms.scope import days_off_of
from transforms.stale_reports import TURNS, stale_reports
from warehouse import NotificationLog

_READ: Final = ("employees", "calendar", "progress", "objectives", "leave")
_KINDS: Final[Mapping[str, Kind]] = {
    "overdue": "report_overdue",
    "escalated": "report_escalated",
    "this_week": "report_weekly",
    "stale": "report_stale",
}
"""Kinds of notices by turn; every other turn is of a report that is due."""


@dataclass(frozen=True)
class Due:
    """Who is to be reminded (`turns`: see `transforms.due_reports`), and the days nobody is."""

    turns: pl.DataFrame
    n_without_superior: int
    days_off: frozenset[dt.date]

    def document(self) -> list[dict[str, Any]]:
        """Counts by role, due date and turn, without anybody in them."""
        grouped = self.turns.group_by("due_date", "role", "turn").agg(
            n_told=pl.len(), n_reports=pl.col("n_reports").sum()
        )
        rows = grouped.sort("due_date", "role", "turn").iter_rows(named=True)
        return [{**row, "due_date": row["due_date"].isoformat()} for row in rows]


def find_due(order: Order, operations: Operations, *, at: dt.datetime) -> Due:
    """Whom to remind at `at` of what the valid rows of the inputs owe. Nothing is left behind, nothing loaded.

    Raises:
        CommandError: the city agreed on no reminders, or no progress was delivered.
        ValidationStopped, UnreadableFile: the data must not be used.
    """
    if operations.reports is None and operations.weekly_reports is None:
        raise CommandError(
            [f"operations/{order.city}: has no `reports` or `weekly_reports`; say there when people are reminded"]
        )
    with _valid(order) as (run, frames):
        days_off = frozenset(days_off_of(frames["calendar"], public_holidays([run.period.year, run.period.year + 1])))
        employees, progress = frames["employees"], frames["progress"]
        turns, n_without_superior = [TURNS.to_frame()], 0
        if rule := operations.reports:
            found = due_reports(
                employees, progress, rule, run.period, at=at, timezone=run.policy.timezone, days_off=days_off
            )
            turns.append(found.turns)
            n_without_superior = found.n_without_superior
        if weekly := operations.weekly_reports:
            turns.append(
                stale_reports(
                    employees,
                    frames["objectives"],
                    progress,
                    frames["leave"],
                    weekly,
                    run.period,
                    at=at,
                    timezone=run.policy.timezone,
                    days_off=days_off,
                )
            )
    return Due(pl.concat(one.select(TURNS.names()) for one in turns), n_without_superior, days_off)


def tell_due(
    due: Due,
    order: Order,
    config: Configured,
    log: NotificationLog,
    *,
    at: dt.datetime,
    allowed_from: dt.datetime,
) -> tuple[Counter[Delivered], int]:
    """Reminds everybody once a turn; how many notices went how, and how many people have no address.

    In quiet hours notices wait in the log until `allowed_from`; one that is owed no longer by then is dropped.
    """
    contacts = config.contacts()
    delivery = Delivery(log, order.home)
    owed: set[tuple[str, str]] = set()
    without: set[str] = set()
    for row in due.turns.iter_rows(named=True):
        address = contacts.get(row["employee_id"])
        if address is None:
            without.add(row["employee_id"])
            continue
        notice = _notice(row, order.city, order.period)
        owed.add((notice.event_key, address.recipient))
        delivery.tell(notice, [address], now=at, due_at=allowed_from)
    log.drop_queued(order.city, order.period, REPORT_KINDS, still_owed=owed)
    return delivery.tally, len(without)


def _notice(row: Mapping[str, Any], city: str, period: str) -> Notice:
    turn = row["turn"]
    kind = _KINDS.get(turn, "report_due")
    return Notice(
        event_key=f"{kind}:{city}:{period}:{row['due_date']}:{row['role']}:{turn}",
        kind=kind,
        city=city,
        period=period,
        role=row["role"],
        facts={"due": row["due_date"], "n_reports": row["n_reports"], "n_people": row["n_people"]},
    )


@contextmanager
def _valid(order: Order) -> Iterator[tuple[Run, dict[str, pl.LazyFrame]]]:
    """The valid rows of the datasets that reminders need, landed, read and checked in a folder that does not last."""
    with tempfile.TemporaryDirectory(prefix="kinerja-reminders-") as folder:
        # As of the period's end: which rows are known by now is asked of each report, not of the run.
        whole = dataclasses.replace(order, home=Path(folder), requires={}, known_as_of=None)
        run = prepared(dataclasses.replace(whole, ordered_at=_LATEST))
        files = tuple(file for file in run.source_map.files if file.dataset in (*_READ, None))
        run = dataclasses.replace(run, requires={}, source_map=dataclasses.replace(run.source_map, files=files))
        if "progress" not in run.source_map.datasets:
            raise CommandError([f"progress: no file was delivered in {order.inputs}; nobody can be reminded without"])
        landed = steps.land.function(run)
        landed.settled.wait()
        checked = steps.validate.function(run, landed, steps.read.function(run, landed))
        if checked.stops:
            raise ValidationStopped(checked.stops)
        yield run, steps.valid_rows(run, checked)


_LATEST: Final = dt.datetime(dt.MAXYEAR - 1, 1, 1, tzinfo=dt.UTC)
