"""The share of rows that failed an expectation, run after run, as a line small enough to stand in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from reports.figures import Lang, share
from reports.labels import Labels
from reports.validation_document import Finding, PastRun

N_RUNS: Final = 12
"""Runs shown, this one included."""

WIDTH: Final = 120
HEIGHT: Final = 24
_MARGIN: Final = 4


@dataclass(frozen=True, slots=True)
class Trend:
    """The line, and the same in words.

    `segments` are the points of one polyline each: a run without rows to check parts the line. `dots` are the points
    that no line reaches, `last` is this run's. `never` says that no run had a failure, and is empty where one had.
    """

    words: str
    segments: tuple[str, ...]
    dots: tuple[tuple[str, str], ...]
    last: tuple[str, str]
    never: str


def trend_of(finding: Finding, dataset: str, past: Sequence[PastRun], labels: Labels, lang: Lang) -> Trend | None:
    """The trend of a dataset's finding over past runs (oldest first) and this; None where none compares."""
    now = _counts(finding.n_evaluated, finding.n_unexpected)
    earlier = [
        _counts(old.n_evaluated, old.n_unexpected)
        for run in past
        for old in run.findings
        if (old.dataset, old.expectation_id) == (dataset, finding.expectation_id)
    ][-(N_RUNS - 1) :]
    if now is None or not any(earlier):
        return None
    series = [*earlier, now]
    shown = [labels["nothing_checked"] if counts is None else share(*counts, lang) for counts in series]
    fractions = [None if counts is None else Fraction(*counts) for counts in series]
    top = max(value for value in fractions if value is not None)
    points = [_point(place, len(series), value, top) for place, value in enumerate(fractions)]
    segments, dots = _lines(points)
    last = points[-1]
    assert last is not None  # noqa: S101 - `now` is not None
    return Trend(
        words=labels["trend_words"].format(n=len(series), shares=" → ".join(shown)),
        segments=segments,
        dots=dots,
        last=last,
        never="" if top else labels["trend_never"].format(n=len(series)),
    )


def _counts(n_evaluated: int | None, n_unexpected: int | None) -> tuple[int, int] | None:
    """Failed and checked; None where no row was checked."""
    return (n_unexpected, n_evaluated) if n_evaluated and n_unexpected is not None else None


def _point(place: int, n_places: int, value: Fraction | None, top: Fraction) -> tuple[str, str] | None:
    """Where a share stands: runs at equal distances, 0 on the floor, the largest share under the ceiling."""
    if value is None:
        return None
    x = _MARGIN + Fraction(place * (WIDTH - 2 * _MARGIN), n_places - 1)
    y = HEIGHT - _MARGIN - (value / top if top else 0) * (HEIGHT - 2 * _MARGIN)
    return f"{float(x):.1f}", f"{float(y):.1f}"


def _lines(points: Sequence[tuple[str, str] | None]) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Stretches of points without a gap, those of a single point as dots."""
    stretches: list[list[tuple[str, str]]] = [[]]
    for point in points:
        if point is None:
            stretches.append([])
        else:
            stretches[-1].append(point)
    lines = tuple(" ".join(",".join(point) for point in stretch) for stretch in stretches if len(stretch) > 1)
    return lines, tuple(stretch[0] for stretch in stretches if len(stretch) == 1)
