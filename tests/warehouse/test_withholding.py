"""What is withheld: the small, and as much beside it that nothing small follows from the totals that are shown."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.withholding import COMPLEMENT, SMALL, _Size, hidden_of

Place = tuple[str, str]


def sizes_of(units: Mapping[str, int]) -> dict[Place, _Size]:
    """Units by name, their agencies and the city."""
    sums: dict[Place, int] = {("unit", name): people for name, people in units.items()}
    for name, people in units.items():
        for place in (("agency", name.split(".")[0]), ("city", "kota")):
            sums[place] = sums.get(place, 0) + people
    return {place: _Size(people, is_small=people < 10) for place, people in sums.items()}


def hidden_in(**units: int) -> dict[str, str]:
    """What is hidden, by name; `A_1` is the unit A.1."""
    found = hidden_of(sizes_of({name.replace("_", "."): people for name, people in units.items()}))
    return {f"{level} {name}" if level == "agency" else name: why for (level, name), why in found.items()}


@pytest.mark.parametrize(
    ("units", "hidden"),
    [
        ({"A_1": 10, "A_2": 10}, {}),
        # One small unit: the next smallest is hidden beside it.
        ({"A_1": 9, "A_2": 12, "A_3": 30}, {"A.1": SMALL, "A.2": COMPLEMENT}),
        # Two small ones of ten people together hide each other; two of fewer do not.
        ({"A_1": 4, "A_2": 6, "A_3": 30, "A_4": 40}, {"A.1": SMALL, "A.2": SMALL}),
        ({"A_1": 4, "A_2": 5, "A_3": 30, "A_4": 40}, {"A.1": SMALL, "A.2": SMALL, "A.3": COMPLEMENT}),
        # Nobody works there: there is nobody to be told of.
        ({"A_1": 0, "A_2": 12, "A_3": 30}, {"A.1": SMALL}),
        # A small agency would follow from the city: another is hidden, and a unit of it, which else would give it away.
        (
            {"A": 5, "B_1": 11, "B_2": 12, "C": 40},
            {"A": SMALL, "agency A": SMALL, "agency B": COMPLEMENT, "B.1": COMPLEMENT},
        ),
        ({"A": 5}, {"A": SMALL, "agency A": SMALL, "kota": SMALL}),
        # Below the whole city nothing can be told without telling of five.
        (
            {"A": 5, "B": 20},
            {"A": SMALL, "agency A": SMALL, "agency B": COMPLEMENT, "B": COMPLEMENT},
        ),
    ],
)
def test_by_hand(units: dict[str, int], hidden: dict[str, str]) -> None:
    assert hidden_in(**units) == hidden


@given(st.dictionaries(st.from_regex(r"[A-D]\.[1-6]", fullmatch=True), st.integers(0, 25), max_size=18))
def test_no_total_that_is_shown_gives_away_a_few(units: dict[str, int]) -> None:
    """All a reader can do: take what is shown off a total that is shown."""
    sizes = sizes_of(units)
    hidden = hidden_of(sizes)
    assert {place for place, size in sizes.items() if size.is_small} == {
        place for place, why in hidden.items() if why == SMALL
    }
    agencies = [name for level, name in sizes if level == "agency"]
    left = {
        name: [unit for unit in units if unit.split(".")[0] == name and ("unit", unit) in hidden] for name in agencies
    }
    shown = [name for name in agencies if ("agency", name) not in hidden]
    totals = [left[name] for name in shown]
    if ("city", "kota") not in hidden:
        totals.append([unit for name in agencies if name not in shown for unit in left[name]])
    for rest in totals:
        people = [units[unit] for unit in rest if units[unit] > 0]
        assert not people or (len(people) >= 2 and sum(people) >= 10)
