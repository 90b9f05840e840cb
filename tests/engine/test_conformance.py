"""The Polars engine against Great Expectations' own pandas engine: same frames, same expectations, same results.

Compared are success, counts, percentages, failing values and their positions, and observed values. Each accepted
difference has an entry in DIFFERENCES, which docs/engine.md repeats; a test holds both to one list.
"""
# ruff: noqa: DTZ001, S311  # zoneless moments and a seeded generator are what is tested with

from __future__ import annotations

import ast
import datetime as dt
import math
import random
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import great_expectations as gx
import great_expectations.expectations as gxe
import numpy as np
import pandas as pd
import polars as pl
import pytest
from great_expectations.expectations.row_conditions import Column

from expectations.engine import UnsupportedExpectationError
from expectations.engine.configurations import derived_once

JAKARTA = ZoneInfo("Asia/Jakarta")
ID = 198501012010011000

SCHEMA: dict[str, Any] = {
    "i": pl.Int64,
    "j": pl.Int64,
    "small": pl.Int16,
    "nip": pl.Int64,
    "f": pl.Float64,
    "g": pl.Float64,
    "s": pl.String,
    "u": pl.String,
    "key": pl.String,
    "b": pl.Boolean,
    "d": pl.Date,
    "t": pl.Datetime("us"),
    "z": pl.Datetime("us", "Asia/Jakarta"),
    "y": pl.Datetime("us", "Asia/Jakarta"),
    "m": pl.Decimal(20, 4),
}

VALUES: dict[str, list[Any]] = {
    "i": [0, 1, 2, 3, 5, -4, 7],
    "j": [0, 1, 2, 3, 4],
    "small": [1, 2, 30000, -30000],
    "nip": [ID + k for k in range(6)],
    "f": [0.0, -0.0, 0.1, 1.5, 2.0, -3.25, 1e300],
    "g": [0.0, 0.1, 1.5, 2.0],
    "s": ["in", "out", "In", "", " in", "äöü", "日本", "a\nb", "12"],
    "u": ["in", "out", "äöü", "日本"],
    "key": [str(ID + k) for k in range(6)],
    "b": [True, False],
    "d": [dt.date(2026, 1, day) for day in (1, 2, 15, 31)] + [dt.date(1899, 12, 31)],
    "t": [dt.datetime(2026, 1, 1, hour, 30, 0, 5) for hour in (0, 7, 16)] + [dt.datetime(2026, 1, 2)],
    "z": [dt.datetime(2026, 1, 1, hour, 30, tzinfo=JAKARTA) for hour in (0, 7, 16)],
    "y": [dt.datetime(2026, 1, 1, hour, 30, tzinfo=JAKARTA) for hour in (0, 7, 16)],
    "m": [Decimal("0.1000"), Decimal("1.5000"), Decimal("-2.2500"), Decimal("12345678901234.5678")],
}
SPECIAL = {"f": [math.nan, math.inf, -math.inf], "g": [math.nan]}


def generated(seed: int, height: int, missing: float, special: float = 0.0, distinct: bool = False) -> pl.DataFrame:
    """A frame of SCHEMA with that many rows, share of nulls and share of NaN and infinities."""
    rng = random.Random(seed)

    def cell(name: str, row: int) -> Any:
        if rng.random() < missing:
            return None
        if name in SPECIAL and rng.random() < special:
            return rng.choice(SPECIAL[name])
        if distinct and name in ("i", "j", "nip"):
            return VALUES[name][0] + row
        if distinct and name in ("key", "s"):
            return f"{VALUES[name][0]}{row}"
        return rng.choice(VALUES[name])

    return pl.DataFrame({name: [cell(name, row) for row in range(height)] for name in SCHEMA}, schema=SCHEMA)


FRAMES: dict[str, pl.DataFrame] = {
    "empty": generated(0, 0, 0),
    "one row": generated(1, 1, 0),
    "one row, all null": generated(2, 1, 1),
    "all null": generated(3, 5, 1),
    "no nulls": generated(5, 12, 0),
    "distinct": generated(6, 9, 0, distinct=True),
    "some nulls": generated(7, 15, 0.3),
    "specials": generated(9, 14, 0.2, special=0.5),
    "longer": generated(11, 60, 0.1, special=0.1),
}
FEWER = ("empty", "one row, all null", "some nulls", "specials")


