"""What can go wrong between a file in the wild and a canonical row."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping


class SourceError(Exception):
    """The mapping or the inputs folder is wrong: nothing was read.

    `problems` holds every problem found, each naming file, line or key, and the remedy.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems: tuple[str, ...] = tuple(problems)
        super().__init__("\n".join(self.problems))

    def __reduce__(self) -> tuple[type[SourceError], tuple[tuple[str, ...]]]:
        """Task runners send exceptions between processes."""
        return type(self), (self.problems,)


class UnreadableFile(Exception):  # noqa: N818 - it names the file's state, and is what callers catch
    """The content of a file cannot be used at all.

    The message names the file, where in it, why that matters and what to do; it never holds a cell.
    """

    def __init__(self, file: str, where: str, why: str, remedy: str) -> None:
        self.file = file
        self.where = where
        self.why = why
        self.remedy = remedy
        super().__init__(f"{file}: {where}: {why}. {remedy}.")

    def __reduce__(self) -> tuple[type[UnreadableFile], tuple[str, str, str, str]]:
        """Task runners send exceptions between processes."""
        return type(self), (self.file, self.where, self.why, self.remedy)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that resembles a word most, if any does."""
    by_lower = {one.lower(): one for one in known}
    near = difflib.get_close_matches(word.lower(), list(by_lower), n=1)
    return by_lower[near[0]] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` where a known word is near, else nothing."""
    near = nearest(word, known)
    return "" if near is None else f"; did you mean {near!r}?"


def lacking(who: str, absent: Mapping[str, str | None], there: Iterable[str]) -> str:
    """Why a file cannot be used without these columns, and which of its own resemble them.

    `absent`: each with the canonical column that it should become; None where that is its own name, or none.
    """
    named = [repr(name) if column in (None, name) else f"{name!r} (for {column})" for name, column in absent.items()]
    several = len(named) > 1
    known = list(there)
    alike = [(name, near) for name in absent if (near := nearest(name, known)) is not None]
    told = f"{who} needs the {'columns' if several else 'column'} {' and '.join(named)}, which this file lacks"
    if not alike:
        return told
    return f"{told}; it has {' and '.join(f'{near!r}, which resembles {name!r}' for name, near in alike)}"
