"""Many rows at once, into the table where they stay, and back out: what the database holds must be what was given.

Rows go in sorted by their key, so that a table grows at its end. On SQLite they are inserted many a statement, and each
batch is compared cell for cell as it is read back; PostgreSQL takes them by COPY and gives them back as canonical text,
which it writes itself and which is hashed here. Until the transaction ends nobody else sees any of it.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, CursorResult

from warehouse.column_types import DOUBLE_DIGITS, come_back
from warehouse.errors import WarehouseError
from warehouse.identity import ESCAPES, NULL, RUN_ID, Digest, Shape, canonical_text, table_hash

if TYPE_CHECKING:
    import polars as pl

_READ_ROWS: Final = 20_000
_INSERTED_ROWS: Final = 20_000
_INSERTED_CELLS: Final = 900
"""Of one statement on SQLite; every SQLite takes up to 999. Many rows a statement cost half of one each: 2.2 us."""
_NEEDS_ESCAPE: Final = "*[\b-\r\\]*"
"""As SQLite's GLOB writes it: any of the characters that canonical text escapes."""


def load(connection: Connection, shape: Shape, frame: pl.DataFrame, run_id: str, given: Digest) -> None:
    """Store the rows of a checked frame, which is sorted by key, under `run_id`, to the digit.

    Raises:
        WarehouseError: what the database holds is not what was given; or a decimal would not come back exactly.
    """
    if _is_postgresql(connection):
        _copy_in(connection, shape, frame, run_id)
        if table_hash(_copy_out(connection, shape, run_id)) == given.sha256:
            return
    elif _inserted(connection, shape, frame, run_id):
        return
    n_rows = stored_count(connection, shape, run_id)
    if n_rows != given.n_rows:
        raise WarehouseError(f"{given.name}: {given.n_rows} rows given, {n_rows} stored; nothing was published")
    raise WarehouseError(f"{given.name}: the stored rows differ from those given; nothing was published")


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


def _inserted(connection: Connection, shape: Shape, frame: pl.DataFrame, run_id: str) -> bool:
    """Insert the rows; whether the table gives back each of them, cell for cell, and no other.

    Equal numbers and words are equal text: no value is stored that does not come back to the digit.
    """
    driver = _driver(connection)
    before, same = driver.total_changes, True
    with _without_collecting():
        for rows in _batches(shape, frame):
            _insert(connection, shape, rows, run_id)
            same = same and _read(connection, shape, rows[0], len(rows), run_id) == rows
        if driver.total_changes - before != frame.height:  # a trigger wrote too: rows may have changed since
            for rows in _batches(shape, frame):
                same = same and _read(connection, shape, rows[0], len(rows), run_id) == rows
    return same and stored_count(connection, shape, run_id) == frame.height


@contextmanager
def _without_collecting() -> Iterator[None]:
    """No search for cycles while millions of tuples come and go that hold none: it is a sixth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _batches(shape: Shape, frame: pl.DataFrame) -> Iterator[list[tuple[Any, ...]]]:
    for batch in frame.iter_slices(_INSERTED_ROWS):
        if batch.height:
            yield _as_stored(shape, batch).rows()


def _as_stored(shape: Shape, batch: pl.DataFrame) -> pl.DataFrame:
    """The batch as SQLite keeps it: decimals as doubles, days as text. WarehouseError where digits would be lost."""
    import polars as pl

    scales = {name: scale for name, scale in shape.scales.items() if name in shape.columns}
    stored = batch.with_columns(
        *(pl.col(name).cast(pl.Float64) for name in scales),
        *(pl.col(name).cast(pl.String) for name in shape.dates.intersection(shape.columns)),
    )
    back = stored.select(pl.col(name).cast(batch.schema[name]) for name in scales)
    lost = [
        name
        for name, scale in scales.items()
        if not back[name].equals(batch[name], null_equal=True) or not come_back(_wide(batch[name], scale), scale)
    ]
    if lost:
        raise WarehouseError(
            f"{shape.table.name}: a value in {', '.join(lost)} has more significant digits than SQLite keeps "
            f"({DOUBLE_DIGITS}); use a PostgreSQL warehouse, or deliver that measure in a larger unit"
        )
    return stored


def _wide(column: pl.Series, scale: int) -> pl.Series:
    """Values of more digits than every double gives back."""
    return column.filter(column.abs() >= 10 ** (DOUBLE_DIGITS - scale))


def _insert(connection: Connection, shape: Shape, rows: list[tuple[Any, ...]], run_id: str) -> None:
    row = f"({', '.join([_literal(run_id), *'?' * len(shape.columns)])})"
    into = f"INSERT INTO {shape.table.name} ({RUN_ID}, {_quoted(connection, shape.columns)}) VALUES "  # noqa: S608 - names of our own models
    n = max(1, _INSERTED_CELLS // len(shape.columns))
    whole = len(rows) - len(rows) % n
    many = [tuple(chain.from_iterable(rows[first : first + n])) for first in range(0, whole, n)]
    if many:
        connection.exec_driver_sql(into + ", ".join([row] * n), many)
    if rows[whole:]:
        connection.exec_driver_sql(into + row, rows[whole:])


def _read(connection: Connection, shape: Shape, first: tuple[Any, ...], n: int, run_id: str) -> list[tuple[Any, ...]]:
    """The `n` rows of a run from the key of `first` on."""
    key = _quoted(connection, shape.key)
    start = tuple(first[shape.columns.index(name)] for name in shape.key)
    query = (
        f"SELECT {_quoted(connection, shape.columns)} FROM {shape.table.name}{_of_run(run_id)} "  # noqa: S608 - names of our own models
        f"AND ({key}) >= ({', '.join('?' * len(start))}) ORDER BY {key} LIMIT {n}"
    )
    with connection.exec_driver_sql(query, start) as found:
        assert found.cursor is not None  # noqa: S101 - it returns rows
        return list(found.cursor.fetchall())  # the driver's own tuples


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
