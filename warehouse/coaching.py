"""One list of whom to help with what: each weak or missing item, its likely cause, what is proposed, and who acts.

Nothing is stored for it: it joins what a run stored of items, follow-ups, obstacles, units and what is owed. A cause is
the first of these that applies; all are hints to begin a talk with, no finding about a person:

- what a missing item lacks (its own reason): nobody is weak in what was not measured;
- obstacle: he reported one that touched the item;
- overload: he had half as much again to do, or more, as the median of at least 10 people of his position, and more
  than chance makes of that;
- unit: ten or more people of his unit are scored on it, and together they are under the limit as well;
- few_cases: the interval of the item reaches its target: it may be chance;
- own: none of these; here coaching has something to do.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, select

from warehouse.connection import reading
from warehouse.models import EmployeePeriod, FollowUp, IndicatorResult, Run
from warehouse.person_models import Improvement, Obstacle, PersonItem
from warehouse.queries import Rows, _published

_EMPLOYEE: Final[Table] = EmployeePeriod.__table__  # type: ignore[assignment]  # declared with __tablename__
_INDICATOR: Final[Table] = IndicatorResult.__table__  # type: ignore[assignment]
_FOLLOW_UP: Final[Table] = FollowUp.__table__  # type: ignore[assignment]
_ITEM: Final[Table] = PersonItem.__table__  # type: ignore[assignment]
_OBSTACLE: Final[Table] = Obstacle.__table__  # type: ignore[assignment]
_IMPROVEMENT: Final[Table] = Improvement.__table__  # type: ignore[assignment]
_RUN: Final[Table] = Run.__table__  # type: ignore[assignment]

WEAK_UNIT: Final = Decimal(90)
"""Mean achievement of a unit under which an item is the unit's to mend: what the policies call meets, by default."""
TARGET: Final = Decimal(100)
OVERLOAD: Final = Decimal("1.5")
ENOUGH_PEERS: Final = 10
COUNTED: Final = (
    "document_completion_time",
    "on_time_share",
    "complaints_handled",
    "complaint_responsiveness",
    "first_time_right",
)
"""Indicators whose n is work that came in."""
OWED_BY: Final[Mapping[str, str]] = {
    "no_work_plan": "employee",
    "no_supervisor_rating": "supervisor",
    "competency_not_rated": "supervisor",
}
"""Who owes what is missing; the unit what is not named: attendance records, surveys, outcomes."""
_COACHING: Final = ("counselling", "guidance")
COLUMNS: Final = (
    "employee_id", "name", "unit_id", "item_id", "achievement", "place", "cause", "obstacle", "action", "course",
    "rule", "who_acts", "who_id", "revision", "run_id",
)  # fmt: skip


class Weakness(NamedTuple):
    """What is known of a weak or missing item when its cause is asked for."""

    missing: str | None
    """Reason of an item that is not scored; None: it is scored."""
    obstacle: str | None
    n: int
    peers_median: float | None
    """Median n of people of the position; None: fewer than 10, or n is no work."""
    unit_mean: Decimal | None
    high: Decimal | None


def cause_of(found: Weakness) -> str:
    """The first cause that applies."""
    if found.missing is not None:
        return found.missing
    if found.obstacle is not None:
        return "obstacle"
    if found.peers_median is not None and found.n >= _overload_from(found.peers_median):
        return "overload"
    if found.unit_mean is not None and found.unit_mean < WEAK_UNIT:
        return "unit"
    return "few_cases" if found.high is not None and found.high >= TARGET else "own"


def _overload_from(median: float) -> float:
    """Half as much again, and more than chance makes of a median (three standard deviations of a count)."""
    return max(float(OVERLOAD) * median, median + 3 * math.sqrt(median))


def who_acts(cause: str, *, is_missing: bool, supervisor_must_act: bool) -> str:
    """employee, supervisor or unit (its head); nobody yet where it may be chance."""
    if is_missing:
        return OWED_BY.get(cause, "unit")
    if cause in {"obstacle", "overload"}:
        return "supervisor"
    if cause == "unit":
        return "unit"
    if cause == "few_cases" and not supervisor_must_act:
        return "nobody yet"
    return "supervisor" if supervisor_must_act else "employee"


