"""The discipline ladder: days of absence of the calendar year, for PNS.

A pattern has a letter a working day from 1 July 2026 (Wednesday): `p` present from 07:30 to 17:00, `a` absent, `.` a
gap in the record (nobody of the unit has an event), `l` leave. On every day but the gaps E2 of the same unit has an
event.
"""

import datetime as dt
from collections.abc import Iterator

from tests.golden.case import RowCase

PERSON = """
    employee_id | employment_type | start_date | end_date
    E1          | {employment}    | {start}    | {end}
    E2          | PNS             | {start}    | {end}
"""


OFF = (dt.date(2026, 6, 1), dt.date(2026, 8, 17))  # of the default calendar


def working_dates(first: dt.date) -> Iterator[dt.date]:
    """Mon-Fri dates from `first` on, without days off."""
    date = first
    while True:
        if date.isoweekday() <= 5 and date not in OFF:
            yield date
        date += dt.timedelta(days=1)


def tables(pattern: str, first: str = "2026-07-01", employment: str = "PNS", **others: str) -> dict[str, str]:
    """The roster ends with the last day of the pattern."""
    dates = working_dates(dt.date.fromisoformat(first))
    days = list(zip(pattern, dates, strict=False))
    events = [f"E2 | {date} 08:00" for kind, date in days if kind != "."]
    events += [f"E1 | {date} {clock}" for kind, date in days if kind == "p" for clock in ("07:30", "17:00")]
    leave = [f"{date} | {date}" for kind, date in days if kind == "l"]
    return {
        "employees": PERSON.format(employment=employment, start=first, end=days[-1][1]),
        "attendance": "\n".join(["employee_id | timestamp", *events]),
        "leave": "\n".join(["start_date | end_date", *leave]),
        **others,
    }


def ladder(name: str, rule: str, pattern: str, days: int, level: str | None, in_a_row: int | None = None) -> RowCase:
    expected: dict[str, str | int | None] = {"n_absent_days": days, "n_minutes": 0, "n_days": days, "level": level}
    return RowCase(
        name=f"ladder_{name}",
        rule=rule,
        city="kalianda",
        tables=tables(pattern),
        frame="ladder",
        expected=expected if in_a_row is None else {**expected, "n_days_in_a_row": in_a_row},
    )


def minutes(name: str, events: str, lost: int, days: int) -> RowCase:
    """Default hours, Monday 27 to Friday 31 July."""
    return RowCase(
        name=f"ladder_minutes_{name}",
        rule="late and early minutes of days with two or more events summed over the year; 450 min = 1 day",
        city="kalianda",
        period="2026-07",
        tables={
            "employees": "employee_id | start_date | end_date\nE1 | 2026-07-27 | 2026-07-31",
            "attendance": "timestamp\n" + "\n".join(f"2026-07-{event}" for event in events.split(", ")),
        },
        frame="ladder",
        expected={"n_absent_days": 0, "n_minutes": lost, "n_days": days, "level": None},
    )


