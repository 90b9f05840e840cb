"""The Prefect flow of one part of a run: scores it, keeps it in the home, publishes nothing.

When it runs: `period-end` with `parts: workers` begins one for each part (deployment `kinerja-part`); by hand, to make
a part anew that its closing run found damaged.
What it reads and leaves: see `flows.parts`. It needs the home, and neither warehouse nor lease, so that parts of one
period never refuse each other.
When it fails: the run that began it says which part; a worker that died is made good there. Nothing else was touched.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from prefect import flow
from pydantic import Field

from flows import parts
from flows.orchestration.deployed import settings_of
from flows.orchestration.parameters import City, Folder, Partitions, RequiredPeriod, Time
from flows.orchestration.scheduled import inputs_of
from flows.orchestration.tasks import TaskCaller
from flows.order import Order
from policies import Period

PART_DEPLOYMENT = "part/kinerja-part"


@flow(
    name="part",
    flow_run_name="{city} {period} part {part}",
    persist_result=False,
    validate_parameters=True,
)
def one_part(
    city: City,
    period: RequiredPeriod,
    part: Annotated[int, Field(ge=1)],
    partitions: Partitions = None,
    inputs: Folder = None,
    sources: Folder = None,
    known_as_of: Time = None,
    home: Folder = None,
) -> dict[str, Any]:
    """Scores one part of a city and period and keeps its results in the home; what it scored.

    Args:
        city: as its policy folder is called, such as kalianda or tangerang_selatan.
        period: a quarter (2026-Q3), month (2026-07) or year (2026).
        part: which one, from 1.
        partitions: of how many; empty: KINERJA_PARTITIONS.
        inputs: folder with the input files; empty: <KINERJA_INPUTS>/<city>/<period> on the worker's machine.
        sources: mapping of files to datasets; empty: sources.yaml in that folder, if there is one.
        known_as_of: score with what was known then; empty: with everything, of a period that has ended.
        home: folder the platform works in, shared by all workers; empty: KINERJA_HOME on the worker's machine.
    """
    settings = settings_of(home, None)
    order = Order(
        city=city,
        period=period,
        inputs=inputs or inputs_of(settings.inputs, city, Period.parse(period)),
        sources=sources,
        known_as_of=known_as_of,
        home=settings.home,
        warehouse_url=settings.warehouse_url,
        policies_dir=settings.policies_dir,
        ordered_at=dt.datetime.now(dt.UTC),
        spread=settings.spread(partitions),
    )
    return parts.score_part(order, part, TaskCaller()).document()
