"""Which figures of places are kept from readers who are not in charge of them: those that would tell of few people.

A place of fewer than ten people is withheld: its mean is nearly a person's. Because agencies and the city show the sums
of their units, one withheld place could be got by subtraction; so what stays hidden below a total that is shown is
always two places or more, of ten people or more together, and the next smallest is withheld beside it where it is not.
The tables stay whole: roll-ups reconcile on them, and those in charge read them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import Engine, Table, select

from warehouse.connection import reading
from warehouse.insight_models import INSIGHTS, UnitResult
from warehouse.queries import Rows, _published

_UNIT: Final[Table] = UnitResult.__table__  # type: ignore[assignment]  # declared with __tablename__

SMALL_GROUP: Final = 10
"""Fewer people are not told of; the same number by which insights mark places as publishable."""
SMALL: Final = "small_group (n < 10)"
COMPLEMENT: Final = "complement"
"""A smaller place would follow from it by subtraction."""
COLUMN: Final = "withheld"

_COUNTS: Final[Mapping[str, tuple[str, ...]]] = {
    "drivers": ("n",),
    "guidance": ("n_rated",),
    "improvements": ("n",),
    "unit_obstacles": ("n_employees",),
    "unit_gaps": ("n_lower", "n_other"),
    "indicator_health": ("n_scored",),
}
"""Counts of people or answers of a row, by frame: where one is small, so is the row."""
_KEPT: Final = (
    "level", "place_id", "place_name", "unit_id", "sector", "unit_rating", "expected_rating", "is_publishable",
    "previous_period", "limit_hours", "has_standard", "target", "target_source", "n_days", "indicator_id",
    "item_group", "is_suppressed", "revision", "run_id",
)  # fmt: skip
"""What is no figure about people, beside the key."""

Place = tuple[str, str]
"""Level and id."""


class _Size(NamedTuple):
    people: int
    is_small: bool


def withheld(engine: Engine, frame: str, found: Rows, city: str, period: str, revision: int | None) -> Rows:
    """The rows with the column `withheld`: null, or why all figures of the row are null.

    `found` are rows of `frame`, an insight without employees, or of `guidance`.
    """
    hidden = hidden_places(engine, _published(engine, city, period, revision))
    kept = set(_KEPT) | _key(frame)
    is_kept = [name in kept for name in found.columns]
    place = {name: number for number, name in enumerate(found.columns)}
    counts = [place[name] for name in _COUNTS.get(frame, ())]

    def why(row: tuple[Any, ...]) -> str | None:
        # A count of 0 tells of nobody.
        if any(row[number] is not None and 0 < row[number] < SMALL_GROUP for number in counts):
            return SMALL
        return hidden.get(_place_of(frame, row, place))

    def told(row: tuple[Any, ...]) -> tuple[Any, ...]:
        reason = why(row)
        if reason is None:
            return (*row, None)
        return (*(value if keep else None for value, keep in zip(row, is_kept, strict=True)), reason)

    return found.told((*found.columns, COLUMN), told)


def _key(frame: str) -> set[str]:
    if frame not in INSIGHTS:
        return set()
    table = INSIGHTS[frame].__table__
    assert isinstance(table, Table)  # noqa: S101 - declared with __tablename__
    return {column.name for column in table.primary_key}


def _place_of(frame: str, row: tuple[Any, ...], place: Mapping[str, int]) -> Place:
    if frame == "fairness":
        return row[place["dimension"]], row[place["group_name"]]
    if "level" in place:
        return row[place["level"]], row[place["place_id"]]
    return "unit", row[place["unit_id"]] if "unit_id" in place else ""


def hidden_places(engine: Engine, run_id: str) -> dict[Place, str]:
    """The places of a run whose figures are withheld, and why."""
    columns = (_UNIT.c.level, _UNIT.c.place_id, _UNIT.c.n_employees, _UNIT.c.n_scored, _UNIT.c.n_rated)
    with reading(engine, "reading the sizes of places") as connection:
        found = connection.execute(select(*columns).where(_UNIT.c.run_id == run_id)).all()
    sizes = {}
    for level, place_id, people, *parts in found:
        is_small = people < SMALL_GROUP or any(0 < part < SMALL_GROUP for part in parts)
        sizes[level, place_id] = _Size(people, is_small)
    return hidden_of(sizes)


def hidden_of(sizes: Mapping[Place, _Size]) -> dict[Place, str]:
    """The same from the sizes of units, agencies and the city."""
    hidden = {place: SMALL for place, size in sizes.items() if size.is_small}
    units: dict[str, list[Place]] = defaultdict(list)
    for place in sorted(sizes, key=lambda place: (sizes[place].people, place)):
        if place[0] == "unit":
            units[place[1].split(".", 1)[0]].append(place)
    agencies = [
        place for place in sorted(sizes, key=lambda place: (sizes[place].people, place)) if place[0] == "agency"
    ]
    for agency in agencies:
        if agency not in hidden:
            _hide_more(units[agency[1]], sizes, hidden)
    city = [place for place in sizes if place[0] == "city"]
    if all(place in hidden for place in city):
        return hidden
    # Below the city's total: what is left once shown agencies, and shown units of the others, are taken off.
    while (closed := [agency for agency in agencies if agency in hidden]) and not _is_safe(
        [unit for agency in closed for unit in units[agency[1]] if unit in hidden], sizes
    ):
        still_open = [unit for agency in closed for unit in units[agency[1]] if unit not in hidden]
        if not still_open:
            following = next((agency for agency in agencies if agency not in hidden), None)
            if following is None:
                hidden |= dict.fromkeys(city, COMPLEMENT)
                break
            hidden[following] = COMPLEMENT
            still_open = [unit for unit in units[following[1]] if unit not in hidden]
        if still_open:
            hidden[min(still_open, key=lambda unit: (sizes[unit].people, unit))] = COMPLEMENT
    return hidden


def _is_safe(hidden: Iterable[Place], sizes: Mapping[Place, _Size]) -> bool:
    people = [sizes[place].people for place in hidden if sizes[place].people > 0]
    return not people or (len(people) >= 2 and sum(people) >= SMALL_GROUP)


def _hide_more(places: list[Place], sizes: Mapping[Place, _Size], hidden: dict[Place, str]) -> None:
    """Hide the next smallest until what is hidden below a shown total is safe; `places` by size."""
    own = [place for place in places if place in hidden]
    for place in places:
        if _is_safe(own, sizes):
            return
        if place not in hidden:
            hidden[place] = COMPLEMENT
            own.append(place)
