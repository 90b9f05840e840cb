"""Ratings of behaviour (BerAKHLAK) and of competencies by oneself, the supervisor and those who work beside one."""

from __future__ import annotations

import polars as pl

from sources.synth.agencies import BLOCK, COMPETENCIES, positions
from sources.synth.people import SUPERIOR, employee_id
from sources.synth.world import World, at_second, instant_text

VALUES = (
    "Berorientasi Pelayanan",
    "Akuntabel",
    "Kompeten",
    "Harmonis",
    "Loyal",
    "Adaptif",
    "Kolaboratif",
)
"""The seven core values of the civil service (SE Menteri PANRB 20/2021)."""
_ROLES = ("supervisor", "self", "peer", "subordinate")


def _raters(world: World, persons: pl.DataFrame) -> pl.DataFrame:
    """One row a person and rater (`role`, `rater_id`), `again` where the supervisor rated twice."""
    chance, index = world.chance, pl.col("index")
    boss = pl.col("boss").fill_null(SUPERIOR)
    # Colleagues sit within three places in the same block: mostly, the same unit.
    in_block = pl.min_horizontal(pl.lit(world.employees) - pl.col("block") * BLOCK, pl.lit(BLOCK))
    beside = pl.col("block") * BLOCK + (pl.col("slot") + 1 + chance.whole("peer", index, 3)) % in_block
    below = pl.col("block") * BLOCK + (pl.col("slot") + 2 + chance.whole("subordinate", index, 4)) % in_block
    parts = [
        persons.filter(~chance.happens("unrated", index, 0.035)).with_columns(rater=boss, role=pl.lit("supervisor")),
        persons.filter(chance.happens("rates self", index, 0.9)).with_columns(rater=index, role=pl.lit("self")),
        persons.filter(chance.happens("has peer", index, 0.85), beside != index).with_columns(
            rater=beside, role=pl.lit("peer")
        ),
        persons.filter(pl.col("is_lead") | chance.happens("has second", index, 0.5), below != index).with_columns(
            rater=below, role=pl.when("is_lead").then(pl.lit("subordinate")).otherwise(pl.lit("peer"))
        ),
    ]
    frame = pl.concat([part.with_columns(rater=pl.col("rater").cast(pl.Int64), part=n) for n, part in enumerate(parts)])
    return frame.with_columns(rater_id=employee_id(world, pl.col("rater")), key=index * 4 + pl.col("part"))


def _behaviour(world: World, raters: pl.DataFrame) -> pl.DataFrame:
    chance = world.chance
    items = pl.DataFrame({"item": VALUES, "item_no": range(len(VALUES))})
    frame = raters.join(items, how="cross", maintain_order="left_right").with_columns(
        draw=pl.col("key") * 16 + pl.col("item_no"),
        top=pl.when(chance.happens("five levels", pl.col("unit_no"), 0.3)).then(5).otherwise(3),
    )
    # 1..3 on the common scale; people are kinder to themselves and to their colleagues.
    kind = pl.when(pl.col("role") == "self").then(0.3).when(pl.col("role") == "supervisor").then(0.0).otherwise(0.1)
    level = (1.15 + 1.8 * pl.col("conduct") + kind + 0.2 * chance.bell("strictness", pl.col("key"))).clip(1.0, 3.0)
    given = 1 + (level - 1) * (pl.col("top") - 1) / 2
    return frame.with_columns(
        instrument=pl.lit("behaviour"),
        level=pl.min_horizontal((given + chance.unit("level", pl.col("draw"))).floor().cast(pl.Int64), "top"),
        level_max=pl.col("top").cast(pl.Int64),
    )


def _competency(world: World, raters: pl.DataFrame) -> pl.DataFrame:
    chance = world.chance
    standard = pl.DataFrame(
        [(each.id, n, COMPETENCIES[n], level) for each in positions() for n, level in enumerate(each.required)],
        schema={"position_id": pl.String, "item_no": pl.Int64, "item": pl.String, "required": pl.Int64},
        orient="row",
    )
    frame = raters.filter(pl.col("role").is_in(["supervisor", "self"])).join(
        standard, on="position_id", how="inner", maintain_order="left_right"
    )
    frame = frame.with_columns(draw=pl.col("key") * 16 + pl.col("item_no"))
    overlooked = (
        (pl.col("role") == "supervisor")
        & (pl.col("item_no") == 0)
        & chance.happens("competency overlooked", pl.col("index"), 0.04)
    )
    bad = 1 - pl.col("conduct")
    gap = 1.3 * bad * bad + pl.when(pl.col("role") == "self").then(-0.2).otherwise(0.0)
    above = chance.happens("above the standard", pl.col("draw"), 0.15).cast(pl.Int64)
    short = (gap + chance.unit("gap", pl.col("draw"))).floor().cast(pl.Int64).clip(0, 3)
    return frame.filter(~overlooked).with_columns(
        instrument=pl.lit("competency"),
        level=(pl.col("required") - short + pl.when(short == 0).then(above).otherwise(0)).clip(1, 5),
        level_max=pl.lit(5, dtype=pl.Int64),
    )


def ratings(world: World, persons: pl.DataFrame) -> pl.DataFrame:
    """The dataset `ratings`: conduct shows in both instruments; some supervisors correct an item later."""
    chance = world.chance
    raters = _raters(world, persons)
    columns = ["index", "part", "key", "draw", "item_no", "rater_id", "employee_id", "role", "instrument", "item",
               "level", "level_max", "writes_offset"]  # fmt: skip
    frame = pl.concat(
        [
            _behaviour(world, raters).with_columns(pl.col("item_no").cast(pl.Int64)).select(columns),
            _competency(world, raters).select(columns),
        ]
    )
    day = (chance.unit("rated on", pl.col("key")) * 0.3 * world.days).floor().cast(pl.Int64) + world.days * 6 // 10
    seconds = 8 * 3600 + chance.whole("rated at", pl.col("key"), 8 * 3600)
    moment = at_second(pl.lit(world.start) + pl.duration(days=day), seconds + 30 * pl.col("item_no"))
    frame = frame.with_columns(moment=moment, again=0)
    corrected = frame.filter(
        (pl.col("part") == 0) & (pl.col("level") > 1) & chance.happens("corrected", pl.col("draw"), 0.01)
    )
    first_try = corrected.with_columns(
        pl.col("level") - 1, moment=pl.col("moment") - pl.duration(days=2), again=pl.lit(-1, dtype=pl.Int32)
    )
    return (
        pl.concat([frame, first_try])
        .sort("index", "part", "instrument", "item_no", "again")
        .with_columns(
            rater_role=pl.col("role"),
            submitted_at=instant_text(pl.col("moment"), pl.col("writes_offset")),
        )
    )
