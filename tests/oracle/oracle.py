"""The oracle: every score of the methodology again, in plain Python and exact fractions, for comparison digit by digit.

Written from the methodology alone and sharing no code with `transforms`. Slow on purpose: it is to be read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from policies.model import GROUPS, GroupName, Item, Policy
from tests.oracle.consequences import follow_up_rows, ladder_row
from tests.oracle.exact import ZERO, half_away_from_zero, stored
from tests.oracle.facts import Facts, Person, Row
from tests.oracle.indicators import INDICATORS, INSUFFICIENT_DATA, NOT_APPLICABLE, SCORED, Measured, item_achievement

HOME_COLUMNS = (
    "name",
    "employment_type",
    "unit_id",
    "unit_name",
    "sector",
    "position_id",
    "position_name",
    "position_group",
    "supervisor_id",
)


@dataclass
class OracleResult:
    """Rows as stored, by employee_id and then in the policy's order of items.

    Columns are those of the engine's frames; `ladder` has the PNS only, `follow_ups` one row a person and action or
    course. `value_exact`, `achievement_exact` (indicators) and `results_exact`,
    `behaviour_exact`, `score_exact` (scores) are the unrounded Fractions.
    """

    employees: list[Row] = field(default_factory=list)
    indicators: list[Row] = field(default_factory=list)
    scores: list[Row] = field(default_factory=list)
    ladder: list[Row] = field(default_factory=list)
    follow_ups: list[Row] = field(default_factory=list)


def score(
    data: Mapping[str, Sequence[Mapping[str, object]]],
    policy: Policy,
    period: str,
    known_as_of: dt.datetime | None = None,
) -> OracleResult:
    """Score everybody who has a spell day in the period.

    Args:
        data: valid rows in file order by dataset; a dataset that was not delivered is absent. Cells are the plain
            values of the contract (str, int, Decimal, date, time, aware datetime, None).
        policy: the city's policy.
        period: `2026-Q3`, `2026-07` or `2026`.
        known_as_of: what lies later was not known; without a timezone it is local time of the policy's.

    Returns:
        Employees, indicators and scores.

    Raises:
        ValueError: `period` is none.
    """
    facts = Facts.gather(data, policy, period, known_as_of)
    result = OracleResult()
    for person in facts.people:
        result.employees.append(employee_row(person))
        groups = {}
        own: list[Row] = []
        for group in GROUPS:
            items = policy.items(person.home["sector"], group)
            measured = [measure(person, item, facts) for item in items]
            own.extend(indicator_row(person, group, found) for found in measured)
            groups[group] = group_score(measured, policy)
        result.indicators.extend(own)
        result.scores.append(score_row(person, groups, facts))
        result.follow_ups.extend(follow_up_rows(result.scores[-1], own, policy))
        if (ladder := ladder_row(person, facts)) is not None:
            result.ladder.append(ladder)
    return result


def employee_row(person: Person) -> Row:
    """Rule: "The *home* spell ... gives name, unit, position, sector, supervisor." """
    counts = {
        "n_working_days": len(person.working_days),
        "n_countable_days": len(person.countable_days),
        "n_recorded_days": len(person.recorded_days),
    }
    return {"employee_id": person.employee_id, **{column: person.home[column] for column in HOME_COLUMNS}, **counts}


@dataclass(frozen=True)
class Line:
    """One item of one employee, measured."""

    item: Item
    found: Measured
    achievement: Fraction | None


def measure(person: Person, item: Item, facts: Facts) -> Line:
    """The item's indicator, and the achievement it comes to."""
    found = INDICATORS[item.indicator](person, item, facts)
    return Line(item, found, item_achievement(found, item, Fraction(facts.policy.national.achievement_cap.cap)))


def indicator_row(person: Person, group: GroupName, line: Line) -> Row:
    """A row as stored: value 6 decimals, achievement and weight 2."""
    return {
        "employee_id": person.employee_id,
        "item_id": line.item.id,
        "indicator_id": line.item.indicator,
        "item_group": group,
        "value": stored(line.found.value, 6),
        "n": line.found.n,
        "numerator": line.found.numerator,
        "denominator": line.found.denominator,
        "achievement": stored(line.achievement, 2),
        "weight": half_away_from_zero(Fraction(line.item.weight), 2),
        "status": line.found.status,
        "reason": line.found.reason,
        "value_exact": line.found.value,
        "achievement_exact": line.achievement,
    }


