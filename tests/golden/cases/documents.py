"""document_completion_time: median of (closed - start - paused, floor 0) / limit; lower is better, target 1."""

from tests.golden.case import IndicatorCase

ITEM = "document_completion_time"


def requests(text: str, **others: str) -> dict[str, str]:
    return {"service_requests": text, **others}


CASES = (
    IndicatorCase(
        name="document_exactly_at_its_limit",
        rule="median of (closed_at - submitted_at) / limit_hours, limit 24 by default",
        item=ITEM,
        tables=requests("""
            kind     | status | submitted_at     | closed_at
            document | closed | 2026-07-01 08:00 | 2026-07-02 08:00
        """),
        # 24 h / 24 h = 1; 100 * (2 - 1) = 100
        value="1",
        n=1,
        achievement="100",
    ),
    IndicatorCase(
        name="document_a_microsecond_over_its_limit",
        rule="value: 6 decimals; achievement: 2 decimals",
        item=ITEM,
        tables=requests("""
            kind     | status | submitted_at     | closed_at
            document | closed | 2026-07-01 08:00 | 2026-07-02 08:00:00.000001
        """),
        # 1 + 1/86,400,000,000 is stored as 1.000000, its achievement 99.999999999 as 100.00
        value="1",
        n=1,
        achievement="100",
    ),
    IndicatorCase(
        name="documents_of_the_worked_example",
        rule="document ratios 0.5, 0.9, 1.4 -> median 0.9 -> 100*(2-0.9) = 110",
        item=ITEM,
        tables=requests("""
            kind     | status | submitted_at     | closed_at
            document | closed | 2026-07-01 08:00 | 2026-07-01 20:00
            document | closed | 2026-07-01 08:00 | 2026-07-02 05:36
            document | closed | 2026-07-01 08:00 | 2026-07-02 17:36
        """),
        # 12/24 = 0.5; 21.6/24 = 0.9; 33.6/24 = 1.4
        value="0.9",
        n=3,
        achievement="110",
    ),
    IndicatorCase(
        name="documents_an_even_count",
        rule="Median of an even count = mean of the middle two",
        item=ITEM,
        tables=requests("""
            kind     | status | submitted_at     | closed_at
            document | closed | 2026-07-01 08:00 | 2026-07-01 20:00
            document | closed | 2026-07-01 08:00 | 2026-07-02 08:00
            document | closed | 2026-07-01 08:00 | 2026-07-01 14:00
            document | closed | 2026-07-01 08:00 | 2026-07-09 08:00
        """),
        # 0.25, 0.5, 1, 8 -> (0.5 + 1) / 2 = 0.75; 100 * 1.25 = 125, at most 120
        value="0.75",
        n=4,
        achievement="120",
    ),
    IndicatorCase(
        name="document_twice_its_limit",
        rule="clipped to [0,120]",
        item=ITEM,
        tables=requests("""
            kind     | status | submitted_at     | closed_at
            document | closed | 2026-07-01 08:00 | 2026-07-03 08:00
        """),
        # 48/24 = 2; 100 * (2 - 2) = 0
        value="2",
        n=1,
        achievement="0",
    ),
    IndicatorCase(
        name="document_more_than_twice_its_limit",
        rule="clipped to [0,120]",
        item=ITEM,
        tables=requests("""
            kind     | status | submitted_at     | closed_at
            document | closed | 2026-07-01 08:00 | 2026-07-05 08:00
        """),
        # 96/24 = 4; 100 * (2 - 4) = -200, at least 0
        value="4",
        n=1,
        achievement="0",
    ),
    IndicatorCase(
        name="document_starts_when_papers_are_complete",
        rule="coalesce(complete_at, submitted_at)",
        item=ITEM,
        tables=requests("""
            kind     | status | submitted_at     | complete_at      | closed_at
            document | closed | 2026-07-01 08:00 | 2026-07-03 08:00 | 2026-07-04 08:00
        """),
        # from 3 July 08:00: 24/24 = 1
        value="1",
        n=1,
        achievement="100",
    ),
    IndicatorCase(
        name="document_complete_at_a_date_alone_starts_at_its_end",
        rule="a date alone is 00:00, but as complete_at ... the end of that day",
        item=ITEM,
        tables=requests("""
            kind     | status | submitted_at     | complete_at | closed_at
            document | closed | 2026-07-01 08:00 | 2026-07-02  | 2026-07-03 12:00
        """),
        # from 2 July 23:59:59.999999: 12 h and a microsecond of 24 h = 0.500000 (0.50000000001)
        value="0.5",
        n=1,
        achievement="120",
    ),
    IndicatorCase(
        name="document_paused_hours_are_taken_off",
        rule="closed_at - coalesce(complete_at, submitted_at) - paused_hours",
        item=ITEM,
        tables=requests("""
            kind     | status | submitted_at     | closed_at        | paused_hours
            document | closed | 2026-07-01 08:00 | 2026-07-03 02:00 | 13.2
        """),
        # (42 - 13.2) / 24 = 28.8/24 = 1.2; 100 * 0.8 = 80
        value="1.2",
        n=1,
        achievement="80",
    ),
    IndicatorCase(
        name="document_paused_longer_than_it_took",
        rule="closed_at - start - paused_hours, floor 0",
        item=ITEM,
        tables=requests("""
            kind     | status | submitted_at     | closed_at        | paused_hours
            document | closed | 2026-07-01 08:00 | 2026-07-01 10:00 | 5
        """),
        # 2 - 5 = -3 -> 0; 100 * (2 - 0) = 200, at most 120
        value="0",
        n=1,
        achievement="120",
    ),
    IndicatorCase(
        name="document_limit_of_its_service",
        rule="Limit by service_type from service_standards, else the policy's default_limit_hours",
        item=ITEM,
        tables=requests(
            """
            kind     | status | service_type | submitted_at     | closed_at
            document | closed | ktp          | 2026-07-01 08:00 | 2026-07-01 20:00
            document | closed | unlisted     | 2026-07-01 08:00 | 2026-07-01 20:00
            document | closed | -            | 2026-07-01 08:00 | 2026-07-02 20:00
            """,
            service_standards="""
            service_type | limit_hours
            ktp          | 10
            """,
        ),
        # 12/10 = 1.2; 12/24 = 0.5; 36/24 = 1.5 -> median 1.2; 100 * 0.8 = 80
        value="1.2",
        n=3,
        achievement="80",
    ),
    IndicatorCase(
        name="documents_closed_on_the_edges_of_the_period",
        rule="closed_at in P, half-open [start, end)",
        item=ITEM,
        tables=requests("""
            kind     | status | submitted_at     | closed_at
            document | closed | 2026-06-29 08:00 | 2026-06-30 23:59:59.999999
            document | closed | 2026-06-30 00:00 | 2026-07-01 00:00
            document | closed | 2026-09-30 12:00 | 2026-09-30 23:59:59.999999
            document | closed | 2026-09-30 12:00 | 2026-10-01 00:00
        """),
        # counted: the second (24/24 = 1) and the third (12/24, less a microsecond: 0.49999999999)
        # (1 + 0.49999999999) / 2 = 0.74999999999..., stored 0.750000
        value="0.75",
        n=2,
        achievement="120",
    ),
    IndicatorCase(
        name="documents_only_closed_ones_of_the_employee",
        rule="Closed = status closed and closed_at present; employee_id alone decides whose a request is",
        item=ITEM,
        tables=requests("""
            employee_id | kind      | status   | submitted_at     | closed_at
            E1          | document  | open     | 2026-07-01 08:00 | 2026-07-02 08:00
            E1          | document  | rejected | 2026-07-01 08:00 | 2026-07-02 08:00
            E1          | complaint | closed   | 2026-07-01 08:00 | 2026-07-02 08:00
            E2          | document  | closed   | 2026-07-01 08:00 | 2026-07-02 08:00
            -           | document  | closed   | 2026-07-01 08:00 | 2026-07-02 08:00
        """),
        n=0,
        status="NOT_APPLICABLE",
        reason="no_documents_closed",
    ),
    IndicatorCase(
        name="documents_no_file",
        rule="NOT_APPLICABLE (nothing happened that could be counted: no documents)",
        item=ITEM,
        tables={},
        n=0,
        status="NOT_APPLICABLE",
        reason="no_documents_closed",
    ),
    IndicatorCase(
        name="document_closing_not_yet_known",
        rule="a later closed_at, first_response_at or reported_at as empty",
        item=ITEM,
        known_as_of="2026-08-10 09:00",
        tables=requests("""
            kind     | status | submitted_at     | closed_at
            document | closed | 2026-07-01 08:00 | 2026-07-02 08:00
            document | closed | 2026-08-01 08:00 | 2026-08-10 10:00
            document | closed | 2026-08-01 08:00 | 2026-08-10 08:00
        """),
        # P ends on 10 August 00:00: the second is not known to be closed, the third closed after the end of P
        value="1",
        n=1,
        achievement="100",
    ),
    IndicatorCase(
        name="document_achievement_on_a_half",
        rule="half away from zero",
        item=ITEM,
        tables=requests(
            """
            kind     | status | service_type | submitted_at     | closed_at
            document | closed | s            | 2026-07-01 08:00 | 2026-07-04 19:19
            """,
            service_standards="""
            service_type | limit_hours
            s            | 83.333333333333333333
            """,
        ),
        # 83 h 19 min = 83.31666... / 83.33333... = 0.9998 (and 4e-21); 100 * 1.0002 = 100.02
        value="0.9998",
        n=1,
        achievement="100.02",
    ),
    IndicatorCase(
        name="document_value_of_seven_decimals_rounds_up_from_five",
        rule="value: 6 decimals, half away from zero",
        item=ITEM,
        tables=requests(
            """
            kind     | status | service_type | submitted_at     | closed_at
            document | closed | s            | 2026-07-01 08:00 | 2026-07-01 08:00:09
            """,
            service_standards="""
            service_type | limit_hours
            s            | 2000
            """,
        ),
        # 9 s / 7,200,000 s = 0.00000125 -> 0.000001; 100 * 1.99999875, at most 120
        value="0.000001",
        n=1,
        achievement="120",
    ),
    IndicatorCase(
        name="document_value_exactly_on_a_half",
        rule="value: 6 decimals, half away from zero",
        item=ITEM,
        tables=requests(
            """
            kind     | status | service_type | submitted_at     | closed_at
            document | closed | s            | 2026-07-01 08:00 | 2026-07-01 08:00:09
            """,
            service_standards="""
            service_type | limit_hours
            s            | 1000
            """,
        ),
        # 9 s / 3,600,000 s = 0.0000025 -> 0.000003 (half to even would give 0.000002)
        value="0.000003",
        n=1,
        achievement="120",
    ),
)
