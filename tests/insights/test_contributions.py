"""Each person's part of the unit's numbers: worked by hand, and adding up to what the unit's own count says."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.golden.case import read_tables
from tests.insights.asked import FOUR_PEOPLE, found_in, policy_of, scored
from tests.transforms.engine import frames_of
from tests.transforms.example import example_frames
from tests.warehouse.a_run import CITY, publish
from warehouse import open_warehouse
from warehouse.identity import RESULTS

PERIOD = "2026-Q1"
"""Of the run that `publish` stores; the results are of another, which the warehouse does not mind."""
Row = dict[str, Any]


def told(folder: Path, frames: dict[str, pl.LazyFrame], city: str) -> tuple[list[Row], list[Row]]:
    """What `contributions` and `units` say of a published run."""
    policy = policy_of(city)
    results = scored(frames, policy)
    stored = {field.name: getattr(results, field.name) for field in fields(results) if field.name in RESULTS}
    with open_warehouse(f"sqlite:///{folder / 'warehouse.db'}") as warehouse:
        publish(warehouse, "run-1", stored, insights=found_in(frames, policy))
        found, units = warehouse.contributions(CITY, PERIOD), warehouse.insight("units", CITY, PERIOD)
        return tuple([dict(zip(rows.columns, row, strict=True)) for row in rows.rows] for rows in (found, units))  # type: ignore[return-value]


REQUESTS = """
    request_id | employee_id | unit_id | kind      | submitted_at | due_at     | closed_at        | status
    R1         | E1          | A.1     | complaint | 2026-07-01   | 2026-07-08 | 2026-07-02T08:00 | closed
    R2         | E1          | A.1     | complaint | 2026-07-01   | 2026-07-08 | 2026-07-02T08:00 | closed
    R3         | E1          | A.1     | complaint | 2026-07-01   | 2026-07-08 | -                | open
    R4         | E1          | A.2     | complaint | 2026-07-01   | 2026-07-08 | 2026-07-02T08:00 | closed
    R5         | E2          | A.1     | complaint | 2026-07-01   | 2026-07-08 | 2026-07-09T08:00 | closed
    R6         | -           | A.1     | complaint | 2026-07-01   | 2026-07-08 | 2026-07-02T08:00 | closed
    R7         | E2          | A.1     | complaint | 2026-07-01   | 2026-07-08 | 2026-07-02T08:00 | rejected
    R8         | E3          | A.1     | complaint | 2026-07-01   | 2026-07-08 | 2026-07-02T08:00 | closed
"""


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    tables = read_tables({"employees": FOUR_PEOPLE, "service_requests": REQUESTS})
    found, _ = told(tmp_path_factory.mktemp("by_hand"), frames_of(tables), "kalianda")
    return [row for row in found if row["item_id"] == "complaints_handled"]


def test_a_part_is_what_was_done_for_the_unit_by_whomever(by_hand: list[Row]) -> None:
    # A.1 had six complaints due, five of them handled: two of three are hers, and what she did for A.2 is there.
    rows = [[row[name] for name in ("unit_id", "employee_id", "numerator", "denominator")] for row in by_hand]
    assert rows == [
        ["A.1", "E1", 2, 3],
        ["A.1", "E2", 1, 1],
        ["A.1", "E3", 1, 1],
        ["A.1", None, 1, 1],
        ["A.2", "E1", 1, 1],
    ]
    assert {(row["unit_numerator"], row["unit_denominator"]) for row in by_hand if row["unit_id"] == "A.1"} == {(5, 6)}


def test_shares_are_of_the_result_of_the_work_and_of_all_in_the_position(by_hand: list[Row]) -> None:
    hers, *_, nobody, _ = by_hand
    assert [hers[name] for name in ("result_share", "work_share", "duty_share")] == [
        Decimal("0.4"), Decimal("0.5"), Decimal("0.8"),
    ]  # fmt: skip
    assert [nobody[name] for name in ("name", "result_share", "duty_share")] == [None, Decimal("0.2"), None]


OF_THE_UNIT = {
    "on_time_share": ("n_on_time", "n_due"),
    "complaints_handled": ("n_complaints_handled", "n_complaints"),
    "document_completion_time": (None, "n_documents"),
    "complaint_responsiveness": (None, "n_complaints"),
}


@pytest.mark.parametrize("city", ["bangko", "kalianda", "tangerang_selatan"])
def test_parts_make_up_the_units_own_number(city: str, tmp_path: Path) -> None:
    """Of the example, in which people move between units and some requests name nobody."""
    found, units = told(tmp_path, example_frames(), city)
    own = {row["place_id"]: row for row in units if row["level"] == "unit"}
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    shares: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in found:
        key = row["unit_id"], row["item_id"]
        sums[key][0] += row["numerator"] or 0
        sums[key][1] += row["denominator"]
        shares[key] += row["work_share"]
    held = 0
    for (unit_id, item_id), (hits, of) in sums.items():
        assert abs(shares[unit_id, item_id] - 1) < Decimal("0.0001")
        if item_id in OF_THE_UNIT:
            numerator, denominator = OF_THE_UNIT[item_id]
            assert of == own[unit_id][denominator], (unit_id, item_id)
            assert numerator is None or hits == own[unit_id][numerator], (unit_id, item_id)
            held += 1
    assert held >= 5
    assert any(row["employee_id"] is None for row in found)
    assert any(row["employee_id"] not in {None, *_people_of(found, row["unit_id"])} for row in found)


def _people_of(found: list[Row], unit_id: str) -> set[str]:
    """Whose home a unit is."""
    homes = scored(example_frames(), policy_of("kalianda")).employees.filter(pl.col("unit_id") == unit_id)
    return set(homes.get_column("employee_id"))
