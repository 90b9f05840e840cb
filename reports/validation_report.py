"""The validation report: one page that an auditor opens, prints and keeps, without a value of the data in it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
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
_STYLE: Final = Path(__file__).parent / "static" / "report.css"

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
    labels = LABELS[lang]
    anchors = _Anchors()
    sections = [_section(part, past, anchors, lang) for part in read.datasets]
    style = _STYLE.read_text(encoding="utf-8")
    return (
        _environment(lang)
        .get_template("validation.html.j2")
        .render(
            document=read,
            sections=sections,
            delivery=_delivery(read, sections, anchors, lang),
            labels=labels,
            lang=lang,
            style=Markup(style),  # noqa: S704 - our own file
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
            days=figures.days(read.period_start, read.period_end, lang),
            trend_width=WIDTH,
            trend_height=HEIGHT,
        )
    )


@cache
def _environment(lang: Lang) -> Environment:
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
        "share": partial(figures.share, lang=lang),
        "instant": partial(figures.instant, lang=lang),
        "dataset_label": partial(dataset_label, lang=lang),
    }
    return environment


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
    """A finding as it is shown; `counts` is empty where it is about no row, `datasets` where the section says it."""

    finding: Finding
    anchor: str
    counts: str
    datasets: tuple[str, ...]
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

    @property
    def protects(self) -> tuple[str, ...]:
        """Said once where it is the same for every expectation."""
        said = {one.finding.protects for one in (*self.failed, *self.met)}
        return said.pop() if self.part and len(said) == 1 else ()


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
    by_hash = {file.counts.sha256: file for file in files}
    shown = []
    for finding in part.findings:
        trend = trend_of(finding, part.dataset, past, LABELS[lang], lang)
        anchor_of_it = anchors.new(part.dataset, finding.expectation_id)
        shown.append(_finding(finding, anchor_of_it, by_hash, trend, _counts(finding, lang), lang=lang))
    return _Section(anchor, part, files, _worst_first(shown), tuple(one for one in shown if one.finding.success))


def _delivery(document: ValidationDocument, sections: Sequence[_Section], anchors: _Anchors, lang: Lang) -> _Section:
    """What was found about the delivery: one entry a failure, one an expectation that datasets meet."""
    by_hash = {file.counts.sha256: file for section in reversed(sections) for file in section.files}
    anchor = anchors.new("delivery")
    met: dict[tuple[str, str], list[Finding]] = {}
    failed = []
    for finding in document.delivery:
        if finding.success:
            met.setdefault((finding.expectation_id, finding.expected), []).append(finding)
        else:
            anchor_of_it = anchors.new("delivery", finding.dataset or "all", finding.expectation_id)
            failed.append(_finding(finding, anchor_of_it, by_hash, datasets=_datasets([finding]), lang=lang))
    return _Section(
        anchor,
        None,
        (),
        _worst_first(failed),
        tuple(_met_by_all(findings, anchors.new("delivery", key[0]), lang) for key, findings in met.items()),
    )


def _met_by_all(findings: Sequence[Finding], anchor: str, lang: Lang) -> _Finding:
    """One entry of an expectation that several datasets meet."""
    protects = dict.fromkeys(indicator for finding in findings for indicator in finding.protects)
    together = findings[0].model_copy(update={"protects": tuple(protects)})
    return _finding(together, anchor, {}, datasets=_datasets(findings), lang=lang)


def _datasets(findings: Sequence[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(finding.dataset for finding in findings if finding.dataset))


def _worst_first(findings: Sequence[_Finding]) -> tuple[_Finding, ...]:
    failed = (one for one in findings if not one.finding.success)
    return tuple(sorted(failed, key=lambda one: _ORDER[one.finding.severity]))


def _finding(
    finding: Finding,
    anchor: str,
    by_hash: Mapping[str, _File],
    trend: Trend | None = None,
    counts: str = "",
    *,
    datasets: tuple[str, ...] = (),
    lang: Lang,
) -> _Finding:
    labels = LABELS[lang]
    n_shown = len(finding.failing)
    n, of = figures.number(n_shown, lang), figures.number(finding.n_unexpected or n_shown, lang)
    shown = labels["shown_all" if n_shown >= (finding.n_unexpected or 0) else "shown_some"].format(n=n, of=of)
    return _Finding(
        finding=finding,
        anchor=anchor,
        counts=counts,
        datasets=datasets,
        failing=_failing(finding, by_hash),
        shown=f"{shown}; {labels['in_quarantine']}" if finding.action == "quarantined" else shown,
        folded=labels["show_rows"].format(n=n) if n_shown >= _FOLD_FROM else None,
        trend=trend,
    )


def _counts(finding: Finding, lang: Lang) -> str:
    """What failed of what was checked, in words; a check of no row never reads as a check that was passed."""
    labels = LABELS[lang]
    n_unexpected, n_evaluated = finding.n_unexpected, finding.n_evaluated
    if n_unexpected is None and n_evaluated is None:
        return ""
    if not n_evaluated:
        key = "unexpected" if n_unexpected else "nothing_checked"
        return labels[key].format(n=figures.number(n_unexpected or 0, lang))
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
