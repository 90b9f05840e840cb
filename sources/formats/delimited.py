"""CSV, TSV and their kin: looked over as bytes first, then read by Polars, or record by record where irregular."""

from __future__ import annotations

import codecs
import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import BinaryIO, Final

import polars as pl

from sources.contracts import PROBLEM, RAW, ROW
from sources.errors import UnreadableFile
from sources.formats.table import (
    RAW_CHARACTERS,
    RECORD,
    UNSPLIT,
    RawTable,
    empty_table,
    named,
    raw_record,
    raw_schema,
    text_table,
)
from sources.mapping import FileEntry

_CHUNK: Final = 1 << 18
_BEYOND_ASCII: Final = bytes(range(128, 256))
_BATCH_RECORDS: Final = 50_000
_MAX_RECORD_BYTES: Final = 1 << 20
_MAX_RECORD_LINES: Final = 200
_DELIMITERS: Final = {",": "','", ";": "';'", "\t": "tab", "|": "'|'"}
_UTF8: Final = ("utf-8", "utf-8-sig")
_MARK: Final = "\x02"
_NUL: Final = "it holds NUL bytes"
_CR: Final = "it holds a carriage return"


@dataclass(slots=True)
class _Survey:
    """What a pass over the bytes says about a file."""

    has_bom: bool = False
    has_nul: bool = False
    has_lf: bool = False
    has_cr: bool = False
    has_bare_cr: bool = False
    has_quotes: bool = False
    has_blanks: bool = False
    """Whether a cell may have a blank around it: one stands beside its end, or there is a letter beyond ASCII."""
    is_utf8: bool = True
    n_cells: int | None = None
    """Of every line, where they are as many in each, nothing is quoted and no line is blank or too long."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a file is split: `quote` None means that quotes are letters like others."""

    delimiter: str
    quote: str | None
    names: tuple[str, ...]
    header_line: int
    """Number of the line that holds the names; 0 where none does."""


def read_tabs(path: Path, name: str, entry: FileEntry, scratch: Path) -> RawTable:
    """Read a file separated by tabs."""
    return read(path, name, entry.model_copy(update={"delimiter": entry.delimiter or "\t"}), scratch)


def read(path: Path, name: str, entry: FileEntry, scratch: Path) -> RawTable:
    """Read delimited text. Blank lines hold a record number and no row.

    Raises:
        UnreadableFile: compressed, in an encoding that was not declared, CR-only line ends, another delimiter,
            duplicate headers.
    """
    with path.open("rb") as stream:
        _check_head(name, stream.read(4096), entry.encoding)
    path = _as_utf8(path, name, entry.encoding, scratch)
    quote = None if entry.quote == "none" else entry.quote
    survey = _survey(path, quote, entry.delimiter or ",")
    if survey.has_cr and not survey.has_lf:
        raise UnreadableFile(
            name,
            "line ends",
            "lines end with CR alone, so the whole file reads as one line",
            "Save it again with Windows (CRLF) or Unix (LF) line ends",
        )
    layout = _layout(path, name, entry, quote)
    if layout is None:
        return empty_table()
    notes = (f"{name}: begins with a byte order mark, which is left out",) if survey.has_bom else ()
    if not survey.is_utf8:
        return _by_record(path, layout, scratch, notes)
    is_tidy = not (survey.has_blanks or survey.has_quotes or survey.has_cr)
    if _is_regular(layout, survey):
        frame = _by_polars(path, replace(layout, quote=None), [])
        first = layout.header_line + 1
        return text_table(frame, layout.names, notes=notes, is_tidy=is_tidy, first_record=first)
    lines = _lines(path, layout, survey)
    found = _found(lines)
    if found.n_loose:
        return _by_record(path, layout, scratch, notes)
    if found.n_bad or (survey.has_bom and not layout.header_line):
        return _by_line(lines, layout, scratch, notes)
    return text_table(_by_polars(path, layout, found.blank_lines), layout.names, notes=notes, is_tidy=is_tidy)


def _check_head(name: str, head: bytes, encoding: str) -> None:
    """Refuse what is not the text it is taken for."""
    is_declared = codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))
    if head.startswith((b"\x1f\x8b", b"PK\x03\x04", b"PAR1", b"BZh", b"\x28\xb5\x2f\xfd")):
        raise UnreadableFile(
            name,
            "its first bytes",
            "they are those of a compressed or binary file, not of text",
            "Unpack it, or give it the suffix (or 'format:') of what it is",
        )
    is_wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE))
    # Without a mark, Western text in UTF-16 is a NUL in every second byte, from the first letter on.
    is_wide |= [byte == 0 for byte in head[:4]] in ([False, True, False, True], [True, False, True, False])
    if is_wide and not is_declared:
        raise UnreadableFile(
            name,
            "its first bytes",
            "it is UTF-16 or UTF-32 text, which reads as rubbish where UTF-8 is expected",
            "Save it as UTF-8, or write 'encoding: utf-16' beside the file in sources.yaml",
        )


