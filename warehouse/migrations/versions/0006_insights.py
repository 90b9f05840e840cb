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
    op.create_table(
        "productivity",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("employee_id", IDENTIFIER, nullable=False, comment="Employee number. Personal data"),
        sa.Column("n_settled", sa.BigInteger(), nullable=False, comment="Requests of all kinds closed in the period"),
        sa.Column("n_fast", sa.BigInteger(), nullable=False, comment="Of them closed at or before due"),
        sa.Column("n_accurate", sa.BigInteger(), nullable=False, comment="Of them never reopened"),
        sa.Column("n_fast_and_accurate", sa.BigInteger(), nullable=False, comment="Of them both"),
        sa.Column("fast_and_accurate_share", MILLIONTHS, nullable=False, comment="Both / settled (share)"),
        sa.Column(
            "n_with_standard",
            sa.BigInteger(),
            nullable=True,
            comment=("Of the settled those whose service has standard minutes; null: the policy gives none"),
        ),
        sa.Column(
            "standard_minutes", HUNDREDTHS, nullable=True, comment="Standard minutes of these (minutes); null as above"
        ),
        sa.Column(
            "available_minutes",
            HUNDREDTHS,
            nullable=True,
            comment=("Minutes of the days worked that are there for requests (minutes); null as above"),
        ),
        sa.Column(
            "productivity",
            MILLIONTHS,
            nullable=True,
            comment="Standard / available minutes (share); null as above, or no day worked",
        ),
        sa.CheckConstraint(
            (
                "n_settled >= 0 AND n_fast >= 0 AND n_accurate >= 0 AND n_fast_and_accurate >= 0 "
                "AND n_with_standard >= 0"
            ),
            name=op.f("ck_productivity_counts"),
        ),
        sa.CheckConstraint(
            (
                "n_fast <= n_settled AND n_accurate <= n_settled AND n_fast_and_accurate <= "
                "n_fast AND n_fast_and_accurate <= n_accurate AND n_fast + n_accurate - "
                "n_fast_and_accurate <= n_settled"
            ),
            name=op.f("ck_productivity_parts_of_the_settled"),
        ),
        sa.CheckConstraint("n_settled >= 1", name=op.f("ck_productivity_somebody_settled")),
        sa.ForeignKeyConstraint(
            ["run_id", "employee_id"],
            ["employee_period.run_id", "employee_period.employee_id"],
            name=op.f("fk_productivity_employee_period"),
        ),
        sa.PrimaryKeyConstraint("run_id", "employee_id", name=op.f("pk_productivity")),
        comment=(
            "One row an employee of a run who closed a request: how much, how fast and right,"
            " and in how much of the time. An analysis of load and pace; no score is made of "
            "it."
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "responsive_score",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("level", IDENTIFIER, nullable=False, comment="agency or city"),
        sa.Column("place_id", IDENTIFIER, nullable=False, comment="Agency or city"),
        sa.Column("grain", IDENTIFIER, nullable=False, comment="One of day, week, month, quarter"),
        sa.Column(
            "bucket",
            IDENTIFIER,
            nullable=False,
            comment=("Day (2026-07-01), week (2026-W27), month (2026-07) or quarter (2026-Q3)"),
        ),
        sa.Column(
            "component",
            IDENTIFIER,
            nullable=False,
            comment=(
                "One of all, documents, complaints, information, satisfaction; all: the mean of "
                "those in which something happened"
            ),
        ),
        sa.Column("n_days", sa.BigInteger(), nullable=False, comment="Days of the bucket within the period (days)"),
        sa.Column("n", sa.BigInteger(), nullable=False, comment="Requests due, or answers given, in it"),
        sa.Column(
            "value",
            MILLIONTHS,
            nullable=True,
            comment=("Share closed in time, or satisfaction index; null: nothing happened, or all"),
        ),
        sa.Column("score", HUNDREDTHS, nullable=True, comment="100 x value / target, 0-120; null: nothing happened"),
        sa.Column("low", HUNDREDTHS, nullable=True, comment="Lower end of its 95 % interval; null as above"),
        sa.Column("high", HUNDREDTHS, nullable=True, comment="Upper end of its 95 % interval; null as above"),
        sa.CheckConstraint(
            ("component IN ('all', 'documents', 'complaints', 'information', 'satisfaction')"),
            name=op.f("ck_responsive_score_component"),
        ),
        sa.CheckConstraint("n_days >= 0 AND n >= 0", name=op.f("ck_responsive_score_counts")),
        sa.CheckConstraint("grain IN ('day', 'week', 'month', 'quarter')", name=op.f("ck_responsive_score_grain")),
        sa.CheckConstraint("low <= score AND score <= high", name=op.f("ck_responsive_score_interval")),
        sa.CheckConstraint("level IN ('unit', 'agency', 'city')", name=op.f("ck_responsive_score_level")),
        sa.CheckConstraint("(n = 0) = (score IS NULL)", name=op.f("ck_responsive_score_no_event_no_score")),
        sa.CheckConstraint("score BETWEEN 0 AND 120", name=op.f("ck_responsive_score_score_bounds")),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_responsive_score_run")),
        sa.PrimaryKeyConstraint(
            "run_id", "level", "place_id", "grain", "bucket", "component", name=op.f("pk_responsive_score")
        ),
        comment=(
            "One row an agency or the city of a run, grain, bucket and component of the "
            "responsive-city score. Every bucket is counted from its own events. Without an "
            "event there is a row, and no score."
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "satisfaction_driver",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("level", IDENTIFIER, nullable=False, comment="One of unit, agency, city"),
        sa.Column("place_id", IDENTIFIER, nullable=False, comment="Unit, agency or city"),
        sa.Column("audience", IDENTIFIER, nullable=False, comment="citizen, patient or student"),
        sa.Column(
            "driver",
            IDENTIFIER,
            nullable=False,
            comment="speed (SKM element 3, time) or friendliness (element 7, behaviour)",
        ),
        sa.Column("n", sa.BigInteger(), nullable=False, comment="Answers that hold both drivers and another element"),
        sa.Column("level_index", HUNDREDTHS, nullable=False, comment="Index of the driver alone, 25-100"),
        sa.Column(
            "overall_index", HUNDREDTHS, nullable=False, comment="Index of the elements that are no driver, 25-100"
        ),
        sa.Column(
            "correlation",
            MILLIONTHS,
            nullable=True,
            comment=("Spearman correlation of both; null: under 10 answers, or nobody differs"),
        ),
        sa.Column("low", MILLIONTHS, nullable=True, comment="Lower end of its 95 % interval; null as above"),
        sa.Column("high", MILLIONTHS, nullable=True, comment="Upper end of its 95 % interval; null as above"),
        sa.Column(
            "weight",
            MILLIONTHS,
            nullable=True,
            comment=("Standardised coefficient of this driver beside the other one; null as above"),
        ),
        sa.Column(
            "previous_period", IDENTIFIER, nullable=True, comment="Period the changes are against; null: none published"
        ),
        sa.Column(
            "level_change", HUNDREDTHS, nullable=True, comment="Index of the driver less that before; null: none"
        ),
        sa.Column("overall_change", HUNDREDTHS, nullable=True, comment="The other index less that before; null: none"),
        sa.CheckConstraint("correlation BETWEEN -1 AND 1", name=op.f("ck_satisfaction_driver_correlation_bounds")),
        sa.CheckConstraint("n >= 0", name=op.f("ck_satisfaction_driver_counts")),
        sa.CheckConstraint("driver IN ('speed', 'friendliness')", name=op.f("ck_satisfaction_driver_driver")),
        sa.CheckConstraint("low <= correlation AND correlation <= high", name=op.f("ck_satisfaction_driver_interval")),
        sa.CheckConstraint("level IN ('unit', 'agency', 'city')", name=op.f("ck_satisfaction_driver_level")),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_satisfaction_driver_run")),
        sa.PrimaryKeyConstraint(
            "run_id", "level", "place_id", "audience", "driver", name=op.f("pk_satisfaction_driver")
        ),
        comment=(
            "One row a unit, agency or city of a run, audience and driver of satisfaction: speed or friendliness."
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "effect",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("intervention_id", IDENTIFIER, nullable=False, comment="Intervention, as the policy names it"),
        sa.Column(
            "outcome",
            IDENTIFIER,
            nullable=False,
            comment=(
                "processing_time (multiple of the limit), satisfaction (25-100) or queue (days of submissions open)"
            ),
        ),
        sa.Column(
            "design",
            IDENTIFIER,
            nullable=False,
            comment=("compared (with other units), own (these alone) or placebo (a day before it)"),
        ),
        sa.Column("from_day", sa.Text(), nullable=False, comment="Day from which on a change is looked for"),
        sa.Column(
            "n_days_before", sa.BigInteger(), nullable=False, comment="Days before it with events on both sides (days)"
        ),
        sa.Column("n_days_after", sa.BigInteger(), nullable=False, comment="Days from it on (days)"),
        sa.Column(
            "n_before",
            sa.BigInteger(),
            nullable=False,
            comment="Events before of the units that changed; of queue: days",
        ),
        sa.Column("n_after", sa.BigInteger(), nullable=False, comment="Events after; of queue: days"),
        sa.Column("before", MILLIONTHS, nullable=True, comment="Mean before of the units that changed; null: no event"),
        sa.Column("after", MILLIONTHS, nullable=True, comment="Mean after; null: no event"),
        sa.Column("others_before", MILLIONTHS, nullable=True, comment="Mean before of the others; null: no event"),
        sa.Column("others_after", MILLIONTHS, nullable=True, comment="Mean after of the others; null: no event"),
        sa.Column("level_change", MILLIONTHS, nullable=True, comment="Change on the day; null: too little, or a queue"),
        sa.Column(
            "level_change_low", MILLIONTHS, nullable=True, comment="Lower end of its 95 % interval; null as above"
        ),
        sa.Column("level_change_high", MILLIONTHS, nullable=True, comment="Upper end of it; null as above"),
        sa.Column(
            "level_change_p", MILLIONTHS, nullable=True, comment="Probability of it or more by chance; null as above"
        ),
        sa.Column("trend_change", MILLIONTHS, nullable=True, comment="Change of the trend, a week; null: too little"),
        sa.Column(
            "trend_change_low", MILLIONTHS, nullable=True, comment="Lower end of its 95 % interval; null as above"
        ),
        sa.Column("trend_change_high", MILLIONTHS, nullable=True, comment="Upper end of it; null as above"),
        sa.Column(
            "trend_change_p", MILLIONTHS, nullable=True, comment="Probability of it or more by chance; null as above"
        ),
        sa.Column(
            "effect", MILLIONTHS, nullable=True, comment="Both together, mean over the days after; null: too little"
        ),
        sa.Column("effect_low", MILLIONTHS, nullable=True, comment="Lower end of its 95 % interval; null as above"),
        sa.Column("effect_high", MILLIONTHS, nullable=True, comment="Upper end of it; null as above"),
        sa.Column("effect_p", MILLIONTHS, nullable=True, comment="Probability of it or more by chance; null as above"),
        sa.Column(
            "verdict",
            sa.Text(),
            nullable=True,
            comment=("Of the comparison: one of better, worse, not_found, doubtful, too_little; null: another design"),
        ),
        sa.CheckConstraint(
            "(design = 'compared') = (verdict IS NOT NULL)", name=op.f("ck_effect_compared_has_verdict")
        ),
        sa.CheckConstraint(
            ("n_days_before >= 0 AND n_days_after >= 0 AND n_before >= 0 AND n_after >= 0"),
            name=op.f("ck_effect_counts"),
        ),
        sa.CheckConstraint("design IN ('compared', 'own', 'placebo')", name=op.f("ck_effect_design")),
        sa.CheckConstraint("effect_low <= effect AND effect <= effect_high", name=op.f("ck_effect_interval")),
        sa.CheckConstraint("outcome IN ('processing_time', 'satisfaction', 'queue')", name=op.f("ck_effect_outcome")),
        sa.CheckConstraint(
            "verdict IN ('better', 'worse', 'not_found', 'doubtful', 'too_little')", name=op.f("ck_effect_verdict")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_effect_run")),
        sa.PrimaryKeyConstraint("run_id", "intervention_id", "outcome", "design", name=op.f("pk_effect")),
        comment=(
            "One row an intervention the policy names, outcome and design: what changed from "
            "its day on, with interval. Days of the period. The verdict is of the comparison "
            "with units that did not change."
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "benchmark_result",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("level", IDENTIFIER, nullable=False, comment="One of unit, agency, city"),
        sa.Column("place_id", IDENTIFIER, nullable=False, comment="Unit, agency or city"),
        sa.Column(
            "measure", IDENTIFIER, nullable=False, comment="Column of unit_result or productivity, or an outcome"
        ),
        sa.Column("value", MILLIONTHS, nullable=False, comment="Its value, in the measure's own unit"),
        sa.Column("baseline", MILLIONTHS, nullable=True, comment="Its value the period before; null: none published"),
        sa.Column("change", MILLIONTHS, nullable=True, comment="Value less baseline; null: no baseline"),
        sa.Column(
            "is_better",
            sa.Boolean(),
            nullable=True,
            comment="Whether it changed for the better; null: it did not change",
        ),
        sa.Column(
            "n_peers",
            sa.BigInteger(),
            nullable=True,
            comment="Units of the same sector with a value, itself included; null: no unit",
        ),
        sa.Column(
            "peer_percentile",
            MILLIONTHS,
            nullable=True,
            comment=("Share of them that are worse, and half of those equal; null: under 5, or no unit"),
        ),
        sa.Column("target", MILLIONTHS, nullable=True, comment="Target the policy names; null: none"),
        sa.Column("target_source", sa.Text(), nullable=True, comment="Who set it; null: none"),
        sa.Column("is_target_met", sa.Boolean(), nullable=True, comment="Whether it is met; null: none"),
        sa.CheckConstraint("n_peers >= 0", name=op.f("ck_benchmark_result_counts")),
        sa.CheckConstraint("level IN ('unit', 'agency', 'city')", name=op.f("ck_benchmark_result_level")),
        sa.CheckConstraint("peer_percentile BETWEEN 0 AND 1", name=op.f("ck_benchmark_result_peer_percentile_bounds")),
        sa.CheckConstraint(
            "(target IS NULL) = (is_target_met IS NULL)", name=op.f("ck_benchmark_result_target_is_judged")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_benchmark_result_run")),
        sa.PrimaryKeyConstraint("run_id", "level", "place_id", "measure", name=op.f("pk_benchmark_result")),
        comment=("One row a unit, agency or city of a run and measure: beside its own past, its peers and a target."),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "indicator_health",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("item_id", IDENTIFIER, nullable=False, comment="Item of the policy"),
        sa.Column("indicator_id", IDENTIFIER, nullable=False, comment="Indicator that measures it"),
        sa.Column("item_group", sa.Text(), nullable=False, comment="Group the item counts in: results or behaviour"),
        sa.Column("n_owed", sa.BigInteger(), nullable=False, comment="Employees whose policy has the item"),
        sa.Column("n_scored", sa.BigInteger(), nullable=False, comment="Of them those scored on it"),
        sa.Column("not_applicable_share", MILLIONTHS, nullable=True, comment="Share to whom it does not apply"),
        sa.Column(
            "missing_share",
            MILLIONTHS,
            nullable=True,
            comment=("Of the others the share whose data are missing; null: it applies to nobody"),
        ),
        sa.Column("median", HUNDREDTHS, nullable=True, comment="Median achievement (points); null: nobody is scored"),
        sa.Column("iqr", HUNDREDTHS, nullable=True, comment="Interquartile range (points); null as above"),
        sa.Column("mad", HUNDREDTHS, nullable=True, comment="Median distance from the median (points); null as above"),
        sa.Column("n_distinct", sa.BigInteger(), nullable=False, comment="Different achievements"),
        sa.Column("ceiling_share", MILLIONTHS, nullable=True, comment="Share at the most it can give; null as above"),
        sa.Column("floor_share", MILLIONTHS, nullable=True, comment="Share at the least it can give; null as above"),
        sa.Column(
            "cap_cut",
            HUNDREDTHS,
            nullable=True,
            comment=("Mean points that the cap took from those at it; null: nobody is, or the item has a scale"),
        ),
        sa.Column(
            "rank_agreement",
            MILLIONTHS,
            nullable=True,
            comment=("Spearman correlation of the scores with those where it weighs a tenth less or more, the lesser"),
        ),
        sa.Column(
            "moved_share",
            MILLIONTHS,
            nullable=True,
            comment=("People whom that moves by more than a twentieth of all places, the larger share; null as above"),
        ),
        sa.Column(
            "flags",
            sa.Text(),
            nullable=True,
            comment=("ceiling, floor, no_spread, missing, joined by a comma; null: none of them, or under 30 scored"),
        ),
        sa.CheckConstraint("ceiling_share BETWEEN 0 AND 1", name=op.f("ck_indicator_health_ceiling_share_bounds")),
        sa.CheckConstraint(
            "n_owed >= 0 AND n_scored >= 0 AND n_distinct >= 0", name=op.f("ck_indicator_health_counts")
        ),
        sa.CheckConstraint("floor_share BETWEEN 0 AND 1", name=op.f("ck_indicator_health_floor_share_bounds")),
        sa.CheckConstraint("item_group IN ('results', 'behaviour')", name=op.f("ck_indicator_health_item_group")),
        sa.CheckConstraint("missing_share BETWEEN 0 AND 1", name=op.f("ck_indicator_health_missing_share_bounds")),
        sa.CheckConstraint("moved_share BETWEEN 0 AND 1", name=op.f("ck_indicator_health_moved_share_bounds")),
        sa.CheckConstraint(
            "not_applicable_share BETWEEN 0 AND 1", name=op.f("ck_indicator_health_not_applicable_share_bounds")
        ),
        sa.CheckConstraint(
            "n_scored <= n_owed AND n_distinct <= n_scored", name=op.f("ck_indicator_health_parts_of_the_owed")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_indicator_health_run")),
        sa.PrimaryKeyConstraint("run_id", "item_id", name=op.f("pk_indicator_health")),
        comment=(
            "One row an item of the policy of a run: whether it tells people apart, and what hangs on its weight."
        ),
        sqlite_with_rowid=False,
    )
