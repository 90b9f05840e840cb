"""Passes over the data, refusals, conditions of one's own, types, tables, and the datasource's own errors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
import polars as pl
import pytest
from great_expectations.exceptions.exceptions import BuildBatchRequestError
from great_expectations.expectations.expectation import (
    ColumnMapExpectation,
    ColumnPairMapExpectation,
    MulticolumnMapExpectation,
)
from great_expectations.expectations.row_conditions import Column as RowColumn
from hypothesis import example, given
from hypothesis import strategies as st
from polars.io.plugins import register_io_source

from expectations.engine import Column, EngineProblem, UnsupportedExpectationError, quarantine, row_condition
from expectations.engine.strftime import matches_format


class Counted:
    """A lazy frame that counts how often it is read."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.scans = 0

        def read(
            columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, _batch_size: int | None
        ) -> Iterator[pl.DataFrame]:
            self.scans += 1
            batch = frame if n_rows is None else frame.head(n_rows)
            batch = batch if predicate is None else batch.filter(predicate)
            yield batch if columns is None else batch.select(columns)

        self.lazy = register_io_source(read, schema=frame.schema)


def problem_of(result: Any) -> str:
    info = result.exception_info
    parts = [info] if "raised_exception" in info else list(info.values())
    return " ".join(str(part["exception_message"]) for part in parts)


MANY: list[Any] = [
    gxe.ExpectColumnValuesToNotBeNull(column="n"),
    gxe.ExpectColumnValuesToBeBetween(column="n", min_value=0),
    gxe.ExpectColumnValuesToBeInSet(column="s", value_set=["in", "out"], row_condition=RowColumn("n") > 1),
    gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A="n", column_B="k", or_equal=True),
    gxe.ExpectColumnValuesToBeUnique(column="k"),
    gxe.ExpectCompoundColumnsToBeUnique(column_list=["n", "s"]),
    gxe.ExpectColumnMaxToBeBetween(column="n", max_value=9),
    gxe.ExpectColumnMeanToBeBetween(column="n", max_value=9, row_condition=RowColumn("s") == "in"),
    gxe.ExpectColumnUniqueValueCountToBeBetween(column="s", min_value=1),
    gxe.ExpectColumnDistinctValuesToBeInSet(column="s", value_set=["in", "out"]),
    gxe.ExpectColumnProportionOfUniqueValuesToBeBetween(column="k", min_value=0.5),
    gxe.ExpectTableRowCountToBeBetween(min_value=1),
    gxe.ExpectTableColumnCountToEqual(value=3),
    gxe.ExpectColumnValuesToBeOfType(column="n", type_="Int64"),
]
GOOD = pl.DataFrame({"n": [3, 4], "k": [1, 2], "s": ["in", "out"]})


@pytest.mark.parametrize(
    ("frame", "scans", "why"),
    [
        (GOOD, 1, "all counts and aggregates share one pass"),
        (GOOD.with_columns(s=pl.lit("on")), 2, "failing rows of all expectations share a second"),
        (GOOD.with_columns(k=pl.lit(1)), 3, "keys whose hash is repeated are compared themselves"),
    ],
)
def test_passes_over_the_data(frame: pl.DataFrame, scans: int, why: str, validate: Any) -> None:
    counted = Counted(frame)
    results = validate(counted.lazy, MANY, result_format="SUMMARY").results
    assert [problem_of(each) for each in results] == ["None"] * len(MANY)
    assert counted.scans == scans, why


def test_a_faulty_expectation_costs_the_others_no_pass(validate: Any) -> None:
    faulty = [
        gxe.ExpectColumnValuesToNotBeNull(column="absent"),
        gxe.ExpectColumnMeanToBeBetween(column="s", max_value=1),
        gxe.ExpectColumnValuesToBeBetween(column="s", max_value=1),
        gxe.ExpectColumnValuesToMatchRegex(column="s", regex="(?=x)"),
    ]
    counted = Counted(GOOD)
    results = validate(counted.lazy, [*MANY, *faulty]).results
    assert counted.scans == 1
    assert sum(each.success for each in results) == len(MANY)
    problems = " ".join(problem_of(each) for each in results)
    for part in ('column "absent" does not exist', "is String", "max_value of column", "no look-around"):
        assert part in problems


