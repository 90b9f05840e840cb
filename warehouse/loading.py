"""Many rows at once, into the table where they stay, and back out: what the database holds must be what was given.

Rows go in sorted by their key, so that a table grows at its end. SQLite copies them from a stage, which is compared
cell for cell with what was given; PostgreSQL takes them by COPY and gives them back as canonical text, which it writes
itself and which is hashed here. Until the transaction ends nobody else sees any of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, CursorResult, Engine

from warehouse.connection import writing
from warehouse.errors import WarehouseError
from warehouse.identity import ESCAPES, NULL, RUN_ID, Digest, Shape, canonical_text, table_hash
from warehouse.staging import STAGED_ROW, Given, Stage, stages_beside, types

if TYPE_CHECKING:
    import polars as pl

_READ_ROWS: Final = 20_000
_NEEDS_ESCAPE: Final = "*[\b-\r\\]*"
"""As SQLite's GLOB writes it: any of the characters that canonical text escapes."""


@contextmanager
def loading(engine: Engine, doing: str, *, loads: int) -> Iterator[Loader]:
    """One transaction that takes many rows up to `loads` times; committed at the end, rolled back by any error.

    Raises:
        WarehouseError: what the database holds is not what was given; or a decimal would not come back exactly.
    """
    with ExitStack() as stack:
        stages: list[Stage] = []
        if engine.dialect.name == "sqlite":
            stages = stack.enter_context(stages_beside(Path(str(engine.url.database)), loads))
        connection = stack.enter_context(writing(engine, doing))
        loader = Loader(connection, stages, stack.enter_context(ThreadPoolExecutor(1, "reading back")))
        yield loader
        loader.finish()


class Loader:
    """Stores rows within a transaction, whose connection it has."""

    def __init__(self, connection: Connection, stages: Iterable[Stage], aside: ThreadPoolExecutor) -> None:
        self.connection = connection
        self._stages, self._aside = iter(stages), aside
        self._checks: list[Future[None]] = []
        self._copied: list[tuple[Stage, Given, str]] = []

    def load(self, run_id: str, given: Sequence[Given]) -> Iterator[Digest]:
        """Store rows under `run_id`, to the digit; yields the digest of each frame once its rows are stored."""
        if _is_postgresql(self.connection):
            for one in given:
                _copy_in(self.connection, one.shape, one.frame, run_id)
                if table_hash(_copy_out(self.connection, one.shape, run_id)) != one.digest.sha256:
                    _refuse(self.connection, one, run_id)
                yield one.digest
            return
        staged = [one for one in given if one.frame.height]
        stage = next(self._stages)
        if staged:
            stage.fill(staged)
            # Not before: BEGIN locks every file that is attached by then, and would go on seeing an empty one as empty.
            self.connection.exec_driver_sql(f"ATTACH ? AS {stage.schema}", (str(stage.file),))
            self._checks.append(self._aside.submit(stage.check))
        for one in given:
            if one.frame.height:
                _copy(self.connection, stage, one, run_id)
                self._copied.append((stage, one, run_id))
            yield one.digest

    def finish(self) -> None:
        """Pass where all that was stored is what was given."""
        if any(_may_alter(self.connection, one.shape) for _, one, _ in self._copied):
            for stage, one, run_id in self._copied:
                if not _is_copy(self.connection, stage, one.shape, run_id):
                    _refuse(self.connection, one, run_id)
        for check in self._checks:
            check.result()


def _refuse(connection: Connection, given: Given, run_id: str) -> None:
    digest, n_rows = given.digest, stored_count(connection, given.shape, run_id)
    if n_rows != digest.n_rows:
        raise WarehouseError(f"{digest.name}: {digest.n_rows} rows given, {n_rows} stored; nothing was published")
    raise WarehouseError(f"{digest.name}: the stored rows differ from those given; nothing was published")


def stored_count(connection: Connection, shape: Shape, run_id: str) -> int:
    """Rows a table holds of a run."""
    found = _run(connection, f"SELECT count(*) FROM {shape.table.name}{_of_run(run_id)}")  # noqa: S608 - names of our own models
    return int(found.scalar_one())


def stored_hash(connection: Connection, shape: Shape, run_id: str) -> str:
    """SHA-256 of the canonical text of what a table holds of a run, read back in this transaction."""
    written = _copy_out if _is_postgresql(connection) else _concatenated
    return table_hash(written(connection, shape, run_id))


def _is_postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _quoted(connection: Connection, names: Iterable[str]) -> str:
    return ", ".join(connection.dialect.identifier_preparer.quote(name) for name in names)


def _run(connection: Connection, statement: str) -> CursorResult[Any]:
    """A statement without parameters, so that a percent sign in it is one."""
    return connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def _literal(word: str) -> str:
    """As text of SQL; COPY takes no parameters."""
    return "'" + word.replace("'", "''") + "'"


def _of_run(run_id: str) -> str:
    return f" WHERE {RUN_ID} = {_literal(run_id)}"


# --- SQLite -----------------------------------------------------------------------------------------------------------


def _copy(connection: Connection, stage: Stage, given: Given, run_id: str) -> None:
    """Copy a table of a stage, in its order."""
    table, columns = given.shape.table.name, _quoted(connection, given.shape.columns)
    copied = _run(
        connection,
        f"INSERT INTO main.{table} ({RUN_ID}, {columns}) "  # noqa: S608 - names of our own models
        f"SELECT {_literal(run_id)}, {columns} FROM {stage.schema}.{table} ORDER BY {STAGED_ROW}",
    )
    if copied.rowcount != given.frame.height:
        _refuse(connection, given, run_id)


