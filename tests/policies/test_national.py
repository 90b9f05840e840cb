"""The national rules, as the acts have them, and what a rule file may not say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from policies.documents import PolicyError
from policies.loading import load_policy
from policies.model import Level, National, Parameters, Rating
from policies.period import Period

Catalogue = Mapping[str, type[Parameters]]
Write = Callable[..., Path]
Q3 = Period.parse("2026-Q3")


@pytest.fixture
def national(catalogue: Catalogue) -> National:
    return load_policy("kalianda", Q3, catalogue).national


@pytest.mark.parametrize(
    ("results", "behaviour", "rating"),
    [
        ("above", "below", "Kurang/Misconduct"),
        ("above", "meets", "Baik"),
        ("above", "above", "Sangat Baik"),
        ("meets", "below", "Kurang/Misconduct"),
        ("meets", "meets", "Baik"),
        ("meets", "above", "Baik"),
        ("below", "below", "Sangat Kurang"),
        ("below", "meets", "Butuh Perbaikan"),
        ("below", "above", "Butuh Perbaikan"),
    ],
)
def test_rating_matrix(national: National, results: Level, behaviour: Level, rating: Rating) -> None:
    assert national.rating_matrix.matrix[results][behaviour] == rating


def test_sources_are_the_acts(national: National) -> None:
    assert {name: getattr(national, name).source for name in National.model_fields} == {
        "rating_matrix": "PermenPANRB 6/2022, annex (kuadran kinerja)",
        "achievement_cap": "PP 30/2019",
        "working_time": "Perpres 21/2023",
        "complaint_clocks": "LAPOR!",
        "skm_grades": "PermenPANRB 14/2017",
        "discipline_ladder": "PP 94/2021; default: the remainder of a day is dropped",
        "employee_number": "default",
    }


def test_achievement_cap(national: National) -> None:
    assert national.achievement_cap.cap == 120


def test_working_time(national: National) -> None:
    days = [(day.weekday, day.start_time, day.end_time, day.day_starts_at) for day in national.working_time.days]
    assert days == [(n, "07:30", "16:00", "00:00") for n in (1, 2, 3, 4)] + [(5, "07:30", "16:30", "00:00")]


def test_complaint_clocks(national: National) -> None:
    clocks = national.complaint_clocks
    assert (clocks.information, clocks.non_supervisory, clocks.supervisory) == (5, 14, 60)


@pytest.mark.parametrize(
    ("index", "grade"),
    [("25", "D"), ("64.99", "D"), ("65", "C"), ("76.60", "C"), ("76.61", "B"), ("88.30", "B"), ("88.31", "A")],
)
def test_skm_grades(national: National, index: str, grade: str) -> None:
    found = next(step.grade for step in national.skm_grades.grades if Decimal(index) >= step.at_least)
    assert found == grade


@pytest.mark.parametrize(
    ("days", "level"),
    [
        (0, None),
        (2, None),
        (3, "oral_warning"),
        (4, "written_warning"),
        (6, "written_warning"),
        (7, "written_dissatisfaction"),
        (10, "written_dissatisfaction"),
        (11, "moderate_6_months"),
        (13, "moderate_6_months"),
        (14, "moderate_9_months"),
        (16, "moderate_9_months"),
        (17, "moderate_12_months"),
        (20, "moderate_12_months"),
        (21, "lower_post"),
        (24, "lower_post"),
        (25, "released_to_pelaksana"),
        (27, "released_to_pelaksana"),
        (28, "dismissal"),
    ],
)
def test_discipline_ladder(national: National, days: int, level: str | None) -> None:
    ladder = national.discipline_ladder
    reached = [step.level for step in ladder.steps if days >= step.from_days]
    assert (reached[-1] if reached else None) == level
    assert (ladder.minutes_per_day, ladder.consecutive_days, ladder.consecutive_level) == (450, 10, "dismissal")


# birth | appointment (PNS) or year and contract (PPPK) | sex | serial; invented numbers
@pytest.mark.parametrize(
    ("number", "pns", "pppk"),
    [
        ("198501012010011001", True, True),
        ("198501012010122001", True, True),
        ("198501012023211001", False, True),  # 21 is no month
        ("198501012010131001", False, True),
        ("198501012010001001", False, True),
        ("198513012010011001", False, False),  # born in month 13
        ("198501322010011001", False, False),  # born on the 32nd
        ("198501012010013001", False, False),  # sex 3
        ("19850101201001100", False, False),  # 17 digits
        ("1985010120100110011", False, False),  # 19 digits
        ("1.98501E+17", False, False),
        ("٢٩٨٥٠١٠١٢٠١٠٠١١٠٠١", False, False),
    ],
)
def test_employee_number(national: National, number: str, pns: bool, pppk: bool) -> None:
    patterns = national.employee_number
    assert (re.search(patterns.pns, number) is not None) is pns
    assert (re.search(patterns.pppk, number) is not None) is pppk


@pytest.mark.parametrize(
    ("rule", "old", "new", "said"),
    [
        (
            "achievement_cap",
            "cap: 120",
            "cap: lots",
            "5: cap: 'lots' is not a number; write digits, such as 30 or 0.95",
        ),
        ("achievement_cap", "cap: 120", "cup: 120", "1: cap: is missing; add it"),
        (
            "achievement_cap",
            "rule: achievement_cap",
            "rule: cap",
            "2: rule: 'cap' is not the folder's name; write 'achievement_cap'",
        ),
        (
            "rating_matrix",
            "below: {above: Butuh Perbaikan, ",
            "below: {",
            "5: matrix: the matrix needs all nine cells; add what is missing",
        ),
        (
            "working_time",
            '"16:30"',
            '"24:30"',
            "10: days[4].end_time: '24:30' is not a time of day; write it like 07:30",
        ),
        ("working_time", "weekday: 5", "weekday: 4", "5: days: a weekday repeats; give each its hours once"),
        (
            "complaint_clocks",
            "information: 5",
            "information: 0",
            "5: information: '0' is out of range; write a number above 0",
        ),
        ("skm_grades", "65", "80", "5: grades: grades must descend; order them best first"),
        (
            "discipline_ladder",
            "consecutive_level: dismissal",
            "consecutive_level: dismiss",
            "1: consecutive_level is no level of a step; name one of them",
        ),
        (
            "discipline_ladder",
            "from_days: 7",
            "from_days: 4",
            "1: steps must ascend; order them by from_days, each number once",
        ),
    ],
)
def test_a_rule_that_does_not_load(
    write: Write, catalogue: Catalogue, rule: str, old: str, new: str, said: str
) -> None:
    root = write()
    name = f"national/{rule}/2026-01-01.yaml"
    text = (root / name).read_text(encoding="utf-8")
    assert old in text
    (root / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        load_policy("bukit", Q3, catalogue, root=root)
    assert f"{name}:{said}" in refused.value.problems


def test_a_new_rule_is_a_new_file(write: Write, catalogue: Catalogue) -> None:
    root = write()
    folder = root / "national" / "achievement_cap"
    text = (folder / "2026-01-01.yaml").read_text(encoding="utf-8")
    later = text.replace("2026-01-01", "2027-01-01").replace("cap: 120", "cap: 130")
    (folder / "2027-01-01.yaml").write_text(later, encoding="utf-8")
    caps = [
        load_policy("bukit", Period.parse(period), catalogue, root=root).national.achievement_cap.cap
        for period in ("2026-Q4", "2027-Q1")
    ]
    assert caps == [120, 130]


def test_a_rule_without_its_file_stops_the_load(write: Write, catalogue: Catalogue) -> None:
    root = write()
    (root / "national" / "skm_grades" / "2026-01-01.yaml").unlink()
    with pytest.raises(PolicyError) as refused:
        load_policy("bukit", Q3, catalogue, root=root)
    (problem,) = refused.value.problems
    assert problem == (
        "national/skm_grades: no file in force on 2026-07-01, when 2026-Q3 begins; there is no file; "
        "score a later period, or add the file that was in force then"
    )
