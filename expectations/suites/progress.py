"""Reports on objectives."""

from expectations.suites.suite import Suite

SUITE = Suite(
    "progress", protects=("work_plan_achievement", "milestones_on_time", "progress_reporting"), covers_roster=True
)
