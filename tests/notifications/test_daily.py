"""Late data and owed reports by the command, day by day, as they arrive at real addresses."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import logging
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from flows.cli import main
from flows.notifications.arrivals import files_of
from sources import load_source_map
from tests.flows.ended import EXAMPLE, changed, example, leaked, personal_values, with_cells
from tests.notifications.receivers import MailServer, Webhook

pytestmark = pytest.mark.usefixtures("validation_loaded")
PERIOD = "2026-Q3"
# Of the example: a clerk, the sub-section head over her, and the head of the unit over him, who has nobody above.
DUE = "2026-08-14"


def kinerja(*words: object) -> tuple[int, dict[str, Any]]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = main([str(word) for word in (*words, "--json")])
    return code, json.loads(out.getvalue())


def log_rows(home: Path, *more: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = kinerja("notify", "log", "--home", home, *more)[1]["rows"]
    return rows


# --- data -----------------------------------------------------------------------------------------------------------


def configure_offices(home: Path, webhook: Webhook) -> None:
    text = f"""\
recipients:
  - {{name: data-team, role: data team, url: "{webhook.url("data-team")}", events: [data_late]}}
  - name: bkpsdm
    role: owner of attendance
    url: "{webhook.url("bkpsdm")}"
    events: [data_late]
    datasets: [employees, attendance, leave, ratings]
"""
    (home / "notifications.yaml").write_text(text, encoding="utf-8")


def due(home: Path, inputs: Path, at: str, *more: str) -> dict[str, Any]:
    words = ("notify", "due", "--city", "kalianda", "--period", PERIOD, "--inputs", inputs, "--home", home, "--at", at)
    code, document = kinerja(*words, *more)
    assert code == 0
    return document


def states(document: dict[str, Any]) -> dict[str, str]:
    return {one["dataset"]: one["state"] for one in document["datasets"]}


def test_data_are_late_from_their_deadline_on_and_told_once(home: Path, tmp_path: Path, webhook: Webhook) -> None:
    """The quarter ends on Wednesday 30 September 2026; three working days later is Monday 5 October."""
    configure_offices(home, webhook)
    inputs = example(tmp_path / "inputs")
    before = due(home, inputs, "2026-10-05T23:59")
    assert states(before)["attendance"] == "arrived"
    assert states(before)["service_requests"] == "awaited"
    assert webhook.received == []

    # Tuesday 00:30 is late, and quiet: nothing goes before seven.
    document = due(home, inputs, "2026-10-06T00:30")
    assert states(document)["service_requests"] == "late"
    assert states(document)["ratings"] == "awaited", "it has ten working days"
    assert (document["notices"], webhook.received) == ({"queued": 3}, [])
    assert due(home, inputs, "2026-10-06T07:00")["notices"] == {"sent": 3}
    assert due(home, inputs, "2026-10-06T12:00")["notices"] == {"sent_before": 3}
    texts = webhook.texts("data-team")
    assert [text.splitlines()[0] for text in texts] == [
        "[kinerja] Kalianda 2026-Q3: data service_requests belum diterima",
        "[kinerja] Kalianda 2026-Q3: data objectives belum diterima",
        "[kinerja] Kalianda 2026-Q3: data progress belum diterima",
    ]
    first, second = texts[0].splitlines()[1:]
    owner = "Dinas Komunikasi dan Informatika"
    assert (
        f"Kalianda 2026-Q3 seharusnya diserahkan oleh {owner} sebelum 6 Oktober 2026 00:00, tetapi belum ada" in first
    )
    assert second.startswith("Yang harus dilakukan: serahkan berkas ke tempat yang disepakati.")
    assert webhook.texts("bkpsdm") == []


def test_what_came_before_the_quiet_hours_end_is_not_asked_for_and_lateness_is_kept(
    home: Path, tmp_path: Path, webhook: Webhook
) -> None:
    configure_offices(home, webhook)
    inputs = example(tmp_path / "inputs")
    due(home, inputs, "2026-10-06T06:00")
    for name in ("service_requests", "objectives", "progress"):
        shutil.copy(EXAMPLE / f"{name}.csv", inputs)
    assert due(home, inputs, "2026-10-06T08:00")["notices"] == {}
    assert webhook.received == []
    assert {row["status"] for row in log_rows(home)} == {"dropped"}
    kept = {row["dataset"]: row for row in log_rows(home, "--arrivals")}
    assert kept["service_requests"]["deadline_at"] == "2026-10-05T17:00:00+00:00"
    assert kept["service_requests"]["arrived_at"] == "2026-10-06T01:00:00+00:00"
    assert kept["attendance"]["arrived_at"] == "2026-10-05T23:00:00+00:00"
    assert kept["ratings"]["arrived_at"] is None
    # It was seen eight hours after its deadline; what came in time, or is not due yet, is not late.
    assert {name: kept[name]["late_hours"] for name in ("service_requests", "ratings")} == {
        "service_requests": 8,
        "ratings": 0,
    }


def test_a_mapping_whose_file_has_not_come_is_no_mistake_here(home: Path, tmp_path: Path, webhook: Webhook) -> None:
    configure_offices(home, webhook)
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    (inputs / "sources.yaml").write_text(
        "version: 1\ndatasets:\n  employees: {file: pegawai.csv}\n  attendance: {file: 'absen-*.csv'}\n",
        encoding="utf-8",
    )
    (inputs / "absen-07.csv").touch()
    document = due(home, inputs, "2026-10-06T08:00", "--dry-run")
    assert (states(document)["attendance"], states(document)["employees"]) == ("arrived", "late")
    assert due(home, tmp_path / "not-there-yet", "2026-10-06T08:00", "--dry-run")["datasets"][0]["state"] == "late"
    assert webhook.received == []
    assert not (home / "warehouse.db").exists(), "a dry run keeps nothing"


# --- reports --------------------------------------------------------------------------------------------------------


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    """The staff of the example and one report of one clerk, due on 14 August and not there."""
    folder = example(tmp_path / "inputs", ("employees", "calendar"))
    clerk = chain(folder)[0]
    rows = [["objective_id", "employee_id", "due_at", "reported_at"], ["O1", clerk, DUE, ""]]
    write(folder / "progress.csv", rows)
    return folder


def write(file: Path, rows: list[list[str]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)


def chain(folder: Path) -> tuple[str, str, str]:
    """Somebody, the supervisor and that one's supervisor."""
    with (folder / "employees.csv").open(encoding="utf-8") as stream:
        above = {row["employee_id"]: row["supervisor_id"] for row in csv.DictReader(stream) if not row["end_date"]}
    for employee, supervisor in above.items():
        if supervisor in above and above[supervisor] in above:
            return employee, supervisor, above[supervisor]
    raise AssertionError("the example has three levels")


