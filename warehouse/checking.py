"""Whether the warehouse still holds what was published, and whether what it holds agrees with itself.

Nothing is trusted: constraints are walked also where the database says it holds them, every revision is hashed anew,
the landed files too. What is found is said without any value: tables, rules and counts, never a person.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, select

from warehouse.connection import reading
from warehouse.constraints import broken_constraints, damage, what_is_missing
from warehouse.errors import WarehouseError
from warehouse.identity import RESULTS, Digest, combined_hash, shape_of
from warehouse.insight_models import INSIGHTS
from warehouse.loading import stored_count, stored_hash
from warehouse.models import Base, InputFile, InsightDigest, ResultDigest, Run
from warehouse.reconciling import RECONCILIATIONS

_SHOWN: Final = 12
"""Characters of a hash that tell files apart for a reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong: which rule, where, how many rows or files, and a sentence. Holds no personal value.

    `run_id`, and with it city, period and revision, is None where the problem is not of one run.
    """

    rule: str
    place: str
    n: int
    says: str
    run_id: str | None = None
    city: str | None = None
    period: str | None = None
    revision: int | None = None


@dataclass(kw_only=True)
class CheckReport:
    """What was looked at, and all that is wrong; `n_files` is None where landed files were not looked at."""

    n_revisions: int = 0
    n_rows: int = 0
    n_files: int | None = None
    problems: list[Problem] = field(default_factory=list)


def check(engine: Engine, landing: Path | None) -> CheckReport:
    """Walk everything; `landing` is the folder of landed files, None leaves them out."""
    report = CheckReport()
    with reading(engine, "reading runs") as connection:
        found = select(Run.run_id, Run.city, Run.period, Run.revision, Run.status, Run.result_hash, Run.insights_hash)
        runs = connection.execute(found.order_by(Run.city, Run.period, Run.revision, Run.started_at)).all()
    for rule in (damage, what_is_missing, broken_constraints):
        with _as_problem(report, rule.__name__, "database"), reading(engine, "walking constraints") as connection:
            report.problems += [
                Problem(rule=broken.rule, place=broken.table, n=broken.n, says=broken.says)
                for broken in rule(connection)
            ]
    for run in runs:
        if run.status == "published":
            with _as_problem(report, "published_digest", "results"), reading(engine, "hashing rows") as connection:
                for published, kept_in, models in (
                    (run.result_hash, ResultDigest, RESULTS),
                    (run.insights_hash, InsightDigest, INSIGHTS),
                ):
                    report.n_rows += _check_frames(connection, report, run.run_id, published, kept_in, models)
            report.n_revisions += 1
    for reconciliation in RECONCILIATIONS:
        with _as_problem(report, reconciliation.name, "results"), reading(engine, "reconciling") as connection:
            report.problems += [
                Problem(rule=reconciliation.name, place=reconciliation.table, n=n, says=reconciliation.says, run_id=run)
                for run, n in reconciliation.broken(connection)
            ]
    if landing is not None:
        with reading(engine, "reading input files") as connection:
            report.problems += _check_files(connection, report, landing)
    known = {run.run_id: {"city": run.city, "period": run.period, "revision": run.revision} for run in runs}
    report.problems = [
        replace(problem, **known[problem.run_id]) if problem.run_id in known else problem for problem in report.problems
    ]
    return report


@contextmanager
def _as_problem(report: CheckReport, rule: str, place: str) -> Iterator[None]:
    """What cannot even be read is a finding too; a database that is only busy or away is not."""
    try:
        yield
    except WarehouseError as error:
        if error.transient:
            raise
        report.problems.append(Problem(rule=rule, place=place, n=1, says=f"cannot be checked: {error}"))


def _check_frames(
    connection: Connection,
    report: CheckReport,
    run_id: str,
    published: str | None,
    kept_in: type[ResultDigest | InsightDigest],
    models: Mapping[str, type[Base]],
) -> int:
    """Hash the tables of a revision; its rows. Each is hashed over the columns it was published with."""
    stored = connection.execute(select(kept_in.__table__).where(kept_in.run_id == run_id)).all()
    digests = {
        row.frame: Digest(name=row.frame, columns=tuple(row.columns.split(",")), n_rows=row.n_rows, sha256=row.sha256)
        for row in stored
    }

    def wrong(place: str, n: int, says: str) -> None:
        report.problems.append(Problem(rule="published_digest", place=place, n=n, says=says, run_id=run_id))

    if (combined_hash(digests.values()) if digests else None) != published:
        wrong(
            kept_in.__tablename__,
            len(digests),
            "the digests of its tables do not give the hash it was published with",
        )
    for name in sorted(set(digests) - set(models)):
        wrong(kept_in.__tablename__, 1, f"it has a digest of {name}, which is no such table")
    n_rows = 0
    for name, model in models.items():
        shape, digest = shape_of(model), digests.get(name)
        place, n_stored = shape.table.name, stored_count(connection, shape, run_id)
        n_rows += n_stored
        n_published = 0 if digest is None else digest.n_rows
        if n_stored != n_published:
            wrong(place, abs(n_stored - n_published), f"{n_stored:,} rows where {n_published:,} were published")
        elif digest and stored_hash(connection, replace(shape, columns=digest.columns), run_id) != digest.sha256:
            wrong(place, 1, "its rows are not those that were published: at least one was changed")
    return n_rows


def _check_files(connection: Connection, report: CheckReport, landing: Path) -> Iterable[Problem]:
    """Every landed file of every run, read and hashed once."""
    found = select(InputFile.sha256, InputFile.name, InputFile.n_bytes, InputFile.run_id).order_by(
        InputFile.sha256, InputFile.run_id.desc()
    )
    names: dict[str, tuple[str, int, str]] = {}
    for sha256, name, n_bytes, run_id in connection.execute(found):
        names.setdefault(sha256, (name, n_bytes, run_id))
    report.n_files = len(names)
    for sha256, (name, n_bytes, run_id) in names.items():
        if says := _wrong_with(landing / sha256, sha256, n_bytes):
            place = f"landing/{sha256[:_SHOWN]}"
            yield Problem(rule="landed_file", place=place, n=1, says=f"{name}: {says}", run_id=run_id)


def _wrong_with(file: Path, sha256: str, n_bytes: int) -> str:
    remedy = "delete it and run again from the original file"
    try:
        with file.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        return f"its copy is not in {file.parent}; run again from the original file"
    except OSError as error:
        return f"its copy cannot be read ({error.strerror})"
    if found == sha256:
        return ""
    size = file.stat().st_size
    if size != n_bytes:
        return f"its copy has {size:,} bytes where {n_bytes:,} were landed; {remedy}"
    return f"the bytes of its copy are not those that were landed; {remedy}"
