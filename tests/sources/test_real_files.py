"""Files nobody made for this platform, through small mapping files. They are not copied here: see the fixture."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

JAKARTA = ZoneInfo("Asia/Jakarta")
REAL_QUARTER = Path(__file__).parents[2] / "examples" / "real_quarter.sources.yaml"


@pytest.fixture
def quarter(reader, shared_data: Path):
    return lambda dataset: reader(dataset, shared_data / "real-quarter", REAL_QUARTER)


def problem_kinds(frame: pl.DataFrame) -> dict[str, int]:
    return dict(frame["_problem"].drop_nulls().value_counts().iter_rows())


def test_the_roster_of_the_quarter(quarter) -> None:
    outcome = quarter("employees")
    assert outcome.frame.height == outcome.frame["employee_id"].n_unique() == 38
    assert outcome.problems == []


def test_events_of_the_permit_desk_become_requests(quarter) -> None:
    outcome = quarter("service_requests")
    frame = outcome.frame
    assert (outcome.file.n_records, outcome.file.n_rows) == (8_577, 1_434)
    assert frame["request_id"].n_unique() == 1_434
    # One request's responsible is called `test`, whom the crosswalk does not know.
    assert problem_kinds(frame) == {"employee_id: not in the crosswalk": 1}
    assert frame["status"].value_counts(sort=True).rows() == [("closed", 1_329), ("open", 105)]
    assert frame.filter(pl.col("closed_at") > pl.col("due_at")).height == 377
    # For validation to refuse: these two end before they start.
    assert frame.filter(pl.col("closed_at") < pl.col("submitted_at")).height == 2
    # 2 January 00:00:00.02 in Amsterdam's summer offset, as the log has it, is 05:00:00.02 in Jakarta.
    assert frame["submitted_at"].min() == datetime(2026, 1, 2, 5, 0, 0, 20_000, tzinfo=JAKARTA)
    assert frame.filter(pl.col("_problem").is_null()).select("unit_id", "employee_id").null_count().row(0) == (0, 0)


def test_punches_of_the_fingerprint_device(quarter) -> None:
    outcome = quarter("attendance")
    frame = outcome.frame
    assert (outcome.file.n_records, outcome.file.n_rows, outcome.file.n_problems) == (4_989, 4_989, 1_867)
    assert problem_kinds(frame) == {"employee_id: not in the crosswalk": 1_867}
    pins = frame.with_columns(pin=pl.col("_raw").str.json_path_match("$.pin").str.strip_chars())
    assert pins["pin"].drop_nulls().n_unique() == 34
    assert pins["employee_id"].drop_nulls().n_unique() == 38
    assert frame["_row"].to_list() == list(range(1, 4_990))
    assert frame["direction"].null_count() == 4_989


def test_ratings_of_the_call_centre(quarter) -> None:
    outcome = quarter("survey_responses")
    frame = outcome.frame
    assert (outcome.file.n_records, outcome.file.n_rows, outcome.file.n_problems) == (5_000, 5_000, 0)
    assert frame["u7"].null_count() == 946
    assert sorted(frame["u7"].drop_nulls().unique()) == [Decimal(x) / 4 for x in (4, 7, 10, 13, 16)]
    assert frame["employee_id"].n_unique() == 8
    assert frame["submitted_at"].head(1).to_list() == [datetime(2026, 1, 2, 9, 12, 58, tzinfo=JAKARTA)]
    assert frame["submitted_at"].null_count() == 0


def mapping_file(folder: Path, text: str) -> Path:
    path = folder / "mapping.yaml"
    path.write_text(text)
    return path


def test_a_device_log_that_ends_in_nul_bytes(reader, shared_data: Path, tmp_path: Path) -> None:
    mapping = mapping_file(
        tmp_path, "version: 1\ndatasets: {attendance: {file: nul_bytes_attlog.dat, columns: {employee_id: pin}}}\n"
    )
    outcome = reader("attendance", shared_data / "formats", mapping)
    assert outcome.file.n_rows == 184
    assert outcome.problems == [(184, "record: it holds NUL bytes")]
    assert outcome.frame["employee_id"].drop_nulls().len() == 183


BOSTON = """
version: 1
datasets:
  service_requests:
    file: {file}
    columns:
      request_id: case_enquiry_id
      unit_id: department
      kind: {{constant: complaint}}
      submitted_at: {{from: open_dt{formats}}}
      due_at: {{from: target_dt{formats}}}
      closed_at: {{from: closed_dt{formats}}}
      status: {{from: case_status, map: {{Open: open, Closed: closed}}}}
"""


@pytest.mark.parametrize(
    ("file", "formats", "problems"),
    [
        ("boston311-100.csv", "", []),
        ("boston311-dmy-100.csv", ", formats: '%d/%m/%Y %H:%M:%S'", []),
        ("boston311-100-bad.tsv", "", [(41, "record: it has 30 cells where 29 are expected")]),
    ],
)
def test_requests_of_a_city_hall(reader, shared_data: Path, tmp_path: Path, file, formats, problems) -> None:
    outcome = reader(
        "service_requests", shared_data / "formats", mapping_file(tmp_path, BOSTON.format(file=file, formats=formats))
    )
    assert outcome.file.n_rows == 100
    assert outcome.problems == problems
    first = outcome.frame.row(0, named=True)
    assert first["submitted_at"] == datetime(2022, 1, 21, 13, 47, tzinfo=JAKARTA)
    assert (first["closed_at"], first["status"]) == (None, "open")
    assert outcome.frame["submitted_at"].null_count() == len(problems)


SOMERVILLE = """
version: 1
datasets:
  survey_responses:
    file: somerville_survey.csv
    columns:
      response_id: {numbered: somerville-}
      submitted_at: {constant: 2015-12-31}
      unit_id: {constant: CITY}
      audience: {constant: citizen}
      u1: {from: X1, rescale: {from: [1, 5], to: [1, 4]}}
"""


def test_a_survey_without_ids(reader, shared_data: Path, tmp_path: Path) -> None:
    outcome = reader("survey_responses", shared_data / "formats", mapping_file(tmp_path, SOMERVILLE))
    assert outcome.file.n_rows == 143
    assert outcome.problems == []
    assert outcome.frame["response_id"].to_list() == [f"somerville-{row}" for row in range(2, 145)]
    assert outcome.frame["u1"].drop_nulls().is_between(1, 4).all()
    assert "somerville_survey.csv: begins with a byte order mark, which is left out" in outcome.read.notes


ABSENSI = """
version: 1
datasets:
  attendance:
    - file: absensi.csv
      columns:
        employee_id: karyawan_id
        timestamp: {date: tanggal_absen, time: waktu_clockin, formats: '%Y-%m-%d %H:%M:%S'}
        direction: {constant: in}
    - file: absensi.csv
      columns:
        employee_id: karyawan_id
        timestamp: {date: tanggal_absen, time: waktu_clockout, formats: '%Y-%m-%d %H:%M:%S'}
        direction: {constant: out}
"""


def test_in_and_out_on_one_row_with_hours_of_one_digit(reader, shared_data: Path, tmp_path: Path) -> None:
    outcome = reader("attendance", shared_data / "formats", mapping_file(tmp_path, ABSENSI))
    assert outcome.frame["direction"].value_counts(sort=True).height == 2
    assert [file.n_rows for file in outcome.read.files] == [outcome.frame.height // 2] * 2
    assert outcome.frame["timestamp"].head(1).to_list() == [datetime(2024, 6, 3, 8, 30, 35, tzinfo=JAKARTA)]
