"""The roster: who there is, how good at the work and how well-behaved, and the spells they serve.

`results` and `conduct` are the latent qualities (0-1) every other subject draws from. Each block of 100 people holds
every pair of their tenths once, so that they are independent and even a small world has all of them; a tenth of
`results` then seeps into `conduct`.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

from sources.synth import names
from sources.synth.agencies import BLOCK, CLERK, FIRST_SLOT, LEAD_SLOTS, OUTPOST, SUBDISTRICT, UNIT_KINDS, slots
from sources.synth.world import DAY, World

BIRTH_DAYS: Final = 9497
"""Birth dates over 26 years. A prime, and 3 does not divide the number before it: cubing permutes the days, so that
each date is met once before a serial repeats."""
SPOILED_SERIAL: Final = 500
"""Added to the serial of the copy of a row of the roster that is to be refused."""
SUPERIOR: Final = BIRTH_DAYS * 998
"""Index of the head of the administration, who stands on no roster."""


def sex(world: World, index: pl.Expr) -> pl.Expr:
    """M or F."""
    return pl.when(world.chance.happens("sex", index, 0.53)).then(pl.lit("F")).otherwise(pl.lit("M"))


def birth_date(world: World, index: pl.Expr) -> pl.Expr:
    """Born 58 to 32 years before the period."""
    factor, shift = world.seed * 7919 % (BIRTH_DAYS - 1) + 1, world.seed * 104729 % BIRTH_DAYS
    place = (index + shift) % BIRTH_DAYS
    born = place * place * place * factor % BIRTH_DAYS
    return pl.lit(dt.date(world.start.year - 58, 1, 1)) + pl.duration(days=born)


def is_contract(world: World, index: pl.Expr) -> pl.Expr:
    """Whether PPPK rather than PNS; who leads is PNS."""
    leads = (index % BLOCK).is_in(LEAD_SLOTS) | (index == SUPERIOR)
    return world.chance.happens("contract", index, 0.22) & ~leads


def assigned_year(world: World, index: pl.Expr) -> pl.Expr:
    """Year the present assignment began: one to four years before the period."""
    return world.start.year - 1 - world.chance.whole("assigned year", index, 4)


def employee_id(world: World, index: pl.Expr) -> pl.Expr:
    """NIP (PNS) or NI PPPK, 18 digits, of the person with that index; unique up to `MAX_EMPLOYEES`."""
    chance = world.chance
    born = birth_date(world, index)
    appointed = born.dt.year() + 22 + chance.whole("appointed after", index, 5)
    month = (1 + chance.whole("appointed month", index, 12)).cast(pl.String).str.zfill(2)
    middle = (
        pl.when(is_contract(world, index))
        .then(pl.format("{}21", assigned_year(world, index)))
        .otherwise(pl.format("{}{}", appointed, month))
    )
    sex_digit = pl.when(sex(world, index) == "M").then(pl.lit("1")).otherwise(pl.lit("2"))
    serial = (index // BIRTH_DAYS + 1).cast(pl.String).str.zfill(3)
    return pl.concat_str(born.dt.strftime("%Y%m%d"), middle, sex_digit, serial)


def retired_id(world: World, index: pl.Expr) -> pl.Expr:
    """A number of the right shape that nobody on a roster has: born 28 years before the person with that index."""
    number = employee_id(world, index)
    return pl.format("{}{}", number.str.head(4).cast(pl.Int64) - 28, number.str.tail(14))


def _name(world: World) -> pl.Expr:
    chance, index = world.chance, pl.col("index")
    first = (
        pl.when(pl.col("sex") == "F")
        .then(chance.pick("first name", index, names.WOMEN))
        .otherwise(chance.pick("first name", index, names.MEN))
    )
    middle = chance.pick("middle name", index, names.MIDDLE)
    last = chance.pick("last name", index, names.LAST)
    short = pl.concat_str(first, last, separator=" ")
    return (
        pl.when(chance.happens("long name", index, 0.35))
        .then(pl.concat_str(first, middle, last, separator=" "))
        .otherwise(short)
    )


def _latent(world: World) -> tuple[pl.Expr, pl.Expr]:
    chance, index = world.chance, pl.col("index")
    rank = chance.bits("pair", index).rank("ordinal").over("block").cast(pl.Int64) - 1
    results = (rank // 10 + chance.unit("results", index)) / 10
    conduct = (rank % 10 + chance.unit("conduct", index)) / 10
    return results, 0.9 * conduct + 0.1 * results


def _career(world: World) -> pl.Expr:
    """What the period brings: `stays`, `moves`, `joins` (early), `joins_late` (too short to score), `leaves`."""
    draw = world.chance.unit("career", pl.col("index"))
    can_move = (pl.col("kind") > 0) & (pl.col("kind") != OUTPOST)
    return (
        pl.when(pl.col("is_lead") | (draw > 0.1))
        .then(pl.lit("stays"))
        .when(draw < 0.025)
        .then(pl.lit("joins_late"))
        .when(draw < 0.045)
        .then(pl.lit("joins"))
        .when(draw < 0.06)
        .then(pl.lit("leaves"))
        .when(can_move)
        .then(pl.lit("moves"))
        .otherwise(pl.lit("stays"))
    )


def _turning_day(world: World) -> pl.Expr:
    """First day of the new spell, or day after the last one, as days after the period's start."""
    draw = world.chance.unit("turning day", pl.col("index"))
    late = pl.col("career") == "joins_late"
    return pl.when(late).then(world.days - 2 - (draw * 8).floor()).otherwise(((0.2 + 0.6 * draw) * world.days).floor())


