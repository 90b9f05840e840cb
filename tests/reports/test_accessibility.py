"""The page for those who do not see it or use no mouse: axe-core in a real browser, and the keyboard alone.

Needs Node, Chromium, and axe-core and playwright-core on NODE_PATH:

    npm install --prefix DIR axe-core playwright-core
    NODE_PATH=DIR/node_modules pytest tests/reports/test_accessibility.py
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from reports.validation_report import render_validation_report
from tests.reports.a_browser import CHROMIUM
from tests.reports.a_document import a_document, a_history, a_passed_document, a_stopped_document

NODE = shutil.which("node")
SCRIPT = Path(__file__).parent / "browse.cjs"


def missing() -> str:
    """What this machine lacks, in words; empty where nothing is missing."""
    if CHROMIUM is None or NODE is None:
        return "no Chromium or no Node on this machine"
    packages = "require.resolve('axe-core'); require.resolve('playwright-core')"
    if subprocess.run([NODE, "-e", packages], capture_output=True, check=False, cwd=SCRIPT.parent).returncode:
        return "axe-core and playwright-core are not on NODE_PATH: see the docstring of this file"
    return ""


MISSING = missing()
pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(MISSING), reason=MISSING)]

PAGES = {
    f"{name}-{lang}": (document, lang)
    for name, document in (
        ("passed", a_passed_document()),
        ("warned", a_document()),
        ("stopped", a_stopped_document()),
    )
    for lang in ("id", "en")
}
FAULTY = "<!DOCTYPE html><html><title>x</title><img src='data:,'><p style='color:#ccc'>pale</p><a href='#x'></a></html>"


@pytest.fixture(scope="module")
def browsed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """What the script found on each page, by its name."""
    folder = tmp_path_factory.mktemp("pages")
    for name, (document, lang) in PAGES.items():
        page = render_validation_report(document, history=a_history(), lang=lang)  # type: ignore[arg-type]
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    (folder / "faulty.html").write_text(FAULTY, encoding="utf-8")
    urls = {name: (folder / f"{name}.html").as_uri() for name in (*PAGES, "faulty")}
    assert NODE is not None
    assert CHROMIUM is not None
    done = subprocess.run(
        [NODE, SCRIPT, CHROMIUM, *urls.values()], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return {name: found[url] for name, url in urls.items()}


def test_the_audit_finds_faults(browsed: Mapping[str, Any]) -> None:
    rules = {one["rule"] for one in browsed["faulty"]["audits"]["1280"]["violations"]}
    assert {"html-has-lang", "image-alt", "color-contrast", "link-name"} <= rules


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", ["390", "1280"])
def test_axe_finds_nothing_with_every_fold_open(browsed: Mapping[str, Any], name: str, width: str) -> None:
    audit = browsed[name]["audits"][width]
    assert audit["violations"] == []
    assert audit["incomplete"] == [], "what axe-core could not decide"
    assert audit["n_passes"] > 40


@pytest.mark.parametrize("name", PAGES)
def test_the_keyboard_reaches_everything_and_is_seen(browsed: Mapping[str, Any], name: str) -> None:
    found = browsed[name]
    reached = found["reached"]
    assert reached[0]["href"] == "#report", "the first stop is the link past the header"
    assert len(reached) == found["n_focusable"]
    assert [one for one in reached if not one["visible"]] == [], "focus that nobody sees"
    assert found["skip"]["place"] in ("nav", "main"), "the skip link leads into the report"
    assert found["unfolded"], "there is something to unfold"
    assert all(found["unfolded"]), "Enter and the space bar open a fold"


@pytest.mark.parametrize("name", PAGES)
def test_the_page_asks_for_nothing_and_the_console_is_silent(browsed: Mapping[str, Any], name: str) -> None:
    assert len(set(browsed[name]["requests"])) == 1, "the page itself"
    assert browsed[name]["said"] == []
