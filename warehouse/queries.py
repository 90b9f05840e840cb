"""What people read: rows of one run in a stable order, streamed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Container, Generator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, Self

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    Engine,
    FromClause,
    Select,
    Table,
    func,
    literal_column,
    select,
    type_coerce,
)

from warehouse.column_types import Exact
from warehouse.connection import reading
from warehouse.errors import WarehouseError
from warehouse.models import (
    CompetencyGap,
    Decision,
    DisciplineStatus,
    EmployeePeriod,
    FollowUp,
    IndicatorResult,
    QuarantinedRow,
    RatingMove,
    RevisionChange,
    Run,
    Score,
    UnitGuidance,
    ValidationResult,
)

if TYPE_CHECKING:
    from warehouse.derived import Derivation

_RUN: Final[Table] = Run.__table__  # type: ignore[assignment]  # declared with __tablename__
_EMPLOYEE: Final[Table] = EmployeePeriod.__table__  # type: ignore[assignment]
_SCORE: Final[Table] = Score.__table__  # type: ignore[assignment]
_INDICATOR: Final[Table] = IndicatorResult.__table__  # type: ignore[assignment]
_DISCIPLINE: Final[Table] = DisciplineStatus.__table__  # type: ignore[assignment]
_COMPETENCY: Final[Table] = CompetencyGap.__table__  # type: ignore[assignment]
_FOLLOW_UP: Final[Table] = FollowUp.__table__  # type: ignore[assignment]
_DECISION: Final[Table] = Decision.__table__  # type: ignore[assignment]
_GUIDANCE: Final[Table] = UnitGuidance.__table__  # type: ignore[assignment]
_CHANGE: Final[Table] = RevisionChange.__table__  # type: ignore[assignment]
_MOVE: Final[Table] = RatingMove.__table__  # type: ignore[assignment]
_QUARANTINED: Final[Table] = QuarantinedRow.__table__  # type: ignore[assignment]
_VALIDATION: Final[Table] = ValidationResult.__table__  # type: ignore[assignment]
ColumnType = Literal["integer", "decimal_2", "decimal_6", "boolean", "date"]
_WITHOUT_FINDINGS: Final = ("running", "crashed")
"""Runs in these states stored no files, validations and quarantined rows."""


class Query(NamedTuple):
    """Selects whose rows follow one another, and selects from as few tables as can be that have as many in all."""

    parts: Sequence[Select[Any]]
    counted: Sequence[Select[Any]]


Kept = Mapping[str, str]
"""Values (text) of columns that rows are kept by."""


class Streamed(Iterator[tuple[Any, ...]]):
    """Rows of queries, read as they are asked for; how many are left the database counts faster than they are read.

    `ask` gives the query for the rows with these values; `told` are made of each row that is read, one after another.
    Nothing it holds refers back to it: rows dropped before their end give their connection back at once.
    """

    def __init__(
        self,
        engine: Engine,
        ask: Callable[[Kept], Query],
        kept: Kept | None = None,
        told: Sequence[Callable[[tuple[Any, ...]], tuple[Any, ...]]] = (),
    ) -> None:
        self._engine, self._ask, self._kept, self._told, self._n_read = engine, ask, kept or {}, tuple(told), 0
        self._rows = _rows_of(engine, ask, self._kept)

    def __next__(self) -> tuple[Any, ...]:
        row = next(self._rows)
        self._n_read += 1
        for tell in self._told:
            row = tell(row)
        return row

    def only(self, column: str, value: str) -> Self:
        """Those of the rows that have this value, from the first one."""
        return type(self)(self._engine, self._ask, {**self._kept, column: value}, self._told)

    def told(self, tell: Callable[[tuple[Any, ...]], tuple[Any, ...]]) -> Self:
        """What is made of each row, from the first one."""
        return type(self)(self._engine, self._ask, self._kept, (*self._told, tell))

    def n_left(self) -> int:
        """How many rows were not read, and now are not: their connection is given back."""
        self._rows.close()
        n_rows = 0
        with reading(self._engine, "counting rows") as connection:
            for part in self._ask(self._kept).counted:
                counted = select(func.count()).select_from(part.order_by(None).subquery())
                n_rows += int(connection.execute(counted).scalar_one())
        return n_rows - self._n_read


def _rows_of(engine: Engine, ask: Callable[[Kept], Query], kept: Kept) -> Generator[tuple[Any, ...]]:
    for part in ask(kept).parts:
        with reading(engine, "reading rows") as connection, connection.execute(part) as result:
            for row in result:
                yield tuple(row)


class Rows(NamedTuple):
    """Column names and the rows under them; the rows are read as they are asked for, once."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]

    def only(self, column: str, value: str) -> Rows:
        """Those with this value in a column of text; of rows of which none was read yet."""
        if isinstance(self.rows, Streamed):
            return self._replace(rows=self.rows.only(column, value))
        place = self.columns.index(column)
        return self._replace(rows=(row for row in self.rows if row[place] == value))

    def told(self, columns: tuple[str, ...], tell: Callable[[tuple[Any, ...]], tuple[Any, ...]]) -> Rows:
        """What is made of each row, under these columns; of rows of which none was read yet."""
        return Rows(columns, self.rows.told(tell) if isinstance(self.rows, Streamed) else map(tell, self.rows))

    def n_left(self) -> int:
        """How many rows were not read, and now cannot be."""
        return self.rows.n_left() if isinstance(self.rows, Streamed) else sum(1 for _ in self.rows)


