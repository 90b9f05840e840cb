"""Work of several hands: handovers, shared work, parts of a unit's results, and the rule table."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

IDENTIFIER = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
HUNDREDTHS = sa.Numeric(38, 2).with_variant(sa.REAL(), "sqlite")
MILLIONTHS = sa.Numeric(38, 6).with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "handover",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("employee_id", IDENTIFIER, nullable=False, comment="Employee number. Personal data"),
        sa.Column("kind", IDENTIFIER, nullable=False, comment="One of document, complaint, information"),
        sa.Column(
            "n_held",
            sa.BigInteger(),
            nullable=False,
            comment="Requests due in the period that lay there, if only for a while",
        ),
        sa.Column("n_received", sa.BigInteger(), nullable=False, comment="Of them those that came from another"),
        sa.Column("n_handed_on", sa.BigInteger(), nullable=False, comment="Of them those that went on to another"),
        sa.Column("median_hours", HUNDREDTHS, nullable=False, comment="Median time they lay there (calendar hours)"),
        sa.Column(
            "p90_hours", HUNDREDTHS, nullable=False, comment="Least time that nine in ten did not exceed (hours)"
        ),
        sa.Column(
            "n_late", sa.BigInteger(), nullable=False, comment="Of the held those not closed by their due moment"
        ),
        sa.Column(
            "n_held_when_due",
            sa.BigInteger(),
            nullable=False,
            comment="Of the late those that lay there when they came due",
        ),
        sa.Column(
            "n_received_overdue",
            sa.BigInteger(),
            nullable=False,
            comment="Requests that were overdue when they came there",
        ),
        sa.Column(
            "n_handed_on_overdue",
            sa.BigInteger(),
            nullable=False,
            comment="Requests that were overdue when they went on",
        ),
        sa.Column(
            "overdue_hours", HUNDREDTHS, nullable=False, comment="Time past due that the late ones lay there (hours)"
        ),
        sa.Column(
            "overdue_share",
            MILLIONTHS,
            nullable=True,
            comment=("Of all time past due of the late ones held, the share that they lay there; null: none was late"),
        ),
        sa.Column(
            "allowed_share",
            MILLIONTHS,
            nullable=True,
            comment=("Of the time the late ones had until due, the share that they lay there; null: none was late"),
        ),
        sa.Column(
            "is_flagged",
            sa.Boolean(),
            nullable=False,
            comment=(
                "Whether 5 or more of all kinds went on only when overdue, and more than habit explains (p <= 0.001)"
            ),
        ),
        sa.CheckConstraint("allowed_share BETWEEN 0 AND 1", name=op.f("ck_handover_allowed_share_bounds")),
        sa.CheckConstraint(
            (
                "n_held >= 0 AND n_received >= 0 AND n_handed_on >= 0 AND n_late >= 0 AND "
                "n_held_when_due >= 0 AND n_received_overdue >= 0 AND n_handed_on_overdue >= 0"
            ),
            name=op.f("ck_handover_counts"),
        ),
        sa.CheckConstraint("kind IN ('document', 'complaint', 'information')", name=op.f("ck_handover_kind")),
        sa.CheckConstraint("median_hours <= p90_hours", name=op.f("ck_handover_median_before_p90")),
        sa.CheckConstraint("overdue_share BETWEEN 0 AND 1", name=op.f("ck_handover_overdue_share_bounds")),
        sa.CheckConstraint(
            (
                "n_received <= n_held AND n_handed_on <= n_held AND n_late <= n_held AND "
                "n_held_when_due <= n_late AND n_received_overdue <= n_received AND "
                "n_handed_on_overdue <= n_handed_on"
            ),
            name=op.f("ck_handover_parts_of_the_held"),
        ),
        sa.ForeignKeyConstraint(
            ["run_id", "employee_id"],
            ["employee_period.run_id", "employee_period.employee_id"],
            name=op.f("fk_handover_employee_period"),
        ),
        sa.PrimaryKeyConstraint("run_id", "employee_id", "kind", name=op.f("pk_handover")),
        comment=(
            "One row an employee of a run and kind of request whose way is recorded: what lay with him, and how long."
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unit_handover",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("unit_id", IDENTIFIER, nullable=False, comment="Unit"),
        sa.Column("kind", IDENTIFIER, nullable=False, comment="One of document, complaint, information"),
        sa.Column(
            "n_held",
            sa.BigInteger(),
            nullable=False,
            comment="Requests due in the period that lay there, if only for a while",
        ),
        sa.Column("n_received", sa.BigInteger(), nullable=False, comment="Of them those that came from another"),
        sa.Column("n_handed_on", sa.BigInteger(), nullable=False, comment="Of them those that went on to another"),
        sa.Column("median_hours", HUNDREDTHS, nullable=False, comment="Median time they lay there (calendar hours)"),
        sa.Column(
            "p90_hours", HUNDREDTHS, nullable=False, comment="Least time that nine in ten did not exceed (hours)"
        ),
        sa.Column(
            "n_late", sa.BigInteger(), nullable=False, comment="Of the held those not closed by their due moment"
        ),
        sa.Column(
            "n_held_when_due",
            sa.BigInteger(),
            nullable=False,
            comment="Of the late those that lay there when they came due",
        ),
        sa.Column(
            "n_received_overdue",
            sa.BigInteger(),
            nullable=False,
            comment="Requests that were overdue when they came there",
        ),
        sa.Column(
            "n_handed_on_overdue",
            sa.BigInteger(),
            nullable=False,
            comment="Requests that were overdue when they went on",
        ),
        sa.Column(
            "overdue_hours", HUNDREDTHS, nullable=False, comment="Time past due that the late ones lay there (hours)"
        ),
        sa.Column(
            "overdue_share",
            MILLIONTHS,
            nullable=True,
            comment=("Of all time past due of the late ones held, the share that they lay there; null: none was late"),
        ),
        sa.Column(
            "allowed_share",
            MILLIONTHS,
            nullable=True,
            comment=("Of the time the late ones had until due, the share that they lay there; null: none was late"),
        ),
        sa.Column(
            "is_flagged",
            sa.Boolean(),
            nullable=False,
            comment=(
                "Whether 5 or more of all kinds went on only when overdue, and more than habit explains (p <= 0.001)"
            ),
        ),
        sa.CheckConstraint("allowed_share BETWEEN 0 AND 1", name=op.f("ck_unit_handover_allowed_share_bounds")),
        sa.CheckConstraint(
            (
                "n_held >= 0 AND n_received >= 0 AND n_handed_on >= 0 AND n_late >= 0 AND "
                "n_held_when_due >= 0 AND n_received_overdue >= 0 AND n_handed_on_overdue >= 0"
            ),
            name=op.f("ck_unit_handover_counts"),
        ),
        sa.CheckConstraint("kind IN ('document', 'complaint', 'information')", name=op.f("ck_unit_handover_kind")),
        sa.CheckConstraint("median_hours <= p90_hours", name=op.f("ck_unit_handover_median_before_p90")),
        sa.CheckConstraint("overdue_share BETWEEN 0 AND 1", name=op.f("ck_unit_handover_overdue_share_bounds")),
        sa.CheckConstraint(
            (
                "n_received <= n_held AND n_handed_on <= n_held AND n_late <= n_held AND "
                "n_held_when_due <= n_late AND n_received_overdue <= n_received AND "
                "n_handed_on_overdue <= n_handed_on"
            ),
            name=op.f("ck_unit_handover_parts_of_the_held"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_unit_handover_run")),
        sa.PrimaryKeyConstraint("run_id", "unit_id", "kind", name=op.f("pk_unit_handover")),
        comment=(
            "One row a unit of a run and kind of request whose way is recorded: what lay in the unit, and how long."
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "work_split",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("work_kind", IDENTIFIER, nullable=False, comment="One of objective, initiative"),
        sa.Column("work_id", IDENTIFIER, nullable=False, comment="Objective or initiative"),
        sa.Column("employee_id", IDENTIFIER, nullable=False, comment="Employee number. Personal data"),
        sa.Column("role", sa.Text(), nullable=False, comment="owner: it stands in his plan; helper: it does not"),
        sa.Column("share", HUNDREDTHS, nullable=True, comment="Declared share (percent); null: none declared for him"),
        sa.Column("declared_total", HUNDREDTHS, nullable=False, comment="Shares declared of all people (percent)"),
        sa.Column(
            "unattributed", HUNDREDTHS, nullable=False, comment="100 less these (percent); negative: more was declared"
        ),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment=("whole: shares make 100; short, over: less, more; undeclared: several reported, none declared"),
        ),
        sa.Column(
            "result",
            HUNDREDTHS,
            nullable=False,
            comment="Achievement of the objective (points); of an initiative 100 where adopted, else 0",
        ),
        sa.Column(
            "part",
            MILLIONTHS,
            nullable=True,
            comment="Result x share / 100 (points); null: no share, or shares make more than 100",
        ),
        sa.CheckConstraint("role IN ('owner', 'helper')", name=op.f("ck_work_split_role")),
        sa.CheckConstraint("state IN ('whole', 'short', 'over', 'undeclared')", name=op.f("ck_work_split_state")),
        sa.CheckConstraint(
            "(state = 'undeclared') = (declared_total = 0)", name=op.f("ck_work_split_undeclared_is_nothing")
        ),
        sa.CheckConstraint("work_kind IN ('objective', 'initiative')", name=op.f("ck_work_split_work_kind")),
        sa.ForeignKeyConstraint(
            ["run_id", "employee_id"],
            ["employee_period.run_id", "employee_period.employee_id"],
            name=op.f("fk_work_split_employee_period"),
        ),
        sa.PrimaryKeyConstraint("run_id", "work_kind", "work_id", "employee_id", name=op.f("pk_work_split")),
        comment=("One row an objective or initiative of several people and employee of a run: his part of its result."),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "work_elsewhere",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("unit_id", IDENTIFIER, nullable=False, comment="Unit it was done for"),
        sa.Column("item_id", IDENTIFIER, nullable=False, comment="Item of the policy"),
        sa.Column(
            "worker_id",
            IDENTIFIER,
            nullable=False,
            comment=(
                "Employee whose home is another unit or who has not the item; nobody: nobody who "
                "is scored. Personal data"
            ),
        ),
        sa.Column(
            "numerator",
            sa.BigInteger(),
            nullable=True,
            comment="Hits as the indicator counts them; null: it only counts",
        ),
        sa.Column("denominator", sa.BigInteger(), nullable=False, comment="Of how many, or how many"),
        sa.CheckConstraint("numerator BETWEEN 0 AND denominator", name=op.f("ck_work_elsewhere_part_of_it")),
        sa.CheckConstraint("denominator >= 1", name=op.f("ck_work_elsewhere_something_was_done")),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_work_elsewhere_run")),
        sa.PrimaryKeyConstraint("run_id", "unit_id", "item_id", "worker_id", name=op.f("pk_work_elsewhere")),
        comment=(
            "One row a unit of a run, item and worker whose work for it is not in the numbers"
            " of the unit's own people. With the indicators of its people it gives each one's"
            " part of the unit's numbers (see `contributions`)."
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rule_outcome",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("employee_id", IDENTIFIER, nullable=False, comment="Employee number. Personal data"),
        sa.Column("timeliness", IDENTIFIER, nullable=False, comment="on_time, late; unknown: no report was due"),
        sa.Column("quality", IDENTIFIER, nullable=False, comment="good, poor; unknown: no report says how far it is"),
        sa.Column("outcome", sa.Text(), nullable=False, comment="What the policy's table says of the two"),
        sa.Column("n_objectives", sa.BigInteger(), nullable=False, comment="Objectives it applies to"),
        sa.Column("objectives", sa.Text(), nullable=False, comment="Which, joined by `;`"),
        sa.CheckConstraint("quality IN ('good', 'poor', 'unknown')", name=op.f("ck_rule_outcome_quality")),
        sa.CheckConstraint("n_objectives >= 1", name=op.f("ck_rule_outcome_some_objective")),
        sa.CheckConstraint("timeliness IN ('on_time', 'late', 'unknown')", name=op.f("ck_rule_outcome_timeliness")),
        sa.ForeignKeyConstraint(
            ["run_id", "employee_id"],
            ["employee_period.run_id", "employee_period.employee_id"],
            name=op.f("fk_rule_outcome_employee_period"),
        ),
        sa.PrimaryKeyConstraint("run_id", "employee_id", "timeliness", "quality", name=op.f("pk_rule_outcome")),
        comment=("One row an employee of a run and row of the policy's rule table that applies to objectives of his."),
        sqlite_with_rowid=False,
    )
