"""SQLAlchemy tables, migrations, atomic versioned loads, queries."""
