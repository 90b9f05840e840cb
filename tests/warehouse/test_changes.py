"""What a revision changed is stored with it: people who came, went or differ, and moves of rating."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from tests.warehouse.a_run import ANI, BUDI, CITY, PERIOD, publish
from tests.warehouse.test_checking import sound
from warehouse import Warehouse

COLUMNS = ("what", "old", "new", "n", "cause", "revision", "previous_revision", "run_id")
Frames = dict[str, pl.DataFrame]


def changes(warehouse: Warehouse, revision: int | None = None) -> dict[tuple[Any, ...], int]:
    """Counts by (what, old, new); zeros left out."""
    columns, rows = warehouse.changes(CITY, PERIOD, revision)
    assert columns == COLUMNS
    return {row[:3]: row[3] for row in rows if row[3]}


def with_cell(frames: Frames, frame: str, employee: str, **cells: object) -> Frames:
    """The frames with other cells in the rows of an employee."""
    one = frames[frame]
    mine = pl.col("employee_id") == employee
    changed = [
        pl.when(mine).then(pl.lit(value).cast(one.schema[name])).otherwise(name).alias(name)
        for name, value in cells.items()
    ]
    return frames | {frame: one.with_columns(changed)}


def renamed(frames: Frames, old: str, new: str) -> Frames:
    of_people = {name: frame for name, frame in frames.items() if "employee_id" in frame.columns}
    return frames | {
        name: frame.with_columns(pl.col("employee_id").replace(old, new)) for name, frame in of_people.items()
    }


def without(frames: Frames, employee: str) -> Frames:
    of_people = {name: frame for name, frame in frames.items() if "employee_id" in frame.columns}
    return frames | {name: frame.filter(pl.col("employee_id") != employee) for name, frame in of_people.items()}


def test_the_first_revision_replaced_nothing(warehouse: Warehouse) -> None:
    publish(warehouse, "run-1", sound())
    assert changes(warehouse) == {}


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        # One cell of one table is enough, also of a null becoming a value and the reverse.
        (with_cell(sound(), "employees", BUDI, unit_name="Dinas Dua"), {("employees changed", None, None): 1}),
        (with_cell(sound(), "employees", ANI, supervisor_id=None), {("employees changed", None, None): 1}),
        (with_cell(sound(), "indicators", BUDI, reason=None), {("employees changed", None, None): 1}),
        (
            with_cell(sound(), "indicators", ANI, value=Decimal("0.000001")),
            {("employees changed", None, None): 1},
        ),
        (
            with_cell(sound(), "scores", ANI, proposed_rating="Butuh Perbaikan"),
            {("employees changed", None, None): 1, ("proposed rating", "Baik", "Butuh Perbaikan"): 1},
        ),
        (
            with_cell(sound(), "scores", ANI, decided_rating=None, proposed_rating=None),
            {
                ("employees changed", None, None): 1,
                ("proposed rating", "Baik", "none"): 1,
                ("decided rating", "Sangat Baik", "none"): 1,
            },
        ),
        (without(sound(), BUDI), {("employees removed", None, None): 1}),
        (
            renamed(sound(), BUDI, "199001012015011003"),
            {("employees removed", None, None): 1, ("employees added", None, None): 1},
        ),
        # An item that is no longer there changes whoever had it.
        (
            sound() | {"indicators": sound()["indicators"].filter(pl.col("reason") != "no_requests_due")},
            None,
        ),
    ],
)
def test_what_changed_is_counted(
    warehouse: Warehouse, after: Frames, expected: dict[tuple[str, str | None, str | None], int] | None
) -> None:
    publish(warehouse, "run-1", sound())
    assert publish(warehouse, "run-2", after).revision == 2
    found = changes(warehouse)
    if expected is None:
        assert found["employees changed", None, None] >= 1
        return
    both = 2 - expected.get(("employees removed", None, None), 0)
    same = both - expected.get(("employees changed", None, None), 0)
    assert found == expected | ({("employees unchanged", None, None): same} if same else {})
    runs = warehouse.runs()
    counted = [dict(zip(runs.columns, row, strict=True)) for row in runs.rows]
    assert [(one["n_added"], one["n_removed"], one["n_changed"]) for one in counted] == [
        (None, None, None),
        tuple(expected.get((f"employees {what}", None, None), 0) for what in ("added", "removed", "changed")),
    ]
    assert [problem.rule for problem in warehouse.check().problems] == []


def test_each_revision_is_compared_with_the_one_it_replaced(warehouse: Warehouse) -> None:
    better = with_cell(sound(), "scores", ANI, proposed_rating="Sangat Baik")
    for number, found in enumerate((sound(), better, better, sound()), start=1):
        publish(warehouse, f"run-{number}", found)
    up, down = ("proposed rating", "Baik", "Sangat Baik"), ("proposed rating", "Sangat Baik", "Baik")
    assert changes(warehouse, 1) == {}
    assert changes(warehouse, 2)[up] == 1
    assert changes(warehouse, 3)[down] == 1
    _, rows = warehouse.changes(CITY, PERIOD)
    assert {row[4:] for row in rows} == {("late_data", 3, 2, "run-4")}


def test_only_tables_that_both_revisions_have_are_compared(warehouse: Warehouse, sql: Any) -> None:
    """As where an earlier version of this platform knew fewer tables and columns."""
    publish(warehouse, "run-1", sound())
    sql("DELETE FROM result_digest WHERE frame = 'indicators'")
    sql("UPDATE result_digest SET columns = 'employee_id,score' WHERE frame = 'scores'")
    after = with_cell(with_cell(sound(), "indicators", ANI, n=1), "scores", ANI, results_rating="above")
    publish(warehouse, "run-2", after)
    assert changes(warehouse) == {("employees unchanged", None, None): 2}


def test_a_false_count_is_found_by_the_check(warehouse: Warehouse, sql: Any) -> None:
    publish(warehouse, "run-1", sound())
    publish(warehouse, "run-2", with_cell(sound(), "scores", ANI, proposed_rating="Sangat Baik"))
    assert warehouse.check().problems == []
    sql("UPDATE revision_change SET n_added = 1")
    assert [problem.rule for problem in warehouse.check().problems] == ["changes"]
    sql("UPDATE revision_change SET n_added = 0")
    sql("UPDATE rating_move SET n_employees = 9")
    assert [(problem.rule, problem.run_id) for problem in warehouse.check().problems] == [("moves", "run-2")]