def test_frames_after_one_another_do_not_mix(validate: Any) -> None:
    expectation = gxe.ExpectTableRowCountToEqual(value=1)
    assert [validate(pl.DataFrame({"n": [0] * rows}), [expectation]).success for rows in (1, 2, 1)] == [
        True,
        False,
        True,
    ]


def test_quarantine_reads_keys_then_rows() -> None:
    counted = Counted(GOOD)
    split = quarantine(counted.lazy, [gxe.ExpectColumnValuesToNotBeNull(column="n")])
    assert counted.scans == 0
    split.masks.collect(engine="streaming")
    assert counted.scans == 1
    split = quarantine(counted.lazy, MANY)
    assert counted.scans == 2
    split.masks.collect(engine="streaming")
    assert counted.scans == 3


@pytest.mark.parametrize(
    ("expectation", "name", "instead"),
    [
        (gxe.ExpectColumnValuesToMatchLikePattern(column="s", like_pattern="a%"), "match_like_pattern", "match_regex"),
        (gxe.ExpectColumnValueZScoresToBeLessThan(column="n", threshold=2, double_sided=True), "z_scores", "between"),
        (gxe.ExpectColumnValuesToBeDateutilParseable(column="s"), "dateutil", "match_strftime_format"),
        (gxe.ExpectColumnValuesToBeIncreasing(column="n"), "increasing", "column of differences"),
        (gxe.UnexpectedRowsExpectation(unexpected_rows_query="SELECT 1"), "unexpected_rows", "row_condition"),
        (
            gxe.ExpectColumnPairValuesToBeInSet(
                column_A="n", column_B="k", value_pairs_set=[(1, 1)], row_condition=RowColumn("n") > 1
            ),
            "in_set with row_condition",
            "row_condition",
        ),
    ],
)
def test_others_are_refused_by_name_with_what_to_use(expectation: Any, name: str, instead: str, validate: Any) -> None:
    with pytest.raises(UnsupportedExpectationError, match=rf"{name}.*use instead: .*{instead}"):
        validate(GOOD, [expectation])


@row_condition("column_values.even_besides", value_keys=("besides",))
def even_besides(column: Column, besides: int | None = None) -> pl.Expr:
    return (column.expr % 2 == 0) | (column.expr == pl.lit(besides))


class ExpectColumnValuesToBeEven(ColumnMapExpectation):
    map_metric = "column_values.even_besides"
    success_keys = ("besides", "mostly")
    besides: int | None = None


@row_condition("column_pair_values.b_where_a", kind="pair")
def b_where_a(a: Column, b: Column) -> pl.Expr:
    return a.expr.is_null() | b.expr.is_not_null()


class ExpectColumnPairBWhereA(ColumnPairMapExpectation):
    map_metric = "column_pair_values.b_where_a"


@row_condition("multicolumn_values.exactly_one", kind="columns")
def exactly_one(columns: list[Column]) -> pl.Expr:
    return pl.sum_horizontal(column.expr.is_not_null().cast(pl.Int8) for column in columns) == 1


class ExpectExactlyOneColumnToBeGiven(MulticolumnMapExpectation):
    map_metric = "multicolumn_values.exactly_one"


@row_condition("column_values.faulty")
def faulty(column: Column) -> pl.Expr:
    raise RuntimeError(f"a text that might quote data: {column.name}")


class ExpectFaulty(ColumnMapExpectation):
    map_metric = "column_values.faulty"


