"""Insights are stored with their run and hashed beside its result: read back, checked, no part of the result hash."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import polars as pl
import pytest
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from tests.warehouse.a_run import AT, CITY, PERIOD, publish, results
from tests.warehouse.test_checking import sound
from warehouse import Warehouse, WarehouseError, result_hash
from warehouse.column_types import Exact
from warehouse.models import Id


class Own(DeclarativeBase):
    """Tables of this test alone."""

    metadata = MetaData()


class Tide(Own):
    """One row a unit and day."""

    __tablename__ = "tide"

    run_id: Mapped[Id] = mapped_column(primary_key=True)
    unit_id: Mapped[Id] = mapped_column(primary_key=True)
    from_date: Mapped[dt.date] = mapped_column(primary_key=True)
    share: Mapped[Decimal | None] = mapped_column(Exact(4))
    is_kept: Mapped[bool | None]


DAY = dt.date(2026, 2, 28)
SCHEMA = {
    "unit_id": pl.String,
    "from_date": pl.Date,
    "share": pl.Decimal(38, 4),
    "is_kept": pl.Boolean,
}


def insights(share: str = "0.9474") -> dict[str, pl.DataFrame]:
    """An insight on two units."""
    rows = [("U2", DAY, None, None), ("U1", DAY, Decimal(share), True), ("U1", dt.date(2026, 1, 1), Decimal(0), False)]
    return {"tides": pl.DataFrame(rows, schema=SCHEMA, orient="row")}


@pytest.fixture(autouse=True)
def tide(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table is there, and the warehouse knows no other insight."""
    Own.metadata.create_all(warehouse._engine)
    for module in ("identity", "checking"):
        monkeypatch.setattr(f"warehouse.{module}.INSIGHTS", MappingProxyType({"tides": Tide}))


def test_insights_are_stored_beside_the_result(warehouse: Warehouse, sql: Any) -> None:
    done = publish(warehouse, "run-1", sound(), insights=insights())
    assert done.result_hash == result_hash(sound())
    found = sql("SELECT unit_id, CAST(from_date AS text), share, is_kept FROM tide ORDER BY unit_id, from_date")
    assert [(*row[:2], None if row[2] is None else Decimal(str(row[2])), row[3]) for row in found] == [
        ("U1", "2026-01-01", Decimal(0), False),
        ("U1", "2026-02-28", Decimal("0.9474"), True),
        ("U2", "2026-02-28", None, None),
    ]
    assert sql("SELECT frame, columns, n_rows FROM insight_digest") == [("tides", "unit_id,from_date,share,is_kept", 3)]
    ((stored,),) = sql("SELECT insights_hash FROM run")
    assert stored
    assert stored != done.result_hash
    report = warehouse.check()
    assert (report.problems, report.n_rows) == ([], 8 + 3)


def test_without_insights_nothing_is_kept_of_them(warehouse: Warehouse, sql: Any) -> None:
    publish(warehouse, "run-1", sound())
    assert sql("SELECT insights_hash FROM run") == [(None,)]
    assert sql("SELECT count(*) FROM insight_digest") == [(0,)]
    assert warehouse.check().problems == []


@pytest.mark.parametrize(
    ("sabotage", "places"),
    [
        ("UPDATE tide SET share = 0.9475 WHERE share > 0", {"tide"}),
        ("UPDATE tide SET from_date = '2026-01-02' WHERE from_date = '2026-01-01'", {"tide"}),
        ("DELETE FROM tide WHERE unit_id = 'U2'", {"tide"}),
        ("DELETE FROM insight_digest", {"tide", "insight_digest"}),
        ("UPDATE run SET insights_hash = NULL", {"insight_digest"}),
    ],
)
def test_changed_insights_are_named(warehouse: Warehouse, sql: Any, sabotage: str, places: set[str]) -> None:
    publish(warehouse, "run-1", sound(), insights=insights())
    sql(sabotage)
    problems = warehouse.check().problems
    assert {(problem.rule, problem.place, problem.revision) for problem in problems} == {
        ("published_digest", place, 1) for place in places
    }


