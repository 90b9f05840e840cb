"""What the public got of units, worked by hand; and what must hold of any data."""

from __future__ import annotations

import polars as pl
import pytest

from policies.period import Period
from tests.insights.asked import cells, example_insights, found_in, insights_of, policy_of, scored
from tests.transforms.engine import days_off
from tests.transforms.example import example_frames
from transforms.insights import Previous
from transforms.insights.evidence import Evidence
from transforms.insights.measured import measured_shares
from transforms.insights.rules import OPINION_INDICATORS
from transforms.insights.surveys import krejcie_morgan, skm_grade

CITIES = ("kalianda", "pauh", "sibolga", "bangko", "tangerang_selatan")


@pytest.mark.parametrize(
    ("population", "needed"),
    # From the table in Krejcie and Morgan (1970), which PermenPANRB 14/2017 prints.
    [(10, 10), (15, 14), (20, 19), (100, 80), (110, 86), (500, 217), (1000, 278), (5000, 357), (1_000_000, 384)],
)
def test_enough_answers_are_those_of_the_table(population: int, needed: int) -> None:
    assert pl.select(n=population).select(krejcie_morgan("n")).item() == needed


def test_of_nobody_no_answer_is_needed() -> None:
    assert pl.select(n=0).select(krejcie_morgan("n")).item() is None


@pytest.mark.parametrize(
    ("index", "grade"),
    # PermenPANRB 14/2017: D 25-64.99, C 65-76.60, B 76.61-88.30, A 88.31-100.
    [("25.00", "D"), ("64.99", "D"), ("65.00", "C"), ("76.60", "C"), ("76.61", "B"), ("88.30", "B"), ("88.31", "A"),
     ("100.00", "A"), (None, None)],
)  # fmt: skip
def test_a_grade_begins_where_the_act_says(index: str | None, grade: str | None) -> None:
    frame = pl.DataFrame({"ikm": [index]}, schema={"ikm": pl.String}).cast(pl.Decimal(38, 2))
    assert frame.select(skm_grade("ikm", policy_of("kalianda").national.skm_grades)).item() == grade


REQUESTS = {
    "service_requests": """
        unit_id | kind      | submitted_at     | closed_at        | due_at           | status
        A.1     | document  | 2026-06-30T12:00 | 2026-07-01T12:00 | 2026-07-01T12:00 | closed
        A.1     | document  | 2026-07-02T08:00 | 2026-07-02T10:00 | 2026-07-02T09:00 | closed
        A.1     | complaint | 2026-08-01T00:00 | -                | 2026-08-20T00:00 | open
        A.1     | complaint | 2026-08-02T00:00 | 2026-09-30T00:00 | 2026-08-20T00:00 | closed
        A.1     | complaint | 2026-08-03T00:00 | 2026-10-02T00:00 | 2026-08-20T00:00 | closed
        A.1     | document  | 2026-08-03T00:00 | -                | 2026-08-20T00:00 | rejected
        A.2     | document  | 2026-07-03T08:00 | 2026-07-03T14:00 | -                | closed
        A.2     | document  | 2026-10-01T00:00 | 2026-10-01T08:00 | -                | closed
        B       | document  | 2026-05-01T00:00 | -                | -                | open
    """
}


def test_the_queue_is_what_was_there_what_came_and_what_left() -> None:
    found = insights_of(REQUESTS)["units"]
    # A.1: one of June is open when the quarter begins; five come; it, the second, the complaint closed in September and
    # the rejected one leave; two complaints stay (one closed in October). 1 + 5 - 4 = 2.
    queue = "n_open_before n_submitted n_left n_open"
    assert cells(found, queue, level="unit", place_id="A.1") == [1, 5, 4, 2]
    assert cells(found, queue, level="unit", place_id="A.2") == [0, 1, 1, 0]  # October's is of no concern
    assert cells(found, queue, level="unit", place_id="B") == [1, 0, 0, 1]
    assert cells(found, queue, level="agency", place_id="A") == [1, 6, 5, 2]
    assert cells(found, queue, level="city", place_id="kalianda") == [2, 6, 5, 3]
    # B: its one request was open all 92 days. A.2: 6 hours of 92 days, 0.0027, is shown as 0.00.
    assert cells(found, "mean_queue", level="unit", place_id="B") == ["1.00"]
    # A.1 in days: 0.5 + 2/24 + 61 (August, September) + 59 + 59 (August 3 to the end) = 179.583; / 92 = 1.952.
    assert cells(found, "mean_queue", level="unit", place_id="A.1") == ["1.95"]


