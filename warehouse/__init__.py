"""SQLAlchemy tables, migrations, atomic versioned loads, queries."""

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from warehouse.checking import CheckReport, Problem
    from warehouse.connection import shown_url
    from warehouse.errors import LeaseHeld, LeaseLost, UnusableUrlError, WarehouseError, is_transient
    from warehouse.identity import result_hash
    from warehouse.lease import Lease
    from warehouse.notifications import ArrivalRecord, NotificationLog, NotificationRecord
    from warehouse.queries import Rows
    from warehouse.records import (
        Cause,
        Ending,
        FileRecord,
        PolicyRecord,
        Published,
        Revision,
        RunRecord,
        ValidationRecord,
    )
    from warehouse.store import Warehouse, open_warehouse, upgrade

__all__ = [
    "ArrivalRecord",
    "Cause",
    "CheckReport",
    "Ending",
    "FileRecord",
    "Lease",
    "LeaseHeld",
    "LeaseLost",
    "NotificationLog",
    "NotificationRecord",
    "PolicyRecord",
    "Problem",
    "Published",
    "Revision",
    "Rows",
    "RunRecord",
    "UnusableUrlError",
    "ValidationRecord",
    "Warehouse",
    "WarehouseError",
    "is_transient",
    "open_warehouse",
    "result_hash",
    "shown_url",
    "upgrade",
]

_MODULES: Final = {
    "ArrivalRecord": "notifications",
    "Cause": "records",
    "CheckReport": "checking",
    "Ending": "records",
    "FileRecord": "records",
    "Lease": "lease",
    "LeaseHeld": "errors",
    "LeaseLost": "errors",
    "NotificationLog": "notifications",
    "NotificationRecord": "notifications",
    "PolicyRecord": "records",
    "Problem": "checking",
    "Published": "records",
    "Revision": "records",
    "Rows": "queries",
    "RunRecord": "records",
    "UnusableUrlError": "errors",
    "ValidationRecord": "records",
    "Warehouse": "store",
    "WarehouseError": "errors",
    "is_transient": "errors",
    "open_warehouse": "store",
    "result_hash": "identity",
    "shown_url": "connection",
    "upgrade": "store",
}
"""Where each of these is: imported once it is asked for, so that who reads imports nothing of what writes."""


def __getattr__(name: str) -> Any:
    """What another room imports from here; AttributeError where there is no such thing."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    found = getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = found
    return found
