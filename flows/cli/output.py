"""Rows to a table for people, or to CSV, JSON, Parquet or a workbook for everything else; one row at a time.

CSV is RFC 4180 in UTF-8; a text that a spreadsheet would take for a formula gets an apostrophe before it, numbers
never do. JSON is an array of objects; decimals are JSON numbers with all their digits (`104.02`, `110.00`), instants
ISO 8601. Parquet keeps decimals, whole numbers and instants as such. In a workbook every text is a text cell, never a
formula, and stays one when it is edited; a decimal is a number shown with its digits.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from json.encoder import encode_basestring
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Literal

from flows.cli.problems import CommandError, shown

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console
    from rich.table import Table
    from xlsxwriter.worksheet import Worksheet

ColumnType = Literal["text", "integer", "decimal_2", "decimal_6", "boolean", "date", "instant"]
TABLE_ROWS: Final = 50
_CHUNK: Final = 50_000
_WIDEST: Final = 40
"""Characters after which a cell of a table goes on below."""
_UNLIMITED: Final = 10_000
_HASH_SHOWN: Final = 12
_SHEET_ROWS: Final = 1_048_576
"""Rows of a sheet, its header included."""
_DIGITS: Final[Mapping[ColumnType, str]] = {"integer": "0", "decimal_2": "0.00", "decimal_6": "0.000000"}
"""How a sheet shows numbers."""
_LEAST_P: Final = Decimal("0.0001")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


class Format(StrEnum):
    """How rows are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


@dataclass(frozen=True, kw_only=True)
class Records:
    """Rows to write, read once; a column that `types` does not name is text.

    In a table: `first` are the columns a narrow one must not miss, `above` those said once above it; `whole` is a short
    list, shown with all its rows and columns. `n_left` says how many rows are still to be read, where that is known
    without reading them.
    """

    title: str
    columns: Sequence[str]
    rows: Iterator[tuple[Any, ...]]
    types: Mapping[str, ColumnType] = field(default_factory=dict)
    first: Sequence[str] = ()
    above: Sequence[str] = ()
    whole: bool = False
    n_left: Callable[[], int] | None = None


def format_of(written: Format | None, output: Path | None, *, as_json: bool = False) -> Format:
    """The format asked for, else that of the file's ending, else a table; CommandError where they contradict."""
    if as_json and written not in {None, Format.JSON}:
        raise CommandError([f"--json and --format {written} contradict each other; give one of the two"])
    chosen = Format.JSON if as_json else written
    if chosen is None and output is not None:
        ending = output.suffix.lower().removeprefix(".")
        chosen = Format(ending) if ending in {"csv", "json", "parquet"} else None
        if chosen is None:
            raise CommandError([f"{output}: its ending names no format; add --format csv, json or parquet"])
    if chosen is Format.TABLE and output is not None:
        raise CommandError(["a table is for the screen; write a file with --format csv, json or parquet"])
    if chosen is Format.PARQUET and output is None:
        raise CommandError(["Parquet is not text; say where it goes, such as --output rows.parquet"])
    return chosen or Format.TABLE


def write(records: Records, chosen: Format, output: Path | None = None) -> None:
    """Write the rows to a file, which appears only once it is whole, or to standard output."""
    match chosen:
        case Format.TABLE:
            write_table(records)
        case Format.CSV:
            with _text(output) as stream:
                write_csv(records, stream)
        case Format.JSON:
            with _text(output) as stream:
                write_json(records, stream)
        case Format.PARQUET:
            if output is None:
                raise CommandError(["Parquet needs --output"])
            with _appearing(output) as part:
                _frame(records).write_parquet(part)


# --- for machines ---------------------------------------------------------------------------------------------------


def write_csv(records: Records, stream: IO[str]) -> None:
    """RFC 4180 with a header; null is an empty cell."""
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(records.columns)
    writer.writerows(map(_cells, records.rows))


def write_json(records: Records, stream: IO[str]) -> None:
    """An array of objects, one a line."""
    names = [json.dumps(name) for name in records.columns]
    before = "[\n"
    for row in records.rows:
        pairs = ", ".join(f"{name}: {as_json(value)}" for name, value in zip(names, row, strict=True))
        stream.write(f"{before}{{{pairs}}}")
        before = ",\n"
    stream.write("[]\n" if before == "[\n" else "\n]\n")


