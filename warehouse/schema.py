"""Which schema a database has, and how it becomes the one this code writes."""

from __future__ import annotations

from importlib import resources
from typing import Final

from sqlalchemy import Connection, Engine, inspect, text

from warehouse.connection import place_of, reading, writing
from warehouse.errors import WarehouseError

SCHEMAS: Final = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012")
"""Schema versions, oldest first: the revision ids of `warehouse/migrations/versions`."""
CURRENT: Final = SCHEMAS[-1]


def schema_of(engine: Engine) -> str | None:
    """The schema version of the database; None where it is empty. WarehouseError where it is not a warehouse."""
    with reading(engine, "reading the schema version") as connection:
        return _version(connection)


def _version(connection: Connection) -> str | None:
    tables = inspect(connection).get_table_names()
    if "alembic_version" in tables:
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        if version is not None:
            return str(version)
    if tables and tables != ["alembic_version"]:
        raise WarehouseError(
            f"{place_of(connection.engine.url)} holds tables of something else; give the warehouse its own"
        )
    return None


def check_schema(engine: Engine) -> None:
    """Pass where the database has the schema this code writes.

    Raises:
        WarehouseError: it is empty, older or newer; the message says the remedy.
    """
    version = schema_of(engine)
    if version == CURRENT:
        return
    place = place_of(engine.url)
    if version is None:
        raise WarehouseError(f"no warehouse at {place} yet: `kinerja run` makes it, or `kinerja warehouse upgrade`")
    if version in SCHEMAS:
        raise WarehouseError(
            f"the warehouse at {place} has schema {version}, older than {CURRENT}: run `kinerja warehouse upgrade`"
        )
    raise _newer(place, version)


def _newer(place: str, version: str) -> WarehouseError:
    return WarehouseError(
        f"the warehouse at {place} has schema {version}, which this version (schema {CURRENT}) does not know: "
        "install the newer kinerja that upgraded it"
    )


def upgrade_schema(engine: Engine) -> tuple[str | None, str]:
    """Run the migrations that are missing, all in one transaction.

    Returns:
        The schema before (None: empty) and after.

    Raises:
        WarehouseError: the database is newer than this code or holds something else.
    """
    # Alembic is imported where it is needed: reading commands start without it.
    from alembic import command
    from alembic.config import Config

    with writing(engine, "upgrading the schema") as connection:
        if connection.dialect.name == "postgresql":  # two upgrades at once wait for each other; SQLite's BEGIN does it
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('kinerja schema'))"))
        before = _version(connection)
        if before is not None and before not in SCHEMAS:
            raise _newer(place_of(engine.url), before)
        if before != CURRENT:
            config = Config()
            config.set_main_option(
                "script_location", str(resources.files("warehouse") / "migrations").replace("%", "%%")
            )
            config.attributes["connection"] = connection
            command.upgrade(config, CURRENT)
    return before, CURRENT
