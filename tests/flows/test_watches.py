"""Who looks on at a run hears all of it in order, and can do it no harm."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path

import pytest

from flows.order import Order, Run
from flows.pipeline import run_period
from flows.seam import Caller, Counted, Done, Failure, Watch
from flows.summary import Summary
from sources import SourceError
from tests.flows.ended import CITY, PERIOD, changed, example
from warehouse import LeaseHeld, open_warehouse

pytestmark = pytest.mark.usefixtures("validation_loaded")


class Listener(Watch):
    """Writes down what it hears."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.failure: Failure | None = None

    def started(self, run: Run) -> None:
        self.heard.append(f"started {run.policy.city}")

    def begins(self, title: str) -> None:
        self.heard.append(f"begins {title}")

    def ends(self, done: Done, result: Counted) -> None:
        assert done.counts == result.counts
        self.heard.append(f"ends {done.title}")

    def ended(self, summary: Summary) -> None:
        self.heard.append(f"ended {summary.status}")

    def failed(self, failure: Failure) -> None:
        self.heard.append(f"failed {failure.ended_by}")
        self.failure = failure


class Deaf(Watch):
    """Cannot hear anything."""

    def started(self, run: Run) -> None:
        raise ValueError("geheim")

    begins = ends = ended = failed = started  # type: ignore[assignment]


class Interrupts(Watch):
    """As somebody who presses Ctrl-C while the run reads."""

    def begins(self, title: str) -> None:
        if title == "read":
            raise KeyboardInterrupt


def order(home: Path, inputs: Path) -> Order:
    return Order(
        city=CITY,
        period=PERIOD,
        inputs=inputs,
        home=home,
        warehouse_url=f"sqlite:///{home / 'warehouse.db'}",
        ordered_at=dt.datetime(2026, 10, 6, tzinfo=dt.UTC),
    )


def test_a_run_is_heard_from_beginning_to_end(tmp_path: Path) -> None:
    listener = Listener()
    run_period(order(tmp_path / "home", example(tmp_path / "inputs")), Caller(listener))
    steps = ["land", "read", "validate", "score", "validate scores", "insights", "load"]
    each = [f"{word} {step}" for step in steps for word in ("begins", "ends")]
    assert listener.heard == [f"started {CITY}", *each, "ended published"]


def test_one_that_cannot_hear_harms_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    listener = Listener()
    summary = run_period(order(tmp_path / "home", example(tmp_path / "inputs")), Caller(Deaf(), listener))
    assert (summary.status, listener.heard[-1]) == ("published", "ended published")
    assert "Deaf did not hear of it: ValueError" in caplog.text
    assert "geheim" not in caplog.text


def test_a_stopped_run_is_heard_with_how_far_it_came(tmp_path: Path) -> None:
    inputs, listener = example(tmp_path / "inputs"), Listener()
    changed(inputs / "employees.csv", lambda records: records[:1])
    with pytest.raises(Exception, match="holds no row"):
        run_period(order(tmp_path / "home", inputs), Caller(listener))
    assert listener.heard[-2:] == ["ends validate", "failed stopped"]
    failure = listener.failure
    assert failure is not None
    assert failure.problems == ("employees: employees.csv holds no row. Without a roster there is nobody to score.",)
    assert failure.landed is not None
    assert len(failure.landed.files) == 3
    assert failure.checked is not None


def test_an_order_that_is_wrong_never_began(tmp_path: Path) -> None:
    listener = Listener()
    with pytest.raises(SourceError):
        run_period(order(tmp_path / "home", tmp_path / "nowhere"), Caller(listener))
    assert listener.heard == ["failed failed"]
    assert listener.failure is not None
    assert listener.failure.run is None


def test_one_that_finds_another_at_work_is_refused(tmp_path: Path) -> None:
    home, listener = tmp_path / "home", Listener()
    home.mkdir()
    with (
        open_warehouse(f"sqlite:///{home / 'warehouse.db'}") as warehouse,
        warehouse.lease(CITY, PERIOD, "other", now=lambda: dt.datetime.now(dt.UTC)),
        pytest.raises(LeaseHeld),
    ):
        run_period(order(home, example(tmp_path / "inputs")), Caller(listener))
    assert listener.heard == ["failed refused"]


def test_one_that_somebody_interrupts_is_told_apart(tmp_path: Path) -> None:
    listener = Listener()
    with pytest.raises(KeyboardInterrupt):
        run_period(order(tmp_path / "home", example(tmp_path / "inputs")), Caller(listener, Interrupts()))
    assert listener.heard[-2:] == ["begins read", "failed interrupted"]
