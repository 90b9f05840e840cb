"""Speed and friendliness as drivers of satisfaction: against scipy, and where one of them was made to drive."""

from __future__ import annotations

import random

import pytest

from tests.insights.asked import cells, insights_of
from transforms.insights import Previous

HEAD = "unit_id | submitted_at | audience | u1 | u2 | u3 | u7"


def survey(answers: list[tuple[int, int, int]], month: str = "2026-07", audience: str = "patient") -> dict[str, str]:
    """Answers of (u3, u7, all others)."""
    lines = [f"A.1 | {month}-02T00:00 | {audience} | {rest} | {rest} | {u3} | {u7}" for u3, u7, rest in answers]
    return {"survey_responses": "\n".join([HEAD, *lines])}


def drawn(n: int, seed: int) -> list[tuple[int, int, int]]:
    chance = random.Random(seed)  # noqa: S311 - made-up answers
    return [(chance.randint(1, 4), chance.randint(1, 4), chance.randint(1, 4)) for _ in range(n)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_correlation_is_spearmans(seed: int) -> None:
    from scipy.stats import spearmanr

    answers = drawn(40, seed)
    found = insights_of(survey(answers))["drivers"]
    where = {"level": "unit", "place_id": "A.1", "audience": "patient"}
    for driver, place in (("speed", 0), ("friendliness", 1)):
        expected = spearmanr([one[place] for one in answers], [one[2] for one in answers]).statistic
        correlation, low, high = cells(found, "correlation low high", **where, driver=driver)
        assert float(correlation) == pytest.approx(expected, abs=1e-6)
        assert float(low) < expected < float(high)


def test_what_drives_is_found_and_what_does_not_is_not() -> None:
    """The others follow speed; friendliness is drawn apart from them."""
    answers = [(u3, u7, u3) for u3, u7, _ in drawn(200, 4)]
    found = insights_of(survey(answers))["drivers"]
    where = {"level": "unit", "place_id": "A.1", "audience": "patient"}
    speed, friendliness = (
        cells(found, "correlation weight low high", **where, driver=d) for d in ("speed", "friendliness")
    )
    assert (speed[0], speed[1]) == ("1.000000", "1.000000")
    assert float(friendliness[2]) < 0 < float(friendliness[3])
    assert abs(float(friendliness[1])) < 1e-6


def test_the_indices_are_of_the_answers() -> None:
    found = insights_of(survey([(4, 2, 3)] * 6 + [(2, 4, 1)] * 4))["drivers"]
    where = {"level": "unit", "place_id": "A.1", "audience": "patient"}
    # u3: (24 + 8) / 10 = 3.2, times 25; u7: 2.8; the others: (18 + 4) / 10 = 2.2.
    assert cells(found, "n level_index overall_index", **where, driver="speed") == [10, "80.00", "55.00"]
    assert cells(found, "level_index overall_index", **where, driver="friendliness") == ["70.00", "55.00"]


def test_nine_answers_show_no_correlation_and_equal_ones_neither() -> None:
    where = {"level": "city", "audience": "patient", "driver": "speed"}
    few = insights_of(survey(drawn(9, 1)))["drivers"]
    assert cells(few, "n correlation low weight", **where) == [9, None, None, None]
    equal = insights_of(survey([(3, 3, 3)] * 20))["drivers"]
    assert cells(equal, "n correlation low weight", **where) == [20, None, None, None]


def test_the_change_is_against_the_period_before() -> None:
    before = insights_of(survey([(2, 2, 2)] * 3, "2026-04"), period="2026-Q2")
    now = insights_of(survey([(3, 2, 4)] * 3), previous=Previous("2026-Q2", before))["drivers"]
    where = {"level": "unit", "place_id": "A.1", "audience": "patient"}
    changes = "previous_period level_change overall_change"
    assert cells(now, changes, **where, driver="speed") == ["2026-Q2", "25.00", "50.00"]
    assert cells(now, changes, **where, driver="friendliness") == ["2026-Q2", "0.00", "50.00"]
