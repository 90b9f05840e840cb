"""What can go wrong when a report is written."""

from __future__ import annotations

from collections.abc import Iterable


class ReportError(Exception):
    """No report was written.

    `problems` holds every problem found, each naming the file or the place in the document, never
    a value.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems: tuple[str, ...] = tuple(problems)
        super().__init__("\n".join(self.problems))

    def __reduce__(self) -> tuple[type[ReportError], tuple[tuple[str, ...]]]:
        """Task runners send exceptions between processes."""
        return type(self), (self.problems,)
