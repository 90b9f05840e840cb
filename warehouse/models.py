"""The tables: a class's docstring gives its grain, a column's comment its meaning and unit; both are stored.

`docs/data_dictionary.md` is generated from here. A change needs a migration in `warehouse/migrations/versions`.
"""

from __future__ import annotations

import datetime as dt
import inspect
from decimal import Decimal
from typing import Annotated, Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from warehouse.column_types import IDENTIFIER, Exact, Instant

RUN_STATUSES: Final = ("running", "published", "unchanged", "withheld", "stopped", "failed", "crashed")
CAUSES: Final = ("first", "late_data", "policy", "objection", "code")
SEVERITIES: Final = ("critical", "warning", "info")
ACTIONS: Final = ("passed", "counted", "quarantined", "warned", "stopped")
RESULT_STATUSES: Final = ("SCORED", "NOT_APPLICABLE", "INSUFFICIENT_DATA")
ITEM_GROUPS: Final = ("results", "behaviour")
LEVELS: Final = ("above", "meets", "below")
RATINGS: Final = ("Sangat Baik", "Baik", "Butuh Perbaikan", "Kurang/Misconduct", "Sangat Kurang")
RATING_KINDS: Final = ("proposed", "decided")
NO_RATING: Final = "none"
SECTORS: Final = ("general", "health", "education", "civil_registry")
EMPLOYMENT_TYPES: Final = ("PNS", "PPPK")
BANDS: Final = ("optimal", "fairly", "less")
FOLLOW_UP_ACTIONS: Final = ("reward_nomination", "guidance", "counselling", "training", "no_score")
UNIT_RATINGS: Final = ("Istimewa", "Baik", "Butuh Perbaikan", "Kurang", "Sangat Kurang")

Id = Annotated[str, mapped_column(IDENTIFIER)]
Hundredths = Annotated[Decimal, mapped_column(Exact(2))]
Millionths = Annotated[Decimal, mapped_column(Exact(6))]


def _one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(word) for word in words)})", name=column)


def _either(column: str, words: tuple[str, ...]) -> CheckConstraint:
    """As `_one_of`, for tables of many rows: SQLite builds the list of an IN anew for every statement."""
    return CheckConstraint(" OR ".join(f"{column} = {word!r}" for word in words), name=column)


def _within_0_and_120(column: str) -> CheckConstraint:
    return CheckConstraint(f"{column} BETWEEN 0 AND 120", name=f"{column}_bounds")


def _of_an_employee() -> ForeignKeyConstraint:
    """For tables of many rows, whose references the database does not hold: see `is_of_employees`."""
    return ForeignKeyConstraint(["run_id", "employee_id"], ["employee_period.run_id", "employee_period.employee_id"])


def is_of_employees(table: Table) -> bool:
    """Whether its rows are of employees of a run, of whom there are many.

    The database does not hold the references of such a table row by row: they are asked of all rows at once, before
    they are published and by `kinerja warehouse check`.
    """
    return any(key.target_fullname == "employee_period.employee_id" for key in table.foreign_keys)


DERIVED: Final = "derived"
"""Mark (in `info`) of a column that follows from other tables: null but in rows published before that was so."""


def _counts(*columns: str) -> CheckConstraint:
    return CheckConstraint(" AND ".join(f"{column} >= 0" for column in columns), name="counts")


