"""What is decided before the first file is touched: mistakes all at once, nothing delivered yet, a cache in use."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from flows.cli import main
from flows.cli.problems import CommandError
from flows.order import Order, prepared
from flows.refresh import is_awaited
from policies import PolicyError
from sources import SourceError
from tests.flows.ended import CITY, EXAMPLE, PERIOD
from warehouse import RunRecord, open_warehouse

AT = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


@pytest.fixture
def order(tmp_path: Path) -> Order:
    home = tmp_path / "home"
    return Order(
        city=CITY,
        period=PERIOD,
        inputs=EXAMPLE,
        home=home,
        warehouse_url=f"sqlite:///{home / 'warehouse.db'}",
        ordered_at=AT,
    )


MISTAKES: dict[str, tuple[type[Exception], Callable[[Order], Order]]] = {
    "--period: ": (CommandError, lambda order: replace(order, period="2026-Q5")),
    "no policy of a city 'kaliandra'": (PolicyError, lambda order: replace(order, city="kaliandra")),
    "requires: attendence is no dataset": (
        PolicyError,
        lambda order: replace(order, requires={"attendence": Decimal(1)}),
    ),
    "no day of it had ended": (
        CommandError,
        lambda order: replace(order, known_as_of=dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)),
    ),
    "absent: no such folder": (SourceError, lambda order: replace(order, inputs=order.home / "absent")),
}


@pytest.mark.parametrize("said", MISTAKES)
def test_one_mistake_is_said_as_what_it_is(order: Order, said: str) -> None:
    kind, mistaken = MISTAKES[said]
    with pytest.raises(kind, match=said):
        prepared(mistaken(order))


@pytest.mark.parametrize("said", [one for one in MISTAKES if "absent" not in one])
def test_a_mistake_of_the_order_or_the_policy_hides_none_of_the_mapping(order: Order, said: str) -> None:
    missing = MISTAKES["absent: no such folder"][1]
    with pytest.raises(CommandError) as caught:
        prepared(missing(MISTAKES[said][1](order)))
    assert len(caught.value.problems) == 2
    assert said in caught.value.problems[0]
    assert "no such folder" in caught.value.problems[1]


def test_nothing_is_delivered_yet_until_a_file_is_there_or_a_run_has_been(order: Order, tmp_path: Path) -> None:
    root = tmp_path / "inputs"
    inputs = root / CITY / PERIOD
    awaiting = replace(order, inputs=inputs)
    assert not is_awaited(awaiting, root), "where the folder of all cities is missing, a disk is"
    root.mkdir()
    assert is_awaited(awaiting, root)
    (inputs / "daily").mkdir(parents=True)
    for name in ("sources.yaml", ".part"):
        (inputs / name).touch()
    assert is_awaited(awaiting, root)
    (inputs / "daily" / "absen.csv").touch()
    assert not is_awaited(awaiting, root)
    (inputs / "daily" / "absen.csv").unlink()
    assert is_awaited(awaiting, root)
    with open_warehouse(order.warehouse_url) as warehouse, warehouse.lease(CITY, PERIOD, "r1", now=lambda: AT):
        days = {"period_start": dt.date(2026, 7, 1), "period_end": dt.date(2026, 10, 1)}
        warehouse.start_run(RunRecord(run_id="r1", city=CITY, period=PERIOD, code_version="1", started_at=AT, **days))
    assert not is_awaited(awaiting, root), "what was there has gone"


def test_a_cache_is_not_cleared_while_a_run_is_at_work_on_it(order: Order, capsys: pytest.CaptureFixture[str]) -> None:
    kept = [order.home / "cache" / CITY / period / "leave" / "segment" for period in (PERIOD, "2026-Q4")]
    for folder in kept:
        folder.mkdir(parents=True)
    words = ["cache", "clear", "--home", str(order.home), "--json"]
    now = lambda: dt.datetime.now(dt.UTC)  # noqa: E731
    with open_warehouse(order.warehouse_url) as warehouse, warehouse.lease(CITY, "2026-Q4", "r1", now=now):
        assert main(words) == 4
        assert f"run r1 holds {CITY} 2026-Q4" in json.loads(capsys.readouterr().out)["problems"][0]
        assert all(folder.is_dir() for folder in kept)
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out) == {"status": "done", "segments": 2}
    assert not any(folder.exists() for folder in kept)
    # Its leases are given back, and where nothing is kept none is needed.
    assert main(words) == 0
