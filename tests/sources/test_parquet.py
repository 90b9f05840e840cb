# ruff: noqa: DTZ001 - the cells of a file have no timezone
from __future__ import annotations

import io
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl
import pytest

import sources
from sources.canonical import CanonicalRows, Stored

JAKARTA = ZoneInfo("Asia/Jakarta")


def parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def attendance(**columns: object) -> bytes:
    return parquet(pl.DataFrame({"employee_id": ["1"], "timestamp": ["2026-07-01T08:00"], **columns}))


@pytest.mark.parametrize(
    "given",
    [
        pl.Series(["2026-07-01T08:00"]),
        pl.Series([datetime(2026, 7, 1, 8)]),
        pl.Series([datetime(2026, 7, 1, 8)], dtype=pl.Datetime("ns")),
        pl.Series([datetime(2026, 7, 1, 8)], dtype=pl.Datetime("ms")),
        pl.Series([datetime(2026, 7, 1, 1)], dtype=pl.Datetime("us", "UTC")),
        pl.Series(["2026-07-01 08:00"], dtype=pl.Categorical),
    ],
    ids=lambda series: str(series.dtype),
)  # fmt: skip
def test_moments_of_any_sensible_type(reader, given: pl.Series) -> None:
    outcome = reader("attendance", {"attendance.parquet": attendance(timestamp=given)})
    assert outcome.frame["timestamp"].to_list() == [datetime(2026, 7, 1, 8, tzinfo=JAKARTA)]
    # Parquet has no header: its first row is record 1.
    assert outcome.frame["_row"].to_list() == [1]


def test_typed_columns_of_other_kinds(reader) -> None:
    content = parquet(
        pl.DataFrame(
            {
                "schedule_id": [198501012010011001],
                "weekday": pl.Series([1], dtype=pl.UInt8),
                "start_time": [time(7, 30)],
                "end_time": ["16:00"],
            }
        )
    )
    row = reader("schedules", {"schedules.parquet": content}).frame.row(0, named=True)
    assert (row["schedule_id"], row["weekday"], row["start_time"], row["end_time"]) == (
        "198501012010011001", 1, time(7, 30), time(16),
    )  # fmt: skip


def test_days_and_numbers(reader) -> None:
    content = parquet(
        pl.DataFrame(
            {
                "request_id": [1, 2, 3],
                "unit_id": ["U"] * 3,
                "kind": ["document"] * 3,
                "submitted_at": [date(2026, 7, 1)] * 3,
                "due_at": [date(2026, 7, 1)] * 3,
                "paused_hours": [0.1, 1e-3, float("nan")],
                "reopened_count": [1.0, 2.0, 2.5],
                "status": ["open"] * 3,
            }
        )
    )
    frame = reader("service_requests", {"service_requests.parquet": content}).frame
    assert frame["submitted_at"][0] == datetime(2026, 7, 1, tzinfo=JAKARTA)
    assert frame["due_at"][0] == datetime(2026, 7, 1, 23, 59, 59, 999_999, tzinfo=JAKARTA)
    assert frame["paused_hours"].to_list() == [Decimal("0.1"), Decimal("0.001"), None]
    assert frame["reopened_count"].to_list() == [1, 2, None]
    assert frame["_problem"][2].startswith("paused_hours: does not parse")


def test_identifiers_in_floating_point_are_refused(reader) -> None:
    with pytest.raises(sources.UnreadableFile, match="column 'employee_id': it holds Float64"):
        reader("attendance", {"attendance.parquet": attendance(employee_id=[1.0])})


def test_a_type_that_has_no_text_is_refused_only_where_it_is_read(reader) -> None:
    with pytest.raises(sources.UnreadableFile, match="column 'direction': it holds List"):
        reader("attendance", {"attendance.parquet": attendance(direction=[["in"]])})
    outcome = reader("attendance", {"attendance.parquet": attendance(other=[["in"]], timestamp=["bad"])})
    assert outcome.read.notes == ("attendance.parquet: 1 columns not used: other",)
    assert outcome.file.n_problems == 1


def test_a_canonical_file_may_be_read_again(reader, tmp_path) -> None:
    first = reader("attendance", {"attendance.parquet": attendance()})
    inputs = {"attendance.parquet": parquet(first.frame)}
    second = reader("attendance", inputs)
    assert second.frame.drop("_file").equals(first.frame.drop("_file"))


@pytest.mark.parametrize("cut", [0, 3, 20, -1, -9])
def test_a_file_that_was_cut_is_refused(reader, cut: int) -> None:
    with pytest.raises(sources.UnreadableFile, match="damaged or was cut short"):
        reader("attendance", {"attendance.parquet": attendance()[:cut]})


def test_a_damaged_footer_is_refused(reader) -> None:
    content = bytearray(attendance())
    content[-8:-4] = b"\xff\xff\xff\x7f"  # the length of the footer
    with pytest.raises(sources.UnreadableFile, match="footer cannot be read"):
        reader("attendance", {"attendance.parquet": bytes(content)})


