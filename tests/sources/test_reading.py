from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest

import sources

JAKARTA = ZoneInfo("Asia/Jakarta")
LEAVE = "employee_id,start_date,end_date,kind\n"


def test_a_canonical_file_needs_no_mapping(reader) -> None:
    text = LEAVE + "198501012010011001,2026-07-01,2026-07-03,annual\n 7 , 2026-07-06,2026-07-06,  \n"
    outcome = reader("leave", {"leave.csv": text})
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    assert outcome.frame.rows() == [
        ("198501012010011001", date(2026, 7, 1), date(2026, 7, 3), "annual", None, sha256, 2, None, None),
        ("7", date(2026, 7, 6), date(2026, 7, 6), None, None, sha256, 3, None, None),
    ]
    assert outcome.file == sources.FileRead("leave.csv", sha256, 2, 2, 0)
    assert outcome.read.notes == ()


def test_a_cell_that_does_not_parse_is_null_and_the_record_is_kept(reader) -> None:
    outcome = reader("leave", {"leave.csv": LEAVE + "1,2026-02-30,soon,annual\n2,2026-07-01,2026-07-01,annual\n"})
    first, second = outcome.frame.iter_rows(named=True)
    assert (first["employee_id"], first["start_date"], first["end_date"]) == ("1", None, None)
    # The first problem in the order of the contract's columns is told.
    assert first["_problem"] == "start_date: does not parse as a date YYYY-MM-DD"
    assert json.loads(first["_raw"]) == {
        "employee_id": "1",
        "start_date": "2026-02-30",
        "end_date": "soon",
        "kind": "annual",
    }
    assert second["_problem"] is None
    assert second["_raw"] is None
    assert (outcome.file.n_records, outcome.file.n_rows, outcome.file.n_problems) == (2, 2, 1)


def test_an_identifier_is_never_a_number(reader) -> None:
    outcome = reader(
        "leave",
        {"leave.csv": LEAVE + "198501012010011001,2026-07-01,2026-07-01,sick\n007,2026-07-01,2026-07-01,sick\n"},
    )
    assert outcome.frame["employee_id"].to_list() == ["198501012010011001", "007"]


@pytest.mark.parametrize("spoiled", ["1.98502E+17", "1,98501E+17", "2E+17", "198501012010011000.0", "1.985e17"])
def test_identifiers_spoiled_by_a_spreadsheet_make_the_file_unreadable(reader, spoiled: str) -> None:
    rows = f'A,2026-07-01,2026-07-01,sick\n"{spoiled}",2026-07-01,2026-07-01,sick\n' * 2
    with pytest.raises(sources.UnreadableFile) as caught:
        reader("leave", {"leave.csv": LEAVE + rows})
    message = str(caught.value)
    assert "leave.csv: column employee_id, first in record 3, 2 records" in message
    assert "Format the column as text" in message
    assert spoiled not in message


@pytest.mark.parametrize("identifier", ["2E1", "12.0", "1E5", "3.1", "E+17"])
def test_true_numbering_is_not_taken_for_spoiled(reader, identifier: str) -> None:
    outcome = reader("leave", {"leave.csv": f"{LEAVE}{identifier},2026-07-01,2026-07-01,sick\n"})
    assert outcome.frame["employee_id"].to_list() == [identifier]


def test_all_missing_columns_are_named_with_the_nearest_present(reader) -> None:
    with pytest.raises(sources.UnreadableFile) as caught:
        reader("leave", {"leave.csv": "employe_id,start_date,finish\n1,2026-07-01,x\n"})
    message = str(caught.value)
    assert "'employe_id', which resembles 'employee_id'" in message
    assert "'end_date'" in message
    assert "'kind'" in message


def test_capitals_are_a_near_miss(reader) -> None:
    with pytest.raises(sources.UnreadableFile, match="'KIND', which resembles 'kind'"):
        reader("leave", {"leave.csv": LEAVE.replace("kind", "KIND")})


def test_other_columns_are_noted_not_read(reader) -> None:
    outcome = reader("leave", {"leave.csv": "mood," + LEAVE + "x,1,2026-07-01,2026-07-01,sick\n"})
    assert outcome.read.notes == ("leave.csv: 1 columns not used: mood",)
    assert outcome.frame["employee_id"].to_list() == ["1"]


