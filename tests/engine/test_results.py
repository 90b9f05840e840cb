"""No value of the data is in a result, a rendering, a log or a file, unless the datasource reveals values."""

from __future__ import annotations

import datetime as dt
import json
import random
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import great_expectations as gx
import great_expectations.expectations as gxe
import polars as pl
import pytest
from great_expectations.checkpoint.actions import UpdateDataDocsAction

from expectations.engine import HIDDEN

FORMATS: list[Any] = [
    "BOOLEAN_ONLY",
    "BASIC",
    "SUMMARY",
    "COMPLETE",
    {"result_format": "COMPLETE", "include_unexpected_rows": True, "return_unexpected_index_query": True},
    {"result_format": "SUMMARY", "unexpected_index_column_names": ["_file", "_row"], "partial_unexpected_count": 3},
]


def secret_frame(seed: int) -> pl.DataFrame:
    """Rows whose every cell is told apart by its text, the origin columns aside."""
    rng = random.Random(seed)  # noqa: S311
    height = 9
    day = dt.datetime(2031, 1, 1, tzinfo=ZoneInfo("UTC"))

    def moment() -> dt.datetime:
        return day + dt.timedelta(seconds=rng.randrange(10**9), microseconds=rng.randrange(1, 10**6))

    moments = [moment() for _ in range(height)]
    return pl.DataFrame(
        {
            "name": [f"Rahasia-{rng.randrange(10**12):012d}" for _ in range(height - 1)] + [None],
            "twin": [f"Kembar-{rng.randrange(10**12):012d}"] * height,
            "nip": [198501012010010000 + rng.randrange(1000, 9999) for _ in range(height)],
            "share": [rng.random() * 1e6 for _ in range(height - 1)] + [float("nan")],
            "sum": [Decimal(rng.randrange(10**12)) / 10**4 for _ in range(height)],
            "born": [dt.date(1931, 1, 1) + dt.timedelta(days=rng.randrange(9000)) for _ in range(height)],
            "at": moments,
            "local": [each.astimezone(ZoneInfo("Asia/Jakarta")) for each in moments],
            "_file": ["ab" * 32] * height,
            "_row": list(range(2, height + 2)),
        },
        schema_overrides={"local": pl.Datetime("us", "Asia/Jakarta"), "sum": pl.Decimal(20, 4)},
    )


def secrets_of(frame: pl.DataFrame) -> set[str]:
    texts: set[str] = set()
    for column in frame.drop("_file", "_row").get_columns():
        for value in column.drop_nulls().to_list():
            texts |= {str(value), value.isoformat() if isinstance(value, dt.date) else repr(value)}
            if isinstance(value, Decimal):
                texts.add(str(float(value)))
        texts |= {str(each) for each in (column.min(), column.max()) if each is not None}
        if column.dtype.is_numeric():
            texts |= {str(column.mean()), str(column.sum()), str(column.median()), str(column.std())}
    return texts - {"nan", "None"}


