"""Units, their agencies and the city: one key for each, so that every count is made the same way at each level."""

from __future__ import annotations

from typing import Final, Literal

import polars as pl

Level = Literal["unit", "agency", "city"]
LEVELS: Final[tuple[Level, ...]] = ("unit", "agency", "city")


def agency_of(unit_id: str | pl.Expr) -> pl.Expr:
    """The agency (OPD) of a unit: its id up to the first dot; a unit without one is an agency of its own.

    Default: the roster names no agency.
    """
    expr = pl.col(unit_id) if isinstance(unit_id, str) else unit_id
    return expr.str.split_exact(".", 1).struct.field("field_0")


def place(level: Level, city: str) -> pl.Expr:
    """The key of a row's place at a level, from its `unit_id`."""
    if level == "city":
        return pl.lit(city)
    return agency_of("unit_id") if level == "agency" else pl.col("unit_id")


def with_agency(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with `agency`, both it and their `unit_id` Categorical: each unit's id is parted once."""
    units = rows.select(pl.col("unit_id").unique())
    agencies = units.with_columns(agency=agency_of(pl.col("unit_id").cast(pl.String)).cast(pl.Categorical))
    return rows.join(agencies, on="unit_id", how="left", maintain_order="left")


def place_code(level: Level, city: str) -> pl.Expr:
    """The key of a row's place at a level, Categorical, from what `with_agency` gives."""
    if level == "city":
        return pl.lit(city).cast(pl.Categorical)
    return pl.col("agency") if level == "agency" else pl.col("unit_id")


def placed(rows: pl.LazyFrame, level: Level, city: str) -> pl.LazyFrame:
    """The rows with `place_id`, the place they count for."""
    return rows.with_columns(place_id=place(level, city))
