"""Rows on their way into an SQLite warehouse: a database file of their own beside it, filled by a driver in C.

Python's driver makes an object of every cell and holds the interpreter while it is bound. ADBC's takes a frame as it
lies in memory and lets the interpreter go; but it brings an SQLite of its own, and two of them in one process must not
open one file: whichever closes it first gives up the other's locks. So it fills a file that nobody else uses, which the
warehouse's connection has attached and copies from.
"""

from __future__ import annotations

import errno
import fcntl
import glob
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy.dialects import sqlite

from warehouse.column_types import DOUBLE_DIGITS, come_back
from warehouse.errors import WarehouseError
from warehouse.identity import Digest, Shape

if TYPE_CHECKING:
    import polars as pl
    from adbc_driver_manager import AdbcConnection

_ROWS: Final = 100_000
"""Of a frame that are turned into what SQLite stores, or read back, at a time."""
_PREPARED: Final = (
    "PRAGMA page_size = 65536",  # written and read from end to end: fewer pages, less to do
    "PRAGMA journal_mode = OFF",  # nobody needs it back
    "PRAGMA synchronous = OFF",
)


_MANY: Final = 10_000
"""Rows from which on columns of few values are looked for."""
_SAMPLE: Final = 1_000
_FEW: Final = 128
"""Combinations in a sample of rows, at most: then one in eight of all rows is a new one at the very most."""
_COMBINATION: Final = "staged_combination"
STAGED_ROW: Final = "staged_row"
"""Rows of a stage in the order they were given in."""


class Given(NamedTuple):
    """Rows to store: the shape of their table, a checked frame sorted by key, and its digest."""

    shape: Shape
    frame: pl.DataFrame
    digest: Digest


class Stage:
    """A database that is filled once, compared with what was given, and read by the connection that attached it."""

    def __init__(self, file: Path, schema: str) -> None:
        self.file, self.schema = file, schema
        """`schema`: the name it is attached under."""
        self._given: list[tuple[Given, tuple[str, ...]]] = []
        self._open = ExitStack()

    def fill(self, given: Sequence[Given]) -> None:
        """Store the rows, each frame in a view called as its table in the warehouse, in the order of `STAGED_ROW`.

        Raises:
            WarehouseError: a decimal would not come back exactly.
        """
        import adbc_driver_manager
        import adbc_driver_sqlite

        self._given = [(one, _of_few_values(one.frame)) for one in given]
        with ExitStack() as opened:
            database = opened.enter_context(closing(adbc_driver_sqlite.connect(str(self.file))))
            connection = opened.enter_context(closing(adbc_driver_manager.AdbcConnection(database)))
            for statement in (*_PREPARED, *(made for one, few in self._given for made in _tables(one.shape, few))):
                _run(connection, statement)
            connection.set_autocommit(False)
            for one, few in self._given:
                numbers, table = _numbers(one.frame, few), one.shape.table.name
                for rows in one.frame.drop(few).with_columns(numbers).iter_slices(_ROWS):
                    _ingest(connection, f"{table}_rows", _as_stored(one.shape, rows))
                if few:
                    combinations = one.frame.select(few).with_columns(numbers).unique(_COMBINATION)
                    _ingest(connection, f"{table}_few", _as_stored(one.shape, combinations))
            connection.commit()
            self._connection = connection
            self._open = opened.pop_all()

    def check(self) -> None:
        """Compare what was written with what was given, cell for cell, and let go of the file.

        Raises:
            WarehouseError: they differ.
        """
        with self._open:
            for one, few in self._given:
                if not _holds(self._connection, one.shape, one.frame, few):
                    raise WarehouseError(
                        f"{one.digest.name}: the staged rows differ from those given; nothing was published"
                    )


