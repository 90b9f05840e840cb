"""What several families read is made once, though they ask at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import polars as pl
import pytest

from transforms.insights.evidence import Memo


def test_two_who_ask_at_once_get_one_frame() -> None:
    memo, together, made = Memo(), Barrier(2), []

    def asked() -> pl.DataFrame:
        together.wait(10)
        return memo.frame("answers", lambda: made.append(1) or pl.DataFrame({"n": [len(made)]}))  # type: ignore[func-returns-value]

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(asked), pool.submit(asked)
    assert first.result() is second.result()
    assert made == [1]


def test_who_asks_for_another_frame_does_not_wait() -> None:
    memo, other_is_there = Memo(), Event()

    def slow() -> pl.DataFrame:
        assert other_is_there.wait(10), "the other frame was made meanwhile"
        return pl.DataFrame({"n": [1]})

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(memo.frame, "requests", slow)
        memo.frame("sheets", pl.DataFrame)
        other_is_there.set()
    assert waiting.result()["n"].to_list() == [1]


def test_what_could_not_be_made_is_tried_again() -> None:
    memo = Memo()
    with pytest.raises(ZeroDivisionError):
        memo.frame("answers", lambda: pl.DataFrame({"n": [1 // 0]}))
    assert memo.frame("answers", lambda: pl.DataFrame({"n": [2]}))["n"].to_list() == [2]
