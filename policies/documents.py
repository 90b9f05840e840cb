"""YAML read as text with the line of every entry, so that each problem of a policy file can say where it is.

Scalars stay text: YAML 1.1 would make a boolean of `no`, 27000 of `07:30` and a float of `0.1`. The typed model
(`policies.model`) turns the text into numbers and dates.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from policies.model import NOT_WRITTEN

_DEEPEST: Final = 100
"""Lists and mappings within each other; a policy has eight at most."""

Place = tuple[str | int, ...]
"""Keys and positions from the top of a file down to an entry."""

M = TypeVar("M", bound=BaseModel)


class PolicyError(Exception):
    """A policy or rule that does not load; `problems` holds every problem found, one sentence each."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems: tuple[str, ...] = tuple(problems)
        super().__init__(self.problems)  # what pickle makes it again from

    def __str__(self) -> str:
        return "\n".join(self.problems)


@dataclass(slots=True)
class Document:
    """A YAML file as nested dicts, lists and texts, with the line (from 1) of every entry and the problems found."""

    name: str
    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[Place, int] = field(default_factory=dict)
    found: list[tuple[int, str]] = field(default_factory=list)
    noted: set[Place] = field(default_factory=set)

    @property
    def problems(self) -> list[str]:
        """Every problem as `file:line: what, where, remedy`, in the order of the lines."""
        return [f"{self.name}:{line}: {text}" for line, text in sorted(set(self.found))]

    def add(self, place: Place, text: str, *, line: int | None = None) -> None:
        """Note a problem at `place`: on `line`, or on that of the nearest entry at or above it that the file has."""
        if line is None:
            line = next((self.lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in self.lines), 1)
        where = _where(place)
        self.found.append((line, f"{where}: {text}" if where else text))
        self.noted.add(place)

    def validate(self, model: type[M], data: object, at: Place = ()) -> M | None:
        """`data`, which stands at `at`, as `model`; None where it is not one, and then its problems are noted.

        What a model's own validator says of a place is left out where a problem of that very place is noted already.
        """
        try:
            return model.model_validate(data)
        except ValidationError as error:
            before = frozenset(self.noted)
            for detail in error.errors(include_url=False):
                inner = tuple(step for step in detail["loc"] if step != "[key]")
                if not (_echoes(detail) or (detail["type"] == "value_error" and (*at, *inner) in before)):
                    self.add((*at, *inner), _explain(detail, model, inner))
            return None


