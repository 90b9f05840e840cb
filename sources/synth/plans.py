"""Work plans (SKP): objectives, and the weekly reports on one of them after the other."""

from __future__ import annotations

import datetime as dt

import polars as pl

from sources.synth.agencies import BLOCK, OUTPOST
from sources.synth.world import DAY, World, instant_text, midnight, repeat, tenths

_DESCRIPTIONS = (
    "Meningkatnya kualitas pelayanan kepada masyarakat",
    "Tersusunnya laporan kegiatan bulanan yang akurat",
    "Terselesaikannya dokumen pelayanan sesuai standar",
    "Tertibnya administrasi dan arsip unit kerja",
    "Terlaksananya sosialisasi program kepada warga",
    "Terpeliharanya data dan sistem informasi layanan",
    "Terlaksananya kegiatan pembinaan dan pendampingan",
    "Menurunnya waktu tunggu pelayanan",
)
_ASPECTS = ("quantity", "quantity", "quality", "time", "cost")
_OBSTACLES = (
    ("personnel", "Kekurangan petugas pelaksana"),
    ("budget", "Anggaran belum tersedia"),
    ("system", "Gangguan jaringan dan aplikasi"),
    ("third_party", "Menunggu kelengkapan dari pihak lain"),
)
_MOST = 6


def _plans(world: World, persons: pl.DataFrame) -> pl.DataFrame:
    """One row a person and objective (`place`), typed."""
    chance, index = world.chance, pl.col("index")
    with_plan = persons.filter(pl.col("is_lead") | chance.happens("has plan", index, 0.965))
    with_plan = with_plan.with_columns(n_objectives=4 + chance.whole("objectives", index, _MOST - 3))
    frame = repeat(with_plan, pl.col("n_objectives"), "place_no")
    key = index * 8 + pl.col("place_no")
    year_start, year_end = dt.date(world.start.year, 1, 1), dt.date(world.start.year, 12, 31)
    yearly = chance.happens("yearly objective", key, 0.4)
    lower = chance.happens("lower is better", key, 0.15)
    quality = 0.72 + 0.56 * pl.col("results") + 0.12 * chance.bell("objective quality", key)
    return frame.with_columns(
        key=key,
        yearly=yearly,
        lower=lower,
        quality=quality,
        target_no=pl.when(lower).then(2 + chance.whole("target", key, 20)).otherwise(
            10 * (1 + chance.whole("target", key, 30))
        ),
        first=pl.when(yearly).then(pl.lit(year_start)).otherwise(pl.lit(world.start)),
        last=pl.when(yearly).then(pl.lit(year_end)).otherwise(pl.lit(world.end - DAY)),
    )  # fmt: skip


def objective_id(world: World, index: pl.Expr, place: pl.Expr) -> pl.Expr:
    """Id of a person's objective of that place (0-based)."""
    return pl.format("O{}-{}-{}", pl.lit(world.label), (index + 1).cast(pl.String).str.zfill(7), place + 1)


def objectives(world: World, persons: pl.DataFrame) -> pl.DataFrame:
    """The dataset `objectives`: those of a unit's staff serve those of its head."""
    chance, key, place = world.chance, pl.col("key"), pl.col("place_no")
    share = 100 // pl.col("n_objectives")
    head = pl.col("block") * BLOCK + pl.col("first_slot")
    serves = (pl.col("place") > 0) & (pl.col("kind") != OUTPOST) & (place < 4)
    return _plans(world, persons).with_columns(
        objective_id=objective_id(world, pl.col("index"), place),
        parent_objective_id=pl.when(serves).then(objective_id(world, head, place)),
        description=pl.when("lower")
        .then(pl.lit(_DESCRIPTIONS[-1]))
        .otherwise(chance.pick("description", key, _DESCRIPTIONS[:-1])),
        kind=pl.when(place >= 4).then(pl.lit("additional")).otherwise(pl.lit("main")),
        aspect=pl.when("lower").then(pl.lit("time")).otherwise(chance.pick("aspect", key, _ASPECTS)),
        target=pl.col("target_no"),
        weight=pl.when(place == 0).then(100 - share * (pl.col("n_objectives") - 1)).otherwise(share),
        direction=pl.when("lower").then(pl.lit("lower")).otherwise(pl.lit("higher")),
        start_date=pl.col("first").dt.strftime("%Y-%m-%d"),
        due_date=pl.col("last").dt.strftime("%Y-%m-%d"),
    )


