"""Whether ratings come out alike for women and men, young and old, and wherever people work.

The only place that reads protected fields: no formula of a score does, and a test holds it to that. Source: seed
(fairness gate each run); 0.8 is the four-fifths rule (29 CFR 1607.4 D), a screen that asks for a reason, no verdict.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import polars as pl

from transforms.findings import SCORED
from transforms.insights.evidence import Evidence
from transforms.insights.places import agency_of
from transforms.insights.raters import INSTRUMENTS, measured_achievement
from transforms.insights.rounding import SCORE, SHARE, probability, rounded
from transforms.insights.rules import GOOD_RATINGS, SMALL_GROUP
from transforms.insights.significance import adjusted, fisher, line, pooled_ratio, ratio_interval, welch

FOUR_FIFTHS: Final = 0.8
"""Ratio to the best group under which a group is looked at."""
ENOUGH_PEOPLE: Final = 30
"""People from which a group can be flagged or be the best one."""
ALPHA: Final = 0.01
"""Share of false alarms tolerated within a dimension (Benjamini-Hochberg), the choice of the best group counted in."""
AGE_BANDS: Final = ((35, "under 35"), (45, "35-44"), (55, "45-54"), (200, "55 and over"))
"""Ages under which a band ends, and its name: the age on P's last day."""
OLDER_FROM: Final = 45
"""Age that parts the younger from the older within a unit."""
BOTH_SIDES: Final = 5
"""People on either side from which the gap within a unit is told."""
GAP_POINTS: Final = 10.0
"""Points of achievement from which a gap within a unit is looked at."""
GAP_ALPHA: Final = 0.01
"""Share of false alarms tolerated among units."""
_DIMENSIONS: Final = ("sex", "age_band", "employment_type", "sector", "position_group", "agency", "unit")
_NIP_DIGITS: Final = 18


def fairness(evidence: Evidence) -> Mapping[str, pl.DataFrame]:
    """Frames `fairness` and `unit_gaps`.

    `fairness`: one row an outcome (proposed or decided rating), dimension and group_name with a rating: n; n_good and
    good_share: Baik or better; mean_score; reference: the group of 30 or more with the largest share (of 10 where none
    has 30); impact_ratio to it with its 95 % interval (ratio_low, ratio_high) and p_value (Fisher, of groups of 30 or
    more; adjusted within the dimension); the same among people of one position (position_ratio, position_low,
    position_high, position_p_value: Mantel-Haenszel), null where positions part the groups entirely; is_flagged: under
    0.8, 30 people or more on both sides, and p at most 0.01; is_flagged_in_position. A group of fewer than 10 is
    suppressed (is_suppressed; figures are null), and with one such group the next smallest too, so that none can be got
    by subtraction. Who has no value of a dimension is in the group `not stated`.

    `unit_gaps`: one row a unit, dimension (sex, age, employment_type) with 5 or more on both sides, and rated item:
    how much lower the lower group is rated (gap, points of achievement), and adjusted_gap against people who measure
    alike, its p_value adjusted over all units, is_flagged: 10 points or more and p at most 0.01.
    """
    people = _people(evidence)
    rows = [
        row
        for outcome in ("proposed", "decided")
        for rated in (_rated(people, outcome),)
        for dimension in _DIMENSIONS
        for row in _compared(rated, outcome, dimension)
    ]
    found = pl.DataFrame(rows, schema=_RAW, orient="row")
    found = found.with_columns(
        *((probability(name) if name.endswith("p_value") else rounded(name, SHARE)).alias(name) for name in _SHARES),
        mean_score=rounded("mean_score", SCORE),
    )
    return {
        "fairness": found.sort("outcome", "dimension", "group_name"),
        "unit_gaps": _unit_gaps(evidence, people),
    }


