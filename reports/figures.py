"""Numbers, shares and dates as people of either language write them."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Literal

from markupsafe import Markup

Lang = Literal["id", "en"]

NO_BREAK_SPACE: Final = "\u00a0"
_MONTHS: Final[dict[Lang, tuple[str, ...]]] = {
    "id": (
        "Januari",
        "Februari",
        "Maret",
        "April",
        "Mei",
        "Juni",
        "Juli",
        "Agustus",
        "September",
        "Oktober",
        "November",
        "Desember",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}
# Control, format (bidi and zero-width among them), surrogate, line and paragraph separator: what a reader cannot see.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def number(value: int, lang: Lang) -> str:
    """1434 as 1.434 (id) or 1,434 (en)."""
    grouped = f"{value:,}"
    return grouped.replace(",", ".") if lang == "id" else grouped


def share(part: int, whole: int, lang: Lang) -> str:
    """Part of whole in percent to one decimal, half away from zero: 12,5 % (id) or 12.5% (en).

    A share without a decimal is exact, so 2.04 % is 2,0 %, and 0.04 % is <0,1 %; `whole` is at least 1.
    """
    percent = Decimal(100 * part) / Decimal(whole)
    rounded = percent.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    sign = ""
    if part and rounded == 0:
        sign, rounded = "<", Decimal("0.1")
    elif part < whole and rounded == 100:
        sign, rounded = ">", Decimal("99.9")
    text = f"{sign}{int(percent) if percent == int(percent) else rounded}"
    return text.replace(".", ",") + NO_BREAK_SPACE + "%" if lang == "id" else text + "%"


def day(value: dt.date, lang: Lang) -> str:
    """1 Januari 2026 or 1 January 2026."""
    return f"{value.day} {_MONTHS[lang][value.month - 1]} {value.year}"


def days(first: dt.date, end: dt.date, lang: Lang) -> str:
    """The days of the half-open [first, end), the last one named as people name it."""
    last = end - dt.timedelta(days=1)
    if first.year != last.year:
        return f"{day(first, lang)} – {day(last, lang)}"
    if first.month != last.month:
        return f"{first.day} {_MONTHS[lang][first.month - 1]} – {day(last, lang)}"
    return f"{first.day} – {day(last, lang)}"


def instant(value: dt.datetime, lang: Lang) -> str:
    """21 November 2026, 19.41.05 UTC+07:00; the offset as written, none where none was."""
    clock = f"{value:%H.%M.%S}" if lang == "id" else f"{value:%H:%M:%S}"
    offset = value.utcoffset()
    zone = "" if offset is None else f" {dt.timezone(offset)}"
    return f"{day(value.date(), lang)}, {clock}{zone}"


def runs_of(numbers: Iterable[int]) -> str:
    """Row numbers as an auditor lists them: 17, 19–21, 40. Without a thousands mark: they are names, not amounts."""
    spans: list[tuple[int, int]] = []
    for value in sorted(set(numbers)):
        if spans and value == spans[-1][1] + 1:
            spans[-1] = spans[-1][0], value
        else:
            spans.append((value, value))
    return ", ".join(
        str(first) if first == last else f"{first}{'–' if last > first + 1 else ', '}{last}" for first, last in spans
    )


def seen(value: object) -> object:
    """Text with every character a reader cannot see written out, such as [U+202E]; anything else as it is.

    Escaping makes a text harmless to a browser; this makes it harmless to a reader, whom a bidi override in a file's
    name would show another name.
    """
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    spaced = value.translate({ord(character): " " for character in "\t\r\n"})
    return "".join(
        f"[U+{ord(character):04X}]" if unicodedata.category(character) in _UNSEEN else character for character in spaced
    )
