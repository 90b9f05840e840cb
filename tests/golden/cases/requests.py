"""on_time_share, complaints_handled, complaint_responsiveness, first_time_right."""

from tests.golden.case import IndicatorCase

ON_TIME = "on_time_share"
HANDLED = "complaints_handled"
RESPONSIVE = "complaint_responsiveness"
RIGHT = "first_time_right"


def requests(text: str, **others: str) -> dict[str, str]:
    return {"service_requests": text, **others}


CASES = (
    # --- on_time_share ----------------------------------------------------------------------------------------------
    IndicatorCase(
        name="on_time_before_at_and_after_a_given_due",
        rule="share closed at or before due",
        item=ON_TIME,
        tables=requests("""
            kind     | status | submitted_at     | due_at           | closed_at
            document | closed | 2026-07-01 08:00 | 2026-07-03 12:00 | 2026-07-03 11:59:59.999999
            document | closed | 2026-07-01 08:00 | 2026-07-03 12:00 | 2026-07-03 12:00
            document | closed | 2026-07-01 08:00 | 2026-07-03 12:00 | 2026-07-03 12:00:00.000001
        """),
        # 2/3; 100 * (2/3) / 0.95 = 70.175...
        value="0.666667",
        n=3,
        share=(2, 3),
        achievement="70.18",
    ),
    IndicatorCase(
        name="on_time_open_and_excluded_requests",
        rule="due_at in P, status not rejected/not_in_authority/postponed",
        item=ON_TIME,
        tables=requests("""
            kind        | status           | submitted_at     | due_at           | closed_at
            document    | closed           | 2026-07-01 08:00 | 2026-07-03 12:00 | 2026-07-02 12:00
            information | open             | 2026-07-01 08:00 | 2026-07-03 12:00 | -
            complaint   | rejected         | 2026-07-01 08:00 | 2026-07-03 12:00 | 2026-07-02 12:00
            complaint   | not_in_authority | 2026-07-01 08:00 | 2026-07-03 12:00 | 2026-07-02 12:00
            complaint   | postponed        | 2026-07-01 08:00 | 2026-07-03 12:00 | -
            document    | open             | 2026-07-01 08:00 | 2026-07-03 12:00 | 2026-07-02 12:00
        """),
        # three count; an open one is not closed, whatever its closed_at: 1/3; 100/3/0.95 = 35.087...
        value="0.333333",
        n=3,
        share=(1, 3),
        achievement="35.09",
    ),
    IndicatorCase(
        name="on_time_due_on_the_edges_of_the_period",
        rule="due_at in P, half-open [start, end)",
        item=ON_TIME,
        tables=requests("""
            kind     | status | submitted_at     | due_at                     | closed_at
            document | open   | 2026-06-01 08:00 | 2026-06-30 23:59:59.999999 | -
            document | closed | 2026-06-01 08:00 | 2026-07-01 00:00           | 2026-06-02 08:00
            document | closed | 2026-06-01 08:00 | 2026-09-30                 | 2026-09-30 23:59:59.999999
            document | open   | 2026-06-01 08:00 | 2026-10-01 00:00           | -
        """),
        # the second and third: 2/2 = 1; 100/0.95 = 105.263...
        value="1",
        n=2,
        share=(2, 2),
        achievement="105.26",
    ),
    IndicatorCase(
        name="on_time_computed_due_of_a_document",
        rule="Missing due_at: documents start + limit + paused",
        item=ON_TIME,
        tables=requests(
            """
            kind     | status | service_type | submitted_at     | complete_at      | paused_hours | closed_at
            document | closed | ktp          | 2026-07-01 08:00 | -                | -            | 2026-07-01 18:00
            document | closed | ktp          | 2026-07-01 08:00 | -                | 1.5          | 2026-07-01 19:30
            document | closed | ktp          | 2026-07-01 08:00 | 2026-07-02 08:00 | 1.5          | 2026-07-02 19:30:01
            document | closed | -            | 2026-07-01 08:00 | -                | -            | 2026-07-02 08:00
            """,
            service_standards="""
            service_type | limit_hours
            ktp          | 10
            """,
        ),
        # due 18:00, 19:30, 2 July 19:30 (missed by a second), 2 July 08:00 (default 24 h): 3/4; 75/0.95 = 78.947...
        value="0.75",
        n=4,
        share=(3, 4),
        achievement="78.95",
    ),
    IndicatorCase(
        name="on_time_computed_due_of_a_question",
        rule="the end of the 5th working day after submission for information",
        item=ON_TIME,
        tables=requests("""
            kind        | status | submitted_at     | complaint_class | closed_at
            information | closed | 2026-07-01 08:00 | -               | 2026-07-08 23:59:59.999999
            information | closed | 2026-07-01 08:00 | -               | 2026-07-09 00:00
            information | closed | 2026-07-01 08:00 | supervisory     | 2026-07-09 00:00
            complaint   | closed | 2026-07-01 08:00 | information     | 2026-07-08 23:59:59.999999
        """),
        # after Wed 1 July: 2, 3, 6, 7, 8 July: due the last instant of 8 July; kind information is class information
        # 2/4; 50/0.95 = 52.631...
        value="0.5",
        n=4,
        share=(2, 4),
        achievement="52.63",
    ),
    IndicatorCase(
        name="on_time_submitted_on_a_saturday",
        rule="Working days from date A to date B: the Mon-Fri days in (A, B] that are neither holiday nor joint leave",
        item=ON_TIME,
        tables=requests("""
            kind        | status | submitted_at     | closed_at
            information | closed | 2026-07-04 08:00 | 2026-07-10 12:00
            information | closed | 2026-07-04 08:00 | 2026-07-11 00:00
        """),
        # after Sat 4 July: 6, 7, 8, 9, 10 July: due the end of Fri 10 July; 1/2
        value="0.5",
        n=2,
        share=(1, 2),
        achievement="52.63",
    ),
    IndicatorCase(
        name="on_time_due_passes_over_holiday_and_joint_leave",
        rule="neither holiday nor joint leave",
        item=ON_TIME,
        tables=requests(
            """
            kind        | status | submitted_at     | closed_at
            information | closed | 2026-08-12 08:00 | 2026-08-21 23:00
            information | closed | 2026-08-12 08:00 | 2026-08-22 00:00
            """,
            calendar="""
            date       | kind
            2026-08-17 | holiday
            2026-08-18 | joint_leave
            2026-08-22 | holiday
            """,
        ),
        # after Wed 12 August: 13, 14, 19, 20, 21 August; 1/2
        value="0.5",
        n=2,
        share=(1, 2),
        achievement="52.63",
    ),
    IndicatorCase(
        name="on_time_computed_due_of_complaints",
        rule="5th/14th/60th working day; a complaint without class as non_supervisory",
        item=ON_TIME,
        tables=requests("""
            kind      | status | submitted_at     | complaint_class | closed_at        | paused_hours
            complaint | closed | 2026-07-01 08:00 | non_supervisory | 2026-07-21 23:00 | -
            complaint | closed | 2026-07-01 08:00 | -               | 2026-07-21 23:00 | -
            complaint | closed | 2026-07-01 08:00 | -               | 2026-07-22 01:00 | 48
            complaint | open   | 2026-07-01 08:00 | supervisory     | -                | -
        """),
        # 14th working day after 1 July: 2, 3 (2), 6-10 (7), 13-17 (12), 20, 21 (14): 21 July; pauses do not extend it.
        # 60th: 14 to 21 July, 22-24 (17), 27-31 (22), August: 3-7 (27), 10-14 (32), 18-21 (36; 17 is off), 24-28 (41),
        # 31 (42), September: 1-4 (46), 7-11 (51), 14-18 (56), 21-24 (60): 24 September, in P, open.  2/4
        value="0.5",
        n=4,
        share=(2, 4),
        achievement="52.63",
    ),
    IndicatorCase(
        name="on_time_a_given_due_stands",
        rule="A given due_at stands; paused hours extend only a document's computed due",
        item=ON_TIME,
        tables=requests("""
            kind     | status | submitted_at     | due_at           | paused_hours | closed_at
            document | closed | 2026-07-01 08:00 | 2026-07-01 12:00 | 10           | 2026-07-01 13:00
            document | closed | 2026-07-01 08:00 | 2026-07-01       | -            | 2026-07-01 23:59
        """),
        # the first is late in spite of the pause, the second due at the end of the day: 1/2
        value="0.5",
        n=2,
        share=(1, 2),
        achievement="52.63",
    ),
    IndicatorCase(
        name="on_time_exactly_at_target",
        rule="higher is better 100*v/t",
        item=ON_TIME,
        tables=requests(
            "kind | status | submitted_at | due_at | closed_at\n"
            + "document | closed | 2026-07-01 | 2026-07-03 | 2026-07-02 10:00\n" * 19
            + "document | closed | 2026-07-01 | 2026-07-03 | 2026-07-04 10:00\n"
        ),
        # 19/20 = 0.95; 100
        value="0.95",
        n=20,
        share=(19, 20),
        achievement="100",
    ),
    IndicatorCase(
        name="on_time_nothing_due",
        rule="NOT_APPLICABLE (nothing happened that could be counted: no requests)",
        item=ON_TIME,
        tables=requests("""
            kind     | status | submitted_at     | due_at     | closed_at
            document | closed | 2026-09-01 08:00 | 2026-10-05 | 2026-09-02 10:00
        """),
        n=0,
        share=(0, 0),
        status="NOT_APPLICABLE",
        reason="no_requests_due",
    ),
    IndicatorCase(
        name="on_time_submitted_later_than_known",
        rule="rows whose timestamp, submitted_at or decided_at is later than known_as_of are treated as not there",
        item=ON_TIME,
        known_as_of="2026-07-20 12:00",
        tables=requests("""
            kind     | status | submitted_at     | due_at           | closed_at
            document | closed | 2026-07-01 08:00 | 2026-07-19 23:00 | 2026-07-19 22:00
            document | closed | 2026-07-01 08:00 | 2026-07-20 00:00 | 2026-07-19 22:00
            document | open   | 2026-07-20 12:01 | 2026-07-19 22:00 | -
        """),
        # P ends on 20 July 00:00, so the second is not due in P; the third was not there: 1/1
        value="1",
        n=1,
        share=(1, 1),
        achievement="105.26",
    ),
    IndicatorCase(
        name="requests_stay_with_the_employee_who_moved",
        rule="employee_id alone decides whose a request is; without one it counts for the unit only",
        item=ON_TIME,
        tables=requests("""
            employee_id | unit_id | kind     | status | submitted_at     | due_at     | closed_at
            E1          | U9      | document | closed | 2026-07-01 08:00 | 2026-07-03 | 2026-07-02 10:00
            -           | U1      | document | closed | 2026-07-01 08:00 | 2026-07-03 | 2026-07-05 10:00
            E2          | U1      | document | closed | 2026-07-01 08:00 | 2026-07-03 | 2026-07-05 10:00
        """),
        value="1",
        n=1,
        share=(1, 1),
        achievement="105.26",
    ),
    # --- complaints_handled -----------------------------------------------------------------------------------------
    IndicatorCase(
        name="handled_late_but_before_the_end_of_the_period",
        rule="complaints_handled asks for closing before the end of P, not in time",
        item=HANDLED,
        tables=requests("""
            kind      | status | submitted_at     | due_at     | closed_at
            complaint | closed | 2026-07-01 08:00 | 2026-07-10 | 2026-09-30 23:59:59.999999
            complaint | closed | 2026-07-01 08:00 | 2026-07-10 | 2026-10-01 00:00
            complaint | open   | 2026-07-01 08:00 | 2026-07-10 | -
            document  | closed | 2026-07-01 08:00 | 2026-07-10 | 2026-07-02 00:00
            complaint | closed | 2026-07-01 08:00 | 2026-10-01 | 2026-07-02 00:00
        """),
        # complaints due in P: the first three; one closed before 1 October: 1/3
        value="0.333333",
        n=3,
        share=(1, 3),
        achievement="35.09",
    ),
    IndicatorCase(
        name="handled_closed_before_the_period_began",
        rule="share closed before the end of P",
        item=HANDLED,
        tables=requests("""
            kind      | status | submitted_at     | due_at     | closed_at
            complaint | closed | 2026-06-01 08:00 | 2026-07-01 | 2026-06-02 10:00
        """),
        value="1",
        n=1,
        share=(1, 1),
        achievement="105.26",
    ),
    IndicatorCase(
        name="handled_of_the_worked_example",
        rule="complaints 18/20 = 0.9 -> 94.74",
        item=HANDLED,
        tables=requests(
            "kind | status | submitted_at | due_at | closed_at\n"
            + "complaint | closed | 2026-07-01 | 2026-07-03 | 2026-07-02 10:00\n" * 18
            + "complaint | open   | 2026-07-01 | 2026-07-03 | -\n" * 2
        ),
        # 0.9 / 0.95 = 0.947368...
        value="0.9",
        n=20,
        share=(18, 20),
        achievement="94.74",
    ),
    IndicatorCase(
        name="handled_none_due",
        rule="NOT_APPLICABLE: no complaints",
        item=HANDLED,
        tables=requests("""
            kind        | status | submitted_at     | due_at     | closed_at
            information | closed | 2026-07-01 08:00 | 2026-07-10 | 2026-07-02 10:00
        """),
        n=0,
        share=(0, 0),
        status="NOT_APPLICABLE",
        reason="no_complaints_due",
    ),
    # --- complaint_responsiveness -----------------------------------------------------------------------------------
    IndicatorCase(
        name="responsive_on_the_day_and_the_day_after",
        rule="Response before or on the day of submission = 0 working days",
        item=RESPONSIVE,
        tables=requests("""
            kind      | status | complaint_class | submitted_at     | first_response_at | closed_at
            complaint | closed | information     | 2026-07-01 08:00 | 2026-07-01 23:59  | 2026-07-08 10:00
            complaint | closed | information     | 2026-07-01 23:59 | 2026-07-02 00:00  | 2026-07-08 10:00
            complaint | closed | information     | 2026-07-01 08:00 | 2026-06-30 10:00  | 2026-07-08 10:00
        """),
        # 0/5, 1/5, 0/5 -> mean 1/15 = 0.0666...; 100 * (2 - 0.0667), at most 120
        value="0.066667",
        n=3,
        achievement="120",
    ),
    IndicatorCase(
        name="responsive_at_the_limit_and_beyond",
        rule="mean of min(working days submitted->first response / limit days of its class, 2)",
        item=RESPONSIVE,
        tables=requests("""
            kind      | status | complaint_class | submitted_at     | first_response_at
            complaint | open   | information     | 2026-07-01 08:00 | 2026-07-08 10:00
            complaint | open   | information     | 2026-07-01 08:00 | 2026-07-16 10:00
        """),
        # 5/5 = 1; 11/5 = 2.2, at most 2 -> mean 1.5; 100 * 0.5 = 50
        value="1.5",
        n=2,
        achievement="50",
    ),
    IndicatorCase(
        name="responsive_closing_is_a_response",
        rule="first response = coalesce(first_response_at, closed_at)",
        item=RESPONSIVE,
        tables=requests("""
            kind      | status | submitted_at     | closed_at
            complaint | closed | 2026-07-01 08:00 | 2026-07-10 10:00
        """),
        # 2, 3, 6-10 July = 7 working days of 14 (no class: non_supervisory) = 0.5
        value="0.5",
        n=1,
        achievement="120",
    ),
    IndicatorCase(
        name="responsive_no_response_counts_to_the_last_day",
        rule="none before the end of P: counted to the last day of P; at or after the end of P = not yet",
        item=RESPONSIVE,
        tables=requests("""
            kind      | status | submitted_at     | first_response_at | due_at
            complaint | open   | 2026-09-21 08:00 | -                 | 2026-09-25
            complaint | open   | 2026-09-21 08:00 | 2026-10-01 00:00  | 2026-09-25
            complaint | open   | 2026-09-21 08:00 | 2026-09-30 23:00  | 2026-09-25
        """),
        # each 22-25, 28-30 September = 7 of 14 = 0.5
        value="0.5",
        n=3,
        achievement="120",
    ),
    IndicatorCase(
        name="responsive_weekend_submission",
        rule="the Mon-Fri days in (A, B]",
        item=RESPONSIVE,
        tables=requests("""
            kind      | status | complaint_class | submitted_at     | first_response_at
            complaint | open   | information     | 2026-07-04 08:00 | 2026-07-05 20:00
            complaint | open   | information     | 2026-07-03 08:00 | 2026-07-06 09:00
        """),
        # Saturday to Sunday 0; Friday to Monday 1 -> (0 + 1/5) / 2 = 0.1
        value="0.1",
        n=2,
        achievement="120",
    ),
    IndicatorCase(
        name="responsive_known_only_until_the_tenth",
        rule="a later first_response_at as empty; P ends at the last midnight at or before known_as_of",
        item=RESPONSIVE,
        known_as_of="2026-07-11 09:00",
        tables=requests("""
            kind      | status | complaint_class | submitted_at     | first_response_at | due_at
            complaint | open   | information     | 2026-07-06 08:00 | 2026-07-13 08:00  | 2026-07-10
            complaint | open   | information     | 2026-07-06 08:00 | 2026-07-11 08:00  | 2026-07-10
        """),
        # P ends on 11 July 00:00, its last day is Friday 10 July: 7, 8, 9, 10 July = 4/5 for both
        value="0.8",
        n=2,
        achievement="120",
    ),
    IndicatorCase(
        name="responsive_none_due",
        rule="NOT_APPLICABLE: no complaints",
        item=RESPONSIVE,
        tables={},
        n=0,
        status="NOT_APPLICABLE",
        reason="no_complaints_due",
    ),
    # --- first_time_right -------------------------------------------------------------------------------------------
    IndicatorCase(
        name="right_first_time_zero_and_null",
        rule="share with reopened_count 0 or null",
        item=RIGHT,
        tables=requests("""
            kind        | status | submitted_at     | closed_at        | reopened_count
            document    | closed | 2026-07-01 08:00 | 2026-07-02 08:00 | 0
            complaint   | closed | 2026-07-01 08:00 | 2026-07-02 08:00 | -
            information | closed | 2026-07-01 08:00 | 2026-07-02 08:00 | 1
            document    | open   | 2026-07-01 08:00 | -                | 3
        """),
        # 2/3; 66.67/0.95 = 70.175...
        value="0.666667",
        n=3,
        share=(2, 3),
        achievement="70.18",
    ),
    IndicatorCase(
        name="right_nothing_closed",
        rule="NOT_APPLICABLE: no requests",
        item=RIGHT,
        tables=requests("""
            kind     | status | submitted_at     | closed_at
            document | closed | 2026-06-01 08:00 | 2026-06-30 23:00
            document | open   | 2026-07-01 08:00 | -
        """),
        n=0,
        share=(0, 0),
        status="NOT_APPLICABLE",
        reason="no_requests_closed",
    ),
)