def test_conditions_of_ones_own(validate: Any) -> None:
    frame = pl.DataFrame({"n": [1, 2, 3, None], "k": [None, 1, None, None]}, schema_overrides={"k": pl.Int64})
    listed = [
        ExpectColumnValuesToBeEven(column="n", meta={"id": "even"}),
        ExpectColumnValuesToBeEven(column="n", besides=3, mostly=0.6, meta={"id": "even or 3"}),
        ExpectColumnPairBWhereA(column_A="n", column_B="k", meta={"id": "pair"}),
        ExpectExactlyOneColumnToBeGiven(column_list=["n", "k"], ignore_row_if="never", meta={"id": "one"}),
    ]
    results = {each.expectation_config.meta["id"]: each for each in validate(frame, listed).results}
    counts = {name: (each.success, each.result["unexpected_count"]) for name, each in results.items()}
    assert counts == {"even": (False, 2), "even or 3": (True, 1), "pair": (False, 2), "one": (False, 2)}
    masks = quarantine(frame, listed).masks.collect()
    assert masks.select("even", "even or 3", "pair", "one").sum().row(0) == (2, 1, 2, 2)


def test_a_condition_that_raises_fails_without_its_text(validate: Any) -> None:
    result = validate(GOOD, [ExpectFaulty(column="n")]).results[0]
    assert not result.success
    assert "RuntimeError in column_values.faulty" in problem_of(result)
    assert "might quote" not in str(result.exception_info)


@row_condition("column_values.faulty_later")
def faulty_later(column: Column) -> pl.Expr:
    def fail(_values: pl.Series) -> pl.Series:
        raise RuntimeError("a text that might quote data")

    return column.expr.map_batches(fail, return_dtype=pl.Boolean)


class ExpectFaultyLater(ColumnMapExpectation):
    map_metric = "column_values.faulty_later"


def test_a_condition_that_raises_on_the_rows_fails_alone(validate: Any, caplog: pytest.LogCaptureFixture) -> None:
    results = validate(GOOD, [ExpectFaultyLater(column="n"), *MANY]).results
    assert sorted(each.success for each in results) == [False] + [True] * len(MANY)
    text = str([each.exception_info for each in results]) + caplog.text
    assert "column_values.faulty_later" in text
    assert "might quote" not in text


def test_a_condition_has_one_name() -> None:
    with pytest.raises(EngineProblem, match="registered already"):
        row_condition("column_values.between")(even_besides)


TYPED = pl.DataFrame(
    {"i": [1], "f": [1.5], "s": ["a"], "t": [dt.datetime(2026, 1, 1, tzinfo=dt.UTC)], "d": [dt.date(2026, 1, 1)]}
)


@pytest.mark.parametrize(
    ("column", "names", "success"),
    [
        ("i", ["Int64"], True),
        ("i", ["int64"], True),
        ("i", ["int"], True),
        ("i", ["float", "Int32"], False),
        ("s", ["String"], True),
        ("s", ["str", "int"], True),
        ("t", ["Datetime"], True),
        ("t", ["Datetime(time_unit='us', time_zone='UTC')"], True),
        ("t", ["Datetime(time_unit='us', time_zone='Asia/Jakarta')"], False),
        ("d", ["datetime"], False),
        ("d", ["date"], True),
    ],
)
def test_types(column: str, names: list[str], success: bool, validate: Any) -> None:
    listed = [gxe.ExpectColumnValuesToBeInTypeList(column=column, type_list=names)]
    if len(names) == 1:
        listed.append(gxe.ExpectColumnValuesToBeOfType(column=column, type_=names[0]))
        listed.append(gxe.ExpectColumnTypeToBe(column=column, type_=names[0]))
    results = validate(TYPED, listed).results
    assert [each.success for each in results] == [success] * len(listed)
    assert {each.result["observed_value"] for each in results} == {str(TYPED.schema[column])}


def test_unknown_types_and_columns_are_named(validate: Any) -> None:
    listed = [
        gxe.ExpectColumnValuesToBeOfType(column="i", type_="VARCHAR"),
        gxe.ExpectColumnValuesToBeOfType(column="absent", type_="Int64"),
    ]
    problems = " ".join(problem_of(each) for each in validate(TYPED, listed).results)
    assert 'type "VARCHAR" is unknown' in problems
    assert 'column "absent" does not exist' in problems


