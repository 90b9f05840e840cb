"""All tables and views of the first warehouse."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

IDENTIFIER = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)
HUNDREDTHS = sa.Numeric(38, 2).with_variant(sa.REAL(), "sqlite")
MILLIONTHS = sa.Numeric(38, 6).with_variant(sa.REAL(), "sqlite")

LATEST = """
    r.status = 'published' AND r.revision = (
        SELECT max(p.revision) FROM run AS p WHERE p.city = r.city AND p.period = r.period
    )
"""
CURRENT_SCORES = f"""
CREATE VIEW current_scores AS
SELECT r.city, r.period, e.employee_id, e.name, e.unit_id, e.unit_name, e.sector,
       s.results_score, s.behaviour_score, s.score, s.results_rating, s.behaviour_rating,
       s.proposed_rating, s.decided_rating, s.status, s.reason, r.provisional, r.revision, r.run_id
FROM run AS r
JOIN score AS s ON s.run_id = r.run_id
JOIN employee_period AS e ON e.run_id = s.run_id AND e.employee_id = s.employee_id
WHERE {LATEST}
"""  # noqa: S608 - no value in it
CURRENT_INDICATORS = f"""
CREATE VIEW current_indicators AS
SELECT r.city, r.period, e.employee_id, e.unit_id, e.sector, i.item_id, i.indicator_id, i.item_group,
       i.value, i.n, i.numerator, i.denominator, i.achievement, i.weight, i.status, i.reason,
       r.provisional, r.revision, r.run_id
FROM run AS r
JOIN indicator_result AS i ON i.run_id = r.run_id
JOIN employee_period AS e ON e.run_id = i.run_id AND e.employee_id = i.employee_id
WHERE {LATEST}
"""  # noqa: S608 - no value in it
RUN_OVERVIEW = f"""
CREATE VIEW run_overview AS
SELECT r.city, r.period, r.revision, r.run_id, r.cause, r.provisional, r.known_as_of, r.started_at, r.finished_at,
       r.input_hash, r.policy_hash, r.code_version, r.result_hash,
       (SELECT count(*) FROM employee_period AS e WHERE e.run_id = r.run_id) AS n_employees,
       (SELECT count(*) FROM score AS s WHERE s.run_id = r.run_id AND s.status = 'SCORED') AS n_scored
