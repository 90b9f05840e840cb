"""From hostile files to the page: names that are scripts, a suite that fails in each severity, and nothing leaks.

Through real files, the real validation with Great Expectations, and a real browser.
"""

from __future__ import annotations

import csv
import dataclasses
import html
import importlib
import json
import logging
import os
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reports import write_validation_report
from sources import land, load_source_map, read_dataset
from sources.contracts import DATASETS, SECTORS
from tests.reports.a_browser import CHROMIUM, browse, served_folder
from tests.reports.a_document import a_document
from tests.reports.html_page import Page

if TYPE_CHECKING:
    from expectations.findings import DatasetOutcome


SCRIPT = "<script>fetch('http://127.0.0.1/stolen')</script><img src=x onerror=alert(1)>"
FILE_NAME = "pegawai <script>alert(2)<.csv"
EXTRA_COLUMN = "<script>alert(3)</script>"


def roster() -> list[dict[str, str]]:
    """Twelve people: the 2nd and 3rd row overlap, the types of the 5th and 6th are unknown, every name is a script."""
    rows = []
    for number in range(12):
        person = 1 if number == 2 else number
        rows.append(
            {
                "employee_id": f"19850{person % 9 + 1}012010011{person:03d}",
                "name": f"{SCRIPT} Rahasia-{number:04d}",
                "employment_type": f"{SCRIPT} Jenis-{number}" if number in (4, 5) else "PNS",
                "birth_date": f"1985-0{person % 9 + 1}-01",
                "unit_id": f"<b onclick=alert(4)>Unit-{number:04d}",
                "unit_name": f"{SCRIPT} Dinas-{number:04d}",
                "sector": "general",
                "position_id": f"Jabatan-{number:04d}",
                "position_name": f"{SCRIPT} Kepala-{number:04d}",
                "start_date": f"2011-02-{number + 1:02d}",
                EXTRA_COLUMN: f"Catatan-{number:04d}",
            }
        )
    return rows


def values_of(rows: list[dict[str, str]]) -> set[str]:
    """What must not be seen: each cell but the words of the lists, and the part of it that only it has."""
    listed = {word for column in DATASETS["employees"].columns for word in column.allowed} | set(SECTORS)
    cells = {cell for row in rows for cell in row.values()} - listed
    parts = {part for cell in cells for part in re.findall(r"[A-Z]\w+-\d+|\d{4}-\d\d-\d\d|\d{18}", cell)}
    return cells | parts | {html.escape(cell) for cell in cells} | {json.dumps(cell)[1:-1] for cell in cells}


@dataclass(frozen=True)
class Kept:
    """What a validation of the roster left behind."""

    outcome: DatasetOutcome
    report: Path
    project: Path
    logged: str


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder = tmp_path_factory.mktemp("hostile")
    inputs = folder / "inputs"
    inputs.mkdir()
    rows = roster()
    with (inputs / FILE_NAME).open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    (inputs / "sources.yaml").write_text(
        f"version: 1\ndatasets:\n  employees:\n    file: {json.dumps(FILE_NAME)}\n", encoding="utf-8"
    )
    validation = loaded()
    records: list[logging.LogRecord] = []
    listening = logging.Handler(logging.DEBUG)
    listening.emit = records.append  # type: ignore[method-assign]
    root = logging.getLogger()
    level = root.level
    root.addHandler(listening)
    root.setLevel(logging.DEBUG)
    try:
        outcome = validated(validation, folder, inputs)
    finally:
        root.removeHandler(listening)
        root.setLevel(level)
    logged = "\n".join(f"{one.getMessage()} {one.exc_text or ''} {one.args}" for one in records)
    sizes = {file.sha256: (inputs / FILE_NAME).stat().st_size for file in outcome.files}
    stops = [f"employees: expected that {one.expected}" for one in outcome.findings if one.action == "stopped"]
    part = outcome.document("one row an assignment spell", sizes)
    document = a_document(outcome="stopped", stops=stops, warnings=[], datasets=[part], delivery=[])
    page = write_validation_report(folder / "report", document, lang="en")
    return Kept(outcome, page.parent, folder / "project", logged)


