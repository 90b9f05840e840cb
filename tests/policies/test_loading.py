"""What is wrong with a policy is said at once, each with its file, line and remedy."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
import re
import shutil
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from policies.documents import PolicyError
from policies.loading import available_policies, load_policy, policy_hash
from policies.model import Parameters
from policies.period import Period

Catalogue = Mapping[str, type[Parameters]]
Write = Callable[..., Path]
SMALL = (Path(__file__).parent / "small.yaml").read_text(encoding="utf-8")
FILE = "cities/bukit/2026-01-01.yaml"
Q3 = Period.parse("2026-Q3")

INDICATORS = (
    "behaviour, competency_match, complaint_responsiveness, complaints_handled, discipline, "
    "document_completion_time, first_time_right, initiative, milestones_on_time, on_time_share, outcome, "
    "progress_reporting, satisfaction, work_plan_achievement"
)
ITEM_KEYS = "direction, id, indicator, label, meaning, parameters, scale, source, target, weight"


def problems(root: Path, catalogue: Catalogue, *, city: str = "bukit", period: Period = Q3) -> tuple[str, ...]:
    with pytest.raises(PolicyError) as refused:
        load_policy(city, period, catalogue, root=root)
    assert str(refused.value) == "\n".join(refused.value.problems)
    return refused.value.problems


def test_the_small_policy_loads_with_exact_numbers(write: Write, catalogue: Catalogue) -> None:
    policy = load_policy("bukit", Q3, catalogue, root=write())
    first, second = policy.results.items
    assert (first.target, second.target) == (Decimal("0.95"), Decimal(80))
    assert second.parameters == catalogue["satisfaction"].model_validate({"audience": "citizen"})
    assert policy.behaviour.items[0].scale is not None
    assert policy.behaviour.items[0].scale.points == ((1, 60), (2, 100), (3, 120))
    assert policy.in_force == dt.date(2026, 1, 1)


CHANGE = "id: queue, date: 2026-08-16, label: {id: Antrean, en: Queue}, source: default"


# Each case: the line before, the line after, what is said after `file:`.
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param(
            "min_days: 10",
            "min_days: 10\nmin_dayz: 10",
            "9: min_dayz: unknown key; did you mean 'min_days'? known: behaviour, city, consultations, "
            "default_limit_hours, employee_id, follow_ups, in_force, insights, min_coverage, min_days, min_weight, "
            "name, periods, requires, results, sectors, thresholds, timezone, training",
            id="unknown key",
        ),
        pytest.param(
            "training:",
            f"insights:\n  interventions:\n    - {{{CHANGE}, units: [A.1], compare_with: [B, A.1]}}\ntraining:",
            "45: insights.interventions[0]: intervention queue: units are compared with themselves: A.1",
            id="an intervention compared with itself",
        ),
        pytest.param(
            "training:",
            f"insights:\n  interventions:\n    - {{{CHANGE}, units: [A.1]}}\n    - {{{CHANGE}, units: [B]}}\ntraining:",
            "43: insights: interventions repeat: queue; give each once",
            id="an intervention twice",
        ),
        pytest.param(
            "training:",
            f"insights:\n  interventions:\n    - {{{CHANGE}, units: []}}\ntraining:",
            "45: insights.interventions[0].units: what stands here has too few entries; write at least 1",
            id="an intervention nowhere",
        ),
        pytest.param(
            "training:",
            "insights:\n  standard_time: {minutes: {ktp: 0}, available_minutes_per_day: 9, source: x}\ntraining:",
            "44: insights.standard_time.minutes.ktp: '0' is out of range; write a number above 0",
            id="a service that takes no time",
        ),
        pytest.param(
            "direction: higher\n      target: 0.95",
            "direction: higher\n      tarjet: 1\n      target: 0.95",
            f"17: results.items[0].tarjet: unknown key; did you mean 'target'? known: {ITEM_KEYS}",
            id="unknown key of an item",
        ),
        pytest.param(
            "training:",
            "sectors:\n  health:\n    result: []\ntraining:",
            "45: sectors.health.result: unknown key; did you mean 'results'? known: behaviour, results",
            id="unknown key of a sector",
        ),
        pytest.param(
            "training:",
            "national: {}\ntraining:",
            "43: national: unknown key; the national rules are files of their own: delete it",
            id="national rules in a city's file",
        ),
        pytest.param(
            "min_days: 10",
            "min_days: 10\nmin_days: 12",
            "9: min_days: key repeats the one of line 8; keep one of the two",
            id="duplicate key",
        ),
        pytest.param("name: Bukit\n", "", "1: name: is missing; add it", id="missing key"),
        pytest.param(
            "      label: {id: Tepat waktu, en: On time}",
            "      label: {id: Tepat waktu}",
            "18: results.items[0].label.en: is missing; add it",
            id="missing key of a label",
        ),
        pytest.param("name: Bukit", "name: ''", "2: name: '' is empty; write it out", id="empty text"),
        pytest.param(
            "min_days: 10",
            "min_days: ten",
            "8: min_days: 'ten' is not a whole number; write digits, such as 10",
            id="not a whole number",
        ),
        pytest.param(
            "min_days: 10",
            "min_days:",
            "8: min_days: nothing is not a whole number; write digits, such as 10",
            id="key without a value",
        ),
        pytest.param(
            "weight: 70",
            "weight: no",
            "15: results.items[0].weight: 'no' is not a number; write digits, such as 30 or 0.95",
            id="YAML 1.1 would read no as false",
        ),
        pytest.param(
            "[2, 100]",
            "[2, x]",
            "38: behaviour.items[0].scale.points[1][1]: 'x' is not a number; write digits, such as 30 or 0.95",
            id="a breakpoint that is no number",
        ),
        pytest.param(
            "min_coverage: 0.6",
            "min_coverage: 1.5",
            "6: min_coverage: '1.5' is out of range; write a number up to 1",
            id="share above 1",
        ),
        pytest.param(
            "target: 0.95",
            "target: 0",
            "17: results.items[0].target: '0' is out of range; write a number above 0",
            id="target of nothing",
        ),
        pytest.param(
            "direction: higher",
            "direction: up",
            "16: results.items[0].direction: 'up' is not one of 'higher' or 'lower'; write one of them",
            id="not in the list",
        ),
        pytest.param(
            "timezone: Asia/Jakarta",
            "timezone: WIB",
            "4: timezone: 'WIB' is not a timezone; write an IANA name, such as Asia/Jakarta",
            id="unknown timezone",
        ),
        pytest.param(
            "periods: [quarter, year]",
            "periods: quarter",
            "5: periods: 'quarter' is not a list; write `- ...` lines under it",
            id="not a list",
        ),
        pytest.param(
            "thresholds: {above: 110, meets: 90, source: default}",
            "thresholds: high",
            "9: thresholds: 'high' is not a mapping; write `key: value` lines under it",
            id="not a mapping",
        ),
        pytest.param(
            "above: 110",
            "above: 90",
            "9: thresholds: above is not more than meets; raise the one or lower the other",
            id="thresholds that meet",
        ),
        pytest.param(
            "in_force: 2026-01-01",
            "in_force: 20260101",
            "3: in_force: '20260101' is not a date; write it like 2026-01-31",
            id="a date without dashes",
        ),
        pytest.param(
            "in_force: 2026-01-01",
            "in_force: 2026-07-01",
            "3: in_force: '2026-07-01' is not the date the file is called by, 2026-01-01; make the two agree",
            id="date and file name differ",
        ),
        pytest.param(
            "city: bukit",
            "city: bukitt",
            "1: city: 'bukitt' is not the folder's name; write 'bukit'",
            id="wrong folder",
        ),
        pytest.param(
            "weight: 70",
            "weight: 60.5",
            "12: results.items: weights sum to 90.5, not 100; change them so that they do",
            id="weights of items",
        ),
        pytest.param(
            "weight: 60",
            "weight: 50",
            "11: group weights sum to 90, not 100; change them so that they do",
            id="weights of groups",
        ),
        pytest.param(
            "id: citizen_satisfaction",
            "id: on_time_share",
            "21: results.items: item id 'on_time_share' repeats, on lines 13 and 21; give each item its own",
            id="duplicate item id",
        ),
        pytest.param(
            "indicator: on_time_share",
            "indicator: on_time_shar",
            f"14: results.items[0].indicator: 'on_time_shar' is not an indicator; did you mean 'on_time_share'? "
            f"known: {INDICATORS}",
            id="unknown indicator",
        ),
        pytest.param(
            "min_n: 5",
            "min_m: 5",
            "26: results.items[1].parameters.min_m: unknown key; did you mean 'min_n'? "
            "known: audience, min_n, shrinkage",
            id="unknown parameter",
        ),
        pytest.param(
            "min_n: 5",
            "min_n: few",
            "26: results.items[1].parameters.min_n: 'few' is not a whole number; write digits, such as 10",
            id="ill-typed parameter",
        ),
        pytest.param(
            "audience: citizen",
            "audience: tourist",
            "26: results.items[1].parameters.audience: 'tourist' is not one of 'citizen', 'patient' or 'student'; "
            "write one of them",
            id="parameter out of its list",
        ),
        pytest.param(
            "      parameters: {audience: citizen, min_n: 5}\n",
            "",
            "21: results.items[1].parameters.audience: is missing; add it",
            id="missing parameter",
        ),
        pytest.param(
            "      target: 80\n",
            "",
            "21: results.items[1]: item 'citizen_satisfaction' has no target or scale; give one of the two",
            id="nothing to measure by",
        ),
        pytest.param(
            "      target: 80\n",
            "      target: 80\n      scale: {points: [[0, 0], [1, 100]]}\n",
            "21: results.items[1]: item 'citizen_satisfaction' has target and scale; give one of the two",
            id="two things to measure by",
        ),
        pytest.param(
            "indicator: satisfaction\n      weight: 30\n      direction: higher\n      target: 80\n"
            "      parameters: {audience: citizen, min_n: 5}",
            "indicator: outcome\n      weight: 30\n      direction: higher\n      target: 80\n"
            "      parameters: {measure: immunization_coverage}",
            "21: results.items[1]: item 'citizen_satisfaction' has a target, but each row of outcomes has its own; "
            "delete it",
            id="target of an outcome",
        ),
        pytest.param(
            "[2, 100]",
            "[1, 100]",
            "37: behaviour.items[0].scale: breakpoints must ascend; order them by value, each value once",
            id="breakpoints out of order",
        ),
        pytest.param(
            "[2, 100]",
            "[2, 130]",
            "37: behaviour.items[0].scale: an achievement is out of range; write a number from 0 to 120",
            id="achievement above the cap",
        ),
        pytest.param(
            "    - item: on_time_share",
            "    - item: on_time",
            "46: training.catalogue[0].item: 'on_time' is no item of this policy; did you mean 'on_time_share'? "
            "known: behaviour, citizen_satisfaction, on_time_share",
            id="course for no item",
        ),
        pytest.param(
            "periods: [quarter, year]",
            "periods: [month, year]",
            "5: periods: 2026-Q3 is a quarter, which this policy does not accept; score a month or a year",
            id="period of a kind not accepted",
        ),
        pytest.param(
            "training:",
            "x: &one [1]\ny: *one\ntraining:",
            "44: is an alias; a policy is read by people: write it out",
            id="alias",
        ),
        pytest.param(
            "training:", "[a]: 3\ntraining:", "43: a key must be plain text; write `key: value`", id="odd key"
        ),
        pytest.param(
            "name: Bukit",
            "name: [Bukit",
            "3: is not YAML (while parsing a flow sequence expected ',' or ']', but got ':'); mend the text",
            id="not YAML",
        ),
    ],
)
def test_one_problem(write: Write, catalogue: Catalogue, old: str, new: str, said: str) -> None:
    assert problems(write((old, new)), catalogue) == (f"{FILE}:{said}",)


def test_all_problems_come_at_once_in_the_order_of_the_lines(write: Write, catalogue: Catalogue) -> None:
    root = write(
        ("timezone: Asia/Jakarta", "timezone: WIB"),
        ("min_days: 10", "min_days: 10\nmin_days: x"),
        ("weight: 70", "wieght: 60"),
        ("indicator: satisfaction", "indicator: satisfied"),
        ("weight: 100", "weight: 90"),
        ("    - item: on_time_share", "    - item: punctuality"),
    )
    grades = root / "national" / "skm_grades" / "2026-01-01.yaml"
    grades.write_text(grades.read_text(encoding="utf-8").replace("76.61", "90"), encoding="utf-8")
    assert problems(root, catalogue) == (
        f"{FILE}:4: timezone: 'WIB' is not a timezone; write an IANA name, such as Asia/Jakarta",
        f"{FILE}:9: min_days: key repeats the one of line 8; keep one of the two",
        f"{FILE}:14: results.items[0].weight: is missing; add it",
        f"{FILE}:16: results.items[0].wieght: unknown key; did you mean 'weight'? known: {ITEM_KEYS}",
        (
            f"{FILE}:23: results.items[1].indicator: 'satisfied' is not an indicator; did you mean 'satisfaction'? "
            f"known: {INDICATORS}"
        ),
        f"{FILE}:33: behaviour.items: weights sum to 90, not 100; change them so that they do",
        (
            f"{FILE}:47: training.catalogue[0].item: 'punctuality' is no item of this policy; "
            "known: behaviour, citizen_satisfaction, on_time_share"
        ),
        "national/skm_grades/2026-01-01.yaml:5: grades: grades must descend; order them best first",
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "1: holds no keys; write `key: value` lines"),
        (b"- a\n- b\n", "1: holds no keys; write `key: value` lines"),
        (b"name: caf\xe9\n", "1: cannot be read (UnicodeDecodeError); write it as YAML in UTF-8"),
        (
            b"a: 1\n---\nb: 2\n",
            "2: is not YAML (expected a single document in the stream but found another document); mend the text",
        ),
        (b"a: " + b"[" * 1000 + b"]" * 1000, "1: cannot be read (RecursionError); write it as YAML in UTF-8"),
    ],
    ids=["empty", "list", "not UTF-8", "two documents", "too deep"],
)
def test_a_file_that_holds_no_policy(write: Write, catalogue: Catalogue, content: bytes, said: str) -> None:
    root = write()
    (root / FILE).write_bytes(content)
    assert problems(root, catalogue) == (f"{FILE}:{said}",)


def test_an_unknown_city_names_the_cities(write: Write, catalogue: Catalogue) -> None:
    said = "cities: no policy of a city 'bukti'; did you mean 'bukit'? known: bukit"
    assert problems(write(), catalogue, city="bukti") == (said,)


def test_the_error_crosses_a_process_boundary_whole() -> None:
    error = pickle.loads(pickle.dumps(PolicyError(["a:1: b; c", "a:2: d; e"])))  # noqa: S301  # our own bytes
    assert (error.problems, str(error)) == (("a:1: b; c", "a:2: d; e"), "a:1: b; c\na:2: d; e")


@pytest.mark.parametrize("city", ["..", "../national", "", "/"])
def test_a_city_is_never_a_path(write: Write, catalogue: Catalogue, city: str) -> None:
    assert problems(write(), catalogue, city=city) == (f"cities: no policy of a city {city!r}; known: bukit",)


# --- which file is in force -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "in_force"),
    [
        ("2026-Q1", "2026-01-01"),  # begins on the day
        ("2026-Q3", "2026-01-01"),
        ("2027", "2026-01-01"),  # a file that comes into force within the period waits for the next
        ("2027-Q2", "2027-04-01"),
        ("2030", "2027-04-01"),
    ],
)
def test_the_file_in_force_when_the_period_begins(
    write: Write, catalogue: Catalogue, period: str, in_force: str
) -> None:
    write()
    root = write(("in_force: 2026-01-01", "in_force: 2027-04-01"), name="2027-04-01.yaml")
    assert load_policy("bukit", Period.parse(period), catalogue, root=root).in_force.isoformat() == in_force


def test_a_later_file_that_does_not_load_leaves_earlier_periods_alone(write: Write, catalogue: Catalogue) -> None:
    write()
    root = write(("name: Bukit", "name: [Bukit"), name="2027-04-01.yaml")
    assert load_policy("bukit", Q3, catalogue, root=root).name == "Bukit"


def test_no_file_in_force_names_the_first_date(write: Write, catalogue: Catalogue) -> None:
    said = problems(write(), catalogue, period=Period.parse("2025-Q4"))
    when = (
        "no file in force on 2025-10-01, when 2025-Q4 begins; the first is in force from 2026-01-01; "
        "score a later period, or add the file that was in force then"
    )
    rules = (
        "national/rating_matrix, national/achievement_cap, national/working_time, national/complaint_clocks, "
        "national/skm_grades, national/discipline_ladder, national/employee_number"
    )
    assert said == (f"cities/bukit, {rules}: {when}",)


@pytest.mark.parametrize("name", ["draft.yaml", "2026-1-1.yaml", "20260101.yaml", "2026-02-30.yaml", "2026-01-01.yml"])
def test_a_file_that_is_not_called_by_a_date_is_said(write: Write, catalogue: Catalogue, name: str) -> None:
    root = write(name=name)
    named = f"cities/bukit/{name}:1: is not called by its date in force; name it like 2026-01-01.yaml"
    assert problems(root, catalogue) == (
        named,
        (
            "cities/bukit: no file in force on 2026-07-01, when 2026-Q3 begins; there is no file; "
            "score a later period, or add the file that was in force then"
        ),
    )
    with pytest.raises(PolicyError) as refused:
        available_policies(root)
    assert refused.value.problems == (named,)


def test_available_policies_are_listed_by_city_and_date(write: Write) -> None:
    write()
    root = write(("in_force: 2026-01-01", "in_force: 2027-04-01"), name="2027-04-01.yaml")
    folder = root / "cities" / "bukit"
    assert available_policies(root) == [
        ("bukit", dt.date(2026, 1, 1), folder / "2026-01-01.yaml"),
        ("bukit", dt.date(2027, 4, 1), folder / "2027-04-01.yaml"),
    ]


def test_a_folder_without_national_rules_takes_the_packaged_ones(write: Write, catalogue: Catalogue) -> None:
    root = write()
    beside = load_policy("bukit", Q3, catalogue, root=root)
    shutil.rmtree(root / "national")
    assert load_policy("bukit", Q3, catalogue, root=root) == beside


# --- the hash -------------------------------------------------------------------------------------------------------


def hash_of(root: Path, catalogue: Catalogue) -> str:
    return policy_hash(load_policy("bukit", Q3, catalogue, root=root))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("city: bukit\nname: Bukit\n", "name: Bukit\ncity: bukit\n"),
        ("{audience: citizen, min_n: 5}", "{min_n: 5, audience: citizen}"),
        ("{audience: citizen, min_n: 5}", "{audience: citizen}"),
        ("weight: 70", "weight: 70.0"),
        ("target: 0.95", "target: 0.950"),
        ("name: Bukit\n", "# A comment.\nname: 'Bukit'\n"),
    ],
    ids=["key order", "parameter order", "a default left out", "70.0", "0.950", "comment"],
)
def test_the_hash_does_not_change_with_how_it_is_written(
    write: Write, catalogue: Catalogue, old: str, new: str
) -> None:
    before = hash_of(write(), catalogue)
    assert len(before) == 64
    assert hash_of(write((old, new)), catalogue) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("target: 0.95", "target: 0.96"),
        ("min_n: 5", "min_n: 6"),
        ("[2, 100]", "[2, 101]"),
        ("min_days: 10", "min_days: 11"),
        ("periods: [quarter, year]", "periods: [quarter]"),
        ("en: On time}", "en: In time}"),
        ("in_force: 2026-01-01\ntimezone: Asia/Jakarta", "in_force: 2026-01-01\ntimezone: Asia/Makassar"),
    ],
)
def test_the_hash_changes_with_what_it_says(write: Write, catalogue: Catalogue, old: str, new: str) -> None:
    before = hash_of(write(), catalogue)
    assert hash_of(write((old, new)), catalogue) != before


def test_the_hash_changes_with_a_national_rule(write: Write, catalogue: Catalogue) -> None:
    root = write()
    before = hash_of(root, catalogue)
    cap = root / "national" / "achievement_cap" / "2026-01-01.yaml"
    cap.write_text(cap.read_text(encoding="utf-8").replace("cap: 120", "cap: 119"), encoding="utf-8")
    assert hash_of(root, catalogue) != before


# --- whatever stands in a file ---------------------------------------------------------------------------------------

ANYTHING = st.recursive(
    st.sampled_from(["", "no", "07:30", "1e3", "NaN", "-1", "2026-01-01", "outcome", "satisfaction", "quarter"])
    | st.integers()
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "en", "items", "weight", "parameters", "health", "x"]), inner)
    ),
    max_leaves=5,
)


def places(value: Any, here: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(place for key, inner in entries for place in places(inner, (*here, key)))]


AS_DATA = yaml.safe_load(SMALL)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(places(AS_DATA)), ANYTHING)
@example((), {})
def test_a_policy_loads_or_its_problems_are_said(
    small_root: Path, catalogue: Catalogue, place: tuple[str | int, ...], value: Any
) -> None:
    whole = {"file": copy.deepcopy(AS_DATA)}
    *above, last = ("file", *place)
    spoilt: Any = whole
    for step in above:
        spoilt = spoilt[step]
    spoilt[last] = value
    (small_root / FILE).write_text(yaml.safe_dump(whole["file"], allow_unicode=True), encoding="utf-8")
    said: tuple[str, ...] = ()
    policy = None
    try:
        policy = load_policy("bukit", Q3, catalogue, root=small_root)
    except PolicyError as refused:
        said = refused.problems
    assert all(re.fullmatch(re.escape(FILE) + r":[0-9]+: .+; .+", problem, re.DOTALL) for problem in said)
    assert (policy is None) == bool(said)
    assert policy is None or sum(item.weight for item in policy.results.items) == 100
