"""Repeated keys of a dataset: a correction is a later row, so all but the last row of a key are refused.

Decided on 64-bit hashes, 8 bytes a row; only keys whose hash repeats are looked at themselves, so that a collision
costs a second look and never an answer.
"""

from __future__ import annotations

from functools import reduce
from typing import Final

import polars as pl

from expectations.segments import Delivered
from sources.canonical import POSITION
from sources.contracts import Dataset

_HASH: Final = "_hash"
_PLACE: Final = "_place"
_MIX: Final = pl.lit(0x9E3779B97F4A7C15, dtype=pl.UInt64)


def repeated_positions(contract: Dataset, delivered: Delivered) -> list[pl.Series]:
    """Positions of the rows that a later row repeats, one Series a segment. Reads the key columns of all segments."""
    none = [pl.Series(POSITION, [], pl.UInt32) for _ in delivered.segments]
    if not contract.key:
        return none
    is_keyed = pl.all_horizontal(pl.col(name).is_not_null() for name in contract.key if contract.column(name).required)
    key_hash = reduce(lambda one, other: one * _MIX + other, (pl.col(name).hash() for name in contract.key))
    keyed = [
        segment.scan()
        .select(POSITION, *contract.key, key_hash.alias(_HASH), pl.lit(i, pl.UInt32).alias("segment"))
        # The hash of a row without a key is of no row's.
        .filter(is_keyed)
        for i, segment in enumerate(delivered.segments)
    ]
    hashes = pl.concat(keyed).select(_HASH).collect(engine="streaming").get_column(_HASH).sort()
    doubtful = hashes.filter(hashes == hashes.shift()).unique()
    if doubtful.is_empty():
        return none
    rows = pl.concat(keyed).join(doubtful.to_frame().lazy(), on=_HASH, how="semi").collect(engine="streaming")
    spans = pl.DataFrame(
        [(one.segment, one.offset, place) for place, one in enumerate(delivered.stretches()) if one.n_rows],
        schema={"segment": pl.UInt32, POSITION: pl.UInt32, _PLACE: pl.UInt32},
        orient="row",
    )
    repeated = (
        rows.sort("segment", POSITION)
        .join_asof(spans.sort("segment", POSITION), on=POSITION, by="segment", check_sortedness=False)
        .sort(_PLACE, POSITION)
        .filter(~pl.struct(contract.key).is_last_distinct())
    )
    return [repeated.filter(pl.col("segment") == i).get_column(POSITION).sort() for i in range(len(none))]
