"""Reading a frame as seldom as possible: one pass for all counts, one for the failing rows of all checks.

Uniqueness is decided on 64-bit hashes of the keys, which ride along in the pass for the counts (8 bytes a row):
keys without a repeated hash are unique. Only where a hash repeats are the keys themselves grouped, so that the
count is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce

import polars as pl

from expectations.engine.row_checks import RowCheck

HASH = "__hash"
MIX = pl.lit(0x9E3779B97F4A7C15, dtype=pl.UInt64)
KEY = "__key_{}"
POSITION = "__position"
FEW_KEYS = 10_000
MANY_LIMITS = 20
"""How many times the rows wanted are held before the first of them are sought: seeking costs more than holding."""


def key_names(check: RowCheck) -> list[str]:
    """Names of the key columns in a frame of repeated keys."""
    return [KEY.format(i) for i in range(len(check.keys))]


def key_hash(check: RowCheck) -> pl.Expr:
    """64-bit hash of a row's keys; null outside the check's domain."""
    return pl.when(check.domain).then(mixed_hash(check.keys))


def mixed_hash(keys: Iterable[pl.Expr]) -> pl.Expr:
    """64-bit hash of several expressions; hashing a struct of them would cost half as much memory again."""
    return reduce(lambda one, other: one * MIX + other, (key.hash() for key in keys))


def named_keys(check: RowCheck) -> list[pl.Expr]:
    """The key expressions under the names of `key_names`."""
    return [key.alias(name) for key, name in zip(check.keys, key_names(check), strict=True)]


def hashes(check: RowCheck) -> pl.Expr:
    """The hashes of all rows as one list, for a `select` of length one."""
    return key_hash(check).implode()


def repeated(values: pl.Series) -> pl.Series:
    """The hashes that occur more than once, each once."""
    values = values.drop_nulls().sort()
    return values.filter(values == values.shift()).unique()


def repeated_keys(frame: pl.LazyFrame, candidates: Sequence[tuple[RowCheck, pl.Series]]) -> list[pl.DataFrame]:
    """The keys that occur more than once with their number `len`, one frame a check.

    A check's candidates are the hashes of `repeated`; without one nothing is read.
    """
    found = [
        pl.DataFrame(schema=dict.fromkeys(key_names(check), pl.Null()) | {"len": pl.UInt32()})
        for check, _ in candidates
    ]
    plans = {
        i: (
            frame.filter(check.domain)
            .select(*named_keys(check), key_hash(check).alias(HASH))
            .join(values.alias(HASH).to_frame().lazy(), on=HASH, how="semi")
            .group_by(key_names(check))
            .len()
            .filter(pl.col("len") > 1)
        )
        for i, (check, values) in enumerate(candidates)
        if values.len()
    }
    if plans:
        for i, keys in zip(plans, pl.collect_all(list(plans.values()), engine="streaming"), strict=True):
            found[i] = keys
    return found


def find_repeated_keys(frame: pl.LazyFrame, checks: Iterable[RowCheck]) -> dict[str, pl.DataFrame]:
    """`repeated_keys` of every check that has keys, by its identity; one pass over the key columns, or two."""
    keyed = [check for check in checks if check.keys]
    if not keyed:
        return {}
    row = frame.select(hashes(check).alias(str(i)) for i, check in enumerate(keyed)).collect(engine="streaming")
    candidates = [(check, repeated(row.get_column(str(i))[0])) for i, check in enumerate(keyed)]
    frames = repeated_keys(frame, candidates)
    return {check.identity: keys for check, keys in zip(keyed, frames, strict=True)}


def with_masks(
    frame: pl.LazyFrame, checks: Mapping[str, RowCheck], repeated_by_check: Mapping[str, pl.DataFrame]
) -> pl.LazyFrame:
    """The frame with one Boolean column a check, true for its unexpected rows, in the order of the rows.

    `checks` are by column name; `repeated_by_check` comes from `find_repeated_keys`.
    """
    masks: dict[str, pl.Expr] = {}
    helpers: list[str] = []
    for name, check in checks.items():
        if not check.keys:
            masks[name] = check.unexpected
            continue
        keys = repeated_by_check[check.identity]
        if keys.is_empty():
            masks[name] = pl.lit(value=False)
            continue
        marker = f"__repeated_{len(helpers)}"
        named = [f"{marker}_{key}" for key in key_names(check)]
        right = keys.lazy().select(*named_as(key_names(check), named), pl.lit(value=True).alias(marker))
        frame = frame.join(
            right, left_on=list(check.keys), right_on=named, how="left", nulls_equal=True, maintain_order="left"
        )
        helpers += [marker, *named]
        masks[name] = check.domain & pl.col(marker).is_not_null()
    return frame.with_columns(mask.alias(name) for name, mask in masks.items()).drop(helpers, strict=False)


def may_be_unexpected(check: RowCheck, repeated_by_check: Mapping[str, pl.DataFrame]) -> pl.Expr:
    """Mask of rows that hold all unexpected ones, found without a join where few keys are repeated."""
    if not check.keys:
        return check.unexpected
    keys = repeated_by_check[check.identity]
    if keys.height > FEW_KEYS:
        return check.domain
    wanted = keys.select(mixed_hash(pl.col(name) for name in key_names(check))).to_series()
    return key_hash(check).is_in(wanted.implode()).fill_null(value=False)


def named_as(names: Sequence[str], others: Sequence[str]) -> list[pl.Expr]:
    """Columns under other names."""
    return [pl.col(name).alias(other) for name, other in zip(names, others, strict=True)]


def alone(rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows, without the text of the batch they were filtered from, which they would keep in memory."""
    return pl.read_ipc_stream(rows.write_ipc_stream(None).getvalue())


