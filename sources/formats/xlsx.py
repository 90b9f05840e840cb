"""Sheets of Excel workbooks, read by fastexcel; limits on what a small file may unpack to."""

from __future__ import annotations

import errno
import lzma
import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from sources.contracts import ROW
from sources.errors import UnreadableFile, did_you_mean
from sources.formats.table import RawTable, empty_table, named, text_table
from sources.mapping import FileEntry

if TYPE_CHECKING:
    import fastexcel

MAX_UNPACKED_BYTES: Final = 2 << 30
MAX_RATIO: Final = 200
"""Unpacked to packed, asked of parts over `_SMALL_BYTES`; the sheets of real workbooks unpack to 5-30 times."""
_SMALL_BYTES: Final = 32 << 20
_CHUNK: Final = 1 << 20
MAX_CELLS: Final = 20_000_000
"""Cells of a sheet, empty ones included: the reader lays out the whole rectangle, 32 bytes a cell and more."""
_PLACE: Final = re.compile(rb"""\br=["']([A-Z]{0,3})([0-9]{1,9})["']""")
_LONGEST_PLACE: Final = 16
_DAMAGED_ZIP: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
)

# What a cell that holds a time alone begins with, and how a cell that holds a day alone ends.
_TIME_ALONE: Final = r"^(?:1899-12-3[01]|1900-01-00) "
_DAY_ALONE: Final = " 00:00:00"
_MOMENT: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"
_LOSSY_TEXT: Final = r"\.|^-?[0-9]{16,}$"


def read(path: Path, name: str, entry: FileEntry, scratch: Path) -> RawTable:
    """Read one sheet as text: `entry.sheet`, or the only one. Records are numbered as in the sheet.

    A time alone reads `HH:MM:SS`; a column whose every moment is a midnight holds days and reads `YYYY-MM-DD`.

    Raises:
        UnreadableFile: no workbook, too large unpacked, no such sheet, duplicate headers.
    """
    check_unpacked_size(path, name)
    texts, numbers, is_number = _sheet(path, name, entry.sheet)
    columns = [f"c{position}" for position in range(texts.width)]
    texts.columns = numbers.columns = is_number.columns = columns
    frame = _exact(texts, numbers, is_number).with_row_index(ROW, offset=1)
    frame = frame.with_columns(pl.col(ROW).cast(pl.Int64))
    names = entry.header if isinstance(entry.header, tuple) else named([""] * len(columns), name)
    blank = pl.all_horizontal(pl.col(columns).is_null())
    frame = frame.filter(~blank)
    if entry.header is True:
        if frame.is_empty():
            return empty_table()
        names = named([frame[column][0] or "" for column in columns], name)
        frame = frame.slice(1)
    elif len(names) != len(columns):
        raise UnreadableFile(
            name,
            f"it has {len(columns)} columns, 'header' names {len(names)}",
            "cells would get the wrong names",
            "Name every column of the sheet, in order",
        )
    return text_table(_days(frame, columns).lazy(), names)


def check_unpacked_size(path: Path, name: str) -> None:
    """Unpack every part to nowhere, so that no small file can fill the memory.

    Raises:
        UnreadableFile: it is no zip, a part is damaged or lies about its size, it unpacks to too much, or a stray
            cell far out makes its table too large.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            total = 0
            for part in archive.infolist():
                total += _unpack(archive, part, name, total)
    except OSError as error:
        # A damaged directory of the zip sends the reader to a place before the file's beginning.
        if error.errno != errno.EINVAL:
            raise
        raise _no_workbook(name) from None
    except _DAMAGED_ZIP:
        raise _no_workbook(name) from None


def _unpack(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str, before: int) -> int:
    """Bytes a part unpacks to, `before` being those of the parts before it."""
    n_bytes, n_rows, n_columns, tail = 0, 0, 0, b""
    is_sheet = part.filename.startswith("xl/worksheets/")
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            n_bytes += len(chunk)
            _check_part(name, part, n_bytes, before + n_bytes)
            if is_sheet:
                places = _PLACE.findall(tail + chunk)
                tail = chunk[-_LONGEST_PLACE:]
                n_rows = max(n_rows, *(int(row) for _, row in places), 0)
                n_columns = max(n_columns, *(_column_number(letters) for letters in {one for one, _ in places}), 0)
                _check_table(name, part, n_rows, n_columns)
    return n_bytes


def _column_number(letters: bytes) -> int:
    """A is 1, Z is 26, AA is 27; a row's own number carries no letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _check_table(name: str, part: zipfile.ZipInfo, n_rows: int, n_columns: int) -> None:
    if n_rows * n_columns > MAX_CELLS:
        raise UnreadableFile(
            name,
            f"part {part.filename} of the workbook",
            f"its table reaches to row {n_rows} and column {n_columns}: with the empty cells it could fill the memory",
            "Delete the stray cells right of and below the table, or export the sheet as CSV",
        )


