"""What a period is compared with comes back as it was loaded, on both databases."""

from __future__ import annotations

import datetime as dt

from tests.warehouse.a_run import CITY, publish, results
from warehouse import Warehouse
from warehouse.insight_queries import COMPARED

Q2 = (dt.date(2026, 4, 1), dt.date(2026, 7, 1))


def test_its_frames_are_typed_and_exact(warehouse: Warehouse) -> None:
    publish(warehouse, "run-1", results("1.01"))
    publish(warehouse, "run-2")
    found = warehouse.published_before(CITY, *Q2)
    assert found is not None
    assert found.period == "2026-Q1"
    assert set(found.frames) == set(COMPARED)
    for name, columns in COMPARED.items():
        key = [column for column in ("employee_id", "item_id") if column in columns]
        given = results()[name].select(columns).sort(key)
        assert found.frames[name].sort(key).equals(given), name
        assert found.frames[name].schema == given.schema


def test_provisional_scores_other_cities_and_what_overlaps_are_not_it(warehouse: Warehouse) -> None:
    publish(warehouse, "run-1", provisional=True)
    publish(warehouse, "run-2", city="pauh")
    assert warehouse.published_before(CITY, *Q2) is None
    publish(warehouse, "run-3")
    assert warehouse.published_before(CITY, dt.date(2026, 1, 1), dt.date(2026, 4, 1)) is None
