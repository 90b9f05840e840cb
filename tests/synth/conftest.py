"""Worlds that several tests look at."""

import pytest

from tests.synth.worlds import MadeWorld, make


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> MadeWorld:
    """300 people without a defect."""
    return make(tmp_path_factory.mktemp("town"), 300, seed=3)


@pytest.fixture(scope="session")
def spoiled_town(tmp_path_factory: pytest.TempPathFactory) -> MadeWorld:
    """The same town with a spoiled copy of every fifth row."""
    return make(tmp_path_factory.mktemp("spoiled"), 300, seed=3, defects=0.2)
