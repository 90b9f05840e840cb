"""SQLAlchemy tables, migrations, atomic versioned loads, queries."""

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
