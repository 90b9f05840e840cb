"""Who is told what, and when: failed runs, data that does not come, reports that are due."""
