"""Many rows at once, in and back out: executemany on SQLite, COPY on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, func, select

from warehouse.errors import WarehouseError
from warehouse.identity import BATCH_ROWS, RUN_ID, Shape, canonical_text, dtypes, table_hash

if TYPE_CHECKING:
    import polars as pl


def load(connection: Connection, shape: Shape, frame: pl.DataFrame, run_id: str) -> None:
    """Store the rows of a checked frame under `run_id`; WarehouseError where a decimal would not come back exactly."""
    if connection.dialect.name == "postgresql":
        _copy_in(connection, shape, frame, run_id)
    else:
        _insert(connection, shape, frame, run_id)


def stored_count(connection: Connection, table: Table, run_id: str) -> int:
    """Rows a table holds of a run."""
    return int(connection.execute(select(func.count()).select_from(table).where(table.c.run_id == run_id)).scalar_one())


def stored_hash(connection: Connection, shape: Shape, run_id: str) -> str:
    """SHA-256 of the canonical text of what a table holds of a run, read back in this transaction."""
    if connection.dialect.name == "postgresql":
        return table_hash(_copy_out(connection, shape, run_id))
    return table_hash(_read_back(connection, shape, run_id))


def _quoted(connection: Connection, names: Iterable[str]) -> str:
    return ", ".join(connection.dialect.identifier_preparer.quote(name) for name in names)


def _insert(connection: Connection, shape: Shape, frame: pl.DataFrame, run_id: str) -> None:
    import polars as pl

    statement = (
        f"INSERT INTO {shape.table.name} ({_quoted(connection, (RUN_ID, *shape.columns))}) "  # noqa: S608 - names of our own models
        f"VALUES ({', '.join('?' * (1 + len(shape.columns)))})"
    )
    for batch in frame.iter_slices(BATCH_ROWS):
        if not batch.height:
            continue
        as_floats = batch.with_columns(
            *(pl.col(name).cast(pl.Float64) for name in shape.scales),
            *(pl.col(name).cast(pl.String) for name in shape.dates),
        )
        back = as_floats.select(pl.col(name).cast(batch.schema[name]) for name in shape.scales)
        lost = [name for name in shape.scales if not back[name].equals(batch[name], null_equal=True)]
        if lost:
            raise WarehouseError(
                f"{shape.table.name}: a value in {', '.join(lost)} has more significant digits than SQLite keeps (15); "
                "use a PostgreSQL warehouse, or deliver that measure in a larger unit"
            )
        rows = as_floats.select(pl.lit(run_id), pl.all()).rows()
        connection.exec_driver_sql(statement, rows)


def _read_back(connection: Connection, shape: Shape, run_id: str) -> Iterator[bytes]:
    import polars as pl

    statement = (
        f"SELECT {_quoted(connection, shape.columns)} FROM {shape.table.name} "  # noqa: S608 - names of our own models
        f"WHERE run_id = ? ORDER BY {_quoted(connection, shape.key)}"
    )
    found = connection.exec_driver_sql(statement, (run_id,))
    types = dtypes(shape)
    for rows in found.partitions(BATCH_ROWS):
        cells = zip(types.items(), zip(*rows, strict=True), strict=True)
        # Decimals come as doubles, which the cast rounds to their scale; truth as 0 and 1, days as text.
        columns = [
            pl.Series(name, values, dtype=pl.String)
            if isinstance(kind, pl.Date)
            else pl.Series(name, values, dtype=_read_as(kind)).cast(kind)
            for (name, kind), values in cells
        ]
        yield from canonical_text(pl.DataFrame(columns))


def _read_as(kind: pl.DataType) -> pl.DataType:
    """The type in which SQLite gives a column back."""
    import polars as pl

    if isinstance(kind, pl.Decimal):
        return pl.Float64()
    return pl.Int64() if isinstance(kind, pl.Boolean) else kind


def _copy_in(connection: Connection, shape: Shape, frame: pl.DataFrame, run_id: str) -> None:
    import polars as pl

    statement = f"COPY {shape.table.name} ({_quoted(connection, (RUN_ID, *shape.columns))}) FROM STDIN"
    with _cursor(connection) as cursor, cursor.copy(statement) as copy:
        for part in canonical_text(frame.select(pl.lit(run_id).alias(RUN_ID), pl.all())):
            copy.write(part)


def _copy_out(connection: Connection, shape: Shape, run_id: str) -> Iterator[bytes]:
    table = shape.table
    query = (
        select(*(table.c[name] for name in shape.columns))
        .where(table.c.run_id == run_id)
        .order_by(*(table.c[name] for name in shape.key))
    )
    text = query.compile(connection, compile_kwargs={"literal_binds": True})
    with _cursor(connection) as cursor, cursor.copy(f"COPY ({text}) TO STDOUT") as copy:
        for part in copy:
            yield bytes(part)


def _cursor(connection: Connection) -> Any:
    """A cursor of the driver within SQLAlchemy's transaction."""
    raw = connection.connection.driver_connection
    assert raw is not None  # noqa: S101 - an open connection has one
    return raw.cursor()
