"""What was changed behind the warehouse's back is found and named: rows, digests, constraints, landed files."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.warehouse.a_run import ANI, BUDI, CITY, FILE, QUARANTINED, publish, results
from warehouse import CheckReport, Warehouse
from warehouse.identity import canonical_text, checked_results, combined_hash, digest_of, table_hash

CONTENT = b"employee_id,timestamp\n1,2026-01-05T07:30\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def sound() -> dict[str, pl.DataFrame]:
    """Results whose sums are right: weights of 100, group scores of one item each, 0.7 and 0.3 of them the score."""
    found = results("100.93")
    two = pl.Decimal(38, 2)
    weights = found["indicators"].with_columns(pl.lit(Decimal(100)).cast(two).alias("weight"))
    groups = [
        pl.when(pl.col("score").is_not_null()).then(pl.lit(Decimal(value)).cast(two)).alias(f"{group}_score")
        for group, value in (("results", "99.72"), ("behaviour", "103.75"))
    ]
    return found | {"indicators": weights, "scores": found["scores"].with_columns(groups)}


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    """The landed file that the runs name."""
    folder = tmp_path / "landing"
    folder.mkdir()
    (folder / SHA256).write_bytes(CONTENT)
    return folder


def fill(warehouse: Warehouse) -> None:
    """Two revisions of one city, one of another, and a run that found nothing new."""
    file = replace(FILE, sha256=SHA256, n_bytes=len(CONTENT))
    given = {"files": [file], "quarantined": QUARANTINED.with_columns(file_sha256=pl.lit(SHA256))}
    publish(warehouse, "run-1", sound(), **given)
    later = sound()["scores"].with_columns(reason=pl.lit("unit_level"))
    publish(warehouse, "run-2", sound() | {"scores": later}, **given)
    publish(warehouse, "run-3", sound(), city="pauh", **given)
    publish(warehouse, "run-4", sound(), city="pauh", **given)


def said(report: CheckReport) -> set[tuple[str, str, str | None]]:
    return {(problem.rule, problem.place, problem.run_id) for problem in report.problems}


def test_a_warehouse_that_was_left_alone_is_sound(published: Warehouse, landing: Path) -> None:
    assert published.check(landing) == CheckReport(n_revisions=3, n_rows=24, n_files=1, problems=[])
    assert published.check().n_files is None


def test_an_empty_warehouse_is_sound(warehouse: Warehouse, tmp_path: Path) -> None:
    assert warehouse.check(tmp_path) == CheckReport(n_files=0)


SCORE = ("published_digest", "score", "run-1")
INDICATOR = ("published_digest", "indicator_result", "run-1")
DIGEST = ("published_digest", "result_digest", "run-1")


@pytest.mark.parametrize(
    ("sabotage", "named"),
    [
        # --- a row edited
        ("UPDATE score SET score = 100.94 WHERE run_id = 'run-1' AND score IS NOT NULL", {SCORE}),
        (
            "UPDATE score SET score = 104.02 WHERE run_id = 'run-1' AND score IS NOT NULL",
            {SCORE, ("score_between", "score", "run-1")},
        ),
        (
            "UPDATE score SET results_score = 100.02 WHERE run_id = 'run-1' AND score IS NOT NULL",
            {SCORE, ("results_score", "score", "run-1")},
        ),
        (
            "UPDATE employee_period SET supervisor_id = NULL WHERE run_id = 'run-1'",
            {("published_digest", "employee_period", "run-1")},
        ),
        ("UPDATE indicator_result SET value = value + 0.000001 WHERE run_id = 'run-1'", {INDICATOR}),
        (
            "UPDATE indicator_result SET weight = 60 WHERE run_id = 'run-1' AND item_id = 'discipline'",
            {INDICATOR, ("weights", "indicator_result", "run-1")},
        ),
        ("UPDATE result_digest SET sha256 = 'x' WHERE run_id = 'run-1' AND frame = 'scores'", {SCORE, DIGEST}),
        ("UPDATE run SET result_hash = 'x' WHERE run_id = 'run-1'", {DIGEST}),
        ("UPDATE run SET result_hash = 'x' WHERE run_id = 'run-4'", {("unchanged", "run", "run-4")}),
        (
            "UPDATE input_file SET n_valid = 4, n_quarantined = 0 WHERE run_id = 'run-1'",
            {("rows_in", "quarantined_row", "run-1")},
        ),
        (
            "UPDATE quarantined_row SET file_sha256 = 'f9' WHERE run_id = 'run-1'",
            {("rows_in", "quarantined_row", "run-1"), ("quarantined_from_nowhere", "quarantined_row", "run-1")},
        ),
        # --- a row deleted
        (
            "DELETE FROM indicator_result WHERE run_id = 'run-1' AND reason = 'no_requests_due'",
            {INDICATOR},
        ),
        ("DELETE FROM score WHERE run_id = 'run-1' AND score IS NULL", {SCORE, ("owed_scores", "score", "run-1")}),
        ("DELETE FROM result_digest WHERE run_id = 'run-1' AND frame = 'scores'", {SCORE, DIGEST}),
        ("DELETE FROM quarantined_row WHERE run_id = 'run-1'", {("rows_in", "quarantined_row", "run-1")}),
        (
            "UPDATE run SET status = 'crashed', revision = NULL, cause = NULL WHERE run_id = 'run-1'",
            {
                ("of_no_revision", table, "run-1")
                for table in ("employee_period", "indicator_result", "score", "result_digest")
            }
            | {("revisions", "run", "run-2")},
        ),
    ],
)
def test_a_row_that_was_edited_or_deleted_is_named(
    published: Warehouse, landing: Path, sql: Any, sabotage: str, named: set[tuple[str, str, str]]
) -> None:
    sql(sabotage)
    report = published.check(landing)
    assert said(report) == named
    assert {problem.city for problem in report.problems} == {"pauh" if "run-4" in sabotage else CITY}
    words = " ".join(problem.says for problem in report.problems)
    for value in (ANI, BUDI, "Ani", "Budi"):
        assert value not in words


def test_a_missing_item_is_owed_to_whoever_shares_the_sector(warehouse: Warehouse, sql: Any) -> None:
    """The two employees of the other tests have a sector each."""
    one = sound()
    same = one | {"employees": one["employees"].with_columns(sector=pl.lit("general"))}
    publish(warehouse, "run-1", same)
    assert said(warehouse.check()) == set()
    sql("DELETE FROM indicator_result WHERE reason = 'no_requests_due'")
    assert said(warehouse.check()) == {INDICATOR, ("owed_items", "indicator_result", "run-1")}


def test_rows_that_break_a_constraint_are_counted(published: Warehouse, sql: Any, url: str) -> None:
    """SQLite was told not to look, PostgreSQL no longer has the constraints."""
    if url.startswith("sqlite"):
        sql("PRAGMA ignore_check_constraints = ON")
        also = {("damage", 5)}
    else:
        sql("ALTER TABLE score DROP CONSTRAINT ck_score_score_bounds")
        sql("ALTER TABLE indicator_result DROP CONSTRAINT ck_indicator_result_counts")
        also = {("ck_score_score_bounds", 1), ("ck_indicator_result_counts", 1)}
    sql("UPDATE score SET score = 130 WHERE run_id = 'run-2' AND score IS NOT NULL")
    sql("UPDATE indicator_result SET n = -1 WHERE run_id = 'run-2'")
    found = {(problem.rule, problem.n) for problem in published.check().problems if problem.run_id is None}
    assert found == {("ck_score_score_bounds", 1), ("ck_indicator_result_counts", 4)} | also


def test_orphans_are_counted(published: Warehouse, sql: Any, url: str) -> None:
    if url.startswith("sqlite"):  # foreign keys are off for a connection that does not ask for them
        sql("DELETE FROM employee_period WHERE run_id = 'run-1'")
    else:
        sql("SET session_replication_role = replica; DELETE FROM employee_period WHERE run_id = 'run-1'")
    found = {(problem.rule, problem.n) for problem in published.check().problems}
    assert {("fk_score_employee_period", 2), ("fk_indicator_result_employee_period", 4)} <= found


def test_a_lost_view_is_named(published: Warehouse, sql: Any) -> None:
    sql("DROP VIEW current_scores")
    assert said(published.check()) == {("view", "current_scores", None)}


def test_a_landed_file_flipped_by_one_bit_cut_or_gone_is_named(published: Warehouse, landing: Path) -> None:
    file = landing / SHA256
    flipped = bytearray(CONTENT)
    flipped[10] ^= 1

    def found() -> str:
        (problem,) = published.check(landing).problems
        assert (problem.rule, problem.place, problem.n) == ("landed_file", f"landing/{SHA256[:12]}", 1)
        assert problem.says.startswith("attendance.csv: ")
        return problem.says

    file.write_bytes(flipped)
    assert "the bytes of its copy are not those that were landed" in found()
    file.write_bytes(CONTENT[:-1])
    assert f"{len(CONTENT) - 1} bytes where {len(CONTENT)} were landed" in found()
    file.unlink()
    assert "its copy is not in" in found()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_damaged_file_is_said(published: Warehouse, url: str, sql: Any) -> None:
    """A PostgreSQL server checks its own files."""
    sql("PRAGMA wal_checkpoint(TRUNCATE)")
    published._engine.dispose()
    file = Path(url.removeprefix("sqlite:///"))
    (root,) = sql("SELECT rootpage FROM sqlite_schema WHERE name = 'indicator_result'")[0]
    (size,) = sql("PRAGMA page_size")[0]
    content = bytearray(file.read_bytes())
    place = (root - 1) * size
    content[place : place + size] = bytes(size)
    file.write_bytes(content)
    report = published.check()
    (damage,) = [problem.says for problem in report.problems if problem.rule == "damage"]
    assert "the file is damaged: restore the last copy" in damage
    assert ANI not in " ".join(problem.says for problem in report.problems)


def test_a_revision_from_before_a_column_was_added_is_intact(warehouse: Warehouse, sql: Any) -> None:
    """As a later version finds it: the digests and the result hash are over fewer columns than there are now."""
    publish(warehouse, "run-1", sound())
    frames = checked_results(sound())
    now = {name: digest_of(name, frame) for name, frame in frames.items()}
    columns = tuple(column for column in now["scores"].columns if column not in ("score", "reason"))
    before = replace(
        now["scores"], columns=columns, sha256=table_hash(canonical_text(frames["scores"].select(columns)))
    )
    sql(
        "UPDATE result_digest SET columns = :columns, sha256 = :sha256 WHERE frame = 'scores'",
        columns=",".join(columns),
        sha256=before.sha256,
    )
    sql("UPDATE run SET result_hash = :result", result=combined_hash((now | {"scores": before}).values()))
    assert said(warehouse.check()) == set()
    sql("UPDATE score SET results_rating = 'below' WHERE results_rating IS NOT NULL")
    assert said(warehouse.check()) == {SCORE}
