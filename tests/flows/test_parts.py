"""Parts that are scored by commands of their own, and the closing run: one result, or a clear word of what is amiss."""

from __future__ import annotations

import datetime as dt
import os
import shlex
import shutil
import signal
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from expectations.kept import kept
from flows.cli.problems import CommandError
from flows.order import Order
from flows.parts import close, missing_parts, score_part
from flows.seam import Caller
from flows.spread import Spread
from tests.flows.ended import (
    CITY,
    EXAMPLE,
    PERIOD,
    Ended,
    changed,
    example,
    process_environment,
    run,
    runs,
    with_cells,
    words_of,
)
from tests.forked import COMMAND, Forked
from warehouse import open_warehouse

pytestmark = [pytest.mark.usefixtures("validation_loaded")]
N_UNITS = 9
PATIENCE_SECONDS = 120


def part(home: Path, inputs: Path, n: int, k: int, *more: str) -> Ended:
    """`kinerja run --partitions n --part k`, in this process."""
    return run(home, inputs, "--partitions", str(n), "--part", str(k), *more)


def join(home: Path, inputs: Path, n: int, *more: str) -> Ended:
    """`kinerja run --partitions n --join`, in this process."""
    return run(home, inputs, "--partitions", str(n), "--join", *more)


def all_parts(home: Path, inputs: Path, n: int) -> None:
    for k in range(1, n + 1):
        assert part(home, inputs, n, k).code == 0


def folder(home: Path, n: int) -> Path:
    return home / "parts" / CITY / PERIOD / str(n)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return example(tmp_path_factory.mktemp("small") / "inputs")


@pytest.fixture(scope="module")
def undivided(small: Path, tmp_path_factory: pytest.TempPathFactory, validation_loaded: None) -> str:
    """The result hash of a run that was never divided."""
    found = run(tmp_path_factory.mktemp("undivided") / "home", small, "--json").document
    return str(found["result_hash"])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, validation_loaded: None) -> dict[str, Any]:
    """What an undivided run of the whole example says."""
    return run(tmp_path_factory.mktemp("whole") / "home", EXAMPLE, "--json").document


@pytest.mark.slow
@pytest.mark.parametrize("n", [1, 4, 16])
def test_the_joined_run_is_the_undivided_one(n: int, whole: dict[str, Any], tmp_path: Path) -> None:
    """Every dataset, parts in any order; of 9 units there are 9 parts, and the others say so."""
    home = tmp_path / "home"
    told = [part(home, EXAMPLE, n, k, "--json").document for k in range(n, 0, -1)]
    n_parts = min(n, N_UNITS)
    assert [one["status"] for one in told] == ["empty"] * (n - n_parts) + ["scored"] * n_parts
    assert {one["n_parts"] for one in told} == {n_parts}
    assert sum(one["employees"] for one in told) == 120
    # Who comes first lays the rows out; nobody else reads or validates.
    titles = [[step["step"] for step in one["steps"]] for one in told]
    assert [steps.count("read") for steps in titles] == [1] + [0] * (n - 1)
    assert titles[-1] == (["land", "score"] if n > 1 else ["land", "read", "validate", "divide", "keep rows", "score"])
    assert runs(home) == []
    assert not (home / "reports").exists() or list((home / "reports").iterdir()) == []

    # The command that a part names is the closing one.
    words = shlex.split(told[0]["join"])
    assert words[:2] == ["kinerja", "run"]
    joined = run(home, EXAMPLE, *words[words.index("--partitions") :], "--json").document
    assert joined["result_hash"] == whole["result_hash"]
    assert (joined["status"], joined["revision"], joined["employees"]) == ("published", 1, 120)
    assert joined["warnings"] == whole["warnings"]
    assert [step["step"] for step in joined["steps"]].count("score") == 0
    assert not (home / "parts" / CITY / PERIOD).exists()
    assert [one["status"] for one in runs(home)] == ["published"]


