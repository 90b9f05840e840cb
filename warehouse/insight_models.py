"""The tables of insights: what is read off the scores of a period, beside them and never part of a score.

To add one: a model here, its frame's name in `INSIGHTS`, a migration. Decimals are `Exact(scale)`, never floats; days
are dates. Insights are loaded in the transaction of their run and have digests of their own, outside the result hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from warehouse.models import Base

INSIGHTS: Final[Mapping[str, type[Base]]] = {}
"""The frames of insights and the table each is stored in, in the order they are loaded."""
