"""What the consequences tests share: policies with follow-ups, and engine beside oracle."""

from __future__ import annotations

import datetime as dt
from functools import cache

import polars as pl

from policies.loading import load_policy
from policies.model import Label, Policy, Training, TrainingRule
from policies.period import Period
from tests.oracle.oracle import OracleResult, score
from tests.transforms.engine import Data, Row, run_engine
from transforms import CATALOGUE, Results

LADDER = ("employee_id", "n_absent_days", "n_minutes", "n_days", "n_days_in_a_row", "level")
FOLLOW_UPS = ("employee_id", "action", "item_id")


@cache
def shipped(city: str) -> Policy:
    """A city's policy as its file says."""
    return load_policy(city, Period.parse("2026-Q3"), CATALOGUE)


def with_follow_ups(policy: Policy) -> Policy:
    """A policy by hand with the shipped follow-ups, and a course for every second of its items."""
    rule = shipped("kalianda").training
    assert rule is not None
    courses = tuple(
        Training(item=item_id, course=Label(id=f"Pelatihan {item_id}", en=f"Training {item_id}"))
        for item_id in sorted({item.id for item in policy.all_items()})[::2]
    )
    training = TrainingRule(below=rule.below, catalogue=courses)
    return policy.model_copy(update={"follow_ups": shipped("kalianda").follow_ups, "training": training})


def both(data: Data, policy: Policy, period: str, known_as_of: dt.datetime | None) -> tuple[Results, OracleResult]:
    """Results of the engine and of the oracle."""
    return run_engine(data, policy, period, known_as_of), score(data, policy, period, known_as_of)


def rows(frame: pl.DataFrame, columns: tuple[str, ...]) -> list[Row]:
    """Those columns of a frame, as plain rows in its order."""
    return frame.select(columns).to_dicts()


def disagreements(results: Results, oracle: OracleResult) -> list[str]:
    """Frames that differ in a row, a cell or the order."""
    found = {
        "discipline_status": (rows(results.discipline_status, LADDER), oracle.ladder),
        "follow_ups": (rows(results.follow_ups, FOLLOW_UPS), oracle.follow_ups),
    }
    return [
        f"{name}: engine {engine}, oracle {by_hand}" for name, (engine, by_hand) in found.items() if engine != by_hand
    ]