def test_equal_insights_are_unchanged_and_others_a_revision(warehouse: Warehouse) -> None:
    publish(warehouse, "run-1", insights=insights())
    assert publish(warehouse, "run-2", insights={"tides": insights()["tides"].reverse()}).status == "unchanged"
    assert publish(warehouse, "run-3").status == "unchanged", "not computed is no news"
    done = publish(warehouse, "run-4", insights=insights("0.9475"))
    assert (done.status, done.revision, done.cause) == ("published", 2, "late_data")
    assert done.result_hash == result_hash(results())


def test_insights_may_be_computed_while_the_results_are_stored(warehouse: Warehouse, sql: Any) -> None:
    seen: list[Any] = []

    def computed() -> Iterator[dict[str, pl.DataFrame]]:
        yield {}
        seen.append(sql("SELECT count(*) FROM score"))
        yield insights()

    moments = iter([AT + dt.timedelta(minutes=1)])
    done = publish(warehouse, "run-1", sound(), insights=computed(), finished_at=lambda: next(moments))
    assert seen == [[(0,)]], "asked once, and what is stored meanwhile is nobody's to see"
    assert (done.status, done.result_hash) == ("published", result_hash(sound()))
    assert warehouse.check().problems == []
    assert publish(warehouse, "run-2", sound(), insights=insights()).status == "unchanged"
    assert publish(warehouse, "run-3", sound(), insights=iter([insights("0.9475")])).revision == 2
    columns, rows = warehouse.runs(CITY, PERIOD)
    first, *_ = rows
    assert first[columns.index("finished_at")] == AT + dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("given", "message"),
    [([], r"frames missing: \['tides'\]"), ([{"waves": insights()["tides"]}], r"unknown frames: \['waves'\]")],
)
def test_insights_a_few_at_a_time_must_be_all(warehouse: Warehouse, sql: Any, given: Any, message: str) -> None:
    with pytest.raises(WarehouseError, match=message):
        publish(warehouse, "run-1", sound(), insights=iter(given))
    assert sql("SELECT count(*) FROM score") == [(0,)]


def test_insights_that_are_never_computed_publish_nothing(warehouse: Warehouse, sql: Any) -> None:
    def computed() -> Iterator[dict[str, pl.DataFrame]]:
        yield insights()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        publish(warehouse, "run-1", sound(), insights=computed())
    assert sql("SELECT count(*) FROM score") == sql("SELECT count(*) FROM result_digest") == [(0,)]
    assert sql("SELECT status FROM run") == [("running",)], "whoever computes them says how it ended"


def test_insights_the_database_changed_are_not_published(warehouse: Warehouse, sql: Any, url: str) -> None:
    if url.startswith("sqlite"):
        sql("CREATE TRIGGER shift AFTER INSERT ON tide BEGIN UPDATE tide SET is_kept = 1; END")
    else:
        sql("CREATE FUNCTION s() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.is_kept := true; RETURN NEW; END'")
        sql("CREATE TRIGGER shift BEFORE INSERT ON tide FOR EACH ROW EXECUTE FUNCTION s()")
    with pytest.raises(WarehouseError, match="tides: the stored rows differ"):
        publish(warehouse, "run-1", insights=insights())
    assert sql("SELECT count(*) FROM score") == [(0,)]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda given: {}, r"insights: frames missing: \['tides'\], unknown: \[\]"),
        (lambda given: given | {"waves": given["tides"]}, r"frames missing: \[\], unknown: \['waves'\]"),
        (lambda given: {"tides": given["tides"].drop("share")}, r"frame tides: columns missing: \['share'\]"),
        (lambda given: {"tides": given["tides"].cast({"share": pl.Float64})}, "share is Float64"),
        (lambda given: {"tides": given["tides"].cast({"from_date": pl.String})}, "from_date is String"),
    ],
)
def test_insights_that_do_not_fit_are_refused(warehouse: Warehouse, spoil: Any, message: str) -> None:
    with pytest.raises(WarehouseError, match=message):
        publish(warehouse, "run-1", insights=spoil(insights()))


def test_days_of_the_period_before_come_back_as_days(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.insight_queries.INSIGHTS", MappingProxyType({"tides": Tide}))
    publish(warehouse, "run-1", insights=insights())
    found = warehouse.published_before(CITY, dt.date(2026, 4, 1), dt.date(2026, 7, 1))
    assert found is not None
    key, given = ["unit_id", "from_date"], insights()["tides"]
    assert found.frames["tides"].sort(key).equals(given.sort(key))
