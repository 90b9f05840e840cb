"""Which rows are refused, and for which reason: the methodology's "rows refused", row by row.

A case is a sound row with some cells changed. All cases of a dataset lie in one file, which is validated once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.expectations.delivered import Row, Validated, validated, wanted

ANI = "198501012010012001"
"""On the roster, PNS. In the sound rows `#` stands for the number of the row, so that keys differ."""

SOUND: dict[str, Row] = {
    "employees": {
        "employee_id": "198501012010012#",
        "name": "Nama Pegawai",
        "employment_type": "PNS",
        "sex": "F",
        "birth_date": "1985-01-01",
        "unit_id": "U1",
        "unit_name": "Dinas Satu",
        "sector": "general",
        "position_id": "P1",
        "position_name": "Analis",
        "position_group": "JF",
        "start_date": "2026-01-01",
        "end_date": "2026-12-31",
    },
    "schedules": {"schedule_id": "S#", "weekday": "1", "start_time": "07:30", "end_time": "16:00"},
    "calendar": {"date": "2026-08-17", "kind": "holiday"},
    "attendance": {
        "employee_id": ANI,
        "timestamp": "2026-07-01T07:30:00",
        "direction": "in",
        "device_id": "#",
    },
    "leave": {"employee_id": ANI, "start_date": "2026-07-02", "end_date": "2026-07-03", "kind": "annual"},
    "service_requests": {
        "request_id": "R#",
        "employee_id": ANI,
        "unit_id": "U1",
        "kind": "complaint",
        "complaint_class": "supervisory",
        "submitted_at": "2026-07-06T08:00:00",
        "complete_at": "2026-07-07T08:00:00",
        "closed_at": "2026-07-08T08:00:00",
        "due_at": "2026-07-10",
        "paused_hours": "0",
        "reopened_count": "0",
        "status": "closed",
    },
    "service_standards": {"service_type": "ktp#", "limit_hours": "24"},
    "survey_responses": {
        "response_id": "S#",
        "submitted_at": "2026-07-06T08:00:00",
        "unit_id": "U1",
        "employee_id": ANI,
        "audience": "citizen",
        "u1": "1",
        "u9": "4",
    },
    "objectives": {
        "objective_id": "O#",
        "employee_id": ANI,
        "description": "Laporan",
        "kind": "main",
        "aspect": "time",
        "target": "10",
        "weight": "50",
        "direction": "higher",
        "start_date": "2026-07-01",
        "due_date": "2026-09-30",
    },
    "progress": {"objective_id": "O1", "employee_id": ANI, "reported_at": "2026-07-06T08:00:00", "realised": "0"},
    "ratings": {
        "rater_id": "a stranger",
        "employee_id": ANI,
        "rater_role": "peer",
        "instrument": "behaviour",
        "item": "Akuntabel",
        "level": "2",
        "level_max": "3",
        "submitted_at": "2026-09-20T08:00:00",
    },
    "competency_standards": {"position_id": "P#", "competency": "Integritas", "required_level": "3"},
    "initiatives": {
        "initiative_id": "I#",
        "employee_id": ANI,
        "title": "Arsip digital",
        "submitted_at": "2026-08-22T11:24:13",
        "status": "adopted",
    },
    "outcomes": {
        "measure": "m#",
        "employee_id": ANI,
        "period": "2026-Q3",
        "actual": "74.9",
        "target": "95",
        "direction": "higher",
    },
    "decisions": {
        "employee_id": ANI,
        "period": "2026-Q3",
        "decided_rating": "Baik",
        "decided_by": "a stranger",
        "decided_at": "2026-10-10T14:46:58",
    },
    "unit_achievements": {"unit_id": "U#", "period": "2026-Q3", "rating": "Istimewa"},
    "developments": {
        "development_id": "D#",
        "employee_id": ANI,
        "kind": "training",
        "completed_at": "2026-07-20",
    },
    "request_events": {
        "request_id": "R#",
        "happened_at": "2026-07-06T08:00:00",
        "kind": "assigned",
        "employee_id": ANI,
    },
    "work_shares": {"work_kind": "objective", "work_id": "O#", "employee_id": ANI, "share": "60"},
}

REQUIRED = {
    "employees": "employee_id name employment_type unit_id unit_name sector position_id position_name start_date",
    "schedules": "schedule_id weekday start_time end_time",
    "calendar": "date kind",
    "attendance": "employee_id timestamp",
    "leave": "employee_id start_date end_date kind",
    "service_requests": "request_id unit_id kind submitted_at status",
    "service_standards": "service_type limit_hours",
    "survey_responses": "response_id submitted_at unit_id audience",
    "objectives": "objective_id employee_id description target weight direction start_date due_date",
    "progress": "objective_id employee_id",
    "ratings": "rater_id employee_id rater_role instrument item level level_max submitted_at",
    "competency_standards": "position_id competency required_level",
    "initiatives": "initiative_id employee_id title submitted_at status",
    "outcomes": "measure period actual target direction",
    "decisions": "employee_id period decided_rating decided_by decided_at",
    "unit_achievements": "unit_id period rating",
    "developments": "development_id employee_id kind completed_at",
    "request_events": "request_id happened_at kind",
    "work_shares": "work_kind work_id employee_id share",
}
"""Columns with a star in the methodology's list of datasets."""

