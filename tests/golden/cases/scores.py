"""Groups, score, ratings, statuses, home spell, days: the worked example and each rule of section 3 about them."""

from policies.model import Item, Policy
from tests.golden.case import RowCase
from tests.oracle.by_hand import item, outcome_item, policy_by_hand

# Twelve working days in three months.
SPELLS = """
    employee_id | start_date | end_date
    E1          | 2026-07-27 | 2026-07-31
    E1          | 2026-08-03 | 2026-08-07
    E1          | 2026-09-01 | 2026-09-02
    E2          | 2026-09-02 | 2026-09-02
"""
# July: late by a minute on three days, 3 * 0.5 = 1.5. August: nothing. September: absent on the 2nd (E2's event shows
# that the device worked), 3.
EVENTS = """
    employee_id | timestamp
    E1          | 2026-07-27 07:31
    E1          | 2026-07-27 16:00
    E1          | 2026-07-28 07:31
    E1          | 2026-07-28 16:00
    E1          | 2026-07-29 07:31
    E1          | 2026-07-29 16:00
    E1          | 2026-07-30 07:30
    E1          | 2026-07-30 16:00
    E1          | 2026-07-31 07:30
    E1          | 2026-07-31 16:30
    E1          | 2026-08-03 07:30
    E1          | 2026-08-03 16:00
    E1          | 2026-08-04 07:30
    E1          | 2026-08-04 16:00
    E1          | 2026-08-05 07:30
    E1          | 2026-08-05 16:00
    E1          | 2026-08-06 07:30
    E1          | 2026-08-06 16:00
    E1          | 2026-08-07 07:30
    E1          | 2026-08-07 16:30
    E1          | 2026-09-01 07:30
    E1          | 2026-09-01 16:00
    E2          | 2026-09-02 07:30
"""
REQUESTS = (
    """
    kind     | status | submitted_at     | due_at     | closed_at
    document | closed | 2026-07-01 08:00 | 2026-07-09 | 2026-07-01 20:00
    document | closed | 2026-07-01 08:00 | 2026-07-09 | 2026-07-02 05:36
    document | closed | 2026-07-01 08:00 | 2026-07-09 | 2026-07-02 17:36
"""
    + "complaint | closed | 2026-07-01 | 2026-07-03 | 2026-07-02 10:00\n" * 18
    + "complaint | open   | 2026-07-01 | 2026-07-03 | -\n" * 2
)
# own 10 answers of 3.36 = 84; the unit's 20 of (3.36 + 3.04)/2 = 3.2 = 80
RESPONSES = "employee_id | submitted_at | u1\n" + "E1 | 2026-07-01 | 3.36\n" * 10 + "- | 2026-07-01 | 3.04\n" * 10
RATINGS = """
    item | level | level_max | submitted_at
    i1   | 3     | 3         | 2026-09-01
    i2   | 2     | 3         | 2026-09-01
"""
WORKED = {
    "employees": SPELLS,
    "attendance": EVENTS,
    "service_requests": REQUESTS,
    "survey_responses": RESPONSES,
    "ratings": RATINGS,
}


def without(*datasets: str) -> dict[str, str]:
    """The worked example without some of its datasets."""
    return {name: table for name, table in WORKED.items() if name not in datasets}


def two_groups(results: tuple[Item, ...], behaviour: tuple[Item, ...], **changes: object) -> Policy:
    return policy_by_hand(results, behaviour, 60, **changes)


def outcomes(**actual: str) -> dict[str, str]:
    """E1's outcomes of the quarter, target 100, so that the actual is the achievement."""
    rows = [f"{measure} | E1 | 2026-Q3 | {value} | 100 | higher" for measure, value in actual.items()]
    return {"outcomes": "\n".join(["measure | employee_id | period | actual | target | direction", *rows])}


def rated(name: str, results: str, behaviour: str, **expected: str | None) -> RowCase:
    """Two outcome items, one a group, with these achievements; weights 60 and 40."""
    return RowCase(
        name=name,
        rule="above if >= 110, meets if >= 90, else below; Proposed rating = matrix; compare the stored number",
        city=two_groups((outcome_item("r"),), (outcome_item("b"),)),
        tables=outcomes(r=results, b=behaviour),
        frame="scores",
        expected={"status": "SCORED", "reason": None, **expected},
    )


