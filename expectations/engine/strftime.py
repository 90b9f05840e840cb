"""Python's `datetime.strptime` as a Polars expression.

Polars parses by chrono's rules, which take other digits and lengths than Python's; so the format becomes the
pattern Python itself matches (docs.python.org, "strftime() and strptime() Format Codes"), and the calendar is
checked after it.
"""

from __future__ import annotations

import re

import polars as pl

from expectations.engine.errors import EngineProblem

DIRECTIVES = {
    "Y": r"[0-9]{4}",
    "y": r"[0-9]{2}",
    "m": r"1[0-2]|0[1-9]|[1-9]",
    "d": r"3[0-1]|[1-2][0-9]|0[1-9]|[1-9]| [1-9]",
    "H": r"2[0-3]|[0-1][0-9]|[0-9]",
    "I": r"1[0-2]|0[1-9]|[1-9]",
    "M": r"[0-5][0-9]|[0-9]",
    "S": r"6[0-1]|[0-5][0-9]|[0-9]",
    "f": r"[0-9]{1,6}",
    "z": r"[+-][0-9]{2}:?[0-5][0-9](?::?[0-5][0-9](?:\.[0-9]{1,6})?)?|Z",
}


def format_pattern(strftime_format: str) -> str:
    """The format as a pattern with one named group a directive; EngineProblem for a directive not in `DIRECTIVES`."""
    parts: list[str] = []
    seen: set[str] = set()
    for directive, space, text in re.findall(r"%(.?)|(\s+)|([^%\s]+)", strftime_format):
        if space:
            parts.append(r"\s+")
        elif text:
            parts.append(re.escape(text))
        elif directive == "%":
            parts.append("%")
        elif directive in DIRECTIVES and directive not in seen:
            seen.add(directive)
            parts.append(f"(?P<{directive}>{DIRECTIVES[directive]})")
        else:
            raise EngineProblem(
                f"strftime_format {strftime_format!r}: directive %{directive} is unknown or repeated; "
                f"supported once each: {', '.join('%' + name for name in DIRECTIVES)}"
            )
    return "".join(parts)


def matches_format(text: pl.Expr, strftime_format: str) -> pl.Expr:
    """True where `datetime.strptime(text, strftime_format)` would succeed; null where the text is null."""
    regex = f"(?i)^(?P<whole>{format_pattern(strftime_format)})"
    groups = text.str.extract_groups(regex)

    def number(directive: str, default: int) -> pl.Expr:
        if f"(?P<{directive}>" not in regex:
            return pl.lit(default, dtype=pl.Int32)
        return groups.struct.field(directive).str.strip_chars(" ").cast(pl.Int32)

    # Python takes %y 69-99 for the last century; a format without a year means 1900, which is no leap year.
    short = number("y", 0)
    century = pl.when(short >= 69).then(1900).otherwise(2000)
    year = short + century if "(?P<y>" in regex else number("Y", 1900)
    month, day = number("m", 1), number("d", 1)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    short_month = month.is_in([4, 6, 9, 11])
    last = pl.when(month == 2).then(28 + leap.cast(pl.Int32)).when(short_month).then(30).otherwise(31)
    whole = groups.struct.field("whole")
    exists = (year >= 1) & (day <= last) & (number("S", 0) <= 59)
    return pl.when(text.is_not_null()).then((whole == text).fill_null(value=False) & exists.fill_null(value=False))