def as_pandas(frame: pl.DataFrame) -> pd.DataFrame:
    """The frame as pandas holds it by default: small integers with nulls as floats, large ones as objects."""

    def series(column: pl.Series) -> Any:
        values, dtype = column.to_list(), column.dtype
        if dtype == pl.String:
            return pd.Series(values, dtype="str")
        if isinstance(dtype, pl.Datetime):
            zone = f", {dtype.time_zone}" if dtype.time_zone else ""
            return pd.Series(values, dtype=f"datetime64[us{zone}]")
        if dtype.is_float() or (dtype.is_integer() and column.null_count() and column.name != "nip"):
            return pd.Series(values, dtype="float64")
        return pd.Series(
            values,
            dtype={pl.Int64: "int64", pl.Int16: "int16", pl.Boolean: "bool"}.get(
                dtype.base_type() if not column.null_count() else None, "object"
            ),
        )

    return pd.DataFrame({column.name: series(column) for column in frame.get_columns()})


SETS: dict[str, list[Any]] = {
    "i": [0, 2, 5],
    "nip": [ID, ID + 3],
    "f": [0.0, 1.5],
    "s": ["in", "äöü", ""],
    "key": [str(ID), str(ID + 1)],
    "b": [True],
    "d": [dt.date(2026, 1, 1), dt.date(2026, 1, 31)],
    "t": [dt.datetime(2026, 1, 2), dt.datetime(2026, 1, 1, 7, 30, 0, 5)],
    "m": [Decimal("1.5"), Decimal("-2.25")],
}
ORDERED: dict[str, list[tuple[Any, Any]]] = {
    "i": [(0, 3), (None, 2), (1, None), (0.5, 2.5), (-10, 10)],
    "small": [(0, 100)],
    "f": [(0, 2), (0.1, None), (None, 0.1), (-1e308, 1e308)],
    "t": [("2026-01-01T01:00:00", "2026-01-01T20:00:00"), (None, "2026-01-01T07:30:00.000005")],
    "z": [("2026-01-01T01:00:00+07:00", "2026-01-01T23:00:00+07:00"), ("2026-01-01T00:00:00+00:00", None)],
}


def row_level() -> Iterator[Any]:
    for column in SCHEMA:
        yield gxe.ExpectColumnValuesToNotBeNull(column=column)
        yield gxe.ExpectColumnValuesToBeUnique(column=column)
    for column in ("i", "f", "s", "t"):
        yield gxe.ExpectColumnValuesToBeNull(column=column)
        yield gxe.ExpectColumnValuesToBeNull(column=column, mostly=0.5)
        yield gxe.ExpectColumnValuesToNotBeNull(column=column, mostly=0.7)
        yield gxe.ExpectColumnValuesToBeUnique(column=column, mostly=0.5)
    for column, values in SETS.items():
        yield gxe.ExpectColumnValuesToBeInSet(column=column, value_set=values)
        yield gxe.ExpectColumnValuesToBeInSet(column=column, value_set=values, mostly=0.4)
        yield gxe.ExpectColumnValuesToNotBeInSet(column=column, value_set=values)
    for column, bounds in ORDERED.items():
        for low, high in bounds:
            yield gxe.ExpectColumnValuesToBeBetween(column=column, min_value=low, max_value=high)
            yield gxe.ExpectColumnValuesToBeBetween(
                column=column, min_value=low, max_value=high, strict_min=True, strict_max=True, mostly=0.5
            )
    for column in ("s", "key", "nip", "i"):
        yield gxe.ExpectColumnValueLengthsToBeBetween(column=column, min_value=1, max_value=2)
        yield gxe.ExpectColumnValueLengthsToBeBetween(column=column, min_value=3, strict_min=True)
        yield gxe.ExpectColumnValueLengthsToEqual(column=column, value=18)
        yield gxe.ExpectColumnValuesToMatchRegex(column=column, regex=r"^\d+$")
        yield gxe.ExpectColumnValuesToNotMatchRegex(column=column, regex=r"[0-9]{2}")
    for regex in ("i", "^in$", r"\w+", "ö|日", r"^\s", "(?i)IN"):
        yield gxe.ExpectColumnValuesToMatchRegex(column="s", regex=regex)
        yield gxe.ExpectColumnValuesToNotMatchRegex(column="s", regex=regex, mostly=0.6)
    for match_on in ("any", "all"):
        yield gxe.ExpectColumnValuesToMatchRegexList(column="s", regex_list=["i", "n$"], match_on=match_on)
    yield gxe.ExpectColumnValuesToNotMatchRegexList(column="s", regex_list=["i", "日"])


