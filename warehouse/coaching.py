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

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Engine,
    FromClause,
    Select,
    Table,
    Text,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
)

from warehouse.models import EmployeePeriod, FollowUp, IndicatorResult, Run
from warehouse.person_models import Improvement, Obstacle, PersonItem
from warehouse.queries import Kept, Query, Rows, Streamed, _published, keeping

_EMPLOYEE: Final[Table] = EmployeePeriod.__table__  # type: ignore[assignment]  # declared with __tablename__
_INDICATOR: Final[Table] = IndicatorResult.__table__  # type: ignore[assignment]
_FOLLOW_UP: Final[Table] = FollowUp.__table__  # type: ignore[assignment]
_ITEM: Final[Table] = PersonItem.__table__  # type: ignore[assignment]
_OBSTACLE: Final[Table] = Obstacle.__table__  # type: ignore[assignment]
_IMPROVEMENT: Final[Table] = Improvement.__table__  # type: ignore[assignment]
_RUN: Final[Table] = Run.__table__  # type: ignore[assignment]

WEAK_UNIT: Final = 90
"""Mean achievement of a unit under which an item is the unit's to mend: what the policies call meets, by default."""
TARGET: Final = 100
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
    """What is known of a weak or missing item when its cause is asked for: expressions of a query."""

    missing: ColumnElement[Any]
    """Reason of an item that is not scored; null: it is scored."""
    obstacle: ColumnElement[Any]
    """Categories that touched it; null: none."""
    n: ColumnElement[Any]
    peers_median: ColumnElement[Any]
    """Median n of people of the position; null: fewer than 10, or n is no work."""
    unit_mean: ColumnElement[Any]
    high: ColumnElement[Any]


def cause_of(found: Weakness) -> ColumnElement[str]:
    """The first cause that applies."""
    more = found.n - found.peers_median
    # Half as much again, and more than chance makes of a median: three standard deviations of a count, here squared.
    is_overload = and_(2 * more >= found.peers_median, more * more >= 9 * found.peers_median)
    return case(
        (found.missing.is_not(None), found.missing),
        (found.obstacle.is_not(None), "obstacle"),
        (is_overload, "overload"),
        (found.unit_mean < WEAK_UNIT, "unit"),
        (found.high >= TARGET, "few_cases"),
        else_="own",
    )


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
    is_sqlite = engine.dialect.name == "sqlite"

    def ask(kept: Kept) -> Query:
        weak, rated = keeping(_weak(run_id, is_sqlite=is_sqlite), kept), keeping(_rated(run_id), kept)
        if not kept:
            return Query([weak, rated], _counted(run_id))
        counted = [weak, rated] if kept.keys() - {"cause"} else [keeping(part, kept) for part in _causes(run_id)]
        return Query([weak, rated], counted)

    return Rows(COLUMNS, Streamed(engine, ask, told=[_with_who_acts]))


