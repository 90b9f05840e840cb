"""One module an indicator: `indicators.<indicator_id>.<indicator_id>`."""
