"""Data that are due by the month: late where their rows do not reach the month's end, whatever the files are called."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.cli import main
from flows.notifications.arrivals import agreements, months_reached
from policies import Period, PolicyError
from tests.flows.ended import EXAMPLE, Records, changed, example
from tests.notifications.agreements import attendance_by_month
from tests.notifications.receivers import Webhook
from tests.notifications.test_daily import due, kinerja, log_rows

PERIOD = Period.parse("2026-Q3")
MONTHS = PERIOD.months
OWED = [("2026-07", "2026-08-08"), ("2026-08", "2026-09-08"), ("2026-09", "2026-10-08")]
"""Five working days: July's end with Friday 7 August, August's with Monday 7 September, September's with 7 October."""


@pytest.fixture(autouse=True)
def _agreed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINERJA_POLICIES_DIR", str(attendance_by_month(tmp_path / "policies", "kalianda")))


def until(last_day: str) -> Callable[[Records], Records]:
    """Of the example's attendance what had been recorded when that day ended."""
    with (EXAMPLE / "attendance.csv").open(encoding="utf-8", newline="") as stream:
        header, *records = csv.reader(stream)
    place = header.index("timestamp")
    kept = [header, *(record for record in records if record[place][:10] <= last_day)]
    assert 1 < len(kept) < len(records)
    return lambda _: kept


def attendance(document: dict[str, Any]) -> dict[str, str]:
    """State by month."""
    return {row["of"]: row["state"] for row in document["datasets"] if row["dataset"] == "attendance"}


def configure(home: Path, webhook: Webhook) -> None:
    text = f"""\
language: en
recipients:
  - {{name: bkpsdm, role: owner, url: "{webhook.url("bkpsdm")}", events: [data_late], datasets: [attendance]}}
"""
    (home / "notifications.yaml").write_text(text, encoding="utf-8")


def test_a_month_is_late_by_itself_and_told_once(home: Path, tmp_path: Path, webhook: Webhook) -> None:
    configure(home, webhook)
    inputs = example(tmp_path / "inputs", ("employees", "attendance"))
    file = inputs / "attendance.csv"
    # Friday 31 July is a working day, and there is a file that ends the day before.
    changed(file, until("2026-07-30"))
    first = due(home, inputs, "2026-08-07T12:00")
    assert [(row["of"], row["deadline"][:10]) for row in first["datasets"] if row["dataset"] == "attendance"] == OWED
    assert attendance(first) == dict.fromkeys(("2026-07", "2026-08", "2026-09"), "awaited")
    # Late from Saturday on; offices hear of it on Monday.
    assert due(home, inputs, "2026-08-08T12:00")["notices"] == {"queued": 1}
    assert due(home, inputs, "2026-08-10T07:00")["notices"] == {"sent": 1}
    (told,) = webhook.texts("bkpsdm")
    assert "Kalianda 2026-07: data attendance have not arrived" in told.splitlines()[0]

    # The same name, exported anew: July is whole, August under way.
    changed(file, until("2026-08-12"))
    assert attendance(due(home, inputs, "2026-08-13T07:30")) == {
        "2026-07": "arrived",
        "2026-08": "awaited",
        "2026-09": "awaited",
    }
    # By the end of August nobody has exported again: that is another notice, and July is not asked for twice.
    late = due(home, inputs, "2026-09-08T08:00")
    assert (attendance(late)["2026-07"], attendance(late)["2026-08"]) == ("arrived", "late")
    assert late["notices"] == {"sent": 1}
    assert len(webhook.texts("bkpsdm")) == 2
    kept = {row["period"]: row for row in log_rows(home, "--arrivals") if row["dataset"] == "attendance"}
    assert kept["2026-07"]["arrived_at"] == "2026-08-13T00:30:00+00:00"
    assert kept["2026-08"]["arrived_at"] is None
    assert PERIOD.name not in kept


