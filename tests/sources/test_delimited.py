from __future__ import annotations

import csv
import gzip
import io
import json
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sources
from sources.formats import delimited
from sources.mapping import FileEntry

LEAVE = "employee_id,start_date,end_date,kind\n"
ROW = "1,2026-07-01,2026-07-01,sick\n"
CALENDAR = "date,kind\n"


def only_problem(outcome) -> tuple[int, str]:
    (problem,) = outcome.problems
    return problem


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ("1,2026-07-01,2026-07-01", "it has 3 cells where 4 are expected"),
        ("1,2026-07-01,2026-07-01,sick,more", "it has 5 cells where 4 are expected"),
        ("1,2026-07-01,2026-07-01,si\0ck", "it holds NUL bytes"),
        ("\0" * 5_000, "it holds NUL bytes"),
        ("1,2026-07-01,2026-07-01,si\rck", "it holds a carriage return"),
        ('1,2026-07-01,2026-07-01,"si"ck', "its quotes do not close as they should"),
        ('1,2026-07-01,2026-07-01,"sick', "a quote is opened and never closed"),
        (f"1,2026-07-01,2026-07-01,{'x' * 200_000}", "a cell is longer than 131072 characters"),
        (f"1,2026-07-01,2026-07-01,{'x' * 2_000_000}", "it is longer than 1 MB"),
    ],
    ids=lambda value: value[:30] if "\0" not in value else "nul",
)
def test_a_record_that_cannot_be_split_is_kept_with_its_problem(reader, record: str, reason: str) -> None:
    outcome = reader("leave", {"leave.csv": LEAVE + ROW + record + "\n" + ROW})
    assert outcome.frame["employee_id"].to_list() == ["1", None, "1"]
    assert outcome.frame["_row"].to_list() == [2, 3, 4]
    assert only_problem(outcome) == (3, f"record: {reason}")
    bad = outcome.frame.row(1, named=True)
    assert all(bad[name] is None for name in LEAVE.strip().split(","))
    raw = json.loads(bad["_raw"])["_record"]
    assert raw == record.replace("\0", "")[:4_000]


def test_bytes_that_are_not_utf8_spoil_one_record(reader) -> None:
    content = (LEAVE + ROW).encode() + "2,2026-07-01,2026-07-01,café\n".encode("latin-1") + ROW.encode()
    outcome = reader("leave", {"leave.csv": content})
    assert outcome.frame["employee_id"].to_list() == ["1", None, "1"]
    row, problem = only_problem(outcome)
    assert row == 3
    assert "encoding:" in problem


def test_an_open_quote_does_not_swallow_the_records_after_it(reader) -> None:
    outcome = reader("leave", {"leave.csv": LEAVE + '9,2026-07-01,2026-07-01,"sick\n' + ROW * 300})
    assert outcome.file.n_rows == 301
    assert only_problem(outcome) == (2, "record: a quote is opened and never closed")
    assert outcome.frame["_row"].to_list() == list(range(2, 303))


def test_a_quoted_cell_may_hold_delimiters_quotes_and_line_breaks(reader) -> None:
    rows = '1,2026-07-01,2026-07-01,"a, ""b""\nc"\n' + ROW
    outcome = reader("leave", {"leave.csv": LEAVE + rows})
    assert outcome.frame["kind"].to_list() == ['a, "b"\nc', "sick"]
    # Records are counted, not lines.
    assert outcome.frame["_row"].to_list() == [2, 3]


@pytest.mark.parametrize("blank", ["\n", "\r\n", "   \n"])
def test_blank_lines_hold_a_number_and_no_row(reader, blank: str) -> None:
    outcome = reader("leave", {"leave.csv": LEAVE + blank + ROW + blank + ROW + blank})
    assert outcome.frame["_row"].to_list() == [3, 5]
    assert outcome.file.n_records == 2
    outcome = reader("leave", {"leave.csv": LEAVE + blank + ROW + blank + "short\n" + ROW + blank})
    assert outcome.frame["_row"].to_list() == [3, 5, 6]


def test_a_record_of_empty_cells_is_a_row(reader) -> None:
    outcome = reader("leave", {"leave.csv": LEAVE + ",,,\n"})
    assert outcome.frame["_row"].to_list() == [2]
    assert outcome.problems == []


def test_a_byte_order_mark_is_left_out_and_noted(reader) -> None:
    outcome = reader("leave", {"leave.csv": ("\ufeff" + LEAVE + ROW).encode()})
    assert outcome.frame["employee_id"].to_list() == ["1"]
    assert outcome.read.notes == ("leave.csv: begins with a byte order mark, which is left out",)


