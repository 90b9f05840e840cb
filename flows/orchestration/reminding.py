"""The Prefect flow of the daily reminders of a city.

When it runs: every morning, by schedule (`prefect.yaml`), or by hand.
What it reads: the inputs folder of the quarter under way, of the quarter and in January the year that ended last. What
it leaves: when each agreed dataset came, and in the delivery log who was told of what; each notice goes once.
When it fails: nobody was told of what is not in the log (`kinerja notify log`); run it again, nothing goes twice.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from prefect import flow
from prefect.artifacts import create_table_artifact
from prefect.logging import get_run_logger

from flows.notifications.config import Configured, load_config
from flows.notifications.daily import comes_by_month, owes_reports, remind, tell_due_data
from flows.orchestration.deployed import settings_of
from flows.orchestration.parameters import City, Folder, Text
from flows.orchestration.scheduled import inputs_of, last_ended, under_way, zone_of
from flows.orchestration.trouble import tell_how_it_ended
from flows.order import Order
from flows.settings import Settings
from policies import Period

_JANUARY: Final = 1


@flow(
    name="reminders",
    flow_run_name="{city} reminders",
    persist_result=False,
    validate_parameters=True,
    on_failure=[tell_how_it_ended],
    on_crashed=[tell_how_it_ended],
)
def reminders(city: City, warehouse: Text = None, home: Folder = None) -> list[dict[str, Any]]:
    """Tells of data and progress reports of a city that are due; what was found, period by period.

    Args:
        city: as its policy folder is called, such as kalianda or tangerang_selatan.
        warehouse: its URL; empty: KINERJA_WAREHOUSE_URL on the worker's machine.
        home: folder the platform works in; empty: KINERJA_HOME on the worker's machine.
    """
    settings, now = settings_of(home, warehouse), dt.datetime.now(dt.UTC)
    config = _config(settings)
    today = now.astimezone(zone_of(city, now, settings.policies_dir)).date()
    ended, running = [last_ended("quarter", today)], under_way("quarter", today)
    due = ended + ([last_ended("year", today)] if today.month == _JANUARY else [])
    due += [running] if comes_by_month(city, running, settings.policies_dir) else []
    found = [
        tell_due_data(city, period.name, inputs_of(settings.inputs, city, period), None, settings, config, now=now)
        for period in due
    ]
    for period in (*ended, running):
        order = _order(city, period, settings, now)
        if owes_reports(order):
            found.append(remind(order, config, at=now))
    _keep(city, found)
    return found


def _config(settings: Settings) -> Configured | None:
    if settings.notify_file is None:
        get_run_logger().warning("nobody is told: there is no notifications.yaml in %s", settings.home)
        return None
    return load_config(settings.notify_file)


def _order(city: str, period: Period, settings: Settings, now: dt.datetime) -> Order:
    return Order(
        city=city,
        period=period.name,
        inputs=inputs_of(settings.inputs, city, period),
        home=settings.home,
        warehouse_url=settings.warehouse_url,
        policies_dir=settings.policies_dir,
        ordered_at=now,
    )


def _keep(city: str, found: list[dict[str, Any]]) -> None:
    """What is owed, as a table artifact without anybody in it."""
    rows = [
        {"period": row["of"], "what": row["dataset"], "state": row["state"], "due": row["deadline"], "people": ""}
        for one in found
        for row in one.get("datasets", ())
    ]
    rows += [
        {
            "period": one["period"],
            "what": f"{row['n_reports']} progress reports",
            "state": row["turn"],
            "due": row["due_date"],
            "people": f"{row['n_told']} ({row['role']})",
        }
        for one in found
        for row in one.get("due", ())
    ]
    key = f"{city}-due".replace("_", "-")
    create_table_artifact(table=rows, key=key, description="What is due, and how many people are told of it")
