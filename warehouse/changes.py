"""What a revision changed against the one it replaced: people added, gone and changed, and moves of rating.

Counted by the database, in the transaction that publishes, so that it is there whenever the revision is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, insert, or_, select, union

from warehouse.identity import RESULTS, RUN_ID, shape_of
from warehouse.models import (
    NO_RATING,
    RATING_KINDS,
    EmployeePeriod,
    RatingMove,
    ResultDigest,
    RevisionChange,
    Score,
)

_EMPLOYEE: Final = "employee_id"


def store_changes(connection: Connection, run_id: str, previous: str) -> None:
    """Count what differs between two runs whose results are stored, and keep it with the newer one."""
    people: Table = EmployeePeriod.__table__  # type: ignore[assignment]  # declared with __tablename__
    added = _count(connection, _only_in(people, run_id, previous))
    removed = _count(connection, _only_in(people, previous, run_id))
    both = _both(people, run_id, previous)
    changed = union(*_differing(connection, run_id, previous)).subquery()
    n_changed = _count(connection, both.where(both.selected_columns[0].in_(select(changed.c[_EMPLOYEE]))))
    connection.execute(
        insert(RevisionChange).values(
            run_id=run_id,
            previous_run_id=previous,
            n_added=added,
            n_removed=removed,
            n_changed=n_changed,
            n_unchanged=_count(connection, both) - n_changed,
        )
    )
    for kind in RATING_KINDS:
        _store_moves(connection, kind, run_id, previous)


def _count(connection: Connection, people: Select[Any]) -> int:
    return int(connection.execute(select(func.count()).select_from(people.subquery())).scalar_one())


def _same_key(table: Table, other: Any) -> ColumnElement[bool]:
    return and_(*(column == other.c[column.name] for column in table.primary_key if column.name != RUN_ID))


def _only_in(table: Table, run_id: str, not_in: str) -> Select[Any]:
    """Employees of rows that one run has and the other has not."""
    other = table.alias()
    there = select(other.c[RUN_ID]).where(other.c[RUN_ID] == not_in, _same_key(table, other)).exists()
    return select(table.c[_EMPLOYEE]).where(table.c[RUN_ID] == run_id, ~there)


def _both(table: Table, run_id: str, previous: str) -> Select[Any]:
    """Employees of rows that both runs have."""
    other = table.alias("previous")
    same = and_(table.c[RUN_ID] == run_id, other.c[RUN_ID] == previous, _same_key(table, other))
    return select(table.c[_EMPLOYEE]).select_from(table.join(other, same))


def _differing(connection: Connection, run_id: str, previous: str) -> Iterator[Select[Any]]:
    """Employees with a row that is added, gone or changed, table by table."""
    for name, (new, old) in _hashed(connection, run_id, previous).items():
        table = shape_of(RESULTS[name]).table
        if _EMPLOYEE not in table.c:
            continue
        yield _only_in(table, run_id, previous)
        yield _only_in(table, previous, run_id)
        other = table.alias("old")
        same = and_(table.c[RUN_ID] == run_id, other.c[RUN_ID] == previous, _same_key(table, other))
        differs = [table.c[column].is_distinct_from(other.c[column]) for column in new if column in old]
        yield select(table.c[_EMPLOYEE]).select_from(table.join(other, same)).where(or_(*differs))


def _hashed(connection: Connection, run_id: str, previous: str) -> dict[str, tuple[list[str], list[str]]]:
    """Columns by frame that both runs were published with."""
    found = connection.execute(
        select(ResultDigest.run_id, ResultDigest.frame, ResultDigest.columns).where(
            ResultDigest.run_id.in_((run_id, previous))
        )
    )
    columns = {(row.run_id, row.frame): row.columns.split(",") for row in found}
    return {
        frame: (columns[run_id, frame], columns[previous, frame])
        for frame in RESULTS
        if (run_id, frame) in columns and (previous, frame) in columns
    }


def _store_moves(connection: Connection, kind: str, run_id: str, previous: str) -> None:
    new: Table = Score.__table__  # type: ignore[assignment]  # declared with __tablename__
    old = new.alias("old")
    before, after = (func.coalesce(table.c[f"{kind}_rating"], NO_RATING) for table in (old, new))
    same = and_(new.c[RUN_ID] == run_id, old.c[RUN_ID] == previous, _same_key(new, old))
    moves = select(before, after, func.count()).select_from(new.join(old, same)).where(before != after)
    for old_rating, new_rating, n in connection.execute(moves.group_by(before, after)).all():
        connection.execute(
            insert(RatingMove).values(
                run_id=run_id, rating=kind, old_rating=old_rating, new_rating=new_rating, n_employees=n
            )
        )
