"""Alembic's entry: runs the migrations in the transaction that `warehouse.schema` opened, the only one there is.

To change the schema: change the models, add a file to `versions` and its id to `warehouse.schema.SCHEMAS`. A test says
where models and migrations differ. Tables of employees' rows refer to others in their models only: the database does
not hold that row by row (`warehouse.models.is_of_employees`).
"""

from __future__ import annotations

from alembic import context

from warehouse.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite changes a table by building it anew
)
context.run_migrations()
