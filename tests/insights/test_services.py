"""Each service against its standard, worked by hand."""

from __future__ import annotations

from tests.insights.asked import cells, insights_of

TABLES = {
    "service_standards": """
        service_type | limit_hours
        ktp_el       | 4
    """,
    "service_requests": """
    unit_id | kind     | service_type | submitted_at     | complete_at      | closed_at        | paused_hours | status
    A.1     | document | ktp_el       | 2026-07-02T08:00 | -                | 2026-07-02T10:00 | -            | closed
    A.1     | document | ktp_el       | 2026-07-02T08:00 | 2026-07-02T09:00 | 2026-07-02T14:00 | 1            | closed
    A.1     | document | ktp_el       | 2026-07-02T08:00 | -                | 2026-07-02T12:01 | -            | closed
    A.2     | document | ktp_el       | 2026-07-02T08:00 | -                | 2026-07-03T08:00 | -            | closed
    A.2     | document | ktp_el       | 2026-09-30T08:00 | -                | 2026-10-01T08:00 | -            | closed
    A.2     | document | akta         | 2026-07-02T08:00 | -                | 2026-07-03T08:00 | -            | closed
    B       | document | -            | 2026-07-02T08:00 | -                | 2026-07-02T09:00 | -            | closed
    B       | complaint| -            | 2026-07-02T08:00 | -                | 2026-07-02T09:00 | -            | closed
    """,
}


def asked(level: str, place: str, service: str, columns: str) -> list[object]:
    return cells(insights_of(TABLES)["services"], columns, level=level, place_id=place, service_type=service)


def test_a_service_is_held_to_its_standard() -> None:
    # A.1: 2 hours; 5 hours from the papers on, less 1 of pause: 4, just within; 4 hours and a minute.
    columns = "limit_hours has_standard n_documents median_hours p90_hours n_within within_share n_open"
    assert asked("unit", "A.1", "ktp_el", columns) == ["4.00", True, 3, "4.00", "4.02", 2, "0.666667", 0]
    # A.2: a day, and one that is open when the quarter ends.
    assert asked("unit", "A.2", "ktp_el", columns) == ["4.00", True, 1, "24.00", "24.00", 0, "0.000000", 1]


def test_agency_and_city_are_of_all_their_documents() -> None:
    # 2, 4, 4.02 and 24 hours: the middle two give 4.01; nine in ten is the last.
    columns = "n_documents median_hours p90_hours n_within"
    assert asked("agency", "A", "ktp_el", columns) == [4, "4.01", "24.00", 2]
    assert asked("city", "kalianda", "ktp_el", columns) == [4, "4.01", "24.00", 2]


def test_without_a_standard_the_policy_says_how_long() -> None:
    assert asked("unit", "A.2", "akta", "limit_hours has_standard n_within") == ["24.00", False, 1]
    assert asked("unit", "B", "none", "limit_hours has_standard n_documents") == ["24.00", False, 1]
