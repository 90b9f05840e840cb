"""The typed model of `sources.yaml`: how each file of an agency becomes a canonical dataset."""

from __future__ import annotations

import hashlib
import json
import re
from fractions import Fraction
from pathlib import PurePath
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

FormatName = Literal["csv", "tsv", "parquet", "xlsx", "attlog"]

_BY_SUFFIX: Final[dict[str, FormatName]] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
}

ISO: Final = "iso"
"""Name of the format that canonical files use: ISO 8601."""
EXCEL: Final = "excel"
"""Name of the format of a spreadsheet's day number, such as 46024.5."""

_DIRECTIVE = re.compile(r"%[#\-_0]?(\.?[0-9]*f|:*z|[A-Za-z%])")
_KNOWN_DIRECTIVES: Final = frozenset("YymbBhdejHIklMSpPzfTRDFaA%") | {".f", ".3f", ".6f", ".9f", "3f", "6f", "9f", ":z"}


def _as_list(value: object) -> object:
    """One text where a list is expected is a list of one."""
    return [value] if isinstance(value, str | dict) else value


def _words(value: object) -> object:
    """`header` is true, false, or the list of names of a file without one."""
    if isinstance(value, list | tuple):
        if not value or not all(isinstance(word, str) and word for word in value):
            raise ValueError("give every column of the file a name, in order")
        if len(set(value)) < len(value):
            raise ValueError("a name stands twice: give every column its own")
        return tuple(value)
    if value in ("true", "false", True, False):
        return value in ("true", True)
    raise ValueError("write true, false, or the list of column names of a file that has no header")


def _check_format(value: str) -> str:
    """Refuse a datetime format that could never match."""
    if value in (ISO, EXCEL):
        return value
    found = [match.group(1) for match in _DIRECTIVE.finditer(value)]
    unknown = [f"%{directive}" for directive in found if directive not in _KNOWN_DIRECTIVES]
    if not found or unknown:
        wrong = f"{', '.join(unknown)} is not known" if unknown else "it holds no %-directive"
        raise ValueError(
            f"not a datetime format: {wrong}. Write 'iso', 'excel', or directives such as '%d/%m/%Y %H:%M:%S'"
        )
    return value


def _one_character(value: str) -> str:
    value = "\t" if value in ("tab", r"\t") else value
    if len(value.encode()) != 1 or value in '\r\n"':
        raise ValueError("a delimiter is one ASCII character, or 'tab'")
    return value


def _known_encoding(value: str) -> str:
    try:
        "a".encode(value)
    except LookupError:
        raise ValueError("this encoding is not known; usual ones are utf-8, utf-16, cp1252") from None
    return value


Delimiter = Annotated[str, AfterValidator(_one_character)]
Encoding = Annotated[str, AfterValidator(_known_encoding)]
Formats = Annotated[tuple[Annotated[str, AfterValidator(_check_format)], ...], BeforeValidator(_as_list)]


class _Part(BaseModel):
    """A part of the mapping: unknown keys are errors, and nothing changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Lookup(_Part):
    """A crosswalk: the text is looked for in column `key` and becomes the text of column `value`."""

    file: str
    key: str
    value: str
    where: dict[str, str] = Field(default_factory=dict)
    delimiter: Delimiter | None = None
    encoding: Encoding = "utf-8"
    sheet: str | None = None


class Rescale(_Part):
    """A linear change of scale; both ends of `from_` land on the ends of `to`."""

    from_: tuple[str, str] = Field(alias="from")
    to: tuple[str, str]

    @field_validator("from_", "to")
    @classmethod
    def _numbers(cls, value: tuple[str, str]) -> tuple[str, str]:
        try:
            low, high = (Fraction(end) for end in value)
        except (ValueError, ZeroDivisionError):
            raise ValueError("write both ends as numbers, such as [1, 5]") from None
        if low == high:
            raise ValueError("both ends are the same")
        return value

    def apply(self, value: Fraction) -> Fraction:
        """The value on the new scale, exact."""
        a, b = (Fraction(end) for end in self.from_)
        c, d = (Fraction(end) for end in self.to)
        return c + (value - a) * (d - c) / (b - a)


class ColumnSource(_Part):
    """Where the text of a canonical column comes from, and what is done to it.

    `numbered` is this text and the record's number, for files that give their records no id. What is done comes in
    this order: map, lookup, decimal_comma, rescale; then it is parsed by the contract, or by `formats`.
    """

    from_: str | None = Field(default=None, alias="from")
    of: str | None = None
    constant: str | None = None
    numbered: str | None = None
    date: str | None = None
    time: str | None = None
    formats: Formats = ()
    map: dict[str, str | None] | None = None
    default: str | None = None
    lookup: Lookup | None = None
    missing: Literal["refuse", "null"] = "refuse"
    rescale: Rescale | None = None
    decimal_comma: bool = False

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        """A bare name is a column; a bare null leaves the canonical column empty."""
        if value is None:
            return {"constant": None}
        return {"from": value} if isinstance(value, str) else value

    @field_validator("numbered")
    @classmethod
    def _has_a_prefix(cls, value: str | None) -> str | None:
        if not value:
            raise ValueError("write the text before the number: files numbered alike would share their ids")
        return value

    @field_validator("missing", mode="before")
    @classmethod
    def _null_is_a_word(cls, value: object) -> object:
        return "null" if value is None else value

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        given = [name for name in ("from_", "of", "constant", "numbered", "date") if name in self.model_fields_set]
        if len(given) != 1:
            raise ValueError("give exactly one of 'from', 'of', 'constant', 'numbered', or 'date' with 'time'")
        if (self.date is None) != (self.time is None):
            raise ValueError("'date' and 'time' belong together; a single cell is 'from'")
        if "default" in self.model_fields_set and self.map is None:
            raise ValueError("'default' belongs to 'map'")
        if "missing" in self.model_fields_set and self.lookup is None:
            raise ValueError("'missing' belongs to 'lookup'")
        return self

    @property
    def source_columns(self) -> tuple[str, ...]:
        """Names of the file's columns it reads."""
        return tuple(name for name in (self.from_, self.date, self.time) if name is not None)