LISTS = {
    "employees": {
        "employment_type": "PNS PPPK",
        "sex": "M F",
        "position_group": "JPT JA JF pelaksana",
    },
    "calendar": {"kind": "holiday joint_leave"},
    "attendance": {"direction": "in out"},
    "service_requests": {
        "kind": "document complaint information",
        "complaint_class": "information non_supervisory supervisory",
        "status": "open closed rejected not_in_authority postponed",
    },
    "survey_responses": {"audience": "citizen patient student"},
    "objectives": {"kind": "main additional", "aspect": "quantity quality time cost", "direction": "higher lower"},
    "ratings": {"rater_role": "self supervisor peer subordinate", "instrument": "behaviour competency"},
    "initiatives": {"status": "proposed adopted rejected"},
    "outcomes": {"direction": "higher lower"},
    "decisions": {
        "decided_rating": "Sangat_Baik Baik Butuh_Perbaikan Kurang/Misconduct Sangat_Kurang",
    },
    "unit_achievements": {"rating": "Istimewa Baik Butuh_Perbaikan Kurang Sangat_Kurang"},
    "developments": {"kind": "training mentoring guidance counselling"},
    "request_events": {"kind": "assigned done"},
    "work_shares": {"work_kind": "objective initiative"},
}
"""Words a column may hold; `_` stands for a blank."""

TIME = r"does_not_parse: {}: does not parse as a (date|time|moment).*"
NUMBER = r"does_not_parse: {}: does not parse as a (whole )?number.*"


@dataclass(frozen=True)
class Case:
    """A row, and why it is refused (a regular expression; None: it is not) on account of which column."""

    dataset: str
    cells: Row
    reason: str | None
    column: str | None = None


def refused(dataset: str, reason: str, column: str, **cells: str) -> Case:
    return Case(dataset, cells, reason, column)


def accepted(dataset: str, **cells: str) -> Case:
    return Case(dataset, cells, None)


