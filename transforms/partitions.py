"""Scoring a roster in parts, each by itself, with the same results whatever the number of parts.

A part is a slice of the units in the order of their ids, about as many people as every other one; the units of an
agency begin alike, so they stay together. People belong to the part of their home unit. What crosses parts:

- a response or an outcome may name a person of one part and a unit of another: its row goes to both;
- who moved, or left before P, has spells in units of other parts: what was recorded in such a *shared* unit, and in
  which schedules it works, is gathered from all parts before any is scored (`Elsewhere`);
- how far back the year has a record is asked of all attendance at once;
- schedules, calendar, standards and ratings of units are small and given to every part whole.

All else is of one person (raters and supervisors are only names in a row), or of one home unit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from policies.model import Policy
from policies.period import Period
from transforms.days import keyed_spells, recorded_days, windows_of
from transforms.people import people_of, with_days
from transforms.run import Results, first_event
from transforms.scope import Span, as_known, in_order

_ORDER: Final[Mapping[str, Sequence[str]]] = {"unit_guidance": ["unit_id"], "gaps": ["unit_id", "date"]}
PART: Final = "part"
"""Column of `allotted`: the part a row is given to."""
_OF_ONE_PERSON: Final = (
    "employees",
    "attendance",
    "leave",
    "service_requests",
    "objectives",
    "progress",
    "ratings",
    "initiatives",
    "decisions",
    "developments",
    "request_events",
    "work_shares",
)
_OF_PERSON_AND_UNIT: Final = ("survey_responses", "outcomes")
GIVEN_WHOLE: Final = ("schedules", "calendar", "service_standards", "competency_standards", "unit_achievements")
"""Datasets that every part gets whole."""
DIVIDED: Final = (*_OF_ONE_PERSON, *_OF_PERSON_AND_UNIT)
"""Datasets of which a part gets its own rows."""


@dataclass(frozen=True)
class Partitioning:
    """Which part everybody and every unit belongs to.

    `people`: employee_id, part (UInt32); one row a person with a spell day in the year. `units`: unit_id, part.
    `shared`: unit_id; one row a unit where people of another part have a spell. `places`: unit_id, schedule of these.
    `n_people`: scored people of each part; as many parts as it is long, at most as many as there are units.
    """

    people: pl.DataFrame
    units: pl.DataFrame
    shared: pl.DataFrame
    places: pl.DataFrame
    year: Span
    n_people: tuple[int, ...]


def partitioning(
    frames: Mapping[str, pl.LazyFrame], policy: Policy, period: Period, n: int, *, known_as_of: dt.datetime | None
) -> Partitioning:
    """At most `n` parts of the roster, none of them empty; a unit is never cut.

    `frames` as for `score`; of them `employees`, `schedules` and the instants of `attendance` are read.
    """
    known, span = _known(frames, policy, period, known_as_of)
    year = span.year_so_far(first_event(known["attendance"], span))
    homes = people_of(with_days(known["employees"], span)).select("employee_id", "unit_id").collect()
    spells = with_days(known["employees"], year).filter(pl.col("n_days") > 0).collect()
    units = _sliced(spells, homes, n)
    last_units = spells.sort("employee_id", "start_date").group_by("employee_id").agg(pl.col("unit_id").last())
    people = (
        pl.concat([homes, last_units.join(homes, on="employee_id", how="anti")])
        .join(units, on="unit_id")
        .select("employee_id", PART)
    )
    at_home = spells.join(people, on="employee_id").join(units, on="unit_id", suffix="_of_unit")
    shared = at_home.filter(pl.col(PART) != pl.col(f"{PART}_of_unit")).select("unit_id").unique().sort("unit_id")
    places = keyed_spells(spells.lazy(), known["schedules"].collect(), year).join(
        shared.lazy(), on="unit_id", how="semi"
    )
    scored = people.join(homes, on="employee_id", how="semi").group_by(PART).len()
    counts = units.select(PART).unique().join(scored, on=PART, how="left").sort(PART).get_column("len").fill_null(0)
    return Partitioning(
        people=people,
        units=units,
        shared=shared,
        places=places.select("unit_id", "schedule").unique().collect(),
        year=year,
        n_people=tuple(counts) or (0,),  # nobody at all is one part
    )


def _sliced(spells: pl.DataFrame, homes: pl.DataFrame, n: int) -> pl.DataFrame:
    """unit_id and part of every unit with a spell day in the year: slices of about as many people, in order of ids."""
    n_people = pl.col("n_people")
    # Twice the people before the middle of the unit, so that a large one goes where most of it lies.
    middle = 2 * n_people.cum_sum() - n_people
    return (
        spells.select("unit_id")
        .unique()
        .join(homes.group_by("unit_id").agg(n_people=pl.len().cast(pl.Int64)), on="unit_id", how="left")
        .with_columns(n_people.fill_null(0))  # nobody's home
        .sort("unit_id")
        .with_columns(slice=(middle * n // max(2 * homes.height, 1)).clip(upper_bound=n - 1))
        .select("unit_id", (pl.col("slice").rank("dense") - 1).cast(pl.UInt32).alias(PART))
    )


def allotted(frames: Mapping[str, pl.LazyFrame], parts: Partitioning) -> dict[str, pl.LazyFrame]:
    """The rows of each of `DIVIDED` with `part`; rows nobody asks for are left out, some are there for two parts.

    The order of rows that settles equal times goes along as a column, so that rows may be written in any order.
    """
    people, units = parts.people.lazy(), parts.units.lazy()
    ordered = in_order(frames)
    rows = {name: ordered[name].join(people, on="employee_id") for name in _OF_ONE_PERSON}
    for name in _OF_PERSON_AND_UNIT:
        both = (
            ordered[name]
            .join(people, on="employee_id", how="left")
            .join(units, on="unit_id", how="left", suffix="_of_unit")
        )
        of_unit = pl.col(f"{PART}_of_unit")
        is_elsewhere = of_unit.is_not_null() & pl.col(PART).ne_missing(of_unit)
        rows[name] = pl.concat(
            [
                both.filter(pl.col(PART).is_not_null()),
                both.filter(is_elsewhere).with_columns(of_unit.alias(PART)),
            ]
        ).drop(f"{PART}_of_unit")
    return rows


def record_of(
    frames: Mapping[str, pl.LazyFrame],
    shared: pl.DataFrame,
    year: Span,
    policy: Policy,
    period: Period,
    known_as_of: dt.datetime | None,
) -> pl.DataFrame:
    """What one part's people recorded in shared units: unit_id, date, window; `frames` are the part's rows."""
    known, _ = _known(frames, policy, period, known_as_of)
    spells = with_days(known["employees"], year).filter(pl.col("n_days") > 0)
    movers = spells.join(shared.lazy(), on="unit_id", how="semi").select("employee_id").unique()
    keys = movers.sort("employee_id").with_row_index("person").collect().lazy()
    schedules = known["schedules"].collect()
    return (
        recorded_days(
            keyed_spells(spells.join(keys, on="employee_id"), schedules, year),
            known["attendance"],
            keys,
            windows_of(schedules, policy.national.working_time),
            year,
        )
        .join(shared.lazy(), on="unit_id", how="semi")
        .collect(engine="streaming")
    )


def joined(results: Sequence[Results]) -> Results:
    """The results of all parts as one, in the order `score` gives them."""
    frames = {
        name: joined_frame(name, [getattr(result, name) for result in results])
        for name in (field.name for field in fields(Results))
        if name != "n_settled"
    }
    return Results(**frames, n_settled=sum(result.n_settled for result in results))


def joined_frame(name: str, parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The frame `name` of the results of all parts as one."""
    frame = pl.concat(parts)
    if name == "gaps":  # of a shared unit every part that has to do with it tells the same ones
        frame = frame.unique()
    # A person's rows are of one part, so that a stable sort keeps their order.
    return frame.sort(_ORDER.get(name, ["employee_id"]), maintain_order=True)


def _known(
    frames: Mapping[str, pl.LazyFrame], policy: Policy, period: Period, known_as_of: dt.datetime | None
) -> tuple[dict[str, pl.LazyFrame], Span]:
    if known_as_of is not None:  # Polars compares instants of one zone only
        known_as_of = known_as_of.astimezone(ZoneInfo(policy.timezone))
    return as_known(frames, known_as_of), Span.of(period, policy.timezone, known_as_of)