def several_columns() -> Iterator[Any]:
    for keep in ("both_values_are_missing", "either_value_is_missing", "neither"):
        for a, b in (("i", "j"), ("f", "g"), ("s", "u"), ("z", "y"), ("i", "f")):
            yield gxe.ExpectColumnPairValuesToBeEqual(column_A=a, column_B=b, ignore_row_if=keep)
        for a, b in (("i", "j"), ("f", "g"), ("z", "y")):
            yield gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A=a, column_B=b, ignore_row_if=keep)
            yield gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=a, column_B=b, or_equal=True, ignore_row_if=keep, mostly=0.5
            )
        yield gxe.ExpectColumnPairValuesToBeInSet(
            column_A="i", column_B="j", value_pairs_set=[(0, 0), (1, 2), (None, 1)], ignore_row_if=keep
        )
        yield gxe.ExpectColumnPairValuesToBeInSet(
            column_A="s", column_B="u", value_pairs_set=[("in", "in"), ("in", "out")], ignore_row_if=keep
        )
    for keep in ("all_values_are_missing", "any_value_is_missing", "never"):
        for columns in (["i", "j"], ["f", "g"], ["s", "u", "b"], ["nip", "key"], ["d", "z"], ["m", "i"]):
            yield gxe.ExpectCompoundColumnsToBeUnique(column_list=columns, ignore_row_if=keep)
        for columns in (["i", "j", "small"], ["s", "u"], ["f", "g"], ["z", "y"], ["i", "s"]):
            yield gxe.ExpectSelectColumnValuesToBeUniqueWithinRecord(column_list=columns, ignore_row_if=keep)
        for columns in (["i", "j", "small"], ["i", "j"], ["f", "g"]):
            yield gxe.ExpectMulticolumnSumToEqual(column_list=columns, sum_total=3, ignore_row_if=keep, mostly=0.3)
        yield gxe.ExpectMulticolumnValuesToBeEqual(column_list=["i", "j"], ignore_row_if=keep)


def aggregates() -> Iterator[Any]:
    numbers = ("i", "small", "f", "m", "b")
    for column in numbers:
        for kind in (gxe.ExpectColumnMeanToBeBetween, gxe.ExpectColumnSumToBeBetween):
            yield kind(column=column, min_value=-1, max_value=5)
            yield kind(column=column, min_value=0, strict_min=True)
    for column in ("i", "f", "m"):
        yield gxe.ExpectColumnStdevToBeBetween(column=column, min_value=0.5, max_value=3)
    for column in ("i", "f"):
        yield gxe.ExpectColumnMedianToBeBetween(column=column, min_value=0, max_value=2)
    for error in (False, "linear", "lower", "higher", "midpoint", "nearest"):
        for column in ("i", "f"):
            yield gxe.ExpectColumnQuantileValuesToBeBetween(
                column=column,
                quantile_ranges={
                    "quantiles": [0, 0.1, 0.25, 0.5, 0.9, 1],
                    "value_ranges": [[None, 1], [-5, 5], [-5, 5], [0, 3], [0, None], [None, None]],
                },
                allow_relative_error=error,
            )
    for column, low, high in (
        ("i", 0, 7),
        ("nip", ID, ID + 9),
        ("f", -5, 5),
        ("t", "2026-01-01", "2026-01-03"),
        ("t", "2026-01-01T00:00:00", "2026-01-03T00:00:00"),
        ("z", "2026-01-01T00:00:00+07:00", "2026-01-03T00:00:00+07:00"),
        ("d", dt.date(1900, 1, 1), dt.date(2027, 1, 1)),
        ("m", -5, 5),
    ):
        yield gxe.ExpectColumnMinToBeBetween(column=column, min_value=low, max_value=high)
        yield gxe.ExpectColumnMaxToBeBetween(column=column, min_value=low, max_value=high)
    for column in SCHEMA:
        yield gxe.ExpectColumnUniqueValueCountToBeBetween(column=column, min_value=1, max_value=4)
        yield gxe.ExpectColumnProportionOfUniqueValuesToBeBetween(column=column, min_value=0.3, max_value=1)
    yield gxe.ExpectColumnProportionOfNonNullValuesToBeBetween(column="i", min_value=0.3, max_value=1)
    for column, values in SETS.items():
        yield gxe.ExpectColumnDistinctValuesToBeInSet(column=column, value_set=values)
        yield gxe.ExpectColumnDistinctValuesToEqualSet(column=column, value_set=values)
        yield gxe.ExpectColumnDistinctValuesToContainSet(column=column, value_set=values)