def read_document(path: Path, name: str) -> Document:
    """The YAML mapping in the file, called `name` in problems; what cannot be read is a problem of it."""
    document = Document(name)
    try:
        text = path.read_text(encoding="utf-8")
        node, aliases = _parsed(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark is not None else 1
        why = " ".join(filter(None, (error.context, error.problem)))
        document.found.append((line, f"is not YAML ({why}); mend the text"))
        return document
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        document.found.append((1, f"cannot be read ({type(error).__name__}); write it as YAML in UTF-8"))
        return document
    for line in aliases:
        document.found.append((line, "is an alias; a policy is read by people: write it out"))
    if aliases:
        return document
    if not isinstance(node, yaml.MappingNode) or not node.value:
        document.found.append((1, "holds no keys; write `key: value` lines"))
        return document
    document.data = _value(node, (), document)
    return document


def _parsed(text: str) -> tuple[yaml.Node | None, list[int]]:
    """The document and the lines of its aliases; yaml.YAMLError.

    The parser in C takes a tenth of the time of the one in Python, whose errors are the ones that people can read.
    """
    try:
        return _parsed_by(getattr(yaml, "CBaseLoader", yaml.BaseLoader), text)
    except yaml.YAMLError:
        return _parsed_by(yaml.BaseLoader, text)


def _parsed_by(loader: type[yaml.BaseLoader], text: str) -> tuple[yaml.Node | None, list[int]]:
    aliases, depth = [], 0
    for event in yaml.parse(text, loader):
        if isinstance(event, yaml.AliasEvent) and event.start_mark is not None:
            aliases.append(event.start_mark.line + 1)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:  # in C nothing else ends the recursion
            raise RecursionError
    return yaml.compose(text, loader), aliases


def suggestion(name: str, known: Iterable[str]) -> str:
    """` did you mean 'x'?` where a known name is close, and the known names."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    meant = f"did you mean {close[0]!r}? " if close else ""
    return f"{meant}known: {', '.join(names) or 'none'}"


def _value(node: yaml.Node, place: Place, document: Document) -> Any:
    match node:
        case yaml.MappingNode():
            return _mapping(node, place, document)
        case yaml.SequenceNode():
            for position, child in enumerate(node.value):
                document.lines[*place, position] = child.start_mark.line + 1
            return [_value(child, (*place, position), document) for position, child in enumerate(node.value)]
        case yaml.ScalarNode():
            # Only an unquoted nothing is nothing.
            return None if not node.style and node.value in {"", "~", "null"} else node.value
        case _:
            raise TypeError(f"unexpected {type(node).__name__}")


def _mapping(node: yaml.MappingNode, place: Place, document: Document) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, child in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            document.add(place, "a key must be plain text; write `key: value`", line=line)
        elif key.value in found:
            at = (*place, key.value)
            document.add(at, f"key repeats the one of line {document.lines[at]}; keep one of the two", line=line)
        else:
            document.lines[*place, key.value] = line
            found[key.value] = _value(child, (*place, key.value), document)
    return found


def _where(place: Place) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".")


_NUMBER: Final = "is not a number; write digits, such as 30 or 0.95"
_WHOLE: Final = "is not a whole number; write digits, such as 10"
_DATE: Final = "is not a date; write it like 2026-01-31"
_MAPPING: Final = "is not a mapping; write `key: value` lines under it"
_REMEDIES: Final[Mapping[str, str]] = {
    "decimal_parsing": _NUMBER,
    "decimal_type": _NUMBER,
    "finite_number": _NUMBER,
    "int_parsing": _WHOLE,
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "bool_parsing": "is neither true nor false; write one of the two",
    "bool_type": "is neither true nor false; write one of the two",
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "string_type": "is not text; write one line of text",
    "string_too_short": "is empty; write it out",
    "string_pattern_mismatch": "does not have the form asked for; write what {pattern} matches",
    "model_type": _MAPPING,
    "dict_type": _MAPPING,
    "mapping_type": _MAPPING,
    "tuple_type": "is not a list; write `- ...` lines under it",
    "too_short": "has too few entries; write at least {min_length}",
    "too_long": "has {actual_length} entries; write {max_length}",
    "greater_than": "is out of range; write a number above {gt}",
    "greater_than_equal": "is out of range; write a number from {ge} up",
    "less_than": "is out of range; write a number below {lt}",
    "less_than_equal": "is out of range; write a number up to {le}",
    "literal_error": "is not one of {expected}; write one of them",
}
"""What an error of pydantic means to who wrote the file; an error not listed keeps pydantic's words."""


def _echoes(detail: ErrorDetails) -> bool:
    """Whether a list is called too short only because entries of it are refused, each with its own problem."""
    given = detail["input"]
    return detail["type"] == "too_short" and isinstance(given, list) and len(given) >= detail["ctx"]["min_length"]


def _explain(detail: ErrorDetails, model: type[BaseModel], place: Place) -> str:
    kind, given = detail["type"], detail["input"]
    match kind:
        case "missing":
            return "is missing; add it"
        case "extra_forbidden":
            return f"unknown key; {suggestion(str(place[-1]), _keys_at(model, place[:-1]))}"
        case "value_error":
            return str(detail["ctx"]["error"])
    shown = repr(given) if isinstance(given, str) else "nothing" if given is None else "what stands here"
    remedy = _REMEDIES.get(kind)
    return f"{shown}: {detail['msg']}" if remedy is None else f"{shown} {remedy.format(**detail.get('ctx', {}))}"


def _keys_at(model: type[BaseModel], place: Place) -> list[str]:
    """Keys that the mapping at `place` may have."""
    here = model
    for step in place:
        # A position in a list, or a key such as a sector's name, stays with the model the list or mapping is about.
        if step in here.model_fields:
            here = _model_within(here.model_fields[str(step)].annotation) or here
    return [name for name, field in here.model_fields.items() if NOT_WRITTEN not in field.metadata]


def _model_within(annotation: Any) -> type[BaseModel] | None:
    """The model that an annotation such as `tuple[Item, ...]` or `Scale | None` is about."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_within(part))), None)
