"""Importing Great Expectations without the libraries that only what the engine refuses would use.

Great Expectations imports all of itself at once, and with it a plotting and a statistics library and two more for a
few expectations and metrics: a third of the time. Their places are held while it is imported; who uses one later, as
Great Expectations' own pandas engine does, gets the real library then. Its data sources for Spark are left out.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import ModuleType
from typing import Any, Final

UNUSED: Final = ("altair", "jsonschema", "mistune", "scipy.stats")
SPARK: Final = tuple(
    f"great_expectations.datasource.fluent.{kind}_datasource"
    for kind in (
        "spark",
        "spark_file_path",
        "spark_filesystem",
        "spark_dbfs",
        "spark_s3",
        "spark_google_cloud_storage",
        "spark_azure_blob_storage",
    )
)
"""Data sources for Spark, whose models are a sixth of the import: offered once somebody imports their module."""


class _Place(ModuleType):
    """Stands for a module until something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        # Who only looks around among the modules asks for __file__ and the like; `import a.b.c` needs __path__.
        if name.startswith("__") and name != "__path__":
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


def put_off(*names: str) -> AbstractContextManager[None]:
    """Within it, modules of these names that nobody has imported yet are imported when they are used."""
    return _standing_in(_Place, names)


class _Empty(ModuleType):
    """Stands for a module of which only names are wanted: each is a class without anything."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


def left_out(*names: str) -> AbstractContextManager[None]:
    """Within it, modules of these names that nobody has imported yet are empty; after it they can be imported."""
    return _standing_in(_Empty, names)


@contextmanager
def _standing_in(kind: type[ModuleType], names: tuple[str, ...]) -> Iterator[None]:
    places = {name: kind(name) for name in names if name not in sys.modules}
    sys.modules.update(places)
    try:
        yield
    finally:
        for name, place in places.items():
            if sys.modules.get(name) is place:
                del sys.modules[name]