def tables() -> Iterator[Any]:
    yield gxe.ExpectTableRowCountToEqual(value=5)
    yield gxe.ExpectTableRowCountToBeBetween(min_value=1, max_value=12)
    yield gxe.ExpectTableColumnCountToEqual(value=len(SCHEMA))
    yield gxe.ExpectTableColumnCountToBeBetween(min_value=20)
    yield gxe.ExpectTableColumnsToMatchOrderedList(column_list=list(SCHEMA))
    yield gxe.ExpectTableColumnsToMatchOrderedList(column_list=["i", "nip", "absent"])
    yield gxe.ExpectTableColumnsToMatchSet(column_set=[*SCHEMA, "absent"])
    yield gxe.ExpectTableColumnsToMatchSet(column_set=["i", "f"], exact_match=False)
    yield gxe.ExpectColumnToExist(column="i")
    yield gxe.ExpectColumnToExist(column="nip", column_index=3)
    yield gxe.ExpectColumnToExist(column="absent")
    yield gxe.ExpectColumnValuesToNotBeNull(column="absent")
    yield gxe.ExpectColumnMaxToBeBetween(column="absent", min_value=1)


CONDITIONS = {
    "number": Column("i") > 1,
    "unequal": Column("s") != "in",
    "in": Column("s").is_in(["in", "out"]),
    "not in": Column("i").is_not_in([0, 1]),
    "null": Column("f").is_null(),
    "both": (Column("i") >= 0) & Column("s").is_not_null(),
    "either": (Column("f") < 1.0) | (Column("b") == True),  # noqa: E712
}


def conditional() -> Iterator[Any]:
    for condition in CONDITIONS.values():
        given: dict[str, Any] = {"row_condition": condition}
        yield gxe.ExpectColumnValuesToNotBeNull(column="j", **given)
        yield gxe.ExpectColumnValuesToBeUnique(column="key", **given)
        yield gxe.ExpectColumnValuesToBeInSet(column="u", value_set=["in"], mostly=0.5, **given)
        yield gxe.ExpectColumnValuesToBeBetween(column="g", max_value=1, **given)
        yield gxe.ExpectCompoundColumnsToBeUnique(column_list=["i", "u"], **given)
        yield gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A="i", column_B="j", **given)
        yield gxe.ExpectMulticolumnSumToEqual(column_list=["i", "j"], sum_total=3, **given)
        yield gxe.ExpectColumnMaxToBeBetween(column="i", max_value=4, **given)
        yield gxe.ExpectColumnSumToBeBetween(column="j", max_value=4, **given)
        yield gxe.ExpectColumnUniqueValueCountToBeBetween(column="u", max_value=2, **given)
        yield gxe.ExpectColumnProportionOfUniqueValuesToBeBetween(column="u", min_value=0.5, **given)
        yield gxe.ExpectColumnDistinctValuesToBeInSet(column="u", value_set=["in", "out"], **given)
        yield gxe.ExpectTableRowCountToBeBetween(min_value=3, **given)


EXPECTATIONS: dict[str, Callable[[], Iterator[Any]]] = {
    "row level": row_level,
    "several columns": several_columns,
    "aggregates": aggregates,
    "tables": tables,
    "conditional": conditional,
}
CASES = [
    (frame, group)
    for frame in FRAMES
    for group in EXPECTATIONS
    if frame in FEWER or group not in ("several columns", "conditional")
]

COMPARED = (
    "element_count",
    "unexpected_count",
    "unexpected_percent",
    "unexpected_percent_total",
    "unexpected_percent_nonmissing",
    "missing_count",
    "missing_percent",
    "partial_unexpected_list",
    "unexpected_list",
    "partial_unexpected_index_list",
    "unexpected_index_list",
    "partial_missing_list",
    "observed_value",
    "details",
)
VALUES_ONLY = {"partial_unexpected_list", "unexpected_list"}
ROWS = {key for key in COMPARED if key.startswith(("unexpected", "partial_unexpected"))} | {"success"}


