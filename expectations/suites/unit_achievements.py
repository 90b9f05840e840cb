"""Ratings of the organisation."""

from expectations.suites.periods import period_is_written_right
from expectations.suites.suite import Suite

SUITE = Suite("unit_achievements", protects=("distribution guidance",), rows=lambda _: [period_is_written_right()])