def test_row_count_of_another_table(validate: Any, sources: Any) -> None:
    expectation = gxe.ExpectTableRowCountToEqualOtherTable(other_table_name="roster")
    sources["hiding"].set_table("roster", pl.LazyFrame({"x": [1, 2]}))
    same, other = validate(GOOD, [expectation]).results[0], validate(GOOD.head(1), [expectation]).results[0]
    assert same.success
    assert not other.success
    assert other.result["observed_value"] == {"self": 1, "other": 2}
    unnamed = validate(GOOD, [gxe.ExpectTableRowCountToEqualOtherTable(other_table_name="absent")]).results[0]
    assert 'table "absent" is unknown: name it first' in problem_of(unnamed)


def test_bounds_do_not_lose_digits_of_large_integers(validate: Any) -> None:
    number = 2**53
    frame = pl.DataFrame({"n": [number, number + 1]})
    results = validate(
        frame,
        [
            gxe.ExpectColumnValuesToBeBetween(column="n", max_value=number),
            gxe.ExpectColumnValuesToBeInSet(column="n", value_set=[number + 1]),
            gxe.ExpectColumnValuesToBeBetween(column="n", min_value=0.5, max_value=1e300),
        ],
    ).results
    assert sorted(each.result["unexpected_count"] for each in results) == [0, 1, 1]


def test_bounds_between_the_milliseconds_of_a_column(validate: Any) -> None:
    moments = [dt.datetime(2026, 1, 1, 0, 0, 0, ms * 1000) for ms in (1, 2, 3)]  # noqa: DTZ001
    frame = pl.DataFrame({"at": moments}, schema={"at": pl.Datetime("ms")})
    between = moments[1] + dt.timedelta(microseconds=500)
    bounds: list[dict[str, Any]] = [{"min_value": between}, {"max_value": between}]
    strict = [{"strict_min": True, **bounds[0]}, {"strict_max": True, **bounds[1]}]
    listed: list[Any] = [gxe.ExpectColumnValuesToBeBetween(column="at", **given) for given in bounds + strict]
    listed.append(gxe.ExpectColumnValuesToBeInSet(column="at", value_set=[between]))
    for number, expectation in enumerate(listed):
        expectation.meta = {"number": number}
    counts = {each.expectation_config.meta["number"]: each.result for each in validate(frame, listed).results}
    assert [counts[number]["unexpected_count"] for number in range(5)] == [2, 1, 2, 1, 3]


TYPES = {
    "zoned": ([dt.datetime(2026, 1, 1, hour, tzinfo=dt.UTC) for hour in (0, 1)], pl.Datetime("us", "Asia/Jakarta")),
    "category": (["a", "b"], pl.Categorical()),
    "enum": (["a", "b"], pl.Enum(["a", "b"])),
    "time": ([dt.time(7), dt.time(8)], pl.Time()),
    "date": ([dt.date(2026, 1, 1), dt.date(2026, 1, 2)], pl.Date()),
    "unsigned": ([1, 2**64 - 1], pl.UInt64()),
    "single": ([0.5, 2.0], pl.Float32()),
    "decimal": ([Decimal("0.1"), Decimal("2")], pl.Decimal(38, 18)),
}


@pytest.mark.parametrize("name", TYPES)
def test_every_type_of_column(name: str, validate: Any) -> None:
    values, dtype = TYPES[name]
    frame = pl.DataFrame({"x": [*values, values[0], None]}, schema={"x": dtype})
    told = values[0].isoformat() if hasattr(values[0], "isoformat") else values[0]
    listed = [
        gxe.ExpectColumnValuesToBeInSet(column="x", value_set=[told]),
        gxe.ExpectColumnValuesToNotBeInSet(column="x", value_set=[told, "absent", 7]),
        gxe.ExpectColumnValuesToBeUnique(column="x"),
        gxe.ExpectColumnDistinctValuesToContainSet(column="x", value_set=[told]),
        gxe.ExpectColumnUniqueValueCountToBeBetween(column="x", min_value=2, max_value=2),
    ]
    found = {each.expectation_config.type: each for each in validate(frame, listed).results}
    row_level = ("values_to_be_in_set", "values_to_not_be_in_set", "values_to_be_unique")
    assert [found[f"expect_column_{part}"].result["unexpected_count"] for part in row_level] == [1, 2, 2]
    assert found["expect_column_distinct_values_to_contain_set"].success
    assert found["expect_column_unique_value_count_to_be_between"].success