def test_within_the_period_only_what_is_known_counts() -> None:
    """On August 10 the complaint closed in September is open, and nothing due on August 20 is owed yet."""
    found = insights_of(REQUESTS, known_as_of="2026-08-10T15:00")
    counts = "n_open_before n_submitted n_left n_open n_due n_complaints"
    # Left by then: June's, the second of July, and the rejected one.
    assert cells(found["units"], counts, level="unit", place_id="A.1") == [1, 5, 3, 3, 2, 0]
    days = found["responsive"].filter(level="city", grain="day", component="all").get_column("bucket")
    assert (days.min(), days.max()) == ("2026-07-01", "2026-08-09"), "up to the last midnight"


def test_on_time_and_handled_are_of_what_was_due() -> None:
    found = insights_of(REQUESTS)["units"]
    # Due in the quarter: both documents (one on the minute, one an hour late) and three complaints, of which the one
    # closed in September is handled and none is in time. The rejected one is not owed.
    counts = "n_due n_on_time on_time_share n_complaints n_complaints_handled complaints_handled_share"
    assert cells(found, counts, level="unit", place_id="A.1") == [5, 1, "0.200000", 3, 1, "0.333333"]
    # B's request has no due date of its own: 24 hours after May 1.
    assert cells(found, counts, level="unit", place_id="B") == [0, 0, None, 0, 0, None], "a share of nothing is none"


def test_nine_in_ten_is_the_nearest_rank() -> None:
    lines = [f"A.1 | document | 2026-07-02T00:00 | 2026-07-02T{hour:02}:00 | closed" for hour in range(1, 11)]
    table = "\n".join(["unit_id | kind | submitted_at | closed_at | status", *lines])
    found = insights_of({"service_requests": table})["units"]
    # 1, 2, ... 10 hours: the middle two are 5 and 6; nine of ten took 9 or less.
    assert cells(found, "n_documents median_hours p90_hours", level="unit", place_id="A.1") == [10, "5.50", "9.00"]


def test_the_index_is_the_mean_of_the_elements_means() -> None:
    found = insights_of(
        {
            "survey_responses": """
                unit_id | submitted_at     | u1 | u2
                A.1     | 2026-07-01T00:00 | 4  | 2
                A.1     | 2026-07-02T00:00 | 4  | -
                A.1     | 2026-07-02T00:00 | 1  | -
                A.1     | 2026-07-02T00:00 | -  | -
                A.2     | 2026-06-30T23:59 | 1  | 1
            """
        }
    )["units"]
    # u1: (4 + 4 + 1) / 3 = 3, u2: 2; 25 * 2.5 = 62.5. Who answered nothing does not count, nor does June.
    assert cells(found, "ikm skm_grade n_responses", level="unit", place_id="A.1") == ["62.50", "D", 3]
    assert cells(found, "ikm skm_grade n_responses", level="unit", place_id="A.2") == [None, None, 0]


def test_targets_are_met_by_the_last_report() -> None:
    found = insights_of(
        {
            "objectives": """
                objective_id | employee_id | target | direction | start_date | due_date
                O1           | E1          | 10     | higher    | 2026-07-01 | 2026-09-30
                O2           | E1          | 10     | lower     | 2026-07-01 | 2026-09-30
                O3           | E2          | 10     | higher    | 2026-07-01 | 2026-09-30
                O4           | E2          | 10     | higher    | 2026-07-01 | 2026-10-01
            """,
            "progress": """
                objective_id | employee_id | reported_at      | realised
                O1           | E1          | 2026-08-01T00:00 | 9
                O1           | E1          | 2026-09-01T00:00 | 10
                O2           | E1          | 2026-09-01T00:00 | 10.1
                O4           | E2          | 2026-09-01T00:00 | 12
            """,
        }
    )["units"]
    # O1 reaches 10, O2 should be at most 10, O3 was never reported, O4 is due later.
    targets = "n_targets_due n_targets_met effectiveness"
    assert cells(found, targets, level="unit", place_id="A.1") == [3, 1, "0.333333"]
    assert cells(found, targets, level="unit", place_id="B") == [0, 0, None]


