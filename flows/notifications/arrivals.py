"""Data that somebody agreed to deliver: what has come, what is late, and who is told of it, once.

What is due by the period has come when a file of it is there. What is due by the month has come when a row of it is of
the month's last working day, or later in it: how files are named and cut says nothing of that, so they are read, unless
a run or an earlier look has seen the month already.
"""

from __future__ import annotations

import datetime as dt
import logging
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import yaml

from flows.notifications.config import Configured
from flows.notifications.delivery import Delivered, Delivery
from flows.notifications.events import Notice
from flows.order import Run
from flows.steps import Checked, Landed
from policies import Period, PolicyError
from policies.loading import PACKAGED
from policies.operations import Operations, Supply, is_working_day, load_operations
from sources import SourceError, UnreadableFile, land, load_source_map, marked_yaml, read_dataset
from sources.contracts import DATASETS
from sources.public_holidays import public_holidays
from sources.source_map import MAPPING_NAME, fitting
from warehouse import ArrivalRecord, NotificationLog, open_warehouse

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Arrival:
    """One agreement and what is there of it; `of` is the period, or one of its months.

    `n_files` is 0 also where there are files and none of them reaches the end of what comes by the month.
    """

    supply: Supply
    of: Period
    deadline: dt.datetime
    n_files: int

    def state(self, now: dt.datetime) -> str:
        """arrived, late or awaited."""
        return "arrived" if self.n_files else "late" if now >= self.deadline else "awaited"


def agreements(city: str, period: Period, root: Path) -> Operations:
    """What is agreed for a city and period.

    Raises:
        PolicyError: nothing is, or not so that it can be looked after.
    """
    dated = [name for name, dataset in DATASETS.items() if dataset.at is not None]
    return load_operations(city, period, DATASETS, dated=dated, root=root)


def arrivals_of(
    operations: Operations,
    period: Period,
    timezone: str,
    inputs: Path,
    mapping: Path | None,
    *,
    now: dt.datetime,
    seen: Collection[tuple[str, str]] = (),
) -> list[Arrival]:
    """What is there of each agreement in the folder; a folder that is not there yet holds nothing.

    Args:
        operations: the agreements.
        period: what is scored.
        timezone: of the city.
        inputs: the folder.
        mapping: of its files; None: `sources.yaml` in it, if there.
        now: the present; a month that is not over has not come.
        seen: months and datasets that are known to have come.

    Raises:
        SourceError: the mapping cannot be read.
    """
    found = files_of(inputs, mapping)
    today = now.astimezone(ZoneInfo(timezone)).date()
    reached: dict[str, Collection[Period]] = {}
    for one in operations.supplies:
        if one.every == "month":
            known = {span for span in one.spans(period) if (span.name, one.dataset) in seen}
            unknown = [span for span in one.spans(period) if span not in known and span.end <= today]
            if unknown and found.get(one.dataset):
                known |= _months_in_files(one.dataset, unknown, timezone, inputs, mapping)
            reached[one.dataset] = known
    return _arrivals(operations, period, timezone, found, reached)


def _arrivals(
    operations: Operations,
    period: Period,
    timezone: str,
    n_files: Mapping[str, int],
    reached: Mapping[str, Collection[Period]],
) -> list[Arrival]:
    """Each agreement; `reached` are the months that have come, by dataset."""
    days_off = days_off_around(period)
    return [
        Arrival(
            one,
            span,
            one.deadline(span, timezone, days_off),
            n_files.get(one.dataset, 0) if one.every == "period" or span in reached.get(one.dataset, ()) else 0,
        )
        for one in operations.supplies
        for span in one.spans(period)
    ]


def months_reached(rows: pl.LazyFrame, dataset: str, months: Iterable[Period], timezone: str) -> set[Period]:
    """The months that have a row of their last working day, or later in them. `rows` are canonical."""
    spans = list(months)
    at = DATASETS[dataset].at
    if at is None or not spans:
        return set()
    day = pl.col(at).dt.convert_time_zone(timezone).dt.date()
    asked = {span.name: day.is_between(_last_working_day(span), span.end, closed="left").any() for span in spans}
    (found,) = rows.select(**asked).collect(engine="streaming").to_dicts()
    return {span for span in spans if found[span.name]}


