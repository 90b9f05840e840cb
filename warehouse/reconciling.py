"""What must agree with what: counts and sums over the tables, one query each, all of them over every run.

A query names the runs in which rows disagree, and how many. Decimals are compared as whole hundredths, so both
databases say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from warehouse.identity import RESULTS
from warehouse.insight_models import INSIGHTS
from warehouse.models import InsightDigest, ResultDigest


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A rule: its name, the table it is about, a sentence, and a query of (run_id, how many) that finds nothing."""

    name: str
    table: str
    says: str
    query: str

    def broken(self, connection: Connection) -> list[tuple[str, int]]:
        """Runs in which it does not hold, with the number of rows, people or groups."""
        return [(str(run_id), int(n)) for run_id, n in connection.execute(text(self.query))]


def _hundredths(column: str) -> str:
    return f"CAST(ROUND({column} * 100) AS BIGINT)"


def _group_score(group: str) -> str:
    """People whose group score is not the weighted mean of their achievements.

    The score was rounded once, from achievements and weights with all their digits; those stored are rounded too. So
    it may lie a hundredth beside for the achievements, and for each weight, which is off by up to half a hundredth of
    a percent, half a hundredth of a percent of 120 points.
    """
    mean = (
        f"SELECT run_id, employee_id, SUM({_hundredths('weight')}) AS weights, COUNT(*) AS items, "  # noqa: S608 - columns of our own
        f"SUM({_hundredths('weight')} * {_hundredths('achievement')}) AS points "
        f"FROM indicator_result WHERE status = 'SCORED' AND item_group = '{group}' GROUP BY run_id, employee_id"
    )
    apart = f"ABS({_hundredths(f's.{group}_score')} * m.weights - m.points) > m.weights + 6000 * m.items"
    return (
        f"SELECT s.run_id, COUNT(*) FROM score s LEFT JOIN ({mean}) m "  # noqa: S608
        "ON m.run_id = s.run_id AND m.employee_id = s.employee_id "
        f"WHERE s.{group}_score IS NOT NULL AND (m.weights IS NULL OR {apart}) GROUP BY s.run_id ORDER BY s.run_id"
    )


def _not_published(table: str) -> str:
    return (
        f"SELECT t.run_id, COUNT(*) FROM {table} t JOIN run r ON r.run_id = t.run_id "  # noqa: S608
        "WHERE r.status <> 'published' GROUP BY t.run_id ORDER BY t.run_id"
    )


_OWED_ITEMS: Final = """
SELECT o.run_id, COUNT(*)
FROM employee_period e
JOIN (SELECT DISTINCT e.run_id, e.sector, i.item_id FROM employee_period e
      JOIN indicator_result i ON i.run_id = e.run_id AND i.employee_id = e.employee_id) o
  ON o.run_id = e.run_id AND o.sector = e.sector
LEFT JOIN indicator_result i ON i.run_id = e.run_id AND i.employee_id = e.employee_id AND i.item_id = o.item_id
WHERE i.run_id IS NULL
GROUP BY o.run_id ORDER BY o.run_id
"""

_WEIGHTS: Final = f"""
SELECT run_id, COUNT(*)
FROM (SELECT run_id, employee_id, item_group, SUM({_hundredths("weight")}) AS weights, COUNT(*) AS items
      FROM indicator_result GROUP BY run_id, employee_id, item_group) g
WHERE ABS(weights - 10000) > items
GROUP BY run_id ORDER BY run_id
"""  # noqa: S608 - columns of our own; a weight is stored rounded, so each item may move the sum by a hundredth

_OWED_SCORES: Final = """
SELECT e.run_id, COUNT(*)
FROM employee_period e LEFT JOIN score s ON s.run_id = e.run_id AND s.employee_id = e.employee_id
WHERE s.run_id IS NULL GROUP BY e.run_id ORDER BY e.run_id
"""

_SCORE_BETWEEN: Final = f"""
SELECT run_id, COUNT(*)
FROM (SELECT run_id, {_hundredths("score")} AS score, {_hundredths("results_score")} AS results,
             {_hundredths("behaviour_score")} AS behaviour FROM score WHERE score IS NOT NULL) s
WHERE results IS NULL OR behaviour IS NULL
   OR score > 1 + CASE WHEN results > behaviour THEN results ELSE behaviour END
   OR score < CASE WHEN results < behaviour THEN results ELSE behaviour END - 1
GROUP BY run_id ORDER BY run_id
"""  # noqa: S608 - columns of our own

_QUARANTINED: Final = """
SELECT f.run_id, SUM(ABS(f.n - COALESCE(q.n, 0)))
FROM (SELECT run_id, dataset, sha256, COALESCE(SUM(n_quarantined), 0) AS n
      FROM input_file GROUP BY run_id, dataset, sha256) f
LEFT JOIN (SELECT run_id, dataset, file_sha256, COUNT(*) AS n
           FROM quarantined_row GROUP BY run_id, dataset, file_sha256) q
  ON q.run_id = f.run_id AND q.dataset = f.dataset AND q.file_sha256 = f.sha256
WHERE f.n <> COALESCE(q.n, 0)
GROUP BY f.run_id ORDER BY f.run_id
"""

_QUARANTINED_FROM_NOWHERE: Final = """
SELECT q.run_id, COUNT(*)
FROM quarantined_row q
WHERE NOT EXISTS (SELECT 1 FROM input_file f
                  WHERE f.run_id = q.run_id AND f.dataset = q.dataset AND f.sha256 = q.file_sha256)
GROUP BY q.run_id ORDER BY q.run_id
"""

