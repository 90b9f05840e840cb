"""Great Expectations once a process, and where the real files lie."""

from __future__ import annotations

import importlib
import os
import warnings
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def validation_loaded() -> None:
    """Great Expectations 1.24 imports modules that Python 3.11 deprecates, and a client that warns."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Please install grpcio-status", ImportWarning)
        warnings.filterwarnings("ignore", "module 'sre_(constants|parse)' is deprecated", DeprecationWarning)
        importlib.import_module("expectations.validation")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    given = os.environ.get("KINERJA_SHARED_DATA")
    folder = Path(given) if given else Path(__file__).parents[3] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real files are not here: give their folder as KINERJA_SHARED_DATA")
    return folder
