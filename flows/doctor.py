"""Is this installation fit for the next run? One finding a thing looked at, with what to do where it is not well.

Nothing is changed, made or begun. Prefect is imported only where a server is set.
"""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from flows.cli.problems import CommandError, explain
from flows.orchestration.scheduled import inputs_of, under_way, zone_of
from flows.settings import Settings
from policies import Period, PolicyError, load_policy
from policies.loading import PACKAGED, available_policies
from policies.operations import load_operations
from sources import SourceError, load_source_map
from sources.contracts import DATASETS
from transforms import CATALOGUE
from warehouse import WarehouseError, open_warehouse

Status = Literal["ok", "warn", "fail"]
_PACKAGE: Final = "kinerja"
_FREE_WARN: Final = 20 * 2**30
_FREE_FAIL: Final = 2 * 2**30
"""Bytes: a run keeps its inputs, and while it lasts twice as much again; under the second it would hardly begin."""
_EXTRAS: Final = {"dask": "prefect-dask", "ray": "prefect-ray"}
_CLOCK_SLACK: Final = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one thing, and what to do."""

    check: str
    status: Status
    says: str
    do: str = ""


def examine(settings: Settings, now: dt.datetime) -> Iterator[Finding]:
    """Everything there is to look at, cheap things first; `now` with an offset."""
    yield _python()
    yield from _libraries()
    yield _clock(settings, now)
    yield _home(settings)
    yield _disk(settings)
    yield from _warehouse(settings, now)
    yield _notices(settings)
    yield from _next_inputs(settings, now)
    yield from _prefect(settings, now)


# --- this machine ---------------------------------------------------------------------------------------------------


def _python() -> Finding:
    wanted = SpecifierSet(importlib.metadata.metadata(_PACKAGE)["Requires-Python"])
    here = ".".join(map(str, sys.version_info[:3]))
    if here in wanted:
        return Finding("python", "ok", f"{here} at {sys.executable}")
    return Finding(
        "python", "fail", f"{here} is not {wanted}", "make .venv with a Python in that range, then `make install`"
    )


def _libraries() -> Iterator[Finding]:
    wrong, missing = [], []
    for text in importlib.metadata.requires(_PACKAGE) or ():
        wanted = Requirement(text)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        version = _version(wanted.name)
        if version is None:
            missing.append(wanted.name)
        elif version not in wanted.specifier:
            wrong.append(f"{wanted.name} {version} is not {wanted.specifier}")
    if missing or wrong:
        told = "; ".join([*(f"{name} is missing" for name in missing), *wrong])
        yield Finding("libraries", "fail", told, "`make install`, or pip install --require-hashes -r requirements.lock")
    elif off := _off_the_lock():
        told = f"{len(off)} are not those of requirements.lock, such as {off[0]}"
        yield Finding("libraries", "warn", told, "`make install`: results were proved with the locked ones")
    else:
        yield Finding("libraries", "ok", "as the package asks for, and as locked where the lock is here")
    there = [extra for extra, package in _EXTRAS.items() if _version(package)]
    yield Finding("extras", "ok", f"{', '.join(there) or 'none'}; `--runner dask` and `ray` need one")


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _off_the_lock() -> list[str]:
    """Installed packages whose version is not the locked one; none where there is no lock beside the package."""
    lock = Path(__file__).resolve().parent.parent / "requirements.lock"
    if not lock.is_file():
        return []
    locked = re.findall(
        r"^([A-Za-z0-9._-]+)==([^ ;\\]+)(?: ;|\s|$)", lock.read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    found: dict[str, set[str]] = {}
    for name, version in locked:  # one name has several where markers tell Pythons apart
        found.setdefault(name, set()).add(version)
    here = {name: _version(name) for name in found}
    return [f"{name} {here[name]}" for name, versions in found.items() if here[name] and here[name] not in versions]


def _clock(settings: Settings, now: dt.datetime) -> Finding:
    zones = {zone_of(city, now, settings.policies_dir) for city in _cities(settings)}
    times = ", ".join(f"{now.astimezone(zone):%Y-%m-%d %H:%M} in {zone}" for zone in sorted(zones, key=str))
    last = _last_instant(settings)
    if last is not None and last > now + _CLOCK_SLACK:
        told = f"it is {now:%Y-%m-%d %H:%M} UTC here, but the warehouse holds a run of {last:%Y-%m-%d %H:%M} UTC"
        return Finding("clock", "fail", told, "set the clock, and keep it by NTP (timedatectl set-ntp true)")
    return Finding("clock", "ok", times)


def _last_instant(settings: Settings) -> dt.datetime | None:
    try:
        with open_warehouse(settings.warehouse_url, create=False) as warehouse:
            columns, rows = warehouse.runs()
            at = columns.index("started_at")
            return max((row[at] for row in rows), default=None)
    except WarehouseError:
        return None  # said where the warehouse is looked at


def _home(settings: Settings) -> Finding:
    folder = next(folder for folder in (settings.home.absolute(), *settings.home.absolute().parents) if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        remedy = f"let {_user()} write there, or set KINERJA_HOME"
        return Finding("home", "fail", f"{settings.home}: cannot be written ({error.strerror})", remedy)
    made = "" if settings.home.exists() else "; the first run makes it"
    return Finding("home", "ok", f"{settings.home.absolute()}{made}")


def _user() -> str:
    return os.environ.get("USER") or f"user {os.getuid()}"


def _disk(settings: Settings) -> Finding:
    folder = next(folder for folder in (settings.home.absolute(), *settings.home.absolute().parents) if folder.exists())
    free = shutil.disk_usage(folder).free
    told = f"{free / 2**30:,.1f} GiB free at {folder}"
    if free >= _FREE_WARN:
        return Finding("disk", "ok", told)
    remedy = "free space: old files in landing/ may go to an archive, as docs/warehouse.md says"
    return Finding("disk", "fail" if free < _FREE_FAIL else "warn", told, remedy)


# --- the warehouse --------------------------------------------------------------------------------------------------


def _warehouse(settings: Settings, now: dt.datetime) -> Iterator[Finding]:
    try:
        with open_warehouse(settings.warehouse_url, create=False) as warehouse:
            leases = warehouse.held_leases(now)
            yield Finding("warehouse", "ok", f"{warehouse.place}, schema as of this version")
    except WarehouseError as error:
        absent = settings.warehouse_url.startswith("sqlite") and not (settings.home / "warehouse.db").exists()
        if absent and settings.warehouse_url == Settings(home=settings.home, warehouse_url="").warehouse_url:
            yield Finding("warehouse", "warn", "not there yet", "nothing: the first run makes it")
        else:
            remedy = "`kinerja warehouse upgrade` after an upgrade; else look whether the database runs and lets you in"
            yield Finding("warehouse", "fail", str(error), remedy)
        return
    if stale := [lease for lease in leases if lease["stale"]]:
        told = "; ".join(
            f"{one['city']} {one['period']}: {one['run_id']}, process {one['pid']} of {one['host']}" for one in stale
        )
        remedy = "run its deployment, or `kinerja run`, of that city and period again: it takes the work over"
        yield Finding("leases", "warn", f"a run died and none has followed: {told}", remedy)
    else:
        yield Finding("leases", "ok", f"{len(leases)} held, none stale")


def _notices(settings: Settings) -> Finding:
    if settings.notify_file is None:
        told = "nobody is told of a failed run"
        return Finding("notices", "warn", told, "write <home>/notifications.yaml as docs/notifications.md says")
    from flows.notifications.config import load_config

    try:
        load_config(settings.notify_file)
    except CommandError as error:
        return Finding("notices", "fail", "; ".join(error.problems), "mend the file; `kinerja notify test` tries it")
    return Finding("notices", "ok", str(settings.notify_file))


# --- the next period's files ----------------------------------------------------------------------------------------


def _next_inputs(settings: Settings, now: dt.datetime) -> Iterator[Finding]:
    """The quarter a refresh scores tonight; and the one that has ended, until it is published."""
    try:
        for city in _cities(settings):
            yield _inputs(settings, city, now)
    except PolicyError as error:
        yield Finding("inputs", "fail", str(error), "`kinerja policies check`")


def _inputs(settings: Settings, city: str, now: dt.datetime) -> Finding:
    name = f"inputs of {city}"
    day = now.astimezone(zone_of(city, now, settings.policies_dir)).date()
    running = under_way("quarter", day)
    ended = under_way("quarter", running.start - dt.timedelta(days=1))
    period = running if _is_published(settings, city, ended) or not _has_policy(settings, city, ended) else ended
    folder = inputs_of(settings.inputs, city, period).absolute()
    remedy = f"deliver the files of {period} to {folder}, and look with `kinerja check`"
    try:
        found = set(load_source_map(folder, None).datasets)
    except SourceError as error:
        if not folder.is_dir():
            return Finding(name, "warn", f"{period}: no folder {folder}", remedy)
        return Finding(name, "fail", f"{period}: {'; '.join(explain(error)[1])}", remedy)
    owed = _owed(settings, city, period)
    if "employees" not in found:
        return Finding(name, "warn", f"{period}: no roster (employees) in {folder}", remedy)
    if missing := sorted(owed - found):
        return Finding(name, "warn", f"{period}: not there yet: {', '.join(missing)}", remedy)
    return Finding(name, "ok", f"{period}: {len(found)} datasets in {folder}")


def _owed(settings: Settings, city: str, period: Period) -> set[str]:
    agreed = load_operations(city, period, DATASETS, root=settings.policies_dir or PACKAGED)
    return {supply.dataset for supply in agreed.supplies}


def _has_policy(settings: Settings, city: str, period: Period) -> bool:
    try:
        load_policy(city, period, CATALOGUE, root=settings.policies_dir or PACKAGED)
    except PolicyError:
        return False
    return True


def _is_published(settings: Settings, city: str, period: Period) -> bool:
    try:
        with open_warehouse(settings.warehouse_url, create=False) as warehouse:
            columns, rows = warehouse.runs(city, period.name)
            runs = [dict(zip(columns, row, strict=True)) for row in rows]
    except WarehouseError:
        return False
    return any(run["status"] == "published" and not run["provisional"] for run in runs)


def _cities(settings: Settings) -> list[str]:
    return sorted({city for city, _, _ in available_policies(settings.policies_dir or PACKAGED)})


# --- Prefect --------------------------------------------------------------------------------------------------------


def _prefect(settings: Settings, now: dt.datetime) -> Iterator[Finding]:
    from flows.orchestration.up import state_of

    state = state_of(settings.home.absolute() / "prefect")
    url = os.environ.get("PREFECT_API_URL") or (f"{state['url']}/api" if "url" in state else "")
    if not url:
        told = "no server is set; `kinerja run` runs directly, and nothing runs by schedule"
        yield Finding("prefect", "warn", told, "`kinerja up`, or set PREFECT_API_URL")
        return
    os.environ["PREFECT_API_URL"] = url  # before Prefect is imported, which reads it then
    from flows.orchestration.server_state import examine_server

    yield from examine_server(url, now)


def document(findings: list[Finding]) -> list[dict[str, Any]]:
    """As plain JSON data."""
    return [{"check": one.check, "status": one.status, "says": one.says, "do": one.do} for one in findings]