_REVISIONS: Final = """
SELECT r.run_id, g.latest - g.n
FROM (SELECT city, period, COUNT(*) AS n, MAX(revision) AS latest
      FROM run WHERE status = 'published' GROUP BY city, period) g
JOIN run r ON r.city = g.city AND r.period = g.period AND r.revision = g.latest
WHERE g.latest <> g.n ORDER BY r.run_id
"""

_UNCHANGED: Final = """
SELECT u.run_id, 1
FROM run u JOIN run o ON o.run_id = u.unchanged_from
WHERE u.status = 'unchanged'
  AND (o.status <> 'published' OR u.result_hash <> o.result_hash OR u.city <> o.city OR u.period <> o.period)
ORDER BY u.run_id
"""

_CHANGES: Final = """
SELECT c.run_id, 1
FROM revision_change c
LEFT JOIN (SELECT run_id, COUNT(*) AS n FROM employee_period GROUP BY run_id) e ON e.run_id = c.run_id
LEFT JOIN (SELECT run_id, COUNT(*) AS n FROM employee_period GROUP BY run_id) p ON p.run_id = c.previous_run_id
WHERE COALESCE(e.n, 0) <> c.n_added + c.n_changed + c.n_unchanged
   OR COALESCE(p.n, 0) <> c.n_removed + c.n_changed + c.n_unchanged
ORDER BY c.run_id
"""

_MOVES: Final = """
SELECT m.run_id, 1
FROM (SELECT run_id, rating, SUM(n_employees) AS n FROM rating_move GROUP BY run_id, rating) m
LEFT JOIN revision_change c ON c.run_id = m.run_id
WHERE c.run_id IS NULL OR m.n > c.n_changed
ORDER BY m.run_id
"""

_UNITS_HOLD_THE_PEOPLE: Final = """
SELECT u.run_id, 1
FROM unit_result u
LEFT JOIN (SELECT run_id, COUNT(*) AS n FROM employee_period GROUP BY run_id) e ON e.run_id = u.run_id
LEFT JOIN (SELECT run_id, COUNT(*) AS n FROM score WHERE status = 'SCORED' GROUP BY run_id) s ON s.run_id = u.run_id
WHERE u.level = 'city' AND (u.n_employees <> COALESCE(e.n, 0) OR u.n_scored <> COALESCE(s.n, 0))
ORDER BY u.run_id
"""

_ADDED_UP: Final = (
    "n_employees",
    "n_eligible",
    "n_scored",
    "n_rated",
    "n_good",
    "n_responses",
    "n_submitted",
    "n_left",
    "n_open",
    "n_documents",
    "n_due",
    "n_on_time",
    "n_complaints",
    "n_complaints_handled",
    "n_targets_due",
    "n_targets_met",
)
"""Counts of units that make those of the city."""

_UNITS_ADD_UP: Final = (
    f"SELECT c.run_id, COUNT(*) FROM unit_result c JOIN (SELECT run_id, level, "  # noqa: S608 - columns of our own
    f"{', '.join(f'SUM({name}) AS {name}' for name in _ADDED_UP)} FROM unit_result WHERE level <> 'city' "
    "GROUP BY run_id, level) p ON p.run_id = c.run_id WHERE c.level = 'city' AND ("
    f"{' OR '.join(f'c.{name} <> p.{name}' for name in _ADDED_UP)}) GROUP BY c.run_id ORDER BY c.run_id"
)

RECONCILIATIONS: Final = (
    Reconciliation(
        "owed_items",
        "indicator_result",
        "rows are owed and missing: every employee has each item that anybody of his sector has",
        _OWED_ITEMS,
    ),
    Reconciliation(
        "weights", "indicator_result", "groups of an employee have weights that do not sum to 100 percent", _WEIGHTS
    ),
    Reconciliation("owed_scores", "score", "rows are owed and missing: every employee has a score row", _OWED_SCORES),
    *(
        Reconciliation(
            f"{group}_score",
            "score",
            f"{group} scores are not the weighted mean of the achievements beside them",
            _group_score(group),
        )
        for group in ("results", "behaviour")
    ),
    Reconciliation("score_between", "score", "scores do not lie between their two group scores", _SCORE_BETWEEN),
    *(
        Reconciliation("of_no_revision", table, "rows belong to a run that published nothing", _not_published(table))
        for table in (
            *(model.__tablename__ for model in (*RESULTS.values(), *INSIGHTS.values())),
            ResultDigest.__tablename__,
            InsightDigest.__tablename__,
        )
    ),
    Reconciliation(
        "rows_in",
        "quarantined_row",
        "rows apart: refused rows kept are not as many as the files count, so rows in = valid + quarantined fails",
        _QUARANTINED,
    ),
    Reconciliation(
        "quarantined_from_nowhere",
        "quarantined_row",
        "refused rows are of no file of their run",
        _QUARANTINED_FROM_NOWHERE,
    ),
    Reconciliation("revisions", "run", "revisions are missing before this one", _REVISIONS),
    Reconciliation(
        "changes",
        "revision_change",
        "what it says to have changed does not lead from the employees of the replaced revision to its own",
        _CHANGES,
    ),
    Reconciliation("moves", "rating_move", "more employees moved between ratings than changed", _MOVES),
    Reconciliation(
        "units_hold_the_people",
        "unit_result",
        "the city does not have as many employees and scores as the run",
        _UNITS_HOLD_THE_PEOPLE,
    ),
    Reconciliation(
        "units_add_up", "unit_result", "the counts of units or agencies do not add up to the city's", _UNITS_ADD_UP
    ),
    Reconciliation("unchanged", "run", "it says unchanged, but its result is not that of the run it names", _UNCHANGED),
)
"""All of them, in the order they are asked."""
