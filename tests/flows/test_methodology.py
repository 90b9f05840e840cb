"""The methodology page says what the policy says, and its worked score is the engine's."""

from __future__ import annotations

import datetime as dt
import itertools
import re
import string
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from flows.cli import main
from flows.methodology import kept_pages, methodology, methodology_page
from flows.worked_case import example, worked_case
from policies import Period, Policy, load_policy
from policies.model import GROUPS, Consultation, SectorVariant
from reports import figures
from reports.figures import Lang
from reports.labels import LABELS as OTHER_LABELS
from reports.methodology import decimal, percent, render_methodology
from reports.methodology import methodology_page as page_before_writing
from reports.methodology_document import Worked
from reports.methodology_labels import AUDIENCES, INDICATORS, LABELS, SOURCED, WEEKDAYS
from reports.page import Page as ReportPage
from sources.contracts import DATASETS
from tests.golden.case import load_cases, read_tables
from tests.golden.cases.scores import CASES, WORKED
from tests.reports.html_page import Page
from tests.reports.test_page import cells, tables
from tests.reports.test_validation_report import self_contained
from transforms import CATALOGUE

CITIES = ("bangko", "kalianda", "pauh", "sibolga", "tangerang_selatan")
LANGS: tuple[Lang, ...] = get_args(Lang)
KEPT = Path(__file__).parents[2] / "docs" / "methodology"
SECTORS = ("general", "health", "education", "civil_registry")


@cache
def policy_of(city: str) -> Policy:
    return load_policy(city, Period.parse("2026-Q3"), CATALOGUE)


@cache
def worked_of(city: str) -> Worked:
    return worked_case(policy_of(city))


def page_of(policy: Policy, worked: Worked, lang: Lang, page_format: Any = "md") -> str:
    return render_methodology(methodology(policy, worked), page_format=page_format, lang=lang)


@cache
def html_of(city: str, lang: Lang) -> str:
    return page_of(policy_of(city), worked_of(city), lang, "html")


# --- the worked score -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page_format", ["html", "md"])
@pytest.mark.parametrize("lang", LANGS)
def test_the_worked_score_of_kalianda(lang: Lang, page_format: Any) -> None:
    text = methodology_page(policy_of("kalianda"), page_format, lang).replace("\u00a0", " ")
    lines = {
        "id": (
            "100 × (2 − 0,9 / 1) = 110,00",
            "(10 × 84 + 10 × 80) / (10 + 10) = 82",
            "100 × 82 / 80 = 102,50",
            "18 / 20 = 0,9",
            "100 × 0,9 / 0,95 ≈ 94,74",
            "(98,5 + 100 + 97) / 3 = 98,5",
            "100 + (98,5 − 98) × (115 − 100) / (100 − 98) = 103,75",
            "100 + (2,5 − 2) × (120 − 100) / (3 − 2) = 110,00",
            "(35 × 110,00 + 35 × 102,50 + 30 × 94,74) / (35 + 35 + 30) ≈ 102,80",
            "(50 × 103,75 + 50 × 110,00) / (50 + 50) ≈ 106,88",
            "70 % × 102,80 + 30 % × 106,88 ≈ 104,02",
            "Usulan predikat: Baik",
        ),
        "en": (
            "= 110.00",
            "= 102.50",
            "≈ 94.74",
            "≈ 102.80",
            "= 103.75",
            "≈ 106.88",
            "≈ 104.02",
            "Proposed rating: Baik",
        ),
    }
    for line in lines[lang]:
        assert line in text


def test_the_example_is_the_golden_case() -> None:
    golden = read_tables(WORKED)
    written = {name: table.strip().splitlines()[0].replace(" ", "").split("|") for name, table in WORKED.items()}
    for name, rows in golden.items():
        columns = [*written.get(name, ("date", "kind")), *{"unit_id", "employee_id"} & set(DATASETS[name].names)]
        found = example().tables("Asia/Jakarta")[name].to_dicts()
        if name == "ratings":
            found = [row for row in found if row["instrument"] == "behaviour"]
            columns.remove("item")
        assert [[row[column] for column in columns] for row in found] == [
            [row[column] for column in columns] for row in rows
        ]
    (case,) = [case for case in CASES if case.name == "worked_example_of_kalianda"]
    worked = worked_of("kalianda")
    assert case.expected_row is not None
    assert {f"{group}_score": worked["scores"][group] for group in GROUPS}.items() <= case.expected_row.items()
    assert (worked["scores"]["score"], worked["ratings"]["proposed"]) == (
        case.expected_row["score"],
        case.expected_row["proposed_rating"],
    )


