"""Declared shares of common work."""

from expectations.suites.suite import Suite

SUITE = Suite("work_shares", protects=("work split",))
