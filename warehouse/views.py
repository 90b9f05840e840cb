"""The views, as their readers see them. The SQL stands in the migration that made them; a test holds both together."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, MetaData, Table

from warehouse.models import EmployeePeriod, IndicatorResult, Run, Score

VIEWS: Final = MetaData()
"""One Table a view: names, types and comments for reading; never created from here."""


def _columns(model: type[EmployeePeriod | IndicatorResult | Run | Score], *names: str) -> list[Column[object]]:
    """Columns of a table under the same names, types and comments."""
    found = model.__table__.columns
    return [Column(name, found[name].type, comment=found[name].comment) for name in names]


CURRENT_SCORES: Final = Table(
    "current_scores",
    VIEWS,
    *_columns(Run, "city", "period"),
    *_columns(EmployeePeriod, "employee_id", "name", "unit_id", "unit_name", "sector"),
    *_columns(Score, "results_score", "behaviour_score", "score", "results_rating", "behaviour_rating"),
    *_columns(Score, "proposed_rating", "decided_rating", "status", "reason"),
    *_columns(Run, "provisional", "revision", "run_id"),
    comment="One row an employee of the latest revision of each city and period.",
)
CURRENT_INDICATORS: Final = Table(
    "current_indicators",
    VIEWS,
    *_columns(Run, "city", "period"),
    *_columns(EmployeePeriod, "employee_id", "unit_id", "sector"),
    *_columns(IndicatorResult, "item_id", "indicator_id", "item_group", "value", "n", "numerator", "denominator"),
    *_columns(IndicatorResult, "achievement", "weight", "status", "reason"),
    *_columns(Run, "provisional", "revision", "run_id"),
    comment="One row an employee and item of the latest revision of each city and period.",
)
RUN_OVERVIEW: Final = Table(
    "run_overview",
    VIEWS,
    *_columns(Run, "city", "period", "revision", "run_id", "cause", "provisional", "known_as_of"),
    *_columns(Run, "started_at", "finished_at", "input_hash", "policy_hash", "code_version", "result_hash"),
    Column("n_employees", BigInteger, comment="Employees of the run"),
    Column("n_scored", BigInteger, comment="Employees who have a score"),
    comment="One row a city and period: its latest revision, without any personal value.",
)
