"""How far a score can be trusted: an interval around each item and score, and a grade of the data behind it.

Source: seed (data-quality grade and interval on each score). An interval says how far the number could be off if the
same person had met other citizens, papers or raters; it is 95 %, leans to the wide side, and changes no rating.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Final, NamedTuple

import polars as pl

from policies.model import GROUPS, GroupName, Item
from transforms.findings import NOT_APPLICABLE, SCORED
from transforms.grading import Points, achievement, points_of
from transforms.insights.evidence import Evidence
from transforms.insights.raters import sheets
from transforms.insights.significance import Z95
from transforms.insights.surveys import answers

COVERAGE_OF: Final = (("A", 0.999), ("B", 0.8), ("C", 0.6))
"""Least share of the applicable weight that is scored, by grade."""
RECORD_OF: Final = (("A", 0.95), ("B", 0.8), ("C", 0.5))
"""Least share of the countable days that are recorded, by grade (of those scored on attendance)."""
WIDTH_OF: Final = (("A", 5.0), ("B", 10.0), ("C", 20.0))
"""Most points from the score to the farther end of its interval, by grade."""
ATTENDANCE: Final = ("discipline", "attendance_rate")
BEST_VALUE: Final[Mapping[str, int]] = {
    "attendance_rate": 1,
    "behaviour": 3,
    "competency_match": 100,
    "complaint_responsiveness": 0,
    "complaints_handled": 1,
    "discipline": 100,
    "document_completion_time": 0,
    "first_time_right": 1,
    "milestones_on_time": 1,
    "on_time_share": 1,
    "progress_reporting": 1,
    "satisfaction": 100,
}
"""The best value an indicator can have; the others have no end."""
_LEAST_MATCH: Final = 0.2
"""The lowest level is a fifth of the highest one a position requires."""


class Entry(NamedTuple):
    """One item as some sectors have it."""

    item: Item
    group: GroupName
    sectors: tuple[str, ...]
    points: Points

    @property
    def most(self) -> float:
        """The largest achievement the item can reach: at its indicator's best value, where that has one."""
        best = BEST_VALUE.get(self.item.indicator)
        if best is not None:
            return float(achievement(Fraction(best), self.points))
        return float(max(reached for _, reached in self.points))


def entries(evidence: Evidence) -> Iterator[Entry]:
    """Every distinct item of every sector that somebody works in."""
    policy = evidence.policy
    found: dict[tuple[GroupName, str], tuple[Item, list[str]]] = {}
    for sector in evidence.results.employees.get_column("sector").unique().sort():
        for group in GROUPS:
            for item in policy.items(sector, group):
                found.setdefault((group, item.model_dump_json()), (item, []))[1].append(sector)
    cap = policy.national.achievement_cap.cap
    for (group, _), (item, sectors) in found.items():
        yield Entry(item, group, tuple(sectors), points_of(item, cap))


def scored_items(evidence: Evidence) -> pl.DataFrame:
    """Scored items in their order (by person), with the person's day counts; `place` numbers the rows.

    entry: the place of his item among `entries`; hundredths and reached: achievement, whole and as a float; part:
    points of the score that one point of the item is worth.
    """
    group_weight = pl.col("item_group").replace_strict(
        {group: float(evidence.policy.group_weight(group)) / 100 for group in GROUPS}, return_dtype=pl.Float64
    )
    own_group = pl.col("person").cast(pl.UInt64) * 2 + (pl.col("item_group") == "results")
    return (
        evidence.items.lazy()
        .filter(pl.col("status") == SCORED)
        .drop("employee_id", "status")
        .collect()
        .with_columns(
            *(evidence.fact(name) for name in ("n_countable_days", "n_recorded_days")),
            entry=_entry_number(evidence),
            weight=pl.col("weight").to_physical().cast(pl.Int64),
            hundredths=pl.col("achievement").to_physical().cast(pl.Int64),
            reached=pl.col("achievement").cast(pl.Float64),
            value=pl.col("value").cast(pl.Float64),
        )
        .filter(pl.col("entry").is_not_null())
        .with_columns(part=group_weight * pl.col("weight") / pl.col("weight").sum().over(own_group))
        .with_row_index("place")
    )


