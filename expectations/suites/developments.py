"""Developments: what was done of the training, mentoring, guidance and counselling that was proposed."""

from expectations.suites.suite import Suite

SUITE = Suite("developments", protects=("the effect of development",))
