"""Whether the published revisions still hold what was published: their rows are hashed anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Engine, select

from warehouse.connection import reading
from warehouse.identity import RESULTS, Digest, combined_hash, shape_of
from warehouse.loading import stored_count, stored_hash
from warehouse.models import ResultDigest, Run
from warehouse.queries import Rows


def check(engine: Engine) -> Rows:
    """One row a published revision, by city, period and revision; `intact` says whether its rows have their hash.

    Each table is hashed over the columns it was published with, so columns that a later schema adds do not matter.
    """
    found = (
        select(Run.city, Run.period, Run.revision, Run.run_id, Run.result_hash)
        .where(Run.status == "published")
        .order_by(Run.city, Run.period, Run.revision)
    )

    def rows() -> Iterator[tuple[Any, ...]]:
        with reading(engine, "reading revisions") as connection:
            revisions = connection.execute(found).all()
        for city, period, revision, run_id, result in revisions:
            with reading(engine, f"checking run {run_id}") as connection:
                intact = _is_intact(connection, run_id, result)
            yield city, period, revision, run_id, intact

    return Rows(("city", "period", "revision", "run_id", "intact"), rows())


def _is_intact(connection: Connection, run_id: str, result: str | None) -> bool:
    digests = [
        Digest(name=row.frame, columns=tuple(row.columns.split(",")), n_rows=row.n_rows, sha256=row.sha256)
        for row in connection.execute(select(ResultDigest.__table__).where(ResultDigest.run_id == run_id)).all()
    ]
    return combined_hash(digests) == result and all(_holds(connection, run_id, digest) for digest in digests)


def _holds(connection: Connection, run_id: str, digest: Digest) -> bool:
    shape = shape_of(RESULTS[digest.name])
    return (
        stored_count(connection, shape.table, run_id) == digest.n_rows
        and stored_hash(connection, replace(shape, columns=digest.columns), run_id) == digest.sha256
    )
