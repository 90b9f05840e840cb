"""Prefect flows and the `kinerja` command: what runs, in which order."""

import os
from typing import Final

TELEMETRY_OFF: Final = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "GX_ANALYTICS_ENABLED": "False",
}
"""What keeps Prefect and Great Expectations from calling home; they read it when they are imported."""

# Here, because this runs before any module of the package can import either of them.
os.environ.update(TELEMETRY_OFF)
