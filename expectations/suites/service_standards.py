"""Limits of services."""

from expectations.suites.suite import Suite

SUITE = Suite("service_standards", protects=("document_completion_time", "on_time_share"))
