from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources import parsing
from sources.contracts import Column, Kind
from sources.parsing import _any_iso_instant, _cell, _decimal, _integer, cell, parse

JAKARTA = ZoneInfo("Asia/Jakarta")


def parsed(
    text: str, kind: Kind, formats: tuple[str, ...] = (), zone: str = "Asia/Jakarta"
) -> tuple[object, str | None]:
    one = parse(cell(pl.col("text")), Column("x", kind, ""), zone, formats)
    frame = pl.DataFrame({"text": [text]}).with_columns(one.value.alias("x")).select("x", problem=one.problem)
    return frame.row(0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-07-01T07:30:15", datetime(2026, 7, 1, 7, 30, 15, tzinfo=JAKARTA)),
        ("2026-07-01 07:30:15", datetime(2026, 7, 1, 7, 30, 15, tzinfo=JAKARTA)),
        ("  2026-07-01 07:30 ", datetime(2026, 7, 1, 7, 30, tzinfo=JAKARTA)),
        ("2026-07-01T07:30:15.5", datetime(2026, 7, 1, 7, 30, 15, 500_000, tzinfo=JAKARTA)),
        # More than microseconds: the rest is cut, not rounded.
        ("2026-07-01T07:30:15.1234569", datetime(2026, 7, 1, 7, 30, 15, 123_456, tzinfo=JAKARTA)),
        ("2026-07-01T07:30:15Z", datetime(2026, 7, 1, 14, 30, 15, tzinfo=JAKARTA)),
        ("2026-07-01T07:30:15+02:00", datetime(2026, 7, 1, 12, 30, 15, tzinfo=JAKARTA)),
        ("2026-07-01T07:30:15-0330", datetime(2026, 7, 1, 18, 0, 15, tzinfo=JAKARTA)),
        ("2026-07-01T07:30+07", datetime(2026, 7, 1, 7, 30, tzinfo=JAKARTA)),
        ("2026-07-01", datetime(2026, 7, 1, tzinfo=JAKARTA)),
        ("2024-02-29", datetime(2024, 2, 29, tzinfo=JAKARTA)),
    ],
)
def test_moments(text: str, expected: datetime) -> None:
    assert parsed(text, Kind.INSTANT) == (expected, None)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30", "2026-13-01T00:00", "2026-07-01T24:00", "2026-07-01T07:60", "2026-07-01T07:30:60", "2026-7-1",
        "01/07/2026", "2026-07-01T", "2026-07-01T07", "20260701", "soon", "0", "2026-07-01T07:30:15+25:00",
        "٢٠٢٦-07-01", "2026-07-01T07:30:15Zulu", "x2026-07-01",
    ],
)  # fmt: skip
def test_what_is_no_moment(text: str) -> None:
    assert parsed(text, Kind.INSTANT) == (None, "x: does not parse as a moment YYYY-MM-DDTHH:MM:SS")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-07-01", datetime(2026, 7, 1, 23, 59, 59, 999_999, tzinfo=JAKARTA)),
        # A moment that is given stands, midnight too.
        ("2026-07-01T00:00:00", datetime(2026, 7, 1, tzinfo=JAKARTA)),
    ],
)
def test_end_of_a_day_alone(text: str, expected: datetime) -> None:
    assert parsed(text, Kind.END_INSTANT) == (expected, None)


