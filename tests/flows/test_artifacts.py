"""What the scheduler's pages show: numbers and file names, nobody, and no count that points to somebody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flows.orchestration.artifacts import FEW, few, markdown, report_link, steps_table
from flows.seam import Done

DOCUMENT: dict[str, Any] = {
    "city": "kalianda",
    "period": "2026-Q3",
    "status": "published",
    "revision": 2,
    "cause": "late_data",
    "provisional": False,
    "known_as_of": None,
    "employees": 1_200,
    "statuses": {"INSUFFICIENT_DATA": 3, "SCORED": 1_197},
    "proposed_ratings": {"Baik": 1_190, "Sangat Baik": 7},
    "warnings": ["attendance: <b>x</b>|y.csv has no row"],
    "steps": [{"step": "land", "seconds": 1.25}, {"step": "read", "seconds": 2.5}],
    "run_id": "kalianda-2026-Q3-1",
    "result_hash": "r" * 64,
    "input_hash": "i" * 64,
    "policy_hash": "p" * 64,
    "code_version": "0.1.0+1",
}


@pytest.mark.parametrize(("n", "told"), [(0, "under 10"), (9, "under 10"), (10, "10"), (12_345, "12,345")])
def test_a_small_count_of_people_is_not_told(n: int, told: str) -> None:
    assert FEW == 10
    assert few(n) == told


def test_the_summary_says_what_was_published_and_hides_few() -> None:
    moves = [{"what": "proposed rating", "from": "Baik", "to": "Sangat Baik", "employees": few(4)}]
    page = markdown(DOCUMENT, "file:///reports/validation.html", moves)
    assert "## kalianda 2026-Q3: published, revision 2 (late_data)" in page
    assert "1,200 employees in 3.8 s: INSUFFICIENT_DATA 3, SCORED 1,197." in page
    assert "Proposed ratings: Baik 1,190, Sangat Baik under 10." in page
    assert "| proposed rating | Baik | Sangat Baik | under 10 |" in page
    assert "[Validation report](file:///reports/validation.html)" in page
    assert "final until a correction" in page


def test_a_file_name_cannot_become_markup() -> None:
    page = markdown(DOCUMENT, "-", [])
    assert "<b>" not in page.replace("\\<b\\>", "")
    assert r"\<b\>x\</b\>\|y.csv" in page


def test_a_provisional_one_says_so() -> None:
    page = markdown({**DOCUMENT, "provisional": True, "known_as_of": "2026-09-01T04:30:00+07:00"}, "-", [])
    assert "**Provisional**" in page
    assert "2026-09-01T04:30:00+07:00" in page


def test_the_report_is_linked_where_people_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "reports" / "kalianda-2026-Q3-1"
    assert report_link(folder, "") == (folder / "validation.html").as_uri()
    served = "https://kinerja.example/reports/kalianda-2026-Q3-1/validation.html"
    assert report_link(folder, "https://kinerja.example/reports") == served
    assert report_link(folder, "https://kinerja.example/reports/") == served


def test_every_step_shows_its_rows_and_what_else_it_counted() -> None:
    done = [
        Done("land", 0.5, {"files": 3, "bytes": 1_000}),
        Done("read", 1.0, {"records": 90, "rows": 90}),
        Done("validate", 2.0, {"valid": 88, "quarantined": 2}),
        Done("score", 3.0, {"employees": 5, "indicators": 25}),
    ]
    by_step = {row["step"]: row for row in steps_table(done)}
    assert {tuple(row) for row in by_step.values()} == {
        ("step", "seconds", "rows_in", "rows_out", "quarantined", "bytes", "files", "employees")
    }
    assert (by_step["land"]["bytes"], by_step["land"]["files"]) == (1_000, 3)
    validated = by_step["validate"]
    assert validated["rows_in"] == validated["rows_out"] + validated["quarantined"] == 90
    assert (by_step["score"]["rows_out"], by_step["score"]["employees"]) == (25, 5)
