"""YAML in which every key keeps its line, every scalar is text as written, and no key stands twice.

Text, because a mapping speaks about cells: `map: {yes: 1}` means the cell `yes`, not a truth value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

Step = str | int
Place = tuple[Step, ...]

# A mapping file has hundreds of nodes; more than this is an alias that refers to itself over and over.
MAX_NODES: Final = 100_000


@dataclass
class MarkedDocument:
    """A document and the line of each of its places."""

    file: str
    value: Any = None
    problems: list[str] = field(default_factory=list)
    _lines: dict[Place, int] = field(default_factory=dict)
    _n_nodes: int = 0

    def line(self, place: Place) -> int:
        """Line of the place, or of the nearest place around it that is written in the file."""
        found: Place = ()
        for step in place:
            if (*found, step) in self._lines:
                found = (*found, step)
            elif step != 0:  # a single item may stand without its list
                break
        return self._lines.get(found, 1)

    def at(self, place: Place, message: str) -> str:
        """The message with file and line before it."""
        return f"{self.file}:{self.line(place)}: {message}"

    def add(self, node: yaml.Node, place: Place) -> Any:
        """Python value of a node: dict, list, text, or None for an unquoted null."""
        self._n_nodes += 1
        if self._n_nodes > MAX_NODES:
            raise yaml.YAMLError("too many nodes; an alias refers to itself")
        self._lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.add(item, (*place, position)) for position, item in enumerate(node.value)]
        return None if node.tag == "tag:yaml.org,2002:null" else node.value

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            # An unquoted empty or null key stands for the empty cell.
            is_null = key_node.tag == "tag:yaml.org,2002:null"
            key = "" if is_null else str(key_node.value)
            if key in result:
                self.problems.append(
                    f"{self.file}:{key_node.start_mark.line + 1}: {key!r} stands twice here: keep one of them"
                )
            self._lines[(*place, key)] = key_node.start_mark.line + 1
            result[key] = self.add(value_node, (*place, key))
        return result


def read(path: Path) -> MarkedDocument:
    """Read a YAML file; what is wrong with it stands in `problems`."""
    document = MarkedDocument(path.name)
    try:
        node = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
        if node is not None:
            document.value = document.add(node, ())
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        document.problems.append(f"{path.name}:{line}: not YAML: {error.problem}")
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        document.problems.append(f"{path.name}:1: not YAML: {error}")
    return document
