"""Great Expectations once a process."""

from __future__ import annotations

import importlib
import warnings

import pytest


@pytest.fixture(scope="session", autouse=True)
def _validation_loaded() -> None:
    """Great Expectations 1.24 imports modules that Python 3.11 deprecates, and a client that warns."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Please install grpcio-status", ImportWarning)
        warnings.filterwarnings("ignore", "module 'sre_(constants|parse)' is deprecated", DeprecationWarning)
        importlib.import_module("expectations.validation")
