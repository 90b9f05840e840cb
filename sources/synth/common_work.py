"""Work that passes through several hands: the life of a request, and work that people share.

Only where it is planted (`sources.synth.plants`): most agencies deliver neither dataset.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from sources.contracts import DATASETS
from sources.synth.chance import Chance
from sources.synth.plans import objective_id
from sources.synth.services import service_requests
from sources.synth.world import World, instant_text

SHARED_PLACE: Final = 1
"""Place of the objective, among a person's, that is shared."""


def _none(dataset: str, persons: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame(schema={"index": persons.schema["index"], **dict.fromkeys(DATASETS[dataset].names, pl.String)})


def request_events(persons: pl.DataFrame) -> pl.DataFrame:
    """The dataset `request_events`: no system keeps them, but where it is planted."""
    return _none("request_events", persons)


def work_shares(persons: pl.DataFrame) -> pl.DataFrame:
    """The dataset `work_shares`: nobody shares, but where it is planted."""
    return _none("work_shares", persons)


def colleague(of: str) -> pl.Expr:
    """The cell of the colleague before one in the unit, of the last for the first; null for who is alone."""
    column = pl.col(of)
    before = pl.coalesce(column.shift(1).over("unit_id"), column.last().over("unit_id"))
    return pl.when(pl.len().over("unit_id") > 1).then(before)


def passed_on(world: World, team: pl.DataFrame) -> pl.DataFrame:
    """Every second request of these people lies with a colleague first, who passes it on in time."""
    requests = _requests(world, team.with_columns(colleague=colleague("employee_id")))
    early = world.chance.happens("passed on", pl.col("key"), 0.5) & pl.col("colleague").is_not_null()
    share = 0.05 + 0.3 * world.chance.unit("passed on after", pl.col("key"))
    spent = ((pl.col("done") - pl.col("submitted")).dt.total_seconds() * share).floor().cast(pl.Int64)
    requests = requests.filter(early).with_columns(passed=pl.col("submitted") + pl.duration(seconds=spent))
    given = requests.with_columns(employee_id="colleague", kind=pl.lit("assigned"), moment="submitted", step=0)
    taken = requests.with_columns(employee_id="owner", kind=pl.lit("assigned"), moment="passed", step=1)
    return _events(pl.concat([given, taken.select(given.columns)]))


def sat_on(world: World, team: pl.DataFrame) -> pl.DataFrame:
    """Every request of the team that was late lay with its `employee_id` from the first hour to the last but one."""
    requests = _requests(world, team.rename({"employee_id": "sitter"}).with_columns(employee_id="sitter"))
    late = requests.filter(
        pl.col("closed_at").is_not_null(),
        pl.col("done") > pl.col("due") + pl.duration(hours=2),
        pl.col("due") > pl.col("submitted"),
    )
    given = late.with_columns(kind=pl.lit("assigned"), moment=pl.col("submitted"), step=0)
    done = late.with_columns(kind=pl.lit("done"), moment=pl.col("done") - pl.duration(hours=1), step=1)
    return _events(pl.concat([given, done]).with_columns(employee_id="sitter"))


def _requests(world: World, team: pl.DataFrame) -> pl.DataFrame:
    """Requests of the team as they are drawn, with what the team's rows say of their owner."""
    drawn = service_requests(world, team).drop("employee_id", "unit_id", "writes_offset")
    own = [name for name in ("employee_id", "sitter", "colleague") if name in team.columns]
    return drawn.join(team.select("index", "unit_id", "writes_offset", *own), on="index", maintain_order="left").rename(
        {"employee_id": "owner"}
    )


def _events(rows: pl.DataFrame) -> pl.DataFrame:
    return (
        rows.sort("index", "turn", "step")
        .with_columns(happened_at=instant_text(pl.col("moment"), pl.col("writes_offset")))
        .select("index", *DATASETS["request_events"].names)
    )


def shared(world: World, people: pl.DataFrame, owner: str, share: pl.Expr) -> pl.DataFrame:
    """A row each of these people: his `share` (percent) of the second objective of the person with index `owner`."""
    return people.select(
        "index",
        work_kind=pl.lit("objective"),
        work_id=objective_id(world, pl.col(owner), pl.lit(SHARED_PLACE)),
        employee_id="employee_id",
        share=share.cast(pl.String),
    )


def has_done_half(chance: Chance) -> pl.Expr:
    """Whether a request is of the half that a colleague does."""
    return chance.happens("half of the work", pl.col("key"), 0.6)