def people(n: int, unit: str = "A.1") -> str:
    lines = [f"E{number} | {unit} | 2026-01-01" for number in range(1, n + 1)]
    return "\n".join(["employee_id | unit_id | start_date", *lines])


def decided(ratings: list[str]) -> str:
    lines = [f"E{number} | 2026-Q3 | {rating} | 2026-10-05T00:00" for number, rating in enumerate(ratings, start=1)]
    return "\n".join(["employee_id | period | decided_rating | decided_at", *lines])


@pytest.mark.parametrize(
    ("unit_rating", "ratings", "alarm"),
    [
        ("Kurang", ["Baik"] * 5, "poor_unit_good_people"),
        ("Butuh Perbaikan", ["Sangat Baik"] * 5, "poor_unit_good_people"),
        ("Kurang", ["Baik"] * 4, None),  # four say too little
        ("Kurang", ["Baik"] * 9 + ["Kurang/Misconduct"], "poor_unit_good_people"),  # nine in ten
        ("Kurang", ["Baik"] * 8 + ["Kurang/Misconduct"], None),  # eight in nine
        ("Baik", ["Baik"] * 5, None),
        ("Baik", ["Baik"] + ["Butuh Perbaikan"] * 4, "good_unit_poor_people"),  # one in five
        ("Baik", ["Baik"] * 2 + ["Butuh Perbaikan"] * 8, "good_unit_poor_people"),
        ("Baik", ["Baik"] * 2 + ["Butuh Perbaikan"] * 7, None),
        ("Kurang", ["Butuh Perbaikan"] * 5, None),
    ],
)
def test_an_alarm_where_unit_and_people_tell_two_stories(
    unit_rating: str, ratings: list[str], alarm: str | None
) -> None:
    found = insights_of(
        {
            "employees": people(len(ratings)),
            "decisions": decided(ratings),
            "unit_achievements": f"unit_id | period | rating\nA.1 | 2026-Q3 | {unit_rating}",
        }
    )["units"]
    assert cells(found, "alarm n_rated", level="unit", place_id="A.1") == [alarm, len(ratings)]
    assert cells(found, "alarm", level="agency", place_id="A") == [None]


@pytest.mark.parametrize(
    ("answers", "level", "alarm"), [(30, 3, "poor_unit_good_people"), (29, 3, None), (30, 4, None)]
)
def test_without_a_rating_of_its_own_the_public_says_how_a_unit_is(answers: int, level: int, alarm: str | None) -> None:
    # 25 * 3 = 75 is grade C, 100 is A; under 30 answers say nothing.
    lines = [f"A.1 | 2026-07-01T00:00 | {level}" for _ in range(answers)]
    found = insights_of(
        {
            "employees": people(5),
            "decisions": decided(["Baik"] * 5),
            "survey_responses": "\n".join(["unit_id | submitted_at | u1", *lines]),
        }
    )["units"]
    assert cells(found, "alarm", level="unit", place_id="A.1") == [alarm]


def test_against_the_period_before() -> None:
    survey = "unit_id | submitted_at | u1\nA.1 | {month}-01T00:00 | {level}\nA.2 | {month}-01T00:00 | 3"
    before = insights_of({"survey_responses": survey.format(month="2026-04", level=2)}, period="2026-Q2")
    assert cells(before["units"], "previous_period ikm_change", level="unit", place_id="A.1") == [None, None]
    now = insights_of(
        {"survey_responses": survey.format(month="2026-07", level=3)}, previous=Previous("2026-Q2", before)
    )["units"]
    changes = "previous_period ikm ikm_change score_change"
    assert cells(now, changes, level="unit", place_id="A.1") == ["2026-Q2", "75.00", "25.00", None]
    assert cells(now, changes, level="unit", place_id="A.2") == ["2026-Q2", "75.00", "0.00", None]
    assert cells(now, changes, level="unit", place_id="B") == ["2026-Q2", None, None, None]


