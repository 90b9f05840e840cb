"""Files that arrive: when they have come to rest, which names are passed over, and what watching makes of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import IO, Any

import pytest

from flows.arrivals import Arrivals, arrivals, is_finished_name
from tests.flows.ended import CITY, PERIOD, example, process_environment, process_words


def test_a_file_that_is_written_in_pieces_arrives_once_it_rests(tmp_path: Path) -> None:
    waiting, path = Arrivals(settle=5), tmp_path / "attendance.csv"
    with path.open("w", encoding="utf-8") as stream:
        stream.write("employee_id,timestamp\n")
        stream.flush()
        waiting.touched(path, now=0)
        assert waiting.settled(now=4.9) == frozenset()
        # No event tells of this piece: its size does.
        stream.write("1,2026-07-01T07:30:00\n")
        stream.flush()
        assert waiting.settled(now=5.1) == frozenset()
    assert waiting.settled(now=10) == frozenset()
    assert waiting.settled(now=10.2) == {path}
    assert waiting.settled(now=100) == frozenset()


def test_one_that_is_still_written_holds_back_the_others(tmp_path: Path) -> None:
    waiting, whole, growing = Arrivals(settle=5), tmp_path / "whole.csv", tmp_path / "growing.csv"
    whole.write_text("a", encoding="utf-8")
    waiting.touched(whole, now=0)
    for second in range(1, 10, 3):
        growing.write_text("a" * second, encoding="utf-8")
        waiting.touched(growing, now=second)
        assert waiting.settled(now=second + 2) == frozenset()
    assert waiting.settled(now=12) == {whole, growing}


def test_the_same_size_at_another_time_is_a_change(tmp_path: Path) -> None:
    waiting, path = Arrivals(settle=5), tmp_path / "a.csv"
    path.write_text("ab", encoding="utf-8")
    os.utime(path, ns=(1, 1))
    waiting.touched(path, now=0)
    path.write_text("ba", encoding="utf-8")
    os.utime(path, ns=(2, 2))
    assert waiting.settled(now=6) == frozenset()
    assert waiting.settled(now=11) == {path}


def test_one_that_is_gone_has_changed_too(tmp_path: Path) -> None:
    waiting, path = Arrivals(settle=5), tmp_path / "a.csv"
    path.write_text("a", encoding="utf-8")
    waiting.touched(path, now=0)
    path.unlink()
    assert waiting.settled(now=5) == frozenset()
    assert waiting.settled(now=10) == {path}


@pytest.mark.parametrize(
    "name",
    [".a.csv", "a.csv.part", "a.csv.PART", "a.tmp", "a.csv~", "~$a.xlsx", ".sync/a.csv", "a.csv.crdownload", "#a#"],
)
def test_unfinished_names_are_passed_over(name: str, tmp_path: Path) -> None:
    assert not is_finished_name(tmp_path / name, tmp_path)


@pytest.mark.parametrize("name", ["a.csv", "part.csv", "unit/a.parquet", "tmp.csv", "sources.yaml", "a.partial.csv"])
def test_others_are_not(name: str, tmp_path: Path) -> None:
    assert is_finished_name(tmp_path / name, tmp_path)


@pytest.mark.parametrize("polling", [False, True])
def test_what_arrives_in_a_folder(tmp_path: Path, *, polling: bool) -> None:
    """A real folder: a file in pieces under an unfinished name, then moved to its own, and one in a folder below."""
    folder, stop = tmp_path / "inputs", Event()
    folder.mkdir()
    (folder / "unit").mkdir()
    seen: set[str] = set()

    def write() -> None:
        while not stop.wait(0.1):  # until it is seen: the watch may begin after the first time
            unfinished = folder / "a.csv.part"
            unfinished.write_text("a", encoding="utf-8")
            unfinished.replace(folder / "a.csv")
            (folder / "unit" / "b.csv").write_text("b", encoding="utf-8")
            if stop.wait(1.5):  # a rest, longer than it takes to settle
                return

    writer = Thread(target=write)
    writer.start()
    try:
        for found in arrivals(folder, settle=0.3, polling=polling, stop=stop):
            seen |= {str(path.relative_to(folder.resolve())) for path in found}
            if {"a.csv", "unit/b.csv"} <= seen:
                stop.set()
    finally:
        stop.set()
        writer.join()
    assert seen == {"a.csv", "unit/b.csv"}


def lines_of(stream: IO[str]) -> Iterator[dict[str, Any]]:
    for line in stream:
        yield json.loads(line)


def test_watching_refreshes_says_what_is_wrong_and_ends_cleanly(tmp_path: Path) -> None:
    inputs, home = example(tmp_path / "inputs"), tmp_path / "home"
    given = ["--city", CITY, "--period", PERIOD, "--inputs", inputs, "--home", home, "--settle", "0.5", "--json"]
    attendance = inputs / "attendance.csv"
    text = attendance.read_text(encoding="utf-8")
    with subprocess.Popen(
        process_words(["watch", *map(str, given)]),
        env=process_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        told = lines_of(process.stdout)
        first = next(told)
        attendance.write_text("employee_id;timestamp\n1;2\n", encoding="utf-8")
        second = next(told)
        with attendance.open("w", encoding="utf-8") as stream:
            for piece in (text[:1000], text[1000:5000], text[5000:]):
                stream.write(piece)
                stream.flush()
        third = next(told)
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate()
    assert (process.returncode, rest) == (0, ""), said
    assert said.splitlines()[-1] == "Stopped watching."
    assert first["status"] == "published"
    assert second["status"] == "error"
    assert third["result_hash"] == first["result_hash"]
