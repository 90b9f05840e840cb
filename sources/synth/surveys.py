"""What citizens, patients and pupils answered: 1-4 to nine elements, some left out."""

from __future__ import annotations

import polars as pl

from sources.synth.world import World, at_second, instant_text, repeat

_ELEMENT_SHIFT = (0.05, 0.0, -0.08, 0.1, 0.03, 0.05, 0.08, -0.05, -0.06)
"""Cost is liked, time is not: the same in every unit."""


def survey_responses(world: World, persons: pl.DataFrame) -> pl.DataFrame:
    """The dataset `survey_responses`: half the unit's quality, half the person's results."""
    chance, index = world.chance, pl.col("index")
    usual = 8 + chance.whole("responses", index, 6)
    few = chance.whole("few responses", index, 5)
    number = (
        pl.when(~pl.col("has_surveys"))
        .then(0)
        .when(chance.happens("seldom asked", index, 0.07))
        .then(few)
        .otherwise(usual * world.months // 3)
    )
    frame = repeat(persons, number, "turn")
    frame = frame.with_columns(key=index * 4096 + pl.col("turn"))
    key = pl.col("key")
    other = pl.col("sector").replace_strict({"health": "patient", "education": "student"}, default="citizen")
    audience = pl.when(chance.happens("own audience", key, 0.62)).then(other).otherwise(pl.lit("citizen"))
    mood = 0.5 * chance.bell("mood", key) - pl.when(chance.happens("angry", key, 0.03)).then(1.3).otherwise(0.0)
    mean = 2.35 + 1.0 * pl.col("quality") + 0.8 * pl.col("results") + mood
    frame = frame.with_columns(mean=mean, audience=audience)
    answers = {}
    for number_of, shift in enumerate(_ELEMENT_SHIFT, start=1):
        name = f"u{number_of}"
        level = (pl.col("mean") + shift).clip(1.0, 4.0)
        answer = (level + chance.unit(name, key)).floor().cast(pl.Int64).clip(1, 4)
        answers[name] = pl.when(chance.unit(f"{name} skipped", key) >= 0.04).then(answer)
    day = chance.whole("response day", key, world.days)
    seconds = 7 * 3600 + chance.whole("response second", key, 13 * 3600)
    return frame.with_columns(
        response_id=pl.format("S{}-{}", pl.lit(world.label), key.cast(pl.String).str.zfill(11)),
        submitted_at=instant_text(
            at_second(pl.lit(world.start) + pl.duration(days=day), seconds), pl.col("writes_offset")
        ),
        employee_id=pl.when(chance.unit("nobody named", key) >= 0.08).then(pl.col("employee_id")),
        **answers,
    )
