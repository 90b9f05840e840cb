"""The events of real runs, as an endpoint of OpenLineage receives them, held to the official classes."""

from __future__ import annotations

import datetime as dt
import importlib
import inspect
import json
import logging
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import attr
import pytest

from tests.flows.ended import EXAMPLE, ROOT, changed, example, leaked, personal_values, run
from tests.notifications.receivers import LOCAL, Webhook, serving
from warehouse.identity import RESULTS

Event = dict[str, Any]
STEPS = ["land", "read", "validate", "score", "validate_scores", "insights", "load"]


@pytest.fixture(scope="session", autouse=True)
def _loaded() -> None:
    """Libraries that warn while they are imported, before warnings are errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module("expectations.validation")
        importlib.import_module("openlineage.client")


@pytest.fixture(autouse=True)
def _unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KINERJA_NOTIFY", "KINERJA_LINEAGE", "OPENLINEAGE_URL", "OPENLINEAGE_CONFIG", "OPENLINEAGE_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def endpoint() -> Iterator[Webhook]:
    receiver = Webhook()
    with serving(receiver):
        yield receiver


def address(endpoint: Webhook, path: str = "") -> str:
    return f"http://{LOCAL}:{endpoint.server.server_port}{path}"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Event], Path]:
    """The events of the shipped example's run, in a file, and its home."""
    home = tmp_path_factory.mktemp("lineage")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KINERJA_LINEAGE", f"file:{home / 'events' / 'lineage.ndjson'}")
        assert run(home, EXAMPLE).code == 0
    lines = (home / "events" / "lineage.ndjson").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines], home


def told(events: list[Event]) -> list[tuple[str, str]]:
    return [
        (event["eventType"], event["job"]["name"].removeprefix("kalianda.run")) for event in events if "run" in event
    ]


def of_job(events: list[Event], job: str, kind: str = "COMPLETE") -> Event:
    (found,) = [event for event in events if event["job"]["name"] == job and event.get("eventType", kind) == kind]
    return found


def test_the_run_and_each_step_within_it_begin_and_end_once(whole: tuple[list[Event], Path]) -> None:
    events, _ = whole
    expected = [("START", "")]
    for name in STEPS:
        expected += [("START", f".{name}"), ("COMPLETE", f".{name}")]
    assert told(events) == [*expected, ("COMPLETE", "")]
    run_ids = {event["run"]["runId"] for event in events if event["job"]["name"] == "kalianda.run"}
    assert len(run_ids) == 1
    parents = {
        event["run"]["facets"]["parent"]["run"]["runId"]
        for event in events
        if event["job"]["name"].startswith("kalianda.run.")
    }
    assert parents == run_ids
    steps = [(event["job"]["name"], event["run"]["runId"]) for event in events if "run" in event]
    assert len(set(steps)) == len(STEPS) + 1
    assert events[0]["run"]["facets"]["nominalTime"]["nominalStartTime"] == "2026-07-01T00:00:00+07:00"


def test_every_event_and_facet_is_one_the_official_classes_know(whole: tuple[list[Event], Path]) -> None:
    """The client ships no schema files, but classes generated from them: every key must be a field of its class."""
    from openlineage.client.event_v2 import RunEvent
    from openlineage.client.generated import __path__ as folders

    classes: dict[str, Any] = {}
    for file in Path(folders[0]).glob("*.py"):
        module = importlib.import_module(f"openlineage.client.generated.{file.stem}")
        for _, found in inspect.getmembers(module, inspect.isclass):
            if hasattr(found, "_get_schema"):
                classes[found._get_schema()] = found
    n_facets = 0
    for event in whole[0]:
        if "run" in event:
            UUID(event["run"]["runId"])
            assert set(event) == {field.name for field in RunEvent.__attrs_attrs__}
        for facet in facets(event):
            known = classes[facet["_schemaURL"]].__attrs_attrs__
            fields = {field.name: field for field in known}
            assert set(facet) <= set(fields)
            required = {name for name, field in fields.items() if field.default is attr.NOTHING}
            assert required <= set(facet), facet["_schemaURL"]
            assert facet["_producer"] == "https://github.com/kinerja/kinerja"
            n_facets += 1
    assert n_facets > 200


def facets(event: Event) -> Iterator[dict[str, Any]]:
    holders = [event.get("run", {}), event["job"], *event["inputs"], *event["outputs"]]
    for holder in holders:
        for key in ("facets", "inputFacets", "outputFacets"):
            yield from holder.get(key, {}).values()