def failing_expectations(frame: pl.DataFrame) -> list[Any]:
    columns = [name for name in frame.columns if not name.startswith("_")]
    early, late = dt.datetime(1900, 1, 1, tzinfo=ZoneInfo("UTC")), dt.datetime(1901, 1, 1, tzinfo=ZoneInfo("UTC"))
    made: list[Any] = [
        gxe.ExpectColumnPairValuesToBeEqual(column_A="name", column_B="twin"),
        gxe.ExpectColumnPairValuesToBeInSet(column_A="name", column_B="twin", value_pairs_set=[("a", "b")]),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A="share", column_B="nip"),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=["twin", "_file"]),
        gxe.ExpectSelectColumnValuesToBeUniqueWithinRecord(column_list=["twin", "twin"]),
        gxe.ExpectMulticolumnSumToEqual(column_list=["share", "nip"], sum_total=1),
        gxe.ExpectColumnValuesToBeUnique(column="twin"),
        gxe.ExpectColumnValuesToMatchRegex(column="name", regex="^x$"),
        gxe.ExpectColumnValuesToNotMatchRegex(column="name", regex="."),
        gxe.ExpectColumnValuesToMatchRegexList(column="name", regex_list=["^x$", "^y$"]),
        gxe.ExpectColumnValuesToNotMatchRegexList(column="name", regex_list=["."]),
        gxe.ExpectColumnValuesToMatchStrftimeFormat(column="name", strftime_format="%Y-%m-%d"),
        gxe.ExpectColumnValueLengthsToBeBetween(column="name", max_value=1),
        gxe.ExpectColumnValueLengthsToEqual(column="name", value=1),
        gxe.ExpectTableRowCountToEqual(value=1),
        gxe.ExpectTableColumnsToMatchSet(column_set=["name"]),
        gxe.ExpectColumnQuantileValuesToBeBetween(
            column="share", quantile_ranges={"quantiles": [0.1, 0.5], "value_ranges": [[0, 0], [0, 0]]}
        ),
        # These cannot be judged: the bound is not of the column's type.
        gxe.ExpectColumnMaxToBeBetween(column="name", max_value=1),
        gxe.ExpectColumnMinToBeBetween(column="at", max_value=1),
        gxe.ExpectColumnMinToBeBetween(column="name", max_value=early),
        gxe.ExpectColumnMeanToBeBetween(column="name", max_value=1),
        gxe.ExpectColumnValuesToBeBetween(column="name", max_value=1),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A="name", column_B="nip"),
    ]
    for column in columns:
        made += [
            gxe.ExpectColumnValuesToBeNull(column=column),
            gxe.ExpectColumnValuesToNotBeNull(column=column),
            gxe.ExpectColumnValuesToBeInSet(column=column, value_set=["x", 1]),
            gxe.ExpectColumnValuesToNotBeInSet(column=column, value_set=["x", 1]),
            gxe.ExpectColumnDistinctValuesToBeInSet(column=column, value_set=["x", 1]),
            gxe.ExpectColumnDistinctValuesToEqualSet(column=column, value_set=["x", 1]),
            gxe.ExpectColumnDistinctValuesToContainSet(column=column, value_set=["x", 1]),
            gxe.ExpectColumnUniqueValueCountToBeBetween(column=column, max_value=0),
            gxe.ExpectColumnProportionOfUniqueValuesToBeBetween(column=column, max_value=0),
            gxe.ExpectColumnValuesToBeOfType(column=column, type_="Int8"),
        ]
    for column in ("nip", "share", "sum"):
        made += [
            gxe.ExpectColumnValuesToBeBetween(column=column, max_value=-1),
            gxe.ExpectColumnMinToBeBetween(column=column, max_value=-1),
            gxe.ExpectColumnMaxToBeBetween(column=column, max_value=-1),
            gxe.ExpectColumnMeanToBeBetween(column=column, max_value=-1),
            gxe.ExpectColumnMedianToBeBetween(column=column, max_value=-1),
            gxe.ExpectColumnSumToBeBetween(column=column, max_value=-1),
            gxe.ExpectColumnStdevToBeBetween(column=column, max_value=0),
        ]
    for column in ("at", "local"):
        made += [
            gxe.ExpectColumnValuesToBeBetween(column=column, min_value=early, max_value=late),
            gxe.ExpectColumnMaxToBeBetween(column=column, min_value=early, max_value=late),
            gxe.ExpectColumnMinToBeBetween(column=column, min_value=early, max_value=late),
        ]
    return made


@pytest.mark.parametrize(("source", "seed"), [("hiding", 1), ("traced", 2)])
def test_no_value_in_any_result_format(source: str, seed: int, validate: Any, caplog: pytest.LogCaptureFixture) -> None:
    frame = secret_frame(seed)
    expectations = failing_expectations(frame)
    secrets = secrets_of(frame)
    for result_format in FORMATS[: 5 if source == "hiding" else None]:
        result = validate(frame, expectations, source, result_format)
        if result_format == "COMPLETE":
            for each in result.results:
                each.render()
        assert len(result.results) == len(expectations)
        assert not any(each.success for each in result.results if "not_be" not in each.expectation_config.type)
        text = json.dumps(result.to_json_dict(), default=str) + json.dumps(
            [each.to_json_dict() for each in result.results], default=str
        )
        assert {secret for secret in secrets if secret in text or secret in caplog.text} == set()


def test_values_are_there_when_asked_for(validate: Any) -> None:
    frame = secret_frame(3)
    result = validate(frame, failing_expectations(frame), "revealing", "COMPLETE")
    text = json.dumps(result.to_json_dict(), default=str)
    assert {name for name in frame.get_column("name").drop_nulls() if name not in text} == set()