def _milestones(world: World) -> pl.DataFrame:
    """Due dates: each week's Friday for one objective in turn, and the last weekday of the period for all of them."""
    monday = world.start + (7 - world.start.weekday()) % 7 * DAY
    fridays = [monday + 4 * DAY + n * 7 * DAY for n in range((world.end - monday).days // 7 + 1)]
    fridays = [friday for friday in fridays if friday < world.end - 3 * DAY]
    close = world.end - DAY
    while close.weekday() > 4:
        close -= DAY
    weekly = pl.DataFrame({"due": fridays}, schema={"due": pl.Date}).with_row_index("week").with_columns(final=False)
    last = pl.DataFrame({"due": [close]}, schema={"due": pl.Date}).with_columns(
        week=pl.lit(len(fridays), dtype=pl.UInt32), final=True
    )
    return pl.concat([weekly, last.select(weekly.columns)]).with_columns(pl.col("week").cast(pl.Int64))


def progress(world: World, persons: pl.DataFrame) -> pl.DataFrame:
    """The dataset `progress`: who conducts himself badly reports late or never."""
    chance = world.chance
    frame = _plans(world, persons.filter(pl.col("long_from").is_null())).join(
        _milestones(world), how="cross", maintain_order="left_right"
    )
    mine = pl.col("final") | (pl.col("week") % pl.col("n_objectives") == pl.col("place_no"))
    served = pl.col("end_date").is_null() | (pl.col("due") <= pl.col("end_date")) | (pl.col("career") == "moves")
    frame = frame.filter(mine, served, pl.col("due") >= pl.col("start_date"))
    frame = frame.with_columns(report=pl.col("key") * 128 + pl.col("week")).sort("index", "week", "place_no")
    key, bad = pl.col("report"), 1 - pl.col("conduct")
    fate = chance.unit("report fate", key)
    late = 0.01 + 0.42 * bad * bad
    day = (
        pl.when(fate < late * 0.3)
        .then(None)
        .when(fate < late)
        .then(pl.col("due") + pl.duration(days=1 + chance.whole("report late", key, 8)))
        .otherwise(pl.col("due") - pl.duration(days=chance.whole("report early", key, 3)))
    )
    frame = frame.with_columns(day=day)
    reported = midnight(pl.col("day")) + pl.duration(seconds=8 * 3600 + chance.whole("report time", key, 8 * 3600))
    counted = pl.when("final").then(pl.lit(world.end - DAY)).otherwise(pl.col("day"))
    passed = ((counted - pl.col("first")).dt.total_days() + 1) / (
        (pl.col("last") - pl.col("first")).dt.total_days() + 1
    )
    realised = (
        pl.when("lower")
        .then(pl.col("target_no") * (2 - pl.col("quality")))
        .otherwise(pl.col("target_no") * pl.min_horizontal(passed, 1.0) * pl.col("quality"))
    )
    undated = chance.happens("no due dates", pl.col("index"), 0.02)
    hindered = pl.col("day").is_not_null() & chance.happens("hindered", key, 0.06)
    obstacle = chance.whole("obstacle", key, len(_OBSTACLES))
    numbers = list(range(len(_OBSTACLES)))
    return frame.with_columns(
        objective_id=objective_id(world, pl.col("index"), pl.col("place_no")),
        due_at=pl.when(~undated).then(pl.col("due").dt.strftime("%Y-%m-%d")),
        reported_at=instant_text(reported, pl.col("writes_offset")),
        realised=pl.when(pl.col("day").is_not_null()).then(tenths(realised)),
        obstacle_category=pl.when(hindered).then(obstacle.replace_strict(numbers, [name for name, _ in _OBSTACLES])),
        obstacle_note=pl.when(hindered).then(obstacle.replace_strict(numbers, [note for _, note in _OBSTACLES])),
        evidence_ref=pl.when(pl.col("day").is_not_null()).then(
            pl.format("bukti/{}/{}", pl.lit(world.label), key.cast(pl.String).str.zfill(12))
        ),
    )
