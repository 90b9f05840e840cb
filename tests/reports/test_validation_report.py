"""The page an auditor opens: what it says, that it is whole in itself, and that no text can break out of it."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import ReportError, write_validation_report
from reports.figures import Lang
from reports.validation_report import render_validation_report
from tests.reports.a_document import ATTENDANCE_FILE, a_document, a_history, met, with_texts
from tests.reports.html_page import Page

LANGS: tuple[Lang, ...] = ("id", "en")


def page(document: dict[str, Any] | None = None, **options: Any) -> Page:
    return Page(render_validation_report(document or a_document(), **options))


def facts(of: Page, title: str) -> dict[str, str]:
    """The facts of the failed expectation with this title."""
    articles = [place for place, element in enumerate(of.elements) if element.tag == "article"]
    (start,) = [place for place in articles if of.elements[place].text.startswith(title)]
    inside = [element for element in of.elements[start:] if "article" in element.parents]
    following = [place for place in articles if place > start]
    if following:
        inside = [element for element in of.elements[start : following[0]] if "article" in element.parents]
    names = [element.text for element in inside if element.tag == "dt"]
    values = [element.text for element in inside if element.tag == "dd"]
    return dict(zip(names, values, strict=True))


def test_the_top_says_what_was_judged_and_how_it_went() -> None:
    top = page()
    assert top.one("html").attributes == {"lang": "id"}
    assert top.one("title").text == "Laporan validasi data – Kalianda, 2026-Q1"
    assert top.one("p", class_="subject").text == "Kalianda · 2026-Q1 · 1 Januari – 31 Maret 2026"
    outcome = top.one("section", class_="outcome passed_with_warnings").text
    assert outcome.startswith(
        "Hasil: Lolos dengan peringatan Data boleh dinilai, tetapi baca dahulu peringatan di bawah ini. "
        # 1434 + 4988 + 30 rows; 1434 + 4300 + 29 valid; 688 + 1 refused; 689 / 6452 = 10.68 %
        "Baris masuk 6.452 = sah 5.763 + dikarantina 689 (10,7 %): setiap baris terhitung."
    )
    assert "Divalidasi pada 2 April 2026, 08.15.30 UTC+07:00" in outcome
    assert [item.text for item in top.all("li", lang="en")][:2] == a_document()["warnings"]


def test_in_english_numbers_are_written_the_english_way() -> None:
    top = page(lang="en")
    assert top.one("html").attributes == {"lang": "en"}
    assert "Rows in 6,452 = valid 5,763 + quarantined 689 (10.7%): every row" in top.one("main").text
    assert "Validated at 2 April 2026, 08:15:30 UTC+07:00" in top.one("main").text


def test_a_stopped_run_says_so_and_why() -> None:
    stop = "employees: spells of one employee overlap in 3 rows: mend the roster and run again"
    top = page(a_document(outcome="stopped", stops=[stop], known_as_of="2026-03-01T00:00:00+07:00"))
    outcome = top.one("section", class_="outcome stopped").text
    assert "tidak ada skor yang dihitung atau dimuat dari data ini" in outcome
    assert "Keadaan per 1 Maret 2026, 00.00.00 UTC+07:00" in outcome
    assert top.one("section", class_="said critical").text == f"Yang menghentikan proses (1) {stop}"


def test_every_file_is_reconciled() -> None:
    whole = page()
    rows = [
        re.sub(r" [0-9a-f]{64}", " <sha>", row.text)
        for row in whole.all("tr")
        if "details" not in row.parents and "thead" not in row.parents
    ]
    assert rows == [
        "employees.csv Pegawai <sha> 182.344 1.435 1.434 1.434 0 cocok",
        "1_attlog.dat Kehadiran <sha> 234.436 4.988 4.988 4.300 688 cocok",
        "permohonan Januari–Februari.csv Permohonan dan aduan layanan <sha> 4.096 60 20 20 0 cocok",
        "permohonan Maret.csv Permohonan dan aduan layanan <sha> 1.024 30 10 9 1 cocok",
        "Jumlah Permohonan dan aduan layanan 30 29 1 cocok",
        "Jumlah seluruh berkas 6.452 5.763 689 cocok",
    ]
    assert ATTENDANCE_FILE in whole.one("table", class_="reconciliation").text
    assert f"sha256sum landing/{a_document()['datasets'][0]['files'][0]['sha256']}" == whole.one("pre").text


def test_a_row_that_is_not_accounted_for_is_not_hidden() -> None:
    document = a_document()
    document["datasets"][1]["files"][0]["n_valid"] = 4299  # 4299 + 688 = 4987, one short of 4988
    whole = page(document)
    assert "TIDAK COCOK" in whole.one("tr", id=f"file-attendance-{ATTENDANCE_FILE[:8]}").text
    assert "TIDAK COCOK" in whole.one("tfoot").text
    assert "ada baris yang tidak terhitung" in whole.one("section", class_="outcome passed_with_warnings").text


def test_a_failed_expectation_tells_everything_about_itself() -> None:
    # rows 17, 19, 20, 21, 40, 41 and the hundred even numbers from 50 to 248; 688 / 4988 = 13.79 %
    told = facts(page(), "employee_id is on the roster")
    rows = told.pop("Baris (berkas: nomor)")
    assert rows.startswith(
        "106 dari 688; semuanya ada di tabel karantina Tampilkan 106 rujukan baris "
        "4f2a9c1b (1_attlog.dat): 17, 19–21, 40, 41, 50, 52,"
    )
    assert told == {
        "Tingkat (severity)": "Peringatan (warning)",
        "Tindakan": "Baris dikarantina",
        "Hitungan": "688 dari 4.988 baris tidak memenuhi (13,8 %)",
        "Mengapa": "an event of somebody who is not on the roster can be counted for nobody",
        "Melindungi indikator": "discipline, attendance_rate",
        "Kolom": "employee_id",
        "Kode": "not_on_roster · expect_column_values_to_be_in_set",
    }


def test_a_failure_of_the_delivery_names_its_dataset_and_counts_no_rows() -> None:
    assert facts(page(), "a dataset the policy reads has a file") == {
        "Tingkat (severity)": "Peringatan (warning)",
        "Tindakan": "Diperingatkan, tidak menghentikan proses",
        "Himpunan data": "Jawaban survei (SKM) survey_responses",
        "Mengapa": "without responses nobody has a satisfaction index",
        "Melindungi indikator": "satisfaction",
        "Kode": "file_delivered · expect_column_values_to_not_be_null",
    }


def test_what_is_met_is_folded_one_line_each() -> None:
    whole = page()
    rows = [row.text for row in whole.all("tr") if "details" in row.parents and "tbody" in row.parents]
    assert rows == [
        (
            "a dataset the policy reads has a file file_delivered Peringatan (warning) "
            "employees, attendance, service_requests"
        ),
        (
            "at least 80 % of the roster has a row a file that was not delivered looks like absence coverage "
            "Peringatan (warning) attendance"
        ),
        (
            "employee_id has a value a row without it belongs to nobody employee_id_required Peringatan (warning) "
            "0 dari 1.434 –"
        ),
        (
            "sector is one of general, health, education, civil_registry the sector decides which items an employee is "
            "scored on sector_known Kritis (critical) 0 dari 1.434 discipline, satisfaction"
        ),
        "spells of one employee do not overlap spells_apart Kritis (critical) 0 dari 1.434 –",
        (
            "timestamp is a moment an event without its time proves nothing timestamp_parses Peringatan (warning) "
            "0 dari 4.988 discipline, attendance_rate"
        ),
        # A check of nothing must not read as a check that was passed.
        "paused_hours is at least 0 paused_hours_floor Peringatan (warning) tidak ada yang diperiksa –",
        "columns are those of the dataset u_columns Peringatan (warning) bukan tentang baris –",
    ]


def test_indicators_that_all_expectations_protect_are_named_once() -> None:
    document = a_document()
    document["datasets"] = document["datasets"][1:2]
    document["delivery"] = []
    for finding in document["datasets"][0]["findings"]:
        finding["protects"] = ["discipline"]
    whole = page(document)
    assert "Melindungi indikator: discipline." in whole.one("main").text
    assert "Melindungi indikator" not in [head.text for head in whole.all("th", scope="col")]


def test_a_dataset_without_file_and_without_expectation_says_both() -> None:
    bare = {"dataset": "leave", "meaning": "", "n_rows": 0, "n_valid": 0, "n_quarantined": 0}
    whole = page(a_document(datasets=[bare], delivery=[]))
    assert "Berkas: tanpa berkas." in whole.one("section", **{"aria-labelledby": "dataset-leave"}).text
    assert "Tidak ada ketentuan yang diperiksa." in whole.one("section", **{"aria-labelledby": "dataset-leave"}).text
    assert whole.one("pre").text == "sha256sum landing/<SHA-256>"


def test_one_file_read_as_two_datasets_has_two_places_on_the_page() -> None:
    document = a_document()
    document["datasets"][2]["files"][0]["sha256"] = ATTENDANCE_FILE
    document["datasets"] += document["datasets"][:1]
    anchored(page(document))


@pytest.mark.parametrize("lang", LANGS)
def test_every_link_leads_to_a_place_on_the_page(lang: Lang) -> None:
    anchored(page(history=a_history(), lang=lang))


def anchored(whole: Page) -> None:
    ids = [element.attributes["id"] for element in whole.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    links = [element.attributes["href"] for element in whole.elements if "href" in element.attributes]
    assert {link.removeprefix("#") for link in links} <= set(ids)
    named = [
        element.attributes["aria-labelledby"] for element in whole.elements if "aria-labelledby" in element.attributes
    ]
    assert set(named) <= set(ids)


@pytest.mark.parametrize("lang", LANGS)
def test_a_screen_reader_finds_its_way(lang: Lang) -> None:
    whole = page(history=a_history(), lang=lang)
    assert [len(whole.all(tag)) for tag in ("header", "nav", "main", "footer", "h1")] == [1] * 5
    levels = [int(element.tag[1]) for element in whole.elements if re.fullmatch("h[1-6]", element.tag)]
    assert all(below <= above + 1 for above, below in itertools.pairwise(levels))
    assert len(whole.all("table")) == len(whole.all("caption"))
    assert all({"scope", "role"} <= head.attributes.keys() for head in whole.all("th"))
    assert all("role" in row.attributes for row in [*whole.all("tr"), *whole.all("td"), *whole.all("table")])
    assert len(whole.all("details")) == len(whole.all("summary"))
    assert all(line.attributes["aria-label"] for line in whole.all("svg", role="img"))
    assert whole.all("svg")


def self_contained(html: str) -> None:
    whole = Page(html)
    loading = {"src", "srcset", "data", "action", "background", "poster", "ping", "style", "xlink:href"}
    for element in whole.elements:
        assert not loading & element.attributes.keys(), element
        assert not [name for name in element.attributes if name.startswith("on")], element
        assert element.attributes.get("href", "#").startswith("#"), element
    assert not [element for element in whole.elements if element.tag in {"script", "link", "img", "iframe", "base"}]
    style = whole.one("style")
    css = "".join(style.pieces)
    assert not re.search(r"url\(|@import|@font-face|image-set|src\(", css)
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    (policy,) = whole.all("meta", **{"http-equiv": "Content-Security-Policy"})
    assert policy.attributes["content"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_loads_nothing(lang: Lang) -> None:
    self_contained(render_validation_report(a_document(), history=a_history(), lang=lang))


HOSTILE = (
    "<script>alert(1)</script>",
    "</style><script src=//evil.example></script>",
    "</title><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x=\'',
    "' autofocus onfocus='alert(1)",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "<!--",
    "]]>",
    "&lt;b&gt;&#60;i&#62;",
    "\u202egnp.exe\u202c\u2066x\u2069",
    "\x00\x1b[31m\ud800\u2028",
    "{n_rows} %s {0.__class__}",
)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("lang", LANGS)
def test_hostile_text_stays_text(text: str, lang: Lang) -> None:
    html = render_validation_report(
        with_texts(a_document(), lambda old: old + text),
        history=with_texts(a_history(), lambda old: old + text),
        lang=lang,
    )
    self_contained(html)
    hostile = Page(html)
    assert hostile.skeleton == page(history=a_history(), lang=lang).skeleton
    visible = re.sub("[\x00\x1b\ud800\u2028\u202e\u202c\u2066\u2069]", lambda one: f"[U+{ord(one[0]):04X}]", text)
    assert " ".join(f"Kalianda{visible}".split()) in hostile.one("h1").text + hostile.one("p", class_="subject").text
    assert f"employee_id is on the roster{' '.join(visible.split())}" in hostile.one("main").text
    html.encode("utf-8")
    assert not re.search("[\x00-\x09\x0b-\x1f\u200e\u200f\u2028-\u202e\u2066-\u2069]", html)


@settings(max_examples=50, deadline=None)
@given(st.text(min_size=1, max_size=12).filter(lambda text: "," not in text))
def test_no_text_whatever_changes_the_page_around_it(text: str) -> None:
    html = render_validation_report(with_texts(a_document(), lambda old: old + text))
    html.encode("utf-8")
    assert Page(html).skeleton == page().skeleton


def test_the_document_is_kept_beside_the_page(tmp_path: Path) -> None:
    document = a_document(more={"engine": ["kept", "not shown"]})
    written = write_validation_report(tmp_path / "run-1", document, history=a_history())
    assert written == tmp_path / "run-1" / "validation.html"
    assert written.read_text(encoding="utf-8") == render_validation_report(document, history=a_history())
    assert json.loads((tmp_path / "run-1" / "validation.json").read_text()) == document
    assert sorted(path.name for path in written.parent.iterdir()) == ["validation.html", "validation.json"]


def test_a_report_is_never_written_over(tmp_path: Path) -> None:
    written = write_validation_report(tmp_path, a_document())
    before = written.read_bytes(), (tmp_path / "validation.json").read_bytes()
    with pytest.raises(ReportError, match=r"validation\.html: is there already.*folder of another run"):
        write_validation_report(tmp_path, a_document(outcome="passed"))
    assert (written.read_bytes(), (tmp_path / "validation.json").read_bytes()) == before


def test_a_report_that_was_cut_short_is_finished(tmp_path: Path) -> None:
    written = write_validation_report(tmp_path, a_document())
    page_before = written.read_bytes()
    written.unlink()
    assert write_validation_report(tmp_path, a_document()).read_bytes() == page_before
    written.unlink()
    with pytest.raises(ReportError, match=r"validation\.json: is there already"):
        write_validation_report(tmp_path, a_document(outcome="passed"))
    assert not written.exists()


def test_a_document_of_another_shape_is_refused_whole_and_without_a_value(tmp_path: Path) -> None:
    document = a_document(outcome="SECRET", period_start="SECRET")
    del document["city"]
    document["datasets"][1]["findings"][0]["severity"] = "SECRET"
    document["datasets"][1]["n_rows"] = -1
    document["datasets"][1]["files"][0]["sha256"] = f"{ATTENDANCE_FILE}\n; SECRET"
    with pytest.raises(ReportError) as caught:
        write_validation_report(tmp_path / "run", document, history=[{"run_id": 7}])
    places = [problem.split(": ")[:2] for problem in caught.value.problems]
    assert places == [
        ["validation document", "city"],
        ["validation document", "period_start"],
        ["validation document", "outcome"],
        ["validation document", "datasets.1.n_rows"],
        ["validation document", "datasets.1.files.0.sha256"],
        ["validation document", "datasets.1.findings.0.severity"],
        ["history", "0.run_id"],
    ]
    assert "SECRET" not in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_columns_may_be_one_several_or_none() -> None:
    document = a_document()
    document["datasets"][1]["findings"] = [
        met("several", "end after start", 5, columns="start_time, end_time,,start_time", success=False, n_unexpected=1),
        met("listed", "listed", 5, columns=["u1", "u2"], success=False, n_unexpected=1),
        met("none", "none", 5, columns=None, success=False, n_unexpected=1),
    ]
    whole = page(document)
    assert facts(whole, "end after start")["Kolom"] == "start_time, end_time"
    assert facts(whole, "listed")["Kolom"] == "u1, u2"
    assert "Kolom" not in facts(whole, "none")


def test_what_is_worst_comes_first() -> None:
    document = a_document()
    document["datasets"][1]["findings"] = [
        met(severity, severity, 5, severity=severity, success=False, n_unexpected=1, action=action)
        for severity, action in (("info", "counted"), ("critical", "stopped"), ("warning", "quarantined"))
    ]
    document["delivery"], document["datasets"] = [], document["datasets"][1:2]
    assert [title.text for title in page(document).all("h4")] == ["critical", "warning", "info"]