def test_no_value_in_stores_and_data_docs(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    frame = secret_frame(4)
    context = gx.get_context(mode="file", project_root_dir=tmp_path)
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_polars("frames", origin=["_file", "_row"]).add_frame_asset("rows")
    suite = context.suites.add(gx.ExpectationSuite("rows", expectations=failing_expectations(frame)))
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name="rows", data=asset.add_batch_definition_whole_frame("all"), suite=suite)
    )
    checkpoint = context.checkpoints.add(
        gx.Checkpoint(
            name="rows",
            validation_definitions=[definition],
            actions=[UpdateDataDocsAction(name="docs")],
            result_format={"result_format": "COMPLETE", "include_unexpected_rows": True},
        )
    )
    result = checkpoint.run(batch_parameters={"dataframe": frame})
    assert not result.success
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.suffix == ".html" and "validations" in path.parts for path in files)
    assert not any("site_builder" in record.name for record in caplog.records)
    text = "".join(path.read_text(encoding="utf-8", errors="ignore") for path in files)
    assert {secret for secret in secrets_of(frame) if secret in text} == set()
    reopened = gx.get_context(mode="file", project_root_dir=tmp_path)
    assert reopened.data_sources.get("frames").origin == ["_file", "_row"]
    assert reopened.checkpoints.get("rows").run(batch_parameters={"dataframe": frame.lazy()}).success is False


def test_hidden_aggregates_are_judged_by_their_value(validate: Any) -> None:
    frame = pl.DataFrame({"x": [1, 2, 6]})
    results = validate(
        frame,
        [
            gxe.ExpectColumnMaxToBeBetween(column="x", min_value=6, max_value=6),
            gxe.ExpectColumnMeanToBeBetween(column="x", max_value=2.9),
            gxe.ExpectTableRowCountToEqual(value=3),
        ],
    ).results
    observed = {each.expectation_config.type: (each.success, each.result["observed_value"]) for each in results}
    assert observed == {
        "expect_column_max_to_be_between": (True, HIDDEN),
        "expect_column_mean_to_be_between": (False, HIDDEN),
        "expect_table_row_count_to_equal": (True, 3),
    }


def test_failing_rows_are_listed_by_origin_in_order_and_bounded(validate: Any) -> None:
    height = 5000
    frame = pl.DataFrame(
        {"x": [None] * height, "_file": ["b", "a"] * (height // 2), "_row": list(range(height, 0, -1))},
        schema_overrides={"x": pl.Int64},
    )
    expectation = gxe.ExpectColumnValuesToNotBeNull(column="x")
    rows = validate(frame, [expectation], "traced", "COMPLETE").results[0].result["unexpected_index_list"]
    assert rows == [{"_file": "a", "_row": 2 * i + 1} for i in range(200)]
    few = validate(frame, [expectation], "traced", "SUMMARY").results[0].result["partial_unexpected_index_list"]
    assert few == rows[:20]


def test_index_columns_that_are_no_origin_are_refused(validate: Any) -> None:
    frame = pl.DataFrame({"x": [None], "id": ["198501012010011001"]}, schema_overrides={"x": pl.Int64})
    result_format = {"result_format": "COMPLETE", "unexpected_index_column_names": ["id"]}
    result = validate(frame, [gxe.ExpectColumnValuesToNotBeNull(column="x")], "hiding", result_format).results[0]
    messages = [part["exception_message"] for part in result.exception_info.values()]
    assert not result.success
    assert all("may only name origin columns" in message for message in messages)


def test_an_origin_that_is_not_there_is_named(validate: Any) -> None:
    frame = pl.DataFrame({"x": [None], "_file": ["a"]}, schema_overrides={"x": pl.Int64})
    result = validate(frame, [gxe.ExpectColumnValuesToNotBeNull(column="x")], "traced", "SUMMARY").results[0]
    assert "origin columns _row of the datasource do not exist" in str(result.exception_info)


@pytest.mark.parametrize("keys", [3, 10_050])
def test_rows_with_repeated_keys_are_listed_whether_few_or_many(keys: int, validate: Any) -> None:
    frame = pl.DataFrame({"k": [*range(keys), *range(keys), -1], "_row": range(2 * keys + 1)}).with_columns(
        a=pl.col("k").cast(pl.String), _file=pl.lit("f")
    )
    listed = [
        gxe.ExpectColumnValuesToBeUnique(column="k"),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=["a", "k"]),
    ]
    for each in validate(frame, listed, "traced", "COMPLETE").results:
        assert each.result["unexpected_count"] == 2 * keys
        rows = [row["_row"] for row in each.result["unexpected_index_list"]]
        assert rows == list(range(min(2 * keys, 200)))