def write_workbook(sheets: Sequence[Records], output: Path) -> None:
    """An XLSX workbook, a sheet each; its file appears only once it is whole.

    Raises:
        CommandError: more rows, or a longer text, than a sheet takes.
    """
    from xlsxwriter import Workbook

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with _appearing(output) as part, Workbook(part, options) as workbook:
        bold = workbook.add_format({"bold": True})
        # Excel takes such a text for text also after somebody edited it.
        quoted = workbook.add_format({"quote_prefix": True})
        digits = {kind: workbook.add_format({"num_format": shown_as}) for kind, shown_as in _DIGITS.items()}
        for records in sheets:
            sheet = workbook.add_worksheet(records.title)
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, records.columns, bold)
            formats = [digits.get(records.types.get(name, "text")) for name in records.columns]
            for number, row in enumerate(records.rows, start=1):
                if number >= _SHEET_ROWS:
                    raise CommandError(
                        [f"{records.title}: more rows than a sheet takes; export them as csv or parquet"]
                    )
                for place, value in enumerate(row):
                    if _write_cell(sheet, number, place, value, formats[place], quoted):
                        raise CommandError([f"{records.title}: a text is too long for a cell; export csv or parquet"])


def _write_cell(sheet: Worksheet, row: int, column: int, value: object, shown_as: Any, quoted: Any) -> int:
    """Write one cell; not 0 where it does not fit."""
    match value:
        case None:
            return 0
        case bool():
            written = sheet.write_boolean(row, column, value)
        case int() | Decimal():
            written = sheet.write_number(row, column, value, shown_as)
        case dt.date():
            written = sheet.write_string(row, column, value.isoformat())
        case _:
            text = str(value)
            written = sheet.write_string(row, column, text, quoted if text.startswith(_FORMULA) else None)
    return int(written)


def as_json(value: object) -> str:
    """JSON text of a value; a Decimal becomes a number with its digits, a date or an instant ISO text."""
    match value:
        case str():
            return encode_basestring(value)
        case None | bool() | int() | float():  # floats are durations, never a score
            return json.dumps(value)
        case Decimal():
            return f"{value:f}"
        case dt.date():  # an instant is one too
            return f'"{value.isoformat()}"'
        case Mapping():
            return "{" + ", ".join(f"{json.dumps(str(key))}: {as_json(inner)}" for key, inner in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(as_json, value)) + "]"
        case _:
            raise TypeError(f"no JSON for {type(value).__name__}")


def say_json(value: object) -> None:
    """One JSON value and a line feed on standard output."""
    with _text(None) as stream:
        stream.write(f"{as_json(value)}\n")


def _cells(row: Iterable[Any]) -> list[Any]:
    return [_cell(value) for value in row]


def _cell(value: object) -> object:
    match value:
        case str():
            return f"'{value}" if value.startswith(_FORMULA) else value
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case dt.date():
            return value.isoformat()
        case _:
            return value


def _frame(records: Records) -> pl.DataFrame:
    import polars as pl

    types: dict[ColumnType, pl.DataType] = {
        "text": pl.String(),
        "integer": pl.Int64(),
        "decimal_2": pl.Decimal(38, 2),
        "decimal_6": pl.Decimal(38, 6),
        "boolean": pl.Boolean(),
        "date": pl.Date(),
        "instant": pl.Datetime("us", "UTC"),
    }
    schema = pl.Schema({name: types[records.types.get(name, "text")] for name in records.columns})
    # Python rows weigh ten times what the frame does, so only a chunk of them is there at once.
    chunks = [pl.DataFrame(rows, schema=schema, orient="row") for rows in _batches(records.rows)]
    return pl.concat([schema.to_frame(), *chunks])


