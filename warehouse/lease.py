"""Who may write a city and period: a lease with a heartbeat and a fencing token, one row in the warehouse.

The holder's thread renews it. A process that is gone is seen at once on its own host; anywhere else the lease expires.
A holder that was only paused finds its token outdated and is refused by the publishing transaction.

Nobody takes over while the holder's publishing transaction is open, however long it lasts. On PostgreSQL that
transaction locks the lease's row against takers (KEY SHARE against FOR UPDATE) and lets the heartbeat through, which
changes no key. On SQLite it has the only write lock, so that the heartbeat waits as takers do; whoever gets the lock
next sees what was committed, and gives a holder that lives the time to renew before the lease counts as stale.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from sqlalchemy import Connection, Engine, Row, select, update
from sqlalchemy.dialects import postgresql, sqlite

from warehouse.connection import reading, writing
from warehouse.errors import LeaseHeld, LeaseLost, WarehouseError
from warehouse.models import LeaseRow, Run

_log = logging.getLogger(__name__)
_BEATS: Final = 3
"""Renewals within one time to live, so that a single missed one costs nothing."""
_TURN_SECONDS: Final = 0.5
"""Time for a holder that waited for the lock to renew: SQLite tries again every tenth of a second at the latest."""
_GONE: Final = frozenset("ZXx")
"""States of a process that has ended but still has an entry."""


def process_started(pid: int) -> str | None:
    """Boot, process namespace and start tick of a running process, as `boot/namespace/ticks`.

    None: there is no such process. Empty: this system does not say (no /proc).
    """
    here = _process_space()
    if not here:
        return ""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # After the name, which may hold anything: state is the first field, start time the twentieth (proc(5): 3 and 22).
    return None if fields[0] in _GONE else f"{here}/{fields[19]}"


def _process_space() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def holder_is_gone(host: str, pid: int, started: str) -> bool:
    """Whether the holder's process surely ended. False where it cannot be seen from here: then expiry decides.

    A process number means something only within its boot and process namespace, so both must be ours.
    """
    here = _process_space()
    if host != socket.gethostname() or not here or started.rpartition("/")[0] != here:
        return False
    return process_started(pid) != started


class Lease:
    """The right to write one city and period, for as long as the `with` block lasts.

    Entering takes the lease, or raises LeaseHeld saying who has it. A lease whose holder is gone or that expired is
    taken over, and the run that held it becomes `crashed`. Leaving gives it back.

    Args:
        engine: the warehouse.
        city: the city.
        period: the period as written.
        run_id: the run that will write.
        now: the clock; instants with an offset.
        ttl_seconds: how long the lease outlives its last renewal.
    """

    def __init__(
        self, engine: Engine, city: str, period: str, run_id: str, *, now: Callable[[], dt.datetime], ttl_seconds: float
    ) -> None:
        if ttl_seconds <= 0:
            raise WarehouseError("a lease needs a time to live above 0 seconds")
        self.city, self.period, self.run_id = city, period, run_id
        self._engine, self._now, self._ttl = engine, now, dt.timedelta(seconds=ttl_seconds)
        self._token: int | None = None
        self._lost = False
        self._leaving = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def token(self) -> int:
        """The fencing token to publish with; WarehouseError where the lease is not held."""
        if self._token is None:
            raise WarehouseError(f"the lease of {self.city} {self.period} is not held")
        return self._token

    def check(self) -> None:
        """Pass while the lease is held; LeaseLost where another run took it over."""
        if self._lost:
            raise _lost(self.city, self.period, self.run_id)

    def acquire(self) -> None:
        """Take the lease and keep renewing it. LeaseHeld where another run is at work."""
        with reading(self._engine, "looking at the lease") as connection:  # answers even while a long load has the lock
            seen = connection.execute(select(LeaseRow.__table__).where(*self._mine())).first()
        self._refuse_if_held(seen)
        try:
            self._token = self._take_over()
        except WarehouseError as error:
            is_busy = self._engine.dialect.name == "sqlite" and error.transient
            if not is_busy or seen is None or seen.released_at is not None or _is_gone(seen):
                raise
            raise self._held_by(seen) from None  # the write lock was not to be had for long: its holder is at work
        self._leaving.clear()
        self._thread = threading.Thread(target=self._beat, name=f"lease {self.city} {self.period}", daemon=True)
        self._thread.start()

    def _take_over(self) -> int:
        """Take the lease, once a holder that may live has had its turn to renew; its token."""
        beat: dt.datetime | None = None
        while True:
            with writing(self._engine, "taking the lease") as connection:
                stale = self._stale(connection)
                if stale is None or _is_gone(stale) or stale.heartbeat_at == beat:
                    return self._taken(connection, stale)
                beat = stale.heartbeat_at
            time.sleep(_TURN_SECONDS)

    def release(self) -> None:
        """Give the lease back, unless it was taken over meanwhile."""
        self._leaving.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._token is not None:
            with writing(self._engine, "giving the lease back") as connection:
                connection.execute(
                    update(LeaseRow).where(*self._mine(), LeaseRow.token == self._token).values(released_at=self._now())
                )
            self._token = None

    def renew(self) -> None:
        """Put the end of the lease off. LeaseLost where another run took it over."""
        now = self._now()
        with writing(self._engine, "renewing the lease") as connection:
            renewed = connection.execute(
                update(LeaseRow)
                .where(*self._mine(), LeaseRow.token == self.token)
                .values(heartbeat_at=now, expires_at=now + self._ttl)
            ).rowcount
        if renewed != 1:
            self._lost = True
        self.check()

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.release()
        except WarehouseError as failure:
            # What the block did or raised matters more; a lease that is not given back expires.
            _log.warning("lease of %s %s not given back: %s", self.city, self.period, failure)

    def _mine(self) -> tuple[Any, ...]:
        return LeaseRow.city == self.city, LeaseRow.period == self.period

    def _beat(self) -> None:
        beat = pause = self._ttl.total_seconds() / _BEATS
        while not self._leaving.wait(pause):
            try:
                self.renew()
                pause = beat
            except LeaseLost:
                return
            except WarehouseError as error:
                # The lease outlives a few missed renewals; the next one may pass.
                if pause == beat:
                    _log.warning("lease of %s %s not renewed yet: %s", self.city, self.period, error)
                pause = min(beat / 2, _TURN_SECONDS / 5)

    def _stale(self, connection: Connection) -> Row[Any] | None:
        """The lease's row, locked, where it was not given back; None where the lease is free. LeaseHeld: it is held."""
        found = select(LeaseRow.__table__).where(*self._mine())
        row = connection.execute(found).one_or_none()
        if row is None:
            return None
        # What a process that is gone has left open ends as soon as the server sees it: that is waited for.
        locked = connection.execute(found.with_for_update(skip_locked=not _is_gone(row))).one_or_none()
        if locked is None:  # its holder publishes, or somebody else is just taking it
            raise self._held_by(row)
        self._refuse_if_held(locked)
        return locked if locked.released_at is None else None

    def _taken(self, connection: Connection, stale: Row[Any] | None) -> int:
        """Take the lease in this transaction; its token."""
        insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        now = self._now()
        values = {
            "run_id": self.run_id,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "process_started": process_started(os.getpid()) or "",
            "acquired_at": now,
            "heartbeat_at": now,
            "expires_at": now + self._ttl,
            "released_at": None,
        }
        free = None if stale is None else stale.token
        taken = insert(LeaseRow).values(city=self.city, period=self.period, token=1, **values)
        token = connection.execute(
            taken.on_conflict_do_update(
                index_elements=[LeaseRow.city, LeaseRow.period],
                set_={"token": LeaseRow.token + 1, **values},
                where=LeaseRow.released_at.is_not(None) if free is None else LeaseRow.token == free,
            ).returning(LeaseRow.token)
        ).scalar()
        if token is None:  # it came into being meanwhile
            raise self._held_by(connection.execute(select(LeaseRow.__table__).where(*self._mine())).one())
        # Only the holder may have a run at work, so whatever still runs here is dead.
        connection.execute(
            update(Run)
            .where(Run.city == self.city, Run.period == self.period, Run.status == "running")
            .values(
                status="crashed", finished_at=now, message=f"its process ended or lost its lease; seen by {self.run_id}"
            )
        )
        return int(token)

    def _refuse_if_held(self, row: Row[Any] | None) -> None:
        if row is None or row.released_at is not None or row.expires_at <= self._now() or _is_gone(row):
            return
        raise self._held_by(row)

    def _held_by(self, row: Row[Any]) -> LeaseHeld:
        return LeaseHeld(
            self.city,
            self.period,
            run_id=row.run_id,
            host=row.host,
            pid=row.pid,
            since=row.acquired_at,
            until=row.expires_at,
        )