def scores(engine: Engine, city: str, period: str, revision: int | None) -> Rows:
    """One row an employee of a revision, by employee_id."""
    run_id = _published(engine, city, period, revision)
    columns: list[Column[Any]] = [
        *_of(_SCORE, "employee_id"),
        *_of(_EMPLOYEE, "name", "unit_id", "sector"),
        *_of(_SCORE, "results_score", "behaviour_score", "score", "results_rating", "behaviour_rating"),
        *_of(_SCORE, "proposed_rating", "decided_rating", "status", "reason"),
        *_of(_RUN, "revision", "run_id"),
    ]
    same_employee = (_EMPLOYEE.c.run_id == _SCORE.c.run_id) & (_EMPLOYEE.c.employee_id == _SCORE.c.employee_id)
    found = (
        select(*columns)
        .select_from(_SCORE.join(_EMPLOYEE, same_employee).join(_RUN, _RUN.c.run_id == _SCORE.c.run_id))
        .where(_SCORE.c.run_id == run_id)
        .order_by(_SCORE.c.employee_id)
    )
    return _streamed(engine, found, _of_run(_SCORE, run_id))


def indicators(engine: Engine, city: str, period: str, revision: int | None) -> Rows:
    """One row an employee and item of a revision, by employee_id and item_id."""
    run_id = _published(engine, city, period, revision)
    columns = [
        *_of(_INDICATOR, "employee_id", "item_id", "indicator_id", "value", "n", "numerator", "denominator"),
        *_of(_INDICATOR, "achievement", "weight", "status", "reason"),
        *_of(_RUN, "revision", "run_id"),
    ]
    found = (
        select(*columns)
        .select_from(_INDICATOR.join(_RUN, _RUN.c.run_id == _INDICATOR.c.run_id))
        .where(_INDICATOR.c.run_id == run_id)
        .order_by(_INDICATOR.c.employee_id, _INDICATOR.c.item_id)
    )
    return _streamed(engine, found)


def discipline(engine: Engine, city: str, period: str, revision: int | None) -> Rows:
    """One row a PNS of a revision, by employee_id."""
    own = _of(_DISCIPLINE, "n_absent_days", "n_minutes", "n_days", "n_days_in_a_row", "level")
    return _of_people(engine, _DISCIPLINE, own, _published(engine, city, period, revision))


def competencies(engine: Engine, city: str, period: str, revision: int | None) -> Rows:
    """One row an employee, item and required competency of a revision, by these."""
    own = _of(_COMPETENCY, "item_id", "competency", "required_level", "assessed", "gap", "band")
    return _of_people(engine, _COMPETENCY, own, _published(engine, city, period, revision))


def follow_ups(engine: Engine, city: str, period: str, revision: int | None) -> Rows:
    """One row a follow-up of a revision, by employee_id and number."""
    own = [
        *_of(_FOLLOW_UP, "number", "action", "item_id", "course", "supervisor_must_act"),
        *_of(_EMPLOYEE, "supervisor_id"),
        *_of(_FOLLOW_UP, "reason"),
    ]
    return _of_people(engine, _FOLLOW_UP, own, _published(engine, city, period, revision))