def covered(name: str, rule: str, weights: dict[str, int], actual: dict[str, str], **expected: str | None) -> RowCase:
    """Outcome items `r..` of these weights in results; a missing outcome is INSUFFICIENT_DATA."""
    return RowCase(
        name=name,
        rule=rule,
        city=two_groups(tuple(outcome_item(id_, weight) for id_, weight in weights.items()), (outcome_item("b"),)),
        tables=outcomes(**actual),
        frame="scores",
        expected=expected,
    )


CASES = (
    RowCase(
        name="worked_example_of_kalianda",
        rule="section 6",
        city="kalianda",
        tables=WORKED,
        frame="scores",
        expected={
            # documents 110, satisfaction (10*84 + 10*80)/20 = 82 -> 102.5, complaints 0.9/0.95 -> 94.7368...
            # (35*110 + 35*102.5 + 30*94.7368...)/100 = 102.796...
            "results_score": "102.80",
            # discipline mean(98.5, 100, 97) = 98.5 -> 103.75; behaviour 2.5 -> 110; 106.875 rounds away from zero
            "behaviour_score": "106.88",
            # 0.7*102.796... + 0.3*106.875 = 104.0197...
            "score": "104.02",
            "results_rating": "meets",
            "behaviour_rating": "meets",
            "proposed_rating": "Baik",
            "decided_rating": None,
            "status": "SCORED",
            "reason": None,
        },
    ),
    RowCase(
        name="worked_example_days",
        rule="Working day, countable day, recorded day",
        city="kalianda",
        tables=WORKED,
        frame="employees",
        expected={"n_working_days": 12, "n_countable_days": 12, "n_recorded_days": 12, "unit_id": "U1"},
    ),
    # --- the matrix, all nine cells, at the thresholds --------------------------------------------------------------
    # score = 0.6*results + 0.4*behaviour
    rated("matrix_above_above", "110", "110", score="110", proposed_rating="Sangat Baik"),
    rated("matrix_above_meets", "110", "109.99", score="110", proposed_rating="Baik", behaviour_rating="meets"),
    rated("matrix_above_below", "110", "89.99", score="102", proposed_rating="Kurang/Misconduct"),
    rated("matrix_meets_above", "109.99", "110", score="109.99", proposed_rating="Baik", results_rating="meets"),
    rated("matrix_meets_meets", "90", "90", score="90", proposed_rating="Baik"),
    rated("matrix_meets_below", "90", "89.99", score="90", proposed_rating="Kurang/Misconduct"),
    rated("matrix_below_above", "89.99", "120", score="101.99", proposed_rating="Butuh Perbaikan"),
    rated("matrix_below_meets", "89.99", "90", score="89.99", proposed_rating="Butuh Perbaikan"),
    rated("matrix_below_below", "0", "0", score="0", proposed_rating="Sangat Kurang"),
    # 89.995 is stored as 90.00 and meets; 109.995 as 110.00 and is above; 0.6*89.995 + 0.4*109.995 = 97.995 -> 98.00
    rated(
        "rating_compares_the_stored_number",
        "89.995",
        "109.995",
        results_score="90.00",
        behaviour_score="110.00",
        score="98.00",
        results_rating="meets",
        behaviour_rating="above",
        proposed_rating="Baik",
    ),
    # 89.994999 is stored as 89.99 and is below
    rated(
        "rating_just_under_the_half",
        "89.994999",
        "100",
        results_score="89.99",
        results_rating="below",
        proposed_rating="Butuh Perbaikan",
    ),
    # 0.6*90.004 + 0.4*90.014 = 90.008 -> 90.01 (from the stored groups: 0.6*90.00 + 0.4*90.01 = 90.004 -> 90.00)
    rated("score_from_exact_groups", "90.004", "90.014", results_score="90.00", behaviour_score="90.01", score="90.01"),
    # --- coverage ---------------------------------------------------------------------------------------------------
    covered(
        "coverage_exactly_sixty_percent",
        "SCORED weight >= min_coverage (0.6) of the weight of the group's items that are not NOT_APPLICABLE",
        {"r1": 60, "r2": 40},
        {"r1": "100", "b": "100"},
        results_score="100",
        score="100",
        status="SCORED",
        reason=None,
    ),
    covered(
        "coverage_below_sixty_percent",
        "else the group is INSUFFICIENT_DATA, and so are score and proposed rating; the other group keeps its own",
        {"r1": 59, "r2": 41},
        {"r1": "100", "b": "100"},
        results_score=None,
        results_rating=None,
        behaviour_score="100",
        behaviour_rating="meets",
        score=None,
        proposed_rating=None,
        status="INSUFFICIENT_DATA",
        reason="low_coverage_results",
    ),
    covered(
        "coverage_of_behaviour",
        "low_coverage_behaviour",
        {"r1": 100},
        {"r1": "100"},
        results_score="100",
        behaviour_score=None,
        score=None,
        status="INSUFFICIENT_DATA",
        reason="low_coverage_behaviour",
    ),
    covered(
        "coverage_of_neither_group",
        "low_coverage_results, low_coverage_behaviour (joined by `;`)",
        {"r1": 100},
        {},
        results_score=None,
        behaviour_score=None,
        score=None,
        status="INSUFFICIENT_DATA",
        reason="low_coverage_results;low_coverage_behaviour",
    ),
    RowCase(
        name="coverage_without_what_does_not_apply",
        rule="of the weight of the group's items that are not NOT_APPLICABLE, and >= min_weight (0.3) of the whole",
        city=two_groups((outcome_item("r", 30), item("complaints_handled", 70)), (outcome_item("b"),)),
        tables=outcomes(r="80", b="100"),
        frame="scores",
        # complaints: NOT_APPLICABLE; 30 of 30 applicable, 30 of 100 in all
        expected={"results_score": "80", "score": "88", "status": "SCORED"},
    ),
    RowCase(
        name="weight_below_thirty_percent_of_the_group",
        rule="and >= min_weight (0.3) of the whole group's",
        city=two_groups((outcome_item("r", 29), item("complaints_handled", 71)), (outcome_item("b"),)),
        tables=outcomes(r="80", b="100"),
        frame="scores",
        expected={
            "results_score": None,
            "score": None,
            "status": "INSUFFICIENT_DATA",
            "reason": "low_coverage_results",
        },
    ),
    RowCase(
        name="group_where_nothing_applies",
        rule="It needs SCORED weight ... >= min_weight (0.3) of the whole group's",
        city=two_groups((item("complaints_handled", 100),), (outcome_item("b"),)),
        tables=outcomes(b="100"),
        frame="scores",
        expected={"results_score": None, "status": "INSUFFICIENT_DATA", "reason": "low_coverage_results"},
    ),
    RowCase(
        name="group_score_weighs_only_scored_items",
        rule="Group score = sum(w*a)/sum(w) over SCORED items",
        city=two_groups((outcome_item("r1", 45), outcome_item("r2", 30), outcome_item("r3", 25)), (outcome_item("b"),)),
        tables=outcomes(r1="100", r2="75", b="100"),
        frame="scores",
        # (45*100 + 30*75)/75 = 90; 0.6*90 + 0.4*100 = 94
        expected={"results_score": "90", "score": "94", "results_rating": "meets"},
    ),
    # --- too short --------------------------------------------------------------------------------------------------
    RowCase(
        name="ten_working_days_are_enough",
        rule="Fewer than min_days (10) working days without leave in the period",
        city=two_groups((outcome_item("r"),), (outcome_item("b"),)),
        tables={
            **outcomes(r="100", b="100"),
            "employees": "employee_id | start_date | end_date\nE1 | 2026-07-01 | 2026-07-14",
        },
        frame="scores",
        expected={"score": "100", "status": "SCORED", "reason": None},
    ),
    RowCase(
        name="nine_working_days_are_too_few",
        rule="score and proposed rating are empty, reason too_short; the groups keep their scores",
        city=two_groups((outcome_item("r"),), (outcome_item("b"),)),
        tables={
            **outcomes(r="100", b="100"),
            "employees": "employee_id | start_date | end_date\nE1 | 2026-07-01 | 2026-07-13",
        },
        frame="scores",
        expected={
            "results_score": "100",
            "behaviour_score": "100",
            "results_rating": "meets",
            "score": None,
            "proposed_rating": None,
            "status": "NOT_APPLICABLE",
            "reason": "too_short",
        },
    ),
    RowCase(
        name="too_short_by_leave_replaces_low_coverage",
        rule="too_short replaces any other",
        city=two_groups((outcome_item("r"),), (outcome_item("b"),)),
        tables={
            **outcomes(b="100"),
            "employees": "employee_id | start_date | end_date\nE1 | 2026-07-01 | 2026-07-14",
            "leave": "start_date | end_date\n2026-07-14 | 2026-07-20",
        },
        frame="scores",
        expected={"results_score": None, "score": None, "status": "NOT_APPLICABLE", "reason": "too_short"},
    ),
    # --- decisions --------------------------------------------------------------------------------------------------
    RowCase(
        name="decision_latest_of_the_period",
        rule="Decisions: the latest of that period; Of equal times the last row of the file is the latest",
        city="kalianda",
        tables={
            **WORKED,
            "decisions": """
                period  | decided_rating  | decided_at
                2026-Q3 | Baik            | 2026-10-05 08:00
                2026-Q3 | Butuh Perbaikan | 2026-10-06 08:00
                2026-Q3 | Sangat Baik     | 2026-10-06 08:00
                2026-Q3 | Sangat Kurang   | 2026-10-04 08:00
                2026    | Sangat Kurang   | 2026-10-07 08:00
            """,
        },
        frame="scores",
        expected={"proposed_rating": "Baik", "decided_rating": "Sangat Baik"},
    ),
    RowCase(
        name="decision_without_a_score",
        rule="beside it the decided rating once the appraiser's decision arrives",
        city="kalianda",
        tables={
            "decisions": "period | decided_rating | decided_at\n2026-Q3 | Baik | 2026-10-05 08:00",
        },
        frame="scores",
        expected={"score": None, "proposed_rating": None, "decided_rating": "Baik", "status": "INSUFFICIENT_DATA"},
    ),
    RowCase(
        name="decision_later_than_known",
        rule="rows whose decided_at is later than known_as_of are treated as not there",
        city="kalianda",
        known_as_of="2026-10-05 08:00",
        tables={
            "decisions": """
                period  | decided_rating | decided_at
                2026-Q3 | Baik           | 2026-10-05 08:00
                2026-Q3 | Sangat Baik    | 2026-10-05 08:00:00.000001
            """,
        },
        frame="scores",
        expected={"decided_rating": "Baik"},
    ),
    # --- home spell and days ----------------------------------------------------------------------------------------
    RowCase(
        name="home_is_the_spell_with_most_days",
        rule="home spell: the single spell with most calendar days in the period; of equals the one that starts last",
        city="kalianda",
        tables={
            "employees": """
                employee_id | unit_id | sector    | start_date | end_date
                E1          | U1      | general   | 2025-01-01 | 2026-07-31
                E1          | U2      | education | 2026-08-01 | 2026-08-31
                E1          | U3      | health    | 2026-09-01 | -
            """
        },
        frame="employees",
        # July 31, August 31, September 30 days (2025 does not count): of equals the one that starts last
        expected={"unit_id": "U2", "sector": "education"},
    ),
    RowCase(
        name="home_is_a_single_spell",
        rule="the single spell with most calendar days",
        city="kalianda",
        tables={
            "employees": """
                employee_id | unit_id | start_date | end_date
                E1          | U1      | 2026-07-01 | 2026-07-25
                E1          | U2      | 2026-07-26 | 2026-08-31
                E1          | U1      | 2026-09-01 | 2026-09-30
            """
        },
        frame="employees",
        # U1 has 25 + 30 = 55 days in two spells, U2 37 in one
        expected={"unit_id": "U2"},
    ),
    RowCase(
        name="sector_takes_its_own_items",
        rule="health: satisfaction(patient) 50, on_time_share 50",
        city="kalianda",
        tables={
            **WORKED,
            "employees": """
                employee_id | sector | start_date | end_date
                E1          | health | 2026-07-27 | 2026-07-31
                E1          | health | 2026-08-03 | 2026-08-07
                E1          | health | 2026-09-01 | 2026-09-02
                E2          | health | 2026-09-02 | 2026-09-02
            """,
        },
        frame="scores",
        # no patient has answered: on_time_share alone has 50 % of the weight, below 60 %
        expected={"results_score": None, "behaviour_score": "106.88", "reason": "low_coverage_results"},
    ),
    RowCase(
        name="working_days_of_the_quarter",
        rule="a weekday in the schedule of the spell that contains it, not holiday or joint leave",
        city="kalianda",
        tables={"leave": "start_date | end_date\n2026-08-14 | 2026-08-18"},
        frame="employees",
        # July 23, August 21 less the 17th, September 22: 65; leave on 14 and 18 August: 63
        expected={"n_working_days": 65, "n_countable_days": 63, "n_recorded_days": 0},
    ),
    RowCase(
        name="working_days_without_a_calendar_file_for_the_year",
        rule="A file of calendar replaces the library for the years it has rows in",
        city="kalianda",
        tables={"calendar": "date | kind\n2025-08-18 | joint_leave"},
        frame="employees",
        # the library knows 17 August (Independence Day) and 25 August 2026 (the Prophet's birthday): 66 - 2
        expected={"n_working_days": 64, "n_countable_days": 64},
    ),
    RowCase(
        name="days_of_a_run_before_the_end",
        rule="P ends at the last midnight at or before known_as_of",
        city="kalianda",
        known_as_of="2026-07-08 23:59",
        tables={},
        frame="employees",
        # 1, 2, 3, 6, 7 July
        expected={"n_working_days": 5},
    ),
    RowCase(
        name="nobody_without_a_day_in_the_period",
        rule="One result per employee with at least one spell day in the period",
        city="kalianda",
        tables={
            "employees": """
                employee_id | start_date | end_date
                E1          | 2026-01-01 | 2026-06-30
                E1          | 2026-10-01 | -
            """
        },
        frame="scores",
        expected=None,
    ),
    RowCase(
        name="one_day_in_the_period_is_a_result",
        rule="at least one spell day in the period; end_date is the last day, included",
        city="kalianda",
        tables={"employees": "employee_id | start_date | end_date\nE1 | 2026-01-01 | 2026-07-01"},
        frame="scores",
        expected={"score": None, "status": "NOT_APPLICABLE", "reason": "too_short"},
    ),
    RowCase(
        name="nobody_before_a_day_of_the_period_is_over",
        rule="P ends at the last midnight at or before known_as_of",
        city="kalianda",
        known_as_of="2026-07-01 23:59",
        tables={},
        frame="employees",
        expected=None,
    ),
    RowCase(
        name="home_spell_of_a_run_before_the_end",
        rule="the single spell with most calendar days in the period, which ends at the last midnight",
        city="kalianda",
        known_as_of="2026-08-05 00:00",
        tables={
            "employees": """
                employee_id | unit_id | start_date | end_date
                E1          | U1      | 2026-07-01 | 2026-07-31
                E1          | U2      | 2026-08-01 | -
            """
        },
        frame="employees",
        # up to 4 August: 31 days in U1, 4 in U2 (in the whole quarter U2 would have 61)
        expected={"unit_id": "U1", "n_working_days": 25},
    ),
    RowCase(
        name="sector_that_is_not_named_takes_the_general_items",
        rule="Sectors a city does not name take its general items",
        city="kalianda",
        tables={
            **WORKED,
            "employees": """
                employee_id | sector         | start_date | end_date
                E1          | civil_registry | 2026-07-27 | 2026-07-31
                E1          | civil_registry | 2026-08-03 | 2026-08-07
                E1          | civil_registry | 2026-09-01 | 2026-09-02
                E2          | general        | 2026-09-02 | 2026-09-02
            """,
        },
        frame="scores",
        expected={"results_score": "102.80", "score": "104.02"},
    ),
    RowCase(
        name="worked_example_without_a_survey",
        rule="sum(w*a)/sum(w) over SCORED items; 65 % of the weight is scored",
        city="kalianda",
        tables=without("survey_responses"),
        frame="scores",
        # (35*110 + 30*94.7368...)/65 = 102.955...; 0.7*102.955... + 0.3*106.875 = 104.131...
        expected={"results_score": "102.96", "score": "104.13", "status": "SCORED"},
    ),
    RowCase(
        name="worked_example_without_requests",
        rule="no documents and no complaints: NOT_APPLICABLE; satisfaction has 35 of the 35 that apply, 35 % of all",
        city="kalianda",
        tables=without("service_requests"),
        frame="scores",
        # 102.5; 0.7*102.5 + 0.3*106.875 = 103.8125
        expected={"results_score": "102.50", "score": "103.81", "status": "SCORED"},
    ),
    RowCase(
        name="worked_example_without_ratings",
        rule="discipline has 50 % of the behaviour group, below 60 %",
        city="kalianda",
        tables=without("ratings"),
        frame="scores",
        expected={"results_score": "102.80", "behaviour_score": None, "reason": "low_coverage_behaviour"},
    ),
)