def test_columns_may_carry_our_own_names(reader) -> None:
    outcome = reader("leave", {"leave.csv": "_row,_problem,c0," + LEAVE + "9,8,7,1,bad,2026-07-01,sick\n"})
    row = outcome.frame.row(0, named=True)
    assert (row["_row"], row["employee_id"]) == (2, "1")
    assert json.loads(row["_raw"])["_problem"] == "8"


@pytest.mark.parametrize("content", ["", "\n", LEAVE, LEAVE.strip(), LEAVE + "\n\n"])
def test_a_file_without_a_row_has_no_row(reader, content: str) -> None:
    outcome = reader("leave", {"leave.csv": content})
    assert outcome.frame.is_empty()
    assert (outcome.file.n_records, outcome.file.n_rows) == (0, 0)


def test_a_day_alone_ends_where_the_contract_says_so(reader) -> None:
    header = "request_id,unit_id,kind,submitted_at,due_at,closed_at,status\n"
    outcome = reader(
        "service_requests",
        {"service_requests.csv": header + "1,U,document,2026-07-01,2026-07-02,2026-07-02T09:00+02:00,closed\n"},
    )
    row = outcome.frame.row(0, named=True)
    assert row["submitted_at"] == datetime(2026, 7, 1, tzinfo=JAKARTA)
    assert row["due_at"] == datetime(2026, 7, 2, 23, 59, 59, 999999, tzinfo=JAKARTA)
    assert row["closed_at"] == datetime(2026, 7, 2, 14, tzinfo=JAKARTA)


def test_files_of_a_dataset_are_read_in_the_order_of_the_mapping(reader) -> None:
    files = {
        "b.csv": LEAVE + "1,2026-07-01,2026-07-01,sick\n",
        "a.csv": LEAVE + "2,2026-07-01,2026-07-01,sick\n",
        "sources.yaml": "version: 1\ndatasets:\n  leave: [b.csv, a.csv]\n",
    }
    outcome = reader("leave", files)
    assert outcome.frame["employee_id"].to_list() == ["1", "2"]
    assert [file.name for file in outcome.read.files] == ["b.csv", "a.csv"]


def test_the_same_bytes_under_one_pattern_are_read_once(reader) -> None:
    content = LEAVE + "1,2026-07-01,2026-07-01,sick\n"
    files = {
        "jan.csv": content,
        "jan copy.csv": content,
        "feb.csv": LEAVE + "2,2026-07-01,2026-07-01,sick\n",
        "sources.yaml": "version: 1\ndatasets:\n  leave: '*.csv'\n",
    }
    outcome = reader("leave", files)
    assert outcome.frame["employee_id"].to_list() == ["2", "1"]
    assert outcome.read.notes == ("jan copy.csv: the same bytes as jan.csv: read once",)


def test_a_dataset_without_a_file_is_empty(reader) -> None:
    outcome = reader("attendance", {"leave.csv": LEAVE})
    assert outcome.frame.is_empty()
    assert outcome.read.files == ()


def test_an_unknown_dataset_or_timezone_is_wrong_use(reader) -> None:
    with pytest.raises(sources.SourceError, match="did you mean 'leave'"):
        reader("leaves", {"leave.csv": LEAVE})
    with pytest.raises(sources.SourceError, match="no such timezone"):
        reader("leave", {"leave.csv": LEAVE}, timezone="Asia/Jakata")


def test_messages_never_hold_a_cell(reader) -> None:
    """Without a header the first person stands where names should: say what is missing, not what is there."""
    with pytest.raises(sources.UnreadableFile) as caught:
        reader("leave", {"leave.csv": "198501012010011001,2026-07-01,2026-07-01,sick\n"})
    assert "1985" not in str(caught.value)
    with pytest.raises(sources.UnreadableFile) as caught:
        reader("leave", {"leave.csv": "198501012010011001,2026-07-01,2026-07-01,sick\n"})
    assert "2026" not in str(caught.value)


def test_reading_stays_the_same_in_small_batches(reader) -> None:
    rows = "".join(f"{number},2026-07-{number % 40:02d},2026-07-31,sick\n" for number in range(5_000))
    with pl.Config() as config:
        config.set_streaming_chunk_size(64)
        small = reader("leave", {"leave.csv": LEAVE + rows}).frame
    assert small.equals(reader("leave", {"leave.csv": LEAVE + rows}).frame)
    assert small["_row"].to_list() == list(range(2, 5_002))


