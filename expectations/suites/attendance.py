"""Attendance events."""

from expectations.suites.suite import Suite

SUITE = Suite("attendance", protects=("discipline", "attendance_rate"), covers_roster=True, ends_with_period=True)
