"""initiative and outcome(measure)."""

from tests.golden.case import IndicatorCase

INITIATIVE = "initiative"
OUTCOME = "immunization_coverage"

CASES = (
    IndicatorCase(
        name="initiative_one_adopted_in_a_quarter",
        rule="number adopted * 3 / months in P; n: initiatives submitted",
        item=INITIATIVE,
        tables={
            "initiatives": """
                submitted_at               | status
                2026-07-01 00:00           | adopted
                2026-09-30 23:59:59.999999 | rejected
                2026-08-01                 | proposed
                2026-10-01 00:00           | adopted
                2026-06-30                 | adopted
            """
        },
        # 1 * 3 / 3 = 1 -> 100
        value="1",
        n=3,
        achievement="100",
    ),
    IndicatorCase(
        name="initiative_three_adopted_in_a_quarter",
        rule="scale 2->120, flat outside",
        item=INITIATIVE,
        tables={"initiatives": "submitted_at | status\n" + "2026-08-01 | adopted\n" * 3},
        value="3",
        n=3,
        achievement="120",
    ),
    IndicatorCase(
        name="initiative_one_in_a_year",
        rule="number adopted * 3 / months in P",
        item=INITIATIVE,
        period="2026",
        tables={"initiatives": "submitted_at | status\n2026-08-01 | adopted"},
        # 3/12 = 0.25 -> 70 + 30*0.25 = 77.5
        value="0.25",
        n=1,
        achievement="77.5",
    ),
    IndicatorCase(
        name="initiative_one_in_a_month",
        rule="number adopted * 3 / months in P",
        item=INITIATIVE,
        period="2026-07",
        tables={"initiatives": "submitted_at | status\n2026-07-01 | adopted"},
        # 3/1 = 3, flat above 2
        value="3",
        n=1,
        achievement="120",
    ),
    IndicatorCase(
        name="initiative_months_of_the_whole_period_in_an_early_run",
        rule="the months in P of initiative are those of the whole period",
        item=INITIATIVE,
        known_as_of="2026-08-01 00:00",
        tables={"initiatives": "submitted_at | status\n2026-07-15 | adopted\n2026-08-01 00:00 | adopted"},
        # P ends on 1 August 00:00; one submitted in P: 1 * 3 / 3
        value="1",
        n=1,
        achievement="100",
    ),
    IndicatorCase(
        name="initiative_none",
        rule="scale 0->70: none is a number, and nobody owes one",
        item=INITIATIVE,
        tables={},
        value="0",
        n=0,
        achievement="70",
    ),
    # --- outcome ----------------------------------------------------------------------------------------------------
    IndicatorCase(
        name="outcome_of_the_employee_before_the_unit",
        rule="the employee's rows before the unit's",
        item=OUTCOME,
        tables={
            "outcomes": """
                measure               | employee_id | unit_id | period  | actual | target | direction
                immunization_coverage | E1          | -       | 2026-07 | 76     | 80     | higher
                immunization_coverage | -           | U1      | 2026-Q3 | 80     | 80     | higher
                other                 | E1          | -       | 2026-Q3 | 80     | 80     | higher
            """
        },
        # 76/80 = 95 %, although the unit's period ends later
        value="76",
        n=1,
        achievement="95",
    ),
    IndicatorCase(
        name="outcome_of_the_home_unit",
        rule="outcomes for the employee, else for the home unit; actual against that row's own target and direction",
        item=OUTCOME,
        tables={
            "outcomes": """
                measure               | employee_id | unit_id | period  | actual | target | direction
                immunization_coverage | E2          | -       | 2026-Q3 | 50     | 80     | higher
                immunization_coverage | -           | U1      | 2026-Q3 | 4.4    | 4      | lower
                immunization_coverage | -           | U2      | 2026-Q3 | 1      | 4      | lower
            """
        },
        # 100 * (2 - 4.4/4) = 90
        value="4.4",
        n=1,
        achievement="90",
    ),
    IndicatorCase(
        name="outcome_latest_end_then_the_longest",
        rule="within P wholly; latest end, then the longest period",
        item=OUTCOME,
        tables={
            "outcomes": """
                measure               | employee_id | period  | actual | target | direction
                immunization_coverage | E1          | 2026-08 | 10     | 100    | higher
                immunization_coverage | E1          | 2026-09 | 20     | 100    | higher
                immunization_coverage | E1          | 2026-Q3 | 90     | 100    | higher
                immunization_coverage | E1          | 2026    | 30     | 100    | higher
                immunization_coverage | E1          | 2026-10 | 40     | 100    | higher
                immunization_coverage | E1          | 2026-06 | 50     | 100    | higher
            """
        },
        value="90",
        n=1,
        achievement="90",
    ),
    IndicatorCase(
        name="outcome_of_the_whole_quarter_in_an_early_run",
        rule="the periods of outcomes and decisions are those of the whole period",
        item=OUTCOME,
        known_as_of="2026-08-01 00:00",
        tables={
            "outcomes": """
                measure               | employee_id | period  | actual | target | direction
                immunization_coverage | E1          | 2026-Q3 | 90     | 100    | higher
            """
        },
        value="90",
        n=1,
        achievement="90",
    ),
    IndicatorCase(
        name="outcome_negative",
        rule="clipped to [0,120]",
        item=OUTCOME,
        tables={
            "outcomes": """
                measure               | employee_id | period  | actual  | target | direction
                immunization_coverage | E1          | 2026-Q3 | -0.0000005 | 100    | higher
            """
        },
        # half away from zero
        value="-0.000001",
        n=1,
        achievement="0",
    ),
    IndicatorCase(
        name="outcome_missing",
        rule="INSUFFICIENT_DATA (something owed is missing: outcome row)",
        item=OUTCOME,
        tables={},
        n=0,
        status="INSUFFICIENT_DATA",
        reason="no_outcome",
    ),
)