def _as_utf8(path: Path, name: str, encoding: str, scratch: Path) -> Path:
    """The file itself where it is UTF-8, else its translation in the scratch folder."""
    if codecs.lookup(encoding).name in _UTF8:
        return path
    target = scratch / "utf8.csv"
    try:
        with path.open(encoding=encoding, newline="") as stream, target.open("w", encoding="utf-8", newline="") as out:
            while text := stream.read(_CHUNK):
                out.write(text)
    except UnicodeError:
        raise UnreadableFile(
            name,
            "its bytes",
            f"they are not {encoding}",
            "Write its true encoding in sources.yaml, or save it as UTF-8",
        ) from None
    return target


def _survey(path: Path, quote: str | None, delimiter: str) -> _Survey:
    """One pass; a chunk of plain letters with delimiters and line feeds where they belong is not looked at closer."""
    survey, shape = _Survey(), _Shape.of(path, delimiter)
    decoder = codecs.getincrementaldecoder("utf-8")()
    mark = quote.encode() if quote else None
    rare_blanks = [blank for blank in (b"\t", b"\v", b"\f") if blank != delimiter.encode()]
    odd, rare = b"\r\0" + (mark or b""), b"".join(rare_blanks)
    ends_with_cr = has_spaces = False
    before = b"\n"
    with path.open("rb", buffering=0) as stream:
        survey.has_bom = stream.read(3) == codecs.BOM_UTF8
        stream.seek(0)
        while chunk := stream.read(_CHUNK):
            survey.has_lf = survey.has_lf or b"\n" in chunk
            is_clear = not ends_with_cr and not decoder.getstate()[0]
            blanks = b"" if survey.has_blanks else rare if has_spaces else rare + b" "
            if is_clear and shape.takes(chunk, odd, blanks, _BEYOND_ASCII):
                if has_spaces and not survey.has_blanks:
                    survey.has_blanks = _has_space_around(before + chunk, delimiter)
                before = chunk[-1:]
                continue
            is_ascii = chunk.isascii()
            survey.has_nul = survey.has_nul or b"\0" in chunk
            survey.has_quotes = survey.has_quotes or (mark is not None and mark in chunk)
            survey.has_blanks = survey.has_blanks or not is_ascii or any(blank in chunk for blank in rare_blanks)
            has_spaces = has_spaces or b" " in chunk
            survey.has_blanks = survey.has_blanks or (has_spaces and _has_space_around(before + chunk, delimiter))
            before = chunk[-1:]
            if b"\r" in chunk or ends_with_cr:
                n_crlf = chunk.count(b"\r\n") + (ends_with_cr and chunk.startswith(b"\n"))
                n_cr = chunk.count(b"\r") - chunk.endswith(b"\r") + ends_with_cr
                survey.has_cr = True
                survey.has_bare_cr = survey.has_bare_cr or n_cr > n_crlf
                ends_with_cr = chunk.endswith(b"\r")
            # A letter may begin in the chunk before.
            if survey.is_utf8 and not (is_ascii and not decoder.getstate()[0]):
                survey.is_utf8 = _decodes(decoder, chunk)
            is_plain = not (survey.has_quotes or survey.has_nul)
            shape.is_regular = is_plain and shape.takes(chunk)
    survey.has_blanks = survey.has_blanks or before == b" "
    survey.has_bare_cr = survey.has_bare_cr or ends_with_cr
    survey.is_utf8 = survey.is_utf8 and _decodes(decoder, b"", final=True)
    survey.n_cells = shape.n_cells if shape.is_whole and not survey.has_bare_cr else None
    return survey


def _has_space_around(text: bytes, delimiter: str) -> bool:
    """Whether a space stands beside the end of a cell."""
    import numpy as np  # slow to import, and most small files have no space

    letters = np.frombuffer(text, np.uint8)
    is_end = (letters == ord("\n")) | (letters == ord(delimiter))
    is_space = letters == ord(" ")
    return bool((is_end[:-1] & is_space[1:]).any() or (is_space[:-1] & is_end[1:]).any())


