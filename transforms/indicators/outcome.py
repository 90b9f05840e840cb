"""A measured outcome of the employee, or of the home unit, against that row's own target."""

from __future__ import annotations

import polars as pl

from policies import model
from policies.period import Period
from transforms.exact import DECIMAL_UNIT, fits, reduced, term, terms, units
from transforms.findings import INSUFFICIENT_DATA, count, findings
from transforms.scope import Scope

READS = ("outcomes",)


class Parameters(model.Parameters):
    """Which measure."""

    measure: str


def outcome(scope: Scope, parameters: Parameters) -> pl.LazyFrame:
    """actual, judged by the row's own target and direction; n: 1, or 0 where there is no row.

    The employee's rows before the home unit's; of those with a period wholly inside the period scored the one that
    ends last, then the longest. None: INSUFFICIENT_DATA.
    """
    rows = scope.rows("outcomes").filter(pl.col("measure") == parameters.measure)
    names = rows.select("period").unique().collect().get_column("period")
    inside = [(name, period) for name in names if scope.period.contains(period := Period.parse(name))]
    ranked = pl.LazyFrame(
        [(name, period.end, (period.end - period.start).days) for name, period in inside],
        schema={"period": pl.String, "ends": pl.Date, "n_days": pl.Int64},
        orient="row",
    )
    latest = pl.struct("actual", "target", "direction").sort_by("ends", "n_days").last()
    usable = rows.join(ranked, on="period")
    own = usable.filter(pl.col("person").is_not_null()).group_by("person").agg(own=latest)
    unit = usable.filter(pl.col("unit_id").is_not_null()).group_by("unit_id").agg(unit=latest)
    facts = (
        scope.people.select("person", "unit_id")
        .join(own, on="person", how="left")
        .join(unit, on="unit_id", how="left")
        .select("person", row=pl.coalesce("own", "unit"))
        .filter(pl.col("row").is_not_null())
        .unnest("row")
        .with_columns(n_rows=pl.lit(1), a=units("actual"), t=units("target"))
        .with_columns(whole="a", unit=pl.lit(DECIMAL_UNIT, pl.Int128))
        .pipe(reduced, "a", "t")
        .pipe(reduced, "whole", "unit")
    )
    one, is_higher = pl.lit(1, pl.Int128), pl.col("direction") == "higher"
    num = pl.when(is_higher).then(100 * pl.col("a")).otherwise(200 * pl.col("t") - 100 * pl.col("a"))
    does_fit = fits(pl.col("a"), one) & fits(pl.col("t"), one)
    n = count("n_rows")
    return findings(
        scope,
        facts,
        n=n,
        misses=[(n == 0, INSUFFICIENT_DATA, "no_outcome")],
        value=terms(term(pl.col("whole"), pl.col("unit"))),
        measured=pl.when(does_fit).then(terms(term(num, pl.col("t")))),
    )
