"""The rows that are masked are the rows that were counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
import polars as pl
import pytest
from great_expectations.expectations.row_conditions import Column
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expectations.engine import FAILED, EngineProblem, UnsupportedExpectationError, quarantine

CELLS = {
    "a": st.none() | st.integers(-3, 3),
    "b": st.none() | st.integers(-3, 3),
    "f": st.none() | st.sampled_from([0.0, -0.0, 1.5, float("nan"), float("inf")]),
    "s": st.none() | st.sampled_from(["", "in", "out", "ä", "2026-02-29", "2024-02-29"]),
}
SCHEMA: dict[str, Any] = {"a": pl.Int64, "b": pl.Int64, "f": pl.Float64, "s": pl.String}
FRAMES = st.lists(st.fixed_dictionaries(CELLS), max_size=25).map(lambda rows: pl.DataFrame(rows, schema=SCHEMA))

CONDITIONS = st.sampled_from(
    [None, Column("a") > 0, Column("s") != "in", Column("f").is_null(), (Column("b") < 2) | (Column("s") == "out")]
)
MOSTLY = st.sampled_from([1.0, 0.5, 0.0])
COLUMN = st.sampled_from(list(SCHEMA))
PAIR = st.lists(COLUMN, min_size=2, max_size=2, unique=True)
NUMBERS = st.sampled_from([["a", "b"], ["a", "f"], ["b", "f", "a"]])
OF_PAIR = st.sampled_from(["both_values_are_missing", "either_value_is_missing", "neither"])
OF_LIST = st.sampled_from(["all_values_are_missing", "any_value_is_missing", "never"])
COMMON = {"row_condition": CONDITIONS, "mostly": MOSTLY}
OF_COLUMN = {"column": COLUMN, **COMMON}
OF_TEXT = {"column": st.just("s"), **COMMON}
EXPECTATIONS = st.one_of(
    st.builds(gxe.ExpectColumnValuesToNotBeNull, **OF_COLUMN),
    st.builds(gxe.ExpectColumnValuesToBeNull, **OF_COLUMN),
    st.builds(gxe.ExpectColumnValuesToBeUnique, **OF_COLUMN),
    st.builds(gxe.ExpectColumnValuesToBeInSet, value_set=st.just([0, 1.5, "in"]), **OF_COLUMN),
    st.builds(gxe.ExpectColumnValuesToNotBeInSet, value_set=st.just([0, 1.5, "in"]), **OF_COLUMN),
    st.builds(
        gxe.ExpectColumnValuesToBeBetween,
        column=st.sampled_from(["a", "f"]),
        min_value=st.sampled_from([-1, 0, 0.5]),
        strict_min=st.booleans(),
        **COMMON,
    ),
    st.builds(gxe.ExpectColumnValuesToMatchRegex, regex=st.sampled_from(["^i", "t$"]), **OF_TEXT),
    st.builds(gxe.ExpectColumnValuesToMatchStrftimeFormat, strftime_format=st.just("%Y-%m-%d"), **OF_TEXT),
    st.builds(gxe.ExpectColumnValueLengthsToBeBetween, max_value=st.integers(0, 3), **OF_TEXT),
    st.builds(
        gxe.ExpectColumnPairValuesAToBeGreaterThanB,
        column_A=st.just("a"),
        column_B=st.sampled_from(["b", "f"]),
        or_equal=st.booleans(),
        ignore_row_if=OF_PAIR,
        **COMMON,
    ),
    st.builds(
        gxe.ExpectColumnPairValuesToBeEqual,
        column_A=st.just("a"),
        column_B=st.just("b"),
        ignore_row_if=OF_PAIR,
        **COMMON,
    ),
    st.builds(gxe.ExpectCompoundColumnsToBeUnique, column_list=PAIR, ignore_row_if=OF_LIST, **COMMON),
    st.builds(gxe.ExpectSelectColumnValuesToBeUniqueWithinRecord, column_list=NUMBERS, ignore_row_if=OF_LIST, **COMMON),
    st.builds(
        gxe.ExpectMulticolumnSumToEqual,
        column_list=NUMBERS,
        sum_total=st.integers(-1, 2),
        ignore_row_if=OF_LIST,
        **COMMON,
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frame=FRAMES, listed=st.lists(EXPECTATIONS, min_size=1, max_size=6))
def test_rows_masked_are_rows_counted(frame: pl.DataFrame, listed: list[Any], validate: Any) -> None:
    for number, expectation in enumerate(listed):
        expectation.meta = {"id": f"id-{number}"}
    split = quarantine(frame, listed)
    masked = split.masks.select(pl.col(list(split.expectations)).sum()).collect().row(0, named=True)
    results = validate(frame, listed, result_format="BASIC").results
    assert masked == {each.expectation_config.meta["id"]: each.result["unexpected_count"] for each in results}

    valid, refused = split.valid.collect(), split.refused.collect()
    assert valid.height + refused.height == frame.height
    assert valid.schema == frame.schema
    assert refused.get_column(FAILED).list.len().sum() == sum(masked.values())
    assert (refused.get_column(FAILED).list.len() > 0).all()


def test_masks_keep_rows_and_their_order(tmp_path: Path) -> None:
    frame = pl.DataFrame({"key": ["b", "a", "b", None], "n": [4, 3, 2, None]})
    suite = gx.ExpectationSuite(
        "rows",
        expectations=[
            gxe.ExpectColumnValuesToBeUnique(column="key", meta={"id": "repeated"}),
            gxe.ExpectColumnValuesToNotBeNull(column="n", meta={"id": "missing"}),
            gxe.ExpectColumnValuesToBeBetween(column="n", max_value=3, mostly=0.1, meta={"id": "large"}),
            gxe.ExpectTableRowCountToEqual(value=0, meta={"id": "table"}),
        ],
    )
    split = quarantine(frame, suite)
    assert list(split.expectations) == ["repeated", "missing", "large"]
    assert split.masks.collect().to_dict(as_series=False) == {
        "key": ["b", "a", "b", None],
        "n": [4, 3, 2, None],
        "repeated": [True, False, True, False],
        "missing": [False, False, False, True],
        "large": [True, False, False, False],
    }
    split.sink(valid=tmp_path / "valid.parquet", refused=tmp_path / "refused.parquet")
    assert pl.read_parquet(tmp_path / "valid.parquet").rows() == [("a", 3)]
    assert pl.read_parquet(tmp_path / "refused.parquet").rows() == [
        ("b", 4, ["repeated", "large"]),
        ("b", 2, ["repeated"]),
        (None, None, ["missing"]),
    ]


def test_without_row_level_expectations_all_rows_are_valid() -> None:
    frame = pl.DataFrame({"n": [1, 2]})
    split = quarantine(frame, [gxe.ExpectTableRowCountToEqual(value=0)])
    assert split.valid.collect().equals(frame)
    assert split.refused.collect().schema == {"n": pl.Int64(), FAILED: pl.List(pl.String())}
    assert split.refused.collect().height == 0


def test_all_problems_are_named_at_once() -> None:
    frame = pl.DataFrame({"n": [1, 2]})
    listed = [
        gxe.ExpectColumnValuesToNotBeNull(column="absent", meta={"id": "one"}),
        gxe.ExpectColumnValuesToBeBetween(column="n", min_value="2026-01-01", meta={"id": "two"}),
    ]
    with pytest.raises(EngineProblem, match=r'one: column "absent" does not exist.*two: min_value of column "n"'):
        quarantine(frame, listed)


def test_unsupported_expectations_are_refused_by_name() -> None:
    with pytest.raises(UnsupportedExpectationError, match="expect_column_values_to_be_json_parseable"):
        quarantine(pl.DataFrame({"n": ["{}"]}), [gxe.ExpectColumnValuesToBeJsonParseable(column="n")])


def test_ids_name_one_expectation_each() -> None:
    listed = [gxe.ExpectColumnValuesToNotBeNull(column="n", meta={"id": "same"}) for _ in range(2)]
    with pytest.raises(EngineProblem, match="two expectations have the id same"):
        quarantine(pl.DataFrame({"n": [1]}), listed)


def test_an_expectation_without_an_id_goes_by_its_place() -> None:
    split = quarantine(pl.DataFrame({"n": [1]}), [gxe.ExpectColumnValuesToNotBeNull(column="n")])
    assert list(split.expectations) == ["expect_column_values_to_not_be_null[0]"]


def test_suite_parameters_must_be_filled_in() -> None:
    expectation = gxe.ExpectColumnValuesToBeInSet(column="n", value_set={"$PARAMETER": "known"})
    with pytest.raises(EngineProblem, match="value_set: fill in suite parameters"):
        quarantine(pl.DataFrame({"n": [1]}), [expectation])