def _may_alter(connection: Connection, shape: Shape) -> bool:
    """Whether the warehouse may hold a copied row otherwise than the stage does.

    SQLite copies a value as it is, unless the columns are of other types or a trigger is there to change it.
    """
    triggers = "SELECT type FROM main.sqlite_master UNION ALL SELECT type FROM temp.sqlite_master"
    if _run(connection, f"SELECT count(*) FROM ({triggers}) WHERE type = 'trigger'").scalar_one():  # noqa: S608
        return True
    kept = {row.name: row.type for row in _run(connection, f"PRAGMA main.table_info({shape.table.name})")}
    return any(kept.get(name) != of_type for name, of_type in types(shape).items())


def _is_copy(connection: Connection, stage: Stage, shape: Shape, run_id: str) -> bool:
    """Whether a run's rows are those of the stage, cell for cell, and no other."""
    staged, kept = f"{stage.schema}.{shape.table.name}", f"main.{shape.table.name}"
    # A comparison of columns would take "18" for 18; of values it does not.
    same = [f'kept."{name}" = staged."{name}"' for name in shape.key]
    same += [f'+kept."{name}" IS +staged."{name}"' for name in shape.columns]
    found = _run(
        connection,
        f"SELECT count(*) FROM {staged} AS staged CROSS JOIN {kept} AS kept "  # noqa: S608 - names of our own models
        f"ON kept.{RUN_ID} = {_literal(run_id)} AND {' AND '.join(same)}",
    )
    n_rows = _run(connection, f"SELECT count(*) FROM {staged}").scalar_one()  # noqa: S608 - names of our own models
    return bool(n_rows == found.scalar_one() == stored_count(connection, shape, run_id))


def _concatenated(connection: Connection, shape: Shape, run_id: str) -> Iterator[bytes]:
    odd = _columns_to_escape(connection, shape, run_id)
    cells = " || x'09' || ".join(_written(connection, shape, column, escape=column in odd) for column in shape.columns)
    order = _quoted(connection, shape.key)
    found = _run(
        connection,
        f"SELECT CAST({cells} AS BLOB) FROM {shape.table.name}{_of_run(run_id)} ORDER BY {order}",  # noqa: S608 - names of our own models
    )
    for rows in found.partitions(_READ_ROWS):
        yield b"\n".join([row[0] for row in rows]) + b"\n"


def _columns_to_escape(connection: Connection, shape: Shape, run_id: str) -> set[str]:
    """Columns of text with a character that canonical text escapes: seldom any, so all are looked at as one first."""
    texts = [column for column in shape.columns if column not in shape.scales and column not in shape.integers]
    if not texts:
        return set()
    cells = [f"coalesce({_quoted(connection, [column])}, '')" for column in texts]
    for asked in ([" || ".join(cells)], cells):
        globs = ", ".join(f"max({cell} GLOB {_literal(_NEEDS_ESCAPE)})" for cell in asked)
        found = _run(connection, f"SELECT {globs} FROM {shape.table.name}{_of_run(run_id)}").one()  # noqa: S608
        if not any(found):
            return set()
    return {column for column, is_odd in zip(texts, found, strict=True) if is_odd}


def _written(connection: Connection, shape: Shape, column: str, *, escape: bool) -> str:
    """A cell as canonical text. What is no number where one belongs is written as what it is, so it is no match."""
    cell = _quoted(connection, [column])
    if column in shape.scales:
        digits = f"printf('%.{shape.scales[column]}f', {cell})"
        return f"CASE typeof({cell}) WHEN 'real' THEN {digits} WHEN 'null' THEN '{NULL}' ELSE typeof({cell}) END"
    if column in shape.booleans:
        return f"CASE WHEN {cell} IS NULL THEN '{NULL}' WHEN {cell} = 1 THEN 't' WHEN {cell} = 0 THEN 'f' ELSE '?' END"
    if escape:
        for character, written in ESCAPES.items():
            cell = f"replace({cell}, {_literal(character)}, {_literal(written)})"
    return f"coalesce({cell}, '{NULL}')"


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


def _copy_in(connection: Connection, shape: Shape, frame: pl.DataFrame, run_id: str) -> None:
    import polars as pl

    statement = f"COPY {shape.table.name} ({RUN_ID}, {_quoted(connection, shape.columns)}) FROM STDIN"
    with _driver(connection).cursor() as cursor, cursor.copy(statement) as copy:
        for part in canonical_text(frame.select(pl.lit(run_id).alias(RUN_ID), pl.all())):
            copy.write(part)


def _copy_out(connection: Connection, shape: Shape, run_id: str) -> Iterator[bytes]:
    columns, order = _quoted(connection, shape.columns), _quoted(connection, shape.key)
    query = f"SELECT {columns} FROM {shape.table.name}{_of_run(run_id)} ORDER BY {order}"  # noqa: S608 - names of our own models
    with _driver(connection).cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT") as copy:
        for part in copy:
            yield bytes(part)


# --- either -----------------------------------------------------------------------------------------------------------


def _driver(connection: Connection) -> Any:
    """The driver's connection, within SQLAlchemy's transaction."""
    raw = connection.connection.driver_connection
    assert raw is not None  # noqa: S101 - an open connection has one
    return raw
