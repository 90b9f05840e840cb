"""Prefect flows and the `kinerja` command: what runs, in which order."""
