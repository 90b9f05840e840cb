"""What follows from a score, stored and read back: every column, both databases, and part of the result's hash."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from tests.warehouse.a_run import ANI, BUDI, CITY, PERIOD, nothing_follows, publish, results
from warehouse import Rows, Warehouse, WarehouseError, result_hash
from warehouse.identity import RESULTS, canonical_text, checked_results, dtypes, shape_of

D = Decimal
CONSEQUENCES: dict[str, list[tuple[Any, ...]]] = {
    "discipline_status": [(ANI, 2, 451, 3, 1, "oral_warning")],
    "competency_gaps": [
        (ANI, "competency_match", "Analisis", 4, D("3.3"), D("0.7"), "fairly"),
        (ANI, "competency_match", "Komunikasi", 3, D("3.333333"), D(0), "fairly"),
        (BUDI, "competency_match", "Analisis", 5, None, None, None),
    ],
    "follow_ups": [
        (ANI, 1, "counselling", None, None, True, "decided_rating"),
        (ANI, 2, "training", "discipline", "Pembekalan disiplin ASN", False, "achievement_below_90"),
        (BUDI, 1, "no_score", None, None, False, "too_short"),
    ],
    "decisions": [
        (ANI, "Baik", "Sangat Kurang", True, BUDI, "alasan\tdengan tab"),
        (BUDI, None, "Baik", None, ANI, None),
    ],
    "unit_guidance": [
        ("U1", "Baik", "Baik", 2, 0, 1, 0, 0, 1, False),
        ("U2", "Istimewa", "Sangat Baik", 0, 0, 0, 0, 0, 0, None),
        ("U3", "Kurang", "Kurang/Misconduct", 1, 0, 0, 0, 1, 0, True),
    ],
}


def whole() -> dict[str, pl.DataFrame]:
    """The results of two employees with what follows from them."""
    frames = {
        name: pl.DataFrame(rows, schema=dtypes(shape_of(RESULTS[name])), orient="row")
        for name, rows in CONSEQUENCES.items()
    }
    return results() | frames


def as_dicts(found: Rows) -> list[dict[str, Any]]:
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def test_every_frame_that_follows_is_tried() -> None:
    assert set(CONSEQUENCES) == set(nothing_follows())


@pytest.mark.parametrize("frame", RESULTS)
def test_no_frame_may_be_left_out(warehouse: Warehouse, frame: str) -> None:
    given = {name: one for name, one in whole().items() if name != frame}
    with pytest.raises(WarehouseError, match=rf"results: frames missing: \['{frame}'\], unknown: \[\]"):
        publish(warehouse, "run-1", given)
    with pytest.raises(WarehouseError, match="nothing is published"):
        warehouse.scores(CITY, PERIOD)


@pytest.mark.parametrize(
    ("frame", "query"),
    [
        ("discipline_status", "discipline"),
        ("competency_gaps", "competencies"),
        ("follow_ups", "follow_ups"),
        ("decisions", "decisions"),
        ("unit_guidance", "guidance"),
    ],
)
def test_rows_come_back_as_they_were_given(warehouse: Warehouse, frame: str, query: str) -> None:
    publish(warehouse, "run-1", whole())
    found = as_dicts(getattr(warehouse, query)(CITY, PERIOD))
    columns = shape_of(RESULTS[frame]).columns
    assert [tuple(row[column] for column in columns) for row in found] == CONSEQUENCES[frame]
    assert {(row["revision"], row["run_id"]) for row in found} == {(1, "run-1")}
    with pytest.raises(WarehouseError, match="nothing is published for pauh"):
        getattr(warehouse, query)("pauh", PERIOD)


def test_follow_ups_say_whom_they_are_of_and_who_must_act(warehouse: Warehouse) -> None:
    publish(warehouse, "run-1", whole())
    assert [
        (row["name"], row["unit_id"], row["supervisor_id"]) for row in as_dicts(warehouse.follow_ups(CITY, PERIOD))
    ] == [("Ani", "U1", BUDI), ("Ani", "U1", BUDI), ("Budi\tS.\\", "U1", None)]


def test_truth_is_written_as_postgresql_does() -> None:
    text = b"".join(canonical_text(checked_results(whole())["decisions"])).decode()
    assert text == (f"{ANI}\tBaik\tSangat Kurang\tt\t{BUDI}\talasan\\tdengan tab\n{BUDI}\t\\N\tBaik\t\\N\t{ANI}\t\\N\n")


@pytest.mark.parametrize("frame", CONSEQUENCES)
def test_each_is_part_of_the_hash(frame: str) -> None:
    frames = whole()
    hashes = {result_hash(frames), result_hash(results()), result_hash(frames | {frame: frames[frame].head(0)})}
    assert len(hashes) == 3


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE discipline_status SET n_days = 4",
        "UPDATE competency_gap SET gap = 0 WHERE gap > 0",
        "UPDATE follow_up SET supervisor_must_act = NOT supervisor_must_act WHERE number = 1",
        "UPDATE decision SET reason = NULL",
        "DELETE FROM unit_guidance WHERE unit_id = 'U2'",
    ],
)
def test_a_changed_row_is_found(warehouse: Warehouse, sql: Any, tampering: str) -> None:
    publish(warehouse, "run-1", whole())
    before = {problem.rule for problem in warehouse.check().problems}
    sql(tampering)
    assert {problem.rule for problem in warehouse.check().problems} - before == {"published_digest"}


@pytest.mark.parametrize(
    ("frame", "wrong"),
    [
        ("follow_ups", pl.lit("promotion").alias("action")),
        ("follow_ups", pl.lit(None, pl.String).alias("course")),
        ("decisions", pl.lit("Cukup").alias("decided_rating")),
        ("decisions", pl.lit(None, pl.Boolean).alias("is_different")),
        ("competency_gaps", pl.lit("good").alias("band")),
        ("unit_guidance", pl.lit(7, pl.Int64).alias("n_rated")),
        ("discipline_status", pl.lit("000000000000000000").alias("employee_id")),
    ],
)
def test_rows_that_contradict_themselves_are_refused(warehouse: Warehouse, frame: str, wrong: pl.Expr) -> None:
    frames = whole()
    with pytest.raises(WarehouseError):
        publish(warehouse, "run-1", frames | {frame: frames[frame].with_columns(wrong)})
    with pytest.raises(WarehouseError, match="nothing is published"):
        warehouse.scores(CITY, PERIOD)


def test_truth_in_another_type_is_refused() -> None:
    frames = whole()
    words = frames["decisions"].with_columns(pl.col("is_different").cast(pl.Int64))
    with pytest.raises(WarehouseError, match="is_different is Int64"):
        result_hash(frames | {"decisions": words})