SEGMENTS = """
version: 1
datasets:
  leave:
    file: '*.csv'
    columns: {employee_id: {from: pin, lookup: {file: who.txt, delimiter: ',', key: pin, value: nip}}}
"""


def test_segments_of_a_dataset_are_its_rows(reader, tmp_path) -> None:
    header = LEAVE.replace("employee_id", "pin")
    files = {
        "a.csv": header + "1,2026-07-01,2026-07-01,sick\n3,2026-07-01,2026-07-01,sick\n",
        "b.csv": header + "2,2026-07-01,2026-07-32,sick\n",
        "c.csv": header + "1,2026-07-01,2026-07-01,sick\n3,2026-07-01,2026-07-01,sick\n",
        "who.txt": "pin,nip\n1,198501012010011001\n2,198501012010011002\n",
        "sources.yaml": SEGMENTS,
    }
    whole = reader("leave", files)
    source_map = sources.load_source_map(tmp_path / "inputs")
    landed = sources.land(source_map, tmp_path / "landing")
    parts = [
        sources.read_dataset(
            source_map, landed, "leave", timezone="Asia/Jakarta", out=tmp_path / "parts", only=only, name=name
        )
        for only, name in ((["a.csv"], "leave-0"), (["b.csv", "c.csv"], "leave-1"), ([], "leave-2"))
    ]
    assert [part.path.name for part in parts] == ["leave-0.parquet", "leave-1.parquet", "leave-2.parquet"]
    assert pl.concat([pl.read_parquet(part.path) for part in parts]).equals(whole.frame)
    # A repeated file is told where it is asked for, and gives its rows once.
    assert parts[0].notes == ("a.csv: the same bytes as c.csv: read once",)
    assert sum((part.files for part in parts), ()) == whole.read.files


def test_the_key_of_a_reading_holds_what_decides_its_rows(tmp_path) -> None:
    content = LEAVE.replace("employee_id", "pin") + "1,2026-07-01,2026-07-01,sick\n"

    def key(name: str, *, file="a.csv", text=content, who="pin,nip\n1,2\n", mapping=SEGMENTS, zone="Asia/Jakarta"):
        folder = tmp_path / name
        folder.mkdir()
        for given, said in ((file, text), ("who.txt", who), ("sources.yaml", mapping)):
            (folder / given).write_text(said)
        source_map = sources.load_source_map(folder)
        landed = sources.land(source_map, tmp_path / "landing")
        return sources.reading_key(source_map, landed, source_map.files_of("leave")[0], zone)

    keys = [
        key("base"),
        key("text", text=content + "2,,,\n"),
        key("who", who="pin,nip\n1,3\n"),
        key("mapping", mapping=SEGMENTS.replace("'*.csv'", "'*.csv'\n    encoding: cp1252")),
        key("zone", zone="Asia/Makassar"),
    ]
    assert len(set(keys)) == len(keys)
    assert key("renamed", file="z.csv") == keys[0]


def test_datasets_are_read_side_by_side_in_their_order_and_the_first_problem_is_told(tmp_path) -> None:
    inputs = tmp_path / "in"
    inputs.mkdir()
    (inputs / "leave.csv").write_text(LEAVE + "1,2026-07-01,2026-07-01,sick\n" * 100)
    (inputs / "calendar.csv").write_text("date,kind\n2026-08-17,holiday\n")
    (inputs / "initiatives.csv").write_text("x\n")
    (inputs / "outcomes.csv").write_text("x\n")
    source_map = sources.load_source_map(inputs)
    landed = sources.land(source_map, tmp_path / "landing")
    with pytest.raises(sources.UnreadableFile, match=r"initiatives\.csv"):
        sources.read_datasets(source_map, landed, timezone="Asia/Jakarta", out=tmp_path / "out")
    for name in ("initiatives", "outcomes"):
        (inputs / f"{name}.csv").unlink()
    source_map = sources.load_source_map(inputs)
    found = sources.read_datasets(source_map, landed, timezone="Asia/Jakarta", out=tmp_path / "out")
    assert [(name, read.n_rows) for name, read in found.items()] == [("calendar", 1), ("leave", 100)]