CASES = [
    *(
        Case(dataset, {column: ""}, f"{column}_missing", column)
        for dataset in REQUIRED
        for column in REQUIRED[dataset].split()
    ),
    *(
        Case(dataset, {column: "zzz"}, f"{column}_not_in_list", column)
        for dataset, columns in LISTS.items()
        for column in columns
    ),
    *(
        Case(dataset, fitting, None)
        for dataset, columns in LISTS.items()
        for column, words in columns.items()
        for word in words.split()
        for fitting in [
            {column: word.replace("_", " ") if dataset in {"decisions", "unit_achievements"} else word}
            | ({"level_max": "5"} if word == "competency" else {})
        ]
    ),
    # not on the roster: whoever it is; a rater, a decider and a supervisor need not be
    *(
        refused(dataset, "not_on_roster", "employee_id", employee_id="199001012015011999")
        for dataset, row in SOUND.items()
        if "employee_id" in row and dataset != "employees"
    ),
    accepted("service_requests", employee_id=""),
    accepted("survey_responses", employee_id=""),
    accepted("employees", supervisor_id="nobody here"),
    # employees
    refused("employees", "ends_before_it_starts", "end_date,start_date", end_date="2025-12-31"),
    accepted("employees", end_date="2026-01-01"),
    accepted("employees", end_date=""),
    refused("employees", TIME.format("birth_date"), "birth_date", birth_date="31-02-19xx"),
    refused("employees", "employee_number_malformed", "employee_id,employment_type", employee_id="19850101201001200"),
    refused("employees", "employee_number_malformed", "employee_id,employment_type", employee_id="198513012010012001"),
    refused("employees", "employee_number_malformed", "employee_id,employment_type", employee_id="198502302010012001"),
    refused("employees", "employee_number_malformed", "employee_id,employment_type", employee_id="198501012010212001"),
    refused("employees", "employee_number_malformed", "employee_id,employment_type", employee_id="198501012010013001"),
    accepted("employees", employee_id="198501012010212002", employment_type="PPPK"),
    # schedules: weekday 1-7
    refused("schedules", "weekday_out_of_range", "weekday", weekday="0"),
    refused("schedules", "weekday_out_of_range", "weekday", weekday="8"),
    accepted("schedules", weekday="7"),
    refused("schedules", NUMBER.format("weekday"), "weekday", weekday="Senin"),
    refused("schedules", TIME.format("start_time"), "start_time", start_time="25:99"),
    # attendance and leave
    refused("attendance", TIME.format("timestamp"), "timestamp", timestamp="2026-13-45 77:00"),
    accepted("attendance", timestamp="2026-07-01T00:30:00Z", direction=""),
    refused("leave", "ends_before_it_starts", "end_date,start_date", end_date="2026-07-01"),
    accepted("leave", end_date="2026-07-02", kind="umrah"),
    refused("leave", TIME.format("start_date"), "start_date", start_date="kemarin"),
    # service_requests
    refused(
        "service_requests",
        "closed_before_submitted",
        "closed_at,submitted_at",
        complete_at="",
        closed_at="2026-07-06T07:59:59",
    ),
    accepted("service_requests", complete_at="", closed_at="2026-07-06T08:00:00"),
    # a date alone is the end of that day
    accepted("service_requests", complete_at="", closed_at="2026-07-06"),
    refused(
        "service_requests", "complete_before_submitted", "complete_at,submitted_at", complete_at="2026-07-06T07:59:59"
    ),
    refused("service_requests", "complete_after_closing", "closed_at,complete_at", complete_at="2026-07-08T08:00:01"),
    accepted("service_requests", complete_at="2026-07-08T08:00:00"),
    refused("service_requests", "closed_without_closed_at", "closed_at", closed_at=""),
    accepted("service_requests", closed_at="", status="open"),
    refused("service_requests", "paused_hours_out_of_range", "paused_hours", paused_hours="-0.5"),
    refused("service_requests", NUMBER.format("paused_hours"), "paused_hours", paused_hours="dua jam"),
    refused("service_requests", TIME.format("submitted_at"), "submitted_at", submitted_at="2026-02-30T08:00:00"),
    # service_standards
    refused("service_standards", "limit_hours_out_of_range", "limit_hours", limit_hours="0"),
    refused("service_standards", "limit_hours_out_of_range", "limit_hours", limit_hours="-24"),
    accepted("service_standards", limit_hours="0.1"),
    # survey_responses: an answer outside 1..4
    refused("survey_responses", "u1_out_of_range", "u1", u1="0"),
    refused("survey_responses", "u9_out_of_range", "u9", u9="4.01"),
    accepted("survey_responses", u1="", u9="3.25"),
    refused("survey_responses", NUMBER.format("u3"), "u3", u3="baik"),
    # objectives and progress
    refused("objectives", "target_out_of_range", "target", target="0"),
    refused("objectives", "weight_out_of_range", "weight", weight="-10"),
    refused("objectives", "ends_before_it_starts", "due_date,start_date", due_date="2026-06-30"),
    accepted("objectives", due_date="2026-07-01"),
    refused("progress", NUMBER.format("realised"), "realised", realised="50%"),
    refused("progress", TIME.format("due_at"), "due_at", due_at="akhir bulan"),
    accepted("progress", reported_at="", realised=""),
    # ratings
    refused("ratings", "level_out_of_range", "level,level_max", level="0"),
    refused("ratings", "level_out_of_range", "level,level_max", level="3.5"),
    accepted("ratings", level="1"),
    accepted("ratings", level="3"),
    refused("ratings", "level_max_too_small", "level_max", level="1", level_max="1"),
    refused("ratings", "competency_scale_not_5", "level_max", instrument="competency", level_max="4"),
    accepted("ratings", instrument="competency", level="5", level_max="5"),
    # competency_standards: required_level 1-5
    refused("competency_standards", "required_level_out_of_range", "required_level", required_level="0"),
    refused("competency_standards", "required_level_out_of_range", "required_level", required_level="6"),
    refused("competency_standards", NUMBER.format("required_level"), "required_level", required_level="III"),
    # outcomes: exactly one of employee and unit
    refused("outcomes", "both_or_neither_given", "employee_id,unit_id", unit_id="U1"),
    refused("outcomes", "both_or_neither_given", "employee_id,unit_id", employee_id=""),
    accepted("outcomes", employee_id="", unit_id="U1"),
    refused("outcomes", "target_out_of_range", "target", target="0"),
    refused("outcomes", NUMBER.format("actual"), "actual", actual="NaN"),
    refused("outcomes", "period_malformed", "period", period="2026-Q5"),
    accepted("outcomes", period="2026-07"),
    refused("decisions", "period_malformed", "period", period="triwulan 3"),
    refused("decisions", TIME.format("decided_at"), "decided_at", decided_at="2026-14-01T08:00:00"),
    accepted("unit_achievements", period="2026"),
    # request_events: with a unit, nobody by name
    accepted("request_events", employee_id="", unit_id="U1"),
    refused("request_events", TIME.format("happened_at"), "happened_at", happened_at="besok"),
    # work_shares: that they make 100 is told, not asked of a row
    refused("work_shares", "share_out_of_range", "share", share="0"),
    accepted("work_shares", share="100.5"),
    refused("work_shares", NUMBER.format("share"), "share", share="separuh"),
    # a repeated key is settled first, whatever becomes of its last row
    refused("service_standards", "key_repeated", "key", service_type="a"),
    accepted("service_standards", service_type="a"),
    refused("service_standards", "key_repeated", "key", service_type="b", limit_hours="nothing that parses"),
    refused("service_standards", "key_repeated", "key", service_type="b", limit_hours="12"),
    refused("service_standards", "limit_hours_out_of_range", "limit_hours", service_type="b", limit_hours="0"),
    refused("outcomes", "key_repeated", "key", measure="a"),
    accepted("outcomes", measure="a", actual="1"),
    accepted("outcomes", measure="a", actual="1", period="2026-08"),
    refused("employees", "key_repeated", "key", employee_id="198501012010011777"),
    refused(
        "employees",
        "ends_before_it_starts",
        "end_date,start_date",
        employee_id="198501012010011777",
        end_date="2025-01-01",
    ),
    accepted("employees", employee_id="198501012010011778", end_date="2026-01-31"),
    accepted("employees", employee_id="198501012010011778", start_date="2026-02-01"),
    # datasets without a key may repeat a row
    accepted("attendance"),
    accepted("attendance", device_id="1"),
    accepted("attendance", device_id="1"),
]


