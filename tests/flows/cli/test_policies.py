"""`kinerja policies` on the packaged policies and on a folder with two dates of one city."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from policies.loading import PACKAGED

from .conftest import Kinerja

KALIANDA = (PACKAGED / "cities" / "kalianda" / "2026-01-01.yaml").read_text(encoding="utf-8")


@pytest.fixture
def two_dates(tmp_path: Path) -> Path:
    """A folder where Kalianda weighs its general results otherwise from 2027-04-01 on, and drops a course."""
    folder = tmp_path / "mine" / "cities" / "kalianda"
    folder.mkdir(parents=True)
    (folder / "2026-01-01.yaml").write_text(KALIANDA, encoding="utf-8")
    later = KALIANDA.replace("in_force: 2026-01-01", "in_force: 2027-04-01")
    later = later.replace("periods: [month, quarter, year]", "periods: [quarter, year]")
    later = later.replace("weight: 35\n      direction: lower", "weight: 40\n      direction: lower", 1)
    later = later.replace("weight: 30\n      direction: higher", "weight: 25.0\n      direction: higher", 1)
    course = later.index("    - item: work_plan_achievement")
    later = later[:course] + later[later.index("# Who was heard") :]
    (folder / "2027-04-01.yaml").write_text(later, encoding="utf-8")
    return tmp_path / "mine"


def test_list(kinerja: Kinerja) -> None:
    rows = json.loads(kinerja("policies", "list", "--json").stdout)
    assert [row["city"] for row in rows] == ["bangko", "kalianda", "pauh", "sibolga", "tangerang_selatan"]
    assert {row["in_force"] for row in rows} == {"2026-01-01"}
    assert {row["city"]: row["items"] for row in rows}["sibolga"] == 4
    assert "Tangerang Selatan" in kinerja("policies", "list").stdout


def test_show_says_weights_targets_labels_and_sources(kinerja: Kinerja) -> None:
    shown = kinerja("policies", "show", "kalianda").stdout
    for said in ("results 70 %", "document_completion_time", "lower, 1", "Waktu penyelesaian dokumen", "PP 94/2021"):
        assert said in shown
    assert "sector health" in shown


def test_show_for_programs_keeps_the_digits(kinerja: Kinerja) -> None:
    shown = json.loads(kinerja("policies", "show", "kalianda", "--format", "json").stdout, parse_float=str)
    same = yaml.safe_load(kinerja("policies", "show", "kalianda", "--format", "yaml", "--period", "2026-Q3").stdout)
    for found in (shown, same):
        item = found["results"]["items"][0]
        assert (item["id"], item["weight"], item["label"]["en"]) == (
            "document_completion_time",
            35,
            "Document completion time",
        )
        assert found["behaviour"]["items"][0]["parameters"]["min_recorded_share"] in {"0.5", 0.5}


def test_show_for_a_period_without_policy(kinerja: Kinerja) -> None:
    ended = kinerja("policies", "show", "kalianda", "--period", "2025-Q1")
    assert ended.returncode == 2
    assert "the first is in force from 2026-01-01" in ended.stderr
    assert kinerja("policies", "show", "atlantis").returncode == 2


def test_check_of_all_and_of_a_city(kinerja: Kinerja, two_dates: Path) -> None:
    ended = kinerja("policies", "check", "--json")
    assert ended.returncode == 0
    assert len(json.loads(ended.stdout)["sound"]) == 5
    ended = kinerja("policies", "check", "kalianda", KINERJA_POLICIES_DIR=str(two_dates))
    assert ended.stdout.split("\n")[:2] == [
        "kalianda 2026-01-01: sound, 9 items",
        "kalianda 2027-04-01: sound, 9 items",
    ]


AGREED = """\
city: kalianda
in_force: 2026-01-01
supplies:
  - {dataset: attendance, owner: BKPSDM, working_days: 3, every: month, source: default}
