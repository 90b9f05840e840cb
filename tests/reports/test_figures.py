"""Numbers, shares and dates as people write them."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import figures
from reports.figures import Lang
from reports.labels import _LABELS


@pytest.mark.parametrize(
    ("value", "indonesian", "english"),
    [(0, "0", "0"), (999, "999", "999"), (1434, "1.434", "1,434"), (1260000, "1.260.000", "1,260,000")],
)
def test_numbers(value: int, indonesian: str, english: str) -> None:
    assert figures.number(value, "id") == indonesian
    assert figures.number(value, "en") == english


@pytest.mark.parametrize(
    ("part", "whole", "indonesian", "english"),
    [
        (1, 8, "12,5\u00a0%", "12.5%"),
        (0, 7, "0\u00a0%", "0%"),
        (7, 7, "100\u00a0%", "100%"),
        (1, 2, "50\u00a0%", "50%"),
        (1, 2000, "0,1\u00a0%", "0.1%"),  # 0.05 %: half away from zero
        (1, 2001, "<0,1\u00a0%", "<0.1%"),  # something is never said to be nothing
        (1999, 2000, ">99,9\u00a0%", ">99.9%"),  # 99.95 % would round to 100: not everything is never said to be all
        (51, 2500, "2,0\u00a0%", "2.0%"),  # 2.04 %: not exactly 2
        (9994, 10000, "99,9\u00a0%", "99.9%"),
    ],
)
def test_shares(part: int, whole: int, indonesian: str, english: str) -> None:
    assert figures.share(part, whole, "id") == indonesian
    assert figures.share(part, whole, "en") == english


@given(st.integers(1, 10**9).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_nothing_and_all_are_said_only_where_exact(counts: tuple[int, int]) -> None:
    part, whole = counts
    said = figures.share(part, whole, "en")
    assert (said == "0%") == (part == 0)
    assert (said == "100%") == (part == whole)


@pytest.mark.parametrize(
    ("first", "end", "expected"),
    [
        ("2026-01-01", "2026-04-01", "1 Januari – 31 Maret 2026"),
        ("2026-02-01", "2026-03-01", "1 – 28 Februari 2026"),
        ("2026-12-29", "2027-01-02", "29 Desember 2026 – 1 Januari 2027"),
    ],
)
def test_a_half_open_period_is_named_by_its_last_day(first: str, end: str, expected: str) -> None:
    assert figures.days(dt.date.fromisoformat(first), dt.date.fromisoformat(end), "id") == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-04-02T08:15:30+07:00", "2 April 2026, 08.15.30 UTC+07:00"),
        ("2026-04-02T01:15:30+00:00", "2 April 2026, 01.15.30 UTC"),
        ("2026-04-02T08:15:30", "2 April 2026, 08.15.30"),
    ],
)
def test_instants_keep_the_offset_they_were_written_with(written: str, expected: str) -> None:
    assert figures.instant(dt.datetime.fromisoformat(written), "id") == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], ""),
        ([17], "17"),
        ([17, 18], "17, 18"),
        ([21, 20, 19, 17, 19], "17, 19–21"),
        ([9999, 10000, 10001], "9999–10001"),
    ],
)
def test_row_numbers(rows: list[int], expected: str) -> None:
    assert figures.runs_of(rows) == expected


@given(st.sets(st.integers(1, 60)))
def test_row_numbers_name_the_same_rows(rows: set[int]) -> None:
    named: set[int] = set()
    for span in filter(None, figures.runs_of(rows).split(", ")):
        first, _, last = span.partition("–")
        named |= set(range(int(first), int(last or first) + 1))
    assert named == rows


def test_what_a_reader_cannot_see_is_written_out() -> None:
    assert figures.seen("laporan\u202efdp.exe\x00 é ä\tx") == "laporan[U+202E]fdp.exe[U+0000] é ä x"
    assert figures.seen(7) == 7


@pytest.mark.parametrize("lang", ["id", "en"])
def test_labels_ask_for_the_same_figures_in_both_languages(lang: Lang) -> None:
    for key, (indonesian, english) in _LABELS.items():
        assert sorted(re.findall(r"\{\w+\}", indonesian)) == sorted(re.findall(r"\{\w+\}", english)), key
