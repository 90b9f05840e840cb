"""What follows from a score: discipline ladder, competency gaps, follow-ups, decisions, guidance to a unit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

IDENTIFIER = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MILLIONTHS = sa.Numeric(38, 6).with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "unit_guidance",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("unit_id", IDENTIFIER, nullable=False, comment="Home unit"),
        sa.Column(
            "unit_rating",
            sa.Text(),
            nullable=False,
            comment="Rating of the unit: one of Istimewa, Baik, Butuh Perbaikan, Kurang, Sangat Kurang",
        ),
        sa.Column(
            "expected_rating", sa.Text(), nullable=False, comment="Rating that most employees of so rated a unit have"
        ),
        sa.Column(
            "n_rated", sa.BigInteger(), nullable=False, comment="Employees with a decided, or else proposed, rating"
        ),
        sa.Column("n_sangat_baik", sa.BigInteger(), nullable=False, comment="Of them Sangat Baik"),
        sa.Column("n_baik", sa.BigInteger(), nullable=False, comment="Of them Baik"),
        sa.Column("n_butuh_perbaikan", sa.BigInteger(), nullable=False, comment="Of them Butuh Perbaikan"),
        sa.Column("n_kurang", sa.BigInteger(), nullable=False, comment="Of them Kurang/Misconduct"),
        sa.Column("n_sangat_kurang", sa.BigInteger(), nullable=False, comment="Of them Sangat Kurang"),
        sa.Column(
            "is_as_guided",
            sa.Boolean(),
            nullable=True,
            comment="Whether more than half of the rated have the expected rating; null: nobody is rated",
        ),
        sa.CheckConstraint(
            ("expected_rating IN ('Sangat Baik', 'Baik', 'Butuh Perbaikan', 'Kurang/Misconduct', 'Sangat Kurang')"),
            name=op.f("ck_unit_guidance_expected_rating"),
        ),
        sa.CheckConstraint(
            "unit_rating IN ('Istimewa', 'Baik', 'Butuh Perbaikan', 'Kurang', 'Sangat Kurang')",
            name=op.f("ck_unit_guidance_unit_rating"),
        ),
        sa.CheckConstraint("(n_rated = 0) = (is_as_guided IS NULL)", name=op.f("ck_unit_guidance_rated_are_compared")),
        sa.CheckConstraint(
            "n_rated = n_sangat_baik + n_baik + n_butuh_perbaikan + n_kurang + n_sangat_kurang",
            name=op.f("ck_unit_guidance_all_are_counted"),
        ),
        sa.CheckConstraint(
            (
                "n_rated >= 0 AND n_sangat_baik >= 0 AND n_baik >= 0 AND n_butuh_perbaikan >= 0 AND "
                "n_kurang >= 0 AND n_sangat_kurang >= 0"
            ),
            name=op.f("ck_unit_guidance_counts"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_unit_guidance_run")),
        sa.PrimaryKeyConstraint("run_id", "unit_id", name=op.f("pk_unit_guidance")),
        comment=(
            "One row a home unit of a run that has a rating of its own: its people's ratings beside "
            "it. A warning for the leader after PermenPANRB 6/2022, annex; never a change."
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "competency_gap",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("employee_id", IDENTIFIER, nullable=False, comment="Employee number. Personal data"),
        sa.Column("item_id", IDENTIFIER, nullable=False, comment="Item of the policy"),
        sa.Column("competency", IDENTIFIER, nullable=False, comment="Competency, as the standard names it"),
        sa.Column("required_level", sa.BigInteger(), nullable=False, comment="Level the home position requires, 1-5"),
        sa.Column(
            "assessed",
            MILLIONTHS,
            nullable=True,
            comment="Level assessed, 1-5, 6 decimals; null: the supervisor did not rate it",
        ),
        sa.Column(
            "gap",
            MILLIONTHS,
            nullable=True,
            comment="Levels missing to the required one, 0 where it is reached; null: not assessed",
        ),
        sa.Column(
            "band",
            sa.Text(),
            nullable=True,
            comment=("Of the item's value over all competencies: one of optimal, fairly, less; null: not scored"),
        ),
        sa.CheckConstraint("band IN ('optimal', 'fairly', 'less')", name=op.f("ck_competency_gap_band")),
        sa.CheckConstraint("(assessed IS NULL) = (gap IS NULL)", name=op.f("ck_competency_gap_assessed_has_gap")),
        sa.CheckConstraint("assessed BETWEEN 1 AND 5", name=op.f("ck_competency_gap_assessed_bounds")),
        sa.CheckConstraint("gap BETWEEN 0 AND 4", name=op.f("ck_competency_gap_gap_bounds")),
        sa.CheckConstraint("required_level BETWEEN 1 AND 5", name=op.f("ck_competency_gap_required_level_bounds")),
        sa.ForeignKeyConstraint(
            ["run_id", "employee_id"],
            ["employee_period.run_id", "employee_period.employee_id"],
            name=op.f("fk_competency_gap_employee_period"),
        ),
        sa.PrimaryKeyConstraint("run_id", "employee_id", "item_id", "competency", name=op.f("pk_competency_gap")),
        comment=("One row an employee of a run, item of competency_match and competency that the position requires."),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "decision",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("employee_id", IDENTIFIER, nullable=False, comment="Employee number. Personal data"),
        sa.Column("proposed_rating", sa.Text(), nullable=True, comment="Rating the matrix proposes; null: none"),
        sa.Column("decided_rating", sa.Text(), nullable=False, comment="Rating the appraiser decided"),
        sa.Column(
            "is_different", sa.Boolean(), nullable=True, comment="Whether the two differ; null: nothing was proposed"
        ),
        sa.Column("decided_by", IDENTIFIER, nullable=False, comment="Employee number of who decided. Personal data"),
        sa.Column("reason", sa.Text(), nullable=True, comment="Reason as given; null: none. May hold personal data"),
        sa.CheckConstraint(
            ("decided_rating IN ('Sangat Baik', 'Baik', 'Butuh Perbaikan', 'Kurang/Misconduct', 'Sangat Kurang')"),
            name=op.f("ck_decision_decided_rating"),
        ),
        sa.CheckConstraint(
            ("proposed_rating IN ('Sangat Baik', 'Baik', 'Butuh Perbaikan', 'Kurang/Misconduct', 'Sangat Kurang')"),
            name=op.f("ck_decision_proposed_rating"),
        ),
        sa.CheckConstraint(
            "(proposed_rating IS NULL) = (is_different IS NULL)", name=op.f("ck_decision_proposed_is_compared")
        ),
        sa.ForeignKeyConstraint(
            ["run_id", "employee_id"],
            ["employee_period.run_id", "employee_period.employee_id"],
            name=op.f("fk_decision_employee_period"),
        ),
        sa.PrimaryKeyConstraint("run_id", "employee_id", name=op.f("pk_decision")),
        comment=(
            "One row an employee of a run with a decision of the appraiser on the period, beside what was proposed."
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "discipline_status",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("employee_id", IDENTIFIER, nullable=False, comment="Employee number. Personal data"),
        sa.Column("n_absent_days", sa.BigInteger(), nullable=False, comment="Recorded days without an event (days)"),
        sa.Column(
            "n_minutes",
            sa.BigInteger(),
            nullable=False,
            comment="Late and early, of days with two or more events (minutes)",
        ),
        sa.Column(
            "n_days", sa.BigInteger(), nullable=False, comment="Days absent and whole days the minutes come to (days)"
        ),
        sa.Column(
            "n_days_in_a_row",
            sa.BigInteger(),
            nullable=False,
            comment="Most recorded days in a row without an event (days)",
        ),
        sa.Column(
            "level",
            sa.Text(),
            nullable=True,
            comment="Level of the discipline ladder; null: below the first step. Personal data",
        ),
        sa.CheckConstraint(
            "n_absent_days >= 0 AND n_minutes >= 0 AND n_days >= 0 AND n_days_in_a_row >= 0",
            name=op.f("ck_discipline_status_counts"),
        ),
        sa.ForeignKeyConstraint(
            ["run_id", "employee_id"],
            ["employee_period.run_id", "employee_period.employee_id"],
            name=op.f("fk_discipline_status_employee_period"),
        ),
        sa.PrimaryKeyConstraint("run_id", "employee_id", name=op.f("pk_discipline_status")),
        comment=(
            "One row a PNS of a run: days of unexcused absence of the calendar year, and the level "
            "they come to. PP 94/2021; up to the end of the period, as far back as the run's inputs "
            "reach. No statement on pay."
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "follow_up",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("employee_id", IDENTIFIER, nullable=False, comment="Employee number. Personal data"),
        sa.Column("number", sa.BigInteger(), nullable=False, comment="1, 2, ... of the employee"),
        sa.Column(
            "action",
            sa.Text(),
            nullable=False,
            comment="One of reward_nomination, guidance, counselling, training, no_score. Personal data",
        ),
        sa.Column(
            "item_id", IDENTIFIER, nullable=True, comment="Training: the item that scored low; null: another action"
        ),
        sa.Column(
            "course", sa.Text(), nullable=True, comment="Training: the course, in Indonesian; null: another action"
        ),
        sa.Column(
            "supervisor_must_act", sa.Boolean(), nullable=False, comment="Whether the direct supervisor must act on it"
        ),
        sa.Column("reason", sa.Text(), nullable=False, comment="What it is on; without a score, why there is none"),
        sa.CheckConstraint(
            "(action = 'training') = (item_id IS NOT NULL)", name=op.f("ck_follow_up_training_has_item")
        ),
        sa.CheckConstraint(
            "action IN ('reward_nomination', 'guidance', 'counselling', 'training', 'no_score')",
            name=op.f("ck_follow_up_action"),
        ),
        sa.CheckConstraint("(item_id IS NULL) = (course IS NULL)", name=op.f("ck_follow_up_item_has_course")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_follow_up_number_bounds")),
        sa.ForeignKeyConstraint(
            ["run_id", "employee_id"],
            ["employee_period.run_id", "employee_period.employee_id"],
            name=op.f("fk_follow_up_employee_period"),
        ),
        sa.PrimaryKeyConstraint("run_id", "employee_id", "number", name=op.f("pk_follow_up")),
        comment=(
            "One row a follow-up of an employee of a run: a proposal to the leader, or that there is no score, and why."
        ),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps no comments
        op.alter_column("result_digest", "frame", comment="Results frame, such as employees or scores")
