"""What comes out is what went in: digits in JSON and CSV, nothing that a spreadsheet or a terminal would obey."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flows.cli.output import Format, Records, as_json, format_of, table_cell, write, write_csv, write_json
from flows.cli.problems import CommandError

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12)
DANGEROUS = "=+-@\t\r\n"


def as_csv(*rows: tuple[object, ...]) -> str:
    stream = io.StringIO(newline="")
    write_csv(Records(title="", columns=["a", "b"], rows=iter(rows)), stream)
    return stream.getvalue()


@given(TEXT, TEXT)
@example("=1+1", "@SUM(A1)")
@example("\t=1", "\r=1")
@example('"quoted", with\r\nline end', "-5")
def test_csv_comes_back_and_no_text_is_a_formula(one: str, other: str) -> None:
    written = as_csv((one, other))
    header, row = csv.reader(io.StringIO(written, newline=""))
    assert header == ["a", "b"]
    for cell, original in zip(row, (one, other), strict=True):
        assert not cell.startswith(tuple(DANGEROUS))
        assert cell == (f"'{original}" if original[:1] and original[0] in DANGEROUS else original)


@given(NUMBERS)
def test_csv_and_json_keep_the_digits_of_a_number(number: Decimal) -> None:
    _, row = csv.reader(io.StringIO(as_csv((number, -7)), newline=""))
    assert row == [f"{number:f}", "-7"]
    assert json.loads(as_json(number), parse_float=str, parse_int=str) == f"{number:f}"


def test_csv_is_rfc_4180() -> None:
    rows = (None, True), (dt.datetime(2026, 7, 1, 8, tzinfo=dt.UTC), 'say "a,b"')
    assert as_csv(*rows) == 'a,b\r\n,true\r\n2026-07-01T08:00:00+00:00,"say ""a,b"""\r\n'


@given(st.lists(st.tuples(st.none() | TEXT, NUMBERS | st.integers() | st.booleans()), max_size=4))
def test_json_is_an_array_of_objects(rows: list[tuple[object, object]]) -> None:
    stream = io.StringIO()
    write_json(Records(title="", columns=["a", "b"], rows=iter(rows)), stream)
    found = json.loads(stream.getvalue(), parse_float=Decimal)
    assert found == [{"a": one, "b": other} for one, other in rows]


def test_json_of_what_holds_other_values() -> None:
    value = {"rows": {"leave": 3}, "days": (dt.date(2026, 1, 1), None), "share": Decimal("0.50")}
    assert as_json(value) == '{"rows": {"leave": 3}, "days": ["2026-01-01", null], "share": 0.50}'


@given(TEXT)
@example("\x1b[2J\x1b]0;title\x07")
@example("two\nlines\u202e")
def test_no_cell_of_a_table_steers_the_terminal(text: str) -> None:
    assert table_cell("name", text).isprintable()


def test_parquet_of_no_rows_still_has_its_types(tmp_path: Path) -> None:
    types = {"score": "decimal_2", "at": "instant", "n": "integer", "ok": "boolean"}
    records = Records(title="", columns=["id", *types], rows=iter(()), types=types)  # type: ignore[arg-type]
    write(records, Format.PARQUET, tmp_path / "none.parquet")
    found = pl.read_parquet_schema(tmp_path / "none.parquet")
    expected = [pl.String, pl.Decimal(38, 2), pl.Datetime("us", "UTC"), pl.Int64, pl.Boolean]
    assert list(found.values()) == expected


@pytest.mark.parametrize(
    ("written", "output", "chosen"),
    [
        (None, None, Format.TABLE),
        (None, "rows.CSV", Format.CSV),
        (None, "rows.parquet", Format.PARQUET),
        (Format.JSON, "rows.txt", Format.JSON),
    ],
)
def test_format_follows_the_option_then_the_ending(written: Format | None, output: str | None, chosen: Format) -> None:
    assert format_of(written, Path(output) if output else None) is chosen


@pytest.mark.parametrize(
    ("written", "output", "as_json", "said"),
    [
        (None, "rows.txt", False, "add --format"),
        (Format.TABLE, "rows.csv", False, "for the screen"),
        (Format.PARQUET, None, False, "--output"),
        (Format.CSV, None, True, "contradict"),
    ],
)
def test_formats_that_cannot_be_are_refused(
    written: Format | None, output: str | None, as_json: bool, said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        format_of(written, Path(output) if output else None, as_json=as_json)


def test_a_file_that_fails_midway_does_not_appear(tmp_path: Path) -> None:
    def rows() -> object:
        yield ("a",)
        raise RuntimeError

    (tmp_path / "rows.csv").write_text("before")
    with pytest.raises(RuntimeError):
        write(Records(title="", columns=["a"], rows=rows()), Format.CSV, tmp_path / "rows.csv")  # type: ignore[arg-type]
    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]
    assert (tmp_path / "rows.csv").read_text() == "before"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("0.000001", "<0.0001"),
        ("0.000100", "0.0001"),
        ("0.012345", "0.0123"),
        ("0.999999", ">0.9999"),
        ("0.5", "0.5000"),
    ],
)
def test_a_probability_is_never_shown_as_never_or_always(written: str, shown: str) -> None:
    assert table_cell("p_value", Decimal(written)) == table_cell("effect_p", Decimal(written)) == shown
    assert table_cell("share", Decimal(written)) == written