def test_a_byte_order_mark_before_a_file_without_header(reader) -> None:
    mapping = "version: 1\ndatasets:\n  calendar: {file: days.csv, header: [date, kind]}\n"
    outcome = reader("calendar", {"days.csv": "\ufeff2026-08-17,holiday\n".encode(), "sources.yaml": mapping})
    assert outcome.frame.select("kind", "_row", "_problem").rows() == [("holiday", 1, None)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ((LEAVE + ROW).encode("utf-16"), "UTF-16"),
        ((LEAVE + ROW).encode("utf-16-le"), "UTF-16"),
        ((LEAVE + ROW).encode("utf-16-be"), "UTF-16"),
        ((LEAVE + ROW).encode("utf-32"), "UTF-16 or UTF-32"),
        ((LEAVE + ROW).replace("\n", "\r").encode(), "CR alone"),
        (gzip.compress((LEAVE + ROW).encode(), mtime=0), "compressed"),
        (b"PK\x03\x04" + b"x" * 50, "compressed"),
        ((LEAVE + ROW).replace(",", ";").encode(), "separated by ';'"),
        ((LEAVE + ROW).replace(",", "\t").encode(), "separated by tab"),
        (b"employee_id,kind,kind,start_date,end_date\n", "columns 2, 3"),
        (b"employee_id,\0,kind,start_date,end_date\n", "header cannot be read"),
    ],
)
def test_files_that_cannot_be_used_are_refused_with_what_to_do(reader, content: bytes, said: str) -> None:
    with pytest.raises(sources.UnreadableFile, match=said) as caught:
        reader("leave", {"leave.csv": content})
    error = caught.value
    assert error.file == "leave.csv"
    assert error.where
    assert error.remedy


def test_an_encoding_that_is_declared_is_read(reader) -> None:
    mapping = "version: 1\ndatasets:\n  calendar: {file: days.csv, encoding: utf-16}\n"
    outcome = reader(
        "calendar", {"days.csv": (CALENDAR + "2026-08-17,hól\n").encode("utf-16"), "sources.yaml": mapping}
    )
    assert outcome.frame["kind"].to_list() == ["hól"]
    mapping = mapping.replace("utf-16", "cp1252")
    outcome = reader(
        "calendar", {"days.csv": (CALENDAR + "2026-08-17,hól\n").encode("cp1252"), "sources.yaml": mapping}
    )
    assert outcome.frame["kind"].to_list() == ["hól"]


def test_a_wrong_encoding_is_refused(reader) -> None:
    for encoding in ("utf-16", "ascii"):
        mapping = f"version: 1\ndatasets:\n  calendar: {{file: days.csv, encoding: {encoding}}}\n"
        with pytest.raises(sources.UnreadableFile, match=f"not {encoding}"):
            reader("calendar", {"days.csv": CALENDAR + "2026-08-17,hól\n", "sources.yaml": mapping})


@pytest.mark.parametrize(("delimiter", "written"), [(";", "';'"), ("\t", "tab"), ("|", "'|'")])
def test_any_delimiter(reader, delimiter: str, written: str) -> None:
    mapping = f"version: 1\ndatasets:\n  calendar: {{file: days.csv, delimiter: {written}}}\n"
    content = (CALENDAR + "2026-08-17,holiday\n2026-08-18,joint_leave\n").replace(",", delimiter)
    assert reader("calendar", {"days.csv": content, "sources.yaml": mapping}).frame.height == 2


def test_a_file_without_header_may_be_read_by_place(reader) -> None:
    mapping = """
version: 1
datasets:
  calendar: {file: days.csv, header: false, columns: {date: column_2, kind: column_1}}
"""
    outcome = reader("calendar", {"days.csv": "holiday,2026-08-17\n", "sources.yaml": mapping})
    assert outcome.frame.select("kind", "_row").rows() == [("holiday", 1)]


def test_quotes_may_be_letters_like_others(reader) -> None:
    mapping = "version: 1\ndatasets:\n  calendar: {file: days.tsv, quote: none}\n"
    content = 'date\tkind\n2026-08-17\t5" x\n2026-08-18\t"y\n'
    assert reader("calendar", {"days.tsv": content, "sources.yaml": mapping}).frame["kind"].to_list() == ['5" x', '"y']


