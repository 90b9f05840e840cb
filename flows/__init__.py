"""Prefect flows and the `kinerja` command: what runs, in which order."""

import os
import sys
from typing import Final

TELEMETRY_OFF: Final = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "GX_ANALYTICS_ENABLED": "False",
}
"""What keeps Prefect and Great Expectations from calling home; they read it when they are imported."""

# Here, because this runs before any module of the package can import either of them.
os.environ.update(TELEMETRY_OFF)

if sys.platform == "linux":
    # Polars' allocator reads it when Polars is first imported. Frames of millions of rows come and go: in huge pages,
    # given back to the system by a thread of their own and not at once, they cost a sixth less CPU (decision 41).
    os.environ.setdefault(
        "_RJEM_MALLOC_CONF",
        "thp:always,metadata_thp:auto,background_thread:true,dirty_decay_ms:3000,muzzy_decay_ms:3000",
    )