class Base(DeclarativeBase):
    """A table whose comment is its class's docstring."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(referred_table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as declared
        str: Text,
        int: BigInteger,
        bool: Boolean,
        dt.date: Date,
        dt.datetime: Instant,
    }

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if isinstance(cls.__table__, Table):
            cls.__table__.comment = " ".join(inspect.cleandoc(cls.__doc__ or "").split())


class PolicyVersion(Base):
    """One row a policy text that a run was scored with; the text is kept so that an old score can be explained."""

    __tablename__ = "policy_version"

    policy_hash: Mapped[Id] = mapped_column(primary_key=True, comment="SHA-256 of the policy as it was read")
    city: Mapped[Id] = mapped_column(comment="City the policy is of")
    in_force: Mapped[dt.date] = mapped_column(comment="Day from which the policy holds")
    document: Mapped[str] = mapped_column(comment="The whole policy, national rules included, as JSON")


class Run(Base):
    """One row a run: one attempt to score a city and period from one set of inputs.

    Published runs are the revisions of their city and period, counted from 1, and are never changed.
    """

    __tablename__ = "run"
    __table_args__ = (
        UniqueConstraint("city", "period", "revision"),
        _one_of("status", RUN_STATUSES),
        _one_of("cause", CAUSES),
        CheckConstraint("period_start < period_end", name="period_order"),
        CheckConstraint("(status = 'published') = (revision IS NOT NULL)", name="published_has_revision"),
        CheckConstraint("(revision IS NULL) = (cause IS NULL)", name="revision_has_cause"),
        CheckConstraint("revision IS NULL OR (result_hash IS NOT NULL AND revision >= 1)", name="revision_has_result"),
        CheckConstraint("(status = 'unchanged') = (unchanged_from IS NOT NULL)", name="unchanged_has_origin"),
        CheckConstraint("(status = 'running') = (finished_at IS NULL)", name="ended_has_time"),
    )

    run_id: Mapped[Id] = mapped_column(primary_key=True, comment="Identifier of the run")
    city: Mapped[Id] = mapped_column(comment="City, as its policy folder is called")
    period: Mapped[Id] = mapped_column(comment="Period as written: 2026-Q1, 2026-07 or 2026")
    period_start: Mapped[dt.date] = mapped_column(comment="First day of the period")
    period_end: Mapped[dt.date] = mapped_column(comment="First day after the period")
    known_as_of: Mapped[dt.datetime | None] = mapped_column(
        comment="Moment (UTC) after which rows are treated as not there; null: all rows count"
    )
    provisional: Mapped[bool] = mapped_column(comment="Whether the period had not ended when it was scored")
    status: Mapped[str] = mapped_column(comment=f"One of {', '.join(RUN_STATUSES)}")
    revision: Mapped[int | None] = mapped_column(comment="Published runs: number within city and period, from 1")
    cause: Mapped[str | None] = mapped_column(comment=f"Published runs: why it came: one of {', '.join(CAUSES)}")
    input_hash: Mapped[str | None] = mapped_column(comment="SHA-256 over the landed files and their mapping")
    policy_hash: Mapped[Id | None] = mapped_column(
        ForeignKey(PolicyVersion.policy_hash), comment="Policy the run was scored with"
    )
    code_version: Mapped[str] = mapped_column(comment="Version of the code that ran")
    result_hash: Mapped[str | None] = mapped_column(comment="SHA-256 over the results in canonical order")
    started_at: Mapped[dt.datetime] = mapped_column(comment="When the run began (UTC)")
    finished_at: Mapped[dt.datetime | None] = mapped_column(comment="When the run ended (UTC); null while running")
    message: Mapped[str] = mapped_column(comment="How the run ended, in words, without any personal value")
    unchanged_from: Mapped[Id | None] = mapped_column(
        ForeignKey("run.run_id"), comment="Unchanged runs: the published run whose results these equal"
    )
    insights_hash: Mapped[str | None] = mapped_column(
        comment="SHA-256 over the insights in canonical order, beside the result; null: none were stored"
    )


RunId = Annotated[
    str, mapped_column(IDENTIFIER, ForeignKey(Run.run_id), primary_key=True, comment="Run the row belongs to")
]


class InputFile(Base):
    """One row an input file of a run, or part of one, and the dataset it became."""

    __tablename__ = "input_file"
    __table_args__ = (
        _counts("n_bytes", "n_records", "n_rows", "n_valid", "n_quarantined"),
        CheckConstraint("n_rows = n_valid + n_quarantined", name="rows_accounted_for"),
    )

    run_id: Mapped[RunId]
    number: Mapped[int] = mapped_column(primary_key=True, comment="1, 2, ... in the order of reading")
    dataset: Mapped[Id] = mapped_column(comment="Canonical dataset")
    name: Mapped[str] = mapped_column(comment="File name as delivered; each sheet of a workbook has a row of its own")
    sha256: Mapped[str] = mapped_column(comment="SHA-256 of the file; its copy is kept under this name")
    n_bytes: Mapped[int] = mapped_column(comment="Size of the file (bytes)")
    n_records: Mapped[int | None] = mapped_column(comment="Records read from the file; null: it was not read")
    n_rows: Mapped[int | None] = mapped_column(comment="Canonical rows they became; null: it was not read")
    n_valid: Mapped[int | None] = mapped_column(comment="Rows that went on to scoring; null: not validated")
    n_quarantined: Mapped[int | None] = mapped_column(comment="Rows refused; null: not validated")


class ValidationResult(Base):
    """One row an expectation checked on a dataset in a run; counts only, no value from the data."""

    __tablename__ = "validation_result"
    __table_args__ = (
        _one_of("severity", SEVERITIES),
        _one_of("action", ACTIONS),
        _counts("n_evaluated", "n_unexpected"),
    )

    run_id: Mapped[RunId]
    dataset: Mapped[Id] = mapped_column(primary_key=True, comment="Canonical dataset that was checked")
    expectation_id: Mapped[Id] = mapped_column(primary_key=True, comment="Name of the expectation within its suite")
    expectation_type: Mapped[str] = mapped_column(comment="Type of the expectation as Great Expectations names it")
    columns: Mapped[str] = mapped_column(comment="Columns it looks at, joined by a comma; empty: the whole dataset")
    severity: Mapped[str] = mapped_column(comment=f"What a failure means: one of {', '.join(SEVERITIES)}")
    success: Mapped[bool] = mapped_column(comment="Whether the expectation held")
    n_evaluated: Mapped[int | None] = mapped_column(comment="Rows looked at; null: it looks at the dataset as a whole")
    n_unexpected: Mapped[int | None] = mapped_column(comment="Rows that failed; null as above")
    action: Mapped[str] = mapped_column(comment=f"What was done: one of {', '.join(ACTIONS)}")
    why: Mapped[str] = mapped_column(comment="Why the expectation is there")


class QuarantinedRow(Base):
    """One row a row refused in a run, with the record as delivered: the only table that holds refused personal data."""

    __tablename__ = "quarantined_row"

    run_id: Mapped[RunId]
    number: Mapped[int] = mapped_column(primary_key=True, comment="1, 2, ... by dataset, file, row, column and reason")
    dataset: Mapped[Id] = mapped_column(comment="Canonical dataset")
    file_sha256: Mapped[Id] = mapped_column(comment="SHA-256 of the file the row came from")
    row: Mapped[int] = mapped_column(comment="Record number in that file; a header line is record 1")
    column: Mapped[Id | None] = mapped_column(comment="Column at fault; null: the row as a whole")
    reason: Mapped[Id] = mapped_column(comment="Why it was refused")
    record: Mapped[str] = mapped_column(comment="The record as JSON. Holds personal data")


class EmployeePeriod(Base):
    """One row an employee of a run: who was scored, by the employee's home spell of the period."""

    __tablename__ = "employee_period"
    __table_args__ = (
        _one_of("employment_type", EMPLOYMENT_TYPES),
        _one_of("sector", SECTORS),
        _counts("n_working_days", "n_countable_days", "n_recorded_days"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[RunId]
    employee_id: Mapped[Id] = mapped_column(primary_key=True, comment="Employee number. Personal data")
    name: Mapped[str] = mapped_column(comment="Name. Personal data")
    employment_type: Mapped[str] = mapped_column(comment="PNS (tenured) or PPPK (contract)")
    unit_id: Mapped[Id] = mapped_column(comment="Home unit")
    unit_name: Mapped[str] = mapped_column(comment="Name of the home unit")
    sector: Mapped[str] = mapped_column(comment=f"Sector of the home unit: one of {', '.join(SECTORS)}")
    position_id: Mapped[Id] = mapped_column(comment="Home position")
    position_name: Mapped[str] = mapped_column(comment="Name of the home position")
    position_group: Mapped[str | None] = mapped_column(comment="JPT, JA, JF or pelaksana; null: not delivered")
    supervisor_id: Mapped[Id | None] = mapped_column(comment="Employee number of the direct supervisor. Personal data")
    n_working_days: Mapped[int] = mapped_column(comment="Working days of the employee in the period (days)")
    n_countable_days: Mapped[int] = mapped_column(comment="Working days without leave (days)")
    n_recorded_days: Mapped[int] = mapped_column(comment="Countable days on which the unit has a record (days)")


class IndicatorResult(Base):
    """One row an item of an employee's policy in a run; a missing result is a row with its status and reason."""

    __tablename__ = "indicator_result"
    __table_args__ = (
        ForeignKeyConstraint(["run_id", "employee_id"], [EmployeePeriod.run_id, EmployeePeriod.employee_id]),
        _either("item_group", ITEM_GROUPS),
        _either("status", RESULT_STATUSES),
        _within_0_and_120("achievement"),
        CheckConstraint("weight > 0 AND weight <= 100", name="weight_bounds"),
        CheckConstraint("(achievement IS NOT NULL) = (status = 'SCORED')", name="scored_has_achievement"),
        CheckConstraint("(numerator IS NULL) = (denominator IS NULL)", name="share_is_whole"),
        CheckConstraint("n >= 0", name="counts"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[Id] = mapped_column(primary_key=True, comment="Run the row belongs to")
    employee_id: Mapped[Id] = mapped_column(primary_key=True, comment="Employee number. Personal data")
    item_id: Mapped[Id] = mapped_column(primary_key=True, comment="Item of the policy")
    indicator_id: Mapped[Id] = mapped_column(comment="Indicator that measures the item")
    item_group: Mapped[str] = mapped_column(comment="Group the item counts in: results or behaviour")
    value: Mapped[Millionths | None] = mapped_column(
        comment="What was measured, in the indicator's own unit, 6 decimals; null: not measured"
    )
    n: Mapped[int] = mapped_column(comment="What was counted, whatever the status (rows, days or weeks)")
    numerator: Mapped[int | None] = mapped_column(comment="Shares: how many met it; null: not a share")
    denominator: Mapped[int | None] = mapped_column(comment="Shares: of how many; null: not a share")
    achievement: Mapped[Hundredths | None] = mapped_column(
        comment="Value against target, 0-120 points, 2 decimals; null unless SCORED"
    )
    weight: Mapped[Hundredths] = mapped_column(comment="Weight within the group (percent)")
    status: Mapped[str] = mapped_column(comment=f"One of {', '.join(RESULT_STATUSES)}")
    reason: Mapped[str | None] = mapped_column(comment="Why there is no achievement, or a note to it; null: none")


class Score(Base):
    """One row an employee of a run: group scores, score and rating. An analysis beside the appraiser's decision."""

    __tablename__ = "score"
    __table_args__ = (
        ForeignKeyConstraint(["run_id", "employee_id"], [EmployeePeriod.run_id, EmployeePeriod.employee_id]),
        _either("status", RESULT_STATUSES),
        _either("results_rating", LEVELS),
        _either("behaviour_rating", LEVELS),
        _either("proposed_rating", RATINGS),
        _either("decided_rating", RATINGS),
        _within_0_and_120("results_score"),
        _within_0_and_120("behaviour_score"),
        _within_0_and_120("score"),
        CheckConstraint("(score IS NOT NULL) = (status = 'SCORED')", name="scored_has_score"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[Id] = mapped_column(primary_key=True, comment="Run the row belongs to")
    employee_id: Mapped[Id] = mapped_column(primary_key=True, comment="Employee number. Personal data")
    results_score: Mapped[Hundredths | None] = mapped_column(comment="Work results, 0-120 points; null: no score")
    behaviour_score: Mapped[Hundredths | None] = mapped_column(comment="Work behaviour, 0-120 points; null: no score")
    score: Mapped[Hundredths | None] = mapped_column(comment="Weighted sum of both groups, 0-120 points; null: none")
    results_rating: Mapped[str | None] = mapped_column(comment="Results against expectation: above, meets or below")
    behaviour_rating: Mapped[str | None] = mapped_column(comment="Behaviour against expectation: above, meets or below")
    proposed_rating: Mapped[str | None] = mapped_column(comment="Rating the matrix proposes; null: none")
    decided_rating: Mapped[str | None] = mapped_column(comment="Rating the appraiser decided; null: no decision yet")
    status: Mapped[str] = mapped_column(comment=f"One of {', '.join(RESULT_STATUSES)}")
    reason: Mapped[str | None] = mapped_column(comment="Why there is no score; null: none")


class DisciplineStatus(Base):
    """One row a PNS of a run: days of unexcused absence of the calendar year, and the level they come to.

    PP 94/2021; up to the end of the period, as far back as the run's inputs reach. No statement on pay.
    """

    __tablename__ = "discipline_status"
    __table_args__ = (
        _of_an_employee(),
        _counts("n_absent_days", "n_minutes", "n_days", "n_days_in_a_row"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[Id] = mapped_column(primary_key=True, comment="Run the row belongs to")
    employee_id: Mapped[Id] = mapped_column(primary_key=True, comment="Employee number. Personal data")
    n_absent_days: Mapped[int] = mapped_column(comment="Recorded days without an event (days)")
    n_minutes: Mapped[int] = mapped_column(comment="Late and early, of days with two or more events (minutes)")
    n_days: Mapped[int] = mapped_column(comment="Days absent and whole days the minutes come to (days)")
    n_days_in_a_row: Mapped[int] = mapped_column(comment="Most recorded days in a row without an event (days)")
    level: Mapped[str | None] = mapped_column(
        comment="Level of the discipline ladder; null: below the first step. Personal data"
    )


class CompetencyGap(Base):
    """One row an employee of a run, item of competency_match and competency that the position requires."""

    __tablename__ = "competency_gap"
    __table_args__ = (
        _of_an_employee(),
        _either("band", BANDS),
        CheckConstraint("required_level BETWEEN 1 AND 5", name="required_level_bounds"),
        CheckConstraint("assessed BETWEEN 1 AND 5", name="assessed_bounds"),
        CheckConstraint("gap BETWEEN 0 AND 4", name="gap_bounds"),
        CheckConstraint("(assessed IS NULL) = (gap IS NULL)", name="assessed_has_gap"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[Id] = mapped_column(primary_key=True, comment="Run the row belongs to")
    employee_id: Mapped[Id] = mapped_column(primary_key=True, comment="Employee number. Personal data")
    item_id: Mapped[Id] = mapped_column(primary_key=True, comment="Item of the policy")
    competency: Mapped[Id] = mapped_column(primary_key=True, comment="Competency, as the standard names it")
    required_level: Mapped[int] = mapped_column(comment="Level the home position requires, 1-5")
    assessed: Mapped[Millionths | None] = mapped_column(
        comment="Level assessed, 1-5, 6 decimals; null: the supervisor did not rate it"
    )
    gap: Mapped[Millionths | None] = mapped_column(
        comment="Levels missing to the required one, 0 where it is reached; null: not assessed"
    )
    band: Mapped[str | None] = mapped_column(
        comment=f"Of the item's value over all competencies: one of {', '.join(BANDS)}; null: not scored"
    )


class FollowUp(Base):
    """One row a follow-up of an employee of a run: a proposal to the leader, or that there is no score, and why."""

    __tablename__ = "follow_up"
    __table_args__ = (
        _of_an_employee(),
        _either("action", FOLLOW_UP_ACTIONS),
        CheckConstraint("number >= 1", name="number_bounds"),
        CheckConstraint("(action = 'training') = (item_id IS NOT NULL)", name="training_has_item"),
        CheckConstraint("(item_id IS NULL) = (course IS NULL)", name="item_has_course"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[Id] = mapped_column(primary_key=True, comment="Run the row belongs to")
    employee_id: Mapped[Id] = mapped_column(primary_key=True, comment="Employee number. Personal data")
    number: Mapped[int] = mapped_column(primary_key=True, comment="1, 2, ... of the employee")
    action: Mapped[str] = mapped_column(comment=f"One of {', '.join(FOLLOW_UP_ACTIONS)}. Personal data")
    item_id: Mapped[Id | None] = mapped_column(comment="Training: the item that scored low; null: another action")
    course: Mapped[str | None] = mapped_column(comment="Training: the course, in Indonesian; null: another action")
    supervisor_must_act: Mapped[bool] = mapped_column(comment="Whether the direct supervisor must act on it")
    reason: Mapped[str] = mapped_column(comment="What it is on; without a score, why there is none")


class Decision(Base):
    """One row an employee of a run with a decision of the appraiser on the period, beside what was proposed."""

    __tablename__ = "decision"
    __table_args__ = (
        _of_an_employee(),
        _either("proposed_rating", RATINGS),
        _either("decided_rating", RATINGS),
        CheckConstraint("(proposed_rating IS NULL) = (is_different IS NULL)", name="proposed_is_compared"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[Id] = mapped_column(primary_key=True, comment="Run the row belongs to")
    employee_id: Mapped[Id] = mapped_column(primary_key=True, comment="Employee number. Personal data")
    proposed_rating: Mapped[str | None] = mapped_column(comment="Rating the matrix proposes; null: none")
    decided_rating: Mapped[str] = mapped_column(comment="Rating the appraiser decided")
    is_different: Mapped[bool | None] = mapped_column(comment="Whether the two differ; null: nothing was proposed")
    decided_by: Mapped[Id] = mapped_column(comment="Employee number of who decided. Personal data")
    reason: Mapped[str | None] = mapped_column(comment="Reason as given; null: none. May hold personal data")


class UnitGuidance(Base):
    """One row a home unit of a run that has a rating of its own: its people's ratings beside it.

    A warning for the leader after PermenPANRB 6/2022, annex; never a change.
    """

    __tablename__ = "unit_guidance"
    __table_args__ = (
        _one_of("unit_rating", UNIT_RATINGS),
        _one_of("expected_rating", RATINGS),
        _counts("n_rated", "n_sangat_baik", "n_baik", "n_butuh_perbaikan", "n_kurang", "n_sangat_kurang"),
        CheckConstraint(
            "n_rated = n_sangat_baik + n_baik + n_butuh_perbaikan + n_kurang + n_sangat_kurang", name="all_are_counted"
        ),
        CheckConstraint("(n_rated = 0) = (is_as_guided IS NULL)", name="rated_are_compared"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[RunId]
    unit_id: Mapped[Id] = mapped_column(primary_key=True, comment="Home unit")
    unit_rating: Mapped[str] = mapped_column(comment=f"Rating of the unit: one of {', '.join(UNIT_RATINGS)}")
    expected_rating: Mapped[str] = mapped_column(comment="Rating that most employees of so rated a unit have")
    n_rated: Mapped[int] = mapped_column(comment="Employees with a decided, or else proposed, rating")
    n_sangat_baik: Mapped[int] = mapped_column(comment="Of them Sangat Baik")
    n_baik: Mapped[int] = mapped_column(comment="Of them Baik")
    n_butuh_perbaikan: Mapped[int] = mapped_column(comment="Of them Butuh Perbaikan")
    n_kurang: Mapped[int] = mapped_column(comment="Of them Kurang/Misconduct")
    n_sangat_kurang: Mapped[int] = mapped_column(comment="Of them Sangat Kurang")
    is_as_guided: Mapped[bool | None] = mapped_column(
        comment="Whether more than half of the rated have the expected rating; null: nobody is rated"
    )


class ResultDigest(Base):
    """One row a results frame of a published run: what its table must still hold; `result_hash` is over these rows."""

    __tablename__ = "result_digest"
    __table_args__ = (_counts("n_rows"),)

    run_id: Mapped[RunId]
    frame: Mapped[Id] = mapped_column(primary_key=True, comment="Results frame, such as employees or scores")
    columns: Mapped[str] = mapped_column(comment="Columns that were hashed, in order, joined by a comma")
    n_rows: Mapped[int] = mapped_column(comment="Rows stored")
    sha256: Mapped[str] = mapped_column(comment="SHA-256 of the rows in PostgreSQL's COPY text, by key")


class InsightDigest(Base):
    """One row an insights frame of a published run: what its table must hold; `insights_hash` is over these rows."""

    __tablename__ = "insight_digest"
    __table_args__ = (_counts("n_rows"),)

    run_id: Mapped[RunId]
    frame: Mapped[Id] = mapped_column(primary_key=True, comment="Insights frame")
    columns: Mapped[str] = mapped_column(comment="Columns that were hashed, in order, joined by a comma")
    n_rows: Mapped[int] = mapped_column(comment="Rows stored")
    sha256: Mapped[str] = mapped_column(comment="SHA-256 of the rows in PostgreSQL's COPY text, by key")


class RevisionChange(Base):
    """One row a published run that replaced a revision: what differs from it, in people.

    Compared are the tables and columns that both were published with. Schema 0003 brought it: earlier revisions have
    none.
    """

    __tablename__ = "revision_change"
    __table_args__ = (_counts("n_added", "n_removed", "n_changed", "n_unchanged"),)

    run_id: Mapped[RunId]
    previous_run_id: Mapped[Id] = mapped_column(
        ForeignKey(Run.run_id, name="fk_revision_change_run_previous"), comment="Run of the revision it replaced"
    )
    n_added: Mapped[int] = mapped_column(comment="Employees that the replaced revision did not have")
    n_removed: Mapped[int] = mapped_column(comment="Employees that only the replaced revision had")
    n_changed: Mapped[int] = mapped_column(comment="Employees of both with any cell that differs")
    n_unchanged: Mapped[int] = mapped_column(comment="Employees of both with the same cells")


class RatingMove(Base):
    """One row a pair of ratings between which employees of both revisions moved; `none` stands for no rating."""

    __tablename__ = "rating_move"
    __table_args__ = (
        _one_of("rating", RATING_KINDS),
        _one_of("old_rating", (*RATINGS, NO_RATING)),
        _one_of("new_rating", (*RATINGS, NO_RATING)),
        CheckConstraint("old_rating <> new_rating", name="moved"),
        CheckConstraint("n_employees >= 1", name="somebody_moved"),
    )

    run_id: Mapped[RunId]
    rating: Mapped[str] = mapped_column(primary_key=True, comment=f"One of {', '.join(RATING_KINDS)}")
    old_rating: Mapped[Id] = mapped_column(primary_key=True, comment="Rating in the revision that was replaced")
    new_rating: Mapped[Id] = mapped_column(primary_key=True, comment="Rating in this one")
    n_employees: Mapped[int] = mapped_column(comment="Employees that moved so")


class LeaseRow(Base):
    """One row a city and period that was ever run: who may write it now. The row stays when the lease is released."""

    __tablename__ = "lease"

    city: Mapped[Id] = mapped_column(primary_key=True, comment="City")
    period: Mapped[Id] = mapped_column(primary_key=True, comment="Period as written")
    token: Mapped[int] = mapped_column(comment="Grows with every holder; a writer with an older one is refused")
    run_id: Mapped[Id] = mapped_column(comment="Run that holds or last held it; that run's row may come later")
    host: Mapped[str] = mapped_column(comment="Host of the holder's process")
    pid: Mapped[int] = mapped_column(comment="Process number of the holder")
    process_started: Mapped[str] = mapped_column(
        comment="Boot, process namespace and start of that process, to tell a reused number; empty: not known"
    )
    acquired_at: Mapped[dt.datetime] = mapped_column(comment="When it was taken (UTC)")
    heartbeat_at: Mapped[dt.datetime] = mapped_column(comment="When it was last renewed (UTC)")
    expires_at: Mapped[dt.datetime] = mapped_column(comment="When it ends unless renewed (UTC)")
    released_at: Mapped[dt.datetime | None] = mapped_column(comment="When it was given back (UTC); null: held")
