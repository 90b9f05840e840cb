"""A page of words, tables and arithmetic, written once and shown as HTML or as Markdown.

A `Page` holds parts, a part holds blocks; nothing in them is markup. Both writers escape every text, so a policy can
hold any text and neither page breaks. The HTML is one file that asks for nothing.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import ClassVar, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports import figures
from reports.figures import Lang

_STATIC: Final = Path(__file__).parent / "static"
_STYLES: Final = ("report.css", "page.css")


class Code(str):
    """Text as machines write it: an id, a hash, the name of a column."""

    __slots__ = ()


class Term(Code):
    """A word of a closed list, such as a status: short, and never parted."""

    __slots__ = ()


class Strong(str):
    """Text that must not be overlooked."""

    __slots__ = ()


Words = str | tuple[str, ...]
"""A text, or pieces of one, some of them `Code` or `Strong`."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences."""

    kind: ClassVar[str] = "paragraph"
    words: Words


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; `ordered` where the order matters."""

    kind: ClassVar[str] = "bullets"
    items: tuple[Words, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and what they stand for."""

    kind: ClassVar[str] = "facts"
    pairs: tuple[tuple[str, Words], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; the first cell of a row names it. `narrow` is as wide as its text, `folded` opens on a click."""

    kind: ClassVar[str] = "grid"
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Words, ...], ...]
    numeric: frozenset[int] = frozenset()
    narrow: bool = False
    folded: bool = False

    def __post_init__(self) -> None:
        if any(len(row) != len(self.head) for row in self.rows):
            raise ValueError(f"a row has not {len(self.head)} cells")


@dataclass(frozen=True, slots=True)
class Sums:
    """Lines of arithmetic, one after the other."""

    kind: ClassVar[str] = "sums"
    lines: tuple[str, ...]


Block = Paragraph | Bullets | Facts | Grid | Sums


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and what stands under it; `code` is how machines call it."""

    title: str
    blocks: tuple[Block, ...]
    parts: tuple[Part, ...] = ()
    code: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page. `labels` are the words of the frame: kind, skip, contents."""

    lang: Lang
    title: str
    subject: str
    opening: tuple[Block, ...]
    parts: tuple[Part, ...]
    footer: str
    labels: dict[str, str] = field(default_factory=dict)


# --- HTML -----------------------------------------------------------------------------------------------------------


def html_of(page: Page) -> str:
    """The page as one file: no script, no address outside itself, a policy that lets in its own style only."""
    style = "\n".join((_STATIC / name).read_text(encoding="utf-8") for name in _STYLES)
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            page=page,
            parts=list(_anchored(page.parts, set())),
            style=Markup(style),  # noqa: S704 - our own files
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=figures.seen,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["pieces"] = _pieces
    environment.tests |= {
        "code": lambda piece: isinstance(piece, Code),
        "term": lambda piece: isinstance(piece, Term),
        "strong": lambda piece: isinstance(piece, Strong),
    }
    return environment


def _pieces(words: Words) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else words


def _anchored(parts: Iterable[Part], taken: set[str]) -> Iterator[Part]:
    """The parts with ids of a-z, 0-9, `_` and `-` whatever they are called, no id twice."""
    for part in parts:
        stem = re.sub(r"[^a-z0-9_]+", "-", (part.anchor or part.code or part.title).lower()).strip("-") or "part"
        anchor, n = stem, 1
        while anchor in taken:
            n += 1
            anchor = f"{stem}-{n}"
        taken.add(anchor)
        inner = tuple(_anchored(part.parts, taken))
        yield Part(part.title, part.blocks, inner, part.code, anchor)


# --- Markdown -------------------------------------------------------------------------------------------------------

# What would be markup within a line; an underscore within a word is none.
_MARKUP: Final = re.compile(r"[\\`*\[\]|~]|(?<![^\W_])_|_(?![^\W_])")
_ENTITIES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_LINE_START: Final = re.compile(r"(#{1,6}|[-+=]+|[0-9]{1,9}[.)])(?=\s|$)")


def markdown_of(page: Page) -> str:
    """The page as GitHub-flavoured Markdown."""
    lines = [f"# {_line(page.title)}", "", _line(page.subject), ""]
    for block in page.opening:
        lines += _block_lines(block)
    for part in page.parts:
        lines += _part_lines(part, 2)
    lines += ["---", "", _line(page.footer)]
    return "\n".join(lines) + "\n"


def _part_lines(part: Part, level: int) -> Iterator[str]:
    code = f" {_code(part.code)}" if part.code else ""
    yield f"{'#' * level} {_line(part.title)}{code}"
    yield ""
    for block in part.blocks:
        yield from _block_lines(block)
    for inner in part.parts:
        yield from _part_lines(inner, level + 1)


def _block_lines(block: Block) -> Iterator[str]:
    match block:
        case Paragraph():
            yield _line(block.words)
        case Bullets():
            for number, item in enumerate(block.items, start=1):
                yield f"{f'{number}.' if block.ordered else '-'} {_line(item)}"
        case Facts():
            for name, words in block.pairs:
                yield f"- **{_line(name)}**: {_line(words)}"
        case Sums():
            for line in block.lines:
                yield f"- {_line(line)}"
        case Grid():
            yield from _grid_lines(block)
    yield ""


def _grid_lines(grid: Grid) -> Iterator[str]:
    yield f"*{_line(grid.caption)}*"
    yield ""
    yield _row(map(_line, grid.head))
    yield _row("---:" if place in grid.numeric else "---" for place in range(len(grid.head)))
    for row in grid.rows:
        yield _row(_line(words, in_table=True) for words in row)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _line(words: Words, *, in_table: bool = False) -> str:
    text = "".join(_piece(piece, in_table=in_table) for piece in _pieces(words)).strip()
    start = _LINE_START.match(text)
    return text if start is None else f"{text[: start.end() - 1]}\\{text[start.end() - 1 :]}"


def _piece(piece: str, *, in_table: bool) -> str:
    if isinstance(piece, Code):
        code = _code(piece)
        return code.replace("|", "\\|") if in_table else code  # a bar would end the cell, even in code
    text = _MARKUP.sub(r"\\\g<0>", str(figures.seen(piece))).translate(_ENTITIES)
    return f"**{text}**" if isinstance(piece, Strong) and text else text


def _code(text: str) -> str:
    """A code span, fenced by one backtick more than stand in it."""
    plain = str(figures.seen(text))
    if not plain:
        return ""
    fence = "`" * (1 + max((len(run) for run in re.findall(r"`+", plain)), default=0))
    space = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{fence}{space}{plain}{space}{fence}"