@dataclass(frozen=True)
class Outcome:
    """One expectation on one engine."""

    success: bool
    problem: str | None
    result: dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One comparison: the expectation, the frame, both outcomes, and the keys in which they differ."""

    expectation: Any
    frame: pl.DataFrame
    ours: Outcome
    theirs: Outcome

    @property
    def differing(self) -> set[str]:
        if self.ours.problem or self.theirs.problem:
            return set() if self.ours.problem and self.theirs.problem else {"problem"}
        differing = {key for key in COMPARED if not alike(self.ours.result.get(key), self.theirs.result.get(key), key)}
        return differing | ({"success"} if self.ours.success != self.theirs.success else set())

    def column_types(self) -> list[pl.DataType]:
        kwargs = self.expectation.configuration.kwargs
        names = [kwargs.get("column"), kwargs.get("column_A"), kwargs.get("column_B"), *kwargs.get("column_list", [])]
        return [self.frame.schema[name] for name in names if name in self.frame.schema]

    def has_nulls(self) -> bool:
        return self.frame.get_column(self.expectation.column).null_count() > 0


def only_pandas_raises(case: Case) -> bool:
    return case.ours.problem is None and case.theirs.problem is not None


DIFFERENCES: dict[str, Callable[[Case], bool]] = {
    "zoned pairs": lambda case: (
        case.differing <= VALUES_ONLY
        and "pair" in case.expectation.expectation_type
        and all(isinstance(dtype, pl.Datetime) for dtype in case.column_types())
    ),
    "integers with nulls as text": lambda case: (
        case.differing <= ROWS
        and re.search("length|regex", case.expectation.expectation_type) is not None
        and case.column_types()[0].is_integer()
        and case.has_nulls()
    ),
    "decimals with nulls": lambda case: (
        only_pandas_raises(case) and case.column_types()[0].is_decimal() and case.has_nulls()
    ),
    "no moment at all": lambda case: (
        only_pandas_raises(case)
        and isinstance(case.column_types()[0], pl.Datetime)
        and case.frame.get_column(case.expectation.column).count() == 0
    ),
    "large integers against floats": lambda case: (
        case.differing == {"success"}
        and case.expectation.column == "nip"
        and re.search("_(min|max)_to_be_between", case.expectation.expectation_type) is not None
    ),
    "quantiles beside infinity": lambda case: (
        case.differing <= {"observed_value", "details", "success"}
        and "quantile" in case.expectation.expectation_type
        and case.frame.get_column(case.expectation.column).is_infinite().any()
    ),
}
"""Accepted differences by the name docs/engine.md explains them under."""


def plain(value: Any) -> Any:
    """A value as both engines can be compared by: missing as None, NumPy and pandas types as Python's."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(item) for item in value]
    if value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float):
        return None if math.isnan(value) else value
    return value


def alike(ours: Any, theirs: Any, key: str = "") -> bool:
    """Equal, floats to a relative 1e-12; a list of missing members in any order."""
    ours, theirs = plain(ours), plain(theirs)
    if key == "partial_missing_list" and ours is not None:
        return Counter(map(str, ours)) == Counter(map(str, theirs))
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(alike(a, b) for a, b in zip(ours, theirs, strict=True))
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(alike(ours[name], theirs[name]) for name in ours)
    if isinstance(ours, float) or isinstance(theirs, float):
        both = isinstance(ours, int | float) and isinstance(theirs, int | float)
        return both and (ours == theirs or math.isclose(ours, theirs, rel_tol=1e-12))
    return bool(ours == theirs)


def outcomes(results: Any) -> dict[int, Outcome]:
    """By the number in the expectation's meta; engines order results differently."""

    def problem(info: dict[str, Any]) -> str | None:
        if "raised_exception" in info:
            return str(info["exception_message"]) if info["raised_exception"] else None
        return "; ".join(str(part["exception_message"]) for part in info.values())

    return {
        result.expectation_config.meta["number"]: Outcome(
            bool(result.success), problem(result.exception_info), result.result
        )
        for result in results
    }


AS_STOCK = "specials"
"""The frame on which pandas derives configurations again and again; once is half the time, and says the same."""


@pytest.fixture(scope="session")
def on_pandas(context: Any) -> Callable[[pl.DataFrame, list[Any]], dict[int, Outcome]]:
    asset = context.data_sources.add_pandas("pandas").add_dataframe_asset("frames")
    whole = asset.add_batch_definition_whole_dataframe("all")

    def run(frame: pl.DataFrame, listed: list[Any]) -> dict[int, Outcome]:
        batch = whole.get_batch({"dataframe": as_pandas(frame)})
        with warnings.catch_warnings(), nullcontext() if frame is FRAMES[AS_STOCK] else derived_once():
            warnings.simplefilter("ignore")  # what the engine compared with warns of is not ours to mend
            return outcomes(
                batch.validate(gx.ExpectationSuite("suite", expectations=listed), result_format="COMPLETE").results
            )

    return run