def configure_people(home: Path, inputs: Path, mail: MailServer, n: int = 3) -> None:
    port = mail.server.server_address[1]
    text = f"""\
contacts:
  file: contacts.csv
  channels:
    mail: mailto://127.0.0.1:{port}?from=kinerja@example.go.id&to={{address}}&mode=insecure
"""
    (home / "notifications.yaml").write_text(text, encoding="utf-8")
    names = ("clerk", "supervisor", "head")
    people = [[who, "mail", f"{name}@example.go.id"] for who, name in zip(chain(inputs), names, strict=True)]
    write(home / "contacts.csv", [["employee_id", "channel", "address"], *people[:n]])


def remind(home: Path, inputs: Path, at: str, *more: str, city: str = "sibolga") -> dict[str, Any]:
    words = ("reminders", "--city", city, "--period", PERIOD, "--inputs", inputs, "--home", home, "--at", at)
    code, document = kinerja(*words, *more)
    assert code == 0, document
    return document


def test_a_report_that_does_not_come_from_reminder_to_escalation(
    home: Path, inputs: Path, mail: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    configure_people(home, inputs, mail)
    said = []
    for at, expected in [
        ("2026-08-06T09:00", {}),
        ("2026-08-07T09:00", {"sent": 1}),
        ("2026-08-07T15:00", {"sent_before": 1}),
        ("2026-08-11T21:00", {"queued": 2}),  # quiet: it waits for the morning
        ("2026-08-12T07:00", {"sent": 2}),
        ("2026-08-14T09:00", {"sent": 2}),
        ("2026-08-16T09:00", {}),  # a Sunday
        ("2026-08-18T09:00", {"sent": 2}),
        ("2026-08-20T09:00", {"sent": 1, "sent_before": 2}),
    ]:
        document = remind(home, inputs, at)
        assert document["notices"] == expected, at
        said.append(json.dumps(document))
    titles = {
        to: [text.splitlines()[0] for text in mail.texts(f"{to}@example.go.id")]
        for to in ("clerk", "supervisor", "head")
    }
    assert titles == {
        "clerk": [
            "[kinerja] Laporan progres jatuh tempo 14 Agustus 2026",
            "[kinerja] Laporan progres jatuh tempo 14 Agustus 2026",
            "[kinerja] Laporan progres jatuh tempo 14 Agustus 2026",
            "[kinerja] Laporan progres terlambat sejak 14 Agustus 2026",
        ],
        "supervisor": [
            "[kinerja] Laporan progres bawahan jatuh tempo 14 Agustus 2026",
            "[kinerja] Laporan progres bawahan jatuh tempo 14 Agustus 2026",
            "[kinerja] Laporan progres bawahan terlambat sejak 14 Agustus 2026",
        ],
        "head": ["[kinerja] Laporan progres belum diterima sejak 14 Agustus 2026"],
    }
    first, second = mail.texts("head@example.go.id")[0].splitlines()[1:]
    assert first.startswith(
        "1 pegawai dalam lingkup Anda belum mengirim 1 laporan progres yang jatuh tempo pada 14 Agu"
    )
    assert second == "Yang harus dilakukan: minta penjelasan atasan langsung dan putuskan tindak lanjutnya."
    values = personal_values(inputs)
    texts = [text for to in titles for text in mail.texts(f"{to}@example.go.id")]
    assert [leaked(values, text) for text in (*texts, *said, caplog.text)] == [set()] * (len(texts) + len(said) + 1)
    assert "@example.go.id" not in caplog.text
    kept = log_rows(home, "--city", "sibolga")
    assert len({(row["event_key"], row["recipient"]) for row in kept}) == len(kept) == len(texts)
    assert {row["status"] for row in kept} == {"sent"}


def test_after_a_report_nobody_is_reminded_also_of_what_waited(home: Path, inputs: Path, mail: MailServer) -> None:
    configure_people(home, inputs, mail)
    assert remind(home, inputs, "2026-08-07T05:00")["notices"] == {"queued": 1}
    changed(inputs / "progress.csv", with_cells([2], reported_at="2026-08-07T06:00:00"))
    assert remind(home, inputs, "2026-08-07T08:00")["notices"] == {}
    assert mail.received == []
    assert [row["status"] for row in log_rows(home)] == ["dropped"]


def test_who_has_no_address_is_counted(home: Path, inputs: Path, mail: MailServer) -> None:
    configure_people(home, inputs, mail, n=1)
    document = remind(home, inputs, "2026-08-20T09:00")
    assert (document["notices"], document["without_contact"]) == ({"sent": 1}, 2)


def test_a_dry_run_needs_no_addresses_and_keeps_nothing(home: Path, inputs: Path) -> None:
    document = remind(home, inputs, "2026-08-20T09:00", "--dry-run")
    assert document["due"] == [
        {"due_date": DUE, "role": "employee", "turn": "overdue", "n_told": 1, "n_reports": 1},
        {"due_date": DUE, "role": "superior", "turn": "escalated", "n_told": 1, "n_reports": 1},
        {"due_date": DUE, "role": "supervisor", "turn": "overdue", "n_told": 1, "n_reports": 1},
    ]
    assert list(home.iterdir()) == []


def test_where_reports_are_weekly_a_week_without_one_is_told(home: Path, inputs: Path, mail: MailServer) -> None:
    configure_people(home, inputs, mail)
    columns = "objective_id,employee_id,description,target,weight,direction,start_date,due_date"
    plan = f"{columns}\nO1,{chain(inputs)[0]},Laporan,1,1,higher,2026-07-01,2026-09-30\n"
    (inputs / "objectives.csv").write_text(plan, encoding="utf-8")
    for at, expected in [
        ("2026-07-08T09:00", {}),
        ("2026-07-09T09:00", {"sent": 1}),
        ("2026-07-20T09:00", {"sent": 1}),
        ("2026-07-21T09:00", {"sent_before": 1}),
    ]:
        assert remind(home, inputs, at, city="tangerang_selatan")["notices"] == expected, at
    (own,), (above,) = mail.texts("clerk@example.go.id"), mail.texts("supervisor@example.go.id")
    assert own.splitlines()[1] == "Laporan kemajuan Anda untuk minggu ini (sampai 10 Juli 2026) belum diterima."
    assert above.splitlines()[0] == "[kinerja] Bawahan tanpa laporan kemajuan sejak minggu 6 Juli 2026"


def test_refused_rows_owe_nothing(home: Path, inputs: Path) -> None:
    changed(inputs / "progress.csv", lambda records: [*records, ["O2", "999999999999999999", DUE, ""]])
    (row, *_) = remind(home, inputs, "2026-08-07T09:00", "--dry-run")["due"]
    assert (row["n_told"], row["n_reports"]) == (1, 1)


def test_a_city_without_reminders_and_a_delivery_without_progress_say_so(home: Path, inputs: Path) -> None:
    words = ("reminders", "--period", PERIOD, "--inputs", inputs, "--home", home, "--dry-run")
    code, document = kinerja(*words, "--city", "pauh")
    assert (code, document["problems"][0].split(";")[0]) == (2, "operations/pauh: has no `reports` or `weekly_reports`")
    (inputs / "progress.csv").unlink()
    code, document = kinerja(*words, "--city", "sibolga")
    assert (code, document["problems"]) == (
        2,
        [f"progress: no file was delivered in {inputs}; nobody can be reminded without"],
    )


# --- the test message -----------------------------------------------------------------------------------------------


def test_every_recipient_is_tested(home: Path, webhook: Webhook, mail: MailServer) -> None:
    text = f"""\
recipients:
  - {{name: hook, role: data team, url: "{webhook.url("hook")}", events: [run_failed], language: en}}
  - {{name: mail, role: data team, url: "{mail.url("data@example.go.id")}", events: [run_failed]}}
"""
    (home / "notifications.yaml").write_text(text, encoding="utf-8")
    code, document = kinerja("notify", "test", "--home", home)
    assert (code, [one["outcome"] for one in document["recipients"]]) == (0, ["sent", "sent"])
    (text,) = webhook.texts("hook")
    assert text == "[kinerja] Test message\nNotices of kinerja reach this address. There is nothing to do."
    assert mail.texts("data@example.go.id")[0].startswith("[kinerja] Pesan percobaan\n")
    webhook.status = 401
    code, document = kinerja("notify", "test", "--home", home)
    assert (code, document["recipients"][0]["error"]) == (1, "the service answered 401")


def test_no_configuration_and_a_wrong_one_are_said(home: Path) -> None:
    code, document = kinerja("notify", "test", "--home", home)
    assert code == 2
    assert "notifications.yaml: no such file; write it as docs/notifications.md says" in document["problems"][0]
    (home / "notifications.yaml").write_text("recipient: []\nlanguage: xx\n", encoding="utf-8")
    code, document = kinerja("notify", "test", "--home", home)
    assert (code, [problem.rpartition("/")[2].split(": ")[0] for problem in document["problems"]]) == (
        2,
        ["notifications.yaml:1", "notifications.yaml:2"],
    )


def test_files_are_counted_as_a_run_would_take_them(tmp_path: Path) -> None:
    for name in ("orang.csv", "absen-1.csv", "absen-2.csv", "hari.csv", "libur.csv"):
        (tmp_path / name).write_text("employee_id\n", encoding="utf-8")
    text = """\
version: 1
datasets:
  employees: orang.csv
  attendance: {file: 'absen-*.csv'}
  calendar: [hari.csv, {file: libur.csv}]
"""
    (tmp_path / "sources.yaml").write_text(text, encoding="utf-8")
    assert files_of(tmp_path, None) == Counter(file.dataset for file in load_source_map(tmp_path).files)