def test_where_clocks_change() -> None:
    """Berlin goes back on 25 October 2026 (02:30 is twice: the earlier) and skipped 02:30 on 29 March."""
    twice, _ = parsed("2026-10-25T02:30", Kind.INSTANT, zone="Europe/Berlin")
    assert twice.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert parsed("2026-03-29T02:30", Kind.INSTANT, zone="Europe/Berlin")[0] is None
    # The last microsecond of a day of 25 hours.
    end, _ = parsed("2026-10-25", Kind.END_INSTANT, zone="Europe/Berlin")
    assert end == datetime(2026, 10, 25, 22, 59, 59, 999_999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("2026-07-01", Kind.DATE, date(2026, 7, 1)),
        ("2026-07-01 00:00:00", Kind.DATE, date(2026, 7, 1)),
        ("2026-07-01 07:30:00", Kind.DATE, None),
        ("07:30", Kind.TIME, time(7, 30)),
        ("07:30:15", Kind.TIME, time(7, 30, 15)),
        ("7:30", Kind.TIME, None),
        ("24:00", Kind.TIME, None),
        ("3", Kind.INTEGER, 3),
        ("3.0", Kind.INTEGER, 3),
        ("-2", Kind.INTEGER, -2),
        ("1e2", Kind.INTEGER, 100),
        ("3.5", Kind.INTEGER, None),
        ("three", Kind.INTEGER, None),
        ("1.5", Kind.DECIMAL, Decimal("1.5")),
        (".5", Kind.DECIMAL, Decimal("0.5")),
        ("5.", Kind.DECIMAL, Decimal(5)),
        ("1.5E-2", Kind.DECIMAL, Decimal("0.015")),
        ("-1e3", Kind.DECIMAL, Decimal(-1000)),
        ("0.123456789012345678", Kind.DECIMAL, Decimal("0.123456789012345678")),
        ("0.1234567890123456789", Kind.DECIMAL, None),
        ("999999999999999.999999999999999999", Kind.DECIMAL, Decimal("999999999999999.999999999999999999")),
        ("1000000000000000", Kind.DECIMAL, None),
        ("-1000000000000000", Kind.DECIMAL, None),
        ("1e400", Kind.DECIMAL, None),
        ("NaN", Kind.DECIMAL, None),
        ("inf", Kind.DECIMAL, None),
        ("1,5", Kind.DECIMAL, None),
        ("1_000", Kind.DECIMAL, None),
        ("0x10", Kind.DECIMAL, None),
    ],
)
def test_other_kinds(text: str, kind: Kind, expected: object) -> None:
    value, problem = parsed(text, kind)
    assert value == expected
    assert (problem is None) == (expected is not None)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("text", ["", "  ", "\t", "\u00a0"])
def test_an_empty_cell_is_null_and_no_problem(kind: Kind, text: str) -> None:
    assert parsed(text, kind) == (None, None)


@pytest.mark.parametrize(
    ("text", "formats", "expected"),
    [
        ("21/01/2026 13:47:00", ("%d/%m/%Y %H:%M:%S",), datetime(2026, 1, 21, 13, 47, tzinfo=JAKARTA)),
        ("1/2/2026 1:47 PM", ("%d/%m/%Y %I:%M %p",), datetime(2026, 2, 1, 13, 47, tzinfo=JAKARTA)),
        ("12/31/2026 12:00:00 AM", ("%m/%d/%Y %I:%M:%S %p",), datetime(2026, 12, 31, tzinfo=JAKARTA)),
        ("2026-01-21 13:47 +0200", ("%Y-%m-%d %H:%M %z",), datetime(2026, 1, 21, 18, 47, tzinfo=JAKARTA)),
        ("21.01.2026", ("%d/%m/%Y", "%d.%m.%Y"), datetime(2026, 1, 21, tzinfo=JAKARTA)),
        ("2026-01-21T01:00", ("%d/%m/%Y", "iso"), datetime(2026, 1, 21, 1, tzinfo=JAKARTA)),
        ("46023.5", ("excel",), datetime(2026, 1, 1, 12, tzinfo=JAKARTA)),
        ("46024.3840046296296296", ("excel",), datetime(2026, 1, 2, 9, 12, 58, tzinfo=JAKARTA)),
        ("46023", ("excel",), datetime(2026, 1, 1, tzinfo=JAKARTA)),
    ],
)
def test_other_formats(text: str, formats: tuple[str, ...], expected: datetime) -> None:
    assert parsed(text, Kind.INSTANT, formats) == (expected, None)


def test_the_formats_stand_in_the_reason() -> None:
    assert parsed("x", Kind.INSTANT, ("%d/%m/%Y", "iso")) == (
        None,
        "x: does not parse as %d/%m/%Y or a moment YYYY-MM-DDTHH:MM:SS",
    )


