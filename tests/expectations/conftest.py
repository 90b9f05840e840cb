"""Great Expectations once a process."""

from __future__ import annotations

import importlib
import warnings

import pytest


@pytest.fixture(scope="session", autouse=True)
def _validation_loaded() -> None:
    """Great Expectations 1.24 imports two modules that Python 3.11 deprecates."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "module 'sre_(constants|parse)' is deprecated", DeprecationWarning)
        importlib.import_module("expectations.validation")