CELLS = st.text(alphabet='ab,";\n\r \té', max_size=6)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=6),
    line_end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_what_is_written_comes_back(rows: list[list[str]], line_end: str, quoting) -> None:
    """Whatever way a file takes, patient or fast, its cells come back as they were written."""
    cells = [[cell.replace("\r", "") for cell in row] for row in rows]
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator=line_end, quoting=quoting).writerows([["x", "y", "z"], *cells])
    assert _cells(buffer.getvalue()) == [[cell or None for cell in row] for row in cells]


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet='ab,"\n\r\0 é', max_size=40), has_header=st.booleans(), has_bom=st.booleans())
def test_the_fast_ways_read_what_the_patient_way_reads(text: str, has_header: bool, has_bom: bool) -> None:
    """Any text at all, cells, numbers, problems and what is kept of bad records."""
    content = ("\ufeff" if has_bom else "") + ("x,y\n" if has_header else "a,b\n") + text
    header = True if has_header else ("x", "y")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_bytes(content.encode())
        fast = delimited.read(path, "x.csv", FileEntry(file="x.csv", header=header), Path(folder)).frame.collect()
        layout = delimited._Layout(",", '"', ("x", "y"), int(has_header))
        patient = delimited._by_record(path, layout, Path(folder), ()).frame.collect()
    if "_problem" not in fast.columns:
        fast = fast.with_columns(_problem=pl.lit(None, pl.String), _raw=pl.lit(None, pl.String))
    assert _comparable(fast) == _comparable(patient)


def _comparable(frame: pl.DataFrame) -> list[tuple[object, ...]]:
    # Polars reads an empty cell as null, Python as empty text: both are an empty cell.
    rows = frame.select(pl.col("c0", "c1").fill_null(""), "_row", "_problem", "_raw").rows()
    return [(*row[:4], row[4] and json.loads(row[4])) for row in rows]


@settings(max_examples=300, deadline=None)
@given(
    lines=st.lists(
        st.sampled_from(
            ["a,b", "a,b", "a b,c d", "a b,c d", ",", "a", "a,b,c", "", "a, b", "a ,b", "a,b ", "a,é", 'a,"b"', "a,b\r"]
        )
    ),
    ends=st.booleans(),
    n_bytes=st.integers(1, 7),
)
def test_regular_is_what_every_line_is(lines: list[str], ends: bool, n_bytes: int) -> None:
    """However the lines fall on what is looked at at once."""
    content = "\n".join(["x,y", *lines]) + ("\n" if ends else "")
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder) / "x.csv"
        path.write_bytes(content.encode())
        patch.setattr(delimited, "_CHUNK", n_bytes)
        survey = delimited._survey(path, '"', ",")
    told = content.removesuffix("\n").split("\n")
    is_regular = all(line.count(",") == 1 for line in told) and '"' not in content
    is_regular &= not content.endswith("\r")  # an end that is cut
    assert survey.n_cells == (2 if is_regular else None)
    assert survey.has_cr == ("\r" in content)
    assert survey.has_quotes == ('"' in content)
    cells = [cell for line in content.split("\n") for cell in line.split(",")]
    assert survey.has_blanks == ("é" in content or any(cell != cell.strip(" ") for cell in cells))


def test_a_line_that_is_too_long_is_not_regular(tmp_path: Path) -> None:
    for n_letters, n_cells in ((csv.field_size_limit() - 2, 2), (csv.field_size_limit() - 1, None)):
        path = tmp_path / "x.csv"
        path.write_text(f"x,y\na,{'b' * n_letters}\nc,d\n")
        assert delimited._survey(path, '"', ",").n_cells == n_cells


@settings(max_examples=100, deadline=None)
@given(lines=st.lists(st.binary(max_size=20).map(lambda line: line.translate(None, b'\n"')), max_size=8))
def test_any_bytes_become_as_many_rows_as_there_are_records(lines: list[bytes]) -> None:
    content = b"date,kind\n" + b"\n".join([*lines, b"2026-08-17,holiday", b""])
    with tempfile.TemporaryDirectory() as folder:
        inputs = Path(folder) / "in"
        inputs.mkdir()
        (inputs / "calendar.csv").write_bytes(content)
        source_map = sources.load_source_map(inputs)
        landed = sources.land(source_map, Path(folder) / "landing")
        read = sources.read_dataset(source_map, landed, "calendar", timezone="Asia/Jakarta", out=Path(folder))
        frame = pl.read_parquet(read.path)
    records = [number for number, line in enumerate(lines, start=2) if line.strip(b" \r")]
    assert frame["_row"].to_list() == [*records, len(lines) + 2]
    assert (read.files[0].n_records, read.files[0].n_problems) == (frame.height, frame["_problem"].count())
    # The good record at the end is read whatever stands before it.
    assert frame.select("kind", "_problem").row(-1) == ("holiday", None)
    bad = frame.filter(pl.col("_problem").is_not_null())
    assert bad["_raw"].null_count() == 0


def _cells(content: str) -> list[list[str | None]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_bytes(content.encode())
        table = delimited.read(path, "x.csv", FileEntry(file="x.csv"), Path(folder))
        frame = table.frame.collect()
    rows = frame.select(pl.col("c0", "c1", "c2").replace("", None)).rows()
    return [list(row) for row in rows]
