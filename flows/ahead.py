"""What a later step needs, begun ahead: Great Expectations takes seconds to import, a disk to take in what was landed.

Polars reads files meanwhile.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final

_TURN_SECONDS: Final = 0.0005
"""After which a thread lets another run: threads that hash, read and store ask for turns as short as that."""

_under_way: dict[str, threading.Thread] = {}


def load_ahead(module: str) -> None:
    """Begins to import a module in the background; `wait_for` it before anything of it is imported."""
    sys.setswitchinterval(_TURN_SECONDS)
    if module not in sys.modules:
        _under_way[module] = threading.Thread(target=_load, args=(module,), name=f"import {module}", daemon=True)
        _under_way[module].start()


def wait_for(module: str) -> None:
    """Waits until an import that was begun is over.

    Two threads that import parts of one package in turn wait for each other, and Python then hands out half of it.
    """
    if thread := _under_way.pop(module, None):
        thread.join()


class Ahead:
    """Something that is done on a thread of its own, and waited for before anything rests on it."""

    def __init__(self, doing: str, function: Callable[[], None]) -> None:
        self._ended: Future[None] = Future()
        self._function = function
        threading.Thread(target=self._work, name=doing, daemon=True).start()

    def wait(self) -> None:
        """Waits until it is done; raises what it raised."""
        self._ended.result()

    def _work(self) -> None:
        try:
            self._function()
        except BaseException as error:  # noqa: BLE001  # raised where it is waited for
            self._ended.set_exception(error)
        else:
            self._ended.set_result(None)


def _load(module: str) -> None:
    # What fails here fails again, and is said, where the module is needed.
    with contextlib.suppress(Exception):
        importlib.import_module(module)
