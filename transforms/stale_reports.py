"""Weeks without a progress report: who is told before a week ends, and whose supervisor after several of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from policies.operations import WeeklyReports, is_working_day
from policies.period import Period
from transforms.scope import as_known, day_of

TURNS: Final = pl.Schema(
    {
        "employee_id": pl.String(),
        "role": pl.String(),
        "due_date": pl.Date(),
        "turn": pl.String(),
        "n_reports": pl.Int64(),
        "n_people": pl.Int64(),
    }
)
"""One row a person told; see `transforms.due_reports`."""
_WEEK: Final = dt.timedelta(days=7)
_FRIDAY: Final = 4


def stale_reports(
    employees: pl.LazyFrame,
    objectives: pl.LazyFrame,
    progress: pl.LazyFrame,
    leave: pl.LazyFrame,
    rule: WeeklyReports,
    period: Period,
    *,
    at: dt.datetime,
    timezone: str,
    days_off: Collection[dt.date],
) -> pl.DataFrame:
    """Whom to tell at `at` (aware) of weeks of the period without a report, as `TURNS`.

    As for progress_reporting, a week counts that has its Monday in the period and a day of work without leave, here for
    whoever has an objective in it; days of work are Monday to Friday for everybody. Turn `this_week`: the employee,
    late in a week, due on its Friday. Turn `stale`: the supervisor, of people whose last weeks passed without a report;
    due_date is the Monday of the first of them, so that it is told once, and n_reports counts weeks. Whoever reports is
    done.
    """
    moment = at.astimezone(ZoneInfo(timezone))
    this_week = moment.date() - dt.timedelta(days=moment.weekday())
    days = _days(period, this_week, days_off)
    people = employees.filter(
        pl.col("start_date") <= moment.date(), pl.col("end_date").is_null() | (pl.col("end_date") >= moment.date())
    ).select("employee_id", "supervisor_id", spell_from="start_date")
    reported = (
        as_known({"progress": progress}, moment)["progress"]
        .select("employee_id", week=day_of("reported_at").dt.truncate("1w"), is_reported=pl.lit(value=True))
        .unique()
    )
    owed = (
        _owed(people, objectives, leave, days)
        .join(reported, on=["employee_id", "week"], how="left")
        .with_columns(pl.col("is_reported").fill_null(value=False))
        .collect()
    )
    late_in_week = moment.isoweekday() >= rule.employee_from_weekday
    missing_now = owed.filter(pl.col("week") == this_week, ~pl.col("is_reported"), pl.lit(late_in_week))
    own = missing_now.select(
        "employee_id",
        role=pl.lit("employee"),
        due_date=pl.col("week") + pl.duration(days=_FRIDAY),
        turn=pl.lit("this_week"),
        n_reports=pl.lit(1, pl.Int64),
        n_people=pl.lit(1, pl.Int64),
    )
    last_report = owed.filter("is_reported").group_by("employee_id").agg(last=pl.col("week").max())
    silent = (
        owed.filter(pl.col("week") < this_week)
        .join(last_report, on="employee_id", how="left")
        .filter(pl.col("last").is_null() | (pl.col("week") > pl.col("last")))
        .group_by("employee_id", "supervisor_id")
        .agg(n_weeks=pl.len().cast(pl.Int64), due_date=pl.col("week").min())
        .filter(pl.col("n_weeks") >= rule.supervisor_after_weeks, pl.col("supervisor_id").is_not_null())
    )
    of_people = silent.group_by(pl.col("supervisor_id").alias("employee_id"), "due_date").agg(
        n_reports=pl.col("n_weeks").sum(), n_people=pl.len().cast(pl.Int64)
    )
    above = of_people.with_columns(role=pl.lit("supervisor"), turn=pl.lit("stale")).select(TURNS.names())
    return pl.concat([own.cast(TURNS), above.cast(TURNS)]).sort("employee_id", "due_date", "role")


def _days(period: Period, this_week: dt.date, days_off: Collection[dt.date]) -> pl.LazyFrame:
    """Days of work of the period's weeks up to this one: date, week (its Monday)."""
    monday = period.start + (-period.start.weekday() % 7) * dt.timedelta(days=1)
    found = []
    while monday < period.end and monday <= this_week:
        week = [monday + dt.timedelta(days=n) for n in range(_FRIDAY + 1)]
        found += [(day, monday) for day in week if is_working_day(day, days_off)]
        monday += _WEEK
    return pl.LazyFrame(found, schema={"date": pl.Date(), "week": pl.Date()}, orient="row")


def _owed(people: pl.LazyFrame, objectives: pl.LazyFrame, leave: pl.LazyFrame, days: pl.LazyFrame) -> pl.LazyFrame:
    """employee_id, supervisor_id, week: the weeks that count for each."""
    worked = people.join(days, how="cross").filter(pl.col("date") >= pl.col("spell_from"))
    absent = (
        leave.select("employee_id", "start_date", "end_date")
        .join(days.select("date"), how="cross")
        .filter(pl.col("date").is_between("start_date", "end_date"))
        .select("employee_id", "date")
        .unique()
    )
    weeks = (
        worked.join(absent, on=["employee_id", "date"], how="anti")
        .select("employee_id", "supervisor_id", "week")
        .unique()
    )
    planned = (
        objectives.select("employee_id", "start_date", "due_date")
        .join(weeks.select("week").unique(), how="cross")
        .filter(pl.col("start_date") < pl.col("week") + pl.duration(days=7), pl.col("due_date") >= pl.col("week"))
        .select("employee_id", "week")
        .unique()
    )
    return weeks.join(planned, on=["employee_id", "week"], how="semi")