def coaching(engine: Engine, city: str, period: str, revision: int | None) -> Rows:
    """One row a person and item to act on, by employee_id and place; item_id null: a rating without a weak item.

    Items: those marked as weakness or named by a training, and those owed and not scored. place: 1 is the farthest
    below its target; null: missing. obstacle: categories that touched it. action, course and rule: the policy's
    follow-up of the item, else of the rating. who_acts: employee, supervisor, unit (its head) or nobody yet; who_id.
    """
    run_id = _published(engine, city, period, revision)
    with reading(engine, "reading what the list is made of") as connection:
        number = connection.execute(select(_RUN.c.revision).where(_RUN.c.run_id == run_id)).scalar_one()
        trainings, ratings = _follow_ups(connection, run_id)
        obstacles = _obstacles(connection, run_id)
        units = _units(connection, run_id)
        medians = _medians(connection, run_id)

    def rows() -> Iterator[tuple[Any, ...]]:
        told: set[str] = set()
        with reading(engine, "reading rows") as connection, connection.execute(_weak(run_id)) as result:
            for row in result:
                training, rating = trainings.get((row.employee_id, row.item_id)), ratings.get(row.employee_id)
                is_missing = row.achievement is None
                if not is_missing and row.standing != "weakness" and training is None:
                    continue
                cause = cause_of(
                    Weakness(
                        missing=(row.reason or "not_scored") if is_missing else None,
                        obstacle=obstacles.get((row.employee_id, row.indicator_id)),
                        n=row.n,
                        peers_median=medians.get((row.position_id, row.item_id)),
                        unit_mean=units.get((row.unit_id, row.item_id)),
                        high=row.high,
                    )
                )
                must = rating is not None and rating.supervisor_must_act
                who = who_acts(cause, is_missing=is_missing, supervisor_must_act=must)
                told.add(row.employee_id)
                # What is missing is handed in; nobody is sent anywhere for it.
                follow_up = None if is_missing else training or rating
                yield (
                    row.employee_id, row.name, row.unit_id, row.item_id, row.achievement, row.improvement, cause,
                    obstacles.get((row.employee_id, row.indicator_id)),
                    "hand_in" if is_missing else None if follow_up is None else follow_up.action,
                    None if follow_up is None else follow_up.course,
                    row.reason if is_missing else None if follow_up is None else follow_up.reason,
                    who, _who_id(who, row), number, run_id,
                )  # fmt: skip
        with reading(engine, "reading rows") as connection, connection.execute(_rated(run_id)) as result:
            for row in result:
                if row.employee_id not in told:
                    who = "supervisor" if row.supervisor_must_act else "employee"
                    yield (
                        row.employee_id, row.name, row.unit_id, None, None, None, "own", None, row.action, None,
                        row.reason, who, _who_id(who, row), number, run_id,
                    )  # fmt: skip

    return Rows(COLUMNS, rows())


def _who_id(who: str, row: Any) -> str | None:
    return {"employee": row.employee_id, "supervisor": row.supervisor_id, "unit": row.unit_id}.get(who)


def _same(table: Table) -> ColumnElement[bool]:
    return (_EMPLOYEE.c.run_id == table.c.run_id) & (_EMPLOYEE.c.employee_id == table.c.employee_id)


def _weak(run_id: str) -> Select[Any]:
    """Scored items below target, and those that lack data, with the person's facts."""
    same_item = (
        (_ITEM.c.run_id == _INDICATOR.c.run_id)
        & (_ITEM.c.employee_id == _INDICATOR.c.employee_id)
        & (_ITEM.c.item_id == _INDICATOR.c.item_id)
        & (_ITEM.c.item_group == _INDICATOR.c.item_group)
    )
    return (
        select(
            *(_EMPLOYEE.c[name] for name in ("employee_id", "name", "unit_id", "position_id", "supervisor_id")),
            *(_INDICATOR.c[name] for name in ("item_id", "indicator_id", "n", "achievement", "reason")),
            *(_ITEM.c[name] for name in ("standing", "improvement", "high")),
        )
        .select_from(_INDICATOR.join(_EMPLOYEE, _same(_INDICATOR)).outerjoin(_ITEM, same_item))
        .where(
            _INDICATOR.c.run_id == run_id,
            (_INDICATOR.c.status == "INSUFFICIENT_DATA") | _ITEM.c.improvement.is_not(None),
        )
        .order_by(_EMPLOYEE.c.employee_id, _ITEM.c.improvement.is_(None), _ITEM.c.improvement, _INDICATOR.c.item_id)
    )


