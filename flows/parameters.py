"""The parameters of deployments, as the scheduler's form shows them and as they are checked before a run begins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import Field

from flows.scheduled import Span as _Span
from flows.spread import RunnerName

City = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9_]*$",
        description="City as its policy folder is called, such as kalianda or tangerang_selatan",
    ),
]
PeriodText = Annotated[
    str | None,
    Field(
        pattern=r"^(19|2\d)\d{2}(-Q[1-4]|-(0[1-9]|1[0-2]))?$",
        description="Quarter (2026-Q3), month (2026-07) or year (2026). Empty: by the time the run is scheduled for",
    ),
]
Span = Annotated[_Span, Field(description="Which period is meant where none is given: a quarter or a year")]
Inputs = Annotated[
    Path | None,
    Field(description="Folder with the input files. Empty: <KINERJA_INPUTS>/<city>/<period> on the worker's machine"),
]
Sources = Annotated[
    Path | None,
    Field(description="Mapping of files to datasets. Empty: sources.yaml in the folder, if there is one"),
]
Shares = Annotated[
    Mapping[str, Annotated[Decimal, Field(ge=0, le=1)]] | None,
    Field(description="Stop unless this share of the roster has a row in a dataset, such as {'attendance': 0.9}"),
]
KnownAsOf = Annotated[
    dt.datetime | None,
    Field(description="Score with what was known then. Empty: everything of a period that has ended"),
]
WarehouseUrl = Annotated[
    str | None, Field(description="URL of the warehouse. Empty: KINERJA_WAREHOUSE_URL on the worker's machine")
]
Home = Annotated[
    Path | None, Field(description="Folder the platform works in. Empty: KINERJA_HOME on the worker's machine")
]
Partitions = Annotated[
    int | None,
    Field(ge=1, description="Score in so many parts. Empty: KINERJA_PARTITIONS, or by the size of the roster"),
]
Runner = Annotated[
    RunnerName | None,
    Field(description="Which task runner maps the parts: threads, dask or ray. Empty: KINERJA_RUNNER, or threads"),
]
RunnerAddress = Annotated[
    str | None,
    Field(description="Address of a Dask scheduler or Ray head. Empty: workers on the machine that runs the flow"),
]