def _people(evidence: Evidence) -> pl.DataFrame:
    """One row a person: ratings, score and the groups he belongs to; what is not stated is read from the NIP."""
    stated = (
        evidence.frames["employees"]
        .sort("start_date")
        .group_by("employee_id")
        .agg(pl.col("sex", "birth_date").drop_nulls().last())
        .collect()
    )
    number = pl.col("employee_id")
    has_nip = (evidence.policy.employee_id.pattern == "nip") & (number.str.len_chars() == _NIP_DIGITS)
    sex_digit = number.str.slice(14, 1).replace_strict({"1": "M", "2": "F"}, default=None, return_dtype=pl.String)
    born = number.str.head(8).str.to_date("%Y%m%d", strict=False)
    last = evidence.span.last_day
    birthday = pl.col("birth_date").dt.month().cast(pl.Int32) * 100 + pl.col("birth_date").dt.day()
    birthday_is_past = birthday <= last.month * 100 + last.day
    age = last.year - pl.col("birth_date").dt.year() - pl.when(birthday_is_past).then(0).otherwise(1)
    band = pl.lit(None, pl.String)
    for before, name in reversed(AGE_BANDS):
        band = pl.when(pl.col("age") < before).then(pl.lit(name)).otherwise(band)
    scores = evidence.results.scores.select("employee_id", "proposed_rating", "decided_rating", "score")
    employees = evidence.results.employees.select(
        "employee_id", "unit_id", "employment_type", "sector", "position_id", "position_group"
    )
    return (
        employees.join(stated, on="employee_id", how="left")
        .join(scores, on="employee_id", how="left")
        .with_columns(
            sex=pl.coalesce("sex", pl.when(has_nip).then(sex_digit)),
            birth_date=pl.coalesce("birth_date", pl.when(has_nip).then(born)),
        )
        .with_columns(age=age)
        .with_columns(
            age_band=band,
            age_half=pl.when(pl.col("age") < OLDER_FROM).then(pl.lit("younger")).otherwise(pl.lit("older")),
            agency=agency_of("unit_id"),
            unit=pl.col("unit_id"),
        )
        .with_columns(age_half=pl.when(pl.col("age").is_not_null()).then("age_half"))
        .sort("employee_id")
    )


def _rated(people: pl.DataFrame, outcome: str) -> pl.DataFrame:
    """People with a rating, narrow: their groups and position (Categorical), is_good and hundredths of their score."""
    rating = pl.col(f"{outcome}_rating")
    return people.filter(rating.is_not_null()).select(
        pl.col(_DIMENSIONS).fill_null("not stated").cast(pl.Categorical),
        position=pl.col("position_id").cast(pl.Categorical),
        is_good=rating.is_in(GOOD_RATINGS),
        hundredths=pl.col("score").to_physical().cast(pl.Int64),
    )


@dataclass(frozen=True)
class _Group:
    """People of one group with a rating: in all, Baik or better, and the sum and number of their scores."""

    name: str
    n: int
    n_good: int
    hundredths: int
    n_scores: int

    @property
    def share(self) -> float:
        return self.n_good / self.n


def _compared(rated: pl.DataFrame, outcome: str, dimension: str) -> list[dict[str, object]]:
    """The rows of one dimension."""
    counted = rated.group_by(name=dimension).agg(
        n=pl.len(),
        n_good=pl.col("is_good").sum(),
        hundredths=pl.col("hundredths").sum(),
        n_scores=pl.col("hundredths").count(),
    )
    named = counted.with_columns(pl.col("name").cast(pl.String)).sort("name")
    groups = [_Group(*row) for row in named.select(*_Group.__annotations__).iter_rows()]
    hidden = _suppressed(groups)
    shown = [group for group in groups if group.name not in hidden]
    best = _best(shown)
    strata = _strata(rated, dimension, best) if best is not None else {}
    p_values = _adjusted([None if best in (None, group) else _fisher(group, best) for group in shown])
    alike = [None if best in (None, group) else _alike(strata.get(group.name, ())) for group in shown]
    alike_p_values = _adjusted(
        [None if found is None or p is None else found.pooled[3] for found, p in zip(alike, p_values, strict=True)]
    )
    rows: list[dict[str, object]] = [
        {"outcome": outcome, "dimension": dimension, "group_name": name, "is_suppressed": True}
        for name in sorted(hidden)
    ]
    for place, group in enumerate(shown):
        row: dict[str, object] = {
            "outcome": outcome,
            "dimension": dimension,
            "group_name": group.name,
            "is_suppressed": False,
            "n": group.n,
            "n_good": group.n_good,
            "good_share": group.share,
            "mean_score": group.hundredths / group.n_scores / 100 if group.n_scores else None,
        }
        if best is not None and group != best and best.n_good > 0:
            row |= _against(group, best, p_values[place])
            row |= _in_position(alike[place], alike_p_values[place])
        rows.append(row)
    return rows


Strata = Mapping[str, Sequence[tuple[int, int, int, int]]]
"""By group, for each position that it and the best group have: hits, of, hits of the best, of the best."""


class _Alike(NamedTuple):
    """A group beside the best one where both are: the pooled ratio, and how many people each has there."""

    pooled: tuple[float, float, float, float]
    n: int
    n_best: int