def _batches(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    while batch := list(itertools.islice(rows, _CHUNK)):
        yield batch


@contextmanager
def _text(output: Path | None) -> Iterator[IO[str]]:
    if output is None:
        # Line ends are the format's own, and UTF-8 whatever the terminal's language.
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", newline="")
        yield sys.stdout
        return
    with _appearing(output) as part, part.open("w", encoding="utf-8", newline="") as stream:
        yield stream


@contextmanager
def _appearing(output: Path) -> Iterator[Path]:
    """A file beside `output` that takes its place when the block ends well; only its owner may read it."""
    output = output.resolve()  # a link stays, what it points to is replaced
    if output.exists() and not output.is_file():
        raise CommandError([f"{output} is no ordinary file; name one, or leave --output out for standard output"])
    try:
        number, name = tempfile.mkstemp(prefix=f".{output.name}.", dir=output.parent)
    except OSError as error:
        raise CommandError([f"{output}: cannot be written ({error.strerror}); choose another place"]) from error
    os.close(number)
    part = Path(name)
    try:
        yield part
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)


# --- for people -----------------------------------------------------------------------------------------------------


def screen(*, stderr: bool = False) -> Console:
    """Where tables and sentences go. Not a terminal: no colour, and as wide as the text."""
    from rich.console import Console

    console = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _UNLIMITED
    return console


def write_table(records: Records) -> None:
    """The first rows, as many columns as the screen has room for, and how to get the rest."""
    from rich.text import Text

    console = screen()
    head = list(itertools.islice(records.rows, None if records.whole else TABLE_ROWS))
    n_more = 0
    if len(head) == TABLE_ROWS:
        n_more = sum(1 for _ in records.rows) if records.n_left is None else records.n_left()
    place = {name: position for position, name in enumerate(records.columns)}
    said = [f"{name} {shown(str(head[0][place[name]]))}" for name in records.above if head]
    console.print(Text(" · ".join([records.title, *said]), style="bold"))
    table_columns = [name for name in records.columns if name not in records.above]
    cells = {name: [table_cell(name, row[place[name]]) for row in head] for name in table_columns}
    widest = _WIDEST if console.width < _UNLIMITED else _UNLIMITED
    kept = table_columns if records.whole else _fitting(cells, [*records.first, *table_columns], console.width)
    table = new_table()
    for name in kept:
        right = records.types.get(name, "text") in {"integer", "decimal_2", "decimal_6"}
        table.add_column(Text(name), justify="right" if right else "left", overflow="fold", max_width=widest)
    for number in range(len(head)):
        table.add_row(*(Text(cells[name][number]) for name in kept))
    console.print(table)
    if not head:
        console.print("no rows")
    if n_more:
        console.print(f"{n_more:,} more rows; all of them: add --output rows.csv (or .json, .parquet)")
    if left_out := [name for name in table_columns if name not in kept]:
        console.print(f"no room for {', '.join(left_out)}: widen the window, or add --output rows.csv")


def new_table() -> Table:
    """An empty table in the one style of the command."""
    from rich import box
    from rich.table import Table

    return Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")


def table_cell(name: str, value: object) -> str:
    """What a table shows of a value; nothing for null, the first characters of a hash."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal() if name.endswith(("_p", "p_value")):
            return _probability(value)
        case Decimal():
            return f"{value:f}"
        case dt.datetime():
            return f"{value:%Y-%m-%d %H:%M:%SZ}" if value.utcoffset() == dt.timedelta(0) else value.isoformat()
        case str() if name.endswith(("_hash", "_sha256")):
            return shown(value)[:_HASH_SHOWN]
        case _:
            return shown(str(value)).replace("\n", " ")


def _probability(value: Decimal) -> str:
    """Four digits, and what they cannot tell from never and always as a bound."""
    if value < _LEAST_P:
        return f"<{_LEAST_P}"
    return f">{1 - _LEAST_P}" if value > 1 - _LEAST_P else f"{value:.4f}"


def _fitting(cells: Mapping[str, Sequence[str]], wanted: Iterable[str], room: int) -> list[str]:
    """The columns that fit, the most wanted ones first to be taken, in the order they come."""
    from rich.cells import cell_len

    taken: set[str] = set()
    for name in dict.fromkeys(wanted):
        needed = min(max(map(cell_len, (name, *cells[name]))), _WIDEST) + 3  # the gap between columns
        if needed <= room or not taken:
            taken.add(name)
            room -= needed
    return [name for name in cells if name in taken]


def counted(counts: Mapping[str, int]) -> str:
    """`1,200 rows, 3 files`."""
    return ", ".join(f"{number:,} {name}" for name, number in counts.items())
