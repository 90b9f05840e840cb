"""Importing ahead what a later step needs: Great Expectations takes seconds, and Polars reads files meanwhile."""

from __future__ import annotations

import contextlib
import importlib
import sys
import threading

_under_way: dict[str, threading.Thread] = {}


def load_ahead(module: str) -> None:
    """Begins to import a module in the background; `wait_for` it before anything of it is imported."""
    if module not in sys.modules:
        _under_way[module] = threading.Thread(target=_load, args=(module,), name=f"import {module}", daemon=True)
        _under_way[module].start()


def wait_for(module: str) -> None:
    """Waits until an import that was begun is over.

    Two threads that import parts of one package in turn wait for each other, and Python then hands out half of it.
    """
    if thread := _under_way.pop(module, None):
        thread.join()


def _load(module: str) -> None:
    # What fails here fails again, and is said, where the module is needed.
    with contextlib.suppress(Exception):
        importlib.import_module(module)
