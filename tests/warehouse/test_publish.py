"""Publishing: everything in one transaction, to the digit, and only once."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Engine, event

from tests.warehouse.a_run import ANI, AT, BUDI, CITY, FILE, FINDINGS, PERIOD, POLICY, now, publish, record, results
from warehouse import LeaseLost, Warehouse, WarehouseError, open_warehouse, result_hash


def counts(sql: Any) -> dict[str, int]:
    tables = ("employee_period", "indicator_result", "score", "input_file", "validation_result", "quarantined_row")
    return {table: sql(f"SELECT count(*) FROM {table}")[0][0] for table in tables}


def test_the_first_publication_is_revision_1(warehouse: Warehouse, sql: Any) -> None:
    done = publish(warehouse, "run-1")
    assert (done.status, done.revision, done.cause) == ("published", 1, "first")
    assert done.result_hash == result_hash(results())
    assert sql("SELECT status, revision, cause, policy_hash, input_hash FROM run") == [
        ("published", 1, "first", "policy-1", "inputs-1")
    ]
    assert counts(sql) == {
        "employee_period": 2,
        "indicator_result": 4,
        "score": 2,
        "input_file": 1,
        "validation_result": 1,
        "quarantined_row": 1,
    }
    assert sql("SELECT document FROM policy_version") == [(POLICY.document,)]


def test_what_is_read_is_what_was_published(warehouse: Warehouse) -> None:
    publish(warehouse, "run-1")
    columns, rows = warehouse.scores(CITY, PERIOD)
    first, second = rows
    assert dict(zip(columns, first, strict=True)) == {
        "employee_id": ANI,
        "name": "Ani",
        "unit_id": "U1",
        "sector": "general",
        "results_score": Decimal("102.80"),
        "behaviour_score": Decimal("106.88"),
        "score": Decimal("104.02"),
        "results_rating": "meets",
        "behaviour_rating": "meets",
        "proposed_rating": "Baik",
        "decided_rating": "Sangat Baik",
        "status": "SCORED",
        "reason": None,
        "revision": 1,
        "run_id": "run-1",
    }
    assert second[:2] == (BUDI, "Budi\tS.\\")
    assert str(first[columns.index("results_score")]) == "102.80"


def test_an_equal_result_makes_no_revision(warehouse: Warehouse, sql: Any) -> None:
    publish(warehouse, "run-1")
    before = counts(sql)
    shuffled = {name: frame.reverse().select(reversed(frame.columns)) for name, frame in results().items()}
    done = publish(warehouse, "run-2", shuffled, input_hash="inputs-2")
    assert (done.status, done.revision, done.run_id, done.cause) == ("unchanged", 1, "run-1", None)
    assert sql("SELECT status, revision, unchanged_from FROM run WHERE run_id = 'run-2'") == [
        ("unchanged", None, "run-1")
    ]
    after = counts(sql)
    assert (after["score"], after["indicator_result"]) == (before["score"], before["indicator_result"])
    assert after["validation_result"] == 2  # what the run found is kept all the same


def test_a_final_result_replaces_an_equal_provisional_one(warehouse: Warehouse, sql: Any) -> None:
    publish(warehouse, "run-1", provisional=True, known_as_of=AT)
    done = publish(warehouse, "run-2")
    assert (done.status, done.revision) == ("published", 2)
    assert [bool(row[0]) for row in sql("SELECT provisional FROM current_scores")] == [False, False]


@pytest.mark.parametrize("score", ["104.02", "1.00"], ids=["equal", "other"])
@pytest.mark.parametrize("known_as_of", [None, AT - dt.timedelta(days=30)], ids=["now", "of the past"])
def test_a_provisional_result_never_replaces_a_final_one(
    warehouse: Warehouse, sql: Any, score: str, known_as_of: dt.datetime | None
) -> None:
    publish(warehouse, "run-1", results("99.00"), provisional=True)
    publish(warehouse, "run-2")
    before = counts(sql)
    done = publish(warehouse, "run-3", results(score), provisional=True, known_as_of=known_as_of)
    assert (done.status, done.revision, done.run_id, done.cause) == ("withheld", 2, "run-2", None)
    assert done.result_hash == result_hash(results(score))
    ((status, revision, result, message),) = sql(
        "SELECT status, revision, result_hash, message FROM run WHERE run_id = 'run-3'"
    )
    assert (status, revision, result) == ("withheld", None, done.result_hash)
    assert message.startswith("a final revision 2 stands; provisional scores are not published over it")
    after = counts(sql)
    assert (after["score"], after["indicator_result"]) == (before["score"], before["indicator_result"])
    assert after["validation_result"] == before["validation_result"] + 1, "what it found is kept all the same"
    assert sql("SELECT DISTINCT run_id, revision FROM current_scores") == [("run-2", 2)]
    assert publish(warehouse, "run-4", results("1.01")).revision == 3, "a later final one is published as ever"


def test_a_withheld_publication_again_says_the_same_again(warehouse: Warehouse, sql: Any) -> None:
    publish(warehouse, "run-1")
    given: dict[str, Any] = {"policy": POLICY, "input_hash": "inputs-1", "finished_at": AT, **FINDINGS}
    with warehouse.lease(CITY, PERIOD, "run-2", now=now) as lease:
        warehouse.start_run(record("run-2", provisional=True))
        first = warehouse.publish("run-2", lease.token, results("1.00"), **given)
        before = counts(sql)
        assert warehouse.publish("run-2", lease.token, results("1.00"), **given) == first
        assert counts(sql) == before


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"input_hash": "inputs-2"}, "late_data"),
        ({"policy": dataclasses.replace(POLICY, policy_hash="policy-2"), "input_hash": "inputs-2"}, "policy"),
        ({"code_version": "1.1"}, "code"),
        ({"code_version": "1.1", "input_hash": "inputs-2"}, "late_data"),
        ({"cause": "objection", "input_hash": "inputs-2"}, "objection"),
    ],
)
def test_a_later_revision_says_why_it_came(warehouse: Warehouse, changes: dict[str, Any], cause: str) -> None:
    publish(warehouse, "run-1")
    done = publish(warehouse, "run-2", results("104.03"), **changes)
    assert (done.revision, done.cause) == (2, cause)


def test_revisions_count_within_a_city_and_period(warehouse: Warehouse, sql: Any) -> None:
    publish(warehouse, "run-1")
    publish(warehouse, "run-2", results("1.00"))
    assert publish(warehouse, "run-3", city="pauh").revision == 1
    assert publish(warehouse, "run-4", period="2026-Q2").revision == 1
    found = sql("SELECT city, period, revision, n_employees, n_scored FROM run_overview ORDER BY city, period")
    assert found == [("kalianda", "2026-Q1", 2, 2, 1), ("kalianda", "2026-Q2", 1, 2, 1), ("pauh", "2026-Q1", 1, 2, 1)]


def test_the_same_publication_again_says_the_same_again(warehouse: Warehouse, sql: Any) -> None:
    """A commit whose answer was lost is retried by the flow."""
    given: dict[str, Any] = {"policy": POLICY, "input_hash": "inputs-1", "finished_at": AT, **FINDINGS}
    for run_id in ("run-1", "run-2"):
        with warehouse.lease(CITY, PERIOD, run_id, now=now) as lease:
            warehouse.start_run(record(run_id))
            first = warehouse.publish(run_id, lease.token, results(), **given)
            before = counts(sql)
            assert warehouse.publish(run_id, lease.token, results(), **given) == first
            assert counts(sql) == before


DIGITS = [
    "0.000001",
    "-0.000001",
    "0.333333",
    "999999999.999999",
    "-999999999.999999",
    "123456789.123457",
    "90071992.547409",
    "100000000000000",
]


def test_decimals_come_back_to_the_digit(warehouse: Warehouse) -> None:
    one = results()["indicators"].filter(pl.col("status") == "NOT_APPLICABLE")
    frame = pl.concat([one] * len(DIGITS)).with_columns(
        item_id=pl.format("item-{}", pl.int_range(len(DIGITS))), value=pl.Series(DIGITS).str.to_decimal(scale=6)
    )
    publish(warehouse, "run-1", results() | {"indicators": frame})
    columns, found = warehouse.indicators(CITY, PERIOD)
    values = [row[columns.index("value")] for row in found]
    assert [str(value) for value in values] == [f"{Decimal(value):.6f}" for value in DIGITS]


def test_sqlite_refuses_digits_it_would_lose(warehouse: Warehouse, url: str) -> None:
    wide = Decimal("12345678901234.123456")
    indicators = results()["indicators"].with_columns(value=pl.lit(wide).cast(pl.Decimal(38, 6)))
    if url.startswith("sqlite"):
        with pytest.raises(WarehouseError, match=r"indicator_result: a value in value has more significant digits"):
            publish(warehouse, "run-1", results() | {"indicators": indicators})
    else:
        publish(warehouse, "run-1", results() | {"indicators": indicators})
        columns, rows = warehouse.indicators(CITY, PERIOD)
        assert {row[columns.index("value")] for row in rows} == {wide}


@pytest.mark.parametrize(
    ("frame", "change"),
    [
        ("scores", pl.lit("Baik sekali").alias("proposed_rating")),
        ("scores", pl.lit("120.01").cast(pl.Decimal(38, 2)).alias("score")),
        ("scores", pl.lit("000000000000000000").alias("employee_id")),
        ("indicators", pl.lit(None, pl.Decimal(38, 2)).alias("achievement")),
        ("employees", pl.lit("Siti").alias("sector")),
    ],
)
def test_a_row_that_breaks_a_rule_publishes_nothing(
    warehouse: Warehouse, sql: Any, frame: str, change: pl.Expr
) -> None:
    found = results()
    with pytest.raises(WarehouseError) as caught:
        publish(warehouse, "run-1", found | {frame: found[frame].head(1).with_columns(change)})
    assert set(counts(sql).values()) == {0}
    assert sql("SELECT status FROM run") == [("running",)]
    for value in (ANI, BUDI, "Ani", "Siti", "Baik sekali", "000000000000000000"):
        assert value not in str(caught.value)
    assert not caught.value.transient


def test_a_repeated_employee_publishes_nothing(warehouse: Warehouse, sql: Any) -> None:
    twice = results() | {"scores": pl.concat([results()["scores"]] * 2)}
    with pytest.raises(WarehouseError):
        publish(warehouse, "run-1", twice)
    assert set(counts(sql).values()) == {0}


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda frames: frames | {"scores": frames["scores"].drop("reason")}, r"columns missing: \['reason'\]"),
        (lambda frames: frames | {"scores": frames["scores"].with_columns(x=1)}, r"unknown: \['x'\]"),
        (
            lambda frames: frames | {"scores": frames["scores"].with_columns(pl.col("score").cast(pl.Float64))},
            "score is Float64",
        ),
        (
            lambda frames: frames | {"scores": frames["scores"].with_columns(pl.col("score").cast(pl.Decimal(38, 3)))},
            r"score is Decimal\(.*scale=3\)",
        ),
        (lambda frames: {"scores": frames["scores"]}, r"frames missing: \['competency_gaps', .*unknown: \[\]"),
    ],
)
def test_frames_that_do_not_fit_are_refused(warehouse: Warehouse, spoil: Any, message: str) -> None:
    with pytest.raises(WarehouseError, match=message):
        publish(warehouse, "run-1", spoil(results()))


def test_rows_the_database_changed_are_not_published(warehouse: Warehouse, sql: Any, url: str) -> None:
    """The read-back finds what a trigger of the database did to a score."""
    if url.startswith("sqlite"):
        sql("CREATE TRIGGER shift AFTER INSERT ON score BEGIN UPDATE score SET score = score + 0.01; END")
    else:
        sql(
            "CREATE FUNCTION shift() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN NEW.score := NEW.score + 0.01; RETURN NEW; END'"
        )
        sql("CREATE TRIGGER shift BEFORE INSERT ON score FOR EACH ROW EXECUTE FUNCTION shift()")
    with pytest.raises(WarehouseError, match="scores: the stored rows differ from those given"):
        publish(warehouse, "run-1")
    assert set(counts(sql).values()) == {0}


def test_rows_the_database_dropped_are_not_published(warehouse: Warehouse, sql: Any, url: str) -> None:
    if url.startswith("sqlite"):
        sql("CREATE TRIGGER lose AFTER INSERT ON score BEGIN DELETE FROM score WHERE score IS NULL; END")
    else:
        sql("CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
        sql("CREATE TRIGGER lose BEFORE INSERT ON score FOR EACH ROW WHEN (NEW.score IS NULL) EXECUTE FUNCTION lose()")
    with pytest.raises(WarehouseError, match="scores: 2 rows given, 1 stored"):
        publish(warehouse, "run-1")
    assert set(counts(sql).values()) == {0}


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("table", ["score", "result_digest"], ids=["of its table", "of another"])
def test_a_row_that_a_later_one_changes_is_not_published(warehouse: Warehouse, sql: Any, table: str) -> None:
    sql(f"CREATE TRIGGER late AFTER INSERT ON {table} BEGIN UPDATE score SET score = 1 WHERE score > 1; END")
    with pytest.raises(WarehouseError, match="scores: the stored rows differ from those given"):
        publish(warehouse, "run-1")
    assert set(counts(sql).values()) == {0}
    sql("DROP TRIGGER late")
    assert publish(warehouse, "run-2").revision == 1


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_column_of_another_type_is_looked_at(warehouse: Warehouse, sql: Any) -> None:
    """SQLite turns what it copies into the type of the column: here 19 would be stored as text."""
    (made,) = (made for (made,) in sql("SELECT sql FROM sqlite_schema WHERE name = 'indicator_result'"))
    sql("DROP VIEW current_indicators")
    sql("DROP TABLE indicator_result")
    sql(made.replace("numerator BIGINT", "numerator TEXT"))
    with pytest.raises(WarehouseError, match="indicators: the stored rows differ from those given"):
        publish(warehouse, "run-1")


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_trigger_that_writes_elsewhere_hinders_nothing(warehouse: Warehouse, sql: Any) -> None:
    sql("CREATE TABLE diary (employee_id text)")
    sql("CREATE TRIGGER note AFTER INSERT ON score BEGIN INSERT INTO diary VALUES (NEW.employee_id); END")
    assert publish(warehouse, "run-1").revision == 1
    assert sql("SELECT count(*) FROM diary") == [(2,)]


def test_rows_of_nobody_are_counted(warehouse: Warehouse, sql: Any) -> None:
    nobody = results()["indicators"].with_columns(pl.col("employee_id").replace(BUDI, "0"))
    with pytest.raises(WarehouseError, match=r"^indicators: 2 rows are of no employee of the run; nothing was publ"):
        publish(warehouse, "run-1", results() | {"indicators": nobody})
    assert set(counts(sql).values()) == {0}


def test_a_full_disk_publishes_nothing_and_says_so(tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path / 'warehouse.db'}"
    open_warehouse(url).close()

    def fill(connection: Any, _record: Any) -> None:
        used = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {used + 2}")

    found = results()
    many = pl.concat([found["employees"].head(1)] * 2000).with_columns(employee_id=pl.int_range(2000).cast(pl.String))
    event.listen(Engine, "connect", fill)
    try:
        with open_warehouse(url) as warehouse, pytest.raises(WarehouseError, match="disk is full") as caught:
            publish(warehouse, "run-1", found | {"employees": pl.concat([found["employees"], many])})
    finally:
        event.remove(Engine, "connect", fill)
    assert not caught.value.transient
    with open_warehouse(url) as warehouse:
        with pytest.raises(WarehouseError, match="nothing is published"):
            warehouse.scores(CITY, PERIOD)
        assert publish(warehouse, "run-2").revision == 1


@pytest.mark.parametrize("status", ["stopped", "failed"])
def test_a_run_that_stops_keeps_what_it_found(warehouse: Warehouse, sql: Any, status: Any) -> None:
    with warehouse.lease(CITY, PERIOD, "run-1", now=now):
        warehouse.start_run(record("run-1"))
        warehouse.finish_run("run-1", status, "employees: a critical expectation failed", finished_at=AT, **FINDINGS)
    assert sql("SELECT status, revision FROM run") == [(status, None)]
    assert [row[1] for row in warehouse.validations(CITY, PERIOD).rows] == ["employee_on_roster"]
    assert [row[:4] for row in warehouse.quarantine(CITY, PERIOD).rows] == [("attendance", "f1", 3, "employee_id")]


def test_a_run_is_ended_once(warehouse: Warehouse) -> None:
    warehouse.start_run(record("run-1"))
    for _ in range(2):  # the second is a retry whose first try did commit
        warehouse.finish_run("run-1", "stopped", "", finished_at=AT, **FINDINGS)
    with pytest.raises(LeaseLost, match="already stopped"):
        warehouse.finish_run("run-1", "failed", "", finished_at=AT)


def test_unchanged_without_scoring_needs_a_revision(warehouse: Warehouse, sql: Any) -> None:
    warehouse.start_run(record("run-0"))
    with pytest.raises(WarehouseError, match="has no revision"):
        warehouse.finish_run("run-0", "unchanged", "", finished_at=AT)
    publish(warehouse, "run-1")
    warehouse.start_run(record("run-2"))
    warehouse.finish_run("run-2", "unchanged", "same inputs, policy and code", finished_at=AT)
    assert sql("SELECT unchanged_from FROM run WHERE run_id = 'run-2'") == [("run-1",)]


def test_current_names_what_identifies_the_latest_revision(warehouse: Warehouse) -> None:
    assert warehouse.current(CITY, PERIOD) is None
    publish(warehouse, "run-1")
    publish(warehouse, "run-2", results("1.00"), input_hash="inputs-2")
    found = warehouse.current(CITY, PERIOD)
    assert found is not None
    assert (found.run_id, found.revision, found.input_hash, found.policy_hash, found.code_version) == (
        "run-2",
        2,
        "inputs-2",
        "policy-1",
        "1.0",
    )


def test_instants_are_kept_in_utc(warehouse: Warehouse) -> None:
    jakarta = dt.timezone(dt.timedelta(hours=7))
    warehouse.start_run(record("run-1", started_at=dt.datetime(2026, 4, 1, 6, 30, tzinfo=jakarta)))
    columns, rows = warehouse.runs()
    (row,) = rows
    started = row[columns.index("started_at")]
    assert (started, started.tzinfo) == (dt.datetime(2026, 3, 31, 23, 30, tzinfo=dt.UTC), dt.UTC)


def test_an_instant_without_an_offset_is_refused(warehouse: Warehouse) -> None:
    with pytest.raises(WarehouseError, match="an instant needs an offset from UTC"):
        warehouse.start_run(record("run-1", started_at=dt.datetime(2026, 4, 1)))  # noqa: DTZ001 - the point


def test_a_run_id_is_used_once(warehouse: Warehouse) -> None:
    warehouse.start_run(record("run-1"))
    with pytest.raises(WarehouseError, match="starting run run-1"):
        warehouse.start_run(record("run-1"))


def test_a_file_that_is_read_in_parts_has_a_row_for_each(warehouse: Warehouse, sql: Any) -> None:
    publish(warehouse, "run-1", files=[FILE, dataclasses.replace(FILE, n_rows=9, n_valid=9, n_quarantined=0)])
    assert sql("SELECT number, name, n_rows FROM input_file ORDER BY number") == [
        (1, "attendance.csv", 4),
        (2, "attendance.csv", 9),
    ]


def test_rows_of_a_file_are_valid_or_quarantined(warehouse: Warehouse) -> None:
    with pytest.raises(WarehouseError, match="ck_input_file_rows_accounted_for"):
        publish(warehouse, "run-1", files=[dataclasses.replace(FILE, n_valid=4)])
