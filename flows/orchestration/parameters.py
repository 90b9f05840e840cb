"""The parameters of deployments as they are checked before a run begins.

What each means stands in the docstring of its flow: from there Prefect takes it for the form in its interface.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from flows.orchestration.scheduled import Span
from flows.spread import RunnerName

__all__ = [
    "City",
    "Folder",
    "Partitions",
    "Parts",
    "PeriodText",
    "RequiredPeriod",
    "RunnerName",
    "Shares",
    "Span",
    "Text",
    "Time",
]

_PERIOD: Final = r"^(19|2\d)\d{2}(-Q[1-4]|-(0[1-9]|1[0-2]))?$"

City = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
PeriodText = Annotated[str | None, Field(pattern=_PERIOD)]
RequiredPeriod = Annotated[str, Field(pattern=_PERIOD)]
Parts = Literal["here", "workers", "join"]
Shares = Mapping[str, Annotated[Decimal, Field(ge=0, le=1)]] | None
Partitions = Annotated[int | None, Field(ge=1)]
Folder = Path | None
Text = str | None
Time = dt.datetime | None
