"""What must hold: Great Expectations suites, run on Polars; quarantine; what the report is made from."""
