"""Over which workers the parts of a run are spread."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final, Literal

RunnerName = Literal["threads", "dask", "ray"]
_CORES_A_PART: Final = 4


@dataclass(frozen=True)
class Spread:
    """In how many parts a run is scored (None: by the size of the roster), and where.

    `runner` is what maps parts where the run is a Prefect flow; without Prefect they go one after the other.
    `address` is that of a Dask scheduler or Ray head; without one, workers are started on this machine.
    """

    partitions: int | None = None
    runner: RunnerName = "threads"
    address: str | None = None

    @property
    def has_workers(self) -> bool:
        """Whether parts are scored in processes of their own."""
        return self.runner != "threads"


def n_workers(n_parts: int) -> int:
    """How many parts are scored at once on this machine: Polars uses several cores in each, and memory for each."""
    return max(1, min(n_parts, (os.cpu_count() or 1) // _CORES_A_PART))


def environment(n_workers: int) -> dict[str, str]:
    """What workers on this machine are told before they start: their share of the cores."""
    return {"POLARS_MAX_THREADS": str(max(1, (os.cpu_count() or 1) // n_workers))}