@contextmanager
def stages_beside(warehouse: Path, n: int) -> Iterator[list[Stage]]:
    """`n` stages in a folder beside the warehouse's file, gone afterwards; also what killed processes left is removed.

    Raises:
        WarehouseError: the folder cannot be made.
    """
    _sweep(warehouse)
    folder, held = _own_folder(warehouse)
    try:
        yield [Stage(folder / f"{number}.db", f"staged_{number}") for number in range(n)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def _name(warehouse: Path) -> str:
    return f"{warehouse.name}-staged-"


def _own_folder(warehouse: Path) -> tuple[Path, int]:
    """A folder that only this user may enter, and the lock that says that its process lives."""
    while True:
        try:
            folder = Path(tempfile.mkdtemp(prefix=_name(warehouse), dir=warehouse.parent))
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            said = "the disk is full: free space, then run again" if full else "it may not be written: correct that"
            raise WarehouseError(f"no folder can be made in {warehouse.parent}, the warehouse's: {said}") from error
        held = _lock(folder)
        if held is not None and os.fstat(held).st_nlink:  # else it was swept before it was locked
            return folder, held


def _lock(folder: Path) -> int | None:
    """Lock a folder until the descriptor is closed, or its process ends; None where another holds it, or it is gone."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _sweep(warehouse: Path) -> None:
    """Remove the folders whose process is gone."""
    for folder in warehouse.parent.glob(f"{glob.escape(_name(warehouse))}*"):
        held = _lock(folder)
        if held is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(held)


def types(shape: Shape) -> dict[str, str]:
    """The types that SQLite's tables are declared with; in a stage too, so that it copies cells as they are."""
    dialect = sqlite.dialect()
    return {name: shape.table.c[name].type.compile(dialect) for name in shape.columns}


def _of_few_values(frame: pl.DataFrame) -> tuple[str, ...]:
    """Columns that take few values together: each combination is staged once, and its number with every row."""
    if frame.height < _MANY:
        return ()
    sample = frame.gather_every(max(1, frame.height // _SAMPLE))
    n_values = {column.name: column.n_unique() for column in sample}
    few: list[str] = []
    for name in sorted(n_values, key=n_values.__getitem__):
        if sample.select(*few, name).n_unique() > _FEW:
            break
        few.append(name)
    return tuple(few) if len(few) > 2 else ()  # two cost as much to put together again


def _numbers(frame: pl.DataFrame, few: Sequence[str]) -> list[pl.Series]:
    """The column with the number of each row's combination: its hash, the same within a process."""
    return [frame.select(few).hash_rows().reinterpret(signed=True).alias(_COMBINATION)] if few else []


def _tables(shape: Shape, few: Sequence[str]) -> Iterator[str]:
    """Statements that make what a frame is staged in."""
    table, declared = shape.table.name, {name: f'"{name}" {of}' for name, of in types(shape).items()}
    rows = [declared[name] for name in shape.columns if name not in few]
    columns = ", ".join(f'"{name}"' for name in shape.columns)
    joined = f"{table}_rows AS r"
    if few:
        yield f"CREATE TABLE {table}_few ({_COMBINATION} INTEGER PRIMARY KEY, {', '.join(declared[n] for n in few)})"
        rows.append(f"{_COMBINATION} INTEGER")
        joined += f" CROSS JOIN {table}_few AS f ON f.{_COMBINATION} = r.{_COMBINATION}"
    yield f"CREATE TABLE {table}_rows ({', '.join(rows)})"
    yield f"CREATE VIEW {table} AS SELECT r.rowid AS {STAGED_ROW}, {columns} FROM {joined}"  # noqa: S608 - names of our own models


def _run(connection: AdbcConnection, statement: str) -> None:
    import adbc_driver_manager

    with closing(adbc_driver_manager.AdbcStatement(connection)) as run:
        run.set_sql_query(statement)
        run.execute_update()


def _ingest(connection: AdbcConnection, table: str, rows: pl.DataFrame) -> None:
    import adbc_driver_manager

    with closing(adbc_driver_manager.AdbcStatement(connection)) as into:
        into.set_options(
            **{
                adbc_driver_manager.INGEST_OPTION_TARGET_TABLE: table,
                adbc_driver_manager.INGEST_OPTION_MODE: adbc_driver_manager.INGEST_OPTION_MODE_APPEND,
            }
        )
        into.bind_stream(rows)
        into.execute_update()


def _read(connection: AdbcConnection, query: str) -> pl.DataFrame:
    import adbc_driver_manager
    import adbc_driver_sqlite
    import polars as pl

    with closing(adbc_driver_manager.AdbcStatement(connection)) as asked:
        # Types are found in the first batch: all is one.
        asked.set_options(**{adbc_driver_sqlite.StatementOptions.BATCH_ROWS.value: str(_ROWS)})
        asked.set_sql_query(query)
        found, _ = asked.execute_query()
        return pl.DataFrame(found)


def _as_stored(shape: Shape, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows as SQLite keeps them: decimals as doubles, days as text, truth as 1 or 0.

    Raises:
        WarehouseError: a decimal has more digits than a double gives back.
    """
    import polars as pl

    scales = {name: scale for name, scale in shape.scales.items() if name in rows.columns}
    lost = [name for name, scale in scales.items() if not come_back(_wide(rows[name], scale), scale)]
    if lost:
        raise WarehouseError(
            f"{shape.table.name}: a value in {', '.join(lost)} has more significant digits than SQLite keeps "
            f"({DOUBLE_DIGITS}); use a PostgreSQL warehouse, or deliver that measure in a larger unit"
        )
    return _plain(shape, rows).with_columns(pl.col(name).cast(pl.Float64) for name in scales)


def _plain(shape: Shape, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with days as text and truth as 1 or 0."""
    import polars as pl

    return rows.with_columns(
        *(pl.col(name).cast(pl.String) for name in shape.dates.intersection(rows.columns)),
        *(pl.col(name).cast(pl.Int64) for name in shape.booleans.intersection(rows.columns)),
    )


def _wide(column: pl.Series, scale: int) -> pl.Series:
    """Values of more digits than every double gives back."""
    return column.filter(column.abs() >= 10 ** (DOUBLE_DIGITS - scale))


def _holds(connection: AdbcConnection, shape: Shape, frame: pl.DataFrame, few: Sequence[str]) -> bool:
    """Whether the stage has the rows of the frame in their order, to the digit, and no other."""
    table = f"{shape.table.name}_rows"
    if _read(connection, f"SELECT count(*) FROM {table}").item() != frame.height:  # noqa: S608 - names of our own models
        return False
    combinations = _read(connection, f"SELECT * FROM {shape.table.name}_few") if few else None  # noqa: S608
    for first in range(0, frame.height, _ROWS):
        rows = frame.slice(first, _ROWS)
        there = f"rowid > {first} AND rowid <= {first + _ROWS} ORDER BY rowid"
        found = _read(connection, f"SELECT * FROM {table} WHERE {there}")  # noqa: S608 - names of our own models
        if found.height != rows.height:
            return False
        if combinations is not None:  # that two may have one number is found here too
            found = found.join(combinations, on=_COMBINATION, how="left", maintain_order="left")
        rows = _plain(shape, rows)
        if not all(_same(found[name], rows[name]) for name in shape.columns):
            return False
    return True


def _same(found: pl.Series, given: pl.Series) -> bool:
    """Whether a column came back; a column without any value comes back as whole numbers."""
    import polars as pl

    if found.dtype == pl.Float64 and isinstance(given.dtype, pl.Decimal):
        found = found.cast(given.dtype)
    elif found.dtype != given.dtype and found.null_count() < len(found):
        return False
    return found.cast(given.dtype).equals(given, null_equal=True)
