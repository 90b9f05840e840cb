"""The validation report: one page that an auditor opens, prints and keeps, without a value of the data in it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports import figures
from reports.errors import ReportError
from reports.figures import Lang
from reports.labels import LABELS, dataset_label
from reports.trend import HEIGHT, WIDTH, Trend, trend_of
from reports.validation_document import (
    DatasetFindings,
    FileCounts,
    Finding,
    PastRun,
    ValidationDocument,
    read_document,
)
from reports.writing import already_there, canonical_json, write_once

PAGE: Final = "validation.html"
DOCUMENT: Final = "validation.json"

# A longer list of rows is folded on the screen; on paper every list is open.
_FOLD_FROM: Final = 60
_SHORT_HASH: Final = 8


def write_validation_report(
    folder: Path, document: Mapping[str, Any], *, history: Sequence[Mapping[str, Any]] = (), lang: Lang = "id"
) -> Path:
    """Write `<folder>/validation.html` and, beside it, `<folder>/validation.json`: the document itself.

    Args:
        folder: made where it is missing; one a run.
        document: plain JSON, see `reports.validation_document.ValidationDocument`.
        history: past runs, oldest first, see `reports.validation_document.PastRun`; gives the trend.
        lang: language of the labels. The document's own sentences come as they are.

    Returns:
        The path of the page.

    Raises:
        ReportError: a report is there already, or the document has another shape; says every problem. The same
            document of a run that died before its page was written is no report.
    """
    page = render_validation_report(document, history=history, lang=lang)
    text = canonical_json(DOCUMENT, document)
    path = folder / PAGE
    if path.exists():
        raise ReportError([already_there(path)])
    beside = folder / DOCUMENT
    if not (beside.exists() and beside.read_text(encoding="utf-8") == text):
        write_once(beside, text)
    return write_once(path, page)


def render_validation_report(
    document: Mapping[str, Any], *, history: Sequence[Mapping[str, Any]] = (), lang: Lang = "id"
) -> str:
    """The page as text, see `write_validation_report`. The same document and history give the same text."""
    read, past = read_document(document, history)
    style = (Path(__file__).parent / "static" / "report.css").read_text(encoding="utf-8")
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=figures.seen,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": partial(figures.number, lang=lang),
        "day": partial(figures.day, lang=lang),
        "instant": partial(figures.instant, lang=lang),
        "dataset_label": partial(dataset_label, lang=lang),
    }
    labels = LABELS[lang]
    anchors = _Anchors()
    sections = [_section(part, past, anchors, lang) for part in read.datasets]
    return environment.get_template("validation.html.j2").render(
        document=read,
        sections=sections,
        delivery=_delivery(read, sections, past, anchors, lang),
        labels=labels,
        lang=lang,
        style=Markup(style),  # noqa: S704 - our own file
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        days=figures.days(read.period_start, read.period_end, lang),
        trend_width=WIDTH,
        trend_height=HEIGHT,
    )


@dataclass(frozen=True, slots=True)
class _File:
    counts: FileCounts
    anchor: str


@dataclass(frozen=True, slots=True)
class _Rows:
    """Failing rows of one file; without an anchor where the file is none of the report's."""

    short_hash: str
    name: str | None
    anchor: str | None
    numbers: str


@dataclass(frozen=True, slots=True)
class _Finding:
    finding: Finding
    anchor: str
    counts: str
    failing: tuple[_Rows, ...]
    shown: str
    folded: str | None
    trend: Trend | None


@dataclass(frozen=True, slots=True)
class _Section:
    anchor: str
    part: DatasetFindings | None
    files: tuple[_File, ...]
    failed: tuple[_Finding, ...]
    met: tuple[_Finding, ...]

    @property
    def has_trend(self) -> bool:
        return any(one.trend for one in self.met)


