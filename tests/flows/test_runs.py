"""Runs that end well: what they publish, when there is nothing new, and that no personal value comes out of them."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections import Counter
from pathlib import Path

import pytest

from flows.order import Order
from flows.pipeline import check_inputs, run_period
from flows.seam import Caller
from flows.summary import Summary
from sources.contracts import DATASETS
from tests.flows.ended import (
    CITY,
    EXAMPLE,
    PERIOD,
    Records,
    changed,
    example,
    leaked,
    personal_values,
    rows,
    run,
    runs,
)
from tests.synth.worlds import ONLY_PLANTED, MadeWorld, make

pytestmark = [pytest.mark.usefixtures("validation_loaded")]

AFTER = dt.datetime(2026, 10, 20, tzinfo=dt.UTC)
"""When runs are ordered: the period has ended."""


def ordered(home: Path, inputs: Path, *, at: dt.datetime = AFTER, period: str = PERIOD) -> Order:
    return Order(
        city=CITY,
        period=period,
        inputs=inputs,
        home=home,
        warehouse_url=f"sqlite:///{home / 'warehouse.db'}",
        ordered_at=at,
    )


def reconciled(summary: Summary, inputs: Path) -> None:
    """Every file counts: records in the file = rows in = valid + quarantined."""
    for file in summary.document()["files"]:
        n_records = len((inputs / file["file"]).read_text(encoding="utf-8").splitlines()) - 1
        assert file["records"] == file["rows_in"] == n_records, file
        assert file["valid"] + file["quarantined"] == n_records, file


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    """The whole shipped example, published as revision 1 of a home that later tests add to."""
    home = tmp_path_factory.mktemp("published")
    return run_period(ordered(home, EXAMPLE), Caller())


def again(first: Summary, inputs: Path) -> Summary:
    return run_period(ordered(first.run.order.home, inputs), Caller())


def test_the_example_is_published(published: Summary) -> None:
    found = published.document()
    assert (found["status"], found["revision"], found["cause"]) == ("published", 1, "first")
    assert not found["provisional"]
    assert found["employees"] == 120 == sum(found["statuses"].values())
    assert {file["dataset"] for file in found["files"]} == set(DATASETS) - ONLY_PLANTED
    reconciled(published, EXAMPLE)
    assert [step["step"] for step in found["steps"]] == [
        "land",
        "read",
        "validate",
        "score",
        "validate scores",
        "insights",
        "load",
    ]
    assert published.report.is_file()
    home = published.run.order.home
    assert [file for file in (home / "runs").rglob("*") if file.is_file()] == []
    assert len(rows(home, "scores", CITY, PERIOD)) == 120


def test_the_same_again_changes_nothing(published: Summary) -> None:
    second = again(published, EXAMPLE)
    assert second.status == "unchanged"
    same = ("revision", "result_hash", "input_hash", "policy_hash", "files", "employees", "statuses")
    assert [second.document()[name] for name in same] == [published.document()[name] for name in same]
    assert second.report != published.report
    assert published.report.is_file()


def test_rows_in_another_order_change_nothing(published: Summary, tmp_path: Path) -> None:
    inputs = example(tmp_path / "inputs", set(DATASETS) - ONLY_PLANTED)
    chance = random.Random(1)  # noqa: S311  # not a secret

    def shuffled(records: Records) -> Records:
        return [records[0], *chance.sample(records[1:], len(records) - 1)]

    for file in inputs.iterdir():
        changed(file, shuffled)
    second = again(published, inputs)
    assert second.status == "unchanged"
    assert second.landed.input_hash != published.landed.input_hash
    assert second.document()["result_hash"] == published.document()["result_hash"]


def test_what_came_late_makes_a_second_revision(tmp_path: Path) -> None:
    home, inputs = tmp_path / "home", example(tmp_path / "inputs")
    first = run_period(ordered(home, inputs), Caller())
    changed(inputs / "attendance.csv", lambda records: records[:-2000])
    second = run_period(ordered(home, inputs), Caller())
    found = second.document()
    assert (found["status"], found["revision"], found["cause"]) == ("published", 2, "late_data")
    assert found["result_hash"] != first.document()["result_hash"]
    kept = rows(home, "indicators", CITY, PERIOD, 1)
    assert len(kept) == first.scored.results.indicators.height if first.scored else 0
    assert {one["revision"] for one in kept} == {1}
    assert kept != rows(home, "indicators", CITY, PERIOD)


def test_within_the_period_results_are_provisional_and_the_end_makes_them_final(tmp_path: Path) -> None:
    home, inputs = tmp_path / "home", example(tmp_path / "inputs")
    ended = run(home, inputs, "--known-as-of", "2026-08-16T12:00:00", "--json")
    found = ended.document
    assert (ended.code, found["status"], found["provisional"]) == (0, "published", True)
    assert found["known_as_of"] == "2026-08-16T12:00:00+07:00"
    final = run_period(ordered(home, inputs), Caller()).document()
    assert (final["status"], final["revision"], final["provisional"]) == ("published", 2, False)
    assert [(one["revision"], bool(one["provisional"])) for one in runs(home)] == [(1, True), (2, False)]


def test_an_order_within_the_period_fills_in_the_present(tmp_path: Path) -> None:
    at = dt.datetime(2026, 8, 16, 5, tzinfo=dt.UTC)
    summary = check_inputs(ordered(tmp_path, example(tmp_path / "inputs"), at=at), Caller())
    assert (summary.run.is_provisional, summary.run.known_as_of) == (True, at)
    assert summary.run.last_day == dt.date(2026, 8, 15)


def test_a_check_loads_nothing_and_leaves_only_its_report(tmp_path: Path) -> None:
    home = tmp_path / "home"
    summary = check_inputs(ordered(home, example(tmp_path / "inputs")), Caller())
    assert (summary.status, summary.document()["revision"], summary.published) == ("checked", None, None)
    assert runs(home) == []
    assert summary.report.is_file()
    assert [file for file in (home / "runs").rglob("*") if file.is_file()] == []


# --- spoiled rows ---------------------------------------------------------------------------------------------------

REASONS = {
    "repeated_key": "key_repeated",
    "missing_required": r"\w+_missing",
    "not_in_list": r"\w+_not_in_list",
    "unparseable_time": r"does_not_parse: \w+: does not parse as a (date|time|moment)\b.*",
    "unparseable_number": r"does_not_parse: \w+: does not parse as a (whole )?number.*",
    "short_row": r"does_not_parse: record: it has \d+ cells where \d+ are expected",
    "closed_without_time": "closed_without_closed_at",
    "negative_paused_hours": "paused_hours_out_of_range",
    "answer_out_of_range": r"u\d_out_of_range",
    "target_not_positive": "target_out_of_range",
    "weight_not_positive": "weight_out_of_range",
    "limit_not_positive": "limit_hours_out_of_range",
    "competency_scale": "competency_scale_not_5",
    "leave_ends_before_start": "ends_before_it_starts",
    "objective_ends_before_start": "ends_before_it_starts",
    "spell_ends_before_start": "ends_before_it_starts",
    "outcome_both_or_neither": "both_or_neither_given",
}
"""Reasons by kind of defect, where the two are not called the same; regular expressions."""


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> tuple[MadeWorld, MadeWorld]:
    """The same people without a spoiled row, and with a spoiled copy of every tenth."""
    folder = tmp_path_factory.mktemp("worlds")
    return make(folder / "sound", 80, seed=5), make(folder / "spoiled", 80, seed=5, defects=0.1)


def kind_of(reason: str, kinds: set[str]) -> str:
    """The kind of defect that is refused for this reason."""
    (kind,) = {kind for kind in kinds if re.fullmatch(REASONS.get(kind, kind), reason)}
    return kind


def test_spoiled_rows_are_told_apart_and_change_no_score_and_leak_nothing(
    worlds: tuple[MadeWorld, MadeWorld], tmp_path: Path
) -> None:
    sound, spoiled = worlds
    home = tmp_path / "home"
    first = run(home, sound.folder)
    ended = run(home, spoiled.folder, "--json")
    assert (first.code, ended.code) == (0, 0), ended.err
    found = ended.document

    # Only added copies are spoiled, so the scores are those without them, to the hash.
    assert (found["status"], found["revision"]) == ("unchanged", 1)
    assert [one["result_hash"] for one in runs(home)] == [found["result_hash"]] * 2
    refused = rows(home, "quarantine", CITY, PERIOD, run_id=found["run_id"])
    for dataset, made in spoiled.report.defects.items():
        kinds = {kind for kind, count in made.items() if count}
        counted = Counter(kind_of(one["reason"], kinds) for one in refused if one["dataset"] == dataset)
        assert counted == {kind: count for kind, count in made.items() if count}, dataset
    for file in found["files"]:
        assert file["rows_in"] == spoiled.report.rows[file["dataset"]] == file["valid"] + file["quarantined"]
        assert file["quarantined"] == sum(spoiled.report.defects[file["dataset"]].values())

    values = personal_values(spoiled.folder)
    assert len(values) > 150
    # The one place they may stand in shows that the search finds them.
    assert leaked(values, " ".join(one["record"] for one in refused))
    for text in (first.out, first.err, ended.out, ended.err):
        assert not leaked(values, text)
    kept = [file for file in (home / "reports").rglob("*") if file.is_file()]
    assert {"validation.html", "validation.json", "manifest.json", "great_expectations.yml"} <= {f.name for f in kept}
    for file in kept:
        assert not leaked(values, file.read_text(encoding="utf-8", errors="replace")), file
    for message in (one["message"] for one in runs(home)):
        assert not leaked(values, message)