def _with_who_acts(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The row of the list; `row` ends with is_missing, supervisor_must_act, supervisor_id, revision and run_id."""
    *told, is_missing, must, supervisor_id, number, run_id = row
    employee_id, _, unit_id, _, _, _, cause, *_ = told
    who = who_acts(cause, is_missing=bool(is_missing), supervisor_must_act=bool(must))
    who_id = {"employee": employee_id, "supervisor": supervisor_id, "unit": unit_id}.get(who)
    return (*told, who, who_id, number, run_id)


def _weak(run_id: str, *, is_sqlite: bool) -> Select[Any]:
    """Items that lack data, and scored ones that are weak or named by a training: one row each."""
    training, rating, usual = _FOLLOW_UP.alias("training"), _FOLLOW_UP.alias("rating"), _usual_load(run_id)
    obstacle = _obstacles(is_sqlite=is_sqlite)
    is_missing = _INDICATOR.c.achievement.is_(None)
    is_sent = training.c.number.is_not(None)
    # What is missing is handed in; nobody is sent anywhere for it.
    follow_up = {
        name: case((is_sent, training.c[name]), else_=rating.c[name]) for name in ("action", "course", "reason")
    }
    rows = (
        _INDICATOR.join(_EMPLOYEE, _same(_EMPLOYEE, _INDICATOR, "employee_id"))
        .join(_RUN, _RUN.c.run_id == _INDICATOR.c.run_id)
        .outerjoin(_ITEM, _same(_ITEM, _INDICATOR, "employee_id", "item_group", "item_id"))
        .outerjoin(_IMPROVEMENT, _same_unit())
        .outerjoin(usual, _same_work(usual))
        .outerjoin(training, _first(training, _INDICATOR, lambda one: one.c.item_id == _INDICATOR.c.item_id))
        .outerjoin(rating, _first(rating, _INDICATOR, lambda one: one.c.action.in_(_COACHING)))
    )
    return (
        select(
            *(_EMPLOYEE.c[name] for name in ("employee_id", "name", "unit_id")),
            *(_INDICATOR.c[name] for name in ("item_id", "achievement")),
            _ITEM.c.improvement.label("place"),
            cause_of(_weakness(obstacle, usual)).label("cause"),
            obstacle.label("obstacle"),
            case((is_missing, "hand_in"), else_=follow_up["action"]).label("action"),
            case((is_missing, null()), else_=follow_up["course"]).label("course"),
            case((is_missing, _INDICATOR.c.reason), else_=follow_up["reason"]).label("rule"),
            is_missing.label("is_missing"),
            rating.c.supervisor_must_act,
            _EMPLOYEE.c.supervisor_id,
            *(_RUN.c[name] for name in ("revision", "run_id")),
        )
        .select_from(rows)
        .where(_INDICATOR.c.run_id == run_id, or_(_lacks(_INDICATOR), _is_weak(_ITEM)))
        .order_by(_EMPLOYEE.c.employee_id, _ITEM.c.improvement.is_(None), _ITEM.c.improvement, _INDICATOR.c.item_id)
    )


def _rated(run_id: str) -> Select[Any]:
    """Guidance and counselling of people who have no weak or missing item."""
    nothing = literal_column("NULL", Text)
    rows = _FOLLOW_UP.join(_EMPLOYEE, _same(_EMPLOYEE, _FOLLOW_UP, "employee_id"))
    return (
        select(
            *(_EMPLOYEE.c[name] for name in ("employee_id", "name", "unit_id")),
            *(nothing.label(name) for name in ("item_id", "achievement", "place")),
            literal("own", Text).label("cause"),
            nothing.label("obstacle"),
            _FOLLOW_UP.c.action,
            nothing.label("course"),
            _FOLLOW_UP.c.reason.label("rule"),
            false().label("is_missing"),
            _FOLLOW_UP.c.supervisor_must_act,
            _EMPLOYEE.c.supervisor_id,
            *(_RUN.c[name] for name in ("revision", "run_id")),
        )
        .select_from(rows.join(_RUN, _RUN.c.run_id == _FOLLOW_UP.c.run_id))
        .where(_FOLLOW_UP.c.run_id == run_id, _has_no_item())
        .order_by(_FOLLOW_UP.c.employee_id, _FOLLOW_UP.c.number)
    )


def _counted(run_id: str) -> list[Select[Any]]:
    """As many rows as `_weak` and `_rated` have, from a table each: an item is of an indicator that is scored."""
    return [
        select(_INDICATOR.c.employee_id).where(_INDICATOR.c.run_id == run_id, _lacks(_INDICATOR)),
        select(_ITEM.c.employee_id).where(_ITEM.c.run_id == run_id, _is_weak(_ITEM)),
        select(_FOLLOW_UP.c.employee_id).where(_FOLLOW_UP.c.run_id == run_id, _has_no_item()),
    ]


def _causes(run_id: str) -> list[Select[Any]]:
    """The same with the cause of each, and no more tables than that asks for."""
    usual = _usual_load(run_id)
    rows = (
        _ITEM.join(_INDICATOR, _same(_INDICATOR, _ITEM, "employee_id", "item_id"))
        .join(_EMPLOYEE, _same(_EMPLOYEE, _ITEM, "employee_id"))
        .outerjoin(_IMPROVEMENT, _same_unit())
        .outerjoin(usual, _same_work(usual))
    )
    is_touched = case((exists().where(_is_touched()).correlate(_INDICATOR), _INDICATOR.c.item_id))
    cause = cause_of(_weakness(is_touched, usual)).label("cause")
    missing = _missing().label("cause")
    return [
        select(missing).where(_INDICATOR.c.run_id == run_id, _lacks(_INDICATOR)),
        select(cause).select_from(rows).where(_ITEM.c.run_id == run_id, _is_weak(_ITEM)),
        select(literal("own", Text).label("cause")).where(_FOLLOW_UP.c.run_id == run_id, _has_no_item()),
    ]


def _weakness(obstacle: ColumnElement[Any], usual: FromClause) -> Weakness:
    return Weakness(
        missing=_missing(),
        obstacle=obstacle,
        n=_INDICATOR.c.n,
        peers_median=usual.c.median,
        unit_mean=_IMPROVEMENT.c.mean_achievement,
        high=_ITEM.c.high,
    )


def _missing() -> ColumnElement[Any]:
    """Why an item is not scored; null: it is scored."""
    reason = func.coalesce(func.nullif(_INDICATOR.c.reason, ""), "not_scored")
    return case((_INDICATOR.c.achievement.is_(None), reason))


def _same_unit() -> ColumnElement[bool]:
    same_item = _same(_IMPROVEMENT, _INDICATOR, "item_group", "item_id")
    return same_item & (_IMPROVEMENT.c.unit_id == _EMPLOYEE.c.unit_id)


def _same_work(usual: FromClause) -> ColumnElement[bool]:
    return (usual.c.position_id == _EMPLOYEE.c.position_id) & (usual.c.item_id == _INDICATOR.c.item_id)


def _same(table: FromClause, other: FromClause, *names: str) -> ColumnElement[bool]:
    return and_(*(table.c[name] == other.c[name] for name in ("run_id", *names)))


def _first(follow_up: FromClause, indicator: FromClause, applies: Callable[[FromClause], ColumnElement[bool]]) -> Any:
    """Whether it is the first one of the person of the indicator that applies."""
    earlier = _FOLLOW_UP.alias("earlier")
    first = select(func.min(earlier.c.number)).where(_same(earlier, indicator, "employee_id"), applies(earlier))
    return _same(follow_up, indicator, "employee_id") & (
        follow_up.c.number == first.correlate(indicator).scalar_subquery()
    )


def _lacks(indicator: FromClause) -> ColumnElement[bool]:
    return indicator.c.status == "INSUFFICIENT_DATA"


def _is_weak(item: FromClause) -> ColumnElement[bool]:
    """Whether the item is a weakness, or below its target and named by a training."""
    training = _FOLLOW_UP.alias("named")
    is_named = exists().where(_same(training, item, "employee_id", "item_id"))
    return and_(item.c.improvement.is_not(None), or_(item.c.standing == "weakness", is_named))


def _has_no_item() -> ColumnElement[bool]:
    """Whether a follow-up is guidance or counselling of somebody without a weak or missing item."""
    indicator, item = _INDICATOR.alias("lacking"), _ITEM.alias("weak")
    return and_(
        _FOLLOW_UP.c.action.in_(_COACHING),
        ~exists().where(_same(item, _FOLLOW_UP, "employee_id"), _is_weak(item)),
        ~exists().where(_same(indicator, _FOLLOW_UP, "employee_id"), _lacks(indicator)),
    )


def _is_touched() -> ColumnElement[bool]:
    """Whether an obstacle of the person touched the indicator."""
    items = ";" + _OBSTACLE.c["items"] + ";"
    without = func.replace(items, ";" + _INDICATOR.c.indicator_id + ";", "")
    return and_(_same(_OBSTACLE, _INDICATOR, "employee_id"), without != items)


def _obstacles(*, is_sqlite: bool) -> ColumnElement[Any]:
    """Categories, joined by `;`, that touched the indicator; null: none."""
    joined = func.aggregate_strings(_OBSTACLE.c.category, ";")
    # SQLite joins them in the order of the key it finds them by; it can be told no other before 3.44.
    ordered = joined if is_sqlite else joined.aggregate_order_by(_OBSTACLE.c.category)
    return select(ordered).where(_is_touched()).correlate(_INDICATOR).scalar_subquery()


def _usual_load(run_id: str) -> FromClause:
    """Median of what came in, by position and item, of 10 people or more."""
    came_in = (
        select(_EMPLOYEE.c.position_id, _INDICATOR.c.item_id, _INDICATOR.c.n, func.count().label("n_people"))
        .select_from(_INDICATOR.join(_EMPLOYEE, _same(_EMPLOYEE, _INDICATOR, "employee_id")))
        .where(_INDICATOR.c.run_id == run_id, _INDICATOR.c.indicator_id.in_(COUNTED), _INDICATOR.c.n > 0)
        .group_by(_EMPLOYEE.c.position_id, _INDICATOR.c.item_id, _INDICATOR.c.n)
        .subquery()
    )
    group = (came_in.c.position_id, came_in.c.item_id)
    up_to = func.sum(came_in.c.n_people).over(partition_by=group, order_by=came_in.c.n)
    ranked = select(
        *group,
        came_in.c.n,
        up_to.label("up_to"),
        func.sum(came_in.c.n_people).over(partition_by=group).label("n_people"),
    ).subquery()
    # Of an even number of people the middle two, else one of them twice.
    lower = func.min(case((2 * ranked.c.up_to >= ranked.c.n_people, ranked.c.n)))
    upper = func.min(case((2 * ranked.c.up_to > ranked.c.n_people, ranked.c.n)))
    return (
        select(ranked.c.position_id, ranked.c.item_id, ((lower + upper) / literal_column("2.0")).label("median"))
        .where(ranked.c.n_people >= ENOUGH_PEERS)
        .group_by(ranked.c.position_id, ranked.c.item_id)
        .subquery("usual_load")
    )
