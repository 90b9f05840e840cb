"""satisfaction(audience): the satisfaction index (IKM), shrunk to the unit's."""

from tests.golden.case import IndicatorCase

ITEM = "citizen_satisfaction"


def responses(text: str) -> dict[str, str]:
    return {"survey_responses": text}


CASES = (
    IndicatorCase(
        name="survey_elements_weigh_the_same_and_unanswered_drop_out",
        rule="25 * mean over elements of (mean of the answers to that element); elements nobody answered drop out",
        item=ITEM,
        tables=responses("""
            unit_id | submitted_at | u1 | u2 | u3
            U2      | 2026-07-01   | 4  | 2  | -
            U2      | 2026-07-02   | 4  | -  | -
            U2      | 2026-07-03   | 4  | -  | -
            U2      | 2026-07-04   | 4  | -  | -
            U2      | 2026-07-05   | 3  | 3  | -
        """),
        # u1 19/5 = 3.8; u2 5/2 = 2.5; (3.8 + 2.5) / 2 = 3.15; 25 * 3.15 = 78.75
        # no response of the home unit U1: own alone; 100 * 78.75/80 = 98.4375
        value="78.75",
        n=5,
        achievement="98.44",
    ),
    IndicatorCase(
        name="survey_shrunk_to_the_unit",
        rule="(n*own + k*unit)/(n+k), k=10; the unit's are all of that unit, his own included",
        item=ITEM,
        tables=responses("""
            employee_id | submitted_at | u1
            E1          | 2026-07-01   | 4
            E1          | 2026-07-01   | 4
            E1          | 2026-07-01   | 4
            E1          | 2026-07-01   | 4
            E1          | 2026-07-01   | 4
            -           | 2026-07-01   | 2
            -           | 2026-07-01   | 2
            -           | 2026-07-01   | 2
        """),
        # own 100 (n = 5); unit (5*4 + 3*2)/8 = 3.25 -> 81.25
        # (5*100 + 10*81.25) / 15 = 1312.5/15 = 87.5; 100 * 87.5/80 = 109.375 -> 109.38
        value="87.5",
        n=5,
        achievement="109.38",
    ),
    IndicatorCase(
        name="survey_shrunk_to_a_unit_that_just_has_min_n",
        rule="shrunk to the unit if the unit has min_n; an employee's own are all that name him, in any unit",
        item=ITEM,
        tables=responses(
            "employee_id | unit_id | submitted_at | u1\n"
            + "E1 | U2 | 2026-07-01 | 4\n" * 5
            + "- | U1 | 2026-07-01 | 2.8\n" * 5
        ),
        # own 100, unit 70, each of 5: (5*100 + 10*70)/15 = 80
        value="80",
        n=5,
        achievement="100",
    ),
    IndicatorCase(
        name="survey_not_shrunk_to_a_unit_below_min_n",
        rule="shrunk to the unit if the unit has min_n; else own",
        item=ITEM,
        tables=responses(
            "employee_id | unit_id | submitted_at | u1\n"
            + "E1 | U2 | 2026-07-01 | 3.2\n" * 5
            + "- | U1 | 2026-07-01 | 1\n" * 4
        ),
        value="80",
        n=5,
        achievement="100",
    ),
    IndicatorCase(
        name="survey_unit_level_below_min_n",
        rule="Employee n < min_n (5): the home unit's IKM if that n >= min_n; n is the employee's own n",
        item=ITEM,
        tables=responses("""
            employee_id | submitted_at | u1
            E1          | 2026-07-01   | 4
            E1          | 2026-07-01   | 4
            E1          | 2026-07-01   | 4
            E1          | 2026-07-01   | 4
            -           | 2026-07-01   | 2
        """),
        # own 4 < 5; unit 18/5 = 3.6 -> 90; 100 * 90/80 = 112.5
        value="90",
        n=4,
        achievement="112.5",
        reason="unit_level",
    ),
    IndicatorCase(
        name="survey_unit_level_without_one_of_his_own",
        rule="the home unit's IKM (all the unit's responses)",
        item=ITEM,
        tables=responses("""
            employee_id | submitted_at | u1
            -           | 2026-07-01   | 3
            E2          | 2026-07-01   | 3
            E2          | 2026-07-01   | 3
            -           | 2026-07-01   | 3
            -           | 2026-07-01   | 4
        """),
        # 16/5 = 3.2 -> 80; 100
        value="80",
        n=0,
        achievement="100",
        reason="unit_level",
    ),
    IndicatorCase(
        name="survey_too_few_of_both",
        rule="else INSUFFICIENT_DATA",
        item=ITEM,
        tables=responses("""
            employee_id | unit_id | submitted_at | u1
            E1          | U1      | 2026-07-01   | 3
            E1          | U2      | 2026-07-01   | 3
            -           | U1      | 2026-07-01   | 3
            -           | U1      | 2026-07-01   | 3
            -           | U1      | 2026-07-01   | 3
            -           | U2      | 2026-07-01   | 3
        """),
        # own 2 (in any unit), unit U1 4
        n=2,
        status="INSUFFICIENT_DATA",
        reason="too_few_responses",
    ),
    IndicatorCase(
        name="survey_a_response_without_an_answer_does_not_count",
        rule="n counts responses with at least one answer",
        item=ITEM,
        tables=responses("""
            submitted_at | u1 | u9
            2026-07-01   | 3  | -
            2026-07-01   | -  | 3
            2026-07-01   | -  | -
            2026-07-01   | 3  | 3
            2026-07-01   | 3  | 3
        """),
        n=4,
        status="INSUFFICIENT_DATA",
        reason="too_few_responses",
    ),
    IndicatorCase(
        name="survey_only_of_the_audience_and_in_the_period",
        rule="survey_responses, submitted_at in P",
        item=ITEM,
        tables=responses("""
            audience | submitted_at               | u1
            citizen  | 2026-07-01 00:00           | 3
            citizen  | 2026-09-30 23:59:59.999999 | 3
            citizen  | 2026-08-01                 | 3
            citizen  | 2026-08-01                 | 3
            citizen  | 2026-06-30 23:59:59.999999 | 3
            citizen  | 2026-10-01 00:00           | 3
            patient  | 2026-08-01                 | 3
            student  | 2026-08-01                 | 3
        """),
        n=4,
        status="INSUFFICIENT_DATA",
        reason="too_few_responses",
    ),
    IndicatorCase(
        name="survey_no_file",
        rule="INSUFFICIENT_DATA (something owed is missing: survey)",
        item="patient_satisfaction",
        tables={},
        n=0,
        status="INSUFFICIENT_DATA",
        reason="too_few_responses",
    ),
    IndicatorCase(
        name="survey_nine_elements_of_one_ninth",
        rule="elements with weight 1/9 each, never 0.11",
        item="student_satisfaction",
        tables=responses(
            "audience | submitted_at | u1 | u2 | u3 | u4 | u5 | u6 | u7 | u8 | u9\n"
            + "student | 2026-07-01 | 4 | 4 | 4 | 4 | 4 | 4 | 4 | 4 | 3\n" * 5
        ),
        # 35/9 * 25 = 97.2222... (0.11 would give 96.25); own = unit; 97.2222/80 = 121.5, at most 120
        value="97.222222",
        n=5,
        achievement="120",
    ),
    IndicatorCase(
        name="survey_rescaled_answers_are_not_whole",
        rule="25 * mean over elements",
        item=ITEM,
        tables=responses("submitted_at | u7\n" + "2026-07-01 | 2.5\n" * 5),
        # 62.5; 100 * 62.5/80 = 78.125 -> 78.13
        value="62.5",
        n=5,
        achievement="78.13",
    ),
)