@dataclass(slots=True)
class _Shape:
    """Whether every line has as many delimiters as the first, followed from chunk to chunk."""

    line: bytes
    """The delimiters of a line and its end."""
    is_regular: bool
    phase: int = 0
    """How many of them the open line has had."""
    n_open: int = 0
    """Bytes of the open line."""

    @classmethod
    def of(cls, path: Path, delimiter: str) -> _Shape:
        """As the first line has it; one column has none."""
        _, first = _first_line(path)
        line = delimiter.encode() * first.count(delimiter.encode()) + b"\n"
        return cls(line, is_regular=len(line) > 1 and delimiter != " ")

    @property
    def n_cells(self) -> int:
        return len(self.line)

    @property
    def is_whole(self) -> bool:
        """Whether the last line, with or without an end, is like the others."""
        has_end, has_cells = self.n_open == 0, self.phase == len(self.line) - 1
        return self.is_regular and (has_end or has_cells)

    def takes(self, chunk: bytes, *odd: bytes) -> bool:
        """Whether the chunk goes on so, without an odd byte; where not, nothing is remembered of it."""
        marks = chunk.translate(None, _all_but(self.line + b"".join(odd)))
        expected = self.line * (len(marks) // len(self.line) + 2)
        if not self.is_regular or not expected.startswith(marks, self.phase):
            return False
        start, longest = -self.n_open, csv.field_size_limit()
        while (end := chunk.rfind(b"\n", max(start, 0), max(start + longest + 1, 0))) >= 0:
            start = end + 1
        if len(chunk) - start > longest:
            return False
        self.phase, self.n_open = (self.phase + len(marks)) % len(self.line), len(chunk) - start
        return True


@cache
def _all_but(kept: bytes) -> bytes:
    return bytes(byte for byte in range(256) if byte not in kept)


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _layout(path: Path, name: str, entry: FileEntry, quote: str | None) -> _Layout | None:
    """Delimiter and names; None for a file without a line."""
    delimiter = entry.delimiter or ","
    header_line, line = _first_line(path)
    if not line:
        return None
    text = line.decode("utf-8-sig", errors="replace").rstrip("\r\n")
    if entry.header is not True and b"\0" in line:
        text = text.replace("\0", "")
    first = _first_cells(text, delimiter, quote)
    _check_delimiter(name, text, first, delimiter, entry)
    if isinstance(entry.header, tuple):
        return _Layout(delimiter, quote, entry.header, header_line=0)
    if entry.header is False:
        return _Layout(delimiter, quote, named([""] * len(first), name), header_line=0)
    if "\0" in text or "\ufffd" in text or not any(first):
        raise UnreadableFile(
            name,
            f"line {header_line}",
            "the header cannot be read, so no column has a name",
            "Put the column names into the first line, as UTF-8; "
            "for a file without a header write 'header: [names]' in sources.yaml",
        )
    return _Layout(delimiter, quote, named(first, name), header_line)


def _first_line(path: Path) -> tuple[int, bytes]:
    """Number and bytes of the first line that is not blank; nothing where all are."""
    with path.open("rb") as stream:
        number = 0
        while line := _line(stream):
            number += 1
            if line.removeprefix(codecs.BOM_UTF8).strip(b" \r\n"):
                return number, line
    return 0, b""


def _first_cells(text: str, delimiter: str, quote: str | None) -> list[str]:
    """The cells of line 1, as good as they can be told."""
    try:
        return _split(text, delimiter, quote)
    except csv.Error:
        return text.split(delimiter)


def _split(text: str, delimiter: str, quote: str | None) -> list[str]:
    """The cells of one record; a quoted cell may hold line breaks.

    Raises:
        csv.Error: a quote is not closed, or something follows a closed one.
    """
    if quote is None:
        return text.split(delimiter)
    return next(csv.reader([text], delimiter=delimiter, quotechar=quote, strict=True), [""])


def _check_delimiter(name: str, text: str, first: list[str], delimiter: str, entry: FileEntry) -> None:
    expected = len(entry.header) if isinstance(entry.header, tuple) else 2
    other = max(_DELIMITERS, key=text.count)
    if len(first) == 1 < expected and other != delimiter and text.count(other):
        raise UnreadableFile(
            name,
            "line 1",
            f"it reads as one column: its cells seem to be separated by {_DELIMITERS[other]}, "
            f"not by {_DELIMITERS.get(delimiter, repr(delimiter))}",
            f"Write 'delimiter: {_DELIMITERS[other]}' beside the file in sources.yaml, or export it again with commas",
        )


def _lines(path: Path, layout: _Layout, survey: _Survey) -> pl.LazyFrame:
    """The lines after the header: record number, text, and whether each is blank, `loose` or has a problem.

    A loose line is one that quotes make part of a record, or that is too long: only the patient way can tell.
    """
    line = pl.col("line")
    if survey.has_bom and not layout.header_line:
        line = pl.when(pl.col("n") == 0).then(line.str.strip_prefix("\ufeff")).otherwise(line)
    text = pl.col("line")
    loose = text.str.len_bytes() > csv.field_size_limit()
    bare = text
    if layout.quote and survey.has_quotes:
        quote, delimiter = _escaped(layout.quote), _escaped(layout.delimiter)
        bare = text.str.replace_all(f"{quote}(?:[^{quote}]|{quote}{quote})*{quote}", _MARK)
        loose |= bare.str.contains(f"{quote}|[^{delimiter}]{_MARK}|{_MARK}[^{delimiter}]")
    n_cells = bare.str.count_matches(layout.delimiter, literal=True) + 1
    blank = text.str.strip_chars(" \r") == ""
    problem: pl.Expr = pl.when(n_cells != len(layout.names)).then(
        pl.format(f"{RECORD}: it has {{}} cells where {len(layout.names)} are expected", n_cells)
    )
    if survey.has_bare_cr:
        problem = pl.when(text.str.contains("\r", literal=True)).then(pl.lit(f"{RECORD}: {_CR}")).otherwise(problem)
    if survey.has_nul:
        problem = pl.when(text.str.contains("\0", literal=True)).then(pl.lit(f"{RECORD}: {_NUL}")).otherwise(problem)
    return (
        pl.scan_lines(path, name="line", row_index_name="n", glob=False)
        .filter(pl.col("n") >= layout.header_line)
        .with_columns(line)
        .select((pl.col("n").cast(pl.Int64) + 1).alias(ROW), "line", blank=blank, loose=loose, problem=problem)
    )


@dataclass(frozen=True, slots=True)
class _Found:
    n_loose: int
    n_bad: int
    blank_lines: list[int]


def _is_regular(layout: _Layout, survey: _Survey) -> bool:
    """Whether every line after the header is a record without a problem, and none is blank."""
    begins_plainly = layout.header_line or not survey.has_bom
    return survey.n_cells == len(layout.names) and bool(begins_plainly)


def _found(lines: pl.LazyFrame) -> _Found:
    """How many lines are not plain records, and which are blank."""
    blank, bad = pl.col("blank"), pl.col("problem").is_not_null() & ~pl.col("blank")
    n_loose, n_bad, blank_lines = (
        lines.select((pl.col("loose") & ~blank).sum(), bad.sum().alias("bad"), pl.col(ROW).filter(blank).implode())
        .collect(engine="streaming")
        .row(0)
    )
    return _Found(int(n_loose), int(n_bad), list(blank_lines))


def _escaped(character: str) -> str:
    """A character safe inside and outside a regular expression's brackets."""
    return f"\\x{{{ord(character):x}}}"


def _by_polars(path: Path, layout: _Layout, blank_lines: list[int]) -> pl.LazyFrame:
    skip = layout.header_line
    frame = pl.scan_csv(
        path,
        glob=False,
        has_header=False,
        skip_lines=skip,
        separator=layout.delimiter,
        quote_char=layout.quote,
        schema={f"c{position}": pl.String() for position in range(len(layout.names))},
        row_index_name=ROW,
        row_index_offset=skip + 1,
        # Polars counts the columns of the first line, which may be a blank one.
        missing_columns="insert",
    )
    frame = frame.with_columns(pl.col(ROW).cast(pl.Int64))
    if blank_lines:
        frame = frame.filter(~pl.col(ROW).is_in(blank_lines))
    return frame


def _by_line(lines: pl.LazyFrame, layout: _Layout, scratch: Path, notes: tuple[str, ...]) -> RawTable:
    """Every line is a record: Polars reads the good ones from a copy that leaves the bad ones out."""
    good, columns = scratch / "good.csv", [f"c{position}" for position in range(len(layout.names))]
    lines = lines.filter(~pl.col("blank"))
    numbered = pl.col(ROW).cast(pl.String) + layout.delimiter + pl.col("line")
    lines.filter(pl.col("problem").is_null()).select(numbered).sink_csv(
        good, include_header=False, quote_style="never", maintain_order=True
    )
    nothing = pl.lit(None, pl.String)
    read = pl.scan_csv(
        good,
        glob=False,
        has_header=False,
        separator=layout.delimiter,
        quote_char=layout.quote,
        schema={ROW: pl.Int64(), **{column: pl.String() for column in columns}},
    ).select(*columns, ROW, nothing.alias(PROBLEM), nothing.alias(RAW))
    short = pl.col("line").str.replace_all("\0", "", literal=True).str.slice(0, RAW_CHARACTERS)
    refused = lines.filter(pl.col("problem").is_not_null()).select(
        *(nothing.alias(column) for column in columns),
        ROW,
        pl.col("problem").alias(PROBLEM),
        pl.struct(short.alias(UNSPLIT)).struct.json_encode().alias(RAW),
    )
    frame = read.merge_sorted(refused, key=ROW) if good.stat().st_size else refused
    return text_table(frame, layout.names, has_bad_records=True, notes=notes)


def _by_record(path: Path, layout: _Layout, scratch: Path, notes: tuple[str, ...]) -> RawTable:
    """The slow, patient way: record by record, in batches, through scratch files."""
    schema = raw_schema(len(layout.names))
    parts: list[Path] = []
    batch: list[list[str | int | None]] = []

    def flush() -> None:
        parts.append(scratch / f"records-{len(parts)}.parquet")
        pl.DataFrame(batch, schema=schema, orient="row").write_parquet(parts[-1])
        batch.clear()

    with path.open("rb") as stream:
        for record in _records(stream, layout):
            batch.append(record)
            if len(batch) == _BATCH_RECORDS:
                flush()
    flush()
    return text_table(pl.scan_parquet(parts, glob=False), layout.names, has_bad_records=True, notes=notes)


def _records(stream: BinaryIO, layout: _Layout) -> Iterator[list[str | int | None]]:
    """Cells, record number, problem and raw text of each record after the header."""
    if stream.read(3) != codecs.BOM_UTF8:
        stream.seek(0)
    waiting: deque[bytes] = deque()
    number = 0
    while line := (waiting.popleft() if waiting else _line(stream)):
        number += 1
        if number <= layout.header_line:
            continue
        if not line.strip(b" \r\n"):
            continue
        cells, problem, text = _record(line, stream, waiting, layout)
        if problem is None and len(cells) != len(layout.names):
            problem = f"it has {len(cells)} cells where {len(layout.names)} are expected"
        if problem is None:
            yield [*cells, number, None, None]
        else:
            yield [*[None] * len(layout.names), number, f"{RECORD}: {problem}", raw_record(text)]


def _line(stream: BinaryIO) -> bytes:
    """The next line; of one without end only the beginning, so that it cannot fill the memory."""
    line = stream.readline(_MAX_RECORD_BYTES)
    rest = line
    while len(rest) == _MAX_RECORD_BYTES and not rest.endswith(b"\n"):
        rest = stream.readline(_MAX_RECORD_BYTES)
    return line


def _record(line: bytes, stream: BinaryIO, waiting: deque[bytes], layout: _Layout) -> tuple[list[str], str | None, str]:
    """Cells, problem and text of the record that begins with this line; it takes more lines where a quote is open."""
    text, problem = _text(line)
    if problem is not None:
        return [], problem, text
    taken: list[bytes] = []
    whole = text
    while True:
        try:
            return _split(whole, layout.delimiter, layout.quote), None, whole
        except csv.Error as error:
            if "unexpected end" not in str(error):
                return [], _unsplit_reason(error), text
        following, problem = _more(stream, waiting, taken, layout)
        if following is None or problem is not None:
            # The quote was never closed: this line alone is bad, the next ones stand for themselves.
            waiting.extendleft(reversed(taken))
            return [], "a quote is opened and never closed", text
        whole += following


def _unsplit_reason(error: csv.Error) -> str:
    if "field limit" in str(error):
        return f"a cell is longer than {csv.field_size_limit()} characters"
    return "its quotes do not close as they should"


def _more(
    stream: BinaryIO, waiting: deque[bytes], taken: list[bytes], layout: _Layout
) -> tuple[str | None, str | None]:
    """The lines up to the next one that has a quote, each after a line break."""
    joined = ""
    while len(taken) < _MAX_RECORD_LINES:
        line = waiting.popleft() if waiting else _line(stream)
        if not line:
            return None, None
        taken.append(line)
        text, problem = _text(line)
        joined += "\n" + text
        if problem is not None or (layout.quote or "") in text:
            return joined, problem
    return None, None


def _text(line: bytes) -> tuple[str, str | None]:
    """Text of a line without its end, and why it cannot be used."""
    text = line.decode("utf-8", errors="replace").removesuffix("\n").removesuffix("\r")
    if len(line) >= _MAX_RECORD_BYTES:
        return text, "it is longer than 1 MB"
    if "\0" in text:
        return text, _NUL
    if "\r" in text:
        return text, _CR
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return text, "it is not UTF-8; where the whole file is not, write its 'encoding:' in sources.yaml"
    return text, None
