"""`kinerja export` writes both tables of one revision, and nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import re
import zipfile
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from .conftest import CITY, PERIOD, Kinerja

FORMULA = "=cmd|'/c calc'!A1"
ASK = ("export", "--city", CITY, "--period", PERIOD)


def test_a_workbook_has_a_sheet_each_and_no_formula(kinerja: Kinerja, home: Path, tmp_path: Path) -> None:
    ended = kinerja(*ASK, "--home", home, "--output", "all.xlsx")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == f"{CITY} {PERIOD} revision 2: all.xlsx\n"
    book = fastexcel.read_excel(tmp_path / "all.xlsx")
    assert book.sheet_names == ["scores", "indicators"]
    scores, indicators = (book.load_sheet(name).to_polars() for name in book.sheet_names)
    assert (scores.height, indicators.height) == (60, 60)
    first = scores.row(0, named=True)
    assert (first["employee_id"], first["name"], first["score"]) == ("198501012010000001", FORMULA, 99.5)
    assert scores.schema["employee_id"] == pl.String
    assert scores.row(59, named=True)["score"] is None
    with zipfile.ZipFile(tmp_path / "all.xlsx") as archive:
        sheets = [archive.read(f"xl/worksheets/sheet{number}.xml").decode() for number in (1, 2)]
        styles = archive.read("xl/styles.xml").decode()
    assert not any("<f>" in sheet for sheet in sheets)
    # The name that looks like a formula, and no other cell of its row, has the style that keeps it text when edited.
    (style,) = re.findall(r'<c r="B2" s="(\d+)" t="inlineStr"', sheets[0])
    formats = re.findall(r"<xf [^>]*>", styles.partition("<cellXfs")[2])
    assert 'quotePrefix="1"' in formats[int(style)]
    assert 'quotePrefix="1"' not in formats[0]
    assert '<c r="A2" t="inlineStr"' in sheets[0]


def test_csv_is_two_files_whose_formulas_are_text(kinerja: Kinerja, home: Path, tmp_path: Path) -> None:
    ended = kinerja(*ASK, "--home", home, "--revision", "1", "--output", "all.csv")
    assert ended.stdout.splitlines() == [
        f"{CITY} {PERIOD} revision 1: all.scores.csv",
        f"{CITY} {PERIOD} revision 1: all.indicators.csv",
    ]
    with (tmp_path / "all.scores.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert (len(rows), rows[0]["name"], rows[0]["score"]) == (60, f"'{FORMULA}", "104.02")
    shown = kinerja("scores", "--city", CITY, "--period", PERIOD, "--home", home, "--revision", "1", "--format", "csv")
    assert (tmp_path / "all.scores.csv").read_bytes().decode() == shown.stdout.replace("\n", "\r\n")
    assert not (tmp_path / "all.csv").exists()


def test_parquet_keeps_decimals(kinerja: Kinerja, home: Path, tmp_path: Path) -> None:
    assert kinerja(*ASK, "--home", home, "--format", "parquet", "--output", "all").returncode == 0
    scores, indicators = (pl.read_parquet(tmp_path / f"all.{name}.parquet") for name in ("scores", "indicators"))
    assert scores.schema["score"] == pl.Decimal(38, 2)
    assert indicators.schema["value"] == pl.Decimal(38, 6)
    assert scores["revision"].unique().to_list() == indicators["revision"].unique().to_list() == [2]


def test_as_of_takes_the_revision_that_stood_then(kinerja: Kinerja, home: Path) -> None:
    """Revisions were published on 1 and 2 October at midnight UTC."""
    ended = kinerja(*ASK, "--home", home, "--as-of", "2026-10-02T06:59:59+07:00", "--output", "old.csv")
    assert f"{PERIOD} revision 1: old.scores.csv" in ended.stdout
    ended = kinerja(*ASK, "--home", home, "--as-of", "2026-10-02", "--output", "new.csv")
    assert f"{PERIOD} revision 2: new.scores.csv" in ended.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--output", "all.ods"), "all.ods: its ending names no format; add --format parquet or csv or xlsx"),
        (("--output", "x.csv", "--as-of", "noon"), "'noon' is no moment; write 2026-10-20"),
        (("--output", "x.csv", "--as-of", "2026-09-30"), "had no revision at 2026-09-30 00:00:00 UTC; the first was"),
        (("--output", "x.csv", "--revision", "1", "--as-of", "2026-10-02"), "both say which revision"),
        (("--output", "x.csv", "--revision", "3"), "has no revision 3; there is 1, 2"),
        (
            (
                "--output",
                "none/x.xlsx",
            ),
            "cannot be written",
        ),
    ],
)
def test_what_cannot_be_exported_is_said_and_leaves_no_file(
    kinerja: Kinerja, home: Path, tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    ended = kinerja(*ASK, "--home", home, *words)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert says in ended.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["home"]