def _entry_number(evidence: Evidence) -> pl.Expr:
    """The place among `entries` of a row of items with `person`; null: an item its sector does not have."""
    known = [
        (number, entry.item.id, entry.group, sector)
        for number, entry in enumerate(entries(evidence))
        for sector in entry.sectors
    ]
    ids = pl.Enum(sorted({item for _, item, *_ in known}))
    groups, sectors = (pl.Enum(sorted({str(row[column]) for row in known})) for column in (2, 3))
    # One number for the three, and a table of which entry it is: three texts are dear to join.
    sizes = len(groups.categories), len(sectors.categories)
    table: list[int | None] = [None] * (len(ids.categories) * sizes[0] * sizes[1])
    codes = [{name: code for code, name in enumerate(kind.categories)} for kind in (ids, groups, sectors)]
    for number, item_id, item_group, sector in known:
        place = (codes[0][item_id] * sizes[0] + codes[1][item_group]) * sizes[1] + codes[2][sector]
        table[place] = number
    own = pl.lit(evidence.results.employees.get_column("sector").cast(sectors).to_physical()).gather("person")
    item, group = (
        pl.col(name).cast(kind, strict=False).to_physical().cast(pl.UInt32)
        for name, kind in (("item_id", ids), ("item_group", groups))
    )
    return pl.lit(pl.Series(table, dtype=pl.UInt32)).gather((item * sizes[0] + group) * sizes[1] + own)


def of_entry(facts: Iterable[object], dtype: type[pl.DataType]) -> pl.Expr:
    """What is known of each of `entries`, for rows that have `entry`."""
    return pl.lit(pl.Series(list(facts), dtype=dtype)).gather("entry")


def with_intervals(evidence: Evidence, items: pl.DataFrame) -> pl.DataFrame:
    """`scored_items` with low and high (achievement, floats), basis and is_worst_case.

    basis: `share`: Wilson's interval of a share. `answers`: normal, by the spread of all answers of that audience; an
    index of the unit's counts as of the least number of own answers. `median`: order statistics of the person's own
    papers. `mean`: normal, by the largest spread that mean can have (Bhatia and Davis 2000). `raters`: normal, by how
    far raters of one person differ in the city. `record`: what the days without a record could do at worst, which is no
    chance (is_worst_case). `as_reported`: every one of them is counted, there is no chance in it: no width.
    """
    facts = items.select("place", "entry", *_INTERVAL_OF)
    parts, bases, are_worst = [], [], []
    for number, entry in enumerate(entries(evidence)):
        basis, own = _bounded(evidence, entry, facts.filter(pl.col("entry") == number))
        bases.append(basis)
        are_worst.append(entry.item.indicator in ATTENDANCE)
        first, last = achieved(pl.col("from"), entry.points), achieved(pl.col("to"), entry.points)
        # Rounding of what is stored aside, the achievement lies within.
        bounds = {"low": pl.min_horizontal(first, last, "reached"), "high": pl.max_horizontal(first, last, "reached")}
        parts.append(own.select("place", **bounds))
    if not parts:
        return items.with_columns(low="reached", high="reached", basis=pl.lit(""), is_worst_case=pl.lit(value=False))
    found = pl.concat(parts).sort("place")
    return items.with_columns(
        found.get_column("low"),
        found.get_column("high"),
        basis=of_entry(bases, pl.String),
        is_worst_case=of_entry(are_worst, pl.Boolean),
    )


