"""Initiatives."""

from expectations.suites.suite import Suite

SUITE = Suite("initiatives", protects=("initiative",))
