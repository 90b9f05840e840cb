"""A Great Expectations execution engine for Polars; imports nothing else of this project."""
