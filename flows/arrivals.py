"""Files as they arrive in a folder: when they have come to rest, and none of them is still being written.

A file has come to rest once its size and time of change have stayed the same for a while. Names that programs give
to what is not finished, or not meant for others, are passed over.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Final

import watchfiles

_UNFINISHED: Final = re.compile(
    r"^[.~#]|~$|\.(part|partial|tmp|temp|crdownload|download|filepart|swp|swx|lock)$", re.IGNORECASE
)
"""Hidden files, those of editors and office programs, and downloads and copies that are under way."""
_MOST_TICK_SECONDS: Final = 1.0

Signature = tuple[int, int, int] | None


def is_finished_name(path: Path, folder: Path) -> bool:
    """Whether a file of the folder is one to look at, by its name and those of the folders it lies in."""
    inner = path.relative_to(folder) if path.is_relative_to(folder) else Path(path.name)
    return not any(_UNFINISHED.search(part) for part in inner.parts)


@dataclass
class Arrivals:
    """What has changed, and since when it rests; seconds are of any clock that only goes forward."""

    settle: float
    _resting: dict[Path, tuple[Signature, float]] = field(default_factory=dict)

    def touched(self, path: Path, now: float) -> None:
        """Something happened to a file."""
        self._resting[path] = (_signature(path), now)

    def settled(self, now: float) -> frozenset[Path]:
        """All that changed, once all of it rests; nothing before."""
        for path, (seen, _) in self._resting.items():
            found = _signature(path)
            if found != seen:
                self._resting[path] = (found, now)
        if not self._resting or any(now - since < self.settle for _, since in self._resting.values()):
            return frozenset()
        arrived = frozenset(self._resting)
        self._resting.clear()
        return arrived


def arrivals(
    folder: Path, *, beside: Path | None = None, settle: float, polling: bool = False, stop: Event | None = None
) -> Iterator[frozenset[Path]]:
    """Yields the files that came, changed or went, each time all of them have come to rest; first, at once, none.

    From that first time on nothing is missed, also what happens while the reader is at work.

    Args:
        folder: the folder that is watched, with its folders.
        beside: one more file, such as a mapping that lies elsewhere.
        settle: seconds without a change after which a file has come to rest.
        polling: look at every file again and again, for network shares, which tell nobody of changes.
        stop: ends the iteration when set.
    """
    folder = folder.resolve()
    watched = [folder]
    if beside is not None and not (beside := beside.resolve()).is_relative_to(folder):
        watched.append(beside.parent)
    waiting, has_begun = Arrivals(settle), False
    for changes in watchfiles.watch(
        *watched,
        watch_filter=None,
        stop_event=stop,
        rust_timeout=int(1000 * max(0.05, min(_MOST_TICK_SECONDS, settle / 2))),
        yield_on_timeout=True,
        force_polling=polling or None,
    ):
        now = time.monotonic()
        for _, name in changes:
            path = Path(name)
            in_folder = path.is_relative_to(folder)
            if path == beside or (in_folder and is_finished_name(path, folder) and not path.is_dir()):
                waiting.touched(path, now)
        arrived = waiting.settled(now)
        if arrived or not has_begun:
            has_begun = True
            yield arrived


def _signature(path: Path) -> Signature:
    """Tells states of a file apart; None where it is gone."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
