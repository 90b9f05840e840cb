"""The warehouse as the rest of the house sees it.

What only some of its methods need is imported in these: a command that reads starts without what writes and checks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Engine

from warehouse import queries
from warehouse.connection import engine_for, parsed_url, place_of
from warehouse.queries import Rows
from warehouse.schema import check_schema, schema_of, upgrade_schema

if TYPE_CHECKING:
    import polars as pl

    from warehouse.checking import CheckReport
    from warehouse.insight_queries import PublishedBefore
    from warehouse.lease import Lease
    from warehouse.notifications import NotificationLog
    from warehouse.records import (
        Cause,
        Ending,
        FileRecord,
        PolicyRecord,
        Published,
        Revision,
        RunRecord,
        ValidationRecord,
    )

LEASE_SECONDS = 60.0


class Warehouse:
    """An open warehouse. Every error of its methods is a WarehouseError without any stored value."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def place(self) -> str:
        """Its URL as a user writes it, without the password."""
        return place_of(self._engine.url)

    @property
    def notifications(self) -> NotificationLog:
        """What was told to whom, and when data came."""
        from warehouse.notifications import NotificationLog

        return NotificationLog(self._engine)

    def close(self) -> None:
        """Give its connections back."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- writing ----------------------------------------------------------------------------------------------------

    def lease(
        self,
        city: str,
        period: str,
        run_id: str,
        *,
        now: Callable[[], dt.datetime],
        ttl_seconds: float = LEASE_SECONDS,
    ) -> Lease:
        """The right to write a city and period; enter it with `with`. See `warehouse.lease.Lease`."""
        from warehouse.lease import Lease

        return Lease(self._engine, city, period, run_id, now=now, ttl_seconds=ttl_seconds)

    def current(self, city: str, period: str) -> Revision | None:
        """The latest revision of a city and period; None where there is none."""
        from warehouse import publishing

        return publishing.current(self._engine, city, period)

    def held_leases(self, now: dt.datetime) -> list[dict[str, Any]]:
        """Leases that were not given back; `stale` where the holder is gone or silent: the next run takes it over."""
        from warehouse.lease import held

        return held(self._engine, now)

    def start_run(self, record: RunRecord) -> None:
        """Store a run that begins, once its lease is held. WarehouseError where its id is taken."""
        from warehouse import publishing

        publishing.start_run(self._engine, record)

    def finish_run(
        self,
        run_id: str,
        status: Ending,
        message: str,
        *,
        finished_at: dt.datetime,
        input_hash: str | None = None,
        policy: PolicyRecord | None = None,
        files: Iterable[FileRecord] = (),
        validations: Iterable[ValidationRecord] = (),
        quarantined: pl.DataFrame | None = None,
    ) -> None:
        """End a run that publishes nothing and keep what it found, in one transaction.

        Args:
            run_id: a run that was started.
            status: `stopped` by validation, `failed`, or `unchanged` where it need not be scored at all.
            message: how it ended, without any personal value.
            finished_at: when.
            input_hash: over the landed files, where they were landed.
            policy: the policy, where it was loaded.
            files: the input files.
            validations: what the expectations found.
            quarantined: refused rows with dataset, file_sha256, row, column, reason and record.

        Raises:
            LeaseLost: the run has ended already, or was declared dead.
            WarehouseError: no such run, `unchanged` without a revision, or the database refuses.
        """
        from warehouse import publishing

        publishing.finish_run(
            self._engine,
            run_id,
            status,
            message,
            finished_at=finished_at,
            input_hash=input_hash,
            policy=policy,
            files=files,
            validations=validations,
            quarantined=quarantined,
        )

    def publish(
        self,
        run_id: str,
        token: int,
        results: Mapping[str, pl.DataFrame],
        *,
        insights: Mapping[str, pl.DataFrame] | Iterator[Mapping[str, pl.DataFrame]] | None = None,
        policy: PolicyRecord,
        input_hash: str,
        finished_at: dt.datetime | Callable[[], dt.datetime],
        files: Iterable[FileRecord] = (),
        validations: Iterable[ValidationRecord] = (),
        quarantined: pl.DataFrame | None = None,
        cause: Cause | None = None,
        message: str = "",
    ) -> Published:
        """Store results as the next revision of the run's city and period: all of it in one transaction, or nothing.

        Results that equal the current revision make none: the run becomes `unchanged` and only its findings are kept.
        So it is with provisional results where a final revision stands: the run becomes `withheld`.
        What was stored is read back before the commit and must equal what was given.

        Args:
            run_id: a run that was started.
            token: of the lease that is held.
            results: the frames of `warehouse.identity.RESULTS`.
            insights: the frames of `warehouse.insight_models.INSIGHTS`, loaded with the results and hashed apart from
                them; None where they were not computed. Or a few at a time, asked for within the transaction once the
                results are stored: so they may be computed meanwhile. What it raises ends the publication.
            policy: the policy they were scored with.
            input_hash: over the landed files and their mapping.
            finished_at: when; or the clock, read just before the commit.
            files: the input files.
            validations: what the expectations found.
            quarantined: refused rows with dataset, file_sha256, row, column, reason and record.
            cause: why there is a revision after the first; found by comparing where it is not given.
            message: in words, without any personal value.

        Raises:
            LeaseLost: another run took the lease over, or the run has ended already.
            WarehouseError: the frames do not fit, a digit would be lost, or the database refuses.
        """
        from warehouse import publishing

        return publishing.publish(
            self._engine,
            run_id,
            token,
            results,
            insights=insights,
            policy=policy,
            input_hash=input_hash,
            finished_at=finished_at,
            files=files,
            validations=validations,
            quarantined=quarantined,
            cause=cause,
            message=message,
        )

    # --- reading ----------------------------------------------------------------------------------------------------

    def revision_at(self, city: str, period: str, moment: dt.datetime) -> int:
        """The revision that was the latest at a moment (with an offset). WarehouseError where there was none yet."""
        return queries.revision_at(self._engine, city, period, moment)

    def scores(self, city: str, period: str, revision: int | None = None) -> Rows:
        """One row an employee of a revision (the latest), by employee_id. WarehouseError where there is none."""
        return queries.scores(self._engine, city, period, revision)

    def indicators(self, city: str, period: str, revision: int | None = None) -> Rows:
        """One row an employee and item of a revision (the latest), by employee_id and item_id. WarehouseError: none."""
        return queries.indicators(self._engine, city, period, revision)

    def discipline(self, city: str, period: str, revision: int | None = None) -> Rows:
        """One row a PNS of a revision (the latest), by employee_id. WarehouseError where there is none."""
        return queries.discipline(self._engine, city, period, revision)

    def competencies(self, city: str, period: str, revision: int | None = None) -> Rows:
        """One row an employee, item and competency of a revision (the latest), by these. WarehouseError: none."""
        return queries.competencies(self._engine, city, period, revision)

    def follow_ups(self, city: str, period: str, revision: int | None = None) -> Rows:
        """One row a follow-up of a revision (the latest), by employee_id and number. WarehouseError: none."""
        return queries.follow_ups(self._engine, city, period, revision)

    def decisions(self, city: str, period: str, revision: int | None = None) -> Rows:
        """One row a decision of a revision (the latest), by employee_id. WarehouseError where there is none."""
        return queries.decisions(self._engine, city, period, revision)

    def guidance(self, city: str, period: str, revision: int | None = None) -> Rows:
        """One row a unit with a rating of its own of a revision (the latest), by unit_id. WarehouseError: none."""
        return queries.guidance(self._engine, city, period, revision)

    def contributions(self, city: str, period: str, revision: int | None = None) -> Rows:
        """One row a unit, item and worker of a revision (the latest): his part. WarehouseError where there is none."""
        from warehouse.contributions import contributions

        return contributions(self._engine, city, period, revision)

    def coaching(self, city: str, period: str, revision: int | None = None) -> Rows:
        """One row a person and weak or missing item of a revision (the latest): cause, action, who acts."""
        from warehouse.coaching import coaching

        return coaching(self._engine, city, period, revision)

    def insight(self, frame: str, city: str, period: str, revision: int | None = None) -> Rows:
        """One row a row of an insight of a revision (the latest), by its key. WarehouseError where there is none."""
        return queries.insight(self._engine, frame, city, period, revision)

    def withheld(self, frame: str, found: Rows, city: str, period: str, revision: int | None = None) -> Rows:
        """Rows of places with the column `withheld`: why the figures of a row are null, since they tell of few."""
        from warehouse.withholding import withheld

        return withheld(self._engine, frame, found, city, period, revision)

    def insight_types(self, frame: str) -> dict[str, queries.ColumnType]:
        """The columns of an insight that are not text."""
        return queries.insight_types(frame)

    def published_before(self, city: str, start: dt.date, end: dt.date) -> PublishedBefore | None:
        """What [start, end) is compared with: the last final result before it of a period as long; None: none."""
        from warehouse.insight_queries import published_before

        return published_before(self._engine, city, start, end)

    def quarantine(self, city: str, period: str, revision: int | None = None, *, run_id: str | None = None) -> Rows:
        """One row a refused row of the latest run that ended, or of the one asked for. Holds personal data."""
        return queries.quarantine(self._engine, city, period, revision, run_id)

    def validations(self, city: str, period: str, revision: int | None = None, *, run_id: str | None = None) -> Rows:
        """One row an expectation of the latest run that ended, or of the one asked for."""
        return queries.validations(self._engine, city, period, revision, run_id)

    def runs(self, city: str | None = None, period: str | None = None) -> Rows:
        """One row a run, by city, period and start. WarehouseError where the city or period has none."""
        return queries.runs(self._engine, city, period)

    def changes(self, city: str, period: str, revision: int | None = None) -> Rows:
        """What a revision (the latest) changed against the one it replaced; the first has no row."""
        return queries.changes(self._engine, city, period, revision)

    def check(self, landing: Path | None = None) -> CheckReport:
        """Walk constraints, reconciliations and hashes; `landing`, where given, is the folder of landed files."""
        from warehouse import checking

        return checking.check(self._engine, landing)


def open_warehouse(url: str, *, create: bool = True) -> Warehouse:
    """Open the warehouse at a URL: `sqlite:///folder/warehouse.db` or `postgresql://user@host/database`.

    An empty database becomes a warehouse, its folder included, unless `create` is off. An older one is left as it is.

    Raises:
        WarehouseError: it cannot be reached, is not a warehouse, or has an older or newer schema; the message says
            what to do.
    """
    engine = engine_for(parsed_url(url), create=create)
    try:
        if create and schema_of(engine) is None:
            upgrade_schema(engine)
        check_schema(engine)
    except BaseException:
        engine.dispose()
        raise
    return Warehouse(engine)


def upgrade(url: str) -> tuple[str | None, str]:
    """Bring the warehouse at a URL to the schema of this version, in one transaction.

    Returns:
        The schema before (None: empty) and after.

    Raises:
        WarehouseError: it cannot be reached, is not a warehouse, or is newer than this version.
    """
    engine = engine_for(parsed_url(url), create=True)
    try:
        return upgrade_schema(engine)
    finally:
        engine.dispose()
