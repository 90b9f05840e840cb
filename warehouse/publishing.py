"""How a run begins and ends. Publishing is one transaction: its rows become visible together, as a revision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from sqlalchemy import Connection, Engine, Row, insert, select, true, update
from sqlalchemy.dialects import postgresql, sqlite

from warehouse.changes import store_changes
from warehouse.connection import reading, writing
from warehouse.errors import LeaseLost, WarehouseError
from warehouse.identity import (
    Digest,
    checked,
    checked_family,
    checked_insights,
    checked_results,
    combined_hash,
    digest_of,
    model_of,
    require_all_insights,
    shape_of,
)
from warehouse.lease import require_token
from warehouse.loading import Loader, loading
from warehouse.models import (
    InputFile,
    InsightDigest,
    PolicyVersion,
    QuarantinedRow,
    ResultDigest,
    Run,
    ValidationResult,
    is_of_employees,
)
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
from warehouse.staging import Given

if TYPE_CHECKING:
    import polars as pl


_LOADS_OF_INSIGHTS: Final = 6
_ROWS_OF_A_LOAD: Final = 100_000


def start_run(engine: Engine, record: RunRecord) -> None:
    """Store a run that begins. WarehouseError where its id is taken."""
    with writing(engine, f"starting run {record.run_id}") as connection:
        connection.execute(insert(Run).values(**asdict(record), status="running", message=""))


def finish_run(
    engine: Engine,
    run_id: str,
    status: Ending,
    message: str,
    *,
    finished_at: dt.datetime,
    input_hash: str | None,
    policy: PolicyRecord | None,
    files: Iterable[FileRecord],
    validations: Iterable[ValidationRecord],
    quarantined: pl.DataFrame | None,
) -> None:
    """End a run that publishes nothing, with what was found on the way."""
    with loading(engine, f"ending run {run_id}", loads=1) as loader:
        connection = loader.connection
        run = _locked(connection, run_id)
        if run.status == status:
            return  # a repeated call whose first try did commit
        _require_running(run)
        values: dict[str, Any] = {}
        if status == "unchanged":
            current = current_revision(connection, run.city, run.period)
            if current is None:
                raise WarehouseError(f"run {run_id} cannot be unchanged: {run.city} {run.period} has no revision")
            values = {"unchanged_from": current.run_id, "result_hash": current.result_hash}
        _store_findings(loader, run_id, files, validations, quarantined)
        _end(connection, run_id, status, message, finished_at, input_hash, policy, values)


def publish(
    engine: Engine,
    run_id: str,
    token: int,
    results: Mapping[str, pl.DataFrame],
    *,
    insights: Mapping[str, pl.DataFrame] | Iterator[Mapping[str, pl.DataFrame]] | None,
    policy: PolicyRecord,
    input_hash: str,
    finished_at: dt.datetime | Callable[[], dt.datetime],
    files: Iterable[FileRecord],
    validations: Iterable[ValidationRecord],
    quarantined: pl.DataFrame | None,
    cause: Cause | None,
    message: str,
) -> Published:
    """Store results as the next revision of the run's city and period, unless they equal the current one."""
    given = _Given.results(results)
    beside = _Beside(given, insights)
    # Of findings, results, and insights a few times.
    with loading(engine, f"publishing run {run_id}", loads=2 + _LOADS_OF_INSIGHTS) as loader:
        connection = loader.connection
        run = _found(connection, run_id)
        if run.status in ("published", "unchanged", "withheld") and run.result_hash == given.hash:
            return _repeated(connection, run)  # the first try did commit, though its answer was lost
        _require_running(run)
        require_token(connection, run.city, run.period, run_id, token)  # before the run, in the order takers lock
        _require_running(_locked(connection, run_id))
        current = current_revision(connection, run.city, run.period)
        final = current_revision(connection, run.city, run.period, final=True) if run.provisional else None
        _store_findings(loader, run_id, files, validations, quarantined)

        def end(status: str, said: str, values: Mapping[str, Any]) -> None:
            at = finished_at() if callable(finished_at) else finished_at
            _end(connection, run_id, status, said, at, input_hash, policy, {"result_hash": given.hash, **values})

        if final is not None:
            end("withheld", _withheld(final), {"insights_hash": beside.hash})
            return _standing("withheld", final, given.hash)
        if current is not None and given.is_in(current, provisional=run.provisional) and beside.are_in(current):
            values = {"unchanged_from": current.run_id, "insights_hash": current.insights_hash}
            end("unchanged", message, values)
            return _standing("unchanged", current, given.hash)
        _load_frames(loader, run_id, given, ResultDigest)
        for some in beside.made():
            _load_frames(loader, run_id, some, InsightDigest)
        if current is not None:
            store_changes(connection, run_id, current.run_id)
        revision = 1 if current is None else current.revision + 1
        why = _cause(current, cause, input_hash, policy.policy_hash, run.code_version)
        end("published", message, {"revision": revision, "cause": why, "insights_hash": beside.hash})
    return Published(status="published", revision=revision, run_id=run_id, cause=why, result_hash=given.hash)