def test_a_part_that_is_missing_is_named_with_its_command(small: Path, undivided: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    for k in (1, 3):
        assert part(home, small, 3, k).code == 0
    ended = join(home, small, 3)
    assert ended.code == 2
    (said,) = ended.said
    there = f"--city {CITY} --period {PERIOD} --inputs {small} --home {home} --partitions 3"
    assert said == f"kinerja: part 2 of 3 is missing: kinerja run {there} --part 2"
    assert [(one["status"], one["revision"]) for one in runs(home)] == [("failed", None)]
    assert part(home, small, 3, 2).code == 0
    assert join(home, small, 3, "--json").document["result_hash"] == undivided


def test_what_is_there_is_not_handed_out_again(small: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert part(home, small, 3, 2).code == 0
    order = Order(
        city=CITY,
        period=PERIOD,
        inputs=small,
        home=home,
        warehouse_url=f"sqlite:///{home / 'warehouse.db'}",
        ordered_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
        spread=Spread(3),
    )
    call = Caller()
    assert missing_parts(order, call) == [1, 3]
    assert [done.title for done in call.done] == ["land"]
    assert missing_parts(replace(order, spread=Spread(16)), Caller()) == list(range(1, N_UNITS + 1))


def test_with_none_there_every_part_is_named(small: Path, tmp_path: Path) -> None:
    ended = join(tmp_path / "home", small, 3)
    assert (ended.code, len(ended.said)) == (2, 4)
    assert all(f"part {k} of 3 is missing" in ended.said[k] for k in (1, 2, 3))


def test_parts_of_something_else_are_not_joined(small: Path, tmp_path: Path) -> None:
    """Other inputs since; another part in its place; then another policy, too."""
    home, inputs = tmp_path / "home", tmp_path / "inputs"
    shutil.copytree(small, inputs)
    all_parts(home, inputs, 2)
    changed(inputs / "employees.csv", with_cells([2], name="Another Name"))
    assert part(home, inputs, 2, 2).code == 0
    ended = join(home, inputs, 2)
    assert ended.code == 2
    assert "part 1 of 2 was made of other inputs: " in ended.said[0]
    assert len(ended.said) == 1

    shutil.rmtree(folder(home, 2) / "1")
    shutil.copytree(folder(home, 2) / "2", folder(home, 2) / "1")
    assert "part 1 of 2 is in fact part 2: " in join(home, inputs, 2).said[0]

    assert part(home, inputs, 2, 1).code == 0
    known = join(home, inputs, 2, "--known-as-of", "2026-10-15T00:00:00")
    assert known.code == 2
    assert all("was made of another --known-as-of: " in line for line in known.said[1:])
    assert "--known-as-of 2026-10-15T00:00:00" in known.said[1]
    assert join(home, inputs, 2).code == 0


@pytest.mark.parametrize("file", ["scores.parquet", "manifest.json"])
def test_a_part_with_a_flipped_bit_is_not_joined(file: str, small: Path, undivided: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    all_parts(home, small, 2)
    path = folder(home, 2) / "1" / file
    spoiled = bytearray(path.read_bytes())
    spoiled[len(spoiled) // 2] ^= 1
    path.write_bytes(spoiled)
    ended = join(home, small, 2)
    assert ended.code == 2
    assert "part 1 of 2 is damaged: its bytes are not those that were written: " in ended.said[0]
    # The part is run again, in its own place.
    assert part(home, small, 2, 1).code == 0
    assert join(home, small, 2, "--json").document["result_hash"] == undivided


def test_rows_with_a_flipped_bit_are_laid_out_anew(small: Path, undivided: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert part(home, small, 2, 1).code == 0
    rows = next(folder(home, 2).glob("layout-*/rows/attendance/part=1/*.parquet"))
    spoiled = bytearray(rows.read_bytes())
    spoiled[len(spoiled) // 2] ^= 1
    rows.write_bytes(spoiled)
    # Part 1 does not read them.
    assert [step["step"] for step in part(home, small, 2, 1, "--json").document["steps"]] == ["land", "score"]
    assert "read" in [step["step"] for step in part(home, small, 2, 2, "--json").document["steps"]]
    assert join(home, small, 2, "--json").document["result_hash"] == undivided


def test_parts_do_not_wait_for_the_lease_and_the_closing_run_does(small: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with (
        open_warehouse(f"sqlite:///{home / 'warehouse.db'}") as warehouse,
        warehouse.lease(CITY, PERIOD, "another", now=lambda: dt.datetime.now(dt.UTC)),
    ):
        all_parts(home, small, 2)
        ended = join(home, small, 2)
        assert ended.code == 4
        assert "run another holds" in ended.said[0]
    assert join(home, small, 2).code == 0


def test_what_stops_a_run_stops_its_parts(small: Path, tmp_path: Path) -> None:
    home, inputs = tmp_path / "home", tmp_path / "inputs"
    shutil.copytree(small, inputs)
    (inputs / "employees.csv").unlink()
    ended = part(home, inputs, 2, 1)
    assert ended.code == 3
    assert "employees: no file was delivered" in ended.said[0]
    assert runs(home) == []
    assert list(folder(home, 2).glob("[!.]*")) == []


def test_a_period_under_way_is_scored_as_of_one_moment(small: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    order = Order(
        city=CITY,
        period=PERIOD,
        inputs=small,
        home=home,
        warehouse_url=f"sqlite:///{home / 'warehouse.db'}",
        ordered_at=dt.datetime(2026, 8, 15, tzinfo=dt.UTC),
        spread=Spread(2),
    )
    for act in (partial(score_part, part=1), close):
        with pytest.raises(CommandError, match="give every part and the closing run the same --known-as-of"):
            act(order, call=Caller())
    at = dt.datetime(2026, 8, 14, tzinfo=dt.UTC)
    for k in (1, 2):
        score_part(replace(order, known_as_of=at, ordered_at=at + dt.timedelta(days=k)), k, Caller())
    summary = close(replace(order, known_as_of=at), Caller())
    assert (summary.status, summary.run.is_provisional) == ("published", True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--part", "1"], "--part and --join need --partitions N"),
        (["--join"], "--part and --join need --partitions N"),
        (["--partitions", "2", "--part", "3"], "--part 3: with --partitions 2 parts are numbered from 1 to 2"),
        (["--partitions", "2", "--part", "1", "--join"], "run every part first, then join them with another command"),
        (["--partitions", "2", "--join", "--runner", "dask"], "leave it out with --part and --join"),
    ],
)
def test_wrong_use(words: list[str], said: str, small: Path, tmp_path: Path) -> None:
    ended = run(tmp_path / "home", small, *words)
    assert ended.code == 2
    assert said in ended.said[0]
    assert not (tmp_path / "home").exists()


@pytest.mark.chaos
@pytest.mark.skipif(os.name != "posix", reason="signals are of POSIX")
def test_a_part_that_is_killed_leaves_nothing_half(small: Path, undivided: str, tmp_path: Path) -> None:
    """Killed while it reads, and while it puts results in place; the part is run again, the others are as they were."""
    home = tmp_path / "home"

    def kill_when(patterns: Sequence[str], k: int) -> None:
        words = words_of(home, small, "--partitions", "2", "--part", str(k))
        process = Forked(COMMAND, words, process_environment())
        deadline = time.monotonic() + PATIENCE_SECONDS
        try:
            while not any(any(folder(home, 2).glob(pattern)) for pattern in patterns):
                assert process.poll() is None, "it ended before it could be killed"
                assert time.monotonic() < deadline
                time.sleep(0.001)
        finally:
            process.kill()
            process.communicate()
        assert process.returncode in (-signal.SIGKILL, 0)

    kill_when([".scratch/*/canonical/*"], 1)
    assert list(folder(home, 2).glob("layout-*")) == []
    assert part(home, small, 2, 1).code == 0
    before = (folder(home, 2) / "1" / "manifest.json").read_bytes()
    kill_when([".2-*", "2"], 2)
    # Between the first file and the rename there is nothing of that name; after it, all.
    two = folder(home, 2) / "2"
    assert not two.exists() or kept(two) is not None
    if not two.exists():
        assert "part 2 of 2 is missing" in join(home, small, 2).err
    assert (folder(home, 2) / "1" / "manifest.json").read_bytes() == before
    assert part(home, small, 2, 2).code == 0
    assert join(home, small, 2, "--json").document["result_hash"] == undivided
    assert not (home / "parts" / CITY / PERIOD).exists()
