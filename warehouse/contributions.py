"""Each person's part of what a unit achieved: from his indicators and what was done for units that are no home."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Engine,
    FromClause,
    Select,
    Table,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)

from warehouse.connection import reading
from warehouse.models import EmployeePeriod, IndicatorResult, Run
from warehouse.person_models import Improvement
from warehouse.queries import Kept, Query, Rows, Streamed, _published, keeping
from warehouse.work_models import NOBODY, WorkElsewhere

_EMPLOYEE: Final[Table] = EmployeePeriod.__table__  # type: ignore[assignment]  # declared with __tablename__
_INDICATOR: Final[Table] = IndicatorResult.__table__  # type: ignore[assignment]
_IMPROVEMENT: Final[Table] = Improvement.__table__  # type: ignore[assignment]
_RUN: Final[Table] = Run.__table__  # type: ignore[assignment]
_ELSEWHERE: Final[Table] = WorkElsewhere.__table__  # type: ignore[assignment]

COUNTED: Final = (
    "document_completion_time",
    "on_time_share",
    "complaints_handled",
    "complaint_responsiveness",
    "first_time_right",
    "satisfaction",
    "milestones_on_time",
    "progress_reporting",
    "attendance_rate",
    "initiative",
)
"""Indicators whose counts add up from people to their unit."""
COLUMNS: Final = (
    "unit_id", "item_id", "employee_id", "name", "position_id", "position_name", "numerator", "denominator",
    "unit_numerator", "unit_denominator", "result_share", "work_share", "duty_share", "revision", "run_id",
)  # fmt: skip
OfUnits = Callable[[ColumnElement[str]], ColumnElement[bool]]
"""Whether a unit is one of those asked for."""
_NUMBERS: Final = ("numerator", "denominator")
_MILLIONTH: Final = Decimal("0.000001")


_FIRST_UNITS: Final = 10
"""Units whose rows are asked for before all others', so that the first rows wait for no more."""


def contributions(engine: Engine, city: str, period: str, revision: int | None) -> Rows:
    """One row a unit, item and worker: his numbers, the unit's, and his share of them; by unit, item and worker.

    The numbers of a unit and item are the sums of their rows. A row without employee_id is what names nobody who is
    scored. result_share: of the unit's numerator (null: the item only counts, or the unit has none); work_share: of the
    denominator, or of what it counts; duty_share: of the same as result_share, else as work_share, by all of his
    position in the unit.
    """
    run_id = _published(engine, city, period, revision)
    last = _last_of_the_first(engine, run_id)

    def ask(kept: Kept) -> Query:
        if "unit_id" in kept:
            whole = [keeping(_parts(run_id, lambda unit: unit == kept["unit_id"]), kept)]
            return Query(whole, whole)
        first, others = _parts(run_id, lambda unit: unit <= last), _parts(run_id, lambda unit: unit > last)
        parts = [keeping(part, kept) for part in (first, others)]
        return Query(parts, parts if kept else _counted(run_id))

    return Rows(COLUMNS, Streamed(engine, ask, told=[_with_shares]))


