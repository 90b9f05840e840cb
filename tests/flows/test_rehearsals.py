"""Everything that goes wrong at a period's end, rehearsed: exit code, one clear message, and nothing loaded."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.flows.ended import (
    EXAMPLE,
    SMALL,
    Ended,
    Records,
    changed,
    example,
    leaked,
    personal_values,
    process_environment,
    process_words,
    run,
    with_cells,
    words_of,
)

pytestmark = [pytest.mark.usefixtures("validation_loaded")]

EXCEL = "1.98501E+17"
REPORT = r"Nothing was loaded\. The validation report: {home}/reports/\S+/validation\.html"


@dataclass(frozen=True)
class Rehearsal:
    """A mistake, and all that is said of it: `said` are regular expressions, one a line."""

    name: str
    code: int
    said: tuple[str, ...]
    spoil: Callable[[Path], object] = lambda _: None
    words: tuple[str, ...] = ()
    options: dict[str, str] = field(default_factory=dict)


def mapped(text: str) -> Callable[[Path], object]:
    """A sources.yaml beside the files."""
    return lambda folder: (folder / "sources.yaml").write_text(text, encoding="utf-8")


def cells(name: str, *rows_of_file: int, **columns: str) -> Callable[[Path], object]:
    return lambda folder: changed(folder / f"{name}.csv", with_cells(rows_of_file, **columns))


def only(name: str, n_rows: int) -> Callable[[Path], object]:
    """The file keeps its header and the first rows."""
    return lambda folder: changed(folder / f"{name}.csv", lambda records: records[: n_rows + 1])


def second_spell(folder: Path) -> None:
    """The person of row 4, whose spell is open, gets another from 1 August, at the end of the file."""

    def change(records: Records) -> Records:
        again = dict(zip(records[0], records[3], strict=True)) | {"start_date": "2026-08-01", "end_date": ""}
        return [*records, list(again.values())]

    changed(folder / "employees.csv", change)


def strangers(folder: Path) -> None:
    """Two of three events are of somebody who is not on the roster."""

    def change(records: Records) -> Records:
        return [["199912312024011999", *r[1:]] if place % 3 else r for place, r in enumerate(records)]

    changed(folder / "attendance.csv", change)


REHEARSALS = [
    Rehearsal(
        "no inputs folder",
        2,
        (r"kinerja: {inputs}: no such folder: give the folder that holds the input files",),
        lambda folder: [*(file.unlink() for file in folder.iterdir()), folder.rmdir()],
    ),
    Rehearsal(
        "a file the mapping names",
        2,
        (r"kinerja: sources\.yaml:4: atendance\.csv: no such file in {inputs}; did you mean 'attendance\.csv'\?",),
        mapped("version: 1\ndatasets:\n  employees: employees.csv\n  attendance: atendance.csv\n"),
    ),
    Rehearsal(
        "a misspelt key of the mapping",
        2,
        (r"kinerja: sources\.yaml:5: datasets\.employees\.0\.delimeter: unknown key; did you mean 'delimiter'\?",),
        mapped("version: 1\ndatasets:\n  employees:\n    file: employees.csv\n    delimeter: ';'\n"),
    ),
    Rehearsal(
        "an unknown city",
        2,
        (r"kinerja: cities: no policy of a city 'jakarta'; known: bangko, kalianda, pauh, sibolga, tangerang_selatan",),
        options={"city": "jakarta"},
    ),
    Rehearsal(
        "a period before the first policy",
        2,
        (
            (
                r"kinerja: cities/kalianda, (national/\w+, ){6}national/\w+: no file in force on 2025-10-01, when "
                r"2025-Q4 begins; the first is in force from 2026-01-01; score a later period, or add the file that "
                r"was in force then"
            ),
        ),
        options={"period": "2025-Q4"},
    ),
    Rehearsal(
        "a malformed period",
        2,
        (
            (
                r"kinerja: --period: '2026-Q5' is not a period; write a quarter \(2026-Q3\), a month \(2026-07\) or a "
                r"year \(2026\)"
            ),
        ),
        options={"period": "2026-Q5"},
    ),
    Rehearsal(
        "shares that are none",
        2,
        (
            r"kinerja: 2 problems",
            r"  --require attendance=0\.9: write a dataset and a share from 0 to 1, such as attendance:0\.9",
            r"  --require leave:2: write a dataset and a share from 0 to 1, such as attendance:0\.9",
        ),
        words=("--require", "attendance=0.9", "--require", "leave:2"),
    ),
    Rehearsal(
        "a share of no dataset",
        2,
        (r"kinerja: requires: atendance is no dataset; known: employees, schedules, .*",),
        words=("--require", "atendance:0.9"),
    ),
    Rehearsal(
        "no roster",
        3,
        (
            (
                r"kinerja: employees: no file was delivered in {inputs}; without a roster there is nobody to score\. "
                r"Add employees\.csv, or name the file that holds the roster in sources\.yaml\."
            ),
        ),
        lambda folder: (folder / "employees.csv").unlink(),
    ),
    Rehearsal(
        "a roster of a header alone",
        3,
        (r"kinerja: employees: employees\.csv holds no row\. Without a roster there is nobody to score\.", REPORT),
        only("employees", 0),
    ),
    Rehearsal(
        "a roster whose rows are all refused",
        3,
        (
            (
                r"kinerja: employees: all rows of employees\.csv are refused \(9\)\. "
                r"Without a roster there is nobody to score\."
            ),
            REPORT,
        ),
        lambda folder: [only("employees", 9)(folder), cells("employees", *range(2, 11), employee_id="0042")(folder)],
    ),
    Rehearsal(
        "a file of a header alone",
        3,
        (
            (
                r"kinerja: attendance: attendance\.csv holds no row\. A file that is there but holds nothing is a "
                r"failed export, not a quiet quarter; deliver it again, or take it away\."
            ),
            REPORT,
        ),
        only("attendance", 0),
    ),
    Rehearsal(
        "a file of no byte",
        3,
        (r"kinerja: leave: leave\.csv holds no row\. A file that is there but holds nothing is a failed .*", REPORT),
        lambda folder: (folder / "leave.csv").write_bytes(b""),
    ),
    *(
        Rehearsal(
            f"identifiers of {name} that went through a spreadsheet",
            3,
            (
                (
                    rf"kinerja: {name}\.csv: column employee_id, first in record 4, 2 records: identifiers went "
                    r"through a spreadsheet's numbers \(such as 1\.98501E\+17\), which keep 15 digits: .*\. Format the "
                    r"column as text in the original, enter the identifiers anew and export again\."
                ),
            ),
            cells(name, 4, 6, employee_id=EXCEL),
        )
        for name in ("employees", "attendance")
    ),
    Rehearsal(
        "a file in UTF-16",
        3,
        (
            (
                r"kinerja: leave\.csv: its first bytes: it is UTF-16 or UTF-32 text, which reads as rubbish where "
                r"UTF-8 is expected\. Save it as UTF-8, or write 'encoding: utf-16' beside the file in sources\.yaml\."
            ),
        ),
        lambda folder: (folder / "leave.csv").write_bytes((folder / "leave.csv").read_text("utf-8").encode("utf-16")),
    ),
    Rehearsal(
        "an unknown sector",
        3,
        (
            (
                r"kinerja: employees: expected that sector is one of general, health, education, civil_registry; found "
                r"1 row that is not so, the first in employees\.csv row 5\. The sector decides which items a person is "
                r"scored on; .*"
            ),
            REPORT,
        ),
        cells("employees", 5, sector="navy"),
    ),
    Rehearsal(
        "overlapping spells",
        3,
        (
            (
                r"kinerja: employees: expected that spells of one employee do not overlap; found 1 row that is not so, "
                r"the first in employees\.csv row 126\. Two assignments on one day leave open whose unit, schedule "
                r"and position count\."
            ),
            REPORT,
        ),
        second_spell,
    ),
    Rehearsal(
        "a file that is mostly refused",
        3,
        (
            (
                r"kinerja: attendance: 9592 of 14388 rows are refused\. A dataset that is mostly refused was exported "
                r"or mapped wrongly; what is left of it is no fair sample\."
            ),
            REPORT,
        ),
        strangers,
    ),
    Rehearsal(
        "too few of the roster where more are required",
        3,
        (
            (
                r"kinerja: attendance: 2 of 120 employees on the roster have a row; 108 are wanted\. Whoever has none "
                r"is not scored on it; a missing unit or device looks just like this\."
            ),
            REPORT,
        ),
        only("attendance", 200),
        ("--require", "attendance:0.9"),
    ),
    Rehearsal(
        "a dataset that is required and was not delivered, and an empty one",
        3,
        (
            r"kinerja: 2 problems",
            r"  attendance: attendance\.csv holds no row\. .*",
            r"  ratings: no file was delivered\. What it would say is missing from every score that reads it\.",
            REPORT,
        ),
        only("attendance", 0),
        ("--require", "ratings:0.5"),
    ),
]


@pytest.mark.parametrize("rehearsal", REHEARSALS, ids=lambda rehearsal: rehearsal.name)
def test_a_mistake_is_told_once_and_loads_nothing(rehearsal: Rehearsal, tmp_path: Path) -> None:
    inputs, home = example(tmp_path / "inputs"), tmp_path / "home"
    rehearsal.spoil(inputs)
    ended = run(home, inputs, *rehearsal.words, **rehearsal.options)
    assert_said(ended, rehearsal.code, rehearsal.said, inputs)
    assert_nothing_loaded(ended)


def assert_said(ended: Ended, code: int, said: tuple[str, ...], inputs: Path) -> None:
    assert ended.code == code, ended.err
    assert ended.out == ""
    places = {"{home}": re.escape(str(ended.home)), "{inputs}": re.escape(str(inputs))}
    assert len(ended.said) == len(said), ended.said
    for line, pattern in zip(ended.said, said, strict=True):
        for place, path in places.items():
            pattern = pattern.replace(place, path)
        assert re.fullmatch(pattern, line), line
    assert not leaked(personal_values(EXAMPLE) | {"navy", "0042", "199912312024011999"}, ended.err)


def assert_nothing_loaded(ended: Ended) -> None:
    """At most a run that stopped is kept, with what was said; nothing but its report is on the disk."""
    for one in ended.runs:
        assert (one["status"], one["revision"], one["result_hash"]) == ("stopped", None, None)
        assert one["message"] == "\n".join(
            line.removeprefix("kinerja: ").strip()
            for line in ended.said
            if not re.fullmatch(r"kinerja: \d+ problems|Nothing was loaded.*", line)
        )
    assert len(ended.runs) == (ended.code == 3)
    assert [file for file in (ended.home / "runs").rglob("*") if file.is_file()] == []


def test_what_is_wrong_is_also_said_to_machines(tmp_path: Path) -> None:
    inputs = example(tmp_path / "inputs")
    only("employees", 0)(inputs)
    ended = run(tmp_path / "home", inputs, "--json")
    assert (ended.code, ended.err) == (3, "")
    (report,) = (tmp_path / "home" / "reports").glob("*/validation.html")
    assert ended.document == {
        "status": "error",
        "exit_code": 3,
        "problems": ["employees: employees.csv holds no row. Without a roster there is nobody to score."],
        "notes": [f"Nothing was loaded. The validation report: {report}"],
    }


def test_the_example_itself_passes(tmp_path: Path) -> None:
    """Else the rehearsals might fail for a reason of their own."""
    ended = run(tmp_path / "home", example(tmp_path / "inputs"))
    assert (ended.code, ended.said) == (0, [])
    assert [one["status"] for one in ended.runs] == ["published"]
    assert sorted(SMALL) == sorted(file["dataset"] for file in rows_of(ended))


def rows_of(ended: Ended) -> list[dict[str, str]]:
    """The files in the printed table."""
    names = [line.split()[:2] for line in ended.out.splitlines() if re.match(r" \w+ +\w+\.csv ", line)]
    return [{"dataset": dataset, "file": file} for dataset, file in names]


@pytest.mark.parametrize(("words", "code"), [({"city": "jakarta"}, 2), ({}, 3)], ids=["wrong use", "stopped"])
def test_the_shell_is_told(tmp_path: Path, words: dict[str, str], code: int) -> None:
    """The exit code of a real process is what the others take from the function it calls."""
    inputs, home = example(tmp_path / "inputs", ["leave"]), tmp_path / "home"
    given = process_words(words_of(home, inputs, **words))
    ended = subprocess.run(
        given, env=process_environment(), capture_output=True, text=True, encoding="utf-8", check=False, timeout=120
    )
    assert ended.returncode == code
    said = Ended(ended.returncode, ended.stdout, ended.stderr, home).said
    assert (len(said), ended.stdout) == (1, "")
    assert said == run(home, inputs, **words).said