@pytest.mark.parametrize(
    ("score", "ikm", "on_time", "said"),
    [
        ("+2.00", "-3.00", "0.00", "score up, service down"),
        ("+1.00", "0.99", "0.019999", "score up, service steady"),
        ("0.99", "1.00", "0.020000", "score steady, service up"),
        ("-1.00", "-1.00", "-0.020000", "score down, service down"),
        ("-1.00", "+1.00", "-0.020000", "score down, service steady"),
    ],
)
def test_score_and_service_are_held_against_each_other(score: str, ikm: str, on_time: str, said: str) -> None:
    now = example_insights("kalianda")["units"]
    place = now.filter(pl.col("level") == "city").select("level", "place_id", "mean_score", "ikm", "on_time_share")
    changes = {"mean_score": (score, 2), "ikm": (ikm, 2), "on_time_share": (on_time, 6)}
    before = place.with_columns(
        (pl.col(name) - pl.lit(change).cast(pl.Decimal(38, digits))).alias(name)
        for name, (change, digits) in changes.items()
    ).with_columns(median_hours=pl.lit(None, pl.Decimal(38, 2)))
    found = found_in(example_frames(), policy_of("kalianda"), previous=Previous("2026-Q2", {"units": before}))
    assert cells(found["units"], "score_against_service", level="city") == [said]


@pytest.mark.parametrize("city", CITIES)
def test_agencies_and_the_city_are_the_sum_of_their_units(city: str) -> None:
    frame = example_insights(city)["units"]
    counts = [name for name, dtype in frame.schema.items() if dtype == pl.Int64 and name != "n_responses_needed"]
    of_units = frame.filter(pl.col("level") == "unit").with_columns(
        agency=pl.col("place_id").str.split(".").list.first()
    )
    agencies = (
        frame.filter(pl.col("level") == "agency").select(pl.col("place_id").alias("agency"), *counts).sort("agency")
    )
    assert of_units.group_by("agency").agg(pl.col(counts).sum()).sort("agency").equals(agencies)
    assert of_units.select(pl.col(counts).sum()).equals(frame.filter(pl.col("level") == "city").select(counts))


@pytest.mark.parametrize("city", CITIES)
def test_the_city_reconciles_with_its_people(city: str) -> None:
    results = scored(example_frames(), policy_of(city))
    counts = "n_employees n_scored n_good mean_score"
    rated = results.scores.select(pl.coalesce("decided_rating", "proposed_rating")).to_series()
    points = results.scores.get_column("score").drop_nulls()
    mean = (sum(points.to_list()) / len(points)).quantize(points[0])  # Decimal, half to even: no tie here
    assert cells(example_insights(city)["units"], counts, level="city") == [
        results.employees.height,
        len(points),
        rated.is_in(["Baik", "Sangat Baik"]).sum(),
        str(mean),
    ]


def test_measured_is_the_weight_that_no_opinion_carries() -> None:
    # Kalianda, general: results 70 (document time 35, satisfaction 35, complaints 30), behaviour 30 (discipline 50,
    # behaviour 50). Without satisfaction and behaviour 0.7 * 0.65 + 0.3 * 0.5 = 0.605 is measured.
    frames, policy = example_frames(), policy_of("kalianda")
    results = scored(frames, policy)
    whole = (
        results.indicators.join(results.employees.filter(pl.col("sector") == "general"), on="employee_id", how="semi")
        .group_by("employee_id")
        .agg((pl.col("status") == "SCORED").all())
        .filter("status")
    )
    evidence = Evidence.of(frames, results, policy, Period.parse("2026-Q3"), None, days_off(), None)
    shares = measured_shares(evidence).collect().join(whole, on="employee_id", how="semi").get_column("measured")
    assert len(shares) > 0
    assert shares.round(9).unique().to_list() == [0.605]
    assert set(OPINION_INDICATORS) == {"behaviour", "competency_match", "satisfaction"}
