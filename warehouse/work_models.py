"""The tables of insights about work of several hands; `warehouse.insight_models` names their frames.

Nothing here is part of a score. Rows of people are for them, their supervisors and auditors.
"""

from __future__ import annotations

from collections.abc import Mapping as FramesOf
from typing import Final

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.models import Base, Hundredths, Id, Millionths, RunId, _counts, _either, _of_an_employee, _one_of

REQUEST_KINDS: Final = ("document", "complaint", "information")
WORK_KINDS: Final = ("objective", "initiative")
ROLES: Final = ("owner", "helper")
SPLITS: Final = ("whole", "short", "over", "undeclared")
TIMELINESS: Final = ("on_time", "late", "unknown")
QUALITIES: Final = ("good", "poor", "unknown")
NOBODY: Final = "nobody"
"""Worker of what names nobody who is scored."""
_PARTS_OF_HELD: Final = (
    "n_received <= n_held AND n_handed_on <= n_held AND n_late <= n_held AND n_held_when_due <= n_late "
    "AND n_received_overdue <= n_received AND n_handed_on_overdue <= n_handed_on"
)


def _held() -> tuple[CheckConstraint, ...]:
    return (
        _one_of("kind", REQUEST_KINDS),
        _counts(
            "n_held",
            "n_received",
            "n_handed_on",
            "n_late",
            "n_held_when_due",
            "n_received_overdue",
            "n_handed_on_overdue",
        ),
        CheckConstraint(_PARTS_OF_HELD, name="parts_of_the_held"),
        CheckConstraint("median_hours <= p90_hours", name="median_before_p90"),
        CheckConstraint("overdue_share BETWEEN 0 AND 1", name="overdue_share_bounds"),
        CheckConstraint("allowed_share BETWEEN 0 AND 1", name="allowed_share_bounds"),
    )


class _Held:
    """What both tables of handovers hold."""

    kind: Mapped[Id] = mapped_column(primary_key=True, comment=f"One of {', '.join(REQUEST_KINDS)}")
    n_held: Mapped[int] = mapped_column(comment="Requests due in the period that lay there, if only for a while")
    n_received: Mapped[int] = mapped_column(comment="Of them those that came from another")
    n_handed_on: Mapped[int] = mapped_column(comment="Of them those that went on to another")
    median_hours: Mapped[Hundredths] = mapped_column(comment="Median time they lay there (calendar hours)")
    p90_hours: Mapped[Hundredths] = mapped_column(comment="Least time that nine in ten did not exceed (hours)")
    n_late: Mapped[int] = mapped_column(comment="Of the held those not closed by their due moment")
    n_held_when_due: Mapped[int] = mapped_column(comment="Of the late those that lay there when they came due")
    n_received_overdue: Mapped[int] = mapped_column(comment="Requests that were overdue when they came there")
    n_handed_on_overdue: Mapped[int] = mapped_column(comment="Requests that were overdue when they went on")
    overdue_hours: Mapped[Hundredths] = mapped_column(comment="Time past due that the late ones lay there (hours)")
    overdue_share: Mapped[Millionths | None] = mapped_column(
        comment="Of all time past due of the late ones held, the share that they lay there; null: none was late"
    )
    allowed_share: Mapped[Millionths | None] = mapped_column(
        comment="Of the time the late ones had until due, the share that they lay there; null: none was late"
    )
    is_flagged: Mapped[bool] = mapped_column(
        comment="Whether 5 or more of all kinds went on only when overdue, and more than habit explains (p <= 0.001)"
    )


class Handover(_Held, Base):
    """One row an employee of a run and kind of request whose way is recorded: what lay with him, and how long."""

    __tablename__ = "handover"
    __table_args__ = (_of_an_employee(), *_held(), {"sqlite_with_rowid": False})

    run_id: Mapped[Id] = mapped_column(primary_key=True, comment="Run the row belongs to")
    employee_id: Mapped[Id] = mapped_column(primary_key=True, comment="Employee number. Personal data")


class UnitHandover(_Held, Base):
    """One row a unit of a run and kind of request whose way is recorded: what lay in the unit, and how long."""

    __tablename__ = "unit_handover"
    __table_args__ = (*_held(), {"sqlite_with_rowid": False})

    run_id: Mapped[RunId]
    unit_id: Mapped[Id] = mapped_column(primary_key=True, comment="Unit")


