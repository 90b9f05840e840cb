"""Competencies that positions require."""

from expectations.suites.suite import Suite

SUITE = Suite("competency_standards", protects=("competency_match",))
