"""Leave and the events of the attendance devices."""

from __future__ import annotations

import polars as pl

from sources.synth.people import spells
from sources.synth.reference import schedules
from sources.synth.world import World, at_second, instant_text

_SHORT_LEAVE = ("annual", "annual", "sick", "official_travel", "official_travel", "important")


def leave_spans(world: World, persons: pl.DataFrame) -> pl.DataFrame:
    """One row a leave, typed: `index`, `employee_id`, `first`, `last`, `kind`."""
    chance, index = world.chance, pl.col("index")
    long = persons.filter(pl.col("long_from").is_not_null()).select(
        "index",
        "employee_id",
        "long_from",
        "long_to",
        kind=pl.when((pl.col("sex") == "F") & chance.happens("maternity", index, 0.6))
        .then(pl.lit("maternity"))
        .otherwise(chance.pick("long leave kind", index, ("study", "important", "unpaid", "sick"))),
    )
    parts = [long.rename({"long_from": "first", "long_to": "last"})]
    for turn in range(2 * world.months // 3 + 1):
        name = f"leave {turn}"
        first = (chance.unit(f"{name} from", index) * (world.days - 1)).cast(pl.Int64)
        parts.append(
            persons.filter(pl.col("long_from").is_null() & chance.happens(name, index, 0.3)).select(
                "index",
                "employee_id",
                first=pl.lit(world.start) + pl.duration(days=first),
                last=pl.lit(world.start) + pl.duration(days=first + chance.whole(f"{name} days", index, 4)),
                kind=chance.pick(f"{name} kind", index, _SHORT_LEAVE),
            )
        )
    return pl.concat(parts).sort("index", "first", "last", "kind")


def leave(world: World, persons: pl.DataFrame) -> pl.DataFrame:
    """The dataset `leave`."""
    numbered = leave_spans(world, persons).with_columns(turn=pl.int_range(pl.len()).over("index"))
    return numbered.with_columns(
        start_date=pl.col("first").dt.strftime("%Y-%m-%d"),
        end_date=pl.col("last").dt.strftime("%Y-%m-%d"),
        document_no=pl.format("800/{}-{}/{}", pl.col("index") + 1, pl.col("turn") + 1, pl.lit(world.start.year)),
    )


def _shifts(world: World, persons: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """One row a person and day on which a working person is expected, with the unit of that day."""
    days = pl.DataFrame({"day_no": pl.int_range(world.days, dtype=pl.Int64, eager=True)}).with_columns(
        date=pl.lit(world.start) + pl.duration(days=pl.col("day_no"))
    )
    days = days.filter(~pl.col("date").is_in(list(world.days_off))).with_columns(
        weekday=pl.col("date").dt.weekday().cast(pl.Int64)
    )
    hours = schedules().select(
        "schedule_id",
        "weekday",
        begins=_seconds("start_time"),
        lasts=(_seconds("end_time") - _seconds("start_time")) % 86_400,
    )
    served = spells(world, persons, units).with_columns(pl.col("schedule_id").fill_null("KANTOR"))
    served = served.filter(~world.chance.happens("not enrolled", pl.col("index"), 0.012))
    served = served.select(
        "index", "employee_id", "unit_no", "schedule_id", "conduct", "start_date", "end_date", "down_from", "days_down",
        "knows_direction", "writes_offset",
    )  # fmt: skip
    calendar = hours.join(days, on="weekday").sort("schedule_id", "day_no")
    expected = served.join(calendar, on="schedule_id", maintain_order="left_right").filter(
        pl.col("date") >= pl.col("start_date"), pl.col("end_date").is_null() | (pl.col("date") <= pl.col("end_date"))
    )
    away = (
        leave_spans(world, persons)
        .select("index", date=pl.date_ranges(
            pl.max_horizontal("first", pl.lit(world.start)), pl.min_horizontal("last", pl.lit(world.end))
        ))
        .explode("date")
    )  # fmt: skip
    return expected.join(away, on=["index", "date"], how="anti", maintain_order="left")


def _seconds(name: str) -> pl.Expr:
    time = pl.col(name).str.strptime(pl.Time, "%H:%M")
    return time.dt.hour().cast(pl.Int64) * 3600 + time.dt.minute().cast(pl.Int64) * 60


def _slack(world: World, stream: str, key: pl.Expr) -> pl.Expr:
    """Seconds late or early: mostly some minutes, now and then hours."""
    draw = world.chance.unit(stream, key)
    return (60 + 700 * draw / (1.06 - draw)).floor().cast(pl.Int64)


def attendance(world: World, persons: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """The dataset `attendance`: who conducts himself badly is late, leaves early, forgets to clock or stays away."""
    chance = world.chance
    key = pl.col("index") * 4096 + pl.col("day_no")
    bad = 1 - pl.col("conduct")
    late = pl.when(chance.happens("late", key, 0.003 + 0.5 * bad * bad * bad)).then(_slack(world, "late by", key))
    early = pl.when(chance.happens("early", key, 0.002 + 0.3 * bad * bad * bad)).then(_slack(world, "early by", key))
    present = ~chance.happens("absent", key, 0.001 + 0.07 * bad * bad * bad)
    single = chance.unit("single", key) / (0.002 + 0.05 * bad * bad)
    shifts = _shifts(world, persons, units).filter(present)
    shifts = shifts.with_columns(
        arrival=pl.col("begins") + pl.coalesce(late, -(30 + chance.whole("before", key, 1500))),
        departure=pl.col("begins") + pl.col("lasts") + pl.coalesce(-early, 15 + chance.whole("after", key, 2400)),
        has_in=~single.is_between(0.5, 1.0, closed="left"),
        has_out=single >= 0.5,
    )
    shifts = shifts.with_columns(departure=pl.max_horizontal("departure", pl.col("arrival") + 600))
    both = pl.col("has_in") & pl.col("has_out")
    arrival, departure = pl.col("arrival"), pl.col("departure")
    events = pl.concat(
        [
            shifts.filter("has_in").with_columns(second=arrival, turn=0),
            shifts.filter("has_out").with_columns(second=departure, turn=3),
            # A second press of the finger (some delivered twice: the same moment), and a punch around noon.
            shifts.filter(both & chance.happens("twice", key, 0.02)).with_columns(
                second=arrival + 20 * chance.whole("twice after", key, 3), turn=1
            ),
            shifts.filter(both & chance.happens("noon", key, 0.03)).with_columns(
                second=(arrival + departure) // 2, turn=2
            ),
        ]
    ).with_columns(moment=at_second(pl.col("date"), pl.col("second")))
    day = (pl.col("moment").dt.date() - pl.lit(world.start)).dt.total_days()
    down = (day >= pl.col("down_from")) & (day < pl.col("down_from") + pl.col("days_down"))
    direction = pl.when(pl.col("turn") <= 1).then(pl.lit("in")).when(pl.col("turn") == 3).then(pl.lit("out"))
    return (
        events.filter(~down)
        .sort("index", "moment", "turn", "day_no")
        .select(
            "employee_id",
            timestamp=instant_text(pl.col("moment"), pl.col("writes_offset")),
            direction=pl.when("knows_direction").then(direction),
            device_id=pl.format("FP-{}", (pl.col("unit_no") + 1).cast(pl.String).str.zfill(5)),
        )
    )
