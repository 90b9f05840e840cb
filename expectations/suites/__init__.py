"""One module a dataset: `suites.<dataset>.SUITE`."""

from __future__ import annotations

import expectations.engine  # noqa: F401  # first: it imports Great Expectations without what nobody here uses

# isort: split
import importlib

from expectations.suites.suite import Suite
from sources.contracts import DATASETS

SUITES: dict[str, Suite] = {name: importlib.import_module(f"{__name__}.{name}").SUITE for name in DATASETS}
"""The suite of every dataset, in the order they are read."""