def compare(frame: pl.DataFrame, listed: list[Any], validate: Any, on_pandas: Any) -> list[Case]:
    for number, expectation in enumerate(listed):
        expectation.meta = {"number": number}
    ours = outcomes(validate(frame, listed, source="revealing", result_format="COMPLETE").results)
    theirs = on_pandas(frame, listed)
    return [Case(expectation, frame, ours[n], theirs[n]) for n, expectation in enumerate(listed)]


def described(case: Case) -> str:
    keys = sorted(case.differing)
    both = {key: (case.ours.result.get(key), case.theirs.result.get(key)) for key in keys}
    kwargs = case.expectation.configuration.kwargs
    return f"{case.expectation.expectation_type} {kwargs}: {both} {case.ours.problem} | {case.theirs.problem}"


@pytest.mark.parametrize(("frame", "group"), CASES)
def test_agrees_with_pandas(frame: str, group: str, validate: Any, on_pandas: Any) -> None:
    cases = compare(FRAMES[frame], list(EXPECTATIONS[group]()), validate, on_pandas)
    unexplained = [
        described(case) for case in cases if case.differing and not any(holds(case) for holds in DIFFERENCES.values())
    ]
    assert unexplained == []


def test_differences_are_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "engine.md").read_text(encoding="utf-8")
    assert re.findall(r"^- \*\*(.+?)\*\* \(accepted in the conformance tests\)", page, re.MULTILINE) == list(
        DIFFERENCES
    )


def examples() -> Iterator[tuple[str, pl.DataFrame, Any, bool]]:
    """The worked examples in the docstrings of Great Expectations' own classes: frame, expectation, success."""
    for name in sorted(vars(gxe)):
        cls = getattr(gxe, name)
        text = cls.__doc__ or ""
        if not name.startswith("Expect") or "Example Data:" not in text:
            continue
        frame = example_frame(text.partition("Example Data:")[2].partition("Code Examples:")[0])
        for title, success in (("Passing Case:", True), ("Failing Case:", False)):
            source = re.search(r"Input:\s*(\w+\(.*?\n\s*\))", text.partition(title)[2], re.DOTALL)
            expectation = called(source[1]) if source else None
            if frame is not None and expectation is not None:
                yield f"{name} {title[:-6].lower()}", frame, expectation, success


def called(source: str) -> Any:
    """The expectation that a call makes, if its keywords are literals."""
    call = ast.parse(source.strip(), mode="eval").body
    assert isinstance(call, ast.Call)
    assert isinstance(call.func, ast.Name)
    try:
        kwargs = {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in call.keywords}
    except ValueError:
        return None
    return getattr(gxe, call.func.id)(**kwargs)


def example_frame(text: str) -> pl.DataFrame | None:
    """A table of an example: a row of names, then rows that start with their number."""
    lines = [line.split() for line in text.strip().splitlines() if line.strip()]
    names, rows = [cell.strip('"') for cell in lines[0]], [line[1:] for line in lines[1:]]
    if not rows or any(len(row) != len(names) for row in rows):
        return None  # the table's cells hold spaces, so they cannot be told apart

    def values(cells: tuple[str, ...]) -> list[Any]:
        words = [None if cell in ("None", "NaN") else cell.strip("\"'") for cell in cells]
        try:
            return [None if word is None else float(word) for word in words]
        except ValueError:
            return list(words)

    return pl.DataFrame(
        {name: values(cells) for name, cells in zip(names, zip(*rows, strict=True), strict=True)}, strict=False
    )


NOT_OURS = {
    "ExpectColumnMinToBeBetween failing": "the docstring shows another expectation",
    "ExpectColumnValuesToBeInTypeList passing": "SQL types",
    "ExpectColumnValuesToBeInTypeList failing": "SQL types",
    "ExpectColumnValuesToBeOfType passing": "SQL types",
    "ExpectColumnValuesToBeOfType failing": "SQL types",
}


def test_shipped_examples_hold(validate: Any) -> None:
    wrong: list[str] = []
    run: Counter[str] = Counter()
    for name, frame, expectation, success in examples():
        if name in NOT_OURS:
            continue
        try:
            result = validate(frame, [expectation]).results[0]
        except UnsupportedExpectationError:
            run["refused"] += 1
            continue
        run["run"] += 1
        if result.success != success or result.exception_info.get("raised_exception", True):
            wrong.append(name)
    assert wrong == []
    assert run == {"run": 74, "refused": 16}
