"""Days off."""

from expectations.suites.suite import Suite

SUITE = Suite(
    "calendar",
    protects=("discipline", "attendance_rate", "progress_reporting", "on_time_share", "complaint_responsiveness"),
)