def decisions(engine: Engine, city: str, period: str, revision: int | None) -> Rows:
    """One row a decision of a revision, by employee_id."""
    own = _of(_DECISION, "proposed_rating", "decided_rating", "is_different", "decided_by", "reason")
    return _of_people(engine, _DECISION, own, _published(engine, city, period, revision))


def guidance(engine: Engine, city: str, period: str, revision: int | None) -> Rows:
    """One row a unit that has a rating of its own, of a revision, by unit_id."""
    run_id = _published(engine, city, period, revision)
    columns = [
        *_of(_GUIDANCE, "unit_id", "unit_rating", "expected_rating", "n_rated", "n_sangat_baik", "n_baik"),
        *_of(_GUIDANCE, "n_butuh_perbaikan", "n_kurang", "n_sangat_kurang", "is_as_guided"),
        *_of(_RUN, "revision", "run_id"),
    ]
    found = (
        select(*columns)
        .select_from(_GUIDANCE.join(_RUN, _RUN.c.run_id == _GUIDANCE.c.run_id))
        .where(_GUIDANCE.c.run_id == run_id)
        .order_by(_GUIDANCE.c.unit_id)
    )
    return _streamed(engine, found)


def insight(engine: Engine, frame: str, city: str, period: str, revision: int | None) -> Rows:
    """One row a row of an insight's table of a revision, by key; people's with name and unit_id."""
    run_id = _published(engine, city, period, revision)
    table = _insight_table(frame)
    columns = [column for column in table.columns if column.name != "run_id"]
    if "employee_id" in table.columns:
        from warehouse.derived import DERIVATIONS

        derivation = DERIVATIONS.get(frame)
        own = [_read(column, derivation) for column in columns if column.name != "employee_id"]
        return _of_people(engine, table, own, run_id, derivation)
    found = (
        select(*columns, *_of(_RUN, "revision", "run_id"))
        .select_from(table.join(_RUN, _RUN.c.run_id == table.c.run_id))
        .where(table.c.run_id == run_id)
        .order_by(*(column for column in table.primary_key if column.name != "run_id"))
    )
    return _streamed(engine, found)


def _read(column: Column[Any], derivation: Derivation | None) -> ColumnElement[Any]:
    """A column; where it follows from other tables, from these."""
    if derivation is None or column.name not in derivation.columns:
        return column
    # Typed as the column: what is computed comes back with its digits.
    return type_coerce(func.coalesce(column, derivation.columns[column.name]), column.type).label(column.name)


def insight_types(frame: str) -> dict[str, ColumnType]:
    """The columns of an insight, as `insight` gives them, that are not text."""
    types: dict[str, ColumnType] = {"revision": "integer"}
    for column in _insight_table(frame).columns:
        if isinstance(column.type, Exact):
            types[column.name] = "decimal_2" if column.type.scale == 2 else "decimal_6"
        elif isinstance(column.type, BigInteger):
            types[column.name] = "integer"
        elif isinstance(column.type, Boolean):
            types[column.name] = "boolean"
        elif isinstance(column.type, Date):
            types[column.name] = "date"
    return types


def _insight_table(frame: str) -> Table:
    from warehouse.insight_models import INSIGHTS  # nobody who asks for results needs these tables

    table = INSIGHTS[frame].__table__
    assert isinstance(table, Table)  # noqa: S101 - declared with __tablename__
    return table


def quarantine(engine: Engine, city: str, period: str, revision: int | None, run_id: str | None) -> Rows:
    """One row a refused row of a run, by dataset, file and row. Holds personal data."""
    run = _reported(engine, city, period, revision, run_id)
    columns = _of(_QUARANTINED, "dataset", "file_sha256", "row", "column", "reason", "record", "run_id")
    return _streamed(engine, select(*columns).where(_QUARANTINED.c.run_id == run).order_by(_QUARANTINED.c.number))


def validations(engine: Engine, city: str, period: str, revision: int | None, run_id: str | None) -> Rows:
    """One row an expectation of a run, by dataset and expectation."""
    run = _reported(engine, city, period, revision, run_id)
    columns = [
        *_of(_VALIDATION, "dataset", "expectation_id", "expectation_type", "columns", "severity", "success"),
        *_of(_VALIDATION, "n_evaluated", "n_unexpected", "action", "why", "run_id"),
    ]
    order = (_VALIDATION.c.dataset, _VALIDATION.c.expectation_id)
    return _streamed(engine, select(*columns).where(_VALIDATION.c.run_id == run).order_by(*order))


