"""Each person's part of what a unit achieved: from his indicators and what was done for units that are no home."""

from __future__ import annotations

import heapq
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import Engine, Table, func, select

from warehouse.connection import reading
from warehouse.models import EmployeePeriod, IndicatorResult, Run
from warehouse.queries import Rows, _published
from warehouse.work_models import NOBODY, WorkElsewhere

_EMPLOYEE: Final[Table] = EmployeePeriod.__table__  # type: ignore[assignment]  # declared with __tablename__
_INDICATOR: Final[Table] = IndicatorResult.__table__  # type: ignore[assignment]
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
_MILLIONTH: Final = Decimal("0.000001")


class _Part(NamedTuple):
    """What one worker did for a unit under one item; `employee_id` and what follows None: nobody who is scored."""

    unit_id: str
    item_id: str
    worker_id: str
    employee_id: str | None
    name: str | None
    position_id: str | None
    position_name: str | None
    numerator: int | None
    denominator: int
    is_own: bool
    """Whether it is his item in his unit."""


def contributions(engine: Engine, city: str, period: str, revision: int | None) -> Rows:
    """One row a unit, item and worker: his numbers, the unit's, and his share of them; by unit, item and worker.

    The numbers of a unit and item are the sums of their rows. A row without employee_id is what names nobody who is
    scored. result_share: of the unit's numerator (null: the item only counts, or the unit has none); work_share: of the
    denominator, or of what it counts; duty_share: of the same as result_share, else as work_share, by all of his
    position in the unit.
    """
    run_id = _published(engine, city, period, revision)
    with reading(engine, "reading work of other units") as connection:
        number = connection.execute(select(_RUN.c.revision).where(_RUN.c.run_id == run_id)).scalar_one()
        found = connection.execute(_elsewhere(run_id)).all()
    away: dict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    more = []
    for row in found:
        if row.home is not None and row.home != row.unit_id:
            hits, of = away[row.worker_id, row.item_id]
            away[row.worker_id, row.item_id] = (hits + (row.numerator or 0), of + row.denominator)
        nobody = row.worker_id == NOBODY
        more.append(
            _Part(
                row.unit_id, row.item_id, row.worker_id, None if nobody else row.worker_id, row.name, row.position_id,
                row.position_name, row.numerator, row.denominator, False,
            )
        )  # fmt: skip

    def rows() -> Iterator[tuple[Any, ...]]:
        with reading(engine, "reading rows") as connection, connection.execute(_own(run_id)) as result:
            own = (_Part._make((*row[:3], *row[2:], True)) for row in result)
            at_home = (_less(part, *away.get((part.worker_id, part.item_id), (0, 0))) for part in own)
            for _, group in itertools.groupby(heapq.merge(at_home, more, key=_place), key=lambda part: part[:2]):
                parts = list(group)
                if any(part.is_own for part in parts):  # else it is no item of the unit
                    yield from ((*row, number, run_id) for row in _shared([one for one in parts if one.denominator]))

    return Rows(COLUMNS, rows())


def _own(run_id: str) -> Any:
    of = func.coalesce(_INDICATOR.c.denominator, _INDICATOR.c.n)
    same = (_EMPLOYEE.c.run_id == _INDICATOR.c.run_id) & (_EMPLOYEE.c.employee_id == _INDICATOR.c.employee_id)
    return (
        select(
            _EMPLOYEE.c.unit_id,
            _INDICATOR.c.item_id,
            _EMPLOYEE.c.employee_id,
            _EMPLOYEE.c.name,
            _EMPLOYEE.c.position_id,
            _EMPLOYEE.c.position_name,
            _INDICATOR.c.numerator,
            of.label("of"),
        )
        .select_from(_INDICATOR.join(_EMPLOYEE, same))
        .where(_INDICATOR.c.run_id == run_id, _INDICATOR.c.indicator_id.in_(COUNTED))
        .order_by(_EMPLOYEE.c.unit_id, _INDICATOR.c.item_id, _EMPLOYEE.c.employee_id)
    )


def _elsewhere(run_id: str) -> Any:
    same = (_EMPLOYEE.c.run_id == _ELSEWHERE.c.run_id) & (_EMPLOYEE.c.employee_id == _ELSEWHERE.c.worker_id)
    return (
        select(
            _ELSEWHERE.c.unit_id,
            _ELSEWHERE.c.item_id,
            _ELSEWHERE.c.worker_id,
            _ELSEWHERE.c.numerator,
            _ELSEWHERE.c.denominator,
            _EMPLOYEE.c.unit_id.label("home"),
            _EMPLOYEE.c.name,
            _EMPLOYEE.c.position_id,
            _EMPLOYEE.c.position_name,
        )
        .select_from(_ELSEWHERE.outerjoin(_EMPLOYEE, same))
        .where(_ELSEWHERE.c.run_id == run_id)
        .order_by(_ELSEWHERE.c.unit_id, _ELSEWHERE.c.item_id, _ELSEWHERE.c.worker_id)
    )


def _place(part: _Part) -> tuple[str, str, str]:
    return part.unit_id, part.item_id, part.worker_id


def _less(part: _Part, hits: int, of: int) -> _Part:
    """The part without what he did for other units."""
    numerator = None if part.numerator is None else part.numerator - hits
    return part._replace(numerator=numerator, denominator=part.denominator - of)


def _shared(group: list[_Part]) -> Iterable[tuple[Any, ...]]:
    """Rows of one unit and item."""
    counts_only = all(part.numerator is None for part in group)
    hits = None if counts_only else sum(part.numerator or 0 for part in group)
    of = sum(part.denominator for part in group)
    by_duty: dict[str | None, int] = defaultdict(int)
    for part in group:
        by_duty[part.position_id] += (part.denominator if counts_only else part.numerator) or 0
    for part in group:
        duty = None if part.position_id is None else _share(by_duty[part.position_id], of if hits is None else hits)
        shares = _share(part.numerator, hits), _share(part.denominator, of), duty
        yield (part.unit_id, part.item_id, *part[3:-1], hits, of, *shares)


def _share(part: int | None, whole: int | None) -> Decimal | None:
    if part is None or not whole:
        return None
    return (Decimal(part) / whole).quantize(_MILLIONTH, rounding=ROUND_HALF_UP)