def test_formats_of_days_and_times() -> None:
    assert parsed("21/01/2026", Kind.DATE, ("%d/%m/%Y",)) == (date(2026, 1, 21), None)
    assert parsed("21/01/2026 13:00", Kind.DATE, ("%d/%m/%Y %H:%M",)) == (date(2026, 1, 21), None)
    assert parsed("46023", Kind.DATE, ("excel",)) == (date(2026, 1, 1), None)
    assert parsed("7:30 PM", Kind.TIME, ("%I:%M %p",)) == (time(19, 30), None)
    assert parsed("0.3125", Kind.TIME, ("excel",)) == (time(7, 30), None)
    assert parsed("21/01/2026", Kind.END_INSTANT, ("%d/%m/%Y",))[0] == datetime(
        2026, 1, 21, 23, 59, 59, 999_999, tzinfo=JAKARTA
    )


ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@settings(max_examples=200, deadline=None)
@given(
    # Since 1970 no clock in Jakarta was moved.
    moment=st.datetimes(
        datetime(1970, 1, 2),  # noqa: DTZ001 - bounds are wall-clock
        datetime(2200, 1, 1),  # noqa: DTZ001
        timezones=st.none() | ZONES,
    ),
    separator=st.sampled_from("T "),
    timespec=st.sampled_from(["minutes", "seconds", "milliseconds", "microseconds"]),
)
def test_every_iso_moment_means_what_python_reads(moment: datetime, separator: str, timespec: str) -> None:
    text = moment.isoformat(separator, timespec)
    expected = datetime.fromisoformat(text)
    expected = expected if expected.tzinfo else expected.replace(tzinfo=JAKARTA)
    value, problem = parsed(text, Kind.INSTANT)
    assert (value, problem) == (expected, None)


@settings(max_examples=300, deadline=None)
@given(number=st.decimals(allow_nan=True, allow_infinity=True), exponent=st.booleans())
def test_numbers_are_exact_or_refused(number: Decimal, exponent: bool) -> None:
    text = f"{number:E}" if exponent and number.is_finite() else str(number)
    value, problem = parsed(text, Kind.DECIMAL)
    if problem is None:
        assert value == number
        assert abs(number) < 10**15
    else:
        n_decimals = -int(number.as_tuple().exponent) if number.is_finite() else 0
        # A zero may be written with any exponent; those of more than three digits are not read.
        assert not number.is_finite() or abs(number) >= 10**15 or n_decimals > 18 or number == 0


def test_one_batch_of_many_shapes_and_one_of_a_single_shape_agree() -> None:
    plain = ["2026-07-01T07:30:15", None, "2026-07-02T00:00:00"]
    blank = [text.replace("T", " ") if text else None for text in plain]
    for batch in (plain, blank):
        alone = _many(batch)
        mixed = _many([*batch, "2026-07-01", "2026-07-01T07:30:15.5+02:00", "x"])
        assert mixed[: len(batch)] == alone
        assert mixed[-1] is None