def loaded() -> Any:
    """Great Expectations 1.24 imports two modules that Python 3.11 deprecates."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "module 'sre_(constants|parse)' is deprecated", DeprecationWarning)
        return importlib.import_module("expectations.validation")


def validated(validation: Any, folder: Path, inputs: Path) -> DatasetOutcome:
    """The roster, read from its file and validated; one expectation counts, as no suite of ours has one that does."""
    from great_expectations.expectations import core as gxe

    from expectations.suites.suite import expect
    from tests.expectations.delivered import TIMEZONE, wanted

    suite = validation.SUITES["employees"]
    counting = expect(
        gxe.ExpectColumnValuesToNotMatchRegex,
        "name_holds_markup",
        "info",
        "name holds no markup",
        "Nobody is called that: the export is wrong, or somebody tries how far it goes.",
        column="name",
        regex="<script>",
    )
    source_map = load_source_map(inputs)
    landed = land(source_map, folder / "landing")
    read = read_dataset(source_map, landed, "employees", timezone=TIMEZONE, out=folder / "canonical")
    with pytest.MonkeyPatch.context() as patch:
        rows = lambda numbers: [*suite.rows(numbers), counting]  # noqa: E731  # as the suite's own field
        patch.setitem(validation.SUITES, "employees", dataclasses.replace(suite, rows=rows))
        made: Any = validation.Validation(folder / "project", wanted())
        outcome: DatasetOutcome
        (outcome,) = made.datasets([read])
    return outcome


def test_the_suite_fails_in_each_severity_and_only_warnings_refuse_rows(kept: Kept) -> None:
    failed = {
        one.expectation_id: (one.severity, one.action, one.n_unexpected)
        for one in kept.outcome.findings
        if not one.success
    }
    assert failed == {
        "employment_type_not_in_list": ("warning", "quarantined", 2),
        "name_holds_markup": ("info", "counted", 12),
        "spells_overlap": ("critical", "stopped", 1),
    }
    assert (kept.outcome.n_valid, kept.outcome.n_quarantined) == (10, 2)


def test_no_value_is_in_the_page_the_results_or_the_log(kept: Kept) -> None:
    values = values_of(roster())
    assert len(values) > 100
    kept_texts = {
        str(path): path.read_text(encoding="utf-8")
        for folder in (kept.report, kept.project)
        for path in folder.rglob("*")
        if path.is_file()
    }
    results = [name for name in kept_texts if "validations" in name and name.endswith(".json")]
    assert len(results) == 2, "the results of rows and of the roster as a whole"
    assert "spells_overlap" in "".join(kept_texts.values())
    for name, text in {**kept_texts, "log": kept.logged}.items():
        assert {value for value in values if value in text} == set(), name
    assert values & set(re.findall(r"[A-Z]\w+-\d+", kept.outcome.quarantined.write_csv())), (
        "they are kept for who may see"
    )


def test_names_of_files_and_columns_are_text_and_nothing_else(kept: Kept) -> None:
    page = Page((kept.report / "validation.html").read_text(encoding="utf-8"))
    assert page.all("script") == page.all("img") == page.all("b") == []
    text = page.one("main").text
    assert FILE_NAME in text
    assert EXTRA_COLUMN in text


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_a_browser_runs_nothing_and_asks_for_nothing(kept: Kept, tmp_path: Path) -> None:
    with served_folder(kept.report) as served:
        url = f"{served.url}/validation.html"
        picture = Path(os.environ.get("KINERJA_SCREENSHOT", tmp_path / "report.png"))
        browse(tmp_path / "shot", f"--screenshot={picture}", "--window-size=1280,2400", url)
        assert picture.stat().st_size > 10_000
        done = browse(tmp_path / "dom", "--dump-dom", url)
    assert set(served.asked) == {"/validation.html"}
    assert not re.findall(r"CONSOLE.*", done.stderr)
    assert "name_holds_markup" in done.stdout
    assert "<script" not in done.stdout