def runs(engine: Engine, city: str | None, period: str | None) -> Rows:
    """One row a run, by city, period and start; all of them, or those of a city, a period or both.

    `n_added`, `n_removed` and `n_changed` count employees against the revision that was replaced.
    """
    columns = [
        *_of(_RUN, "run_id", "city", "period", "status", "revision", "cause", "provisional", "known_as_of"),
        *_of(_RUN, "started_at", "finished_at", "input_hash", "policy_hash", "code_version", "result_hash"),
        *_of(_CHANGE, "n_added", "n_removed", "n_changed"),
        *_of(_RUN, "unchanged_from", "message"),
    ]
    with_changes = _RUN.outerjoin(_CHANGE, _CHANGE.c.run_id == _RUN.c.run_id)
    found = (
        select(*columns)
        .select_from(with_changes)
        .order_by(_RUN.c.city, _RUN.c.period, _RUN.c.started_at, _RUN.c.run_id)
    )
    if city is not None:
        found = found.where(_RUN.c.city == city)
    if period is not None:
        found = found.where(_RUN.c.period == period)
    if city is not None or period is not None:
        with reading(engine, "reading runs") as connection:
            if connection.execute(found.limit(1)).first() is None:
                raise _nothing(connection, "no runs of " + " ".join(word for word in (city, period) if word))
    return _streamed(engine, found)


def changes(engine: Engine, city: str, period: str, revision: int | None) -> Rows:
    """What a revision changed against the one it replaced: counts of employees, then one row a move of rating.

    None of the first revision, which replaced nothing, nor of one from before this was kept.
    """
    run_id = _published(engine, city, period, revision)
    previous = _RUN.alias("previous")
    of_run = select(*_of(_RUN, "cause", "revision"), previous.c.revision.label("previous"), *_CHANGE.columns)
    both = _RUN.join(_CHANGE, _CHANGE.c.run_id == _RUN.c.run_id)
    both = both.join(previous, previous.c.run_id == _CHANGE.c.previous_run_id)
    moved = select(_MOVE.c.rating, _MOVE.c.old_rating, _MOVE.c.new_rating, _MOVE.c.n_employees)
    with reading(engine, "reading changes") as connection:
        found = connection.execute(of_run.select_from(both).where(_RUN.c.run_id == run_id)).one_or_none()
        moves = connection.execute(moved.where(_MOVE.c.run_id == run_id)).all()
    columns = ("what", "old", "new", "n", "cause", "revision", "previous_revision", "run_id")
    if found is None:
        return Rows(columns, iter(()))
    counts: list[tuple[Any, ...]] = [
        (f"employees {what}", None, None, getattr(found, f"n_{what}"))
        for what in ("changed", "added", "removed", "unchanged")
    ]
    # Proposed before decided, the greatest move first.
    ordered = sorted(moves, key=lambda move: (move.rating == "decided", -move.n_employees, move.old_rating, move[2]))
    counts += [(f"{move.rating} rating", *move[1:]) for move in ordered]
    return Rows(columns, iter([(*row, found.cause, found.revision, found.previous, run_id) for row in counts]))


def revision_at(engine: Engine, city: str, period: str, moment: dt.datetime) -> int:
    """The revision that was the latest at that moment; WarehouseError where there was none yet."""
    here = (_RUN.c.city == city, _RUN.c.period == period, _RUN.c.status == "published")
    with reading(engine, "looking up the revision") as connection:
        found = select(func.max(_RUN.c.revision)).where(*here, _RUN.c.finished_at <= moment)
        revision = connection.execute(found).scalar()
        if revision is not None:
            return int(revision)
        first = connection.execute(select(func.min(_RUN.c.finished_at)).where(*here)).scalar()
        if first is None:
            raise _nothing(connection, f"nothing is published for {city} {period}")
    raise WarehouseError(
        f"{city} {period} had no revision at {_in_words(moment)}; the first was published at {_in_words(first)}"
    )


