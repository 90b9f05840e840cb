"""What a bench ran on, so that its figures can be read."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path


def memory_mb(key: str) -> float:
    """A line of /proc/meminfo."""
    lines = Path("/proc/meminfo").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{key}:")) / 1024


def machine(repeat: int, packages: Sequence[str]) -> str:
    """One sentence each on machine, versions, and how often and under which load it was measured."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    model = models[0] if models else platform.machine()
    versions = [f"{name} {importlib.metadata.version(name)}" for name in packages if find_spec(name.replace("-", "_"))]
    load = os.getloadavg()[2]
    return (
        f"{os.cpu_count()} cores ({model}), {memory_mb('MemTotal') / 1024:.0f} GB, Python {platform.python_version()}; "
        f"{', '.join(versions)}. Median of {repeat}, the peers in turn; load of the machine over the last "
        f"15 minutes, this run's own included: {load:.1f}.\n"
    )