@dataclass(frozen=True, slots=True)
class _Given:
    """Frames, checked and sorted by key, and what identifies them."""

    frames: Mapping[str, pl.DataFrame]
    digests: list[Digest]
    hash: str

    @classmethod
    def of(cls, frames: Mapping[str, pl.DataFrame], employees: pl.DataFrame) -> Self:
        """WarehouseError where a row is of an employee who is none of the run."""
        _require_known_employees(frames, employees)
        digests = [digest_of(name, frame) for name, frame in frames.items()]
        return cls(frames, digests, combined_hash(digests))

    @classmethod
    def results(cls, results: Mapping[str, pl.DataFrame]) -> Self:
        """WarehouseError where a frame is missing, unknown or does not fit."""
        frames = checked_results(results)
        return cls.of(frames, frames["employees"])

    def is_in(self, current: Revision, *, provisional: bool) -> bool:
        """Whether a revision holds these results.

        An equal one of a period that has ended meanwhile is news: it is no longer provisional.
        """
        return self.hash == current.result_hash and provisional == current.provisional


class _Beside:
    """Insights beside results: checked as they are made, a few frames at a time, and kept."""

    def __init__(
        self, results: _Given, insights: Mapping[str, pl.DataFrame] | Iterator[Mapping[str, pl.DataFrame]] | None
    ) -> None:
        self._employees = results.frames["employees"]
        self._are_given = insights is not None
        self._made: list[_Given] = []
        self._awaited: Iterator[Mapping[str, pl.DataFrame]] = iter(())
        if isinstance(insights, Mapping):  # what does not fit is said before anything is locked
            self._made.append(_Given.of(checked_insights(insights), self._employees))
        elif insights is not None:
            self._awaited = _gathered(insights)

    def made(self) -> Iterator[_Given]:
        """All of them; waits for those that are still computed.

        Raises:
            WarehouseError: a frame is unknown, does not fit, or none is given of a name.
        """
        yield from self._made
        for some in self._awaited:
            self._made.append(_Given.of(checked_family(some), self._employees))
            yield self._made[-1]
        if self._are_given:
            require_all_insights([name for some in self._made for name in some.frames])

    @property
    def hash(self) -> str | None:
        """What identifies them, once they are all there; None: none are given."""
        digests = [digest for some in self.made() for digest in some.digests]
        return combined_hash(digests) if digests else None

    def are_in(self, current: Revision) -> bool:
        """Whether a revision holds them: they move by themselves where the period before is corrected."""
        return not self._are_given or self.hash == current.insights_hash


def _gathered(families: Iterator[Mapping[str, pl.DataFrame]]) -> Iterator[dict[str, pl.DataFrame]]:
    """Families together, until they are worth a load; SQLite attaches few files at once, so the last takes the rest."""
    gathered: dict[str, pl.DataFrame] = {}
    n_loads = 1
    for family in families:
        gathered |= family
        if n_loads < _LOADS_OF_INSIGHTS and sum(frame.height for frame in gathered.values()) >= _ROWS_OF_A_LOAD:
            yield gathered
            gathered, n_loads = {}, n_loads + 1
    yield gathered


def _require_known_employees(frames: Mapping[str, pl.DataFrame], employees: pl.DataFrame) -> None:
    """Pass where every row of an employee is of one of the run: asked of all at once, as no database does quickly."""
    known = employees["employee_id"].implode()
    for name, frame in frames.items():
        if is_of_employees(shape_of(model_of(name)).table):
            n = frame.height - int(frame["employee_id"].is_in(known).sum())
            if n:
                raise WarehouseError(f"{name}: {n} rows are of no employee of the run; nothing was published")


def current_revision(connection: Connection, city: str, period: str, *, final: bool = False) -> Revision | None:
    """The latest revision of a city and period, or the latest final one; None where there is none."""
    names = [field.name for field in fields(Revision)]
    found = connection.execute(
        select(*(Run.__table__.c[name] for name in names))
        .where(Run.city == city, Run.period == period, Run.status == "published")
        .where(Run.provisional.is_(False) if final else true())
        .order_by(Run.revision.desc())
        .limit(1)
    ).one_or_none()
    return None if found is None else Revision(**found._mapping)


