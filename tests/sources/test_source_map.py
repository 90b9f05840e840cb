from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import sources
from sources.source_map import fitting

LEAVE = "employee_id,start_date,end_date,kind\n"


def inputs(folder: Path, mapping: str = "", **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("_dot_", ".")).write_text(content)
    if mapping:
        (folder / "sources.yaml").write_text(mapping)
    return folder


def problems(folder: Path, mapping: str = "", **files: str) -> tuple[str, ...]:
    with pytest.raises(sources.SourceError) as caught:
        sources.load_source_map(inputs(folder, mapping, **files))
    return caught.value.problems


def test_without_a_mapping_names_say_what_files_are(tmp_path: Path) -> None:
    folder = inputs(tmp_path / "in", leave_dot_csv=LEAVE, employees_dot_csv="", atendance_dot_csv="", readme_dot_txt="")
    source_map = sources.load_source_map(folder)
    # In the order of the datasets, the roster first.
    assert source_map.datasets == ("employees", "leave")
    assert source_map.notes == (
        "atendance.csv: not read: not named like a dataset; did you mean 'attendance'?",
        "readme.txt: not read: not named like a dataset",
    )


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(sources.SourceError, match="no such folder"):
        sources.load_source_map(tmp_path / "nowhere")
    with pytest.raises(sources.SourceError, match="no such file: give the path of a sources"):
        sources.load_source_map(inputs(tmp_path / "in"), tmp_path / "other.yaml")
    assert "no file named like a dataset" in problems(tmp_path / "in")[0]
    assert "are both there" in problems(tmp_path / "in", leave_dot_csv=LEAVE, leave_dot_parquet="")[0]


def test_a_mapping_may_lie_anywhere(tmp_path: Path) -> None:
    folder = inputs(tmp_path / "in", days_dot_csv=LEAVE)
    mapping = tmp_path / "mine.yaml"
    mapping.write_text("version: 1\ndatasets: {leave: days.csv}\n")
    source_map = sources.load_source_map(folder, mapping)
    assert [(file.name, file.dataset) for file in source_map.files] == [("days.csv", "leave")]


def test_files_of_a_pattern_come_by_name(tmp_path: Path) -> None:
    folder = inputs(
        tmp_path / "in", "version: 1\ndatasets: {leave: 'x*.csv'}", x2_dot_csv="", x1_dot_csv="", y_dot_csv=""
    )
    source_map = sources.load_source_map(folder)
    assert [file.name for file in source_map.files_of("leave")] == ["x1.csv", "x2.csv"]
    assert source_map.notes == ("y.csv: not read: sources.yaml does not name it",)


def test_the_hash_of_a_mapping_is_of_what_it_says(tmp_path: Path) -> None:
    def hash_of(mapping: str) -> str:
        return sources.load_source_map(inputs(tmp_path / "in", mapping, x_dot_csv="")).mapping_hash

    base = hash_of("version: 1\ndatasets: {leave: x.csv}")
    assert hash_of("# a note\ndatasets:\n  leave:\n    - file: x.csv\n      header: true\nversion: '1'\n") == base
    assert hash_of("version: 1\ndatasets: {leave: {file: x.csv, delimiter: ';'}}") != base
    assert hash_of("version: 1\ndatasets: {leave: {file: x.csv, columns: {kind: a}}}") != base
    assert hash_of("version: 1\ndatasets: {leave: {file: x.csv, columns: {kind: null}}}") != base


MANY_MISTAKES = """\
version: 2
datasets:
  leaves: x.csv
  leave:
    - fil: x.csv
    - file: gone.csv
      colums: {}
      columns:
        kind: {from: a, constant: b}
        employe_id: pin
        start_date: {from: a, formats: ['%d/%Q', 'dd/mm']}
        end_date: {date: a}
      delimiter: ';;'
      encoding: latin-99
      header: maybe
      header: false
"""


def test_every_problem_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    found = problems(tmp_path / "in", MANY_MISTAKES)
    for expected in (
        "sources.yaml:16: 'header' stands twice here: keep one of them",
        "sources.yaml:1: version: Input should be '1'",
        "sources.yaml:3: datasets.leaves: no such dataset; did you mean 'leave'?",
        f"sources.yaml:3: x.csv: no such file in {tmp_path / 'in'}: add it",
        "sources.yaml:5: datasets.leave.0.fil: unknown key; did you mean 'file'?",
        "sources.yaml:5: datasets.leave.0.file: missing: write it",
        "sources.yaml:7: datasets.leave.1.colums: unknown key; did you mean 'columns'?",
        (
            "sources.yaml:9: datasets.leave.1.columns.kind: give exactly one of 'from', 'of', 'constant', 'numbered', "
            "or 'date' with 'time'"
        ),
        (
            "sources.yaml:12: datasets.leave.1.columns.end_date: 'date' and 'time' belong together; "
            "a single cell is 'from'"
        ),
        "sources.yaml:13: datasets.leave.1.delimiter: a delimiter is one ASCII character, or 'tab'",
        "sources.yaml:14: datasets.leave.1.encoding: this encoding is not known; usual ones are utf-8, utf-16, cp1252",
    ):
        assert expected in found
    assert any(problem.startswith("sources.yaml:11: ") and "'%d/%Q'" not in problem for problem in found)


