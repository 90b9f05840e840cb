"""What scores say to people, how ratings were given, traces to look at, and obstacles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

IDENTIFIER = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
HUNDREDTHS = sa.Numeric(38, 2).with_variant(sa.REAL(), "sqlite")
MILLIONTHS = sa.Numeric(38, 6).with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    _person_item()
    _person_result()
    _reward()
    _unit_improvement()
    _fairness_result()
    _unit_gap()
    _rater_evidence()
    _owed_input()
    _doubt()
    _obstacle()
    _carried_obstacle()
    _excused_score()
    _unit_obstacle()


def _person_item() -> None:
    op.create_table(
        "person_item",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("employee_id", IDENTIFIER, nullable=False, comment="Employee number"),
        sa.Column("item_group", IDENTIFIER, nullable=False, comment="One of results, behaviour"),
        sa.Column("item_id", IDENTIFIER, nullable=False, comment="Item of the policy"),
        sa.Column(
            "nature",
            sa.Text(),
            nullable=False,
            comment="measured: recorded; citizens: what they think; colleagues: what raters think",
        ),
        sa.Column(
            "achievement", HUNDREDTHS, nullable=False, comment="Achievement as scored (points, 100 is the target)"
        ),
        sa.Column("low", HUNDREDTHS, nullable=False, comment="Lower end of its 95 % interval (points)"),
        sa.Column("high", HUNDREDTHS, nullable=False, comment="Upper end (points)"),
        sa.Column(
            "basis",
            sa.Text(),
            nullable=False,
            comment="What the interval is made of: one of share, answers, median, mean, raters, record, as_reported",
        ),
        sa.Column("to_target", HUNDREDTHS, nullable=False, comment="Achievement less 100 (points)"),
        sa.Column(
            "previous_achievement",
            HUNDREDTHS,
            nullable=True,
            comment="Achievement of the period before (points); null: not published, or not scored",
        ),
        sa.Column("change", HUNDREDTHS, nullable=True, comment="Achievement less that before (points); null as above"),
        sa.Column("peers", sa.Text(), nullable=True, comment="Whom it is compared with; null: too few are scored"),
        sa.Column(
            "n_peers",
            sa.BigInteger(),
            nullable=True,
            comment="How many they are, the employee among them; null: too few",
        ),
        sa.Column("peer_median", HUNDREDTHS, nullable=True, comment="Their median achievement (points); null: too few"),
        sa.Column(
            "to_peers", HUNDREDTHS, nullable=True, comment="Achievement less that median (points); null: too few"
        ),
        sa.Column(
            "points_to_gain",
            HUNDREDTHS,
            nullable=False,
            comment="What the score gains if the item reaches the most it can (points)",
        ),
        sa.Column("standing", sa.Text(), nullable=False, comment="One of strength, weakness, even"),
        sa.Column(
            "improvement",
            sa.BigInteger(),
            nullable=True,
            comment="1: the item farthest below its target, and so on; null: the target is met",
        ),
        sa.CheckConstraint("achievement BETWEEN 0 AND 120", name=op.f("ck_person_item_achievement_bounds")),
        sa.CheckConstraint(
            "basis IN ('share', 'answers', 'median', 'mean', 'raters', 'record', 'as_reported')",
            name=op.f("ck_person_item_basis"),
        ),
        sa.CheckConstraint(
            "(improvement IS NULL) = (to_target >= 0)", name=op.f("ck_person_item_improvement_is_below_target")
        ),
        sa.CheckConstraint("low <= achievement AND achievement <= high", name=op.f("ck_person_item_interval")),
        sa.CheckConstraint("item_group IN ('results', 'behaviour')", name=op.f("ck_person_item_item_group")),
        sa.CheckConstraint("nature IN ('measured', 'citizens', 'colleagues')", name=op.f("ck_person_item_nature")),
        sa.CheckConstraint("peers IN ('position', 'position_group')", name=op.f("ck_person_item_peers")),
        sa.CheckConstraint("standing IN ('strength', 'weakness', 'even')", name=op.f("ck_person_item_standing")),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_person_item_run")),
        sa.ForeignKeyConstraint(
            ["run_id", "employee_id"],
            ["employee_period.run_id", "employee_period.employee_id"],
            name=op.f("fk_person_item_employee_period"),
        ),
        sa.PrimaryKeyConstraint("run_id", "employee_id", "item_group", "item_id", name=op.f("pk_person_item")),
        comment=(
            "One row an employee and scored item of a run: how it stands to target, past and peers, and how sure it is."
        ),
        sqlite_with_rowid=False,
    )


def _person_result() -> None:
    op.create_table(
        "person_result",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("employee_id", IDENTIFIER, nullable=False, comment="Employee number"),
        sa.Column("score", HUNDREDTHS, nullable=False, comment="Score (points)"),
        sa.Column("low", HUNDREDTHS, nullable=False, comment="Lower end of its 95 % interval (points)"),
        sa.Column("high", HUNDREDTHS, nullable=False, comment="Upper end (points)"),
        sa.Column("data_grade", sa.Text(), nullable=False, comment="Grade of the data behind it, A to D"),
        sa.Column("data_reasons", sa.Text(), nullable=True, comment="What kept it from A, joined by `;`; null: A"),
        sa.Column("coverage", MILLIONTHS, nullable=False, comment="Scored share of the applicable weight"),
        sa.Column(
            "previous_score",
            HUNDREDTHS,
            nullable=True,
            comment="Score of the period before (points); null: not published, or none",
        ),
        sa.Column("score_change", HUNDREDTHS, nullable=True, comment="Score less that before (points); null as above"),
        sa.Column("rating", sa.Text(), nullable=True, comment="Decided, or else proposed, rating"),
        sa.Column(
            "measured_share", MILLIONTHS, nullable=False, comment="Share of the score's weight that was recorded"
        ),
        sa.Column("citizens_share", MILLIONTHS, nullable=False, comment="Share of it that citizens answered"),
        sa.Column("colleagues_share", MILLIONTHS, nullable=False, comment="Share of it that raters gave"),
        sa.Column("strongest_item", sa.Text(), nullable=False, comment="Item farthest above its target"),
        sa.Column("weakest_item", sa.Text(), nullable=False, comment="Item farthest below it, or nearest above"),
        sa.Column(
            "most_to_gain_item",
            sa.Text(),
            nullable=False,
            comment="Item that would move the score most: weight times room",
        ),
        sa.Column("most_to_gain", HUNDREDTHS, nullable=False, comment="By how much at most (points of the score)"),
        sa.Column("proposed_rating", sa.Text(), nullable=False, comment="Proposed rating, which the next one betters"),
        sa.Column(
            "next_rating",
            sa.Text(),
            nullable=True,
            comment="Better rating that costs the fewest points; null: none can be reached",
        ),
        sa.Column("results_needed", HUNDREDTHS, nullable=True, comment="Points its results score lacks; null as above"),
        sa.Column(
            "behaviour_needed", HUNDREDTHS, nullable=True, comment="Points its behaviour score lacks; null as above"
        ),
        sa.Column("score_needed", HUNDREDTHS, nullable=True, comment="Both as points of the score; null as above"),
        sa.Column(
            "step_item",
            sa.Text(),
            nullable=True,
            comment="The one item that alone would bring it with the smallest change; null: no item alone would",
        ),
        sa.Column(
            "step_achievement", HUNDREDTHS, nullable=True, comment="What it has to achieve (points); null as above"
        ),
        sa.Column(
            "step_value",
            MILLIONTHS,
            nullable=True,
            comment="The same on its own scale; null also where the data bring the target",
        ),
        sa.Column(
            "step_count",
            sa.BigInteger(),
            nullable=True,
            comment="Of an item that is a share: how many of the same cases; null: it is none",
        ),
        sa.Column(
            "attention",
            sa.Text(),
            nullable=True,
            comment=(
                "high_results_low_rating: what was measured is high and the rating is not; null: nothing to look at"
            ),
        ),
        sa.Column(
            "is_provisional",
            sa.Boolean(),
            nullable=False,
            comment="Whether the period had not ended when it was scored",
        ),
        sa.CheckConstraint("attention IN ('high_results_low_rating')", name=op.f("ck_person_result_attention")),
        sa.CheckConstraint("citizens_share BETWEEN 0 AND 1", name=op.f("ck_person_result_citizens_share_bounds")),
        sa.CheckConstraint("colleagues_share BETWEEN 0 AND 1", name=op.f("ck_person_result_colleagues_share_bounds")),
        sa.CheckConstraint("coverage BETWEEN 0 AND 1", name=op.f("ck_person_result_coverage_bounds")),
        sa.CheckConstraint("data_grade IN ('A', 'B', 'C', 'D')", name=op.f("ck_person_result_data_grade")),
        sa.CheckConstraint("low <= score AND score <= high", name=op.f("ck_person_result_interval")),
        sa.CheckConstraint("measured_share BETWEEN 0 AND 1", name=op.f("ck_person_result_measured_share_bounds")),
        sa.CheckConstraint(
            "next_rating IN ('Sangat Baik', 'Baik', 'Butuh Perbaikan', 'Kurang/Misconduct', 'Sangat Kurang')",
            name=op.f("ck_person_result_next_rating"),
        ),
        sa.CheckConstraint(
            ("proposed_rating IN ('Sangat Baik', 'Baik', 'Butuh Perbaikan', 'Kurang/Misconduct', 'Sangat Kurang')"),
            name=op.f("ck_person_result_proposed_rating"),
        ),
        sa.CheckConstraint(
            "rating IN ('Sangat Baik', 'Baik', 'Butuh Perbaikan', 'Kurang/Misconduct', 'Sangat Kurang')",
            name=op.f("ck_person_result_rating"),
        ),
        sa.CheckConstraint("score BETWEEN 0 AND 120", name=op.f("ck_person_result_score_bounds")),
        sa.CheckConstraint("(step_item IS NULL) = (step_achievement IS NULL)", name=op.f("ck_person_result_step")),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_person_result_run")),
        sa.ForeignKeyConstraint(
            ["run_id", "employee_id"],
            ["employee_period.run_id", "employee_period.employee_id"],
            name=op.f("fk_person_result_employee_period"),
        ),
        sa.PrimaryKeyConstraint("run_id", "employee_id", name=op.f("pk_person_result")),
        comment="One row an employee with a score: how sure it is, what it is made of, what would move it.",
        sqlite_with_rowid=False,
    )


def _reward() -> None:
    op.create_table(
        "reward",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("employee_id", IDENTIFIER, nullable=False, comment="Employee number"),
        sa.Column(
            "place",
            sa.BigInteger(),
            nullable=True,
            comment="Place among the eligible: by score, results score, lower end of the interval; null: not eligible",
        ),
        sa.Column("score", HUNDREDTHS, nullable=False, comment="Score (points)"),
        sa.Column("results_score", HUNDREDTHS, nullable=False, comment="Results score (points)"),
        sa.Column("low", HUNDREDTHS, nullable=False, comment="Lower end of the score's interval (points)"),
        sa.Column("rating", sa.Text(), nullable=False, comment="Rating the nomination is on"),
        sa.Column(
            "is_decided",
            sa.Boolean(),
            nullable=False,
            comment="Whether the appraiser decided it, or it is only proposed",
        ),
        sa.Column("data_grade", sa.Text(), nullable=False, comment="Grade of the data behind the score, A to D"),
        sa.Column(
            "is_eligible",
            sa.Boolean(),
            nullable=False,
            comment="Whether the data is of grade A or B and no discipline level stands",
        ),
        sa.Column("reason", sa.Text(), nullable=True, comment="Why not, joined by `;`; null: eligible"),
        sa.CheckConstraint("data_grade IN ('A', 'B', 'C', 'D')", name=op.f("ck_reward_data_grade")),
        sa.CheckConstraint("is_eligible = (place IS NOT NULL)", name=op.f("ck_reward_place_of_the_eligible")),
        sa.CheckConstraint(
            "rating IN ('Sangat Baik', 'Baik', 'Butuh Perbaikan', 'Kurang/Misconduct', 'Sangat Kurang')",
            name=op.f("ck_reward_rating"),
        ),
        sa.CheckConstraint("is_eligible = (reason IS NULL)", name=op.f("ck_reward_reason_of_the_others")),
        sa.CheckConstraint("score BETWEEN 0 AND 120", name=op.f("ck_reward_score_bounds")),
        sa.ForeignKeyConstraint(
            ["run_id", "employee_id"],
            ["employee_period.run_id", "employee_period.employee_id"],
            name=op.f("fk_reward_employee_period"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_reward_run")),
        sa.PrimaryKeyConstraint("run_id", "employee_id", name=op.f("pk_reward")),
        comment=("One row an employee nominated for a reward, eligible or not, and why; equal scores share a place."),
        sqlite_with_rowid=False,
    )


def _unit_improvement() -> None:
    op.create_table(
        "unit_improvement",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("unit_id", IDENTIFIER, nullable=False, comment="Home unit"),
        sa.Column("item_group", IDENTIFIER, nullable=False, comment="One of results, behaviour"),
        sa.Column("item_id", IDENTIFIER, nullable=False, comment="Item of the policy"),
        sa.Column("n", sa.BigInteger(), nullable=False, comment="Employees scored on it"),
        sa.Column("mean_achievement", HUNDREDTHS, nullable=True, comment="Their mean (points); null: fewer than 10"),
        sa.Column("to_target", HUNDREDTHS, nullable=True, comment="Mean less 100 (points); null: fewer than 10"),
        sa.Column(
            "place", sa.BigInteger(), nullable=True, comment="1: farthest below the target; null: met, or fewer than 10"
        ),
        sa.CheckConstraint("n >= 0", name=op.f("ck_unit_improvement_counts")),
        sa.CheckConstraint("item_group IN ('results', 'behaviour')", name=op.f("ck_unit_improvement_item_group")),
        sa.CheckConstraint(
            "n >= 10 OR mean_achievement IS NULL", name=op.f("ck_unit_improvement_small_groups_are_not_told")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_unit_improvement_run")),
        sa.PrimaryKeyConstraint("run_id", "unit_id", "item_group", "item_id", name=op.f("pk_unit_improvement")),
        comment=(
            "One row a home unit and item: how far its people are from the target together; fewer than 10 are not told."
        ),
        sqlite_with_rowid=False,
    )


def _fairness_result() -> None:
    op.create_table(
        "fairness_result",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("outcome", IDENTIFIER, nullable=False, comment="Which rating: proposed or decided"),
        sa.Column(
            "dimension",
            IDENTIFIER,
            nullable=False,
            comment="One of sex, age_band, employment_type, sector, position_group, agency, unit",
        ),
        sa.Column("group_name", IDENTIFIER, nullable=False, comment="Group; `not stated`: no value was delivered"),
        sa.Column("n", sa.BigInteger(), nullable=True, comment="People with such a rating; null: suppressed"),
        sa.Column("n_good", sa.BigInteger(), nullable=True, comment="Of them Baik or Sangat Baik; null: suppressed"),
        sa.Column("good_share", MILLIONTHS, nullable=True, comment="Share of these; null: suppressed"),
        sa.Column(
            "mean_score", HUNDREDTHS, nullable=True, comment="Mean score (points); null: suppressed, or no score"
        ),
        sa.Column(
            "reference",
            sa.Text(),
            nullable=True,
            comment="Group with the largest share, to which it is compared; null: it is that group, or there is none",
        ),
        sa.Column(
            "impact_ratio", MILLIONTHS, nullable=True, comment="Its share / that of the reference; null as above"
        ),
        sa.Column("ratio_low", MILLIONTHS, nullable=True, comment="Lower end of the ratio's 95 % interval"),
        sa.Column("ratio_high", MILLIONTHS, nullable=True, comment="Upper end"),
        sa.Column(
            "p_value",
            MILLIONTHS,
            nullable=True,
            comment="Fisher's exact test of the two shares, adjusted within the dimension (Benjamini-Hochberg)",
        ),
        sa.Column(
            "is_flagged",
            sa.Boolean(),
            nullable=True,
            comment="Ratio under 0.8, 30 people or more on both sides, p at most 0.01; null: not compared",
        ),
        sa.Column(
            "position_ratio",
            MILLIONTHS,
            nullable=True,
            comment="The same ratio among people of one position (Mantel-Haenszel); null: no position has both groups",
        ),
        sa.Column("position_low", MILLIONTHS, nullable=True, comment="Lower end of its 95 % interval"),
        sa.Column("position_high", MILLIONTHS, nullable=True, comment="Upper end"),
        sa.Column("position_p_value", MILLIONTHS, nullable=True, comment="Whether that ratio is 1 (normal, logarithm)"),
        sa.Column(
            "is_flagged_in_position",
            sa.Boolean(),
            nullable=True,
            comment="That ratio under 0.8, 30 people or more, p at most 0.01; null: not compared",
        ),
        sa.Column("is_suppressed", sa.Boolean(), nullable=False, comment="Whether the group is too small to be told"),
        sa.CheckConstraint("n_good <= n", name=op.f("ck_fairness_result_counts")),
        sa.CheckConstraint(
            ("dimension IN ('sex', 'age_band', 'employment_type', 'sector', 'position_group', 'agency', 'unit')"),
            name=op.f("ck_fairness_result_dimension"),
        ),
        sa.CheckConstraint("good_share BETWEEN 0 AND 1", name=op.f("ck_fairness_result_good_share_bounds")),
        sa.CheckConstraint(
            "ratio_low <= impact_ratio AND impact_ratio <= ratio_high", name=op.f("ck_fairness_result_interval")
        ),
        sa.CheckConstraint("outcome IN ('proposed', 'decided')", name=op.f("ck_fairness_result_outcome")),
        sa.CheckConstraint("p_value BETWEEN 0 AND 1", name=op.f("ck_fairness_result_p_value_bounds")),
        sa.CheckConstraint("position_p_value BETWEEN 0 AND 1", name=op.f("ck_fairness_result_position_p_value_bounds")),
        sa.CheckConstraint("n >= 10 OR is_suppressed", name=op.f("ck_fairness_result_small_groups_are_not_told")),
        sa.CheckConstraint("is_suppressed = (n IS NULL)", name=op.f("ck_fairness_result_suppressed_is_empty")),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_fairness_result_run")),
        sa.PrimaryKeyConstraint("run_id", "outcome", "dimension", "group_name", name=op.f("pk_fairness_result")),
        comment=(
            "One row an outcome, dimension and group of people with a rating, compared with the group "
            "that fares best. Figures of fewer than 10 people are null, and those of the next "
            "smallest group where only one is that small."
        ),
        sqlite_with_rowid=False,
    )


def _unit_gap() -> None:
    op.create_table(
        "unit_gap",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("unit_id", IDENTIFIER, nullable=False, comment="Home unit"),
        sa.Column("dimension", IDENTIFIER, nullable=False, comment="One of sex, age, employment_type"),
        sa.Column("item_id", IDENTIFIER, nullable=False, comment="Item made of ratings"),
        sa.Column(
            "lower_group", sa.Text(), nullable=False, comment="Group that is rated lower than its measures suggest"
        ),
        sa.Column("n_lower", sa.BigInteger(), nullable=False, comment="People of that group"),
        sa.Column("n_other", sa.BigInteger(), nullable=False, comment="People of the other one"),
        sa.Column("gap", HUNDREDTHS, nullable=False, comment="Mean of the others less theirs (points of achievement)"),
        sa.Column(
            "adjusted_gap", HUNDREDTHS, nullable=False, comment="The same among people who measure alike (points)"
        ),
        sa.Column(
            "p_value",
            MILLIONTHS,
            nullable=True,
            comment="Welch's test of the adjusted gap, adjusted over all units; null: nobody differs",
        ),
        sa.Column(
            "is_flagged", sa.Boolean(), nullable=False, comment="Adjusted gap of 10 points or more, p at most 0.01"
        ),
        sa.CheckConstraint("n_lower >= 5 AND n_other >= 5", name=op.f("ck_unit_gap_counts")),
        sa.CheckConstraint("dimension IN ('sex', 'age', 'employment_type')", name=op.f("ck_unit_gap_dimension")),
        sa.CheckConstraint("p_value BETWEEN 0 AND 1", name=op.f("ck_unit_gap_p_value_bounds")),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_unit_gap_run")),
        sa.PrimaryKeyConstraint("run_id", "unit_id", "dimension", "item_id", name=op.f("pk_unit_gap")),
        comment=("One row a unit, dimension and rated item, with 5 people or more on either side: who is rated lower."),
        sqlite_with_rowid=False,
    )


def _rater_evidence() -> None:
    op.create_table(
        "rater_evidence",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("rater_id", IDENTIFIER, nullable=False, comment="Supervisor, on the roster or not"),
        sa.Column("instrument", IDENTIFIER, nullable=False, comment="One of behaviour, competency"),
        sa.Column(
            "n_owed", sa.BigInteger(), nullable=False, comment="His people who were there long enough for a score"
        ),
        sa.Column("n_missing", sa.BigInteger(), nullable=False, comment="Of them those no supervisor rated"),
        sa.Column("n_ratees", sa.BigInteger(), nullable=False, comment="People he rated as supervisor"),
        sa.Column("n_ratings", sa.BigInteger(), nullable=False, comment="Levels of his that counted"),
        sa.Column(
            "n_late", sa.BigInteger(), nullable=False, comment="People he rated after the period, which did not count"
        ),
        sa.Column("mean_level", HUNDREDTHS, nullable=True, comment="Mean level on 1..3; null: he rated nobody"),
        sa.Column(
            "spread",
            HUNDREDTHS,
            nullable=True,
            comment="Standard deviation between his people (levels on 1..3); null: fewer than two",
        ),
        sa.Column("top_share", MILLIONTHS, nullable=True, comment="Share of levels that are the highest; null: none"),
        sa.Column(
            "straight_share",
            MILLIONTHS,
            nullable=True,
            comment="Share of sheets of 5 or more items with one level throughout; null: no such sheet",
        ),
        sa.Column(
            "leniency",
            HUNDREDTHS,
            nullable=True,
            comment=(
                "How much higher he rates than others rate people who measure alike (levels on 1..3); null: nobody"
            ),
        ),
        sa.Column(
            "leniency_shrunk",
            HUNDREDTHS,
            nullable=True,
            comment="The same drawn towards 0, the more the fewer people he rated; null as above",
        ),
        sa.Column(
            "agreement",
            HUNDREDTHS,
            nullable=True,
            comment="Rank correlation of his levels with what was measured; null: fewer than 5 people, or one level",
        ),
        sa.Column(
            "agreement_shrunk",
            HUNDREDTHS,
            nullable=True,
            comment="The same drawn towards that of all raters; null as above",
        ),
        sa.Column(
            "review",
            sa.Text(),
            nullable=True,
            comment=(
                "Why to look at it, joined by `;`: lenient, strict, straight_lining, against_measured; null: nothing"
            ),
        ),
        sa.CheckConstraint("agreement BETWEEN -1 AND 1", name=op.f("ck_rater_evidence_agreement_bounds")),
        sa.CheckConstraint(
            "n_owed >= 0 AND n_missing >= 0 AND n_ratees >= 0 AND n_ratings >= 0 AND n_late >= 0",
            name=op.f("ck_rater_evidence_counts"),
        ),
        sa.CheckConstraint("instrument IN ('behaviour', 'competency')", name=op.f("ck_rater_evidence_instrument")),
        sa.CheckConstraint("mean_level BETWEEN 1 AND 3", name=op.f("ck_rater_evidence_mean_level_bounds")),
        sa.CheckConstraint("n_missing <= n_owed", name=op.f("ck_rater_evidence_missing_are_owed")),
        sa.CheckConstraint("straight_share BETWEEN 0 AND 1", name=op.f("ck_rater_evidence_straight_share_bounds")),
        sa.CheckConstraint("top_share BETWEEN 0 AND 1", name=op.f("ck_rater_evidence_top_share_bounds")),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_rater_evidence_run")),
        sa.PrimaryKeyConstraint("run_id", "rater_id", "instrument", name=op.f("pk_rater_evidence")),
        comment=(
            "One row a supervisor and instrument: how he rates, for those who calibrate ratings; no judgement of him."
        ),
        sqlite_with_rowid=False,
    )


def _owed_input() -> None:
    op.create_table(
        "owed_input",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("employee_id", IDENTIFIER, nullable=False, comment="Employee number"),
        sa.Column("what", IDENTIFIER, nullable=False, comment="work_plan, or supervisor_rating_ and the instrument"),
        sa.Column(
            "owed_by", sa.Text(), nullable=True, comment="Who owes it: himself, or his supervisor; null: he has none"
        ),
        sa.ForeignKeyConstraint(
            ["run_id", "employee_id"],
            ["employee_period.run_id", "employee_period.employee_id"],
            name=op.f("fk_owed_input_employee_period"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_owed_input_run")),
        sa.PrimaryKeyConstraint("run_id", "employee_id", "what", name=op.f("pk_owed_input")),
        comment="One row an employee due a score and a thing that was not handed in for him.",
        sqlite_with_rowid=False,
    )


def _doubt() -> None:
    op.create_table(
        "doubt",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("number", sa.BigInteger(), nullable=False, comment="1, 2, ... within the run"),
        sa.Column(
            "rule",
            sa.Text(),
            nullable=False,
            comment=(
                "One of batch_closing, closed_at_the_last_second, closed_and_reopened, moved_deadline, "
                "stuffed_survey, identical_punches, two_places"
            ),
        ),
        sa.Column("subject", sa.Text(), nullable=False, comment="Whom it is about: employee or unit"),
        sa.Column("subject_id", IDENTIFIER, nullable=False, comment="That employee or unit"),
        sa.Column(
            "other_employee_id", IDENTIFIER, nullable=True, comment="The other one of a pair; null: it is no pair"
        ),
        sa.Column("unit_id", IDENTIFIER, nullable=True, comment="Home unit of the employee, or the unit"),
        sa.Column("n_found", sa.BigInteger(), nullable=False, comment="How often the rule's trace was found"),
        sa.Column("n_of", sa.BigInteger(), nullable=False, comment="Of how many"),
        sa.Column("n_expected", HUNDREDTHS, nullable=False, comment="How many would be found if nothing were wrong"),
        sa.Column(
            "p_value",
            MILLIONTHS,
            nullable=True,
            comment="Probability of as many by chance, adjusted over all the rule tested; null: the rule tests none",
        ),
        sa.Column("first_date", sa.Date(), nullable=False, comment="First day it was found on"),
        sa.Column("last_date", sa.Date(), nullable=False, comment="Last day"),
        sa.CheckConstraint("0 < n_found AND n_found <= n_of", name=op.f("ck_doubt_counts")),
        sa.CheckConstraint("p_value BETWEEN 0 AND 1", name=op.f("ck_doubt_p_value_bounds")),
        sa.CheckConstraint(
            (
                "rule IN ('batch_closing', 'closed_at_the_last_second', 'closed_and_reopened', "
                "'moved_deadline', 'stuffed_survey', 'identical_punches', 'two_places')"
            ),
            name=op.f("ck_doubt_rule"),
        ),
        sa.CheckConstraint("subject IN ('employee', 'unit')", name=op.f("ck_doubt_subject")),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_doubt_run")),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_doubt")),
        comment="One row a trace that wants a second look: a question, no accusation, and no part of a score.",
        sqlite_with_rowid=False,
    )


def _obstacle() -> None:
    op.create_table(
        "obstacle",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("employee_id", IDENTIFIER, nullable=False, comment="Employee number"),
        sa.Column("category", IDENTIFIER, nullable=False, comment="Category as reported"),
        sa.Column("n_reports", sa.BigInteger(), nullable=False, comment="Reports that name it"),
        sa.Column("n_objectives", sa.BigInteger(), nullable=False, comment="Objectives they are on"),
        sa.Column("n_late", sa.BigInteger(), nullable=False, comment="Of the reports those that were late"),
        sa.Column(
            "n_open", sa.BigInteger(), nullable=False, comment="Objectives whose last report of the period names it"
        ),
        sa.Column("items", sa.Text(), nullable=True, comment="Items of his that it touched, joined by `;`; null: none"),
        sa.CheckConstraint(
            "n_reports >= 1 AND n_late <= n_reports AND n_objectives <= n_reports", name=op.f("ck_obstacle_counts")
        ),
        sa.ForeignKeyConstraint(
            ["run_id", "employee_id"],
            ["employee_period.run_id", "employee_period.employee_id"],
            name=op.f("fk_obstacle_employee_period"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_obstacle_run")),
        sa.PrimaryKeyConstraint("run_id", "employee_id", "category", name=op.f("pk_obstacle")),
        comment="One row an employee and category of obstacle he reported in the period.",
        sqlite_with_rowid=False,
    )


def _carried_obstacle() -> None:
    op.create_table(
        "carried_obstacle",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("employee_id", IDENTIFIER, nullable=False, comment="Employee number"),
        sa.Column("objective_id", IDENTIFIER, nullable=False, comment="Objective"),
        sa.Column("since", sa.Date(), nullable=False, comment="Day of its first report of the period that names one"),
        sa.Column("category", sa.Text(), nullable=False, comment="Category of the last one"),
        sa.Column("last_date", sa.Date(), nullable=False, comment="Day of its last report"),
        sa.CheckConstraint("since <= last_date", name=op.f("ck_carried_obstacle_since")),
        sa.ForeignKeyConstraint(
            ["run_id", "employee_id"],
            ["employee_period.run_id", "employee_period.employee_id"],
            name=op.f("fk_carried_obstacle_employee_period"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_carried_obstacle_run")),
        sa.PrimaryKeyConstraint("run_id", "employee_id", "objective_id", name=op.f("pk_carried_obstacle")),
        comment=(
            "One row an objective whose last report of the period names an obstacle: to be taken up in the next one."
        ),
        sqlite_with_rowid=False,
    )


def _excused_score() -> None:
    op.create_table(
        "excused_score",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("employee_id", IDENTIFIER, nullable=False, comment="Employee number"),
        sa.Column(
            "n_milestones", sa.BigInteger(), nullable=False, comment="Late milestones whose report names an obstacle"
        ),
        sa.Column(
            "n_objectives",
            sa.BigInteger(),
            nullable=False,
            comment="Objectives that fall short and whose last report names one",
        ),
        sa.Column("score", HUNDREDTHS, nullable=False, comment="Score (points)"),
        sa.Column("rating", sa.Text(), nullable=False, comment="Proposed rating"),
        sa.Column("excused_score", HUNDREDTHS, nullable=False, comment="Score without them (points)"),
        sa.Column("excused_rating", sa.Text(), nullable=False, comment="Rating it would propose"),
        sa.Column("difference", HUNDREDTHS, nullable=False, comment="Excused score less score (points)"),
        sa.CheckConstraint(
            "n_milestones >= 0 AND n_objectives >= 0 AND difference >= 0", name=op.f("ck_excused_score_counts")
        ),
        sa.CheckConstraint(
            ("excused_rating IN ('Sangat Baik', 'Baik', 'Butuh Perbaikan', 'Kurang/Misconduct', 'Sangat Kurang')"),
            name=op.f("ck_excused_score_excused_rating"),
        ),
        sa.CheckConstraint(
            "rating IN ('Sangat Baik', 'Baik', 'Butuh Perbaikan', 'Kurang/Misconduct', 'Sangat Kurang')",
            name=op.f("ck_excused_score_rating"),
        ),
        sa.CheckConstraint("score BETWEEN 0 AND 120", name=op.f("ck_excused_score_score_bounds")),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_excused_score_run")),
        sa.ForeignKeyConstraint(
            ["run_id", "employee_id"],
            ["employee_period.run_id", "employee_period.employee_id"],
            name=op.f("fk_excused_score_employee_period"),
        ),
        sa.PrimaryKeyConstraint("run_id", "employee_id", name=op.f("pk_excused_score")),
        comment=(
            "One row an employee whose items an obstacle touched: his score if what it held up were excused; a what-if."
        ),
        sqlite_with_rowid=False,
    )


def _unit_obstacle() -> None:
    op.create_table(
        "unit_obstacle",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("unit_id", IDENTIFIER, nullable=False, comment="Home unit"),
        sa.Column("category", IDENTIFIER, nullable=False, comment="Category as reported"),
        sa.Column("n_employees", sa.BigInteger(), nullable=False, comment="Employees who reported it"),
        sa.Column("n_reports", sa.BigInteger(), nullable=False, comment="Reports that name it"),
        sa.Column("n_late", sa.BigInteger(), nullable=False, comment="Of them those that were late"),
        sa.Column(
            "n_open", sa.BigInteger(), nullable=False, comment="Objectives whose last report of the period names it"
        ),
        sa.Column("share", MILLIONTHS, nullable=False, comment="Share of the unit's reports with an obstacle"),
        sa.CheckConstraint(
            "n_employees >= 0 AND n_reports >= 0 AND n_late >= 0 AND n_open >= 0", name=op.f("ck_unit_obstacle_counts")
        ),
        sa.CheckConstraint("share BETWEEN 0 AND 1", name=op.f("ck_unit_obstacle_share_bounds")),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_unit_obstacle_run")),
        sa.PrimaryKeyConstraint("run_id", "unit_id", "category", name=op.f("pk_unit_obstacle")),
        comment="One row a home unit and category of obstacle its people reported in the period.",
        sqlite_with_rowid=False,
    )
