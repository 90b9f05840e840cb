"""Moments in the life of a request: with whom it lay."""

from expectations.suites.suite import Suite

SUITE = Suite("request_events", protects=("handovers",))