def _is_gone(row: Row[Any]) -> bool:
    return holder_is_gone(row.host, row.pid, row.process_started)


def held(engine: Engine, now: dt.datetime) -> list[dict[str, Any]]:
    """Leases that were not given back: city, period, run_id, host, pid, heartbeat_at; `stale`: the holder is dead."""
    with reading(engine, "looking at the leases") as connection:
        found = connection.execute(select(LeaseRow.__table__).where(LeaseRow.released_at.is_(None))).all()
    said = ("city", "period", "run_id", "host", "pid", "heartbeat_at")
    return [
        {name: getattr(row, name) for name in said} | {"stale": row.expires_at <= now or _is_gone(row)} for row in found
    ]


def require_token(connection: Connection, city: str, period: str, run_id: str, token: int) -> None:
    """Lock the lease against takers for this transaction; LeaseLost unless `token` is still the one that may write."""
    held = connection.execute(
        select(LeaseRow.token, LeaseRow.released_at)
        .where(LeaseRow.city == city, LeaseRow.period == period)
        .with_for_update(read=True, key_share=True)
    ).one_or_none()
    if held is None or held.token != token or held.released_at is not None:
        raise _lost(city, period, run_id)


def _lost(city: str, period: str, run_id: str) -> LeaseLost:
    return LeaseLost(f"run {run_id} no longer holds {city} {period}: another run took it over. Nothing was written")