def row_of(case: Case, number: int) -> Row:
    filled = {**SOUND[case.dataset], **case.cells}
    row = {name: cell.replace("#", f"{number:03}") for name, cell in filled.items()}
    if case.dataset == "calendar" and "date" not in case.cells:
        row["date"] = f"2026-08-{number:02}"
    return row


def in_file(dataset: str) -> Iterator[tuple[int, Case]]:
    """The cases of a dataset with the record number each has: a sound row comes first."""
    cases = [Case(dataset, {}, None), *(case for case in CASES if case.dataset == dataset)]
    return enumerate(cases, start=2)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Validated:
    delivery = {dataset: [row_of(case, row - 1) for row, case in in_file(dataset)] for dataset in SOUND}
    return validated(tmp_path_factory.mktemp("refusals"), delivery, wanted())


@pytest.mark.parametrize("dataset", SOUND)
def test_rows_refused(found: Validated, dataset: str) -> None:
    outcome = found.outcomes[dataset]
    reasons = {row["row"]: (row["reason"], row["column"]) for row in outcome.quarantined.iter_rows(named=True)}
    valid = set(outcome.rows().collect()["_row"])
    assert valid.isdisjoint(reasons)
    for row, case in in_file(dataset):
        if case.reason is None:
            assert row in valid, (case, reasons.get(row))
        else:
            reason, column = reasons[row]
            assert re.fullmatch(case.reason, reason), (case, reason)
            assert column == case.column, case
    assert len(valid) + len(reasons) == outcome.n_rows == len(list(in_file(dataset)))


