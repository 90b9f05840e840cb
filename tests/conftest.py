"""What holds for every test: no property is judged by the clock of a busy machine, and nobody looks for garbage idly."""

from __future__ import annotations

import gc

import pytest
from hypothesis import settings

settings.register_profile("kinerja", deadline=None)
settings.load_profile("kinerja")

# The libraries make hundreds of thousands of objects that all stay.
gc.set_threshold(20_000, 20, 10)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What is imported by now stays: no collection looks through it again."""
    gc.freeze()
