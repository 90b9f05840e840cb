"""The seam between the steps and what runs them: a flow lists its steps once, and calls them directly or as tasks."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from warehouse import is_transient

if TYPE_CHECKING:
    from flows.order import Order, Run
    from flows.spread import Spread
    from flows.steps import Checked, Landed
    from flows.summary import Summary

_log = logging.getLogger(__name__)
_FIRST_WAIT_SECONDS: Final = 1.0


class Counted(Protocol):
    """What a step returns: `counts` says how much it did, in words and whole numbers."""

    @property
    def counts(self) -> Mapping[str, int]:
        """How much was done."""
        ...


@dataclass(frozen=True)
class Step:
    """A step of a run. `retries` are for input and output only, and only for faults that pass by themselves."""

    title: str
    function: Callable[..., Any]
    retries: int = 0


def step(title: str, *, retries: int = 0) -> Callable[[Callable[..., Any]], Step]:
    """Marks a plain function as a step."""
    return lambda function: Step(title, function, retries)


Each = Callable[[Step, Sequence[tuple[Any, ...]]], list[Any]]
"""Runs a step once for each of these arguments; what it returned, in their order."""


def part_title(chosen: Step, number: int, n_parts: int) -> str:
    """`score 3/16`."""
    return f"{chosen.title} {number}/{n_parts}"


@dataclass(frozen=True, slots=True)
class Done:
    """A finished step."""

    title: str
    seconds: float
    counts: Mapping[str, int]


EndedBy = Literal["stopped", "failed", "refused", "interrupted"]
"""stopped: by validation or an unreadable file; refused: another run holds the lease; interrupted: by hand."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A run that did not come to its end: how, in sentences without a personal value, and how far it came.

    `run` is None where the order itself, its policy or its mapping was wrong.
    """

    order: Order
    run: Run | None
    ended_by: EndedBy
    problems: tuple[str, ...]
    landed: Landed | None = None
    checked: Checked | None = None


class Watch:
    """Who looks on: the progress display, notifications, lineage. Subclasses say what they care for.

    What is heard, in order: `started`, then `begins` and `ends` of every step, then `ended` or `failed`; a run whose
    order is wrong is only heard to have `failed`. A check (nothing loaded) is heard by its steps alone. Whatever a
    watch raises is logged and changes nothing. While `insights` are computed the run publishes: a watch that
    wrote into the warehouse when that step begins or ends would wait for the run, and the run for it.
    """

    def started(self, run: Run) -> None:
        """A run begins."""

    def begins(self, title: str) -> None:
        """A step begins."""

    def ends(self, done: Done, result: Counted) -> None:
        """A step is done, with what it returned."""

    def ended(self, summary: Summary) -> None:
        """The run came to its end."""

    def failed(self, failure: Failure) -> None:
        """The run did not."""


class Caller:
    """Calls steps one after the other, tells the watches, and keeps what was done."""

    def __init__(self, *watches: Watch) -> None:
        self._watches = watches
        self.done: list[Done] = []

    def add_watches(self, watches: Iterable[Watch]) -> None:
        """Lets others look on too."""
        self._watches = (*self._watches, *watches)

    def tell(self, say: Callable[[Watch], None]) -> None:
        """Says something to every watch; one that cannot hear it does not harm the run."""
        for watch in self._watches:
            try:
                say(watch)
            except Exception as error:  # noqa: BLE001  # a mail server that is down must not fail a run
                # Its message may hold an address or a password.
                _log.warning("%s did not hear of it: %s", type(watch).__name__, type(error).__name__)

    def __call__(self, chosen: Step, *arguments: Any) -> Any:
        """Runs the step; what it returns."""
        self.tell(lambda watch: watch.begins(chosen.title))
        started = time.perf_counter()
        result = self.run(chosen, *arguments)
        done = Done(chosen.title, time.perf_counter() - started, result.counts)
        self.done.append(done)
        self.tell(lambda watch: watch.ends(done, result))
        return result

    @contextmanager
    def spread(self, spread: Spread, n_parts: int) -> Iterator[Each]:
        """Runs a step once for each part: here one after the other, so that memory is that of one."""

        def each(chosen: Step, arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
            return [
                self(replace(chosen, title=part_title(chosen, number, n_parts)), *own)
                for number, own in enumerate(arguments, start=1)
            ]

        yield each

    def run(self, chosen: Step, *arguments: Any) -> Any:
        """Directly, in this process."""
        wait = _FIRST_WAIT_SECONDS
        for _ in range(chosen.retries):
            try:
                return chosen.function(*arguments)
            except Exception as error:
                if not is_transient(error):
                    raise
                time.sleep(wait)
                wait *= 2
        return chosen.function(*arguments)