def _rated(run_id: str) -> Select[Any]:
    """Guidance and counselling, with the person's facts."""
    return (
        select(
            *(_EMPLOYEE.c[name] for name in ("employee_id", "name", "unit_id", "supervisor_id")),
            *(_FOLLOW_UP.c[name] for name in ("action", "reason", "supervisor_must_act")),
        )
        .select_from(_FOLLOW_UP.join(_EMPLOYEE, _same(_FOLLOW_UP)))
        .where(_FOLLOW_UP.c.run_id == run_id, _FOLLOW_UP.c.action.in_(_COACHING))
        .order_by(_FOLLOW_UP.c.employee_id, _FOLLOW_UP.c.number)
    )


def _follow_ups(connection: Connection, run_id: str) -> tuple[dict[tuple[str, str], Any], dict[str, Any]]:
    """Trainings by person and item; guidance or counselling by person."""
    columns = ("employee_id", "item_id", "action", "course", "reason", "supervisor_must_act")
    found = connection.execute(
        select(*(_FOLLOW_UP.c[name] for name in columns))
        .where(_FOLLOW_UP.c.run_id == run_id, _FOLLOW_UP.c.action.in_(("training", *_COACHING)))
        .order_by(_FOLLOW_UP.c.employee_id, _FOLLOW_UP.c.number.desc())
    ).all()
    trainings = {(row.employee_id, row.item_id): row for row in found if row.item_id is not None}
    return trainings, {row.employee_id: row for row in found if row.item_id is None}


def _obstacles(connection: Connection, run_id: str) -> dict[tuple[str, str], str]:
    """Categories, joined by `;`, by person and indicator they touched."""
    found = connection.execute(
        select(_OBSTACLE.c.employee_id, _OBSTACLE.c.category, _OBSTACLE.c["items"])
        .where(_OBSTACLE.c.run_id == run_id, _OBSTACLE.c["items"].is_not(None))
        .order_by(_OBSTACLE.c.employee_id, _OBSTACLE.c.category)
    )
    categories: dict[tuple[str, str], list[str]] = defaultdict(list)
    for person, category, items in found:
        for indicator in items.split(";"):
            categories[person, indicator].append(category)
    return {key: ";".join(names) for key, names in categories.items()}


def _units(connection: Connection, run_id: str) -> dict[tuple[str, str], Decimal]:
    """Mean achievement of 10 people or more by unit and item."""
    found = connection.execute(
        select(_IMPROVEMENT.c.unit_id, _IMPROVEMENT.c.item_id, _IMPROVEMENT.c.mean_achievement).where(
            _IMPROVEMENT.c.run_id == run_id, _IMPROVEMENT.c.mean_achievement.is_not(None)
        )
    )
    return {(unit, item): mean for unit, item, mean in found}


def _medians(connection: Connection, run_id: str) -> dict[tuple[str, str], float]:
    """Median of what came in, by position and item, of 10 people or more."""
    found = connection.execute(
        select(_EMPLOYEE.c.position_id, _INDICATOR.c.item_id, _INDICATOR.c.n)
        .select_from(_INDICATOR.join(_EMPLOYEE, _same(_INDICATOR)))
        .where(_INDICATOR.c.run_id == run_id, _INDICATOR.c.indicator_id.in_(COUNTED), _INDICATOR.c.n > 0)
    )
    numbers: dict[tuple[str, str], list[int]] = defaultdict(list)
    for position, item, n in found:
        numbers[position, item].append(n)
    return {key: statistics.median(those) for key, those in numbers.items() if len(those) >= ENOUGH_PEERS}