quiet_hours: {begin: "20:00", end: "07:00", source: default}
"""


def test_check_covers_what_is_agreed_beside_the_policies(kinerja: Kinerja, two_dates: Path) -> None:
    shipped = json.loads(kinerja("policies", "check", "--json").stdout)["operations"]
    assert [one["city"] for one in shipped] == ["bangko", "kalianda", "pauh", "sibolga", "tangerang_selatan"]
    agreed = two_dates / "operations" / "kalianda" / "2026-01-01.yaml"
    agreed.parent.mkdir(parents=True)
    agreed.write_text(AGREED, encoding="utf-8")
    own = {"KINERJA_POLICIES_DIR": str(two_dates)}
    assert kinerja("policies", "check", "kalianda", **own).stdout.split("\n")[2:] == [
        "kalianda 2026-01-01: operations sound, 1 agreements",
        "",
    ]
    # As the reminders load them: rosters say no day, and a file is called by its date.
    agreed.write_text(AGREED.replace("attendance", "employees"), encoding="utf-8")
    (agreed.parent / "2027-01-01.yaml").write_text(AGREED.replace("20:00", "06:00"), encoding="utf-8")
    for words in ((), ("kalianda",)):
        ended = kinerja("policies", "check", *words, **own)
        assert ended.returncode == 2
        assert [line.split(": ")[:2] for line in ended.stderr.splitlines()[1:]] == [
            ["  operations/kalianda/2026-01-01.yaml:4", "supplies[0].every"],
            ["  operations/kalianda/2027-01-01.yaml:2", "in_force"],
            ["  operations/kalianda/2027-01-01.yaml:5", "quiet_hours"],
        ]


def test_check_of_a_draft_of_agreements(kinerja: Kinerja, tmp_path: Path) -> None:
    (tmp_path / "draft.yaml").write_text(AGREED.replace("BKPSDM", "''"), encoding="utf-8")
    ended = kinerja("policies", "check", "draft.yaml")
    assert (ended.returncode, ended.stderr.split(": ")[1:3]) == (2, ["draft.yaml:4", "supplies[0].owner"])
    (tmp_path / "draft.yaml").write_text(AGREED, encoding="utf-8")
    assert kinerja("policies", "check", "draft.yaml").stdout == "kalianda 2026-01-01: operations sound, 1 agreements\n"


def test_check_of_a_draft_says_every_problem_with_the_name_it_was_given(kinerja: Kinerja, tmp_path: Path) -> None:
    draft = KALIANDA.replace("weight: 70  # default", "weight: 71").replace(
        "indicator: discipline", "indicator: dicipline"
    )
    (tmp_path / "draft.yaml").write_text(draft, encoding="utf-8")
    ended = kinerja("policies", "check", "draft.yaml")
    assert (ended.returncode, ended.stdout) == (2, "")
    problems = ended.stderr.splitlines()
    assert problems[0] == "kinerja: 2 problems"
    assert all(problem.startswith("  draft.yaml:") for problem in problems[1:])
    assert "group weights sum to 101" in ended.stderr
    assert "did you mean 'discipline'?" in ended.stderr
    (tmp_path / "draft.yaml").write_text(KALIANDA, encoding="utf-8")
    assert kinerja("policies", "check", "draft.yaml").returncode == 0


@pytest.mark.parametrize(
    "text", ["", "[1, 2]", "city: [", "city: ../../x\nin_force: someday\n", "in_force: 0001-01-01\n"]
)
def test_check_of_what_is_no_policy(kinerja: Kinerja, tmp_path: Path, text: str) -> None:
    (tmp_path / "draft.yaml").write_text(text, encoding="utf-8")
    ended = kinerja("policies", "check", "draft.yaml")
    assert ended.returncode == 2
    assert "unexpected" not in ended.stderr


def test_check_of_a_file_that_is_not_there(kinerja: Kinerja) -> None:
    ended = kinerja("policies", "check", "missing.yaml")
    assert (ended.returncode, ended.stderr) == (2, "kinerja: missing.yaml: no such file\n")


def test_diff_of_two_dates_item_by_item(kinerja: Kinerja, two_dates: Path) -> None:
    words = ("policies", "diff", "kalianda", "2026-06-30", "2027-04-01", "--format", "json")
    rows = json.loads(kinerja(*words, KINERJA_POLICIES_DIR=str(two_dates)).stdout)
    assert [tuple(row.values()) for row in rows] == [
        ("periods", '["month", "quarter", "year"]', '["quarter", "year"]'),
        ("results.document_completion_time.weight", "35", "40"),
        ("results.complaints_handled.weight", "30", "25"),
        ("training.catalogue.work_plan_achievement", "Pelatihan penyusunan dan pelaksanaan SKP", None),
    ]
    assert list(rows[0]) == ["where", "kalianda 2026-01-01", "kalianda 2027-04-01"]


def test_diff_of_one_policy_with_itself_is_empty(kinerja: Kinerja) -> None:
    assert "0 differences" in kinerja("policies", "diff", "kalianda", "2026-01-01", "2026-12-31").stdout


def test_diff_of_two_cities(kinerja: Kinerja) -> None:
    rows = json.loads(kinerja("policies", "diff", "kalianda", "pauh", "--format", "json").stdout)
    found = {row["where"]: tuple(row.values())[1:] for row in rows}
    assert found["results.weight"] == ("70", "60")
    assert found["results.document_completion_time"] == ("item of weight 35", None)
    assert found["results.initiative"] == (None, "item of weight 20")


def test_diff_of_a_date_before_the_first_policy(kinerja: Kinerja) -> None:
    ended = kinerja("policies", "diff", "kalianda", "2025-01-01", "2026-01-01")
    assert ended.returncode == 2
    assert "the first is in force from 2026-01-01" in ended.stderr
    assert kinerja("policies", "diff", "kalianda", "soon", "2026-01-01").returncode == 2
