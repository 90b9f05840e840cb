"""work_plan_achievement, milestones_on_time, progress_reporting."""

from tests.golden.case import IndicatorCase

PLAN = "work_plan_achievement"
MILESTONES = "milestones_on_time"
WEEKLY = "progress_reporting"
ONE = """
    target | start_date | due_date
    100    | 2026-07-01 | 2026-09-30
"""


def plan(objectives: str, progress: str | None = None, **others: str) -> dict[str, str]:
    return {"objectives": objectives, **({} if progress is None else {"progress": progress}), **others}


CASES = (
    IndicatorCase(
        name="plan_due_on_the_last_day_expects_the_whole_target",
        rule="expected = target",
        item=PLAN,
        tables=plan(ONE, "reported_at | realised\n2026-09-01 08:00 | 95"),
        value="95",
        n=1,
        achievement="95",
    ),
    IndicatorCase(
        name="plan_due_after_the_period_expects_its_part",
        rule="target * (days from start_date to the end of P) / (days from start_date to due_date, both included)",
        item=PLAN,
        tables=plan(
            """
            target | start_date | due_date
            200    | 2026-07-01 | 2026-12-31
            """,
            "reported_at | realised\n2026-09-01 08:00 | 90",
        ),
        # 92 of 184 days: expected 100; 90/100
        value="90",
        n=1,
        achievement="90",
    ),
    IndicatorCase(
        name="plan_that_began_before_the_period_counts_from_its_start",
        rule="days from start_date to the end of P",
        item=PLAN,
        tables=plan(
            """
            target | start_date | due_date
            365    | 2026-01-01 | 2026-12-31
            """,
            "reported_at | realised\n2026-08-01 08:00 | 273",
        ),
        # 1 January to 30 September: 273 of 365 days: expected 273; 100
        value="100",
        n=1,
        achievement="100",
    ),
    IndicatorCase(
        name="plan_lower_is_better_is_never_prorated",
        rule="but for direction higher and a due_date after P",
        item=PLAN,
        tables=plan(
            """
            target | direction | start_date | due_date
            10     | lower     | 2026-07-01 | 2026-12-31
            """,
            "reported_at | realised\n2026-09-01 08:00 | 12",
        ),
        # 100 * (2 - 12/10) = 80
        value="80",
        n=1,
        achievement="80",
    ),
    IndicatorCase(
        name="plan_weighted_with_an_objective_without_progress",
        rule="sum(w * achievement) / sum(w); no progress counts 0",
        item=PLAN,
        tables=plan(
            """
            target | weight | direction | start_date | due_date
            100    | 3      | higher    | 2026-07-01 | 2026-09-30
            100    | 1      | lower     | 2026-07-01 | 2026-09-30
            100    | 2.5    | higher    | 2026-07-01 | 2026-09-30
            """,
            """
            objective_id | reported_at      | realised
            O1           | 2026-09-01 08:00 | 200
            O3           | 2026-09-01 08:00 | 80
            """,
        ),
        # O1 capped at 120, O2 has no progress: 0, O3 80: (3*120 + 1*0 + 2.5*80)/6.5 = 560/6.5 = 86.153846...
        value="86.153846",
        n=3,
        achievement="86.15",
    ),
    IndicatorCase(
        name="plan_last_report_is_the_latest_that_has_realised",
        rule='"last" = latest reported_at that has realised',
        item=PLAN,
        tables=plan(
            ONE,
            """
            reported_at      | realised
            2026-08-01 08:00 | 40
            2026-09-02 08:00 | -
            2026-09-01 08:00 | 70
            -                | 99
            """,
        ),
        value="70",
        n=1,
        achievement="70",
    ),
    IndicatorCase(
        name="plan_reports_of_one_moment_later_due_wins",
        rule="ties: later due_at, then higher realised; no due_at sorts before any",
        item=PLAN,
        tables=plan(
            ONE,
            """
            reported_at      | due_at     | realised
            2026-09-01 08:00 | 2026-09-30 | 60
            2026-09-01 08:00 | 2026-08-31 | 90
            2026-09-01 08:00 | -          | 95
            """,
        ),
        value="60",
        n=1,
        achievement="60",
    ),
    IndicatorCase(
        name="plan_reports_of_one_moment_and_due_higher_realised_wins",
        rule="ties: later due_at, then higher realised",
        item=PLAN,
        tables=plan(
            ONE,
            """
            reported_at      | due_at     | realised
            2026-09-01 08:00 | 2026-09-30 | 61
            2026-09-01 08:00 | 2026-09-30 | 60
            """,
        ),
        value="61",
        n=1,
        achievement="61",
    ),
    IndicatorCase(
        name="plan_report_at_the_end_of_the_period_is_too_late",
        rule="last progress with reported_at before the end of P",
        item=PLAN,
        tables=plan(
            ONE,
            """
            reported_at                | realised
            2026-10-01 00:00           | 100
            2026-09-30 23:59:59.999999 | 50
            """,
        ),
        value="50",
        n=1,
        achievement="50",
    ),
    IndicatorCase(
        name="plan_report_before_the_period_counts",
        rule="last progress with reported_at before the end of P",
        item=PLAN,
        tables=plan(
            """
            target | start_date | due_date
            100    | 2026-06-01 | 2026-07-01
            """,
            "reported_at | realised\n2026-06-20 08:00 | 30",
        ),
        value="30",
        n=1,
        achievement="30",
    ),
    IndicatorCase(
        name="plan_only_reports_by_the_owner",
        rule="only reports by the objective's owner count for it",
        item=PLAN,
        tables=plan(
            ONE,
            """
            employee_id | reported_at      | realised
            E2          | 2026-09-02 08:00 | 100
            E1          | 2026-09-01 08:00 | 20
            """,
        ),
        value="20",
        n=1,
        achievement="20",
    ),
    IndicatorCase(
        name="plan_objectives_that_touch_the_period",
        rule="objectives overlapping P; due_date is the last day, included",
        item=PLAN,
        tables=plan(
            """
            target | start_date | due_date
            100    | 2026-01-01 | 2026-06-30
            100    | 2026-01-01 | 2026-07-01
            100    | 2026-09-30 | 2026-09-30
            100    | 2026-10-01 | 2026-12-31
            """,
            """
            objective_id | reported_at      | realised
            O1           | 2026-06-01 08:00 | 100
            O2           | 2026-06-01 08:00 | 100
            O3           | 2026-06-01 08:00 | 50
            O4           | 2026-06-01 08:00 | 100
            """,
        ),
        # O2 and O3: (100 + 50) / 2
        value="75",
        n=2,
        achievement="75",
    ),
    IndicatorCase(
        name="plan_in_a_run_before_the_end_expects_up_to_the_day_known",
        rule="P ends at the last midnight at or before known_as_of",
        item=PLAN,
        known_as_of="2026-08-16 00:00",
        tables=plan(
            ONE,
            """
            reported_at      | realised
            2026-08-15 08:00 | 46
            2026-08-16 00:00 | 99
            """,
        ),
        # 1 July to 15 August: 46 of 92 days: expected 50; 46/50 = 92
        value="92",
        n=1,
        achievement="92",
    ),
    IndicatorCase(
        name="plan_achievement_on_a_half",
        rule="half away from zero",
        item=PLAN,
        tables=plan(
            """
            target | start_date | due_date
            800    | 2026-07-01 | 2026-09-30
            """,
            "reported_at | realised\n2026-09-01 08:00 | 700.2",
        ),
        # 700.2/800 = 87.525 % -> 87.53 (half to even would give 87.52)
        value="87.525",
        n=1,
        achievement="87.53",
    ),
    IndicatorCase(
        name="plan_none",
        rule="INSUFFICIENT_DATA (something owed is missing: work plan)",
        item=PLAN,
        tables={},
        n=0,
        status="INSUFFICIENT_DATA",
        reason="no_work_plan",
    ),
    IndicatorCase(
        name="plan_objectives_of_all_levels_and_kinds",
        rule="Objectives of all levels count",
        item=PLAN,
        tables=plan(
            """
            objective_id | parent_objective_id | kind       | target | start_date | due_date
            O1           | -                   | main       | 100    | 2026-07-01 | 2026-09-30
            O2           | O1                  | additional | 100    | 2026-07-01 | 2026-09-30
            """,
            "objective_id | reported_at | realised\nO1 | 2026-09-01 | 100\nO2 | 2026-09-01 | 50",
        ),
        value="75",
        n=2,
        achievement="75",
    ),
    IndicatorCase(
        name="plan_realised_below_zero",
        rule="clipped to [0,120]",
        item=PLAN,
        tables=plan(
            """
            target | direction | start_date | due_date
            10     | higher    | 2026-07-01 | 2026-09-30
            10     | lower     | 2026-07-01 | 2026-09-30
            """,
            "objective_id | reported_at | realised\nO1 | 2026-09-01 | -5\nO2 | 2026-09-01 | -5",
        ),
        # 0, and 100*(2 + 0.5) = 250, at most 120: mean 60
        value="60",
        n=2,
        achievement="60",
    ),
    # --- milestones -------------------------------------------------------------------------------------------------
    IndicatorCase(
        name="milestones_before_at_and_after_due",
        rule="share reported at or before due; not reported = late",
        item=MILESTONES,
        tables=plan(
            ONE,
            """
            due_at           | reported_at
            2026-07-31 12:00 | 2026-07-31 11:00
            2026-07-31 12:00 | 2026-07-31 12:00
            2026-07-31 12:00 | 2026-07-31 12:00:00.000001
            2026-07-31 12:00 | -
            2026-07-31       | 2026-07-31 23:59:59.999999
            """,
        ),
        # 3/5; 60/0.9 = 66.666...
        value="0.6",
        n=5,
        share=(3, 5),
        achievement="66.67",
    ),
    IndicatorCase(
        name="milestones_of_other_objectives_are_his_too",
        rule="milestones and weeks take all of the employee's rows; due_at in P",
        item=MILESTONES,
        tables=plan(
            ONE,
            """
            objective_id | employee_id | due_at           | reported_at
            O9           | E1          | 2026-07-01 00:00 | 2026-06-30 11:00
            O1           | E2          | 2026-07-31 12:00 | 2026-07-31 12:00
            O1           | E1          | 2026-10-01 00:00 | 2026-07-31 12:00
            O1           | E1          | -                | 2026-07-31 12:00
            """,
        ),
        # only the first: on time; 100/0.9 = 111.111...
        value="1",
        n=1,
        share=(1, 1),
        achievement="111.11",
    ),
    IndicatorCase(
        name="milestones_none_due",
        rule="NOT_APPLICABLE: no milestones due",
        item=MILESTONES,
        tables=plan(ONE),
        n=0,
        share=(0, 0),
        status="NOT_APPLICABLE",
        reason="no_milestones_due",
    ),
    IndicatorCase(
        name="milestones_without_a_plan",
        rule="No objective overlapping P: INSUFFICIENT_DATA (no_work_plan); n counted whatever the status",
        item=MILESTONES,
        tables={"progress": "due_at | reported_at\n2026-07-31 12:00 | 2026-07-31 11:00"},
        n=1,
        share=(1, 1),
        status="INSUFFICIENT_DATA",
        reason="no_work_plan",
    ),
    IndicatorCase(
        name="milestone_reported_after_what_is_known",
        rule="a later reported_at as empty",
        item=MILESTONES,
        known_as_of="2026-08-01 00:00",
        tables=plan(
            ONE,
            """
            due_at           | reported_at
            2026-07-31 12:00 | 2026-07-31 11:00
            2026-08-01 12:00 | 2026-07-31 11:00
            2026-07-31 12:00 | 2026-08-02 12:00
            """,
        ),
        # P ends on 1 August: two milestones, one in time: 50/0.9 = 55.555...
        value="0.5",
        n=2,
        share=(1, 2),
        achievement="55.56",
    ),
    # --- weekly reporting -------------------------------------------------------------------------------------------
    IndicatorCase(
        name="weeks_whose_monday_lies_in_the_period",
        rule="weeks (Monday in P, with a countable day in P) having a report in P / such weeks",
        item=WEEKLY,
        period="2026-07",
        tables=plan(
            ONE,
            """
            reported_at
            2026-07-03 08:00
            2026-07-06 00:00
            2026-07-12 23:59:59.999999
            2026-07-20 08:00
            2026-08-01 08:00
            """,
        ),
        # Mondays of July: 6, 13, 20, 27 (1-5 July belong to the week of 29 June); reports in the weeks of 6 and 20;
        # 1 August lies in the week of 27 July, but not in P: 2/4; 50/0.9 = 55.555...
        value="0.5",
        n=4,
        share=(2, 4),
        achievement="55.56",
    ),
    IndicatorCase(
        name="weeks_of_leave_do_not_count",
        rule="with a countable day in P",
        item=WEEKLY,
        period="2026-07",
        tables=plan(
            ONE,
            "reported_at\n2026-07-06 08:00\n2026-07-14 08:00",
            leave="""
            start_date | end_date
            2026-07-13 | 2026-07-17
            2026-07-20 | 2026-07-23
            """,
        ),
        # the week of 13 July has no countable day, that of 20 July has Friday: 6, 20, 27 July: 1/3; 33.33/0.9 = 37.037
        value="0.333333",
        n=3,
        share=(1, 3),
        achievement="37.04",
    ),
    IndicatorCase(
        name="weeks_at_target",
        rule="higher, 0.9",
        item=WEEKLY,
        period="2026-07",
        tables=plan(ONE, "reported_at\n2026-07-06\n2026-07-13\n2026-07-20\n2026-07-27"),
        # 4/4; 111.11
        value="1",
        n=4,
        share=(4, 4),
        achievement="111.11",
    ),
    IndicatorCase(
        name="weeks_without_a_plan",
        rule="No objective overlapping P: INSUFFICIENT_DATA (no_work_plan)",
        item=WEEKLY,
        period="2026-07",
        tables={"progress": "reported_at\n2026-07-06 08:00"},
        n=4,
        share=(1, 4),
        status="INSUFFICIENT_DATA",
        reason="no_work_plan",
    ),
    IndicatorCase(
        name="weeks_none",
        rule="NOT_APPLICABLE: no weeks",
        item=WEEKLY,
        period="2026-07",
        tables=plan(
            ONE,
            "reported_at\n2026-07-02 08:00",
            employees="""
            employee_id | start_date | end_date
            E1          | 2026-07-01 | 2026-07-03
            """,
        ),
        # 1-3 July belong to the week of Monday 29 June
        n=0,
        share=(0, 0),
        status="NOT_APPLICABLE",
        reason="no_reporting_weeks",
    ),
)
