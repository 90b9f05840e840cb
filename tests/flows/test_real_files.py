"""Files nobody made for this platform, through the whole pipeline. They are not copied here: see the fixture."""

from __future__ import annotations

import csv
import datetime as dt
import random
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from flows.order import Order
from flows.pipeline import run_period
from flows.seam import Caller
from flows.summary import Summary
from tests.flows.ended import EXAMPLE, ROOT, example, rows, run

pytestmark = [pytest.mark.usefixtures("validation_loaded")]

MAPPING = ROOT / "examples" / "real_quarter.sources.yaml"
CITY, PERIOD = "kalianda", "2026-Q1"


def quarter(home: Path, inputs: Path) -> Summary:
    order = Order(
        city=CITY,
        period=PERIOD,
        inputs=inputs,
        sources=MAPPING,
        home=home,
        warehouse_url=f"sqlite:///{home / 'warehouse.db'}",
        ordered_at=dt.datetime(2026, 5, 1, tzinfo=dt.UTC),
    )
    return run_period(order, Caller())


@pytest.fixture(scope="module")
def published(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Summary:
    """One quarter of an office from three systems, published."""
    return quarter(tmp_path_factory.mktemp("quarter"), shared_data / "real-quarter")


def test_a_real_quarter_is_published_and_every_file_reconciles(published: Summary) -> None:
    found = published.document()
    assert (found["status"], found["revision"], found["employees"]) == ("published", 1, 38)
    files = found["files"]
    assert {(file["file"], file["dataset"]): (file["records"], file["rows_in"]) for file in files} == {
        ("employees.csv", "employees"): (38, 38),
        ("permit_event_log.csv", "service_requests"): (8_577, 1_434),
        ("permit_event_log.csv", "request_events"): (8_577, 8_577),
        ("1_attlog.dat", "attendance"): (4_989, 4_989),
        ("call_centre.xlsx", "survey_responses"): (5_000, 5_000),
    }
    for file in files:
        assert file["rows_in"] == file["valid"] + file["quarantined"]
    refused = rows(published.run.order.home, "quarantine", CITY, PERIOD)
    assert Counter((one["dataset"], one["column"], one["reason"]) for one in refused) == {
        # Punches of 34 PINs that belong to nobody on the roster; a request whose responsible is called `test`.
        ("attendance", "employee_id", "not_in_crosswalk"): 1_867,
        ("service_requests", "employee_id", "not_in_crosswalk"): 1,
        ("service_requests", "closed_at,submitted_at", "closed_before_submitted"): 2,
    }
    assert sum(file["quarantined"] for file in files) == len(refused)


def test_the_log_tells_with_whom_real_requests_lay(published: Summary) -> None:
    home = published.run.order.home
    found = rows(home, "insight", "handovers", CITY, PERIOD)
    named = [one for one in rows(home, "indicators", CITY, PERIOD) if one["item_id"] == "document_completion_time"]
    # Most that passes through an officer's hands is named after another: the log says so, the request does not.
    assert sum(int(one["n_handed_on"]) for one in found) > 100
    assert max(int(one["n_held"]) for one in found) == 32
    assert len(named) == 38
    overdue = [one for one in found if int(one["n_received_overdue"])]
    assert overdue, "some came too late already to whom they were handed"
    assert all(int(one["n_handed_on_overdue"]) <= int(one["n_late"]) for one in found)


def test_it_warns_of_what_did_not_arrive(published: Summary) -> None:
    ends, *more = [text for text in published.warnings if text.startswith("attendance: ")]
    assert ends.startswith(
        "attendance: the last row of the period is of 2026-03-09, 22 days before its last working day."
    )
    assert [re.sub(r"\d+", "#", text)[:60] for text in more] == [
        "attendance: # working days of # units between #-#-# and #-#-"
    ]
    others = [text.partition(".")[0] for text in published.warnings if not text.startswith("attendance: ")]
    assert others == [f"{name}: no file was delivered" for name in ("leave", "objectives", "progress", "ratings")]


def test_the_same_quarter_again_changes_nothing(published: Summary, shared_data: Path) -> None:
    second = quarter(published.run.order.home, shared_data / "real-quarter")
    assert second.status == "unchanged"
    assert second.landed.input_hash == published.landed.input_hash
    assert second.document()["result_hash"] == published.document()["result_hash"]


def test_its_rows_in_another_order_change_nothing(published: Summary, shared_data: Path, tmp_path: Path) -> None:
    """The workbook stays as it is."""
    inputs, chance = tmp_path / "inputs", random.Random(2)  # noqa: S311  # not a secret
    shutil.copytree(shared_data / "real-quarter", inputs)
    for file in inputs.iterdir():
        file.chmod(0o644)
        if file.suffix != ".xlsx":
            n_headers = 0 if file.suffix == ".dat" else 1
            lines = file.read_bytes().splitlines(keepends=True)
            lines[-1] = lines[-1].rstrip(b"\r\n") + b"\n"
            rest = lines[n_headers:]
            file.write_bytes(b"".join([*lines[:n_headers], *chance.sample(rest, len(rest))]))
    second = quarter(published.run.order.home, inputs)
    assert second.status == "unchanged"
    assert second.landed.input_hash != published.landed.input_hash


# --- awkward files, through a small mapping -------------------------------------------------------------------------


def mapping_of(inputs: Path, dataset: str, entry: str) -> None:
    """A sources.yaml: the files of the example as they are, and one dataset from a file of another shape."""
    plain = "".join(f"  {file.stem}: {file.name}\n" for file in inputs.glob("*.csv") if file.stem != "pins")
    (inputs / "sources.yaml").write_text(f"version: 1\ndatasets:\n{plain}  {dataset}:\n{entry}", encoding="utf-8")


def test_a_device_log_full_of_nul_bytes(shared_data: Path, tmp_path: Path) -> None:
    """Every line that is whole is used; what the 311,077 NUL bytes stand in is set apart."""
    inputs, home = example(tmp_path / "inputs", ["employees", "leave"]), tmp_path / "home"
    log = shutil.copy(shared_data / "formats" / "nul_bytes_attlog.dat", inputs)
    lines = Path(log).read_bytes().splitlines()
    whole = [line for line in lines if b"\0" not in line]
    with (EXAMPLE / "employees.csv").open(encoding="utf-8") as stream:
        roster = [record["employee_id"] for record in csv.DictReader(stream)]
    pins = sorted({line.split()[0].decode() for line in whole})
    pairs = "".join(f"{pin},{person}\n" for pin, person in zip(pins, roster, strict=False))
    (inputs / "pins.csv").write_text(f"pin,employee_id\n{pairs}", encoding="utf-8")
    mapping_of(
        inputs,
        "attendance",
        "    file: nul_bytes_attlog.dat\n"
        "    columns:\n"
        "      employee_id: {from: pin, lookup: {file: pins.csv, key: pin, value: employee_id}}\n"
        "      device_id: machine\n"
        "      direction: null\n",
    )
    ended = run(home, inputs, "--json")
    assert ended.code == 0, ended.out
    (file,) = [file for file in ended.document["files"] if file["dataset"] == "attendance"]
    assert (file["valid"], file["quarantined"]) == (len(whole), len(lines) - len(whole))
    assert file["rows_in"] == len(lines)
    refused = rows(home, "quarantine", "kalianda", "2026-Q3", run_id=ended.document["run_id"])
    assert {one["reason"] for one in refused} == {"does_not_parse: record: it holds NUL bytes"}


def test_an_export_with_a_row_of_too_many_fields(shared_data: Path, tmp_path: Path) -> None:
    inputs, home = example(tmp_path / "inputs", ["employees", "leave"]), tmp_path / "home"
    shutil.copy(shared_data / "formats" / "boston311-100-bad.tsv", inputs)
    mapping_of(
        inputs,
        "service_requests",
        "    file: boston311-100-bad.tsv\n"
        "    columns:\n"
        "      request_id: case_enquiry_id\n"
        "      unit_id: department\n"
        "      kind: {constant: complaint}\n"
        "      submitted_at: {from: open_dt, formats: ['%Y-%m-%d %H:%M:%S']}\n"
        "      due_at: {from: target_dt, formats: ['%Y-%m-%d %H:%M:%S']}\n"
        "      closed_at: {from: closed_dt, formats: ['%Y-%m-%d %H:%M:%S']}\n"
        "      status: {from: case_status, map: {Open: open, Closed: closed}}\n",
    )
    ended = run(home, inputs, "--json")
    assert ended.code == 0, ended.out
    (file,) = [file for file in ended.document["files"] if file["dataset"] == "service_requests"]
    assert (file["records"], file["rows_in"], file["quarantined"]) == (100, 100, 1)
    (refused,) = rows(home, "quarantine", "kalianda", "2026-Q3", run_id=ended.document["run_id"])
    assert refused["reason"] == "does_not_parse: record: it has 30 cells where 29 are expected"
