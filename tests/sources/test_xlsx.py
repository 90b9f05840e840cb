# ruff: noqa: DTZ001 - the cells of a file have no timezone
from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter

import sources

JAKARTA = ZoneInfo("Asia/Jakarta")
MAPPING = "version: 1\ndatasets: {attendance: a.xlsx}\n"
HEADER = ["employee_id", "timestamp", "direction", "device_id"]


def workbook(rows: list[list[object]], sheets: tuple[str, ...] = ("Sheet1",)) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"strings_to_numbers": False}) as book:
        formats: dict[type, object] = {
            datetime: book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"}),
            date: book.add_format({"num_format": "dd/mm/yyyy"}),
            time: book.add_format({"num_format": "hh:mm:ss"}),
        }
        for name in sheets:
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, value in enumerate(cells):
                    if type(value) in formats:
                        sheet.write_datetime(row, column, value, formats[type(value)])
                    elif value is not None:
                        sheet.write(row, column, value)
    return buffer.getvalue()


def test_typed_cells_and_text_cells(reader) -> None:
    content = workbook(
        [
            HEADER,
            ["198501012010011001", datetime(2026, 7, 1, 8, 30, 15), "in", 12],
            [],
            ["198501012010011002", "2026-07-01 08:30:15", None, "D1"],
        ]
    )
    outcome = reader("attendance", {"a.xlsx": content, "sources.yaml": MAPPING})
    moment = datetime(2026, 7, 1, 8, 30, 15, tzinfo=JAKARTA)
    # Rows are numbered as in the sheet; the empty one has a number and no row.
    assert outcome.frame.select("employee_id", "timestamp", "direction", "device_id", "_row").rows() == [
        ("198501012010011001", moment, "in", "12", 2),
        ("198501012010011002", moment, None, "D1", 4),
    ]


def test_a_day_and_a_time_in_two_typed_cells(reader) -> None:
    mapping = """
version: 1
datasets:
  attendance: {file: a.xlsx, columns: {timestamp: {date: day, time: clock}}}
"""
    rows = [["employee_id", "day", "clock"], ["1", date(2026, 7, 1), time(8, 30, 15)], ["2", date(2026, 7, 2), time(0)]]
    outcome = reader("attendance", {"a.xlsx": workbook(rows), "sources.yaml": mapping})
    assert outcome.frame["timestamp"].to_list() == [
        datetime(2026, 7, 1, 8, 30, 15, tzinfo=JAKARTA),
        datetime(2026, 7, 2, tzinfo=JAKARTA),
    ]
    rows = [["employee_id", "day", "clock"], ["1", "2026-07-01", 30615 / 86400]]
    outcome = reader("attendance", {"a.xlsx": workbook(rows), "sources.yaml": mapping})
    assert outcome.frame["timestamp"].to_list() == [datetime(2026, 7, 1, 8, 30, 15, tzinfo=JAKARTA)]


def test_a_column_of_days_alone_holds_days(reader) -> None:
    header = ["request_id", "unit_id", "kind", "submitted_at", "due_at", "status"]
    rows = [
        header,
        ["1", "U", "document", datetime(2026, 7, 1), date(2026, 7, 2), "open"],
        ["2", "U", "document", datetime(2026, 7, 1, 8), date(2026, 7, 3), "open"],
    ]
    mapping = "version: 1\ndatasets: {service_requests: a.xlsx}\n"
    outcome = reader("service_requests", {"a.xlsx": workbook(rows), "sources.yaml": mapping})
    assert outcome.frame["submitted_at"][0] == datetime(2026, 7, 1, tzinfo=JAKARTA)
    assert outcome.frame["due_at"].to_list() == [
        datetime(2026, 7, 2, 23, 59, 59, 999_999, tzinfo=JAKARTA),
        datetime(2026, 7, 3, 23, 59, 59, 999_999, tzinfo=JAKARTA),
    ]


def test_numbers_keep_every_digit(reader) -> None:
    rows = [["service_type", "limit_hours"], ["a", 0.1], ["b", 1 / 3], ["c", 24], ["d", "1.50"], ["e", 123456789.123]]
    mapping = "version: 1\ndatasets: {service_standards: a.xlsx}\n"
    outcome = reader("service_standards", {"a.xlsx": workbook(rows), "sources.yaml": mapping})
    assert outcome.frame["limit_hours"].to_list() == [
        Decimal("0.1"), Decimal("0.3333333333333333"), Decimal(24), Decimal("1.5"), Decimal("123456789.123"),
    ]  # fmt: skip


