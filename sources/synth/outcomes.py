"""Initiatives, measured outcomes, appraisers' decisions and the ratings of units."""

from __future__ import annotations

import polars as pl

from sources.synth.people import SUPERIOR, employee_id
from sources.synth.world import World, at_second, instant_text, repeat, tenths

_TITLES = (
    "Antrean daring",
    "Layanan jemput bola",
    "Pojok informasi warga",
    "Arsip digital unit",
    "Pengingat jadwal lewat pesan singkat",
    "Kelas pendampingan sebaya",
    "Loket ramah lansia",
)
_REASONS = (
    "Beban kerja khusus dalam periode ini",
    "Bukti dukung dinilai ulang oleh atasan",
    "Kontribusi pada tim lintas unit",
)
_MEASURES = {"health": "immunization_coverage", "education": "teaching_quality"}
_MATRIX = {
    ("above", "below"): "Kurang/Misconduct",
    ("above", "meets"): "Baik",
    ("above", "above"): "Sangat Baik",
    ("meets", "below"): "Kurang/Misconduct",
    ("meets", "meets"): "Baik",
    ("meets", "above"): "Baik",
    ("below", "below"): "Sangat Kurang",
    ("below", "meets"): "Butuh Perbaikan",
    ("below", "above"): "Butuh Perbaikan",
}
"""Rating matrix of PermenPANRB 6/2022 (annex): what an appraiser would decide who knew the latent qualities."""
_ORDER = ("Sangat Kurang", "Kurang/Misconduct", "Butuh Perbaikan", "Baik", "Sangat Baik")


def initiatives(world: World, persons: pl.DataFrame) -> pl.DataFrame:
    """The dataset `initiatives`."""
    chance, index, results = world.chance, pl.col("index"), pl.col("results")
    slots = max(1, 2 * world.months // 3)
    frame = repeat(persons, pl.lit(slots + 1), "turn")
    frame = frame.with_columns(key=index * 64 + pl.col("turn"))
    key = pl.col("key")
    extra = pl.col("turn") == slots
    likely = (
        pl.when(extra).then(0.12).when(pl.col("turn") % 2 == 0).then(0.3 + 0.75 * results).otherwise(results * results)
    )
    frame = frame.filter(chance.happens("initiative", key, likely))
    fate = chance.unit("initiative fate", key)
    day = chance.whole("initiative day", key, world.days)
    return frame.with_columns(
        initiative_id=pl.format("I{}-{}", pl.lit(world.label), key.cast(pl.String).str.zfill(10)),
        title=pl.format("{} {}", chance.pick("title", key, _TITLES), pl.col("unit_name")),
        submitted_at=instant_text(
            at_second(
                pl.lit(world.start) + pl.duration(days=day), 8 * 3600 + chance.whole("initiative time", key, 28800)
            ),
            pl.col("writes_offset"),
        ),
        status=pl.when(extra & (fate < 0.5))
        .then(pl.lit("rejected"))
        .when(extra | (fate < 0.08))
        .then(pl.lit("proposed"))
        .otherwise(pl.lit("adopted")),
    )


def outcomes(world: World, persons: pl.DataFrame) -> pl.DataFrame:
    """The dataset `outcomes`: by unit in every other block, by employee in the rest, where some are missing."""
    chance = world.chance
    measured = persons.filter(pl.col("sector").is_in(list(_MEASURES)))
    target = pl.when(pl.col("sector") == "health").then(95.0).otherwise(80.0)
    by_unit = measured.filter(pl.col("by_unit"), pl.col("place") == 0).select(
        "index", "unit_id", "sector", employee_id=pl.lit(None, dtype=pl.String), ratio=0.8 + 0.4 * pl.col("quality")
    )
    by_person = measured.filter(~pl.col("by_unit"), ~chance.happens("unmeasured", pl.col("index"), 0.15)).select(
        "index",
        "sector",
        "employee_id",
        unit_id=pl.lit(None, dtype=pl.String),
        ratio=0.76 + 0.45 * pl.col("results") + 0.04 * chance.bell("outcome", pl.col("index")),
    )
    return (
        pl.concat([by_unit, by_person.select(by_unit.columns)])
        .sort("index")
        .select(
            "employee_id",
            "unit_id",
            measure=pl.col("sector").replace_strict(_MEASURES),
            period=pl.lit(world.label),
            actual=tenths(target * pl.col("ratio")),
            target=target.cast(pl.Int64),
            direction=pl.lit("higher"),
        )
    )


def _level(latent: str) -> pl.Expr:
    value = pl.col(latent)
    return (
        pl.when(value >= 0.75)
        .then(pl.lit("above"))
        .when(value >= 0.25)
        .then(pl.lit("meets"))
        .otherwise(pl.lit("below"))
    )


def decisions(world: World, persons: pl.DataFrame) -> pl.DataFrame:
    """The dataset `decisions`: after the period, for seven in ten, some a step beside what the qualities suggest."""
    chance, index = world.chance, pl.col("index")
    expected = pl.concat_str(_level("results"), _level("conduct"), separator=" ").replace_strict(
        {f"{results} {conduct}": rating for (results, conduct), rating in _MATRIX.items()}
    )
    step = pl.when(chance.happens("judged up", index, 0.5)).then(1).otherwise(-1)
    other = (expected.replace_strict(list(_ORDER), list(range(5)), return_dtype=pl.Int64) + step).clip(0, 4)
    frame = persons.filter(chance.happens("decided", index, 0.7)).with_columns(
        differs=chance.happens("judged otherwise", index, 0.08)
    )
    rating = pl.when("differs").then(other.replace_strict(list(range(5)), list(_ORDER))).otherwise(expected)
    day = pl.lit(world.end) + pl.duration(days=3 + chance.whole("decided on", index, 10))
    seconds = 8 * 3600 + chance.whole("decided at", index, 28800)
    return frame.with_columns(decided_rating=rating).with_columns(
        period=pl.lit(world.label),
        decided_by=employee_id(world, pl.col("boss").fill_null(SUPERIOR)),
        decided_at=instant_text(at_second(day, seconds), pl.lit(value=False)),
        reason=pl.when("differs")
        .then(chance.pick("reason", index, _REASONS))
        .when(pl.col("decided_rating") != "Baik")
        .then(pl.lit("Hasil dialog kinerja dengan pegawai")),
    )


def unit_achievements(world: World, persons: pl.DataFrame) -> pl.DataFrame:
    """The dataset `unit_achievements`: a unit's rating follows its quality."""
    quality = pl.col("quality")
    return persons.filter(pl.col("place") == 0).select(
        "unit_id",
        period=pl.lit(world.label),
        rating=pl.when(quality >= 0.9)
        .then(pl.lit("Istimewa"))
        .when(quality >= 0.3)
        .then(pl.lit("Baik"))
        .when(quality >= 0.1)
        .then(pl.lit("Butuh Perbaikan"))
        .otherwise(pl.lit("Kurang")),
    )


def developments(persons: pl.DataFrame) -> pl.DataFrame:
    """The dataset `developments`: nobody is sent anywhere, but where it is planted."""
    text = ("development_id", "employee_id", "kind", "item", "completed_at")
    return pl.DataFrame(schema={"index": persons.schema["index"], **dict.fromkeys(text, pl.String)})
