"""What the public got of units, and what the scores are for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

IDENTIFIER = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
HUNDREDTHS = sa.Numeric(38, 2).with_variant(sa.REAL(), "sqlite")
MILLIONTHS = sa.Numeric(38, 6).with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "unit_result",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("level", IDENTIFIER, nullable=False, comment="One of unit, agency, city"),
        sa.Column(
            "place_id",
            IDENTIFIER,
            nullable=False,
            comment=("Unit; agency: what its units' ids begin with, up to the first dot; or city"),
        ),
        sa.Column("place_name", sa.Text(), nullable=True, comment="Name of the unit or city; null: not delivered"),
        sa.Column(
            "sector", sa.Text(), nullable=True, comment="Sector of the unit; null: an agency, the city, or no people"
        ),
        sa.Column("n_employees", sa.BigInteger(), nullable=False, comment="Employees whose home it is"),
        sa.Column("n_eligible", sa.BigInteger(), nullable=False, comment="Of them those there long enough for a score"),
        sa.Column("n_scored", sa.BigInteger(), nullable=False, comment="Of them those with a score"),
        sa.Column("coverage", MILLIONTHS, nullable=True, comment="Scored / eligible (share); null: nobody is eligible"),
        sa.Column("mean_score", HUNDREDTHS, nullable=True, comment="Mean score (points); null: nobody is scored"),
        sa.Column(
            "measured_share",
            MILLIONTHS,
            nullable=True,
            comment=(
                "Mean share of the scores' weight that was recorded rather than somebody's opinion; null: no score"
            ),
        ),
        sa.Column(
            "n_rated", sa.BigInteger(), nullable=False, comment="Employees with a decided, or else proposed, rating"
        ),
        sa.Column("n_good", sa.BigInteger(), nullable=False, comment="Of them Baik or Sangat Baik"),
        sa.Column("unit_rating", sa.Text(), nullable=True, comment="The unit's own rating as delivered; null: none"),
        sa.Column(
            "alarm",
            sa.Text(),
            nullable=True,
            comment=(
                "Unit and people tell two stories: one of poor_unit_good_people, "
                "good_unit_poor_people; null: they do not"
            ),
        ),
        sa.Column(
            "n_responses", sa.BigInteger(), nullable=False, comment="Survey responses of the period, all audiences"
        ),
        sa.Column(
            "n_responses_needed",
            sa.BigInteger(),
            nullable=True,
            comment=("Responses that stand for the requests submitted (Krejcie-Morgan); null: none were submitted"),
        ),
        sa.Column(
            "has_enough_responses", sa.Boolean(), nullable=True, comment="Whether there are as many; null as above"
        ),
        sa.Column("ikm", HUNDREDTHS, nullable=True, comment="Satisfaction index, 25-100; null: nobody answered"),
        sa.Column(
            "skm_grade", sa.Text(), nullable=True, comment="Grade of the index (PermenPANRB 14/2017); null: no index"
        ),
        sa.Column("n_documents", sa.BigInteger(), nullable=False, comment="Documents closed in the period"),
        sa.Column("median_hours", HUNDREDTHS, nullable=True, comment="Median time they took (hours); null: none"),
        sa.Column(
            "p90_hours",
            HUNDREDTHS,
            nullable=True,
            comment="Least time that nine in ten did not exceed (hours); null: none",
        ),
        sa.Column("n_due", sa.BigInteger(), nullable=False, comment="Requests of all kinds due in the period"),
        sa.Column("n_on_time", sa.BigInteger(), nullable=False, comment="Of them closed in time"),
        sa.Column("on_time_share", MILLIONTHS, nullable=True, comment="On time / due (share); null: nothing was due"),
        sa.Column("n_complaints", sa.BigInteger(), nullable=False, comment="Complaints due in the period"),
        sa.Column("n_complaints_handled", sa.BigInteger(), nullable=False, comment="Of them closed before its end"),
        sa.Column(
            "complaints_handled_share", MILLIONTHS, nullable=True, comment="Handled / due (share); null: none due"
        ),
        sa.Column("n_submitted", sa.BigInteger(), nullable=False, comment="Requests submitted in the period"),
        sa.Column("n_open_before", sa.BigInteger(), nullable=False, comment="Requests open when it began"),
        sa.Column(
            "n_left", sa.BigInteger(), nullable=False, comment="Requests closed, or ended otherwise, in the period"
        ),
        sa.Column("n_open", sa.BigInteger(), nullable=False, comment="Requests open when it ended: the backlog"),
        sa.Column("mean_queue", HUNDREDTHS, nullable=True, comment="Requests open on average; null: never a request"),
        sa.Column(
            "n_targets_due",
            sa.BigInteger(),
            nullable=False,
            comment="Objectives of its people with a due date in the period",
        ),
        sa.Column(
            "n_targets_met",
            sa.BigInteger(),
            nullable=False,
            comment="Of them those whose last report reaches the target",
        ),
        sa.Column("effectiveness", MILLIONTHS, nullable=True, comment="Targets met / due (share); null: none due"),
        sa.Column(
            "previous_period", IDENTIFIER, nullable=True, comment="Period the changes are against; null: none published"
        ),
        sa.Column(
            "score_change", HUNDREDTHS, nullable=True, comment="Mean score less that before (points); null: none"
        ),
        sa.Column("ikm_change", HUNDREDTHS, nullable=True, comment="Index less that before (points); null: none"),
        sa.Column("on_time_change", MILLIONTHS, nullable=True, comment="On-time share less that before; null: none"),
        sa.Column(
            "median_hours_change", HUNDREDTHS, nullable=True, comment="Median time less that before (hours); null: none"
        ),
        sa.Column(
            "score_against_service",
            sa.Text(),
            nullable=True,
            comment=("How score and service moved, such as `score up, service down`; null: nothing to compare"),
        ),
        sa.Column(
            "is_publishable",
            sa.Boolean(),
            nullable=False,
            comment=("Whether it has 10 people or more, so that the public may see it without seeing a person"),
        ),
        sa.CheckConstraint(
            "alarm IN ('poor_unit_good_people', 'good_unit_poor_people')", name=op.f("ck_unit_result_alarm")
        ),
        sa.CheckConstraint(
            (
                "n_employees >= 0 AND n_eligible >= 0 AND n_scored >= 0 AND n_rated >= 0 AND "
                "n_good >= 0 AND n_responses >= 0 AND n_documents >= 0 AND n_due >= 0 AND "
                "n_on_time >= 0 AND n_complaints >= 0 AND n_complaints_handled >= 0 AND "
                "n_submitted >= 0 AND n_open_before >= 0 AND n_left >= 0 AND n_open >= 0 AND "
                "n_targets_due >= 0 AND n_targets_met >= 0"
            ),
            name=op.f("ck_unit_result_counts"),
        ),
        sa.CheckConstraint("coverage BETWEEN 0 AND 1", name=op.f("ck_unit_result_coverage_bounds")),
        sa.CheckConstraint("n_on_time <= n_due AND n_complaints <= n_due", name=op.f("ck_unit_result_due")),
        sa.CheckConstraint("n_good <= n_rated AND n_rated <= n_employees", name=op.f("ck_unit_result_good_are_rated")),
        sa.CheckConstraint("ikm BETWEEN 25 AND 100", name=op.f("ck_unit_result_ikm_bounds")),
        sa.CheckConstraint("level IN ('unit', 'agency', 'city')", name=op.f("ck_unit_result_level")),
        sa.CheckConstraint("measured_share BETWEEN 0 AND 1", name=op.f("ck_unit_result_measured_share_bounds")),
        sa.CheckConstraint("on_time_share BETWEEN 0 AND 1", name=op.f("ck_unit_result_on_time_share_bounds")),
        sa.CheckConstraint("n_open_before + n_submitted - n_left = n_open", name=op.f("ck_unit_result_queue")),
        sa.CheckConstraint(
            "n_scored <= n_eligible AND n_eligible <= n_employees", name=op.f("ck_unit_result_scored_are_eligible")
        ),
        sa.CheckConstraint(
            "sector IN ('general', 'health', 'education', 'civil_registry')", name=op.f("ck_unit_result_sector")
        ),
        sa.CheckConstraint("(n_due = 0) = (on_time_share IS NULL)", name=op.f("ck_unit_result_share_of_something")),
        sa.CheckConstraint("skm_grade IN ('A', 'B', 'C', 'D')", name=op.f("ck_unit_result_skm_grade")),
        sa.CheckConstraint(
            ("unit_rating IN ('Istimewa', 'Baik', 'Butuh Perbaikan', 'Kurang', 'Sangat Kurang')"),
            name=op.f("ck_unit_result_unit_rating"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_unit_result_run")),
        sa.PrimaryKeyConstraint("run_id", "level", "place_id", name=op.f("pk_unit_result")),
        comment=(
            "One row a unit, agency or city of a run: what the public got of it, beside the "
            "scores of its people. Counts of agencies and the city are the sums of their "
            "units'. People count where their home is, requests and answers where they were "
            "made."
        ),
        sqlite_with_rowid=False,
    )