@pytest.mark.parametrize("limit", [0, 2, 10_000])
def test_what_an_earlier_batch_said_means_the_same_again(limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batch by batch as alone, whether few or many texts are remembered."""
    monkeypatch.setattr(parsing, "_MOST_KNOWN", limit)
    one = parse(pl.col("text"), Column("x", Kind.DATE, ""), "Asia/Jakarta").value
    for days in (["01", "02", "x"], ["02", "03", None], ["31", "32", "x"], [None, None, None]):
        texts = [day and f"2026-07-{day}" for day in days] * 3
        batch = pl.DataFrame({"text": texts}, schema={"text": pl.String})
        found = batch.select(one).to_series().to_list()
        assert found == [date(2026, 7, int(day)) if day and day < "32" else None for day in days] * 3


def _many(texts: list[str | None]) -> list[datetime | None]:
    one = parse(cell(pl.col("text")), Column("x", Kind.INSTANT, ""), "Asia/Jakarta")
    return pl.DataFrame({"text": texts}, schema={"text": pl.String}).select(one.value).to_series().to_list()


DIGITS = st.text("0123456789", min_size=2, max_size=2)
YEARS = st.sampled_from(["2026"] * 5 + ["0000", "1899", "1970", "2024", "2099", "2100", "9999", "٢٠٢٦"])
OFFSETS = st.sampled_from(
    ["", "", "", "Z", "+07:00", "+0700", "-0330", "+07", " +07:00", "+24:00", "-00:60", "z", "+7"]
)
NEARLY = st.builds(
    lambda year, parts, separator, tail, cut: (
        f"{year}-{parts[0]}-{parts[1]}{separator}{parts[2]}:{parts[3]}:{parts[4]}{tail}"[:cut]
    ),
    year=YEARS,
    parts=st.tuples(
        st.sampled_from(["01", "02", "03", "07", "10", "12", "00", "13"]),
        st.sampled_from(["01", "25", "28", "29", "30", "31", "00", "32"]) | DIGITS,
        st.sampled_from(["00", "01", "02", "03", "23", "24"]) | DIGITS,
        st.sampled_from(["00", "30", "59", "60"]),
        st.sampled_from(["00", "59", "60", "5x"]),
    ),
    separator=st.sampled_from("TTT  _t"),
    tail=st.tuples(st.sampled_from(["", "", "", ".5", ",1234567", "."]), OFFSETS).map("".join),
    cut=st.sampled_from([None] * 8 + [10, 16, 19, 20]),
)


@settings(max_examples=150, deadline=None)
@given(
    texts=st.lists(st.none() | NEARLY | st.text(max_size=25), max_size=30),
    repeats=st.integers(1, 3),
    zone=st.sampled_from(["Asia/Jakarta", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia"]),
    end_of_day=st.booleans(),
)
def test_the_short_way_to_a_moment_ends_where_the_long_one_does(texts, repeats, zone, end_of_day) -> None:
    """Whatever stands beside it in its batch, garbage included."""
    raw = pl.DataFrame({"text": texts * repeats}, schema={"text": pl.String})
    frame = raw.select(cell(pl.col("text")))
    kind = Kind.END_INSTANT if end_of_day else Kind.INSTANT
    short = raw.select(parse(pl.col("text"), Column("x", kind, ""), zone).value.alias("x")).to_series()
    long = frame.select(_any_iso_instant(pl.col("text"), zone, end_of_day=end_of_day).alias("x")).to_series()
    assert short.dtype == long.dtype
    assert short.equals(long)


@settings(max_examples=100, deadline=None)
@given(
    texts=st.lists(st.none() | st.decimals(allow_nan=True).map(str) | st.text("0123456789+-.eE,_ x", max_size=25))
    | st.lists(st.none() | st.integers(-(10**16), 10**16).map(str) | st.text("0123456789+-", max_size=17), max_size=3),
    repeats=st.integers(1, 4),
)
def test_numbers_that_repeat_are_read_as_those_that_do_not(texts, repeats) -> None:
    raw = pl.DataFrame({"text": texts * repeats}, schema={"text": pl.String})
    frame = raw.select(cell(pl.col("text")))
    for kind, alone in ((Kind.INTEGER, _integer), (Kind.DECIMAL, _decimal)):
        one = parse(pl.col("text"), Column("x", kind, ""), "UTC").value.alias("x")
        assert raw.select(one).to_series().equals(frame.select(alone(pl.col("text")).alias("x")).to_series())


@settings(max_examples=100, deadline=None)
@given(
    texts=st.lists(st.none() | st.sampled_from(["a", "b c", " a", "a\u00a0", "", "  ", "\t"]) | st.text(max_size=4)),
    repeats=st.integers(1, 6),
)
def test_cells_that_repeat_are_stripped_as_those_that_do_not(texts, repeats) -> None:
    frame = pl.DataFrame({"text": texts * repeats}, schema={"text": pl.String})
    assert frame.select(cell(pl.col("text"))).equals(frame.select(_cell(pl.col("text"))))
