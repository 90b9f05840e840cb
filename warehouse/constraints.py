"""The constraints that the models declare, walked row by row, and whether the database has them at all.

A database enforces its constraints when rows are written, unless somebody took them away, loaded with them switched
off, or the file was damaged below it; and references of tables of many rows it does not hold at all. So each is asked
anew, as a query over the rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Connection,
    Constraint,
    Dialect,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    Select,
    Table,
    TextClause,
    UniqueConstraint,
    and_,
    case,
    func,
    inspect,
    select,
    text,
)

from warehouse import insight_models, notification_models  # noqa: F401 - their tables are among those of Base
from warehouse.models import Base, is_of_employees
from warehouse.views import VIEWS

_MESSAGES: Final = 5
"""How many of SQLite's own complaints are passed on."""


class Broken(NamedTuple):
    """A constraint, or the lack of it: its name, table, the rows that break it, a sentence."""

    rule: str
    table: str
    n: int
    says: str


def damage(connection: Connection) -> Iterator[Broken]:
    """What SQLite says of its own file. PostgreSQL has no such question without an extension."""
    if connection.dialect.name != "sqlite":
        return
    said = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
    if said != ["ok"]:
        yield Broken(damage.__name__, "database", len(said), "SQLite says: " + "; ".join(said[:_MESSAGES]))


def what_is_missing(connection: Connection) -> Iterator[Broken]:
    """Tables, views and constraints that are declared and not there."""
    found = inspect(connection)
    tables, views = set(found.get_table_names()), set(found.get_view_names())
    for view in sorted(set(VIEWS.tables) - views):
        yield Broken("view", view, 1, "the view is not there: restore it from the migrations")
    for table in Base.metadata.sorted_tables:
        if table.name not in tables:
            yield Broken("table", table.name, 1, "the table is not there: restore the last copy")
            continue
        there = {
            constraint["name"]
            for ask in (found.get_check_constraints, found.get_foreign_keys, found.get_unique_constraints)
            for constraint in ask(table.name)
        } | {found.get_pk_constraint(table.name)["name"]}
        for name in sorted({str(constraint.name) for constraint in _held(table)} - there):
            yield Broken(name, table.name, 1, "the constraint is not there: rows that break it are not refused")


def _held(table: Table) -> Iterator[Constraint]:
    """The constraints that the database holds itself."""
    for constraint in table.constraints:
        if not (isinstance(constraint, ForeignKeyConstraint) and is_of_employees(table)):
            yield constraint


def broken_constraints(connection: Connection) -> Iterator[Broken]:
    """Rows that a declared constraint forbids."""
    tables = set(inspect(connection).get_table_names())
    for table in Base.metadata.sorted_tables:
        if table.name in tables:
            for question in _questions(table, connection.dialect):
                if question.others <= tables:
                    yield from _answers(connection, table, question)


class _Question(NamedTuple):
    """A query that counts, in one row, the rows that break each of some rules; what such rows do, as a sentence ends.

    `others` are the tables it asks besides.
    """

    query: str
    rules: tuple[str, ...]
    does: str
    others: frozenset[str]


def _answers(connection: Connection, table: Table, question: _Question) -> Iterator[Broken]:
    for rule, n in zip(question.rules, connection.exec_driver_sql(question.query).one(), strict=True):
        if n:
            yield Broken(rule, table.name, int(n), f"{_rows(n)} {question.does}")


_written: Final[dict[tuple[str, str], tuple[_Question, ...]]] = {}


def _questions(table: Table, dialect: Dialect) -> tuple[_Question, ...]:
    """All questions of a table, written once: to write those of all tables costs more than to ask a small warehouse."""
    of = (table.name, dialect.name)
    if of not in _written:
        asked = (_forbidden_rows(table), *_repeated_keys(table), *_orphans(table))
        _written[of] = tuple(
            _Question(str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})), rules, does, others)
            for query, rules, does, others in asked
        )
    return _written[of]


_Asked = tuple[Select[Any], tuple[str, ...], str, frozenset[str]]


def _forbidden_rows(table: Table) -> _Asked:
    """One pass over the table for all conditions on a row."""
    rules: dict[str, ColumnElement[bool] | TextClause] = {
        f"{table.name}.{column.name} NOT NULL": column.is_(None) for column in table.columns if not column.nullable
    }
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint):
            rules[str(constraint.name)] = text(f"NOT ({constraint.sqltext})")
    counted = select(*(func.coalesce(func.sum(case((rule, 1), else_=0)), 0) for rule in rules.values()))
    return counted.select_from(table), tuple(rules), "break it", frozenset()


def _repeated_keys(table: Table) -> Iterator[_Asked]:
    for key in table.constraints:
        if isinstance(key, (PrimaryKeyConstraint, UniqueConstraint)):
            # A null is equal to nothing, so it repeats nothing.
            repeated = select(func.count().label("n")).where(and_(*(column.is_not(None) for column in key.columns)))
            groups = repeated.group_by(*key.columns).having(func.count() > 1).subquery()
            counted = select(func.coalesce(func.sum(groups.c.n - 1), 0))
            yield counted, (str(key.name),), "repeat a key", frozenset()


def _orphans(table: Table) -> Iterator[_Asked]:
    for key in table.constraints:
        if isinstance(key, ForeignKeyConstraint):
            name = key.referred_table.name
            other = key.referred_table.alias()
            same = and_(*(element.parent == other.c[element.column.name] for element in key.elements))
            lonely = ~select(text("1")).select_from(other).where(same).exists()
            given = and_(*(element.parent.is_not(None) for element in key.elements))
            counted = select(func.count()).select_from(table).where(given, lonely)
            yield counted, (str(key.name),), f"refer to no row of {name}", frozenset({name})


def _rows(n: int) -> str:
    return "1 row" if n == 1 else f"{int(n):,} rows"
