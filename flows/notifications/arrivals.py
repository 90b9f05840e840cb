"""Data that somebody agreed to deliver: what has come, what is late, and who is told of it, once."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.notifications.config import Configured
from flows.notifications.delivery import Delivered, Delivery
from flows.notifications.events import Notice
from flows.order import Run
from flows.steps import Landed
from policies import Period, PolicyError
from policies.loading import PACKAGED
from policies.operations import Operations, Supply, load_operations
from sources import SourceError, marked_yaml
from sources.contracts import DATASETS
from sources.public_holidays import public_holidays
from sources.source_map import MAPPING_NAME
from warehouse import ArrivalRecord, NotificationLog, open_warehouse


@dataclass(frozen=True)
class Arrival:
    """One agreement and what is there of it."""

    supply: Supply
    deadline: dt.datetime
    n_files: int

    def state(self, now: dt.datetime) -> str:
        """arrived, late or awaited."""
        return "arrived" if self.n_files else "late" if now >= self.deadline else "awaited"


def arrivals_of(
    operations: Operations, period: Period, timezone: str, inputs: Path, mapping: Path | None
) -> list[Arrival]:
    """What is there of each agreement in the folder; a folder that is not there yet holds nothing.

    Raises:
        SourceError: the mapping cannot be read.
    """
    found = files_of(inputs, mapping)
    days_off = days_off_around(period)
    return [
        Arrival(one, one.deadline(period, timezone, days_off), found.get(one.dataset, 0)) for one in operations.supplies
    ]


def files_of(inputs: Path, mapping: Path | None) -> dict[str, int]:
    """Number of files of each dataset in the folder. Unlike for a run, a file that the mapping names may be missing.

    Raises:
        SourceError: the mapping cannot be read.
    """
    if mapping is None and (inputs / MAPPING_NAME).is_file():
        mapping = inputs / MAPPING_NAME
    if mapping is None:
        return {
            name: sum((inputs / f"{name}{suffix}").is_file() for suffix in (".csv", ".parquet")) for name in DATASETS
        }
    document = marked_yaml.read(mapping)
    if document.problems:
        raise SourceError(document.problems)
    datasets = document.value.get("datasets") if isinstance(document.value, dict) else None
    return {
        name: sum(len(_matching(inputs, entry)) for entry in (given if isinstance(given, list) else [given]))
        for name, given in (datasets.items() if isinstance(datasets, dict) else ())
    }


def tell_late(
    arrivals: list[Arrival],
    city: str,
    period: Period,
    config: Configured | None,
    log: NotificationLog,
    home: Path,
    *,
    now: dt.datetime,
    allowed_from: dt.datetime,
) -> Counter[Delivered]:
    """Keeps what was seen, and tells of what is late, once; how many notices went how. Quiet hours put it off."""
    log.keep_arrivals([_record(one, city, period, now) for one in arrivals])
    delivery = Delivery(log, home)
    late = [one for one in arrivals if one.state(now) == "late"]
    owed: set[tuple[str, str]] = set()
    for one in late if config is not None else ():
        notice = Notice(
            event_key=f"data_late:{city}:{period}:{one.supply.dataset}",
            kind="data_late",
            city=city,
            period=period.name,
            facts={
                "dataset": one.supply.dataset,
                "owner": one.supply.owner,
                "deadline": one.deadline,
            },
        )
        addresses = config.listeners("data_late", city, one.supply.dataset) if config else []
        owed |= {(notice.event_key, address.recipient) for address in addresses}
        delivery.tell(notice, addresses, now=now, due_at=allowed_from)
    log.drop_queued(city, period.name, ["data_late"], still_owed=owed)
    return delivery.tally


def keep_arrivals(run: Run, landed: Landed, *, now: dt.datetime) -> None:
    """What a run has landed of what was agreed; cities without agreements keep nothing."""
    try:
        operations = load_operations(run.policy.city, run.period, DATASETS, root=run.order.policies_dir or PACKAGED)
    except PolicyError:
        return
    counts: dict[str, int] = {}
    for file in landed.files:
        counts[file.dataset or ""] = counts.get(file.dataset or "", 0) + 1
    days_off = days_off_around(run.period)
    seen = [
        Arrival(one, one.deadline(run.period, run.policy.timezone, days_off), counts.get(one.dataset, 0))
        for one in operations.supplies
    ]
    with open_warehouse(run.order.warehouse_url) as warehouse:
        warehouse.notifications.keep_arrivals([_record(one, run.policy.city, run.period, now) for one in seen])


def days_off_around(period: Period) -> frozenset[dt.date]:
    """The public holidays that deadlines of a period may meet."""
    return frozenset(public_holidays([period.year, period.year + 1]))


def _record(arrival: Arrival, city: str, period: Period, now: dt.datetime) -> ArrivalRecord:
    return ArrivalRecord(
        city=city,
        period=period.name,
        dataset=arrival.supply.dataset,
        owner=arrival.supply.owner,
        deadline_at=arrival.deadline,
        checked_at=now,
        n_files=arrival.n_files,
    )


def _matching(inputs: Path, entry: Any) -> list[Path]:
    wanted = entry.get("file") if isinstance(entry, dict) else None
    if not isinstance(wanted, str) or not inputs.is_dir():
        return []
    try:
        return [path for path in inputs.glob(wanted) if path.is_file()]
    except (NotImplementedError, ValueError):  # an absolute or malformed pattern
        return []