def _months_in_files(
    dataset: str, months: Iterable[Period], timezone: str, inputs: Path, mapping: Path | None
) -> set[Period]:
    """The months that the files of one dataset reach; none of files that cannot be read. Nothing is left behind."""
    with tempfile.TemporaryDirectory(prefix="kinerja-arrivals-") as scratch:
        folder = Path(scratch)
        try:
            source_map = load_source_map(inputs, _mapping_of(dataset, inputs, mapping, folder))
            files = tuple(file for file in source_map.files if file.dataset in (dataset, None))
            source_map = replace(source_map, files=files)
            landed = land(source_map, folder / "landing")
            read = read_dataset(source_map, landed, dataset, timezone=timezone, out=folder)
            return months_reached(pl.scan_parquet(read.path), dataset, months, timezone)
        except (SourceError, UnreadableFile) as error:
            _log.warning("%s cannot be read, so it has not come: %s", dataset, error)
            return set()


def _mapping_of(dataset: str, inputs: Path, mapping: Path | None, folder: Path) -> Path | None:
    """A mapping of one dataset, for files of others may not be there yet; None where there is no mapping."""
    given = mapping or inputs / MAPPING_NAME
    if not given.is_file():
        return mapping
    document = yaml.safe_load(given.read_text(encoding="utf-8"))
    kept = {name: entry for name, entry in document["datasets"].items() if name == dataset}
    own = folder / MAPPING_NAME
    own.write_text(yaml.safe_dump(document | {"datasets": kept}), encoding="utf-8")
    return own


def _last_working_day(month: Period) -> dt.date:
    """The last weekday of a month that is no public holiday."""
    day, days_off = month.end - dt.timedelta(days=1), days_off_around(month)
    while not is_working_day(day, days_off):
        day -= dt.timedelta(days=1)
    return day


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
        name: sum(len(fitting(inputs, wanted)) for wanted in _files_named(given))
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
    log.keep_arrivals([_record(one, city, now) for one in arrivals])
    delivery = Delivery(log, home)
    late = [one for one in arrivals if one.state(now) == "late"]
    owed: set[tuple[str, str]] = set()
    for one in late if config is not None else ():
        notice = Notice(
            event_key=f"data_late:{city}:{one.of}:{one.supply.dataset}",
            kind="data_late",
            city=city,
            period=one.of.name,
            facts={
                "dataset": one.supply.dataset,
                "owner": one.supply.owner,
                "deadline": one.deadline,
            },
        )
        addresses = config.listeners("data_late", city, one.supply.dataset) if config else []
        owed |= {(notice.event_key, address.recipient) for address in addresses}
        delivery.tell(notice, addresses, now=now, due_at=allowed_from)
    for name in {period.name, *(one.of.name for one in arrivals)}:
        log.drop_queued(city, name, ["data_late"], still_owed=owed)
    return delivery.tally


def keep_arrivals(run: Run, landed: Landed, reached: Mapping[str, Collection[Period]], *, now: dt.datetime) -> None:
    """What a run has landed of what was agreed, with the months it reached; cities without agreements keep nothing."""
    try:
        operations = agreements(run.policy.city, run.period, run.order.policies_dir or PACKAGED)
    except PolicyError:
        return
    counts = Counter(file.dataset or "" for file in landed.files)
    seen = _arrivals(operations, run.period, run.policy.timezone, counts, reached)
    # A month that this run did not reach may have come all the same: it may have stopped before it looked.
    told = [one for one in seen if one.n_files or one.supply.every == "period"]
    with open_warehouse(run.order.warehouse_url) as warehouse:
        warehouse.notifications.keep_arrivals([_record(one, run.policy.city, now) for one in told])


def reached_by(run: Run, checked: Checked) -> dict[str, set[Period]]:
    """The months that the valid rows of a run reach, of every dataset that is due by the month."""
    try:
        operations = agreements(run.policy.city, run.period, run.order.policies_dir or PACKAGED)
    except PolicyError:
        return {}
    return {
        one.dataset: months_reached(
            checked.outcomes[one.dataset].rows(),
            one.dataset,
            [span for span in one.spans(run.period) if span.end <= run.last_day + dt.timedelta(days=1)],
            run.policy.timezone,
        )
        for one in operations.supplies
        if one.every == "month" and one.dataset in checked.outcomes
    }


def days_off_around(period: Period) -> frozenset[dt.date]:
    """The public holidays that deadlines of a period may meet."""
    return frozenset(public_holidays([period.year, period.year + 1]))


def _record(arrival: Arrival, city: str, now: dt.datetime) -> ArrivalRecord:
    return ArrivalRecord(
        city=city,
        period=arrival.of.name,
        dataset=arrival.supply.dataset,
        owner=arrival.supply.owner,
        deadline_at=arrival.deadline,
        checked_at=now,
        n_files=arrival.n_files,
    )


def _files_named(given: Any) -> list[str]:
    """The names and patterns under a dataset of a mapping: one or several, each alone or as `file:`."""
    entries = given if isinstance(given, list) else [given]
    named = [entry.get("file") if isinstance(entry, dict) else entry for entry in entries]
    return [one for one in named if isinstance(one, str)]
