"""Crosswalks: files that say which employee a device's PIN, an agent's name or another system's id stands for."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from sources.cells import cell_text
from sources.errors import UnreadableFile, lacking
from sources.formats import RawTable
from sources.mapping import Lookup

MISSING_REASON = "not in the crosswalk"


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """Distinct keys and the value of each."""

    keys: pl.Series
    values: pl.Series

    def look_up(self, text: pl.Expr) -> pl.Expr:
        """The value of each key, null where the key is not known."""
        return text.replace_strict(self.keys, self.values, default=None, return_dtype=pl.String)


def load_crosswalk(lookup: Lookup, table: RawTable) -> Crosswalk:
    """Read a crosswalk.

    Raises:
        UnreadableFile: a column is missing, or a key has two values.
    """
    needed = (lookup.key, lookup.value, *lookup.where)
    absent = dict.fromkeys(name for name in needed if name not in table.names)
    if absent:
        raise UnreadableFile(
            lookup.file,
            "header",
            lacking("a lookup", absent, table.names),
            "Correct the names in sources.yaml, or add the columns",
        )
    text = {name: cell_text(table, name, lookup.file) for name in needed}
    rows = table.frame.filter(*(text[name] == wanted for name, wanted in lookup.where.items()))
    pairs = (
        rows.select(key=text[lookup.key], value=text[lookup.value]).drop_nulls().unique(maintain_order=True).collect()
    )
    n_ambiguous = pairs.height - pairs["key"].n_unique()
    if n_ambiguous:
        raise UnreadableFile(
            lookup.file,
            f"column {lookup.key!r}",
            f"{n_ambiguous} of its keys have more than one value, so which one is meant is not clear",
            "Keep one row a key, or narrow them with 'where:' in sources.yaml",
        )
    return Crosswalk(pairs["key"], pairs["value"])
