"""Decisions of appraisers."""

from expectations.suites.periods import period_is_written_right
from expectations.suites.suite import Suite

SUITE = Suite("decisions", protects=("the decided rating",), rows=lambda _: [period_is_written_right()])
