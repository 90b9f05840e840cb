"""Column types that mean the same on SQLite and PostgreSQL: exact decimals, UTC instants, byte-ordered identifiers."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import REAL, DateTime, Dialect, Numeric, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

PRECISION: Final = 38
DOUBLE_DIGITS: Final = 15
"""Significant digits that every double gives back."""

IDENTIFIER: Final = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that is compared and sorted by its UTF-8 bytes on every database, whatever the server's language."""


class RefusedValueError(ValueError):
    """A value that the column would not give back as it is; the message does not hold it."""


def come_back(values: Iterable[Decimal], scale: int) -> bool:
    """Whether doubles give back all values with `scale` decimals, to Python's formatting and to SQLite's.

    They do below 15 digits. Beyond, SQLite is asked: how far its printf is right is not said and differs by version.
    """
    with closing(sqlite3.connect(":memory:")) as database:
        for value in values:
            (written,) = database.execute(f"SELECT printf('%.{scale}f', ?)", (float(value),)).fetchone()
            if not Decimal(f"{float(value):.{scale}f}") == Decimal(written) == value:
                return False
    return True


class Exact(TypeDecorator[Decimal]):
    """A decimal with `scale` digits after the point that comes back digit for digit.

    NUMERIC(38, scale) on PostgreSQL. REAL on SQLite, which has no decimal: a double gives back every decimal of up to
    15 significant digits once rounded to its scale, and stays a number for whoever reads the file. A value that
    would not come back is refused, never stored approximately.
    """

    impl = Numeric
    cache_ok = True

    def __init__(self, scale: int) -> None:
        super().__init__(PRECISION, scale)
        self.scale = scale

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """REAL where there is no decimal."""
        return dialect.type_descriptor(REAL() if dialect.name == "sqlite" else Numeric(PRECISION, self.scale))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """The value as the database takes it; RefusedValueError where digits would be lost."""
        if value is None:
            return None
        bound = float(value) if dialect.name == "sqlite" else value
        if self._read(bound) != value:
            raise RefusedValueError(f"a value does not come back exactly with {self.scale} decimals")
        return bound

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """The stored digits."""
        return None if value is None else self._read(value)

    def _read(self, value: float | Decimal) -> Decimal:
        return Decimal(f"{value:.{self.scale}f}")


class Instant(TypeDecorator[dt.datetime]):
    """A moment, stored and returned in UTC; one without an offset is refused.

    TIMESTAMPTZ on PostgreSQL, ISO text of fixed width (so that it sorts) on SQLite.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """The moment in UTC; RefusedValueError where it has no offset."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise RefusedValueError("an instant needs an offset from UTC")
        moment = value.astimezone(dt.UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """The moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if dialect.name == "sqlite" else value.astimezone(dt.UTC)
