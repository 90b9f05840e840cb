"""Satisfaction surveys."""

from expectations.suites.suite import Suite

SUITE = Suite("survey_responses", protects=("satisfaction",), ends_with_period=True)
