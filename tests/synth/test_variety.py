"""What every status and reason of domain.md needs is there in a town of 300: each test says which one it serves."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from tests.synth.refusals import end_instant, instant
from tests.synth.worlds import Q3, MadeWorld

END = instant(Q3[1].isoformat())
START = instant(Q3[0].isoformat())


def roster(world: MadeWorld) -> dict[str, dict[str, str]]:
    return {row["employee_id"]: row for row in world.rows("employees")}


def without(world: MadeWorld, dataset: str, **values: str) -> set[str]:
    """Employees without a row of the dataset that has these values."""
    rows = [row for row in world.rows(dataset) if all(row[name] == value for name, value in values.items())]
    return set(roster(world)) - {row["employee_id"] for row in rows}


def test_sectors_types_and_groups(town: MadeWorld) -> None:
    people = town.rows("employees")
    assert {row["sector"] for row in people} == {"general", "health", "education", "civil_registry"}
    assert {row["employment_type"] for row in people} == {"PNS", "PPPK"}
    assert {row["position_group"] for row in people} == {"JPT", "JA", "JF", "pelaksana"}


def test_two_spells_and_short_ones(town: MadeWorld) -> None:
    spells = Counter(row["employee_id"] for row in town.rows("employees"))
    assert 2 in spells.values()
    late = (Q3[1] - dt.timedelta(days=10)).isoformat()
    assert any(row["start_date"] >= late for row in town.rows("employees"))  # too_short
    assert any(row["end_date"] and row["end_date"] < Q3[1].isoformat() for row in town.rows("employees"))


def test_no_recorded_day_and_no_reporting_weeks(town: MadeWorld) -> None:
    first, last = Q3[0].isoformat(), Q3[1].isoformat()
    assert any(row["start_date"] <= first and row["end_date"] >= last for row in town.rows("leave"))


def test_no_attendance_record(town: MadeWorld) -> None:
    away = {row["employee_id"] for row in town.rows("leave") if row["end_date"] >= Q3[1].isoformat()}
    started = {row["employee_id"] for row in town.rows("employees") if row["start_date"] < Q3[0].isoformat()}
    assert (without(town, "attendance") - away) & started


def test_thin_record_and_gaps(town: MadeWorld) -> None:
    unit = {person: row["unit_id"] for person, row in roster(town).items()}
    days: dict[str, set[str]] = {}
    for row in town.rows("attendance"):
        days.setdefault(unit[row["employee_id"]], set()).add(row["timestamp"][:10])
    recorded = sorted(len(found) for found in days.values())
    assert recorded[0] < 32 < 60 < recorded[-1]  # of about 64 working days


def test_night_shifts_cross_midnight_and_the_period(town: MadeWorld) -> None:
    night = {row["employee_id"] for row in town.rows("employees") if row["schedule_id"] == "PKM-MALAM"}
    events = [instant(row["timestamp"]) for row in town.rows("attendance") if row["employee_id"] in night]
    assert any(event.hour in {6, 7, 8} for event in events)
    assert any(event >= END for event in events)


def test_times_with_and_without_offset(town: MadeWorld) -> None:
    lengths = Counter(len(row["timestamp"]) for row in town.rows("attendance"))
    assert lengths[19] > lengths[25] > 0
    assert {row["direction"] for row in town.rows("attendance")} == {"in", "out", ""}


def test_no_documents_closed_no_complaints_due_no_requests(town: MadeWorld) -> None:
    nothing = without(town, "service_requests")
    assert nothing
    assert without(town, "service_requests", kind="document") - nothing
    assert without(town, "service_requests", kind="complaint") - nothing


def test_requests_of_every_kind(town: MadeWorld) -> None:
    rows = town.rows("service_requests")
    assert {row["kind"] for row in rows} == {"document", "complaint", "information"}
    assert {row["status"] for row in rows} == {"open", "closed", "rejected", "not_in_authority", "postponed"}
    assert {row["complaint_class"] for row in rows if row["kind"] == "complaint"} == {
        "information",
        "non_supervisory",
        "supervisory",
        "",
    }
    late = [row for row in rows if row["due_at"] and row["closed_at"]]
    overdue = [end_instant(row["closed_at"]) > end_instant(row["due_at"]) for row in late]
    assert 0.02 < sum(overdue) / len(overdue) < 0.5
    standards = {row["service_type"] for row in town.rows("service_standards")}
    assert {row["service_type"] for row in rows if row["kind"] == "document"} - standards  # the default limit
    assert any(not row["employee_id"] for row in rows)
    assert any(not row["due_at"] for row in rows)


def test_too_few_responses_and_unit_level(town: MadeWorld) -> None:
    rows = town.rows("survey_responses")
    units = {row["unit_id"] for row in town.rows("employees")}
    assert units - {row["unit_id"] for row in rows}
    own = Counter(row["employee_id"] for row in rows if row["employee_id"])
    assert any(count < 5 for count in own.values())
    assert {row["audience"] for row in rows} == {"citizen", "patient", "student"}
    answers = Counter(row[f"u{number}"] for row in rows for number in range(1, 10))
    assert set(answers) == {"", "1", "2", "3", "4"}


def test_no_work_plan_and_no_milestones_due(town: MadeWorld) -> None:
    assert without(town, "objectives")
    assert without(town, "progress", due_at="") < set(roster(town))
    planned = Counter(row["employee_id"] for row in town.rows("objectives"))
    assert set(planned.values()) == {4, 5, 6}
    assert {row["direction"] for row in town.rows("objectives")} == {"higher", "lower"}
    assert any(row["due_date"] >= Q3[1].isoformat() for row in town.rows("objectives"))
    reports = town.rows("progress")
    assert any(not row["reported_at"] for row in reports)
    assert any(
        row["reported_at"] and row["due_at"] and instant(row["reported_at"]) > end_instant(row["due_at"])
        for row in reports
    )


def test_no_supervisor_rating(town: MadeWorld) -> None:
    assert without(town, "ratings", rater_role="supervisor", instrument="behaviour")
    assert {row["rater_role"] for row in town.rows("ratings")} == {"self", "supervisor", "peer", "subordinate"}
    assert {row["level_max"] for row in town.rows("ratings") if row["instrument"] == "behaviour"} == {"3", "5"}


def test_competency_not_rated_and_no_standard(town: MadeWorld) -> None:
    standards: dict[str, set[str]] = {}
    for row in town.rows("competency_standards"):
        standards.setdefault(row["position_id"], set()).add(row["competency"])
    assert {row["position_id"] for row in town.rows("employees")} - set(standards)
    rated: dict[str, set[str]] = {}
    for row in town.rows("ratings"):
        if row["instrument"] == "competency" and row["rater_role"] == "supervisor":
            rated.setdefault(row["employee_id"], set()).add(row["item"])
    position = {person: row["position_id"] for person, row in roster(town).items()}
    assert any(found < standards.get(position[person], set()) for person, found in rated.items())


def test_no_outcome(town: MadeWorld) -> None:
    rows = town.rows("outcomes")
    measured = {row["employee_id"] for row in rows} | {row["unit_id"] for row in rows}
    owed = [row for row in town.rows("employees") if row["sector"] in {"health", "education"}]
    assert any(row["employee_id"] not in measured and row["unit_id"] not in measured for row in owed)
    assert {row["measure"] for row in rows} == {"immunization_coverage", "teaching_quality"}
    assert any(row["unit_id"] for row in rows)
    assert any(row["employee_id"] for row in rows)


def test_initiatives_by_number_and_fate(town: MadeWorld) -> None:
    rows = town.rows("initiatives")
    adopted = Counter(row["employee_id"] for row in rows if row["status"] == "adopted")
    assert {1, 2} <= set(adopted.values())
    assert without(town, "initiatives", status="adopted")
    assert {row["status"] for row in rows} == {"proposed", "adopted", "rejected"}
    assert all(START <= instant(row["submitted_at"]) < END for row in rows)


def test_decisions_of_every_rating(town: MadeWorld) -> None:
    rows = town.rows("decisions")
    assert {row["decided_rating"] for row in rows} == {
        "Sangat Baik",
        "Baik",
        "Butuh Perbaikan",
        "Kurang/Misconduct",
        "Sangat Kurang",
    }
    assert without(town, "decisions")
    assert all(row["reason"] for row in rows if row["decided_rating"] != "Baik")
    assert all(instant(row["decided_at"]) > END for row in rows)