def test_names_and_files_are_checked_together(tmp_path: Path) -> None:
    mapping = """\
version: 1
datasets:
  leaves: leave.csv
  leave:
    file: leav.csv
    columns:
      employe_id: pin
      kind: {of: document_no}
      document_no: {of: kind}
      start_date: {of: finish}
      employee_id: {from: pin, lookup: {file: who.csv, key: pin, value: nip}}
  calendar: days.dat
"""
    assert problems(tmp_path / "in", mapping, leave_dot_csv="", days_dot_dat="") == (
        "sources.yaml:3: datasets.leaves: no such dataset; did you mean 'leave'?",
        "sources.yaml:7: datasets.leave.0.columns.employe_id: leave has no such column; did you mean 'employee_id'?",
        (
            "sources.yaml:8: datasets.leave.0.columns.kind.of: kind of document_no of kind goes round in a circle: "
            "read one of them from the file"
        ),
        (
            "sources.yaml:9: datasets.leave.0.columns.document_no.of: document_no of kind of document_no goes round "
            "in a circle: read one of them from the file"
        ),
        "sources.yaml:10: datasets.leave.0.columns.start_date.of: 'finish' is not a column of the dataset",
        f"sources.yaml:5: leav.csv: no such file in {tmp_path / 'in'}; did you mean 'leave.csv'?",
        f"sources.yaml:11: who.csv: no such crosswalk in {tmp_path / 'in'}: add it",
        "sources.yaml:12: days.dat: its suffix says no format: add 'format: csv' or another",
    )


def test_formats_that_lose_the_day_or_the_hour_are_refused(tmp_path: Path) -> None:
    mapping = """\
version: 1
datasets:
  attendance:
    file: x.csv
    columns:
      employee_id: {from: a, formats: iso}
      timestamp: {from: b, formats: ['%d/%m/%Y %H:%M', '%d/%m/%Y %I:%M', '%d/%m']}
  service_requests:
    file: x.csv
    collapse: {by: a, order_by: {from: b, formats: '%H:%M'}, columns: {c: {last: c}}}
"""
    assert problems(tmp_path / "in", mapping, x_dot_csv="") == (
        (
            "sources.yaml:6: datasets.attendance.0.columns.employee_id.formats: "
            "formats are for dates, times and moments: leave them out"
        ),
        (
            "sources.yaml:7: datasets.attendance.0.columns.timestamp.formats: '%d/%m/%Y %I:%M' and '%d/%m' cannot tell "
            "the day and hour for certain: a moment written so cannot be read again. "
            "Name year, month, day; %p with %I; %M with %H"
        ),
        (
            "sources.yaml:10: datasets.service_requests.0.collapse: '%H:%M' cannot tell the day and hour for certain: "
            "a moment written so cannot be read again. Name year, month, day; %p with %I; %M with %H"
        ),
    )


def test_errors_travel_between_processes(tmp_path: Path) -> None:
    for error in (sources.SourceError(["one", "two"]), sources.UnreadableFile("f", "w", "y", "r")):
        twin = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
        assert (type(twin), str(twin), twin.__dict__) == (type(error), str(error), error.__dict__)


def test_what_few_runs_need_is_not_imported_for_all() -> None:
    code = "import sys, sources; sys.exit('fastexcel' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0


KIND = "version: 1\ndatasets: {leave: {file: x.csv, columns: {kind: %s}}}"


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("", "sources.yaml:1: empty"),
        ("version: [1", "not YAML"),
        ("version: 1", "datasets: missing"),
        ("version: 1\ndatasets: {leave: []}", "at least 1 item"),
        (KIND % "{from: a, lookup: {file: x.csv, key: a, value: b, delimiter: ';;'}}", "a delimiter is one ASCII"),
        (KIND % "{numbered: ''}", "write the text before the number"),
        (KIND % "{from: a, formats: '%d/%Q'}", "%Q is not known"),
        (KIND % "{from: a, default: b}", "belongs to 'map'"),
        (KIND % "{from: a, missing: null}", "belongs to 'lookup'"),
        (KIND % "{from: a, rescale: {from: [1, 1], to: [1, 4]}}", "both ends are the same"),
        (KIND % "{from: a, rescale: {from: [1, x], to: [1, 4]}}", "write both ends as numbers"),
        ("version: 1\ndatasets: {leave: {file: x.csv, collapse: {by: a, columns: {b: {last: c}}}}}", "no order for b"),
        ("version: 1\ndatasets: {leave: {file: x.csv, collapse: {by: a, columns: {b: {}}}}}", "give exactly one of"),
        ("version: 1\ndatasets: {leave: {file: 'y*.csv'}}", "no file fits this pattern"),
        ("version: 1\ndatasets: {leave: {file: '/x/*.csv'}}", "no file fits this pattern"),
        ("a: &a [*a]", "not YAML"),
        ("x: &a [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
            f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 10)}]\n" for n in range(8)
        ), "not YAML"),
    ],
)  # fmt: skip
def test_one_mistake_each(tmp_path: Path, mapping: str, said: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "sources.yaml").write_text(mapping)
    found = problems(tmp_path / "in", x_dot_csv="")
    assert any(said in problem for problem in found), found


def test_what_a_mapping_names_fits_the_same_files_whoever_asks(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "note.txt"):
        (tmp_path / name).touch()
    (tmp_path / "c.csv").mkdir()
    assert [path.name for path in fitting(tmp_path, "*.csv")] == ["a.csv", "b.csv"]
    assert [path.name for path in fitting(tmp_path, "note.txt")] == ["note.txt"]
    assert [fitting(tmp_path, wanted) for wanted in ("absent.csv", "c.csv", "/*.csv", "**.csv/", "")] == [[]] * 5
    assert fitting(tmp_path / "absent", "*.csv") == []