@pytest.mark.parametrize("city", CITIES)
def test_the_parts_make_the_value(city: str) -> None:
    """To the sixth decimal, to which parts and value are stored."""
    n_explained = 0
    for step in worked_of(city)["steps"]:
        assert step["status"] == "SCORED"
        assert step["value"] is not None
        parts = [(Fraction(piece["weight"]), Fraction(piece["value"])) for piece in step["pieces"]]
        match step["how"]:
            case "median":
                made = median(value for _, value in parts)
            case "mean":
                made = sum(w * v for w, v in parts) / sum(w for w, _ in parts)
            case "sum":
                made = sum((value for _, value in parts), Fraction(0))
            case "given":
                assert step["numerator"] is not None
                assert step["denominator"]
                made = Fraction(step["numerator"], step["denominator"])
        assert abs(made - Fraction(step["value"])) <= Fraction(1, 1_000_000)
        n_explained += 1
    assert n_explained == sum(len(policy_of(city).items("general", group)) for group in GROUPS)


@pytest.mark.parametrize("city", CITIES)
def test_arithmetic_on_the_page_holds(city: str) -> None:
    """What stands before = or ≈ gives what stands after it, to half of its last digit and the rounding of its terms."""
    text = page_of(policy_of(city), worked_of(city), "en").replace("\u00a0", " ")
    n_sums = 0
    for line in text[text.index("Step 1") :].splitlines():
        for sum_, sign, result in re.findall(r": ([0-9.%×/+() −]+) ([=≈]) ([0-9.]+)", line):
            # Only digits and signs of arithmetic get past the pattern.
            made = eval(re.sub(r"([0-9.]+)%", r"(\1 / 100)", sum_).replace("×", "*").replace("−", "-"))  # noqa: S307
            places = len(result.partition(".")[2])
            assert made == pytest.approx(float(result), abs=1e-9 if sign == "=" else 1.1 * 10**-places), line
            n_sums += 1
    assert n_sums >= 2 * len(worked_of(city)["steps"])


def test_a_case_without_data_says_why() -> None:
    """Too few days; an item nobody answered for: no score, and nothing is taken for zero."""
    policy = policy_of("kalianda")
    short = policy.model_copy(update={"min_days": 60})
    assert "No score: NOT_APPLICABLE, too_short." in page_of(short, worked_case(short), "en")
    patients = policy.behaviour.items[0].model_copy(
        update={
            "id": "patient_satisfaction",
            "indicator": "satisfaction",
            "scale": None,
            "target": Decimal(80),
            "parameters": CATALOGUE["satisfaction"].model_validate(
                {"audience": "patient", "min_n": 5, "shrinkage": 10}
            ),
        }
    )
    nobody = policy.model_copy(
        update={"behaviour": policy.behaviour.model_copy(update={"items": (patients, policy.behaviour.items[1])})}
    )
    worked = worked_case(nobody)
    assert worked["scores"]["behaviour"] is None
    text = page_of(nobody, worked, "en")
    assert "No achievement: INSUFFICIENT_DATA, too_few_responses." in text
    assert "Work behaviour: This group has no score" in text
    assert "No score: INSUFFICIENT_DATA, low_coverage_behaviour." in text


# --- the policy -----------------------------------------------------------------------------------------------------


def leaves(value: object) -> Iterator[object]:
    """Every number, text and day of a policy."""
    match value:
        case Mapping():
            for inner in value.values():
                yield from leaves(inner)
        case list() | tuple():
            for inner in value:
                yield from leaves(inner)
        case _:
            yield value


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("city", CITIES)
def test_the_page_holds_all_of_the_policy(city: str, lang: Lang) -> None:
    policy = policy_of(city)
    html = Page(html_of(city, lang))
    text = f"{html.one('header').text} {html.one('main').text}"
    for item in policy.all_items():
        for said in (item.id, getattr(item.label, lang), getattr(item.meaning, lang)):
            assert " ".join(said.split()) in text
    for one in (*policy.follow_ups, *policy.national.discipline_ladder.steps):
        assert getattr(one.label, lang) in text
    assert all(step.level in text for step in policy.national.discipline_ladder.steps)
    for course in policy.training.catalogue if policy.training else ():
        assert getattr(course.course, lang) in text
    for name in type(policy.national).model_fields:
        assert getattr(policy.national, name).source in text
    # What insights are told is no part of the method: no score changes by it (docs/insights.md).
    for leaf in leaves(policy.model_dump(mode="python", exclude={"insights"})):
        if isinstance(leaf, bool) or not isinstance(leaf, Decimal | int):
            continue
        ways = (decimal(leaf, lang), decimal(leaf, lang, 2), percent(leaf, lang), percent(Decimal(leaf) / 100, lang))
        weekday = (WEEKDAYS[int(leaf) - 1][LANGS.index(lang)],) if leaf in range(1, 8) else ()
        assert any(way.replace("\u00a0", " ") in text for way in (*ways, *weekday)), leaf
    for said in (policy.name, figures.day(policy.in_force, lang), policy.timezone):
        assert said in text


