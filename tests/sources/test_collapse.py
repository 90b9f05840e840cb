from __future__ import annotations

import json
import random
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

import sources

JAKARTA = ZoneInfo("Asia/Jakarta")
MAPPING = """
version: 1
datasets:
  service_requests:
    file: log.csv
    collapse:
      by: case
      order_by: at
      columns:
        submitted_at: {min: at}
        closed_at: {max: closed}
        employee_id: {last: officer}
        service_type: {first: step, order_by: {from: rank, as: number}}
    columns:
      request_id: case
      unit_id: {constant: U}
      kind: {constant: document}
      status: {from: closed_at, map: {"": open}, default: closed}
"""
HEADER = "case,at,officer,step,rank,closed\n"
EVENTS = [
    "A,2026-07-01T09:00+07:00,ana,file,10,",
    # 05:00 in Berlin's summer is 10:00 in Jakarta: later than the event above, though its text is less.
    "A,2026-07-01T05:00+02:00,budi,check,9,2026-07-03T00:00",
    "A,2026-07-02T00:00,,sign,100,2026-07-02T00:00",
    "B,2026-07-05,citra,file,1,",
]


def test_one_row_a_request(reader) -> None:
    outcome = reader("service_requests", {"log.csv": HEADER + "\n".join(EVENTS) + "\n", "sources.yaml": MAPPING})
    a, b = outcome.frame.iter_rows(named=True)
    assert a["submitted_at"] == datetime(2026, 7, 1, 9, tzinfo=JAKARTA)
    assert a["closed_at"] == datetime(2026, 7, 3, tzinfo=JAKARTA)
    # The last officer named: an empty cell says nothing. Ranks compare as numbers: 9 before 10.
    assert (a["request_id"], a["employee_id"], a["service_type"], a["status"], a["_row"]) == (
        "A", "budi", "check", "closed", 2,
    )  # fmt: skip
    assert (b["request_id"], b["closed_at"], b["status"], b["_row"]) == ("B", None, "open", 5)
    assert (outcome.file.n_records, outcome.file.n_rows, outcome.file.n_problems) == (4, 2, 0)
    assert "log.csv: 4 records became 2 rows (collapsed)" in outcome.read.notes


def test_the_order_of_rows_says_nothing(reader) -> None:
    """Equal moments too: then the cells decide, not where the row stood."""
    events = [*EVENTS, "A,2026-07-02T00:00,dewi,sign,9,", "A,2026-07-02T00:00,eka,copy,9,"]
    shuffled = random.Random(1)  # noqa: S311 - a test's order
    results = set()
    for _ in range(5):
        shuffled.shuffle(events)
        outcome = reader("service_requests", {"log.csv": HEADER + "\n".join(events) + "\n", "sources.yaml": MAPPING})
        rows = outcome.frame.drop("_file", "_row").sort("request_id").rows()
        results.add(tuple(rows))
    assert len(results) == 1


def test_events_without_a_place_are_rows_of_their_own(reader) -> None:
    bad = ["A,soon,zulu,file,1,", ",2026-07-01T00:00,zulu,file,1,", "A,2026-07-01T00:00,zulu,file,one,", "A,short"]
    content = HEADER + "\n".join([*EVENTS, *bad]) + "\n"
    outcome = reader("service_requests", {"log.csv": content, "sources.yaml": MAPPING})
    assert outcome.problems == [
        (6, "record: 'at' does not parse as instant, so its place among the events is unknown"),
        (7, "record: 'case' is empty, so it belongs nowhere"),
        (8, "record: 'rank' does not parse as number, so its place among the events is unknown"),
        (9, "record: it has 2 cells where 6 are expected"),
    ]
    assert (outcome.file.n_records, outcome.file.n_rows, outcome.file.n_problems) == (8, 6, 4)
    assert "zulu" not in outcome.frame["employee_id"].to_list()
    refused = outcome.frame.filter(outcome.frame["_row"] == 6).row(0, named=True)
    assert json.loads(refused["_raw"])["at"] == "soon"
    assert refused["kind"] is None


def test_missing_columns_are_named(reader) -> None:
    said = "'collapse' needs the columns 'at' and 'closed', which this file lacks; it has 'close', which resembles"
    with pytest.raises(sources.UnreadableFile, match=said):
        reader("service_requests", {"log.csv": "case,officer,step,rank,close\n", "sources.yaml": MAPPING})
