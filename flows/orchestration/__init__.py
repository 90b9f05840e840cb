"""Prefect: flows of the deployments, steps as tasks, artifacts, what a server is given, and `kinerja up`."""
