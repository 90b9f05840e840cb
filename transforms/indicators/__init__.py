"""One module an indicator: `indicators.<indicator_id>` holds the function `<indicator_id>(scope, parameters)`.

What an indicator takes from the policy is its class `Parameters`, where it has one; `READS` names the datasets without
whose rows it has nothing to say. Dropping a module in here is all it takes to make an indicator known.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

import polars as pl

from policies.model import Parameters
from transforms.scope import Scope

Indicator = Callable[[Scope, Any], pl.LazyFrame]


def _modules() -> dict[str, Any]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name: importlib.import_module(f"{__name__}.{name}") for name in names}


_MODULES = _modules()

INDICATORS: dict[str, Indicator] = {name: getattr(module, name) for name, module in _MODULES.items()}
"""Every indicator by its id."""

CATALOGUE: dict[str, type[Parameters]] = {
    name: getattr(module, "Parameters", Parameters) for name, module in _MODULES.items()
}
"""What each indicator takes from the policy."""

READS: dict[str, tuple[str, ...]] = {name: module.READS for name, module in _MODULES.items()}
"""The datasets each indicator needs."""