def test_files_become_rows_scores_and_tables(whole: tuple[list[Event], Path]) -> None:
    events, home = whole
    land, read = of_job(events, "kalianda.run.land"), of_job(events, "kalianda.run.read")
    delivered = {one["name"]: one for one in land["inputs"]}
    attendance = delivered[str(EXAMPLE / "attendance.csv")]
    sha256 = attendance["facets"]["version"]["datasetVersion"]
    assert (home / "landing" / sha256).is_file()
    assert attendance["inputFacets"]["inputStatistics"]["size"] == (EXAMPLE / "attendance.csv").stat().st_size
    assert {one["name"] for one in land["outputs"]} == {one["name"] for one in read["inputs"]}

    outputs = {one["name"]: one for one in read["outputs"]}
    canonical = outputs["kalianda.canonical.attendance"]
    assert [field["name"] for field in canonical["facets"]["schema"]["fields"]][:2] == ["employee_id", "timestamp"]
    assert canonical["outputFacets"]["outputStatistics"]["rowCount"] == 14_388
    (origin,) = canonical["facets"]["columnLineage"]["fields"]["timestamp"]["inputFields"]
    assert (origin["namespace"], origin["name"], origin["field"]) == (
        "file",
        str(home / "landing" / sha256),
        "timestamp",
    )

    checked = {one["name"]: one for one in of_job(events, "kalianda.run.validate")["inputs"]}
    quality = checked["kalianda.canonical.attendance"]["inputFacets"]
    assert quality["dataQualityMetrics"]["rowCount"] == 14_388
    held = {one["name"]: one for one in quality["dataQualityAssertions"]["assertions"]}
    assert held["employee_id_missing"]["success"]
    assert held["employee_id_missing"]["actual"] == "0 of 14388 rows otherwise"

    scored = of_job(events, "kalianda.run.score")
    assert "kalianda.valid.attendance" in {one["name"] for one in scored["inputs"]}
    assert "kalianda.valid.initiatives" not in {one["name"] for one in scored["inputs"]}, "Kalianda scores none"
    written = of_job(events, "kalianda.run")["outputs"]
    assert {model.__tablename__ for model in RESULTS.values()} <= {one["name"] for one in written}
    assert {one["namespace"] for one in written} == {f"sqlite://{home / 'warehouse.db'}"}
    assert {one["facets"]["version"]["datasetVersion"] for one in written} == {"1"}


def test_each_item_says_which_datasets_it_reads(whole: tuple[list[Event], Path]) -> None:
    discipline = of_job(whole[0], "kalianda.item.discipline")
    assert "run" not in discipline
    names = {one["name"].removeprefix("kalianda.valid.") for one in discipline["inputs"]}
    assert names == {"employees", "attendance", "leave"}
    assert [one["name"] for one in discipline["outputs"]] == ["kalianda.results.indicators"]


def test_no_event_holds_anybody(whole: tuple[list[Event], Path]) -> None:
    assert leaked(personal_values(EXAMPLE), json.dumps(whole[0], ensure_ascii=False)) == set()