CASES = (
    ladder("none", "1-2 no level", "ppp", 0, None),
    ladder("two_days", "1-2 no level", "aapp", 2, None),
    ladder("three_days", "3 oral warning", "aapa", 3, "oral_warning"),
    ladder("four_days", "4-6 written", "aapaa", 4, "written_warning"),
    ladder("six_days", "4-6 written", "aapaaaa", 6, "written_warning"),
    ladder("seven_days", "7-10 written dissatisfaction", "aapaaaaa", 7, "written_dissatisfaction"),
    ladder("ten_days", "7-10 written dissatisfaction", "aaaaapaaaaa", 10, "written_dissatisfaction", 5),
    ladder("eleven_days", "11-13 moderate, 6 months", "aaaaapaaaaaa", 11, "moderate_6_months"),
    ladder("thirteen_days", "11-13 moderate, 6 months", "aaaaapaaaaaaaa", 13, "moderate_6_months"),
    ladder("fourteen_days", "14-16 moderate, 9 months", "aaaaaapaaaaaaaa", 14, "moderate_9_months"),
    ladder("sixteen_days", "14-16 moderate, 9 months", "aaaaaaaapaaaaaaaa", 16, "moderate_9_months"),
    ladder("seventeen_days", "17-20 moderate, 12 months", "aaaaaaaapaaaaaaaaa", 17, "moderate_12_months"),
    ladder("twenty_days", "17-20 moderate, 12 months", "aaaaapaaaaapaaaaapaaaaa", 20, "moderate_12_months"),
    ladder("twenty_one_days", "21-24 lower post", "aaaaaaapaaaaaaapaaaaaaa", 21, "lower_post"),
    ladder("twenty_four_days", "21-24 lower post", "aaaaaaaapaaaaaaaapaaaaaaaa", 24, "lower_post"),
    ladder(
        "twenty_five_days", "25-27 released to pelaksana", "aaaaapaaaaapaaaaapaaaaapaaaaa", 25, "released_to_pelaksana"
    ),
    ladder("twenty_seven_days", "25-27 released", "aaaaaaaaapaaaaaaaaapaaaaaaaaa", 27, "released_to_pelaksana", 9),
    ladder("twenty_eight_days", ">=28 dismissal", "aaaaaaapaaaaaaapaaaaaaapaaaaaaa", 28, "dismissal", 7),
    ladder(
        "nine_in_a_row", "10 recorded days in a row without an event", "a" * 9 + "p", 9, "written_dissatisfaction", 9
    ),
    ladder("ten_in_a_row", "10 recorded days in a row without an event", "a" * 10 + "p", 10, "dismissal", 10),
    ladder(
        "row_over_leave_and_gap",
        "leave, holidays and gaps neither count nor break the row",
        "aaaal.aaaaaap",
        10,
        "dismissal",
        10,
    ),
    ladder(
        "row_over_a_holiday",
        "leave, holidays and gaps neither count nor break the row",
        # 23 working days of July and 10 of August are present, then 10 absent from 13 August over the 17th
        "p" * 31 + "a" * 10,
        10,
        "dismissal",
        10,
    ),
    minutes("four_hundred_and_forty_nine", "27 07:30, 27 08:31, 28 07:30, 28 16:00, 29 07:30, 29 16:00", 449, 0),
    minutes("four_hundred_and_fifty", "27 07:30, 27 08:30, 28 07:30, 28 16:00, 29 07:30, 29 16:00", 450, 1),
    minutes("of_a_single_event_do_not_count", "27 15:00, 28 07:30, 28 16:00, 29 07:30, 29 16:00", 0, 0),
    # late 1 and early 1 on each of two days; the part of a minute is dropped each time
    minutes("late_and_early", "27 07:31:59, 27 15:59, 28 07:31, 28 15:58:01, 29 07:30, 29 16:00", 4, 0),
    RowCase(
        name="ladder_not_for_contract_employees",
        rule="PNS only",
        city="kalianda",
        tables=tables("aaa", employment="PPPK"),
        frame="ladder",
        expected=None,
    ),
    RowCase(
        name="ladder_earlier_months_of_the_year",
        rule="unexcused absence days of the calendar year up to the period's end",
        city="kalianda",
        tables=tables("p" * 20 + "aaa" + "p" * 40, first="2026-05-04"),
        frame="ladder",
        # from 4 May: 20 working days to 29 May, absent on 2, 3, 4 June
        expected={"n_absent_days": 3, "level": "oral_warning"},
    ),
    RowCase(
        name="ladder_not_beyond_the_period",
        rule="up to the period's end",
        city="kalianda",
        period="2026-07",
        tables=tables("p" * 22 + "aaaa"),
        frame="ladder",
        # July has 23 working days: one absence in July, three in August
        expected={"n_absent_days": 1, "level": None},
    ),
    RowCase(
        name="ladder_of_a_run_before_the_end",
        rule="P ends at the last midnight at or before known_as_of",
        city="kalianda",
        known_as_of="2026-07-06 12:00",
        tables=tables("aaaaa"),
        frame="ladder",
        # 1, 2, 3 July
        expected={"n_absent_days": 3, "level": "oral_warning"},
    ),
)
