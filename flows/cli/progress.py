"""How far a run is, for who waits for it."""

from __future__ import annotations

from typing import Any

from flows.cli.output import counted
from flows.seam import Counted, Done, Watch


class Lines(Watch):
    """One line a finished step, where nobody watches live."""

    def __init__(self, console: Any) -> None:
        self._console = console

    def ends(self, done: Done, result: Counted) -> None:
        """What was done, and how long it took."""
        self._console.print(f"{done.title:<16}{counted(done.counts)}  ({done.seconds:.1f} s)")


class Spinner(Watch):
    """A line a step that turns while it runs."""

    def __init__(self, progress: Any) -> None:
        self._progress = progress
        self._task: Any = None

    def begins(self, title: str) -> None:
        """A step begins."""
        self._task = self._progress.add_task(f"{title:<16}", total=1)

    def ends(self, done: Done, result: Counted) -> None:
        """What was done."""
        self._progress.update(self._task, description=f"{done.title:<16}{counted(done.counts)}", completed=1)
