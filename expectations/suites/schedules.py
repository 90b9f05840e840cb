"""Working schedules."""

from expectations.suites.suite import Suite

SUITE = Suite("schedules", protects=("discipline", "attendance_rate", "progress_reporting"))
