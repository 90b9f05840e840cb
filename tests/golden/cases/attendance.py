"""discipline and attendance_rate. The spell is the five days Mon 27 to Fri 31 July 2026 unless a case says otherwise.

Default hours: 07:30-16:00, Friday 07:30-16:30.
"""

from decimal import Decimal

from tests.golden.case import IndicatorCase
from tests.oracle.by_hand import DisciplineParameters, item

ITEM = "discipline"
WEEK = """
    employee_id | start_date | end_date
    E1          | 2026-07-27 | 2026-07-31
"""
MONDAY = """
    employee_id | start_date | end_date
    E1          | 2026-07-27 | 2026-07-27
"""
FULL_WEEK = """
    timestamp        | direction
    2026-07-27 07:30 | in
    2026-07-27 16:00 | out
    2026-07-28 07:30 | in
    2026-07-28 16:00 | out
    2026-07-29 07:30 | in
    2026-07-29 16:00 | out
    2026-07-30 07:30 | in
    2026-07-30 16:00 | out
    2026-07-31 07:30 | in
    2026-07-31 16:30 | out
"""
NIGHT = """
    schedule_id | weekday | start_time | end_time | day_starts_at
    night       | 1       | 22:00      | 06:00    | 12:00
    night       | 2       | 22:00      | 06:00    | 12:00
    night       | 3       | 22:00      | 06:00    | 12:00
    night       | 4       | 22:00      | 06:00    | 12:00
    night       | 5       | 22:00      | 06:00    | 12:00
"""


def day(name: str, rule: str, events: str, value: str, achievement: str) -> IndicatorCase:
    """One Monday (07:30-16:00) whose events are written `time direction`, one a line."""
    rows = [line.split() for line in events.strip().splitlines()]
    table = "timestamp | direction\n" + "\n".join(f"2026-07-27 {time} | {direction}" for time, direction in rows)
    return IndicatorCase(
        name=name,
        rule=rule,
        item=ITEM,
        period="2026-07",
        tables={"employees": MONDAY, "attendance": table},
        value=value,
        n=1,
        achievement=achievement,
    )