class WorkSplit(Base):
    """One row an objective or initiative of several people and employee of a run: his part of its result."""

    __tablename__ = "work_split"
    __table_args__ = (
        _of_an_employee(),
        _either("work_kind", WORK_KINDS),
        _either("role", ROLES),
        _either("state", SPLITS),
        CheckConstraint("(state = 'undeclared') = (declared_total = 0)", name="undeclared_is_nothing"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[Id] = mapped_column(primary_key=True, comment="Run the row belongs to")
    work_kind: Mapped[Id] = mapped_column(primary_key=True, comment=f"One of {', '.join(WORK_KINDS)}")
    work_id: Mapped[Id] = mapped_column(primary_key=True, comment="Objective or initiative")
    employee_id: Mapped[Id] = mapped_column(primary_key=True, comment="Employee number. Personal data")
    role: Mapped[str] = mapped_column(comment="owner: it stands in his plan; helper: it does not")
    share: Mapped[Hundredths | None] = mapped_column(comment="Declared share (percent); null: none declared for him")
    declared_total: Mapped[Hundredths] = mapped_column(comment="Shares declared of all people (percent)")
    unattributed: Mapped[Hundredths] = mapped_column(comment="100 less these (percent); negative: more was declared")
    state: Mapped[str] = mapped_column(
        comment="whole: shares make 100; short, over: less, more; undeclared: several reported, none declared"
    )
    result: Mapped[Hundredths] = mapped_column(
        comment="Achievement of the objective (points); of an initiative 100 where adopted, else 0"
    )
    part: Mapped[Millionths | None] = mapped_column(
        comment="Result x share / 100 (points); null: no share, or shares make more than 100"
    )


class WorkElsewhere(Base):
    """One row a unit of a run, item and worker whose work for it is not in the numbers of the unit's own people.

    With the indicators of its people it gives each one's part of the unit's numbers (see `contributions`).
    """

    __tablename__ = "work_elsewhere"
    __table_args__ = (
        CheckConstraint("denominator >= 1", name="something_was_done"),
        CheckConstraint("numerator BETWEEN 0 AND denominator", name="part_of_it"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[RunId]
    unit_id: Mapped[Id] = mapped_column(primary_key=True, comment="Unit it was done for")
    item_id: Mapped[Id] = mapped_column(primary_key=True, comment="Item of the policy")
    worker_id: Mapped[Id] = mapped_column(
        primary_key=True,
        comment="Employee whose home is another unit or who has not the item; nobody: nobody who is scored. "
        "Personal data",
    )
    numerator: Mapped[int | None] = mapped_column(comment="Hits as the indicator counts them; null: it only counts")
    denominator: Mapped[int] = mapped_column(comment="Of how many, or how many")


class RuleOutcome(Base):
    """One row an employee of a run and row of the policy's rule table that applies to objectives of his."""

    __tablename__ = "rule_outcome"
    __table_args__ = (
        _of_an_employee(),
        _either("timeliness", TIMELINESS),
        _either("quality", QUALITIES),
        CheckConstraint("n_objectives >= 1", name="some_objective"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[Id] = mapped_column(primary_key=True, comment="Run the row belongs to")
    employee_id: Mapped[Id] = mapped_column(primary_key=True, comment="Employee number. Personal data")
    timeliness: Mapped[Id] = mapped_column(primary_key=True, comment="on_time, late; unknown: no report was due")
    quality: Mapped[Id] = mapped_column(primary_key=True, comment="good, poor; unknown: no report says how far it is")
    outcome: Mapped[str] = mapped_column(comment="What the policy's table says of the two")
    n_objectives: Mapped[int] = mapped_column(comment="Objectives it applies to")
    objectives: Mapped[str] = mapped_column(comment="Which, joined by `;`")


WORK_INSIGHTS: Final[FramesOf[str, type[Base]]] = {
    "handovers": Handover,
    "unit_handovers": UnitHandover,
    "work_split": WorkSplit,
    "work_elsewhere": WorkElsewhere,
    "rule_outcomes": RuleOutcome,
}
"""The frames and their tables, in the order they are loaded."""