def _adjusted(p_values: list[float | None]) -> list[float | None]:
    """Adjusted for all pairs of groups that might have been compared: which is the best is seen only afterwards."""
    tested = sum(p is not None for p in p_values)
    found = adjusted([None if p is None else min(1.0, p * (tested + 1) / 2) for p in p_values])
    return [None if math.isnan(p) else p for p in found.tolist()]


def _against(group: _Group, best: _Group, p: float | None) -> dict[str, object]:
    """What a group's row says about the best one."""
    low, high = ratio_interval(group.n_good, group.n, best.n_good, best.n)
    ratio = group.share / best.share
    enough = group.n >= ENOUGH_PEOPLE and best.n >= ENOUGH_PEOPLE
    return {
        "reference": best.name,
        "impact_ratio": ratio,
        "ratio_low": low,
        "ratio_high": high,
        "p_value": p,
        "is_flagged": enough and ratio < FOUR_FIFTHS and p is not None and p <= ALPHA,
    }


def _alike(strata: Sequence[tuple[int, int, int, int]]) -> _Alike | None:
    """None where no position tells."""
    pooled = pooled_ratio(strata)
    return None if pooled is None else _Alike(pooled, sum(one[1] for one in strata), sum(one[3] for one in strata))


def _in_position(found: _Alike | None, p: float | None) -> dict[str, object]:
    """What it says among people of one position."""
    if found is None:
        return {}
    ratio, low, high, _ = found.pooled
    enough = min(found.n, found.n_best) >= ENOUGH_PEOPLE
    return {
        "position_ratio": ratio,
        "position_low": low,
        "position_high": high,
        "position_p_value": p,
        "is_flagged_in_position": enough and ratio < FOUR_FIFTHS and p is not None and p <= ALPHA,
    }


def _suppressed(groups: list[_Group]) -> set[str]:
    """Groups of fewer than 10; with only one of them, the next smallest too."""
    by_size = sorted(groups, key=lambda group: (group.n, group.name))
    small = [group for group in by_size if group.n < SMALL_GROUP]
    if len(small) == 1:
        small = by_size[:2]
    return {group.name for group in small}


def _best(groups: Iterable[_Group]) -> _Group | None:
    named = [group for group in groups if group.name != "not stated"]
    candidates = [group for group in named if group.n >= ENOUGH_PEOPLE] or named
    return max(candidates, key=lambda group: (group.share, group.n, group.name), default=None)


def _fisher(group: _Group, best: _Group | None) -> float | None:
    """None where one of the two is too small to be flagged: it is not tested."""
    if best is None or min(group.n, best.n) < ENOUGH_PEOPLE:
        return None
    return fisher(group.n_good, group.n, best.n_good, best.n)


def _strata(rated: pl.DataFrame, dimension: str, best: _Group) -> Strata:
    counted = rated.group_by("position", group=dimension).agg(n_good=pl.col("is_good").sum(), n=pl.len())
    of_best = counted.filter(pl.col("group") == best.name).drop("group")
    pairs = (
        counted.join(of_best, on="position", nulls_equal=True, suffix="_best")
        .with_columns(pl.col("position", "group").cast(pl.String))
        .sort("position")
    )
    found: dict[str, list[tuple[int, int, int, int]]] = {}
    for group, *stratum in pairs.select("group", "n_good", "n", "n_good_best", "n_best").iter_rows():
        found.setdefault(group, []).append(tuple(stratum))
    return found


def _unit_gaps(evidence: Evidence, people: pl.DataFrame) -> pl.DataFrame:
    """Welch's t-test on what a rated item leaves after the line on the rank of what was measured."""
    rated = evidence.results.indicators.filter(
        pl.col("status") == SCORED, pl.col("indicator_id").is_in(list(INSTRUMENTS))
    ).select("employee_id", "item_id", hundredths=pl.col("achievement").to_physical().cast(pl.Int64))
    groups = {"sex": "sex", "age": "age_half", "employment_type": "employment_type"}
    facts = people.select("employee_id", "unit_id", *groups.values())
    rated = rated.join(measured_achievement(evidence), on="employee_id", how="left").join(facts, on="employee_id")
    parts = [
        _sides(of_item, dimension, column)
        for of_item in (_with_rest(part) for part in rated.sort("item_id", "employee_id").partition_by("item_id"))
        for dimension, column in groups.items()
    ]
    if not parts:
        return pl.DataFrame(schema=_GAPS)
    rows = pl.concat(parts).sort("item_id", "dimension", "unit_id")
    lower, other = (pl.col(f"{side}_variance").clip(lower_bound=0.0) for side in ("first", "last"))
    sides = rows.select("adjusted_gap", "n_lower", "n_other", lower=lower, other=other).to_dict()
    p_values = welch(sides["adjusted_gap"], sides["lower"], sides["n_lower"], sides["other"], sides["n_other"])
    rows = rows.with_columns(p_value=pl.Series(adjusted(p_values)))
    return (
        rows.with_columns(
            is_flagged=(pl.col("p_value") <= GAP_ALPHA).fill_null(value=False) & (pl.col("adjusted_gap") >= GAP_POINTS),
            gap=rounded("gap", SCORE),
            adjusted_gap=rounded("adjusted_gap", SCORE),
            p_value=probability("p_value"),
        )
        .select(pl.col(name).cast(kind) for name, kind in _GAPS.items())
        .sort("unit_id", "dimension", "item_id")
    )


