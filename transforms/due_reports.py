"""Progress reports that are owed: who is to be told of them at a moment. Tells of nothing that is done already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final, Literal
from zoneinfo import ZoneInfo

import polars as pl

from policies.operations import ReportReminders, is_working_day
from policies.period import Period
from transforms.scope import Span, as_known, day_of

Role = Literal["employee", "supervisor", "superior"]
_TURN: Final = pl.Schema({"due_date": pl.Date(), "is_late": pl.Boolean(), "role": pl.String(), "turn": pl.String()})


@dataclass(frozen=True)
class DueReports:
    """Who is to be told. `turns`: employee_id, role, due_date, turn, n_reports, n_people; one row a person told.

    `turn` is `before_<days>`, `overdue` or `escalated`; a turn stands until the next, so it is told late rather than
    not at all. `n_without_superior`: people who owe a report that is to be escalated, and nobody stands above their
    supervisor.
    """

    turns: pl.DataFrame
    n_without_superior: int


def due_reports(
    employees: pl.LazyFrame,
    progress: pl.LazyFrame,
    rule: ReportReminders,
    period: Period,
    *,
    at: dt.datetime,
    timezone: str,
    days_off: Collection[dt.date],
) -> DueReports:
    """Whom to tell at `at` (aware) of reports due in the period: rows of progress with due_at that nobody reported.

    As for milestones_on_time, each row of progress with a due_at is one report. Who is told is who has a spell on the
    day of `at`: the employee, the supervisor of that spell, and for escalation the supervisor's own supervisor, else
    the head of the unit. Who has left owes nothing.
    """
    moment = at.astimezone(ZoneInfo(timezone))
    owed = (
        as_known({"progress": progress}, moment)["progress"]
        .filter(Span.of(period, timezone, None).covers("due_at"), pl.col("reported_at").is_null())
        .select("employee_id", due_date=day_of("due_at"), is_late=pl.col("due_at") < pl.lit(moment))
    )
    people = _people(employees, moment.date())
    due = owed.join(people, on="employee_id").collect()
    days = due.select("due_date", "is_late").unique().iter_rows()
    turns = pl.DataFrame(
        [
            (day, is_late, *turn)
            for day, is_late in days
            for turn in _turns(day, is_late, rule, moment.date(), days_off)
        ],
        schema=_TURN,
        orient="row",
    )
    told = due.join(turns, on=["due_date", "is_late"]).with_columns(
        told=pl.when(role="employee")
        .then("employee_id")
        .when(role="supervisor")
        .then("supervisor_id")
        .otherwise("superior_id")
    )
    escalated = told.filter(pl.col("role") == "superior", pl.col("told").is_null())
    return DueReports(
        turns=told.drop_nulls("told")
        .group_by(pl.col("told").alias("employee_id"), "role", "due_date", "turn")
        .agg(n_reports=pl.len().cast(pl.Int64), n_people=pl.col("employee_id").n_unique().cast(pl.Int64))
        .sort("employee_id", "due_date", "role", "turn"),
        n_without_superior=escalated.get_column("employee_id").n_unique(),
    )


def _turns(
    due: dt.date, is_late: bool, rule: ReportReminders, today: dt.date, days_off: Collection[dt.date]
) -> Iterator[tuple[Role, str]]:
    """Whose turn it is, of reports due on a day."""
    if not is_late:
        told: tuple[tuple[Role, tuple[int, ...]], ...] = (
            ("employee", rule.employee_days_before),
            ("supervisor", rule.supervisor_days_before),
        )
        for role, days_before in told:
            begun = [days for days in days_before if today >= _working_day_before(due, days, days_off)]
            if begun:
                yield role, f"before_{min(begun)}"
        return
    n_late = sum(is_working_day(due + dt.timedelta(days=n), days_off) for n in range(1, (today - due).days + 1))
    if n_late >= rule.overdue_after_working_days:
        yield "employee", "overdue"
        yield "supervisor", "overdue"
    if n_late >= rule.escalate_after_working_days:
        yield "superior", "escalated"


def _working_day_before(due: dt.date, days: int, days_off: Collection[dt.date]) -> dt.date:
    """The last working day at least `days` calendar days before the due date."""
    day = due - dt.timedelta(days=days)
    while not is_working_day(day, days_off):
        day -= dt.timedelta(days=1)
    return day


def _people(employees: pl.LazyFrame, today: dt.date) -> pl.LazyFrame:
    """Whoever has a spell today: employee_id, supervisor_id and superior_id, to whom what is late is escalated."""
    spells = employees.filter(
        pl.col("start_date") <= today, pl.col("end_date").is_null() | (pl.col("end_date") >= today)
    ).select("employee_id", "supervisor_id", "unit_id")
    of_supervisor = spells.select(supervisor_id="employee_id", above_id="supervisor_id")
    people = spells.join(of_supervisor, on="supervisor_id", how="left")
    superior = pl.coalesce("above_id", "head_id")
    is_new = (superior != pl.col("employee_id")) & superior.ne_missing(pl.col("supervisor_id"))
    return people.join(_heads(spells), on="unit_id", how="left").select(
        "employee_id", "supervisor_id", superior_id=pl.when(is_new).then(superior)
    )


def _heads(spells: pl.LazyFrame) -> pl.LazyFrame:
    """The head of each unit: who has people in it and no supervisor of it; none where there are several such."""
    inside = spells.select("unit_id", supervisor_id="employee_id")
    leads = spells.select("unit_id", employee_id="supervisor_id").unique()
    tops = spells.join(inside, on=["unit_id", "supervisor_id"], how="anti").join(
        leads, on=["unit_id", "employee_id"], how="semi"
    )
    by_unit = tops.group_by("unit_id").agg(head_id=pl.col("employee_id").first(), n=pl.col("employee_id").n_unique())
    return by_unit.filter(pl.col("n") == 1).drop("n")