# Names by which other things are found, and closed lists.
NOT_CHANGED = {"rule", "grade", "indicator", "periods", "rating", "level", "consecutive_level"}
OTHER = {
    "higher": "lower",
    "lower": "higher",
    "nip": "any",
    "citizen": "patient",
    "patient": "citizen",
    "student": "citizen",
}


def parts(value: Any) -> Iterator[tuple[str, Any, Callable[[Any], Any]]]:
    """Name and value of each part, and the whole with another value in its place."""
    match value:
        case BaseModel():
            for name in type(value).model_fields:
                yield name, getattr(value, name), lambda inner, name=name: value.model_copy(update={name: inner})
        case Mapping():
            for key, old in value.items():
                yield str(key), old, lambda inner, key=key: {**value, key: inner}
        case tuple():
            for place, old in enumerate(value):
                yield str(place), old, lambda inner, n=place: (*value[:n], inner, *value[n + 1 :])


def changed(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """The policy with one leaf changed, for each leaf, and where that is."""
    if isinstance(value, BaseModel | Mapping | tuple):
        for name, old, whole in parts(value):
            for where, inner in changed(old, (*path, name)):
                yield where, whole(inner)
    elif value is not None and not NOT_CHANGED & set(path):
        yield ".".join(path), changed_leaf(value)


def changed_leaf(value: object) -> object:
    match value:
        case bool():
            return not value
        case Decimal():
            return value + Decimal("0.0625")
        case int():
            return value + 1
        case dt.date():
            return value + dt.timedelta(days=1)
        case str():
            return OTHER.get(value, f"{value}x")
        case _:
            raise TypeError(type(value).__name__)


def of_every_kind() -> Policy:
    """Kalianda's policy with other cities' items as sectors, and what no city has yet."""
    health = SectorVariant(results=policy_of("pauh").items("health", "results"))
    education = SectorVariant(
        results=policy_of("tangerang_selatan").results.items, behaviour=policy_of("bangko").behaviour.items
    )
    heard = Consultation(date=dt.date(2026, 2, 3), heard="Forum warga", outcome="Bobot disetujui")
    kalianda = policy_of("kalianda")
    sectors = {"health": health, "education": education}
    known = {item.id for item in kalianda.model_copy(update={"sectors": sectors}).all_items()}
    assert kalianda.training is not None
    courses = tuple(course for course in kalianda.training.catalogue if course.item in known)
    return kalianda.model_copy(
        update={
            "sectors": sectors,
            "training": kalianda.training.model_copy(update={"catalogue": courses}),
            "requires": {"attendance": Decimal("0.9")},
            "consultations": (heard,),
        }
    )


def test_whatever_changes_in_the_policy_changes_the_page() -> None:
    """The hash, which changes with everything, is left out, and so is the worked case."""

    def said(policy: Policy, lang: Lang) -> ReportPage:
        document = methodology(policy, worked_of("kalianda"))
        document["policy_hash"] = "-"
        return page_before_writing(document, lang)

    whole = of_every_kind()
    before = {lang: said(whole, lang) for lang in LANGS}
    places, same = [], []
    for where, policy in changed(whole):
        places.append(where)
        if all(said(policy, lang) == before[lang] for lang in LANGS):
            same.append(where)
    assert len(places) > 200
    # A scale says by itself what is better, and rows of outcomes have their own direction.
    lists = {
        "results.items": whole.results.items,
        "behaviour.items": whole.behaviour.items,
        "sectors.health.results": whole.items("health", "results"),
    }
    of_no_use = {
        f"{name}.{place}.direction"
        for name, items in lists.items()
        for place, item in enumerate(items)
        if not item.target
    }
    assert set(same) <= of_no_use


def test_a_policy_hashes_to_its_page() -> None:
    policy = policy_of("kalianda")
    other = policy.model_copy(update={"name": "Kalianda Baru"})
    pages = [page_of(one, worked_of("kalianda"), "id") for one in (policy, other)]
    hashes = [re.findall(r"`([0-9a-f]{64})`", page) for page in pages]
    assert [len(found) for found in hashes] == [1, 1]
    assert hashes[0] != hashes[1]


def test_a_changed_target_changes_the_worked_score() -> None:
    policy = policy_of("kalianda")
    items = policy.results.items
    easier = (items[0], items[1].model_copy(update={"target": Decimal(82)}), items[2])
    page = methodology_page(
        policy.model_copy(update={"results": policy.results.model_copy(update={"items": easier})}), "md", "en"
    )
    assert "100 × 82 / 82 =\u00a0100.00" in page


def test_sectors_and_sources() -> None:
    page = page_of(policy_of("pauh"), worked_of("pauh"), "id")
    assert (
        "| Kepuasan masyarakat `citizen_satisfaction` | 40 % | IKM 80 | bobot, sasaran, min_n, shrinkage: default |"
        in (page.replace("\u00a0", " "))
    )
    assert "40 % (Umum); 40 % (Kesehatan)" in page.replace("\u00a0", " ")
    assert "weight: default; target: each row of outcomes" in page
    assert page.count("### Kepuasan masyarakat ") == 1


def test_no_point_lies_beyond_the_largest_value() -> None:
    page = page_of(policy_of("bangko"), worked_of("bangko"), "en")
    # 100 * 1 / 0.95 = 105.263...; 100 * 100 / 90 = 111.11...; an index of 96 gives the cap already
    assert "| 0.95 (95%) | 100 |\n| 1 (100%) | 105.26 |\n\n" in page
    assert "| 90 | 100 |\n| 100 | 111.11 |\n\n" in page
    assert "| IKM 80 | 100 |\n| IKM 96 | 120 |\n\n" in page


def test_what_a_policy_does_not_have_is_said() -> None:
    bare = policy_of("sibolga").model_copy(update={"follow_ups": (), "training": None})
    page = page_of(bare, worked_of("sibolga"), "en")
    for said in ("no rule of follow-up", "names no training", "No consultation is on record", "stops no run"):
        assert said in page
    page = page_of(of_every_kind(), worked_of("sibolga"), "id").replace("\u00a0", " ")
    assert "| 3 Februari 2026 | Forum warga | Bobot disetujui |" in page
    assert "| Kehadiran `attendance` | 90 % |" in page


# --- the pages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("city", CITIES)
def test_the_page_asks_for_nothing_and_its_links_lead_somewhere(city: str, lang: Lang) -> None:
    html = html_of(city, lang)
    self_contained(html)
    page = Page(html)
    assert page.one("html").attributes["lang"] == lang
    ids = {element.attributes["id"] for element in page.elements if "id" in element.attributes}
    assert {item.id for item in policy_of(city).all_items()} <= ids
    assert {
        element.attributes["href"].removeprefix("#") for element in page.elements if "href" in element.attributes
    } <= ids
    levels = [int(element.tag[1]) for element in page.elements if re.fullmatch("h[1-6]", element.tag)]
    assert all(below <= above + 1 for above, below in itertools.pairwise(levels))
    assert len(page.all("table")) == len(page.all("caption"))


HOSTILE = '"><script>alert(1)</script>{{ 7 * 7 }}|\n| x `'


def hostile(value: Any) -> Any:
    """The policy with that text after every free text."""
    match value:
        case BaseModel():
            free = {"id", "en", "source", "name", "heard", "outcome"} if not hasattr(value, "indicator") else {"source"}
            return value.model_copy(
                update={
                    name: f"{old}{HOSTILE}" if name in free and isinstance(old, str) else hostile(old)
                    for name in type(value).model_fields
                    for old in [getattr(value, name)]
                }
            )
        case tuple():
            return tuple(map(hostile, value))
        case Mapping():
            return {key: hostile(inner) for key, inner in value.items()}
        case _:
            return value


def test_no_text_of_a_policy_becomes_markup() -> None:
    plain, worked = policy_of("pauh"), worked_of("pauh")
    html = page_of(hostile(plain), worked, "id", "html")
    assert "alert(1)" in html
    assert Page(html).skeleton == Page(html_of("pauh", "id")).skeleton
    self_contained(html)
    before, after = (tables(page_of(one, worked, "en")) for one in (plain, hostile(plain)))
    assert [[cells(row) for row in table] for table in after] == [[cells(row) for row in table] for table in before]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("city", CITIES)
def test_every_table_in_markdown_is_one(city: str, lang: Lang) -> None:
    found = tables(page_of(policy_of(city), worked_of(city), lang))
    assert len(found) > 25
    for rows in found:
        assert len({cells(row) for row in rows}) == 1
        assert re.fullmatch(r"\|( (---|---:) \|)+", rows[1])
        assert len(rows) > 2


def test_the_kept_pages_are_up_to_date() -> None:
    pages = kept_pages()
    assert set(pages) == {f"{city}.{lang}.md" for city in CITIES for lang in LANGS}
    found = {path.name: path.read_text(encoding="utf-8") for path in KEPT.glob("*.*.md")}
    assert found == pages, "run: python -m flows.methodology docs/methodology"


# --- the words ------------------------------------------------------------------------------------------------------


def test_both_languages_say_everything() -> None:
    pairs = {**LABELS, **AUDIENCES, **SOURCED, **dict(enumerate(WEEKDAYS))}
    for name, told in INDICATORS.items():
        pairs |= {f"{name} how": told.how, f"{name} unit": told.unit}
        pairs |= {f"{name} {reason}": text for reason, (_, text) in told.reasons.items()}
    for key, pair in pairs.items():
        assert all(pair), key
        fields = [{field for _, field, _, _ in string.Formatter().parse(text)} for text in pair]
        assert fields[0] == fields[1], key
    assert len(OTHER_LABELS["id"]) == len(OTHER_LABELS["en"])


def test_every_label_is_used() -> None:
    said = (Path(__file__).parents[2] / "reports" / "methodology.py").read_text(encoding="utf-8")
    families = (
        "period_",
        "sector_",
        "scope_",
        "status_",
        "reason_",
        "class_",
        "rule_",
        "piece_",
        "target_",
        "pattern_",
    )
    plain = {key for key in LABELS if not key.startswith(families)}
    assert {key for key in plain if not re.search(rf"""["']{key}["']""", said)} == set()


def test_every_indicator_and_reason_has_words() -> None:
    """Every reason that a golden case has is told with its status, and no other."""
    assert set(INDICATORS) == set(CATALOGUE)
    met = {(case.tested.indicator, case.reason, case.status) for case in load_cases().indicators if case.reason}
    told = {
        (name, reason, status) for name, words in INDICATORS.items() for reason, (status, _) in words.reasons.items()
    }
    assert met <= told
    assert {fact[1:] for fact in told} == {fact[1:] for fact in met}
    scores = {case.expected.get("reason") for case in load_cases().rows if case.frame == "scores" and case.expected}
    words = {part for reason in scores if isinstance(reason, str) for part in reason.split(";")}
    assert {f"reason_{word}" for word in words} == {key for key in LABELS if key.startswith("reason_")}


def test_words_hold_no_number_of_a_policy() -> None:
    """A number that stands in the words instead of a placeholder would not follow the policy."""
    numbers = set()
    for told in INDICATORS.values():
        for text in (*told.how, *(text for _, pair in told.reasons.values() for text in pair)):
            numbers |= set(re.findall(r"(?<![\w{])[0-9]+(?:[.,][0-9]+)?", text))
    # 25 per level, levels 1 to 4 and 1 to 3, a clock counts at most 2, of 100, at least 0.
    assert numbers <= {"0", "1", "2", "3", "4", "25", "100"}


# --- the command ----------------------------------------------------------------------------------------------------


def test_the_command_writes_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "kalianda.html"
    assert main(["policies", "show", "kalianda", "--output", str(page)]) == 0
    assert page.read_text(encoding="utf-8") == html_of("kalianda", "id")
    assert main(["policies", "show", "kalianda", "--format", "md", "--lang", "en", "--period", "2026-Q3"]) == 0
    assert capsys.readouterr().out == kept_page("kalianda.en.md")


def kept_page(name: str) -> str:
    return (KEPT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--lang", "en"), "--lang is for the page; add --format html or md"),
        (("--format", "table", "--output", "x.html"), "a table is for the screen"),
        (("--output", "x.pdf"), "its ending names no format; add --format json, yaml, html, md"),
        (("--output", "missing/x.html"), "cannot be written"),
        (("--format", "html", "--lang", "fr"), "'fr' is not one of"),
    ],
)
def test_what_the_command_refuses(
    words: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["policies", "show", "kalianda", *words]) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