@pytest.mark.parametrize("dataset", SOUND)
def test_counts_agree_with_the_rows(found: Validated, dataset: str) -> None:
    outcome = found.outcomes[dataset]
    (file,) = outcome.files
    assert file.n_rows == file.n_valid + file.n_quarantined
    assert file.n_quarantined == outcome.quarantined.height == outcome.n_quarantined
    assert set(outcome.quarantined["file_sha256"]) == {file.sha256}
    assert set(outcome.quarantined["dataset"]) == {dataset}
    by_id = {one.expectation_id: one for one in outcome.findings}
    for reason, count in outcome.quarantined["reason"].str.split(":").list.first().value_counts().iter_rows():
        # A row is refused for the first reason it gives, and counted under each.
        assert by_id[reason].n_unexpected >= count
        assert (by_id[reason].success, by_id[reason].action) == (False, "quarantined")


def test_nothing_kept_by_great_expectations_holds_a_value(found: Validated) -> None:
    values = ["zzz", ANI, "198502302010012001", "Senin", "dua jam", "nothing that parses", "umrah", "a stranger"]
    quarantined = " ".join(outcome.quarantined.write_csv() for outcome in found.outcomes.values())
    assert [value for value in values if value not in quarantined] == ["umrah"]
    files = [file for file in found.project.rglob("*") if file.is_file()]
    results = [file for file in files if "validations" in file.parts]
    assert len(results) >= len(SOUND)
    findings = [str(one) for outcome in found.outcomes.values() for one in outcome.findings]
    for text in (*findings, *(file.read_text(encoding="utf-8") for file in files)):
        assert [value for value in values if value in text] == []


def test_a_policy_that_takes_any_number(tmp_path: Path) -> None:
    roster = [row_of(Case("employees", {"employee_id": "7"}, None), 1)]
    outcome = validated(tmp_path, {"employees": roster}, wanted(any_number=True)).outcomes["employees"]
    assert (outcome.n_valid, outcome.n_quarantined) == (1, 0)


def test_an_id_of_another_system_that_nobody_knows_is_told_from_one_that_does_not_parse(tmp_path: Path) -> None:
    mapping = """version: 1
datasets:
  employees: employees.csv
  attendance:
    file: attendance.csv
    columns: {employee_id: {from: employee_id, lookup: {file: pins.csv, key: pin, value: nip}}}
"""
    events = [{**SOUND["attendance"], "employee_id": pin} for pin in ("7", "8")]
    events.append({**events[0], "timestamp": "kemarin"})
    roster = [row_of(Case("employees", {}, None), 1)]
    beside = {"sources.yaml": mapping, "pins.csv": f"pin,nip\n7,{ANI}\n"}
    outcome = validated(tmp_path, {"employees": roster, "attendance": events}, wanted(), beside).outcomes["attendance"]
    found = outcome.quarantined.select("row", "column", "reason").rows()
    assert found[0] == (3, "employee_id", "not_in_crosswalk")
    assert re.fullmatch(TIME.format("timestamp"), found[1][2])
    assert (found[1][:2], len(found)) == ((4, "timestamp"), 2)
