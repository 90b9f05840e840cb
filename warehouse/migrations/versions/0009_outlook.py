"""Whether development helped, and where provisional scores are likely to end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

IDENTIFIER = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
HUNDREDTHS = sa.Numeric(38, 2).with_variant(sa.REAL(), "sqlite")
MILLIONTHS = sa.Numeric(38, 6).with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "development_effect",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("kind", IDENTIFIER, nullable=False, comment="One of training, mentoring, guidance, counselling"),
        sa.Column("item_id", IDENTIFIER, nullable=False, comment="Item it was for; score: it was for none of them"),
        sa.Column("n_proposed", sa.BigInteger(), nullable=False, comment="People the period before proposes it to"),
        sa.Column("n_carried_out", sa.BigInteger(), nullable=False, comment="Of them those who went"),
        sa.Column("n", sa.BigInteger(), nullable=False, comment="People who went and were scored in both periods"),
        sa.Column(
            "n_others",
            sa.BigInteger(),
            nullable=False,
            comment="People who went nowhere, scored in both, who started as low",
        ),
        sa.Column(
            "mean_before", HUNDREDTHS, nullable=True, comment="Mean before of those who went (points); null: few"
        ),
        sa.Column("others_before", HUNDREDTHS, nullable=True, comment="Mean before of the others (points); null: few"),
        sa.Column(
            "change",
            HUNDREDTHS,
            nullable=True,
            comment="Mean change of those who went (points): not the effect; null as above",
        ),
        sa.Column("others_change", HUNDREDTHS, nullable=True, comment="Mean change of the others (points); null: few"),
        sa.Column(
            "expected_change",
            HUNDREDTHS,
            nullable=True,
            comment=(
                "Change they would have had without, as the others from where they started: regression to the mean"
            ),
        ),
        sa.Column(
            "effect", HUNDREDTHS, nullable=True, comment="Change less expected change (points); null: too little"
        ),
        sa.Column("effect_low", HUNDREDTHS, nullable=True, comment="Lower end of its 95 % interval; null as above"),
        sa.Column("effect_high", HUNDREDTHS, nullable=True, comment="Upper end; null as above"),
        sa.Column(
            "effect_p",
            MILLIONTHS,
            nullable=True,
            comment=(
                "Probability of it or more by chance, adjusted over all rows; 0.000001: that or less; null as above"
            ),
        ),
        sa.Column(
            "elsewhere_effect",
            HUNDREDTHS,
            nullable=True,
            comment=("The same of the mean of their other items, for which they did not go (points); null: too little"),
        ),
        sa.Column("elsewhere_p", MILLIONTHS, nullable=True, comment="Its probability; null as above"),
        sa.Column(
            "verdict",
            sa.Text(),
            nullable=False,
            comment="One of better, worse, not_found, doubtful, too_little; doubtful: elsewhere moved as well",
        ),
        sa.Column("previous_period", IDENTIFIER, nullable=False, comment="Period before, in which they were low"),
        sa.CheckConstraint(
            "(verdict = 'too_little') = (effect IS NULL)", name=op.f("ck_development_effect_verdict_of_an_effect")
        ),
        sa.CheckConstraint(
            "kind IN ('training', 'mentoring', 'guidance', 'counselling')", name=op.f("ck_development_effect_kind")
        ),
        sa.CheckConstraint(
            "verdict IN ('better', 'worse', 'not_found', 'doubtful', 'too_little')",
            name=op.f("ck_development_effect_verdict"),
        ),
        sa.CheckConstraint(
            "(n >= 10 AND n_others >= 30) OR mean_before IS NULL",
            name=op.f("ck_development_effect_small_groups_are_not_told"),
        ),
        sa.CheckConstraint(
            "effect_low <= effect AND effect <= effect_high", name=op.f("ck_development_effect_interval")
        ),
        sa.CheckConstraint(
            "n_carried_out <= n_proposed", name=op.f("ck_development_effect_carried_out_of_the_proposed")
        ),
        sa.CheckConstraint(
            "n_proposed >= 0 AND n_carried_out >= 0 AND n >= 0 AND n_others >= 0",
            name=op.f("ck_development_effect_counts"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_development_effect_run")),
        sa.PrimaryKeyConstraint("run_id", "kind", "item_id", name=op.f("pk_development_effect")),
        comment=(
            "One row a kind of development and item, or the score: those who went, beside others "
            "who started as low. No figures of fewer than 10 who went, or 30 others."
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "score_forecast",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("employee_id", IDENTIFIER, nullable=False, comment="Employee number. Personal data"),
        sa.Column("period_share", MILLIONTHS, nullable=False, comment="Share of the period that is over"),
        sa.Column("score", HUNDREDTHS, nullable=True, comment="Provisional score (points); null: none yet"),
        sa.Column("forecast", HUNDREDTHS, nullable=True, comment="Likely final score (points); null: too little known"),
        sa.Column(
            "low",
            HUNDREDTHS,
            nullable=True,
            comment="Lower end of the interval that holds it eight times in ten (points); null as above",
        ),
        sa.Column("high", HUNDREDTHS, nullable=True, comment="Upper end (points); null as above"),
        sa.Column("n_items", sa.BigInteger(), nullable=False, comment="Items it is made of"),
        sa.Column(
            "n_items_before",
            sa.BigInteger(),
            nullable=False,
            comment="Of them those not measured yet, taken from the period before",
        ),
        sa.Column(
            "n_items_others",
            sa.BigInteger(),
            nullable=False,
            comment="Of them those owed, taken to come as they came to others",
        ),
        sa.Column(
            "missing_items",
            sa.Text(),
            nullable=True,
            comment="Items nobody has yet and no period before tells of, joined by `;`; null: none",
        ),
        sa.CheckConstraint("forecast BETWEEN 0 AND 120", name=op.f("ck_score_forecast_forecast_bounds")),
        sa.CheckConstraint("low <= forecast AND forecast <= high", name=op.f("ck_score_forecast_interval")),
        sa.CheckConstraint(
            "n_items >= 0 AND n_items_before >= 0 AND n_items_others >= 0", name=op.f("ck_score_forecast_counts")
        ),
        sa.CheckConstraint(
            "n_items_before + n_items_others <= n_items", name=op.f("ck_score_forecast_parts_of_the_items")
        ),
        sa.CheckConstraint("period_share > 0 AND period_share < 1", name=op.f("ck_score_forecast_period_goes_on")),
        sa.CheckConstraint("score BETWEEN 0 AND 120", name=op.f("ck_score_forecast_score_bounds")),
        sa.ForeignKeyConstraint(
            ["run_id", "employee_id"],
            ["employee_period.run_id", "employee_period.employee_id"],
            name=op.f("fk_score_forecast_employee_period"),
        ),
        sa.PrimaryKeyConstraint("run_id", "employee_id", name=op.f("pk_score_forecast")),
        comment=("One row an employee of a provisional run: where his score is likely to stand when the period ends."),
        sqlite_with_rowid=False,
    )