def group_score(lines: Sequence[Line], policy: Policy) -> Fraction | None:
    """Rule: "Group score = sum(w*a)/sum(w) over SCORED items. It needs SCORED weight >= `min_coverage` (0.6) of the
    weight of the group's items that are not NOT_APPLICABLE, and >= `min_weight` (0.3) of the whole group's"; else
    None.
    """
    whole = weight_of(lines)
    applicable = weight_of([line for line in lines if line.found.status != NOT_APPLICABLE])
    scored = weight_of([line for line in lines if line.found.status == SCORED])
    if (
        scored == 0
        or scored < Fraction(policy.min_coverage) * applicable
        or scored < Fraction(policy.min_weight) * whole
    ):
        return None
    weighted = (Fraction(line.item.weight) * line.achievement for line in lines if line.achievement is not None)
    return sum(weighted, ZERO) / scored


def weight_of(lines: Sequence[Line]) -> Fraction:
    """Sum of the items' weights."""
    return sum((Fraction(line.item.weight) for line in lines), ZERO)


def group_rating(exact: Fraction | None, policy: Policy) -> str | None:
    """Rule: "Group rating: above if >= 110, meets if >= 90, else below"; "Ratings ... compare the stored number"."""
    number = stored(exact, 2)
    if number is None:
        return None
    if number >= policy.thresholds.above:
        return "above"
    return "meets" if number >= policy.thresholds.meets else "below"


def score_row(person: Person, groups: Mapping[GroupName, Fraction | None], facts: Facts) -> Row:
    """Rule: "Score = sum over groups of group weight * group score"; "Proposed rating = matrix."

    A group without a score: "so are score and proposed rating; the other group keeps its own." "too_short replaces
    any other, and the groups keep their scores".
    """
    policy = facts.policy
    ratings = {group: group_rating(groups[group], policy) for group in GROUPS}
    status, reason = score_status(person, groups, policy)
    exact, proposed = None, None
    if status == SCORED:
        exact = sum((Fraction(policy.group_weight(group)) / 100 * groups[group] for group in GROUPS), ZERO)
        proposed = policy.national.rating_matrix.matrix[ratings["results"]][ratings["behaviour"]]
    return {
        "employee_id": person.employee_id,
        "results_score": stored(groups["results"], 2),
        "behaviour_score": stored(groups["behaviour"], 2),
        "score": stored(exact, 2),
        "results_rating": ratings["results"],
        "behaviour_rating": ratings["behaviour"],
        "proposed_rating": proposed,
        "decided_rating": decided_rating(person, facts),
        "status": status,
        "reason": reason,
        "results_exact": groups["results"],
        "behaviour_exact": groups["behaviour"],
        "score_exact": exact,
    }


def score_status(person: Person, groups: Mapping[GroupName, Fraction | None], policy: Policy) -> tuple[str, str | None]:
    """Rule: "Fewer than `min_days` (10) working days without leave in the period: ... status NOT_APPLICABLE, reason
    `too_short`"; "low_coverage_results, low_coverage_behaviour (joined by `;`)".
    """
    if len(person.countable_days) < policy.min_days:
        return NOT_APPLICABLE, "too_short"
    lacking = [f"low_coverage_{group}" for group in GROUPS if groups[group] is None]
    return (INSUFFICIENT_DATA, ";".join(lacking)) if lacking else (SCORED, None)


def decided_rating(person: Person, facts: Facts) -> str | None:
    """Rule: "**Decisions**: the latest of that period"; "Of equal times the last row of the file is the latest"."""
    latest: Row | None = None
    for row in person.rows("decisions"):
        if row["period"] == facts.label and (latest is None or row["decided_at"] >= latest["decided_at"]):
            latest = row
    return None if latest is None else latest["decided_rating"]