def test_files_of_a_mapping_are_read_as_it_says(home: Path, tmp_path: Path) -> None:
    """A file a month, other columns, and a roster that the mapping names and that is not there yet."""
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    (inputs / "sources.yaml").write_text(
        """\
version: 1
datasets:
  employees: pegawai.csv
  attendance: {file: 'absen-*.csv', columns: {employee_id: nip, timestamp: waktu}}
""",
        encoding="utf-8",
    )
    (inputs / "absen-a.csv").write_text("nip,waktu\n1,2026-08-31T07:30:00\n", encoding="utf-8")
    found = due(home, inputs, "2026-09-20T08:00", "--dry-run")
    assert attendance(found) == {"2026-07": "late", "2026-08": "arrived", "2026-09": "awaited"}
    (inputs / "absen-b.csv").write_text("nip,waktu\n1,2026-07-31T07:30:00\n", encoding="utf-8")
    assert attendance(due(home, inputs, "2026-09-20T08:00", "--dry-run"))["2026-07"] == "arrived"
    # What cannot be read has not come.
    (inputs / "absen-b.csv").write_bytes(b"\xff\xfen\x00i\x00")
    assert attendance(due(home, inputs, "2026-09-20T08:00", "--dry-run"))["2026-07"] == "late"


@pytest.mark.usefixtures("validation_loaded")
def test_what_a_refresh_has_seen_is_not_read_again(home: Path, tmp_path: Path, webhook: Webhook) -> None:
    configure(home, webhook)
    inputs = example(tmp_path / "inputs")
    changed(inputs / "attendance.csv", until("2026-08-05"))
    words = ["refresh", "--city", "kalianda", "--period", PERIOD.name, "--inputs", inputs, "--home", home]
    assert main([str(word) for word in [*words, "--known-as-of", "2026-08-06", "--json"]]) == 0
    kept = {row["period"]: row for row in log_rows(home, "--arrivals") if row["dataset"] == "attendance"}
    assert set(kept) == {"2026-07"}
    assert kept["2026-07"]["arrived_at"] is not None
    # Nobody could read it now.
    (inputs / "attendance.csv").write_bytes(b"\xff\xfee\x00")
    assert attendance(due(home, inputs, "2026-08-20T08:00"))["2026-07"] == "arrived"
    assert webhook.received == []


@pytest.mark.parametrize(
    ("days", "reached"),
    [
        ([], []),
        (["2026-07-30"], []),
        (["2026-07-31"], ["2026-07"]),
        # August's last working day is Monday the 31st; a weekend's row is not of it.
        (["2026-08-30"], []),
        # Rows of August do not stand for July.
        (["2026-08-31", "2026-09-01"], ["2026-08"]),
        (["2026-07-31", "2026-09-30"], ["2026-07", "2026-09"]),
        (["2026-10-01"], []),
    ],
)
def test_a_month_has_come_with_a_row_of_its_last_working_day(days: list[str], reached: list[str]) -> None:
    zone = "Asia/Jakarta"
    at = [dt.datetime.fromisoformat(f"{day}T00:30") for day in days]
    instants = (
        pl.Series("timestamp", at, dtype=pl.Datetime("us")).dt.replace_time_zone(zone).dt.convert_time_zone("UTC")
    )
    found = months_reached(instants.to_frame().lazy(), "attendance", MONTHS, zone)
    assert sorted(month.name for month in found) == reached


def test_a_year_is_one_delivery_and_a_month_is_itself(tmp_path: Path) -> None:
    (supply,) = [one for one in agreements("kalianda", PERIOD, tmp_path / "policies").supplies if one.every == "month"]
    year, month = Period.parse("2026"), Period.parse("2026-07")
    assert supply.spans(year) == (year,)
    assert supply.spans(month) == (month,)
    assert supply.spans(PERIOD) == MONTHS


def test_what_has_no_day_cannot_come_by_the_month(tmp_path: Path) -> None:
    root = tmp_path / "policies"
    (file,) = (root / "operations" / "kalianda").glob("*.yaml")
    text = file.read_text(encoding="utf-8").replace("dataset: leave, owner", "dataset: leave, every: month, owner")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match=r"supplies\[2\]\.every: rows of leave say no day"):
        agreements("kalianda", PERIOD, root)
    code, told = kinerja(
        "notify", "due", "--city", "kalianda", "--period", "2026-Q3", "--inputs", tmp_path, "--dry-run"
    )
    assert (code, len(told["problems"])) == (2, 1)