def test_columns_come_from_where_the_mapping_says(
    tmp_path: Path, endpoint: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KINERJA_LINEAGE", address(endpoint))
    inputs = example(tmp_path / "inputs", ("employees",))
    (inputs / "log.csv").write_text("PIN,Tanggal,Jam\n7,01/07/2026,07:15\n", encoding="utf-8")
    (inputs / "pins.csv").write_text("pin,nip\n7,197108311997032001\n", encoding="utf-8")
    (inputs / "sources.yaml").write_text(
        """\
version: 1
datasets:
  employees: employees.csv
  attendance:
    file: log.csv
    columns:
      employee_id: {from: PIN, lookup: {file: pins.csv, key: pin, value: nip}}
      timestamp: {date: Tanggal, time: Jam, formats: "%d/%m/%Y %H:%M"}
      device_id: {constant: M1}
""",
        encoding="utf-8",
    )
    assert run(tmp_path / "home", inputs).code == 0
    read = of_job(endpoint.received, "kalianda.run.read")
    (attendance,) = [one for one in read["outputs"] if one["name"] == "kalianda.canonical.attendance"]
    fields = attendance["facets"]["columnLineage"]["fields"]
    origins = {
        column: [(one["field"], one["transformations"][0]["subtype"]) for one in told["inputFields"]]
        for column, told in fields.items()
    }
    assert origins == {
        "employee_id": [("nip", "TRANSFORMATION"), ("PIN", "TRANSFORMATION")],
        "timestamp": [("Tanggal", "TRANSFORMATION"), ("Jam", "TRANSFORMATION")],
    }


def test_a_run_in_parts_and_a_refresh_say_the_same_of_datasets(
    tmp_path: Path, endpoint: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.order import Order
    from flows.refresh import refresh
    from flows.seam import Caller

    monkeypatch.setenv("KINERJA_LINEAGE", address(endpoint))
    inputs = example(tmp_path / "inputs")
    assert run(tmp_path / "parts", inputs, "--partitions", "2").code == 0
    in_parts = endpoint.received[:]
    endpoint.received.clear()
    home = tmp_path / "refresh"
    order = Order(
        city="kalianda",
        period="2026-Q3",
        inputs=inputs,
        home=home,
        warehouse_url=f"sqlite:///{home / 'warehouse.db'}",
        ordered_at=dt.datetime(2026, 9, 20, tzinfo=dt.UTC),
    )
    refresh(order, Caller())
    scored = [of_job(in_parts, "kalianda.run.join"), of_job(endpoint.received, "kalianda.run.score")]
    assert [len(one["inputs"]) for one in scored] == [8, 8]
    assert {one["name"] for one in scored[0]["outputs"]} == {one["name"] for one in scored[1]["outputs"]}
    assert "kalianda.results.scores" in {one["name"] for one in scored[0]["outputs"]}
    assert told(in_parts)[-1] == told(endpoint.received)[-1] == ("COMPLETE", "")
    parts = {event["run"]["runId"] for event in in_parts if event["job"]["name"] == "kalianda.run.score"}
    assert len(parts) == 2, "each part is a run of the job"


def test_a_stopped_run_fails_with_what_was_said_and_what_was_found(
    tmp_path: Path, endpoint: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KINERJA_LINEAGE", address(endpoint, "/api/v1/lineage"))
    inputs = example(tmp_path / "inputs")
    changed(inputs / "employees.csv", lambda records: records[:1])
    assert run(tmp_path / "home", inputs).code == 3
    assert {event["path"] for event in endpoint.received} == {"/api/v1/lineage"}
    assert told(endpoint.received)[-2:] == [("COMPLETE", ".validate"), ("FAIL", "")]
    failed = endpoint.received[-1]
    message = failed["run"]["facets"]["errorMessage"]["message"]
    assert message == "employees: employees.csv holds no row. Without a roster there is nobody to score."
    assert len(failed["inputs"]) == 3
    assert failed["outputs"] == []
    (roster,) = [
        one
        for one in of_job(endpoint.received, "kalianda.run.validate")["inputs"]
        if one["name"] == "kalianda.canonical.employees"
    ]
    broken = [one for one in roster["inputFacets"]["dataQualityAssertions"]["assertions"] if not one["success"]]
    assert [(one["severity"], one["params"]["action"]) for one in broken] == [("error", "stopped")]


def test_a_step_that_fails_is_told(tmp_path: Path, endpoint: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINERJA_LINEAGE", address(endpoint))
    inputs = example(tmp_path / "inputs")
    (inputs / "attendance.csv").write_bytes("employee_id,timestamp\n".encode("utf-16"))
    assert run(tmp_path / "home", inputs).code == 3
    assert told(endpoint.received)[-2:] == [("FAIL", ".read"), ("FAIL", "")]


def test_the_clients_own_settings_do_too(tmp_path: Path, endpoint: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "openlineage.yml"
    config.write_text(f"transport: {{type: http, url: '{address(endpoint)}', endpoint: mine}}\n", encoding="utf-8")
    monkeypatch.setenv("OPENLINEAGE_CONFIG", str(config))
    inputs = example(tmp_path / "inputs")
    assert run(tmp_path / "home", inputs).code == 0
    assert {event["path"] for event in endpoint.received} == {"/mine"}
    n_events = len(endpoint.received)
    assert run(tmp_path / "home", inputs).code == 0
    again = of_job(endpoint.received[n_events:], "kalianda.run")
    assert again["outputs"] == [], "nothing new was published"


@pytest.mark.parametrize("status", [500, 401, None])
def test_an_endpoint_that_refuses_or_is_not_there_fails_no_run(
    status: int | None,
    tmp_path: Path,
    endpoint: Webhook,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING, "flows")
    if status is None:
        monkeypatch.setenv("KINERJA_LINEAGE", f"http://geheim@{LOCAL}:9/lineage")
    else:
        endpoint.status = status
        monkeypatch.setenv("KINERJA_LINEAGE", address(endpoint))
    ended = run(tmp_path / "home", example(tmp_path / "inputs"))
    assert (ended.code, [one["status"] for one in ended.runs]) == (0, ["published"])
    assert endpoint.received == []
    said = [record.getMessage() for record in caplog.records if record.name == "flows.lineage"]
    assert len(said) == 1, "it is asked once a run"
    assert said[0].startswith("lineage of this run is not complete: ")
    assert "geheim" not in said[0]


def test_who_does_not_want_it_pays_nothing() -> None:
    script = "import sys, flows.watches, flows.pipeline; print(sorted({'openlineage', 'apprise'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