def _with_shares(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The row with its shares; `row` ends with the two sums of his position, revision and run_id."""
    *part, hits_of_duty, of_duty, number, run_id = row
    position_id, numerator, denominator, hits, of = (part[place] for place in (4, 6, 7, 8, 9))
    duty = None
    if position_id is not None:
        duty = _share(of_duty, of) if hits is None else _share(hits_of_duty or 0, hits)
    return (*part, _share(numerator, hits), _share(denominator, of), duty, number, run_id)


def _share(part: int | None, whole: int | None) -> Decimal | None:
    if part is None or not whole:
        return None
    return (Decimal(part) / whole).quantize(_MILLIONTH, rounding=ROUND_HALF_UP)


def _last_of_the_first(engine: Engine, run_id: str) -> str:
    """Where units are parted; of those with items to improve, which the database has in this order."""
    units = select(_IMPROVEMENT.c.unit_id).distinct().where(_IMPROVEMENT.c.run_id == run_id)
    first = units.order_by(_IMPROVEMENT.c.unit_id).limit(_FIRST_UNITS).subquery()
    with reading(engine, "reading the first units") as connection:
        return str(connection.execute(select(func.max(first.c.unit_id))).scalar() or "")


def _parts(run_id: str, of_units: OfUnits) -> Select[Any]:
    """What each worker did for a unit under each of its items, and the sums of the unit and of his position."""
    part = union_all(_own(run_id, of_units), _elsewhere(run_id, of_units)).subquery("part")
    item = (part.c.unit_id, part.c.item_id)
    duty = (*item, part.c.position_id)
    # What is all done for others is no row, and no part of a sum.
    is_row = part.c.denominator != 0
    numbers = {name: func.sum(case((is_row, part.c[name]))) for name in _NUMBERS}
    summed = select(
        *part.columns,
        func.max(part.c.is_own).over(partition_by=item).label("is_item_of_unit"),
        *(number.over(partition_by=item).label(f"unit_{name}") for name, number in numbers.items()),
        *(number.over(partition_by=duty).label(f"duty_{name}") for name, number in numbers.items()),
    ).subquery("summed")
    named = ("unit_id", "item_id", "employee_id", "name", "position_id", "position_name", *_NUMBERS)
    sums = (f"{whose}_{name}" for whose in ("unit", "duty") for name in _NUMBERS)
    return (
        select(
            *(summed.c[name] for name in named),
            *(cast(summed.c[name], BigInteger).label(name) for name in sums),
            *(_RUN.c[name] for name in ("revision", "run_id")),
        )
        .select_from(summed.join(_RUN, _RUN.c.run_id == run_id))
        .where(summed.c.is_item_of_unit == 1, summed.c.denominator != 0)
        .order_by(summed.c.unit_id, summed.c.item_id, summed.c.worker_id, summed.c.is_own.desc())
    )


def _own(run_id: str, of_units: OfUnits) -> Select[Any]:
    """What the people of a unit did, less what they did for others."""
    away = _away(run_id)
    same = _same_person(_INDICATOR.c.employee_id, _INDICATOR)
    return (
        select(
            _EMPLOYEE.c.unit_id,
            _INDICATOR.c.item_id,
            _EMPLOYEE.c.employee_id.label("worker_id"),
            *(_EMPLOYEE.c[name] for name in ("employee_id", "name", "position_id", "position_name")),
            (_INDICATOR.c.numerator - func.coalesce(away.c.numerator, 0)).label("numerator"),
            _left(away).label("denominator"),
            literal(1).label("is_own"),
        )
        .select_from(_INDICATOR.join(_EMPLOYEE, same).outerjoin(away, _same_work(away)))
        .where(_INDICATOR.c.run_id == run_id, _INDICATOR.c.indicator_id.in_(COUNTED))
        .where(_INDICATOR.c.employee_id.in_(_people(run_id, of_units)))
    )


def _elsewhere(run_id: str, of_units: OfUnits) -> Select[Any]:
    """What others, or nobody who is named, did for a unit."""
    same = _same_person(_ELSEWHERE.c.worker_id, _ELSEWHERE)
    return (
        select(
            *(_ELSEWHERE.c[name] for name in ("unit_id", "item_id", "worker_id")),
            func.nullif(_ELSEWHERE.c.worker_id, NOBODY).label("employee_id"),
            *(_EMPLOYEE.c[name] for name in ("name", "position_id", "position_name")),
            *(_ELSEWHERE.c[name] for name in _NUMBERS),
            literal(0).label("is_own"),
        )
        .select_from(_ELSEWHERE.outerjoin(_EMPLOYEE, same))
        .where(_ELSEWHERE.c.run_id == run_id, of_units(_ELSEWHERE.c.unit_id))
    )


def _away(run_id: str) -> FromClause:
    """What each worker did under an item for units that are not his home."""
    same = _same_person(_ELSEWHERE.c.worker_id, _ELSEWHERE)
    return (
        select(
            _ELSEWHERE.c.worker_id,
            _ELSEWHERE.c.item_id,
            *(cast(func.sum(_ELSEWHERE.c[name]), BigInteger).label(name) for name in _NUMBERS),
        )
        .select_from(_ELSEWHERE.join(_EMPLOYEE, same))
        .where(_ELSEWHERE.c.run_id == run_id, _EMPLOYEE.c.unit_id != _ELSEWHERE.c.unit_id)
        .group_by(_ELSEWHERE.c.worker_id, _ELSEWHERE.c.item_id)
        .subquery("away")
    )


def _counted(run_id: str) -> list[Select[Any]]:
    """As many rows as `_parts` has of all units: what is left of people's own, and what others did under own items."""
    away = _away(run_id)
    own = (
        select(_INDICATOR.c.employee_id)
        .select_from(_INDICATOR.outerjoin(away, _same_work(away)))
        .where(_INDICATOR.c.run_id == run_id, _INDICATOR.c.indicator_id.in_(COUNTED), _left(away) != 0)
    )
    # Where its people are scored on it the item is the unit's; only of the other units each indicator is looked at.
    is_scored = exists().where(
        *(_IMPROVEMENT.c[name] == _ELSEWHERE.c[name] for name in ("run_id", "unit_id", "item_id")),
        _IMPROVEMENT.c.n > 0,
    )
    unsure = select(_ELSEWHERE.c.unit_id).where(_ELSEWHERE.c.run_id == run_id, ~is_scored)
    items = (
        select(_EMPLOYEE.c.unit_id, _INDICATOR.c.item_id)
        .select_from(_INDICATOR.join(_EMPLOYEE, _same_person(_INDICATOR.c.employee_id, _INDICATOR)))
        .where(_INDICATOR.c.run_id == run_id, _INDICATOR.c.indicator_id.in_(COUNTED))
        .where(_INDICATOR.c.employee_id.in_(_people(run_id, lambda unit: unit.in_(unsure))))
    )
    more = select(_ELSEWHERE.c.worker_id).where(
        _ELSEWHERE.c.run_id == run_id,
        or_(is_scored, tuple_(_ELSEWHERE.c.unit_id, _ELSEWHERE.c.item_id).in_(items)),
    )
    return [own, more]


def _people(run_id: str, of_units: OfUnits) -> Select[Any]:
    """Whose home is one of the units. Asked apart from what is joined, whose rows are then found by their key."""
    home = _EMPLOYEE.alias("home")
    return select(home.c.employee_id).where(home.c.run_id == run_id, of_units(home.c.unit_id))


def _same_person(worker_id: ColumnElement[str], of: FromClause) -> ColumnElement[bool]:
    return (_EMPLOYEE.c.run_id == of.c.run_id) & (_EMPLOYEE.c.employee_id == worker_id)


def _same_work(away: FromClause) -> ColumnElement[bool]:
    return (away.c.worker_id == _INDICATOR.c.employee_id) & (away.c.item_id == _INDICATOR.c.item_id)


def _left(away: FromClause) -> ColumnElement[Any]:
    return func.coalesce(_INDICATOR.c.denominator, _INDICATOR.c.n) - func.coalesce(away.c.denominator, 0)
