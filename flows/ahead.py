"""Importing ahead what a later step needs: Great Expectations takes seconds, and Polars reads files meanwhile."""

from __future__ import annotations

import contextlib
import importlib
import sys
import threading


def load_ahead(module: str) -> None:
    """Begins to import a module in the background; who imports it later waits for no more than the rest."""
    if module not in sys.modules:
        threading.Thread(target=_load, args=(module,), name=f"import {module}", daemon=True).start()


def _load(module: str) -> None:
    # What fails here fails again, and is said, where the module is needed.
    with contextlib.suppress(Exception):
        importlib.import_module(module)
