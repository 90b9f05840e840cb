"""What is not stored of an insight because it follows from other tables, and how: asked where the insight is read.

Of a revision published before a column was left out the stored cell is taken; it is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Table, and_, case, func, literal_column

from warehouse.models import EmployeePeriod, IndicatorResult, Score
from warehouse.person_models import ItemPeers, PersonItem, PersonResult

_EMPLOYEE: Final[Table] = EmployeePeriod.__table__  # type: ignore[assignment]  # declared with __tablename__
_INDICATOR: Final[Table] = IndicatorResult.__table__  # type: ignore[assignment]
_SCORE: Final[Table] = Score.__table__  # type: ignore[assignment]
_ITEM: Final[Table] = PersonItem.__table__  # type: ignore[assignment]
_PERSON: Final[Table] = PersonResult.__table__  # type: ignore[assignment]
_PEERS: Final[Table] = ItemPeers.__table__  # type: ignore[assignment]


class Derivation(NamedTuple):
    """The columns that follow from other tables, and the joins they need beside the insight and employee_period."""

    columns: Mapping[str, ColumnElement[Any]]
    joined: Callable[[FromClause], FromClause]


def _same(table: Table, other: FromClause, *names: str) -> ColumnElement[bool]:
    return and_(*(table.c[name] == other.c[name] for name in ("run_id", *names)))


def _of_items() -> Derivation:
    """See `transforms.insights.persons` (nature, peers) and `certainty` (basis)."""
    indicator, achievement = _INDICATOR.c.indicator_id, _INDICATOR.c.achievement
    narrow, wide = _PEERS.alias("of_position"), _PEERS.alias("of_group")
    group = _EMPLOYEE.c.sector + "/" + func.coalesce(_EMPLOYEE.c.position_group, "")
    is_narrow, is_wide = narrow.c.n_peers.is_not(None), wide.c.n_peers.is_not(None)
    columns: dict[str, ColumnElement[Any]] = {
        "nature": case(
            (indicator.in_(("behaviour", "competency_match")), "colleagues"),
            (indicator == "satisfaction", "citizens"),
            else_="measured",
        ),
        "achievement": achievement,
        "basis": case(
            (indicator.in_(("discipline", "attendance_rate")), "record"),
            (indicator == "satisfaction", "answers"),
            (indicator == "document_completion_time", "median"),
            (indicator.in_(("complaint_responsiveness", "competency_match")), "mean"),
            (indicator == "behaviour", "raters"),
            (_INDICATOR.c.denominator.is_not(None), "share"),
            else_="as_reported",
        ),
        "to_target": achievement - literal_column("100"),
        "change": achievement - _ITEM.c.previous_achievement,
        "peers": case((is_narrow, "position"), (is_wide, "position_group")),
        "n_peers": case((is_narrow, narrow.c.n_peers), (is_wide, wide.c.n_peers)),
        "peer_median": case((is_narrow, narrow.c.peer_median), (is_wide, wide.c.peer_median)),
    }

    def joined(rows: FromClause) -> FromClause:
        same_item = _same(_ITEM, narrow, "item_group", "item_id") & (narrow.c.peers == "position")
        same_kind = _same(_ITEM, wide, "item_group", "item_id") & (wide.c.peers == "position_group")
        return (
            rows.join(_INDICATOR, _same(_ITEM, _INDICATOR, "employee_id", "item_id"))
            .outerjoin(narrow, same_item & (narrow.c.peer_id == _EMPLOYEE.c.position_id))
            .outerjoin(wide, same_kind & (wide.c.peer_id == group))
        )

    return Derivation(columns, joined)


def _of_persons() -> Derivation:
    columns: dict[str, ColumnElement[Any]] = {
        "score": _SCORE.c.score,
        "score_change": _SCORE.c.score - _PERSON.c.previous_score,
        "rating": func.coalesce(_SCORE.c.decided_rating, _SCORE.c.proposed_rating),
        "proposed_rating": _SCORE.c.proposed_rating,
    }
    return Derivation(columns, lambda rows: rows.join(_SCORE, _same(_PERSON, _SCORE, "employee_id")))


DERIVATIONS: Final[Mapping[str, Derivation]] = {"person_items": _of_items(), "persons": _of_persons()}
"""By insight."""
