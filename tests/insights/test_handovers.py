"""Handovers, worked by hand: who held a request, for how long, and with whom it became late."""

from __future__ import annotations

import polars as pl

from tests.insights.asked import FOUR_PEOPLE, cells
from tests.insights.families import made_by
from transforms.insights.handovers import handovers

LATE_COMPLAINT = """
    request_id | employee_id | unit_id | kind      | submitted_at     | due_at           | closed_at        | status
    R1         | E1          | A.1     | complaint | 2026-07-01T08:00 | 2026-07-03T08:00 | 2026-07-04T08:00 | closed
"""


def made(requests: str, events: str, known_as_of: str | None = None) -> dict[str, pl.DataFrame]:
    tables = {"employees": FOUR_PEOPLE, "service_requests": requests, "request_events": events}
    return made_by(handovers, tables, known_as_of=known_as_of)


def test_the_time_past_due_is_of_who_held_it() -> None:
    # 48 hours until due, all of them with E2; he keeps it 12 of the 24 hours past due, then E1 closes it.
    found = made(
        LATE_COMPLAINT,
        """
        request_id | happened_at      | kind     | employee_id | unit_id
        R1         | 2026-07-01T08:00 | assigned | E2          | A.1
        R1         | 2026-07-03T20:00 | assigned | E1          | -
        """,
    )["handovers"]
    counts = "n_held n_received n_handed_on n_late n_held_when_due n_received_overdue n_handed_on_overdue"
    times = "median_hours p90_hours overdue_hours overdue_share allowed_share"
    assert cells(found, counts, employee_id="E2") == [1, 0, 1, 1, 1, 0, 1]
    assert cells(found, times, employee_id="E2") == ["60.00", "60.00", "12.00", "0.500000", "1.000000"]
    assert cells(found, counts, employee_id="E1") == [1, 1, 0, 1, 0, 1, 0]
    assert cells(found, times, employee_id="E1") == ["12.00", "12.00", "12.00", "0.500000", "0.000000"]


def test_a_step_that_was_done_shows_with_whom_it_had_lain() -> None:
    # E3 has it for 6 hours, E4 for 2; after the last step it lies with E1, whose request it is, until it is closed.
    found = made(
        """
        request_id | employee_id | unit_id | kind     | submitted_at     | due_at           | closed_at        | status
        R1         | E1          | A.1     | document | 2026-07-01T08:00 | 2026-07-03T08:00 | 2026-07-01T18:00 | closed
        """,
        """
        request_id | happened_at      | kind | employee_id | unit_id
        R1         | 2026-07-01T16:00 | done | E4          | B
        R1         | 2026-07-01T14:00 | done | E3          | A.2
        """,
    )
    hours = found["handovers"].select("employee_id", pl.col("median_hours").cast(pl.Float64)).rows()
    assert hours == [("E1", 2.0), ("E3", 6.0), ("E4", 2.0)]
    shown = "n_received n_handed_on n_late overdue_hours overdue_share"
    assert cells(found["handovers"], shown, employee_id="E4") == [1, 1, 0, "0.00", None]
    assert found["unit_handovers"].get_column("unit_id").to_list() == ["A.1", "A.2", "B"]


def test_before_it_is_given_to_anybody_it_lies_with_the_unit() -> None:
    found = made(
        LATE_COMPLAINT,
        """
        request_id | happened_at      | kind     | employee_id | unit_id
        R1         | 2026-07-03T09:00 | assigned | E4          | B
        """,
    )
    assert found["handovers"].get_column("employee_id").to_list() == ["E4"]
    # 49 hours in A.1, one of them past due; 23 in B.
    shown = "median_hours n_held_when_due n_handed_on_overdue overdue_share"
    assert cells(found["unit_handovers"], shown, unit_id="A.1") == ["49.00", 1, 1, "0.041667"]
    assert cells(found["unit_handovers"], shown, unit_id="B") == ["23.00", 0, 0, "0.958333"]


def test_what_comes_back_is_held_once_and_the_unit_hands_nothing_on_within_itself() -> None:
    found = made(
        LATE_COMPLAINT,
        """
        request_id | happened_at      | kind     | employee_id | unit_id
        R1         | 2026-07-01T08:00 | assigned | E1          | A.1
        R1         | 2026-07-01T10:00 | assigned | E2          | A.1
        R1         | 2026-07-01T11:00 | assigned | E1          | A.1
        """,
    )
    assert cells(found["handovers"], "n_held n_handed_on median_hours", employee_id="E1") == [1, 1, "71.00"]
    assert cells(found["unit_handovers"], "n_held n_handed_on median_hours", unit_id="A.1") == [1, 0, "72.00"]


def test_open_ones_are_counted_to_the_last_day_known_and_events_after_it_are_not_there() -> None:
    found = made(
        """
        request_id | employee_id | unit_id | kind      | submitted_at     | due_at           | status
        R1         | E1          | A.1     | complaint | 2026-07-01T08:00 | 2026-07-03T08:00 | open
        """,
        """
        request_id | happened_at      | kind     | employee_id | unit_id
        R1         | 2026-07-01T08:00 | assigned | E2          | A.1
        R1         | 2026-07-08T08:00 | assigned | E4          | B
        """,
        known_as_of="2026-07-06T12:00",
    )
    # P ends at midnight of 6 July.
    assert found["handovers"].get_column("employee_id").to_list() == ["E2"]
    assert cells(found["handovers"], "median_hours overdue_hours", employee_id="E2") == ["112.00", "64.00"]


def test_requests_without_a_recorded_way_are_not_guessed() -> None:
    none = "request_id | happened_at | kind | employee_id | unit_id"
    assert all(frame.is_empty() for frame in made(LATE_COMPLAINT, none).values())