def test_a_batch_is_a_polars_frame(context: Any) -> None:
    asset = context.data_sources.add_polars("other").add_frame_asset("frames")
    whole = asset.add_batch_definition_whole_frame("all")
    for options in ({}, {"dataframe": [1]}, {"dataframe": GOOD, "more": 1}):
        with pytest.raises(BuildBatchRequestError, match="batch_parameters must be"):
            whole.get_batch(options)
    with pytest.raises(BuildBatchRequestError, match="a frame is one batch"):
        asset.build_batch_request({"dataframe": GOOD}, partitioner=object())


@pytest.mark.filterwarnings("ignore:.*(row_condition|condition_parser) parameter:DeprecationWarning")
def test_row_conditions_as_text_are_refused(validate: Any) -> None:
    expectation = gxe.ExpectColumnValuesToNotBeNull(column="n", row_condition="n > 1", condition_parser="pandas")
    result = validate(GOOD, [expectation]).results[0]
    assert "use comparisons" in problem_of(result)


def test_a_file_that_is_gone_is_named(validate: Any, tmp_path: Any) -> None:
    GOOD.write_parquet(tmp_path / "gone.parquet")
    frame = pl.scan_parquet(tmp_path / "gone.parquet")
    counted = frame.collect_schema()
    assert counted == GOOD.schema
    (tmp_path / "gone.parquet").unlink()
    result = validate(frame, [gxe.ExpectColumnValuesToNotBeNull(column="n")]).results[0]
    assert not result.success
    assert "gone.parquet" in problem_of(result)


DIGITS = st.text("0123456789-/: .aZ+", max_size=12)
MOMENTS = st.datetimes(min_value=dt.datetime(1, 1, 1)).map(lambda moment: moment.strftime("%Y-%m-%d"))  # noqa: DTZ001


@given(text=DIGITS | MOMENTS, strftime_format=st.sampled_from(["%Y-%m-%d", "%d/%m/%y", "%H:%M:%S", "%Y%m%d %H%M%z"]))
@example("2023-02-29", "%Y-%m-%d")
@example("2024-02-29", "%Y-%m-%d")
@example("1900-02-29", "%Y-%m-%d")
@example("2024-2-9", "%Y-%m-%d")
@example("0000-01-01", "%Y-%m-%d")
@example("29/02/24", "%d/%m/%y")
@example("31/04/24", "%d/%m/%y")
@example("23:59:60", "%H:%M:%S")
@example("1:2:3", "%H:%M:%S")
@example("20240229 2359+0700", "%Y%m%d %H%M%z")
def test_strftime_formats_are_pythons(text: str, strftime_format: str) -> None:
    try:
        dt.datetime.strptime(text, strftime_format)  # noqa: DTZ007
        parses = True
    except ValueError:
        parses = False
    assert pl.select(matches_format(pl.lit(text), strftime_format)).item() is parses


def test_strftime_directives_that_depend_on_a_locale_are_refused(validate: Any) -> None:
    result = validate(GOOD, [gxe.ExpectColumnValuesToMatchStrftimeFormat(column="s", strftime_format="%d %B")])
    assert "directive %B is unknown" in problem_of(result.results[0])


def test_importing_the_package_above_does_not_import_great_expectations() -> None:
    import subprocess
    import sys

    code = "import sys, expectations; assert 'great_expectations' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_analytics_are_off() -> None:
    assert gx.get_context(mode="ephemeral").config.analytics_enabled in (None, False)
    import os

    assert os.environ["GX_ANALYTICS_ENABLED"].lower() == "false"
