"""Many rows at once, in and back out: into a staging table, checked there, merged, and checked again where they stay.

A staging table is temporary: without key or condition, seen by nobody else, gone with the transaction or connection. It
is filled by COPY on PostgreSQL and executemany on SQLite, and read back as canonical text that the database writes
itself, so that only the hashing is left to do here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, CursorResult

from warehouse.errors import WarehouseError
from warehouse.identity import BATCH_ROWS, ESCAPES, NULL, RUN_ID, Digest, Shape, canonical_text, table_hash

if TYPE_CHECKING:
    import polars as pl

_READ_ROWS: Final = 20_000
_NEEDS_ESCAPE: Final = "*[\b-\r\\]*"
"""As SQLite's GLOB writes it: any of the characters that canonical text escapes."""


def load(connection: Connection, shape: Shape, frame: pl.DataFrame, run_id: str, given: Digest) -> None:
    """Store the rows of a checked frame under `run_id`, to the digit.

    Raises:
        WarehouseError: what the database holds, staged or merged, is not what was given; or a decimal would not come
            back exactly.
    """
    columns, staging = _quoted(connection, shape.columns), _staging(shape)
    on_commit = "ON COMMIT DROP " if _is_postgresql(connection) else ""
    _run(
        connection,
        f"CREATE TEMPORARY TABLE {staging} {on_commit}AS SELECT {columns} FROM {shape.table.name} LIMIT 0",  # noqa: S608 - names of our own models
    )
    if _is_postgresql(connection):
        _copy_in(connection, shape, frame)
    else:
        _insert(connection, shape, frame)
    _require_equal(connection, staging, shape, None, given, "staged")
    _run(
        connection,
        f"INSERT INTO {shape.table.name} ({RUN_ID}, {columns}) SELECT {_literal(run_id)}, {columns} FROM {staging}",  # noqa: S608
    )
    _run(connection, f"DROP TABLE {staging}")
    _require_equal(connection, shape.table.name, shape, run_id, given, "stored")


def stored_count(connection: Connection, shape: Shape, run_id: str) -> int:
    """Rows a table holds of a run."""
    return _count(connection, shape.table.name, run_id)


def stored_hash(connection: Connection, shape: Shape, run_id: str) -> str:
    """SHA-256 of the canonical text of what a table holds of a run, read back in this transaction."""
    return table_hash(_text(connection, shape.table.name, shape, run_id))


def _require_equal(
    connection: Connection, table: str, shape: Shape, run_id: str | None, given: Digest, how: str
) -> None:
    """Pass where a table holds what was given."""
    n_rows = _count(connection, table, run_id)
    if n_rows != given.n_rows:
        raise WarehouseError(f"{given.name}: {given.n_rows} rows given, {n_rows} {how}; nothing was published")
    if table_hash(_text(connection, table, shape, run_id)) != given.sha256:
        raise WarehouseError(f"{given.name}: the {how} rows differ from those given; nothing was published")


def _staging(shape: Shape) -> str:
    return f"staging_{shape.table.name}"


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


def _of_run(run_id: str | None) -> str:
    return "" if run_id is None else f" WHERE {RUN_ID} = {_literal(run_id)}"


def _count(connection: Connection, table: str, run_id: str | None) -> int:
    found = _run(connection, f"SELECT count(*) FROM {table}{_of_run(run_id)}")  # noqa: S608 - names of our own models
    return int(found.scalar_one())


def _text(connection: Connection, table: str, shape: Shape, run_id: str | None) -> Iterator[bytes]:
    """Canonical text of a table, as the database writes it."""
    read = _copy_out if _is_postgresql(connection) else _concatenated
    return read(connection, table, shape, run_id)


# --- SQLite -----------------------------------------------------------------------------------------------------------


def _insert(connection: Connection, shape: Shape, frame: pl.DataFrame) -> None:
    import polars as pl

    statement = f"INSERT INTO {_staging(shape)} VALUES ({', '.join('?' * len(shape.columns))})"  # noqa: S608 - names of our own models
    for batch in frame.iter_slices(BATCH_ROWS):
        if not batch.height:
            continue
        as_stored = batch.with_columns(
            *(pl.col(name).cast(pl.Float64) for name in shape.scales),
            *(pl.col(name).cast(pl.String) for name in shape.dates),
        )
        back = as_stored.select(pl.col(name).cast(batch.schema[name]) for name in shape.scales)
        lost = [name for name in shape.scales if not back[name].equals(batch[name], null_equal=True)]
        if lost:
            raise WarehouseError(
                f"{shape.table.name}: a value in {', '.join(lost)} has more significant digits than SQLite keeps (15); "
                "use a PostgreSQL warehouse, or deliver that measure in a larger unit"
            )
        connection.exec_driver_sql(statement, as_stored.rows())


def _concatenated(connection: Connection, table: str, shape: Shape, run_id: str | None) -> Iterator[bytes]:
    odd = _columns_to_escape(connection, table, shape, run_id)
    cells = " || x'09' || ".join(_written(connection, shape, column, escape=column in odd) for column in shape.columns)
    order = _quoted(connection, shape.key)
    found = _run(
        connection,
        f"SELECT CAST({cells} AS BLOB) FROM {table}{_of_run(run_id)} ORDER BY {order}",  # noqa: S608 - names of our own models
    )
    for rows in found.partitions(_READ_ROWS):
        yield b"\n".join([row[0] for row in rows]) + b"\n"


def _columns_to_escape(connection: Connection, table: str, shape: Shape, run_id: str | None) -> set[str]:
    """Columns of text with a character that canonical text escapes: seldom any, so all are looked at as one first."""
    texts = [column for column in shape.columns if column not in shape.scales and column not in shape.integers]
    if not texts:
        return set()
    cells = [f"coalesce({_quoted(connection, [column])}, '')" for column in texts]
    for asked in ([" || ".join(cells)], cells):
        globs = ", ".join(f"max({cell} GLOB {_literal(_NEEDS_ESCAPE)})" for cell in asked)
        found = _run(connection, f"SELECT {globs} FROM {table}{_of_run(run_id)}").one()  # noqa: S608
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


def _copy_in(connection: Connection, shape: Shape, frame: pl.DataFrame) -> None:
    statement = f"COPY {_staging(shape)} ({_quoted(connection, shape.columns)}) FROM STDIN"
    with _cursor(connection) as cursor, cursor.copy(statement) as copy:
        for part in canonical_text(frame):
            copy.write(part)


def _copy_out(connection: Connection, table: str, shape: Shape, run_id: str | None) -> Iterator[bytes]:
    columns, order = _quoted(connection, shape.columns), _quoted(connection, shape.key)
    query = f"SELECT {columns} FROM {table}{_of_run(run_id)} ORDER BY {order}"  # noqa: S608 - names of our own models
    with _cursor(connection) as cursor, cursor.copy(f"COPY ({query}) TO STDOUT") as copy:
        for part in copy:
            yield bytes(part)


def _cursor(connection: Connection) -> Any:
    """A cursor of the driver within SQLAlchemy's transaction."""
    raw = connection.connection.driver_connection
    assert raw is not None  # noqa: S101 - an open connection has one
    return raw.cursor()
