"""`kinerja templates`: filled in as they say they are read without complaint; `check --messages` says the rest."""

from __future__ import annotations

import csv
import html
import json
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner
from xlsxwriter import Workbook

from flows.cli import app
from flows.cli import main as run_command
from flows.messages import remedy
from flows.templates import EXAMPLES, GUIDE, _fill_in, example_row, wanted_by
from policies import Period
from sources.contracts import DATASETS, Kind
from tests.insights.asked import policy_of

ALL = [word for name in DATASETS for word in ("--dataset", name)]
ASKED = ["--city", "kalianda", "--period", "2026-Q3"]


def write(out: Path, *words: str) -> None:
    ended = CliRunner().invoke(app, ["templates", *ASKED, "--out", str(out), *words])
    assert ended.exit_code == 0, ended.output


def check(inputs: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any], list[Any]]:
    messages = home / "messages.json"
    capsys.readouterr()
    code = run_command(
        ["check", *ASKED, "--inputs", str(inputs), "--home", str(home), "--messages", str(messages), "--json"]
    )
    return code, json.loads(capsys.readouterr().out), json.loads(messages.read_text())


def read(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream))


def test_templates_are_those_of_the_city(tmp_path: Path) -> None:
    write(tmp_path / "t", "--format", "csv")
    names = {path.stem for path in (tmp_path / "t").glob("*.csv")} - {GUIDE}
    assert names == set(wanted_by(policy_of("kalianda")))
    assert {"employees", "attendance", "developments"} <= names
    assert "progress" not in set(wanted_by(policy_of("bangko")))


@pytest.mark.usefixtures("validation_loaded")
def test_example_rows_are_valid_and_empty_templates_are_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "t", "--format", "csv", *ALL)
    code, found, messages = check(tmp_path / "t" / EXAMPLES, tmp_path / "home", capsys)
    assert code == 0, found
    assert messages == []
    assert {file["dataset"]: (file["valid"], file["quarantined"]) for file in found["files"]} == dict.fromkeys(
        DATASETS, (1, 0)
    )
    code, found, _ = check(tmp_path / "t", tmp_path / "home", capsys)
    assert code == 3, "a template that was left empty is no delivery"


def test_a_workbook_offers_the_words_of_each_list(tmp_path: Path) -> None:
    write(tmp_path, "--dataset", "employees", "--dataset", "ratings")
    for name in ("employees", "ratings"):
        with zipfile.ZipFile(tmp_path / f"{name}.xlsx") as book:
            sheet, texts = (book.read(part).decode() for part in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"))
            names = book.read("xl/workbook.xml").decode()
        offered = re.findall(r'<dataValidation type="list"[^>]*>\s*<formula1>"([^"]*)"', html.unescape(sheet))
        assert offered == [",".join(column.allowed) for column in DATASETS[name].columns if column.allowed]
        assert all(f">{column}<" in texts for column in DATASETS[name].names)
        assert f'name="{name}"' in names
        assert f'name="{GUIDE}"' in names


@pytest.mark.usefixtures("validation_loaded")
def test_a_workbook_that_was_filled_in_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "t"
    write(out, "--dataset", "employees", "--dataset", "ratings")
    for name in ("employees", "ratings"):
        dataset = DATASETS[name]
        with Workbook(out / f"{name}.xlsx", {"strings_to_numbers": False}) as book:
            sheet = book.add_worksheet(name)
            _fill_in(book, sheet, dataset)
            for place, (column, value) in enumerate(example_row(dataset, Period.parse("2026-Q3")).items()):
                if dataset.column(column).kind in (Kind.INTEGER, Kind.DECIMAL) and value:
                    sheet.write_number(1, place, float(value))
                else:
                    sheet.write_string(1, place, value)
            book.add_worksheet(GUIDE)
    code, found, messages = check(out, tmp_path / "home", capsys)
    assert (code, messages) == (0, []), found
    assert [(file["dataset"], file["valid"]) for file in found["files"]] == [("employees", 1), ("ratings", 1)]


def test_what_was_filled_in_is_not_overwritten(tmp_path: Path) -> None:
    write(tmp_path, "--format", "csv", "--dataset", "leave")
    ended = CliRunner().invoke(app, ["templates", *ASKED, "--out", str(tmp_path), "--format", "csv"])
    assert "already holds leave" in str(ended.exception)
    ended = CliRunner().invoke(app, ["templates", *ASKED, "--out", str(tmp_path / "x"), "--dataset", "cuti"])
    assert "unknown dataset cuti" in str(ended.exception)


@pytest.mark.usefixtures("validation_loaded")
def test_each_wrong_row_has_its_message_and_no_value(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "t", "--format", "csv", *ALL)
    inputs = tmp_path / "inputs"
    shutil.copytree(tmp_path / "t" / EXAMPLES, inputs)
    header, row = read(inputs / "ratings.csv")

    def changed(**cells: str) -> str:
        return ",".join(cells.get(name, value) for name, value in zip(header, row, strict=True))

    lines = [
        ",".join(header),
        changed(),
        changed(rater_role="sahabat"),
        changed(level="RAHASIA"),
        changed(employee_id="199001012015011999"),
        changed(item=""),
        changed(level="9"),
    ]
    (inputs / "ratings.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    code, _, messages = check(inputs, tmp_path / "home", capsys)
    assert code == 0
    told = {(one["row"], one["column"], one["reason"]): one["remedy"] for one in messages}
    assert told == {
        (3, "rater_role", "rater_role_not_in_list"): "use one of self, supervisor, peer, subordinate",
        (4, "level", "does_not_parse"): "write a number with a point, such as 1.5",
        (5, "employee_id", "not_on_roster"): "correct the number, or add the person to employees",
        (6, "item", "item_missing"): "fill it in: item of the instrument",
        (7, "level,level_max", "level_out_of_range"): "give a level of the scale: 1 to level_max",
    }
    assert {one["file"] for one in messages} == {"ratings.csv"}
    text = json.dumps(messages)
    assert not any(value in text for value in ("sahabat", "RAHASIA", "199001012015011999"))


@pytest.mark.usefixtures("validation_loaded")
def test_rows_that_stop_a_run_are_told_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "t", "--format", "csv", *ALL)
    inputs = tmp_path / "t" / EXAMPLES
    header, row = read(inputs / "employees.csv")
    row[header.index("sector")] = "pertanian"
    (inputs / "employees.csv").write_text(f"{','.join(header)}\n{','.join(row)}\n", encoding="utf-8")
    code, _, messages = check(inputs, tmp_path / "home", capsys)
    assert code == 3
    (one,) = [one for one in messages if one["effect"] == "stops"]
    assert (one["dataset"], one["row"], one["column"]) == ("employees", 2, "sector")
    assert "pertanian" not in json.dumps(messages)


@pytest.mark.parametrize(
    ("dataset", "reason", "column", "words"),
    [
        ("survey_responses", "u1_out_of_range", "u1", "give a number that is 1 to 4"),
        ("objectives", "weight_out_of_range", "weight", "give a number that is more than 0"),
        ("service_requests", "paused_hours_out_of_range", "paused_hours", "give a number that is 0 or more"),
        ("initiatives", "key_repeated", "", "keep one row for each initiative_id: the last one stands"),
        ("leave", "ends_before_it_starts", "end_date,start_date", "correct end_date or start_date"),
        ("leave", "does_not_parse", "", "give the row as many cells as the header has"),
        ("leave", "does_not_parse", "start_date", "write a day as 2026-07-31"),
    ],
)
def test_the_remedy_fits_the_column(dataset: str, reason: str, column: str, words: str) -> None:
    assert remedy(dataset, reason, column) == words
