"""The page in a real browser: it asks for nothing, applies its own style, fits a phone, and unfolds on paper."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from reports import write_validation_report
from reports.validation_report import render_validation_report
from tests.reports.a_browser import CHROMIUM, Served, served_folder
from tests.reports.a_browser import browse as run_browser
from tests.reports.a_document import a_document, a_history, with_texts

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

Browse = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def browse(tmp_path: Path) -> Browse:
    """A browser of this test's own."""
    return partial(run_browser, tmp_path / "profile")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    folder = tmp_path / "report"
    write_validation_report(folder, a_document(), history=a_history())
    endless = "x" * 300
    long_names = with_texts(a_document(), lambda text: text + endless)
    (folder / "long.html").write_text(render_validation_report(long_names), encoding="utf-8")
    with served_folder(folder) as server:
        yield server


def test_no_request_leaves_the_page(served: Served, browse: Browse) -> None:
    done = browse("--dump-dom", f"{served.url}/validation.html")
    assert "<h1>Laporan validasi data</h1>" in done.stdout
    assert served.asked == ["/validation.html"]
    # The console is on stderr: what the policy of the page refused would be said there.
    assert not re.findall(r"CONSOLE.*", done.stderr)


def measured(
    served: Served, browse: Browse, tmp_path: Path, width: int, script: str, page: str = "validation.html"
) -> str:
    """What a script of a page around the report reads from it, in a window of that width."""
    (tmp_path / "report" / "around.html").write_text(
        f"<iframe src='{page}' style='width:{width}px;height:900px;border:0'></iframe><pre id='out'></pre>"
        "<script>onload = () => { const page = document.querySelector('iframe').contentDocument;"
        f"document.querySelector('#out').textContent = 'measured ' + ({script}); }}</script>"
    )
    found = re.search(r"measured ([^<]+)<", browse("--dump-dom", f"{served.url}/around.html").stdout)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("page", ["validation.html", "long.html"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_wider_than_the_window(
    served: Served, browse: Browse, tmp_path: Path, width: int, page: str
) -> None:
    # Unfolded: a page in a page is read by a script from outside, which the page's own policy does not stop.
    script = "page.querySelectorAll('details').forEach(one => one.open = true), page.documentElement.scrollWidth"
    assert int(measured(served, browse, tmp_path, width, script, page)) <= width


def test_the_style_is_let_in_by_the_page_s_own_policy(served: Served, browse: Browse, tmp_path: Path) -> None:
    style = "page.defaultView.getComputedStyle(page.querySelector('.finding')).borderLeftWidth"
    assert measured(served, browse, tmp_path, 1280, style) == "8px"


def test_what_is_folded_on_the_screen_is_open_on_paper(tmp_path: Path, browse: Browse) -> None:
    reader = shutil.which("pdftotext")
    if reader is None:
        pytest.skip("no pdftotext on this machine")
    page = write_validation_report(tmp_path / "report", a_document(), history=a_history())
    paper = tmp_path / "report.pdf"
    browse(f"--print-to-pdf={paper}", "--no-pdf-header-footer", page.as_uri())
    text = subprocess.run([reader, "-layout", str(paper), "-"], capture_output=True, text=True, check=True).stdout
    assert "employee_id_required" in text, "an expectation that is met"
    assert re.search(r"\b246,\s+248\b", text), "the end of a long list of rows"
    assert "Daftar isi" not in text, "links lead nowhere on paper"
