"""What people read: the columns the design promises, in a stable order, and errors that say what there is."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Callable

import polars as pl
import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

from tests.warehouse.a_run import ANI, AT, BUDI, CITY, FINDINGS, PERIOD, publish, record, results
from warehouse import Rows, Warehouse, WarehouseError

SCORES = (
    "employee_id, name, unit_id, sector, results_score, behaviour_score, score, results_rating, behaviour_rating, "
    "proposed_rating, decided_rating, status, reason, revision, run_id"
)
INDICATORS = (
    "employee_id, item_id, indicator_id, value, n, numerator, denominator, achievement, weight, status, reason, "
    "revision, run_id"
)


def fill(warehouse: Warehouse) -> None:
    """Two revisions of one city and period, and one of another."""
    publish(warehouse, "run-1")
    publish(warehouse, "run-2", results("90.00"))
    publish(warehouse, "run-3", city="pauh")


def test_columns_are_those_of_the_design(published: Warehouse) -> None:
    assert ", ".join(published.scores(CITY, PERIOD).columns) == SCORES
    assert ", ".join(published.indicators(CITY, PERIOD).columns) == INDICATORS
    for rows in (published.quarantine(CITY, PERIOD), published.validations(CITY, PERIOD), published.runs()):
        assert {len(row) for row in rows.rows} == {len(rows.columns)}


def test_rows_come_in_the_order_of_their_key(published: Warehouse) -> None:
    assert [row[0] for row in published.scores(CITY, PERIOD).rows] == [ANI, BUDI]
    assert [row[:2] for row in published.indicators(CITY, PERIOD).rows] == [
        (ANI, "discipline"),
        (ANI, "on_time_share"),
        (BUDI, "discipline"),
        (BUDI, "on_time_share"),
    ]


def test_order_is_by_bytes_whatever_the_language_of_the_server(warehouse: Warehouse) -> None:
    ids = ["b", "B", "a-1", "a1", "Z", "é", "10", "9"]
    one = results()
    employees = pl.concat([one["employees"].head(1)] * len(ids)).with_columns(employee_id=pl.Series(ids))
    scores = pl.concat([one["scores"].head(1)] * len(ids)).with_columns(employee_id=pl.Series(ids))
    publish(
        warehouse, "run-1", one | {"employees": employees, "indicators": one["indicators"].clear(), "scores": scores}
    )
    found = [row[0] for row in warehouse.scores(CITY, PERIOD).rows]
    assert found == sorted(ids, key=str.encode) == ["10", "9", "B", "Z", "a-1", "a1", "b", "é"]


def test_a_revision_can_be_asked_for(published: Warehouse) -> None:
    def score_and_revision(revision: int | None) -> list[tuple[str, int]]:
        columns, rows = published.scores(CITY, PERIOD, revision)
        place = columns.index("score"), columns.index("revision")
        return [(str(row[place[0]]), row[place[1]]) for row in rows if row[place[0]] is not None]

    assert score_and_revision(None) == [("90.00", 2)]
    assert score_and_revision(2) == [("90.00", 2)]
    assert score_and_revision(1) == [("104.02", 1)]


def test_the_revision_of_a_moment_is_the_one_that_stood_then(warehouse: Warehouse) -> None:
    for number, score in enumerate(("90.00", "91.00", "92.00"), start=1):
        publish(warehouse, f"run-{number}", results(score), finished_at=AT + dt.timedelta(days=number))
    publish(warehouse, "run-4", results("92.00"), finished_at=AT + dt.timedelta(days=9))
    second, jakarta = AT + dt.timedelta(days=2), dt.timezone(dt.timedelta(hours=7))
    moments = [
        (second - dt.timedelta(microseconds=1), 1),
        (second, 2),
        (second.astimezone(jakarta), 2),
        (second + dt.timedelta(hours=23), 2),
        (AT + dt.timedelta(days=400), 3),
    ]
    assert [warehouse.revision_at(CITY, PERIOD, moment) for moment, _ in moments] == [number for _, number in moments]
    with pytest.raises(
        WarehouseError,
        match="had no revision at 2026-04-02 08:00:00 UTC; the first was published at 2026-04-03 08:00:00 UTC",
    ):
        warehouse.revision_at(CITY, PERIOD, AT.astimezone(jakarta))
    with pytest.raises(WarehouseError, match="nothing is published for pauh 2026-Q1; the warehouse holds kalianda"):
        warehouse.revision_at("pauh", PERIOD, AT)


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (
            lambda w: w.scores("sibolga", PERIOD),
            "nothing is published for sibolga 2026-Q1; the warehouse holds kalianda",
        ),
        (lambda w: w.scores(CITY, "2025-Q4"), r"kalianda 2026-Q1 \(revisions 1-2\); pauh 2026-Q1 \(revisions 1-1\)"),
        (lambda w: w.indicators(CITY, PERIOD, 3), "kalianda 2026-Q1 has no revision 3; there is 1, 2"),
        (lambda w: w.quarantine("sibolga", PERIOD), "no run of sibolga 2026-Q1 has ended"),
        (lambda w: w.validations(CITY, PERIOD, 9), "has no revision 9"),
        (lambda w: w.validations(CITY, PERIOD, run_id="run-3"), "kalianda 2026-Q1 has no run run-3"),
        (lambda w: w.runs("sibolga"), "no runs of sibolga; the warehouse holds"),
    ],
)
def test_what_is_not_there_is_an_error_that_names_what_is(
    published: Warehouse, ask: Callable[[Warehouse], Rows], says: str
) -> None:
    with pytest.raises(WarehouseError, match=says):
        ask(published)


def test_an_empty_warehouse_says_so(warehouse: Warehouse) -> None:
    assert list(warehouse.runs().rows) == []
    with pytest.raises(WarehouseError, match="the warehouse holds no run yet"):
        warehouse.scores(CITY, PERIOD)


def test_findings_are_those_of_the_latest_run_that_ended(published: Warehouse) -> None:
    """A stopped run has no scores, but it has what it found; a run at work has nothing yet."""
    later = AT.replace(hour=9)
    published.start_run(record("run-4", started_at=later))
    published.finish_run("run-4", "stopped", "", finished_at=later, validations=FINDINGS["validations"])
    published.start_run(record("run-5", started_at=AT.replace(hour=10)))
    assert [row[-1] for row in published.validations(CITY, PERIOD).rows] == ["run-4"]
    assert list(published.quarantine(CITY, PERIOD).rows) == []
    assert [row[-1] for row in published.quarantine(CITY, PERIOD, 2).rows] == ["run-2"]
    assert [row[-1] for row in published.quarantine(CITY, PERIOD, run_id="run-1").rows] == ["run-1"]


def test_quarantined_rows_come_by_dataset_file_and_row(warehouse: Warehouse) -> None:
    one = FINDINGS["quarantined"]
    rows = pl.concat(
        [
            one.with_columns(row=pl.lit(10, pl.Int64)),
            one,
            one.with_columns(column=pl.lit(None, pl.String)),
            one.with_columns(dataset=pl.lit("absence"), row=pl.lit(99, pl.Int64)),
        ]
    )
    publish(warehouse, "run-1", quarantined=rows)
    columns, found = warehouse.quarantine(CITY, PERIOD)
    assert columns == ("dataset", "file_sha256", "row", "column", "reason", "record", "run_id")
    assert [(row[0], row[2], row[3]) for row in found] == [
        ("absence", 99, "employee_id"),
        ("attendance", 3, None),
        ("attendance", 3, "employee_id"),
        ("attendance", 10, "employee_id"),
    ]


def test_runs_are_told_by_city_and_period(published: Warehouse) -> None:
    assert [row[0] for row in published.runs().rows] == ["run-1", "run-2", "run-3"]
    assert [row[0] for row in published.runs("pauh").rows] == ["run-3"]
    assert [row[0] for row in published.runs(period=PERIOD).rows] == ["run-1", "run-2", "run-3"]


def test_a_reader_may_stop_early_and_does_not_hold_up_a_writer(published: Warehouse) -> None:
    _, rows = published.scores(CITY, PERIOD)
    assert next(rows)[0] == ANI
    assert publish(published, "run-9", results("95.00")).revision == 3
    assert next(rows)[0] == BUDI  # still of the revision it began with
    _, more = published.scores(CITY, PERIOD)
    next(more)
    del more


def test_rows_dropped_before_their_end_give_their_connection_back_at_once(published: Warehouse) -> None:
    given_back: list[object] = []

    def noted(*about: object) -> None:
        given_back.append(about)

    event.listen(Pool, "checkin", noted)
    gc.disable()
    try:
        _, rows = published.scores(CITY, PERIOD)
        assert next(rows)[0] == ANI
        given_back.clear()
        del rows
        assert len(given_back) == 1
    finally:
        gc.enable()
        event.remove(Pool, "checkin", noted)