class _Anchors:
    """Ids of the page: readable, made of a-z, 0-9, `_` and `-` whatever the names hold, and never twice."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def new(self, *names: str) -> str:
        stem = "-".join(re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-") or "x" for name in names)
        anchor, n = stem, 1
        while anchor in self._taken:
            n += 1
            anchor = f"{stem}-{n}"
        self._taken.add(anchor)
        return anchor


_ORDER: Final = {"critical": 0, "warning": 1, "info": 2}


def _section(part: DatasetFindings, past: Sequence[PastRun], anchors: _Anchors, lang: Lang) -> _Section:
    """A dataset's section, what failed worst first."""
    anchor = anchors.new("dataset", part.dataset)
    files = tuple(_File(file, anchors.new("file", part.dataset, file.sha256[:_SHORT_HASH])) for file in part.files)
    # Findings of a dataset need not repeat its name.
    findings = [finding.model_copy(update={"dataset": part.dataset}) for finding in part.findings]
    return _split(anchor, part, files, files, findings, past, anchors, lang)


def _delivery(
    document: ValidationDocument,
    sections: Sequence[_Section],
    past: Sequence[PastRun],
    anchors: _Anchors,
    lang: Lang,
) -> _Section:
    files = tuple(file for section in sections for file in section.files)
    return _split(anchors.new("delivery"), None, (), files, document.delivery, past, anchors, lang)


def _split(
    anchor: str,
    part: DatasetFindings | None,
    files: tuple[_File, ...],
    known: Sequence[_File],
    findings: Sequence[Finding],
    past: Sequence[PastRun],
    anchors: _Anchors,
    lang: Lang,
) -> _Section:
    by_hash = {file.counts.sha256: file for file in reversed(known)}
    shown = [_finding(finding, by_hash, past, anchors, lang) for finding in findings]
    failed = sorted((one for one in shown if not one.finding.success), key=lambda one: _ORDER[one.finding.severity])
    return _Section(anchor, part, files, tuple(failed), tuple(one for one in shown if one.finding.success))


def _finding(
    finding: Finding, by_hash: Mapping[str, _File], past: Sequence[PastRun], anchors: _Anchors, lang: Lang
) -> _Finding:
    labels = LABELS[lang]
    n_shown = len(finding.failing)
    n, of = figures.number(n_shown, lang), figures.number(finding.n_unexpected or n_shown, lang)
    complete = n_shown >= (finding.n_unexpected or 0)
    return _Finding(
        finding=finding,
        anchor=anchors.new(finding.dataset or "delivery", finding.expectation_id),
        counts=_counts(finding, lang),
        failing=_failing(finding, by_hash),
        shown=labels["shown_all" if complete else "shown_some"].format(n=n, of=of),
        folded=labels["show_rows"].format(n=n) if n_shown >= _FOLD_FROM else None,
        trend=trend_of(finding, past, labels, lang),
    )


def _counts(finding: Finding, lang: Lang) -> str:
    """What failed of what was checked, in words; a check of no row never reads as a check that was passed."""
    labels = LABELS[lang]
    n_unexpected, n_evaluated = finding.n_unexpected, finding.n_evaluated
    if n_unexpected is None and n_evaluated is None:
        return labels["not_about_rows"]
    if not n_evaluated:
        return (
            labels["unexpected"].format(n=figures.number(n_unexpected, lang))
            if n_unexpected
            else labels["nothing_checked"]
        )
    of = figures.number(n_evaluated, lang)
    if n_unexpected is None:
        return labels["checked"].format(of=of)
    n = figures.number(n_unexpected, lang)
    if finding.success:
        return labels["of"].format(n=n, of=of)
    return labels["unexpected_of"].format(n=n, of=of, share=figures.share(n_unexpected, n_evaluated, lang))


def _failing(finding: Finding, by_hash: Mapping[str, _File]) -> tuple[_Rows, ...]:
    """Failing rows by file, files in the order they first appear."""
    numbers: dict[str, list[int]] = {}
    for reference in finding.failing:
        numbers.setdefault(reference.file, []).append(reference.row)
    rows = []
    for sha256, of_file in numbers.items():
        file = by_hash.get(sha256)
        rows.append(
            _Rows(
                short_hash=sha256[:_SHORT_HASH],
                name=file.counts.name if file else None,
                anchor=file.anchor if file else None,
                numbers=figures.runs_of(of_file),
            )
        )
    return tuple(rows)