def _long_leave(world: World) -> tuple[pl.Expr, pl.Expr]:
    """First and last day of a leave that covers most of the period or all of it; null for almost everybody."""
    chance, index = world.chance, pl.col("index")
    on_leave = ~pl.col("is_lead") & chance.happens("long leave", index, 0.025)
    whole = chance.happens("whole period away", index, 0.6)
    first = pl.when(whole).then(-5).otherwise((chance.unit("leave from", index) * 0.3 * world.days).floor() + 2)
    last = pl.when(whole).then(world.days + 20).otherwise(first + (0.6 * world.days))
    start = pl.lit(world.start)
    return (
        pl.when(on_leave).then(start + pl.duration(days=first.cast(pl.Int64))),
        pl.when(on_leave).then(start + pl.duration(days=last.cast(pl.Int64))),
    )


def people(world: World, units: pl.DataFrame, first: int, last: int) -> pl.DataFrame:
    """One row a person with index in [first, last), both multiples of 100 or the end: identity, unit, qualities."""
    index = pl.col("index")
    whole_blocks = -(-last // BLOCK) * BLOCK
    frame = pl.DataFrame({"index": pl.int_range(first, whole_blocks, eager=True)}).with_columns(
        block=index // BLOCK, slot=index % BLOCK
    )
    results, conduct = _latent(world)
    frame = frame.with_columns(results=results, conduct=conduct).filter(index < min(last, world.employees))
    frame = frame.join(slots(), on="slot", how="left", maintain_order="left")
    frame = frame.join(units, on=["block", "kind"], how="left", maintain_order="left")
    subdistrict_head = pl.col("block") * BLOCK + FIRST_SLOT[SUBDISTRICT]
    boss = (
        pl.when(pl.col("place") > 0)
        .then(pl.col("block") * BLOCK + pl.col("boss_slot"))
        .when(pl.col("kind") == OUTPOST)
        .then(subdistrict_head)
        .when(pl.col("block") > 0)
        .then(pl.col("first_slot"))
    )
    frame = frame.with_columns(
        boss=boss,
        sex=sex(world, index),
        birth_date=birth_date(world, index),
        employment_type=pl.when(is_contract(world, index)).then(pl.lit("PPPK")).otherwise(pl.lit("PNS")),
        employee_id=employee_id(world, index),
        career=_career(world),
    )
    leave_from, leave_to = _long_leave(world)
    assigned = pl.date(assigned_year(world, index), 1 + 3 * world.chance.whole("assigned quarter", index, 4), 1)
    turning = pl.lit(world.start) + pl.duration(days=pl.col("turning_day"))
    joins = pl.col("career").is_in(["joins", "joins_late"])
    return frame.with_columns(
        name=_name(world),
        supervisor_id=pl.when(pl.col("boss").is_not_null()).then(employee_id(world, pl.col("boss"))),
        turning_day=_turning_day(world).cast(pl.Int64),
        long_from=leave_from,
        long_to=leave_to,
    ).with_columns(
        start_date=pl.when(joins).then(turning).otherwise(assigned),
        end_date=pl.when(pl.col("career").is_in(["leaves", "moves"])).then(turning - DAY),
    )


def spells(world: World, persons: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """One row a person and spell, in order; who moves serves the second one as a clerk of the neighbouring unit."""
    moved = persons.filter(pl.col("career") == "moves")
    kind = pl.col("kind") - 1
    first_slot = kind.replace_strict(list(range(len(UNIT_KINDS))), list(FIRST_SLOT), return_dtype=pl.Int64)
    own = [name for name in units.columns if name not in {"kind", "block"}]
    second = (
        moved.drop(own)
        .with_columns(
            kind=kind,
            boss=pl.col("block") * BLOCK + first_slot,
            start_date=pl.col("end_date") + DAY,
            end_date=pl.lit(None, dtype=pl.Date),
            position_id=pl.lit(CLERK.id),
            position_name=pl.lit(CLERK.name),
            position_group=pl.lit(CLERK.group),
            schedule_id=pl.lit(None, dtype=pl.String),
        )
        .with_columns(supervisor_id=employee_id(world, pl.col("boss")))
        .join(units, on=["block", "kind"], how="left", maintain_order="left")
    )
    return pl.concat([persons, second.select(persons.columns)]).sort("index", "start_date")


def employees(world: World, persons: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """The dataset `employees`."""
    return spells(world, persons, units).with_columns(
        pl.col("birth_date", "start_date", "end_date").dt.strftime("%Y-%m-%d")
    )
