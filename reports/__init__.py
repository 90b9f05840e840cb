"""Pages people read."""

from __future__ import annotations

from reports.errors import ReportError
from reports.validation_report import write_validation_report
from reports.writing import write_manifest

__all__ = ["ReportError", "write_manifest", "write_validation_report"]