def _in_words(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"


def _of_people(
    engine: Engine,
    table: Table,
    own: Sequence[ColumnElement[Any]],
    run_id: str,
    derivation: Derivation | None = None,
) -> Rows:
    """Rows of a table of employees: employee_id, name and unit_id, `own`, revision and run_id; by key."""
    same_employee = (_EMPLOYEE.c.run_id == table.c.run_id) & (_EMPLOYEE.c.employee_id == table.c.employee_id)
    columns: list[ColumnElement[Any]] = [
        *_of(table, "employee_id"),
        *_of(_EMPLOYEE, "name", "unit_id"),
        *own,
        *_of(_RUN, "revision", "run_id"),
    ]
    rows: FromClause = table.join(_EMPLOYEE, same_employee).join(_RUN, _RUN.c.run_id == table.c.run_id)
    found = (
        select(*columns)
        .select_from(rows if derivation is None else derivation.joined(rows))
        .where(table.c.run_id == run_id)
        .order_by(*(column for column in table.primary_key if column.name != "run_id"))
    )
    # Each of its rows is joined with one of each other table: an employee of the run, his score, his item.
    return _streamed(engine, found, _of_run(table, run_id, () if derivation is None else derivation.columns))


def _of_run(table: Table, run_id: str, but: Container[str] = ()) -> Select[Any]:
    """The rows of a table of a run, without some columns."""
    return select(*(column for column in table.columns if column.name not in but)).where(table.c.run_id == run_id)


def _of(table: Table, *names: str) -> list[Column[Any]]:
    return [table.c[name] for name in names]


def _streamed(engine: Engine, found: Select[Any], counted: Select[Any] | None = None) -> Rows:
    """The rows of a query; `counted` has as many, from fewer tables."""

    def ask(kept: Kept) -> Query:
        is_known = counted is not None and kept.keys() <= set(counted.selected_columns.keys())
        return Query([keeping(found, kept)], [keeping(counted if is_known and counted is not None else found, kept)])

    return Rows(tuple(found.selected_columns.keys()), Streamed(engine, ask))


def keeping(found: Select[Any], kept: Kept) -> Select[Any]:
    """The query for those of its rows that have these values."""
    return found.where(*(found.selected_columns[name] == value for name, value in kept.items()))


def _published(engine: Engine, city: str, period: str, revision: int | None) -> str:
    """The run of a revision, the latest where none is given; WarehouseError naming what there is."""
    with reading(engine, "looking up the revision") as connection:
        revisions = connection.execute(
            select(_RUN.c.revision, _RUN.c.run_id)
            .where(_RUN.c.city == city, _RUN.c.period == period, _RUN.c.status == "published")
            .order_by(_RUN.c.revision)
        )
        found = {row.revision: row.run_id for row in revisions}
        if not found:
            raise _nothing(connection, f"nothing is published for {city} {period}")
    if revision is None:
        revision = max(found)
    if revision not in found:
        known = ", ".join(str(number) for number in found)
        raise WarehouseError(f"{city} {period} has no revision {revision}; there is {known}")
    return str(found[revision])


def _reported(engine: Engine, city: str, period: str, revision: int | None, run_id: str | None) -> str:
    """The run asked for, or the latest of the city and period that stored what it found, published or not."""
    if run_id is None and revision is not None:
        return _published(engine, city, period, revision)
    here = select(_RUN.c.run_id).where(_RUN.c.city == city, _RUN.c.period == period)
    with reading(engine, "looking up the run") as connection:
        if run_id is not None:
            if connection.execute(here.where(_RUN.c.run_id == run_id)).first() is None:
                raise _nothing(connection, f"{city} {period} has no run {run_id}")
            return run_id
        latest = connection.execute(
            here.where(_RUN.c.status.not_in(_WITHOUT_FINDINGS))
            .order_by(_RUN.c.started_at.desc(), _RUN.c.run_id.desc())
            .limit(1)
        ).scalar()
        if latest is None:
            raise _nothing(connection, f"no run of {city} {period} has ended")
        return str(latest)


def _nothing(connection: Connection, what: str) -> WarehouseError:
    """What is not there, followed by the cities and periods that are."""
    found: Sequence[Any] = connection.execute(
        select(_RUN.c.city, _RUN.c.period, literal_column("max(revision)"))
        .group_by(_RUN.c.city, _RUN.c.period)
        .order_by(_RUN.c.city, _RUN.c.period)
    ).all()
    known = "; ".join(
        f"{city} {period} ({'not published' if revision is None else f'revisions 1-{revision}'})"
        for city, period, revision in found
    )
    return WarehouseError(f"{what}; the warehouse holds " + (known or "no run yet"))
