"""behaviour and competency_match."""

from tests.golden.case import IndicatorCase

BEHAVIOUR = "behaviour"
MATCH = "competency_match"


def ratings(text: str, **others: str) -> dict[str, str]:
    return {"ratings": text, **others}


STANDARD = """
    position_id | competency | required_level
    P1          | integrity  | 3
    P1          | teamwork   | 4
    P2          | service    | 5
"""


def competencies(text: str) -> dict[str, str]:
    lines = [f"competency | 5 | {line.strip()}" for line in text.strip().splitlines()[1:]]
    header = "instrument | level_max | " + text.strip().splitlines()[0]
    return {"competency_standards": STANDARD, "ratings": "\n".join([header, *lines])}


CASES = (
    IndicatorCase(
        name="behaviour_supervisor_alone",
        rule="`1 + 2*(level-1)/(level_max-1)`",
        item=BEHAVIOUR,
        tables=ratings("""
            item | level | level_max | submitted_at
            i1   | 5     | 5         | 2026-09-01
            i2   | 3     | 5         | 2026-09-01
        """),
        # 3 and 2 -> 2.5; scale 2->100, 3->120: 110
        value="2.5",
        n=2,
        achievement="110",
    ),
    IndicatorCase(
        name="behaviour_lowest_level",
        rule="scale 1->60",
        item=BEHAVIOUR,
        tables=ratings("level | level_max | submitted_at\n1 | 4 | 2026-09-01"),
        value="1",
        n=1,
        achievement="60",
    ),
    IndicatorCase(
        name="behaviour_level_max_of_two_and_of_three",
        rule="`level` rescaled linearly to 1..3 by level_max",
        item=BEHAVIOUR,
        tables=ratings("""
            item | level | level_max | submitted_at
            i1   | 2     | 2         | 2026-09-01
            i2   | 1     | 2         | 2026-09-01
            i3   | 2.5   | 3         | 2026-09-01
        """),
        # 3, 1, 2.5 -> 6.5/3 = 2.1666...; 100 + 20*0.1666... = 103.333...
        value="2.166667",
        n=3,
        achievement="103.33",
    ),
    IndicatorCase(
        name="behaviour_others_are_pooled_and_self_is_not_scored",
        rule="0.6 supervisor + 0.4 mean of peers and subordinates where any exist; self is shown, never scored",
        item=BEHAVIOUR,
        tables=ratings("""
            rater_id | rater_role  | level | level_max | submitted_at
            S1       | supervisor  | 2     | 3         | 2026-09-01
            A        | peer        | 3     | 3         | 2026-09-01
            B        | peer        | 3     | 3         | 2026-09-01
            C        | subordinate | 1     | 3         | 2026-09-01
            E1       | self        | 3     | 3         | 2026-09-01
        """),
        # 0.6*2 + 0.4*(3+3+1)/3 = 1.2 + 0.9333... = 2.1333...; 102.666...
        value="2.133333",
        n=4,
        achievement="102.67",
    ),
    IndicatorCase(
        name="behaviour_latest_row_of_rater_role_and_item",
        rule="the latest row of each rater, role and item counts; Of equal times the last row of the file",
        item=BEHAVIOUR,
        tables=ratings("""
            rater_id | rater_role | item | level | level_max | submitted_at
            S1       | supervisor | i1   | 3     | 3         | 2026-09-02 08:00
            S1       | supervisor | i1   | 1     | 3         | 2026-09-01 08:00
            S1       | supervisor | i2   | 1     | 3         | 2026-09-01 08:00
            S1       | supervisor | i2   | 2     | 3         | 2026-09-01 08:00
            S1       | peer       | i1   | 2     | 3         | 2026-08-01 08:00
        """),
        # supervisor: i1 3, i2 2 -> 2.5; the same person as peer: 2 -> 0.6*2.5 + 0.4*2 = 2.3; 106
        value="2.3",
        n=3,
        achievement="106",
    ),
    IndicatorCase(
        name="behaviour_only_ratings_of_the_period",
        rule="submitted_at in P",
        item=BEHAVIOUR,
        tables=ratings("""
            item | level | level_max | submitted_at
            i1   | 1     | 3         | 2026-06-30 23:59:59.999999
            i2   | 2     | 3         | 2026-07-01 00:00
            i2   | 3     | 3         | 2026-10-01 00:00
        """),
        value="2",
        n=1,
        achievement="100",
    ),
    IndicatorCase(
        name="behaviour_without_a_supervisor",
        rule="no supervisor rating: INSUFFICIENT_DATA; n: ratings that counted (not self)",
        item=BEHAVIOUR,
        tables=ratings("""
            rater_id | rater_role | level | level_max | submitted_at
            A        | peer       | 3     | 3         | 2026-09-01
            E1       | self       | 3     | 3         | 2026-09-01
        """),
        n=1,
        status="INSUFFICIENT_DATA",
        reason="no_supervisor_rating",
    ),
    IndicatorCase(
        name="behaviour_no_file",
        rule="INSUFFICIENT_DATA (something owed is missing: supervisor rating)",
        item=BEHAVIOUR,
        tables={},
        n=0,
        status="INSUFFICIENT_DATA",
        reason="no_supervisor_rating",
    ),
    IndicatorCase(
        name="behaviour_rating_of_competencies_is_not_behaviour",
        rule="ratings instrument=behaviour",
        item=BEHAVIOUR,
        tables=ratings("instrument | level | level_max | submitted_at\ncompetency | 3 | 5 | 2026-09-01"),
        n=0,
        status="INSUFFICIENT_DATA",
        reason="no_supervisor_rating",
    ),
    # --- competency_match -------------------------------------------------------------------------------------------
    IndicatorCase(
        name="competency_supervisor_and_self",
        rule="assessed = 0.7 supervisor + 0.3 self; 100 * sum(min(assessed, required)) / sum(required)",
        item=MATCH,
        tables=competencies("""
            rater_id | rater_role | item      | level | submitted_at
            S1       | supervisor | integrity | 4     | 2026-09-01
            E1       | self       | integrity | 5     | 2026-09-01
            S1       | supervisor | teamwork  | 3     | 2026-09-01
            E1       | self       | teamwork  | 4     | 2026-09-01
        """),
        # integrity min(4.3, 3) = 3; teamwork 0.7*3 + 0.3*4 = 3.3; 100 * 6.3/7 = 90; 100 * 90/90
        value="90",
        n=2,
        achievement="100",
    ),
    IndicatorCase(
        name="competency_self_missing",
        rule="self missing: supervisor alone",
        item=MATCH,
        tables=competencies("""
            rater_role | item      | level | submitted_at
            supervisor | integrity | 2     | 2026-09-01
            supervisor | teamwork  | 4     | 2026-09-01
            supervisor | other     | 1     | 2026-09-01
        """),
        # (2 + 4)/7 = 85.714...; /90 = 95.238...; a competency that is not required does not count
        value="85.714286",
        n=2,
        achievement="95.24",
    ),
    IndicatorCase(
        name="competency_several_supervisors",
        rule="Several raters of one competency: their mean",
        item=MATCH,
        tables=competencies("""
            rater_id | rater_role  | item      | level | submitted_at
            S1       | supervisor  | integrity | 1     | 2026-09-01
            S2       | supervisor  | integrity | 4     | 2026-09-01
            S1       | supervisor  | teamwork  | 4     | 2026-09-01
            A        | peer        | teamwork  | 1     | 2026-09-01
            B        | subordinate | teamwork  | 1     | 2026-09-01
        """),
        # integrity 2.5; teamwork 4; peers and subordinates are not asked: 6.5/7 = 92.857...; /90 = 103.174...
        value="92.857143",
        n=2,
        achievement="103.17",
    ),
    IndicatorCase(
        name="competency_ratings_since_january",
        rule="ratings of the calendar year up to the end of P",
        item=MATCH,
        tables=competencies("""
            rater_role | item      | level | submitted_at
            supervisor | integrity | 3     | 2026-01-01 00:00
            supervisor | teamwork  | 4     | 2025-12-31 23:59
            supervisor | teamwork  | 2     | 2026-03-01 00:00
            supervisor | teamwork  | 4     | 2026-10-01 00:00
        """),
        # 3 + 2 of 7 = 71.428...; /90 = 79.365...
        value="71.428571",
        n=2,
        achievement="79.37",
    ),
    IndicatorCase(
        name="competency_one_not_rated_this_year",
        rule="any required competency without a supervisor rating: INSUFFICIENT_DATA",
        item=MATCH,
        tables=competencies("""
            rater_id | rater_role | item      | level | submitted_at
            S1       | supervisor | integrity | 3     | 2026-09-01
            E1       | self       | teamwork  | 4     | 2026-09-01
            S1       | supervisor | teamwork  | 4     | 2025-12-31
        """),
        n=2,
        status="INSUFFICIENT_DATA",
        reason="competency_not_rated",
    ),
    IndicatorCase(
        name="competency_no_standard_for_the_position",
        rule="NOT_APPLICABLE: no competency standard for the position",
        item=MATCH,
        tables={"competency_standards": "position_id | competency | required_level\nP2 | service | 5"},
        n=0,
        status="NOT_APPLICABLE",
        reason="no_competency_standard",
    ),
)
