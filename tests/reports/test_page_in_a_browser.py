"""A page of words and tables in a real browser: it fits a phone, whatever its texts, and its own policy lets it in."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from reports.page import Grid, Page, Part, html_of
from tests.reports.test_page import a_page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

HOURS = Grid(
    "Jam kerja",
    ("Hari", "Mulai", "Selesai", "Catatan dihitung sejak"),
    (("Senin", "07:30", "16:00", "00:00"),),
    narrow=True,
)


def measured(folder: Path, page: Page, width: int, script: str) -> str:
    """What a script of a page around it reads from the page, everything unfolded, in a window of that width."""
    (folder / "page.html").write_text(html_of(page), encoding="utf-8")
    (folder / "around.html").write_text(
        f"<iframe src='page.html' style='width:{width}px;height:900px;border:0'></iframe><pre></pre>"
        "<script>onload = () => { const page = document.querySelector('iframe').contentDocument;"
        "page.querySelectorAll('details').forEach(one => one.open = true);"
        f"document.querySelector('pre').textContent = 'measured ' + ({script}); }}</script>",
        encoding="utf-8",
    )
    assert CHROMIUM is not None
    words = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--allow-file-access-from-files"]
    words += [f"--user-data-dir={folder / 'profile'}", "--dump-dom", (folder / "around.html").as_uri()]
    done = subprocess.run([CHROMIUM, *words], capture_output=True, text=True, timeout=120, check=True)
    found = re.search(r"measured ([^<]+)<", done.stdout)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("text", ["x" * 300, "kata biasa dalam kalimat yang panjang " * 5])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_wider_than_the_window(tmp_path: Path, width: int, text: str) -> None:
    page = a_page(text, head="Kolom")
    page = Page(page.lang, text, text, page.opening, (*page.parts, Part("Jam", (HOURS,))), page.footer, page.labels)
    script = "page.documentElement.scrollWidth <= page.documentElement.clientWidth"
    assert measured(tmp_path, page, width, script) == "true"


def test_a_narrow_table_stays_a_table_on_a_phone_and_a_wide_one_becomes_cards(tmp_path: Path) -> None:
    look = "page.defaultView.getComputedStyle(page.querySelector('table{0} td')).display"
    script = f"{look.format('.narrow')} + ' ' + {look.format(':not(.narrow)')}"
    assert measured(tmp_path, a_page("kata"), 390, script) == "table-cell grid"