def test_an_empty_parquet_has_no_row(reader) -> None:
    empty = pl.DataFrame(schema={"employee_id": pl.String, "timestamp": pl.String})
    assert reader("attendance", {"attendance.parquet": parquet(empty)}).file.n_rows == 0


def requests(**columns: object) -> bytes:
    """Three requests, fit to be taken as they are."""
    given: dict[str, object] = {
        "request_id": ["R1", "R2", "R3"],
        "unit_id": ["U"] * 3,
        "kind": pl.Series(["document", None, "document"]),
        "submitted_at": pl.Series([datetime(2026, 7, 1, 1)] * 3, dtype=pl.Datetime("ms", "UTC")),
        "paused_hours": ["1", None, "-2"],
        "reopened_count": pl.Series([0, None, 999_999_999_999_999]),
        "status": ["open"] * 3,
    }
    return parquet(pl.DataFrame(given | columns))


AS_IT_IS = [
    {},
    {"paused_hours": ["1.5", None, "+2.000000000000000001"]},
    {"paused_hours": pl.Series([None] * 3, dtype=pl.String)},
    {"request_id": [198501012010011001, 2, 3]},
    {"due_at": pl.Series([datetime(2026, 7, 1)] * 3, dtype=pl.Datetime("us", "Asia/Jakarta"))},
    {"kind": ["a b", "é", "\u00e9"]},
    {"other": [1.5, 2, 3]},
]
COPIED = [
    {"request_id": ["R1", " R2", "R3"]},
    {"request_id": ["R1", "R2\u00a0", "R3"]},
    {"kind": ["document", "", "document"]},
    {"kind": pl.Series(["document"] * 3, dtype=pl.Categorical)},
    {"paused_hours": ["1", "2", " 3"]},
    {"paused_hours": ["1", "2", "1e3"]},
    {"paused_hours": ["1", "2", "0.1234567890123456789"]},
    {"paused_hours": [1.0, 2.0, 3.0]},
    {"reopened_count": ["1", "2", "2.0"]},
    {"reopened_count": ["1", "2", "x"]},
    {"reopened_count": [1, 2, 10**15]},
    {"submitted_at": ["2026-07-01T08:00:00"] * 3},
    {"submitted_at": [datetime(2026, 7, 1, 8)] * 3},
    {"due_at": [date(2026, 7, 1)] * 3},
    {"_row": [7, 8, 9]},
    {"_position": [7, 8, 9]},
    {"_problem": ["x", "y", "z"]},
]


@pytest.mark.parametrize(
    ("columns", "is_copied"), [*((one, False) for one in AS_IT_IS), *((one, True) for one in COPIED)]
)
def test_a_file_that_says_what_the_contract_asks_for_is_not_copied(reader, tmp_path, columns, is_copied: bool) -> None:
    """What the rows are, and that they are the same either way, the fixture looks at."""
    reader("service_requests", {"service_requests.parquet": requests(**columns)})
    written = [path.name for path in (tmp_path / "lean").iterdir()]
    assert written == (["service_requests.parquet"] if is_copied else [])


def test_several_files_are_scanned_one_after_the_other(reader, tmp_path) -> None:
    mapping = """
version: 1
datasets:
  service_requests:
    - {file: a.parquet, columns: {unit_id: office, service_type: null}}
    - b.parquet
    - c.parquet
"""
    files = {
        "a.parquet": requests(unit_id=[1, 1, 1], office=["A", "B", None], service_type=["x"] * 3),
        "b.parquet": requests(paused_hours=["x", "1", "2"]),
        "c.parquet": requests(request_id=["R7", "R8", "R9"]),
        "sources.yaml": mapping,
    }
    outcome = reader("service_requests", files)
    assert outcome.frame["unit_id"].to_list() == ["A", "B", None, *["U"] * 6]
    assert outcome.frame["service_type"].null_count() == 9
    assert outcome.frame["_row"].to_list() == [1, 2, 3] * 3
    assert [path.name for path in (tmp_path / "lean").iterdir()] == ["service_requests-1.parquet"]


def test_positions_run_through_all_files(tmp_path) -> None:
    for name, n_rows in (("a", 2), ("b", 3)):
        pl.DataFrame({"employee_id": ["1"] * n_rows}).write_parquet(tmp_path / name)
    stored = (Stored(tmp_path / "a", first_record=1), Stored(tmp_path / "b", offset=2, first_record=5))
    rows = CanonicalRows(stored, ("employee_id", "_row"))
    assert rows.scan(positions=True).collect().rows() == [
        (0, "1", 1),
        (1, "1", 2),
        (2, "1", 5),
        (3, "1", 6),
        (4, "1", 7),
    ]
    assert rows.scan().select(pl.len()).collect().item() == 5