def _with_rest(rated: pl.DataFrame) -> pl.DataFrame:
    """Adds rest: hundredths of a point above what people who measure alike are rated."""
    rated = rated.with_columns(place=pl.col("measured").rank("average"))
    known = rated.filter(pl.col("place").is_not_null())
    intercept, slope = line(known["place"], known["hundredths"])
    mean = rated["hundredths"].sum() / max(1, rated.height)
    expected = pl.when(pl.col("place").is_not_null()).then(intercept + slope * pl.col("place")).otherwise(mean)
    return rated.with_columns(rest=(pl.col("hundredths") - expected).round().cast(pl.Int64))


def _sides(rated: pl.DataFrame, dimension: str, column: str) -> pl.DataFrame:
    """One row a unit with enough people on both sides; the lower group is the one with the lower rest."""
    rest, n = pl.col("rest"), pl.len()
    sides = (
        rated.filter(pl.col(column).is_not_null())
        .group_by("unit_id", "item_id", group=column)
        .agg(
            n=n.cast(pl.Int64),
            mean=pl.col("hundredths").sum() / n / 100,
            rest=rest.sum() / n / 100,
            variance=(rest.pow(2).sum() - rest.sum().pow(2) / n) / (n - 1) / 10**4,
        )
        .filter(pl.col("n") >= BOTH_SIDES)
        .sort("unit_id", "rest", "group")
    )
    pairs = sides.group_by("unit_id", "item_id", maintain_order=True).agg(
        n_groups=pl.len(),
        **{f"{side}_{name}": getattr(pl.col(name), side)() for name in _SIDE for side in ("first", "last")},
    )
    return pairs.filter(pl.col("n_groups") == 2).select(
        "unit_id",
        "item_id",
        "first_variance",
        "last_variance",
        pl.col("first_n").alias("n_lower"),
        pl.col("last_n").alias("n_other"),
        pl.lit(dimension).alias("dimension"),
        pl.col("first_group").alias("lower_group"),
        (pl.col("last_mean") - pl.col("first_mean")).alias("gap"),
        (pl.col("last_rest") - pl.col("first_rest")).alias("adjusted_gap"),
    )


_SIDE: Final = ("group", "n", "mean", "rest", "variance")
_SHARES: Final = (
    "good_share", "impact_ratio", "ratio_low", "ratio_high", "p_value", "position_ratio", "position_low",
    "position_high", "position_p_value",
)  # fmt: skip
_RAW: Final = pl.Schema(
    {
        "outcome": pl.String(),
        "dimension": pl.String(),
        "group_name": pl.String(),
        "n": pl.Int64(),
        "n_good": pl.Int64(),
        "good_share": pl.Float64(),
        "mean_score": pl.Float64(),
        "reference": pl.String(),
        "impact_ratio": pl.Float64(),
        "ratio_low": pl.Float64(),
        "ratio_high": pl.Float64(),
        "p_value": pl.Float64(),
        "is_flagged": pl.Boolean(),
        "position_ratio": pl.Float64(),
        "position_low": pl.Float64(),
        "position_high": pl.Float64(),
        "position_p_value": pl.Float64(),
        "is_flagged_in_position": pl.Boolean(),
        "is_suppressed": pl.Boolean(),
    }
)
_GAPS: Final = pl.Schema(
    {
        "unit_id": pl.String(),
        "dimension": pl.String(),
        "item_id": pl.String(),
        "lower_group": pl.String(),
        "n_lower": pl.Int64(),
        "n_other": pl.Int64(),
        "gap": pl.Decimal(38, SCORE),
        "adjusted_gap": pl.Decimal(38, SCORE),
        "p_value": pl.Decimal(38, SHARE),
        "is_flagged": pl.Boolean(),
    }
)