def _bounded(evidence: Evidence, entry: Entry, own: pl.DataFrame) -> tuple[str, pl.DataFrame]:
    """The basis, and the rows with from and to: the interval of the value (null: none)."""
    indicator, value, n = entry.item.indicator, pl.col("value"), pl.col("n").clip(lower_bound=1)
    if indicator in ATTENDANCE:
        return "record", own.with_columns(_record(evidence, entry))
    if indicator == "satisfaction":
        enough = pl.max_horizontal("n", pl.lit(getattr(entry.item.parameters, "min_n", 1)))
        error = _spread_of_answers(evidence, getattr(entry.item.parameters, "audience", "")) / enough.sqrt()
        return "answers", own.with_columns(_around(value, error))
    if indicator == "document_completion_time":
        return "median", own.join(_median_bounds(evidence), on="person", how="left", maintain_order="left")
    if indicator == "complaint_responsiveness":
        return "mean", own.with_columns(_around(value, (value * (2 - value)).clip(lower_bound=0).sqrt() / n.sqrt()))
    if indicator == "competency_match":
        share = value / 100
        spread = ((1 - share) * (share - _LEAST_MATCH)).clip(lower_bound=0).sqrt()
        return "mean", own.with_columns(_around(value, 100 * spread / n.sqrt()))
    if indicator == "behaviour":
        raters = _rater_errors(evidence, float(getattr(entry.item.parameters, "supervisor_share", 1)))
        own = own.join(raters, on="person", how="left", maintain_order="left")
        return "raters", own.with_columns(_around(value, pl.col("error")))
    if own.get_column("denominator").count() > 0:
        return "share", own.with_columns(_wilson())
    return "as_reported", own.with_columns(value.alias("from") * 1, to=value) if indicator != "outcome" else _none(own)


def _none(own: pl.DataFrame) -> pl.DataFrame:
    """No interval of a value that is not what the scale reads."""
    return own.with_columns(pl.lit(None, pl.Float64).alias("from"), to=pl.lit(None, pl.Float64))


def _around(value: pl.Expr, error: pl.Expr) -> list[pl.Expr]:
    return [(value - Z95 * error).alias("from"), (value + Z95 * error).alias("to")]


def _wilson() -> list[pl.Expr]:
    n, hits, z2 = pl.col("denominator"), pl.col("numerator"), Z95 * Z95
    share = hits / n
    center = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 * (share * (1 - share) / n + z2 / (4 * n * n)).sqrt() / (1 + z2 / n)
    return [(center - half).alias("from"), (center + half).alias("to")]


def _record(evidence: Evidence, entry: Entry) -> list[pl.Expr]:
    """Days without a record may have been days of absence, or days without a fault."""
    value, missing = pl.col("value"), pl.col("n_countable_days") - pl.col("n_recorded_days")
    if entry.item.indicator == "attendance_rate":
        whole = pl.col("n_countable_days").clip(lower_bound=1)
        return [
            (pl.col("numerator") / whole).alias("from"),
            ((pl.col("numerator") + missing) / whole).alias("to"),
        ]
    span = evidence.span
    n_months = (span.last_day.year - span.start.year) * 12 + span.last_day.month - span.start.month + 1
    cut = float(getattr(entry.item.parameters, "cut_absent", 0))
    return [(value - cut * missing / max(1, n_months)).clip(lower_bound=0).alias("from"), value.alias("to")]


def _spread_of_answers(evidence: Evidence, audience: str) -> float:
    """Standard deviation of the index of single responses of that audience; of all of them where it has few."""
    sums = _sums_of_answers(evidence)
    own = sums.filter(pl.col("audience") == audience).drop("audience")
    if own.is_empty() or own["n"].item() < 2:
        own = sums.drop("audience").select(pl.all().sum())
    n, total, squares = (int(own[name].item()) for name in ("n", "total", "squares"))
    return float(((squares * n - total * total) / (n * (n - 1))) ** 0.5 / 100) if n >= 2 else 0.0


def _sums_of_answers(evidence: Evidence) -> pl.DataFrame:
    """n, total and squares of the index of single responses by audience; in hundredths of a point, so in any order."""
    if "sums_of_answers" not in evidence.kept:
        index = (pl.col("points") * 100).round().cast(pl.Int64)
        sums = answers(evidence).group_by("audience").agg(n=pl.len(), total=index.sum(), squares=(index * index).sum())
        evidence.kept["sums_of_answers"] = sums.collect()
    return evidence.kept["sums_of_answers"]


