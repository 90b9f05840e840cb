"""What is looked at every day: alarms not delivered, runs that were cut off, data and reports that are due."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

from flows.cli.problems import CommandError
from flows.notifications.arrivals import agreements, arrivals_of, days_off_around, files_of, tell_late
from flows.notifications.config import Configured, load_config
from flows.notifications.delivery import Delivered, Delivery
from flows.notifications.reports_due import find_due, tell_due
from flows.notifications.runs import tell_crashes
from flows.order import Order
from flows.settings import Settings
from policies import Period, Policy, load_policy
from policies.loading import PACKAGED
from policies.operations import Operations
from transforms import CATALOGUE
from warehouse import open_warehouse


def configured(settings: Settings) -> Configured:
    """The installation's notifications.

    Raises:
        CommandError: there are none, or they cannot be used.
    """
    if settings.notify_file is None:
        usual = settings.home / "notifications.yaml"
        raise CommandError([f"{usual}: no such file; write it as docs/notifications.md says, or set KINERJA_NOTIFY"])
    return load_config(settings.notify_file)


def tell_due_data(
    city: str,
    period: str,
    inputs: Path,
    mapping: Path | None,
    settings: Settings,
    config: Configured | None,
    *,
    now: dt.datetime,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Finds agreed datasets that are not there by their deadline, and tells of each once; what was found.

    Also tells of runs of the city that were cut off, and tries again what could not be delivered. Without a
    configuration it keeps what came and tells nobody; a dry run only looks.

    Raises:
        CommandError, PolicyError, SourceError: the order, the agreements or the mapping cannot be used.
    """
    parsed, policy, operations = _agreed(city, period, settings.policies_dir)
    seen = set() if dry_run else _seen(city, settings.warehouse_url)
    arrivals = arrivals_of(operations, parsed, policy.timezone, inputs, mapping, now=now, seen=seen)
    tally: Counter[Delivered] = Counter()
    if not dry_run:
        with open_warehouse(settings.warehouse_url) as warehouse:
            log = warehouse.notifications
            delivery = Delivery(log, settings.home)
            if config is not None:
                delivery.tell_waiting(config, now=now)
                tell_crashes(city, delivery, log, config, settings.home, settings.reports_url, now=now)
            allowed_from = operations.quiet_hours.allowed_from(now, policy.timezone, days_off_around(parsed))
            tally = delivery.tally + tell_late(
                arrivals, city, parsed, config, log, settings.home, now=now, allowed_from=allowed_from
            )
    return {
        "status": "dry_run" if dry_run else "done",
        "city": city,
        "period": parsed.name,
        "datasets": [
            {
                "dataset": one.supply.dataset,
                "of": one.of.name,
                "owner": one.supply.owner,
                "deadline": one.deadline.isoformat(),
                "files": one.n_files,
                "state": one.state(now),
            }
            for one in arrivals
        ],
        "notices": dict(tally),
    }


def _seen(city: str, warehouse_url: str) -> set[tuple[str, str]]:
    """Periods and datasets that came, as far as anybody has looked."""
    with open_warehouse(warehouse_url) as warehouse:
        kept = warehouse.notifications.arrivals(city)
        rows = [dict(zip(kept.columns, row, strict=True)) for row in kept.rows]
    return {(row["period"], row["dataset"]) for row in rows if row["arrived_at"] is not None}


def comes_by_month(city: str, period: Period, policies_dir: Path | None) -> bool:
    """Whether some of the city's data are due by the month, so that they may be late while the period is under way."""
    agreed = agreements(city, period, policies_dir or PACKAGED)
    return any(supply.every == "month" for supply in agreed.supplies)


def remind(order: Order, config: Configured | None, *, at: dt.datetime) -> dict[str, Any]:
    """Reminds of progress reports that are owed at `at`, each person once a turn; counts of what was found.

    Without a configuration it only looks.

    Raises:
        CommandError, PolicyError, SourceError: the order, the agreements or the mapping cannot be used.
        ValidationStopped, UnreadableFile: the data must not be used.
    """
    _, policy, operations = _agreed(order.city, order.period, order.policies_dir)
    due = find_due(order, operations, at=at)
    allowed_from = operations.quiet_hours.allowed_from(at, policy.timezone, due.days_off)
    tally: Counter[Delivered] = Counter()
    without_contact = None
    if config is not None:
        with open_warehouse(order.warehouse_url) as warehouse:
            tally, without_contact = tell_due(
                due, order, config, warehouse.notifications, at=at, allowed_from=allowed_from
            )
    return {
        "status": "dry_run" if config is None else "done",
        "city": order.city,
        "period": order.period,
        "at": at.isoformat(),
        "allowed_from": allowed_from.isoformat(),
        "due": due.document(),
        "notices": dict(tally),
        "without_contact": without_contact,
        "without_superior": due.n_without_superior,
    }


def owes_reports(order: Order) -> bool:
    """Whether the city is reminded of progress reports, and the folder has something to look at."""
    operations = _agreed(order.city, order.period, order.policies_dir)[2]
    is_reminded = operations.reports is not None or operations.weekly_reports is not None
    return is_reminded and bool(files_of(order.inputs, order.sources).get("progress"))


def _agreed(city: str, period: str, policies_dir: Path | None) -> tuple[Period, Policy, Operations]:
    try:
        parsed = Period.parse(period)
    except ValueError as error:
        raise CommandError([f"--period: {error}"]) from None
    root = policies_dir or PACKAGED
    return parsed, load_policy(city, parsed, CATALOGUE, root=root), agreements(city, parsed, root)