@dataclass
class FailingRows:
    """The first `limit` unexpected rows of a check, filled batch by batch.

    First is by the columns `by`, or by position where there are none.
    """

    check: RowCheck
    limit: int
    by: tuple[str, ...]
    mask: str = ""
    parts: list[pl.DataFrame] = field(default_factory=list)

    def take(self, batch: pl.DataFrame) -> None:
        """Keep what may belong to the first rows of all batches so far."""
        rows = batch.filter(pl.col(self.mask))
        if rows.is_empty():
            return
        self.parts.append(rows)
        if sum(part.height for part in self.parts) > MANY_LIMITS * self.limit:
            self.parts = [self._first()]

    def _first(self) -> pl.DataFrame:
        return pl.concat(self.parts).bottom_k(self.limit, by=list(self.by))

    def rows(self, columns: Sequence[str], limit: int | None = None) -> pl.DataFrame:
        """The rows found, in order, with these columns; at most `limit` of them."""
        if not self.parts:
            return pl.DataFrame(schema=dict.fromkeys(columns, pl.Null()))
        found = self._first().sort(list(self.by), maintain_order=True).select(columns)
        return found if limit is None else found.head(limit)


def collect_failing_rows(
    frame: pl.LazyFrame,
    wanted: Sequence[FailingRows],
    columns: Sequence[str],
    repeated_by_check: Mapping[str, pl.DataFrame],
) -> None:
    """Fill all of `wanted` in one streaming pass; memory is bounded by their limits, not by the failing rows.

    `columns` are kept beside the masks; POSITION, if among them, is the row's position in the frame.
    """
    if POSITION in columns:
        frame = frame.with_row_index(POSITION)
    for i, rows in enumerate(wanted):
        rows.mask = f"__mask_{i}"
    checks = {rows.mask: rows.check for rows in wanted}
    frame = frame.filter(pl.any_horizontal(may_be_unexpected(check, repeated_by_check) for check in checks.values()))
    plan = with_masks(frame, checks, repeated_by_check).filter(pl.any_horizontal(*checks)).select(*columns, *checks)

    def take(batch: pl.DataFrame) -> None:
        few = alone(batch)
        for rows in wanted:
            rows.take(few)

    plan.sink_batches(take, engine="streaming")
