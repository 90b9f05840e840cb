"""The share that failed, run after run: in words first, and as a line."""

from __future__ import annotations

from typing import Any

from reports.labels import LABELS
from reports.trend import N_RUNS, Trend, trend_of
from reports.validation_document import read_document
from tests.reports.a_document import a_document, a_history


def of_roster(history: list[dict[str, Any]], n_evaluated: int | None = 4988, n_unexpected: int = 688) -> Trend | None:
    document = a_document()
    document["datasets"][1]["findings"][1] |= {"n_evaluated": n_evaluated, "n_unexpected": n_unexpected}
    read, past = read_document(document, history)
    return trend_of(read.datasets[1].findings[1], "attendance", past, LABELS["en"], "en")


def run(run_id: str, n_evaluated: int | None, n_unexpected: int | None) -> dict[str, Any]:
    finding = {"dataset": "attendance", "expectation_id": "not_on_roster"}
    return {"run_id": run_id, "findings": [finding | {"n_evaluated": n_evaluated, "n_unexpected": n_unexpected}]}


def test_shares_are_said_oldest_first_this_run_last() -> None:
    # 500/4000, 1/4000, 2000/4000, 688/4988
    trend = of_roster(a_history())
    assert trend is not None
    assert trend.words == (
        "Share of rows not meeting it over the last 4 runs, this run last: 12.5% → <0.1% → 50% → 13.8%"
    )
    # Width 120, margin 4: x = 4, 41.3, 78.7, 116. Height 24: the floor is y = 20, the largest share (50 %) y = 4.
    # y = 20 - 16 * share / 0.5: 12.5 % -> 16.0; 0.025 % -> 19.992; 13.793 % -> 15.586
    assert trend.segments == ("4.0,16.0 41.3,20.0 78.7,4.0 116.0,15.6",)
    assert trend.last == ("116.0", "15.6")
    assert not trend.dots
    assert not trend.never


def test_a_run_that_checked_nothing_parts_the_line() -> None:
    trend = of_roster([run("a", 10, 1), run("b", 0, 0), run("c", None, None), run("d", 10, 1), run("e", 10, 1)])
    assert trend is not None
    assert "10% → nothing checked → nothing checked → 10% → 10% → 13.8%" in trend.words
    assert len(trend.segments) == 1
    assert len(trend.dots) == 1


def test_no_failure_ever_is_a_line_on_the_floor() -> None:
    trend = of_roster([run("a", 10, 0)], n_unexpected=0)
    assert trend is not None
    assert trend.segments == ("4.0,20.0 116.0,20.0",)
    assert trend.never == "last 2 runs: never failed"


def test_only_the_latest_runs_are_shown() -> None:
    trend = of_roster([run(f"run-{number}", 100, number) for number in range(40)])
    assert trend is not None
    assert f"last {N_RUNS} runs" in trend.words
    assert ": 29% → 30%" in trend.words


def test_without_anything_to_compare_there_is_no_trend() -> None:
    assert of_roster([]) is None
    assert of_roster([run("a", 0, 0)]) is None
    assert of_roster(a_history(), n_evaluated=0) is None
    assert of_roster([run(a_document()["run_id"], 10, 1)]) is None, "a run is not its own past"
    other = run("a", 10, 1)
    other["findings"][0]["dataset"] = "leave"
    assert of_roster([other]) is None