def _withheld(final: Revision) -> str:
    return (
        f"a final revision {final.revision} stands; provisional scores are not published over it. To keep them, give "
        "another warehouse"
    )


def _standing(status: Literal["unchanged", "withheld"], standing: Revision, result: str) -> Published:
    return Published(status=status, revision=standing.revision, run_id=standing.run_id, cause=None, result_hash=result)


def current(engine: Engine, city: str, period: str) -> Revision | None:
    """The latest revision of a city and period; None where there is none."""
    with reading(engine, "reading the current revision") as connection:
        return current_revision(connection, city, period)


def _locked(connection: Connection, run_id: str) -> Row[Any]:
    """The run, locked for this transaction; WarehouseError where it never began."""
    return _found(connection, run_id, locked=True)


def _found(connection: Connection, run_id: str, *, locked: bool = False) -> Row[Any]:
    found = select(Run.__table__).where(Run.run_id == run_id)
    run = connection.execute(found.with_for_update() if locked else found).one_or_none()
    if run is None:
        raise WarehouseError(f"run {run_id} was never started")
    return run


def _require_running(run: Row[Any]) -> None:
    if run.status != "running":
        raise LeaseLost(f"run {run.run_id} of {run.city} {run.period} is already {run.status}. Nothing was written")


def _repeated(connection: Connection, run: Row[Any]) -> Published:
    """What the publication of this run said when it was made."""
    if run.status == "withheld":
        final = current_revision(connection, run.city, run.period, final=True)
        if final is None:
            raise WarehouseError(f"run {run.run_id} is withheld for a final revision that is not there")
        return _standing("withheld", final, run.result_hash)
    holder = run.run_id if run.status == "published" else run.unchanged_from
    revision = connection.execute(select(Run.__table__.c.revision).where(Run.run_id == holder)).scalar_one()
    return Published(status=run.status, revision=revision, run_id=holder, cause=run.cause, result_hash=run.result_hash)


def _cause(
    current: Revision | None, given: Cause | None, input_hash: str, policy_hash: str, code_version: str
) -> Cause:
    if current is None:
        return "first"
    if given is not None:
        return given
    if policy_hash != current.policy_hash:
        return "policy"
    if code_version != current.code_version and input_hash == current.input_hash:
        return "code"
    return "late_data"


def _load_frames(loader: Loader, run_id: str, given: _Given, kept_in: type[ResultDigest | InsightDigest]) -> None:
    """Store the frames with their digests."""
    rows = [Given(shape_of(model_of(one.name)), given.frames[one.name], one) for one in given.digests]
    for digest in loader.load(run_id, rows):
        values = {"columns": ",".join(digest.columns), "n_rows": digest.n_rows, "sha256": digest.sha256}
        loader.connection.execute(insert(kept_in).values(run_id=run_id, frame=digest.name, **values))


def _store_findings(
    loader: Loader,
    run_id: str,
    files: Iterable[FileRecord],
    validations: Iterable[ValidationRecord],
    quarantined: pl.DataFrame | None,
) -> None:
    read = [{"run_id": run_id, "number": number, **asdict(file)} for number, file in enumerate(files, start=1)]
    if read:
        loader.connection.execute(insert(InputFile), read)
    found = [{"run_id": run_id, **asdict(validation)} for validation in validations]
    if found:
        loader.connection.execute(insert(ValidationResult), found)
    if quarantined is not None and quarantined.height:
        order = ["dataset", "file_sha256", "row", "column", "reason"]
        numbered = quarantined.sort(order, maintain_order=True).with_row_index("number", offset=1)
        shape = shape_of(QuarantinedRow)
        rows = checked("quarantined", numbered, shape)
        given = Given(shape, rows, digest_of("quarantined rows", rows))
        list(loader.load(run_id, [given]))


def _end(
    connection: Connection,
    run_id: str,
    status: str,
    message: str,
    finished_at: dt.datetime,
    input_hash: str | None,
    policy: PolicyRecord | None,
    values: Mapping[str, Any],
) -> None:
    if policy is not None:
        on_dialect = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        connection.execute(on_dialect(PolicyVersion).values(**asdict(policy)).on_conflict_do_nothing())
    connection.execute(
        update(Run)
        .where(Run.run_id == run_id)
        .values(
            status=status,
            message=message,
            finished_at=finished_at,
            input_hash=input_hash,
            policy_hash=None if policy is None else policy.policy_hash,
            **values,
        )
    )
