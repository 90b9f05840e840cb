"""The hash of a result: the same whatever the order, another for any other digit, and one an auditor can recompute."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tests.warehouse.a_run import publish, results
from warehouse import Warehouse, result_hash
from warehouse.identity import RESULTS, canonical_text, checked, checked_results, combined_hash, digest_of, shape_of

HASH = "fb0f215160985177dd1613b083ebb2a7c844a6a6c1c25b5684c19db8378615fb"


def test_canonical_text_is_that_of_postgresql_copy() -> None:
    frames = checked_results(results())
    assert b"".join(canonical_text(frames["scores"])).decode() == (
        "198501012010012001\t102.80\t106.88\t104.02\tmeets\tmeets\tBaik\tSangat Baik\tSCORED\t\\N\n"
        "199001012015011002\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\tNOT_APPLICABLE\ttoo_short\n"
    )
    assert b"".join(canonical_text(frames["indicators"])).decode().splitlines()[0] == (
        "198501012010012001\tdiscipline\tdiscipline\tbehaviour\t98.500000\t57\t\\N\t\\N\t103.75\t100.00\tSCORED\t\\N"
    )
    assert "Budi\\tS.\\\\" in b"".join(canonical_text(frames["employees"])).decode()


def test_the_hash_is_that_of_the_lines_it_is_said_to_be() -> None:
    """As an auditor would compute it: the hash of a line a frame, by name, each with the hash of a table's text."""
    lines = ""
    for name, frame in sorted(checked_results(results()).items()):
        table = hashlib.sha256(b"".join(canonical_text(frame))).hexdigest()
        lines += f"{name} {','.join(shape_of(RESULTS[name]).columns)} {table}\n"
    assert result_hash(results()) == hashlib.sha256(lines.encode()).hexdigest()


def test_the_hash_does_not_move_between_versions() -> None:
    """Written down once; a change of this value breaks the comparison with every revision already published."""
    frames = checked_results(results())
    assert combined_hash(digest_of(name, frames[name]) for name in ("employees", "indicators", "scores")) == HASH


def test_the_database_writes_the_same_text_by_itself(warehouse: Warehouse) -> None:
    odd = ["\\N", "", "100 %s %(x)s", "tab\tline\nreturn\rback\\slash\bbell\x07\v\f", "Ünïcödé 🙂", "'quote\""]
    many = [pl.concat([results()["employees"].head(1)] * len(odd))]
    employees = pl.concat(many).with_columns(name=pl.Series(odd), employee_id=pl.int_range(len(odd)).cast(pl.String))
    empty = {name: frame.clear() for name, frame in results().items()}
    publish(warehouse, "run-'1%s", empty | {"employees": employees})  # its read-back compares both texts
    assert {problem.rule for problem in warehouse.check().problems} == {"owed_scores"}
    with warehouse._engine.connect() as connection:
        names = connection.exec_driver_sql("SELECT name FROM employee_period ORDER BY employee_id").scalars().all()
    assert names == odd


@given(data=st.data(), chunks=st.integers(1, 3))
def test_order_of_rows_columns_and_chunks_does_not_matter(data: Any, chunks: int) -> None:
    shuffled = {}
    for name, frame in results().items():
        rows = data.draw(st.permutations(range(frame.height)))
        columns = data.draw(st.permutations(frame.columns))
        mixed = frame[list(rows)].select(columns)
        parts = [part for part in mixed.iter_slices(max(1, mixed.height // chunks)) if part.height]
        shuffled[name] = pl.concat(parts or [mixed], rechunk=False)
    assert result_hash(shuffled) == result_hash(results())


def test_categories_and_small_integers_are_the_same_values() -> None:
    frames = results()
    frames["scores"] = frames["scores"].with_columns(pl.col("status").cast(pl.Categorical))
    frames["employees"] = frames["employees"].with_columns(
        pl.col("n_working_days").cast(pl.UInt8), pl.col("sector").cast(pl.Enum(["general", "health"]))
    )
    assert result_hash(frames) == result_hash(results())


DIFFERENCES: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
    "the last digit": lambda scores: scores.with_columns(score=pl.col("score") + Decimal("0.01")),
    "null and empty": lambda scores: scores.with_columns(pl.col("reason").fill_null("")),
    "null and the mark of null": lambda scores: scores.with_columns(pl.col("reason").fill_null("\\N")),
    "null and zero": lambda scores: scores.with_columns(pl.col("score").fill_null(0)),
    "a row more": lambda scores: pl.concat([scores, scores.head(1)]),
    "a row less": lambda scores: scores.head(1),
    "values that changed columns": lambda scores: scores.rename(
        {"results_score": "behaviour_score", "behaviour_score": "results_score"}
    ),
    "a tab that moved": lambda scores: scores.with_columns(status=pl.lit("a\tb"), reason=pl.lit("c")),
    "the tab moved on": lambda scores: scores.with_columns(status=pl.lit("a"), reason=pl.lit("b\tc")),
}


def test_different_results_have_different_hashes() -> None:
    frames = results()
    hashes = [result_hash(frames)]
    hashes += [result_hash(frames | {"scores": change(frames["scores"])}) for change in DIFFERENCES.values()]
    assert len(set(hashes)) == len(hashes)


def test_an_empty_result_has_a_hash() -> None:
    assert result_hash({name: frame.clear() for name, frame in results().items()}) != result_hash(results())


@given(st.lists(st.decimals(min_value=-999_999_999, max_value=999_999_999, places=6), min_size=1, max_size=30))
def test_decimals_are_written_with_every_digit(values: list[Decimal]) -> None:
    one = results()["indicators"].head(1)
    frame = pl.concat([one] * len(values)).with_columns(
        value=pl.Series(values, dtype=pl.Decimal(38, 6)), item_id=pl.int_range(len(values)).cast(pl.String).str.zfill(3)
    )
    lines = b"".join(canonical_text(checked("indicators", frame, shape_of(RESULTS["indicators"])))).decode()
    assert [line.split("\t")[4] for line in lines.splitlines()] == [f"{value + 0:.6f}" for value in values]
