"""Pure Polars: canonical rows and a policy become indicators and scores."""
