"""A page of words and tables: no text can break out of it, in HTML or in Markdown."""

from __future__ import annotations

import re

import pytest

from reports.page import (
    Bullets,
    Code,
    Facts,
    Grid,
    Page,
    Paragraph,
    Part,
    Strong,
    Sums,
    Term,
    Words,
    html_of,
    markdown_of,
)
from tests.reports.html_page import Page as Html
from tests.reports.test_validation_report import HOSTILE, self_contained

MARKDOWN = (
    "a | b |\n| --- | --- |",
    "# heading",
    "- item",
    "1. item",
    "*bold* _italic_ ~~gone~~",
    "`code` and ``more``",
    "[text](https://evil.example) ![image](https://evil.example/x.png)",
    "<b>bold</b> &lt; &amp;",
    "back\\slash \\| bar",
    "\u202egnitar",
)


def a_page(text: str, *, head: str | None = None) -> Page:
    """The text in every place that a text can have; `head` in the heads of tables, which hold the page's own words."""
    head = text if head is None else head

    def said(words: Words) -> tuple[Words, ...]:
        return words, (f"{text} ", Code(text), Strong(text), " ", Term("INSUFFICIENT_DATA"))

    rows = ((*said(text), "1,5"), (*said(Code(text)), "2"))
    table = Grid(text, (head, head, "n"), rows, numeric=frozenset({2}))
    blocks = (
        Paragraph(text),
        Bullets(said(text), ordered=True),
        Bullets(said(text)),
        Facts(((text, text), (text, Code(text)))),
        Sums((text, text)),
        table,
        Grid(text, (head, head), (said(text),), narrow=True, folded=True),
    )
    inner = Part(text, blocks, code=text)
    labels = {"skip": text, "contents": text}
    return Page("id", text, text, blocks, (Part(text, blocks, (inner, inner), anchor="same"), inner), text, labels)


@pytest.mark.parametrize("text", [*HOSTILE, *MARKDOWN])
def test_no_text_changes_the_html(text: str) -> None:
    html = html_of(a_page(text))
    assert Html(html).skeleton == Html(html_of(a_page("plain"))).skeleton
    self_contained(html)


def cells(line: str) -> int:
    """Cells of a row of a Markdown table: a bar parts them unless a backslash is before it, in code too."""
    assert line.startswith("| ")
    assert line.endswith(" |")
    return len(re.findall(r"(?<!\\)\|", line)) - 1


def tables(markdown: str) -> list[list[str]]:
    """The rows of each table."""
    found = re.findall(r"(?:^\|.*\n)+", markdown, re.MULTILINE)
    return [table.splitlines() for table in found]


@pytest.mark.parametrize("text", [*HOSTILE, *MARKDOWN])
def test_no_text_changes_the_markdown(text: str) -> None:
    written, plain = (markdown_of(a_page(one)) for one in (text, "plain"))
    kinds = [
        [re.match(r"(#+ |- |[0-9]+\. |\| |\*\*|\*|---$)?", line)[0] for line in one.splitlines()]  # type: ignore[index]
        for one in (written, plain)
    ]
    assert kinds[0] == kinds[1]
    for rows in tables(written):
        assert len({cells(row) for row in rows}) == 1
        assert rows[1] in {"| --- | --- | ---: |", "| --- | --- |"}
    for line in written.splitlines():
        outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", line)
        assert not re.search(r"<[a-z!/]", outside), "raw HTML"
        assert not re.search(r"(?<!\\)\]\(", outside), "a link"


def test_markdown_keeps_what_is_no_markup() -> None:
    lines = markdown_of(Page("id", "a_b", "x", (Paragraph("cut_beyond = 1,5; 3 − 2"),), (), "1.5 kali")).splitlines()
    assert lines[0] == "# a_b"
    assert "cut_beyond = 1,5; 3 − 2" in lines
    assert lines[-1] == "1.5 kali"


def test_no_anchor_comes_twice() -> None:
    html = Html(html_of(a_page("plain")))
    ids = [element.attributes["id"] for element in html.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    links = {element.attributes["href"] for element in html.elements if "href" in element.attributes}
    assert links <= {f"#{name}" for name in ids}


def test_a_row_that_does_not_fit_its_head_is_refused() -> None:
    with pytest.raises(ValueError, match="2 cells"):
        Grid("c", ("a", "b"), (("1",),))
