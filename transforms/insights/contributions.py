"""What of a unit's work was not done by its own people under their own items: the part that indicators do not show.

Source: seed (contribution by duty to the unit's results). A person's indicators count his work wherever he did it, a
unit's results what was done for it, by whomever. Both together give each person's part of the unit's numbers exactly
(`warehouse.contributions`); only the rows that tell the two apart are kept, for they are few.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import polars as pl

from transforms.insights.certainty import entries
from transforms.insights.evidence import Evidence
from transforms.insights.surveys import answers

NOBODY: Final = "nobody"
"""Stands for the worker of a row that names nobody who is scored."""
_KEYS: Final = ("unit_id", "person")


class _Counts(NamedTuple):
    """Columns of what an indicator counts of requests; hits None: it counts, and no more."""

    hits: str | None
    of: str


_OF_REQUESTS: Final[Mapping[str, _Counts]] = {
    "document_completion_time": _Counts(None, "documents"),
    "on_time_share": _Counts("on_time", "due"),
    "complaints_handled": _Counts("handled", "complaints"),
    "complaint_responsiveness": _Counts(None, "complaints"),
    "first_time_right": _Counts("right", "closed"),
}
_SATISFACTION: Final = "satisfaction"


def contributions(evidence: Evidence) -> Mapping[str, pl.DataFrame]:
    """Frame `work_elsewhere`: one row a unit, item and worker whose work there its own people's items do not hold.

    worker_id: somebody whose home is another unit, or who has not the item; or `nobody`: it names nobody who is scored.
    numerator and denominator as the indicator counts them (numerator null: it only counts). Items are those of the
    unit's people and of the worker; work of units none of whose people has the item is kept only for who has it, for
    whom it counts at home.
    """
    items = _items(evidence)
    homes = evidence.people.select("person", "sector", worker_id="employee_id", home="unit_id").collect()
    audiences = sorted({audience for *_, audience in items.values() if audience is not None})
    asked, answered = pl.collect_all([_requests(evidence), _responses(evidence, audiences)])
    counted = {audience: answered.filter(pl.col("audience") == audience) for audience in audiences}
    rows = [pl.DataFrame(schema=_COLUMNS)]
    for item_id, (counts, sectors, audience) in items.items():
        has_item = pl.col("sector").is_in(sectors)
        units = homes.filter(has_item).select(unit_id="home", is_owed=pl.lit(value=True)).unique()
        is_at_home = (pl.col("home") == pl.col("unit_id")).fill_null(value=False)
        has_item = has_item.fill_null(value=False)
        rows.append(
            (asked if audience is None else counted[audience])
            .filter(pl.col(counts.of) > 0)
            .join(homes, on="person", how="left")
            .join(units, on="unit_id", how="left")
            .filter(~(is_at_home & has_item), pl.col("is_owed") | (has_item & ~is_at_home))
            .select(
                "unit_id",
                item_id=pl.lit(item_id),
                worker_id=pl.col("worker_id").fill_null(NOBODY),
                numerator=pl.lit(None, pl.Int64) if counts.hits is None else pl.col(counts.hits),
                denominator=counts.of,
            )
        )
    return {"work_elsewhere": pl.concat(rows).sort("unit_id", "item_id", "worker_id")}


def _items(evidence: Evidence) -> dict[str, tuple[_Counts, list[str], str | None]]:
    """By item: what it counts, the sectors that have it, and the audience where it counts responses."""
    found: dict[str, tuple[_Counts, list[str], str | None]] = {}
    for entry in entries(evidence):
        item = entry.item
        if item.indicator == _SATISFACTION:
            audience = str(item.parameters.model_dump()["audience"])
            found.setdefault(item.id, (_Counts(None, "responses"), [], audience))[1].extend(entry.sectors)
        elif item.indicator in _OF_REQUESTS:
            found.setdefault(item.id, (_OF_REQUESTS[item.indicator], [], None))[1].extend(entry.sectors)
    return found


def _requests(evidence: Evidence) -> pl.LazyFrame:
    """Counts by unit and person (null: nobody who is scored), as the indicators count."""
    end = pl.lit(evidence.span.end_at)
    closed = evidence.span.covers("closed_at").fill_null(value=False)
    due = (evidence.span.covers("due") & pl.col("is_owed")).fill_null(value=False)
    complaint = due & (pl.col("kind") == "complaint")
    counts = {
        "documents": closed & (pl.col("kind") == "document"),
        "due": due,
        "on_time": due & (pl.col("closed_at") <= pl.col("due")).fill_null(value=False),
        "complaints": complaint,
        "handled": complaint & (pl.col("closed_at") < end).fill_null(value=False),
        "closed": closed,
        "right": closed & ~pl.col("is_reopened").fill_null(value=False),
    }
    return (
        evidence.requests.group_by(_KEYS)
        .agg(of.sum().cast(pl.Int64).alias(name) for name, of in counts.items())
        .with_columns(pl.col("unit_id").cast(pl.String))
    )


def _responses(evidence: Evidence, audiences: Sequence[str]) -> pl.LazyFrame:
    """Responses by unit, person and audience."""
    return (
        answers(evidence)
        .group_by(*_KEYS, "audience")
        .agg(responses=pl.len().cast(pl.Int64))
        .with_columns(pl.col("unit_id", "audience").cast(pl.String))
        .filter(pl.col("audience").is_in(audiences))
    )


_COLUMNS: Final = pl.Schema(
    {
        "unit_id": pl.String(),
        "item_id": pl.String(),
        "worker_id": pl.String(),
        "numerator": pl.Int64(),
        "denominator": pl.Int64(),
    }
)