CASES = (
    IndicatorCase(
        name="discipline_a_whole_week",
        rule="100 - sum of the cuts; scale 100->115",
        item=ITEM,
        period="2026-07",
        tables={"employees": WEEK, "attendance": FULL_WEEK},
        value="100",
        n=5,
        achievement="115",
    ),
    # --- bands: Monday, value = 100 - cut; from 98 to 100 the scale gains 7.5 a point -------------------------------
    day("late_59_seconds", "whole minutes (floor)", "07:30:59.999999 in\n16:00 out", "100", "115"),
    # 1 minute: 0.5 -> 99.5 -> 100 + 1.5*7.5 = 111.25
    day("late_1_minute", "1-30: 0.5", "07:31 in\n16:00 out", "99.5", "111.25"),
    day("late_30_minutes_and_59_seconds", "1-30: 0.5", "08:00:59 in\n16:00 out", "99.5", "111.25"),
    # 31 minutes: 1 -> 99 -> 107.5
    day("late_31_minutes", "31-60: 1", "08:01 in\n16:00 out", "99", "107.5"),
    day("late_60_minutes", "31-60: 1", "08:30 in\n16:00 out", "99", "107.5"),
    # 61 minutes: 1.25 -> 98.75 -> 100 + 0.75*7.5 = 105.625 -> 105.63
    day("late_61_minutes", "61-90: 1.25", "08:31 in\n16:00 out", "98.75", "105.63"),
    day("late_90_minutes", "61-90: 1.25", "09:00:59 in\n16:00 out", "98.75", "105.63"),
    # 91 minutes: 1.5 -> 98.5 -> 103.75
    day("late_91_minutes", ">90: 1.5", "09:01 in\n16:00 out", "98.5", "103.75"),
    day("early_59_seconds", "early = whole minutes of last event before end", "07:30 in\n15:59:01 out", "100", "115"),
    day("early_1_minute", "1-30: 0.5", "07:30 in\n15:59 out", "99.5", "111.25"),
    day("early_91_minutes", ">90: 1.5", "07:30 in\n14:29 out", "98.5", "103.75"),
    # late 1 (0.5) and early 31 (1): 1.5
    day("late_and_early", "Cut per late and per early", "07:31 in\n15:29 out", "98.5", "103.75"),
    day("early_arrival_and_late_leave", "nothing is gained", "06:00 in\n19:00 out", "100", "115"),
    day(
        "directions_do_not_matter_with_two_events",
        "direction matters only for a single event",
        "07:30 out\n16:00 in",
        "100",
        "115",
    ),
    day(
        "events_between_first_and_last",
        "first event, last event",
        "07:30 in\n12:00 out\n13:00 in\n16:00 out",
        "100",
        "115",
    ),
    # both events after the end: late 570: 1.5, not early
    day(
        "both_events_after_the_end",
        "first event after start, last event before end",
        "17:00 in\n17:30 out",
        "98.5",
        "103.75",
    ),
    # both before the start: not late; early 480: 1.5
    day(
        "both_events_before_the_start",
        "first event after start, last event before end",
        "07:00 in\n08:00 out",
        "98.5",
        "103.75",
    ),
    day(
        "a_day_owns_its_first_and_last_instant",
        "[D + day_starts_at, +24 h)",
        "00:00 in\n23:59:59.999999 out",
        "100",
        "115",
    ),
    # --- a single event ---------------------------------------------------------------------------------------------
    # arrival in time: 0, the other side 1.5 -> 98.5
    day("single_arrival", "in = arrival; the other side counts as >90", "07:30 in", "98.5", "103.75"),
    # an arrival at 15:00 is late by 450 minutes: 1.5 + 1.5 = 3 -> 97 -> 90 + 7*10/8 = 98.75
    day("single_arrival_late_in_the_day", "in = arrival", "15:00 in", "97", "98.75"),
    # a departure at 15:00 is early by 60 minutes: 1 + 1.5 = 2.5 -> 97.5 -> 90 + 7.5*10/8 = 99.375
    day("single_departure", "out = departure", "15:00 out", "97.5", "99.38"),
    # without direction, 15:00 is nearer to 16:00: departure, as above
    day("single_nearer_to_the_end", "none = the nearer of start and end", "15:00 -", "97.5", "99.38"),
    # 11:45 is 255 minutes from both: arrival, late 255: 1.5, and the other side 1.5: 3
    day("single_in_the_middle", "arrival if equal", "11:45 -", "97", "98.75"),
    # the same moment in and out: one moment without direction, nearer to the end
    day(
        "single_contradicting_directions",
        "Contradicting directions of one moment are none",
        "15:00 in\n15:00 out",
        "97.5",
        "99.38",
    ),
    # the same moment twice is one event: still a single arrival
    day("single_repeated_moment", "distinct moments", "07:30 in\n07:30 in", "98.5", "103.75"),
    # a direction and none of one moment do not contradict each other: an arrival at 15:00
    day(
        "single_direction_beside_none",
        "Contradicting directions of one moment are none",
        "15:00 -\n15:00 in",
        "97",
        "98.75",
    ),
    IndicatorCase(
        name="single_equally_near_is_an_arrival",
        rule="none = the nearer of start and end, arrival if equal",
        item=ITEM,
        period="2026-07",
        tables={
            "employees": """
                employee_id | start_date | end_date   | schedule_id
                E1          | 2026-07-27 | 2026-07-27 | short
            """,
            "schedules": """
                schedule_id | weekday | start_time | end_time
                short       | 1       | 08:00      | 09:01
            """,
            "attendance": """
                timestamp              | direction
                2026-07-27 08:30:30 | -
            """,
        },
        # 30.5 minutes from both ends: arrival, late 30 whole minutes: 0.5; other side 1.5 -> 98
        # (equally near inside the hours means equally late and early, so a departure would come to the same)
        value="98",
        n=1,
        achievement="100",
    ),
    # --- absence, gaps, the record ----------------------------------------------------------------------------------
    IndicatorCase(
        name="absent_on_a_recorded_day",
        rule="no event: 3; Recorded day: somebody of the same unit has an event",
        item=ITEM,
        period="2026-07",
        tables={
            "employees": """
                employee_id | unit_id | start_date | end_date
                E1          | U1      | 2026-07-30 | 2026-07-31
                E2          | U1      | 2026-07-30 | 2026-07-31
            """,
            "attendance": """
                employee_id | timestamp        | direction
                E1          | 2026-07-30 07:30 | in
                E1          | 2026-07-30 16:00 | out
                E2          | 2026-07-31 09:00 | in
            """,
        },
        # July: 3 -> 97 -> 98.75
        value="97",
        n=2,
        achievement="98.75",
    ),
    IndicatorCase(
        name="gap_in_the_record_is_no_absence",
        rule="the others are gaps in the record, reported, never an absence",
        item=ITEM,
        period="2026-07",
        tables={
            "employees": """
                employee_id | unit_id | start_date | end_date
                E1          | U1      | 2026-07-30 | 2026-07-31
                E2          | U2      | 2026-07-30 | 2026-07-31
            """,
            "attendance": """
                employee_id | timestamp        | direction
                E1          | 2026-07-30 07:30 | in
                E1          | 2026-07-30 16:00 | out
                E2          | 2026-07-31 09:00 | in
            """,
        },
        # E2 is of another unit: Friday is a gap; one of two countable days is recorded, which is half: enough
        value="100",
        n=1,
        achievement="115",
    ),
    IndicatorCase(
        name="record_exactly_half",
        rule="recorded days fewer than half of the countable days: INSUFFICIENT_DATA",
        item="attendance_rate",
        period="2026-07",
        tables={
            "employees": """
                employee_id | start_date | end_date
                E1          | 2026-07-28 | 2026-07-31
            """,
            "attendance": """
                timestamp
                2026-07-28 07:30
                2026-07-29 07:30
            """,
        },
        # 2 of 4 countable days
        value="1",
        n=2,
        share=(2, 2),
        achievement="100",
    ),
    IndicatorCase(
        name="record_less_than_half",
        rule="recorded days fewer than half of the countable days: INSUFFICIENT_DATA (thin_record)",
        item=ITEM,
        period="2026-07",
        tables={
            "employees": WEEK,
            "attendance": """
                timestamp
                2026-07-28 07:30
                2026-07-29 07:30
            """,
        },
        # 2 of 5 countable days
        n=2,
        status="INSUFFICIENT_DATA",
        reason="thin_record",
    ),
    IndicatorCase(
        name="attendance_rate_thin_record",
        rule="The same for attendance_rate",
        item="attendance_rate",
        period="2026-07",
        tables={
            "employees": WEEK,
            "attendance": """
                timestamp
                2026-07-28 07:30
                2026-07-29 07:30
            """,
        },
        n=2,
        share=(2, 2),
        status="INSUFFICIENT_DATA",
        reason="thin_record",
    ),
    IndicatorCase(
        name="attendance_no_event_of_the_employee",
        rule="else no event in P: INSUFFICIENT_DATA (no_attendance_record)",
        item=ITEM,
        period="2026-07",
        tables={
            "employees": """
                employee_id | start_date | end_date
                E1          | 2026-07-27 | 2026-07-31
                E2          | 2026-07-27 | 2026-07-31
            """,
            "attendance": """
                employee_id | timestamp
                E2          | 2026-07-27 07:30
                E2          | 2026-07-28 07:30
                E2          | 2026-07-29 07:30
            """,
        },
        # three recorded days by E2, but E1 has no event at all
        n=3,
        status="INSUFFICIENT_DATA",
        reason="no_attendance_record",
    ),
    IndicatorCase(
        name="attendance_no_file",
        rule="no event in P: INSUFFICIENT_DATA (no_attendance_record)",
        item=ITEM,
        period="2026-07",
        tables={"employees": WEEK},
        n=0,
        status="INSUFFICIENT_DATA",
        reason="no_attendance_record",
    ),
    IndicatorCase(
        name="attendance_events_only_on_free_days",
        rule="events but no recorded day: NOT_APPLICABLE (no_recorded_day)",
        item=ITEM,
        period="2026-07",
        tables={
            "employees": """
                employee_id | start_date | end_date
                E1          | 2026-07-24 | 2026-07-27
            """,
            "attendance": """
                timestamp
                2026-07-25 07:30
                2026-07-26 07:30
            """,
        },
        # Friday 24 and Monday 27 are countable and not recorded; the events are of Saturday and Sunday
        n=0,
        status="NOT_APPLICABLE",
        reason="no_recorded_day",
    ),
    IndicatorCase(
        name="attendance_no_countable_day",
        rule="No countable day: NOT_APPLICABLE (no_recorded_day)",
        item="attendance_rate",
        period="2026-07",
        tables={
            "employees": WEEK,
            "leave": """
                start_date | end_date   | kind
                2026-07-27 | 2026-07-31 | unpaid
            """,
        },
        n=0,
        share=(0, 0),
        status="NOT_APPLICABLE",
        reason="no_recorded_day",
    ),
    IndicatorCase(
        name="leave_first_and_last_day_are_excused",
        rule="All kinds excuse the day; end_date is the last day, included",
        item=ITEM,
        period="2026-07",
        tables={
            "employees": """
                employee_id | start_date | end_date
                E1          | 2026-07-27 | 2026-07-31
                E2          | 2026-07-27 | 2026-07-31
            """,
            "leave": """
                start_date | end_date
                2026-07-28 | 2026-07-29
            """,
            "attendance": """
                employee_id | timestamp
                E1          | 2026-07-27 07:30
                E1          | 2026-07-27 16:00
                E1          | 2026-07-28 11:00
                E2          | 2026-07-28 07:30
                E2          | 2026-07-29 07:30
                E2          | 2026-07-30 07:30
                E1          | 2026-07-31 07:30
                E1          | 2026-07-31 16:30
            """,
        },
        # countable: Mon, Thu, Fri; Thursday absent: 3 -> 97. The event on leave is ignored.
        value="97",
        n=3,
        achievement="98.75",
    ),
    IndicatorCase(
        name="attendance_holiday_is_no_working_day",
        rule="not holiday or joint leave",
        item="attendance_rate",
        period="2026-07",
        tables={
            "employees": WEEK,
            "calendar": """
                date       | kind
                2026-07-30 | holiday
                2026-07-31 | joint_leave
            """,
            "attendance": """
                timestamp
                2026-07-27 07:30
                2026-07-28 07:30
                2026-07-29 07:30
                2026-07-30 07:30
            """,
        },
        value="1",
        n=3,
        share=(3, 3),
        achievement="100",
    ),
    IndicatorCase(
        name="attendance_rate_of_three_in_four",
        rule="recorded days with an event / recorded days",
        item="attendance_rate",
        period="2026-07",
        tables={
            "employees": """
                employee_id | start_date | end_date
                E1          | 2026-07-28 | 2026-07-31
                E2          | 2026-07-31 | 2026-07-31
            """,
            "attendance": """
                employee_id | timestamp
                E1          | 2026-07-28 07:30
                E1          | 2026-07-29 07:30
                E1          | 2026-07-30 07:30
                E2          | 2026-07-31 07:30
            """,
        },
        value="0.75",
        n=4,
        share=(3, 4),
        achievement="75",
    ),
    # --- months -----------------------------------------------------------------------------------------------------
    IndicatorCase(
        name="discipline_mean_over_months_with_a_recorded_day",
        rule="mean over the months of P that have a recorded day",
        item=ITEM,
        tables={
            "employees": """
                employee_id | start_date | end_date
                E1          | 2026-07-31 | 2026-07-31
                E1          | 2026-09-01 | 2026-09-02
            """,
            "attendance": """
                timestamp
                2026-07-31 07:30
                2026-07-31 16:30
                2026-09-01 07:31
                2026-09-01 16:00
                2026-09-02 07:31
                2026-09-02 16:00
            """,
        },
        # July 100, August without a day, September 100 - 2*0.5 = 99 -> mean 99.5 -> 111.25
        value="99.5",
        n=3,
        achievement="111.25",
    ),
    IndicatorCase(
        name="discipline_a_month_does_not_fall_below_zero",
        rule="max(0, 100 - sum of the cuts of that month's recorded days)",
        item=item("discipline", parameters=DisciplineParameters(cut_absent=Decimal(150))),
        tables={
            "employees": """
                employee_id | start_date | end_date
                E1          | 2026-07-30 | 2026-08-03
                E2          | 2026-07-30 | 2026-08-03
            """,
            "attendance": """
                employee_id | timestamp
                E2          | 2026-07-30 07:30
                E2          | 2026-07-31 07:30
                E1          | 2026-08-03 07:30
                E1          | 2026-08-03 16:00
            """,
        },
        # July: 100 - 300 -> 0; August 100 -> mean 50; scale 0->0, 90->90: 50
        value="50",
        n=3,
        achievement="50",
    ),
    # --- shifts and windows -----------------------------------------------------------------------------------------
    IndicatorCase(
        name="night_shift_owns_the_next_morning_past_the_end_of_the_period",
        rule="A working day D owns the events in [D + day_starts_at, +24 h), also past the end of P",
        item=ITEM,
        period="2026-07",
        tables={
            "employees": """
                employee_id | start_date | end_date   | schedule_id
                E1          | 2026-07-30 | 2026-07-31 | night
            """,
            "schedules": NIGHT,
            "attendance": """
                timestamp
                2026-07-30 22:00
                2026-07-31 06:00
                2026-07-31 22:31
                2026-08-01 05:00
            """,
        },
        # Thursday in time; Friday late 31 (1) and early 60 (1), left on 1 August: 2 -> 98
        value="98",
        n=2,
        achievement="100",
    ),
    IndicatorCase(
        name="night_shift_window_opens_at_noon",
        rule="[D + day_starts_at, +24 h)",
        item="attendance_rate",
        period="2026-07",
        tables={
            "employees": """
                employee_id | start_date | end_date   | schedule_id
                E1          | 2026-07-29 | 2026-07-31 | night
            """,
            "schedules": NIGHT,
            "attendance": """
                timestamp
                2026-07-30 11:59:59.999999
                2026-07-31 12:00
            """,
        },
        # the first is Wednesday's last instant, the second Friday's first; Thursday is a gap: 2 of 2 recorded days
        value="1",
        n=2,
        share=(2, 2),
        achievement="100",
    ),
    IndicatorCase(
        name="shift_that_starts_before_its_window_is_on_the_next_date",
        rule="a start before day_starts_at, and an end not after the start, are on the next date",
        item=ITEM,
        period="2026-07",
        tables={
            "employees": """
                employee_id | start_date | end_date   | schedule_id
                E1          | 2026-07-27 | 2026-07-27 | small_hours
            """,
            "schedules": """
                schedule_id | weekday | start_time | end_time | day_starts_at
                small_hours | 1       | 00:00      | 08:00    | 18:00
            """,
            "attendance": """
                timestamp
                2026-07-28 00:31
                2026-07-28 08:00
            """,
        },
        # Monday's shift is Tuesday 00:00-08:00: late 31: 1 -> 99 -> 107.5
        value="99",
        n=1,
        achievement="107.5",
    ),
    IndicatorCase(
        name="event_in_two_windows_belongs_to_the_later_day",
        rule="An event in two days' windows belongs to the later day",
        item=ITEM,
        period="2026-07",
        tables={
            "employees": """
                employee_id | start_date | end_date   | schedule_id
                E1          | 2026-07-27 | 2026-07-28 | mixed
            """,
            "schedules": """
                schedule_id | weekday | start_time | end_time | day_starts_at
                mixed       | 1       | 14:00      | 22:00    | 12:00
                mixed       | 2       | 07:30      | 16:00    | 00:00
            """,
            "attendance": """
                timestamp        | direction
                2026-07-27 14:00 | in
                2026-07-28 07:30 | in
                2026-07-28 16:00 | out
            """,
        },
        # 07:30 on Tuesday lies in both windows and is Tuesday's: Monday has a single arrival: 1.5 -> 98.5
        value="98.5",
        n=2,
        achievement="103.75",
    ),
    IndicatorCase(
        name="free_day_owns_nothing_so_the_night_before_keeps_its_morning",
        rule="A working day D owns the events; a weekday without a row is free",
        item=ITEM,
        period="2026-07",
        tables={
            "employees": """
                employee_id | start_date | end_date   | schedule_id
                E1          | 2026-07-24 | 2026-07-26 | night
            """,
            "schedules": NIGHT,
            "attendance": """
                timestamp        | direction
                2026-07-24 22:00 | in
                2026-07-25 06:00 | out
            """,
        },
        value="100",
        n=1,
        achievement="115",
    ),
    IndicatorCase(
        name="schedule_unknown_means_the_default_hours",
        rule="empty or unknown schedule_id = the default hours",
        item=ITEM,
        period="2026-07",
        tables={
            "employees": """
                employee_id | start_date | end_date   | schedule_id
                E1          | 2026-07-31 | 2026-07-31 | nowhere
            """,
            "schedules": NIGHT,
            "attendance": """
                timestamp
                2026-07-31 07:30
                2026-07-31 16:00
            """,
        },
        # Friday ends 16:30: early 30: 0.5
        value="99.5",
        n=1,
        achievement="111.25",
    ),
    IndicatorCase(
        name="schedule_empty_means_the_default_hours",
        rule="empty or unknown schedule_id = the default hours",
        item=ITEM,
        period="2026-07",
        tables={
            "employees": """
                employee_id | start_date | end_date   | schedule_id
                E1          | 2026-07-30 | 2026-07-31 | -
            """,
            "schedules": NIGHT,
            "attendance": "timestamp\n2026-07-30 07:30\n2026-07-30 16:00\n2026-07-31 07:30\n2026-07-31 16:00",
        },
        # Thursday ends 16:00, Friday 16:30: early 30: 0.5
        value="99.5",
        n=2,
        achievement="111.25",
    ),
    IndicatorCase(
        name="move_to_another_unit_and_its_record",
        rule="somebody whose spell is in the same unit that day",
        item="attendance_rate",
        period="2026-07",
        tables={
            "employees": """
                employee_id | unit_id | start_date | end_date
                E1          | U1      | 2026-07-28 | 2026-07-29
                E1          | U2      | 2026-07-30 | 2026-07-31
                E2          | U1      | 2026-07-28 | 2026-07-31
            """,
            "attendance": """
                employee_id | timestamp
                E1          | 2026-07-28 07:30
                E2          | 2026-07-29 07:30
                E2          | 2026-07-30 07:30
                E1          | 2026-07-31 07:30
            """,
        },
        # 28 own; 29 by E2 in U1; 30: E2 is in U1, E1 in U2: a gap; 31 own -> 2 of 3 = 0.666...
        value="0.666667",
        n=3,
        share=(2, 3),
        achievement="66.67",
    ),
    IndicatorCase(
        name="record_by_somebody_who_is_free_that_day",
        rule="in whose window somebody whose spell is in the same unit that day has an event",
        item="attendance_rate",
        period="2026-07",
        tables={
            "employees": """
                employee_id | start_date | end_date
                E1          | 2026-07-30 | 2026-07-31
                E2          | 2026-07-30 | 2026-07-31
            """,
            "leave": """
                employee_id | start_date | end_date
                E2          | 2026-07-31 | 2026-07-31
            """,
            "attendance": """
                employee_id | timestamp
                E1          | 2026-07-30 07:30
                E2          | 2026-07-31 10:00
            """,
        },
        # E2 is on leave on Friday, but his event shows that the device worked
        value="0.5",
        n=2,
        share=(1, 2),
        achievement="50",
    ),
    IndicatorCase(
        name="attendance_not_yet_known",
        rule="rows whose timestamp is later than known_as_of are treated as not there; P ends at the last midnight",
        item=ITEM,
        period="2026-07",
        known_as_of="2026-07-29 12:00",
        tables={"employees": WEEK, "attendance": FULL_WEEK},
        # P ends on 29 July 00:00: two days
        value="100",
        n=2,
        achievement="115",
    ),
    IndicatorCase(
        name="attendance_of_the_next_midnight_is_the_next_day",
        rule="[D + day_starts_at, +24 h)",
        item=ITEM,
        period="2026-07",
        tables={
            "employees": MONDAY,
            "attendance": "timestamp | direction\n2026-07-27 07:30 | in\n2026-07-28 00:00 | out",
        },
        # Tuesday is outside the spell and owns nothing, but it is outside Monday's window too: a single arrival
        value="98.5",
        n=1,
        achievement="103.75",
    ),
    IndicatorCase(
        name="holidays_apply_to_shift_workers_too",
        rule="Holidays apply to shift workers too; Events on days that are not recorded days are ignored",
        item=ITEM,
        period="2026-07",
        tables={
            "employees": """
                employee_id | start_date | end_date   | schedule_id
                E1          | 2026-07-29 | 2026-07-30 | night
            """,
            "schedules": NIGHT,
            "calendar": "date | kind\n2026-07-30 | holiday",
            "attendance": """
                timestamp
                2026-07-29 22:00
                2026-07-30 06:00
                2026-07-30 23:00
                2026-07-31 03:00
            """,
        },
        value="100",
        n=1,
        achievement="115",
    ),
    IndicatorCase(
        name="morning_after_a_holiday_eve_night_stays_with_the_night",
        rule="A working day D owns the events in its window; a holiday owns none",
        item=ITEM,
        period="2026-07",
        tables={
            "employees": """
                employee_id | start_date | end_date   | schedule_id
                E1          | 2026-07-27 | 2026-07-28 | mixed
            """,
            "schedules": """
                schedule_id | weekday | start_time | end_time | day_starts_at
                mixed       | 1       | 22:00      | 06:00    | 12:00
                mixed       | 2       | 07:30      | 16:00    | 00:00
            """,
            "calendar": "date | kind\n2026-07-28 | holiday",
            "attendance": "timestamp\n2026-07-27 22:00\n2026-07-28 06:00",
        },
        # 06:00 on Tuesday would be Tuesday's if that were a working day
        value="100",
        n=1,
        achievement="115",
    ),
    IndicatorCase(
        name="day_of_leave_owns_its_events",
        rule="A working day D owns the events; Countable day: a working day without leave",
        item=ITEM,
        period="2026-07",
        tables={
            "employees": """
                employee_id | start_date | end_date   | schedule_id
                E1          | 2026-07-27 | 2026-07-28 | mixed
            """,
            "schedules": """
                schedule_id | weekday | start_time | end_time | day_starts_at
                mixed       | 1       | 22:00      | 06:00    | 12:00
                mixed       | 2       | 07:30      | 16:00    | 00:00
            """,
            "leave": "start_date | end_date\n2026-07-28 | 2026-07-28",
            "attendance": "timestamp | direction\n2026-07-27 22:00 | in\n2026-07-28 06:00 | out",
        },
        # Tuesday is a working day, though on leave: 06:00 is its own and ignored; Monday has a single arrival: 1.5
        value="98.5",
        n=1,
        achievement="103.75",
    ),
    IndicatorCase(
        name="shift_of_twenty_four_hours",
        rule="an end not after the start is on the next date",
        item=ITEM,
        period="2026-07",
        tables={
            "employees": """
                employee_id | start_date | end_date   | schedule_id
                E1          | 2026-07-27 | 2026-07-27 | guard
            """,
            "schedules": """
                schedule_id | weekday | start_time | end_time | day_starts_at
                guard       | 1       | 08:00      | 08:00    | 07:00
            """,
            "attendance": "timestamp\n2026-07-27 08:00\n2026-07-28 06:59:59",
        },
        # ends Tuesday 08:00; left 60 minutes and a second early: 60: 1 -> 99
        value="99",
        n=1,
        achievement="107.5",
    ),
    IndicatorCase(
        name="record_of_a_night_by_a_colleague_the_next_morning",
        rule="a countable day in whose window somebody whose spell is in the same unit that day has an event",
        item="attendance_rate",
        period="2026-07",
        tables={
            "employees": """
                employee_id | start_date | end_date   | schedule_id
                E1          | 2026-07-28 | 2026-07-29 | night
                E2          | 2026-07-28 | 2026-07-29 | -
            """,
            "schedules": NIGHT,
            "attendance": """
                employee_id | timestamp
                E1          | 2026-07-29 22:00
                E2          | 2026-07-29 07:30
            """,
        },
        # E1's Tuesday night runs to Wednesday noon: E2's Wednesday arrival lies in it; E1 was absent that night: 1/2
        value="0.5",
        n=2,
        share=(1, 2),
        achievement="50",
    ),
    IndicatorCase(
        name="night_of_the_last_day_after_what_is_known",
        rule="rows whose timestamp is later than known_as_of are treated as not there",
        item=ITEM,
        period="2026-07",
        known_as_of="2026-08-01 05:59",
        tables={
            "employees": """
                employee_id | start_date | end_date   | schedule_id
                E1          | 2026-07-31 | 2026-07-31 | night
            """,
            "schedules": NIGHT,
            "attendance": "timestamp | direction\n2026-07-31 22:00 | in\n2026-08-01 06:00 | out",
        },
        # P is the whole month, but 06:00 is not known yet: a single arrival
        value="98.5",
        n=1,
        achievement="103.75",
    ),
)