class OrderBy(_Part):
    """The column that says which event came first, and how its text compares."""

    from_: str = Field(alias="from")
    as_: Literal["instant", "number", "text"] = Field(default="instant", alias="as")
    formats: Formats = ()

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        return {"from": value} if isinstance(value, str) else value


class Pick(_Part):
    """Which of a group's cells becomes the one cell of the request; empty cells are passed over."""

    first: str | None = None
    last: str | None = None
    min: OrderBy | None = None
    max: OrderBy | None = None
    order_by: OrderBy | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(choice is not None for choice in (self.first, self.last, self.min, self.max)) != 1:
            raise ValueError("give exactly one of 'first', 'last', 'min', 'max'")
        if self.order_by is not None and self.first is None and self.last is None:
            raise ValueError("'order_by' belongs to 'first' or 'last'")
        return self

    @property
    def column(self) -> str:
        """The column a cell is picked from."""
        ranked = self.min or self.max
        return ranked.from_ if ranked else (self.first or self.last or "")


class Collapse(_Part):
    """An event log to one row a group: each key of `columns` is a column of the result."""

    by: str
    order_by: OrderBy | None = None
    columns: dict[str, Pick]

    @property
    def orders(self) -> tuple[OrderBy, ...]:
        """Every way events are compared."""
        picks = [order for pick in self.columns.values() for order in (pick.order_by, pick.min, pick.max)]
        return tuple(order for order in (self.order_by, *picks) if order is not None)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.order_by is not None:
            return self
        loose = [name for name, pick in self.columns.items() if not (pick.order_by or pick.min or pick.max)]
        if loose:
            raise ValueError(
                f"no order for {', '.join(loose)}: the order of rows in a file says nothing. "
                "Give 'order_by' here or beside each 'first' and 'last'"
            )
        return self


class FileEntry(_Part):
    """One file, or the files of a pattern, of a dataset."""

    file: str
    format: FormatName | None = None
    delimiter: Delimiter | None = None
    quote: str = '"'
    encoding: Encoding = "utf-8"
    header: Annotated[bool | tuple[str, ...], BeforeValidator(_words)] = True
    sheet: str | None = None
    columns: dict[str, ColumnSource] = Field(default_factory=dict)
    collapse: Collapse | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        return {"file": value} if isinstance(value, str) else value

    @field_validator("quote")
    @classmethod
    def _one_quote(cls, value: str) -> str:
        if value != "none" and len(value.encode()) != 1:
            raise ValueError("a quote is one ASCII character, or 'none'")
        return value

    def format_of(self, name: str) -> FormatName | None:
        """The format given, else the one the name's suffix says; None where neither does."""
        if self.format is not None:
            return self.format
        return "attlog" if name.lower().endswith("attlog.dat") else _BY_SUFFIX.get(PurePath(name).suffix.lower())

    @property
    def lookups(self) -> dict[str, Lookup]:
        """The crosswalks it reads, by canonical column."""
        return {name: column.lookup for name, column in self.columns.items() if column.lookup is not None}


class MappingDocument(_Part):
    """The whole `sources.yaml`."""

    version: Literal["1"]
    datasets: dict[str, Annotated[tuple[FileEntry, ...], BeforeValidator(_as_list), Field(min_length=1)]]


def content_hash(part: BaseModel, *, without: frozenset[str] = frozenset()) -> str:
    """SHA-256 of what a part says, whatever its layout, comments or order of keys."""
    content: dict[str, Any] = part.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude=set(without))
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