def _median_bounds(evidence: Evidence) -> pl.DataFrame:
    """person, from, to: order statistics around the median ratio of his documents closed in P."""
    ratio = pl.col("spent_hours") / pl.col("limit_hours")
    n, half = pl.len(), Z95 * pl.len().cast(pl.Float64).sqrt() / 2
    lower = (n / 2 - half).floor().cast(pl.Int64).clip(lower_bound=1) - 1
    upper = pl.min_horizontal((n / 2 + 1 + half).ceil().cast(pl.Int64), n.cast(pl.Int64)) - 1
    return (
        evidence.requests.filter(
            pl.col("kind") == "document", pl.col("person").is_not_null(), evidence.span.covers("closed_at")
        )
        .select("person", ratio=ratio)
        .sort("ratio")  # a group keeps the order of its rows
        .group_by("person")
        .agg(pl.col("ratio").get(lower).alias("from"), to=pl.col("ratio").get(upper))
        .collect()
    )


def _rater_errors(evidence: Evidence, share: float) -> pl.DataFrame:
    """person, error: of a mean level, by how far raters of the same person differ in the city."""
    found = sheets(evidence).filter(pl.col("instrument") == "behaviour")
    levels = found.with_columns(level=pl.col("level") // 1000)
    per_person = levels.group_by("person").agg(
        n=pl.len().cast(pl.Int64),
        n_others=(pl.col("rater_role") != "supervisor").sum().cast(pl.Int64),
        total=pl.col("level").sum(),
        squares=(pl.col("level") ** 2).sum(),
    )
    several = per_person.filter(pl.col("n") > 1)
    # Numerators over n, summed exactly by n.
    by_n = several.group_by("n").agg(
        rest=(pl.col("squares") * pl.col("n") - pl.col("total") ** 2).sum(), people=pl.len().cast(pl.Int64)
    )
    rest = sum(row[1] / row[0] for row in by_n.sort("n").select("n", "rest").iter_rows())
    freedom = sum((n - 1) * people for n, people in by_n.sort("n").select("n", "people").iter_rows())
    variance = rest / freedom / 10**6 if freedom else 0.0
    others = pl.col("n_others")
    factor = pl.when(others > 0).then(share**2 + (1 - share) ** 2 / others).otherwise(1.0)
    return per_person.select("person", error=(factor * variance).sqrt())


def achieved(value: pl.Expr, points: Points) -> pl.Expr:
    """The achievement of a value, in floats; null stays null."""
    places = [(float(x), float(y)) for x, y in points]
    line: pl.Expr = pl.when(value.is_not_null()).then(places[-1][1])
    for (x, y), (next_x, next_y) in reversed(list(itertools.pairwise(places))):
        on_line = y + (value - x) * ((next_y - y) / (next_x - x))
        line = pl.when(value <= next_x).then(on_line).otherwise(line)
    return pl.when(value <= places[0][0]).then(places[0][1]).otherwise(line)


def of_scores(evidence: Evidence, items: pl.DataFrame) -> pl.DataFrame:
    """One row a person with a score: person, low, high (floats), coverage, record, data_grade, data_reasons.

    Items are taken as independent: their distances to either end add up as squares; worst cases add up as they are.
    data_grade is the worst of what coverage, record and the interval's width allow, at best B where an index is the
    unit's; data_reasons (joined by `;`): what kept it from A.
    """
    down, up = (
        pl.col("part") * (pl.col("reached") - pl.col("low")),
        pl.col("part") * (pl.col("high") - pl.col("reached")),
    )
    worst = pl.col("is_worst_case")
    scores = evidence.results.scores.filter(pl.col("status") == SCORED).select(
        evidence.person(), score=pl.col("score").cast(pl.Float64)
    )
    cap = float(evidence.policy.national.achievement_cap.cap)
    spread = (
        items.select(
            "person",
            down_squared=pl.when(worst).then(0.0).otherwise(down**2),
            up_squared=pl.when(worst).then(0.0).otherwise(up**2),
            down_at_worst=pl.when(worst).then(down).otherwise(0.0),
            up_at_worst=pl.when(worst).then(up).otherwise(0.0),
            is_unit_level=(pl.col("reason") == "unit_level"),
            record=pl.when(pl.col("indicator_id").is_in(ATTENDANCE)).then(
                pl.col("n_recorded_days") / pl.col("n_countable_days")
            ),
        )
        .group_by("person", maintain_order=True)
        .agg(
            pl.col("down_squared", "up_squared", "down_at_worst", "up_at_worst").sum(),
            pl.col("is_unit_level").any(),
            pl.col("record").max(),
        )
    )
    rows = (
        scores.join(spread, on="person", maintain_order="left")
        .join(_coverage(evidence), on="person", how="left", maintain_order="left")
        .with_columns(
            low=(pl.col("score") - (pl.col("down_squared").sqrt() + pl.col("down_at_worst"))).clip(lower_bound=0.0),
            high=(pl.col("score") + (pl.col("up_squared").sqrt() + pl.col("up_at_worst"))).clip(upper_bound=cap),
        )
        .with_columns(width=pl.max_horizontal(pl.col("score") - pl.col("low"), pl.col("high") - pl.col("score")))
    )
    grades = {
        "low_coverage": _grade("coverage", COVERAGE_OF, at_least=True),
        "gaps_in_record": _grade("record", RECORD_OF, at_least=True),
        "wide_interval": _grade("width", WIDTH_OF, at_least=False),
        "unit_level": pl.when("is_unit_level").then(pl.lit("B")).otherwise(pl.lit("A")),
    }
    rows = rows.with_columns(**grades)
    reasons = [pl.when(pl.col(name) > "A").then(pl.lit(name)) for name in grades]
    joined = pl.concat_str(reasons, separator=";", ignore_nulls=True)
    return rows.with_columns(
        data_grade=pl.max_horizontal(*grades), data_reasons=pl.when(joined != "").then(joined)
    ).select("person", "low", "high", "coverage", "record", "data_grade", "data_reasons")


def _grade(column: str, steps: tuple[tuple[str, float], ...], *, at_least: bool) -> pl.Expr:
    grade = pl.lit("D")
    for letter, limit in reversed(steps):
        fits = pl.col(column) >= limit if at_least else pl.col(column) <= limit
        grade = pl.when(fits | pl.col(column).is_null()).then(pl.lit(letter)).otherwise(grade)
    return grade


def _coverage(evidence: Evidence) -> pl.DataFrame:
    """person, coverage: share of the score's applicable weight that is scored."""
    weight, is_scored = pl.col("weight").to_physical().cast(pl.Int64), pl.col("status") == SCORED
    sums = {}
    for group in GROUPS:
        is_own = pl.col("item_group") == group
        sums[f"{group}_weight"] = pl.when(is_own).then(weight)
        sums[f"{group}_scored"] = pl.when(is_own & is_scored).then(weight)
    found = (
        evidence.items.lazy()  # so that only what is asked of a row is filtered
        .filter(pl.col("status") != NOT_APPLICABLE)
        .select("person", **sums)
        .collect()
        .group_by("person", maintain_order=True)
        .agg(pl.col(*sums).sum())
    )
    part, whole = pl.lit(0.0), pl.lit(0.0)
    for group in sorted(GROUPS):
        own = float(evidence.policy.group_weight(group)) / 100
        has_any = pl.col(f"{group}_weight") > 0
        share = pl.col(f"{group}_scored") / pl.col(f"{group}_weight")
        part += pl.when(has_any).then(share * own).otherwise(0.0)
        whole += pl.when(has_any).then(own).otherwise(0.0)
    return found.select("person", coverage=part / whole)


_INTERVAL_OF: Final = (
    "person", "reached", "value", "n", "numerator", "denominator", "n_countable_days", "n_recorded_days",
)  # fmt: skip
"""Columns of items that intervals are made of."""
