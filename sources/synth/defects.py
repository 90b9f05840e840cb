"""Rows that validation must refuse, each for exactly one reason.

A defect is never made by spoiling a row but by adding a spoiled copy of one, directly before it and, where the dataset
has a key, under a key of its own. So the sound rows, and with them every score, are those of a world without defects;
`repeated_key` keeps the key, and the sound row, being the later one, stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from sources.contracts import DATASETS
from sources.synth.chance import choose
from sources.synth.people import SPOILED_SERIAL, retired_id
from sources.synth.world import MAX_EMPLOYEES, World

SHORT_ROW: Final = "short_row"
_OUTSIDER: Final = "_outsider"
"""Column of a spoiled copy: an employee id of the right shape that is on no roster."""

Change = Mapping[str, pl.Expr]


@dataclass(frozen=True, slots=True)
class Defect:
    """One kind: what it changes by dataset, and whether only text files can carry it."""

    kind: str
    meaning: str
    changes: Mapping[str, Change]
    csv_only: bool = False
    keeps_key: bool = False


def _to(**values: str | int | None) -> Change:
    return {name: pl.lit(None if value is None else str(value), dtype=pl.String) for name, value in values.items()}


def _minus_day(name: str) -> pl.Expr:
    return pl.col(name).str.head(10).str.to_date() - pl.duration(days=1)


_CLOSED: Final = _to(
    status="closed",
    complete_at=None,
    first_response_at=None,
    paused_hours=None,
    due_at=None,
)
_DAY_BEFORE = _minus_day("submitted_at").dt.strftime("%Y-%m-%dT08:00:00")
_DAYS_AFTER = (_minus_day("submitted_at") + pl.duration(days=4)).dt.strftime("%Y-%m-%dT08:00:00")
_LATER = (_minus_day("submitted_at") + pl.duration(days=6)).dt.strftime("%Y-%m-%dT08:00:00")
_OUTSIDE: Final[Change] = {"employee_id": pl.col(_OUTSIDER)}

DEFECTS: Final = (
    Defect(
        "repeated_key",
        "the key of the row after it",
        {name: {} for name, dataset in DATASETS.items() if dataset.key},
        keeps_key=True,
    ),
    Defect(
        "missing_required",
        "a required value is empty",
        {
            "employees": _to(name=None),
            "schedules": _to(start_time=None),
            "calendar": _to(kind=None),
            "attendance": _to(timestamp=None),
            "leave": _to(kind=None),
            "service_requests": _to(unit_id=None),
            "service_standards": _to(limit_hours=None),
            "survey_responses": _to(audience=None),
            "objectives": _to(description=None),
            "progress": _to(objective_id=None),
            "ratings": _to(item=None),
            "competency_standards": _to(required_level=None),
            "initiatives": _to(title=None),
            "outcomes": _to(actual=None),
            "decisions": _to(decided_by=None),
            "unit_achievements": _to(rating=None),
            "developments": _to(kind=None),
            "request_events": _to(happened_at=None),
            "work_shares": _to(share=None),
        },
    ),
    Defect(
        "not_in_list",
        "a value outside its list",
        {
            "employees": _to(position_group="eselon"),
            "calendar": _to(kind="weekend"),
            "attendance": _to(direction="pulang"),
            "service_requests": _to(kind="letter"),
            "survey_responses": _to(audience="visitor"),
            "objectives": _to(direction="up"),
            "ratings": _to(rater_role="friend"),
            "initiatives": _to(status="draft"),
            "outcomes": _to(direction="up"),
            "decisions": _to(decided_rating="Cukup"),
            "unit_achievements": _to(rating="Cukup"),
            "developments": _to(kind="kursus"),
            "request_events": _to(kind="seen"),
            "work_shares": _to(work_kind="project"),
        },
    ),
    Defect(
        "not_on_roster",
        "an employee who is not on the roster",
        {
            name: {**_OUTSIDE, **(_to(unit_id=None) if name == "outcomes" else {})}
            for name, dataset in DATASETS.items()
            if dataset.on_roster
        },
    ),
    Defect(
        "unparseable_time",
        "a date or time that does not parse",
        {
            "employees": _to(birth_date="31-02-19xx"),
            "schedules": _to(start_time="25:99"),
            "attendance": _to(timestamp="2026-13-45 77:00"),
            "leave": _to(start_date="kemarin"),
            "service_requests": _to(submitted_at="2026-02-30T08:00:00"),
            "survey_responses": _to(submitted_at="tidak tahu"),
            "objectives": _to(due_date="2026-00-10"),
            "progress": _to(due_at="akhir bulan"),
            "ratings": _to(submitted_at="2026-07-41T09:00:00"),
            "initiatives": _to(submitted_at="??"),
            "decisions": _to(decided_at="2026-14-01T08:00:00"),
            "developments": _to(completed_at="sudah"),
            "request_events": _to(happened_at="besok"),
        },
        csv_only=True,
    ),
    Defect(
        "unparseable_number",
        "a number that does not parse",
        {
            "schedules": _to(weekday="Senin"),
            "service_requests": _to(paused_hours="dua jam"),
            "service_standards": _to(limit_hours="sehari"),
            "survey_responses": _to(u1="baik"),
            "objectives": _to(target="banyak"),
            "progress": _to(realised="50%"),
            "ratings": _to(level="tinggi"),
            "competency_standards": _to(required_level="III"),
            "outcomes": _to(actual="n/a"),
            "work_shares": _to(share="separuh"),
        },
    ),
    Defect(
        "closed_before_submitted",
        "closed before it was submitted",
        {"service_requests": {**_CLOSED, "closed_at": _DAY_BEFORE}},
    ),
    Defect(
        "complete_before_submitted",
        "papers complete before the request was submitted",
        {"service_requests": {**_CLOSED, "complete_at": _DAY_BEFORE, "closed_at": _DAYS_AFTER}},
    ),
    Defect(
        "complete_after_closing",
        "papers complete after the request was closed",
        {"service_requests": {**_CLOSED, "complete_at": _LATER, "closed_at": _DAYS_AFTER}},
    ),
    Defect("closed_without_time", "closed, but not when", {"service_requests": {**_CLOSED, **_to(closed_at=None)}}),
    Defect("negative_paused_hours", "paused hours below zero", {"service_requests": _to(paused_hours=-3)}),
    Defect("answer_out_of_range", "an answer outside 1-4", {"survey_responses": _to(u3=5)}),
    Defect("target_not_positive", "a target of zero", {"objectives": _to(target=0), "outcomes": _to(target=0)}),
    Defect("weight_not_positive", "a weight below zero", {"objectives": _to(weight=-10)}),
    Defect("limit_not_positive", "a limit of zero hours", {"service_standards": _to(limit_hours=0)}),
    Defect("weekday_out_of_range", "a weekday after Sunday", {"schedules": _to(weekday=8)}),
    Defect("required_level_out_of_range", "a required level above 5", {"competency_standards": _to(required_level=6)}),
    Defect(
        "level_out_of_range",
        "a level above level_max",
        {"ratings": _to(instrument="behaviour", level=4, level_max=3)},
    ),
    Defect(
        "level_max_too_small",
        "an instrument of a single level",
        {"ratings": _to(instrument="behaviour", level=1, level_max=1)},
    ),
    Defect(
        "competency_scale",
        "a competency rated on another scale than 1-5",
        {"ratings": _to(instrument="competency", level=2, level_max=4)},
    ),
    Defect(
        "leave_ends_before_start",
        "a leave that ends before it starts",
        {"leave": {"end_date": _minus_day("start_date").dt.strftime("%Y-%m-%d")}},
    ),
    Defect(
        "objective_ends_before_start",
        "an objective due before it starts",
        {"objectives": {"due_date": _minus_day("start_date").dt.strftime("%Y-%m-%d")}},
    ),
    Defect(
        "spell_ends_before_start",
        "a spell that ends before it starts",
        {"employees": {"end_date": _minus_day("start_date").dt.strftime("%Y-%m-%d")}},
    ),
    Defect(
        "outcome_both_or_neither",
        "an outcome of both an employee and a unit, or of neither",
        {"outcomes": {"unit_id": pl.when(pl.col("employee_id").is_not_null()).then(pl.lit("KEC.0001"))}},
    ),
    Defect(
        SHORT_ROW,
        "a record that lacks its last field",
        {name: {} for name in DATASETS},
        csv_only=True,
    ),
)
"""Every kind. None stops a run: no unknown sector, no overlapping spells, no empty dataset."""

KINDS: Final = tuple(defect.kind for defect in DEFECTS)

_OWN_KEY: Final[Mapping[str, str]] = {
    "schedules": "schedule_id",
    "service_requests": "request_id",
    "service_standards": "service_type",
    "survey_responses": "response_id",
    "objectives": "objective_id",
    "competency_standards": "competency",
    "initiatives": "initiative_id",
    "outcomes": "measure",
    "unit_achievements": "unit_id",
    "developments": "development_id",
    "work_shares": "work_id",
}
"""Key column that gets a suffix of its own; a person gets another number, a day off another (refused) kind."""


def kinds_of(dataset: str, kinds: Sequence[str], *, text: bool) -> tuple[Defect, ...]:
    """The defects among `kinds` that the dataset can have; `text` where the file is one of text."""
    return tuple(
        defect
        for defect in DEFECTS
        if defect.kind in kinds and dataset in defect.changes and (text or not defect.csv_only)
    )


def spoil(
    world: World, dataset: str, rows: pl.DataFrame, first_number: int, share: float, defects: tuple[Defect, ...]
) -> pl.DataFrame:
    """The rows, all text, with spoiled copies before some; a column `_defect` names the kind, null in sound rows.

    `first_number` is the number of the first row within the whole dataset, `share` that of the rows that get a copy.
    """
    sound = rows.with_columns(
        _number=pl.int_range(pl.len(), dtype=pl.Int64) + first_number, _defect=pl.lit(None, dtype=pl.String)
    )
    if not defects or share == 0:
        return sound
    chance, number = world.chance, pl.col("_number")
    kinds = tuple(defect.kind for defect in defects)
    copied = sound.filter(chance.happens(f"defect {dataset}", number, share)).with_columns(
        _defect=choose(chance.whole(f"defect kind {dataset}", number, len(kinds)), kinds),
        _outsider=retired_id(world, number % MAX_EMPLOYEES),
    )
    parts = [_copies(dataset, copied.filter(pl.col("_defect") == defect.kind), defect) for defect in defects]
    both = pl.concat([*(part.select(sound.columns) for part in parts), sound])
    return both.sort("_number", pl.col("_defect").is_null(), maintain_order=True)


def _copies(dataset: str, copied: pl.DataFrame, defect: Defect) -> pl.DataFrame:
    own_key: dict[str, pl.Expr] = {}
    if not defect.keeps_key:
        if dataset == "employees":
            serial = pl.col("employee_id").str.tail(3).cast(pl.Int64) + SPOILED_SERIAL
            own_key["employee_id"] = pl.format("{}{}", pl.col("employee_id").str.head(15), serial)
        elif name := _OWN_KEY.get(dataset):
            own_key[name] = pl.format("{}-{}", pl.col(name), pl.col("_number"))
    return copied.with_columns(**own_key).with_columns(**defect.changes[dataset])
