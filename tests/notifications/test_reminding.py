"""The daily flow on a real server of Prefect: what it tells, what it keeps, and that it tells once."""

from __future__ import annotations

import asyncio
import csv
import datetime as dt
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flows.orchestration.scheduled import under_way
from policies import Period
from tests.flows.ended import example, leaked, personal_values
from tests.notifications.agreements import attendance_by_month
from tests.notifications.receivers import Webhook
from warehouse import open_warehouse

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("validation_loaded")]


async def _artifacts(flow_run_id: Any) -> list[Any]:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter

    this = FlowRunFilter.model_validate({"id": {"any_": [flow_run_id]}})
    async with get_client() as client:
        return list(await client.read_artifacts(flow_run_filter=this))


@pytest.fixture
def inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The quarter under way in Sibolga: a report of one employee is due today."""
    root = tmp_path / "inputs"
    monkeypatch.setenv("KINERJA_INPUTS", str(root))
    today = dt.datetime.now(ZoneInfo("Asia/Jakarta")).date()
    folder = example(root / "sibolga" / under_way("quarter", today).name, ("employees",))
    with (folder / "employees.csv").open(encoding="utf-8") as stream:
        employee = next(row["employee_id"] for row in csv.DictReader(stream) if not row["end_date"])
    progress = f"objective_id,employee_id,due_at,reported_at\nO1,{employee},{today},\n"
    (folder / "progress.csv").write_text(progress, encoding="utf-8")
    return folder


def test_the_flow_tells_once_and_shows_what_is_due_without_anybody(
    server: None, home: Path, inputs: Path, webhook: Webhook
) -> None:
    from flows.orchestration.reminding import reminders

    with (inputs / "progress.csv").open(encoding="utf-8") as stream:
        employee = next(csv.DictReader(stream))["employee_id"]
    channel = webhook.url("{address}")
    (home / "notifications.yaml").write_text(
        f"contacts:\n  file: contacts.csv\n  channels: {{hook: '{channel}'}}\n", encoding="utf-8"
    )
    (home / "contacts.csv").write_text(f"employee_id,channel,address\n{employee},hook,somebody\n", encoding="utf-8")
    # On days off and at night the notice waits in the log; either way there is one.
    for _ in range(2):
        state = reminders(city="sibolga", home=home, return_state=True)
        assert state.type.value == "COMPLETED", state.message
    late, *_, due = state.result()
    assert {row["state"] for row in late["datasets"]} <= {"late", "awaited"}
    told = {row["role"]: (row["turn"], row["n_reports"]) for row in due["due"]}
    assert told["employee"] == ("before_0", 1)
    with open_warehouse(f"sqlite:///{home / 'warehouse.db'}") as warehouse:
        columns, rows = warehouse.notifications.rows("sibolga")
        (kept,) = [dict(zip(columns, row, strict=True)) for row in rows]
    assert (kept["recipient"], kept["kind"]) == (employee, "report_due")
    assert len(webhook.texts("somebody")) == (kept["status"] == "sent")
    artifacts = asyncio.run(_artifacts(state.state_details.flow_run_id))
    (table,) = [one for one in artifacts if one.key == "sibolga-due"]
    assert "1 progress reports" in [row["what"] for row in json.loads(table.data)]
    assert leaked(personal_values(inputs), str(artifacts)) == set()


def test_without_a_configuration_it_keeps_what_came_and_tells_nobody(server: None, home: Path, inputs: Path) -> None:
    from flows.orchestration.reminding import reminders

    state = reminders(city="pauh", home=home, return_state=True)
    assert state.type.value == "COMPLETED", state.message
    with open_warehouse(f"sqlite:///{home / 'warehouse.db'}") as warehouse:
        assert len(list(warehouse.notifications.arrivals("pauh").rows)) >= 8
        assert list(warehouse.notifications.rows().rows) == []


def test_months_of_the_quarter_under_way_are_looked_after_too(
    server: None, home: Path, inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.orchestration.reminding import reminders

    monkeypatch.setenv("KINERJA_POLICIES_DIR", str(attendance_by_month(tmp_path / "policies", "kalianda")))
    state = reminders(city="kalianda", home=home, return_state=True)
    assert state.type.value == "COMPLETED", state.message
    looked = {row["of"] for one in state.result() for row in one.get("datasets", ()) if row["dataset"] == "attendance"}
    running = Period.parse(inputs.name)
    months = {month.name for month in running.months}
    assert months < looked
    with open_warehouse(f"sqlite:///{home / 'warehouse.db'}") as warehouse:
        columns, rows = warehouse.notifications.arrivals("kalianda")
        kept = [dict(zip(columns, row, strict=True)) for row in rows]
    assert months < {row["period"] for row in kept if row["dataset"] == "attendance"}
