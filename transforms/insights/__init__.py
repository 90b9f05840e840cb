"""What the scores are for: units, effects, evidence. Made from a run's results and valid rows; none changes a score.

One module a family: `insights.<family>` holds the function `<family>(evidence)`, which gives frames by name. A family
is known once it stands in `FAMILIES`; a frame is loaded once it has a table in `warehouse.insight_models`.

Statistics may use floats here, and only here: rounded once, to the digits of their column, before they leave.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import polars as pl

from policies.model import Policy
from policies.period import Period
from transforms.insights.benchmarks import benchmarks
from transforms.insights.contributions import contributions
from transforms.insights.development import development
from transforms.insights.doubts import doubts
from transforms.insights.drivers import drivers
from transforms.insights.effects import effects
from transforms.insights.evidence import Evidence as Evidence
from transforms.insights.evidence import Previous as Previous
from transforms.insights.fairness import fairness
from transforms.insights.forecast import forecast
from transforms.insights.handovers import handovers
from transforms.insights.indicator_health import indicator_health
from transforms.insights.obstacles import obstacles
from transforms.insights.persons import persons
from transforms.insights.productivity import productivity
from transforms.insights.raters import raters
from transforms.insights.responsive import responsive
from transforms.insights.rule_table import rule_table
from transforms.insights.services import services
from transforms.insights.units import units
from transforms.insights.work_split import work_split
from transforms.run import Results

Family = Callable[[Evidence], Mapping[str, pl.DataFrame]]

FAMILIES: Final[tuple[Family, ...]] = (
    persons,
    productivity,
    obstacles,
    units,
    benchmarks,
    contributions,
    indicator_health,
    rule_table,
    work_split,
    handovers,
    forecast,
    services,
    responsive,
    drivers,
    effects,
    development,
    raters,
    fairness,
    doubts,
)
"""Every family, in the order they are made: those of many rows first, as they are stored while others are made."""


def families(
    frames: Mapping[str, pl.LazyFrame],
    results: Results,
    policy: Policy,
    period: Period,
    *,
    known_as_of: dt.datetime | None,
    public_holidays: Mapping[dt.date, str],
    previous: Previous | None,
) -> Iterator[dict[str, pl.DataFrame]]:
    """Every family's frames by name, family by family, from the rows that `score` was given and the results it gave.

    Once a run, over all partitions' results. `previous` is the period published before, None where there is none.
    """
    evidence = Evidence.of(frames, results, policy, period, known_as_of, public_holidays, previous)
    for family in FAMILIES:
        made = dict(family(evidence))
        evidence.made.update(made)
        yield made
