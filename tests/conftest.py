"""What holds for every test: no property is judged by the clock of a busy machine, and garbage is sought seldom."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("kinerja", deadline=None)
settings.load_profile("kinerja")

# The libraries make hundreds of thousands of objects that all stay.
gc.set_threshold(20_000, 20, 10)


@pytest.fixture(scope="module")
def server() -> Iterator[None]:
    """A Prefect server with a database of its own for flows that tests call; Prefect is set to use it.

    Not kept for other files: what Prefect does beside it draws random numbers, which Hypothesis takes for its own.
    """
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first: processes share the files, and none is to end alone with a long one."""
    slow = {_file_of(item) for item in items if {"slow", "chaos"} & {mark.name for mark in item.iter_markers()}}
    items.sort(key=lambda item: _file_of(item) not in slow)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What is imported by now stays: no collection looks through it again."""
    gc.freeze()


def _file_of(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]