def test_identifiers_kept_as_numbers_are_refused(reader) -> None:
    """A workbook keeps 15 digits of a number: the last three of a NIP are gone, and it looks whole."""
    rows = [HEADER, ["198501012010011001", "2026-07-01"], [198501012010011001, "2026-07-01"]]
    with pytest.raises(sources.UnreadableFile, match="column employee_id, first in record 3, 1 records"):
        reader("attendance", {"a.xlsx": workbook(rows), "sources.yaml": MAPPING})
    rows = [HEADER, [5306, "2026-07-01"]]
    outcome = reader("attendance", {"a.xlsx": workbook(rows), "sources.yaml": MAPPING})
    assert outcome.frame["employee_id"].to_list() == ["5306"]


def test_the_sheet_is_chosen_never_guessed(reader) -> None:
    content = workbook([HEADER, ["1", "2026-07-01"]], ("Januari", "Februari"))
    with pytest.raises(sources.UnreadableFile, match="no sheet chosen; it has 2"):
        reader("attendance", {"a.xlsx": content, "sources.yaml": MAPPING})
    mapping = "version: 1\ndatasets: {attendance: {file: a.xlsx, sheet: %s}}\n"
    with pytest.raises(sources.UnreadableFile, match="did you mean 'Januari'"):
        reader("attendance", {"a.xlsx": content, "sources.yaml": mapping % "Januar"})
    assert reader("attendance", {"a.xlsx": content, "sources.yaml": mapping % "Februari"}).file.n_rows == 1


def test_a_sheet_without_header(reader) -> None:
    mapping = "version: 1\ndatasets: {attendance: {file: a.xlsx, header: [employee_id, timestamp]}}\n"
    outcome = reader("attendance", {"a.xlsx": workbook([["1", "2026-07-01"]]), "sources.yaml": mapping})
    assert outcome.frame.select("employee_id", "_row").rows() == [("1", 1)]
    with pytest.raises(sources.UnreadableFile, match="it has 4 columns, 'header' names 2"):
        reader("attendance", {"a.xlsx": workbook([HEADER]), "sources.yaml": mapping})


def test_rows_above_the_table_are_counted(reader) -> None:
    outcome = reader("attendance", {"a.xlsx": workbook([[], [], HEADER, ["1", "2026-07-01"]]), "sources.yaml": MAPPING})
    assert outcome.frame.select("employee_id", "_row").rows() == [("1", 4)]


def test_an_empty_sheet_has_no_row(reader) -> None:
    assert reader("attendance", {"a.xlsx": workbook([]), "sources.yaml": MAPPING}).file.n_rows == 0
    assert reader("attendance", {"a.xlsx": workbook([HEADER]), "sources.yaml": MAPPING}).file.n_rows == 0


def test_duplicate_headers(reader) -> None:
    with pytest.raises(sources.UnreadableFile, match="columns 1, 2"):
        reader(
            "attendance", {"a.xlsx": workbook([["employee_id", "employee_id", "timestamp"]]), "sources.yaml": MAPPING}
        )


def repacked(content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, change(part.filename, old.read(part)))
    return buffer.getvalue()


def test_a_small_file_that_unpacks_to_too_much_is_refused(reader) -> None:
    def swell(name: str, part: bytes) -> bytes:
        return part.replace(b"</sheetData>", b"</sheetData>" + b" " * (40 << 20)) if "sheet1" in name else part

    bomb = repacked(workbook([HEADER]), swell)
    assert len(bomb) < 100_000
    with pytest.raises(sources.UnreadableFile, match="could fill the memory"):
        reader("attendance", {"a.xlsx": bomb, "sources.yaml": MAPPING})


def test_a_stray_cell_far_out_does_not_fill_the_memory(reader) -> None:
    def stray(name: str, part: bytes) -> bytes:
        return part.replace(b'r="B2"', b'r="XFD200000"').replace(b'r="2"', b'r="200000"') if "sheet1" in name else part

    content = repacked(workbook([HEADER, ["1", "2026-07-01"]]), stray)
    with pytest.raises(sources.UnreadableFile, match="reaches to row 200000 and column 16384"):
        reader("attendance", {"a.xlsx": content, "sources.yaml": MAPPING})


@pytest.mark.parametrize("damage", ["no zip", "cut", "flipped", "no workbook"])
def test_a_damaged_workbook_is_refused(reader, damage: str) -> None:
    content = workbook([HEADER, ["1", "2026-07-01"]])
    damaged = {
        "no zip": b"<html><table></table></html>",
        "cut": content[: len(content) // 2],
        "flipped": content[:400] + bytes(200) + content[600:],
        "no workbook": repacked(content, lambda name, part: b"<x/>" if name == "xl/workbook.xml" else part),
    }[damage]
    with pytest.raises(sources.UnreadableFile, match=r"a\.xlsx"):
        reader("attendance", {"a.xlsx": damaged, "sources.yaml": MAPPING})
