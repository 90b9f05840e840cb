"""What people are told of runs: that one failed, was stopped or cut off, or ended with warnings."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

from flows.cli.problems import EXIT_CODES
from flows.notifications.arrivals import keep_arrivals, reached_by
from flows.notifications.config import Configured, load_config
from flows.notifications.delivery import Delivery, opened_log
from flows.notifications.events import Kind, Notice
from flows.order import Order, Run
from flows.seam import Counted, Done, Failure, Watch
from flows.settings import Settings
from flows.steps import Checked
from flows.summary import Summary
from policies import Period
from warehouse import NotificationLog

_log = logging.getLogger(__name__)
_CRASHES_TOLD_FOR: Final = dt.timedelta(days=7)
_KINDS: Final[Mapping[str, Kind]] = {
    "failed": "run_failed",
    "stopped": "run_stopped",
    "crashed": "run_crashed",
    "late": "run_late",
    "stuck": "run_stuck",
}
_DIGEST: Final = 12
"""Characters of a hash that tell texts of one period apart."""
_EXCEPTION: Final = re.compile(r"\bexception: (\w+)")
_WRITTEN_FOR_USERS: Final = frozenset({"CommandError", *(name.rpartition(".")[2] for name in EXIT_CODES)})
_FAILED: Final[tuple[Kind, ...]] = ("run_failed", "run_stopped", "run_crashed")


class NotificationWatch(Watch):
    """Tells those who are configured; `now` is the clock."""

    def __init__(self, order: Order, config: Configured, reports_url: str, now: Callable[[], dt.datetime]) -> None:
        self._order = order
        self._config = config
        self._reports_url = reports_url
        self._now = now
        self._run: Run | None = None
        self._reached: dict[str, set[Period]] = {}

    def ends(self, done: Done, result: Counted) -> None:
        """Sees how far the data reach: once the run is over, its rows are gone."""
        if self._run is not None and isinstance(result, Checked):
            self._reached = reached_by(self._run, result)

    def started(self, run: Run) -> None:
        """Tells of runs of this city that ended without a word, and what could not be delivered before."""
        self._run = run
        with opened_log(self._order.warehouse_url) as log:
            if log is None:
                return
            delivery = Delivery(log, self._order.home)
            delivery.tell_waiting(self._config, now=self._now())
            tell_crashes(
                run.policy.city, delivery, log, self._config, self._order.home, self._reports_url, now=self._now()
            )

    def ended(self, summary: Summary) -> None:
        """Tells of warnings, once where they are the same again, and keeps when data came.

        Within a period they are no news: data are still coming, and a refresh runs every night.
        """
        run = summary.run
        if summary.warnings and not run.is_provisional:
            digest = hashlib.sha256("\n".join(summary.warnings).encode()).hexdigest()[:_DIGEST]
            self._tell(
                Notice(
                    event_key=f"delivery_warning:{run.policy.city}:{run.period}:{digest}",
                    kind="delivery_warning",
                    city=run.policy.city,
                    period=run.period.name,
                    run_id=run.run_id,
                    facts={
                        "problems": summary.warnings,
                        "status": summary.status,
                        "report": report_place(self._order.home, run.run_id, self._reports_url),
                    },
                )
            )
        keep_arrivals(run, summary.landed, self._reached, now=self._now())

    def failed(self, failure: Failure) -> None:
        """Tells of a run that failed or was stopped; one that found another at work, or was interrupted, needs none."""
        # First of all, because the warehouse may be what failed.
        if failure.ended_by in ("failed", "stopped"):
            self._tell(_of_failure(failure, self._reports_url))
        if failure.run is not None and failure.landed is not None:
            keep_arrivals(failure.run, failure.landed, self._reached, now=self._now())

    def _tell(self, notice: Notice) -> None:
        if addresses := self._config.listeners(notice.kind, notice.city):
            with opened_log(self._order.warehouse_url) as log:
                Delivery(log, self._order.home).tell(notice, addresses, now=self._now())


def notify_failure(
    city: str,
    period: str,
    what: Literal["failed", "stopped", "crashed", "late", "stuck"],
    problems: Sequence[str],
    *,
    flow_run_id: str,
    since: dt.datetime,
    now: dt.datetime,
    home: Path | None = None,
    warehouse_url: str | None = None,
) -> None:
    """Tells of a flow run that is in trouble, unless the run itself has told already; never raises.

    For hooks of an orchestrator, which also see what a process cannot tell of itself: that it was killed, never began
    or does not end.

    Args:
        city: the city.
        period: the period as written; empty where it is not known.
        what: the trouble.
        problems: why, in sentences without a personal value.
        flow_run_id: what the event is known by where the warehouse has no run of it.
        since: when the flow run began; what the run told of this city and period since then is not told again.
        now: the present.
        home: the folder the platform works in, else the installation's.
        warehouse_url: the warehouse, else the installation's.
    """
    try:
        given = {"home": home, "warehouse_url": warehouse_url}
        settings = Settings.model_validate({name: value for name, value in given.items() if value is not None})
        path = settings.notify_file
        if path is None:
            return
        config = load_config(path)
        run_id = None
        with opened_log(settings.warehouse_url) as log:
            delivery = Delivery(log, settings.home)
            if delivery.told_without_log(city, period, since=since):
                return
            if log is not None:
                if what not in ("late", "stuck") and log.told(city, period, _FAILED, since=since):
                    return
                at_work = log.runs_at_work(city, period, since=since) if what in ("crashed", "stuck") else []
                run_id = at_work[-1] if at_work else None
            notice = Notice(
                event_key=f"{_KINDS[what]}:{run_id or flow_run_id}",
                kind=_KINDS[what],
                city=city,
                period=period or "-",
                run_id=run_id,
                facts={
                    "problems": [_safe(one) for one in problems],
                    "report": report_place(settings.home, run_id, settings.reports_url),
                },
            )
            delivery.tell(notice, config.listeners(notice.kind, city), now=now)
    except Exception as error:  # noqa: BLE001  # a hook that raises would hide how the run ended
        _log.warning("nobody was told that %s %s is %s: %s", city, period, what, type(error).__name__)


def _safe(problem: str) -> str:
    """The problem as an orchestrator tells it; of an exception whose message may hold a cell, only its name."""
    found = _EXCEPTION.search(problem)
    if found is None or found[1] in _WRITTEN_FOR_USERS:
        return problem
    return problem[: found.end(1)]


def tell_crashes(
    city: str,
    delivery: Delivery,
    log: NotificationLog,
    config: Configured,
    home: Path,
    reports_url: str,
    *,
    now: dt.datetime,
) -> None:
    """Tells of runs of a city whose process ended without a word, as the next run of their period found."""
    for of_city, period, run_id in log.crashed_runs(since=now - _CRASHES_TOLD_FOR, city=city):
        notice = Notice(
            event_key=f"run_crashed:{run_id}",
            kind="run_crashed",
            city=of_city,
            period=period,
            run_id=run_id,
            facts={"report": report_place(home, run_id, reports_url)},
        )
        delivery.tell(notice, config.listeners(notice.kind, of_city), now=now)


def report_place(home: Path, run_id: str | None, reports_url: str) -> str:
    """Where a run's report is: its address, or its file; `-` where there is none."""
    if run_id is None:
        return "-"
    if reports_url:
        return f"{reports_url.rstrip('/')}/{run_id}/validation.html"
    file = home / "reports" / run_id / "validation.html"
    return str(file.absolute()) if file.is_file() else "-"


def _of_failure(failure: Failure, reports_url: str) -> Notice:
    order, run = failure.order, failure.run
    run_id = run.run_id if run else None
    # Without a run, the order is what the event is known by.
    key = run_id or f"{order.city}:{order.period}:{order.ordered_at.isoformat()}"
    kind = _KINDS["stopped" if failure.ended_by == "stopped" else "failed"]
    return Notice(
        event_key=f"{kind}:{key}",
        kind=kind,
        city=order.city,
        period=order.period,
        run_id=run_id,
        facts={"problems": failure.problems, "report": report_place(order.home, run_id, reports_url)},
    )