FROM run AS r
WHERE {LATEST}
"""  # noqa: S608 - no value in it
VIEWS = {
    "current_scores": (CURRENT_SCORES, "One row an employee of the latest revision of each city and period."),
    "current_indicators": (
        CURRENT_INDICATORS,
        "One row an employee and item of the latest revision of each city and period.",
    ),
    "run_overview": (RUN_OVERVIEW, "One row a city and period: its latest revision, without any personal value."),
}


def upgrade() -> None:
    _tables()
    for name, (statement, comment) in VIEWS.items():
        op.execute(statement)
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"COMMENT ON VIEW {name} IS '{comment}'")


def _tables() -> None:
    op.create_table(
        "lease",
        sa.Column("city", IDENTIFIER, nullable=False, comment="City"),
        sa.Column("period", IDENTIFIER, nullable=False, comment="Period as written"),
        sa.Column(
            "token",
            sa.BigInteger(),
            nullable=False,
            comment="Grows with every holder; a writer with an older one is refused",
        ),
        sa.Column(
            "run_id",
            IDENTIFIER,
            nullable=False,
            comment="Run that holds or last held it; that run's row may come later",
        ),
        sa.Column("host", sa.Text(), nullable=False, comment="Host of the holder's process"),
        sa.Column("pid", sa.BigInteger(), nullable=False, comment="Process number of the holder"),
        sa.Column(
            "process_started",
            sa.Text(),
            nullable=False,
            comment="Boot, process namespace and start of that process, to tell a reused number; empty: not known",
        ),
        sa.Column("acquired_at", INSTANT, nullable=False, comment="When it was taken (UTC)"),
        sa.Column("heartbeat_at", INSTANT, nullable=False, comment="When it was last renewed (UTC)"),
        sa.Column("expires_at", INSTANT, nullable=False, comment="When it ends unless renewed (UTC)"),
        sa.Column("released_at", INSTANT, nullable=True, comment="When it was given back (UTC); null: held"),
        sa.PrimaryKeyConstraint("city", "period", name=op.f("pk_lease")),
        comment=(
            "One row a city and period that was ever run: who may write it now. The row stays when the lease"
            " is released."
        ),
    )
    op.create_table(
        "policy_version",
        sa.Column("policy_hash", IDENTIFIER, nullable=False, comment="SHA-256 of the policy as it was read"),
        sa.Column("city", IDENTIFIER, nullable=False, comment="City the policy is of"),
        sa.Column("in_force", sa.Date(), nullable=False, comment="Day from which the policy holds"),
        sa.Column("document", sa.Text(), nullable=False, comment="The whole policy, national rules included, as JSON"),
        sa.PrimaryKeyConstraint("policy_hash", name=op.f("pk_policy_version")),
        comment=(
            "One row a policy text that a run was scored with; the text is kept so that an old score can be explained."
        ),
    )
    op.create_table(
        "run",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Identifier of the run"),
        sa.Column("city", IDENTIFIER, nullable=False, comment="City, as its policy folder is called"),
        sa.Column("period", IDENTIFIER, nullable=False, comment="Period as written: 2026-Q1, 2026-07 or 2026"),
        sa.Column("period_start", sa.Date(), nullable=False, comment="First day of the period"),
        sa.Column("period_end", sa.Date(), nullable=False, comment="First day after the period"),
        sa.Column(
            "known_as_of",
            INSTANT,
            nullable=True,
            comment="Moment (UTC) after which rows are treated as not there; null: all rows count",
        ),
        sa.Column(
            "provisional", sa.Boolean(), nullable=False, comment="Whether the period had not ended when it was scored"
        ),
        sa.Column(
            "status",
            sa.Text(),
            nullable=False,
            comment="One of running, published, unchanged, stopped, failed, crashed",
        ),
        sa.Column(
            "revision", sa.BigInteger(), nullable=True, comment="Published runs: number within city and period, from 1"
        ),
        sa.Column(
            "cause",
            sa.Text(),
            nullable=True,
            comment="Published runs: why it came: one of first, late_data, policy, objection, code",
        ),
        sa.Column("input_hash", sa.Text(), nullable=True, comment="SHA-256 over the landed files and their mapping"),
        sa.Column("policy_hash", IDENTIFIER, nullable=True, comment="Policy the run was scored with"),
        sa.Column("code_version", sa.Text(), nullable=False, comment="Version of the code that ran"),
        sa.Column("result_hash", sa.Text(), nullable=True, comment="SHA-256 over the results in canonical order"),
        sa.Column("started_at", INSTANT, nullable=False, comment="When the run began (UTC)"),
        sa.Column("finished_at", INSTANT, nullable=True, comment="When the run ended (UTC); null while running"),
        sa.Column(
            "message", sa.Text(), nullable=False, comment="How the run ended, in words, without any personal value"
        ),
        sa.Column(
            "unchanged_from",
            IDENTIFIER,
            nullable=True,
            comment="Unchanged runs: the published run whose results these equal",
        ),
        sa.CheckConstraint(
            "(status = 'published') = (revision IS NOT NULL)", name=op.f("ck_run_published_has_revision")
        ),
        sa.CheckConstraint("(status = 'running') = (finished_at IS NULL)", name=op.f("ck_run_ended_has_time")),
        sa.CheckConstraint(
            "(status = 'unchanged') = (unchanged_from IS NOT NULL)", name=op.f("ck_run_unchanged_has_origin")
        ),
        sa.CheckConstraint("cause IN ('first', 'late_data', 'policy', 'objection', 'code')", name=op.f("ck_run_cause")),
        sa.CheckConstraint(
            "status IN ('running', 'published', 'unchanged', 'stopped', 'failed', 'crashed')",
            name=op.f("ck_run_status"),
        ),
        sa.CheckConstraint("(revision IS NULL) = (cause IS NULL)", name=op.f("ck_run_revision_has_cause")),
        sa.CheckConstraint("period_start < period_end", name=op.f("ck_run_period_order")),
        sa.CheckConstraint(
            "revision IS NULL OR (result_hash IS NOT NULL AND revision >= 1)", name=op.f("ck_run_revision_has_result")
        ),
        sa.ForeignKeyConstraint(["policy_hash"], ["policy_version.policy_hash"], name=op.f("fk_run_policy_version")),
        sa.ForeignKeyConstraint(["unchanged_from"], ["run.run_id"], name=op.f("fk_run_run")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run")),
        sa.UniqueConstraint("city", "period", "revision", name=op.f("uq_run_city_period_revision")),
        comment=(
            "One row a run: one attempt to score a city and period from one set of inputs. Published runs "
            "are the revisions of their city and period, counted from 1, and are never changed."
        ),
    )
    op.create_table(
        "employee_period",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("employee_id", IDENTIFIER, nullable=False, comment="Employee number. Personal data"),
        sa.Column("name", sa.Text(), nullable=False, comment="Name. Personal data"),
        sa.Column("employment_type", sa.Text(), nullable=False, comment="PNS (tenured) or PPPK (contract)"),
        sa.Column("unit_id", IDENTIFIER, nullable=False, comment="Home unit"),
        sa.Column("unit_name", sa.Text(), nullable=False, comment="Name of the home unit"),
        sa.Column(
            "sector",
            sa.Text(),
            nullable=False,
            comment="Sector of the home unit: one of general, health, education, civil_registry",
        ),
        sa.Column("position_id", IDENTIFIER, nullable=False, comment="Home position"),
        sa.Column("position_name", sa.Text(), nullable=False, comment="Name of the home position"),
        sa.Column("position_group", sa.Text(), nullable=True, comment="JPT, JA, JF or pelaksana; null: not delivered"),
        sa.Column(
            "supervisor_id",
            IDENTIFIER,
            nullable=True,
            comment="Employee number of the direct supervisor. Personal data",
        ),
        sa.Column(
            "n_working_days",
            sa.BigInteger(),
            nullable=False,
            comment="Working days of the employee in the period (days)",
        ),
        sa.Column("n_countable_days", sa.BigInteger(), nullable=False, comment="Working days without leave (days)"),
        sa.Column(
            "n_recorded_days",
            sa.BigInteger(),
            nullable=False,
            comment="Countable days on which the unit has a record (days)",
        ),
        sa.CheckConstraint("employment_type IN ('PNS', 'PPPK')", name=op.f("ck_employee_period_employment_type")),
        sa.CheckConstraint(
            "sector IN ('general', 'health', 'education', 'civil_registry')", name=op.f("ck_employee_period_sector")
        ),
        sa.CheckConstraint(
            "n_working_days >= 0 AND n_countable_days >= 0 AND n_recorded_days >= 0",
            name=op.f("ck_employee_period_counts"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_employee_period_run")),
        sa.PrimaryKeyConstraint("run_id", "employee_id", name=op.f("pk_employee_period")),
        comment="One row an employee of a run: who was scored, by the employee's home spell of the period.",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "input_file",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("number", sa.BigInteger(), nullable=False, comment="1, 2, ... in the order of reading"),
        sa.Column("dataset", IDENTIFIER, nullable=False, comment="Canonical dataset"),
        sa.Column(
            "name",
            sa.Text(),
            nullable=False,
            comment="File name as delivered; each sheet of a workbook has a row of its own",
        ),
        sa.Column("sha256", sa.Text(), nullable=False, comment="SHA-256 of the file; its copy is kept under this name"),
        sa.Column("n_bytes", sa.BigInteger(), nullable=False, comment="Size of the file (bytes)"),
        sa.Column(
            "n_records", sa.BigInteger(), nullable=True, comment="Records read from the file; null: it was not read"
        ),
        sa.Column(
            "n_rows", sa.BigInteger(), nullable=True, comment="Canonical rows they became; null: it was not read"
        ),
        sa.Column(
            "n_valid", sa.BigInteger(), nullable=True, comment="Rows that went on to scoring; null: not validated"
        ),
        sa.Column("n_quarantined", sa.BigInteger(), nullable=True, comment="Rows refused; null: not validated"),
        sa.CheckConstraint(
            "n_bytes >= 0 AND n_records >= 0 AND n_rows >= 0 AND n_valid >= 0 AND n_quarantined >= 0",
            name=op.f("ck_input_file_counts"),
        ),
        sa.CheckConstraint("n_rows = n_valid + n_quarantined", name=op.f("ck_input_file_rows_accounted_for")),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_input_file_run")),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_input_file")),
        comment="One row an input file of a run, or part of one, and the dataset it became.",
    )
    op.create_table(
        "quarantined_row",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column(
            "number", sa.BigInteger(), nullable=False, comment="1, 2, ... by dataset, file, row, column and reason"
        ),
        sa.Column("dataset", IDENTIFIER, nullable=False, comment="Canonical dataset"),
        sa.Column("file_sha256", IDENTIFIER, nullable=False, comment="SHA-256 of the file the row came from"),
        sa.Column(
            "row", sa.BigInteger(), nullable=False, comment="Record number in that file; a header line is record 1"
        ),
        sa.Column("column", IDENTIFIER, nullable=True, comment="Column at fault; null: the row as a whole"),
        sa.Column("reason", IDENTIFIER, nullable=False, comment="Why it was refused"),
        sa.Column("record", sa.Text(), nullable=False, comment="The record as JSON. Holds personal data"),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_quarantined_row_run")),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_quarantined_row")),
        comment=(
            "One row a row refused in a run, with the record as delivered: the only table that holds refused"
            " personal data."
        ),
    )
    op.create_table(
        "result_digest",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("frame", IDENTIFIER, nullable=False, comment="Results frame: employees, indicators or scores"),
        sa.Column(
            "columns", sa.Text(), nullable=False, comment="Columns that were hashed, in order, joined by a comma"
        ),
        sa.Column("n_rows", sa.BigInteger(), nullable=False, comment="Rows stored"),
        sa.Column("sha256", sa.Text(), nullable=False, comment="SHA-256 of the rows in PostgreSQL's COPY text, by key"),
        sa.CheckConstraint("n_rows >= 0", name=op.f("ck_result_digest_counts")),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_result_digest_run")),
        sa.PrimaryKeyConstraint("run_id", "frame", name=op.f("pk_result_digest")),
        comment=(
            "One row a results frame of a published run: what its table must still hold; `result_hash` is "
            "over these rows."
        ),
    )
    op.create_table(
        "validation_result",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("dataset", IDENTIFIER, nullable=False, comment="Canonical dataset that was checked"),
        sa.Column("expectation_id", IDENTIFIER, nullable=False, comment="Name of the expectation within its suite"),
        sa.Column(
            "expectation_type",
            sa.Text(),
            nullable=False,
            comment="Type of the expectation as Great Expectations names it",
        ),
        sa.Column(
            "columns",
            sa.Text(),
            nullable=False,
            comment="Columns it looks at, joined by a comma; empty: the whole dataset",
        ),
        sa.Column(
            "severity", sa.Text(), nullable=False, comment="What a failure means: one of critical, warning, info"
        ),
        sa.Column("success", sa.Boolean(), nullable=False, comment="Whether the expectation held"),
        sa.Column(
            "n_evaluated",
            sa.BigInteger(),
            nullable=True,
            comment="Rows looked at; null: it looks at the dataset as a whole",
        ),
        sa.Column("n_unexpected", sa.BigInteger(), nullable=True, comment="Rows that failed; null as above"),
        sa.Column(
            "action",
            sa.Text(),
            nullable=False,
            comment="What was done: one of passed, counted, quarantined, warned, stopped",
        ),
        sa.Column("why", sa.Text(), nullable=False, comment="Why the expectation is there"),
        sa.CheckConstraint(
            "action IN ('passed', 'counted', 'quarantined', 'warned', 'stopped')",
            name=op.f("ck_validation_result_action"),
        ),
        sa.CheckConstraint("severity IN ('critical', 'warning', 'info')", name=op.f("ck_validation_result_severity")),
        sa.CheckConstraint("n_evaluated >= 0 AND n_unexpected >= 0", name=op.f("ck_validation_result_counts")),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_validation_result_run")),
        sa.PrimaryKeyConstraint("run_id", "dataset", "expectation_id", name=op.f("pk_validation_result")),
        comment="One row an expectation checked on a dataset in a run; counts only, no value from the data.",
    )
    op.create_table(
        "indicator_result",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("employee_id", IDENTIFIER, nullable=False, comment="Employee number. Personal data"),
        sa.Column("item_id", IDENTIFIER, nullable=False, comment="Item of the policy"),
        sa.Column("indicator_id", IDENTIFIER, nullable=False, comment="Indicator that measures the item"),
        sa.Column("item_group", sa.Text(), nullable=False, comment="Group the item counts in: results or behaviour"),
        sa.Column(
            "value",
            MILLIONTHS,
            nullable=True,
            comment="What was measured, in the indicator's own unit, 6 decimals; null: not measured",
        ),
        sa.Column(
            "n", sa.BigInteger(), nullable=False, comment="What was counted, whatever the status (rows, days or weeks)"
        ),
        sa.Column("numerator", sa.BigInteger(), nullable=True, comment="Shares: how many met it; null: not a share"),
        sa.Column("denominator", sa.BigInteger(), nullable=True, comment="Shares: of how many; null: not a share"),
        sa.Column(
            "achievement",
            HUNDREDTHS,
            nullable=True,
            comment="Value against target, 0-120 points, 2 decimals; null unless SCORED",
        ),
        sa.Column("weight", HUNDREDTHS, nullable=False, comment="Weight within the group (percent)"),
        sa.Column("status", sa.Text(), nullable=False, comment="One of SCORED, NOT_APPLICABLE, INSUFFICIENT_DATA"),
        sa.Column(
            "reason", sa.Text(), nullable=True, comment="Why there is no achievement, or a note to it; null: none"
        ),
        sa.CheckConstraint(
            "(achievement IS NOT NULL) = (status = 'SCORED')", name=op.f("ck_indicator_result_scored_has_achievement")
        ),
        sa.CheckConstraint("item_group IN ('results', 'behaviour')", name=op.f("ck_indicator_result_item_group")),
        sa.CheckConstraint(
            "status IN ('SCORED', 'NOT_APPLICABLE', 'INSUFFICIENT_DATA')", name=op.f("ck_indicator_result_status")
        ),
        sa.CheckConstraint(
            "(numerator IS NULL) = (denominator IS NULL)", name=op.f("ck_indicator_result_share_is_whole")
        ),
        sa.CheckConstraint("achievement BETWEEN 0 AND 120", name=op.f("ck_indicator_result_achievement_bounds")),
        sa.CheckConstraint("n >= 0", name=op.f("ck_indicator_result_counts")),
        sa.CheckConstraint("weight > 0 AND weight <= 100", name=op.f("ck_indicator_result_weight_bounds")),
        sa.ForeignKeyConstraint(
            ["run_id", "employee_id"],
            ["employee_period.run_id", "employee_period.employee_id"],
            name=op.f("fk_indicator_result_employee_period"),
        ),
        sa.PrimaryKeyConstraint("run_id", "employee_id", "item_id", name=op.f("pk_indicator_result")),
        comment=(
            "One row an item of an employee's policy in a run; a missing result is a row with its status and reason."
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "score",
        sa.Column("run_id", IDENTIFIER, nullable=False, comment="Run the row belongs to"),
        sa.Column("employee_id", IDENTIFIER, nullable=False, comment="Employee number. Personal data"),
        sa.Column("results_score", HUNDREDTHS, nullable=True, comment="Work results, 0-120 points; null: no score"),
        sa.Column("behaviour_score", HUNDREDTHS, nullable=True, comment="Work behaviour, 0-120 points; null: no score"),
        sa.Column("score", HUNDREDTHS, nullable=True, comment="Weighted sum of both groups, 0-120 points; null: none"),
        sa.Column(
            "results_rating", sa.Text(), nullable=True, comment="Results against expectation: above, meets or below"
        ),
        sa.Column(
            "behaviour_rating", sa.Text(), nullable=True, comment="Behaviour against expectation: above, meets or below"
        ),
        sa.Column("proposed_rating", sa.Text(), nullable=True, comment="Rating the matrix proposes; null: none"),
        sa.Column(
            "decided_rating", sa.Text(), nullable=True, comment="Rating the appraiser decided; null: no decision yet"
        ),
        sa.Column("status", sa.Text(), nullable=False, comment="One of SCORED, NOT_APPLICABLE, INSUFFICIENT_DATA"),
        sa.Column("reason", sa.Text(), nullable=True, comment="Why there is no score; null: none"),
        sa.CheckConstraint("(score IS NOT NULL) = (status = 'SCORED')", name=op.f("ck_score_scored_has_score")),
        sa.CheckConstraint("behaviour_rating IN ('above', 'meets', 'below')", name=op.f("ck_score_behaviour_rating")),
        sa.CheckConstraint(
            "decided_rating IN ('Sangat Baik', 'Baik', 'Butuh Perbaikan', 'Kurang/Misconduct', 'Sangat Kurang')",
            name=op.f("ck_score_decided_rating"),
        ),
        sa.CheckConstraint(
            "proposed_rating IN ('Sangat Baik', 'Baik', 'Butuh Perbaikan', 'Kurang/Misconduct', 'Sangat Kurang')",
            name=op.f("ck_score_proposed_rating"),
        ),
        sa.CheckConstraint("results_rating IN ('above', 'meets', 'below')", name=op.f("ck_score_results_rating")),
        sa.CheckConstraint("status IN ('SCORED', 'NOT_APPLICABLE', 'INSUFFICIENT_DATA')", name=op.f("ck_score_status")),
        sa.CheckConstraint("behaviour_score BETWEEN 0 AND 120", name=op.f("ck_score_behaviour_score_bounds")),
        sa.CheckConstraint("results_score BETWEEN 0 AND 120", name=op.f("ck_score_results_score_bounds")),
        sa.CheckConstraint("score BETWEEN 0 AND 120", name=op.f("ck_score_score_bounds")),
        sa.ForeignKeyConstraint(
            ["run_id", "employee_id"],
            ["employee_period.run_id", "employee_period.employee_id"],
            name=op.f("fk_score_employee_period"),
        ),
        sa.PrimaryKeyConstraint("run_id", "employee_id", name=op.f("pk_score")),
        comment=(
            "One row an employee of a run: group scores, score and rating. An analysis beside the appraiser's decision."
        ),
        sqlite_with_rowid=False,
    )
