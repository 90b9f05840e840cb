"""What can go wrong between a file in the wild and a canonical row."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


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


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` where a known word is near, else nothing."""
    by_lower = {one.lower(): one for one in known}
    near = difflib.get_close_matches(word.lower(), list(by_lower), n=1)
    return f"; did you mean {by_lower[near[0]]!r}?" if near else ""
