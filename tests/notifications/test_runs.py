"""What people hear of real runs of the shipped example, and what a run does where they cannot be told."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import pytest

from flows.notifications.runs import notify_failure
from flows.order import Order
from tests.flows.ended import (
    CITY,
    PERIOD,
    changed,
    example,
    leaked,
    personal_values,
    process_environment,
    run,
    words_of,
)
from tests.forked import COMMAND, Forked
from tests.notifications.receivers import LOCAL, MailServer, Webhook
from warehouse import WarehouseError, open_warehouse

pytestmark = pytest.mark.usefixtures("validation_loaded")
ALL = "[run_failed, run_stopped, run_crashed, delivery_warning, data_late]"


def configure(home: Path, url: str, events: str = ALL, language: str = "id") -> None:
    text = (
        f"language: {language}\nrecipients:\n  - {{name: data-team, role: data team, url: '{url}', events: {events}}}\n"
    )
    (home / "notifications.yaml").write_text(text, encoding="utf-8")


def told(home: Path) -> list[tuple[str, str]]:
    with open_warehouse(f"sqlite:///{home / 'warehouse.db'}") as warehouse:
        columns, rows = warehouse.notifications.rows()
        found = [dict(zip(columns, row, strict=True)) for row in rows]
    return [(one["kind"], one["status"]) for one in found]


def test_a_stopped_run_is_told_by_mail_with_what_to_do_and_where_to_look(
    home: Path, tmp_path: Path, mail: MailServer
) -> None:
    configure(home, mail.url("data@example.go.id"))
    inputs = example(tmp_path / "inputs")
    changed(inputs / "employees.csv", lambda records: records[:1])
    ended = run(home, inputs)
    assert ended.code == 3
    (text,) = mail.texts("data@example.go.id")
    (kept,) = ended.runs
    report = home / "reports" / kept["run_id"] / "validation.html"
    assert text.splitlines() == [
        "[kinerja] Kalianda 2026-Q3: dihentikan, data tidak dapat dipakai",
        "Pemeriksaan data Kalianda 2026-Q3 menemukan kesalahan berat. Tidak ada yang diterbitkan.",
        "Yang ditemukan:",
        "- employees: employees.csv holds no row. Without a roster there is nobody to score.",
        "Yang harus dilakukan: buka laporan pemeriksaan, minta pemilik data memperbaiki berkasnya, lalu jalankan lagi.",
        f"Nomor proses: {kept['run_id']}",
        f"Laporan: {report}",
    ]
    assert report.is_file()
    assert told(home) == [("run_stopped", "sent")]


def test_a_run_with_warnings_is_told_with_its_address_and_nobody_in_it(
    home: Path, tmp_path: Path, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KINERJA_REPORTS_URL", "https://kinerja.example.go.id/reports/")
    configure(home, webhook.url("a"), language="en")
    inputs = example(tmp_path / "inputs")
    ended = run(home, inputs)
    assert ended.code == 0
    (text,) = webhook.texts("a")
    (kept,) = ended.runs
    assert text.startswith("[kinerja] Kalianda 2026-Q3: done, with warnings\n")
    assert "service_requests" in text
    assert text.endswith(f"Report: https://kinerja.example.go.id/reports/{kept['run_id']}/validation.html")
    assert leaked(personal_values(inputs), text) == set()
    assert run(home, inputs).code == 0
    assert run(home, inputs, "--known-as-of", "2026-09-20").code == 0
    assert len(webhook.texts("a")) == 1, "the same warnings again, and those of a period under way, are no news"
    with open_warehouse(f"sqlite:///{home / 'warehouse.db'}") as warehouse:
        columns, rows = warehouse.notifications.arrivals(CITY, PERIOD)
        seen = {one["dataset"]: one for one in (dict(zip(columns, row, strict=True)) for row in rows)}
    assert seen["attendance"]["arrived_at"] is not None
    assert (seen["ratings"]["arrived_at"], seen["ratings"]["n_files"]) == (None, 0)


def test_an_order_that_is_wrong_is_told_where_nobody_watches(home: Path, tmp_path: Path, webhook: Webhook) -> None:
    configure(home, webhook.url("a"))
    ended = run(home, tmp_path / "nowhere")
    assert ended.code == 2
    (text,) = webhook.texts("a")
    assert f"- {tmp_path / 'nowhere'}: no such folder: give the folder that holds the input files" in text
    assert "Nomor proses: -" in text


def test_a_mail_server_that_is_down_does_not_fail_a_run(home: Path, tmp_path: Path) -> None:
    configure(home, f"mailto://geheim:geheim@{LOCAL}:9?from=a@b.id&to=c@d.id&mode=insecure")
    ended = run(home, example(tmp_path / "inputs"))
    assert (ended.code, [one["status"] for one in ended.runs]) == (0, ["published"])
    assert told(home) == [("delivery_warning", "failed")]
    assert "geheim" not in ended.out + ended.err


def test_a_configuration_that_is_wrong_does_not_fail_a_run(
    home: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    configure(home, "nonsense://geheim")
    inputs = example(tmp_path / "inputs")
    changed(inputs / "employees.csv", lambda records: records[:1])
    assert run(home, inputs).code == 3
    assert "nobody will be told of this run" in caplog.text
    assert "notifications.yaml:3: recipients[0].url: is no URL that Apprise can use" in caplog.text
    assert "geheim" not in caplog.text


def test_a_warehouse_that_is_lost_is_told_once(home: Path, tmp_path: Path, webhook: Webhook) -> None:
    configure(home, webhook.url("a"), language="en")
    lost = f"postgresql://kinerja:geheim@{LOCAL}:9/kinerja"
    ended = run(home, example(tmp_path / "inputs"), "--warehouse", lost)
    assert ended.code == 1
    (text,) = webhook.texts("a")
    assert text.startswith("[kinerja] Kalianda 2026-Q3: the run failed\n")
    assert "cannot be reached" in text
    assert "geheim" not in text


def test_a_warehouse_that_breaks_while_it_is_loaded_is_told_once(
    home: Path, tmp_path: Path, webhook: Webhook, caplog: pytest.LogCaptureFixture
) -> None:
    from flows.pipeline import run_period
    from flows.seam import Caller, Watch

    class Breaks(Watch):
        """Damages the warehouse just before it is loaded: what a connection has mapped must not be written under it."""

        def begins(self, title: str) -> None:
            if title == "validate scores":
                for file in home.glob("warehouse.db*"):
                    file.write_bytes(b"no database " * 1000)

    configure(home, webhook.url("a"), language="en")
    order = Order(
        city=CITY,
        period=PERIOD,
        inputs=example(tmp_path / "inputs"),
        home=home,
        warehouse_url=f"sqlite:///{home / 'warehouse.db'}",
        ordered_at=dt.datetime.now(dt.UTC),
    )
    with pytest.raises(WarehouseError):
        run_period(order, Caller(Breaks()))
    (text,) = webhook.texts("a")
    assert text.startswith("[kinerja] Kalianda 2026-Q3: the run failed\n")
    assert "not an SQLite database" in text or "damaged" in text
    since = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
    notify_failure(CITY, PERIOD, "failed", ["x"], flow_run_id="f1", since=since, now=dt.datetime.now(dt.UTC), home=home)
    assert len(webhook.texts("a")) == 1


def test_of_an_exception_only_its_name_is_told_unless_it_is_written_for_users(home: Path, webhook: Webhook) -> None:
    configure(home, webhook.url("a"), language="en")
    now = dt.datetime.now(dt.UTC)
    for number, problem in enumerate(
        (
            "Flow run encountered an exception: ComputeError: cannot parse `rahasia`",
            "Flow run encountered an exception: SourceError: inputs: no such folder",
        )
    ):
        notify_failure(
            "pauh", f"2026-0{number + 1}", "failed", [problem], flow_run_id=str(number), since=now, now=now, home=home
        )
    first, second = webhook.texts("a")
    assert "- Flow run encountered an exception: ComputeError\n" in first
    assert "rahasia" not in first
    assert "SourceError: inputs: no such folder" in second


def killed_while_reading(home: Path, inputs: Path) -> None:
    with Forked(COMMAND, words_of(home, inputs), process_environment()) as process:
        while not (list(home.glob("runs/*/*/*/canonical")) or process.poll() is not None):
            time.sleep(0.02)
        process.kill()


def test_a_run_killed_is_told_by_the_hook_and_not_again_by_the_next_run(
    home: Path, tmp_path: Path, webhook: Webhook
) -> None:
    configure(home, webhook.url("a"), "[run_failed, run_stopped, run_crashed]")
    inputs = example(tmp_path / "inputs")
    began = dt.datetime.now(dt.UTC)
    killed_while_reading(home, inputs)

    def hook() -> None:
        notify_failure(
            CITY, PERIOD, "crashed", [], flow_run_id="f1", since=began, now=dt.datetime.now(dt.UTC), home=home
        )

    hook()
    hook()
    ended = run(home, inputs)
    assert [one["status"] for one in ended.runs] == ["crashed", "published"]
    (text,) = webhook.texts("a")
    assert text.startswith("[kinerja] Kalianda 2026-Q3: proses terputus\n")
    assert f"Nomor proses: {ended.runs[0]['run_id']}" in text


def test_the_next_run_tells_of_one_that_nobody_saw_dying(home: Path, tmp_path: Path, webhook: Webhook) -> None:
    configure(home, webhook.url("a"), "[run_crashed]")
    inputs = example(tmp_path / "inputs")
    killed_while_reading(home, inputs)
    ended = run(home, inputs)
    run(home, inputs)
    assert ended.runs[0]["status"] == "crashed"
    assert len(webhook.texts("a")) == 1


def test_the_hook_is_silent_where_the_run_has_told_and_speaks_where_it_never_began(
    home: Path, tmp_path: Path, webhook: Webhook
) -> None:
    configure(home, webhook.url("a"))
    inputs = example(tmp_path / "inputs")
    changed(inputs / "employees.csv", lambda records: records[:1])
    began = dt.datetime.now(dt.UTC)
    run(home, inputs)

    def hook(flow_run_id: str, since: dt.datetime) -> None:
        now = dt.datetime.now(dt.UTC)
        notify_failure(
            CITY,
            PERIOD,
            "failed",
            ["the worker has no module x"],
            flow_run_id=flow_run_id,
            since=since,
            now=now,
            home=home,
        )

    hook("f1", began)
    assert len(webhook.texts("a")) == 1
    for _ in range(2):
        hook("f2", dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1))
    first, second = webhook.texts("a")
    assert "dihentikan" in first
    assert "- the worker has no module x" in second
