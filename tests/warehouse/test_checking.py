"""A revision whose rows were changed behind the warehouse's back is found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.warehouse.a_run import publish, results
from warehouse import Warehouse
from warehouse.identity import canonical_text, checked_results, combined_hash, digest_of, table_hash


def intact(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    columns, rows = warehouse.check()
    assert columns == ("city", "period", "revision", "run_id", "intact")
    return list(rows)


def test_what_was_published_is_intact(warehouse: Warehouse) -> None:
    assert intact(warehouse) == []
    publish(warehouse, "run-1")
    publish(warehouse, "run-2", {name: frame.clear() for name, frame in results().items()})
    publish(warehouse, "run-3", city="pauh")
    assert intact(warehouse) == [
        ("kalianda", "2026-Q1", 1, "run-1", True),
        ("kalianda", "2026-Q1", 2, "run-2", True),
        ("pauh", "2026-Q1", 1, "run-3", True),
    ]


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE score SET score = 104.03 WHERE run_id = 'run-1' AND score IS NOT NULL",
        "UPDATE employee_period SET supervisor_id = NULL WHERE run_id = 'run-1'",
        "UPDATE indicator_result SET value = value + 0.000001 WHERE run_id = 'run-1'",
        "UPDATE result_digest SET sha256 = 'x' WHERE run_id = 'run-1' AND frame = 'scores'",
        "DELETE FROM result_digest WHERE run_id = 'run-1' AND frame = 'scores'",
        "DELETE FROM indicator_result WHERE run_id = 'run-1' AND reason = 'no_requests_due'",
    ],
)
def test_a_changed_digit_or_row_is_found(warehouse: Warehouse, sql: Any, tampering: str) -> None:
    publish(warehouse, "run-1")
    publish(warehouse, "run-2", results("1.00"))
    sql(tampering)
    assert [row[2:] for row in intact(warehouse)] == [(1, "run-1", False), (2, "run-2", True)]


def test_a_revision_from_before_a_column_was_added_is_intact(warehouse: Warehouse, sql: Any) -> None:
    """As a later version finds it: the digests and the result hash are over fewer columns than there are now."""
    publish(warehouse, "run-1")
    frames = checked_results(results())
    now = {name: digest_of(name, frame) for name, frame in frames.items()}
    columns = tuple(column for column in now["scores"].columns if column not in ("score", "reason"))
    before = replace(
        now["scores"], columns=columns, sha256=table_hash(canonical_text(frames["scores"].select(columns)))
    )
    sql(
        "UPDATE result_digest SET columns = :columns, sha256 = :sha256 WHERE frame = 'scores'",
        columns=",".join(columns),
        sha256=before.sha256,
    )
    sql("UPDATE run SET result_hash = :result", result=combined_hash((now | {"scores": before}).values()))
    assert intact(warehouse) == [("kalianda", "2026-Q1", 1, "run-1", True)]
    sql("UPDATE score SET results_rating = 'below' WHERE results_rating IS NOT NULL")
    assert intact(warehouse) == [("kalianda", "2026-Q1", 1, "run-1", False)]
