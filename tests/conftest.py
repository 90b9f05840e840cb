"""What holds for every test: no property is judged by the clock of a busy machine, and garbage is sought seldom."""

from __future__ import annotations

import gc

import pytest
from hypothesis import settings

settings.register_profile("kinerja", deadline=None)
settings.load_profile("kinerja")

# The libraries make hundreds of thousands of objects that all stay.
gc.set_threshold(20_000, 20, 10)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Over several processes the tests of a file stay together, with those of files of its group; slow ones first."""
    if not getattr(config.option, "loadgroup", False):
        return
    group: dict[str, str] = {}
    for item in items:
        mark = item.get_closest_marker("xdist_group")
        file = _file_of(item)
        group.setdefault(file, file)
        if mark is not None:
            group[file] = mark.args[0]
    slow = {group[_file_of(item)] for item in items if {"slow", "chaos"} & {mark.name for mark in item.iter_markers()}}
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(group[_file_of(item)]))
    items.sort(key=lambda item: group[_file_of(item)] not in slow)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What is imported by now stays: no collection looks through it again."""
    gc.freeze()


def _file_of(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]
