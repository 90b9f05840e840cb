"""The seam between the steps and what runs them: a flow lists its steps once, and calls them directly or as tasks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from warehouse import is_transient

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


@dataclass(frozen=True, slots=True)
class Done:
    """A finished step."""

    title: str
    seconds: float
    counts: Mapping[str, int]


class Watch(Protocol):
    """Who looks on: the progress display, or nobody."""

    def begins(self, title: str) -> None:
        """A step begins."""

    def ends(self, done: Done) -> None:
        """A step is done."""


class Caller:
    """Calls steps one after the other, tells the watch, and keeps what was done."""

    def __init__(self, watch: Watch | None = None) -> None:
        self._watch = watch
        self.done: list[Done] = []

    def __call__(self, chosen: Step, *arguments: Any) -> Any:
        """Runs the step; what it returns."""
        if self._watch:
            self._watch.begins(chosen.title)
        started = time.perf_counter()
        result = self.run(chosen, *arguments)
        done = Done(chosen.title, time.perf_counter() - started, result.counts)
        self.done.append(done)
        if self._watch:
            self._watch.ends(done)
        return result

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