def _no_workbook(name: str) -> UnreadableFile:
    return UnreadableFile(
        name,
        "the workbook's zip archive",
        "it is damaged, encrypted, or no .xlsx at all",
        "Open it in a spreadsheet, save it as .xlsx without a password, and deliver it again",
    )


def _check_part(name: str, part: zipfile.ZipInfo, n_bytes: int, total: int) -> None:
    too_dense = n_bytes > _SMALL_BYTES and n_bytes > MAX_RATIO * max(part.compress_size, 1)
    if total > MAX_UNPACKED_BYTES or too_dense:
        raise UnreadableFile(
            name,
            f"part {part.filename} of the workbook",
            f"it unpacks to over {total >> 20} MB, more than a table needs, and could fill the memory",
            "Export the sheet as CSV",
        )


def _sheet(path: Path, name: str, sheet: str | None) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The sheet three times: as text, as numbers, and as whether a cell is a number."""
    import fastexcel  # slow to import, and most runs have no workbook

    try:
        workbook = fastexcel.read_excel(path)
        chosen = _chosen(name, workbook, sheet)
        loads = [
            workbook.load_sheet(chosen, header_row=None, skip_rows=0, dtypes=dtype).to_polars()
            for dtype in ("string", "float", "boolean")
        ]
    except fastexcel.FastExcelError as error:
        raise UnreadableFile(
            name,
            "the workbook",
            f"it cannot be read ({type(error).__name__})",
            "Open it in a spreadsheet, save it as .xlsx and deliver it again",
        ) from None
    return loads[0], loads[1], loads[2]


def _chosen(name: str, workbook: fastexcel.ExcelReader, sheet: str | None) -> str:
    sheets = workbook.sheet_names
    if sheet is None and len(sheets) == 1:
        return str(sheets[0])
    if sheet not in sheets:
        where = "no sheet chosen" if sheet is None else f"no sheet {sheet!r}{did_you_mean(sheet, sheets)}"
        raise UnreadableFile(
            name,
            f"{where}; it has {len(sheets)}",
            "which table is meant is not clear",
            "Write 'sheet:' with the sheet's name beside the file in sources.yaml",
        )
    return str(sheet)


def _exact(texts: pl.DataFrame, numbers: pl.DataFrame, is_number: pl.DataFrame) -> pl.DataFrame:
    """Text of every cell; numbers as written, where fastexcel rounds them to nine digits.

    A number of 16 digits or more gets its exponent back: the workbook keeps only the first fifteen.
    """
    exact = []
    for column in texts.columns:
        text, number = texts[column], numbers[column].cast(pl.String)
        lossy = is_number[column].is_not_null() & text.str.contains(_LOSSY_TEXT) & number.is_not_null()
        exact.append(pl.select(pl.when(lossy.fill_null(value=False)).then(number).otherwise(text)).to_series())
    frame = pl.DataFrame([series.alias(column) for series, column in zip(exact, texts.columns, strict=True)])
    stripped = pl.all().str.strip_chars()
    return frame.select(pl.when(stripped != "").then(stripped).name.keep())


def _days(frame: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """Times alone without their false day, days alone without their false time."""
    frame = frame.with_columns(pl.col(columns).str.replace(_TIME_ALONE, ""))
    days = []
    for column in columns:
        moments = frame[column].filter(frame[column].str.contains(_MOMENT).fill_null(value=False))
        if len(moments) and moments.str.ends_with(_DAY_ALONE).all():
            days.append(column)
    return frame.with_columns(pl.col(days).str.strip_suffix(_DAY_ALONE)) if days else frame
